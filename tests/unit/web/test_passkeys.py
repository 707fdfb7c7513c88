"""Passkeys against an authenticator in software: what holds, and each way in which it does not."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import encode_cbor

from tests.unit.web.gallery import gallery_settings
from web.passkeys import (
    PasskeyError,
    authentication_options,
    credential_id_of,
    decode_bytes,
    encode_bytes,
    registration_options,
    relying_party_id,
    verify_authentication,
    verify_registration,
)

HOST = "127.0.0.1"
ORIGIN = "http://127.0.0.1:8300"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Authenticator:
    """One P-256 passkey, and the browser in front of it."""

    def __init__(self, *, host: str = HOST, origin: str = ORIGIN, flags: int = PRESENT | VERIFIED) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = secrets.token_bytes(16)
        self.host, self.origin, self.flags = host, origin, flags
        self.count = 0

    def register(self, challenge: bytes, /, **changed: Any) -> dict[str, Any]:
        numbers = self.key.public_key().public_numbers()
        cose = encode_cbor(
            {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        )
        attested = b"\x00" * 16 + len(self.credential_id).to_bytes(2, "big") + self.credential_id + cose
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": self._data(ATTESTED) + attested})
        client = self._client("webauthn.create", challenge, **changed)
        return self._answer(
            {"clientDataJSON": encode_bytes(client), "attestationObject": encode_bytes(attestation)}
        )

    def authenticate(self, challenge: bytes, /, **changed: Any) -> dict[str, Any]:
        self.count += 1
        client, data = self._client("webauthn.get", challenge, **changed), self._data()
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        parts = {
            "clientDataJSON": client,
            "authenticatorData": data,
            "signature": signature,
            "userHandle": b"handle",
        }
        return self._answer({name: encode_bytes(part) for name, part in parts.items()})

    def _data(self, more: int = 0) -> bytes:
        return (
            hashlib.sha256(self.host.encode()).digest()
            + bytes([self.flags | more])
            + self.count.to_bytes(4, "big")
        )

    def _client(self, kind: str, challenge: bytes, /, **changed: Any) -> bytes:
        client = {
            "type": kind,
            "challenge": encode_bytes(challenge),
            "origin": self.origin,
            "crossOrigin": False,
        }
        return json.dumps(client | changed).encode()

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        name = encode_bytes(self.credential_id)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        }


def ask_registration() -> Any:
    return registration_options(
        relying_party_id=HOST, relying_party_name="Passeur", user_id=b"handle", user_name="Passeport", exclude_credential_ids=[b"old"]
    )  # fmt: skip


def register(authenticator: Authenticator, challenge: bytes, response: Any = None) -> Any:
    return verify_registration(
        response or authenticator.register(challenge),
        expected_challenge=challenge, expected_relying_party_id=HOST, expected_origin=ORIGIN,
    )  # fmt: skip


def authenticate(passkey: Any, response: Any, challenge: bytes, *, sign_count: int = 0) -> int:
    return verify_authentication(
        response, expected_challenge=challenge, expected_relying_party_id=HOST, expected_origin=ORIGIN,
        public_key=passkey.public_key, sign_count=sign_count,
    )  # fmt: skip


def test_a_passkey_is_made_and_proves_itself():
    authenticator = Authenticator()
    options = ask_registration()
    assert options.public["authenticatorSelection"]["residentKey"] == "required"
    assert options.public["authenticatorSelection"]["userVerification"] == "required"
    assert options.public["excludeCredentials"][0]["id"] == encode_bytes(b"old")
    passkey = register(authenticator, options.challenge)
    assert passkey.credential_id == authenticator.credential_id
    asked = authentication_options(relying_party_id=HOST)
    assert decode_bytes(asked.public["challenge"]) == asked.challenge
    answer = authenticator.authenticate(asked.challenge)
    assert credential_id_of(answer) == passkey.credential_id
    assert authenticate(passkey, answer, asked.challenge) == 1
    assert authenticate(passkey, json.dumps(answer), asked.challenge) == 1


def test_challenges_are_long_and_each_new():
    challenges = {authentication_options(relying_party_id=HOST).challenge for _ in range(20)}
    assert len(challenges) == 20
    assert {len(challenge) for challenge in challenges} == {64}


@pytest.mark.parametrize(
    ("authenticator", "changed"),
    [
        (Authenticator(origin="https://evil.example.org"), {}), (Authenticator(origin="http://127.0.0.1:8301"), {}),
        (Authenticator(host="evil.example.org"), {}), (Authenticator(flags=PRESENT), {}), (Authenticator(flags=VERIFIED), {}),
        (Authenticator(), {"challenge": encode_bytes(b"another")}), (Authenticator(), {"type": "webauthn.get"}),
    ],
    ids=["other origin", "other port", "other host", "nobody verified", "nobody present", "other challenge", "other deed"],
)  # fmt: skip
def test_a_registration_that_does_not_hold(authenticator, changed):
    challenge = ask_registration().challenge
    with pytest.raises(PasskeyError):
        register(authenticator, challenge, authenticator.register(challenge, **changed))


@pytest.mark.parametrize(
    "what",
    ["replayed", "other origin", "other key", "altered", "count went back", "other deed", "not verified"],
)
def test_a_proof_that_does_not_hold(what):
    authenticator = Authenticator()
    passkey = register(authenticator, ask_registration().challenge)
    challenge = authentication_options(relying_party_id=HOST).challenge
    answer, count = authenticator.authenticate(challenge), 0
    match what:
        case "replayed":
            challenge = authentication_options(relying_party_id=HOST).challenge
        case "other origin":
            authenticator.origin = "https://evil.example.org"
            answer = authenticator.authenticate(challenge)
        case "other key":
            answer = Authenticator().authenticate(challenge)
        case "altered":
            answer["response"]["authenticatorData"] = encode_bytes(authenticator._data()[:-1] + b"\xff")
        case "count went back":
            count = 9
        case "other deed":
            answer = authenticator.authenticate(challenge, type="webauthn.create")
        case "not verified":
            authenticator.flags = PRESENT
            answer = authenticator.authenticate(challenge)
    with pytest.raises(PasskeyError) as refused:
        authenticate(passkey, answer, challenge, sign_count=count)
    assert refused.value.code == "passkey_invalid"


@pytest.mark.parametrize(
    "answer",
    [
        "", "{}", "[]", "null", "1", "{", "[" * 10_000, {"id": 1}, {"id": "é", "rawId": "é", "response": {}, "type": "public-key"}, "x" * 20_000,
        Authenticator()._answer({"clientDataJSON": "AA", "attestationObject": "AA", "authenticatorData": "AA", "signature": "AA"}),
        Authenticator()._answer({"clientDataJSON": encode_bytes(b"[]"), "attestationObject": encode_bytes(b"\xbf" * 50), "authenticatorData": "", "signature": ""}),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused(answer):
    passkey = register(Authenticator(), (options := ask_registration()).challenge)
    with pytest.raises(PasskeyError):
        register(Authenticator(), options.challenge, answer or "x")
    with pytest.raises(PasskeyError):
        authenticate(passkey, answer, options.challenge)


@pytest.mark.parametrize("answer", ["", "{}", "[" * 10_000, "x" * 20_000])
def test_an_answer_names_its_passkey_or_is_refused(answer):
    with pytest.raises(PasskeyError):
        credential_id_of(answer)


def test_the_relying_party_is_the_host_of_the_service():
    assert relying_party_id(gallery_settings()) == HOST
    assert relying_party_id(gallery_settings(base_url="https://exemple.org/portefeuille")) == "exemple.org"
