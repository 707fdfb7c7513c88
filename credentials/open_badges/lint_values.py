"""The rules of the linter about any value, wherever it stands: one walk for all of them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from credentials.open_badges.plain_text import holds_email, is_composed, is_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_EMAIL_CHARACTERS: Final = 20_000
_ADDRESSES: Final = ("/id", "/url", "/targetUrl")
_SCRIPTS: Final = ("javascript:", "vbscript:", "data:text/", "data:application/x", "blob:", "file:")
_ACHIEVEMENT: Final = re.compile(r"/credentialSubject(?:/\d+)?/achievement(?:/|$)", re.ASCII)


@dataclass(frozen=True)
class ValueRule:
    """A rule about values.

    Args:
        name: stable.
        kind: the only type of value that it looks at, or types; object for all.
        breaks: whether a value breaks it, by its JSON Pointer and itself.
        detail: for developers.
    """

    name: str
    kind: type | tuple[type, ...]
    breaks: Callable[[str, Any], bool]
    detail: str


def _is_clear_email(pointer: str, text: str) -> bool:
    """An e-mail address in a subject, or in its evidence, follows the person wherever the badge goes."""
    return (
        "@" in text
        and pointer.startswith(("/credentialSubject", "/evidence"))
        and _ACHIEVEMENT.match(pointer) is None
        and holds_email(text[:_EMAIL_CHARACTERS])
    )


def _runs_script(pointer: str, text: str) -> bool:
    """People follow these: with such a scheme, a careless page runs the address, or opens a file."""
    return pointer.endswith(_ADDRESSES) and text[:20].lstrip().lower().startswith(_SCRIPTS)


def _is_repeating(pointer: str, values: list[Any]) -> bool:
    """RDF has sets: of two equal values with an id, or two equal strings, one is lost."""
    if pointer.endswith("/@context"):
        return False
    keys = [each.get("id") if isinstance(each, dict) else each for each in values]
    plain = [key for key in keys if isinstance(key, str)]
    return len(set(plain)) < len(plain)


def _is_empty(_pointer: str, value: Any) -> bool:
    return value is None or value in ([], {}, "")


def _is_odd(pointer: str, text: str) -> bool:
    """Control, direction and invisible characters make a page show something else than what was signed."""
    return not is_plain(text) and not pointer.startswith("/@context")


def _is_decomposed(pointer: str, text: str) -> bool:
    """Two spellings of one name (NFC, NFD) look the same and sign differently."""
    return not is_composed(text) and not pointer.startswith("/@context")


def _is_stray_birth_date(_pointer: str, members: dict[str, Any]) -> bool:
    """The model has a date of birth in a profile alone; a learner's never travels with a badge."""
    types = members.get("type", [])
    return "dateOfBirth" in members and "Profile" not in (types if isinstance(types, list) else [types])


def _is_no_json(_pointer: str, value: Any) -> bool:
    """Every reader must understand it alike: RFC 7493 (I-JSON), section 2.2."""
    if isinstance(value, int):
        return abs(value) > _LARGEST_INTEGER
    return not math.isfinite(value) if isinstance(value, float) else type(value) not in _JSON


_LARGEST_INTEGER: Final = 2**53 - 1
_JSON: Final = (str, list, dict, int, float, bool, type(None))
NO_JSON: Final = ValueRule("value-is-json", (int, float), _is_no_json, "a value that JSON has")
VALUE_RULES: Final = (
    NO_JSON,
    ValueRule("no-clear-email", str, _is_clear_email, "an e-mail address in clear"),
    ValueRule("no-scripts", str, _runs_script, "an address that runs what it says, or opens a file"),
    ValueRule("no-repeats", list, _is_repeating, "the same thing twice"),
    ValueRule("birth-date-in-profile", dict, _is_stray_birth_date, "a date of birth outside of a profile"),
    ValueRule("no-null-or-empty", object, _is_empty, "left out rather than empty"),
    ValueRule("text-is-plain", str, _is_odd, "a control, direction or invisible character"),
    ValueRule("text-is-composed", str, _is_decomposed, "not in Unicode's composed form (NFC)"),
)
_FOR: Final = {kind: tuple(rule for rule in VALUE_RULES if issubclass(kind, rule.kind)) for kind in _JSON}
_FOR_OTHERS: Final = (NO_JSON,)


def broken_value_rules(document: dict[str, Any]) -> Iterator[tuple[ValueRule, str]]:
    """Give each broken rule with the place, without recursion on the depth of the input."""
    waiting: list[tuple[str, Any]] = [("", document)]
    while waiting:
        pointer, value = waiting.pop()
        for rule in _FOR.get(type(value), _FOR_OTHERS):
            if rule.breaks(pointer, value):
                yield rule, pointer
        if isinstance(value, dict):
            waiting += [(f"{pointer}/{name}", member) for name, member in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{pointer}/{number}", member) for number, member in enumerate(value)]
