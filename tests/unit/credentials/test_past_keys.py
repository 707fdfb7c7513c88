"""A badge is judged by its key as it stood when it signed; what says how things are now, by a key of today."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from credentials.cose import sign_cose_credential
from credentials.exchange.key_proof import KeyProofError, make_key_proof, verify_key_proof
from credentials.jose import sign_jwt_credential
from credentials.open_badges import Profile
from credentials.sd_jwt import OPEN_BADGE_VCT, build_issuer_metadata, check_sd_jwt_vc, issue_sd_jwt_vc
from credentials.status import build_status_entry
from credentials.verification import check_credential
from did.document import DocumentKey, Relationship, build_did_document, jwks
from did.errors import FetchError
from did.keys import KeySigner, KeyType
from did.webvh import WrittenLog, create_log, multikeys, update_log
from tests.unit.credentials.conftest import NOW, new_signer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.credentials.conftest import World

HOST = "node.example"
DID = f"did:web:{HOST}"
FACE = f"https://{HOST}/.well-known/did.json"
LOG = f"https://{HOST}/.well-known/did.jsonl"
STARTED, ROTATED = NOW - timedelta(days=100), NOW - timedelta(days=50)
BEFORE, AFTER = NOW - timedelta(days=80), NOW - timedelta(days=20)
FOR_NOTHING: tuple[Relationship, ...] = ()


@dataclass
class Structure:
    """An issuer whose first keys were replaced: its did:web of today shows the new ones alone."""

    world: World
    bound: bool = True
    old: KeySigner = field(default_factory=lambda: KeySigner(new_signer(11).private_key, f"{DID}#key-1"))
    old_p256: KeySigner = field(
        default_factory=lambda: KeySigner(new_signer(12, KeyType.P256).private_key, f"{DID}#key-2")
    )
    new: KeySigner = field(default_factory=lambda: KeySigner(new_signer(13).private_key, f"{DID}#key-3"))
    written: WrittenLog | None = None

    def publish(self, *, stolen: bool = False, names_back: str = DID, marks_face: bool = True) -> None:
        update = new_signer(14)
        template = "did:webvh:{SCID}:" + HOST
        parameters = {"updateKeys": multikeys([update.public_key])}
        listed = [DocumentKey("key-1", self.old.public_key), DocumentKey("key-2", self.old_p256.public_key)]
        new = DocumentKey("key-3", self.new.public_key)
        first = build_did_document(template, listed, also_known_as=[names_back])
        log = create_log(first, signer=update, parameters=parameters, now=STARTED)
        ended = [
            DocumentKey(each.name, each.public_key, FOR_NOTHING, ROTATED if stolen else None)
            for each in listed
        ]
        marked = ended if stolen else []
        second = build_did_document(log.log.did, [new, *marked], also_known_as=[names_back])
        self.written = update_log(log.log, signer=update, now=ROTATED, document=second)
        self.world.served.serve(LOG, self.written.log.data)
        aliases = [self.written.log.did] if self.bound else []
        face = build_did_document(DID, [new, *(marked if marks_face else [])], also_known_as=aliases)
        self.world.served.serve(FACE, face)

    def badge(self, signed_at: datetime, by: KeySigner | None = None) -> dict[str, Any]:
        return self.world.sign(self.unsigned(), by or self.old, created=signed_at)

    def unsigned(self) -> dict[str, Any]:
        return self.world.badge(
            issuer=Profile(id=DID, name="Mission locale (exemple)", url=f"https://{HOST}/"),
            valid_from=STARTED,
            earned_from=STARTED - timedelta(days=1),
        )

    @property
    def asked(self) -> list[str]:
        return [each["url"] for each in self.world.served.requests]

    def check(self, badge: Any) -> tuple[str, tuple[str, ...]]:
        data = badge if isinstance(badge, bytes) else json.dumps(badge).encode()
        report = check_credential(data, context=self.world.context(), now=NOW)
        return str(report.outcome), tuple(each for each in report.codes if each != "not_checked")


VALID = ("valid", ())
REVOKED = ("invalid", ("verification_method_revoked",))
NOT_THEN = ("invalid", ("verification_method_not_in_force",))
UNKNOWN = ("indeterminate", ("key_history_unavailable",))


@pytest.fixture
def structure(world: World) -> Structure:
    return Structure(world)


@pytest.mark.attack("F8")
@pytest.mark.covers("did-webvh-1.0", "Publishing a Parallel did:web DID")
def test_what_a_rotated_key_signed_before_its_rotation_holds(structure: Structure):
    structure.publish()
    assert structure.check(structure.badge(BEFORE)) == VALID
    assert structure.check(structure.badge(AFTER)) == NOT_THEN
    assert structure.check(structure.badge(STARTED - timedelta(days=1))) == NOT_THEN
    assert structure.check(structure.badge(AFTER, structure.new)) == VALID


@pytest.mark.attack("F8")
@pytest.mark.covers("cid-1.0", "2.2")
@pytest.mark.parametrize("marks_face", [True, False], ids=["in the face", "in the log alone"])
def test_nothing_that_a_stolen_key_signed_holds(structure: Structure, *, marks_face: bool):
    structure.publish(stolen=True, marks_face=marks_face)
    for signed_at in (BEFORE, AFTER):
        assert structure.check(structure.badge(signed_at)) == REVOKED
    assert structure.check(structure.badge(AFTER, structure.new)) == VALID


def jwt(structure: Structure, signed_at: datetime) -> bytes:
    return sign_jwt_credential(structure.unsigned(), signer=structure.old, now=signed_at).encode()


def cose(structure: Structure, signed_at: datetime) -> bytes:
    return sign_cose_credential(structure.unsigned(), signer=structure.old, now=signed_at)


@pytest.mark.attack("F8")
@pytest.mark.parametrize("form", [jwt, cose])
def test_the_same_of_tokens(structure: Structure, form: Callable[..., bytes]):
    structure.publish()
    assert structure.check(form(structure, BEFORE)) == VALID
    assert structure.check(form(structure, AFTER)) == NOT_THEN
    structure.publish(stolen=True)
    assert structure.check(form(structure, BEFORE)) == REVOKED


@pytest.mark.attack("F8")
@pytest.mark.covers("sd-jwt-vc", "2.5")
def test_the_same_of_an_https_issuer_whose_key_is_named_by_its_did(structure: Structure):
    iss = f"https://{HOST}"
    signer = KeySigner(structure.old_p256.private_key, f"{DID}#key-2-jwk")

    def verdict(signed_at: datetime) -> tuple[str, tuple[str, ...]]:
        claims = {"iss": iss, "vct": OPEN_BADGE_VCT + "/x", "iat": int(signed_at.timestamp())}
        token = issue_sd_jwt_vc(claims, disclosable=[], signer=signer)
        report = check_sd_jwt_vc(token, context=structure.world.context(), now=NOW)
        return str(report.outcome), tuple(each for each in report.codes if each != "not_checked")

    today = jwks(DID, [DocumentKey("key-3", structure.new.public_key)])
    structure.world.served.serve(f"{iss}/.well-known/jwt-vc-issuer", build_issuer_metadata(iss, today))
    structure.publish()
    assert verdict(BEFORE) == VALID
    assert verdict(AFTER) == NOT_THEN
    structure.publish(stolen=True)
    assert verdict(BEFORE) == REVOKED


@pytest.mark.attack("F8")
def test_without_history_nobody_knows(structure: Structure):
    structure.bound = False
    structure.publish()
    assert structure.check(structure.badge(BEFORE)) == UNKNOWN
    assert structure.asked == [FACE]
    assert structure.check(structure.badge(AFTER, structure.new)) == VALID


@pytest.mark.attack("F8", "F9")
def test_a_history_that_does_not_name_the_did_web_back_is_nobodys(structure: Structure):
    structure.publish(names_back="did:web:other.example")
    assert structure.check(structure.badge(BEFORE)) == UNKNOWN


@pytest.mark.attack("F8")
def test_a_history_of_another_place_is_not_asked(structure: Structure):
    structure.publish()
    elsewhere = structure.written.log.did.replace(HOST, "other.example")
    new = DocumentKey("key-3", structure.new.public_key)
    structure.world.served.serve(
        FACE, build_did_document(DID, [new], also_known_as=[elsewhere, 1, "did:webvh:x"])
    )
    assert structure.check(structure.badge(BEFORE)) == UNKNOWN
    assert structure.asked == [FACE]


@pytest.mark.attack("F9")
def test_a_history_that_does_not_verify_is_none(structure: Structure):
    structure.publish()
    data = structure.written.log.data
    structure.world.served.serve(LOG, data.replace(b"key-1", b"key-7"))
    assert structure.check(structure.badge(BEFORE)) == UNKNOWN


@pytest.mark.parametrize("answer", [FetchError("down"), None], ids=["down", "gone"])
def test_a_history_that_cannot_be_had_now_is_not_held_against_the_badge(structure: Structure, answer: Any):
    structure.publish()
    structure.world.served.serve(LOG, answer)
    outcome, _ = structure.check(structure.badge(BEFORE))
    assert outcome == "indeterminate"


def test_history_is_asked_for_only_when_it_is_needed(structure: Structure):
    structure.publish()
    assert structure.check(structure.badge(AFTER, structure.new)) == VALID
    assert structure.asked == [FACE]
    assert structure.check(structure.badge(BEFORE)) == VALID
    assert structure.asked == [FACE, FACE, LOG]


@pytest.mark.attack("F8")
def test_who_authenticates_needs_a_key_of_today(structure: Structure):
    structure.publish()
    proof = make_key_proof(signer=structure.old, audience="https://i.example", nonce="n", now=NOW)
    with pytest.raises(KeyProofError):
        verify_key_proof(
            proof,
            expected_audience="https://i.example",
            check_nonce=lambda _: True,
            resolver=structure.world.context().resolver,
            now=NOW,
        )


@pytest.mark.attack("F8", "E5")
def test_a_status_list_needs_a_key_of_today(structure: Structure, world: World):
    structure.publish()
    list_id = f"https://{HOST}/status/1"

    def verdict(by: KeySigner) -> tuple[str, tuple[str, ...]]:
        world.served.serve(list_id, world.status_list(list_url=list_id, signer=by))
        status = build_status_entry(list_id, 7)
        badge = structure.unsigned() | {"credentialStatus": status}
        return structure.check(world.sign(badge, structure.old, created=BEFORE))

    assert verdict(structure.new) == VALID
    assert verdict(structure.old)[0] == "invalid"
