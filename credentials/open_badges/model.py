"""The classes of the Open Badges 3.0.3 data model, to build credentials of.

Each is a frozen dataclass with keyword arguments named after the members; what is None or empty is not
written. Their rules (what may stand where, how often, of which kind) are those of `classes` and `references`;
`builder` tells every broken one.

Source: Open Badges 3.0 (specification document 1.4.5), appendix B "Data Models".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Final

from credentials.open_badges.classes import (
    ACHIEVEMENT_CREDENTIAL,
    CLASSES,
    CREDENTIALS_V2,
    ENDORSEMENT_CREDENTIAL,
)
from credentials.open_badges.identity import hash_identity
from credentials.open_badges.nodes import JsonObject, Node, as_list
from credentials.open_badges.references import EXTENSIONS_CONTEXT

if TYPE_CHECKING:
    from datetime import date, datetime
    from typing import Self

    from credentials.open_badges.classes import DataClass
    from credentials.open_badges.nodes import Text

OPEN_BADGES_CONTEXT: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
VALIDATOR_2019: Final = "1EdTechJsonSchemaValidator2019"
CREDENTIAL_REFRESH: Final = "1EdTechCredentialRefresh"


@dataclass(frozen=True, kw_only=True)
class Image(Node):
    """A picture: its https or data URL, and what it shows, for those who cannot see it."""

    data_class: ClassVar = CLASSES["Image"]
    id: str
    caption: Text | None = None


@dataclass(frozen=True, kw_only=True)
class IdentifierEntry(Node):
    """An identifier in a system of somebody else's, for example a SIRET ("ext:siret")."""

    data_class: ClassVar = CLASSES["IdentifierEntry"]
    identifier: str
    identifier_type: str


@dataclass(frozen=True, kw_only=True)
class GeoCoordinates(Node):
    """A place on earth, in degrees."""

    data_class: ClassVar = CLASSES["GeoCoordinates"]
    latitude: float
    longitude: float


@dataclass(frozen=True, kw_only=True)
class Address(Node):
    """A postal address; the country's code is one of ISO 3166-1 alpha-2."""

    data_class: ClassVar = CLASSES["Address"]
    street_address: Text | None = None
    post_office_box_number: Text | None = None
    postal_code: Text | None = None
    address_locality: Text | None = None
    address_region: Text | None = None
    address_country: Text | None = None
    address_country_code: str | None = None
    geo: GeoCoordinates | None = None


@dataclass(frozen=True, kw_only=True)
class Profile(Node):
    """A structure or a person: who issues, who made the achievement, who saw it.

    Args:
        id: its DID, or URL.
        name: as people know it.
        url: its page.
        email: its public address.
        official: who speaks for it.
        parent_org: the organisation above it.
        date_of_birth: of a person; a profile is the only place for it, and is shown with every badge.
        endorsement: signed EndorsementCredentials about it, as they are.
        endorsement_jwt: the same as compact JWS.
    """

    data_class: ClassVar = CLASSES["Profile"]
    id: str
    name: Text | None = None
    url: str | None = None
    description: Text | None = None
    email: str | None = None
    phone: str | None = None
    image: Image | None = None
    address: Address | None = None
    other_identifier: tuple[IdentifierEntry, ...] = ()
    official: Text | None = None
    parent_org: Profile | None = None
    family_name: Text | None = None
    given_name: Text | None = None
    additional_name: Text | None = None
    patronymic_name: Text | None = None
    honorific_prefix: Text | None = None
    honorific_suffix: Text | None = None
    family_name_prefix: Text | None = None
    date_of_birth: date | None = None
    endorsement: tuple[JsonObject, ...] = ()
    endorsement_jwt: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Alignment(Node):
    """An entry of a framework of skills (ROME, ESCO); `target_type` is of the enumeration, or "ext:..."."""

    data_class: ClassVar = CLASSES["Alignment"]
    target_name: Text
    target_url: str
    target_type: str | None = None
    target_framework: Text | None = None
    target_code: Text | None = None
    target_description: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Criteria(Node):
    """What was asked: in words (Markdown), at an address, or both.

    It is written without `type`: the IRI has two terms in the context, and a later selective disclosure could
    not be read back.
    """

    data_class: ClassVar = CLASSES["Criteria"]
    id: str | None = None
    narrative: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Related(Node):
    """Another achievement: the same in another language, or an older version."""

    data_class: ClassVar = CLASSES["Related"]
    id: str
    in_language: str | None = None
    version: Text | None = None


@dataclass(frozen=True, kw_only=True)
class RubricCriterionLevel(Node):
    """A level that a result can reach."""

    data_class: ClassVar = CLASSES["RubricCriterionLevel"]
    id: str
    name: Text
    level: Text | None = None
    description: Text | None = None
    points: Text | None = None
    alignment: tuple[Alignment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ResultDescription(Node):
    """What a result may be, and what it must be to earn the achievement.

    Args:
        id: results name it.
        result_type: of the enumeration, or "ext:...".
        allowed_value: from low to high.
        required_value: one of them, or a number within the range.
        required_level: the id of one of the levels.
        value_min: a number, as text.
        value_max: ditto.
    """

    data_class: ClassVar = CLASSES["ResultDescription"]
    id: str
    name: Text
    result_type: str
    allowed_value: tuple[str, ...] = ()
    required_value: str | None = None
    value_min: str | None = None
    value_max: str | None = None
    rubric_criterion_level: tuple[RubricCriterionLevel, ...] = ()
    required_level: str | None = None
    alignment: tuple[Alignment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Achievement(Node):
    """A badge: what can be recognised.

    Args:
        id: https URL of the badge.
        name: its name.
        description: what was seen, in a sentence.
        criteria: what was asked.
        achievement_type: of the enumeration, or "ext:..."; see `Kind.achievement_type`.
        in_language: BCP 47 tag of the texts.
        creator: who made it, if not who issues it.
        related: the same in other languages, older versions.
    """

    data_class: ClassVar = CLASSES["Achievement"]
    id: str
    name: Text
    description: Text
    criteria: Criteria
    achievement_type: str | None = None
    image: Image | None = None
    in_language: str | None = None
    alignment: tuple[Alignment, ...] = ()
    creator: Profile | None = None
    credits_available: float | None = None
    field_of_study: Text | None = None
    specialization: Text | None = None
    human_code: Text | None = None
    other_identifier: tuple[IdentifierEntry, ...] = ()
    result_description: tuple[ResultDescription, ...] = ()
    related: tuple[Related, ...] = ()
    tag: tuple[Text, ...] = ()
    version: Text | None = None
    endorsement: tuple[JsonObject, ...] = ()
    endorsement_jwt: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class IdentityObject(Node):
    """A person, named by something that they have: best by its hash, see `hashed_identity`."""

    data_class: ClassVar = CLASSES["IdentityObject"]
    identity_hash: str
    identity_type: str
    hashed: bool
    salt: str | None = None

    @classmethod
    def hashed_identity(cls, identity: str, *, identity_type: str = "emailAddress", salt: str) -> Self:
        """Name a person by a hash.

        Args:
            identity: for example an e-mail address, as the person writes it.
            identity_type: of the enumeration, or "ext:...".
            salt: a fresh random text of this badge's own.

        Source: Open Badges 3.0, sections "IdentityObject" and "IdentityHash".
        """
        hashed = hash_identity(identity, salt=salt)
        return cls(identity_hash=hashed, identity_type=identity_type, hashed=True, salt=salt)


@dataclass(frozen=True, kw_only=True)
class Result(Node):
    """What the person reached, by one of the achievement's descriptions."""

    data_class: ClassVar = CLASSES["Result"]
    result_description: str | None = None
    value: str | None = None
    achieved_level: str | None = None
    status: str | None = None
    alignment: tuple[Alignment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AchievementSubject(Node):
    """Who achieved what, and how.

    Args:
        achievement: the badge.
        id: the person's DID.
        identifier: the person by something else; without `id`, at least one.
        activity_start_date: aware; when the activity began. The date earned is not the date issued.
        activity_end_date: aware; when it ended.
        narrative: what was seen of this person's doing, Markdown.
        source: who saw it, if not who issues.
    """

    data_class: ClassVar = CLASSES["AchievementSubject"]
    achievement: Achievement
    id: str | None = None
    identifier: tuple[IdentityObject, ...] = ()
    activity_start_date: datetime | None = None
    activity_end_date: datetime | None = None
    narrative: Text | None = None
    result: tuple[Result, ...] = ()
    credits_earned: float | None = None
    role: Text | None = None
    term: Text | None = None
    license_number: Text | None = None
    image: Image | None = None
    source: Profile | None = None


@dataclass(frozen=True, kw_only=True)
class Evidence(Node):
    """A piece of evidence: the URL of the thing itself, or what was seen (Markdown)."""

    data_class: ClassVar = CLASSES["Evidence"]
    name: Text | None = None
    id: str | None = None
    narrative: Text | None = None
    description: Text | None = None
    genre: Text | None = None
    audience: Text | None = None


@dataclass(frozen=True, kw_only=True)
class CredentialSchema(Node):
    """The schema that the credential meets."""

    data_class: ClassVar = CLASSES["CredentialSchema"]
    id: str
    type: str = VALIDATOR_2019


@dataclass(frozen=True, kw_only=True)
class RefreshService(Node):
    """Where a newer copy can be had."""

    data_class: ClassVar = CLASSES["RefreshService"]
    id: str
    type: str = CREDENTIAL_REFRESH


@dataclass(frozen=True, kw_only=True)
class TermsOfUse(Node):
    """What the holder and the verifier may do with it; the members depend on the type, see `more`."""

    data_class: ClassVar = CLASSES["TermsOfUse"]
    type: str
    id: str | None = None


@dataclass(frozen=True, kw_only=True)
class EndorsementSubject(Node):
    """What is endorsed, by its id, and in which words (Markdown)."""

    data_class: ClassVar = CLASSES["EndorsementSubject"]
    id: str
    endorsement_comment: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Credential(Node):
    """What achievement and endorsement credentials have alike.

    Args:
        id: URL of this one, for example "urn:uuid:...".
        issuer: who says it.
        valid_from: aware; when it is issued.
        valid_until: aware; when it ceases to be valid.
        awarded_date: aware; when it was awarded, if not when it is issued.
        credential_status: see `credentials.status.build_status_entry`; one or several.
        context: URLs of further contexts, for what stands in `more`; or all of them.
    """

    second_type: ClassVar[str]
    id: str
    issuer: Profile
    valid_from: datetime
    valid_until: datetime | None = None
    awarded_date: datetime | None = None
    description: Text | None = None
    credential_schema: tuple[CredentialSchema, ...] = ()
    credential_status: JsonObject | tuple[JsonObject, ...] | None = None
    refresh_service: RefreshService | None = None
    terms_of_use: tuple[TermsOfUse, ...] = ()
    context: tuple[str, ...] = ()

    def usual_type(self) -> list[str]:
        """Give both types."""
        return ["VerifiableCredential", self.second_type]

    def contexts(self) -> list[str]:
        """Give the contexts; the types "1EdTech..." are terms of one of their own."""
        members = (self.credential_schema, self.refresh_service, self.credential_status)
        named = [each for member in members for each in as_list(member)]
        types = [each.get("type") if isinstance(each, dict) else getattr(each, "type", "") for each in named]
        extensions = [EXTENSIONS_CONTEXT] if any(str(each).startswith("1EdTech") for each in types) else []
        usual = [] if self.context[:1] == (CREDENTIALS_V2,) else [CREDENTIALS_V2, OPEN_BADGES_CONTEXT]
        return list(dict.fromkeys((*usual, *self.context, *extensions)))

    @classmethod
    def read(cls, value: JsonObject) -> Self:
        """Read a credential; see `Node.read`."""
        read = super().read({name: each for name, each in value.items() if name != "@context"})
        return replace(read, context=tuple(as_list(value.get("@context", []))))


@dataclass(frozen=True, kw_only=True)
class AchievementCredential(Credential):
    """A badge that somebody got: an OpenBadgeCredential.

    Args:
        name: of the credential; best the badge's name.
        credential_subject: who achieved what.
        evidence: what was seen.
        endorsement: signed EndorsementCredentials about it, as they are.
        endorsement_jwt: the same as compact JWS.
    """

    data_class: ClassVar[DataClass] = ACHIEVEMENT_CREDENTIAL
    second_type: ClassVar[str] = "OpenBadgeCredential"
    credential_subject: AchievementSubject
    name: Text | None = None
    evidence: tuple[Evidence, ...] = ()
    image: Image | None = None
    endorsement: tuple[JsonObject, ...] = ()
    endorsement_jwt: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class EndorsementCredential(Credential):
    """Somebody's word for a structure, a badge, or a badge that somebody got."""

    data_class: ClassVar[DataClass] = ENDORSEMENT_CREDENTIAL
    second_type: ClassVar[str] = "EndorsementCredential"
    name: Text
    credential_subject: EndorsementSubject
