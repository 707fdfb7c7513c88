"""Dated sessions of a situation: who was there, and what was seen in whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from sqlmodel import col, delete, func, or_, select

from issuer_node.auditing import record
from issuer_node.drafts import read_about_person, read_line, read_lines
from issuer_node.errors import ConflictError, DraftError, NotFoundError
from issuer_node.models import Award, Badge, Behaviour, LearningSession, Participant, Sighting, Situation
from issuer_node.passeurs import require_passeur
from issuer_node.situations import badges_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlmodel import Session

    from issuer_node.models import Passeur
    from issuer_node.node import Node

LONGEST_NAME: Final = 80
LONGEST_PLACE: Final = 120
LONGEST_WORDS: Final = 600
MOST_PARTICIPANTS: Final = 60
_EARLIEST: Final = date(1950, 1, 1)


@dataclass(frozen=True)
class SessionLine:
    """A session in a list."""

    session: LearningSession
    situation: Situation
    participants: int
    awards: int


@dataclass(frozen=True)
class SessionSheet:
    """Everything of one session.

    Args:
        session: its row.
        situation: of which it is a day.
        participants: in order.
        behaviours: what to look for, in order; also one that was taken out since but was seen here.
        badges: what the situation leads to, in order; archived ones too.
        seen: pairs (participant id, behaviour id).
        proposed: pairs (participant id, badge id) that what was seen leads to, for those present.
        awards: those made in this session, by (participant id, badge id), revoked ones too.
    """

    session: LearningSession
    situation: Situation
    participants: tuple[Participant, ...]
    behaviours: tuple[Behaviour, ...]
    badges: tuple[Badge, ...]
    seen: frozenset[tuple[str, str]]
    proposed: frozenset[tuple[str, str]]
    awards: Mapping[tuple[str, str], Award]


def open_session(
    node: Node,
    *,
    by: Passeur,
    situation_id: str,
    held_on: date,
    ended_on: date | None = None,
    place: str = "",
    names: Sequence[str] = (),
) -> str:
    """Open the sheet of a session; gives its id.

    Args:
        node: the node.
        by: who opens it.
        situation_id: of which situation.
        held_on: the day, or the first one.
        ended_on: the last day, when it took several.
        place: at most 120 characters; may be empty.
        names: of the participants, as the passeur calls them; at most 60.

    Raises:
        NotFoundError: no such situation.
        ConflictError: "situation_archived".
        DraftError: "bad_date" (held_on, ended_on), "too_many" or "too_long" (names, place).
        NotAllowedError: "passeur_suspended".
    """
    if held_on < _EARLIEST or (ended_on is not None and ended_on < held_on):
        raise DraftError("bad_date", "held_on" if held_on < _EARLIEST else "ended_on")
    row = LearningSession(
        situation_id=situation_id,
        held_on=held_on,
        ended_on=ended_on if ended_on != held_on else None,
        place=read_line(place, field="place", longest=LONGEST_PLACE, required=False),
        created_by=by.id,
        created_at=node.now(),
    )
    read = read_lines(names, field="names", longest=LONGEST_NAME, most=MOST_PARTICIPANTS)
    with node.database.write() as session:
        require_passeur(session, by)
        situation = session.get(Situation, situation_id)
        if situation is None:
            raise NotFoundError
        if situation.archived_at is not None:
            raise ConflictError("situation_archived")
        session.add(row)
        session.flush()
        _add_names(session, row.id, read, first=0)
        record(session, at=node.now(), by=by.id, deed="session_opened", subject=row.id)
    return row.id


def list_sessions(node: Node, *, situation_id: str | None = None, limit: int = 100) -> list[SessionLine]:
    """Sessions, the latest day first, with how many people and awards."""
    people = select(func.count()).where(col(Participant.session_id) == LearningSession.id).scalar_subquery()
    awards = (
        select(func.count())
        .where(col(Award.session_id) == LearningSession.id, col(Award.revoked_at).is_(None))
        .scalar_subquery()
    )
    statement = (
        select(LearningSession, Situation, people, awards)
        .join(Situation)
        .order_by(col(LearningSession.held_on).desc(), col(LearningSession.created_at).desc())
        .limit(limit)
    )
    if situation_id is not None:
        statement = statement.where(LearningSession.situation_id == situation_id)
    with node.database.session() as session:
        return [SessionLine(*found) for found in session.exec(statement)]


def get_sheet(node: Node, session_id: str) -> SessionSheet:
    """Everything of one session.

    Raises:
        NotFoundError: no such session.
    """
    with node.database.session() as session:
        return read_sheet(session, session_id)


def read_sheet(session: Session, session_id: str) -> SessionSheet:
    """`get_sheet` inside a transaction.

    Raises:
        NotFoundError: no such session.
    """
    found = session.exec(
        select(LearningSession, Situation).join(Situation).where(LearningSession.id == session_id)
    ).first()
    if found is None:
        raise NotFoundError
    row, situation = found
    participants = session.exec(
        select(Participant).where(Participant.session_id == session_id).order_by(col(Participant.position))
    ).all()
    seen = frozenset(
        session.exec(
            select(Sighting.participant_id, Sighting.behaviour_id)
            .join(Participant)
            .where(Participant.session_id == session_id)
        )
    )
    behaviours = session.exec(
        select(Behaviour)
        .where(
            Behaviour.situation_id == situation.id,
            or_(
                col(Behaviour.removed_at).is_(None),
                col(Behaviour.id).in_({behaviour for _, behaviour in seen}),
            ),
        )
        .order_by(col(Behaviour.position))
    ).all()
    awards = session.exec(select(Award).where(Award.session_id == session_id)).all()
    return SessionSheet(
        session=row,
        situation=situation,
        participants=tuple(participants),
        behaviours=tuple(behaviours),
        badges=tuple(badges_of(session, situation.id)),
        seen=seen,
        proposed=_proposed(participants, behaviours, seen),
        awards={(award.participant_id or "", award.badge_id): award for award in awards},
    )


def add_participants(node: Node, *, by: Passeur, session_id: str, names: Sequence[str]) -> None:
    """Add people to the end of the sheet.

    Raises:
        NotFoundError: no such session.
        DraftError: field "names".
        NotAllowedError: "passeur_suspended".
    """
    read = read_lines(names, field="names", longest=LONGEST_NAME, most=MOST_PARTICIPANTS)
    with node.database.write() as session:
        require_passeur(session, by)
        lock_session(session, session_id)
        count, last = session.exec(
            select(func.count(), func.coalesce(func.max(Participant.position), -1)).where(
                col(Participant.session_id) == session_id
            )
        ).one()
        if count + len(read) > MOST_PARTICIPANTS:
            raise DraftError("too_many", "names", most=MOST_PARTICIPANTS)
        _add_names(session, session_id, read, first=last + 1)


def remove_participant(node: Node, *, by: Passeur, session_id: str, participant_id: str) -> None:
    """Take a person off the sheet, with what was noted.

    Raises:
        NotFoundError: nobody of that id in that session.
        ConflictError: "participant_awarded".
        NotAllowedError: "passeur_suspended".
    """
    with node.database.write() as session:
        require_passeur(session, by)
        lock_session(session, session_id)
        participant = session.get(Participant, participant_id)
        if participant is None or participant.session_id != session_id:
            raise NotFoundError
        if session.exec(select(Award.id).where(Award.participant_id == participant_id)).first() is not None:
            raise ConflictError("participant_awarded")
        session.exec(delete(Sighting).where(col(Sighting.participant_id) == participant_id))
        session.delete(participant)


def save_sheet(
    node: Node,
    *,
    by: Passeur,
    session_id: str,
    present: Collection[str],
    seen: Collection[tuple[str, str]],
    words: Mapping[str, str],
) -> None:
    """Save the whole sheet as it stands on the page.

    Args:
        node: the node.
        by: who noted it; what was noted before keeps its first name and time.
        session_id: which.
        present: ids of those who were there.
        seen: pairs (participant id, behaviour id); all others are taken back.
        words: the passeur's sentence by participant id, at most 600 characters; absent ones are left.

    Raises:
        NotFoundError: no such session, or a participant or behaviour of another one.
        DraftError: field "words-{participant id}".
        NotAllowedError: "passeur_suspended".
    """
    read = {
        person: read_about_person(text, field=f"words-{person}"[:80], longest=LONGEST_WORDS)
        for person, text in words.items()
    }
    with node.database.write() as session:
        require_passeur(session, by)
        lock_session(session, session_id)
        sheet = read_sheet(session, session_id)
        people = {participant.id for participant in sheet.participants}
        behaviours = {behaviour.id for behaviour in sheet.behaviours}
        named = {person for person, _ in seen} | set(present) | set(words)
        if named - people or {behaviour for _, behaviour in seen} - behaviours:
            raise NotFoundError
        for participant in sheet.participants:
            participant.present = participant.id in present
            participant.words = read.get(participant.id, participant.words)
            session.add(participant)
        _write_seen(session, node, by, before=sheet.seen, after=frozenset(seen))
        record(session, at=node.now(), by=by.id, deed="sheet_saved", subject=session_id)


def lock_session(session: Session, session_id: str) -> LearningSession:
    """The session's row, held until the transaction ends: two people at one sheet wait for each other.

    Raises:
        NotFoundError: no such session.
    """
    row = session.exec(
        select(LearningSession).where(LearningSession.id == session_id).with_for_update()
    ).first()
    if row is None:
        raise NotFoundError
    return row


def today(node: Node) -> date:
    """The day it is at the structure."""
    now: datetime = node.now()
    return now.astimezone(ZoneInfo(node.settings.time_zone)).date()


def _add_names(session: Session, session_id: str, names: Sequence[str], *, first: int) -> None:
    for position, name in enumerate(names, start=first):
        session.add(Participant(session_id=session_id, position=position, name=name))


def _write_seen(
    session: Session,
    node: Node,
    by: Passeur,
    *,
    before: frozenset[tuple[str, str]],
    after: frozenset[tuple[str, str]],
) -> None:
    for person, behaviour in before - after:
        session.exec(
            delete(Sighting).where(
                col(Sighting.participant_id) == person, col(Sighting.behaviour_id) == behaviour
            )
        )
    for person, behaviour in sorted(after - before):
        session.add(
            Sighting(participant_id=person, behaviour_id=behaviour, noted_by=by.id, noted_at=node.now())
        )


def _proposed(
    participants: Sequence[Participant], behaviours: Sequence[Behaviour], seen: frozenset[tuple[str, str]]
) -> frozenset[tuple[str, str]]:
    leads_to = {behaviour.id: behaviour.badge_id for behaviour in behaviours}
    present = {participant.id for participant in participants if participant.present}
    return frozenset(
        (person, badge)
        for person, behaviour in seen
        if person in present and (badge := leads_to.get(behaviour)) is not None
    )
