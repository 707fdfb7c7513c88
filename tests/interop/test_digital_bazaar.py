"""Digital Bazaar's JavaScript verifies what we sign, and we verify what it signs; neither takes an altered copy.

The packages are installed from the lock file into `node_modules` beside this file, once. Without node these tests are
skipped, and the run says so; with node, an install that fails is a failure.
"""

from __future__ import annotations

import copy
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from contexts import ContextStore
from credentials.exchange.presentations import make_presentation
from credentials.report import Outcome
from credentials.status import build_status_entry
from credentials.verification import check_credential, check_presentation
from did.document import DocumentKey, build_did_document
from did.encodings import encode_base58btc
from did.keys import KeySigner
from did.methods.key import resolve_did_key
from tests.unit.credentials.conftest import LIST_URL, NOW, World, did_of

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
PACKAGES = HERE / "node_modules"
STAMP = PACKAGES / ".lock-sha256"
DID_WEB = "did:web:node.example"
DID_WEB_URL = "https://node.example/.well-known/did.json"
DOMAIN, CHALLENGE = "decentralized_identifier:did:web:employer.example", "n-0S6_WzA2Mj"
Document = dict[str, Any]

pytestmark = [pytest.mark.interop, pytest.mark.xdist_group("interop")]


def install() -> None:
    """Install what the lock file says, unless just that is there already; two runs at once do it one after the other."""
    with (HERE / "package-lock.json").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        digest = hashlib.sha256(lock.read()).hexdigest()
        if STAMP.exists() and STAMP.read_text() == digest:
            return
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        result = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=300, check=False)
        if result.returncode != 0:
            said = result.stderr[-1500:]
            pytest.fail(f"node is there, but its packages cannot be installed: {said}", pytrace=False)
        STAMP.write_text(digest)


@pytest.fixture(scope="session")
def peer() -> Callable[..., Document]:
    """Ask the peer to sign or to verify."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("interop NOT run: node and npm are not installed (apt-get install nodejs npm)")
    install()

    def ask(action: str, document: Document, **more: Any) -> Document:
        message = {"action": action, "document": document, **more}
        result = subprocess.run(
            ["node", "peer.mjs"],
            cwd=HERE,
            input=json.dumps(message).encode(),
            capture_output=True,
            check=True,
            timeout=60,
            env={"PATH": os.environ["PATH"]},
        )
        answer: Document = json.loads(result.stdout)
        return answer

    return ask


class Pair:
    """The two implementations, in one small world."""

    def __init__(self, world: World, peer: Callable[..., Document]) -> None:
        self.world = world
        self._peer = peer
        self.web_issuer = KeySigner(world.issuer.private_key, f"{DID_WEB}#key-1")
        web_document = build_did_document(DID_WEB, [DocumentKey("key-1", world.issuer.public_key)])
        world.served.serve(DID_WEB_URL, web_document)
        keys = [did_of(each) for each in (world.issuer, world.holder, world.stranger)]
        self._known = {
            "contexts": world.contexts.newest_documents(),
            "dids": {DID_WEB: web_document} | {did: resolve_did_key(did) for did in keys},
        }

    def they_verify(self, document: Document, **purpose: str) -> Document:
        return self._peer("verify", document, **self._known, **purpose)

    def they_sign(self, document: Document, signer: KeySigner, **purpose: str) -> Document:
        key = {
            "id": signer.verification_method,
            "controller": did_of(signer),
            "publicKeyMultibase": signer.public_key.to_multikey(),
            "secretKeyMultibase": encode_base58btc(b"\x80\x26" + signer.private_key.to_raw()),
        }
        # their library puts the proof into the document that it is given
        answer = self._peer("sign", document, key=key, date="2026-11-24T08:30:00Z", **self._known, **purpose)
        assert answer["ok"], answer
        signed: Document = answer["document"]
        return signed

    def we_verify(self, document: Document) -> tuple[Outcome, tuple[str, ...]]:
        report = check_credential(json.dumps(document).encode(), context=self.world.context(), now=NOW)
        return report.outcome, report.codes

    def we_verify_presentation(self, document: Document) -> tuple[Outcome, tuple[str, ...]]:
        report = check_presentation(
            json.dumps(document).encode(),
            context=self.world.context(),
            now=NOW,
            expected_domain=DOMAIN,
            expected_challenge=CHALLENGE,
        )
        return report.outcome, report.codes


@pytest.fixture(scope="session")
def pair(peer: Callable[..., Document]) -> Pair:
    return Pair(World(ContextStore.load()), peer)


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
