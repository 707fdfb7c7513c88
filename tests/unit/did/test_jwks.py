"""The keys of an issuer with an https identifier: where they are, and which of them a token may name."""

from __future__ import annotations

from typing import Any

import pytest

from did.errors import DidError, FetchError, FetchRefusedError, InvalidDidError, UnknownMethodError
from did.jwks import MAXIMUM_KEYS, InvalidJwksError, fetch_jwks, jwks_url, read_jwks, select_key
from did.keys import KeyType, PrivateKey, PublicKey
from tests.simulators.served_documents import ServedDocuments
from tests.unit.did.conftest import public_key

URL = "https://issuer.example/.well-known/jwks.json"
ISSUER = "https://issuer.example/issuers/1"
KEY = public_key()
OTHER = PrivateKey.from_raw(KeyType.ED25519, b"\x09" * 32).public_key


def jwk(key: PublicKey = KEY, **members: Any) -> dict[str, Any]:
    return key.to_jwk() | members


@pytest.mark.parametrize(
    ("issuer", "url"),
    [
        (ISSUER, URL),
        ("https://issuer.example", URL),
        ("https://issuer.example:8443/x?y=1#z", "https://issuer.example:8443/.well-known/jwks.json"),
    ],
)
def test_the_keys_are_at_the_issuers_authority(issuer: str, url: str) -> None:
    assert jwks_url(issuer) == url


@pytest.mark.attack("F1", "F4")
@pytest.mark.parametrize(
    "issuer",
    [
        "http://issuer.example/",
        "https://user@issuer.example/",
        "https://issuer.example\\@thief.example/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::1]/",
        "https://localhost/",
        "https://issuer.example:99999/",
        "https://",
        "https://[",
        "ftp://issuer.example/",
        "urn:uuid:1",
        "did:web:issuer.example",
    ],
)
def test_an_issuer_without_an_authority_of_its_own_has_no_keys(issuer: str) -> None:
    with pytest.raises(InvalidDidError):
        jwks_url(issuer)


def test_plain_http_is_for_development_on_loopback_alone() -> None:
    assert jwks_url("http://localhost:8000/i", allow_insecure_loopback=True) == (
        "http://localhost:8000/.well-known/jwks.json"
    )
    with pytest.raises(InvalidDidError):
        jwks_url("http://localhost:8000/i")
    with pytest.raises(InvalidDidError):
        jwks_url("http://issuer.example/i", allow_insecure_loopback=True)


def test_a_served_set_is_read() -> None:
    served = ServedDocuments({URL: {"keys": [jwk(kid="a"), jwk(OTHER, kid="b", iss=ISSUER)]}})
    keys = fetch_jwks(URL, fetcher=served)
    assert [(key.kid, key.issuer, key.public_key) for key in keys] == [
        ("a", None, KEY),
        ("b", ISSUER, OTHER),
    ]


@pytest.mark.parametrize(
    ("served", "code"),
    [
        (None, "notFound"),
        (FetchError(detail="timed out"), "resolution_unavailable"),
        (FetchRefusedError(detail="10.0.0.1"), "resolution_unavailable"),
        (b"<html>", "invalid_jwks"),
        (b'{"keys":[],"keys":[]}', "invalid_jwks"),
        (b"[" * 100, "invalid_jwks"),
        ([], "invalid_jwks"),
        ({}, "invalid_jwks"),
        ({"keys": {}}, "invalid_jwks"),
        ({"keys": [{}] * (MAXIMUM_KEYS + 1)}, "invalid_jwks"),
        ({"keys": [jwk(kid="a"), jwk(OTHER, kid="a")]}, "invalid_jwks"),
    ],
)
def test_a_set_that_cannot_be_had_or_read_is_told(served: Any, code: str) -> None:
    with pytest.raises(DidError) as caught:
        fetch_jwks(URL, fetcher=ServedDocuments({URL: served}))
    assert caught.value.code == code


@pytest.mark.parametrize(
    "entry",
    [
        jwk(use="enc"),
        jwk(key_ops=["encrypt"]),
        jwk(key_ops="verify"),
        jwk(kid=7),
        jwk(iss=["https://issuer.example"]),
        jwk(d="AA"),
        {"kty": "oct", "k": "AA"},
        {"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"},
        "text",
        None,
    ],
)
def test_a_key_that_signs_nothing_here_is_left_out(entry: Any) -> None:
    assert read_jwks({"keys": [entry]}) == []
    assert len(read_jwks({"keys": [entry, jwk()]})) == 1


def test_one_key_under_several_names_is_one_key() -> None:
    keys = read_jwks({"keys": [jwk(kid="a"), jwk(kid="b"), jwk(kid="a")]})
    assert select_key(keys, kid=None, thumbprint=None, issuer_id=ISSUER) == KEY


@pytest.mark.attack("B4")
@pytest.mark.parametrize(
    ("kid", "thumbprint"),
    [("c", None), ("A", None), ("", None), (None, "x"), ("a", OTHER.thumbprint()), (None, None)],
)
def test_a_name_that_fits_no_key_or_several_is_refused(kid: str | None, thumbprint: str | None) -> None:
    keys = read_jwks({"keys": [jwk(kid="a"), jwk(OTHER, kid="b")]})
    with pytest.raises(UnknownMethodError):
        select_key(keys, kid=kid, thumbprint=thumbprint, issuer_id=ISSUER)
    for named in (("a", None), (None, KEY.thumbprint()), ("a", KEY.thumbprint())):
        assert select_key(keys, kid=named[0], thumbprint=named[1], issuer_id=ISSUER) == KEY


def test_a_key_of_another_issuer_at_the_same_host_is_not_considered() -> None:
    keys = read_jwks({"keys": [jwk(kid="a", iss="https://issuer.example/issuers/2")]})
    with pytest.raises(UnknownMethodError):
        select_key(keys, kid="a", thumbprint=None, issuer_id=ISSUER)
    assert InvalidJwksError.default_code == "invalid_jwks"
