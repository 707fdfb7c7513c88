"""Text as it may be signed: in one spelling, and without characters that hide or reorder others."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_CONTROLS: Final = "\x00-\x08\x0b-\x1f\x7f-\x9f"  # category Cc, without tab and line feed
_BIDIRECTIONAL: Final = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_INVISIBLE: Final = "\u00ad\u180e\u200b\u2060\ufeff"
_SURROGATES: Final = "\ud800-\udfff"  # of no pair: no text that UTF-8 can write
_ODD: Final = re.compile(f"[{_CONTROLS}{_BIDIRECTIONAL}{_INVISIBLE}{_SURROGATES}]")
_UNSEEN: Final = re.compile(f"[{_BIDIRECTIONAL}{_INVISIBLE}]")
_EMAIL: Final = re.compile(r"[^\s@<>()\"':;,]{1,64}@[^\s@<>()\"':;,.]+\.[^\s@<>()\"':;,]{2,}")


def is_plain(text: str) -> bool:
    """Whether a text holds no control, direction or invisible character."""
    return _ODD.search(text) is None


def is_composed(text: str) -> bool:
    """Whether a text is in Unicode's composed form (NFC): two spellings look alike and sign differently."""
    return text.isascii() or unicodedata.is_normalized("NFC", text)


def holds_email(text: str) -> bool:
    """Whether an e-mail address stands in a text."""
    return _EMAIL.search(text) is not None


def plain_text(text: str) -> str:
    """Give a typed text in composed form, without direction and invisible characters; what is seen stays.

    Control characters are not taken out: they come from no keyboard, and the caller refuses them.
    """
    return _UNSEEN.sub("", unicodedata.normalize("NFC", text))
