"""Credentials in COSE: read as any credential; what the header may say, and what it may not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cbor2
import pytest

from credentials.cose import CoseError, envelop_cose, sign_cose_credential
from credentials.errors import DataModelError, ProofError
from credentials.report import Outcome
from credentials.sd_jwt.token_status import TokenStatusList
from did.keys import KeySigner, KeyType
from did.methods.key import did_key
from tests.unit.credentials.conftest import NOW, did_of, new_signer
from tests.unit.credentials.cose.messages import (
    ALG,
    CNF,
    CONTENT_TYPE,
    CRIT,
    CWT_CLAIMS,
    KID,
    SECONDS,
    TYP,
    Message,
    check,
    credential,
    verdict,
)

if TYPE_CHECKING:
    from tests.unit.credentials.conftest import World

pytestmark = pytest.mark.covers("vc-jose-cose", "3.3.1", "3.3.3", "4.1.1", "4.1.2", "5.3", "6.1.5")

VALID = ("valid", ())
KEY_TYPES = (KeyType.ED25519, KeyType.P256, KeyType.P384, KeyType.P521)


def signed_by_us(world: World, signer: KeySigner | None = None, **options: Any) -> bytes:
    by = signer or world.issuer
    badge = world.badge()
    badge["issuer"]["id"] = did_of(by)
    return sign_cose_credential(badge, signer=by, now=NOW, **options)


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_what_is_signed_is_verified(world: World, key_type: KeyType) -> None:
    by = new_signer(7, key_type)
    report = check(world, signed_by_us(world, by))
    assert (report.outcome, report.codes, report.securing) == (Outcome.VALID, (), "vc+cose")
    assert report.check("proof").data == {"verificationMethods": [by.verification_method]}
    assert report.check("issuer_key").data == {"controllers": [did_of(by)]}
    assert report.credential is not None
    assert report.credential.raw["issuer"]["id"] == did_of(by)


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_what_another_encoder_writes_is_verified(world: World, key_type: KeyType) -> None:
    assert verdict(world, credential(world, new_signer(8, key_type)).message()) == VALID


def test_the_header_says_what_the_specification_asks_for(world: World) -> None:
    tag = cbor2.loads(signed_by_us(world))
    assert tag.tag == 18
    protected, unprotected, _, signature = tag.value
    assert cbor2.loads(protected) == {
        ALG: -8,
        CONTENT_TYPE: "application/vc",
        KID: world.issuer.verification_method.encode(),
        CWT_CLAIMS: {1: world.issuer_id, 6: SECONDS},
        TYP: "application/vc+cose",
    }
    assert (unprotected, len(signature)) == ({}, 64)


def test_an_envelope_holds_it_in_base64(world: World) -> None:
    message = signed_by_us(world)
    envelope = envelop_cose(message)
    assert envelope["id"].startswith("data:application/vc+cose;base64,0oR")
    assert verdict(world, envelope) == VALID
    # the W3C's test suite leaves the padding out
    assert verdict(world, envelope | {"id": envelope["id"].rstrip("=")}) == VALID


@pytest.mark.attack("B7")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"id": "data:application/vc+cose,{base64}"}, "envelope_media_type"),
        ({"id": "data:application/vp+cose;base64,{base64}"}, "envelope_media_type"),
        ({"id": "data:application/cose;base64,{base64}"}, "envelope_media_type"),
        ({"id": "data:application/vc+cose;base64;base64,{base64}"}, "envelope_media_type"),
        ({"id": "data:application/vc+cose;base64,{base64}\n"}, "envelope_invalid"),
        ({"id": "data:application/vc+cose;base64,{base64}="}, "envelope_invalid"),
        ({"id": "data:application/vc+cose;base64, {base64}"}, "envelope_invalid"),
        ({"id": "data:application/vc+cose;base64,%30oR"}, "envelope_invalid"),
        ({"id": "data:application/vc+cose;base64,"}, "cose_structure"),
        ({"id": "data:application/vc+jwt,{base64}"}, "jws_serialization"),
        ({"name": "beside"}, "envelope_invalid"),
    ],
)
def test_another_envelope_is_refused(world: World, change: dict[str, Any], code: str) -> None:
    envelope = envelop_cose(signed_by_us(world) + b"")
    text = envelope["id"].partition(",")[2]
    changed = {name: value.replace("{base64}", text) for name, value in change.items()}
    assert verdict(world, envelope | changed) == ("invalid", (code,))


def test_an_https_issuer_publishes_its_keys_at_its_host(world: World) -> None:
    by = KeySigner(new_signer(9, KeyType.P521).private_key, "2026")
    badge = world.badge() | {"issuer": {"id": "https://issuer.example/1", "type": ["Profile"], "name": "N"}}
    message = sign_cose_credential(badge, signer=by, now=NOW)
    jwk = by.public_key.to_jwk() | {"kid": "2026"}
    world.served.serve("https://issuer.example/.well-known/jwks.json", {"keys": [jwk]})
    assert verdict(world, message) == VALID
    world.served.serve("https://issuer.example/.well-known/jwks.json", {"keys": [jwk | {"kid": "2025"}]})
    assert verdict(world, message) == ("invalid", ("verification_method_not_found",))


def test_a_proof_within_must_hold_too(world: World) -> None:
    badge = world.signed_badge()
    message = sign_cose_credential(badge, signer=world.issuer, now=NOW)
    assert verdict(world, message) == VALID
    spoilt = badge | {"name": "Another"}
    message = sign_cose_credential(spoilt, signer=world.issuer, now=NOW)
    assert verdict(world, message) == ("invalid", ("invalid_signature",))


def test_the_signature_may_end_before_the_credential(world: World) -> None:
    assert verdict(world, credential(world).claims(exp=SECONDS + 1).message()) == VALID
    assert verdict(world, credential(world).claims(exp=SECONDS).message()) == ("invalid", ("proof_expired",))
    assert verdict(world, signed_by_us(world, expires=NOW)) == ("invalid", ("proof_expired",))


@pytest.mark.attack("B9")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"typ": "application/vp+cose"}, "cose_typ"),
        ({"typ": "vc+cose"}, "cose_typ"),
        ({"typ": "application/vc+jwt"}, "cose_typ"),
        ({"typ": "Application/VC+COSE"}, "cose_typ"),
        ({"typ": None}, "cose_typ"),
        ({"typ": 16}, "cose_header"),
        ({"typ": b"application/vc+cose"}, "cose_header"),
        ({"cty": "application/vp"}, "cose_content_type"),
        ({"cty": "application/json"}, "cose_content_type"),
        ({"cty": 50}, "cose_header"),
    ],
)
def test_a_message_for_something_else_is_refused(world: World, change: dict[str, Any], code: str) -> None:
    assert verdict(world, credential(world).message()) == VALID
    assert verdict(world, credential(world).header(**change).message()) == ("invalid", (code,))


def test_what_is_optional_may_be_left_out(world: World) -> None:
    assert verdict(world, credential(world).header(cty=None).message()) == VALID
    assert verdict(world, credential(world).header(cwt=None).message()) == VALID
    # the envelope says what it is, as in the specification's own examples
    assert verdict(world, envelop_cose(credential(world).header(typ=None).message())) == VALID
    wrong = credential(world).header(typ="application/vp+cose").message()
    assert verdict(world, envelop_cose(wrong)) == ("invalid", ("cose_typ",))


def test_what_is_not_known_is_left_alone(world: World) -> None:
    more = credential(world)
    more.protected.update({33: [b"certificate"], "x": {"y": [1, None, True]}, -70_000: False})
    more.unprotected.update({"note": "anything", 34: b"\0"})
    assert verdict(world, more.message()) == VALID
    assert verdict(world, credential(world).claims(iat=SECONDS).message()) == VALID


@pytest.mark.attack("B1")
@pytest.mark.parametrize(
    ("algorithm", "code"),
    [
        (None, "cose_algorithm"),
        ("EdDSA", "cose_algorithm"),
        (0, "cose_algorithm"),
        # HMAC 256/256: the public key would be the secret
        (5, "cose_algorithm"),
        # ES256, ES256K, RS256, ML-DSA-44
        (-7, "cose_algorithm"),
        (-47, "cose_algorithm"),
        (-257, "cose_algorithm"),
        (-48, "cose_algorithm"),
        (True, "cose_algorithm"),
        ([-8], "cose_algorithm"),
    ],
)
def test_another_algorithm_than_the_key_s_is_refused(world: World, algorithm: Any, code: str) -> None:
    assert verdict(world, credential(world).header(alg=algorithm).message()) == ("invalid", (code,))


@pytest.mark.parametrize(
    ("key_type", "number"),
    [(KeyType.ED25519, -19), (KeyType.P256, -9), (KeyType.P384, -51), (KeyType.P521, -52)],
)
def test_a_fully_specified_algorithm_is_the_same(world: World, key_type: KeyType, number: int) -> None:
    by = new_signer(8, key_type)
    assert verdict(world, credential(world, by).header(alg=number).message()) == VALID
    other = -19 if number != -19 else -9
    assert verdict(world, credential(world, by).header(alg=other).message()) == (
        "invalid",
        ("cose_algorithm",),
    )


def test_an_algorithm_that_the_verifier_does_not_take_is_refused(world: World) -> None:
    message = credential(world, new_signer(8, KeyType.P384)).message()
    assert verdict(world, message, jws_algorithms=frozenset({"ES384"})) == VALID
    only = frozenset({"EdDSA", "ES256", "RS256"})
    assert verdict(world, message, jws_algorithms=only) == ("invalid", ("cose_algorithm",))


@pytest.mark.attack("B3")
@pytest.mark.parametrize(
    ("label", "value"),
    [
        (ALG, -8),
        (CRIT, [TYP]),
        (CONTENT_TYPE, "application/vc"),
        (CWT_CLAIMS, {1: "did:key:z6Mk"}),
        (TYP, "application/vc+cose"),
    ],
)
def test_what_only_the_signature_may_say_stands_under_it(world: World, label: int, value: Any) -> None:
    twice, outside = credential(world), credential(world)
    twice.unprotected[label] = value
    twice.protected.setdefault(label, value)
    assert verdict(world, twice.message()) == ("invalid", ("cose_header",))
    outside.protected.pop(label, None)
    outside.unprotected[label] = value
    assert verdict(world, outside.message()) == ("invalid", ("cose_unprotected",))


def test_the_name_of_the_key_may_stand_outside(world: World) -> None:
    message = credential(world)
    message.unprotected[KID] = message.protected.pop(KID)
    assert verdict(world, message.message()) == VALID
    message.unprotected[KID] = world.stranger.verification_method.encode()
    assert verdict(world, message.message()) == ("invalid", ("issuer_mismatch",))


@pytest.mark.attack("B4")
@pytest.mark.parametrize(
    ("kid", "code"),
    [
        (None, "jwt_key_unnamed"),
        (b"", "cose_header"),
        ("text", "cose_header"),
        (b"\xff", "cose_header"),
        ([b"x"], "cose_header"),
        (b"x" * 5_000, "issuer_mismatch"),
        (b"did:key:z6Mk#1", "issuer_mismatch"),
        (b"#nothing", "verification_method_not_found"),
        (b"../../key", "issuer_mismatch"),
        (b"https://stranger.example/key", "issuer_mismatch"),
    ],
)
def test_a_key_s_name_is_a_key_of_the_issuer(world: World, kid: Any, code: str) -> None:
    assert verdict(world, credential(world).header(kid=kid).message()) == ("invalid", (code,))
    assert world.served.requests == []


def test_a_stranger_s_signature_is_refused(world: World) -> None:
    forged = Message(world.stranger, credential(world).protected, credential(world).document)
    assert verdict(world, forged.message()) == ("invalid", ("cose_signature",))
    honest = forged.header(kid=world.stranger.verification_method.encode())
    assert verdict(world, honest.message()) == ("invalid", ("issuer_mismatch",))


@pytest.mark.attack("B5")
@pytest.mark.parametrize(
    ("critical", "code"),
    [
        ([99], "cose_critical"),
        ([TYP, 99], "cose_critical"),
        (["reserved"], "cose_critical"),
        ([], "cose_critical"),
        (TYP, "cose_critical"),
        ([CRIT], "cose_critical"),
        ([[TYP]], "cose_critical"),
        ([True], "cose_critical"),
    ],
)
def test_a_critical_parameter_that_is_not_understood(world: World, critical: Any, code: str) -> None:
    assert verdict(world, credential(world).header(crit=[TYP, CWT_CLAIMS]).message()) == VALID
    message = credential(world).header(crit=critical)
    message.protected[99] = "what may not be ignored"
    assert verdict(world, message.message()) == ("invalid", (code,))


def test_a_critical_parameter_that_is_not_there(world: World) -> None:
    message = credential(world).header(crit=[CONTENT_TYPE], cty=None)
    assert verdict(world, message.message()) == ("invalid", ("cose_critical",))


@pytest.mark.attack("B20")
@pytest.mark.parametrize(
    "name", ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "nonce", "vc", "vp"]
)
def test_a_claim_among_the_members_is_refused(world: World, name: str) -> None:
    assert verdict(world, credential(world).says(**{name: 1}).message()) == (
        "invalid",
        ("cose_reserved_member",),
    )
    with pytest.raises(CoseError) as caught:
        sign_cose_credential(world.badge() | {name: "x"}, signer=world.issuer, now=NOW)
    assert caught.value.code == "cose_reserved_member"


@pytest.mark.attack("B20")
@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"iss": "did:key:z6MkStranger"}, "jwt_iss_mismatch"),
        ({"sub": "did:key:z6MkStranger"}, "jwt_sub_mismatch"),
        ({"aud": "https://reader.example"}, "domain_mismatch"),
        ({"iss": 7}, "jwt_claim_syntax"),
        ({"iat": "2026-11-24"}, "jwt_claim_syntax"),
        ({"iat": SECONDS + 61}, "proof_not_yet_valid"),
        ({"nbf": SECONDS + 61}, "proof_not_yet_valid"),
        ({"exp": -1}, "jwt_claim_syntax"),
        ({"exp": True}, "jwt_claim_syntax"),
        ({"nonce": b"\xff"}, "cose_header"),
        ({"status": {1: "x"}}, "cose_header"),
        ({"status": {"status_list": [{"idx": b"1"}]}}, "cose_header"),
    ],
)
def test_claims_that_contradict_are_refused(world: World, claims: dict[str, Any], code: str) -> None:
    agreeing = {"sub": world.holder_id, "nbf": SECONDS, "exp": SECONDS + 1, "nonce": b"x"}
    assert verdict(world, credential(world).claims(**agreeing).message()) == VALID
    assert verdict(world, credential(world).claims(**claims).message()) == ("invalid", (code,))


@pytest.mark.parametrize("claims", [[], "x", None, b""])
def test_claims_that_are_no_map_are_refused(world: World, claims: Any) -> None:
    message = credential(world)
    message.protected[CWT_CLAIMS] = claims
    assert verdict(world, message.message()) == ("invalid", ("cose_header",))


@pytest.mark.covers("token-status-list", "6.3")
def test_the_status_of_a_message_is_looked_up(world: World) -> None:
    status = {"status_list": {"idx": 1, "uri": "https://issuer.example/list"}}
    message = credential(world).claims(status=status).message()
    assert verdict(world, message) == ("indeterminate", ("status_unavailable",))
    policy = TokenStatusList()
    assert verdict(world, message, token_status=policy) == ("indeterminate", ("status_unavailable",))
    assert [each["url"] for each in world.served.requests] == ["https://issuer.example/list"]


def _cose_key(signer: KeySigner) -> dict[int, Any]:
    jwk = signer.public_key.to_jwk()
    assert jwk["crv"] == "Ed25519"
    return {1: 1, -1: 6, -2: signer.public_key.raw}


def test_the_key_of_the_holder_is_told(world: World) -> None:
    report = check(world, credential(world).claims(cnf={1: _cose_key(world.holder)}).message())
    assert report.confirmation == {"jwk": world.holder.public_key.to_jwk()}
    report = check(world, credential(world).claims(cnf={3: b"did:key:z6Mk#1"}).message())
    assert report.confirmation == {"kid": "did:key:z6Mk#1"}
    others: tuple[Any, ...] = ({}, {2: b""}, {1: {}, 3: b""}, {3: "text"}, [], 5, {1: 1}, {3: []})
    for other in others:
        assert check(world, credential(world).claims(cnf=other).message()).confirmation == {}
    assert CNF not in credential(world).protected[CWT_CLAIMS]


def test_nobody_signs_for_another(world: World) -> None:
    with pytest.raises(ProofError) as caught:
        sign_cose_credential(world.badge(), signer=world.stranger, now=NOW)
    assert caught.value.code == "issuer_mismatch"
    with pytest.raises(DataModelError):
        sign_cose_credential(world.badge() | {"type": ["Other"]}, signer=world.issuer, now=NOW)


@pytest.mark.parametrize("key_type", [KeyType.BLS12381_G2, KeyType.RSA])
def test_a_key_without_an_algorithm_here_signs_nothing(world: World, key_type: KeyType) -> None:
    by = new_signer(5, key_type)
    badge = world.badge()
    badge["issuer"]["id"] = did_key(by.public_key)
    with pytest.raises(CoseError) as caught:
        sign_cose_credential(badge, signer=by, now=NOW)
    assert caught.value.code == "cose_algorithm"
