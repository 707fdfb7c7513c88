"""The form of a token, and the signature on it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from contexts import strict_json
from credentials.errors import CredentialsError
from credentials.jws import sign_compact
from credentials.sd_jwt import SdJwtError, derive_sd_jwt, parse_sd_jwt, verify_sd_jwt
from did.encodings import encode_base64url
from did.keys import KeyType
from tests.timing import costs_at_most
from tests.unit.credentials.conftest import new_signer
from tests.unit.credentials.sd_jwt.tokens import (
    CLAIMS,
    ISSUER,
    NOW,
    SECONDS,
    STRANGER,
    TYP,
    issue,
    later,
    present,
    signed,
    verify,
    verify_bound,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def refused(token: str | bytes, **options: Any) -> str:
    with pytest.raises(CredentialsError) as caught:
        verify(token, **options)
    return caught.value.code


@pytest.mark.covers("sd-jwt", "4")
def test_valid_as_text_and_as_bytes() -> None:
    token = issue(holder_key=None)
    assert verify(token).claims == verify(token.encode()).claims == CLAIMS


def json_serialization(token: str) -> str:
    jwt, *disclosures, _ = token.split("~")
    header, payload, signature = jwt.split(".")
    parts = {"payload": payload, "protected": header, "signature": signature}
    return json.dumps(parts | {"header": {"disclosures": disclosures}})


FORMS: list[tuple[str, Callable[[str], str | bytes], str]] = [
    ("the JSON serialization", json_serialization, "sd_jwt_json_serialization"),
    (
        "the JSON serialization with a tilde",
        lambda token: " " + json_serialization(token) + "~",
        "sd_jwt_json_serialization",
    ),
    ("no tilde", lambda token: token.split("~")[0], "sd_jwt_serialization"),
    ("empty", lambda _: "", "sd_jwt_serialization"),
    ("a tilde", lambda _: "~", "jws_serialization"),
    ("the last tilde is missing", lambda token: token[:-1], "key_binding_unexpected"),
    ("two tildes", lambda token: token + "~", "disclosure_json"),
    ("a newline at the end", lambda token: token + "\n", "key_binding_unexpected"),
    ("a space before", lambda token: " " + token, "jws_encoding"),
    ("not ASCII", lambda token: token + "é", "sd_jwt_encoding"),
    ("not ASCII bytes", lambda token: token.encode() + b"\xff", "sd_jwt_encoding"),
    ("five parts, a JWE", lambda _: "a.b.c.d.e~", "jws_serialization"),
    ("padding", lambda token: token.replace("~", "=~", 1), "jws_encoding"),
    ("more than it may have", lambda token: token + "A" * 1_048_576, "sd_jwt_too_large"),
    ("a header of a megabyte", lambda token: "A" * 1_000_000 + "." + token, "jws_too_large"),
    ("a large header", lambda token: "A" * 10_000 + token[token.index(".") :], "jws_too_large"),
    ("a large JWT", lambda token: token.replace(".", "." + "A" * 200_000, 1), "jws_too_large"),
]


@pytest.mark.covers("sd-jwt", "4", "8.2", "8.3")
@pytest.mark.attack("B7")
@pytest.mark.attack("B8")
@pytest.mark.attack("B13")
@pytest.mark.parametrize(("change", "code"), [case[1:] for case in FORMS], ids=[case[0] for case in FORMS])
def test_forms(change: Callable[[str], str | bytes], code: str) -> None:
    token = issue(holder_key=None)
    assert verify(token)
    assert refused(change(token)) == code


@pytest.mark.attack("B13")
def test_size_comes_before_everything() -> None:
    token = issue(holder_key=None)
    with costs_at_most(0.05):
        for large in (
            "A" * 1_000_000 + "." + token,
            token + "A" * 1_048_576,
            token.replace(".", "." + "A" * 200_000, 1),
        ):
            assert refused(large) in ("jws_too_large", "sd_jwt_too_large")


def with_header(changes: dict[str, Any], **options: Any) -> str:
    """A token whose header was changed before it was signed; None takes a member away."""
    jwt = issue(holder_key=None, **options).split("~")[0]
    header = {"alg": "EdDSA", "typ": TYP, "kid": "1"} | changes
    raw = strict_json.dumps({name: value for name, value in header.items() if value is not None})
    return raw_token(raw, jwt.split(".")[1])


def raw_token(header: bytes, encoded_payload: str, disclosures: tuple[str, ...] = ()) -> str:
    signing_input = f"{encode_base64url(header)}.{encoded_payload}"
    signature = encode_base64url(ISSUER.sign(signing_input.encode()))
    return "~".join([f"{signing_input}.{signature}", *disclosures, ""])


HEADERS: list[tuple[str, dict[str, Any], str]] = [
    ("alg none", {"alg": "none"}, "jws_algorithm"),
    ("alg None", {"alg": "None"}, "jws_algorithm"),
    ("no alg", {"alg": None}, "jws_algorithm"),
    ("HS256", {"alg": "HS256"}, "jws_algorithm"),
    ("another algorithm", {"alg": "ES256"}, "jws_algorithm"),
    ("alg a list", {"alg": ["EdDSA"]}, "jws_algorithm"),
    ("a critical extension", {"crit": ["x"], "x": 1}, "jws_critical"),
    ("an empty crit", {"crit": []}, "jws_critical"),
    ("an unencoded payload", {"b64": False}, "jws_unencoded_payload"),
    ("no typ", {"typ": None}, "jws_typ"),
    ("typ JWT", {"typ": "JWT"}, "jws_typ"),
    ("typ of a Key Binding", {"typ": "kb+jwt"}, "jws_typ"),
    ("typ in capitals", {"typ": TYP.upper()}, "jws_typ"),
    ("typ with application/", {"typ": f"application/{TYP}"}, "jws_typ"),
]


@pytest.mark.covers("sd-jwt", "9.1", "9.11")
@pytest.mark.covers("sd-jwt-vc", "2.2.1")
@pytest.mark.attack("B1")
@pytest.mark.attack("B2")
@pytest.mark.attack("B5")
@pytest.mark.attack("B9")
@pytest.mark.parametrize(
    ("changes", "code"), [case[1:] for case in HEADERS], ids=[case[0] for case in HEADERS]
)
def test_headers(changes: dict[str, Any], code: str) -> None:
    assert refused(with_header(changes)) == code


@pytest.mark.attack("B3")
def test_a_key_in_the_header_does_nothing() -> None:
    header = {
        "jwk": STRANGER.public_key.to_jwk(),
        "jku": "https://x.example",
        "x5u": "https://x.example",
        "x5c": ["AA"],
    }
    assert verify(with_header(header)).claims
    forged = sign_compact(CLAIMS, signer=STRANGER, typ=TYP, header=header)
    assert refused(f"{forged}~") == "jws_signature"


@pytest.mark.covers("sd-jwt", "7.1")
def test_a_stranger_signs() -> None:
    assert refused(signed(CLAIMS, signer=STRANGER)) == "jws_signature"


@pytest.mark.covers("sd-jwt-vc", "2.2.2")
@pytest.mark.attack("B6")
@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b'{"a":1,"a":2}', "jws_payload"),
        (b'{"_sd":[],"_sd":[]}', "jws_payload"),
        (b"[]", "jws_payload"),
        (b'"text"', "jws_payload"),
        (b"", "jws_payload"),
        (b'{"exp":1e400}', "jws_payload"),
        (b'{"exp":NaN}', "jws_payload"),
        (b'{"a":"\xff"}', "jws_payload"),
        (b'{"a":' * 900 + b"1" + b"}" * 900, "jws_payload"),
    ],
)
def test_payloads(payload: bytes, code: str) -> None:
    header = strict_json.dumps({"alg": "EdDSA", "typ": TYP})
    assert verify(raw_token(header, encode_base64url(b'{"a":1}'))).claims == {"a": 1}
    assert refused(raw_token(header, encode_base64url(payload))) == code


@pytest.mark.attack("B6")
def test_a_header_member_twice() -> None:
    header = b'{"alg":"EdDSA","typ":"example+sd-jwt","alg":"EdDSA"}'
    assert refused(raw_token(header, encode_base64url(b"{}"))) == "jws_header"


@pytest.mark.covers("sd-jwt-vc", "2.2.2")
@pytest.mark.attack("B10")
@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"exp": SECONDS}, "expired"),
        ({"exp": SECONDS - 0.5}, "expired"),
        ({"exp": str(SECONDS + 60)}, "claim_syntax"),
        ({"exp": -1}, "claim_syntax"),
        ({"exp": True}, "claim_syntax"),
        ({"exp": None}, "claim_syntax"),
        ({"exp": [SECONDS + 60]}, "claim_syntax"),
        ({"exp": 253_402_300_800}, "claim_syntax"),
        ({"nbf": SECONDS + 61}, "not_yet_valid"),
        ({"nbf": "0"}, "claim_syntax"),
        ({"iat": SECONDS + 61}, "not_yet_valid"),
        ({"iat": {}}, "claim_syntax"),
    ],
)
def test_dates(claims: dict[str, Any], code: str) -> None:
    assert refused(signed(claims)) == code


@pytest.mark.covers("sd-jwt-vc", "2.2.2")
@pytest.mark.parametrize(
    "claims",
    [
        {"exp": SECONDS + 1},
        {"exp": SECONDS + 0.5},
        {"exp": 253_402_300_799},
        {"nbf": SECONDS + 60},
        {"iat": SECONDS + 60, "nbf": 0},
        {},
    ],
)
def test_dates_that_hold(claims: dict[str, Any]) -> None:
    assert verify(signed(claims)).claims == claims


@pytest.mark.covers("sd-jwt-vc", "2.2.2")
def test_a_token_ends_and_begins() -> None:
    token = signed({"nbf": SECONDS, "exp": SECONDS + 3_600})
    assert verify(token, now=NOW)
    assert refused(token, now=later(hours=1)) == "expired"
    assert refused(token, now=later(minutes=-2)) == "not_yet_valid"


@pytest.mark.parametrize("key_type", [KeyType.ED25519, KeyType.P256, KeyType.P384, KeyType.P521])
def test_the_key_decides_the_algorithm(key_type: KeyType) -> None:
    signer = new_signer(7, key_type)
    token = issue(signer=signer, holder_key=None)
    assert verify_sd_jwt(token, issuer_key=signer.public_key, expected_typ=TYP, now=NOW).claims == CLAIMS
    assert refused(token) in ("jws_algorithm", "jws_signature")


def test_secrets_and_claims_stay_out_of_the_representation() -> None:
    parsed = parse_sd_jwt(derive_sd_jwt(issue(), ["/given_name"]))
    assert "Ana" not in repr(parsed)
    assert isinstance(parsed.disclosures[0].value, str)
    with pytest.raises(SdJwtError):
        parse_sd_jwt("x")


@pytest.mark.covers("sd-jwt", "9.2", "9.10")
def test_no_character_of_a_presentation_can_be_changed() -> None:
    """Whatever one changes, the token is refused: nothing in it is left to chance."""
    token = present()
    assert verify_bound(token)
    for position, character in enumerate(token):
        # a neighbour in the alphabet, so that only the least bits differ
        other = "B" if character == "A" else "A" if character in "~." else chr(ord(character) ^ 1)
        with pytest.raises(CredentialsError):
            verify_bound(token[:position] + other + token[position + 1 :])


@pytest.mark.covers("sd-jwt", "9.2", "9.10")
def test_no_part_of_a_presentation_can_be_dropped_doubled_or_moved() -> None:
    token = present(issue(), ["/given_name", "/nationalities/0"])
    assert verify_bound(token)
    parts = token.split("~")
    for position in range(len(parts)):
        before, part, after = parts[:position], parts[position], parts[position + 1 :]
        for altered in (
            [*before, *after],
            [*before, part, part, *after],
            [part, *before, *after],
            [*before, *after, part],
        ):
            if altered != parts:
                with pytest.raises(CredentialsError):
                    verify_bound("~".join(altered))
