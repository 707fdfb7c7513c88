"""Awards: for a whole session at once, or one person after the fact; listed, revoked with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, Final

from sqlmodel import col, func, or_, select

from issuer_node.achievements import require_fit
from issuer_node.auditing import record
from issuer_node.drafts import read_about_person, read_line, read_text
from issuer_node.errors import ConflictError, DraftError, NotFoundError
from issuer_node.models import Award, Badge, Issuance, LearningSession, Offer, OfferState, Passeur, Situation
from issuer_node.offers import add_offer, withdraw_offers
from issuer_node.passeurs import require_passeur
from issuer_node.sessions import LONGEST_NAME, LONGEST_WORDS, lock_session, read_sheet, today
from issuer_node.status_lists import revoke_issuances

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlmodel import Session

    from issuer_node.models import Participant
    from issuer_node.node import Node
    from issuer_node.sessions import SessionSheet

LONGEST_REASON: Final = 500
PAGE_SIZE: Final = 50
_EARLIEST: Final = date(1950, 1, 1)


@dataclass(frozen=True)
class AwardLine:
    """An award in a list.

    Args:
        award: its row.
        badge: which badge.
        offer: its latest offer.
        issued_at: when the badge was received: the first of the copies that stand was signed; None before.
        state: "waiting", "ended" (the slip's time is over), "burnt", "redeemed" (code used, badge not fetched
            yet), "received" or "revoked".
    """

    award: Award
    badge: Badge
    offer: Offer | None
    issued_at: datetime | None
    state: str


@dataclass(frozen=True)
class AwardFilter:
    """Which awards to list; None or "" leaves a criterion out. `text` looks in names of people and badges."""

    badge_id: str | None = None
    session_id: str | None = None
    state: str | None = None  # "revoked", "received", "waiting" (anything else that is not revoked)
    text: str = ""


@dataclass(frozen=True)
class AwardPage:
    """A page of awards; `total` counts all that fit the filter."""

    lines: tuple[AwardLine, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class AwardStory:
    """One award with all that its page tells."""

    line: AwardLine
    offers: tuple[Offer, ...]  # newest first
    issuances: tuple[Issuance, ...]  # newest first; every copy, those cut short too
    awarded_by: Passeur
    revoked_by: Passeur | None
    session: LearningSession | None
    situation: Situation | None


def award_session(
    node: Node, *, by: Passeur, session_id: str, choices: Collection[tuple[str, str]]
) -> list[str]:
    """Award a session at once, each with its offer. Doing it again, or twice at once, awards nothing twice.

    Args:
        node: the node.
        by: who awards.
        session_id: which session.
        choices: pairs (participant id, badge id).

    Returns:
        Ids of the awards of these choices in the order of the sheet, made now or before; those revoked
        meanwhile are left out.

    Raises:
        NotFoundError: no such session, or a pair that is not of it.
        ConflictError: "participant_absent", "session_in_future", "badge_archived", "award_not_fit".
        NotAllowedError: "passeur_suspended".
    """
    with node.database.write() as session:
        require_passeur(session, by)
        row = lock_session(session, session_id)
        sheet = read_sheet(session, session_id)
        people = _check_choices(node, sheet, choices)
        chosen = _in_sheet_order(sheet, choices)
        new = [pair for pair in chosen if pair not in sheet.awards]
        badges = _lock_badges(session, {badge for _, badge in new})
        made = {pair: _session_award(node, by, sheet, people[pair[0]], pair[1]) for pair in new}
        for award in made.values():
            require_fit(node, badge=badges[award.badge_id], award=award)
            session.add(award)
        session.flush()
        for award in made.values():
            add_offer(session, node, award_id=award.id)
            record(session, at=node.now(), by=by.id, deed="awarded", subject=award.id)
        row.closed_at = row.closed_at or node.now()
        session.add(row)
        awards = {**sheet.awards, **made}
        return [awards[pair].id for pair in chosen if awards[pair].revoked_at is None]


def award_person(
    node: Node,
    *,
    by: Passeur,
    badge_id: str,
    name: str,
    earned_on: date,
    words: str = "",
    earned_until: date | None = None,
) -> str:
    """Award one person after the fact, without a session; gives the award's id.

    Args:
        node: the node.
        by: who awards.
        badge_id: a badge in use.
        name: as the passeur calls the person; stays in the node.
        earned_on: the day, or the first one.
        words: what the passeur saw, at most 600 characters; goes into the badge.
        earned_until: the last day, when it took several.

    Raises:
        NotFoundError: no such badge.
        ConflictError: "badge_archived", "award_not_fit".
        DraftError: "missing" (name), "bad_date" (earned_on, earned_until), "too_long".
        NotAllowedError: "passeur_suspended".
    """
    now = node.now()
    last = earned_until or earned_on
    if not _EARLIEST <= earned_on <= today(node):
        raise DraftError("bad_date", "earned_on")
    if not earned_on <= last <= today(node):
        raise DraftError("bad_date", "earned_until")
    award = Award(
        badge_id=badge_id,
        recipient_name=read_line(name, field="name", longest=LONGEST_NAME),
        earned_from=_noon(earned_on, now),
        earned_until=_noon(last, now),
        seen=[],
        words=read_about_person(words, field="words", longest=LONGEST_WORDS),
        awarded_by=by.id,
        awarded_at=now,
    )
    with node.database.write() as session:
        require_passeur(session, by)
        badges = _lock_badges(session, {badge_id})
        require_fit(node, badge=badges[badge_id], award=award)
        session.add(award)
        session.flush()
        add_offer(session, node, award_id=award.id)
        record(session, at=now, by=by.id, deed="awarded", subject=award.id)
    return award.id


def revoke_award(node: Node, *, by: Passeur, award_id: str, reason: str) -> None:
    """Take an award back: its open offers die, its status bits are set, both from this moment.

    Args:
        node: the node.
        by: who takes it back.
        award_id: which.
        reason: at most 500 characters; kept in the node, not published.

    Raises:
        DraftError: "missing" or "too_long", field "reason".
        NotFoundError: no such award.
        ConflictError: "award_revoked": it was already.
        NotAllowedError: "passeur_suspended".
    """
    read = read_text(reason, field="reason", longest=LONGEST_REASON)
    now = node.now()
    with node.database.write() as session:
        require_passeur(session, by)
        award = lock_award(session, award_id)
        if award.revoked_at is not None:
            raise ConflictError("award_revoked")
        award.revoked_at, award.revoked_by, award.revocation_reason = now, by.id, read
        session.add(award)
        withdraw_offers(session, award_id=award_id)
        revoke_issuances(session, award_id=award_id, now=now)
        record(session, at=now, by=by.id, deed="award_revoked", subject=award_id)


def lock_award(session: Session, award_id: str) -> Award:
    """The award's row, held until the transaction ends: revoking and issuing wait for each other.

    Raises:
        NotFoundError: no such award.
    """
    award = session.exec(select(Award).where(Award.id == award_id).with_for_update()).first()
    if award is None:
        raise NotFoundError
    return award


def list_awards(
    node: Node, *, wanted: AwardFilter | None = None, page: int = 1, page_size: int = PAGE_SIZE
) -> AwardPage:
    """A page of awards, newest first.

    Args:
        node: the node.
        wanted: which; all by default.
        page: from 1.
        page_size: awards a page.
    """
    conditions = _conditions(wanted or AwardFilter())
    with node.database.session() as session:
        total = session.exec(select(func.count()).select_from(Award).join(Badge).where(*conditions)).one()
        pages = max(1, -(-total // page_size))
        page = min(max(1, page), pages)
        rows = session.exec(
            select(Award, Badge)
            .join(Badge)
            .where(*conditions)
            .order_by(col(Award.awarded_at).desc(), col(Award.id))
            .offset((page - 1) * page_size)
            .limit(page_size)
        ).all()
        return AwardPage(tuple(_lines(session, rows, node.now())), total, page, pages)


def get_award(node: Node, award_id: str) -> AwardStory:
    """One award with its story.

    Raises:
        NotFoundError: no such award.
    """
    with node.database.session() as session:
        found = session.exec(select(Award, Badge).join(Badge).where(Award.id == award_id)).first()
        if found is None:
            raise NotFoundError
        award = found[0]
        issuances = session.exec(
            select(Issuance).where(Issuance.award_id == award_id).order_by(col(Issuance.intended_at).desc())
        ).all()
        offers = session.exec(
            select(Offer).where(Offer.award_id == award_id).order_by(col(Offer.created_at).desc())
        ).all()
        held = session.get(LearningSession, award.session_id) if award.session_id else None
        awarded_by = session.get(Passeur, award.awarded_by)
        if awarded_by is None:
            raise NotFoundError
        return AwardStory(
            line=_lines(session, [found], node.now())[0],
            offers=tuple(offers),
            issuances=tuple(issuances),
            awarded_by=awarded_by,
            revoked_by=session.get(Passeur, award.revoked_by) if award.revoked_by else None,
            session=held,
            situation=session.get(Situation, held.situation_id) if held else None,
        )


def list_lines(node: Node, award_ids: Collection[str]) -> list[AwardLine]:
    """The lines of these awards, one person after the other: for slips of a session."""
    with node.database.session() as session:
        rows = session.exec(
            select(Award, Badge)
            .join(Badge)
            .where(col(Award.id).in_(list(award_ids)))
            .order_by(col(Award.recipient_name), col(Award.participant_id), col(Badge.name), col(Award.id))
        ).all()
        return _lines(session, rows, node.now())


def _check_choices(
    node: Node, sheet: SessionSheet, choices: Collection[tuple[str, str]]
) -> dict[str, Participant]:
    people = {participant.id: participant for participant in sheet.participants}
    badges = {badge.id: badge for badge in sheet.badges}
    if any(person not in people or badge not in badges for person, badge in choices):
        raise NotFoundError
    if sheet.session.held_on > today(node) or (sheet.session.ended_on or sheet.session.held_on) > today(node):
        raise ConflictError("session_in_future")
    new = [pair for pair in choices if pair not in sheet.awards]
    if any(not people[person].present for person, _ in new):
        raise ConflictError("participant_absent")
    if any(badges[badge].archived_at is not None for _, badge in new):
        raise ConflictError("badge_archived")
    return people


def _in_sheet_order(sheet: SessionSheet, choices: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
    wanted = set(choices)
    pairs = ((person.id, badge.id) for person in sheet.participants for badge in sheet.badges)
    return [pair for pair in pairs if pair in wanted]


def _lock_badges(session: Session, badge_ids: set[str]) -> dict[str, Badge]:
    """Hold the badges that are awarded: one that is being changed is awarded after, or not at all."""
    rows = session.exec(
        select(Badge).where(col(Badge.id).in_(sorted(badge_ids))).order_by(Badge.id).with_for_update()
    ).all()
    if len(rows) != len(badge_ids):
        raise NotFoundError
    if any(badge.archived_at is not None for badge in rows):
        raise ConflictError("badge_archived")
    return {badge.id: badge for badge in rows}


def _session_award(
    node: Node, by: Passeur, sheet: SessionSheet, participant: Participant, badge_id: str
) -> Award:
    now = node.now()
    seen = [
        behaviour.text
        for behaviour in sheet.behaviours
        if (participant.id, behaviour.id) in sheet.seen and behaviour.badge_id in {None, badge_id}
    ]
    situation = {
        "title": sheet.situation.title,
        "description": sheet.situation.description,
        "host": sheet.situation.host,
        "place": sheet.session.place,
    }
    return Award(
        badge_id=badge_id,
        session_id=sheet.session.id,
        participant_id=participant.id,
        recipient_name=participant.name,
        earned_from=_noon(sheet.session.held_on, now),
        earned_until=_noon(sheet.session.ended_on or sheet.session.held_on, now),
        situation={name: value for name, value in situation.items() if value},
        seen=seen,
        words=participant.words,
        awarded_by=by.id,
        awarded_at=now,
    )


def _noon(day: date, now: datetime) -> datetime:
    """The instant that stands for a day: noon UTC is that day almost everywhere; never later than now."""
    return min(datetime.combine(day, time(12), tzinfo=UTC), now.replace(microsecond=0))


def _conditions(wanted: AwardFilter) -> list[Any]:
    conditions: list[Any] = []
    if wanted.badge_id:
        conditions.append(col(Award.badge_id) == wanted.badge_id)
    if wanted.session_id:
        conditions.append(col(Award.session_id) == wanted.session_id)
    if wanted.text.strip():
        text = wanted.text.strip()[:100].lower()
        looked_in = (func.lower(col(Award.recipient_name)), func.lower(col(Badge.name)))
        conditions.append(or_(*(each.contains(text, autoescape=True) for each in looked_in)))
    received = (
        select(Issuance.id)
        .where(
            col(Issuance.award_id) == Award.id,
            col(Issuance.issued_at).is_not(None),
            col(Issuance.revoked_at).is_(None),
        )
        .exists()
    )
    revoked = col(Award.revoked_at).is_not(None)
    by_state: dict[str, list[Any]] = {
        "revoked": [revoked],
        "received": [~revoked, received],
        "waiting": [~revoked, ~received],
    }
    return conditions + by_state.get(wanted.state or "", [])


def _lines(session: Session, rows: Iterable[tuple[Award, Badge]], now: datetime) -> list[AwardLine]:
    """The lines of awards, with two queries for all of them."""
    rows = list(rows)
    ids = [award.id for award, _ in rows]
    offers: dict[str, Offer] = {}
    for offer in session.exec(
        select(Offer).where(col(Offer.award_id).in_(ids)).order_by(col(Offer.created_at))
    ):
        # a renewal in the same instant: the one that is not withdrawn is the latest
        latest = offers.get(offer.award_id)
        if latest is None or latest.state == OfferState.WITHDRAWN or offer.state != OfferState.WITHDRAWN:
            offers[offer.award_id] = offer
    issued = dict(
        session.exec(
            select(Issuance.award_id, func.min(Issuance.issued_at))
            .where(col(Issuance.award_id).in_(ids), col(Issuance.revoked_at).is_(None))
            .group_by(Issuance.award_id)
        ).all()
    )
    return [
        AwardLine(
            award, badge, offers.get(award.id), issued.get(award.id),
            _state(award, offers.get(award.id), issued.get(award.id), now),
        )
        for award, badge in rows
    ]  # fmt: skip


def _state(award: Award, offer: Offer | None, issued_at: datetime | None, now: datetime) -> str:
    if award.revoked_at is not None:
        return "revoked"
    if issued_at is not None:
        return "received"
    if offer is None or offer.state == OfferState.WITHDRAWN:
        return "ended"
    if offer.state == OfferState.OPEN:
        return "waiting" if offer.ends_at > now else "ended"
    return str(offer.state)
