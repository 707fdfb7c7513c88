"""DID documents: read strictly where a decision hangs on it, and written for every kind of reader."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from did.errors import (
    ControllerMismatchError,
    DeactivatedError,
    DidError,
    InvalidDidDocumentError,
    InvalidKeyError,
    MethodEndedError,
    RelationshipError,
    UnknownMethodError,
)
from did.keys import KeyType, PublicKey
from did.syntax import split_method_url

if TYPE_CHECKING:
    from collections.abc import Sequence

JsonObject = dict[str, Any]
MAXIMUM_METHODS: Final = 200
_CONTEXTS: Final = (
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
    "https://w3id.org/security/jwk/v1",
)
_EVER: Final = "0001-01-01T00:00:00Z"
_MULTIBASE_TYPES: Final = frozenset({"Multikey", "Ed25519VerificationKey2020"})
_JWK_TYPES: Final = frozenset({"JsonWebKey", "JsonWebKey2020"})


class Relationship(StrEnum):
    """What a key may be used for.

    Source: Controlled Identifiers v1.0, section 2.3 (Verification Relationships).
    """

    ASSERTION_METHOD = "assertionMethod"
    AUTHENTICATION = "authentication"
    KEY_AGREEMENT = "keyAgreement"
    CAPABILITY_INVOCATION = "capabilityInvocation"
    CAPABILITY_DELEGATION = "capabilityDelegation"


@dataclass(frozen=True)
class VerificationMethod:
    """A key of a DID document.

    Args:
        id: absolute DID URL.
        controller: DID of who controls it.
        public_key: the key.
        expires: aware; from then on it is not to be used.
        revoked: aware; from then on it is not to be used.
    """

    id: str
    controller: str
    public_key: PublicKey
    expires: datetime | None = None
    revoked: datetime | None = None

    def check_in_force(self, now: datetime) -> None:
        """Refuse a key that has ended, whenever it claims to have signed.

        Raises:
            MethodEndedError: it expired or was revoked.

        Source: Controlled Identifiers v1.0, section 2.2 (`expires`, `revoked`).
        """
        for name, moment in (("expires", self.expires), ("revoked", self.revoked)):
            if moment is not None and moment <= now:
                raise MethodEndedError(f"{self.id} {name} {moment.isoformat()}")


@dataclass(frozen=True)
class DidDocument:
    """A DID document whose `id` is the DID that was asked for. Comes from `parse`.

    Args:
        id: the DID.
        raw: the document as it was read.
    """

    id: str
    raw: JsonObject = field(repr=False)
    _methods: dict[str, JsonObject] = field(repr=False)
    _relationships: dict[Relationship, tuple[str, ...]] = field(repr=False)
    # what was read of `_methods`: an entry is read at its first use
    _read: dict[str, VerificationMethod] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def parse(cls, raw: object, *, expected_did: str) -> DidDocument:
        """Read a DID document. Methods of a kind not known here are kept, and only matter when asked for.

        Args:
            raw: parsed JSON.
            expected_did: the DID that was resolved; `id` must be exactly this.

        Raises:
            InvalidDidDocumentError: another `id`, or a member of the wrong shape.
            DeactivatedError: the document says so.

        Source: DID Core 1.0, section 5; Controlled Identifiers v1.0, sections 2.2 and 2.3.
        """
        if not isinstance(raw, dict):
            raise InvalidDidDocumentError("not an object")
        if raw.get("id") != expected_did:
            raise InvalidDidDocumentError(f"id is not {expected_did}")
        if raw.get("deactivated") is True:
            raise DeactivatedError(expected_did)
        index = _MethodIndex(expected_did)
        for entry in _entries(raw, "verificationMethod"):
            index.add_method(entry)
        relationships = {name: index.listed(_entries(raw, name)) for name in Relationship}
        return cls(expected_did, raw, index.methods, relationships)

    def verification_method(self, url: str, *, relationship: Relationship) -> VerificationMethod:
        """Find a key by its absolute DID URL, for a purpose.

        Args:
            url: absolute; the whole of it decides, never the fragment alone.
            relationship: what the key must be listed for.

        Raises:
            InvalidDidUrlError: not the URL of a verification method.
            UnknownMethodError: not in this document.
            RelationshipError: in the document, but not for this purpose.
            ControllerMismatchError: controlled by another DID.
            InvalidDidDocumentError, InvalidKeyError: its entry cannot be read.

        Source: Controlled Identifiers v1.0, section 3.3 (Retrieve Verification Method).
        """
        did, _ = split_method_url(url)
        if did != self.id or url not in self._methods:
            raise UnknownMethodError(url)
        if url not in self._relationships[relationship]:
            raise RelationshipError(f"{url} is not listed under {relationship}")
        method = self._read.get(url)
        if method is None:
            method = self._read[url] = _read_method(url, self._methods[url])
        if method.controller != self.id:
            raise ControllerMismatchError(f"{url} is controlled by {method.controller}")
        return method

    def revoked_methods(self) -> dict[str, VerificationMethod | None]:
        """Give the methods that say when they were revoked, whatever they are for; None: unreadable."""
        marked = {url: entry for url, entry in self._methods.items() if entry.get("revoked") is not None}
        return {url: _read_revoked_or_none(url, entry) for url, entry in marked.items()}

    def keys(self, relationship: Relationship) -> list[VerificationMethod]:
        """List the keys for a purpose, in the document's order, without those that cannot be used here."""
        usable = (self._usable(url, relationship) for url in self._relationships[relationship])
        return [method for method in usable if method is not None]

    def _usable(self, url: str, relationship: Relationship) -> VerificationMethod | None:
        try:
            return self.verification_method(url, relationship=relationship)
        except DidError:
            return None


class _MethodIndex:
    """The methods of one document by absolute id."""

    def __init__(self, did: str) -> None:
        self._did = did
        self.methods: dict[str, JsonObject] = {}

    def add_method(self, entry: object) -> str:
        """Take in a method; two different ones of one id would let the reader choose.

        Source: Controlled Identifiers v1.0, section 2.2: the `id` of a method is unique in its document.
        """
        if not isinstance(entry, dict):
            raise InvalidDidDocumentError("a verification method is an object")
        url = self._absolute(entry.get("id"))
        if self.methods.setdefault(url, entry) != entry:
            raise InvalidDidDocumentError(f"two methods have the id {url}")
        if len(self.methods) > MAXIMUM_METHODS:
            raise InvalidDidDocumentError(f"more than {MAXIMUM_METHODS} verification methods")
        return url

    def listed(self, entries: list[object]) -> tuple[str, ...]:
        """Give the absolute ids of a relationship's entries, taking in the embedded methods."""
        urls = [
            self._absolute(entry) if isinstance(entry, str) else self.add_method(entry) for entry in entries
        ]
        return tuple(dict.fromkeys(urls))

    def _absolute(self, reference: object) -> str:
        if not isinstance(reference, str) or not reference:
            raise InvalidDidDocumentError("a verification method has no id")
        return self._did + reference if reference.startswith("#") else reference


def _entries(raw: JsonObject, name: str) -> list[object]:
    """Give a member's entries; some documents write a single one without its array."""
    value = raw.get(name, [])
    entries = value if isinstance(value, list) else [value]
    if not all(isinstance(entry, str | dict) for entry in entries):
        raise InvalidDidDocumentError(f"{name} holds neither strings nor objects")
    return entries


def _read_method(url: str, entry: JsonObject) -> VerificationMethod:
    controller = entry.get("controller")
    if not isinstance(controller, str):
        raise InvalidDidDocumentError(f"{url} has no controller")
    return VerificationMethod(
        id=url,
        controller=controller,
        public_key=_read_key(url, entry),
        expires=_moment(url, entry, "expires"),
        revoked=_moment(url, entry, "revoked"),
    )


def _read_revoked_or_none(url: str, entry: JsonObject) -> VerificationMethod | None:
    """Read a method that says when it was revoked; if only its dates cannot be read, it always was."""
    for dates in ({}, {"revoked": _EVER, "expires": None}):
        try:
            return _read_method(url, entry | dates)
        except DidError:
            continue
    return None


def _read_key(url: str, entry: JsonObject) -> PublicKey:
    """Read the one key that the method's type says it has."""
    kind, multibase, jwk = entry.get("type"), entry.get("publicKeyMultibase"), entry.get("publicKeyJwk")
    if not isinstance(kind, str):
        raise InvalidKeyError(f"{url}: type is not a string")
    if multibase is not None and jwk is not None:
        raise InvalidDidDocumentError(f"{url} has two keys")
    if kind in _MULTIBASE_TYPES and isinstance(multibase, str):
        key = PublicKey.from_multikey(multibase)
        if kind != "Multikey" and key.key_type is not KeyType.ED25519:
            raise InvalidKeyError(f"{url} is of type {kind} and holds {key.key_type}")
        return key
    if kind in _JWK_TYPES and isinstance(jwk, dict):
        return PublicKey.from_jwk(jwk)
    raise InvalidKeyError(f"{url}: no key of a kind known here ({kind[:60]})")


def _moment(url: str, entry: JsonObject, name: str) -> datetime | None:
    """Read a dateTimeStamp; one that cannot be read must not read as "never"."""
    text = entry.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError) as err:
        raise InvalidDidDocumentError(f"{url}: {name}") from err
    if moment.tzinfo is None:
        raise InvalidDidDocumentError(f"{url}: {name} has no zone")
    return moment


@dataclass(frozen=True)
class DocumentKey:
    """A key to be published.

    Args:
        name: fragment of its Multikey; the JsonWebKey gets "-jwk" after it.
        public_key: the key.
        relationships: what it may be used for.
        revoked: aware; when it was revoked, and is for nothing any more.
    """

    name: str
    public_key: PublicKey
    relationships: tuple[Relationship, ...] = (Relationship.ASSERTION_METHOD, Relationship.AUTHENTICATION)
    revoked: datetime | None = None


def build_did_document(
    did: str,
    keys: Sequence[DocumentKey],
    *,
    also_known_as: Sequence[str] = (),
    services: Sequence[JsonObject] = (),
) -> JsonObject:
    """Build the document of our DID: each key as Multikey and, where there is one, JsonWebKey.

    Args:
        did: the DID.
        keys: in the order to be published; Data Integrity reads the Multikey, JOSE peers the JsonWebKey.
        also_known_as: other URIs of the same subject.
        services: service entries, as they are to stand.

    Source: DID Core 1.0, section 5; Controlled Identifiers v1.0, sections 2.2.2 and 2.2.3.
    """
    document: JsonObject = {"@context": list(_CONTEXTS), "id": did}
    if also_known_as:
        document["alsoKnownAs"] = list(also_known_as)
    document["verificationMethod"] = [method for key in keys for method in _published(did, key)]
    for relationship in Relationship:
        listed = [url for key in keys if relationship in key.relationships for url in _method_ids(did, key)]
        if listed:
            document[relationship] = listed
    if services:
        document["service"] = list(services)
    # plain strings throughout: what is written is what a reader of JSON gets
    return {str(name): value for name, value in document.items()}


def jwks(did: str, keys: Sequence[DocumentKey]) -> JsonObject:
    """Give the keys as a JWK Set, without those that have no JWK.

    `kid` is the absolute DID URL of the JsonWebKey in the DID document.

    Source: RFC 7517, section 5; Open Badges 3.0, section 8.2.4.1 (`kid` is a URI).
    """
    return {
        "keys": [
            key.public_key.to_jwk()
            | {"kid": _method_ids(did, key)[1], "use": "sig", "alg": key.public_key.jose_algorithm}
            for key in keys
            if key.public_key.has_jose_form
        ],
    }


def _method_ids(did: str, key: DocumentKey) -> tuple[str, ...]:
    multikey_id = f"{did}#{key.name}"
    return (multikey_id, f"{multikey_id}-jwk") if key.public_key.has_jose_form else (multikey_id,)


def _published(did: str, key: DocumentKey) -> tuple[JsonObject, ...]:
    multikey_id, *jwk_ids = _method_ids(did, key)
    ended = {"revoked": f"{key.revoked.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"} if key.revoked else {}
    return (
        {
            "id": multikey_id,
            "type": "Multikey",
            "controller": did,
            "publicKeyMultibase": key.public_key.to_multikey(),
            **ended,
        },
        *(
            {
                "id": jwk_id,
                "type": "JsonWebKey",
                "controller": did,
                "publicKeyJwk": key.public_key.to_jwk()
                | {"kid": jwk_id, "alg": key.public_key.jose_algorithm},
                **ended,
            }
            for jwk_id in jwk_ids
        ),
    )
