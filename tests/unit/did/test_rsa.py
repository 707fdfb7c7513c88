"""RSA keys: sizes, one writing for each, and Project Wycheproof's signatures (RS256)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from did.encodings import decode_base64url, encode_base64url
from did.errors import InvalidKeyError, InvalidSignatureError
from did.keys import KeyType, PrivateKey, PublicKey

VECTORS = Path(__file__).parents[2] / "vectors"
WYCHEPROOF = json.loads((VECTORS / "wycheproof" / "rsa_signature_2048_sha256_test.json").read_text())
CASES = [(group["publicKeyAsn"], test) for group in WYCHEPROOF["testGroups"] for test in group["tests"]]
SMALL_EXPONENTS = {258, 259}
# RFC 7638, section 3.1
JWK = {
    "kty": "RSA",
    "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n"
    "3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHz"
    "u6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8aw"
    "apJzKnqDKgw",
    "e": "AQAB",
}


@pytest.mark.parametrize(("key", "test"), CASES, ids=[str(test["tcId"]) for _, test in CASES])
def test_wycheproof_rs256(key: str, test: dict[str, Any]) -> None:
    if test["tcId"] in SMALL_EXPONENTS:
        with pytest.raises(InvalidKeyError):
            PublicKey(KeyType.RSA, bytes.fromhex(key))
        return
    public = PublicKey(KeyType.RSA, bytes.fromhex(key))
    signature, message = bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"])
    if test["result"] == "valid":
        public.verify(signature, message)
        return
    # "acceptable" is a DigestInfo without its NULL: not taken here
    with pytest.raises(InvalidSignatureError):
        public.verify(signature, message)


def test_the_thumbprint_is_that_of_rfc_7638() -> None:
    key = PublicKey.from_jwk(JWK | {"alg": "RS256", "kid": "2011-04-29"})
    assert key.thumbprint() == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    assert key.to_jwk() == JWK
    assert key.jose_algorithm == "RS256"
    assert PublicKey.from_multikey(key.to_multikey()) == key


def private_key(bits: int, exponent: int = 65_537) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=exponent, key_size=bits)


def jwk_of(key: rsa.RSAPrivateKey) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    return {
        "kty": "RSA",
        **{
            name: encode_base64url(number.to_bytes((number.bit_length() + 7) // 8))
            for name, number in (("n", numbers.n), ("e", numbers.e))
        },
    }


@pytest.mark.attack("A15")
@pytest.mark.parametrize(("bits", "exponent"), [(1024, 65_537), (2040, 65_537), (4104, 65_537), (2048, 3)])
def test_a_key_of_another_size_or_a_small_exponent_is_refused(bits: int, exponent: int) -> None:
    key = private_key(bits, exponent)
    with pytest.raises(InvalidKeyError):
        PublicKey.from_jwk(jwk_of(key))
    secret = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    if exponent == 65_537:
        with pytest.raises(InvalidKeyError):
            PrivateKey.from_raw(KeyType.RSA, secret)


def test_a_key_of_2048_bits_made_elsewhere_signs() -> None:
    key = private_key(2048)
    ours = PrivateKey.from_raw(
        KeyType.RSA, key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    )
    signature = ours.sign(b"data")
    assert len(signature) == 256
    PublicKey.from_jwk(jwk_of(key)).verify(signature, b"data")
    for wrong in (signature[:-1], signature + b"\0", b"\0" + signature):
        with pytest.raises(InvalidSignatureError):
            ours.public_key.verify(wrong, b"data")


@pytest.mark.covers("cid-1.0", "2.2.3")
@pytest.mark.attack("A15")
@pytest.mark.parametrize(
    "change",
    [
        {"n": encode_base64url(b"\0" + decode_base64url(JWK["n"]))},
        {"e": encode_base64url(b"\0\1\0\1")},
        {"e": "Aw"},
        {"e": ""},
        {"e": encode_base64url(b"\1\0\0")},
        {"e": encode_base64url(b"\xff" * 5)},
        {"e": encode_base64url(b"\xff" * 400)},
        {"n": encode_base64url(b"\xff" * 513)},
        {"n": JWK["n"][:-1] + "x"},
        {"n": 7},
        {"n": None},
        {"crv": "P-256"},
        {"alg": "PS256"},
        {"alg": "HS256"},
        {"d": "AA"},
        {"p": "AA"},
    ],
)
def test_a_jwk_with_a_second_reading_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidKeyError):
        PublicKey.from_jwk(JWK | change)


@pytest.mark.attack("A15")
@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw[:-1],
        lambda raw: raw + b"\0",
        lambda raw: b"\x31" + raw[1:],
        lambda raw: raw[:4] + b"\x03" + raw[5:],
        lambda raw: raw[:3] + bytes([raw[3] ^ 1]) + raw[4:],
        lambda raw: raw.replace(b"\x02\x03\x01\x00\x01", b"\x02\x04\x00\x01\x00\x01"),
        lambda raw: raw[:5] + b"\x81" + raw[6:],
        lambda _: b"",
        lambda _: b"\x30\x82",
        lambda _: b"\x30\x82" + b"\xff" * 5000,
    ],
)
def test_another_encoding_of_a_key_is_refused(change: Any) -> None:
    raw = PublicKey.from_jwk(JWK).raw
    with pytest.raises(InvalidKeyError):
        PublicKey(KeyType.RSA, change(raw))
    assert PublicKey(KeyType.RSA, raw) == PublicKey.from_jwk(JWK)


def test_a_secret_that_is_none_tells_nothing() -> None:
    for secret in (b"", b"x", bytes(5000), PrivateKey.generate(KeyType.P256).to_raw()):
        with pytest.raises(InvalidKeyError) as caught:
            PrivateKey.from_raw(KeyType.RSA, secret)
        assert caught.value.__cause__ is None
