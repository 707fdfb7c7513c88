"""Pages that ask a learner for a badge: the question, the QR code, the wait."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from credentials.open_badges import Kind
from verifier.asking import Asked, AskingError, Detail, Question
from verifier.dependencies import Browser, DeskHere, Pages
from verifier.desk import Desk
from verifier.requests import RequestError, create_request, find_request, open_request, progress
from verifier.schemas import ProgressJson
from web.csrf import csrf_protected
from web.problems import NotFound
from web.rendering import Renderer
from web.sessions import new_session_id, set_session

router = APIRouter(include_in_schema=False)


@router.get("/requests/new")
def new_request(request: Request, desk: DeskHere, pages: Pages) -> Response:
    """The form: what would you like to see?"""
    return _form(request, desk, pages)


def _form(
    request: Request,
    desk: Desk,
    pages: Renderer,
    *,
    question: str = str(Question.ANY),
    detail: str = str(Detail.BADGE),
    words: Mapping[str, str] = MappingProxyType({}),
    error: str | None = None,
) -> Response:
    return pages.page(
        request,
        "request_new.html",
        status=422 if error else 200,
        error=error,
        question=question,
        detail=detail,
        words=words,
        questions=tuple(Question),
        details=tuple(Detail),
        kinds=tuple(Kind),
        known_issuers=desk.settings.known_issuers,
    )


@router.post("/requests", dependencies=[Depends(csrf_protected)])
def make_request(
    request: Request,
    desk: DeskHere,
    pages: Pages,
    browser: Browser,
    *,
    question: Annotated[str, Form()] = "any",
    kind: Annotated[str, Form()] = "",
    badge: Annotated[str, Form()] = "",
    issuer: Annotated[str, Form()] = "",
    skill: Annotated[str, Form()] = "",
    detail: Annotated[str, Form()] = str(Detail.BADGE),
) -> Response:
    """Make a request for this browser, and show it."""
    words = {"kind": kind, "badge": badge, "issuer": issuer, "skill": skill}
    try:
        asked = Asked.parse(question, words.get(question, ""), detail)
    except AskingError as err:
        return _form(request, desk, pages, question=question, detail=detail, words=words, error=err.code)
    browser = browser or new_session_id()
    request_id = create_request(desk, asked=asked, browser=browser)
    response = RedirectResponse(f"{desk.settings.base_path}/requests/{request_id}", 303)
    set_session(request, response, browser)
    return response


@router.get("/requests/{request_id}")
def show_request(
    request: Request, request_id: str, desk: DeskHere, pages: Pages, browser: Browser
) -> Response:
    """The QR code and the links, for the browser that asked."""
    try:
        found = open_request(desk, request_id, browser=browser)
    except RequestError as err:
        raise NotFound("request_unknown") from err
    state = progress(desk, found.request)
    if state.status == "answered":
        return RedirectResponse(f"{desk.settings.base_path}/results/{request_id}", 303)
    return pages.page(
        request,
        "request.html",
        found=found,
        state=state,
        minutes=desk.settings.request_minutes,
        issuer_names={known.did: known.name for known in desk.settings.known_issuers},
    )


@router.get("/requests/{request_id}/status")
def request_status(request_id: str, desk: DeskHere, browser: Browser, response: Response) -> ProgressJson:
    """How far the request got, for the browser that asked."""
    try:
        found = find_request(desk, request_id, browser=browser)
    except RequestError as err:
        raise NotFound("request_unknown") from err
    state = progress(desk, found)
    response.headers["Cache-Control"] = "no-store"
    answered = state.status == "answered"
    return ProgressJson(
        status=state.status,
        seconds_left=state.seconds_left,
        result=f"{desk.settings.base_path}/results/{request_id}" if answered else None,
    )
