"""One proof of a document, read strictly, and how proofs stand on each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from credentials.data_integrity.registry import LEGACY_PROOF_TYPES
from credentials.dates import parse_date_time_stamp
from credentials.errors import ProofError

if TYPE_CHECKING:
    from datetime import datetime

JsonObject = dict[str, Any]
MAXIMUM_PROOFS: Final = 5


@dataclass(frozen=True)
class ProofOptions:
    """A proof's members.

    Args:
        signed_members: the proof without `proofValue`, as it stands.
        cryptosuite: name.
        proof_purpose: "assertionMethod", "authentication", ...
        verification_method: absolute DID URL.
        proof_value: multibase string.
        created: when it was made.
        expires: when it ends.
        domain: whom it is for; several are never what one verifier expects, and are kept as None.
        challenge: the verifier's nonce.
    """

    signed_members: JsonObject
    cryptosuite: str
    proof_purpose: str
    verification_method: str
    proof_value: str
    created: datetime | None
    expires: datetime | None
    domain: str | None
    challenge: str | None

    @classmethod
    def read(cls, proof: JsonObject) -> ProofOptions:
        """Read a DataIntegrityProof.

        Raises:
            ProofError: "legacy_suite", "unsupported_cryptosuite", "proof_invalid_shape".
            DateSyntaxError: `created` or `expires` is no dateTimeStamp.

        Source: Data Integrity 1.0, section 2.1 (Proofs) and 3.1 (DataIntegrityProof).
        """
        proof_type = proof.get("type")
        if isinstance(proof_type, str) and proof_type in LEGACY_PROOF_TYPES:
            raise ProofError("legacy_suite", proof_type, pointer="/proof/type")
        if proof_type != "DataIntegrityProof":
            code = (
                "unsupported_cryptosuite"
                if isinstance(proof_type, str) and proof_type
                else "proof_invalid_shape"
            )
            raise ProofError(code, str(proof_type)[:80], pointer="/proof/type")
        return cls(
            signed_members={name: value for name, value in proof.items() if name != "proofValue"},
            cryptosuite=_string(proof, "cryptosuite"),
            proof_purpose=_string(proof, "proofPurpose"),
            # a string only: a key embedded here would vouch for itself
            verification_method=_string(proof, "verificationMethod"),
            proof_value=_string(proof, "proofValue"),
            created=_moment(proof, "created"),
            expires=_moment(proof, "expires"),
            domain=_optional_string(proof, "domain"),
            challenge=_optional_string(proof, "challenge"),
        )


def _string(proof: JsonObject, name: str) -> str:
    value = proof.get(name)
    if not isinstance(value, str) or not value:
        raise ProofError("proof_invalid_shape", f"{name} must be a string", pointer=f"/proof/{name}")
    return value


def _optional_string(proof: JsonObject, name: str) -> str | None:
    value = proof.get(name)
    return value if isinstance(value, str) else None


def _moment(proof: JsonObject, name: str) -> datetime | None:
    return parse_date_time_stamp(proof[name], pointer=f"/proof/{name}") if name in proof else None


def read_proofs(document: JsonObject) -> list[JsonObject]:
    """Give all proofs of a document, at least one.

    Raises:
        ProofError: "proof_missing" (also for null and an empty list), "proof_invalid_shape".
    """
    proof = document.get("proof")
    if proof is None or proof in ([], {}):
        raise ProofError("proof_missing", pointer="/proof")
    proofs = proof if isinstance(proof, list) else [proof]
    if len(proofs) > MAXIMUM_PROOFS or not all(isinstance(each, dict) for each in proofs):
        raise ProofError("proof_invalid_shape", f"1 to {MAXIMUM_PROOFS} objects", pointer="/proof")
    return proofs


def previous_proofs(proof: JsonObject, proofs: list[JsonObject]) -> list[JsonObject]:
    """Give the proofs that a proof stands on, in the order of the document.

    Raises:
        ProofError: "proof_invalid_shape", "previous_proof_missing", "previous_proof_cycle".

    Source: Data Integrity 1.0, section 4.5 (Verify Proof Sets and Chains), steps 3.1 and 3.2.
    """
    names = _previous_names(proof)
    if not names:
        return []
    found = [each for each in proofs if _optional_string(each, "id") in names]
    if len(found) != len(names):
        raise ProofError("previous_proof_missing", pointer="/proof/previousProof")
    _check_acyclic(proof, proofs)
    return found


def _previous_names(proof: JsonObject) -> set[str]:
    if "previousProof" not in proof:
        return set()
    value = proof["previousProof"]
    names = value if isinstance(value, list) else [value]
    if (
        not names
        or not all(isinstance(name, str) and name for name in names)
        or len(set(names)) != len(names)
    ):
        raise ProofError(
            "proof_invalid_shape", "previousProof names proofs by id", pointer="/proof/previousProof"
        )
    return set(names)


def _check_acyclic(proof: JsonObject, proofs: list[JsonObject]) -> None:
    """Follow the chain down; more steps than there are proofs means that it bites its tail."""
    reached = _previous_names(proof)
    for _ in range(len(proofs)):
        if not reached:
            return
        standing_on = [each for each in proofs if _optional_string(each, "id") in reached]
        reached = {name for each in standing_on for name in _previous_names(each)}
    if reached:
        raise ProofError("previous_proof_cycle", pointer="/proof/previousProof")
