"""Awards: the list with its filters, the exports, and recognising one person after the fact."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from starlette.requests import Request
from starlette.responses import Response

from issuer_node import awards
from issuer_node.awards import AwardFilter
from issuer_node.badges import list_badges
from issuer_node.dependencies import FORM, NodeHere, Pages, SignedInPasseur, see_other
from issuer_node.errors import DraftError
from issuer_node.exports import COLUMNS, csv_cells, export_awards
from issuer_node.routes.pages.forms import LIMITS, Typed, in_order, missing, read_day
from issuer_node.sessions import today
from web.csv_export import csv_response
from web.i18n import translator

router = APIRouter(include_in_schema=False)

_STATES = ("waiting", "received", "revoked")
_ORDER = ("badge", "name", "words", "earned_on")


@router.get("/awards")
def show_awards(
    request: Request,
    node: NodeHere,
    pages: Pages,
    _passeur: SignedInPasseur,
    *,
    text: str = "",
    badge: str = "",
    session: str = "",
    state: str = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Who received what, newest first."""
    t = translator(request)
    filters = {"text": text, "badge": badge, "session": session, "state": state}
    wanted = AwardFilter(badge_id=badge, session_id=session, state=state, text=text)
    known = [*list_badges(node), *list_badges(node, archived=True)]
    chosen = urlencode({name: value for name, value in filters.items() if value})
    return pages.page(
        request,
        "awards.html",
        found=awards.list_awards(node, wanted=wanted, page=page),
        filters=filters,
        filtered=bool(chosen),
        badge_options=[(each.id, each.name) for each in known],
        state_options=[(each, t("state." + each)) for each in _STATES],
        page_url=f"{node.settings.base_path}/awards?{chosen}{'&' if chosen else ''}page={{page}}",
    )


@router.get("/awards.csv")
def export_csv(node: NodeHere, _passeur: SignedInPasseur) -> Response:
    """Every award as a table."""
    return csv_response("reconnaissances.csv", COLUMNS, (csv_cells(row) for row in export_awards(node)))


@router.get("/awards.json")
def export_json(node: NodeHere, _passeur: SignedInPasseur) -> Response:
    """Every award as JSON."""
    headers = {
        "Content-Disposition": 'attachment; filename="reconnaissances.json"', "Cache-Control": "no-store",
    }  # fmt: skip
    return JSONResponse(export_awards(node), headers=headers)


@router.get("/awards/new")
def show_new(
    request: Request, node: NodeHere, pages: Pages, _passeur: SignedInPasseur, badge: str = ""
) -> Response:
    """The form: which badge, for whom, what was seen."""
    typed = {"badge": badge, "name": "", "words": "", "earned_on": today(node).isoformat()}
    return _form(request, node, pages, typed)


@router.post("/awards/new", dependencies=FORM)
def award_person(
    request: Request,
    node: NodeHere,
    pages: Pages,
    passeur: SignedInPasseur,
    *,
    badge: Typed = "",
    name: Typed = "",
    words: Typed = "",
    earned_on: Typed = "",
) -> Response:
    """Award one person, and show the slip."""
    typed = {"badge": badge, "name": name, "words": words, "earned_on": earned_on}
    errors = missing({"badge": badge, "name": name, "earned_on": earned_on})
    day = read_day(earned_on)
    if earned_on.strip() and day is None:
        errors["earned_on"] = "bad_date"
    if not errors and day is not None:
        try:
            award_id = awards.award_person(
                node, by=passeur, badge_id=badge, name=name, earned_on=day, words=words
            )
        except DraftError as err:
            errors = {err.field: err.code}
        else:
            return see_other(request, f"/awards/{award_id}?done=made")
    return _form(request, node, pages, typed, errors=errors)


def _form(
    request: Request,
    node: NodeHere,
    pages: Pages,
    typed: dict[str, Any],
    *,
    errors: dict[str, str] | None = None,
) -> Response:
    return pages.page(
        request,
        "award_new.html",
        status=422 if errors else 200,
        typed=typed,
        errors=in_order(errors, _ORDER),
        badge_options=[(each.id, each.name) for each in list_badges(node)],
        today=today(node).isoformat(),
        limits=LIMITS,
    )
