"""The classes of the Open Badges 3.0.3 data model, as tables: what each has, of which kind, and how many.

Source: Open Badges 3.0 (specification document 1.4.5), appendix B "Data Models"; Address, GeoCoordinates and
IdentifierEntry from the 1EdTech Common Data Model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Multiplicity = Literal["1", "0..1", "0..*", "1..*"]


@dataclass(frozen=True)
class Property:
    """A member of a class.

    Args:
        name: of the member.
        range: a class, an enumeration, or a type of `ranges`; "ProfileRef" is a URI or a Profile.
        multiplicity: how many; one value may stand without an array wherever several are allowed.
    """

    name: str
    range: str
    multiplicity: Multiplicity = "0..1"

    @property
    def is_required(self) -> bool:
        """Tell whether it must be there."""
        return self.multiplicity.startswith("1")

    @property
    def is_single(self) -> bool:
        """Tell whether it is one value, never an array."""
        return self.multiplicity.endswith("1")


@dataclass(frozen=True)
class DataClass:
    """A class of the model.

    Args:
        name: as in the specification.
        properties: its members, without `type` and `@context`.
        types: sets of IRIs; `type` must have one of each.
        is_type_single: `type` is that one string, and no array.
        is_open: it may have members that the model does not know.
        contexts: what `@context` begins with, if it has one: the base context; the one of Open Badges
            follows.
    """

    name: str
    properties: tuple[Property, ...]
    types: tuple[frozenset[str], ...] = ()
    is_type_single: bool = False
    is_open: bool = True
    base_context: str | None = None


def _class(name: str, *properties: Property, is_type_single: bool = False, is_open: bool = True) -> DataClass:
    return DataClass(name, properties, (frozenset({name}),), is_type_single, is_open)


def _untyped(name: str, *properties: Property) -> DataClass:
    return DataClass(name, properties)


def _credential(
    name: str, base_context: str, types: tuple[frozenset[str], ...], *properties: Property
) -> DataClass:
    is_1_1 = base_context == CREDENTIALS_V1
    own = {each.name for each in properties}
    shared = (each for each in (_SHARED_1_1 if is_1_1 else _SHARED_2_0) if each.name not in own)
    return DataClass(
        name, (*shared, *properties), (frozenset({"VerifiableCredential"}), *types), base_context=base_context
    )


CREDENTIALS_V1: Final = "https://www.w3.org/2018/credentials/v1"
CREDENTIALS_V2: Final = "https://www.w3.org/ns/credentials/v2"
_SHARED: Final = (
    Property("id", "URI", "1"),
    Property("description", "String"),
    Property("awardedDate", "DateTimeZ"),
    Property("proof", "Proof", "0..*"),
    Property("credentialSchema", "CredentialSchema", "0..*"),
    # 0..1 in the model; the certification guide has several lists for several purposes, as VCDM 2.0 allows
    Property("credentialStatus", "CredentialStatus", "0..*"),
    Property("refreshService", "RefreshService"),
    Property("termsOfUse", "TermsOfUse", "0..*"),
)
_SHARED_2_0: Final = (
    *_SHARED,
    Property("issuer", "ProfileRef", "1"),
    Property("validFrom", "DateTimeZ", "1"),
    Property("validUntil", "DateTimeZ"),
)
_SHARED_1_1: Final = (
    *_SHARED,
    Property("issuer", "Profile", "1"),
    Property("issuanceDate", "DateTimeZ", "1"),
    Property("expirationDate", "DateTimeZ"),
)
_ACHIEVEMENT_MEMBERS: Final = (
    Property("image", "Image"),
    Property("credentialSubject", "AchievementSubject", "1"),
    Property("endorsement", "EndorsementCredential", "0..*"),
    Property("endorsementJwt", "CompactJws", "0..*"),
    Property("evidence", "Evidence", "0..*"),
)
_ACHIEVEMENT_TYPES: Final = (frozenset({"AchievementCredential", "OpenBadgeCredential"}),)
_ENDORSEMENT_TYPES: Final = (frozenset({"EndorsementCredential"}),)
_ENDORSEMENT_MEMBERS: Final = (
    Property("name", "String", "1"),
    Property("credentialSubject", "EndorsementSubject", "1"),
)
ACHIEVEMENT_CREDENTIAL: Final = _credential(
    "AchievementCredential",
    CREDENTIALS_V2,
    _ACHIEVEMENT_TYPES,
    Property("name", "String"),
    *_ACHIEVEMENT_MEMBERS,
)
ACHIEVEMENT_CREDENTIAL_1_1: Final = _credential(
    "AchievementCredentialv1p1",
    CREDENTIALS_V1,
    _ACHIEVEMENT_TYPES,
    Property("name", "String", "1"),
    *_ACHIEVEMENT_MEMBERS,
)
ENDORSEMENT_CREDENTIAL: Final = _credential(
    "EndorsementCredential", CREDENTIALS_V2, _ENDORSEMENT_TYPES, *_ENDORSEMENT_MEMBERS
)
ENDORSEMENT_CREDENTIAL_1_1: Final = _credential(
    "EndorsementCredentialv1p1", CREDENTIALS_V1, _ENDORSEMENT_TYPES, *_ENDORSEMENT_MEMBERS
)

_CLASSES: Final = (
    ACHIEVEMENT_CREDENTIAL,
    ACHIEVEMENT_CREDENTIAL_1_1,
    ENDORSEMENT_CREDENTIAL,
    ENDORSEMENT_CREDENTIAL_1_1,
    _class(
        "Achievement",
        Property("id", "URI", "1"),
        Property("alignment", "Alignment", "0..*"),
        Property("achievementType", "AchievementType"),
        Property("creator", "Profile"),
        Property("creditsAvailable", "Float"),
        Property("criteria", "Criteria", "1"),
        Property("description", "String", "1"),
        Property("endorsement", "EndorsementCredential", "0..*"),
        Property("endorsementJwt", "CompactJws", "0..*"),
        Property("fieldOfStudy", "String"),
        Property("humanCode", "String"),
        Property("image", "Image"),
        Property("inLanguage", "LanguageCode"),
        Property("name", "String", "1"),
        Property("otherIdentifier", "IdentifierEntry", "0..*"),
        Property("related", "Related", "0..*"),
        Property("resultDescription", "ResultDescription", "0..*"),
        Property("specialization", "String"),
        Property("tag", "String", "0..*"),
        Property("version", "String"),
    ),
    _class(
        "AchievementSubject",
        Property("id", "URI"),
        Property("activityEndDate", "DateTime"),
        Property("activityStartDate", "DateTime"),
        Property("creditsEarned", "Float"),
        Property("achievement", "Achievement", "1"),
        Property("identifier", "IdentityObject", "0..*"),
        Property("image", "Image"),
        Property("licenseNumber", "String"),
        Property("narrative", "Markdown"),
        Property("result", "Result", "0..*"),
        Property("role", "String"),
        Property("source", "Profile"),
        Property("term", "String"),
    ),
    _class(
        "Address",
        Property("addressCountry", "String"),
        Property("addressCountryCode", "CountryCode"),
        Property("addressRegion", "String"),
        Property("addressLocality", "String"),
        Property("streetAddress", "String"),
        Property("postOfficeBoxNumber", "String"),
        Property("postalCode", "String"),
        Property("geo", "GeoCoordinates"),
    ),
    _class(
        "Alignment",
        Property("targetCode", "String"),
        Property("targetDescription", "String"),
        Property("targetName", "String", "1"),
        Property("targetFramework", "String"),
        Property("targetType", "AlignmentTargetType"),
        Property("targetUrl", "URL", "1"),
    ),
    # `type` is not in the model: in JSON-LD, Criteria is a class and criteria a property of one IRI
    _untyped("Criteria", Property("id", "URI"), Property("narrative", "Markdown")),
    _class("EndorsementSubject", Property("id", "URI", "1"), Property("endorsementComment", "Markdown")),
    _class(
        "Evidence",
        Property("id", "URI"),
        Property("narrative", "Markdown"),
        Property("name", "String"),
        Property("description", "String"),
        Property("genre", "String"),
        Property("audience", "String"),
    ),
    _class(
        "GeoCoordinates",
        Property("latitude", "Float", "1"),
        Property("longitude", "Float", "1"),
        is_type_single=True,
    ),
    _class(
        "IdentifierEntry",
        Property("identifier", "PlainString", "1"),
        Property("identifierType", "IdentifierTypeEnum", "1"),
        is_type_single=True,
        is_open=False,
    ),
    _class(
        "IdentityObject",
        Property("hashed", "Boolean", "1"),
        Property("identityHash", "PlainString", "1"),
        Property("identityType", "IdentifierTypeEnum", "1"),
        Property("salt", "PlainString"),
        is_type_single=True,
        is_open=False,
    ),
    _class(
        "Image",
        Property("id", "URI", "1"),
        Property("caption", "String"),
        is_type_single=True,
        is_open=False,
    ),
    _class(
        "Profile",
        Property("id", "URI", "1"),
        Property("name", "String"),
        Property("url", "URI"),
        Property("phone", "PlainString"),
        Property("description", "String"),
        Property("endorsement", "EndorsementCredential", "0..*"),
        Property("endorsementJwt", "CompactJws", "0..*"),
        Property("image", "Image"),
        Property("email", "EmailAddress"),
        Property("address", "Address"),
        Property("otherIdentifier", "IdentifierEntry", "0..*"),
        Property("official", "String"),
        Property("parentOrg", "Profile"),
        Property("familyName", "String"),
        Property("givenName", "String"),
        Property("additionalName", "String"),
        Property("patronymicName", "String"),
        Property("honorificPrefix", "String"),
        Property("honorificSuffix", "String"),
        Property("familyNamePrefix", "String"),
        Property("dateOfBirth", "Date"),
    ),
    _class(
        "Related",
        Property("id", "URI", "1"),
        Property("inLanguage", "LanguageCode"),
        Property("version", "String"),
    ),
    _class(
        "Result",
        Property("achievedLevel", "URI"),
        Property("alignment", "Alignment", "0..*"),
        Property("resultDescription", "URI"),
        Property("status", "ResultStatusType"),
        Property("value", "String"),
    ),
    _class(
        "ResultDescription",
        Property("id", "URI", "1"),
        Property("alignment", "Alignment", "0..*"),
        Property("allowedValue", "String", "0..*"),
        Property("name", "String", "1"),
        Property("requiredLevel", "URI"),
        Property("requiredValue", "String"),
        Property("resultType", "ResultType", "1"),
        Property("rubricCriterionLevel", "RubricCriterionLevel", "0..*"),
        Property("valueMax", "String"),
        Property("valueMin", "String"),
    ),
    _class(
        "RubricCriterionLevel",
        Property("id", "URI", "1"),
        Property("alignment", "Alignment", "0..*"),
        Property("description", "String"),
        Property("level", "String"),
        Property("name", "String", "1"),
        Property("points", "String"),
    ),
    # these name their method in `type`, whatever it is
    _untyped("CredentialSchema", Property("id", "URI", "1"), Property("type", "IRI", "1")),
    _untyped("CredentialStatus", Property("id", "URI"), Property("type", "IRI", "1")),
    _untyped("RefreshService", Property("id", "URI", "1"), Property("type", "IRI", "1")),
    _untyped("TermsOfUse", Property("id", "URI"), Property("type", "IRI", "1")),
    _untyped(
        "Proof",
        Property("type", "IRI", "1"),
        Property("created", "DateTime"),
        Property("cryptosuite", "PlainString"),
        Property("challenge", "PlainString"),
        Property("nonce", "PlainString"),
        Property("proofPurpose", "PlainString"),
        Property("proofValue", "PlainString"),
        Property("verificationMethod", "URI"),
    ),
)
CLASSES: Final = {each.name: each for each in _CLASSES}
