"""The members of Badge Objects, read one by one: strictly, and no further than they are used.

Source: Open Badges 2.0, sections "Open Badges Vocabulary" and "Primitive datatypes".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from credentials.data_model import is_url
from credentials.dates import parse_date_time_stamp
from credentials.open_badges_v2.errors import OpenBadgesV2Error

if TYPE_CHECKING:
    from datetime import datetime

JsonObject = dict[str, Any]
CONTEXT: Final = "https://w3id.org/openbadges/v2"
OLDER_CONTEXTS: Final = frozenset({"https://w3id.org/openbadges/v1"})
LONGEST_URL: Final = 2_048
MAXIMUM_VALUES: Final = 64
_WITHOUT_SECONDS: Final = re.compile(r"(.{10}T[0-9]{2}:[0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII)


def listed(value: Any) -> list[Any]:
    """Give a value as a list; an absent one as an empty list: `"a": ["b"]` says the same as `"a": "b"`.

    Source: Open Badges 2.0, "Primitive datatypes", Array.
    """
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def single(node: JsonObject, name: str, where: str = "") -> Any:
    """Give the one value of a member, None if it is absent.

    Raises:
        OpenBadgesV2Error: "ob2_member_invalid", several.
    """
    values = listed(node.get(name))
    if len(values) > 1:
        raise OpenBadgesV2Error("ob2_member_invalid", f"several {name}", pointer=f"{where}/{name}")
    return values[0] if values else None


def text(node: JsonObject, name: str, where: str = "") -> str:
    """Give a member that must be there and be text.

    Raises:
        OpenBadgesV2Error: "ob2_member_missing", "ob2_member_invalid".
    """
    value = single(node, name, where)
    if value is None or value == "":
        raise OpenBadgesV2Error("ob2_member_missing", name, pointer=f"{where}/{name}")
    if not isinstance(value, str):
        raise OpenBadgesV2Error("ob2_member_invalid", f"{name} is no text", pointer=f"{where}/{name}")
    return value


def strings(node: JsonObject, name: str, where: str = "") -> list[str]:
    """Give a member as some strings; none if it is absent.

    Raises:
        OpenBadgesV2Error: "ob2_member_invalid": not strings, or too many.
    """
    values = listed(node.get(name))
    if len(values) > MAXIMUM_VALUES or not all(isinstance(each, str) for each in values):
        raise OpenBadgesV2Error("ob2_member_invalid", f"{name} is some strings", pointer=f"{where}/{name}")
    return values


def reference(node: JsonObject, name: str, where: str = "") -> str:
    """Give the id of what a member names, embedded or by its id alone.

    Raises:
        OpenBadgesV2Error: "ob2_member_missing", "ob2_id_invalid".
    """
    value = single(node, name, where)
    if value is None:
        raise OpenBadgesV2Error("ob2_member_missing", name, pointer=f"{where}/{name}")
    return identifier(value.get("id") if isinstance(value, dict) else value, f"{where}/{name}")


def embedded(node: JsonObject, name: str) -> JsonObject | None:
    """Give what a member embeds: more than an id; None where it only names it."""
    value = single(node, name)
    return value if isinstance(value, dict) and value.keys() - {"id"} else None


def identifier(value: Any, where: str) -> str:
    """Check an id: one absolute IRI.

    Raises:
        OpenBadgesV2Error: "ob2_id_invalid".
    """
    if not is_url(value) or len(value) > LONGEST_URL:
        raise OpenBadgesV2Error("ob2_id_invalid", str(value)[:80], pointer=where)
    return str(value)


def moment(node: JsonObject, name: str, where: str = "") -> datetime | None:
    """Read a DateTime, None if it is absent: ISO 8601 with a zone; seconds are optional there.

    Raises:
        OpenBadgesV2Error: "ob2_member_invalid", several.
        DateSyntaxError: "date_syntax".

    Source: Open Badges 2.0, "Primitive datatypes", DateTime.
    """
    value = single(node, name, where)
    if value is None:
        return None
    short = _WITHOUT_SECONDS.fullmatch(value) if isinstance(value, str) else None
    return parse_date_time_stamp(f"{short[1]}:00{short[2]}" if short else value, pointer=f"{where}/{name}")


def types(node: JsonObject) -> list[Any]:
    """The types of a Badge Object, whatever they are."""
    return listed(node.get("type"))


def check_context(document: JsonObject) -> None:
    """Check that a document is one of Open Badges 2.0: its own context comes first.

    Further contexts may follow: the host, or who signed, answers for the JSON as it stands, and nothing is
    read here by any other name than the specification's.

    Raises:
        OpenBadgesV2Error: "ob2_version_unsupported", "ob2_context".
    """
    contexts = listed(document.get("@context"))
    first = contexts[0] if contexts else None
    if isinstance(first, str) and first in OLDER_CONTEXTS:
        raise OpenBadgesV2Error("ob2_version_unsupported", first, pointer="/@context")
    if first != CONTEXT:
        raise OpenBadgesV2Error("ob2_context", str(first)[:80], pointer="/@context")
