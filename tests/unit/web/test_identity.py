"""A service's own keys: made once, sealed at rest, published as did:web."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from sqlmodel import select

from did.keys import KeyType
from did.sealing import SealError
from tests.unit.web.gallery import gallery_settings
from web.database import Database, service_registry
from web.identity import SigningKeyColumns, load_identity

NOW = datetime(2026, 11, 24, tzinfo=UTC)
Base = service_registry()


class SigningKey(SigningKeyColumns, Base, table=True):
    __tablename__ = "signing_key"


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    Base.metadata.create_all(database._writing)
    yield database
    database.dispose()


def load(database: Database, **changed):
    settings = gallery_settings(base_url="https://exemple.org/noeud", **changed)
    return load_identity(
        database, SigningKey, settings=settings, now=NOW, key_types=(KeyType.ED25519, KeyType.P256)
    )


def test_the_first_start_makes_the_keys_and_the_next_finds_them(database):
    first, second = load(database), load(database)
    assert first.did == "did:web:exemple.org:noeud"
    assert first.document() == second.document()
    assert len(first.keys) == 2
    assert first.signer(KeyType.P256).sign(b"x") != b""


@pytest.mark.attack("I5")
def test_the_database_holds_no_key_in_clear(database):
    identity = load(database)
    with database.session() as session:
        sealed = b"".join(row.sealed_key for row in session.exec(select(SigningKey)))
    for key in identity.keys:
        assert key.private_key.to_raw() not in sealed
    with pytest.raises(SealError):
        load(database, secret="another-secret-of-at-least-32-characters")


def test_processes_that_start_at_once_get_the_same_keys(database):
    found = []
    threads = [threading.Thread(target=lambda: found.append(load(database).jwks())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert all(keys == found[0] for keys in found)


def test_the_document_is_embedded_and_absolute(database):
    document = load(database).document()
    assert document["id"] == "did:web:exemple.org:noeud"
    for method in document["verificationMethod"]:
        assert method["id"].startswith("did:web:exemple.org:noeud#")
        assert method["controller"] == document["id"]
    assert all(isinstance(reference, str) for reference in document["assertionMethod"])


def test_no_key_of_an_unknown_type(database):
    identity = load_identity(database, SigningKey, settings=gallery_settings(), now=NOW)
    with pytest.raises(LookupError):
        identity.signer(KeyType.P256)
