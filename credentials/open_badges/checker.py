"""A checker of the Open Badges 3.0.3 data model: it says each broken rule of a badge or an endorsement, with
its place.

It never refuses and never fails: what to do with a badge that breaks a rule is for others to say. Rules are
named after what they are about: "Achievement.criteria.required", "Result.value.allowed".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from credentials.open_badges.classes import (
    ACHIEVEMENT_CREDENTIAL,
    ACHIEVEMENT_CREDENTIAL_1_1,
    CLASSES,
    CREDENTIALS_V1,
    ENDORSEMENT_CREDENTIAL,
    ENDORSEMENT_CREDENTIAL_1_1,
)
from credentials.open_badges.ranges import RANGES
from credentials.open_badges.references import REFERENCE_RULES
from credentials.open_badges.vocabularies import VOCABULARIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from credentials.open_badges.classes import DataClass, Property

JsonObject = dict[str, Any]
MAXIMUM_BROKEN_RULES: Final = 500
MAXIMUM_VALUES: Final = 20_000
_OPEN_BADGES_CONTEXT: Final = re.compile(
    r"https://purl\.imsglobal\.org/spec/ob/v3p0/context(?:-3\.[0-9]+\.[0-9]+)?\.json", re.ASCII
)
_UNKNOWN_CREDENTIAL: Final = "Credential.type.known"
_TOO_LARGE: Final = "Credential.checked-to-its-end"
_TEXT: Final = frozenset({"String", "Markdown", "PlainString"})
_REFERENCES: Final = {
    name: tuple(rule for rule in REFERENCE_RULES if name in rule.classes) for name in CLASSES
}


@dataclass(frozen=True)
class BrokenRule:
    """A rule that does not hold.

    Args:
        rule: its stable name.
        pointer: JSON Pointer to the place; of a member that is missing, where it should be.
        detail: for developers, never shown as it is.
    """

    rule: str
    pointer: str
    detail: str = ""


@dataclass
class _Walk:
    """What is still to be looked at. A list and no recursion: endorsements and parent organisations nest as
    deep as a document can.
    """

    waiting: list[_Node]
    values_left: int = MAXIMUM_VALUES


@dataclass(frozen=True)
class _Node:
    """An object that the model gives a class."""

    data_class: DataClass
    pointer: str
    value: JsonObject


def check_open_badge(document: JsonObject) -> list[BrokenRule]:
    """Check an AchievementCredential (OpenBadgeCredential) or an EndorsementCredential, of VCDM 2.0 or 1.1,
    and everything in it.

    Args:
        document: the credential, parsed; signed or not.

    Returns:
        The broken rules from the top down, at most 500; none if it keeps to the model. If the last one is
        "Credential.checked-to-its-end", there may be more.

    Source: Open Badges 3.0 (specification document 1.4.5), appendix B "Data Models".
    """
    root = _class_of_credential(document)
    if root is None:
        return [BrokenRule(_UNKNOWN_CREDENTIAL, "/type", "no badge and no endorsement")]
    return check_object(document, root)


def check_object(document: JsonObject, data_class: DataClass) -> list[BrokenRule]:
    """Check an object of one class of the model, for example an Achievement, and everything in it.

    Args:
        document: the object, parsed.
        data_class: see `classes.CLASSES`.

    Returns:
        As `check_open_badge`.
    """
    broken: list[BrokenRule] = []
    walk = _Walk([_Node(data_class, "", document)])
    for node in walk.waiting:
        broken += islice(_check_node(node, walk), MAXIMUM_BROKEN_RULES - len(broken))
        if len(broken) == MAXIMUM_BROKEN_RULES or walk.values_left <= 0:
            rest = BrokenRule(_TOO_LARGE, node.pointer, "the rest was not looked at")
            return [*broken[: MAXIMUM_BROKEN_RULES - 1], rest]
    return broken


def _class_of_credential(document: JsonObject) -> DataClass | None:
    types = {each for each in _as_list(document.get("type")) if isinstance(each, str)}
    is_1_1 = _as_list(document.get("@context"))[:1] == [CREDENTIALS_V1]
    if types & {"AchievementCredential", "OpenBadgeCredential"}:
        return ACHIEVEMENT_CREDENTIAL_1_1 if is_1_1 else ACHIEVEMENT_CREDENTIAL
    if "EndorsementCredential" in types:
        return ENDORSEMENT_CREDENTIAL_1_1 if is_1_1 else ENDORSEMENT_CREDENTIAL
    return None


def _check_node(node: _Node, walk: _Walk) -> Iterator[BrokenRule]:
    """Check one object; the objects below it join those that wait."""
    yield from _check_context(node)
    yield from _check_types(node)
    if not node.data_class.is_open:
        yield from _check_unknown(node)
    for member in node.data_class.properties:
        yield from _check_property(node, member, walk)
    if walk.values_left <= 0:
        return
    for rule in _REFERENCES[node.data_class.name]:
        for place, detail in rule.find(node.value):
            yield BrokenRule(rule.name, f"{node.pointer}{place}", detail)


def _check_context(node: _Node) -> Iterator[BrokenRule]:
    base = node.data_class.base_context
    if base is None:
        return
    contexts = node.value.get("@context")
    second = contexts[1] if isinstance(contexts, list) and len(contexts) > 1 else None
    is_second = isinstance(second, str) and _OPEN_BADGES_CONTEXT.fullmatch(second) is not None
    if not isinstance(contexts, list) or contexts[:1] != [base] or not is_second:
        detail = "the base context, then the one of Open Badges"
        yield BrokenRule(f"{node.data_class.name}.@context.in-order", f"{node.pointer}/@context", detail)


def _check_types(node: _Node) -> Iterator[BrokenRule]:
    name, pointer = node.data_class.name, f"{node.pointer}/type"
    if not node.data_class.types:
        return
    value = node.value.get("type")
    if node.data_class.is_type_single and isinstance(value, list):
        yield BrokenRule(f"{name}.type.single", pointer, "one string")
    types = _as_list(value)
    has_all = all(
        wanted.intersection(each for each in types if isinstance(each, str))
        for wanted in node.data_class.types
    )
    if not has_all or not all(isinstance(each, str) for each in types):
        wanted = ", ".join("/".join(sorted(each)) for each in node.data_class.types)
        yield BrokenRule(f"{name}.type.includes", pointer, wanted)


def _check_unknown(node: _Node) -> Iterator[BrokenRule]:
    known = {"type", *(member.name for member in node.data_class.properties)}
    for name in node.value:
        if name not in known:
            where = f"{node.pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            yield BrokenRule(f"{node.data_class.name}.no-other-member", where, "not in the model")


def _check_property(node: _Node, member: Property, walk: _Walk) -> Iterator[BrokenRule]:
    if member.name not in node.value:
        if member.is_required:
            rule = f"{node.data_class.name}.{member.name}.required"
            yield BrokenRule(rule, f"{node.pointer}/{member.name}")
        return
    name, pointer = f"{node.data_class.name}.{member.name}", f"{node.pointer}/{member.name}"
    value = node.value[member.name]
    if value is None or value == [] or (value == "" and member.is_required and member.range in _TEXT):
        yield BrokenRule(f"{name}.not-empty", pointer, "left out rather than null or []; some words")
        return
    if isinstance(value, list) and member.is_single:
        yield BrokenRule(f"{name}.single", pointer, "one value, and no array")
    values = value[: walk.values_left] if isinstance(value, list) else [value]
    walk.values_left -= len(values)
    for number, each in enumerate(values):
        place = f"{pointer}/{number}" if isinstance(value, list) else pointer
        if not _is_of_range(each, member.range, place, walk):
            yield BrokenRule(f"{name}.{_kind_of_range(member.range)}", place, member.range)


def _kind_of_range(range_name: str) -> str:
    return "in-enumeration" if range_name in VOCABULARIES else "well-formed"


def _is_of_range(value: Any, range_name: str, pointer: str, walk: _Walk) -> bool:
    if range_name in VOCABULARIES:
        return VOCABULARIES[range_name].has(value)
    if range_name in RANGES:
        return RANGES[range_name](value)
    if range_name == "ProfileRef" and isinstance(value, str):
        return RANGES["URI"](value)
    if not isinstance(value, dict):
        return False
    walk.waiting.append(_Node(_class_of(value, range_name), pointer, value))
    return True


def _class_of(value: JsonObject, range_name: str) -> DataClass:
    if range_name == "EndorsementCredential" and _as_list(value.get("@context"))[:1] == [CREDENTIALS_V1]:
        return ENDORSEMENT_CREDENTIAL_1_1
    return CLASSES["Profile" if range_name == "ProfileRef" else range_name]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _rules_of(data_class: DataClass) -> Iterator[str]:
    name = data_class.name
    if data_class.base_context is not None:
        yield f"{name}.@context.in-order"
    if data_class.types:
        yield f"{name}.type.includes"
    if data_class.is_type_single:
        yield f"{name}.type.single"
    if not data_class.is_open:
        yield f"{name}.no-other-member"
    for member in data_class.properties:
        yield from (f"{name}.{member.name}.required",) if member.is_required else ()
        yield f"{name}.{member.name}.not-empty"
        yield from (f"{name}.{member.name}.single",) if member.is_single else ()
        yield f"{name}.{member.name}.{_kind_of_range(member.range)}"


RULE_NAMES: Final = (
    _UNKNOWN_CREDENTIAL,
    _TOO_LARGE,
    *(rule for data_class in CLASSES.values() for rule in _rules_of(data_class)),
    *(rule.name for rule in REFERENCE_RULES),
)
"""Every rule there is, by name."""
