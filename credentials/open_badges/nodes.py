"""Objects of the Open Badges data model as dataclasses, and how each is written and read: by the tables of
`classes`, which the checker goes by too.

Names are the model's, snake-cased: `target_url` is `targetUrl`. A member that the model does not know stands
in `more`, and is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, NamedTuple

from credentials.dates import format_date_time_stamp, parse_date_time_stamp
from credentials.open_badges.checker import BrokenRule

if TYPE_CHECKING:
    from typing import Self

    from credentials.open_badges.classes import DataClass, Property

JsonObject = dict[str, Any]
MAP_OF_LANGUAGES: Final = "Argument.text.says-its-language"
DATE_WITHOUT_ZONE: Final = "Argument.date.has-zone"
NOT_OF_THE_MODEL: Final = "Argument.more.not-of-the-model"
UNWRITABLE: Final = "Argument.value.writable"
ARGUMENT_RULES: Final = (MAP_OF_LANGUAGES, DATE_WITHOUT_ZONE, NOT_OF_THE_MODEL, UNWRITABLE)
_TEXT: Final = frozenset({"String", "Markdown"})
_PLAIN: Final = (bool, int, float)
_NODES: dict[str, type[Node]] = {}
_MEMBERS: dict[type[Node], tuple[_Member, ...]] = {}


class _Member(NamedTuple):
    """A member of a class: its name in JSON, the argument that it comes from, and its range."""

    name: str
    argument: str
    range: str


@dataclass(frozen=True)
class LanguageText:
    """Text that says its language: a language value object.

    The context of Open Badges 3.0.3 has no maps from language to text: JSON-LD would drop them. Nor do the
    schemas of 1EdTech take a value object: a badge that names one of them has plain strings.

    Args:
        value: the text.
        language: BCP 47 tag.
        direction: which way it is written, where the language does not say so. RDF has no directions: a
            token or a JCS proof signs them, the other suites refuse them.

    Source: VCDM 2.0, section 11.1 (Language and Base Direction).
    """

    value: str
    language: str
    direction: Literal["ltr", "rtl"] | None = None

    def to_json(self) -> JsonObject:
        """Give the language value object."""
        direction = {"@direction": self.direction} if self.direction else {}
        return {"@value": self.value, "@language": self.language, **direction}


Text = str | LanguageText


@dataclass(frozen=True, kw_only=True)
class Node:
    """An object of the model.

    Args:
        more: members beside those of the model, as JSON; a `type` in it stands for the usual one.
    """

    data_class: ClassVar[DataClass]
    more: Mapping[str, Any] = field(default_factory=dict)

    def __init_subclass__(cls) -> None:
        """Remember which class of the model this one is of."""
        if "data_class" in cls.__dict__:
            _NODES[cls.data_class.name] = cls

    def usual_type(self) -> str | list[str] | None:
        """Give the `type` as it is written; None: it has none, or one of its own."""
        if not self.data_class.types:
            return None
        return self.data_class.name if self.data_class.is_type_single else [self.data_class.name]

    def contexts(self) -> list[str] | None:
        """Give the `@context`; None: it has none of its own."""
        return None

    def write(self, pointer: str, broken: list[BrokenRule]) -> JsonObject:
        """Write the object as JSON.

        Args:
            pointer: JSON Pointer to it.
            broken: what cannot be written is put here, and left out.
        """
        members: JsonObject = {"@context": self.contexts(), "id": None, "type": self.usual_type()}
        for each in _members(type(self)):
            value = getattr(self, each.argument)
            if type(value) is str:
                members[each.name] = value
            elif value is not None and value != ():
                members[each.name] = _write(value, f"{pointer}/{each.name}", each.range, broken)
        if self.more:
            self._write_more(members, pointer, broken)
        return {name: value for name, value in members.items() if value is not None and value != []}

    def _write_more(self, members: JsonObject, pointer: str, broken: list[BrokenRule]) -> None:
        own = {each.name for each in _members(type(self))}
        for name, value in self.more.items():
            if name in own:
                broken.append(BrokenRule(NOT_OF_THE_MODEL, f"{pointer}/{name}", "has an argument of its own"))
            members[name] = value

    @classmethod
    def read(cls, value: JsonObject) -> Self:
        """Read the object that a checked document has; its dates are read as moments in UTC.

        Raises:
            DateSyntaxError: a date without a zone.
        """
        properties = {each.name: each for each in cls.data_class.properties}
        names = {each.name: each.argument for each in _members(cls)}
        taken = {names[name]: _read(each, properties[name]) for name, each in value.items() if name in names}
        more = {name: each for name, each in value.items() if name not in names}
        read = cls(**taken)
        if "type" in more and more["type"] in (read.usual_type(), cls.data_class.name):
            del more["type"]
        return replace(read, more=more)


def as_list(value: Any) -> list[Any]:
    """Give several values as they are, and one as a list of it."""
    return list(value) if isinstance(value, list | tuple) else [value]


def _members(node: type[Node]) -> tuple[_Member, ...]:
    known = _MEMBERS.get(node)
    if known is None:
        ranges = {each.name: each.range for each in node.data_class.properties}
        arguments = [each.name for each in fields(node) if each.name not in {"more", "context"}]
        known = tuple(_Member(_camel(each), each, ranges[_camel(each)]) for each in arguments)
        _MEMBERS[node] = known
    return known


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(each.capitalize() for each in rest)


def _write(value: Any, pointer: str, range_name: str, broken: list[BrokenRule]) -> Any:
    if isinstance(value, tuple | list):
        return [_write(each, f"{pointer}/{number}", range_name, broken) for number, each in enumerate(value)]
    if isinstance(value, Node):
        return value.write(pointer, broken)
    if isinstance(value, LanguageText):
        return value.to_json()
    if isinstance(value, Mapping):
        if range_name in _TEXT:
            broken.append(BrokenRule(MAP_OF_LANGUAGES, pointer, "a LanguageText, since JSON-LD drops a map"))
            return None
        return dict(value)
    return _write_plain(value, pointer, broken)


def _write_plain(value: Any, pointer: str, broken: list[BrokenRule]) -> Any:
    if isinstance(value, datetime):
        return _write_moment(value, pointer, broken)
    if isinstance(value, date):
        return value.isoformat()
    # of a subclass (an enumeration, markup) the plain value
    if isinstance(value, str):
        return "".join(value)
    for plain in _PLAIN:
        if isinstance(value, plain):
            return plain(value)
    broken.append(BrokenRule(UNWRITABLE, pointer, f"no {type(value).__name__}"))
    return None


def _write_moment(moment: datetime, pointer: str, broken: list[BrokenRule]) -> str | None:
    if moment.utcoffset() is None:
        broken.append(BrokenRule(DATE_WITHOUT_ZONE, pointer, "an aware datetime"))
        return None
    try:
        return format_date_time_stamp(moment)
    except OverflowError:
        broken.append(BrokenRule(UNWRITABLE, pointer, "no such year in UTC"))
        return None


def _read(value: Any, member: Property) -> Any:
    read = tuple(_read_one(each, member.range) for each in as_list(value))
    is_one = member.is_single or (member.range in _AS_WRITTEN and not isinstance(value, list))
    return read[0] if is_one else read


# the model has one, VCDM several: one stays one
_AS_WRITTEN: Final = frozenset({"CredentialStatus"})


def _read_one(value: Any, range_name: str) -> Any:
    if range_name in {"DateTime", "DateTimeZ"}:
        return parse_date_time_stamp(value)
    if range_name == "Date":
        return date.fromisoformat(value)
    if range_name in _TEXT and isinstance(value, dict) and "@value" in value:
        return LanguageText(value["@value"], value.get("@language", ""), value.get("@direction"))
    node = _NODES.get("Profile" if range_name == "ProfileRef" else range_name)
    # an endorsement is signed: it stays as it is
    if node is None or not isinstance(value, dict) or range_name in {"EndorsementCredential", *_AS_WRITTEN}:
        return value
    return node.read(value)
