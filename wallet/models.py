"""The wallet's tables. What is about a person (badges, offers, requests, links, keys) is sealed; ids, dates
and states are not.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from web.database import UtcDateTime, new_id, service_registry
from web.seal_checks import SealCheckColumns

if TYPE_CHECKING:
    WalletTable = SQLModel
else:
    WalletTable = service_registry()

METADATA = WalletTable.metadata


class OfferState(StrEnum):
    """Where an offer stands between being shown and being kept."""

    SHOWN = "shown"
    ACCEPTED = "accepted"  # the person said yes and has no passport yet
    REDEEMING = "redeeming"  # one request is at work on it, until `busy_until`
    UNCHECKED = "unchecked"  # received, could not be checked: the person decides
    KEPT = "kept"
    REFUSED = "refused"  # by the person
    FAILED = "failed"  # nothing more can come of it; `error` says why


class RequestState(StrEnum):
    """Where a verifier's request stands. It is answered once."""

    OPEN = "open"
    ANSWERING = "answering"
    SHARED = "shared"
    DECLINED = "declined"
    FAILED = "failed"


class SealCheck(SealCheckColumns, WalletTable, table=True):
    """A known value, sealed: tells at each start whether the secret is still the same."""

    __tablename__ = "seal_checks"


class Passport(WalletTable, table=True):
    """One person's passport. No name, no e-mail, no telephone number."""

    __tablename__ = "passports"

    id: str = Field(default_factory=new_id, primary_key=True)
    number: str = Field(unique=True)  # "renard-lune-4821": says which passport, proves nothing
    passphrase_hash: str | None = None  # argon2id, PHC string
    recovery_digest: bytes | None = Field(default=None, unique=True)  # keyed digest of the recovery code
    recovery_made_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    passkey_user_handle: bytes = Field(unique=True)  # random, 32 bytes: what an authenticator is told
    created_at: datetime = Field(sa_type=UtcDateTime)


class HolderKeyRecord(WalletTable, table=True):
    """A key of a passport. The secret is sealed."""

    __tablename__ = "holder_keys"

    id: str = Field(default_factory=new_id, primary_key=True)
    passport_id: str = Field(foreign_key="passports.id", ondelete="CASCADE", index=True)
    did: str = Field(unique=True)
    key_type: str
    sealed_secret: bytes
    created_at: datetime = Field(sa_type=UtcDateTime)


class Passkey(WalletTable, table=True):
    """A passkey that opens a passport."""

    __tablename__ = "passkeys"

    id: str = Field(default_factory=new_id, primary_key=True)
    passport_id: str = Field(foreign_key="passports.id", ondelete="CASCADE", index=True)
    credential_id: bytes = Field(unique=True)
    public_key: bytes  # COSE
    sign_count: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class BrowserSession(WalletTable, table=True):
    """One browser, before and after it is signed in. The cookie's value is kept as a digest only."""

    __tablename__ = "browser_sessions"

    digest: bytes = Field(primary_key=True)  # SHA-256 of the cookie's random id
    id: str = Field(default_factory=new_id, unique=True)  # what other rows point to; survives signing in
    passport_id: str | None = Field(default=None, foreign_key="passports.id", ondelete="CASCADE", index=True)
    passkey_challenge: bytes | None = None
    challenge_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime, index=True)


class ReceivedOffer(WalletTable, table=True):
    """An offer that somebody opened, bound to the browser that did, then to the passport that accepts."""

    __tablename__ = "received_offers"

    id: str = Field(default_factory=new_id, primary_key=True)
    # once a passport has accepted it, the offer outlives the browser's session
    session_id: str | None = Field(
        default=None, foreign_key="browser_sessions.id", ondelete="SET NULL", index=True
    )
    passport_id: str | None = Field(default=None, foreign_key="passports.id", ondelete="CASCADE", index=True)
    state: str = OfferState.SHOWN
    sealed_content: bytes | None = (
        None  # the offer, what it showed, tokens and bytes on their way; None once nothing is to come
    )
    credential_id: str | None = None
    error: str | None = None
    busy_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime, index=True)


class HeldCredential(WalletTable, table=True):
    """A badge in a passport: the very bytes received, sealed. A copy is the same badge in another format, by
    the same offer: it is shown, hidden and deleted with the badge that it is a copy of.
    """

    __tablename__ = "held_credentials"
    __table_args__ = (UniqueConstraint("passport_id", "identity_digest"),)

    id: str = Field(default_factory=new_id, primary_key=True)
    passport_id: str = Field(foreign_key="passports.id", ondelete="CASCADE", index=True)
    copy_of: str | None = Field(
        default=None, foreign_key="held_credentials.id", ondelete="CASCADE", index=True
    )
    key_id: str = Field(foreign_key="holder_keys.id")
    identity_digest: bytes  # keyed digest of the credential's id: one credential is kept once
    sealed_content: bytes
    hidden: bool = False  # of the badge itself: its copies follow it
    received_at: datetime = Field(sa_type=UtcDateTime)
    checked_at: datetime = Field(sa_type=UtcDateTime)
    outcome: str
    codes: str = ""  # of the checks that did not pass, separated by spaces


class Picture(WalletTable, table=True):
    """A picture fetched once and shown from our own origin; `sealed_content` is None when there was none."""

    __tablename__ = "pictures"

    url_digest: bytes = Field(primary_key=True)
    content_type: str = ""
    sealed_content: bytes | None = None
    fetched_at: datetime = Field(sa_type=UtcDateTime)


class ReceivedRequest(WalletTable, table=True):
    """A verifier's request, as it was verified: what the person sees is what is answered."""

    __tablename__ = "received_requests"

    id: str = Field(default_factory=new_id, primary_key=True)
    session_id: str = Field(foreign_key="browser_sessions.id", ondelete="CASCADE", index=True)
    state: str = RequestState.OPEN
    sealed_content: bytes
    error: str | None = None
    busy_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime, index=True)


class Share(WalletTable, table=True):
    """A link prepared for one employer."""

    __tablename__ = "shares"

    id: str = Field(default_factory=new_id, primary_key=True)
    passport_id: str = Field(foreign_key="passports.id", ondelete="CASCADE", index=True)
    token_digest: bytes = Field(unique=True)  # SHA-256 of the 256-bit token
    sealed_content: bytes  # for whom, the token, which badges
    sealed_presentation: bytes | None = None  # None once withdrawn
    created_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ShareOpening(WalletTable, table=True):
    """One opening of a link. When, and nothing about who: the wallet does not track employers."""

    __tablename__ = "share_openings"

    id: str = Field(default_factory=new_id, primary_key=True)
    share_id: str = Field(foreign_key="shares.id", ondelete="CASCADE", index=True)
    opened_at: datetime = Field(sa_type=UtcDateTime)


class Disclosure(WalletTable, table=True):
    """One answer to a verifier's request, for the person's log."""

    __tablename__ = "disclosures"

    id: str = Field(default_factory=new_id, primary_key=True)
    passport_id: str = Field(foreign_key="passports.id", ondelete="CASCADE", index=True)
    state: str  # a RequestState
    sealed_content: bytes  # who asked, what was shown
    made_at: datetime = Field(sa_type=UtcDateTime)


class AttemptCount(WalletTable, table=True):
    """How many tries one door has seen from one side since a moment."""

    __tablename__ = "attempt_counts"

    bucket: bytes = Field(primary_key=True)  # keyed digest of what is counted
    count: int
    ends_at: datetime = Field(sa_type=UtcDateTime, index=True)
