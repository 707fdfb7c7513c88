"""Data Integrity proofs in logs and witness files: `eddsa-jcs-2022`, by a did:key, and nothing else.

The key is in the proof's own `verificationMethod`: whoever reads one must say which keys count. What is
signed is hashed once by the caller; several proofs of one entry share it.

Source: did:webvh v1.0, "Authorized Keys" and "The Witness Proofs File"; Data Integrity EdDSA Cryptosuites
v1.0 (DI-EDDSA), section 3.3.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from contexts import ContextsError, jcs
from did.encodings import decode_base58btc, encode_base58btc
from did.errors import DidError, InvalidDidError
from did.keys import KeyType
from did.methods.key import did_key_method_id, read_did_key
from did.webvh.errors import InvalidLogError, LogProblem

if TYPE_CHECKING:
    from did.keys import PublicKey, Signer

JsonObject = dict[str, Any]
_DID_KEY: Final = "did:key:"
_REQUIRED: Final = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-jcs-2022",
    "proofPurpose": "assertionMethod",
}
# Data Integrity, section 2.1 (`created`): optional
_DATE_TIME_STAMP: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
_EPOCH: Final = "1970-01-01T00:00:00Z"
# 64 bytes in base58-btc, with the multibase prefix
_LONGEST_PROOF_VALUE: Final = 89
# A log is kept for good, so a proof that ends holds nothing up. An entry has no @context for a proof's to
# begin with (DI-EDDSA, section 3.3.2, step 4.1), and no proof to stand on.
_REFUSED: Final = frozenset({"expires", "@context", "previousProof"})


@dataclass(frozen=True)
class LogProof:
    """A proof that was read, and not verified yet.

    Args:
        multikey: of the key that it says it is by; decides alone, nothing is looked up.
        signed_members: the proof without `proofValue`.
        proof_value: multibase base58-btc of the signature.
    """

    multikey: str
    signed_members: JsonObject = field(repr=False)
    proof_value: str = field(repr=False)

    @classmethod
    def read(cls, proof: object) -> LogProof:
        """Read a proof.

        Args:
            proof: parsed JSON.

        Raises:
            InvalidLogError: "proof_verification_failed": another type, suite or purpose, or a
                verification method whose fragment is another key than its DID.
        """
        if not isinstance(proof, dict) or _REFUSED & proof.keys():
            raise _failed("no proof of a form known here")
        if any(proof.get(name) != value for name, value in _REQUIRED.items()):
            raise _failed("another type, cryptosuite or proofPurpose")
        value = proof.get("proofValue")
        if not isinstance(value, str) or not _is_date_time_stamp(proof.get("created", _EPOCH)):
            raise _failed("proofValue or created")
        signed_members = {name: member for name, member in proof.items() if name != "proofValue"}
        return cls(_multikey(proof.get("verificationMethod")), signed_members, value)

    def verify(self, digest: bytes) -> None:
        """Verify the signature.

        Args:
            digest: SHA-256 of the canonical document.

        Raises:
            InvalidLogError: "proof_verification_failed".

        Source: DI-EDDSA, sections 3.3.2 (Verify Proof) and 3.3.6 (Proof Verification).
        """
        if len(self.proof_value) > _LONGEST_PROOF_VALUE:
            raise _failed("proofValue")
        try:
            signature = decode_base58btc(self.proof_value)
            signed = _options_digest(self.signed_members) + digest
            ed25519_key(f"{_DID_KEY}{self.multikey}").verify(signature, signed)
        except (DidError, ContextsError) as err:
            raise _failed(err.code) from err


def ed25519_key(did: str) -> PublicKey:
    """Read the key of a did:key that may sign or witness.

    Raises:
        InvalidDidError: no did:key, or a key of another kind.
    """
    key = read_did_key(did)
    if key.key_type is not KeyType.ED25519:
        raise InvalidDidError(f"eddsa-jcs-2022 is not for {key.key_type}")
    return key


def sign_proof(digest: bytes, *, signer: Signer, created: datetime) -> JsonObject:
    """Make a proof by the did:key of a signer's key.

    Args:
        digest: SHA-256 of the canonical document.
        signer: of an Ed25519 key; its own `verification_method` is not used.
        created: aware.

    Raises:
        InvalidLogError: "update_key_not_authorized": a key of another kind.

    Source: DI-EDDSA, sections 3.3.1 (Create Proof) and 3.3.5 (Proof Serialization).
    """
    if signer.public_key.key_type is not KeyType.ED25519:
        raise InvalidLogError(LogProblem.UPDATE_KEY, "eddsa-jcs-2022 needs Ed25519")
    options = _REQUIRED | {
        "verificationMethod": did_key_method_id(signer.public_key),
        "created": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    signature = signer.sign(_options_digest(options) + digest)
    return options | {"proofValue": encode_base58btc(signature)}


def _options_digest(options: JsonObject) -> bytes:
    """DI-EDDSA, sections 3.3.3 to 3.3.5: the options in canonical form, hashed."""
    return hashlib.sha256(jcs.canonicalize(options)).digest()


def _is_date_time_stamp(value: object) -> bool:
    """DI-EDDSA, section 3.3.5, step 3: another `created` is an error."""
    if not isinstance(value, str) or not _DATE_TIME_STAMP.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _multikey(verification_method: object) -> str:
    """Take the key out of "did:key:z...#z...", where both must be the same."""
    if not isinstance(verification_method, str):
        raise _failed("verificationMethod")
    did, _, fragment = verification_method.partition("#")
    multikey = did.removeprefix(_DID_KEY)
    if multikey == did or multikey != fragment:
        raise _failed("verificationMethod is no did:key, or its fragment is another key")
    return multikey


def _failed(detail: str) -> InvalidLogError:
    return InvalidLogError(LogProblem.PROOF, detail)
