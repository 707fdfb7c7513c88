"""What Open Badges 2.0 asks of an Assertion, a BadgeClass and an issuer's Profile.

Source: Open Badges 2.0, sections "Assertion", "BadgeClass", "Profile", "IdentityObject", "Data Validation".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from credentials.data_model import is_url
from credentials.open_badges_v2.errors import OpenBadgesV2Error
from credentials.open_badges_v2.members import (
    check_context,
    identifier,
    listed,
    moment,
    reference,
    single,
    text,
    types,
)

if TYPE_CHECKING:
    from datetime import datetime

JsonObject = dict[str, Any]
HOSTED: Final = frozenset({"hosted", "HostedBadge"})
SIGNED: Final = frozenset({"signed", "SignedBadge"})
BADGE_CLASS_TYPES: Final = frozenset({"BadgeClass"})
ISSUER_TYPES: Final = frozenset({"Issuer", "Profile"})
_MAXIMUM_EVIDENCE: Final = 100


@dataclass(frozen=True)
class Assertion:
    """An Assertion whose members have the form that they must have.

    Args:
        document: as it was received, or as its host answered.
        id: IRI.
        badge_class_id: IRI of the badge class.
        issued_on: aware, UTC.
        expires: aware, UTC; None where it says nothing.
    """

    document: JsonObject
    id: str
    badge_class_id: str
    issued_on: datetime
    expires: datetime | None


def check_assertion_type(document: JsonObject) -> None:
    """Check that a document is an Assertion of Open Badges 2.0.

    Raises:
        OpenBadgesV2Error: "ob2_version_unsupported", "ob2_context", "ob2_not_an_assertion".
    """
    if "@context" not in document and {"recipient", "badge"} <= document.keys():
        raise OpenBadgesV2Error("ob2_version_unsupported", "no @context: 1.0 or older", pointer="/@context")
    check_context(document)
    if "Assertion" not in types(document):
        raise OpenBadgesV2Error("ob2_not_an_assertion", str(document.get("type"))[:80], pointer="/type")


def read_assertion(document: JsonObject) -> Assertion:
    """Read an Assertion.

    Raises:
        OpenBadgesV2Error: "ob2_member_missing", "ob2_member_invalid", "ob2_id_invalid".
        DateSyntaxError: "date_syntax".
    """
    recipient = single(document, "recipient")
    if recipient is None:
        raise OpenBadgesV2Error("ob2_member_missing", "recipient", pointer="/recipient")
    _check_recipient(recipient)
    _check_evidence(document)
    issued_on = moment(document, "issuedOn")
    if issued_on is None:
        raise OpenBadgesV2Error("ob2_member_missing", "issuedOn", pointer="/issuedOn")
    expires = moment(document, "expires")
    if expires is not None and expires < issued_on:
        raise OpenBadgesV2Error("ob2_member_invalid", "expires before it is issued", pointer="/expires")
    return Assertion(
        document=document,
        id=identifier(document.get("id"), "/id"),
        badge_class_id=reference(document, "badge"),
        issued_on=issued_on,
        expires=expires,
    )


def verification_of(document: JsonObject) -> JsonObject:
    """Give an assertion's instructions for verifying it; `verify` is an alias of `verification`.

    Raises:
        OpenBadgesV2Error: "ob2_member_missing", "ob2_member_invalid" (both, or no object).
    """
    if "verification" in document and "verify" in document:
        raise OpenBadgesV2Error("ob2_member_invalid", "verification and verify", pointer="/verify")
    name = "verify" if "verify" in document else "verification"
    found = single(document, name)
    if found is None:
        raise OpenBadgesV2Error("ob2_member_missing", "verification", pointer="/verification")
    if not isinstance(found, dict):
        raise OpenBadgesV2Error("ob2_member_invalid", "no object", pointer=f"/{name}")
    return found


def check_verification_type(document: JsonObject, expected: frozenset[str]) -> None:
    """Check that an assertion says itself how it is verified, as it is.

    Raises:
        OpenBadgesV2Error: "ob2_verification_type", and as `verification_of`.
    """
    named = {each for each in types(verification_of(document)) if isinstance(each, str)}
    others = (HOSTED | SIGNED) - expected
    # both at once would leave the choice to whoever hands it in
    if not named & expected or named & others:
        raise OpenBadgesV2Error(
            "ob2_verification_type", str(sorted(named))[:80], pointer="/verification/type"
        )


def check_badge_class(document: JsonObject) -> None:
    """Check the members of a BadgeClass.

    Raises:
        OpenBadgesV2Error: "ob2_type", "ob2_member_missing", "ob2_member_invalid", "ob2_id_invalid".
    """
    where = "/badge"
    if "BadgeClass" not in types(document):
        raise OpenBadgesV2Error("ob2_type", "badge is no BadgeClass", pointer=f"{where}/type")
    identifier(document.get("id"), f"{where}/id")
    for name in ("name", "description"):
        text(document, name, where)
    _check_image(document, where)
    criteria = single(document, "criteria", where)
    if isinstance(criteria, dict):
        if not (criteria.get("id") or criteria.get("narrative")):
            raise OpenBadgesV2Error("ob2_member_missing", "criteria", pointer=f"{where}/criteria")
    else:
        reference(document, "criteria", where)
    for alignment in listed(document.get("alignment")):
        if not isinstance(alignment, dict):
            raise OpenBadgesV2Error("ob2_member_invalid", "alignment", pointer=f"{where}/alignment")
        for name in ("targetName", "targetUrl"):
            text(alignment, name, f"{where}/alignment")
    reference(document, "issuer", where)


def _check_image(document: JsonObject, where: str) -> None:
    """A picture's address, or the picture itself in a data URL, which is as long as it is."""
    image = single(document, "image", where)
    if image is None:
        raise OpenBadgesV2Error("ob2_member_missing", "image", pointer=f"{where}/image")
    if not is_url(image.get("id") if isinstance(image, dict) else image):
        raise OpenBadgesV2Error("ob2_id_invalid", "image", pointer=f"{where}/image")


def check_issuer(document: JsonObject) -> None:
    """Check the members that an issuer's Profile must have.

    Raises:
        OpenBadgesV2Error: "ob2_member_missing", "ob2_member_invalid", "ob2_id_invalid".
    """
    where = "/badge/issuer"
    for name in ("name", "email"):
        text(document, name, where)
    identifier(text(document, "url", where), f"{where}/url")


def _check_recipient(recipient: object) -> None:
    where = "/recipient"
    if not isinstance(recipient, dict):
        raise OpenBadgesV2Error("ob2_member_invalid", "no object", pointer=where)
    for name in ("type", "identity"):
        text(recipient, name, where)
    if not isinstance(recipient.get("hashed", False), bool):
        raise OpenBadgesV2Error("ob2_member_invalid", "hashed", pointer=f"{where}/hashed")
    if not isinstance(recipient.get("salt", ""), str):
        raise OpenBadgesV2Error("ob2_member_invalid", "salt", pointer=f"{where}/salt")


def _check_evidence(document: JsonObject) -> None:
    evidence = listed(document.get("evidence"))
    if len(evidence) > _MAXIMUM_EVIDENCE or not all(isinstance(each, str | dict) for each in evidence):
        raise OpenBadgesV2Error("ob2_member_invalid", "evidence", pointer="/evidence")
