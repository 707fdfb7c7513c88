"""eddsa-rdfc-2022: RDFC-1.0, SHA-256, Ed25519.

Source: Data Integrity EdDSA Cryptosuites v1.0, section 3.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from credentials.data_integrity.proof_value import decode_proof_value, encode_proof_value
from credentials.data_integrity.suites import CryptoSuite, JsonObject
from credentials.errors import ProofError
from did.errors import InvalidSignatureError
from did.keys import KeyType

if TYPE_CHECKING:
    from contexts import CanonicalHasher, ContextSelection
    from did.keys import PublicKey, Signer

_SIGNATURE_BYTES: Final = 64


def hash_data(
    document: JsonObject,
    options: JsonObject,
    *,
    hasher: CanonicalHasher,
    selection: ContextSelection,
) -> bytes:
    """Make the 64 bytes that are signed: the hash of the proof options, then the hash of the document.

    Args:
        document: the unsecured document (for a proof chain, with the proofs it stands on).
        options: the proof without `proofValue`.
        hasher: SHA-256 of canonical N-Quads.
        selection: which versions of the contexts to read with.

    Source: section 3.2.4 (Hashing), with 3.2.3 (Transformation) and 3.2.5 (Proof Configuration) inside
    `hasher`.
    """
    # 3.2.5 step 4: the proof options are read with the document's own @context
    configuration: dict[str, Any] = options | {"@context": document["@context"]}
    return hasher(configuration, selection=selection) + hasher(document, selection=selection)


def _create(
    document: JsonObject,
    options: JsonObject,
    *,
    signer: Signer,
    hasher: CanonicalHasher,
    selection: ContextSelection,
) -> str:
    return encode_proof_value(signer.sign(hash_data(document, options, hasher=hasher, selection=selection)))


def _verify(
    document: JsonObject,
    options: JsonObject,
    proof_value: str,
    *,
    public_key: PublicKey,
    hasher: CanonicalHasher,
    selection: ContextSelection,
) -> None:
    signature = decode_proof_value(proof_value, length=_SIGNATURE_BYTES)
    data = hash_data(document, options, hasher=hasher, selection=selection)
    try:
        public_key.verify(signature, data)
    except InvalidSignatureError as err:
        raise ProofError("invalid_signature") from err


SUITE: Final = CryptoSuite("eddsa-rdfc-2022", frozenset({KeyType.ED25519}), _create, _verify)
