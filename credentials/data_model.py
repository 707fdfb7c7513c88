"""The rules of the data model: VCDM 2.0, VCDM 1.1, and what OBv3 adds. Structure only; proofs and dates'
meaning come later.

Source: Verifiable Credentials Data Model v2.0, section 4; v1.1, section 4; Open Badges 3.0, section 5.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from credentials.dates import parse_date_time_stamp
from credentials.errors import DataModelError

if TYPE_CHECKING:
    from datetime import datetime

JsonObject = dict[str, Any]
_ABSOLUTE_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20\x7f]+")
_OPEN_BADGES_CONTEXT: Final = re.compile(
    r"https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.[0-9]+\.[0-9]+)?\.json",
    re.ASCII,
)
_OPEN_BADGE_TYPES: Final = frozenset({"OpenBadgeCredential", "AchievementCredential"})
_TEXT_MEMBERS: Final = frozenset({"@value", "@language", "@direction"})


class Version(Enum):
    """A version of the data model: its base context, and what it calls its dates."""

    V2_0 = ("https://www.w3.org/ns/credentials/v2", "validFrom", "validUntil")
    V1_1 = ("https://www.w3.org/2018/credentials/v1", "issuanceDate", "expirationDate")

    def __init__(self, context: str, start: str, end: str) -> None:
        self.context = context
        self.start = start
        self.end = end


@dataclass(frozen=True)
class Validity:
    """From when until when a credential says that it holds; aware, UTC; None where it says nothing."""

    start: datetime | None
    end: datetime | None


def check_context(document: JsonObject) -> Version:
    """Check the order of `@context`: the base context of the data model comes first.

    Returns:
        The version of the data model.

    Raises:
        DataModelError: "context_missing", "context_order".

    Source: VCDM 2.0, section 4.3 (Contexts).
    """
    context = document.get("@context")
    if not isinstance(context, list) or not context:
        raise DataModelError("context_missing", "an array, the base context first", pointer="/@context")
    for version in Version:
        if context[0] == version.context:
            return version
    raise DataModelError("context_order", f"first is {str(context[0])[:80]!r}", pointer="/@context/0")


def check_credential_model(document: JsonObject, version: Version) -> Validity:
    """Check the members of a credential.

    Returns:
        Its validity period.

    Raises:
        DataModelError: the code names the rule, the pointer the place.
        DateSyntaxError: "date_syntax".

    Source: VCDM 2.0, section 4.3 to 4.12.
    """
    _check_types(document, "VerifiableCredential")
    _check_optional_id(document, "")
    _check_issuer(document)
    _check_subjects(document)
    for name in ("name", "description"):
        _check_text(document, name)
    for name, needs_id in _TYPED_MEMBERS.items():
        _check_typed_objects(document, name, needs_id=needs_id)
    _check_related_resources(document)
    if _OPEN_BADGE_TYPES & set(_as_list(document["type"])):
        check_open_badge_model(document, version)
    return _read_validity(document, version)


# members that are typed objects, and whether each needs an id
_TYPED_MEMBERS: Final = {
    "credentialStatus": False,
    "credentialSchema": True,
    "refreshService": False,
    "termsOfUse": False,
    "evidence": False,
}


def check_presentation_model(document: JsonObject) -> str:
    """Check the members of a presentation by somebody, as one that is asked for is.

    Returns:
        The holder's id.

    Raises:
        DataModelError: the code names the rule, the pointer the place.

    Source: VCDM 2.0, section 4.13 (Verifiable Presentations).
    """
    holder = check_presentation_members(document)
    if holder is None:
        raise DataModelError("holder_missing", "somebody presents", pointer="/holder")
    return holder


def check_presentation_members(document: JsonObject) -> str | None:
    """Check the members of any presentation; its holder need not be named.

    Returns:
        The holder's id, if it names one.

    Raises:
        DataModelError: the code names the rule, the pointer the place.

    Source: VCDM 2.0, section 4.13 (Verifiable Presentations).
    """
    _check_types(document, "VerifiablePresentation")
    _check_optional_id(document, "")
    if "holder" not in document:
        return None
    holder = document["holder"]
    holder_id = holder.get("id") if isinstance(holder, dict) else holder
    if not is_url(holder_id):
        raise DataModelError(
            "holder_missing", "holder is a URL or an object with one as id", pointer="/holder"
        )
    return str(holder_id)


def presented_credentials(presentation: JsonObject, *, maximum: int) -> list[bytes | JsonObject]:
    """Give the credentials in a presentation as a verification takes them: objects, and tokens as bytes.

    VCDM 1.1 has a token stand as a bare string; 2.0 has it in an envelope, which is an object.

    Raises:
        DataModelError: "credentials_missing", "too_many_credentials", "credential_invalid_shape".

    Source: VCDM 2.0, section 4.13; VCDM 1.1, section 6.3.1, example "JWT payload of a JWT based verifiable
    presentation".
    """
    credentials = _as_list(presentation.get("verifiableCredential", []))
    if not credentials:
        raise DataModelError("credentials_missing", pointer="/verifiableCredential")
    if len(credentials) > maximum:
        raise DataModelError("too_many_credentials", f"{len(credentials)}", pointer="/verifiableCredential")
    takes_tokens = _as_list(presentation.get("@context"))[:1] == [Version.V1_1.context]
    for number, credential in enumerate(credentials):
        if not isinstance(credential, dict) and not (takes_tokens and _is_token(credential)):
            raise DataModelError(
                "credential_invalid_shape",
                "a credential is an object, or in VCDM 1.1 a token",
                pointer=f"/verifiableCredential/{number}",
            )
    return [each.encode() if isinstance(each, str) else each for each in credentials]


def _is_token(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and not value.startswith("{")


def is_url(value: object) -> bool:
    """Tell whether a value is an absolute URL (any scheme: https, did, urn)."""
    return isinstance(value, str) and _ABSOLUTE_URL.fullmatch(value) is not None


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _check_types(document: JsonObject, required: str) -> None:
    types = _as_list(document.get("type"))
    if not types or not all(isinstance(each, str) and each for each in types):
        raise DataModelError("type_missing", "type is a string or some strings", pointer="/type")
    if required not in types:
        raise DataModelError("type_missing", f"{required} is not among the types", pointer="/type")


def _check_optional_id(node: JsonObject, where: str) -> None:
    if "id" in node and not is_url(node["id"]):
        raise DataModelError("id_invalid", "an id is one absolute URL", pointer=f"{where}/id")


def _check_issuer(document: JsonObject) -> None:
    issuer = document.get("issuer")
    issuer_id = issuer.get("id") if isinstance(issuer, dict) else issuer
    if not is_url(issuer_id):
        raise DataModelError("issuer_invalid", "a URL, or an object with one as id", pointer="/issuer")
    if isinstance(issuer, dict):
        for name in ("name", "description"):
            _check_text(issuer, name, where="/issuer")


def _check_subjects(document: JsonObject) -> None:
    subjects = _as_list(document.get("credentialSubject"))
    if not subjects or not all(isinstance(each, dict) and each for each in subjects):
        raise DataModelError("subject_missing", "each subject says something", pointer="/credentialSubject")
    for subject in subjects:
        _check_optional_id(subject, "/credentialSubject")


def _check_text(node: JsonObject, name: str, *, where: str = "") -> None:
    """A string, a language value object, or several of these (VCDM 2.0, section 4.6 and 11.1)."""
    if name not in node:
        return
    for text in _as_list(node[name]):
        if isinstance(text, str):
            continue
        if (
            not isinstance(text, dict)
            or not isinstance(text.get("@value"), str)
            or not text.keys() <= _TEXT_MEMBERS
        ):
            raise DataModelError(
                "text_invalid", "a string or a language value object", pointer=f"{where}/{name}"
            )


def _check_typed_objects(document: JsonObject, name: str, *, needs_id: bool) -> None:
    if name not in document:
        return
    members = _as_list(document[name])
    if not members:
        raise DataModelError("member_invalid", "empty", pointer=f"/{name}")
    for member in members:
        types = _as_list(member.get("type")) if isinstance(member, dict) else []
        if not types or not all(isinstance(each, str) and each for each in types):
            raise DataModelError("type_missing", "an object with a type", pointer=f"/{name}/type")
        if needs_id and "id" not in member:
            raise DataModelError("id_invalid", "needs an id", pointer=f"/{name}/id")
        _check_optional_id(member, f"/{name}")


def _check_related_resources(document: JsonObject) -> None:
    """Each names one resource, once, with a digest of it (VCDM 2.0, section 5.3)."""
    if "relatedResource" not in document:
        return
    where = "/relatedResource"
    resources = _as_list(document["relatedResource"])
    for resource in resources:
        if not isinstance(resource, dict) or not is_url(resource.get("id")):
            raise DataModelError("related_resource_invalid", "an object with a URL as id", pointer=where)
        digests = [resource[name] for name in ("digestSRI", "digestMultibase") if name in resource]
        if not digests or not all(isinstance(each, str) and each for each in digests):
            raise DataModelError("related_resource_invalid", "a digest of it", pointer=where)
    if not resources or len({resource["id"] for resource in resources}) != len(resources):
        raise DataModelError("related_resource_invalid", "each resource once", pointer=where)


def _read_validity(document: JsonObject, version: Version) -> Validity:
    if version is Version.V1_1 and version.start not in document:
        raise DataModelError("issuance_date_missing", pointer=f"/{version.start}")
    # those of the other version too: whatever is shown as a date of the credential counts
    start = max(_moments(document, [each.start for each in Version]), default=None)
    end = min(_moments(document, [each.end for each in Version]), default=None)
    if start is not None and end is not None and end < start:
        raise DataModelError("validity_reversed", pointer=f"/{version.end}")
    return Validity(start, end)


def _moments(document: JsonObject, names: list[str]) -> list[datetime]:
    return [parse_date_time_stamp(document[name], pointer=f"/{name}") for name in names if name in document]


def check_open_badge_model(document: JsonObject, version: Version) -> None:
    """Check what OBv3 asks of an OpenBadgeCredential beyond the data model.

    Raises:
        DataModelError: "open_badges_context_missing", "start_date_missing", "several_subjects",
            "subject_type_missing", "achievement_missing", "achievement_incomplete", "criteria_missing".

    Source: Open Badges 3.0, AchievementCredential, AchievementSubject, Achievement, Criteria.
    """
    contexts = document["@context"]
    if not any(isinstance(each, str) and _OPEN_BADGES_CONTEXT.fullmatch(each) for each in contexts[1:]):
        raise DataModelError("open_badges_context_missing", pointer="/@context")
    if version.start not in document:
        raise DataModelError("start_date_missing", pointer=f"/{version.start}")
    subjects = _as_list(document["credentialSubject"])
    if len(subjects) != 1:
        # of several, whose order nobody signed, readers would show now one and now the other
        raise DataModelError("several_subjects", f"{len(subjects)}", pointer="/credentialSubject")
    _check_achievement_subject(subjects[0])


def _check_achievement_subject(subject: JsonObject) -> None:
    where = "/credentialSubject"
    if "AchievementSubject" not in _as_list(subject.get("type")):
        raise DataModelError("subject_type_missing", pointer=f"{where}/type")
    achievement = subject.get("achievement")
    if not isinstance(achievement, dict):
        raise DataModelError("achievement_missing", pointer=f"{where}/achievement")
    where = f"{where}/achievement"
    if not is_url(achievement.get("id")) or "Achievement" not in _as_list(achievement.get("type")):
        raise DataModelError("achievement_incomplete", "id and type Achievement", pointer=where)
    for name in ("name", "description"):
        if not achievement.get(name):
            raise DataModelError("achievement_incomplete", name, pointer=f"{where}/{name}")
    criteria = achievement.get("criteria")
    if not isinstance(criteria, dict) or not (criteria.get("id") or criteria.get("narrative")):
        raise DataModelError("criteria_missing", "an id or a narrative", pointer=f"{where}/criteria")
