"""Badges: made, changed until they are first awarded, copied, archived. Each has a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlmodel import col, exists, select, update

from credentials.open_badges import Kind
from issuer_node.auditing import record
from issuer_node.drafts import read_line, read_text, read_url
from issuer_node.errors import ConflictError, DraftError, NotFoundError
from issuer_node.medals import draw_medal
from issuer_node.models import Award, Badge, Picture
from issuer_node.passeurs import require_passeur
from web.pictures import PictureError, check_picture

if TYPE_CHECKING:
    from sqlmodel import Session

    from issuer_node.models import Passeur
    from issuer_node.node import Node

LONGEST_NAME: Final = 100
LONGEST_DESCRIPTION: Final = 500
LONGEST_CRITERIA: Final = 4_000
LONGEST_PICTURE_TEXT: Final = 200
MOST_SKILLS: Final = 10
_LANGUAGES: Final = frozenset({"fr", "en"})


@dataclass(frozen=True)
class SkillDraft:
    """A skill as typed: its name, its address, the framework's name and the skill's code there."""

    name: str
    url: str
    framework: str = ""
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class BadgeDraft:
    """A badge as typed.

    Args:
        name: at most 100 characters.
        description: what was seen, in a sentence; at most 500.
        criteria: Markdown, at most 4,000.
        kind: a value of `credentials.open_badges.Kind`.
        language: "fr" or "en".
        skills: at most 10.
        picture_text: what the picture shows, at most 200.
    """

    name: str
    description: str
    criteria: str
    kind: str
    language: str = "fr"
    skills: tuple[SkillDraft, ...] = ()
    picture_text: str = ""


def make_badge(node: Node, *, by: Passeur, draft: BadgeDraft, picture: bytes | None = None) -> str:
    """Make a badge; gives its id.

    Args:
        node: the node.
        by: who makes it.
        draft: as typed.
        picture: PNG, JPEG, WebP or SVG; a medal is drawn when there is none.

    Raises:
        DraftError: with the field's name; field "picture" for a picture that is refused.
        NotAllowedError: "passeur_suspended".
    """
    values = _read_draft(draft)
    drawn = _read_picture(picture, name=values["name"], kind=values["kind"])
    now = node.now()
    with node.database.write() as session:
        require_passeur(session, by)
        session.add(drawn)
        session.flush()
        badge = Badge(**values, picture_id=drawn.id, created_by=by.id, created_at=now, changed_at=now)
        session.add(badge)
        record(session, at=now, by=by.id, deed="badge_made", subject=badge.id)
    return badge.id


def change_badge(
    node: Node, *, by: Passeur, badge_id: str, draft: BadgeDraft, picture: bytes | None = None
) -> None:
    """Change a badge that nobody has yet.

    Args:
        node: the node.
        by: who changes it.
        badge_id: which.
        draft: as typed.
        picture: a new picture; None keeps the one there is.

    Raises:
        NotFoundError: no such badge.
        ConflictError: "badge_awarded", "badge_archived".
        DraftError: with the field's name.
        NotAllowedError: "passeur_suspended".
    """
    values = _read_draft(draft)
    drawn = _read_picture(picture, name=values["name"], kind=values["kind"]) if picture is not None else None
    now = node.now()
    with node.database.write() as session:
        require_passeur(session, by)
        badge = _lock(session, badge_id)
        if badge.archived_at is not None:
            raise ConflictError("badge_archived")
        if _is_awarded(session, badge_id):
            raise ConflictError("badge_awarded")
        if drawn is not None:
            session.add(drawn)
            session.flush()
            badge.picture_id = drawn.id
        badge.sqlmodel_update({**values, "changed_at": now, "revision": badge.revision + 1})
        session.add(badge)
        record(session, at=now, by=by.id, deed="badge_changed", subject=badge_id)


def copy_badge(node: Node, *, by: Passeur, badge_id: str) -> str:
    """Make a badge like another one, to be changed; gives its id.

    Raises:
        NotFoundError: no such badge.
        NotAllowedError: "passeur_suspended".
    """
    now = node.now()
    with node.database.write() as session:
        require_passeur(session, by)
        old = session.get(Badge, badge_id)
        if old is None:
            raise NotFoundError
        fields = (
            "name",
            "description",
            "criteria",
            "kind",
            "language",
            "skills",
            "picture_id",
            "picture_text",
        )
        values = {field: getattr(old, field) for field in fields}
        badge = Badge(**values, created_by=by.id, created_at=now, changed_at=now)
        session.add(badge)
        record(session, at=now, by=by.id, deed="badge_made", subject=badge.id)
    return badge.id


def archive_badge(node: Node, *, by: Passeur, badge_id: str) -> None:
    """Take a badge out of use. What was awarded stays, and slips that are out can still be used.

    Raises:
        NotFoundError: no such badge.
        NotAllowedError: "passeur_suspended".
    """
    now = node.now()
    with node.database.write() as session:
        require_passeur(session, by)
        statement = (
            update(Badge)
            .where(col(Badge.id) == badge_id, col(Badge.archived_at).is_(None))
            .values(archived_at=now, changed_at=now, revision=Badge.revision + 1)
        )
        if session.exec(statement).rowcount:
            record(session, at=now, by=by.id, deed="badge_archived", subject=badge_id)
        elif session.get(Badge, badge_id) is None:
            raise NotFoundError


def list_badges(node: Node, *, archived: bool = False) -> list[Badge]:
    """The badges in use, or those archived, newest first."""
    has_ended = col(Badge.archived_at).is_not(None) if archived else col(Badge.archived_at).is_(None)
    with node.database.session() as session:
        return list(
            session.exec(select(Badge).where(has_ended).order_by(col(Badge.created_at).desc(), Badge.id))
        )


def get_badge(node: Node, badge_id: str) -> Badge:
    """One badge, archived or not.

    Raises:
        NotFoundError: no such badge.
    """
    with node.database.session() as session:
        badge = session.get(Badge, badge_id)
    if badge is None:
        raise NotFoundError
    return badge


def get_picture(node: Node, picture_id: str) -> Picture:
    """A picture.

    Raises:
        NotFoundError: no such picture.
    """
    with node.database.session() as session:
        picture = session.get(Picture, picture_id)
    if picture is None:
        raise NotFoundError
    return picture


def picture_url(node: Node, picture_id: str) -> str:
    """Where a picture is served: an address of ours, which is what stands in the credential."""
    return f"{node.base_url}/pictures/{picture_id}"


def _lock(session: Session, badge_id: str) -> Badge:
    badge = session.exec(select(Badge).where(Badge.id == badge_id).with_for_update()).first()
    if badge is None:
        raise NotFoundError
    return badge


def _is_awarded(session: Session, badge_id: str) -> bool:
    return bool(session.exec(select(exists().where(col(Award.badge_id) == badge_id))).one())


def _read_picture(picture: bytes | None, *, name: str, kind: str) -> Picture:
    if picture is None:
        return Picture(content_type="image/png", content=draw_medal(name, kind=kind))
    try:
        drawn = check_picture(picture)
    except PictureError as err:
        raise DraftError(err.code, "picture") from err
    return Picture(content_type=drawn.content_type, content=drawn.body)


def _read_draft(draft: BadgeDraft) -> dict[str, Any]:
    if draft.kind not in set(Kind):
        raise DraftError("bad_kind", "kind")
    if draft.language not in _LANGUAGES:
        raise DraftError("bad_language", "language")
    if len(draft.skills) > MOST_SKILLS:
        raise DraftError("too_many", "skills", most=MOST_SKILLS)
    name = read_line(draft.name, field="name", longest=LONGEST_NAME)
    caption = read_line(
        draft.picture_text, field="picture_text", longest=LONGEST_PICTURE_TEXT, required=False
    )
    return {
        "name": name,
        "description": read_text(draft.description, field="description", longest=LONGEST_DESCRIPTION),
        "criteria": read_text(draft.criteria, field="criteria", longest=LONGEST_CRITERIA),
        "kind": draft.kind,
        "language": draft.language,
        "skills": [_read_skill(skill) for skill in draft.skills],
        "picture_text": caption or name,
    }


def _read_skill(skill: SkillDraft) -> dict[str, str]:
    members = {
        "name": read_line(skill.name, field="skills", longest=LONGEST_NAME),
        "url": read_url(skill.url, field="skills"),
        "framework": read_line(skill.framework, field="skills", longest=LONGEST_NAME, required=False),
        "code": read_line(skill.code, field="skills", longest=LONGEST_NAME, required=False),
    }
    return {name: value for name, value in members.items() if value}
