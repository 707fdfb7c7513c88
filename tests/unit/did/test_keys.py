"""Keys: what is one, what signs, and Project Wycheproof's signatures."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from did.encodings import encode_base64url
from did.errors import InvalidKeyError, InvalidSignatureError
from did.keys import KeySigner, KeyType, PrivateKey, PublicKey
from tests.unit.did.conftest import public_key

WYCHEPROOF = Path(__file__).parents[2] / "vectors" / "wycheproof"
PRIME = 2**255 - 19
LOW_ORDER_Y = (
    0,
    1,
    PRIME - 1,
    0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
)


def edwards(y: int, sign: int = 0) -> bytes:
    return (y | sign << 255).to_bytes(32, "little")


def key_refusal(key_type: KeyType, raw: bytes) -> str:
    with pytest.raises(InvalidKeyError) as caught:
        PublicKey(key_type, raw)
    return str(caught.value)


# a key for BBS signs no bytes and has no JWK: test_bls12381.py
@pytest.mark.covers("cid-1.0", "2.2.2", "2.2.3")
@pytest.mark.parametrize("key_type", [each for each in KeyType if each is not KeyType.BLS12381_G2])
def test_a_key_signs_and_comes_back_in_every_form(key_type: KeyType) -> None:
    private = PrivateKey.generate(key_type)
    key = private.public_key
    signature = PrivateKey.from_raw(key_type, private.to_raw()).sign(b"data")
    key.verify(signature, b"data")
    assert PublicKey.from_multikey(key.to_multikey()) == PublicKey.from_jwk(key.to_jwk()) == key
    assert len(signature) == {KeyType.P384: 96, KeyType.P521: 132, KeyType.RSA: 384}.get(key_type, 64)
    for bad_signature, data in ((signature, b"Data"), (signature[:-1], b"data"), (b"", b"data")):
        with pytest.raises(InvalidSignatureError):
            key.verify(bad_signature, data)


def test_the_thumbprint_is_that_of_rfc_8037() -> None:
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert PublicKey.from_jwk(jwk).thumbprint() == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def cases(file: str) -> list[Any]:
    groups = json.loads((WYCHEPROOF / file).read_text())["testGroups"]
    return [
        pytest.param(group["publicKey"], test, id=str(test["tcId"]))
        for group in groups
        for test in group["tests"]
    ]


def check(key: PublicKey, test: dict[str, Any]) -> None:
    signature, message = bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"])
    if test["result"] == "valid":
        key.verify(signature, message)
        return
    with pytest.raises(InvalidSignatureError):
        key.verify(signature, message)


@pytest.mark.covers("di-eddsa-1.0", "2.1.1", "3.2.7")
@pytest.mark.parametrize(("key", "test"), cases("ed25519_test.json"))
def test_wycheproof_ed25519(key: dict[str, Any], test: dict[str, Any]) -> None:
    check(PublicKey(KeyType.ED25519, bytes.fromhex(key["pk"])), test)


def ec_key(key_type: KeyType, key: dict[str, Any]) -> PublicKey:
    length = 32 if key_type is KeyType.P256 else 48
    x, y = (int(key[name], 16).to_bytes(length) for name in ("wx", "wy"))
    return PublicKey.from_jwk(
        {"kty": "EC", "crv": str(key_type), "x": encode_base64url(x), "y": encode_base64url(y)}
    )


@pytest.mark.covers("di-ecdsa-1.0", "3.2.7")
@pytest.mark.parametrize(("key", "test"), cases("ecdsa_secp256r1_sha256_p1363_test.json"))
def test_wycheproof_p256(key: dict[str, Any], test: dict[str, Any]) -> None:
    check(ec_key(KeyType.P256, key), test)


@pytest.mark.covers("di-ecdsa-1.0", "3.2.7")
@pytest.mark.parametrize(("key", "test"), cases("ecdsa_secp384r1_sha384_p1363_test.json"))
def test_wycheproof_p384(key: dict[str, Any], test: dict[str, Any]) -> None:
    check(ec_key(KeyType.P384, key), test)


@pytest.mark.covers("di-eddsa-1.0", "2.1.1", "3.2.7")
@pytest.mark.attack("A15")
@pytest.mark.parametrize("sign", [0, 1])
@pytest.mark.parametrize("y", LOW_ORDER_Y)
def test_an_ed25519_key_of_low_order_is_refused(y: int, sign: int) -> None:
    assert "low order" in key_refusal(KeyType.ED25519, edwards(y, sign))


@pytest.mark.covers("di-eddsa-1.0", "2.1.1", "3.2.7")
@pytest.mark.attack("A15")
@pytest.mark.parametrize("sign", [0, 1])
@pytest.mark.parametrize("y", range(19))
def test_an_ed25519_key_with_a_second_name_is_refused(y: int, sign: int) -> None:
    assert "not canonical" in key_refusal(KeyType.ED25519, edwards(PRIME + y, sign))


@pytest.mark.covers("di-eddsa-1.0", "2.1.1", "3.2.7")
@pytest.mark.attack("A15")
def test_an_ed25519_key_that_is_no_point_is_refused() -> None:
    assert "not on the curve" in key_refusal(KeyType.ED25519, edwards(2))
    assert "bytes" in key_refusal(KeyType.ED25519, bytes(31))
    assert PublicKey(KeyType.ED25519, public_key().raw) == public_key()


@pytest.mark.covers("di-ecdsa-1.0", "2.1.1")
@pytest.mark.parametrize("key_type", [KeyType.P256, KeyType.P384, KeyType.P521])
def test_an_ec_key_that_is_no_compressed_point_is_refused(key_type: KeyType) -> None:
    good = PrivateKey.generate(key_type).public_key.raw
    for raw in (b"\0", b"", good[:-1], good + b"\0", b"\x04" + good[1:], b"\x02" + b"\xff" * (len(good) - 1)):
        key_refusal(key_type, raw)
    PublicKey(key_type, good)


@pytest.mark.covers("cid-1.0", "2.2.1", "2.2.3")
@pytest.mark.covers("did-jwk", "1.4.1")
@pytest.mark.parametrize(
    "change",
    [
        {"d": "AA"},
        {"kty": "EC"},
        {"crv": "X25519"},
        {"crv": "P-521"},
        {"alg": "ES256"},
        {"alg": "none"},
        {"x": None},
        {"x": 7},
        {"x": "AA"},
        {"x": public_key().to_jwk()["x"] + "="},
        {"x": public_key().to_jwk()["x"][:-1] + "!"},
    ],
)
def test_a_jwk_that_is_no_plain_public_key_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidKeyError):
        PublicKey.from_jwk(public_key().to_jwk() | change)


@pytest.mark.covers("cid-1.0", "2.2.1", "2.2.3")
def test_a_jwk_may_say_more_about_the_key() -> None:
    more = {"kid": "x", "use": "sig", "alg": "EdDSA", "x5c": ["y"]}
    assert PublicKey.from_jwk(public_key().to_jwk() | more) == public_key()
    assert PublicKey.from_jwk(public_key().to_jwk() | {"alg": "Ed25519"}) == public_key()


@pytest.mark.covers("cid-1.0", "2.2.1", "2.2.3")
def test_a_jwk_coordinate_has_one_text() -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    jwk = public_key().to_jwk()
    twin = jwk["x"][:-1] + alphabet[alphabet.index(jwk["x"][-1]) ^ 1]
    with pytest.raises(InvalidKeyError):
        PublicKey.from_jwk(jwk | {"x": twin})


@pytest.mark.parametrize("key_type", list(KeyType))
def test_a_secret_of_another_length_or_out_of_range_is_refused(key_type: KeyType) -> None:
    length = len(PrivateKey.generate(key_type).to_raw())
    secrets = [b"", bytes(length - 1), bytes(length + 1)]
    if key_type is not KeyType.ED25519:
        secrets += [bytes(length), b"\xff" * length]
    for secret in secrets:
        with pytest.raises(InvalidKeyError) as caught:
            PrivateKey.from_raw(key_type, secret)
        assert caught.value.__cause__ is None


def test_a_private_key_does_not_slip_out() -> None:
    key = PrivateKey.from_raw(KeyType.ED25519, b"\x07" * 32)
    signer = KeySigner(key, "did:web:node.example#key-1")
    for text in (repr(key), str(key), repr(signer)):
        assert "07070707" not in text
        assert "\\x07" not in text
    with pytest.raises(TypeError):
        pickle.dumps(key)
