"""Passport numbers, suggested passphrases and recovery codes: made of what people can read, say and copy."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

RECOVERY_CHARACTERS: Final = 28  # 28 x 5 bits = 140 bits, seven groups of four
_GROUP: Final = 4
_SUGGESTED_WORDS: Final = 5
# Crockford's base 32: no I, L, O or U, so that nothing is mistaken when it is copied from paper
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})


@cache
def _words() -> tuple[str, ...]:
    return tuple((Path(__file__).parent / "words.txt").read_text(encoding="utf-8").split())


def make_passport_number() -> str:
    """Make a passport number such as "renard-lune-4821". It says which passport; it proves nothing."""
    first, second = secrets.SystemRandom().sample(_words(), 2)
    return f"{first}-{second}-{secrets.randbelow(10_000):04d}"


def read_passport_number(text: str) -> str:
    """Read a passport number as people type it: capitals, spaces, accents and dashes of any kind do not
    matter.
    """
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(
        c if c.isascii() and c.isalnum() else " " for c in decomposed if not unicodedata.combining(c)
    )
    return "-".join(kept.split())[:64]


def suggest_passphrase() -> str:
    """Suggest five words, more than 40 bits: with the cost of argon2id, years of guessing for a thief of the
    database.
    """
    return " ".join(secrets.choice(_words()) for _ in range(_SUGGESTED_WORDS))


def make_recovery_code() -> str:
    """Make a recovery code of 140 bits, in seven groups of four."""
    characters = "".join(secrets.choice(_ALPHABET) for _ in range(RECOVERY_CHARACTERS))
    return "-".join(characters[start : start + _GROUP] for start in range(0, RECOVERY_CHARACTERS, _GROUP))


def read_recovery_code(text: str) -> str | None:
    """Read a recovery code as people type it: case, spaces and dashes do not matter, O is 0, I and L are 1.

    Returns:
        Its 28 characters, or None when this cannot be one.
    """
    # what is not a letter or a digit is a separator; a letter of another script makes it no code at all
    characters = "".join(c for c in text[:200].upper() if c.isalnum()).translate(_MISREAD)
    if len(characters) != RECOVERY_CHARACTERS or not set(characters) <= set(_ALPHABET):
        return None
    return characters
