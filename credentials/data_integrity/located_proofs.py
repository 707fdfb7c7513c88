"""One proof after another is read, compared with what is expected, and given the key that it names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from credentials.data_integrity.options import ProofOptions, check_proof_context
from credentials.data_integrity.registry import check_key_fits, find_suite
from credentials.errors import CredentialsError, ProofError
from credentials.report import Outcome, outcome_of_code
from did.document import Relationship
from did.errors import DidError
from did.past_keys import find_key_of_then

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta

    from credentials.data_integrity.suites import CryptoSuite
    from did.document import VerificationMethod
    from did.resolver import Resolver

JsonObject = dict[str, Any]
_Made = TypeVar("_Made")
_RELATIONSHIPS: Final = {each.value: each for each in Relationship}


@dataclass(frozen=True)
class Expectation:
    """What a proof must say of itself.

    Args:
        proof_purpose: exactly this one.
        domain: for this verifier, and nobody beside it; None asks nothing.
        challenge: exactly this one; None asks nothing.
        now: aware UTC.
        skew: how far `created` may lie ahead of our clock.
        assume_utc: take times without a zone for UTC.
    """

    proof_purpose: str
    domain: str | None
    challenge: str | None
    now: datetime
    skew: timedelta
    assume_utc: bool = False


@dataclass(frozen=True)
class LocatedProof:
    """A proof whose shape, purpose and time are right, with its suite and the key that its verification
    method stands for.
    """

    options: ProofOptions
    method: VerificationMethod
    suite: CryptoSuite


def read_proof(document: JsonObject, proof: JsonObject, expect: Expectation) -> ProofOptions:
    """Do all that can be done with one proof of a document before anything is fetched.

    Raises:
        ProofError: as `verify_proofs` says.
        DateSyntaxError: `created` or `expires` is no dateTimeStamp.

    Source: Data Integrity 1.0, section 4.4 (Verify Proof), steps 4 to 7.
    """
    options = ProofOptions.read(proof, assume_utc=expect.assume_utc)
    check_proof_context(document, proof)
    _check_expectations(options, expect)
    return options


@dataclass(frozen=True)
class KeyFinding:
    """How the key of a proof is found.

    Args:
        resolver: dereferences verification methods.
        now: aware UTC.
        of_then: whether a key counts as it stood when it signed; a key of today otherwise.
    """

    resolver: Resolver
    now: datetime
    of_then: bool = False

    def find(self, options: ProofOptions, relationship: Relationship) -> VerificationMethod:
        """Find the key that a proof names.

        Raises:
            DidError: it cannot be had, or was not for this purpose.
        """
        url = options.verification_method
        if not self.of_then:
            return self.resolver.dereference(url, relationship=relationship)
        return find_key_of_then(
            self.resolver, url, relationship=relationship, signed_at=options.created, now=self.now
        )


def locate_proof(options: ProofOptions, finding: KeyFinding) -> LocatedProof:
    """Find the key of a proof, and see that its suite takes it.

    Raises:
        ProofError: "proof_purpose_mismatch", "suite_key_mismatch", "unsupported_cryptosuite".
        DidError: the verification method cannot be had, or is not for this purpose.
    """
    relationship = _RELATIONSHIPS.get(options.proof_purpose)
    if relationship is None:
        raise ProofError("proof_purpose_mismatch", options.proof_purpose[:80], pointer="/proof/proofPurpose")
    # a method listed here but controlled by another never comes out of this ("controller_mismatch")
    method = finding.find(options, relationship)
    check_key_fits(options.cryptosuite, method.public_key.key_type)
    return LocatedProof(options, method, find_suite(options.cryptosuite))


def _check_expectations(options: ProofOptions, expect: Expectation) -> None:
    # 5
    if options.proof_purpose != expect.proof_purpose:
        raise ProofError("proof_purpose_mismatch", options.proof_purpose[:80], pointer="/proof/proofPurpose")
    if options.created is not None and options.created > expect.now + expect.skew:
        raise ProofError("proof_not_yet_valid", pointer="/proof/created")
    if options.expires is not None and options.expires <= expect.now:
        raise ProofError("proof_expired", pointer="/proof/expires")
    # 6: the same strings, one being a set of one; a proof that is for others too could be passed on by them
    if expect.domain is not None and options.domain != {expect.domain}:
        raise ProofError("domain_mismatch", pointer="/proof/domain")
    # 7
    if expect.challenge is not None and options.challenge != expect.challenge:
        raise ProofError("challenge_mismatch", pointer="/proof/challenge")


def try_each(
    steps: Sequence[Callable[[], _Made]],
) -> tuple[list[_Made | None], CredentialsError | DidError | None]:
    """Make a step for each proof; the first proven failure ends it, and nothing more is fetched.

    Returns:
        What was made, None where it could not be; and the first reason why not. That is told only if nothing
        worse comes out: one proof that is certainly bad is enough, whatever is not known of the others.

    Raises:
        CredentialsError, DidError: as the steps, when it says "checked, and bad".
    """
    made: list[_Made | None] = []
    unknown: CredentialsError | DidError | None = None
    for step in steps:
        try:
            made.append(step())
        except (CredentialsError, DidError) as err:
            if outcome_of_code(err.code) is not Outcome.INDETERMINATE:
                raise
            made.append(None)
            unknown = unknown or err
    return made, unknown
