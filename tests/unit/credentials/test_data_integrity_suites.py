"""What holds for every suite that signs whole documents: each row of the catalogue, for each suite and key type."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from contexts import ContextsError, hash_canonical
from contexts.inline import AdmittingStore
from credentials.data_integrity import SUITES, add_proof, verify_proofs
from credentials.data_integrity.proof_value import encode_proof_value
from credentials.data_integrity.registry import OLDER_PROOF_TYPES
from credentials.errors import CredentialsError, ProofError
from credentials.report import Outcome
from credentials.verification import check_credential
from did.errors import DidError
from did.keys import KeySigner, KeyType, PrivateKey
from did.methods.key import did_key
from did.multibase import decode_base58btc, encode_base58btc
from did.resolver import Resolver
from tests.timing import costs_at_most
from tests.unit.credentials.conftest import NOW, World, did_of

if TYPE_CHECKING:
    from collections.abc import Callable

JsonObject = dict[str, Any]
CONTEXT_2020 = "https://w3id.org/security/suites/ed25519-2020/v1"
WEB = "did:web:node.example"
WEB_URL = "https://node.example/.well-known/did.json"
ORDERS = {
    KeyType.P256: 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    KeyType.P384: int(
        "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973", 16
    ),
}


def new_signer(seed: int, key_type: KeyType) -> KeySigner:
    length = 48 if key_type is KeyType.P384 else 32
    key = PrivateKey.from_raw(key_type, bytes([seed]) * length)
    did = did_key(key.public_key)
    return KeySigner(private_key=key, verification_method=f"{did}#{did.removeprefix('did:key:')}")


@dataclass(frozen=True)
class Kind:
    """A suite with a key type."""

    suite: str
    key_type: KeyType

    @property
    def signer(self) -> KeySigner:
        return new_signer(1, self.key_type)

    @property
    def did(self) -> str:
        return did_of(self.signer)

    @property
    def reads_contexts(self) -> bool:
        return "jcs" not in self.suite

    def badge(self, world: World, **changes: Any) -> JsonObject:
        """An unsigned badge whose issuer is this kind's signer."""
        badge = world.badge(**changes)
        badge["issuer"]["id"] = self.did
        if self.suite == "Ed25519Signature2020":
            badge["@context"] = [*badge["@context"], CONTEXT_2020]
        return badge

    def sign(self, world: World, document: JsonObject, signer: Any = None, **options: Any) -> JsonObject:
        signer = signer or self.signer
        selection = world.contexts.newest()
        created = options.pop("created", NOW - timedelta(hours=1))
        return add_proof(
            document, signer=signer, created=created, selection=selection, suite=self.suite, **options
        )

    def signed(self, world: World, **options: Any) -> JsonObject:
        return self.sign(world, self.badge(world), **options)


KINDS = [
    Kind("eddsa-rdfc-2022", KeyType.ED25519),
    Kind("eddsa-jcs-2022", KeyType.ED25519),
    Kind("ecdsa-rdfc-2019", KeyType.P256),
    Kind("ecdsa-rdfc-2019", KeyType.P384),
    Kind("ecdsa-jcs-2019", KeyType.P256),
    Kind("ecdsa-jcs-2019", KeyType.P384),
    Kind("Ed25519Signature2020", KeyType.ED25519),
]
# an older proof stands on no other, and its context has no term for it
MADE = [kind for kind in KINDS if kind.suite in SUITES]


def name_of(kind: object) -> str:
    return f"{kind.suite} {kind.key_type}" if isinstance(kind, Kind) else ""


every_kind = pytest.mark.parametrize("kind", KINDS, ids=name_of)
every_made_kind = pytest.mark.parametrize("kind", MADE, ids=name_of)


def verify(world: World, document: JsonObject, controller: str | None, **changes: Any) -> Any:
    arguments: dict[str, Any] = {
        "expected_proof_purpose": "assertionMethod",
        "expected_controller": controller,
        "resolver": Resolver(fetcher=world.served),
        "contexts": world.contexts,
        "now": NOW,
    }
    return verify_proofs(document, **(arguments | changes))


def refused(world: World, document: JsonObject, controller: str | None, **changes: Any) -> str:
    with pytest.raises((CredentialsError, DidError, ContextsError)) as caught:
        verify(world, document, controller, **changes)
    return caught.value.code


def with_proof(document: JsonObject, **changes: Any) -> JsonObject:
    """A copy whose proof has other members; None takes a member away."""
    proof = {name: value for name, value in (document["proof"] | changes).items() if value is not None}
    return document | {"proof": proof}


def test_every_suite_without_selective_disclosure_is_tested_with_each_of_its_keys() -> None:
    suites = [each for each in (SUITES | OLDER_PROOF_TYPES).values() if each.selective is None]
    assert {(each.name, key) for each in suites for key in each.key_types} == {
        (each.suite, each.key_type) for each in KINDS
    }


@pytest.mark.covers("di-1.0", "4.2", "4.4")
@every_kind
def test_a_badge_is_valid_step_by_step(world: World, kind: Kind) -> None:
    report = check_credential(kind.signed(world), context=world.context(), now=NOW)
    assert (report.outcome, report.codes) == (Outcome.VALID, ())
    result = verify(world, kind.signed(world), kind.did)
    assert result.verification_methods == (kind.signer.verification_method,)
    assert result.controllers == (kind.did,)
    assert result.created == NOW - timedelta(hours=1)
    # a suite that reads no context has no choice of versions
    assert bool(result.selection_label) == kind.reads_contexts


@every_made_kind
def test_signing_leaves_the_document_alone(world: World, kind: Kind) -> None:
    document = kind.badge(world)
    before = copy.deepcopy(document)
    signed = kind.sign(world, document)
    assert document == before
    assert {name: value for name, value in signed.items() if name != "proof"} == before
    # DI-EDDSA, section 3.3.1 step 2: a proof over JSON names the contexts that it secures
    assert signed["proof"].get("@context") == (None if kind.reads_contexts else document["@context"])


@pytest.mark.attack("A1")
@every_kind
@pytest.mark.parametrize("proof", [None, [], {}])
def test_an_absent_proof_is_no_proof(world: World, kind: Kind, proof: Any) -> None:
    assert refused(world, kind.signed(world) | {"proof": proof}, kind.did) == "proof_missing"
    assert refused(world, kind.badge(world), kind.did) == "proof_missing"


@pytest.mark.covers("di-eddsa-1.0", "2.1.1", "2.2.1", "3.1")
@pytest.mark.covers("di-ecdsa-1.0", "2.1.1", "2.2.1", "3.1")
@pytest.mark.attack("A2")
@every_kind
@pytest.mark.parametrize(
    ("alter", "code"),
    [
        (lambda value: value[:-4], "proof_invalid_shape"),
        (lambda value: value + "11", "proof_invalid_shape"),
        (lambda value: "z1" + value[1:], "proof_invalid_shape"),
        (lambda value: "u" + value[1:], "proof_invalid_shape"),
        (lambda value: value.lstrip("z"), "proof_invalid_shape"),
        (lambda value: value + " ", "proof_invalid_shape"),
        (lambda value: "z" + "0" + value[2:], "proof_invalid_shape"),
        (lambda _: "z" * 100_000, "proof_invalid_shape"),
        (lambda _: "z", "proof_invalid_shape"),
        (lambda _: None, "proof_invalid_shape"),
        (lambda _: 7, "proof_invalid_shape"),
        (lambda value: value[:40] + ("3" if value[40] != "3" else "4") + value[41:], "invalid_signature"),
        (lambda value: encode_proof_value(bytes(len(decode_base58btc(value)))), "invalid_signature"),
        (lambda value: encode_proof_value(b"\xff" * len(decode_base58btc(value))), "invalid_signature"),
        (lambda value: encode_proof_value(decode_base58btc(value)[::-1]), "invalid_signature"),
    ],
)
def test_an_altered_proof_value_is_refused(world: World, kind: Kind, alter: Any, code: str) -> None:
    signed = kind.signed(world)
    assert (
        refused(world, with_proof(signed, proofValue=alter(signed["proof"]["proofValue"])), kind.did) == code
    )


@pytest.mark.attack("A3")
@every_kind
def test_a_suite_that_nobody_knows_or_that_is_retired_is_named(world: World, kind: Kind) -> None:
    signed = kind.signed(world)
    assert refused(world, with_proof(signed, type="SomeSignature2031"), kind.did) == "unsupported_cryptosuite"
    assert refused(world, with_proof(signed, type="JsonWebSignature2020"), kind.did) == "legacy_suite"
    if kind.suite in SUITES:
        assert (
            refused(world, with_proof(signed, cryptosuite="rot13-2026"), kind.did)
            == "unsupported_cryptosuite"
        )


def relabel(document: JsonObject, kind: Kind) -> JsonObject:
    if kind.suite in OLDER_PROOF_TYPES:
        return with_proof(document, type=kind.suite, cryptosuite=None)
    return with_proof(document, type="DataIntegrityProof", cryptosuite=kind.suite)


LABELS = [*KINDS, Kind("ecdsa-sd-2023", KeyType.P256), Kind("bbs-2023", KeyType.BLS12381_G2)]


@pytest.mark.covers("di-1.0", "3", "5.4")
@pytest.mark.attack("A4")
@pytest.mark.parametrize("label", LABELS, ids=name_of)
@every_kind
def test_a_proof_relabelled_as_another_suites_is_refused(world: World, kind: Kind, label: Kind) -> None:
    signed = kind.signed(world)
    if label.suite == kind.suite:
        assert verify(world, relabel(signed, label), kind.did)
        return
    code = refused(world, relabel(signed, label), kind.did)
    if kind.key_type not in {each.key_type for each in LABELS if each.suite == label.suite}:
        assert code == "suite_key_mismatch"
    elif label.suite == "ecdsa-sd-2023":
        # its proof values are in another base
        assert code == "proof_invalid_shape"
    else:
        # the name is signed; the options may also say what the contexts have no term for
        assert code in {"invalid_signature", "data_loss"}


@pytest.mark.covers("di-1.0", "3", "5.4")
@pytest.mark.covers("di-eddsa-1.0", "2.1.1", "2.2.1", "3.1")
@pytest.mark.covers("di-ecdsa-1.0", "2.1.1", "2.2.1", "3.1")
@pytest.mark.attack("A4")
@every_made_kind
@pytest.mark.parametrize("key_type", [KeyType.ED25519, KeyType.P256, KeyType.P384])
def test_a_suite_takes_its_own_keys_only(world: World, kind: Kind, key_type: KeyType) -> None:
    signer = new_signer(9, key_type)
    relabelled = with_proof(kind.signed(world), verificationMethod=signer.verification_method)
    if key_type in SUITES[kind.suite].key_types:
        assert refused(world, relabelled, did_of(signer)) in {"invalid_signature", "proof_invalid_shape"}
        assert kind.sign(world, kind.badge(world), signer)
        return
    assert refused(world, relabelled, did_of(signer)) == "suite_key_mismatch"
    with pytest.raises(ProofError) as caught:
        kind.sign(world, kind.badge(world), signer)
    assert caught.value.code == "suite_key_mismatch"


@pytest.mark.covers("di-1.0", "2.1.1", "4.5")
@pytest.mark.attack("A5")
@pytest.mark.parametrize("second", KINDS, ids=name_of)
@every_made_kind
def test_all_proofs_of_a_mixed_set_must_hold(world: World, kind: Kind, second: Kind) -> None:
    document = kind.badge(world)
    if second.suite == "Ed25519Signature2020":
        document["@context"] = [*document["@context"], CONTEXT_2020]
    both = second.sign(world, kind.sign(world, document), new_signer(5, second.key_type))
    assert len(verify(world, both, kind.did).controllers) == 2
    for index in range(2):
        spoilt = copy.deepcopy(both)
        value = decode_base58btc(spoilt["proof"][index]["proofValue"])
        spoilt["proof"][index]["proofValue"] = encode_proof_value(value[:-1] + bytes([value[-1] ^ 1]))
        assert refused(world, spoilt, kind.did) == "invalid_signature"
    edited = both | {"validUntil": "2031-01-01T00:00:00Z"}
    assert refused(world, edited, kind.did) == "invalid_signature"


@pytest.mark.attack("A6")
@every_kind
def test_a_good_proof_by_another_is_not_the_issuers(world: World, kind: Kind) -> None:
    stranger = new_signer(5, kind.key_type)
    signed = kind.signed(world, signer=stranger)
    assert refused(world, signed, kind.did) == "issuer_mismatch"
    assert verify(world, signed, did_of(stranger))
    assert (
        refused(world, kind.sign(world, signed, new_signer(6, kind.key_type)), kind.did) == "issuer_mismatch"
    )
    assert verify(world, kind.sign(world, signed), kind.did)


@pytest.mark.covers("di-1.0", "2.1.2", "4.3", "4.5")
@pytest.mark.attack("A7")
@pytest.mark.parametrize("second", MADE, ids=name_of)
@every_made_kind
def test_a_chain_of_two_suites_holds_and_a_broken_one_does_not(
    world: World, kind: Kind, second: Kind
) -> None:
    first = kind.signed(world, proof_id="urn:uuid:1")
    chained = second.sign(world, first, new_signer(5, second.key_type), previous_proof="urn:uuid:1")
    assert len(verify(world, chained, kind.did).controllers) == 2
    one, two = chained["proof"]
    assert refused(world, chained | {"proof": two}, None) == "previous_proof_missing"
    alone = {name: value for name, value in two.items() if name != "previousProof"}
    assert refused(world, chained | {"proof": [one, alone]}, kind.did) == "invalid_signature"
    # the first proof made anew: the second stood on another one
    again = kind.signed(world, proof_id="urn:uuid:1", nonce="other")["proof"]
    assert refused(world, chained | {"proof": [again, two]}, kind.did) == "invalid_signature"
    cycle = [one | {"previousProof": "urn:uuid:2"}, two | {"id": "urn:uuid:2"}]
    assert refused(world, chained | {"proof": cycle}, kind.did) == "previous_proof_cycle"
    assert (
        refused(world, chained | {"proof": [one, two | {"previousProof": 7}]}, kind.did)
        == "proof_invalid_shape"
    )


@pytest.mark.covers("di-1.0", "4.3")
@pytest.mark.attack("A7")
@every_made_kind
def test_nothing_is_signed_that_stands_on_a_proof_that_is_not_there(world: World, kind: Kind) -> None:
    first = kind.signed(world, proof_id="urn:uuid:1")
    for previous, code in (
        ("urn:uuid:2", "previous_proof_missing"),
        (["urn:uuid:1", "urn:uuid:2"], "previous_proof_missing"),
        (["urn:uuid:1", "urn:uuid:1"], "proof_invalid_shape"),
        ([], "proof_invalid_shape"),
        ("", "proof_invalid_shape"),
    ):
        with pytest.raises(ProofError) as caught:
            kind.sign(world, first, previous_proof=previous)
        assert caught.value.code == code
    assert kind.sign(world, first, previous_proof=["urn:uuid:1"])


@pytest.mark.attack("A8")
@every_kind
def test_a_proof_for_another_purpose_is_refused(world: World, kind: Kind) -> None:
    signed = kind.signed(world, proof_purpose="authentication")
    assert refused(world, signed, kind.did) == "proof_purpose_mismatch"
    assert verify(world, signed, kind.did, expected_proof_purpose="authentication")
    assert refused(world, with_proof(signed, proofPurpose="assertionMethod"), kind.did) == "invalid_signature"
    for purpose in ("keyAgreement", "nothing", ["assertionMethod"], None):
        code = refused(world, with_proof(signed, proofPurpose=purpose), kind.did)
        assert code == ("proof_purpose_mismatch" if isinstance(purpose, str) else "proof_invalid_shape")


def serve(
    world: World, signer: KeySigner, *, controller: str = WEB, relationship: str = "assertionMethod"
) -> KeySigner:
    """Put the key into a did:web document; gives the signer that names it there."""
    method = {
        "id": f"{WEB}#a",
        "type": "Multikey",
        "controller": controller,
        "publicKeyMultibase": signer.public_key.to_multikey(),
    }
    document = {"@context": ["https://www.w3.org/ns/did/v1"], "id": WEB, "verificationMethod": [method]}
    world.served.serve(WEB_URL, document | {relationship: [f"{WEB}#a"]})
    return KeySigner(signer.private_key, f"{WEB}#a")


@pytest.mark.covers("di-1.0", "5.10")
@pytest.mark.attack("A9")
@every_kind
def test_a_key_for_another_relationship_is_refused(world: World, kind: Kind) -> None:
    signed = kind.signed(world, signer=serve(world, kind.signer))
    assert verify(world, signed, WEB)
    serve(world, kind.signer, relationship="authentication")
    assert refused(world, signed, WEB) == "invalid_verification_relationship"


@pytest.mark.attack("A10")
@every_kind
def test_a_method_that_another_controls_is_refused(world: World, kind: Kind) -> None:
    signed = kind.signed(world, signer=serve(world, kind.signer, controller=kind.did))
    assert refused(world, signed, WEB) == "controller_mismatch"
    serve(world, kind.signer)
    assert verify(world, signed, WEB)
    assert refused(world, signed, kind.did) == "issuer_mismatch"


@pytest.mark.covers("di-1.0", "2.1")
@pytest.mark.attack("A14")
@every_kind
def test_a_proof_has_its_time(world: World, kind: Kind) -> None:
    ahead = kind.signed(world, created=NOW + timedelta(seconds=61))
    assert refused(world, ahead, kind.did) == "proof_not_yet_valid"
    assert verify(world, ahead, kind.did, now=NOW + timedelta(seconds=1))
    ended = kind.signed(world, expires=NOW)
    assert refused(world, ended, kind.did) == "proof_expired"
    assert verify(world, ended, kind.did, now=NOW - timedelta(seconds=1))
    assert refused(world, with_proof(ended, expires=None), kind.did) == "invalid_signature"
    for date in ("2026-11-24T08:30:00", "yesterday", "", 7, {"@value": "2026-11-24T08:30:00Z"}):
        code = refused(world, with_proof(ended, created=date), kind.did)
        # the older suite wants a date that is a string
        assert code in {"date_syntax", "proof_invalid_shape"}


@pytest.mark.attack("A14")
@every_made_kind
def test_a_time_without_a_zone_is_taken_for_utc_where_the_caller_says_so(world: World, kind: Kind) -> None:
    def sign(**dates: Any) -> JsonObject:
        selection, document = world.contexts.newest(), kind.badge(world)
        made = add_proof(document, signer=kind.signer, created=None, selection=selection, suite=kind.suite)
        options = {name: value for name, value in made["proof"].items() if name != "proofValue"} | dates
        suite = SUITES[kind.suite]
        assert suite.create is not None
        value = suite.create(
            document, options, signer=kind.signer, hasher=hash_canonical, selection=selection
        )
        return document | {"proof": options | {"proofValue": value}}

    local = sign(created="2026-11-24T08:30:00")
    assert refused(world, local, kind.did) == "date_syntax"
    assert verify(world, local, kind.did, assume_utc=True).created == NOW - timedelta(hours=1)
    ended = sign(expires="2026-11-24T09:30:00.000")
    assert refused(world, ended, kind.did, assume_utc=True) == "proof_expired"
    assert verify(world, ended, kind.did, assume_utc=True, now=NOW - timedelta(seconds=1)).created is None
    for odd in ("2026-11-24", "2026-11-24T08:30:00+0100", "2026-11-24T08:30", "T"):
        assert refused(world, sign(created=odd), kind.did, assume_utc=True) == "date_syntax"


@pytest.mark.covers("di-eddsa-1.0", "2.1.1", "2.2.1", "3.1")
@pytest.mark.covers("di-ecdsa-1.0", "2.1.1", "2.2.1", "3.1")
@pytest.mark.attack("A15")
@pytest.mark.parametrize(
    ("suite", "raw"),
    [
        ("eddsa-jcs-2022", b"\xed\x01" + bytes([1]) + bytes(31)),  # of low order
        ("eddsa-jcs-2022", b"\xed\x01" + b"\xee" + b"\xff" * 30 + b"\x7f"),  # not canonical
        ("ecdsa-rdfc-2019", b"\x80\x24\x00" + bytes(32)),  # the point at infinity
        ("ecdsa-rdfc-2019", b"\x80\x24\x02" + b"\xff" * 32),  # not on the curve
        ("ecdsa-jcs-2019", b"\x80\x24\x04" + bytes(64)),  # not compressed
        ("ecdsa-jcs-2019", b"\x81\x24\x02" + bytes(32)),  # of the other curve's length
    ],
)
def test_a_key_that_is_none_is_refused(world: World, suite: str, raw: bytes) -> None:
    kind = next(each for each in KINDS if each.suite == suite)
    multikey = encode_base58btc(raw)
    forged = with_proof(kind.signed(world), verificationMethod=f"did:key:{multikey}#{multikey}")
    assert refused(world, forged, f"did:key:{multikey}") in {"invalid_key", "invalidDid"}


@pytest.mark.covers("di-ecdsa-1.0", "2.2.1")
@pytest.mark.attack("A16")
@pytest.mark.parametrize("kind", [each for each in KINDS if each.key_type in ORDERS], ids=name_of)
def test_the_other_s_of_an_ecdsa_signature_makes_no_other_credential(world: World, kind: Kind) -> None:
    signed = kind.signed(world)
    signature = decode_base58btc(signed["proof"]["proofValue"])
    half, order = len(signature) // 2, ORDERS[kind.key_type]
    r, s = int.from_bytes(signature[:half]), int.from_bytes(signature[half:])

    def altered(r: int, s: int) -> JsonObject:
        return with_proof(signed, proofValue=encode_proof_value(r.to_bytes(half) + s.to_bytes(half)))

    twin = altered(r, order - s)
    assert twin != signed
    # either holds, and says the same: whoever keeps credentials tells them apart by id, never by their bytes
    reports = [check_credential(each, context=world.context(), now=NOW) for each in (signed, twin)]
    assert [each.outcome for each in reports] == [Outcome.VALID] * 2
    views = [each.credential.to_json() for each in reports if each.credential]
    assert views[0] == views[1]
    assert views[0]["id"] == signed["id"]
    for odd in ((0, s), (r, 0), (order, s), (r, order), (r, order + 1), (s, r)):
        assert refused(world, altered(*odd), kind.did) == "invalid_signature"
    if r + order < 1 << 8 * half:
        assert refused(world, altered(r + order, s), kind.did) == "invalid_signature"


EDITS: dict[str, Callable[[JsonObject], Any]] = {
    "the person": lambda badge: badge["credentialSubject"].update(id="did:example:other"),
    "the name": lambda badge: badge["credentialSubject"]["achievement"].update(name="Permis de conduire"),
    "an end": lambda badge: badge.update(validUntil="2030-01-01T00:00:00Z"),
    "another evidence": lambda badge: badge["evidence"].append(
        badge["evidence"][0] | {"name": "Un autre vol"}
    ),
    "no evidence": lambda badge: badge.pop("evidence"),
    "the issuer's name": lambda badge: badge["issuer"].update(name="Une autre structure"),
    "the id": lambda badge: badge.update(id="urn:uuid:0b7d0c3e-3c9b-4a5e-9d6e-1f2a3b4c5d6f"),
}


@pytest.mark.attack("A19")
@every_kind
@pytest.mark.parametrize("edit", EDITS)
def test_a_proof_replayed_on_an_edited_document_is_refused(world: World, kind: Kind, edit: str) -> None:
    edited = copy.deepcopy(kind.signed(world))
    EDITS[edit](edited)
    assert refused(world, edited, kind.did) == "invalid_signature"


@pytest.mark.covers("di-1.0", "5.7")
@pytest.mark.attack("A19")
@every_made_kind
@pytest.mark.parametrize(
    "member", ["created", "nonce", "domain", "challenge", "expires", "id", "verificationMethod"]
)
def test_every_option_of_a_proof_is_signed(world: World, kind: Kind, member: str) -> None:
    options: dict[str, Any] = {
        "nonce": "n-1",
        "domain": ["https://a.example", "https://b.example"],
        "challenge": "c-1",
        "expires": NOW + timedelta(days=1),
        "proof_id": "urn:uuid:1",
    }
    signed = kind.signed(world, signer=serve(world, kind.signer), **options)
    assert verify(world, signed, WEB)
    assert signed["proof"]["nonce"] == "n-1"
    values = {
        "created": "2026-11-24T08:30:01Z",
        "nonce": "n-2",
        "domain": "https://a.example",
        "challenge": "c-2",
        "expires": "2026-12-24T08:30:00Z",
        "id": "urn:uuid:2",
        "verificationMethod": kind.signer.verification_method,
    }
    controller = kind.did if member == "verificationMethod" else WEB
    assert refused(world, with_proof(signed, **{member: values[member]}), controller) == "invalid_signature"
    if member != "verificationMethod":
        assert refused(world, with_proof(signed, **{member: None}), controller) == "invalid_signature"


@pytest.mark.covers("di-1.0", "2.1", "2.4.4")
@pytest.mark.parametrize(
    ("changes", "member"),
    [
        ({"nonce": ""}, "nonce"),
        ({"nonce": 7}, "nonce"),
        ({"challenge": ["c"]}, "challenge"),
        ({"domain": []}, "domain"),
        ({"domain": ["a", "a"]}, "domain"),
        ({"domain": ["a", 7]}, "domain"),
        ({"domain": ""}, "domain"),
        ({"id": "no url"}, "id"),
        ({"id": 7}, "id"),
    ],
)
@every_kind
def test_options_have_their_shape(world: World, kind: Kind, changes: JsonObject, member: str) -> None:
    with pytest.raises(ProofError) as caught:
        verify(world, with_proof(kind.signed(world), **changes), kind.did)
    assert (caught.value.code, caught.value.pointer) == ("proof_invalid_shape", f"/proof/{member}")


@pytest.mark.attack("G6")
@every_kind
def test_domain_and_challenge_are_exact(world: World, kind: Kind) -> None:
    expected = {"expected_domain": "https://a.example", "expected_challenge": "c-1"}
    signed = kind.signed(world, domain="https://a.example", challenge="c-1")
    assert verify(world, signed, kind.did, **expected)
    assert (
        refused(world, signed, kind.did, **expected | {"expected_domain": "https://b.example"})
        == "domain_mismatch"
    )
    assert (
        refused(world, signed, kind.did, **expected | {"expected_challenge": "c-2"}) == "challenge_mismatch"
    )
    assert refused(world, kind.signed(world), kind.did, **expected) == "domain_mismatch"
    if kind.suite in SUITES:
        # Data Integrity 1.0, section 4.4 step 6: the same strings, and no others
        several = kind.signed(world, domain=["https://a.example", "https://b.example"], challenge="c-1")
        assert refused(world, several, kind.did, **expected) == "domain_mismatch"
        assert verify(
            world, kind.signed(world, domain=["https://a.example"], challenge="c-1"), kind.did, **expected
        )


@pytest.mark.covers("di-1.0", "5.9")
@pytest.mark.attack("A20")
@every_kind
def test_a_key_inside_the_proof_vouches_for_nothing(world: World, kind: Kind) -> None:
    stranger = new_signer(5, kind.key_type)
    forged = kind.signed(world, signer=stranger)
    multikey = stranger.public_key.to_multikey()
    embedded = {
        "id": kind.signer.verification_method,
        "type": "Multikey",
        "controller": kind.did,
        "publicKeyMultibase": multikey,
    }
    assert refused(world, with_proof(forged, verificationMethod=embedded), kind.did) == "proof_invalid_shape"
    claimed = with_proof(
        forged, verificationMethod=kind.signer.verification_method, publicKeyMultibase=multikey
    )
    assert refused(world, claimed, kind.did) in {"data_loss", "invalid_signature"}
    for base, code in (
        ("https://victim.example/issuer", "invalidDidUrl"),
        ("did:web:victim.example", "notFound"),
        ("did:nothing:victim", "methodNotSupported"),
    ):
        assert refused(world, with_proof(forged, verificationMethod=f"{base}#{multikey}"), base) == code


@every_made_kind
def test_a_whole_document_has_no_mandatory_part(world: World, kind: Kind) -> None:
    with pytest.raises(ProofError) as caught:
        kind.signed(world, mandatory_pointers=("/issuer",))
    assert caught.value.code == "proof_invalid_shape"


@every_made_kind
def test_what_would_be_refused_is_not_signed(world: World, kind: Kind) -> None:
    for options in ({"proof_id": "no url"}, {"nonce": ""}, {"domain": []}, {"domain": ["a", "a"]}):
        with pytest.raises(ProofError) as caught:
            kind.signed(world, **options)
        assert caught.value.code == "proof_invalid_shape"
    five = kind.badge(world) | {"proof": [kind.signed(world)["proof"]] * 5}
    with pytest.raises(ProofError) as caught:
        kind.sign(world, five)
    assert caught.value.code == "proof_invalid_shape"


# What is signed as JSON


every_json_kind = pytest.mark.parametrize(
    "kind", [each for each in MADE if not each.reads_contexts], ids=name_of
)
ODD: dict[str, Callable[[JsonObject], Any]] = {
    "an undefined term": lambda badge: badge["credentialSubject"].update(undefinedTerm="x"),
    "a null": lambda badge: badge["credentialSubject"].update(undefinedTerm=None),
    "a type twice": lambda badge: badge["type"].append(badge["type"][0]),
    "an array in an array": lambda badge: badge.update(matrix=[[1, 2], [3]]),
    "an undefined type": lambda badge: badge["type"].append("RelativeType"),
    "a number that RDF would round": lambda badge: badge.update(score=0.1 + 0.2),
    "a keyword": lambda badge: badge["credentialSubject"].update({"@language": "fr"}),
}


@pytest.mark.covers("di-1.0", "2.5")
@pytest.mark.covers("di-eddsa-1.0", "3.3.3")
@pytest.mark.covers("di-ecdsa-1.0", "3.3.3")
@pytest.mark.attack("C1")
@every_json_kind
@pytest.mark.parametrize("what", ODD)
def test_whatever_stands_in_signed_json_is_signed(world: World, kind: Kind, what: str) -> None:
    document = kind.badge(world)
    ODD[what](document)
    signed = kind.sign(world, document)
    assert verify(world, signed, kind.did)
    # what people are shown is read from the very document that was signed
    report = check_credential(signed, context=world.context(), now=NOW)
    assert report.outcome is Outcome.VALID
    assert report.credential is not None
    assert report.credential.raw == signed
    # without it, or with it elsewhere, nothing holds
    assert refused(world, kind.badge(world) | {"proof": signed["proof"]}, kind.did) == "invalid_signature"
    added = copy.deepcopy(kind.signed(world))
    ODD[what](added)
    assert refused(world, added, kind.did) == "invalid_signature"
    # over statements it would be lost, and is refused
    over_statements = Kind(kind.suite.replace("jcs", "rdfc"), kind.key_type)
    with pytest.raises(ContextsError) as caught:
        over_statements.sign(world, document)
    assert caught.value.code in {"data_loss", "invalid_json_ld"}


@pytest.mark.covers("di-eddsa-1.0", "3.3.3")
@pytest.mark.covers("di-ecdsa-1.0", "3.3.3")
@every_json_kind
def test_the_order_of_members_is_not_signed_and_that_of_arrays_is(world: World, kind: Kind) -> None:
    signed = kind.signed(world)
    assert verify(world, dict(reversed(signed.items())), kind.did)
    assert refused(world, signed | {"type": signed["type"][::-1]}, kind.did) == "invalid_signature"


@pytest.mark.covers("di-eddsa-1.0", "3.3.3")
@pytest.mark.covers("di-ecdsa-1.0", "3.3.3")
@every_json_kind
def test_a_number_is_signed_by_its_value(world: World, kind: Kind) -> None:
    signed = kind.sign(world, kind.badge(world) | {"score": 1})
    assert verify(world, signed | {"score": 1.0}, kind.did)
    assert refused(world, signed | {"score": True}, kind.did) == "invalid_signature"
    assert refused(world, signed | {"score": "1"}, kind.did) == "invalid_signature"


@pytest.mark.covers("di-1.0", "2.4.1")
@pytest.mark.attack("C2")
@every_json_kind
def test_signed_json_names_only_contexts_that_are_known(world: World, kind: Kind) -> None:
    signed = kind.signed(world)
    for context, code in (
        ("https://stranger.example/context", "unknown_context"),
        ("data:application/ld+json,{}", "unknown_context"),
        ({"name": "https://stranger.example/name"}, "inline_context"),
        (None, "inline_context"),
    ):
        contexts = [*signed["@context"], context]
        assert refused(world, signed | {"@context": contexts}, kind.did) == (
            "unknown_context" if isinstance(context, str) else "proof_context_mismatch"
        )
        with pytest.raises(ContextsError) as caught:
            verify(world, kind.sign(world, kind.badge(world) | {"@context": contexts}), kind.did)
        assert caught.value.code == code
        nested = copy.deepcopy(signed)
        nested["credentialSubject"]["@context"] = context
        assert refused(world, nested, kind.did) == code
    assert world.served.requests == []


@pytest.mark.attack("C5")
@every_json_kind
def test_definitions_that_a_stranger_adds_to_signed_json_are_refused_where_definitions_are_admitted(
    world: World, kind: Kind
) -> None:
    admitting = AdmittingStore(world.contexts)
    own = {"motto": "https://words.example/motto"}
    document = kind.badge(world)
    document |= {"@context": [*document["@context"], own], "motto": "avance"}
    signed = kind.sign(world, document)
    assert verify(world, signed, kind.did, contexts=admitting)
    plain = kind.sign(world, kind.badge(world) | {"motto": "avance"})
    assert verify(world, plain, kind.did, contexts=admitting)
    added = plain | {"@context": document["@context"]}
    assert refused(world, added, kind.did, contexts=admitting) == "proof_context_mismatch"


@pytest.mark.covers("di-1.0", "2.4.2")
@every_json_kind
def test_a_proof_without_its_contexts_secures_all_of_them(world: World, kind: Kind) -> None:
    """Section 3.3.1: some implementations do not name them."""
    document, suite, selection = kind.badge(world), SUITES[kind.suite], world.contexts.newest()
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": kind.suite,
        "verificationMethod": kind.signer.verification_method,
        "proofPurpose": "assertionMethod",
    }
    assert suite.create is not None
    value = suite.create(document, options, signer=kind.signer, hasher=hash_canonical, selection=selection)
    signed = document | {"proof": options | {"proofValue": value}}
    assert verify(world, signed, kind.did)
    more = signed | {"@context": [*signed["@context"], CONTEXT_2020]}
    assert refused(world, more, kind.did) == "invalid_signature"


@pytest.mark.attack("C14")
@every_json_kind
def test_a_large_document_costs_its_size_once_per_proof(world: World, kind: Kind) -> None:
    document = kind.badge(world) | {
        "evidence": [{"id": f"urn:n:{each}", "type": ["Evidence"]} for each in range(9_000)]
    }
    signed = document
    for seed in (1, 5, 6, 7, 8):
        signed = kind.sign(world, signed, new_signer(seed, kind.key_type))
    assert len(signed["proof"]) == 5
    spoilt = signed | {"validUntil": "2031-01-01T00:00:00Z"}
    with costs_at_most(0.6):
        # the badge's context has several versions; none is read, so none is tried
        assert refused(world, spoilt, kind.did) == "invalid_signature"
    with costs_at_most(0.9):
        assert verify(world, signed, kind.did)


@pytest.mark.attack("D2")
@every_json_kind
def test_a_document_deeper_than_any_parser_gives_is_refused(world: World, kind: Kind) -> None:
    deep: Any = "x"
    for _ in range(5_000):
        deep = [deep]
    assert refused(world, kind.signed(world) | {"deep": deep}, kind.did) == "too_deep"
