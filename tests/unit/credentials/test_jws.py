"""Compact JWS: what is signed here verifies here, and each known way to talk a reader into something is refused."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from jwcrypto import jwk, jws

from credentials.jws import (
    ALGORITHMS,
    MAXIMUM_BYTES,
    JwsError,
    parse_compact,
    sign_compact,
    verify_compact,
    verify_signature,
)
from did.encodings import encode_base64url
from did.keys import KeySigner, KeyType, PrivateKey, PublicKey
from tests.unit.credentials.conftest import new_signer

TYP = "test+jwt"
CLAIMS = {"sub": "é", "n": 1}
SIGNER = new_signer(1)
SIGNING = (KeyType.ED25519, KeyType.P256, KeyType.P384, KeyType.P521)


def encode(value: Any) -> str:
    return encode_base64url(value if isinstance(value, bytes) else json.dumps(value).encode())


def forge(header: Any, payload: Any = CLAIMS, signer: KeySigner = SIGNER) -> str:
    """Any header at all, truly signed by the key."""
    signing_input = f"{encode(header)}.{encode(payload)}"
    return f"{signing_input}.{encode(signer.sign(signing_input.encode()))}"


def good_header(**changes: Any) -> dict[str, Any]:
    return {"alg": "EdDSA", "typ": TYP} | changes


def refusal(token: str | bytes, key: PublicKey = SIGNER.public_key) -> str:
    with pytest.raises(JwsError) as caught:
        verify_compact(token, public_key=key, expected_typ=TYP)
    return caught.value.code


@pytest.mark.covers("token-status-list", "11.2")
@pytest.mark.covers("vc-jose-cose", "5.1")
@pytest.mark.parametrize("key_type", SIGNING)
def test_what_is_signed_verifies_and_the_key_decides_the_algorithm(key_type: KeyType) -> None:
    signer = new_signer(1, key_type)
    token = sign_compact(CLAIMS, signer=signer, typ=TYP)
    assert verify_compact(token, public_key=signer.public_key, expected_typ=TYP) == CLAIMS
    assert parse_compact(token).unverified_header == {
        "alg": signer.public_key.jose_algorithm,
        "kid": signer.verification_method,
        "typ": TYP,
    }


@pytest.mark.parametrize("key_type", SIGNING)
def test_another_implementation_says_the_same(key_type: KeyType) -> None:
    signer = new_signer(1, key_type)
    algorithm = signer.public_key.jose_algorithm
    public = jwk.JWK(**signer.public_key.to_jwk())
    theirs = jws.JWS()
    theirs.deserialize(sign_compact(CLAIMS, signer=signer, typ=TYP))
    theirs.verify(public, alg=algorithm)
    assert json.loads(theirs.payload) == CLAIMS
    private = jwk.JWK.generate(kty=public["kty"], crv=public["crv"])
    made = jws.JWS(json.dumps(CLAIMS))
    made.add_signature(private, protected=json.dumps({"alg": algorithm, "typ": TYP}))
    key = PublicKey.from_jwk(private.export_public(as_dict=True))
    assert verify_compact(made.serialize(compact=True), public_key=key, expected_typ=TYP) == CLAIMS


def test_rs256_is_taken_only_where_a_caller_names_it() -> None:
    signer = new_signer(1, KeyType.RSA)
    token = sign_compact(CLAIMS, signer=signer, typ=TYP)
    assert refusal(token, signer.public_key) == "jws_algorithm"
    verify_signature(parse_compact(token), public_key=signer.public_key, algorithms=ALGORITHMS | {"RS256"})


def test_a_key_without_a_jose_form_signs_no_jws() -> None:
    key = PrivateKey.generate(KeyType.BLS12381_G2).public_key
    for algorithm in ("", "BBS", "EdDSA"):
        assert refusal(forge(good_header(alg=algorithm)), key) == "jws_algorithm"


def test_a_header_of_the_caller_sets_neither_algorithm_nor_typ() -> None:
    token = sign_compact(CLAIMS, signer=SIGNER, typ=TYP, header={"alg": "none", "typ": "other", "x": 1})
    assert parse_compact(token).unverified_header == {"alg": "EdDSA", "typ": TYP, "x": 1}


def test_a_forged_header_that_is_in_order_verifies() -> None:
    assert verify_compact(forge(good_header()), public_key=SIGNER.public_key, expected_typ=TYP) == CLAIMS


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_changed_part_does_not_verify(part: int) -> None:
    parts = sign_compact(CLAIMS, signer=SIGNER, typ=TYP).split(".")
    other = forge(good_header(x=1), {"sub": "f"}, new_signer(2)).split(".")
    parts[part] = other[part]
    assert refusal(".".join(parts)) == "jws_signature"


def test_another_key_does_not_verify() -> None:
    token = sign_compact(CLAIMS, signer=SIGNER, typ=TYP)
    assert refusal(token, new_signer(2).public_key) == "jws_signature"
    assert refusal(token, new_signer(2, KeyType.P256).public_key) == "jws_algorithm"


@pytest.mark.covers("sd-jwt", "9.1")
@pytest.mark.covers("token-status-list", "11.6")
@pytest.mark.attack("B1")
@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", "", None, 7, ["EdDSA"]])
def test_no_algorithm_is_no_signature(algorithm: Any) -> None:
    header = good_header(alg=algorithm)
    if algorithm is None:
        del header["alg"]
    assert refusal(f"{encode(header)}.{encode(CLAIMS)}.") == "jws_algorithm"
    assert refusal(forge(header)) == "jws_algorithm"


@pytest.mark.covers("sd-jwt", "9.1")
@pytest.mark.covers("token-status-list", "11.6")
@pytest.mark.attack("B2")
@pytest.mark.parametrize("secret", ["raw", "jwk"])
def test_the_public_key_is_no_shared_secret(secret: str) -> None:
    import hashlib
    import hmac

    key = SIGNER.public_key
    material = key.raw if secret == "raw" else json.dumps(key.to_jwk()).encode()
    signing_input = f"{encode(good_header(alg='HS256'))}.{encode(CLAIMS)}"
    mac = hmac.digest(material, signing_input.encode(), hashlib.sha256)
    assert refusal(f"{signing_input}.{encode(mac)}") == "jws_algorithm"


@pytest.mark.attack("B3")
@pytest.mark.parametrize(
    "member",
    [
        {"jwk": new_signer(2).public_key.to_jwk()},
        {"jku": "https://thief.example/jwks.json"},
        {"x5u": "https://thief.example/cert.pem"},
        {"x5c": ["MIIB"]},
    ],
)
def test_a_key_in_the_header_is_not_believed(member: dict[str, Any]) -> None:
    assert refusal(forge(good_header(**member), signer=new_signer(2))) == "jws_signature"
    # and does no harm beside the right signature
    assert (
        verify_compact(forge(good_header(**member)), public_key=SIGNER.public_key, expected_typ=TYP) == CLAIMS
    )


@pytest.mark.attack("B5")
@pytest.mark.parametrize(
    ("member", "code"),
    [
        ({"crit": ["exp"]}, "jws_critical"),
        ({"crit": []}, "jws_critical"),
        ({"crit": ["b64"], "b64": False}, "jws_unencoded_payload"),
        ({"b64": False}, "jws_unencoded_payload"),
        ({"b64": True}, "jws_unencoded_payload"),
    ],
)
def test_an_extension_that_is_not_understood_is_refused(member: dict[str, Any], code: str) -> None:
    assert refusal(forge(good_header(**member))) == code


@pytest.mark.attack("B6")
def test_a_member_twice_is_refused() -> None:
    header = b'{"alg":"EdDSA","alg":"EdDSA","typ":"test+jwt"}'
    assert refusal(forge(header)) == "jws_header"
    assert refusal(forge(good_header(), b'{"sub":"a","sub":"b"}')) == "jws_payload"


@pytest.mark.attack("B7")
@pytest.mark.parametrize(
    "token",
    [
        '{"payload":"e30","signatures":[{"protected":"e30","signature":"AA"}]}',
        '{"payload":"e30","protected":"e30","signature":"AA"}',
        "a.b.c.d.e",
        "a.b",
        "",
        "e30",
    ],
)
def test_another_serialization_is_refused(token: str) -> None:
    assert refusal(token) == "jws_serialization"


@pytest.mark.attack("B8")
@pytest.mark.parametrize(
    "change",
    [
        lambda h, p, s: f"{h}=.{p}.{s}",
        lambda h, p, s: f"{h}.{p}==.{s}",
        lambda h, p, s: f"{h}.{p}.{s}\n",
        lambda h, p, s: f" {h}.{p}.{s}",
        lambda h, p, s: f"{h}.{p[:4]}\n{p[4:]}.{s}",
        lambda h, p, s: f"{h}.{p}.{s.replace('-', '+').replace('_', '/')}+",
        lambda h, p, s: f"{h}.{p}.{s}AAA",
        lambda _h, p, s: f".{p}.{s}",
        lambda h, p, s: f"{h}.{p}.é{s}",
    ],
)
def test_text_that_is_not_canonical_base64url_is_refused(change: Any) -> None:
    token = change(*sign_compact(CLAIMS, signer=SIGNER, typ=TYP).split("."))
    assert refusal(token) in {"jws_encoding", "jws_signature"}
    assert refusal(token.encode()) in {"jws_encoding", "jws_signature"}


@pytest.mark.attack("B8")
def test_a_signature_has_one_text() -> None:
    head, _, signature = sign_compact(CLAIMS, signer=SIGNER, typ=TYP).rpartition(".")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = signature[:-1] + alphabet[alphabet.index(signature[-1]) + 1]
    assert base64.urlsafe_b64decode(twin + "==") == base64.urlsafe_b64decode(signature + "==")
    assert refusal(f"{head}.{twin}") == "jws_encoding"


@pytest.mark.covers("token-status-list", "11.2")
@pytest.mark.covers("vc-jose-cose", "5.1")
@pytest.mark.attack("B9")
@pytest.mark.parametrize("typ", ["JWT", "kb+jwt", "TEST+JWT", "application/test+jwt", None, 7])
def test_another_kind_of_token_is_refused(typ: Any) -> None:
    assert refusal(forge(good_header(typ=typ))) == "jws_typ"


@pytest.mark.attack("B13")
def test_size_is_looked_at_first() -> None:
    assert refusal("A" * (MAXIMUM_BYTES + 1)) == "jws_too_large"
    assert refusal(f"{encode(good_header(x='a' * 8_192))}.e30.AA") == "jws_too_large"
    assert refusal(f"{'A' * 1_000_000}.e30.AA") == "jws_too_large"


@pytest.mark.parametrize(
    ("header", "payload", "code"),
    [
        ([], CLAIMS, "jws_header"),
        (b"\xff", CLAIMS, "jws_header"),
        (b"{", CLAIMS, "jws_header"),
        ({"alg": "EdDSA", "typ": TYP}, [], "jws_payload"),
        ({"alg": "EdDSA", "typ": TYP}, b"text", "jws_payload"),
        ({"alg": "EdDSA", "typ": TYP}, b'{"a":NaN}', "jws_payload"),
    ],
)
def test_what_is_no_object_is_refused(header: Any, payload: Any, code: str) -> None:
    assert refusal(forge(header, payload)) == code


def test_a_header_member_of_another_kind_is_refused() -> None:
    with pytest.raises(JwsError) as caught:
        parse_compact(forge(good_header(kid=7))).header_text("kid")
    assert caught.value.code == "jws_header"
    assert parse_compact(forge(good_header())).header_text("kid") is None
