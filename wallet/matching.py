"""Which badges of a passport answer which of a verifier's questions, and what would be seen of each.

Credential queries of which any one will do are one question to the person: the same badge in another format
is not another choice to make. Of the copies of a badge that answer, the one that shows least is proposed.

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
from credentials.report import Outcome
from wallet import holding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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
        copy: the one of its copies that would be shown.
        query_id: of the credential query that it answers.
        shown: what would be seen of it, and what not.
    """

    badge: HeldBadge
    copy: HeldBadge
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
    badges = holding.list_badges(service, passport_id)
    matches = match(query, {copy.id: copy.held.claims for badge in badges for copy in badge.every_copy})
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
    badges: Sequence[HeldBadge],
    *,
    needed: bool,
    suites: frozenset[str] | None,
) -> Question:
    found = [(name, candidate) for name in group for candidate in matches.candidates[name]]
    proposals = (_least(badge, found, suites=suites) for badge in badges)
    multiple = len(group) == 1 and matches.query.credential_query(group[0]).multiple
    return Question(group[0], tuple(each for each in proposals if each is not None), needed, multiple)


def _least(
    badge: HeldBadge, found: Sequence[tuple[str, Candidate]], *, suites: frozenset[str] | None
) -> Proposal | None:
    """Of what can be shown of a badge, what shows least; of equals, what the verifier named first. A copy
    that does not hold is shown only where no other is.
    """
    copies = {copy.id: copy for copy in badge.every_copy}
    proposals = (
        _proposal(badge, copies[candidate.key], name, candidate, suites=suites)
        for name, candidate in found
        if candidate.key in copies
    )
    made = (each for each in proposals if each is not None)
    return min(made, key=lambda each: (each.copy.outcome is not Outcome.VALID, _amount(each)), default=None)


def _amount(proposal: Proposal) -> int:
    """How much a reader learns: the members that they see, counted alike in every format."""
    return _leaves(proposal.shown.view.to_json())


def _leaves(value: object) -> int:
    if isinstance(value, dict):
        return sum(map(_leaves, value.values()))
    return sum(map(_leaves, value)) if isinstance(value, list) else 1


def _proposal(
    badge: HeldBadge,
    copy: HeldBadge,
    query_id: str,
    candidate: Candidate,
    *,
    suites: frozenset[str] | None,
) -> Proposal | None:
    try:
        return Proposal(badge, copy, query_id, plan_disclosure(copy.held, candidate.claims, suites=suites))
    except (CredentialsError, ContextsError) as err:
        # what cannot be worked out cannot be agreed to
        log.warning("badge_not_proposed", badge_id=copy.id, code=err.code)
        return None
