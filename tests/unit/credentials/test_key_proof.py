"""Key proofs: the wallet shows that it holds the key, and nobody else's proof does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from credentials.exchange.key_proof import TYP, HolderKey, KeyProofError, make_key_proof, verify_key_proof
from credentials.jws import sign_compact
from did.fetcher import OfflineFetcher
from did.keys import KeySigner, KeyType
from did.methods import did_jwk, did_jwk_method_id
from did.resolver import Resolver
from tests.unit.credentials.conftest import NOW, did_of, new_signer

if TYPE_CHECKING:
    from collections.abc import Callable

ISSUER = "https://node.example"
NONCE = "c-nonce"
HOLDER = new_signer(2)


def verify(
    jwt: object, *, check_nonce: Callable[[str], bool] | None = NONCE.__eq__, **changes: Any
) -> HolderKey:
    arguments = {
        "expected_audience": ISSUER,
        "resolver": Resolver(fetcher=OfflineFetcher()),
        "now": NOW,
    }
    return verify_key_proof(jwt, check_nonce=check_nonce, **(arguments | changes))


def refusal(jwt: object, **changes: Any) -> tuple[str, str]:
    with pytest.raises(KeyProofError) as caught:
        verify(jwt, **changes)
    return caught.value.code, caught.value.reason


def make(**changes: Any) -> str:
    return make_key_proof(**({"signer": HOLDER, "audience": ISSUER, "nonce": NONCE, "now": NOW} | changes))


def signed(
    header: dict[str, Any] | None = None, typ: str = TYP, signer: KeySigner = HOLDER, **claims: Any
) -> str:
    merged = {"aud": ISSUER, "iat": int(NOW.timestamp()), "nonce": NONCE} | claims
    kept = {name: value for name, value in merged.items() if value is not None}
    return sign_compact(kept, signer=signer, typ=typ, header=header)


@pytest.mark.covers("openid4vci-1.0", "F.1")
@pytest.mark.parametrize("key_type", [KeyType.ED25519, KeyType.P256])
def test_a_did_key_is_proven(key_type: KeyType) -> None:
    signer = new_signer(2, key_type)
    assert verify(make(signer=signer)) == HolderKey(
        did_of(signer), signer.public_key, signer.verification_method
    )


@pytest.mark.covers("openid4vci-1.0", "F.1")
@pytest.mark.parametrize("key_type", [KeyType.ED25519, KeyType.P256])
def test_a_did_jwk_is_proven(key_type: KeyType) -> None:
    key = new_signer(2, key_type)
    signer = KeySigner(key.private_key, did_jwk_method_id(key.public_key))
    assert verify(make(signer=signer)).did == did_jwk(key.public_key)


@pytest.mark.covers("openid4vci-1.0", "F.1")
def test_a_bare_jwk_is_proven_and_becomes_a_did() -> None:
    assert verify(make(embed_jwk=True)).did == did_jwk(HOLDER.public_key)


def test_an_issuer_without_nonces_takes_a_proof_without_one() -> None:
    assert verify(make(nonce=None), check_nonce=None).did == did_of(HOLDER)


def test_the_clients_name_is_not_looked_at() -> None:
    assert verify(make(issuer_client="any-wallet")).did == did_of(HOLDER)


@pytest.mark.covers("openid4vci-1.0", "13", "F.4")
@pytest.mark.attack("G4")
def test_a_nonce_that_does_not_hold_is_named_as_such() -> None:
    assert refusal(make(nonce="stale")) == ("invalid_nonce", "nonce_unknown")
    assert refusal(make(nonce=None)) == ("invalid_proof", "claim_missing")
    assert refusal(signed(nonce=7)) == ("invalid_proof", "claim_missing")
    verify(make())


@pytest.mark.covers("openid4vci-1.0", "13", "F.4")
@pytest.mark.attack("G4")
def test_a_proof_that_is_wrong_otherwise_spends_no_nonce() -> None:
    asked: list[str] = []

    def check_nonce(nonce: str) -> bool:
        asked.append(nonce)
        return True

    refusal(make(audience="https://other.example"), check_nonce=check_nonce)
    refusal(make(now=NOW - timedelta(hours=1)), check_nonce=check_nonce)
    assert asked == []
    verify(make(), check_nonce=check_nonce)
    assert asked == [NONCE]


@pytest.mark.covers("openid4vci-1.0", "13", "F.4")
@pytest.mark.attack("G4", "B12")
@pytest.mark.parametrize(
    ("audience", "reason"),
    [
        (f"{ISSUER}/", "audience_mismatch"),
        ("https://NODE.example", "audience_mismatch"),
        ("https://other.example", "audience_mismatch"),
        ([ISSUER, "https://other.example"], "audience_mismatch"),
        ([ISSUER], "audience_mismatch"),
        (None, "claim_missing"),
    ],
)
def test_a_proof_for_another_reader_is_refused(audience: Any, reason: str) -> None:
    assert refusal(signed(aud=audience)) == ("invalid_proof", reason)
    verify(signed())


@pytest.mark.covers("openid4vci-1.0", "13", "F.4")
@pytest.mark.attack("G4")
def test_a_proof_by_another_key_is_refused() -> None:
    stranger = new_signer(3)
    forged = signed(header={"kid": HOLDER.verification_method}, signer=stranger)
    assert refusal(forged) == ("invalid_proof", "jws_signature")
    forged = signed(header={"jwk": HOLDER.public_key.to_jwk()}, signer=stranger)
    assert refusal(forged) == ("invalid_proof", "jws_signature")


@pytest.mark.covers("openid4vci-1.0", "F.1")
@pytest.mark.attack("B4")
@pytest.mark.parametrize(
    "kid",
    [
        "did:web:thief.example#key-1",
        "../../keys/1",
        "https://thief.example/key",
        "' OR 1=1 --",
        "",
        "key-1",
        "did:keys:z6Mk#z6Mk",
    ],
)
def test_a_kid_is_a_did_url_of_a_method_that_needs_no_network(kid: str) -> None:
    assert refusal(signed(header={"kid": kid})) == ("invalid_proof", "did_method")


@pytest.mark.attack("B4")
@pytest.mark.parametrize(
    "kid",
    [
        did_of(HOLDER),
        f"{did_of(HOLDER)}#other",
        f"{did_of(HOLDER)}?x#y",
        "did:key:zNoKey#zNoKey",
        "did:jwk:e30#0",
    ],
)
def test_a_kid_names_a_key_that_is_there(kid: str) -> None:
    code, reason = refusal(signed(header={"kid": kid}))
    assert code == "invalid_proof"
    assert reason in {"invalidDidUrl", "verification_method_not_found", "invalidDid"}


@pytest.mark.covers("openid4vci-1.0", "F.1")
@pytest.mark.parametrize(
    "header",
    [
        {},
        {"kid": HOLDER.verification_method, "jwk": HOLDER.public_key.to_jwk()},
        {"x5c": ["MIIB"]},
        {"kid": HOLDER.verification_method, "x5c": ["MIIB"]},
    ],
)
def test_exactly_one_key_is_named(header: dict[str, Any]) -> None:
    assert refusal(signed(header=header)) == ("invalid_proof", "key_members")


@pytest.mark.parametrize(
    "jwk", ["x", {}, {"kty": "oct", "k": "AA"}, HOLDER.public_key.to_jwk() | {"d": "AA"}]
)
def test_a_bad_jwk_is_refused(jwk: Any) -> None:
    assert refusal(signed(header={"jwk": jwk})) == ("invalid_proof", "invalid_key")


@pytest.mark.covers("openid4vci-1.0", "13", "F.4")
@pytest.mark.attack("B9")
@pytest.mark.parametrize("typ", ["JWT", "oauth-authz-req+jwt"])
def test_another_kind_of_token_is_no_key_proof(typ: str) -> None:
    assert refusal(signed(typ=typ)) == ("invalid_proof", "jws_typ")


@pytest.mark.covers("openid4vci-1.0", "13", "F.4")
@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iat": None}, "claim_missing"),
        ({"iat": "now"}, "claim_syntax"),
        ({"iat": True}, "claim_syntax"),
        ({"iat": -1}, "claim_syntax"),
        ({"iat": int((NOW - timedelta(minutes=6)).timestamp())}, "too_old"),
        ({"iat": int((NOW + timedelta(minutes=6)).timestamp())}, "not_yet_valid"),
        ({"exp": int(NOW.timestamp())}, "expired"),
        ({"exp": 1e30}, "claim_syntax"),
        ({"nbf": int((NOW + timedelta(minutes=6)).timestamp())}, "not_yet_valid"),
    ],
)
def test_a_proof_is_fresh(claims: dict[str, Any], reason: str) -> None:
    assert refusal(signed(**claims)) == ("invalid_proof", reason)
    verify(signed(exp=int((NOW + timedelta(minutes=1)).timestamp())))


@pytest.mark.parametrize(
    ("jwt", "reason"),
    [
        (None, "jws_serialization"),
        ({}, "jws_serialization"),
        ("a.b", "jws_serialization"),
        ("A" * 20_000, "jws_too_large"),
    ],
)
def test_what_is_no_token_is_refused(jwt: object, reason: str) -> None:
    assert refusal(jwt) == ("invalid_proof", reason)
