"""Changes of a text: of JSON as it is written, and of tokens by their parts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from did.encodings import decode_base64url, encode_base64url
from did.errors import EncodingError
from tests.mutants.json_mutations import MUTATIONS

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

_BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_NOISE = ("\ufeff", "\0", " ", "\n", "\t", "\u2028", "{", "}", '"', ",", "~", ".", "=", "//", "\\", "x")


# JSON as it is written


def space(rng: Random, text: str, _: str) -> str:
    """White space where JSON allows it: the same document."""
    at = rng.choice([index for index, each in enumerate(text) if each in "{}[]:,"] or [0])
    # within a text a bracket is a letter: then it is another text
    return text[: at + 1] + rng.choice([" ", "\n", "\t", "\r\n", "  "]) + text[at + 1 :]


def escape(rng: Random, text: str, _: str) -> str:
    """A letter as an escape: in a text the same text, elsewhere no JSON."""
    at = rng.choice([index for index, each in enumerate(text) if each.isalnum() or each == "/"] or [0])
    return text[:at] + f"\\u{ord(text[at]):04x}" + text[at + 1 :] if ord(text[at]) < 0x10000 else text


def indent(_: Random, text: str, __: str) -> str:
    """The whole document laid out anew."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=True)
    except ValueError:
        return text


def repeat_member(rng: Random, text: str, _: str) -> str:
    """A member once more, in front of one that is there."""
    found = [index for index, each in enumerate(text) if each in "{,"]
    if not found:
        return text
    at = rng.choice(found)
    name = rng.choice(
        ["id", "type", "issuer", "name", "proof", "validUntil", "credentialSubject", "@context"]
    )
    comma = "," if text[at] == "{" else ""
    member = f'"{name}":"x"'
    return text[: at + 1] + member + comma + text[at + 1 :] if comma else text[:at] + "," + member + text[at:]


def noise(rng: Random, text: str, _: str) -> str:
    """Some character, somewhere."""
    at = rng.randint(0, len(text))
    return text[:at] + rng.choice(_NOISE) + text[at:]


def cut(rng: Random, text: str, _: str) -> str:
    """A piece is gone."""
    at = rng.randint(0, len(text))
    return text[:at] + text[at + rng.randint(1, 20) :]


def transpose(rng: Random, text: str, _: str) -> str:
    """Two characters have changed places."""
    if len(text) < 2:
        return text
    at = rng.randrange(len(text) - 1)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def splice_other(rng: Random, text: str, other: str) -> str:
    """The beginning of one, the end of another."""
    return text[: rng.randint(0, len(text))] + other[rng.randint(0, len(other)) :]


JSON_MUTATIONS: tuple[Callable[[Random, str, str], str], ...] = (
    space,
    escape,
    indent,
    repeat_member,
    noise,
    cut,
    transpose,
    splice_other,
)


# Tokens


def flip(rng: Random, text: str, _: str) -> str:
    """One character of base64url is another."""
    at = rng.randrange(len(text))
    return text[:at] + rng.choice(_BASE64URL) + text[at + 1 :]


def exchange_part(rng: Random, text: str, other: str) -> str:
    """A part of the JWT is another token's."""
    jwt, tilde, rest = text.partition("~")
    parts, theirs = jwt.split("."), other.partition("~")[0].split(".")
    if len(parts) == len(theirs) == 3:
        parts[rng.randrange(3)] = theirs[rng.randrange(3)]
    return ".".join(parts) + tilde + rest


def rewrite_part(rng: Random, text: str, other: str) -> str:
    """The header or the payload says something else under the old signature."""
    jwt, tilde, rest = text.partition("~")
    parts = jwt.split(".")
    at = rng.randrange(2)
    if len(parts) == 3:
        parts[at] = _rewritten(rng, parts[at], other.partition("~")[0].split(".")[:2])
    return ".".join(parts) + tilde + rest


def _rewritten(rng: Random, part: str, others: list[str]) -> str:
    try:
        value = json.loads(decode_base64url(part))
        theirs = json.loads(decode_base64url(rng.choice(others)))
    except (ValueError, EncodingError):
        return part
    if not isinstance(value, dict | list) or not value or not isinstance(theirs, dict | list) or not theirs:
        return part
    rng.choice(MUTATIONS)(rng, value, theirs)
    return encode_base64url(json.dumps(value, separators=(",", ":")).encode())


def space_in_part(rng: Random, text: str, _: str) -> str:
    """The same JSON laid out otherwise, encoded anew."""
    jwt, tilde, rest = text.partition("~")
    parts = jwt.split(".")
    at = rng.randrange(len(parts))
    try:
        parts[at] = encode_base64url(json.dumps(json.loads(decode_base64url(parts[at])), indent=1).encode())
    except (ValueError, EncodingError):
        return text
    return ".".join(parts) + tilde + rest


def pad(rng: Random, text: str, _: str) -> str:
    """Padding at the end of a part."""
    at = rng.choice([index for index, each in enumerate(text) if each in ".~"] + [len(text)])
    return text[:at] + "=" * rng.randint(1, 2) + text[at:]


def exchange_disclosure(rng: Random, text: str, other: str) -> str:
    """Disclosures are dropped, repeated, put in another order, or taken from another token."""
    jwt, *disclosures, binding = text.split("~") if "~" in text else (text, "")
    theirs = other.split("~")[1:-1]
    if not disclosures:
        return text
    at = rng.randrange(len(disclosures))
    match rng.randrange(6):
        case 0:
            del disclosures[at]
        case 1:
            disclosures.insert(at, disclosures[rng.randrange(len(disclosures))])
        case 2:
            rng.shuffle(disclosures)
        case 3 if theirs:
            disclosures[at] = rng.choice(theirs)
        case 4 if theirs:
            disclosures.insert(at, rng.choice(theirs))
        case _:
            disclosures[at] = _rewritten(rng, disclosures[at], theirs or disclosures)
    return "~".join((jwt, *disclosures, binding))


def exchange_binding(rng: Random, text: str, other: str) -> str:
    """The Key Binding JWT is another token's, is gone, or is there twice."""
    if "~" not in text:
        return text
    body, _, binding = text.rpartition("~")
    return rng.choice(
        [
            f"{body}~",
            f"{body}~{other.rpartition('~')[2]}",
            f"{body}~{binding}~{binding}",
            f"{body}~~{binding}",
            body,
        ]
    )


TOKEN_MUTATIONS: tuple[Callable[[Random, str, str], str], ...] = (
    flip,
    exchange_part,
    rewrite_part,
    space_in_part,
    pad,
    exchange_disclosure,
    exchange_binding,
    noise,
    cut,
    transpose,
    splice_other,
)
