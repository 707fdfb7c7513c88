"""The verifier's tables. What a learner showed is sealed and short-lived; nothing else is about a person."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from web.database import UtcDateTime, new_id, service_registry
from web.identity import SigningKeyColumns

if TYPE_CHECKING:
    VerifierTable = SQLModel
else:
    VerifierTable = service_registry()

METADATA = VerifierTable.metadata


class Channel(StrEnum):
    """Where the wallet is, seen from the browser that asks."""

    OTHER_DEVICE = "other"
    THIS_DEVICE = "here"


class RequestState(StrEnum):
    """Where a request stands. It is answered once, and never goes back."""

    OPEN = "open"
    RECEIVED = "received"  # the nonce is spent; the answer is being checked
    ANSWERED = "answered"
    DECLINED = "declined"  # the wallet said no


class SigningKey(SigningKeyColumns, VerifierTable, table=True):
    """A key of the verifier's DID, sealed."""

    __tablename__ = "signing_keys"


class PresentationRequest(VerifierTable, table=True):
    """One question to one learner, bound to the browser that asked it."""

    __tablename__ = "presentation_requests"

    id: str = Field(default_factory=new_id, primary_key=True)
    browser_digest: bytes  # SHA-256 of the session id in the cookie
    asked: dict[str, Any] = Field(sa_type=JSON)  # kind of question and its words, for the page
    query: dict[str, Any] = Field(sa_type=JSON)  # DCQL
    state: str = RequestState.OPEN
    answered_through: str | None = None  # a Channel
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    delete_at: datetime = Field(sa_type=UtcDateTime, index=True)
    response_code_digest: bytes | None = None  # SHA-256; None once used
    returned_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime
    )  # when the response code came back
    sealed_result: bytes | None = None


class Invitation(VerifierTable, table=True):
    """One way to answer a request: its own nonce, state and addresses, so that the two ways cannot be mixed
    up.
    """

    __tablename__ = "invitations"

    id: str = Field(default_factory=new_id, primary_key=True)
    request_id: str = Field(foreign_key="presentation_requests.id", ondelete="CASCADE", index=True)
    channel: str
    nonce: str
    state: str
    opened_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime
    )  # when a wallet fetched the request object


class Emblem(VerifierTable, table=True):
    """A badge's picture, fetched once and shown from our own origin. `content` is None when there was none to
    be had.
    """

    __tablename__ = "emblems"

    url_digest: bytes = Field(primary_key=True)
    content: bytes | None = None
    content_type: str = ""
    delete_at: datetime = Field(sa_type=UtcDateTime, index=True)
