"""Keys that are always the same, documents that hold them, and a web that serves these."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from did.document import DocumentKey, build_did_document
from did.keys import KeyType, PrivateKey, PublicKey
from did.resolver import Resolver
from tests.simulators.served_documents import ServedDocuments

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
DID = "did:web:node.example"
URL = "https://node.example/.well-known/did.json"


def public_key(seed: int = 1) -> PublicKey:
    return PrivateKey.from_raw(KeyType.ED25519, bytes([seed]) * 32).public_key


def document(did: str = DID, seed: int = 1) -> dict[str, Any]:
    return build_did_document(did, [DocumentKey("key-1", public_key(seed))])


class Clock:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **delta: float) -> None:
        self.now += timedelta(**delta)


def resolver(served: ServedDocuments | None = None, **options: Any) -> Resolver:
    served = served or ServedDocuments({URL: document()})
    return Resolver(fetcher=served, **({"clock": Clock()} | options))
