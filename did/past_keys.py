"""The key that a signature names, as it stood when it was made: for what was issued, and stays.

A key of today's document is taken from there, and nothing more is asked for. One that is not, or not any
more for this purpose, is looked for in the DID's history: its own, or that of the did:webvh that a did:web
names as the same subject at the same place. That history is believed only if its newest document names the
did:web, too: both halves of the bond are published by one host.

Never for who authenticates, and never for a status list: those are of now. See docs/adr/0022 and 0023.

Source: Controlled Identifiers v1.0, section 3.3; did:webvh v1.0, "Publishing a Parallel `did:web` DID" and
"Reading did:webvh DID URLs".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from did.errors import (
    DidError,
    InvalidDidError,
    MethodEndedError,
    MethodNotInForceError,
    MethodRevokedError,
    NoKeyHistoryError,
    RelationshipError,
    ResolutionUnavailableError,
    TooManyFetchesError,
    UnknownMethodError,
)
from did.key_history import DocumentKeyHistory, KeyStatus
from did.methods.webvh import parse_did_webvh
from did.syntax import parse_did, split_method_url
from did.webvh import names_each_other

if TYPE_CHECKING:
    from datetime import datetime

    from did.document import DidDocument, Relationship, VerificationMethod
    from did.key_history import KeyHistory, KeyStanding
    from did.resolver import Resolver

_NOT_LEARNT = (ResolutionUnavailableError, TooManyFetchesError)
_MOST_ALIASES = 8


def find_key_of_then(
    resolver: Resolver,
    did_url: str,
    *,
    relationship: Relationship,
    signed_at: datetime | None,
    now: datetime,
) -> VerificationMethod:
    """Find the key that a DID URL named when something was signed.

    Args:
        resolver: bounded by what this verification may fetch.
        did_url: absolute, with fragment.
        relationship: what the key must have been listed for.
        signed_at: aware; when the signature says that it was made; None: it does not say.
        now: aware.

    Raises:
        MethodRevokedError: it was declared stolen: nothing that it signed holds.
        MethodNotInForceError: the history does not list it then.
        NoKeyHistoryError: it is not in today's document, and no history can be had.
        DidError: as `Resolver.dereference`.
    """
    try:
        return resolver.dereference(did_url, relationship=relationship)
    except (UnknownMethodError, RelationshipError, MethodEndedError) as err:
        return _find(resolver, did_url, err, relationship=relationship, signed_at=signed_at, now=now)


def _find(
    resolver: Resolver,
    did_url: str,
    refused: DidError,
    *,
    relationship: Relationship,
    signed_at: datetime | None,
    now: datetime,
) -> VerificationMethod:
    did, fragment = split_method_url(did_url)
    document = resolver.resolve(did)
    # what today's document says of a key that was revoked is enough: nothing is fetched to learn it again
    today = DocumentKeyHistory(document, is_whole_history=True)
    if _standing(today, did_url, relationship, signed_at, now).status is KeyStatus.REVOKED:
        raise MethodRevokedError(did_url) from refused
    if isinstance(refused, MethodEndedError):
        raise refused
    match parse_did(did).method:
        case "webvh":
            history, name = resolver.key_history(did), did
        case "web":
            history, name = _confirmed_history(resolver, document, refused)
        case _:
            raise refused
    if signed_at is None:
        raise NoKeyHistoryError(f"{did_url}: not of today, and the signature has no date") from refused
    standing = _standing(history, f"{name}#{fragment}", relationship, signed_at, now)
    return _judged(standing, did_url, refused)


def _standing(
    history: KeyHistory,
    did_url: str,
    relationship: Relationship,
    signed_at: datetime | None,
    now: datetime,
) -> KeyStanding:
    return history.standing(did_url, relationship=relationship, signed_at=signed_at or now, now=now)


def _judged(standing: KeyStanding, did_url: str, refused: DidError) -> VerificationMethod:
    """The key under the name that the signature gives it, if what it signed holds."""
    if standing.status is KeyStatus.REVOKED:
        raise MethodRevokedError(did_url) from refused
    if not standing.holds or standing.method is None:
        raise MethodNotInForceError(f"{did_url}: {standing.status}") from refused
    did, _ = split_method_url(did_url)
    return replace(standing.method, id=did_url, controller=did)


def _confirmed_history(
    resolver: Resolver, document: DidDocument, refused: DidError
) -> tuple[KeyHistory, str]:
    """The history that a did:web names as its own, with its DID.

    Raises:
        NoKeyHistoryError: it names none; or it does not verify, or does not name the did:web.
        RelationshipError: as `refused`: it names none, and the key stands in the document for something else.
    """
    did = _parallel_did(resolver, document)
    if did is None:
        if isinstance(refused, RelationshipError):
            raise refused
        raise NoKeyHistoryError(f"{document.id} has no history") from refused
    try:
        history = resolver.webvh().key_history(did)
    except _NOT_LEARNT:
        raise
    except DidError as err:
        raise NoKeyHistoryError(f"{did}: {err.code}: {err.detail}") from err
    newest = history.log.latest.read_document()
    if newest.get("id") != did or not names_each_other(newest, document.raw):
        raise NoKeyHistoryError(f"{did} does not name {document.id}") from refused
    return history, did


def _parallel_did(resolver: Resolver, document: DidDocument) -> str | None:
    """The did:webvh of the same place: the first that is one; a second would be another history."""
    aliases = document.raw.get("alsoKnownAs", [])
    for alias in aliases[:_MOST_ALIASES] if isinstance(aliases, list) else []:
        if not isinstance(alias, str) or not alias.startswith("did:webvh:"):
            continue
        try:
            parsed = parse_did_webvh(alias, allow_insecure_loopback=resolver.allow_insecure_loopback)
        except InvalidDidError:
            continue
        if parsed.did_web == document.id:
            return alias
    return None
