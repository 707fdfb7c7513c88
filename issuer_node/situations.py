"""Learning situations: what is done, what to look for in it, and the badges that it leads to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlmodel import col, delete, select, update

from issuer_node.auditing import record
from issuer_node.drafts import read_line, read_text
from issuer_node.errors import ConflictError, DraftError, NotFoundError
from issuer_node.models import Badge, Behaviour, Sighting, Situation, SituationBadge
from issuer_node.passeurs import require_passeur

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

    from issuer_node.models import Passeur
    from issuer_node.node import Node

LONGEST_TITLE: Final = 120
LONGEST_DESCRIPTION: Final = 2_000
LONGEST_BEHAVIOUR: Final = 200
MOST_BEHAVIOURS: Final = 20
MOST_BADGES: Final = 12


@dataclass(frozen=True)
class BehaviourDraft:
    """What to look for, and the id of the badge that it leads to, if one."""

    text: str
    badge_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class SituationDraft:
    """A situation as typed.

    Args:
        title: at most 120 characters.
        description: at most 2,000.
        host: who receives it, at most 120; may be empty.
        scheme: the framework that it happens in, at most 120; may be empty.
        behaviours: at most 20; empty texts are left out.
        badge_ids: at most 12, in order; badges of behaviours are added.
    """

    title: str
    description: str = ""
    host: str = ""
    scheme: str = ""
    behaviours: tuple[BehaviourDraft, ...] = ()
    badge_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class SituationSheet:
    """A situation with what belongs to it, in order."""

    situation: Situation
    behaviours: tuple[Behaviour, ...]
    badges: tuple[Badge, ...]


def make_situation(node: Node, *, by: Passeur, draft: SituationDraft) -> str:
    """Make a situation; gives its id.

    Raises:
        DraftError: with the field's name; field "badge" for a badge that is not in use.
        NotAllowedError: "passeur_suspended".
    """
    situation = Situation(**_read_texts(draft), created_by=by.id, created_at=node.now())
    with node.database.write() as session:
        require_passeur(session, by)
        session.add(situation)
        session.flush()
        _write_parts(session, node, situation.id, draft)
        record(session, at=node.now(), by=by.id, deed="situation_made", subject=situation.id)
    return situation.id


def change_situation(node: Node, *, by: Passeur, situation_id: str, draft: SituationDraft) -> None:
    """Change a situation. Behaviours of the same text stay the same ones; what was noted before stays.

    Raises:
        NotFoundError: no such situation.
        ConflictError: "situation_archived".
        DraftError, NotAllowedError: as `make_situation`.
    """
    texts = _read_texts(draft)
    with node.database.write() as session:
        require_passeur(session, by)
        situation = session.exec(
            select(Situation).where(Situation.id == situation_id).with_for_update()
        ).first()
        if situation is None:
            raise NotFoundError
        if situation.archived_at is not None:
            raise ConflictError("situation_archived")
        situation.sqlmodel_update(texts)
        session.add(situation)
        _write_parts(session, node, situation_id, draft)
        record(session, at=node.now(), by=by.id, deed="situation_changed", subject=situation_id)


def copy_situation(node: Node, *, by: Passeur, situation_id: str) -> str:
    """Make a situation like another one; gives its id. Badges that are archived do not come along.

    Raises:
        NotFoundError: no such situation.
        NotAllowedError: "passeur_suspended".
    """
    sheet = get_situation(node, situation_id)
    in_use = {badge.id for badge in sheet.badges if badge.archived_at is None}
    behaviours = tuple(
        BehaviourDraft(each.text, each.badge_id if each.badge_id in in_use else None)
        for each in sheet.behaviours
    )
    old = sheet.situation
    draft = SituationDraft(
        title=old.title,
        description=old.description,
        host=old.host,
        scheme=old.scheme,
        behaviours=behaviours,
        badge_ids=tuple(badge.id for badge in sheet.badges if badge.id in in_use),
    )
    return make_situation(node, by=by, draft=draft)


def archive_situation(node: Node, *, by: Passeur, situation_id: str) -> None:
    """Take a situation out of use; its sessions stay.

    Raises:
        NotFoundError: no such situation.
        NotAllowedError: "passeur_suspended".
    """
    now = node.now()
    with node.database.write() as session:
        require_passeur(session, by)
        statement = (
            update(Situation)
            .where(col(Situation.id) == situation_id, col(Situation.archived_at).is_(None))
            .values(archived_at=now)
        )
        if session.exec(statement).rowcount:
            record(session, at=now, by=by.id, deed="situation_archived", subject=situation_id)
        elif session.get(Situation, situation_id) is None:
            raise NotFoundError


def list_situations(node: Node, *, archived: bool = False) -> list[Situation]:
    """The situations in use, or those archived, by title."""
    ended = col(Situation.archived_at)
    with node.database.session() as session:
        statement = select(Situation).where(ended.is_not(None) if archived else ended.is_(None))
        return list(session.exec(statement.order_by(Situation.title, Situation.id)))


def get_situation(node: Node, situation_id: str) -> SituationSheet:
    """One situation with its behaviours and badges, archived or not.

    Raises:
        NotFoundError: no such situation.
    """
    with node.database.session() as session:
        situation = session.get(Situation, situation_id)
        if situation is None:
            raise NotFoundError
        behaviours = session.exec(
            select(Behaviour)
            .where(Behaviour.situation_id == situation_id, col(Behaviour.removed_at).is_(None))
            .order_by(col(Behaviour.position))
        ).all()
        return SituationSheet(situation, tuple(behaviours), tuple(badges_of(session, situation_id)))


def badges_of(session: Session, situation_id: str) -> Sequence[Badge]:
    """The badges that a situation leads to, in order."""
    return session.exec(
        select(Badge)
        .join(SituationBadge)
        .where(SituationBadge.situation_id == situation_id)
        .order_by(col(SituationBadge.position))
    ).all()


def _read_texts(draft: SituationDraft) -> dict[str, Any]:
    return {
        "title": read_line(draft.title, field="title", longest=LONGEST_TITLE),
        "description": read_text(
            draft.description, field="description", longest=LONGEST_DESCRIPTION, required=False
        ),
        "host": read_line(draft.host, field="host", longest=LONGEST_TITLE, required=False),
        "scheme": read_line(draft.scheme, field="scheme", longest=LONGEST_TITLE, required=False),
    }


def _write_parts(session: Session, node: Node, situation_id: str, draft: SituationDraft) -> None:
    behaviours = _read_behaviours(draft)
    badge_ids = list(dict.fromkeys([*draft.badge_ids, *(badge for badge in behaviours.values() if badge)]))
    _write_badges(session, situation_id, badge_ids)
    _write_behaviours(session, node, situation_id, behaviours)


def _read_behaviours(draft: SituationDraft) -> dict[str, str | None]:
    """Text to badge, in order; a text that is there twice counts once."""
    if len(draft.behaviours) > 4 * MOST_BEHAVIOURS:
        raise DraftError("too_many", "behaviour", most=MOST_BEHAVIOURS)
    read: dict[str, str | None] = {}
    for each in draft.behaviours:
        text = read_line(each.text, field="behaviour", longest=LONGEST_BEHAVIOUR, required=False)
        if text:
            read.setdefault(text, each.badge_id or None)
    if len(read) > MOST_BEHAVIOURS:
        raise DraftError("too_many", "behaviour", most=MOST_BEHAVIOURS)
    return read


def _write_badges(session: Session, situation_id: str, badge_ids: list[str]) -> None:
    if len(badge_ids) > MOST_BADGES:
        raise DraftError("too_many", "badge", most=MOST_BADGES)
    before = set(
        session.exec(select(SituationBadge.badge_id).where(SituationBadge.situation_id == situation_id))
    )
    in_use = set(
        session.exec(select(Badge.id).where(col(Badge.id).in_(badge_ids), col(Badge.archived_at).is_(None)))
    )
    # a badge that was archived meanwhile may stay where it was; it cannot be added
    if set(badge_ids) - in_use - before:
        raise DraftError("unknown_badge", "badge")
    session.exec(delete(SituationBadge).where(col(SituationBadge.situation_id) == situation_id))
    for position, badge_id in enumerate(badge_ids):
        session.add(SituationBadge(situation_id=situation_id, badge_id=badge_id, position=position))


def _write_behaviours(
    session: Session, node: Node, situation_id: str, behaviours: dict[str, str | None]
) -> None:
    rows = session.exec(select(Behaviour).where(Behaviour.situation_id == situation_id)).all()
    by_text = {row.text: row for row in rows}
    for position, (text, badge_id) in enumerate(behaviours.items()):
        row = by_text.pop(text, None) or Behaviour(situation_id=situation_id, position=0, text=text)
        row.position, row.badge_id, row.removed_at = position, badge_id, None
        session.add(row)
    for row in by_text.values():
        noted = session.exec(select(Sighting.participant_id).where(Sighting.behaviour_id == row.id)).first()
        if noted is None:
            session.delete(row)
        else:
            row.removed_at = row.removed_at or node.now()
            session.add(row)
