"""Sessions: the list, and opening one."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from issuer_node import sessions
from issuer_node.dependencies import FORM, NodeHere, Pages, SignedInPasseur, see_other
from issuer_node.errors import DraftError
from issuer_node.routes.pages.forms import LIMITS, Typed, in_order, missing, read_day
from issuer_node.situations import list_situations

router = APIRouter(include_in_schema=False)

_ORDER = ("situation", "held_on", "ended_on", "place", "names")


@router.get("/sessions")
def show_sessions(request: Request, node: NodeHere, pages: Pages, _passeur: SignedInPasseur) -> Response:
    """Sessions, the latest day first."""
    return pages.page(request, "sessions.html", sessions=sessions.list_sessions(node))


@router.get("/sessions/new")
def show_new(
    request: Request, node: NodeHere, pages: Pages, _passeur: SignedInPasseur, situation: str = ""
) -> Response:
    """The form: which situation, which day, who."""
    today = sessions.today(node).isoformat()
    typed = {"situation": situation, "held_on": today, "ended_on": "", "place": "", "names": ""}
    return _form(request, node, pages, typed)


@router.post("/sessions/new", dependencies=FORM)
def open_session(
    request: Request,
    node: NodeHere,
    pages: Pages,
    passeur: SignedInPasseur,
    *,
    situation: Typed = "",
    held_on: Typed = "",
    ended_on: Typed = "",
    place: Typed = "",
    names: Typed = "",
) -> Response:
    """Open the sheet of a session."""
    typed = {
        "situation": situation, "held_on": held_on, "ended_on": ended_on, "place": place, "names": names,
    }  # fmt: skip
    errors = missing({"situation": situation, "held_on": held_on, "names": names})
    first, last = read_day(held_on), read_day(ended_on)
    errors |= _bad_days(held_on, first, ended_on, last)
    if not errors and first is not None:
        try:
            session_id = sessions.open_session(
                node,
                by=passeur,
                situation_id=situation,
                held_on=first,
                ended_on=last,
                place=place,
                names=names.splitlines(),
            )
        except DraftError as err:
            errors = {err.field: err.code}
        else:
            return see_other(request, f"/sessions/{session_id}")
    return _form(request, node, pages, typed, errors=errors)


def _bad_days(held_on: str, first: date | None, ended_on: str, last: date | None) -> dict[str, str]:
    """The code "bad_date" for what is no date; what is not filled in is another matter."""
    errors = {}
    if held_on.strip() and first is None:
        errors["held_on"] = "bad_date"
    if ended_on.strip() and last is None:
        errors["ended_on"] = "bad_date"
    return errors


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
        "session_new.html",
        status=422 if errors else 200,
        typed=typed,
        errors=in_order(errors, _ORDER),
        situations=[(each.id, each.title) for each in list_situations(node)],
        today=sessions.today(node).isoformat(),
        limits=LIMITS,
    )
