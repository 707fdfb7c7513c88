"""Learning situations: the list, the form, one of them."""

from __future__ import annotations

from itertools import zip_longest
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import Response

from issuer_node import situations
from issuer_node.badges import list_badges
from issuer_node.dependencies import FORM, NodeHere, Pages, SignedInPasseur, see_other
from issuer_node.errors import DraftError
from issuer_node.models import Situation
from issuer_node.routes.pages.forms import LIMITS, Typed, in_order, missing, said
from issuer_node.sessions import list_sessions
from issuer_node.situations import MOST_BEHAVIOURS, BehaviourDraft, SituationDraft

router = APIRouter(include_in_schema=False)

_DONE = {"saved": "situation.saved", "copied": "badge.copied"}
_ORDER = ("title", "description", "host", "scheme", "behaviour", "badge")
_FEWEST_LINES: Final = 4
_SPARE_LINES: Final = 2
Lines = Annotated[list[str] | None, Form(max_length=4 * MOST_BEHAVIOURS)]


def _typed(
    *,
    title: Typed = "",
    description: Typed = "",
    host: Typed = "",
    scheme: Typed = "",
    behaviour: Lines = None,
    behaviour_badge: Lines = None,
    badge: Lines = None,
) -> dict[str, Any]:
    """The form as it came, each behaviour with the badge that it leads to."""
    texts, leads_to = behaviour or [], behaviour_badge or []
    lines = [(text, badge_id) for text, badge_id in zip_longest(texts, leads_to[: len(texts)], fillvalue="")]
    return {
        "title": title,
        "description": description,
        "host": host,
        "scheme": scheme,
        "behaviours": [line for line in lines if line[0].strip()],
        "badges": badge or [],
    }


TypedSituation = Annotated[dict[str, Any], Depends(_typed)]


@router.get("/situations")
def show_situations(
    request: Request, node: NodeHere, pages: Pages, _passeur: SignedInPasseur, archived: str = ""
) -> Response:
    """The situations in use, or those put away."""
    found = situations.list_situations(node, archived=bool(archived))
    sheets = [situations.get_situation(node, each.id) for each in found]
    return pages.page(request, "situations.html", situations=sheets, archived=bool(archived))


@router.get("/situations/new")
def show_new(request: Request, node: NodeHere, pages: Pages, _passeur: SignedInPasseur) -> Response:
    """The form, empty."""
    typed = {"title": "", "description": "", "host": "", "scheme": "", "behaviours": [], "badges": []}
    return _form(request, node, pages, typed)


@router.post("/situations/new", dependencies=FORM)
def make_situation(
    request: Request,
    node: NodeHere,
    pages: Pages,
    passeur: SignedInPasseur,
    *,
    typed: TypedSituation,
) -> Response:
    """Make a situation."""
    errors = missing({"title": typed["title"]})
    if not errors:
        try:
            situation_id = situations.make_situation(node, by=passeur, draft=_draft(typed))
        except DraftError as err:
            errors = {err.field: err.code}
        else:
            return see_other(request, f"/situations/{situation_id}?done=saved")
    return _form(request, node, pages, typed, errors=errors)


@router.get("/situations/{situation_id}")
def show_situation(
    request: Request, node: NodeHere, pages: Pages, _passeur: SignedInPasseur, situation_id: str
) -> Response:
    """One situation: what to look for, where it leads, when it was held."""
    sheet = situations.get_situation(node, situation_id)
    led_to = {each.badge_id for each in sheet.behaviours}
    return pages.page(
        request,
        "situation.html",
        situation=sheet.situation,
        behaviours=sheet.behaviours,
        badges={badge.id: badge for badge in sheet.badges},
        others=[badge for badge in sheet.badges if badge.id not in led_to],
        sessions=list_sessions(node, situation_id=situation_id),
        said=said(request, _DONE),
    )


@router.get("/situations/{situation_id}/edit")
def show_edit(
    request: Request, node: NodeHere, pages: Pages, _passeur: SignedInPasseur, situation_id: str
) -> Response:
    """The form, as the situation stands."""
    sheet = situations.get_situation(node, situation_id)
    led_to = {each.badge_id for each in sheet.behaviours}
    typed = {
        **{name: getattr(sheet.situation, name) for name in ("title", "description", "host", "scheme")},
        "behaviours": [(each.text, each.badge_id or "") for each in sheet.behaviours],
        "badges": [badge.id for badge in sheet.badges if badge.id not in led_to],
    }
    return _form(request, node, pages, typed, situation=sheet.situation)


@router.post("/situations/{situation_id}/edit", dependencies=FORM)
def change_situation(
    request: Request,
    node: NodeHere,
    pages: Pages,
    passeur: SignedInPasseur,
    situation_id: str,
    *,
    typed: TypedSituation,
) -> Response:
    """Change a situation; what was noted in past sessions stays."""
    sheet = situations.get_situation(node, situation_id)
    errors = missing({"title": typed["title"]})
    if not errors:
        try:
            situations.change_situation(node, by=passeur, situation_id=situation_id, draft=_draft(typed))
        except DraftError as err:
            errors = {err.field: err.code}
        else:
            return see_other(request, f"/situations/{situation_id}?done=saved")
    return _form(request, node, pages, typed, situation=sheet.situation, errors=errors)


@router.post("/situations/{situation_id}/copy", dependencies=FORM)
def copy_situation(request: Request, node: NodeHere, passeur: SignedInPasseur, situation_id: str) -> Response:
    """Make another like it, and change it at once."""
    copy_id = situations.copy_situation(node, by=passeur, situation_id=situation_id)
    return see_other(request, f"/situations/{copy_id}/edit?done=copied")


@router.post("/situations/{situation_id}/archive", dependencies=FORM)
def archive_situation(
    request: Request, node: NodeHere, passeur: SignedInPasseur, situation_id: str
) -> Response:
    """Put a situation away."""
    situations.archive_situation(node, by=passeur, situation_id=situation_id)
    return see_other(request, f"/situations/{situation_id}")


def _draft(typed: dict[str, Any]) -> SituationDraft:
    return SituationDraft(
        title=typed["title"],
        description=typed["description"],
        host=typed["host"],
        scheme=typed["scheme"],
        behaviours=tuple(BehaviourDraft(text, badge_id or None) for text, badge_id in typed["behaviours"]),
        badge_ids=tuple(typed["badges"]),
    )


def _form(
    request: Request,
    node: NodeHere,
    pages: Pages,
    typed: dict[str, Any],
    *,
    situation: Situation | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    in_use = list_badges(node)
    filled = typed["behaviours"]
    spare = min(max(_FEWEST_LINES - len(filled), _SPARE_LINES), MOST_BEHAVIOURS - len(filled))
    lines = filled + [("", "")] * max(0, spare)
    base = node.settings.base_path
    return pages.page(
        request,
        "situation_form.html",
        status=422 if errors else 200,
        situation=situation,
        typed={**typed, "behaviours": lines},
        errors=in_order(errors, _ORDER),
        badge_options=[(badge.id, badge.name) for badge in in_use],
        badge_cards=[
            {"value": badge.id, "label": badge.name, "image": f"{base}/pictures/{badge.picture_id}"}
            for badge in in_use
        ],
        limits=LIMITS,
        most_behaviours=MOST_BEHAVIOURS,
        said=said(request, _DONE),
    )
