"""The rules of the linter about members. A rule yields (JSON Pointer, detail) for each place where it fires;
those about any value, wherever it stands, are in `lint_values`.

Rules never fail on odd shapes: what is not there is another rule's business.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from credentials.data_model import is_url
from credentials.dates import parse_date_time_stamp
from credentials.errors import DateSyntaxError
from credentials.open_badges.classes import CREDENTIALS_V2
from credentials.open_badges.kinds import ENUMERATED_ACHIEVEMENT_TYPES
from credentials.open_badges.model import OPEN_BADGES_CONTEXT

JsonObject = dict[str, Any]
Places = Iterator[tuple[str, str]]
_EXTENSION: Final = re.compile(r"ext:[A-Za-z0-9._-]+", re.ASCII)
_SUBJECT: Final = "/credentialSubject"
_ACHIEVEMENT: Final = "/credentialSubject/achievement"
_AHEAD: Final = timedelta(minutes=1)
_EMBEDDED_IMAGE_BYTES: Final = 262_144


@dataclass(frozen=True)
class Rule:
    """A rule: its stable name, and what finds the places where it fires."""

    name: str
    find: Callable[[JsonObject, datetime], Places]


def _object(value: Any) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[JsonObject]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, dict)]


def _subject(document: JsonObject) -> JsonObject:
    return next(iter(_objects(document.get("credentialSubject"))), {})


def _achievement(document: JsonObject) -> JsonObject:
    return _object(_subject(document).get("achievement"))


def _types(node: JsonObject) -> list[Any]:
    value = node.get("type", [])
    return value if isinstance(value, list) else [value]


def _has_text(value: Any) -> bool:
    """Whether there are words, with their language or without."""
    text = value.get("@value") if isinstance(value, dict) else value
    return isinstance(text, str) and bool(text.strip())


def _moment(value: Any) -> datetime | None:
    try:
        return parse_date_time_stamp(value)
    except DateSyntaxError:
        return None


def _contexts_in_order(document: JsonObject, _now: datetime) -> Places:
    context = document.get("@context")
    if not isinstance(context, list) or context[:2] != [CREDENTIALS_V2, OPEN_BADGES_CONTEXT]:
        yield "/@context", "credentials/v2, then Open Badges 3.0.3"


def _types_complete(document: JsonObject, _now: datetime) -> Places:
    types = _types(document)
    if "VerifiableCredential" not in types or not {"OpenBadgeCredential", "AchievementCredential"} & {
        *map(str, types)
    }:
        yield "/type", "VerifiableCredential and OpenBadgeCredential"


def _id_is_url(document: JsonObject, _now: datetime) -> Places:
    if not is_url(document.get("id")):
        yield "/id", "an absolute URL"


def _name_present(document: JsonObject, _now: datetime) -> Places:
    if not _has_text(document.get("name")):
        yield "/name", "a credential has a name"


def _issuer_is_profile(document: JsonObject, _now: datetime) -> Places:
    issuer = _object(document.get("issuer"))
    if "Profile" not in _types(issuer) or not is_url(issuer.get("id")):
        yield "/issuer", "an embedded Profile with its id"


def _issuer_named(document: JsonObject, _now: datetime) -> Places:
    if not _has_text(_object(document.get("issuer")).get("name")):
        yield "/issuer/name", "a structure has a name"


def _issuer_url_is_web(document: JsonObject, _now: datetime) -> Places:
    url = _object(document.get("issuer")).get("url")
    if url is not None and not (isinstance(url, str) and url.startswith(("https://", "http://"))):
        yield "/issuer/url", "a web address"


def _subject_identified(document: JsonObject, _now: datetime) -> Places:
    subject = _subject(document)
    if not subject.get("id") and not _objects(subject.get("identifier")):
        yield _SUBJECT, "an id or an identifier"


def _subject_id_is_url(document: JsonObject, _now: datetime) -> Places:
    subject_id = _subject(document).get("id")
    if subject_id is not None and not is_url(subject_id):
        yield f"{_SUBJECT}/id", "an absolute URL, such as a DID"


def _subject_typed(document: JsonObject, _now: datetime) -> Places:
    if "AchievementSubject" not in _types(_subject(document)):
        yield f"{_SUBJECT}/type", "AchievementSubject"


def _identity_hashed(document: JsonObject, _now: datetime) -> Places:
    for number, identifier in enumerate(_objects(_subject(document).get("identifier"))):
        if identifier.get("hashed") is not True or not identifier.get("salt"):
            yield f"{_SUBJECT}/identifier/{number}", "hashed, with a salt"


def _achievement_complete(document: JsonObject, _now: datetime) -> Places:
    achievement = _achievement(document)
    if "Achievement" not in _types(achievement):
        yield f"{_ACHIEVEMENT}/type", "Achievement"
    for name in ("name", "description"):
        if not _has_text(achievement.get(name)):
            yield f"{_ACHIEVEMENT}/{name}", "some words"


def _achievement_id_is_url(document: JsonObject, _now: datetime) -> Places:
    if not is_url(_achievement(document).get("id")):
        yield f"{_ACHIEVEMENT}/id", "an absolute URL"


def _achievement_type_known(document: JsonObject, _now: datetime) -> Places:
    value = _achievement(document).get("achievementType")
    if isinstance(value, str) and (value in ENUMERATED_ACHIEVEMENT_TYPES or _EXTENSION.fullmatch(value)):
        return
    yield f"{_ACHIEVEMENT}/achievementType", "a value of the enumeration, or ext:"


def _criteria_not_empty(document: JsonObject, _now: datetime) -> Places:
    criteria = _object(_achievement(document).get("criteria"))
    if not criteria.get("id") and not criteria.get("narrative"):
        yield f"{_ACHIEVEMENT}/criteria", "an id or a narrative"


def _criteria_told(document: JsonObject, _now: datetime) -> Places:
    if not _has_text(_object(_achievement(document).get("criteria")).get("narrative")):
        yield f"{_ACHIEVEMENT}/criteria/narrative", "criteria in words, inside the badge: a link dies"


def _criteria_untyped(document: JsonObject, _now: datetime) -> Places:
    if "type" in _object(_achievement(document).get("criteria")):
        yield f"{_ACHIEVEMENT}/criteria/type", "one IRI, two terms: breaks round trips elsewhere"


_RESOLVABLE_IMAGE: Final = re.compile(
    r"https://|data:image/|http://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?/"
)


def _images(document: JsonObject) -> Iterator[tuple[str, Any]]:
    yield f"{_ACHIEVEMENT}/image", _achievement(document).get("image")
    yield "/issuer/image", _object(document.get("issuer")).get("image")


def _image_resolvable(document: JsonObject, _now: datetime) -> Places:
    for pointer, image in _images(document):
        url = image.get("id") if isinstance(image, dict) else image
        if image is not None and not (isinstance(url, str) and _RESOLVABLE_IMAGE.match(url)):
            yield pointer, "https, or data:image/ (http on loopback only)"


def _image_small(document: JsonObject, _now: datetime) -> Places:
    for pointer, image in _images(document):
        url = image.get("id") if isinstance(image, dict) else image
        if isinstance(url, str) and url.startswith("data:") and len(url) > _EMBEDDED_IMAGE_BYTES:
            yield pointer, f"embedded picture over {_EMBEDDED_IMAGE_BYTES} characters"


def _image_captioned(document: JsonObject, _now: datetime) -> Places:
    image = _achievement(document).get("image")
    if image is not None and not _has_text(_object(image).get("caption")):
        yield f"{_ACHIEVEMENT}/image/caption", "words for those who cannot see it"


def _dates_well_formed(document: JsonObject, _now: datetime) -> Places:
    members = {"": document, _SUBJECT: _subject(document)}
    names = {
        "": ("validFrom", "validUntil", "awardedDate"),
        _SUBJECT: ("activityStartDate", "activityEndDate"),
    }
    for where, node in members.items():
        for name in names[where]:
            if name in node and _moment(node[name]) is None:
                yield f"{where}/{name}", "a dateTimeStamp with its zone"


def _valid_from_present(document: JsonObject, _now: datetime) -> Places:
    if "validFrom" not in document:
        yield "/validFrom", "when it was issued"


def _not_from_the_future(document: JsonObject, now: datetime) -> Places:
    valid_from = _moment(document.get("validFrom"))
    if valid_from is not None and valid_from > now + _AHEAD:
        yield "/validFrom", "issued in the future"


def _valid_until_after_valid_from(document: JsonObject, _now: datetime) -> Places:
    start, end = _moment(document.get("validFrom")), _moment(document.get("validUntil"))
    if start is not None and end is not None and end <= start:
        yield "/validUntil", "ends before it begins"


def _earned_in_order(document: JsonObject, _now: datetime) -> Places:
    subject = _subject(document)
    start, end = _moment(subject.get("activityStartDate")), _moment(subject.get("activityEndDate"))
    if start is not None and end is not None and end < start:
        yield f"{_SUBJECT}/activityEndDate", "ended before it began"


def _earned_before_issued(document: JsonObject, _now: datetime) -> Places:
    valid_from = _moment(document.get("validFrom"))
    for name in ("activityStartDate", "activityEndDate"):
        earned = _moment(_subject(document).get(name))
        if earned is not None and valid_from is not None and earned > valid_from + _AHEAD:
            yield f"{_SUBJECT}/{name}", "earned after it was issued"


def _evidence_substantial(document: JsonObject, _now: datetime) -> Places:
    for number, evidence in enumerate(_objects(document.get("evidence"))):
        if not evidence.get("id") and not _has_text(evidence.get("narrative")):
            yield f"/evidence/{number}", "an id or a narrative"


def _evidence_ids_are_urls(document: JsonObject, _now: datetime) -> Places:
    for number, evidence in enumerate(_objects(document.get("evidence"))):
        if "id" in evidence and not is_url(evidence["id"]):
            yield f"/evidence/{number}/id", "an absolute URL"


def _alignment_complete(document: JsonObject, _now: datetime) -> Places:
    for number, alignment in enumerate(_objects(_achievement(document).get("alignment"))):
        if not _has_text(alignment.get("targetName")) or not is_url(alignment.get("targetUrl")):
            yield f"{_ACHIEVEMENT}/alignment/{number}", "targetName, and targetUrl as a URL"


def _endorsement_told(document: JsonObject, _now: datetime) -> Places:
    if not _has_text(_subject(document).get("endorsementComment")):
        yield f"{_SUBJECT}/endorsementComment", "an endorsement says something"


def _endorsement_of_another(document: JsonObject, _now: datetime) -> Places:
    if _subject(document).get("id") == _object(document.get("issuer")).get("id"):
        yield f"{_SUBJECT}/id", "the issuer endorses itself"


def _status_well_formed(document: JsonObject, _now: datetime) -> Places:
    needed = ("statusPurpose", "statusListIndex", "statusListCredential")
    for number, status in enumerate(_objects(document.get("credentialStatus"))):
        complete = all(isinstance(status.get(name), str) and status[name].strip() for name in needed)
        if "BitstringStatusListEntry" not in _types(status) or not complete:
            yield f"/credentialStatus/{number}", "a complete BitstringStatusListEntry"


def _status_says_nothing(document: JsonObject, _now: datetime) -> Places:
    """A list's address that holds the award's or the person's id would tell the issuer who is being
    checked.
    """
    secrets = [
        value for value in (document.get("id"), _subject(document).get("id")) if isinstance(value, str)
    ]
    for number, status in enumerate(_objects(document.get("credentialStatus"))):
        url = status.get("statusListCredential")
        if isinstance(url, str) and any(secret in url for secret in secrets):
            yield f"/credentialStatus/{number}/statusListCredential", "names the credential or the person"


def _not_yet_signed(document: JsonObject, _now: datetime) -> Places:
    if "proof" in document:
        yield "/proof", "there is a proof already"


RULES: Final = (
    Rule("contexts-in-order", _contexts_in_order),
    Rule("types-complete", _types_complete),
    Rule("id-is-url", _id_is_url),
    Rule("name-present", _name_present),
    Rule("issuer-is-profile", _issuer_is_profile),
    Rule("issuer-named", _issuer_named),
    Rule("issuer-url-is-web", _issuer_url_is_web),
    Rule("subject-identified", _subject_identified),
    Rule("subject-id-is-url", _subject_id_is_url),
    Rule("subject-typed", _subject_typed),
    Rule("identity-hashed", _identity_hashed),
    Rule("achievement-complete", _achievement_complete),
    Rule("achievement-id-is-url", _achievement_id_is_url),
    Rule("achievement-type-known", _achievement_type_known),
    Rule("criteria-not-empty", _criteria_not_empty),
    Rule("criteria-told", _criteria_told),
    Rule("criteria-untyped", _criteria_untyped),
    Rule("image-resolvable", _image_resolvable),
    Rule("image-small", _image_small),
    Rule("image-captioned", _image_captioned),
    Rule("dates-well-formed", _dates_well_formed),
    Rule("valid-from-present", _valid_from_present),
    Rule("not-from-the-future", _not_from_the_future),
    Rule("valid-until-after-valid-from", _valid_until_after_valid_from),
    Rule("earned-in-order", _earned_in_order),
    Rule("earned-before-issued", _earned_before_issued),
    Rule("evidence-substantial", _evidence_substantial),
    Rule("evidence-ids-are-urls", _evidence_ids_are_urls),
    Rule("alignment-complete", _alignment_complete),
    Rule("status-well-formed", _status_well_formed),
    Rule("status-says-nothing", _status_says_nothing),
    Rule("not-yet-signed", _not_yet_signed),
)

_OF_ANY_CREDENTIAL: Final = frozenset(
    {
        "contexts-in-order",
        "id-is-url",
        "name-present",
        "issuer-is-profile",
        "issuer-named",
        "issuer-url-is-web",
        "subject-id-is-url",
        "image-resolvable",
        "image-small",
        "dates-well-formed",
        "valid-from-present",
        "not-from-the-future",
        "valid-until-after-valid-from",
        "status-well-formed",
        "status-says-nothing",
        "not-yet-signed",
    }
)
ENDORSEMENT_RULES: Final = (
    *(rule for rule in RULES if rule.name in _OF_ANY_CREDENTIAL),
    Rule("endorsement-told", _endorsement_told),
    Rule("endorsement-of-another", _endorsement_of_another),
)
