"""The rules of the Open Badges 3.0.3 data model that tie members to each other. A rule yields (JSON Pointer
below its node, detail) for each place where it is broken; odd shapes are the tables' business.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from credentials.dates import parse_date_time_stamp
from credentials.errors import DateSyntaxError

JsonObject = dict[str, Any]
Places = Iterator[tuple[str, str]]
EXTENSIONS_CONTEXT: Final = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
_SCHEMAS: Final = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/"
_VALIDATOR: Final = "1EdTechJsonSchemaValidator2019"
_HASHES: Final = re.compile(r"(?:md5\$[0-9A-Fa-f]{32}|sha256\$[0-9A-Fa-f]{64})", re.ASCII)
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,20}(?:\.[0-9]{1,20})?%?", re.ASCII)
_CREDENTIALS: Final = (
    "AchievementCredential",
    "AchievementCredentialv1p1",
    "EndorsementCredential",
    "EndorsementCredentialv1p1",
)


@dataclass(frozen=True)
class ReferenceRule:
    """A rule about a node of one of these classes."""

    name: str
    classes: tuple[str, ...]
    find: Callable[[JsonObject], Places]


def _objects(value: Any) -> list[tuple[str, JsonObject]]:
    """Give each object of a member with the pointer of its place in it."""
    if isinstance(value, list):
        return [(f"/{number}", each) for number, each in enumerate(value) if isinstance(each, dict)]
    return [("", value)] if isinstance(value, dict) else []


def _values(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_blank(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _subject_identified(subject: JsonObject) -> Places:
    if _is_blank(subject.get("id")) and not _objects(subject.get("identifier")):
        yield "", "an id, or at least one identifier"


def _criteria_told(criteria: JsonObject) -> Places:
    if _is_blank(criteria.get("id")) and _is_blank(criteria.get("narrative")):
        yield "", "an id or a narrative"


def _identity_hashed(identity: JsonObject) -> Places:
    text = identity.get("identityHash")
    if identity.get("hashed") is True and isinstance(text, str) and not _HASHES.fullmatch(text):
        yield "/identityHash", "md5$ or sha256$, and the hash in hexadecimal"


def _identity_said_to_be_plain(identity: JsonObject) -> Places:
    text = identity.get("identityHash")
    if identity.get("hashed") is False and isinstance(text, str) and _HASHES.fullmatch(text):
        yield "/hashed", "a hash that is said to be none"


@dataclass(frozen=True)
class _Description:
    """What a ResultDescription allows its results, worked out once for all of them."""

    result_type: Any
    levels: frozenset[str]
    allowed: frozenset[str] | None
    least: Decimal | None
    most: Decimal | None

    @classmethod
    def of(cls, node: JsonObject) -> _Description:
        allowed = node.get("allowedValue")
        strings = frozenset(each for each in _values(allowed) if isinstance(each, str))
        return cls(
            result_type=node.get("resultType"),
            levels=frozenset(_ids_of(*(level for _, level in _objects(node.get("rubricCriterionLevel"))))),
            allowed=None if allowed in (None, [], {}) else strings,
            least=_number(node.get("valueMin")),
            most=_number(node.get("valueMax")),
        )

    def allows(self, value: Any) -> bool:
        return not isinstance(value, str) or self.allowed is None or value in self.allowed

    def has_in_range(self, value: Any) -> bool:
        number = _number(value)
        if number is None:
            return True
        return (self.least is None or self.least <= number) and (self.most is None or number <= self.most)


def _described(subject: JsonObject) -> dict[str, _Description]:
    """The result descriptions of a subject's achievement, by id."""
    achievement = subject.get("achievement")
    members = achievement.get("resultDescription") if isinstance(achievement, dict) else None
    return {
        each["id"]: _Description.of(each) for _, each in _objects(members) if isinstance(each.get("id"), str)
    }


def _linked(subject: JsonObject) -> Iterator[tuple[str, JsonObject, _Description | None]]:
    """Give each result with its place and the description that it names."""
    described = _described(subject)
    for place, result in _objects(subject.get("result")):
        name = result.get("resultDescription")
        yield f"/result{place}", result, described.get(name) if isinstance(name, str) else None


def _result_described(subject: JsonObject) -> Places:
    for place, result, found in _linked(subject):
        if isinstance(result.get("resultDescription"), str) and found is None:
            yield f"{place}/resultDescription", "no such description in the achievement"


def _level_described(subject: JsonObject) -> Places:
    everywhere = frozenset[str]().union(*(each.levels for each in _described(subject).values()))
    for place, result, found in _linked(subject):
        level = result.get("achievedLevel")
        if isinstance(level, str) and level not in (found.levels if found else everywhere):
            yield f"{place}/achievedLevel", "no such level in the linked description"


def _status_given(subject: JsonObject) -> Places:
    for place, result, found in _linked(subject):
        if found is not None and found.result_type == "Status" and "status" not in result:
            yield f"{place}/status", "required by resultType Status"


def _value_allowed(subject: JsonObject) -> Places:
    for place, result, found in _linked(subject):
        if found is not None and not found.allows(result.get("value")):
            yield f"{place}/value", "none of allowedValue"


def _value_in_range(subject: JsonObject) -> Places:
    for place, result, found in _linked(subject):
        if found is not None and not found.has_in_range(result.get("value")):
            yield f"{place}/value", "not within valueMin and valueMax"


def _required_value_possible(node: JsonObject) -> Places:
    description, value = _Description.of(node), node.get("requiredValue")
    if not description.allows(value) or not description.has_in_range(value):
        yield "/requiredValue", "not a value that can be reached"


def _range_in_order(node: JsonObject) -> Places:
    least, most = _number(node.get("valueMin")), _number(node.get("valueMax"))
    if least is not None and most is not None and most < least:
        yield "/valueMax", "less than valueMin"


def _required_level_described(node: JsonObject) -> Places:
    level = node.get("requiredLevel")
    if isinstance(level, str) and level not in _Description.of(node).levels:
        yield "/requiredLevel", "no such level in this description"


def _number(value: Any) -> Decimal | None:
    """Read a number as people write it; what is none (a letter grade) is in no range and out of none."""
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        return None
    try:
        return Decimal(value.removesuffix("%"))
    except InvalidOperation:
        return None


def _ids_differ(member: str) -> Callable[[JsonObject], Places]:
    """Links go by id, so no two may share one."""

    def find(node: JsonObject) -> Places:
        seen: set[str] = set()
        for place, each in _objects(node.get(member)):
            identifier = each.get("id")
            if isinstance(identifier, str) and identifier in seen:
                yield f"/{member}{place}/id", "the id of another one"
            elif isinstance(identifier, str):
                seen.add(identifier)

    return find


def _related_to_another(achievement: JsonObject) -> Places:
    for place, related in _objects(achievement.get("related")):
        if related.get("id") is not None and related.get("id") == achievement.get("id"):
            yield f"/related{place}/id", "related to itself"


def _ids_of(*nodes: Any) -> set[str]:
    return {node["id"] for node in nodes if isinstance(node, dict) and isinstance(node.get("id"), str)}


def _endorses(node: JsonObject, subjects: set[str]) -> Places:
    for place, endorsement in _objects(node.get("endorsement")):
        for below, subject in _objects(endorsement.get("credentialSubject")):
            identifier = subject.get("id")
            if isinstance(identifier, str) and identifier not in subjects:
                where = f"/endorsement{place}/credentialSubject{below}/id"
                yield where, "endorses something that is not here"


def _endorses_this(node: JsonObject) -> Places:
    """An endorsement of an achievement may be about who created it; one of an organisation, about the one
    above it.
    """
    return _endorses(node, _ids_of(node, node.get("creator"), node.get("parentOrg")))


def _endorses_of_credential(credential: JsonObject) -> Places:
    """An endorsement of a credential may be about its achievement, and the profiles in it."""
    subject = next((each for _, each in _objects(credential.get("credentialSubject"))), {})
    achievement = subject.get("achievement")
    creator = achievement.get("creator") if isinstance(achievement, dict) else None
    issuer = credential.get("issuer")
    named = {issuer} if isinstance(issuer, str) else set()
    nodes = (credential, issuer, subject, achievement, creator, subject.get("source"))
    return _endorses(credential, named | _ids_of(*nodes))


def _schema_of_1edtech(credential: JsonObject) -> Places:
    schemas = _objects(credential.get("credentialSchema"))
    if not schemas:
        return
    is_there = any(
        schema.get("type") == _VALIDATOR and str(schema.get("id")).startswith(_SCHEMAS)
        for _, schema in schemas
    )
    if not is_there:
        yield "/credentialSchema", f"one of type {_VALIDATOR} with the URL of a schema of Open Badges"


def _service_on_the_web(credential: JsonObject) -> Places:
    for place, service in _objects(credential.get("refreshService")):
        url = service.get("id")
        if isinstance(url, str) and not url.startswith(("https://", "http://")):
            yield f"/refreshService{place}/id", "the URL of a service"


def _extensions_defined(credential: JsonObject) -> Places:
    """The types "1EdTech..." are terms of a context of their own; without it, JSON-LD drops them.

    An endorsement inside a badge needs it too: it is verified alone.
    """
    if EXTENSIONS_CONTEXT in _values(credential.get("@context")):
        return
    for member in ("credentialSchema", "credentialStatus", "refreshService"):
        for place, node in _objects(credential.get(member)):
            if str(node.get("type")).startswith("1EdTech"):
                yield f"/{member}{place}/type", f"needs the context {EXTENSIONS_CONTEXT}"


def _in_order(first: str, last: str) -> Callable[[JsonObject], Places]:
    def find(node: JsonObject) -> Places:
        try:
            start, end = (parse_date_time_stamp(node.get(name)) for name in (first, last))
        except DateSyntaxError:
            return
        if end < start:
            yield f"/{last}", f"before {first}"

    return find


def _on_earth(most: int, name: str) -> Callable[[JsonObject], Places]:
    def find(node: JsonObject) -> Places:
        value = node.get(name)
        if isinstance(value, int | float) and abs(value) > most:
            yield f"/{name}", f"{most} degrees at most"

    return find


_V1, _V2 = (("AchievementCredentialv1p1", "EndorsementCredentialv1p1"), _CREDENTIALS[::2])
REFERENCE_RULES: Final = (
    ReferenceRule("AchievementSubject.identified", ("AchievementSubject",), _subject_identified),
    ReferenceRule(
        "AchievementSubject.activityEndDate.after-start",
        ("AchievementSubject",),
        _in_order("activityStartDate", "activityEndDate"),
    ),
    ReferenceRule("Criteria.told", ("Criteria",), _criteria_told),
    ReferenceRule("IdentityObject.identityHash.hashed", ("IdentityObject",), _identity_hashed),
    ReferenceRule("IdentityObject.hashed.true-of-hash", ("IdentityObject",), _identity_said_to_be_plain),
    ReferenceRule("Result.resultDescription.resolves", ("AchievementSubject",), _result_described),
    ReferenceRule("Result.achievedLevel.resolves", ("AchievementSubject",), _level_described),
    ReferenceRule("Result.status.given", ("AchievementSubject",), _status_given),
    ReferenceRule("Result.value.allowed", ("AchievementSubject",), _value_allowed),
    ReferenceRule("Result.value.in-range", ("AchievementSubject",), _value_in_range),
    ReferenceRule(
        "ResultDescription.requiredValue.possible", ("ResultDescription",), _required_value_possible
    ),
    ReferenceRule(
        "ResultDescription.requiredLevel.resolves", ("ResultDescription",), _required_level_described
    ),
    ReferenceRule("ResultDescription.valueMax.not-below-minimum", ("ResultDescription",), _range_in_order),
    ReferenceRule("ResultDescription.id.unique", ("Achievement",), _ids_differ("resultDescription")),
    ReferenceRule(
        "RubricCriterionLevel.id.unique", ("ResultDescription",), _ids_differ("rubricCriterionLevel")
    ),
    ReferenceRule("Related.id.another", ("Achievement",), _related_to_another),
    ReferenceRule("EndorsementCredential.about-its-place", ("Achievement", "Profile"), _endorses_this),
    ReferenceRule("EndorsementCredential.about-the-credential", _CREDENTIALS[:2], _endorses_of_credential),
    ReferenceRule("CredentialSchema.of-open-badges", _CREDENTIALS, _schema_of_1edtech),
    ReferenceRule("RefreshService.id.on-the-web", _CREDENTIALS, _service_on_the_web),
    ReferenceRule("Credential.extensions-defined", _CREDENTIALS, _extensions_defined),
    ReferenceRule("Credential.validUntil.after-start", _V2, _in_order("validFrom", "validUntil")),
    ReferenceRule("Credential.expirationDate.after-start", _V1, _in_order("issuanceDate", "expirationDate")),
    ReferenceRule("GeoCoordinates.latitude.on-earth", ("GeoCoordinates",), _on_earth(90, "latitude")),
    ReferenceRule("GeoCoordinates.longitude.on-earth", ("GeoCoordinates",), _on_earth(180, "longitude")),
)
