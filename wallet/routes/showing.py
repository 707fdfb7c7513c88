"""How pages show what is not text: pictures from our own origin only, and checks as sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from credentials.report import Outcome, outcome_of_code
from wallet.holding import HeldBadge
from wallet.pictures import PLACEHOLDER, ShownPicture

_PRIVATE_DAY = "private, max-age=86400"
_SHORT = "private, max-age=300"
# which codes answer no to which of a person's questions; every other code is about the signature
_WHO = frozenset(
    {
        "resolution_unavailable", "notFound", "methodNotSupported", "invalidDid", "invalidDidUrl",
        "invalidDidDocument", "issuer_mismatch", "controller_mismatch", "deactivated", "fetch_failed",
        "fetch_refused",
        "verification_method_not_found", "invalid_verification_relationship", "verification_method_ended",
        "verification_method_revoked", "verification_method_not_in_force", "key_history_unavailable",
    }
)  # fmt: skip
_DATES = frozenset({"expired", "not_yet_valid"})
_FORM = frozenset({"schema_not_met"})
_STANDING = re.compile(r"revoked|suspended|status_.*|unsupported_status_.*")


# what of a badge stays hidden, in the words of a person; the first that fits
_HIDDEN = (
    ("evidence", re.compile(r"/evidence(/.*)?")),
    ("narrative", re.compile(r"/credentialSubject/narrative")),
    ("dates", re.compile(r"/credentialSubject/activity(Start|End)Date|/awardedDate")),
    ("results", re.compile(r"/credentialSubject/(result(/.*)?|creditsEarned|term|role)")),
    ("skills", re.compile(r"/credentialSubject/achievement/alignment(/.*)?")),
    ("picture", re.compile(r"/credentialSubject/(achievement/)?image(/.*)?")),
    ("kind", re.compile(r"/credentialSubject/achievement/(achievementType|inLanguage)")),
    ("issuer", re.compile(r"/issuer/.*")),
)


def hidden_words(pointers: Iterable[str]) -> tuple[str, ...]:
    """Name what stays hidden: "evidence", "narrative", "dates", "results", "skills", "picture", "kind",
    "issuer", "other"; each once, what matters most first.
    """
    named = {
        next((word for word, place in _HIDDEN if place.fullmatch(pointer)), "other") for pointer in pointers
    }
    return tuple(word for word in (*(word for word, _ in _HIDDEN), "other") if word in named)


def picture_response(request: Request, picture: ShownPicture | None) -> Response:
    """A picture, or a plain medal when there is none to be had."""
    del request
    if picture is not None:
        headers = {"Cache-Control": _PRIVATE_DAY, "Content-Disposition": "inline"}
        return Response(picture.content, media_type=picture.content_type, headers=headers)
    headers = {
        "Cache-Control": _SHORT,
        "Content-Disposition": "inline",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    }
    return Response(_placeholder(), media_type="image/svg+xml", headers=headers)


def badge_checks(badge: HeldBadge) -> list[dict[str, Any]]:
    """What the last check answered to the questions that a person has: one line each, with the codes that
    said no.

    Returns:
        {name, outcome, codes} per question: "signature", "who", "dates", "standing"; and "form", if the badge
        does not keep to the schema that it names.
    """
    found: dict[str, list[str]] = {"signature": [], "who": [], "dates": [], "standing": []}
    for code in badge.codes:
        found.setdefault(_question(code), []).append(code)
    # dates and standing are only looked at once the signature and its key were found good
    silent = Outcome.INDETERMINATE if found["signature"] or found["who"] else Outcome.VALID
    return [{"name": name, "outcome": _worst(codes, silent), "codes": codes} for name, codes in found.items()]


def _question(code: str) -> str:
    if code in _FORM:
        return "form"
    if code in _WHO:
        return "who"
    if code in _DATES:
        return "dates"
    return "standing" if _STANDING.fullmatch(code) else "signature"


def _worst(codes: list[str], silent: Outcome) -> Outcome:
    if not codes:
        return silent
    outcomes = set(map(outcome_of_code, codes))
    return Outcome.INVALID if Outcome.INVALID in outcomes else Outcome.INDETERMINATE


@cache
def _placeholder() -> bytes:
    return PLACEHOLDER.read_bytes()
