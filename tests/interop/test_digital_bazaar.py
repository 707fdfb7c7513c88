"""Digital Bazaar's JavaScript verifies what we sign, and we verify what it signs; neither takes an altered copy."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from credentials.exchange.presentations import make_presentation
from credentials.report import Outcome
from credentials.status import build_status_entry
from did.keys import KeySigner, KeyType
from tests.unit.credentials.conftest import LIST_URL, NOW, World, did_of

if TYPE_CHECKING:
    from collections.abc import Callable

Pair = Any  # of conftest.py
DID_WEB = "did:web:node.example"
CONTEXT_2020 = "https://w3id.org/security/suites/ed25519-2020/v1"
DOMAIN, CHALLENGE = "decentralized_identifier:did:web:employer.example", "n-0S6_WzA2Mj"
Document = dict[str, Any]

pytestmark = [pytest.mark.interop, pytest.mark.xdist_group("interop")]


def badges(world: World) -> dict[str, Document]:
    """Badges as our nodes issue them, unsigned."""
    web_issuer = world.badge()["issuer"] | {"id": DID_WEB}
    return {
        "plain": world.badge(),
        "with status": world.badge(status=build_status_entry(LIST_URL, 7)),
        "about nobody": world.badge(subject_id=None),
        "accents": world.badge(name="Œuvre d’équipe — « à vélo » 🚲"),
        "did:web": world.badge() | {"issuer": web_issuer},
    }


KINDS = ("plain", "with status", "about nobody", "accents", "did:web")


@pytest.mark.parametrize("kind", KINDS)
def test_what_we_sign_verifies_there_and_what_they_sign_here(pair: Pair, kind: str) -> None:
    pair.world.served.serve(LIST_URL, pair.world.status_list())
    unsigned = badges(pair.world)[kind]
    signer = pair.web_issuer if kind == "did:web" else pair.world.issuer
    ours = pair.world.sign(unsigned, signer)
    assert pair.they_verify(ours) == {"ok": True}
    assert pair.we_verify(ours) == (Outcome.VALID, ())
    theirs = pair.they_sign(unsigned, signer)
    assert pair.we_verify(theirs) == (Outcome.VALID, ())
    # Ed25519 leaves nothing to chance: the same moment gives the same proof
    assert theirs["proof"]["proofValue"] == ours["proof"]["proofValue"]


def test_a_status_list_verifies_there(pair: Pair) -> None:
    assert pair.they_verify(pair.world.status_list(indexes=(7,))) == {"ok": True}


def edit(**changes: Any) -> Callable[[Document], None]:
    return lambda document: document.update(changes)


def edit_proof(**changes: Any) -> Callable[[Document], None]:
    return lambda document: document["proof"].update(changes)


def flip_signature(document: Document) -> None:
    value = document["proof"]["proofValue"]
    document["proof"]["proofValue"] = value[:-1] + ("2" if value[-1] != "2" else "3")


ALTERATIONS: dict[str, tuple[Callable[[Document], None], str]] = {
    "the name": (
        lambda badge: badge["credentialSubject"]["achievement"].update(name="Autre"),
        "invalid_signature",
    ),
    "the person": (
        lambda badge: badge["credentialSubject"].update(id="did:example:other"),
        "invalid_signature",
    ),
    "a date": (edit(validUntil="2099-01-01T00:00:00Z"), "invalid_signature"),
    "the evidence": (lambda badge: badge.pop("evidence"), "invalid_signature"),
    "a term that no context has": (edit(invented="x"), "data_loss"),
    "when it was signed": (edit_proof(created="2026-11-24T08:30:01Z"), "invalid_signature"),
    "the signature": (flip_signature, "invalid_signature"),
    "what for": (edit_proof(proofPurpose="authentication"), "proof_purpose_mismatch"),
    "the suite": (edit_proof(cryptosuite="eddsa-2022"), "unsupported_cryptosuite"),
    "no proof": (lambda badge: badge.pop("proof"), "proof_missing"),
}


@pytest.mark.parametrize("what", ALTERATIONS)
@pytest.mark.parametrize("signed_by", ["us", "them"])
def test_an_altered_copy_is_refused_on_both_sides(pair: Pair, signed_by: str, what: str) -> None:
    unsigned = pair.world.badge()
    badge = pair.world.sign(unsigned) if signed_by == "us" else pair.they_sign(unsigned, pair.world.issuer)
    altered = copy.deepcopy(badge)
    alter, code = ALTERATIONS[what]
    alter(altered)
    outcome, codes = pair.we_verify(altered)
    assert outcome is not Outcome.VALID
    assert code in codes
    assert pair.they_verify(altered)["ok"] is False


def test_a_proof_by_a_stranger_is_refused_on_both_sides(pair: Pair) -> None:
    forged = pair.world.sign(pair.world.badge(), pair.world.stranger)
    forged["proof"]["verificationMethod"] = pair.world.issuer.verification_method
    assert pair.we_verify(forged) == (Outcome.INVALID, ("invalid_signature",))
    assert pair.they_verify(forged)["ok"] is False


SUITES = [
    ("eddsa-rdfc-2022", KeyType.ED25519),
    ("eddsa-jcs-2022", KeyType.ED25519),
    ("ecdsa-rdfc-2019", KeyType.P256),
    ("ecdsa-rdfc-2019", KeyType.P384),
    ("ecdsa-jcs-2019", KeyType.P256),
    ("ecdsa-jcs-2019", KeyType.P384),
    ("Ed25519Signature2020", KeyType.ED25519),
]


def unsigned_badge(pair: Pair, suite: str, signer: KeySigner) -> Document:
    badge = pair.world.badge(name="Œuvre d’équipe — « à vélo » 🚲")
    badge["issuer"]["id"] = did_of(signer)
    if suite == "Ed25519Signature2020":
        badge["@context"] = [*badge["@context"], CONTEXT_2020]
    return badge


@pytest.mark.parametrize(("suite", "key_type"), SUITES)
def test_every_suite_verifies_both_ways(pair: Pair, suite: str, key_type: KeyType) -> None:
    signer = pair.signers[key_type]
    unsigned = unsigned_badge(pair, suite, signer)
    theirs = pair.they_sign(unsigned, signer, suite=suite)
    assert pair.we_verify(theirs) == (Outcome.VALID, ())
    signed = [theirs]
    if suite != "Ed25519Signature2020":
        ours = pair.world.sign(unsigned, signer, suite=suite)
        assert pair.they_verify(ours) == {"ok": True}
        assert {**ours["proof"], "proofValue": ""} == {**theirs["proof"], "proofValue": ""}
        signed.append(ours)
    for each in signed:
        altered = copy.deepcopy(each)
        altered["credentialSubject"]["achievement"]["name"] = "Autre"
        assert pair.we_verify(altered) == (Outcome.INVALID, ("invalid_signature",))
        assert pair.they_verify(altered)["ok"] is False


@pytest.mark.parametrize("suite", ["eddsa-jcs-2022", "ecdsa-jcs-2019"])
def test_what_no_context_defines_is_signed_as_json_on_both_sides(pair: Pair, suite: str) -> None:
    signer = pair.signers[KeyType.ED25519 if suite.startswith("eddsa") else KeyType.P256]
    unsigned = unsigned_badge(pair, suite, signer)
    unsigned["@context"] = [*unsigned["@context"], CONTEXT_2020]
    unsigned["undefined"] = {
        "ﬀ": [1e21, 0.1, -0.0, 1e-7, 5e-324],
        "\U0001f600": "\u0001\x7f\u2028",
        "z": None,
    }
    ours = pair.world.sign(unsigned, signer, suite=suite)
    assert pair.they_verify(ours) == {"ok": True}
    theirs = pair.they_sign(unsigned, signer, suite=suite)
    assert pair.we_verify(theirs) == (Outcome.VALID, ())
    if suite.startswith("eddsa"):
        assert ours["proof"]["proofValue"] == theirs["proof"]["proofValue"]
    more = ours | {"@context": [*ours["@context"], "https://w3id.org/security/data-integrity/v2"]}
    assert pair.they_verify(more) == {"ok": True}
    assert pair.we_verify(more) == (Outcome.VALID, ())
    fewer = ours | {"@context": ours["@context"][:-1]}
    assert pair.they_verify(fewer)["ok"] is False
    assert pair.we_verify(fewer) == (Outcome.INVALID, ("proof_context_mismatch",))


def present(pair: Pair, **changes: Any) -> Document:
    arguments = {
        "credentials": [pair.world.signed_badge()],
        "signer": pair.world.holder,
        "holder": pair.world.holder_id,
        "domain": DOMAIN,
        "challenge": CHALLENGE,
        "created": NOW,
        "contexts": pair.world.contexts,
    }
    return make_presentation(**(arguments | changes))


def test_a_presentation_of_ours_verifies_there_for_its_verifier_only(pair: Pair) -> None:
    ours = present(pair)
    assert pair.they_verify(ours, domain=DOMAIN, challenge=CHALLENGE) == {"ok": True}
    assert pair.they_verify(ours, domain=DOMAIN, challenge="other")["ok"] is False
    assert pair.they_verify(ours, domain="other", challenge=CHALLENGE)["ok"] is False
    altered = ours | {"verifiableCredential": [pair.world.signed_badge(credential_id="urn:uuid:2")]}
    assert pair.they_verify(altered, domain=DOMAIN, challenge=CHALLENGE)["ok"] is False


def test_a_presentation_of_theirs_verifies_here_for_its_verifier_only(pair: Pair) -> None:
    unsigned = {name: value for name, value in present(pair).items() if name != "proof"}
    theirs = pair.they_sign(unsigned, pair.world.holder, domain=DOMAIN, challenge=CHALLENGE)
    assert pair.we_verify_presentation(theirs) == (Outcome.VALID, ())
    other = pair.they_sign(unsigned, pair.world.holder, domain="other", challenge=CHALLENGE)
    assert pair.we_verify_presentation(other) == (Outcome.INVALID, ("domain_mismatch",))
