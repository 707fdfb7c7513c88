"""W3C credentials in an SD-JWT: read as any credential, with what is disclosed of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from contexts import ContextsError
from credentials.errors import CredentialsError
from credentials.sd_jwt import derive_sd_jwt, disclosable_pointers, present_sd_jwt
from credentials.sd_jwt.vc_jose_cose import (
    VC_SD_JWT,
    SecuredBySdJwt,
    is_vc_sd_jwt,
    issue_vc_sd_jwt,
    read_vc_sd_jwt,
)
from credentials.secured import ExpectedSigner
from credentials.status import build_status_entry
from did.errors import DidError
from tests.unit.credentials.conftest import LIST_URL, did_of
from tests.unit.credentials.sd_jwt.tokens import AUDIENCE, NONCE, NOW, SECONDS, digest, disclosure, signed

if TYPE_CHECKING:
    from tests.unit.credentials.conftest import World

TYP = VC_SD_JWT.typ
DISCLOSABLE = ("/evidence", "/evidence/0", "/credentialSubject/achievement/image")


def issue(world: World, **options: Any) -> str:
    arguments: dict[str, Any] = {"disclosable": DISCLOSABLE, "signer": world.issuer}
    return issue_vc_sd_jwt(world.badge(), **(arguments | options))


def verify(world: World, secured: SecuredBySdJwt, controller: str | None = None) -> Any:
    secured.check_members()
    signer = ExpectedSigner("assertionMethod", controller or world.issuer_id)
    return secured.verify(signer, context=world.context(), now=NOW)


def refused(world: World, token: str, controller: str | None = None) -> str:
    try:
        verify(world, read_vc_sd_jwt(token), controller)
    except (CredentialsError, DidError, ContextsError) as err:
        return err.code
    return "ok"


@pytest.mark.covers("vc-jose-cose", "3.2.1", "5.2")
def test_the_document_comes_back(world: World) -> None:
    secured = read_vc_sd_jwt(issue(world))
    assert secured.document == world.badge()
    assert secured.name == TYP
    result = verify(world, secured)
    assert result.controllers == (world.issuer_id,)
    assert result.verification_methods == (world.issuer.verification_method,)


@pytest.mark.covers("vc-jose-cose", "3.2.1", "5.2")
def test_what_is_hidden_is_left_out(world: World) -> None:
    token = issue(world, decoys=1)
    assert set(disclosable_pointers(token)) == set(DISCLOSABLE)
    secured = read_vc_sd_jwt(derive_sd_jwt(token, ["/credentialSubject/achievement/image"]))
    assert verify(world, secured)
    assert "evidence" not in secured.document
    assert secured.document["credentialSubject"]["achievement"]["image"]


@pytest.mark.covers("vc-jose-cose", "3.2.1", "6.1.3")
def test_the_header_is_that_of_the_specification(world: World) -> None:
    header = read_vc_sd_jwt(issue(world)).sd_jwt.jws.unverified_header
    assert (header["typ"], header["cty"], header["kid"]) == (
        "vc+sd-jwt",
        "vc",
        world.issuer.verification_method,
    )


@pytest.mark.covers("vc-jose-cose", "3.2.1", "6.1.3")
@pytest.mark.attack("B9")
@pytest.mark.parametrize("typ", ["dc+sd-jwt", "vc+jwt", "JWT", "kb+jwt"])
def test_another_token(world: World, typ: str) -> None:
    assert refused(world, signed(world.badge(), signer=world.issuer, typ=TYP)) == "ok"
    assert refused(world, signed(world.badge(), signer=world.issuer, typ=typ)) == "jws_typ"


def test_telling_it_from_other_tokens(world: World) -> None:
    token = issue(world)
    assert is_vc_sd_jwt(token)
    assert is_vc_sd_jwt(token.encode())
    for other in (signed({}, typ="dc+sd-jwt"), token[1:], "~", b"\xff~", "x" * 2_000_000):
        assert not is_vc_sd_jwt(other)


@pytest.mark.covers("vc-jose-cose", "3.2.1", "5.2")
def test_not_by_the_issuer(world: World) -> None:
    assert refused(world, issue(world, signer=world.stranger)) == "issuer_mismatch"
    assert refused(world, issue(world), did_of(world.stranger)) == "issuer_mismatch"
    parts = issue(world).split(".")
    forged = ".".join([*parts[:2], "A" * 86 + parts[2][86:]])
    assert refused(world, forged) == "jws_signature"


def hide(name: str) -> Any:
    def change(badge: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        text = disclosure("salt", name, badge.get(name, "x"))
        return {key: value for key, value in badge.items() if key != name} | {"_sd": [digest(text)]}, [text]

    return change


@pytest.mark.attack("B15")
@pytest.mark.attack("E8")
@pytest.mark.parametrize(
    "name",
    [
        "@context",
        "type",
        "issuer",
        "validFrom",
        "validUntil",
        "credentialStatus",
        "credentialSchema",
        "iss",
        "exp",
    ],
)
def test_what_decides_is_never_hidden(world: World, name: str) -> None:
    payload, disclosures = hide("name")(world.badge())
    assert refused(world, signed(payload, disclosures, signer=world.issuer, typ=TYP)) == "ok"
    payload, disclosures = hide(name)(world.badge())
    assert (
        refused(world, signed(payload, disclosures, signer=world.issuer, typ=TYP)) == "claim_not_disclosable"
    )


def test_a_status_cannot_be_made_hidden(world: World) -> None:
    badge = world.badge(status=build_status_entry("https://node.example/status/1", 7, "revocation"))
    with pytest.raises(CredentialsError) as caught:
        issue_vc_sd_jwt(badge, disclosable=["/credentialStatus"], signer=world.issuer)
    assert caught.value.code == "claim_not_disclosable"


@pytest.mark.covers("vc-jose-cose", "3.2.1", "5.2")
@pytest.mark.attack("B20")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"iss": "did:web:stranger.example"}, "jwt_iss_mismatch"),
        ({"sub": "did:web:stranger.example"}, "jwt_sub_mismatch"),
        ({"jti": "urn:uuid:another"}, "jwt_jti_mismatch"),
        ({"exp": SECONDS}, "proof_expired"),
        ({"nbf": SECONDS + 61}, "proof_not_yet_valid"),
        ({"exp": "soon"}, "jwt_claim_syntax"),
        ({"vc": {}}, "jwt_reserved_claim"),
    ],
)
def test_claims_beside_the_members(world: World, changes: dict[str, Any], code: str) -> None:
    agreeing = {
        "iss": world.issuer_id,
        "sub": world.holder_id,
        "jti": world.badge()["id"],
        "exp": SECONDS + 60,
    }
    assert refused(world, signed(world.badge() | agreeing, signer=world.issuer, typ=TYP)) == "ok"
    assert refused(world, signed(world.badge() | changes, signer=world.issuer, typ=TYP)) == code


@pytest.mark.covers("vc-jose-cose", "3.2.2")
def test_a_key_binding_belongs_into_a_presentation(world: World) -> None:
    token = issue(world, holder_key=world.holder.public_key)
    assert refused(world, token) == "ok"
    aims: dict[str, Any] = {"holder": world.holder, "audience": AUDIENCE, "nonce": NONCE, "now": NOW}
    assert refused(world, present_sd_jwt(token, [], **aims)) == "key_binding_unexpected"


@pytest.mark.covers("vc-jose-cose", "5.4")
def test_what_is_no_credential_is_not_issued(world: World) -> None:
    badge = world.badge()
    badge.pop("validFrom")
    with pytest.raises(CredentialsError) as caught:
        issue_vc_sd_jwt(badge, disclosable=[], signer=world.issuer)
    assert caught.value.code == "start_date_missing"


@pytest.mark.attack("E8")
def test_a_status_entry_cannot_be_kept_back(world: World) -> None:
    purposes = ("revocation", "refresh")
    entries = [build_status_entry(LIST_URL, number, purpose) for number, purpose in enumerate(purposes)]
    whole = world.badge() | {"credentialStatus": entries}
    assert refused(world, signed(whole, signer=world.issuer, typ=TYP)) == "ok"
    text = disclosure("salt", entries[0])
    hidden = world.badge() | {"credentialStatus": [{"...": digest(text)}, entries[1]]}
    for disclosures in ([], [text]):
        token = signed(hidden, disclosures, signer=world.issuer, typ=TYP)
        assert refused(world, token) == "claim_not_disclosable"


@pytest.mark.attack("A1")
def test_a_proof_that_nobody_would_check_is_refused(world: World) -> None:
    document = world.sign(world.badge())
    assert refused(world, signed(document, signer=world.issuer, typ=TYP)) == "proof_unexpected"
    del document["proof"]
    assert refused(world, signed(document, signer=world.issuer, typ=TYP)) == "ok"


@pytest.mark.covers("vc-jose-cose", "5.4")
@pytest.mark.attack("C2", "C5")
def test_a_context_that_is_not_known(world: World) -> None:
    badge = world.badge()
    cases = (({"name": "https://a.example/x"}, "inline_context"), ("https://a.example/c", "unknown_context"))
    for added, code in cases:
        document = badge | {"@context": [*badge["@context"], added]}
        assert refused(world, signed(document, signer=world.issuer, typ=TYP)) == code
    assert refused(world, signed(badge, signer=world.issuer, typ=TYP)) == "ok"
