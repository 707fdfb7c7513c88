"""What people fill in, read: trimmed, bounded, without characters that cannot be seen or signed."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from credentials.open_badges.plain_text import holds_email, plain_text
from issuer_node.errors import DraftError

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST_URL = 500


def read_line(text: str, *, field: str, longest: int, required: bool = True) -> str:
    """One line: runs of blanks become one space.

    Raises:
        DraftError: "missing", "too_long", "control_characters".
    """
    return _bounded(" ".join(text.split()), field=field, longest=longest, required=required)


def read_text(text: str, *, field: str, longest: int, required: bool = True) -> str:
    """A text of several lines, such as Markdown.

    Raises:
        DraftError: "missing", "too_long", "control_characters".
    """
    unified = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return _bounded(unified, field=field, longest=longest, required=required)


def read_lines(lines: Sequence[str], *, field: str, longest: int, most: int) -> list[str]:
    """Several lines; empty ones are left out.

    Raises:
        DraftError: "too_many", and those of `read_line`.
    """
    read = [read_line(line, field=field, longest=longest, required=False) for line in lines[: 4 * most]]
    kept = [line for line in read if line]
    if len(kept) > most or len(lines) > 4 * most:
        raise DraftError("too_many", field, most=most)
    return kept


def read_url(text: str, *, field: str) -> str:
    """An http(s) address.

    Raises:
        DraftError: "bad_url".
    """
    url = text.strip()
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as err:
        raise DraftError("bad_url", field) from err
    printable = url.isascii() and url.isprintable() and not set(' <>"{}|\\^`') & set(url)
    if parts.scheme not in {"http", "https"} or not host or not printable or len(url) > _LONGEST_URL:
        raise DraftError("bad_url", field)
    return url


def read_about_person(text: str, *, field: str, longest: int) -> str:
    """A text that goes into one person's badge; may be empty.

    Raises:
        DraftError: "email_in_text" (it would follow the person wherever the badge goes), "too_long",
            "control_characters".
    """
    read = read_text(text, field=field, longest=longest, required=False)
    if holds_email(read):
        raise DraftError("email_in_text", field)
    return read


def _bounded(text: str, *, field: str, longest: int, required: bool) -> str:
    text = plain_text(text).strip()
    if required and not text:
        raise DraftError("missing", field)
    if len(text) > longest:
        raise DraftError("too_long", field, longest=longest)
    if any(unicodedata.category(character) in {"Cc", "Cs"} and character != "\n" for character in text):
        raise DraftError("control_characters", field)
    return text
