"""What the forms share: texts as typed, errors by field, bounds, what was just done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final

from fastapi import Depends, Form
from starlette.datastructures import FormData
from starlette.requests import Request

from issuer_node import awards, badges, sessions, situations
from web.i18n import translator
from web.problems import BadRequest

# far above every field's own bound, so that the domain says which field is too long
_LONGEST: Final = 40_000
Typed = Annotated[str, Form(max_length=_LONGEST)]

# what the browser holds people to while they type; the domain decides
LIMITS: Final = {
    "name": badges.LONGEST_NAME,
    "description": badges.LONGEST_DESCRIPTION,
    "criteria": badges.LONGEST_CRITERIA,
    "picture_text": badges.LONGEST_PICTURE_TEXT,
    "title": situations.LONGEST_TITLE,
    "story": situations.LONGEST_DESCRIPTION,
    "behaviour": situations.LONGEST_BEHAVIOUR,
    "place": sessions.LONGEST_PLACE,
    "person": sessions.LONGEST_NAME,
    "words": sessions.LONGEST_WORDS,
    "reason": awards.LONGEST_REASON,
}


def missing(required: dict[str, Any]) -> dict[str, str]:
    """The code "missing" for each field that holds nothing: all at once, so that nobody corrects twice."""

    def is_empty(value: Any) -> bool:
        return not (value.strip() if isinstance(value, str) else value)

    return {name: "missing" for name, value in required.items() if is_empty(value)}


def in_order(errors: dict[str, str] | None, fields: Sequence[str]) -> dict[str, str]:
    """Codes by field, in the order of the form; one of a field that the form has not is told first."""
    found = errors or {}
    known = {name: found[name] for name in fields if name in found}
    return {name: code for name, code in found.items() if name not in known} | known


def read_day(text: str) -> date | None:
    """A day as date fields send it; None for anything else."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def said(request: Request, sentences: dict[str, str], **params: Any) -> str:
    """The sentence of what was just done, named by `?done=`; empty for anything that is no name of one.

    Args:
        request: of the page.
        sentences: message keys by the value of `done`.
        params: of the sentence.
    """
    key = sentences.get(request.query_params.get("done", ""))
    return translator(request)(key, **params) if key else ""


async def sent_form(request: Request) -> FormData:
    """The whole form, for fields whose names are made of ids."""
    return await request.form()


SentForm = Annotated[FormData, Depends(sent_form)]


def pairs(values: list[str]) -> set[tuple[str, str]]:
    """Boxes of a grid as pairs (row id, column id): "row:column" each.

    Raises:
        BadRequest: something that is no such pair; a page of ours never sends one.
    """
    read = [value.partition(":") for value in values]
    if not all(row and bar and column for row, bar, column in read):
        raise BadRequest("bad_request")
    return {(row, column) for row, _, column in read}
