"""BBS signatures (draft-irtf-cfrg-bbs-signatures, BLS12-381-SHA-256): one signature over many messages,
proofs that show some of them and cannot be linked.
"""

from credentials.bbs.ciphersuite import MAXIMUM_MESSAGES
from credentials.bbs.errors import BbsError
from credentials.bbs.generators import prepare_generators
from credentials.bbs.proofs import proof_gen, proof_verify, undisclosed_count
from credentials.bbs.signatures import SIGNATURE_LENGTH, key_gen, sign, verify
from credentials.bbs.signer import MessagesSigner, messages_signer

__all__ = [
    "MAXIMUM_MESSAGES",
    "SIGNATURE_LENGTH",
    "BbsError",
    "MessagesSigner",
    "key_gen",
    "messages_signer",
    "prepare_generators",
    "proof_gen",
    "proof_verify",
    "sign",
    "undisclosed_count",
    "verify",
]
