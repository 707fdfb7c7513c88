"""The node's tables. Of a learner: a name on a sheet, and what was seen. Keys and codes are sealed."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, SQLModel

from web.database import UtcDateTime, new_id, service_registry
from web.identity import SigningKeyColumns

if TYPE_CHECKING:
    NodeTable = SQLModel
else:
    NodeTable = service_registry()

METADATA = NodeTable.metadata


class Role(StrEnum):
    """What a passeur may do: both award; a coordinator also manages the passeurs."""

    COORDINATOR = "coordinator"
    PASSEUR = "passeur"


class PasseurState(StrEnum):
    """Whether a passeur may do anything at all, from this moment."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class OfferState(StrEnum):
    """Where a credential offer stands; it never goes back to open."""

    OPEN = "open"
    REDEEMED = "redeemed"  # its code was exchanged for a token
    BURNT = "burnt"  # five wrong transaction codes
    WITHDRAWN = "withdrawn"  # a new slip was made, or the award was revoked


class IssuanceState(StrEnum):
    """Whether the signed bytes are stored. An intent that stays one was cut short; its index is lost."""

    INTENDED = "intended"
    ISSUED = "issued"


class SigningKey(SigningKeyColumns, NodeTable, table=True):
    """A key of the structure's DID, sealed. Of one that signs no more, only the public half is kept:
    `sealed_key` is then empty.
    """

    __tablename__ = "signing_keys"

    public_key: str | None = None  # Multikey; None: made before it was noted
    rotated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class UpdateKey(SigningKeyColumns, NodeTable, table=True):
    """The key that signs the next entry of the DID log, which the last entry promised; sealed."""

    __tablename__ = "update_keys"


class LogLine(NodeTable, table=True):
    """An entry of the structure's DID log, byte for byte as it is published."""

    __tablename__ = "did_log"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    line: bytes


class IdentifierState(NodeTable, table=True):
    """One row: who changes keys holds it, and counts; who signed looks at the count before keeping."""

    __tablename__ = "identifier_state"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    generation: int = 0


class KeyChange(NodeTable, table=True):
    """A change of keys that was decided; one that is not done yet is completed by who finds it."""

    __tablename__ = "key_changes"

    id: str = Field(default_factory=new_id, primary_key=True)
    kind: str  # issuer_node.identifiers.ChangeKind
    key_names: list[str] = Field(sa_type=JSON)  # to be revoked; all keys in use are rotated
    decided_by: str | None = None  # a passeur's id; None: whoever runs the node
    decided_at: datetime = Field(sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Passeur(NodeTable, table=True):
    """Somebody of the structure who recognises learners."""

    __tablename__ = "passeurs"

    id: str = Field(default_factory=new_id, primary_key=True)
    email: str = Field(unique=True)  # as `web.mail.check_address` writes it, all in lower case
    name: str
    role: str = Role.PASSEUR
    state: str = PasseurState.ACTIVE
    passkey_user_handle: bytes = Field(unique=True)  # random, 32 bytes
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_signed_in_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Passkey(NodeTable, table=True):
    """A passkey that signs a passeur in."""

    __tablename__ = "passkeys"

    id: str = Field(default_factory=new_id, primary_key=True)
    passeur_id: str = Field(foreign_key="passeurs.id", ondelete="CASCADE", index=True)
    credential_id: bytes = Field(unique=True)
    public_key: bytes  # COSE
    sign_count: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SigninLink(NodeTable, table=True):
    """A link sent by mail that signs a passeur in once."""

    __tablename__ = "signin_links"

    digest: str = Field(primary_key=True)
    passeur_id: str = Field(foreign_key="passeurs.id", ondelete="CASCADE", index=True)
    made_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime, index=True)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PasseurSession(NodeTable, table=True):
    """One browser, before and after somebody signed in. The cookie's value is kept as a digest only."""

    __tablename__ = "passeur_sessions"

    digest: bytes = Field(primary_key=True)  # SHA-256 of the cookie's random id
    id: str = Field(default_factory=new_id, unique=True)
    passeur_id: str | None = Field(default=None, foreign_key="passeurs.id", ondelete="CASCADE", index=True)
    passkey_challenge: bytes | None = None
    challenge_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime, index=True)


class Picture(NodeTable, table=True):
    """A badge's picture: a PNG that was drawn anew. Never changed: a new picture is a new row."""

    __tablename__ = "pictures"

    id: str = Field(default_factory=new_id, primary_key=True)
    content_type: str
    content: bytes


class Badge(NodeTable, table=True):
    """What can be recognised. Once awarded it is no longer changed, only archived or copied."""

    __tablename__ = "badges"

    id: str = Field(default_factory=new_id, primary_key=True)
    name: str
    description: str  # what was seen, in a sentence
    criteria: str  # Markdown
    kind: str  # credentials.open_badges.Kind
    language: str = "fr"  # BCP 47 tag of the texts
    skills: list[dict[str, str]] = Field(sa_type=JSON)  # {name, url, framework?, code?}
    picture_id: str = Field(foreign_key="pictures.id")
    picture_text: str  # what the picture shows
    revision: int = 1  # grows with every change; the metadata document is cached by it
    created_by: str = Field(foreign_key="passeurs.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)
    archived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Situation(NodeTable, table=True):
    """A learning situation: what is done, where, and what to look for."""

    __tablename__ = "situations"

    id: str = Field(default_factory=new_id, primary_key=True)
    title: str
    description: str
    host: str = ""  # who receives it
    scheme: str = ""  # the framework of the accompaniment, such as a youth contract
    created_by: str = Field(foreign_key="passeurs.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
    archived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Behaviour(NodeTable, table=True):
    """What to look for in a situation, and the badge that it leads to."""

    __tablename__ = "behaviours"

    id: str = Field(default_factory=new_id, primary_key=True)
    situation_id: str = Field(foreign_key="situations.id", index=True)
    position: int
    text: str
    badge_id: str | None = Field(default=None, foreign_key="badges.id")
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # still seen in past sessions


class SituationBadge(NodeTable, table=True):
    """A badge that a situation leads to."""

    __tablename__ = "situation_badges"

    situation_id: str = Field(foreign_key="situations.id", primary_key=True)
    badge_id: str = Field(foreign_key="badges.id", primary_key=True)
    position: int


class LearningSession(NodeTable, table=True):
    """A situation on a day, with people."""

    __tablename__ = "learning_sessions"

    id: str = Field(default_factory=new_id, primary_key=True)
    situation_id: str = Field(foreign_key="situations.id", index=True)
    held_on: date = Field(index=True)
    ended_on: date | None = None  # when it took several days
    place: str = ""
    created_by: str = Field(foreign_key="passeurs.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # when it was first awarded


class Participant(NodeTable, table=True):
    """A person on a session's sheet, by the name that the passeur gives them there."""

    __tablename__ = "participants"

    id: str = Field(default_factory=new_id, primary_key=True)
    session_id: str = Field(foreign_key="learning_sessions.id", index=True)
    position: int
    name: str
    present: bool = True
    words: str = ""  # the passeur's sentence about this person


class Sighting(NodeTable, table=True):
    """A behaviour was seen in a person."""

    __tablename__ = "sightings"

    participant_id: str = Field(foreign_key="participants.id", ondelete="CASCADE", primary_key=True)
    behaviour_id: str = Field(foreign_key="behaviours.id", primary_key=True)
    noted_by: str = Field(foreign_key="passeurs.id")
    noted_at: datetime = Field(sa_type=UtcDateTime)


class Award(NodeTable, table=True):
    """A badge for a person. Holds copies of what was seen: what is signed later is what was decided now."""

    __tablename__ = "awards"
    __table_args__ = (UniqueConstraint("participant_id", "badge_id"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    badge_id: str = Field(foreign_key="badges.id", index=True)
    session_id: str | None = Field(default=None, foreign_key="learning_sessions.id", index=True)
    participant_id: str | None = Field(default=None, foreign_key="participants.id")
    recipient_name: str
    earned_from: datetime = Field(sa_type=UtcDateTime)
    earned_until: datetime = Field(sa_type=UtcDateTime)
    situation: dict[str, str] | None = Field(default=None, sa_type=JSON)  # {title, description, host, place}
    seen: list[str] = Field(sa_type=JSON)  # texts of behaviours
    words: str = ""
    awarded_by: str = Field(foreign_key="passeurs.id")
    awarded_at: datetime = Field(sa_type=UtcDateTime, index=True)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_by: str | None = Field(default=None, foreign_key="passeurs.id")
    revocation_reason: str | None = None


class Offer(NodeTable, table=True):
    """A credential offer for an award: a slip. Its id, in the slip's address, is as secret as the code."""

    __tablename__ = "offers"

    id: str = Field(default_factory=new_id, primary_key=True)
    award_id: str = Field(foreign_key="awards.id", index=True)
    sealed_code: bytes
    code_digest: str = Field(unique=True)
    sealed_tx_code: bytes | None = None
    wrong_tries: int = 0
    state: str = OfferState.OPEN
    created_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    redeemed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    second_scan_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)


class AccessToken(NodeTable, table=True):
    """What a code was exchanged for: the right to the badge once in each format."""

    __tablename__ = "access_tokens"

    digest: str = Field(primary_key=True)
    offer_id: str = Field(foreign_key="offers.id", index=True)
    # formats that the wallet chose by authorization_details, which it names by credential_identifier, with
    # spaces between; None: it named none, and asks by configuration
    chosen_formats: str | None = None
    ends_at: datetime = Field(sa_type=UtcDateTime, index=True)


class StatusList(NodeTable, table=True):
    """A Bitstring Status List: its bits are the issuances that were revoked; `content` is its signed form."""

    __tablename__ = "status_lists"

    id: str = Field(default_factory=new_id, primary_key=True)
    purpose: str = "revocation"
    entries: int
    used: int = 0  # indexes that were given out, those lost to crashes too
    revision: int = 0  # grows with every revocation
    last_intended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    content: bytes | None = None
    signed_by: str | None = None  # its verification method
    signed_revision: int = -1
    signed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    valid_from: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Issuance(NodeTable, table=True):
    """The issuance log: an intent before the signature, the signed bytes after it. Several of one award are
    its copies: each in a format of its own, each with its own status index.
    """

    __tablename__ = "issuances"
    __table_args__ = (
        UniqueConstraint("status_list_id", "status_index"),
        UniqueConstraint("issued_offer_id", "format"),  # one copy per offer and format
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    award_id: str = Field(foreign_key="awards.id", index=True)
    offer_id: str = Field(foreign_key="offers.id", index=True)
    issued_offer_id: str | None = Field(default=None, foreign_key="offers.id")  # once it is issued
    format: str | None = None  # Credential Format Identifier; None: cut short before formats were noted
    holder_did: str
    credential_id: str = Field(unique=True)
    status_list_id: str = Field(foreign_key="status_lists.id")
    status_index: int
    state: str = IssuanceState.INTENDED
    intended_at: datetime = Field(sa_type=UtcDateTime)
    issued_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    content: bytes | None = None  # delivered as it stands


class ProfileKey(SigningKeyColumns, NodeTable, table=True):
    """The key of an issuer profile of the VC-API, sealed; its name is the profile's."""

    __tablename__ = "profile_keys"


class ProfileStatusList(NodeTable, table=True):
    """A Bitstring Status List of an issuer profile of the VC-API; signed whenever it is asked for."""

    __tablename__ = "profile_status_lists"

    id: str = Field(default_factory=new_id, primary_key=True)
    profile: str
    purpose: str
    entries: int
    used: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)


class ProfileStatusEntry(NodeTable, table=True):
    """A bit of such a list that was given out, and whether it is set. Of the credential: its id alone."""

    __tablename__ = "profile_status_entries"

    list_id: str = Field(primary_key=True, foreign_key="profile_status_lists.id")
    status_index: int = Field(primary_key=True)
    credential_id: str | None = Field(default=None, index=True)
    is_set: bool = False
    given_at: datetime = Field(sa_type=UtcDateTime)


class AuditEntry(NodeTable, table=True):
    """Who did what, when. Only ever added to; names and texts of people are not written here."""

    __tablename__ = "audit_entries"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    by: str | None = None  # a passeur's id; None: a wallet, or nobody known
    deed: str
    subject: str  # id of the row it was done to
