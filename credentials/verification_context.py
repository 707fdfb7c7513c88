"""What a verification needs of the world, and its policy."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from contexts import WorkBudget, hash_canonical
from credentials.legacy import BoundedLegacyVerifier
from credentials.schemas.store import SchemaStore
from did.fetcher import FetchBudget

if TYPE_CHECKING:
    from contexts import CanonicalHasher, ContextStore
    from credentials.legacy import LegacyProofVerifier
    from credentials.sd_jwt.token_status import TokenStatusPolicy
    from credentials.status.lists import StatusCache
    from credentials.trust import TrustRegistry
    from did.fetcher import Fetcher
    from did.resolver import Resolver

# a presentation of twenty badges by as many issuers asks for twenty DID documents and twenty lists
MAXIMUM_FETCHES: Final = 40
MAXIMUM_FAILED_FETCHES: Final = 6
JWS_ALGORITHMS: Final = frozenset({"EdDSA", "ES256", "ES384", "ES512", "RS256"})


@dataclass(frozen=True)
class VerificationContext:
    """What a verification needs of the world.

    Args:
        contexts: the closed world of JSON-LD contexts.
        resolver: dereferences verification methods.
        fetcher: fetches status lists, and the keys of https issuers.
        hasher: SHA-256 of canonical N-Quads.
        trust: who is known; None knows nobody.
        skew_seconds: how far an issuer's clock may be ahead of ours, 0 to 60.
        status_cache: remembers status lists: fewer fetches (within a published `ttl`), and an alarm on a
            rollback.
        require_status: refuse a credential without a status.
        budget: what is left to be asked of the network; None: `bounded` gives a fresh one.
        work: what is left to be worked out; None: `bounded` gives a fresh one.
        jws_algorithms: those that credentials and presentations in JWTs may be signed with, some of
            `JWS_ALGORITHMS`.
        base_proofs: take base proofs of the selective suites as they are: for an issuer's self check and for
            the holder, who gets them. A verifier is shown derived proofs, and refuses the rest.
        token_status: looks up the `status` of SD-JWT VCs; None: one that has it is indeterminate.
        legacy: verifies proofs from before Data Integrity 1.0; None: a credential with one is "legacy_suite".
        schemas: the closed world of JSON schemas; by default those that come with this library.
    """

    contexts: ContextStore
    resolver: Resolver
    fetcher: Fetcher
    hasher: CanonicalHasher = hash_canonical
    trust: TrustRegistry | None = None
    skew_seconds: int = 60
    status_cache: StatusCache | None = None
    require_status: bool = False
    budget: FetchBudget | None = None
    work: WorkBudget | None = None
    jws_algorithms: frozenset[str] = JWS_ALGORITHMS
    base_proofs: bool = False
    token_status: TokenStatusPolicy | None = None
    legacy: LegacyProofVerifier | None = None
    schemas: SchemaStore = field(default_factory=SchemaStore.published)

    def bounded(self) -> VerificationContext:
        """The context of one verification, and of all that it holds: it may fetch so much, and work so much,
        and no more.
        """
        if self.budget is not None:
            return self
        work = self.work or WorkBudget()
        budget = FetchBudget(fetches=MAXIMUM_FETCHES, failures=MAXIMUM_FAILED_FETCHES, work=work)
        resolver, fetcher = self.resolver.through(budget.over), budget.over(self.fetcher)
        legacy = BoundedLegacyVerifier(self.legacy) if self.legacy else None
        return replace(self, resolver=resolver, fetcher=fetcher, budget=budget, work=work, legacy=legacy)

    def spend(self, units: int) -> None:
        """Take units of the work that this verification may cost.

        Raises:
            TooComplexError: there are not so many left.
        """
        if self.work is not None:
            self.work.spend(units)

    def __post_init__(self) -> None:
        """Refuse a skew that would hide a real fault, and an algorithm that is not known here."""
        if not 0 <= self.skew_seconds <= 60:  # noqa: PLR2004 - one minute
            raise ValueError("skew_seconds is 0 to 60")
        if not self.jws_algorithms <= JWS_ALGORITHMS:
            raise ValueError(f"jws_algorithms is some of {', '.join(sorted(JWS_ALGORITHMS))}")
