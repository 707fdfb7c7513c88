"""BLS12-381 keys: the points that are keys and those that are not, and what such a key never does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from py_arkworks_bls12381 import G2Point

from did.document import DidDocument, DocumentKey, Relationship, build_did_document, jwks
from did.errors import InvalidKeyError, InvalidSignatureError
from did.keys import KeySigner, KeyType, PrivateKey, PublicKey
from did.keys.bls12381 import ORDER, random_scalar
from did.methods.jwk import did_jwk

if TYPE_CHECKING:
    from collections.abc import Callable

FIXTURE = json.loads(
    (Path(__file__).parents[2] / "vectors" / "bbs" / "bls12-381-sha-256" / "keypair.json").read_text()
)["keyPair"]
SECRET, PUBLIC = bytes.fromhex(FIXTURE["secretKey"]), bytes.fromhex(FIXTURE["publicKey"])
PRIME = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB


@pytest.mark.covers("di-bbs-1.0", "2.1.1")
def test_the_public_key_of_a_secret_is_that_of_the_draft() -> None:
    key = PrivateKey.from_raw(KeyType.BLS12381_G2, SECRET)
    assert key.public_key.raw == PUBLIC
    assert key.to_raw() == SECRET
    assert PublicKey.from_multikey(key.public_key.to_multikey()) == key.public_key
    assert key.public_key.to_multikey().startswith("zUC7")


def outside_the_subgroup() -> bytes:
    """A point of the curve that is not of order r: the first x, counting up, that has one."""
    for x in range(1000):
        encoded = (1 << 767 | x).to_bytes(96)
        try:
            point = G2Point.from_compressed_bytes_unchecked(encoded)
        except ValueError:
            continue
        if not point.is_in_subgroup():
            return encoded
    raise AssertionError("no such point")


def off_the_curve() -> bytes:
    for x in range(1000):
        encoded = (1 << 767 | x).to_bytes(96)
        try:
            G2Point.from_compressed_bytes_unchecked(encoded)
        except ValueError:
            return encoded
    raise AssertionError("no such point")


def flagged(flags: int) -> bytes:
    return bytes([PUBLIC[0] & 0x1F | flags]) + PUBLIC[1:]


@pytest.mark.covers("di-bbs-1.0", "2.1.1")
@pytest.mark.attack("A15")
@pytest.mark.attack("F12")
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        PUBLIC[:-1],
        PUBLIC + b"\0",
        PUBLIC[:48],
        bytes(96),
        b"\xff" * 96,
        b"\xc0" + bytes(95),
        b"\xc0" + bytes(94) + b"\x01",
        b"\xe0" + bytes(95),
        flagged(0x00),
        flagged(0x20),
        flagged(0x40),
        flagged(0xC0),
        PUBLIC[:48] + (int.from_bytes(PUBLIC[48:]) + PRIME).to_bytes(48),
        PUBLIC[:48] + bytes([PUBLIC[48] | 0x80]) + PUBLIC[49:],
        bytes(G2Point().to_xy_bytes_be())[:96],
        outside_the_subgroup(),
        off_the_curve(),
    ],
)
def test_what_is_no_point_of_the_subgroup_is_no_key(raw: bytes) -> None:
    with pytest.raises(InvalidKeyError) as caught:
        PublicKey(KeyType.BLS12381_G2, raw)
    assert caught.value.code == "invalid_key"
    PublicKey(KeyType.BLS12381_G2, PUBLIC)


def test_the_other_sign_is_another_key() -> None:
    negative = PublicKey(KeyType.BLS12381_G2, bytes([PUBLIC[0] ^ 0x20]) + PUBLIC[1:])
    assert (
        negative
        == PrivateKey.from_raw(KeyType.BLS12381_G2, (ORDER - int.from_bytes(SECRET)).to_bytes(32)).public_key
    )


@pytest.mark.parametrize(
    ("use", "code"),
    [
        (lambda key: key.public_key.to_jwk(), "key_without_jose_form"),
        (lambda key: key.public_key.jose_algorithm, "key_without_jose_form"),
        (lambda key: key.public_key.thumbprint(), "key_without_jose_form"),
        (lambda key: did_jwk(key.public_key), "key_without_jose_form"),
        (lambda key: key.sign(b"data"), "key_signs_messages"),
        (lambda key: KeySigner(key, "did:web:node.example#bbs").sign(b"data"), "key_signs_messages"),
    ],
)
def test_what_such_a_key_does_not_do_fails_by_name(use: Callable[[PrivateKey], Any], code: str) -> None:
    with pytest.raises(InvalidKeyError) as caught:
        use(PrivateKey.from_raw(KeyType.BLS12381_G2, SECRET))
    assert caught.value.code == code


@pytest.mark.parametrize("kty", ["OKP", "EC", ""])
def test_no_jwk_is_such_a_key(kty: str) -> None:
    with pytest.raises(InvalidKeyError) as caught:
        PublicKey.from_jwk({"kty": kty, "crv": "BLS12381G2", "x": "A" * 128, "y": "A" * 128})
    assert caught.value.code == "invalid_key"


def test_no_signature_of_bytes_is_by_such_a_key() -> None:
    for signature in (b"", bytes(64), bytes(80)):
        with pytest.raises(InvalidSignatureError):
            PublicKey(KeyType.BLS12381_G2, PUBLIC).verify(signature, b"data")


@pytest.mark.covers("cid-1.0", "2.2.2")
def test_a_document_publishes_it_as_multikey_alone() -> None:
    did = "did:web:node.example"
    bbs = DocumentKey("bbs", PublicKey(KeyType.BLS12381_G2, PUBLIC), (Relationship.ASSERTION_METHOD,))
    other = DocumentKey("key-1", PrivateKey.generate(KeyType.P256).public_key)
    document = build_did_document(did, [bbs, other])
    assert [method["id"].partition("#")[2] for method in document["verificationMethod"]] == [
        "bbs",
        "key-1",
        "key-1-jwk",
    ]
    assert [each["kty"] for each in jwks(did, [bbs, other])["keys"]] == ["EC"]
    read = DidDocument.parse(document, expected_did=did)
    found = read.verification_method(f"{did}#bbs", relationship=Relationship.ASSERTION_METHOD)
    assert found.public_key == bbs.public_key


def test_random_scalars_are_in_range_and_never_twice_the_same() -> None:
    scalars = {random_scalar() for _ in range(200)}
    assert len(scalars) == 200
    assert all(0 < scalar < ORDER for scalar in scalars)
