"""Badges signed by a did:key, which needs no network, and one whose status list a real small server serves."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from contexts import ContextStore, strict_json
from credentials.data_integrity import add_proof
from credentials.open_badges import Achievement, Criteria, Kind, Profile, build_open_badge_credential
from did.keys import KeySigner, KeyType, PrivateKey
from did.methods.key import did_key, did_key_method_id

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = PrivateKey.from_raw(KeyType.ED25519, bytes([7]) * 32)
ISSUER_DID = did_key(KEY.public_key)
SIGNER = KeySigner(KEY, did_key_method_id(KEY.public_key))


@pytest.fixture(scope="session")
def contexts() -> ContextStore:
    return ContextStore.load()


def sign(contexts: ContextStore, *, signer: KeySigner = SIGNER, **changes: Any) -> bytes:
    """A badge of the issuer, signed."""
    now = datetime.now(UTC).replace(microsecond=0)
    members: dict[str, Any] = {
        "credential_id": "urn:uuid:5b0d4d5e-54b9-4f5c-8a56-5e2f0a6b9d11",
        "issuer": Profile(id=ISSUER_DID, name="Structure (exemple)"),
        "achievement": Achievement(
            id="https://node.example/badges/1",
            name="Pilotage de drone",
            description="A piloté un drone.",
            criteria=Criteria(narrative="- suit les consignes"),
            achievement_type=Kind.EXPERIENCE.achievement_type,
            in_language="fr",
        ),
        "subject_id": None,
        "valid_from": now - timedelta(days=1),
        "earned_from": now - timedelta(days=2),
        "earned_until": None,
        "status": None,
    }
    document = build_open_badge_credential(**(members | changes))
    signed = add_proof(
        document, signer=signer, created=now - timedelta(hours=1), selection=contexts.selections(document)[0]
    )
    return strict_json.dumps(signed)


@pytest.fixture(scope="session")
def badge(contexts: ContextStore) -> bytes:
    return sign(contexts)


@contextmanager
def serve_on_loopback(answers: dict[str, tuple[int, str, bytes]]) -> Iterator[str]:
    """A real HTTP server on a free port: path -> status, media type, body."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, media_type, body = answers.get(self.path, (404, "text/plain", b"not found"))
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
