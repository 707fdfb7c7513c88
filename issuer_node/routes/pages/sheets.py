"""The sheet of a session: noting what is seen, awarding everybody at once, and what comes then."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import Response

from issuer_node import sessions
from issuer_node.awards import award_session, list_lines
from issuer_node.dependencies import FORM, NodeHere, Pages, SignedInPasseur, see_other
from issuer_node.errors import ConflictError, DraftError
from issuer_node.routes.pages.forms import LIMITS, SentForm, Typed, missing, pairs, said
from issuer_node.sessions import SessionSheet
from web.i18n import translator

router = APIRouter(prefix="/sessions/{session_id}", include_in_schema=False)

_DONE = {"saved": "session.saved"}
_WORDS = "words-"
Boxes = Annotated[list[str] | None, Form(max_length=2_000)]


@router.get("")
def show_sheet(
    request: Request, node: NodeHere, pages: Pages, _passeur: SignedInPasseur, session_id: str
) -> Response:
    """Who is here, and what was seen."""
    return _sheet_page(request, pages, sessions.get_sheet(node, session_id))


@router.post("", dependencies=FORM)
def save_sheet(
    request: Request,
    node: NodeHere,
    pages: Pages,
    passeur: SignedInPasseur,
    session_id: str,
    *,
    form: SentForm,
    present: Boxes = None,
    seen: Boxes = None,
    next: Typed = "award",  # noqa: A002
) -> Response:
    """Save the whole sheet; then go on to the badges, or stay."""
    words = {
        name.removeprefix(_WORDS): value
        for name, value in form.items()
        if name.startswith(_WORDS) and isinstance(value, str)
    }
    try:
        sessions.save_sheet(
            node,
            by=passeur,
            session_id=session_id,
            present=present or [],
            seen=pairs(seen or []),
            words=words,
        )
    except DraftError as err:
        sheet = sessions.get_sheet(node, session_id)
        errors = {err.field: err.code}
        return _sheet_page(
            request, pages, sheet, errors=errors, words=words, present=present or [], seen=seen or []
        )
    path = f"/sessions/{session_id}"
    return see_other(request, f"{path}?done=saved" if next == "stay" else f"{path}/award")


@router.post("/participants", dependencies=FORM)
def add_people(
    request: Request,
    node: NodeHere,
    pages: Pages,
    passeur: SignedInPasseur,
    session_id: str,
    *,
    names: Typed = "",
) -> Response:
    """Add people to the sheet."""
    errors = missing({"names": names})
    if not errors:
        try:
            sessions.add_participants(node, by=passeur, session_id=session_id, names=names.splitlines())
        except DraftError as err:
            errors = {err.field: err.code}
    if errors:
        sheet = sessions.get_sheet(node, session_id)
        return _sheet_page(request, pages, sheet, errors=errors, typed_names=names)
    return see_other(request, f"/sessions/{session_id}?done=saved")


@router.post("/participants/{participant_id}/remove", dependencies=FORM)
def remove_person(
    request: Request, node: NodeHere, passeur: SignedInPasseur, session_id: str, participant_id: str
) -> Response:
    """Take a person off the sheet."""
    sessions.remove_participant(node, by=passeur, session_id=session_id, participant_id=participant_id)
    return see_other(request, f"/sessions/{session_id}?done=saved")


@router.get("/award")
def show_award(
    request: Request, node: NodeHere, pages: Pages, _passeur: SignedInPasseur, session_id: str
) -> Response:
    """Who receives what, marked beforehand from what was seen."""
    return _award_page(request, pages, sessions.get_sheet(node, session_id))


@router.post("/award", dependencies=FORM)
def award(
    request: Request,
    node: NodeHere,
    pages: Pages,
    passeur: SignedInPasseur,
    session_id: str,
    *,
    award: Boxes = None,
) -> Response:
    """Award the session at once; a second press of the button awards nothing twice."""
    if not award:
        sheet = sessions.get_sheet(node, session_id)
        if sheet.awards:
            return see_other(request, f"/sessions/{session_id}/done")
        return _award_page(request, pages, sheet, errors={"award": "missing"}, chosen=set())
    try:
        award_session(node, by=passeur, session_id=session_id, choices=pairs(award))
    except ConflictError as err:
        sheet = sessions.get_sheet(node, session_id)
        return _award_page(request, pages, sheet, errors={"award": err.code}, chosen=set(award))
    return see_other(request, f"/sessions/{session_id}/done")


@router.get("/done")
def show_done(
    request: Request, node: NodeHere, pages: Pages, _passeur: SignedInPasseur, session_id: str
) -> Response:
    """What was awarded, and the one thing left: the slips."""
    sheet = sessions.get_sheet(node, session_id)
    lines = list_lines(node, [each.id for each in sheet.awards.values()])
    standing = [line for line in lines if line.state != "revoked"]
    waiting = [line.award.participant_id for line in standing if line.state == "waiting"]
    return pages.page(
        request,
        "session_done.html",
        sheet=sheet,
        people=[list(own) for _, own in groupby(standing, key=lambda line: line.award.participant_id)],
        awards=len(standing),
        slips=len(waiting),
        slip_people=len(set(waiting)),
    )


def _sheet_page(
    request: Request,
    pages: Pages,
    sheet: SessionSheet,
    *,
    errors: dict[str, str] | None = None,
    words: dict[str, str] | None = None,
    present: list[str] | None = None,
    seen: list[str] | None = None,
    typed_names: str = "",
) -> Response:
    """The page; what was typed and refused stands in place of what is kept."""
    people = sheet.participants
    here = set(present) if present is not None else {person.id for person in people if person.present}
    kept = {person.id: person.words for person in people} | (words or {})
    awarded = {person for person, _ in sheet.awards}
    return pages.page(
        request,
        "session.html",
        status=422 if errors else 200,
        sheet=sheet,
        rows=[(person.id, person.name) for person in people],
        columns=[(each.id, each.text) for each in sheet.behaviours],
        seen_values=set(seen) if seen is not None else {f"{row}:{column}" for row, column in sheet.seen},
        present_ids=here,
        absent_ids={person.id for person in people} - here,
        words=kept,
        has_words=any(kept.values()),
        removable=[person for person in people if person.id not in awarded],
        typed_names=typed_names,
        errors=errors or {},
        limits=LIMITS,
        said=said(request, _DONE),
    )


def _award_page(
    request: Request,
    pages: Pages,
    sheet: SessionSheet,
    *,
    errors: dict[str, str] | None = None,
    chosen: set[str] | None = None,
) -> Response:
    # an award that was taken back is not given again on this sheet: its box stays closed, and empty
    decided = {f"{person}:{badge}" for person, badge in sheet.awards}
    standing = {
        f"{person}:{badge}" for (person, badge), award in sheet.awards.items() if award.revoked_at is None
    }
    proposed = {f"{person}:{badge}" for person, badge in sheet.proposed}
    awarded_badges = {badge for _, badge in sheet.awards}
    led_to = {behaviour.badge_id for behaviour in sheet.behaviours}
    by_hand = translator(request)("session.by_hand")
    return pages.page(
        request,
        "session_award.html",
        status=422 if errors else 200,
        sheet=sheet,
        rows=[(person.id, person.name) for person in sheet.participants if person.present],
        columns=[
            (badge.id, badge.name, "" if badge.id in led_to else by_hand)
            for badge in sheet.badges
            if badge.archived_at is None or badge.id in awarded_badges
        ],
        checked=standing | ((proposed if chosen is None else chosen) - decided),
        already=decided,
        errors=errors or {},
    )
