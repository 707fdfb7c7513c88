"""Badges in JWTs that others signed (1EdTech's validator): read, and refused for what they leave out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from credentials.baking import unbake
from credentials.jose import Role
from credentials.jose.tokens import read_jwt
from credentials.jws import JwsError, parse_compact, read_unverified_claims, verify_signature
from credentials.report import Outcome
from credentials.secured import ExpectedSigner
from credentials.verification import check_credential, check_proof_only
from did.errors import UnknownMethodError
from did.keys import PublicKey
from tests.unit.credentials.conftest import NOW, World

VECTORS = Path(__file__).parents[2] / "vectors" / "obv3-1edtech"
RS256 = frozenset({"RS256"})


def token(name: str) -> bytes:
    return unbake((VECTORS / name).read_bytes())


@pytest.mark.covers("open-badges-3.0", "Baked Badge: PNG", "Baked Badge: SVG")
def test_a_jwt_that_others_baked_comes_out_of_the_picture_and_its_signature_holds() -> None:
    jws = parse_compact(token("simple-jwt.png"))
    key = PublicKey.from_jwk(jws.unverified_header["jwk"])
    verify_signature(jws, public_key=key, algorithms=RS256)
    with pytest.raises(JwsError):
        verify_signature(jws, public_key=key)
    assert read_unverified_claims(jws)["iss"] == "https://1edtech.edu/issuers/565049"


def test_what_others_baked_into_a_drawing_with_a_doctype_comes_out() -> None:
    assert token("simple-jwt.svg").startswith(b"eyJ")
    assert token("simple-json.svg").startswith(b"{")
    drawn = parse_compact(token("simple-jwt.svg"))
    key = PublicKey.from_jwk(drawn.unverified_header["jwk"])
    verify_signature(drawn, public_key=key, algorithms=RS256)


@pytest.mark.covers("open-badges-3.0", "Verify a Credential (JSON Web Token)", "Dereferencing the Public Key")
@pytest.mark.attack("B3", "B20")
@pytest.mark.parametrize(
    ("name", "securing", "code"),
    [
        # `sub` is not there although the subject has an id; the key stands in the header alone
        ("simple-jwt.png", "obv3_jwt", "jwt_claim_missing"),
        ("simple-jwt.svg", "obv3_jwt", "jwt_claim_missing"),
        ("simple.jwt", "jwt_vc_json", "open_badges_context_missing"),
        # signed by the key of another DID than the issuer's
        ("velocity.jwt", "jwt_vc_json", "issuer_mismatch"),
    ],
)
def test_what_does_not_prove_its_issuer_is_refused_without_a_fetch(
    world: World, name: str, securing: str, code: str
) -> None:
    report = check_credential(token(name), context=world.context(), now=NOW)
    assert (report.outcome, report.codes, report.securing) == (Outcome.INVALID, (code,), securing)
    assert world.served.requests == []


@pytest.mark.covers("open-badges-3.0", "Verify a Credential (JSON Web Token)", "Dereferencing the Public Key")
@pytest.mark.attack("B3")
@pytest.mark.parametrize("keys", ["none", "header"])
def test_their_header_key_would_have_to_be_published_by_the_issuer(world: World, keys: Any) -> None:
    data = token("simple-jwt.png")
    jwk = parse_compact(data).unverified_header["jwk"]
    url = "https://1edtech.edu/.well-known/jwks.json"
    world.served.serve(url, {"keys": [jwk] if keys == "header" else []})
    # the proof alone needs the URL of a DID's key: a bare header key is nobody's
    alone = check_proof_only(data, context=world.context(), now=NOW)
    assert alone.codes == ("jwt_key_unnamed",)
    expected = ExpectedSigner("assertionMethod", "https://1edtech.edu/issuers/565049")
    secured = read_jwt(data, role=Role.CREDENTIAL)
    if keys == "none":
        with pytest.raises(UnknownMethodError):
            secured.verify(expected, context=world.context().bounded(), now=NOW)
    else:
        result = secured.verify(expected, context=world.context().bounded(), now=NOW)
        assert result.controllers == ("https://1edtech.edu/issuers/565049",)
