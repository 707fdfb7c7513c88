"""Signed badges of Open Badges 2.0: by a key that is the issuer's, and not taken back."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from credentials.open_badges_v2.checking import FORM, SIGNED_STEPS
from credentials.open_badges_v2.errors import OpenBadgesV2Error
from credentials.open_badges_v2.keys import read_pem
from credentials.report import Outcome
from did.errors import FetchError
from did.fetcher import Fetched
from did.keys import KeySigner, KeyType, PrivateKey
from tests.unit.credentials.open_badges_v2.scenes import (
    BADGE_CLASS,
    HOST,
    ISSUER,
    KEY,
    LIST,
    SIGNED_ID,
    Scene,
    key_document,
    revocation_list,
    rsa_signer,
    signed,
    token,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from credentials.report import Report

EVIL = "https://evil.example"


@pytest.fixture(scope="module")
def signer() -> tuple[KeySigner, str]:
    return rsa_signer("issuer")


@pytest.fixture(scope="module")
def stranger() -> tuple[KeySigner, str]:
    return rsa_signer("stranger")


@pytest.fixture
def scene(signer: tuple[KeySigner, str]) -> Scene:
    return signed(signer[1])


@pytest.fixture
def check(scene: Scene, signer: tuple[KeySigner, str]) -> Callable[..., Report]:
    """Sign the scene's assertion and check it."""

    def make(by: KeySigner = signer[0], **header: Any) -> Report:
        return scene.report(token(scene.assertion, by, **header))

    return make


def _pem(key: Any) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.mark.covers("open-badges-2.0", "SignedBadge Verification")
def test_a_signed_badge_is_valid_and_said_to_be_of_an_older_form(check: Callable[..., Report]) -> None:
    report = check()
    assert report.outcome is Outcome.VALID, report.codes
    assert tuple(each.name for each in report.checks) == SIGNED_STEPS
    assert (report.form, report.securing) == (FORM, "open_badges_2_signed")
    assert report.warnings[0].code == "open_badges_2_signed"
    assert report.credential is not None
    assert report.credential.issuer_name == "Atelier (exemple)"


@pytest.mark.parametrize("key_type", [KeyType.P256, KeyType.P384, KeyType.ED25519])
def test_other_algorithms(scene: Scene, key_type: KeyType) -> None:
    key = PrivateKey.generate(key_type)
    loaders: dict[KeyType, Callable[[], str]] = {
        KeyType.P256: lambda: _pem(ec.derive_private_key(int.from_bytes(key.to_raw()), ec.SECP256R1())),
        KeyType.P384: lambda: _pem(ec.derive_private_key(int.from_bytes(key.to_raw()), ec.SECP384R1())),
        KeyType.ED25519: lambda: _ed25519_pem(key.public_key.raw),
    }
    scene.more[KEY] = key_document(loaders[key_type]())
    by = KeySigner(private_key=key, verification_method=f"{KEY}#1")
    assert scene.report(token(scene.assertion, by)).outcome is Outcome.VALID


def _ed25519_pem(raw: bytes) -> str:
    der = bytes.fromhex("302a300506032b6570032100") + raw
    return f"-----BEGIN PUBLIC KEY-----\n{base64.b64encode(der).decode()}\n-----END PUBLIC KEY-----\n"


@pytest.mark.covers("open-badges-2.0", "CryptographicKey")
def test_the_profile_may_hold_the_key_itself(
    scene: Scene, check: Callable[..., Report], signer: tuple[KeySigner, str]
) -> None:
    del scene.more[KEY]
    scene.issuer["publicKey"] = [key_document(signer[1], id=f"{ISSUER}#key")]
    scene.assertion["verification"] = {"type": "signed"}
    assert check().outcome is Outcome.VALID


@pytest.mark.covers("open-badges-2.0", "CryptographicKey")
def test_one_of_several_keys(
    scene: Scene, check: Callable[..., Report], stranger: tuple[KeySigner, str]
) -> None:
    other = key_document(stranger[1], id=f"{HOST}/key2")
    scene.issuer["publicKey"] = [other, KEY]
    scene.assertion["verification"] = {"type": "signed"}
    assert check().outcome is Outcome.VALID
    scene.issuer["publicKey"] = other
    assert check().codes == ("jws_signature",)


# Whose key it is


@pytest.mark.covers("open-badges-2.0", "CryptographicKey")
@pytest.mark.attack("B3")
def test_a_key_in_the_header_is_not_looked_at(
    check: Callable[..., Report], stranger: tuple[KeySigner, str]
) -> None:
    header = {"jwk": stranger[0].public_key.to_jwk(), "jku": f"{EVIL}/jwks", "kid": f"{EVIL}/key"}
    assert check(stranger[0], **header).codes == ("jws_signature",)
    assert check(**header).outcome is Outcome.VALID


@pytest.mark.covers("open-badges-2.0", "CryptographicKey")
def test_a_key_that_the_assertion_brings_along_is_not_the_issuers(
    scene: Scene, check: Callable[..., Report], stranger: tuple[KeySigner, str]
) -> None:
    scene.assertion["verification"]["creator"] = f"{EVIL}/key"
    scene.more[f"{EVIL}/key"] = key_document(stranger[1], id=f"{EVIL}/key")
    assert check(stranger[0]).codes == ("ob2_key_unlinked",)


def test_a_key_in_an_embedded_profile_is_not_the_issuers(
    scene: Scene, check: Callable[..., Report], stranger: tuple[KeySigner, str]
) -> None:
    key = key_document(stranger[1], id=f"{EVIL}/key")
    issuer = scene.issuer | {"publicKey": key}
    scene.assertion["badge"] = scene.badge_class | {"issuer": issuer}
    scene.assertion["verification"] = {"type": "signed"}
    assert check(stranger[0]).codes == ("jws_signature",)
    assert check().outcome is Outcome.VALID


def test_a_badge_class_of_another_is_not_lent_to_ones_own_issuer(
    scene: Scene, check: Callable[..., Report], stranger: tuple[KeySigner, str]
) -> None:
    scene.serve()
    evil_issuer = scene.issuer | {"id": f"{EVIL}/issuer", "publicKey": f"{EVIL}/key", "revocationList": None}
    scene.more |= {
        f"{EVIL}/issuer": evil_issuer,
        f"{EVIL}/key": key_document(stranger[1], id=f"{EVIL}/key", owner=f"{EVIL}/issuer"),
    }
    scene.assertion["verification"] = {"type": "signed"}
    scene.assertion["badge"] = scene.badge_class | {"issuer": f"{EVIL}/issuer"}
    assert check(stranger[0]).codes == ("ob2_issuer_mismatch",)
    # under an id of its own it is a badge of that stranger, and shown as such
    scene.assertion["badge"] |= {"id": f"{EVIL}/class"}
    report = check(stranger[0])
    assert report.outcome is Outcome.VALID, report.codes
    assert report.credential is not None
    assert report.credential.issuer_id == f"{EVIL}/issuer"


def test_what_was_signed_is_shown_even_if_the_hosted_class_changed(
    scene: Scene, check: Callable[..., Report]
) -> None:
    scene.assertion["badge"] = dict(scene.badge_class)
    scene.badge_class["name"] = "Autre chose"
    report = check()
    assert report.outcome is Outcome.VALID
    assert report.credential is not None
    assert report.credential.achievement_name == "Pilotage de drone"
    assert BADGE_CLASS not in {request["url"] for request in scene.served.requests}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda s: s.issuer.pop("publicKey"), "ob2_key_missing"),
        (lambda s: s.issuer.update(publicKey=[KEY] * 6), "ob2_key_invalid"),
        (lambda s: s.issuer.update(publicKey=5), "ob2_key_invalid"),
        (lambda s: s.more[KEY].update(owner=f"{EVIL}/issuer"), "ob2_key_owner"),
        (lambda s: s.more[KEY].pop("owner"), "ob2_member_missing"),
        (lambda s: s.more[KEY].update(type="Key"), "ob2_type"),
        (lambda s: s.more[KEY].update(id=f"{HOST}/other"), "ob2_id_mismatch"),
        (lambda s: s.more[KEY].update(publicKeyPem="-----BEGIN"), "ob2_key_invalid"),
        (lambda s: s.assertion.update(verification={"type": "hosted"}), "ob2_verification_type"),
        (lambda s: s.assertion.pop("recipient"), "ob2_member_missing"),
        (lambda s: s.assertion.update(id="1"), "ob2_id_invalid"),
        (lambda s: s.assertion.update(expires="2025-01-01T00:00:00Z"), "expired"),
        (lambda s: s.more[LIST].update(issuer=f"{EVIL}/issuer"), "ob2_revocation_list"),
        (lambda s: s.more[LIST].update(type="List"), "ob2_revocation_list"),
        (lambda s: s.more[LIST].update(id=f"{EVIL}/list"), "ob2_revocation_list"),
        (lambda s: s.more[LIST].pop("revokedAssertions"), "ob2_revocation_list"),
        (lambda s: s.more[LIST].update(revokedAssertions=[1]), "ob2_revocation_list"),
    ],
)
def test_each_broken_rule_has_its_code(
    scene: Scene, check: Callable[..., Report], change: Callable[[Scene], Any], code: str
) -> None:
    change(scene)
    report = check()
    assert (report.outcome, report.codes) == (Outcome.INVALID, (code,))


# The signature


@pytest.mark.covers("open-badges-2.0", "SignedBadge Verification")
@pytest.mark.attack("B1", "B2")
@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS512", "PS256", "ES256", None])
def test_the_key_decides_the_algorithm(
    scene: Scene, signer: tuple[KeySigner, str], algorithm: str | None
) -> None:
    _, payload, signature = token(scene.assertion, signer[0]).split(b".")
    header = base64.urlsafe_b64encode(json.dumps({"alg": algorithm}).encode()).rstrip(b"=")
    report = scene.report(b".".join([header, payload, signature]))
    assert (report.outcome, report.codes) == (Outcome.INVALID, ("jws_algorithm",))


@pytest.mark.attack("B5", "B6")
@pytest.mark.parametrize(
    ("header", "code"),
    [
        ('{"alg":"RS256","crit":["x"],"x":1}', "jws_critical"),
        ('{"alg":"RS256","b64":false}', "jws_unencoded_payload"),
        ('{"alg":"RS256","alg":"RS256"}', "jws_header"),
    ],
)
def test_odd_headers(scene: Scene, signer: tuple[KeySigner, str], header: str, code: str) -> None:
    _, payload, signature = token(scene.assertion, signer[0]).split(b".")
    encoded = base64.urlsafe_b64encode(header.encode()).rstrip(b"=")
    assert scene.report(b".".join([encoded, payload, signature])).codes == (code,)


@pytest.mark.covers("open-badges-2.0", "SignedBadge Verification")
def test_an_altered_payload(scene: Scene, signer: tuple[KeySigner, str]) -> None:
    header, _, signature = token(scene.assertion, signer[0]).split(b".")
    altered = json.dumps(scene.assertion | {"issuedOn": "2020-01-01T00:00:00Z"}).encode()
    payload = base64.urlsafe_b64encode(altered).rstrip(b"=")
    assert scene.report(b".".join([header, payload, signature])).codes == ("jws_signature",)


# Taken back


@pytest.mark.covers("open-badges-2.0", "RevocationList", "Revoking a Signed Badge")
@pytest.mark.parametrize(
    ("entry", "revoked"),
    [
        (SIGNED_ID, True),
        ({"id": SIGNED_ID, "revocationReason": "erreur"}, True),
        ({"id": SIGNED_ID, "revoked": True}, True),
        ({"id": SIGNED_ID, "revoked": False}, False),
        ({"uid": "abc123"}, True),
        ({"uid": "abc124"}, False),
        ({"uid": None, "id": None}, False),
        (f"{SIGNED_ID}0", False),
        ({}, False),
    ],
)
def test_the_list_of_what_was_taken_back(
    scene: Scene, check: Callable[..., Report], entry: Any, revoked: bool
) -> None:
    scene.assertion["uid"] = "abc123"
    scene.more[LIST] = revocation_list("urn:uuid:1", entry)
    assert check().codes == (("revoked",) if revoked else ())


def test_an_issuer_without_a_list(scene: Scene, check: Callable[..., Report]) -> None:
    del scene.issuer["revocationList"]
    assert check().outcome is Outcome.VALID


@pytest.mark.covers("open-badges-2.0", "RevocationList", "Revoking a Signed Badge")
@pytest.mark.attack("E6")
@pytest.mark.parametrize(
    "content",
    [
        FetchError("silence"),
        Fetched(url=LIST, status=404, content_type="", body=b""),
        Fetched(url=LIST, status=500, content_type="", body=b""),
        b"<html>",
        b" " * 1_100_000,
    ],
)
def test_a_list_that_cannot_be_had_leaves_it_open(
    scene: Scene, check: Callable[..., Report], content: Any
) -> None:
    scene.more[LIST] = content
    report = check()
    assert (report.outcome, report.codes) == (Outcome.INDETERMINATE, ("status_unavailable",))


def test_a_long_list_is_read_to_its_end(scene: Scene, check: Callable[..., Report]) -> None:
    scene.more[LIST] = revocation_list(*[f"urn:x:{number}" for number in range(50_000)], SIGNED_ID)
    assert check().codes == ("revoked",)


# PEM


@pytest.mark.covers("open-badges-2.0", "CryptographicKey")
@pytest.mark.attack("A15")
@pytest.mark.parametrize(
    "make",
    [
        lambda: _pem(rsa.generate_private_key(65_537, 1024)),
        lambda: _pem(rsa.generate_private_key(3, 2048)),
        lambda: _pem(ec.generate_private_key(ec.SECP256K1())),
        lambda: _ed25519_pem(bytes(32)),
        lambda: _ed25519_pem(b"\x01" + bytes(31)),
        lambda: "",
        lambda: "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        lambda: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        lambda: "-----BEGIN PUBLIC KEY-----\n" + "A" * 5_000 + "\n-----END PUBLIC KEY-----",
    ],
)
def test_keys_that_are_none(make: Callable[[], str]) -> None:
    with pytest.raises(OpenBadgesV2Error) as caught:
        read_pem(make())
    assert caught.value.code == "ob2_key_invalid"


def test_a_key_that_is_one(signer: tuple[KeySigner, str]) -> None:
    assert read_pem(signer[1]) == signer[0].public_key
