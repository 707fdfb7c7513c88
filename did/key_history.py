"""What a key was worth when it signed.

A key that was rotated signed well while it stood in the DID document: its signatures stay. A key that was
stolen is another matter: whoever holds it writes any date that they like, so the date in a signature proves
nothing, and none of its signatures holds, unless something else than the key says when it was made.

Where only the document of today can be had (did:web), a key that is not in it may have been there or not.
That is not known, and is not called invalid.

Source: Controlled Identifiers v1.0, section 2.2 (`expires`, `revoked`); docs/adr/0022.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from did.errors import RelationshipError, UnknownMethodError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from did.document import DidDocument, Relationship, VerificationMethod
    from did.keys import PublicKey


class KeyStatus(StrEnum):
    """What is to be thought of a signature that a key made at a moment."""

    IN_FORCE = "in_force"
    ROTATED = "rotated"
    EXPIRED = "expired"
    REVOKED = "revoked"
    NOT_LISTED = "not_listed"
    NO_HISTORY = "no_history"


_ALWAYS: Final = datetime.min.replace(tzinfo=UTC)
_HOLDS: Final = frozenset({KeyStatus.IN_FORCE, KeyStatus.ROTATED})


@dataclass(frozen=True)
class KeyStanding:
    """A key at a moment.

    Args:
        status: in force then and now; then, and no longer; ended before; revoked; not there then; not known.
        method: the key as it stood then; None if it did not.
        version_id: of the document in force then, if the DID has versions.
        revoked: aware; when it was revoked.
    """

    status: KeyStatus
    method: VerificationMethod | None = None
    version_id: str | None = None
    revoked: datetime | None = None

    @property
    def holds(self) -> bool | None:
        """Whether what it signed then holds; None: that cannot be known."""
        return None if self.status is KeyStatus.NO_HISTORY else self.status in _HOLDS


class KeyHistory(Protocol):
    """The keys of one DID over time."""

    def standing(
        self,
        did_url: str,
        *,
        relationship: Relationship,
        signed_at: datetime,
        now: datetime,
        moment_is_attested: bool = False,
    ) -> KeyStanding:
        """Tell what a key was worth.

        Args:
            did_url: absolute, with fragment.
            relationship: what the key must have been listed for.
            signed_at: aware; when the signature says that it was made.
            now: aware.
            moment_is_attested: whether something else than this key says when.

        Raises:
            DidError: its entry cannot be read, is controlled by another DID, or the URL names no key.
        """
        ...

    def revoked_since(self, method: VerificationMethod) -> datetime | None:
        """When a key was revoked, under whatever name and in whatever version; None if it was not.

        Args:
            method: of today's document.
        """
        ...


@dataclass(frozen=True)
class DocumentKeyHistory:
    """Implements `KeyHistory` with one document.

    Args:
        document: of today.
        is_whole_history: True for did:key and did:jwk, which never change; False for did:web.
    """

    document: DidDocument
    is_whole_history: bool

    def standing(
        self,
        did_url: str,
        *,
        relationship: Relationship,
        signed_at: datetime,
        now: datetime,
        moment_is_attested: bool = False,
    ) -> KeyStanding:
        """Tell what a key was worth; see `KeyHistory`."""
        revocations = Revocations.of(self.document)
        try:
            method = self.document.verification_method(did_url, relationship=relationship)
        except (UnknownMethodError, RelationshipError):
            revoked = revocations.of_method(did_url, None)
            if is_revoked(revoked, signed_at=signed_at, now=now, moment_is_attested=moment_is_attested):
                return KeyStanding(KeyStatus.REVOKED, revoked=revoked)
            return KeyStanding(KeyStatus.NOT_LISTED if self.is_whole_history else KeyStatus.NO_HISTORY)
        revoked = revocations.of_method(did_url, method.public_key)
        return judge(method, revoked, signed_at=signed_at, now=now, moment_is_attested=moment_is_attested)

    def revoked_since(self, method: VerificationMethod) -> datetime | None:
        """When a key was revoked; see `KeyHistory`."""
        return Revocations.of(self.document).of_method(method.id, method.public_key)


@dataclass(frozen=True)
class Revocations:
    """What documents say of revoked keys. A key is revoked under every name that it has.

    Args:
        keys: since when, by key.
        urls: since when, by absolute id: for who does not know the key.
        unreadable: by absolute id, for methods whose key or date cannot be read: that is not "never".
    """

    keys: Mapping[PublicKey, datetime]
    urls: Mapping[str, datetime]
    unreadable: Mapping[str, datetime]

    @classmethod
    def of(cls, *documents: DidDocument) -> Revocations:
        """Gather them; of several dates of one key, the earliest."""
        keys: dict[PublicKey, datetime] = {}
        urls: dict[str, datetime] = {}
        unreadable: dict[str, datetime] = {}
        for document in documents:
            for url, method in document.revoked_methods().items():
                if method is None or method.revoked is None:
                    unreadable[url] = _ALWAYS
                    continue
                urls[url] = min(urls.get(url, method.revoked), method.revoked)
                known = keys.get(method.public_key, method.revoked)
                keys[method.public_key] = min(known, method.revoked)
        return cls(keys, urls, unreadable)

    def of_method(self, url: str, public_key: PublicKey | None) -> datetime | None:
        """When a key was revoked, None if it was not.

        Args:
            url: absolute id of its method.
            public_key: None if only the id is known.
        """
        if url in self.unreadable:
            return self.unreadable[url]
        return self.urls.get(url) if public_key is None else self.keys.get(public_key)


def is_revoked(
    revoked: datetime | None, *, signed_at: datetime, now: datetime, moment_is_attested: bool
) -> bool:
    """Whether a revocation undoes a signature: every one, unless it is known to be older."""
    if revoked is None or revoked > now:
        return False
    return not moment_is_attested or revoked <= signed_at


def judge(
    method: VerificationMethod,
    revoked: datetime | None,
    *,
    signed_at: datetime,
    now: datetime,
    moment_is_attested: bool,
    is_listed_now: bool = True,
    version_id: str | None = None,
) -> KeyStanding:
    """Judge a key that was listed when it signed.

    Args:
        method: as it stood then.
        revoked: aware; when it was revoked, whoever's document says so.
        signed_at: aware.
        now: aware.
        moment_is_attested: whether something else than this key says when it signed.
        is_listed_now: whether the newest document lists it still.
        version_id: of the document in force then.
    """
    if is_revoked(revoked, signed_at=signed_at, now=now, moment_is_attested=moment_is_attested):
        status = KeyStatus.REVOKED
    elif method.expires is not None and method.expires <= signed_at:
        status = KeyStatus.EXPIRED
    else:
        status = KeyStatus.IN_FORCE if is_listed_now else KeyStatus.ROTATED
    return KeyStanding(status, method, version_id, revoked)
