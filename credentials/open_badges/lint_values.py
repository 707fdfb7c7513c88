"""The rules of the linter about any value, wherever it stands: one walk for all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from credentials.open_badges.plain_text import holds_email, is_composed, is_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_EMAIL_CHARACTERS: Final = 20_000
_ACHIEVEMENT: Final = re.compile(r"/credentialSubject(?:/\d+)?/achievement(?:/|$)", re.ASCII)


@dataclass(frozen=True)
class ValueRule:
    """A rule about values.

    Args:
        name: stable.
        kind: the only type of value that it looks at; object for all.
        breaks: whether a value breaks it, by its JSON Pointer and itself.
        detail: for developers.
    """

    name: str
    kind: type
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


VALUE_RULES: Final = (
    ValueRule("no-clear-email", str, _is_clear_email, "an e-mail address in clear"),
    ValueRule("no-repeats", list, _is_repeating, "the same thing twice"),
    ValueRule("no-null-or-empty", object, _is_empty, "left out rather than empty"),
    ValueRule("text-is-plain", str, _is_odd, "a control, direction or invisible character"),
    ValueRule("text-is-composed", str, _is_decomposed, "not in Unicode's composed form (NFC)"),
)
_FOR: Final = {
    kind: tuple(rule for rule in VALUE_RULES if rule.kind in {kind, object})
    for kind in (str, list, dict, int, float, bool, type(None))
}


def broken_value_rules(document: dict[str, Any]) -> Iterator[tuple[ValueRule, str]]:
    """Give each broken rule with the place, without recursion on the depth of the input."""
    waiting: list[tuple[str, Any]] = [("", document)]
    while waiting:
        pointer, value = waiting.pop()
        for rule in _FOR[type(value)]:
            if rule.breaks(pointer, value):
                yield rule, pointer
        if isinstance(value, dict):
            waiting += [(f"{pointer}/{name}", member) for name, member in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{pointer}/{number}", member) for number, member in enumerate(value)]
