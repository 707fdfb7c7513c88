"""A passkey authenticator in software: answers what `navigator.credentials` would, with keys of its own. ES256, no attestation."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

_PRESENT_AND_VERIFIED = 0x05
_WITH_CREDENTIAL = 0x40


@dataclass
class Authenticator:
    """One person's device. `origin` is what its browser says it stands on."""

    origin: str
    keys: dict[bytes, ec.EllipticCurvePrivateKey] = field(default_factory=dict)
    handles: dict[bytes, bytes] = field(default_factory=dict)
    sign_count: int = 0

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer `navigator.credentials.create`, as `credential.toJSON()` gives it."""
        key, credential_id = ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(32)
        self.keys[credential_id] = key
        self.handles[credential_id] = base64url_to_bytes(options["user"]["id"])
        numbers = key.public_key().public_numbers()
        cose = cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        )
        data = self._data(options["rp"]["id"], _PRESENT_AND_VERIFIED | _WITH_CREDENTIAL)
        data += bytes(16) + len(credential_id).to_bytes(2, "big") + credential_id + cose
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client_data = self._client_data("webauthn.create", options["challenge"])
        return self._credential(
            credential_id,
            {
                "clientDataJSON": bytes_to_base64url(client_data),
                "attestationObject": bytes_to_base64url(attestation),
            },
        )

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer `navigator.credentials.get` with the newest key."""
        credential_id = list(self.keys)[-1]
        self.sign_count += 1
        data = self._data(options["rpId"], _PRESENT_AND_VERIFIED)
        client_data = self._client_data("webauthn.get", options["challenge"])
        signed = data + hashlib.sha256(client_data).digest()
        return self._credential(
            credential_id,
            {
                "clientDataJSON": bytes_to_base64url(client_data),
                "authenticatorData": bytes_to_base64url(data),
                "signature": bytes_to_base64url(
                    self.keys[credential_id].sign(signed, ec.ECDSA(hashes.SHA256()))
                ),
                "userHandle": bytes_to_base64url(self.handles[credential_id]),
            },
        )

    def _data(self, relying_party_id: str, flags: int) -> bytes:
        return (
            hashlib.sha256(relying_party_id.encode()).digest()
            + bytes([flags])
            + self.sign_count.to_bytes(4, "big")
        )

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps(
            {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        ).encode()

    def _credential(self, credential_id: bytes, response: dict[str, str]) -> dict[str, Any]:
        name = bytes_to_base64url(credential_id)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        }
