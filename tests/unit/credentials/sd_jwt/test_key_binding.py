"""Key Binding: for this verifier, this nonce, this token, by the holder's key, now."""

from __future__ import annotations

from typing import Any

import pytest

from credentials.errors import CredentialsError
from credentials.jws import sign_compact
from credentials.sd_jwt import SdJwtError, derive_sd_jwt, present_sd_jwt, verify_sd_jwt
from credentials.sd_jwt.key_binding import make_key_binding
from did.keys import KeyType
from tests.unit.credentials.conftest import new_signer
from tests.unit.credentials.sd_jwt.tokens import (
    AUDIENCE,
    HOLDER,
    ISSUER,
    NONCE,
    NOW,
    SECONDS,
    STRANGER,
    TYP,
    bound,
    issue,
    key_binding,
    later,
    present,
    signed,
    verify,
    verify_bound,
)

TEXT = derive_sd_jwt(issue(), ["/given_name"])


def refused(token: str, **options: Any) -> str:
    with pytest.raises(CredentialsError) as caught:
        verify_bound(token, **options)
    return caught.value.code


@pytest.mark.covers("sd-jwt", "4.1.2", "4.3", "4.3.2", "7.3")
def test_what_is_presented_verifies() -> None:
    verified = verify_bound(present())
    assert verified.claims["given_name"] == "Ana"
    assert verified.holder_key == HOLDER.public_key
    assert verified.disclosed == ("/given_name",)


@pytest.mark.covers("sd-jwt", "4.3", "7.3", "9.5")
@pytest.mark.attack("B19")
@pytest.mark.parametrize(
    "expected",
    [
        {"expected_nonce": None},
        {"expected_nonce": ""},
        {"expected_audience": None},
        {"expected_audience": ""},
        {"expected_nonce": "", "expected_audience": ""},
        {"expected_nonce": "", "expected_audience": None},
    ],
)
def test_half_an_expectation_is_the_callers_defect(expected: dict[str, str | None]) -> None:
    with pytest.raises(ValueError, match="nonce and an audience"):
        verify_bound(present(), **expected)


@pytest.mark.covers("sd-jwt", "4.3", "7.3", "9.5")
@pytest.mark.attack("B19")
def test_without_an_expectation_a_key_binding_is_not_skipped_but_refused() -> None:
    with pytest.raises(SdJwtError) as caught:
        verify(present())
    assert caught.value.code == "key_binding_unexpected"
    assert verify(TEXT).holder_key is None


@pytest.mark.parametrize("missing", ["nonce", "audience"])
def test_nobody_binds_to_nothing(missing: str) -> None:
    with pytest.raises(ValueError, match="audience and a nonce"):
        present(**{missing: ""})


@pytest.mark.covers("sd-jwt", "7.3", "9.5", "9.9")
@pytest.mark.attack("B17")
def test_stripped() -> None:
    assert refused(TEXT) == "key_binding_missing"


@pytest.mark.covers("sd-jwt", "4.3.2")
@pytest.mark.attack("B17")
def test_of_a_foreign_key() -> None:
    assert refused(bound(TEXT, holder=STRANGER)) == "jws_signature"
    p256 = new_signer(9, KeyType.P256)
    assert refused(bound(TEXT, holder=p256)) == "jws_algorithm"


@pytest.mark.covers("sd-jwt", "4.3.2")
@pytest.mark.attack("B17")
def test_the_key_that_it_brings_along_is_not_looked_at() -> None:
    header = {"jwk": STRANGER.public_key.to_jwk(), "kid": STRANGER.verification_method}
    forged = sign_compact({"iat": SECONDS}, signer=STRANGER, typ="kb+jwt", header=header)
    assert refused(TEXT + forged) == "jws_signature"


@pytest.mark.covers("sd-jwt", "4.3.2")
@pytest.mark.attack("B17")
@pytest.mark.parametrize("minutes", [-10, 10, -6, 6])
def test_not_of_now(minutes: int) -> None:
    assert refused(present(now=later(minutes=minutes))) == ("too_old" if minutes < 0 else "not_yet_valid")


@pytest.mark.covers("sd-jwt", "4.3.2")
@pytest.mark.parametrize("minutes", [-5, -1, 0, 1, 5])
def test_of_about_now(minutes: int) -> None:
    assert verify_bound(present(now=later(minutes=minutes))).holder_key


CLAIMS: list[tuple[str, dict[str, Any], str]] = [
    ("no nonce", {"nonce": None}, "claim_missing"),
    ("another nonce", {"nonce": "other"}, "nonce_mismatch"),
    ("a list with our nonce", {"nonce": [NONCE]}, "nonce_mismatch"),
    ("no aud", {"aud": None}, "claim_missing"),
    ("another aud", {"aud": AUDIENCE + "/"}, "audience_mismatch"),
    ("aud without its prefix", {"aud": "did:web:employer.example"}, "audience_mismatch"),
    ("a list with us and a stranger", {"aud": [AUDIENCE, "https://stranger.example"]}, "audience_mismatch"),
    ("a list with us alone", {"aud": [AUDIENCE]}, "audience_mismatch"),
    ("no iat", {"iat": None}, "claim_missing"),
    ("iat a string", {"iat": str(SECONDS)}, "claim_syntax"),
    ("iat true", {"iat": True}, "claim_syntax"),
    ("iat negative", {"iat": -1}, "claim_syntax"),
    ("no sd_hash", {"sd_hash": None}, "claim_missing"),
    ("another sd_hash", {"sd_hash": "x" * 43}, "sd_hash_mismatch"),
    ("exp over", {"exp": SECONDS - 1}, "expired"),
    ("nbf to come", {"nbf": SECONDS + 3_600}, "not_yet_valid"),
]


@pytest.mark.covers("sd-jwt", "4.3.2")
@pytest.mark.attack("B12")
@pytest.mark.attack("B17")
@pytest.mark.parametrize(("changes", "code"), [case[1:] for case in CLAIMS], ids=[case[0] for case in CLAIMS])
def test_claims(changes: dict[str, Any], code: str) -> None:
    assert verify_bound(key_binding(TEXT)).holder_key
    assert refused(key_binding(TEXT, **changes)) == code


def test_more_claims_than_needed_do_no_harm() -> None:
    assert verify_bound(key_binding(TEXT, transaction="x", exp=SECONDS + 60)).holder_key


@pytest.mark.covers("sd-jwt", "9.11")
@pytest.mark.attack("B9")
@pytest.mark.parametrize("typ", ["JWT", "KB+JWT", "dc+sd-jwt", TYP, "openid4vci-proof+jwt"])
def test_another_kind_of_token(typ: str) -> None:
    assert refused(key_binding(TEXT, typ=typ)) == "jws_typ"


@pytest.mark.covers("sd-jwt", "9.11")
@pytest.mark.attack("B9")
def test_a_key_binding_is_no_credential() -> None:
    kb_jwt = key_binding(TEXT).removeprefix(TEXT)
    with pytest.raises(CredentialsError) as caught:
        verify_sd_jwt(f"{kb_jwt}~", issuer_key=HOLDER.public_key, expected_typ=TYP, now=NOW)
    assert caught.value.code == "jws_typ"


@pytest.mark.covers("sd-jwt", "4.3.1")
@pytest.mark.attack("B18")
def test_one_disclosure_more_or_less_or_in_another_order() -> None:
    token = issue()
    both = present(token, ["/given_name", "/nationalities/0"])
    kb_jwt = both.rpartition("~")[2]
    assert verify_bound(both).disclosed
    jwt, first, second, _ = both.split("~")
    third = derive_sd_jwt(token, ["/nationalities/1"]).split("~")[1]
    for disclosures in ([first], [first, second, third], [second, first], []):
        assert refused("~".join([jwt, *disclosures, kb_jwt])) == "sd_hash_mismatch"


@pytest.mark.covers("sd-jwt", "4.3.1")
@pytest.mark.attack("B18")
def test_another_token_of_the_same_holder() -> None:
    kb_jwt = present(issue()).rpartition("~")[2]
    assert refused(derive_sd_jwt(issue(), ["/given_name"]) + kb_jwt) == "sd_hash_mismatch"


@pytest.mark.covers("sd-jwt", "4.3.1")
@pytest.mark.parametrize("algorithm", ["sha-256", "sha-384", "sha-512"])
def test_sd_hash_is_of_the_tokens_own_algorithm(algorithm: str) -> None:
    token = issue(algorithm=algorithm)
    assert verify_bound(present(token)).claims["given_name"] == "Ana"
    other = "sha-512" if algorithm != "sha-512" else "sha-256"
    assert refused(bound(derive_sd_jwt(token, []), algorithm=other)) == "sd_hash_mismatch"


JWK = HOLDER.public_key.to_jwk()
CONFIRMATIONS: list[tuple[str, Any]] = [
    ("none", None),
    ("null", {"cnf": None}),
    ("a string", {"cnf": "key"}),
    ("empty", {"cnf": {}}),
    ("kid alone", {"cnf": {"kid": HOLDER.verification_method}}),
    ("jku beside it", {"cnf": {"jwk": JWK, "jku": "https://stranger.example/jwks"}}),
    ("jwe beside it", {"cnf": {"jwk": JWK, "jwe": "x"}}),
    ("jwk a list", {"cnf": {"jwk": [JWK]}}),
    ("a private key", {"cnf": {"jwk": JWK | {"d": "AAAA"}}}),
    ("a symmetric key", {"cnf": {"jwk": {"kty": "oct", "k": "AAAA"}}}),
    ("low order", {"cnf": {"jwk": JWK | {"x": "A" * 43}}}),
]


@pytest.mark.covers("sd-jwt", "4.1.2")
@pytest.mark.attack("B17")
@pytest.mark.parametrize(
    "payload", [case[1] for case in CONFIRMATIONS], ids=[case[0] for case in CONFIRMATIONS]
)
def test_no_key_to_be_bound_to(payload: dict[str, Any] | None) -> None:
    assert refused(bound(signed(payload or {"a": 1}))) == "key_binding_key"


def test_the_jwk_may_have_a_name() -> None:
    assert verify_bound(bound(signed({"cnf": {"jwk": JWK | {"kid": "1"}, "kid": "1"}}))).holder_key


def test_presenting_with_another_key_than_the_one_named() -> None:
    with pytest.raises(SdJwtError) as caught:
        present(holder=STRANGER)
    assert caught.value.code == "key_binding_key"
    with pytest.raises(SdJwtError) as caught:
        present(issue(holder_key=None))
    assert caught.value.code == "key_binding_key"


def test_presenting_what_was_presented() -> None:
    with pytest.raises(SdJwtError) as caught:
        present_sd_jwt(present(), [], holder=HOLDER, audience=AUDIENCE, nonce=NONCE, now=NOW)
    assert caught.value.code == "key_binding_unexpected"


def test_holders_of_other_curves() -> None:
    for key_type in (KeyType.P256, KeyType.P384):
        holder = new_signer(9, key_type)
        token = issue(holder_key=holder.public_key)
        assert verify_bound(present(token, holder=holder)).holder_key == holder.public_key


def test_a_long_key_binding_is_not_read() -> None:
    assert refused(key_binding(TEXT, filler="x" * 10_000)) == "jws_too_large"


def test_make_key_binding_says_what_it_needs() -> None:
    with pytest.raises(ValueError, match="audience and a nonce"):
        make_key_binding(TEXT, holder=HOLDER, audience="", nonce="", now=NOW, algorithm="sha-256")


def test_audience_of_the_token_itself() -> None:
    token = issue({"iss": "https://issuer.example", "aud": AUDIENCE}, [])
    assert verify_bound(present(token, [])).claims["aud"] == AUDIENCE
    for wrong in ("https://stranger.example", [AUDIENCE], None):
        token = issue({"iss": "https://issuer.example", "aud": wrong}, [])
        assert refused(present(token, [])) == "audience_mismatch"
    with pytest.raises(SdJwtError) as caught:
        verify(issue({"iss": "https://issuer.example", "aud": AUDIENCE}, []))
    assert caught.value.code == "audience_mismatch"
    assert ISSUER.public_key != HOLDER.public_key
