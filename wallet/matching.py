"""Which badges of a passport answer which of a verifier's questions, and what would be seen of each.

Credential queries of which any one will do are one question to the person: the same badge in another format
is not another choice to make.

Source: OpenID4VP 1.0, sections 6.2 (Credential Set Query) and 6.4 (Processing Rules).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from contexts import ContextsError
from credentials.errors import CredentialsError
from credentials.exchange.dcql import DcqlQuery, match
from credentials.exchange.disclosing import Disclosure, plan_disclosure
from wallet import holding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from credentials.exchange.dcql import Candidate, Matches
    from wallet.holding import HeldBadge
    from wallet.requests import Request
    from wallet.service import WalletService

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Proposal:
    """A badge that answers a question.

    Args:
        badge: which.
        query_id: of the credential query that it answers.
        shown: what would be seen of it, and what not.
    """

    badge: HeldBadge
    query_id: str
    shown: Disclosure


@dataclass(frozen=True)
class Question:
    """One thing that is asked for, and the badges that answer it.

    Args:
        id: of its first credential query.
        proposals: newest first.
        needed: it must be answered.
        multiple: several badges may answer.
    """

    id: str
    proposals: tuple[Proposal, ...]
    needed: bool
    multiple: bool


@dataclass(frozen=True)
class Matching:
    """A request beside a passport; `can_answer` is False when something needed is missing."""

    questions: tuple[Question, ...]
    can_answer: bool

    @property
    def shows_whole(self) -> bool:
        """Whether something is proposed of which no part can be held back."""
        return any(not each.shown.can_hide for each in self._proposals)

    @property
    def is_refused(self) -> bool:
        """Whether that is so because the verifier does not read parts of a badge."""
        return any(each.shown.is_refused for each in self._proposals)

    @property
    def _proposals(self) -> list[Proposal]:
        return [each for question in self.questions for each in question.proposals]


def match_request(service: WalletService, passport_id: str, request: Request) -> Matching:
    """Find which badges of a passport answer a request. Hidden badges are not proposed.

    Source: OpenID4VP 1.0, section 6.4.
    """
    query = DcqlQuery.parse(request.content.query)
    badges = {badge.id: badge for badge in holding.list_badges(service, passport_id)}
    matches = match(query, {badge.id: badge.held.claims for badge in badges.values()})
    chosen = matches.chosen
    suites = suites_of(request.content.vp_formats)
    questions = tuple(
        _question(matches, group, badges, needed=not {*group}.isdisjoint(chosen or ()), suites=suites)
        for group in _groups(query)
    )
    answerable = chosen is not None and all(each.proposals for each in questions if each.needed)
    return Matching(questions, answerable)


def suites_of(vp_formats: Mapping[str, Any]) -> frozenset[str] | None:
    """The cryptosuites that a verifier says it reads; None when it does not say.

    Source: OpenID4VP 1.0, appendix B.1.3.2.2 (`cryptosuite_values`).
    """
    ldp_vc = vp_formats.get("ldp_vc")
    named = ldp_vc.get("cryptosuite_values") if isinstance(ldp_vc, dict) else None
    return frozenset(each for each in named if isinstance(each, str)) if isinstance(named, list) else None


def _groups(query: DcqlQuery) -> Iterator[tuple[str, ...]]:
    """The ids of credential queries, those together of which any one will do."""
    taken: set[str] = set()
    alternatives: dict[str, tuple[str, ...]] = {}
    for wanted in query.credential_sets:
        ids = tuple(option[0] for option in wanted.options)
        if all(len(option) == 1 for option in wanted.options) and taken.isdisjoint(ids):
            alternatives |= dict.fromkeys(ids, ids)
        taken.update(name for option in wanted.options for name in option)
    given: set[str] = set()
    for each in query.credentials:
        if each.id not in given:
            group = alternatives.get(each.id, (each.id,))
            given.update(group)
            yield group


def _question(
    matches: Matches,
    group: tuple[str, ...],
    badges: Mapping[str, HeldBadge],
    *,
    needed: bool,
    suites: frozenset[str] | None,
) -> Question:
    found = {
        candidate.key: (name, candidate) for name in reversed(group) for candidate in matches.candidates[name]
    }
    proposals = (
        _proposal(badge, *found[badge.id], suites=suites) for badge in badges.values() if badge.id in found
    )
    multiple = len(group) == 1 and matches.query.credential_query(group[0]).multiple
    return Question(group[0], tuple(each for each in proposals if each is not None), needed, multiple)


def _proposal(
    badge: HeldBadge, query_id: str, candidate: Candidate, *, suites: frozenset[str] | None
) -> Proposal | None:
    try:
        return Proposal(badge, query_id, plan_disclosure(badge.held, candidate.claims, suites=suites))
    except (CredentialsError, ContextsError) as err:
        # what cannot be worked out cannot be agreed to
        log.warning("badge_not_proposed", badge_id=badge.id, code=err.code)
        return None
