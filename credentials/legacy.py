"""VCDM 1.1 credentials with proofs from before Data Integrity 1.0, whose signatures another program verifies.

What is asked of such a credential is asked here: strict JSON, pinned contexts alone, nothing of the document
left out of what was signed, the issuer's own key, the purpose, the times, the status. The other program
(`LegacyProofVerifier`) gets one credential with one proof and answers one question: whether its signature is
good. Its word makes nothing valid alone; its silence, death or complaint makes the outcome indeterminate.

Only DIDs that are their own keys (did:key, did:jwk) are handed over: to verify these, nothing is looked up.

Source: VCDM 1.1, section 4.7 (Proofs); Linked Data Proofs 1.0 draft (2018 suites); JSON Web Signature 2020.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from contexts import ContextsError, strict_json
from credentials.data_integrity.options import read_proofs
from credentials.data_integrity.proofs import ProofResult
from credentials.data_model import Version, is_url
from credentials.dates import parse_date_time_stamp
from credentials.errors import CredentialsError, ProofError
from did.document import Relationship
from did.encodings import decode_base64url
from did.errors import EncodingError
from did.syntax import split_method_url

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from credentials.secured import ExpectedSigner, Secured
    from credentials.verification_context import VerificationContext

JsonObject = dict[str, Any]
LEGACY_PROOF: Final = "legacy_proof"
# the types that are handed over, and the JWS algorithms that each is made with
ALGORITHMS: Final = {
    "Ed25519Signature2018": frozenset({"EdDSA"}),
    "EcdsaSecp256k1Signature2019": frozenset({"ES256K"}),
    "EcdsaSecp256r1Signature2019": frozenset({"ES256"}),
    "JsonWebSignature2020": frozenset({"EdDSA", "ES256", "ES256K", "PS256"}),
}
OFFLINE_METHODS: Final = ("did:key:", "did:jwk:")
# keys of these algorithms are looked at here too: a point of low order would sign anything
_OWN_KEYS: Final = frozenset({"EdDSA", "ES256"})
_MEMBERS: Final = frozenset(
    {
        "type",
        "created",
        "expires",
        "proofPurpose",
        "verificationMethod",
        "jws",
        "domain",
        "challenge",
        "nonce",
    }
)
_LONGEST: Final = 4_096
_DETACHED: Final = 3
# what a verifier says when it did its work and the signature is bad
_DOES_NOT_HOLD: Final = ("signature error", "verification error")


class LegacyVerifierError(CredentialsError):
    """The other program gave no answer that can be used: "legacy_verifier_failed"."""

    default_code = "legacy_verifier_failed"


@dataclass(frozen=True)
class LegacyAnswer:
    """What was said of one credential.

    Args:
        holds: that its one proof was verified and is good.
        errors: what was found, in the other program's words.
    """

    holds: bool
    errors: tuple[str, ...] = ()


class LegacyProofVerifier(Protocol):
    """Verifies the signatures of credentials with one legacy proof each. `web/` implements it."""

    def verify(self, credentials: Sequence[JsonObject]) -> Sequence[LegacyAnswer]:
        """Answer for each credential, in their order.

        Args:
            credentials: each with one proof, by a key in a did:key or did:jwk; contexts stand in them.

        Raises:
            LegacyVerifierError: no answer, or none that can be read.
        """
        ...


class BoundedLegacyVerifier:
    """A verifier that one verification may ask so often: each question starts a program, and one that hung
    once may hang again. For one thread.

    Args:
        verifier: that is asked.
        questions: it may be asked.
        failures: of them that may get no answer.
    """

    def __init__(self, verifier: LegacyProofVerifier, *, questions: int = 8, failures: int = 1) -> None:
        self._verifier = verifier
        self._questions = questions
        self._failures = failures

    def verify(self, credentials: Sequence[JsonObject]) -> Sequence[LegacyAnswer]:
        """Ask, as long as there is something left to ask; errors as `LegacyProofVerifier`."""
        if self._questions <= 0 or self._failures <= 0:
            raise LegacyVerifierError(detail="asked too often")
        self._questions -= 1
        try:
            return self._verifier.verify(credentials)
        except LegacyVerifierError:
            self._failures -= 1
            raise


def secured_by_legacy_proofs(secured: Secured, legacy: LegacyProofVerifier | None) -> Secured:
    """Give a credential whose proofs are all of the handed-over types to the verifier of these; any other is
    given back.
    """
    proofs = secured.document.get("proof")
    proofs = proofs if isinstance(proofs, list) else [proofs]
    if legacy is None or not proofs or not all(map(_is_typed, proofs)):
        return secured
    return SecuredByLegacyProofs(secured.document, legacy)


def _is_typed(proof: object) -> bool:
    proof_type = proof.get("type") if isinstance(proof, dict) else None
    return isinstance(proof_type, str) and proof_type in ALGORITHMS


@dataclass(frozen=True)
class SecuredByLegacyProofs:
    """A credential with legacy proofs in it; implements `credentials.secured.Secured`."""

    document: JsonObject
    legacy: LegacyProofVerifier
    name: str = LEGACY_PROOF
    claims: JsonObject = field(default_factory=dict)

    def check_members(self) -> None:
        """Nothing: what a proof covers, its verification tells."""

    def verify(self, expected: ExpectedSigner, *, context: VerificationContext, now: datetime) -> ProofResult:
        """Verify every proof: all must hold, and all are by the expected controller.

        Raises:
            ProofError: "legacy_suite" (not in VCDM 1.1), "proof_missing", "proof_invalid_shape",
                "proof_purpose_mismatch", "proof_not_yet_valid", "proof_expired", "domain_mismatch",
                "challenge_mismatch", "issuer_mismatch", "legacy_method_unsupported", "legacy_algorithm",
                "unsupported_cryptosuite", "legacy_context_nested", "invalid_signature".
            DateSyntaxError: "date_syntax".
            DidError: the key cannot be had, or is none.
            ContextsError: the document loses data, names an unknown context, or is too complex.
            LegacyVerifierError: "legacy_verifier_failed".
        """
        if self.document["@context"][0] != Version.V1_1.context:
            raise ProofError("legacy_suite", "a proof of VCDM 1.1 alone", pointer="/proof/type")
        proofs = [_LegacyProof.read(each) for each in read_proofs(self.document)]
        for proof in proofs:
            proof.check(expected, now=now, skew=timedelta(seconds=context.skew_seconds))
            proof.check_key(context)
        unsecured = {name: value for name, value in self.document.items() if name != "proof"}
        _check_contexts_at_top(unsecured)
        selection = context.contexts.selections(unsecured)[0]
        # the other program's own view of what is signed is not ours: ours must lose nothing
        context.hasher(unsecured, selection=selection.within(context.work))
        closed = unsecured | {"@context": _contexts_inlined(self.document["@context"], context)}
        _check_answers(self.legacy.verify([closed | {"proof": each.members} for each in proofs]), proofs)
        return ProofResult(
            selection_label=selection.label,
            verification_methods=tuple(each.verification_method for each in proofs),
            controllers=tuple(each.controller for each in proofs),
            created=proofs[0].created,
        )


def _check_contexts_at_top(unsecured: JsonObject) -> None:
    """Refuse contexts deeper in a document: the other program could know another version of them."""
    waiting: list[Any] = [value for name, value in unsecured.items() if name != "@context"]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if "@context" in value:
                raise ProofError("legacy_context_nested", pointer="/@context")
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _contexts_inlined(contexts: list[Any], context: VerificationContext) -> list[Any]:
    """The pinned documents in place of their URLs, so that the other program reads what we read.

    The base context stays a URL, as VCDM 1.1 asks for: every implementation has that one built in.
    """
    documents = context.contexts.newest_documents()
    inlined: list[Any] = [contexts[0]]
    for each in contexts[1:]:
        found = documents[each]["@context"] if isinstance(each, str) else each
        inlined += found if isinstance(found, list) else [found]
    return inlined


def _check_answers(answers: Sequence[LegacyAnswer], proofs: Sequence[_LegacyProof]) -> None:
    if len(answers) != len(proofs):
        raise LegacyVerifierError(detail=f"{len(answers)} answers for {len(proofs)} proofs")
    said = [error for answer in answers if not answer.holds for error in answer.errors]
    if any(error.startswith(_DOES_NOT_HOLD) for error in said):
        raise ProofError("invalid_signature", said[0][:120], pointer="/proof")
    if not all(answer.holds and not answer.errors for answer in answers):
        raise LegacyVerifierError(detail="; ".join(said)[:200])


@dataclass(frozen=True)
class _LegacyProof:
    members: JsonObject
    type: str
    algorithm: str
    proof_purpose: str
    verification_method: str
    controller: str
    created: datetime | None
    expires: datetime | None

    @classmethod
    def read(cls, proof: JsonObject) -> _LegacyProof:
        """Read a proof, strictly: each of its members is known and has its form."""
        unknown = proof.keys() - _MEMBERS
        if unknown:
            raise _wrong_shape(min(unknown), "is not known")
        for name in ("domain", "challenge", "nonce"):
            if name in proof:
                _string(proof, name)
        method = _string(proof, "verificationMethod")
        if not is_url(method):
            raise _wrong_shape("verificationMethod", "must be a URL")
        return cls(
            members=proof,
            type=_string(proof, "type"),
            algorithm=_algorithm(_string(proof, "jws")),
            proof_purpose=_string(proof, "proofPurpose"),
            verification_method=method,
            controller=method.partition("#")[0],
            created=parse_date_time_stamp(_string(proof, "created"), pointer="/proof/created"),
            expires=(
                parse_date_time_stamp(proof["expires"], pointer="/proof/expires")
                if "expires" in proof
                else None
            ),
        )

    def check(self, expected: ExpectedSigner, *, now: datetime, skew: timedelta) -> None:
        """Compare with what is expected of who signed, and with the clock."""
        if self.proof_purpose != expected.proof_purpose:
            raise ProofError("proof_purpose_mismatch", self.proof_purpose[:80], pointer="/proof/proofPurpose")
        if self.created is not None and self.created > now + skew:
            raise ProofError("proof_not_yet_valid", pointer="/proof/created")
        if self.expires is not None and self.expires <= now:
            raise ProofError("proof_expired", pointer="/proof/expires")
        if expected.domain is not None and self.members.get("domain") != expected.domain:
            raise ProofError("domain_mismatch", pointer="/proof/domain")
        if expected.challenge is not None and self.members.get("challenge") != expected.challenge:
            raise ProofError("challenge_mismatch", pointer="/proof/challenge")
        if expected.controller is not None and self.controller != expected.controller:
            raise ProofError(
                "issuer_mismatch", f"{expected.controller} did not make {self.verification_method}"
            )

    def check_key(self, context: VerificationContext) -> None:
        """Check that the key may be handed over, and look it up where its kind is known here."""
        if not self.verification_method.startswith(OFFLINE_METHODS):
            raise ProofError("legacy_method_unsupported", self.verification_method[:80])
        split_method_url(self.verification_method)
        if self.algorithm == "ES384":
            raise ProofError("unsupported_cryptosuite", f"{self.type} with ES384", pointer="/proof/jws")
        if self.algorithm not in ALGORITHMS[self.type]:
            raise ProofError("legacy_algorithm", f"{self.type} with {self.algorithm}", pointer="/proof/jws")
        if self.algorithm in _OWN_KEYS:
            method = context.resolver.dereference(
                self.verification_method, relationship=Relationship.ASSERTION_METHOD
            )
            if method.public_key.jose_algorithm != self.algorithm:
                raise ProofError("suite_key_mismatch", f"{self.type} with {method.public_key.key_type}")


def _algorithm(jws: str) -> str:
    """Read the algorithm of a detached JWS with an unencoded payload; its parts are canonical base64url.

    Source: RFC 7797, sections 3 and 5; RFC 7515, appendix F (Detached Content).
    """
    parts = jws.split(".")
    if len(parts) != _DETACHED or parts[1]:
        raise _wrong_shape("jws", "is no detached JWS")
    try:
        header = strict_json.loads(decode_base64url(parts[0]), max_bytes=_LONGEST)
        signature = decode_base64url(parts[2])
    except (EncodingError, ContextsError) as err:
        raise _wrong_shape("jws", err.code) from err
    if not isinstance(header, dict) or header.keys() != {"alg", "b64", "crit"} or not signature:
        raise _wrong_shape("jws", "has another header")
    if header["b64"] is not False or header["crit"] != ["b64"] or not isinstance(header["alg"], str):
        raise _wrong_shape("jws", "has another header")
    return header["alg"]


def _string(proof: JsonObject, name: str) -> str:
    value = proof.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
        raise _wrong_shape(name, "must be a string")
    return value


def _wrong_shape(name: str, says: str) -> ProofError:
    return ProofError("proof_invalid_shape", f"{name} {says}", pointer=f"/proof/{name}")
