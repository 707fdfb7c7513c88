"""One proof of a document, read strictly, and how proofs stand on each other."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from credentials.data_integrity.registry import LEGACY_PROOF_TYPES, OLDER_PROOF_TYPES, SUITES
from credentials.data_model import is_url
from credentials.dates import parse_date_time_stamp
from credentials.errors import ProofError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

JsonObject = dict[str, Any]
MAXIMUM_PROOFS: Final = 5
# of selective disclosure: each has a thousand signatures to check, or half as many generators
MAXIMUM_SELECTIVE_PROOFS: Final = 2
_ZONE: Final = re.compile(r"(?:Z|[+-][0-9]{2}:[0-9]{2})\Z", re.ASCII)


@dataclass(frozen=True)
class ProofOptions:
    """A proof's members.

    Args:
        signed_members: the proof without `proofValue`, as it stands.
        cryptosuite: name; the type of a proof from before Data Integrity 1.0.
        proof_purpose: "assertionMethod", "authentication", ...
        verification_method: absolute DID URL.
        proof_value: multibase string; of a base proof, it holds what hides the rest.
        created: when it was made.
        expires: when it ends.
        domain: whom it is for; empty if it does not say.
        challenge: the verifier's nonce.
    """

    signed_members: JsonObject
    cryptosuite: str
    proof_purpose: str
    verification_method: str
    proof_value: str = field(repr=False)
    created: datetime | None
    expires: datetime | None
    domain: frozenset[str]
    challenge: str | None

    @classmethod
    def read(cls, proof: JsonObject, *, assume_utc: bool = False) -> ProofOptions:
        """Read a proof.

        Args:
            proof: as it stands in the document.
            assume_utc: take `created` and `expires` without a zone for UTC.

        Raises:
            ProofError: "legacy_suite", "unsupported_cryptosuite", "proof_invalid_shape".
            DateSyntaxError: `created` or `expires` is no dateTimeStamp.

        Source: Data Integrity 1.0, section 2.1 (Proofs) and 3.1 (DataIntegrityProof).
        """
        cryptosuite = _suite_name(proof)
        _check_optional_members(proof)
        return cls(
            signed_members={name: value for name, value in proof.items() if name != "proofValue"},
            cryptosuite=cryptosuite,
            proof_purpose=_string(proof, "proofPurpose"),
            # a string only: a key embedded here would vouch for itself
            verification_method=_string(proof, "verificationMethod"),
            proof_value=_string(proof, "proofValue"),
            created=_moment(proof, "created", assume_utc=assume_utc),
            expires=_moment(proof, "expires", assume_utc=assume_utc),
            domain=_domain(proof),
            challenge=proof.get("challenge"),
        )


def _suite_name(proof: JsonObject) -> str:
    """The name under which the suite of a proof is known: its `cryptosuite`, or an older proof's type."""
    proof_type = _string(proof, "type")
    if proof_type in LEGACY_PROOF_TYPES:
        raise ProofError("legacy_suite", proof_type, pointer="/proof/type")
    if proof_type in OLDER_PROOF_TYPES:
        # DI-EDDSA, appendix A.1.2.1: there, `created` must be
        _string(proof, "created")
        return proof_type
    if proof_type != "DataIntegrityProof":
        raise ProofError("unsupported_cryptosuite", proof_type[:80], pointer="/proof/type")
    name = _string(proof, "cryptosuite")
    if name in OLDER_PROOF_TYPES:
        raise ProofError("unsupported_cryptosuite", name, pointer="/proof/cryptosuite")
    return name


def _string(proof: JsonObject, name: str) -> str:
    value = proof.get(name)
    if not isinstance(value, str) or not value:
        raise _wrong_shape(name, "must be a string")
    return value


def _wrong_shape(name: str, says: str) -> ProofError:
    return ProofError("proof_invalid_shape", f"{name} {says}", pointer=f"/proof/{name}")


def _check_optional_members(proof: JsonObject) -> None:
    for name in ("challenge", "nonce"):
        if name in proof:
            _string(proof, name)
    if "id" in proof and not is_url(proof["id"]):
        raise _wrong_shape("id", "must be a URL")


def _moment(proof: JsonObject, name: str, *, assume_utc: bool) -> datetime | None:
    if name not in proof:
        return None
    text = proof[name]
    # section 2.1: a processor may take a time without an offset, and then for UTC
    if assume_utc and isinstance(text, str) and not _ZONE.search(text):
        text += "Z"
    return parse_date_time_stamp(text, pointer=f"/proof/{name}")


def _domain(proof: JsonObject) -> frozenset[str]:
    if "domain" not in proof:
        return frozenset()
    return frozenset(_distinct_strings(_listed(proof["domain"]), "domain"))


def _distinct_strings(values: list[Any], name: str) -> list[str]:
    """At least one string, none empty, none twice."""
    if not values or not all(isinstance(each, str) and each for each in values):
        raise _wrong_shape(name, "must be a string, or some strings")
    if len(set(values)) != len(values):
        raise _wrong_shape(name, "names one twice")
    return values


def check_proof_context(document: JsonObject, options: JsonObject) -> None:
    """Check that a proof's own `@context`, if it has one, begins the document's.

    A suite that signs JSON (`jcs`) gives its proofs the contexts that they secure; those that were added to
    the document later are not among them, so each is one that everybody knows, and no stranger's definitions.
    Other suites read a proof with the document's contexts.

    Args:
        document: the secured document.
        options: the proof.

    Raises:
        ProofError: "proof_context_mismatch"; also for an empty `@context`, which secures none, and for a
            context object that was added.

    Source: Data Integrity EdDSA Cryptosuites v1.0, section 3.3.2 (Verify Proof), step 4.1.
    """
    if "@context" not in options:
        return
    begins, whole = _listed(options["@context"]), _listed(document.get("@context"))
    added = whole[len(begins) :]
    if not begins or begins + added != whole or not all(isinstance(each, str) for each in added):
        raise ProofError("proof_context_mismatch", pointer="/proof/@context")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def read_proofs(document: JsonObject) -> list[JsonObject]:
    """Give all proofs of a document, at least one.

    Raises:
        ProofError: "proof_missing" (also for null and an empty list), "proof_invalid_shape".
    """
    proof = document.get("proof")
    if proof is None or proof in ([], {}):
        raise ProofError("proof_missing", pointer="/proof")
    if isinstance(proof, dict):
        return [proof]
    proofs = proof if isinstance(proof, list) else [proof]
    if len(proofs) > MAXIMUM_PROOFS or not all(isinstance(each, dict) for each in proofs):
        raise ProofError("proof_invalid_shape", f"1 to {MAXIMUM_PROOFS} objects", pointer="/proof")
    check_selective_count([each.get("cryptosuite") for each in proofs])
    return proofs


def check_selective_count(cryptosuites: Iterable[object]) -> None:
    """Check that not too many proofs of one document are of selective disclosure.

    Raises:
        ProofError: "proof_invalid_shape".
    """
    known = [SUITES.get(name) for name in cryptosuites if isinstance(name, str)]
    if sum(suite is not None and suite.selective is not None for suite in known) > MAXIMUM_SELECTIVE_PROOFS:
        detail = f"more than {MAXIMUM_SELECTIVE_PROOFS} proofs of selective disclosure"
        raise ProofError("proof_invalid_shape", detail, pointer="/proof")


def previous_proofs(proof: JsonObject, proofs: list[JsonObject]) -> list[JsonObject]:
    """Give the proofs that a proof stands on, in the order of the document.

    Raises:
        ProofError: "proof_invalid_shape", "previous_proof_missing", "previous_proof_cycle".

    Source: Data Integrity 1.0, section 4.5 (Verify Proof Sets and Chains), steps 3.1 and 3.2.
    """
    names = _previous_names(proof)
    if not names:
        return []
    found = [each for each in proofs if _is_named(each, names)]
    # by name, not by number: two of one id must not stand in for one that is gone
    if sorted(each["id"] for each in found) != sorted(names):
        raise ProofError("previous_proof_missing", pointer="/proof/previousProof")
    _check_acyclic(proof, proofs)
    return found


def input_document(document: JsonObject, standing_on: list[JsonObject]) -> JsonObject:
    """Give what a proof secures: the document, without proofs save those it stands on.

    Source: Data Integrity 1.0, section 4.5 (Verify Proof Sets and Chains), step 3.3.
    """
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    return unsecured | {"proof": standing_on} if standing_on else unsecured


def _previous_names(proof: JsonObject) -> set[str]:
    if "previousProof" not in proof:
        return set()
    return set(_distinct_strings(_listed(proof["previousProof"]), "previousProof"))


def _is_named(proof: JsonObject, names: set[str]) -> bool:
    name = proof.get("id")
    return isinstance(name, str) and name in names


def _check_acyclic(proof: JsonObject, proofs: list[JsonObject]) -> None:
    """Follow the chain down; more steps than there are proofs means that it bites its tail."""
    reached = _previous_names(proof)
    for _ in range(len(proofs)):
        if not reached:
            return
        standing_on = [each for each in proofs if _is_named(each, reached)]
        reached = {name for each in standing_on for name in _previous_names(each)}
    if reached:
        raise ProofError("previous_proof_cycle", pointer="/proof/previousProof")
