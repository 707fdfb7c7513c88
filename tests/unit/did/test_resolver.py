"""The resolver: what is asked of the network, what is remembered, and what never is."""

from __future__ import annotations

from typing import Any

import pytest

from did.document import DocumentKey, Relationship, build_did_document
from did.errors import (
    DidError,
    FetchError,
    FetchRefusedError,
    ResolutionUnavailableError,
    UnknownMethodError,
)
from did.fetcher import Fetched, OfflineFetcher
from did.methods import did_jwk, did_key, did_key_method_id
from did.resolver import Resolver
from tests.simulators.served_documents import ServedDocuments
from tests.unit.did.conftest import DID, URL, Clock, document, public_key, resolver

ASSERTION = Relationship.ASSERTION_METHOD


def refusal(asked: Resolver, did: str = DID) -> str:
    with pytest.raises(DidError) as caught:
        asked.resolve(did)
    return caught.value.code


def asked_of(served: ServedDocuments) -> list[str]:
    return [request["url"] for request in served.requests]


@pytest.mark.covers("did-key", "3.2")
@pytest.mark.covers("did-jwk", "1.2.2")
@pytest.mark.covers("did-resolution-0.3", "4.4")
def test_did_key_and_did_jwk_need_no_network() -> None:
    offline = Resolver(fetcher=OfflineFetcher())
    assert offline.resolve(did_key(public_key())).id == did_key(public_key())
    assert offline.resolve(did_jwk(public_key())).id == did_jwk(public_key())
    method = offline.dereference(did_key_method_id(public_key()), relationship=ASSERTION)
    assert method.public_key == public_key()


@pytest.mark.covers("did-resolution-0.3", "4.4")
@pytest.mark.covers("did-web", "2.1", "2.5.2")
def test_did_web_is_fetched_from_its_address() -> None:
    served = ServedDocuments({URL: document()})
    assert resolver(served).resolve(DID).raw == document()
    assert asked_of(served) == [URL]
    assert "application/did+json" in served.requests[0]["accept"]


@pytest.mark.covers("did-web", "2.1", "2.5.2")
def test_loopback_is_reached_only_where_it_is_allowed() -> None:
    did = "did:web:localhost%3A8001"
    url = "http://localhost:8001/.well-known/did.json"
    served = ServedDocuments({url: document(did)})
    assert refusal(resolver(served), did) == "invalidDid"
    assert served.requests == []
    assert resolver(served, allow_insecure_loopback=True).resolve(did).id == did


@pytest.mark.covers("did-resolution-0.3", "4.4", "10")
@pytest.mark.parametrize(
    ("did", "code"),
    [
        ("did:example:1", "methodNotSupported"),
        ("did:webvh:scid:node.example", "invalidDid"),
        ("node.example", "invalidDid"),
        ("", "invalidDid"),
        ("did:key:zzz0", "invalidDid"),
        ("did:web:127.0.0.1", "invalidDid"),
    ],
)
def test_a_did_that_cannot_be_resolved_costs_no_request(did: str, code: str) -> None:
    served = ServedDocuments()
    assert refusal(resolver(served), did) == code
    assert served.requests == []


class Answering(ServedDocuments):
    """Answers everything with one status."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status

    def get(self, url: str, *, accept: str = "*/*", max_bytes: int = 262_144) -> Fetched:
        return Fetched(url, self.status, "application/json", b"{}")


@pytest.mark.covers("did-resolution-0.3", "4.4", "10")
@pytest.mark.parametrize(
    ("status", "code"),
    [
        (404, "notFound"),
        (410, "notFound"),
        (500, "resolution_unavailable"),
        (503, "resolution_unavailable"),
        (403, "resolution_unavailable"),
        (302, "resolution_unavailable"),
        (200, "invalidDidDocument"),
    ],
)
def test_only_the_host_can_say_that_there_is_no_such_did(status: int, code: str) -> None:
    assert refusal(resolver(Answering(status))) == code


@pytest.mark.covers("did-resolution-0.3", "4.4", "10")
@pytest.mark.parametrize("error", [FetchError("down"), FetchRefusedError("private address")])
def test_a_network_that_fails_says_nothing_of_the_did(error: FetchError) -> None:
    assert refusal(resolver(ServedDocuments({URL: error}))) == "resolution_unavailable"


@pytest.mark.covers("did-web", "2.5.2")
@pytest.mark.attack("F6")
@pytest.mark.parametrize(
    "content",
    [
        document("did:web:other.example"),
        b"not json",
        b'{"id":"did:web:other.example","id":"did:web:node.example"}',
        b"[]",
        b"\xff",
        b'{"id":"did:web:node.example","x":' + b"[" * 30 + b"]" * 30 + b"}",
    ],
)
def test_a_document_that_is_not_this_dids_is_refused(content: Any) -> None:
    assert refusal(resolver(ServedDocuments({URL: content}))) == "invalidDidDocument"
    assert resolver(ServedDocuments({URL: document()})).resolve(DID).id == DID


@pytest.mark.covers("did-resolution-0.3", "4.3", "12.2")
@pytest.mark.covers("did-web", "2.5.4")
@pytest.mark.attack("F7")
def test_a_deactivated_did_is_refused_and_not_remembered() -> None:
    served = ServedDocuments({URL: document() | {"deactivated": True}})
    asked = resolver(served)
    assert refusal(asked) == "deactivated"
    served.serve(URL, document())
    assert asked.resolve(DID).id == DID


@pytest.mark.covers("did-resolution-0.3", "12.2", "13")
def test_a_document_is_remembered_for_its_time_and_no_longer() -> None:
    served, clock = ServedDocuments({URL: document()}), Clock()
    asked = resolver(served, clock=clock, ttl_seconds=300)
    asked.resolve(DID)
    clock.turn(seconds=299)
    asked.resolve(DID)
    assert len(served.requests) == 1
    clock.turn(seconds=1)
    served.serve(URL, document(seed=2))
    assert asked.resolve(DID).keys(ASSERTION)[0].public_key == public_key(2)
    assert len(served.requests) == 2


def test_a_clock_that_goes_back_makes_nothing_last_longer() -> None:
    served, clock = ServedDocuments({URL: document()}), Clock()
    asked = resolver(served, clock=clock)
    asked.resolve(DID)
    clock.turn(hours=-1)
    asked.resolve(DID)
    assert len(served.requests) == 2


@pytest.mark.covers("did-resolution-0.3", "12.2", "13")
def test_no_time_means_no_memory() -> None:
    served = ServedDocuments({URL: document()})
    asked = resolver(served, ttl_seconds=0)
    asked.resolve(DID)
    asked.resolve(DID)
    assert len(served.requests) == 2


def test_the_least_used_document_is_forgotten_first() -> None:
    dids = [f"did:web:n{number}.example" for number in range(3)]
    served = ServedDocuments(
        {f"https://{did.removeprefix('did:web:')}/.well-known/did.json": document(did) for did in dids}
    )
    asked = resolver(served, cache_size=2)
    for did in (dids[0], dids[1], dids[0], dids[2], dids[0], dids[1]):
        asked.resolve(did)
    assert [url.split("/")[2] for url in asked_of(served)] == [
        "n0.example",
        "n1.example",
        "n2.example",
        "n1.example",
    ]


@pytest.mark.attack("F11")
@pytest.mark.parametrize("failure", [FetchError("down"), b"garbage", document("did:web:other.example")])
def test_a_failed_fetch_leaves_no_trace(failure: Any) -> None:
    served, clock = ServedDocuments({URL: failure}), Clock()
    asked = resolver(served, clock=clock)
    refusal(asked)
    served.serve(URL, document())
    good = asked.resolve(DID)
    # and what is remembered outlives a failure neither changed nor prolonged
    served.serve(URL, failure)
    clock.turn(seconds=299)
    assert asked.resolve(DID) is good
    clock.turn(seconds=1)
    assert refusal(asked) in {"resolution_unavailable", "invalidDidDocument"}


def test_an_ended_key_is_refused_by_the_resolvers_clock() -> None:
    raw, clock = document(), Clock()
    raw["verificationMethod"][0]["revoked"] = "2026-11-24T10:00:00Z"
    asked = resolver(ServedDocuments({URL: raw}), clock=clock)
    assert asked.dereference(f"{DID}#key-1", relationship=ASSERTION).public_key == public_key()
    clock.turn(minutes=30)
    with pytest.raises(DidError) as caught:
        asked.dereference(f"{DID}#key-1", relationship=ASSERTION)
    assert caught.value.code == "verification_method_ended"


@pytest.mark.attack("F11")
def test_large_documents_of_many_hosts_do_not_fill_the_memory() -> None:
    """Read, a document of empty objects takes 25 times the space of its text."""
    dids = [f"{DID}:{number}" for number in range(40)]
    served = ServedDocuments()
    for number, did in enumerate(dids):
        url = f"https://node.example/{number}/did.json"
        served.serve(url, document(did) | {"service": [{}] * 15_000})
    asked = resolver(served)
    for did in dids:
        assert asked.resolve(did).id == did
    first = len(served.requests)
    asked.resolve(dids[-1])
    assert len(served.requests) == first
    asked.resolve(dids[0])
    assert len(served.requests) == first + 1


def with_key(name: str) -> Any:
    return build_did_document(DID, [DocumentKey(name, public_key())])


@pytest.mark.attack("F8", "F11")
def test_for_a_key_that_is_not_remembered_the_host_is_asked_once_more() -> None:
    clock, served = Clock(), ServedDocuments({URL: with_key("old")})
    asked = resolver(served, clock=clock)
    asked.dereference(f"{DID}#old", relationship=ASSERTION)
    served.serve(URL, with_key("new"))
    with pytest.raises(UnknownMethodError):
        asked.dereference(f"{DID}#new", relationship=ASSERTION)
    assert len(served.requests) == 1, "it was only just asked"
    clock.turn(seconds=6)
    assert asked.dereference(f"{DID}#new", relationship=ASSERTION).id == f"{DID}#new"
    clock.turn(seconds=6)
    # a failure neither takes away what is known nor says that there is no such key
    served.serve(URL, FetchError("down"))
    with pytest.raises(ResolutionUnavailableError):
        asked.dereference(f"{DID}#newer", relationship=ASSERTION)
    assert asked.dereference(f"{DID}#new", relationship=ASSERTION).id == f"{DID}#new"
