"""C10: the file of a context document, or the lock, has other bytes than when it was pinned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contexts.lock import DOCUMENTS, LOCK_NAME

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.corpus.making.book import Book

KIND: Final = "context"
FILES: Final = ("credentials-v2.jsonld", "open-badges-3.0.3-2026-06.json", "data-integrity-v2.jsonld")


def make(book: Book) -> None:
    """Write the row."""
    family = book.family(
        "C10", "The file of a pinned context is another: nothing that rests on it may start."
    )
    for file in FILES:
        text = (DOCUMENTS / file).read_text(encoding="utf-8")
        book.published_twin(f"file {file}", file, KIND)
        for name, change in CHANGES.items():
            changed = change(text)
            assert changed != text, name
            family.case(
                f"{file}: {name}", changed, "context_integrity", outcome="refused", twin=f"file {file}"
            )
    older = (DOCUMENTS / "open-badges-3.0.3-2024.json").read_bytes()
    family.case(
        "open-badges-3.0.3-2026-06.json: the bytes of an older version",
        older,
        "context_integrity",
        outcome="refused",
        twin="file open-badges-3.0.3-2026-06.json",
    )
    _locks(book, family)


def _locks(book: Book, family: Any) -> None:
    twin = book.published_twin("file lock.json", LOCK_NAME, KIND)
    text = (DOCUMENTS / LOCK_NAME).read_text(encoding="utf-8")
    for name, changed in {
        "empty": "",
        "no JSON": text[:-3],
        "an empty object": "{}",
        "an array": "[]",
        "without digests": text.replace('"sha256"', '"sha512"'),
        "another digest": _other_digit(text, '"sha256": "'),
        "a file that is not there": text.replace('"credentials-v2.jsonld"', '"credentials-v3.jsonld"'),
        "one file for another": text.replace('"credentials-v2.jsonld"', '"credentials-v1.jsonld"'),
    }.items():
        assert changed != text, name
        family.case(f"lock.json: {name}", changed, "context_integrity", outcome="refused", twin=twin)


def _other_digit(text: str, before: str) -> str:
    at = text.index(before) + len(before)
    return text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :]


CHANGES: Final[dict[str, Callable[[str], str]]] = {
    "a space more": lambda text: text.replace("{", "{ ", 1),
    "a newline more": lambda text: text + "\n",
    "a byte order mark": lambda text: "\ufeff" + text,
    "other line ends": lambda text: text.replace("\n", "\r\n"),
    "a term's IRI": lambda text: (
        text.replace("https://w3id.org/security#", "https://w3id.org/security-x#", 1)
        if "https://w3id.org/security#" in text
        else text.replace("#", "#x", 1)
    ),
    "a capital letter": lambda text: text.replace("@protected", "@Protected", 1),
    "no longer protected": lambda text: text.replace("true", "false", 1),
    "a vocabulary": lambda text: text.replace("{", '{"@vocab": "https://hostile.example/#",', 1),
    "a term more": lambda text: text.replace("{", '{"note": "https://hostile.example/#note",', 1),
    "cut short": lambda text: text[: len(text) // 2],
    "empty": lambda _: "",
    "no JSON": lambda text: text.rstrip()[:-1],
    "an error page": lambda _: "<!doctype html><title>404</title>",
}
