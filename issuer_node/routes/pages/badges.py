"""Badges: the list, the form, and the public page that learners and employers read."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Query, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from credentials.open_badges import Kind
from issuer_node import badges
from issuer_node.awards import AwardFilter, list_awards
from issuer_node.badges import BadgeDraft, SkillDraft
from issuer_node.dependencies import FORM, MaybePasseur, NodeHere, Pages, SignedInPasseur, see_other
from issuer_node.errors import DraftError
from issuer_node.medals import draw_medal
from issuer_node.models import Badge
from issuer_node.routes.pages.forms import LIMITS, Typed, in_order, missing, said
from issuer_node.routes.published import achievement_response
from web.i18n import language_of, translator
from web.pictures import MAXIMUM_BYTES
from web.problems import TooLarge, wants_html
from web.uploads import read_upload

router = APIRouter(include_in_schema=False)

_DONE = {"made": "badge.made", "changed": "badge.changed", "copied": "badge.copied"}
_ICONS = {
    Kind.PARTICIPATION: "flag",
    Kind.EXPERIENCE: "compass",
    Kind.SKILL: "tool",
    Kind.TRAIT: "sprout",
    Kind.ENGAGEMENT: "heart",
    Kind.ROLE: "key",
}
_FIELDS = ("description", "name", "kind", "criteria", "skills", "picture_text", "language")
Picture = Annotated[UploadFile | None, File()]
BadgeName = Annotated[str, Query(max_length=badges.LONGEST_NAME)]


def _typed(
    request: Request,
    *,
    name: Typed = "",
    description: Typed = "",
    criteria: Typed = "",
    kind: Typed = "",
    skills: Typed = "",
    picture_text: Typed = "",
    language: Typed = "",
) -> dict[str, str]:
    """The form as it came, by field."""
    return {
        "name": name,
        "description": description,
        "criteria": criteria,
        "kind": kind,
        "skills": skills,
        "picture_text": picture_text,
        "language": language or language_of(request),
    }


TypedBadge = Annotated[dict[str, str], Depends(_typed)]


@router.get("/badges")
def show_badges(
    request: Request, node: NodeHere, pages: Pages, _passeur: SignedInPasseur, archived: str = ""
) -> Response:
    """The badges in use, or those put away."""
    found = badges.list_badges(node, archived=bool(archived))
    return pages.page(request, "badges.html", badges=found, archived=bool(archived))


@router.get("/badges/new")
def show_new(request: Request, pages: Pages, _passeur: SignedInPasseur) -> Response:
    """The form, empty."""
    typed = dict.fromkeys(_FIELDS, "") | {"language": language_of(request)}
    return _form(request, pages, typed)


@router.post("/badges/new", dependencies=FORM)
def make_badge(
    request: Request,
    node: NodeHere,
    pages: Pages,
    passeur: SignedInPasseur,
    *,
    typed: TypedBadge,
    picture: Picture = None,
) -> Response:
    """Make a badge."""
    errors = _missing(typed)
    try:
        content = _read_picture(picture)
        if not errors:
            badge_id = badges.make_badge(node, by=passeur, draft=_draft(typed), picture=content)
            return see_other(request, f"/badges/{badge_id}?done=made")
    except DraftError as err:
        errors |= {err.field: err.code}
    return _form(request, pages, typed, errors=errors, had_picture=_was_given(picture))


@router.get("/badges/medal")
def show_medal(_passeur: SignedInPasseur, *, name: BadgeName = "", kind: Kind = Kind.EXPERIENCE) -> Response:
    """The medal that a badge of this name and kind gets when it is given no picture."""
    headers = {"Cache-Control": "private, max-age=3600"}
    return Response(draw_medal(name, kind=kind), media_type="image/png", headers=headers)


@router.get("/badges/{badge_id}")
def show_badge(
    request: Request, node: NodeHere, pages: Pages, passeur: MaybePasseur, badge_id: str
) -> Response:
    """The badge's own page, for anybody; programs that ask for no page get the Achievement."""
    if not wants_html(request) and "json" in request.headers.get("accept", ""):
        return achievement_response(request, node, badge_id)
    badge = badges.get_badge(node, badge_id)
    awarded = list_awards(node, wanted=AwardFilter(badge_id=badge_id), page_size=1).total if passeur else 0
    return pages.page(
        request,
        "badge.html",
        badge=badge,
        awards=awarded,
        did=node.identity.did,
        structure_url=node.settings.structure_url,
        said=said(request, _DONE) if passeur else "",
        headers={"Vary": "Accept, Cookie"},
    )


@router.get("/badges/{badge_id}/edit")
def show_edit(
    request: Request, node: NodeHere, pages: Pages, _passeur: SignedInPasseur, badge_id: str
) -> Response:
    """The form, as the badge stands."""
    badge = badges.get_badge(node, badge_id)
    typed = {field: getattr(badge, field) for field in _FIELDS} | {"skills": _skill_lines(badge)}
    return _form(request, pages, typed, badge=badge)


@router.post("/badges/{badge_id}/edit", dependencies=FORM)
def change_badge(
    request: Request,
    node: NodeHere,
    pages: Pages,
    passeur: SignedInPasseur,
    badge_id: str,
    *,
    typed: TypedBadge,
    picture: Picture = None,
) -> Response:
    """Change a badge that nobody has yet."""
    badge = badges.get_badge(node, badge_id)
    errors = _missing(typed)
    try:
        content = _read_picture(picture)
        if not errors:
            badges.change_badge(node, by=passeur, badge_id=badge_id, draft=_draft(typed), picture=content)
            return see_other(request, f"/badges/{badge_id}?done=changed")
    except DraftError as err:
        errors |= {err.field: err.code}
    return _form(request, pages, typed, badge=badge, errors=errors, had_picture=_was_given(picture))


@router.post("/badges/{badge_id}/copy", dependencies=FORM)
def copy_badge(request: Request, node: NodeHere, passeur: SignedInPasseur, badge_id: str) -> Response:
    """Make another like it, and change it at once."""
    copy_id = badges.copy_badge(node, by=passeur, badge_id=badge_id)
    return see_other(request, f"/badges/{copy_id}/edit?done=copied")


@router.post("/badges/{badge_id}/archive", dependencies=FORM)
def archive_badge(request: Request, node: NodeHere, passeur: SignedInPasseur, badge_id: str) -> Response:
    """Put a badge away."""
    badges.archive_badge(node, by=passeur, badge_id=badge_id)
    return see_other(request, f"/badges/{badge_id}")


def _form(
    request: Request,
    pages: Pages,
    typed: dict[str, Any],
    *,
    badge: Badge | None = None,
    errors: dict[str, str] | None = None,
    had_picture: bool = False,
) -> Response:
    t = translator(request)
    kinds = [(str(kind), t("kind." + kind), t("kind_hint." + kind), _ICONS[kind]) for kind in Kind]
    return pages.page(
        request,
        "badge_form.html",
        status=422 if errors else 200,
        badge=badge,
        typed=typed,
        errors=in_order(errors, (*_FIELDS, "picture")),
        had_picture=had_picture,
        kinds=kinds,
        limits=LIMITS,
        said=said(request, _DONE),
    )


def _missing(typed: dict[str, str]) -> dict[str, str]:
    return missing({name: typed[name] for name in ("description", "name", "kind", "criteria")})


def _draft(typed: dict[str, str]) -> BadgeDraft:
    return BadgeDraft(
        name=typed["name"],
        description=typed["description"],
        criteria=typed["criteria"],
        kind=typed["kind"],
        language=typed["language"],
        skills=_read_skills(typed["skills"]),
        picture_text=typed["picture_text"],
    )


def _read_skills(text: str) -> tuple[SkillDraft, ...]:
    """Skills as typed, one a line: "name | address"."""
    lines = [line for line in text.splitlines() if line.strip()]
    parts = (line.rpartition("|") for line in lines)
    return tuple(
        SkillDraft(name.strip() if bar else rest.strip(), rest.strip() if bar else "")
        for name, bar, rest in parts
    )


def _skill_lines(badge: Badge) -> str:
    return "\n".join(f"{skill['name']} | {skill['url']}" for skill in badge.skills)


def _was_given(picture: UploadFile | None) -> bool:
    return picture is not None and bool(picture.filename)


def _read_picture(picture: UploadFile | None) -> bytes | None:
    """The picture's bytes; its name is never looked at (H5)."""
    try:
        upload = read_upload(picture, max_bytes=MAXIMUM_BYTES)
    except TooLarge as err:
        raise DraftError("picture_too_large", "picture") from err
    return upload.content if upload is not None else None
