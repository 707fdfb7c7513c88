"""Building an OBv3 credential: Open Badges 3.0 (context 3.0.3) on VCDM 2.0. No nulls, no empty arrays.

The date earned (`activityStartDate`, `activityEndDate` of the subject) is not the date issued (`validFrom`).
`criteria` carries no `type`: the IRI has two terms in the context, and a later selective disclosure could
not be read back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from credentials.dates import format_date_time_stamp
from credentials.open_badges.kinds import ACHIEVEMENT_TYPES, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

JsonObject = dict[str, Any]
CREDENTIALS_V2: Final = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES_CONTEXT: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
CREDENTIAL_TYPES: Final = ("VerifiableCredential", "OpenBadgeCredential")


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """A structure, as an OBv3 Profile.

    Args:
        id: its DID.
        name: as people know it.
        url: its page.
        image: https URL of its picture.
        email: its public address.
    """

    id: str
    name: str
    url: str | None = None
    image: str | None = None
    email: str | None = None


@dataclass(frozen=True, kw_only=True)
class Alignment:
    """An entry of a framework of skills.

    Args:
        target_name: the skill's name.
        target_url: its URL (ROME, ESCO).
        target_type: OBv3 enumeration, or `ext:`.
        target_framework: the framework's name.
        target_code: the skill's code in it.
    """

    target_name: str
    target_url: str
    target_type: str | None = None
    target_framework: str | None = None
    target_code: str | None = None


@dataclass(frozen=True, kw_only=True)
class Achievement:
    """A badge: what can be recognised.

    Args:
        id: https URL of the badge.
        name: its name.
        description: what was seen, in a sentence.
        criteria_narrative: the criteria, Markdown.
        kind: one of the six kinds; decides `achievementType` unless that is given.
        achievement_type: OBv3 enumeration, or `ext:`; only to re-issue what another system wrote.
        image_url: https or data URL of the picture.
        image_caption: what the picture shows, for those who cannot see it.
        alignments: the skills it points to.
        in_language: BCP 47 tag of the texts.
    """

    id: str
    name: str
    description: str
    criteria_narrative: str
    kind: Kind
    achievement_type: str | None = None
    image_url: str | None = None
    image_caption: str | None = None
    alignments: tuple[Alignment, ...] = ()
    in_language: str | None = "fr"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A piece of evidence.

    Args:
        name: its name.
        id: URL of the thing itself, if it can be had.
        narrative: what was seen, Markdown.
        genre: what sort of thing it is.
        description: a longer word about it.
    """

    name: str
    id: str | None = None
    narrative: str | None = None
    genre: str | None = None
    description: str | None = None


def build_open_badge_credential(
    *,
    credential_id: str,
    issuer: Issuer,
    achievement: Achievement,
    subject_id: str | None,
    valid_from: datetime,
    earned_from: datetime | None,
    earned_until: datetime | None,
    status: JsonObject | None,
    evidence: Sequence[Evidence] = (),
    valid_until: datetime | None = None,
    name: str | None = None,
    narrative: str | None = None,
) -> JsonObject:
    """Build an OpenBadgeCredential, unsigned.

    Args:
        credential_id: URL of this award, for example "urn:uuid:...".
        issuer: the structure.
        achievement: the badge.
        subject_id: the person's DID; None makes a badge that is bound to nobody.
        valid_from: aware; when it is issued.
        earned_from: aware; when the activity began.
        earned_until: aware; when the activity ended.
        status: a `credentialStatus`, see `credentials.status.build_status_entry`.
        evidence: what was seen.
        valid_until: aware; when it ceases to be valid.
        name: of the credential; by default the badge's name.
        narrative: what the passeur says of this person's doing.

    Source: Open Badges 3.0, section 5 (Data Model), OpenBadgeCredential.
    """
    subject = {
        "id": subject_id,
        "type": ["AchievementSubject"],
        "activityStartDate": _date(earned_from),
        "activityEndDate": _date(earned_until),
        "narrative": narrative,
        "achievement": build_achievement(achievement),
    }
    return _without_absent(
        {
            "@context": [CREDENTIALS_V2, OPEN_BADGES_CONTEXT],
            "id": credential_id,
            "type": list(CREDENTIAL_TYPES),
            "name": name or achievement.name,
            "issuer": build_issuer(issuer),
            "validFrom": _date(valid_from),
            "validUntil": _date(valid_until),
            "credentialSubject": _without_absent(subject),
            "evidence": [_build_evidence(each) for each in evidence],
            "credentialStatus": status,
        },
    )


def build_issuer(issuer: Issuer) -> JsonObject:
    """Build the embedded Profile of an issuer. Source: Open Badges 3.0, Profile."""
    return _without_absent(
        {
            "id": issuer.id,
            "type": ["Profile"],
            "name": issuer.name,
            "url": issuer.url,
            "email": issuer.email,
            "image": _image(issuer.image, None),
        },
    )


def build_achievement(achievement: Achievement) -> JsonObject:
    """Build an Achievement. Source: Open Badges 3.0, Achievement."""
    return _without_absent(
        {
            "id": achievement.id,
            "type": ["Achievement"],
            "name": achievement.name,
            "description": achievement.description,
            "criteria": {"narrative": achievement.criteria_narrative},
            "achievementType": achievement.achievement_type or ACHIEVEMENT_TYPES[achievement.kind],
            "image": _image(achievement.image_url, achievement.image_caption),
            "inLanguage": achievement.in_language,
            "alignment": [_build_alignment(each) for each in achievement.alignments],
        },
    )


def _build_alignment(alignment: Alignment) -> JsonObject:
    return _without_absent(
        {
            "type": ["Alignment"],
            "targetName": alignment.target_name,
            "targetUrl": alignment.target_url,
            "targetType": alignment.target_type,
            "targetFramework": alignment.target_framework,
            "targetCode": alignment.target_code,
        },
    )


def _build_evidence(evidence: Evidence) -> JsonObject:
    return _without_absent(
        {
            "id": evidence.id,
            "type": ["Evidence"],
            "name": evidence.name,
            "narrative": evidence.narrative,
            "description": evidence.description,
            "genre": evidence.genre,
        },
    )


def _image(url: str | None, caption: str | None) -> JsonObject | None:
    return _without_absent({"id": url, "type": "Image", "caption": caption}) if url else None


def _date(moment: datetime | None) -> str | None:
    return None if moment is None else format_date_time_stamp(moment)


def _without_absent(members: JsonObject) -> JsonObject:
    """Leave out what is not there: OBv3 allows no null and no empty array."""
    return {name: value for name, value in members.items() if value is not None and value != []}
