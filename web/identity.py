"""A service's own identity: its keys, its did:web, and the documents that show them.

The keys are made at the first start and sealed at rest.

The service declares the table: `class SigningKey(SigningKeyColumns, Base, table=True)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - SQLModel reads the annotation at run time
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, select
from starlette.responses import Response  # noqa: TC002 - FastAPI reads the routes' annotations at run time

from did.document import DocumentKey, build_did_document, jwks
from did.keys import KeySigner, KeyType, PrivateKey
from did.methods.web import did_web
from did.sealing import seal, unseal
from web.database import UtcDateTime

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from web.database import Database
    from web.settings import ServiceSettings

JsonObject = dict[str, Any]
_PURPOSE: Final = "signing-key"
_CACHE: Final = {"Cache-Control": "public, max-age=300"}


class SigningKeyColumns(SQLModel):
    """Columns of a service's table of keys."""

    name: str = Field(primary_key=True)  # the fragment of its verification method
    key_type: str
    sealed_key: bytes  # the raw secret
    created_at: datetime = Field(sa_type=UtcDateTime)


@dataclass(frozen=True)
class NamedKey:
    """A private key and the fragment that names it in the DID document."""

    name: str
    private_key: PrivateKey


@dataclass(frozen=True)
class Identity:
    """Who a service is.

    Args:
        did: its did:web.
        keys: its keys, the first of each type in use.
    """

    did: str
    keys: tuple[NamedKey, ...]

    def signer(self, key_type: KeyType = KeyType.ED25519) -> KeySigner:
        """The signer of a type of key.

        Raises:
            LookupError: the service has no key of that type.
        """
        for key in self.keys:
            if key.private_key.key_type is key_type:
                return KeySigner(key.private_key, f"{self.did}#{key.name}")
        raise LookupError(f"no {key_type} key")

    def document(
        self, *, also_known_as: Sequence[str] = (), services: Sequence[JsonObject] = ()
    ) -> JsonObject:
        """The DID document: each key as Multikey and as JsonWebKey, for assertions and for authentication."""
        return build_did_document(self.did, self._published(), also_known_as=also_known_as, services=services)

    def jwks(self) -> JsonObject:
        """The keys as a JWK Set."""
        return jwks(self.did, self._published())

    def _published(self) -> list[DocumentKey]:
        return [DocumentKey(key.name, key.private_key.public_key) for key in self.keys]


def load_identity(
    database: Database,
    table: type[SigningKeyColumns],
    *,
    settings: ServiceSettings,
    now: datetime,
    key_types: Sequence[KeyType] = (KeyType.ED25519,),
) -> Identity:
    """Open the service's keys; the first start makes them. Processes that start at once get the same.

    Args:
        database: of the service, migrated.
        table: the service's table of keys.
        settings: base URL and secret.
        now: aware UTC.
        key_types: one key of each is made where there is none.

    Raises:
        SealError: the secret of the settings is not the one that sealed the keys.
    """
    names = {f"key-{number}": key_type for number, key_type in enumerate(key_types, start=1)}
    keys = load_named_keys(database, table, names, settings=settings, now=now)
    return Identity(did_web(settings.base_url), keys)


def load_named_keys(
    database: Database,
    table: type[SigningKeyColumns],
    names: Mapping[str, KeyType],
    *,
    settings: ServiceSettings,
    now: datetime,
) -> tuple[NamedKey, ...]:
    """Open every key of a table, in the order of their names; those of `names` that it lacks are made first.

    Args:
        database: of the service, migrated.
        table: of keys.
        names: name and type of each key that there must be.
        settings: with the secret.
        now: aware UTC.

    Raises:
        SealError: the secret of the settings is not the one that sealed the keys.
    """
    secret = settings.secret.get_secret_value().encode()
    for name, key_type in names.items():
        _make_missing(database, table, name, key_type, secret=secret, now=now)
    with database.session() as session:
        rows = session.exec(select(table).order_by(table.name)).all()
    return tuple(NamedKey(row.name, open_key(row, secret=secret)) for row in rows)


def _make_missing(
    database: Database,
    table: type[SigningKeyColumns],
    name: str,
    key_type: KeyType,
    *,
    secret: bytes,
    now: datetime,
) -> None:
    try:
        with database.write() as session:
            if session.get(table, name) is None:
                sealed = seal_key(PrivateKey.generate(key_type), name=name, secret=secret)
                session.add(table(name=name, key_type=str(key_type), sealed_key=sealed, created_at=now))
    except IntegrityError:
        # another process made it between our look and our insert: theirs is the key
        return


def seal_key(key: PrivateKey, *, name: str, secret: bytes) -> bytes:
    """Seal a key for the row of its name.

    Args:
        key: to be kept.
        name: of its row.
        secret: from the settings, at least 32 bytes.
    """
    return seal(key.to_raw(), secret=secret, purpose=_PURPOSE, record=name)


def open_key(row: SigningKeyColumns, *, secret: bytes) -> PrivateKey:
    """Open the key of a row.

    Raises:
        SealError: the secret is not the one that sealed it, or it was another row's.
    """
    raw = unseal(row.sealed_key, secret=secret, purpose=_PURPOSE, record=row.name)
    return PrivateKey.from_raw(KeyType(row.key_type), raw)


def identity_router(
    identity: Identity, *, also_known_as: Sequence[str] = (), services: Sequence[JsonObject] = ()
) -> APIRouter:
    """Routes that publish the identity: the DID document at both places did:web knows, and the JWK Set."""
    document = identity.document(also_known_as=also_known_as, services=services)
    key_set = identity.jwks()
    router = APIRouter(tags=["identity"])

    def did_document() -> Response:
        return JSONResponse(document, media_type="application/did+json", headers=_CACHE)

    def published_keys() -> Response:
        return JSONResponse(key_set, media_type="application/jwk-set+json", headers=_CACHE)

    router.add_api_route("/.well-known/did.json", did_document, methods=["GET"], summary="DID document")
    router.add_api_route("/did.json", did_document, methods=["GET"], include_in_schema=False)
    router.add_api_route(
        "/.well-known/jwks.json", published_keys, methods=["GET"], summary="Keys as a JWK Set"
    )
    return router
