"""DID resolution over HTTP, in both dialects."""

from __future__ import annotations

import dataclasses
from typing import Any
from urllib.parse import quote

import pytest

from did.fetcher import Fetched, FetchError, OfflineFetcher
from did.resolver import Resolver
from issuer_node.vc_api.identifiers import answer_identifier
from tests.unit.issuer_node.conftest import open_world
from tests.unit.issuer_node.test_vc_api import AUTHORIZED, TOKEN

DID = "did:key:z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b"
KEY = f"{DID}#{DID.removeprefix('did:key:')}"
OLD = 'application/ld+json;profile="https://w3id.org/did-resolution"'
NEW = "application/did-resolution"
DEREFERENCING = "application/did-url-dereferencing"


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Any:
    url = f"sqlite:///{tmp_path_factory.mktemp('identifiers')}/node.db"
    with open_world(url, vc_api_token=TOKEN) as opened:
        yield opened


def get(world, identifier: str, accept: str, **query: str) -> Any:
    return world.client.get(
        f"/identifiers/{quote(identifier, safe='')}", headers={**AUTHORIZED, "Accept": accept}, params=query
    )


@pytest.mark.covers("did-resolution-0.3", "4.1", "4.2", "6", "8", "11.1")
@pytest.mark.covers("did-core-1.0", "7.1", "7.3")
def test_a_did_in_the_older_dialect(world):
    answer = get(world, DID, OLD)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/ld+json"
    body = answer.json()
    assert body.keys() == {"@context", "didDocument", "didDocumentMetadata", "didResolutionMetadata"}
    assert body["didDocument"]["id"] == DID
    assert get(world, DID, "application/json").json() == body
    assert get(world, DID, "*/*").json() == body


@pytest.mark.covers("did-resolution-0.3", "4.1", "4.2", "6", "8", "11.1")
@pytest.mark.covers("did-core-1.0", "7.1", "7.3")
def test_a_did_in_the_newer_dialect(world):
    answer = get(world, DID, NEW)
    assert answer.status_code == 200
    body = answer.json()
    assert body.keys() == {"didDocument", "didDocumentMetadata", "didResolutionMetadata"}
    assert body["didDocument"]["id"] == DID
    assert answer.headers["content-type"] == body["didResolutionMetadata"]["contentType"]


@pytest.mark.covers("did-resolution-0.3", "4.1", "11.1")
@pytest.mark.covers("did-core-1.0", "6.1", "6.2", "6.3")
@pytest.mark.parametrize("media_type", ["application/did+json", "application/did+ld+json", "application/did"])
def test_a_representation_is_the_document_alone(world, media_type):
    answer = get(world, DID, media_type)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == media_type
    assert answer.json()["id"] == DID


def test_a_did_as_it_stands_in_the_path(world):
    headers = {**AUTHORIZED, "Accept": NEW}
    assert world.client.get(f"/identifiers/{DID}", headers=headers).json()["didDocument"]["id"] == DID


def test_what_is_encoded_within_a_did_stays_encoded():
    asked = []

    class Recorder(OfflineFetcher):
        def get(self, url: str, **_: Any) -> Fetched:
            asked.append(url)
            raise FetchError("nobody there")

    resolver = Resolver(fetcher=Recorder(), allow_insecure_loopback=True)
    answer = answer_identifier(resolver, "did:web:localhost%3A3000", accept=OLD)
    assert answer.status == 400
    assert asked == ["http://localhost:3000/.well-known/did.json"]


def test_our_own_did_is_read_from_memory(world):
    did = world.node.identity.did
    assert get(world, did, NEW).json()["didDocument"]["id"] == did


@pytest.mark.covers("did-webvh-1.0", "Reading did:webvh DID URLs")
@pytest.mark.covers("did-resolution-0.3", "11.1")
def test_our_own_history_is_resolved_version_by_version(world):
    identity = world.node.identity
    body = get(world, identity.did_webvh, NEW).json()
    assert body["didDocument"]["alsoKnownAs"] == [identity.did]
    assert body["didDocumentMetadata"]["versionId"].startswith("1-")
    assert body["didDocumentMetadata"]["scid"] in identity.did_webvh
    first = get(world, f"{identity.did_webvh}?versionNumber=1", NEW).json()
    assert first == body
    assert get(world, identity.did_webvh, NEW, versionNumber="1").json() == body
    assert get(world, f"{identity.did_webvh}?versionNumber=9", NEW).status_code == 404
    method = f"{identity.did_webvh}#key-1"
    assert get(world, method, DEREFERENCING).json()["contentStream"]["id"] == method


def test_the_universal_resolver_is_behind_the_same_access(world):
    path = f"/1.0/identifiers/{world.node.identity.did_webvh}"
    answer = world.client.get(path, headers={**AUTHORIZED, "Accept": NEW})
    assert answer.json()["didDocument"]["id"] == world.node.identity.did_webvh
    assert world.client.get(path, headers={"Accept": NEW}).status_code == 401


@pytest.mark.covers("did-resolution-0.3", "4.2", "10", "11.1")
@pytest.mark.covers("did-core-1.0", "7.1")
@pytest.mark.covers("did-key", "2", "3.1.3")
@pytest.mark.parametrize(
    ("identifier", "word", "name", "status"),
    [
        ("notDid:key:z6Mk", "invalidDid", "INVALID_DID", 400),
        ("not-a-did", "invalidDid", "INVALID_DID", 400),
        ("did:example", "invalidDid", "INVALID_DID", 400),
        ("did:key:@", "invalidDid", "INVALID_DID", 400),
        (DID.replace("z6Mk", "-4:z6Mk"), "invalidDid", "INVALID_DID", 400),
        (DID.replace(":z6", ":6"), "invalidDid", "INVALID_DID", 400),
        ("did:key:zTjsVPtY", "invalidPublicKeyLength", "INVALID_PUBLIC_KEY_LENGTH", 400),
        ("did:experimental:1", "methodNotSupported", "METHOD_NOT_SUPPORTED", 501),
    ],
)
def test_an_error_in_both_dialects(world, identifier, word, name, status):
    old = get(world, identifier, OLD)
    assert 400 <= old.status_code < 500
    assert "json" in old.headers["content-type"]
    body = old.json()
    assert body["didResolutionMetadata"] == {"error": word}
    assert body["didDocument"] == {}
    new = get(world, identifier, NEW)
    assert new.status_code == status
    body = new.json()
    assert body["didResolutionMetadata"]["error"]["type"] == f"https://www.w3.org/ns/did#{name}"
    assert body["didDocument"] is None
    assert body["didDocumentMetadata"] == {}


@pytest.mark.covers("did-resolution-0.3", "5.1", "5.2", "5.3", "5.4.2", "9")
@pytest.mark.covers("did-core-1.0", "7.2")
def test_a_verification_method_is_dereferenced_in_both_dialects(world):
    old = get(world, KEY, OLD).json()
    assert old["didDocument"]["id"] == KEY
    assert old["didDocument"]["controller"] == DID
    assert "error" not in old["didDereferencingMetadata"]
    answer = get(world, KEY, DEREFERENCING)
    assert answer.status_code == 200
    new = answer.json()
    assert new["contentStream"] == old["didDocument"]
    assert answer.headers["content-type"] == new["dereferencingMetadata"]["contentType"]
    assert get(world, DID, DEREFERENCING).json()["contentStream"]["id"] == DID


@pytest.mark.covers("did-resolution-0.3", "3", "5.2", "5.4.1", "5.4.2", "9", "10")
@pytest.mark.covers("did-core-1.0", "3.2.1", "7.2")
def test_a_url_that_names_nothing(world):
    missing = f"{DID}#other"
    assert get(world, missing, OLD).json()["didDereferencingMetadata"] == {"error": "notFound"}
    assert get(world, missing, OLD).status_code == 404
    assert get(world, missing, DEREFERENCING).status_code == 404
    odd = f"{DID}/^bar^/?query=`#x"
    assert get(world, odd, OLD).json()["didDereferencingMetadata"] == {"error": "invalidDidUrl"}
    assert (
        get(world, odd, DEREFERENCING).json()["dereferencingMetadata"]["error"]["title"] == "INVALID_DID_URL"
    )


@pytest.mark.covers("did-key", "3.1.1")
@pytest.mark.parametrize(
    ("format_", "word"),
    [
        ("unknown", "unsupportedPublicKeyType"),
        ("JsonWebKey2020", "unsupportedPublicKeyType"),
        ("Ed25519VerificationKey2018", "invalidPublicKeyType"),
    ],
)
def test_a_key_format_that_we_do_not_write(world, format_, word):
    answer = get(world, DID, OLD, publicKeyFormat=format_)
    assert answer.status_code == 400
    assert answer.json()["didResolutionMetadata"] == {"error": word}
    assert get(world, DID, OLD, publicKeyFormat="Multikey").status_code == 200


@pytest.mark.covers("did-resolution-0.3", "4.1", "11.1")
def test_a_representation_that_nobody_has(world):
    answer = get(world, DID, "application/x-other")
    assert answer.status_code == 406
    assert answer.json()["didResolutionMetadata"]["error"]["title"] == "REPRESENTATION_NOT_SUPPORTED"
    assert "json" in answer.headers["content-type"]


@dataclasses.dataclass(frozen=True)
class Host(OfflineFetcher):
    """A host that answers with one thing."""

    status: int
    body: bytes

    def get(self, url: str, **_: Any) -> Fetched:
        return Fetched(url, self.status, "application/json", self.body)


@pytest.mark.covers("did-resolution-0.3", "4.3", "10", "11.1")
@pytest.mark.parametrize(
    ("status", "body", "word", "old", "new"),
    [
        (404, b"", "notFound", 404, 404),
        (500, b"", "resolution_unavailable", 400, 500),
        (200, b"{", "invalidDidDocument", 400, 500),
        (200, b'{"id": "did:web:other.example"}', "invalidDidDocument", 400, 500),
        (200, b'{"id": "did:web:host.example", "deactivated": true}', "deactivated", 410, 410),
    ],
)
def test_what_a_host_answers(status, body, word, old, new):
    resolver = Resolver(fetcher=Host(status, body))
    answer = answer_identifier(resolver, "did:web:host.example", accept=OLD)
    assert (answer.status, answer.body["didResolutionMetadata"]) == (old, {"error": word})
    answer = answer_identifier(resolver, "did:web:host.example", accept=NEW)
    assert answer.status == new
    assert answer.body["didDocumentMetadata"] == ({"deactivated": True} if word == "deactivated" else {})


@pytest.mark.covers("did-resolution-0.3", "4.1", "11.1")
@pytest.mark.parametrize("accept", ["", ",", ";;;", "a" * 5000, "text/html, application/did-resolution"])
def test_odd_accept_headers(accept):
    answer = answer_identifier(Resolver(fetcher=OfflineFetcher()), DID, accept=accept)
    assert answer.status in {200, 406}
