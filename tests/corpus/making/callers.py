"""B19: the caller itself asks for nothing in particular, and would take any presentation ever made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tests.corpus.making.book import Book

CODE: Final = "nothing_expected"
_PRESENTATIONS: Final = ("presentation", "presentation of three", "vp+jwt EdDSA", "jwt_vp_json EdDSA")
_SD_JWTS: Final = ("sd-jwt badge", "sd-jwt small")
_NOBODY: Final[dict[str, dict[str, Any]]] = {
    "an empty challenge": {"challenge": ""},
    "an empty domain": {"domain": ""},
    "neither": {"domain": "", "challenge": ""},
}
_HALF: Final[dict[str, dict[str, Any]]] = {
    "no nonce": {"challenge": None},
    "no audience": {"domain": None},
}


def make(book: Book) -> None:
    """Write the row."""
    family = book.family(
        "B19", "Whoever verifies leaves out what a presentation must be for: an error of theirs."
    )
    for twin in (*_PRESENTATIONS, *_SD_JWTS):
        for name, asks in (_NOBODY | (_HALF if twin in _SD_JWTS else {})).items():
            family.case(f"{twin}: {name}", book.text(twin), CODE, outcome="exception", twin=twin, asks=asks)
            # whatever comes: the question is wrong before any answer is looked at
            family.case(f"{twin}: {name}, nothing sent", "", CODE, outcome="exception", twin=twin, asks=asks)
        if twin in _SD_JWTS:
            continue
        for name, asks in (
            ("another challenge", {"challenge": "another"}),
            ("another domain", {"domain": "https://other.example"}),
        ):
            is_token = "jwt" in twin
            code = {
                ("another challenge", True): "challenge_mismatch",
                ("another domain", True): "domain_mismatch",
            }.get((name, is_token), f"{name.removeprefix('another ')}_mismatch")
            family.case(f"{twin}: {name}", book.text(twin), code, twin=twin, asks=asks)
