"""Letters that deceive: what looks like one name and is another.

A signature says who wrote a name, not that the name is theirs. What a name holds is shown as it was signed,
isolated from the text around it, beside the domain of the DID; when its letters could deceive, the page says
so.

Source: Unicode Technical Standard 39, section 5.2 (restriction levels), reduced to the scripts that are
confused with ours.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_CONFUSED_SCRIPTS: Final = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
_EMOJI_JOINERS: Final = frozenset("\u200d\ufe0f")
_MATHEMATICAL: Final = "MATHEMATICAL"


def is_deceptive(text: str | None) -> bool:
    """Tell whether a name holds invisible or reordering characters, letters in disguise, or scripts that are
    confused.
    """
    if not text:
        return False
    return any(map(_is_hidden, text)) or any(map(_is_disguised, text)) or len(_scripts(text)) > 1


def plain(text: str) -> str:
    """Give a text without characters that hide or reorder others, on one line."""
    return " ".join(
        "".join(
            " " if character.isspace() else character for character in text if not _is_hidden(character)
        ).split()
    )


def _is_hidden(character: str) -> bool:
    if character in _EMOJI_JOINERS or character.isspace():
        return False
    return unicodedata.category(character) in {"Cf", "Cc", "Co", "Cn"}


def _is_disguised(character: str) -> bool:
    return unicodedata.name(character, "").startswith((_MATHEMATICAL, "FULLWIDTH LATIN"))


def _scripts(text: str) -> set[str]:
    names = (unicodedata.name(character, "") for character in text if character.isalpha())
    return {script for name in names for script in _CONFUSED_SCRIPTS if name.startswith(script)}


def clip(text: str, words: int) -> str:
    """Keep the first words of a text; an ellipsis stands for the rest."""
    parts = text.split()
    if len(parts) <= words:
        return " ".join(parts)
    return " ".join(parts[:words]).rstrip(",;:.") + "…" if words > 0 else ""


def clip_word(text: str, letters: int) -> str:
    """Keep the first letters of each overlong word."""
    return " ".join(part if len(part) <= letters else part[:letters] + "…" for part in text.split())
