"""Badges of Open Badges 2.0, hosted and signed, on a web in memory."""

from __future__ import annotations

import copy
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

from credentials.jws import sign_compact
from credentials.open_badges_v2.checking import ExpectedRecipient, check_open_badge_v2
from did.keys import KeySigner, KeyType, PrivateKey
from tests.simulators.served_documents import ServedDocuments

if TYPE_CHECKING:
    from credentials.report import Report

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
CONTEXT = "https://w3id.org/openbadges/v2"
HOST = "https://badges.example"
ASSERTION = f"{HOST}/assertions/1"
BADGE_CLASS = f"{HOST}/badges/drone"
ISSUER = f"{HOST}/issuer"
KEY = f"{HOST}/key"
LIST = f"{HOST}/revoked"
SIGNED_ID = "urn:uuid:a953081a-4bbd-4927-9653-7219bca00e3b"
EMAIL = "amel@learner.example"


@dataclass
class Scene:
    """An assertion, its badge class and its issuer; `report` serves them as they then are, and checks."""

    assertion: dict[str, Any]
    badge_class: dict[str, Any]
    issuer: dict[str, Any]
    served: ServedDocuments = field(default_factory=ServedDocuments)
    more: dict[str, Any] = field(default_factory=dict)

    def serve(self) -> None:
        for document in (self.badge_class, self.issuer):
            self.served.serve(document["id"], document)
        if self.assertion["id"].startswith("http"):
            self.served.serve(self.assertion["id"], self.assertion)
        for url, content in self.more.items():
            self.served.serve(url, content)

    def report(
        self, data: Any = None, *, now: datetime = NOW, recipient: ExpectedRecipient | None = None
    ) -> Report:
        self.serve()
        handed_in = copy.deepcopy(self.assertion) if data is None else data
        return check_open_badge_v2(handed_in, fetcher=self.served, now=now, expected_recipient=recipient)


def hosted() -> Scene:
    digest = hashlib.sha256(f"{EMAIL}sel".encode()).hexdigest()
    return Scene(
        assertion={
            "@context": CONTEXT,
            "type": "Assertion",
            "id": ASSERTION,
            "recipient": {"type": "email", "hashed": True, "salt": "sel", "identity": f"sha256${digest}"},
            "issuedOn": "2024-05-04T10:00:00Z",
            "badge": BADGE_CLASS,
            "evidence": {"id": f"{HOST}/flight", "name": "Vol"},
            "verification": {"type": "hosted"},
        },
        badge_class={
            "@context": CONTEXT,
            "type": "BadgeClass",
            "id": BADGE_CLASS,
            "name": "Pilotage de drone",
            "description": "A piloté un drone.",
            "image": f"{HOST}/drone.png",
            "criteria": {"narrative": "- suit les consignes"},
            "issuer": ISSUER,
        },
        issuer={
            "@context": CONTEXT,
            "type": "Profile",
            "id": ISSUER,
            "name": "Atelier (exemple)",
            "url": HOST,
            "email": "contact@badges.example",
        },
    )


def rsa_signer(seed: str) -> tuple[KeySigner, str]:
    """A signer with a fresh RSA key, and the PEM of its public key."""
    private = PrivateKey.generate(KeyType.RSA)
    loaded = load_der_private_key(private.to_raw(), password=None)
    assert isinstance(loaded, rsa.RSAPrivateKey)
    pem = loaded.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return KeySigner(private_key=private, verification_method=f"{KEY}#{seed}"), pem


def key_document(pem: str, **changes: Any) -> dict[str, Any]:
    return {
        "@context": CONTEXT,
        "type": "CryptographicKey",
        "id": KEY,
        "owner": ISSUER,
        "publicKeyPem": pem,
    } | changes


def signed(pem: str) -> Scene:
    """A scene whose issuer has a key and a list; sign with `token`."""
    scene = hosted()
    scene.assertion |= {"id": SIGNED_ID, "verification": {"type": "SignedBadge", "creator": KEY}}
    scene.issuer |= {"publicKey": KEY, "revocationList": LIST}
    scene.more = {KEY: key_document(pem), LIST: revocation_list()}
    return scene


def revocation_list(*entries: Any, **changes: Any) -> dict[str, Any]:
    return {
        "@context": CONTEXT,
        "type": "RevocationList",
        "id": LIST,
        "issuer": ISSUER,
        "revokedAssertions": list(entries),
    } | changes


def token(assertion: dict[str, Any], signer: KeySigner, **header: Any) -> bytes:
    return sign_compact(assertion, signer=signer, typ="JWT", header=header).encode()
