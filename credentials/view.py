"""What a page shows of a credential: a tolerant view over the received document, which stays what it is."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from credentials.dates import parse_date_time_stamp
from credentials.errors import DateSyntaxError
from credentials.open_badges.kinds import Kind, kind_of_achievement_type
from credentials.open_badges_v2.shape import is_open_badges_2, to_view_shape


@dataclass(frozen=True)
class EvidenceView:
    """One piece of evidence."""

    id: str | None
    name: str | None
    narrative: str | None
    description: str | None
    genre: str | None


_EVIDENCE_NAMES: Final = tuple(each.name for each in fields(EvidenceView))


@dataclass(frozen=True)
class AlignmentView:
    """One entry of a framework of skills that the achievement points to."""

    target_name: str | None
    target_url: str | None
    target_type: str | None
    target_framework: str | None
    target_code: str | None


@dataclass(frozen=True)
class CredentialView:
    """The members of a credential that people look at. Absent or odd members are None or empty.

    `earned_on` is when the thing was done (`activityEndDate`, else `activityStartDate`, else `awardedDate`,
    else `validFrom`);
    `valid_from` is when it was issued. `subject_id` is set only when there is exactly one subject with an id.
    """

    raw: dict[str, Any]
    id: str | None
    types: tuple[str, ...]
    name: str | None
    issuer_id: str | None
    issuer_name: str | None
    issuer_url: str | None
    issuer_image: str | None
    subject_id: str | None
    subject_ids: tuple[str | None, ...]
    achievement_id: str | None
    achievement_name: str | None
    description: str | None
    criteria_narrative: str | None
    criteria_id: str | None
    achievement_type: str | None
    kind: Kind | None
    image: str | None
    image_caption: str | None
    narrative: str | None
    language: str | None
    evidence: tuple[EvidenceView, ...]
    alignments: tuple[AlignmentView, ...]
    earned_from: datetime | None
    earned_on: datetime | None
    valid_from: datetime | None
    valid_until: datetime | None

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> CredentialView:
        """Look at a credential of VCDM 2.0 or 1.1, an OBv3 one or not, or at an assertion of Open Badges 2.0.
        Never fails on odd shapes.

        Args:
            document: the parsed JSON object of the credential.
        """
        received = document
        if is_open_badges_2(document):
            document = to_view_shape(document)
        issuer = _issuer(document)
        subjects = _objects(document.get("credentialSubject"))
        subject = _object(subjects)
        ids = tuple(_identifier(each.get("id")) for each in subjects)
        return cls(
            raw=received,
            id=_identifier(document.get("id")),
            types=_strings(document.get("type")),
            name=_text(document.get("name")),
            issuer_id=_identifier(issuer.get("id")),
            issuer_name=_text(issuer.get("name")),
            issuer_url=_text(issuer.get("url")),
            issuer_image=_image(issuer.get("image"))[0],
            subject_id=ids[0] if len(ids) == 1 else None,
            subject_ids=ids,
            narrative=_text(subject.get("narrative")),
            evidence=tuple(_evidence(each) for each in _objects(document.get("evidence"))),
            **_achievement_members(_object(subject.get("achievement"))),
            **_dates(document, subject),
        )

    def to_json(self) -> dict[str, Any]:
        """Give the view as JSON, without the raw document and what is absent."""
        return _as_json(self, skip=("raw",))


def _as_json(view: Any, *, skip: tuple[str, ...] = ()) -> dict[str, Any]:
    pairs = (
        (each.name, _json_value(getattr(view, each.name))) for each in fields(view) if each.name not in skip
    )
    return {name: value for name, value in pairs if value not in (None, [])}


def _json_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [each if isinstance(each, str) else _as_json(each) for each in value if each is not None]
    return value


def _achievement_members(achievement: dict[str, Any]) -> dict[str, Any]:
    criteria = _object(achievement.get("criteria"))
    image, caption = _image(achievement.get("image"))
    achievement_type = _text(achievement.get("achievementType"))
    return {
        "achievement_id": _text(achievement.get("id")),
        "achievement_name": _text(achievement.get("name")),
        "description": _text(achievement.get("description")),
        "criteria_narrative": _text(criteria.get("narrative")),
        "criteria_id": _text(criteria.get("id")),
        "achievement_type": achievement_type,
        "kind": kind_of_achievement_type(achievement_type),
        "image": image,
        "image_caption": caption,
        "language": _text(achievement.get("inLanguage")),
        "alignments": tuple(_alignment(each) for each in _objects(achievement.get("alignment"))),
    }


def _dates(document: dict[str, Any], subject: dict[str, Any]) -> dict[str, Any]:
    # as `check_credential_model` counts them, whichever version names them
    starts = [_moment(document.get(name)) for name in ("validFrom", "issuanceDate")]
    ends = [_moment(document.get(name)) for name in ("validUntil", "expirationDate")]
    valid_from = max((each for each in starts if each), default=None)
    earned_from = _moment(subject.get("activityStartDate"))
    earned_until = _moment(subject.get("activityEndDate"))
    return {
        "earned_from": earned_from,
        "earned_on": earned_until or earned_from or _moment(document.get("awardedDate")) or valid_from,
        "valid_from": valid_from,
        "valid_until": min((each for each in ends if each), default=None),
    }


def _evidence(evidence: dict[str, Any]) -> EvidenceView:
    return EvidenceView(**{name: _text(evidence.get(name)) for name in _EVIDENCE_NAMES})


def _alignment(alignment: dict[str, Any]) -> AlignmentView:
    return AlignmentView(
        target_name=_text(alignment.get("targetName")),
        target_url=_text(alignment.get("targetUrl")),
        target_type=_text(alignment.get("targetType")),
        target_framework=_text(alignment.get("targetFramework")),
        target_code=_text(alignment.get("targetCode")),
    )


def _issuer(document: dict[str, Any]) -> dict[str, Any]:
    issuer = document.get("issuer")
    return {"id": issuer} if isinstance(issuer, str) else _object(issuer)


def _image(value: Any) -> tuple[str | None, str | None]:
    """Give the address and the caption of an OBv3 Image, or of a bare URL."""
    value = _single(value)
    if isinstance(value, str):
        return value, None
    image = _object(value)
    return _text(image.get("id")), _text(image.get("caption"))


def _object(value: Any) -> dict[str, Any]:
    """Read an object; of several, whose order nobody signed, none is the one to show."""
    objects = _objects(value)
    return objects[0] if len(objects) == 1 else {}


def _objects(value: Any) -> list[dict[str, Any]]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, dict)]


def _strings(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(each for each in values if isinstance(each, str))


def _identifier(value: Any) -> str | None:
    """Read an id: one string or nothing, never the first of several."""
    return value if isinstance(value, str) else None


def _text(value: Any) -> str | None:
    """Read a string, a JSON-LD value object, or one of several or of a language map (French first).

    In JSON-LD several values are a set, whose order nobody signed: what is shown must not hang on it.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        texts = [(_language_rank(each), text) for each in value if (text := _text(each)) is not None]
        return min(texts)[1] if texts else None
    if isinstance(value, dict):
        chosen = value.get("@value", value.get("fr", value.get("en")))
        return chosen if isinstance(chosen, str) else None
    return None


def _language_rank(value: Any) -> int:
    language = value.get("@language") if isinstance(value, dict) else None
    named = language.partition("-")[0].lower() if isinstance(language, str) else ""
    return {"fr": 0, "en": 1, "": 2}.get(named, 3)


def _single(value: Any) -> Any:
    """Take a value out of an array of one: both are the same statement, so anybody can turn one into the
    other without breaking the signature, and nothing that is shown may change with it.
    """
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        return parse_date_time_stamp(_single(value))
    except DateSyntaxError:
        return None
