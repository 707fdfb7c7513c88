"""A15: keys that are none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from did.encodings import encode_base64url
from did.keys import KeyType
from did.multibase import encode_base58btc
from tests.corpus.making.artefacts import badge
from tests.corpus.making.keys import private_key
from tests.corpus.making.proof_parties import BADGE, hosted, simple_document
from tests.corpus.making.signing import (
    compact,
    proof_options,
)

if TYPE_CHECKING:
    from tests.corpus.making.book import Book, Family


JsonObject = dict[str, Any]


def make(book: Book) -> None:
    """Write the rows."""
    _weak_keys(book)


_PRIME: Final = 2**255 - 19


_LOW_ORDER: Final = {
    "the neutral point": 1,
    "the point of order 2": _PRIME - 1,
    "a point of order 4": 0,
    "a point of order 4, other sign": 0 | 1 << 255,
    "a point of order 8": 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    "a point of order 8, other sign": 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
    | 1 << 255,
    "another point of order 8": 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
    "another point of order 8, other sign": 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
    | 1 << 255,
    "the neutral point with a sign": 1 | 1 << 255,
    "y is p": _PRIME,
    "y is p + 1": _PRIME + 1,
    "y is p + 1 with a sign": _PRIME + 1 | 1 << 255,
    "y is 2^255 - 1": 2**255 - 1,
    "all ones": 2**256 - 1,
    "not on the curve": 2,
}


# R is the base point, s is 1: under the neutral point as key, it holds for every message
_UNIVERSAL: Final = bytes([0x58]) + bytes([0x66]) * 31 + (1).to_bytes(32, "little")


def _weak_keys(book: Book) -> None:
    family = book.family("A15", "Keys that are none, or under which anybody can sign.")
    for number, (name, encoded) in enumerate(_LOW_ORDER.items()):
        raw = encoded.to_bytes(32, "little")
        multikey = encode_base58btc(b"\xed\x01" + raw)
        did = f"did:key:{multikey}"
        family.case(
            f"did:key: {name}", _universally_signed(did, f"{did}#{multikey}"), "invalidDid", twin=BADGE
        )
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": encode_base64url(raw)}
        for form, members in (
            ("Multikey", {"type": "Multikey", "publicKeyMultibase": multikey}),
            ("JsonWebKey", {"type": "JsonWebKey", "publicKeyJwk": jwk}),
        ):
            did, url = hosted(f"a15:{form.lower()}-{number}")
            document = simple_document(did)
            document["verificationMethod"] = [{"id": f"{did}#key", "controller": did} | members]
            family.documents[url] = {"json": document}
            family.case(f"{form}: {name}", _universally_signed(did, f"{did}#key"), "invalid_key", twin=BADGE)
        did = f"did:jwk:{encode_base64url(compact(jwk))}"
        family.case(f"did:jwk: {name}", _universally_signed(did, f"{did}#0"), "invalidDid", twin=BADGE)
    _weak_ecdsa_keys(family)


def _universally_signed(did: str, method: str, suite: str = "eddsa-rdfc-2022") -> JsonObject:
    options = proof_options(suite, method)
    return badge(did) | {"proof": options | {"proofValue": encode_base58btc(_UNIVERSAL)}}


def _weak_ecdsa_keys(family: Family) -> None:
    for key_type, codec, length in ((KeyType.P256, b"\x80\x24", 32), (KeyType.P384, b"\x81\x24", 48)):
        good = private_key(key_type, "issuer").public_key.raw
        jwk = private_key(key_type, "issuer").public_key.to_jwk()
        points = {
            "the point at infinity": bytes(1),
            "no bytes": b"",
            "x is zero and off the curve": b"\x02" + b"\xff" * length,
            "an uncompressed prefix": b"\x04" + good[1:],
            "a hybrid prefix": b"\x06" + good[1:],
            "prefix 0": b"\x00" + good[1:],
            "prefix 1": b"\x01" + good[1:],
            "one byte less": good[:-1],
            "one byte more": good + b"\0",
        }
        for name, raw in points.items():
            multikey = encode_base58btc(codec + raw)
            did = f"did:key:{multikey}"
            signed = _universally_signed(did, f"{did}#{multikey}", "ecdsa-rdfc-2019")
            family.case(
                f"did:key {key_type}: {name}", signed, "invalidDid", twin="badge ecdsa-rdfc-2019-p256"
            )
        for name, wrong in {
            "y is another": jwk | {"y": jwk["x"]},
            "no y": {each: value for each, value in jwk.items() if each != "y"},
            "the other curve's name": jwk | {"crv": "P-384" if key_type is KeyType.P256 else "P-256"},
            "secp256k1": jwk | {"crv": "secp256k1"},
            "x and y are zero": jwk
            | {"x": encode_base64url(bytes(length)), "y": encode_base64url(bytes(length))},
            "OKP": jwk | {"kty": "OKP"},
        }.items():
            did = f"did:jwk:{encode_base64url(compact(wrong))}"
            signed = _universally_signed(did, f"{did}#0", "ecdsa-rdfc-2019")
            family.case(
                f"did:jwk {key_type}: {name}", signed, "invalidDid", twin="badge ecdsa-rdfc-2019-p256"
            )
