"""A node's identifiers live: a log beside did:web, keys that are rotated or revoked, and no process that goes on
with what was ended.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from credentials.report import Outcome
from did.document import DidDocument, Relationship
from did.key_history import KeyStatus
from did.keys import KeyType
from did.methods.web import did_web
from did.methods.webvh import parse_did_webvh
from did.webvh import LogKeyHistory, names_each_other, read_log
from issuer_node.errors import ConflictError, NotAllowedError, NotFoundError
from issuer_node.identifiers.changing import revoke_keys, rotate_keys
from issuer_node.identifiers.documents import MOST_REVOKED, MOST_ROTATED
from issuer_node.issuing import CredentialRequest, issue_credential
from issuer_node.main import create_app
from issuer_node.models import Issuance, IssuanceState, KeyChange, SigningKey, UpdateKey
from issuer_node.passeurs import invite_passeur, list_passeurs
from tests.event_loop import run as run_to_end
from tests.unit.issuer_node.conftest import BASE, open_world, settings_for
from tests.unit.issuer_node.test_exchange import check
from tests.unit.issuer_node.test_formats import check as check_over_http
from tests.unit.issuer_node.test_migrations import go_back

ROOT = Path(__file__).parents[3]
STEPS = ("key_change_decided", "key_change_made", "lists_signed")


def published(world) -> tuple[dict, LogKeyHistory]:
    """What anybody reads over HTTP: the did:web document, and the log, verified."""
    document = world.client.get("/.well-known/did.json").json()
    (did,) = document["alsoKnownAs"]
    answer = world.client.get("/.well-known/did.jsonl")
    assert answer.headers["content-type"].startswith("text/jsonl")
    log = read_log(answer.content, did=did, now=world.clock(), read_witness_file=lambda: b"")
    return document, LogKeyHistory.of(log)


def names(document: dict, relationship: str = "assertionMethod") -> set[str]:
    return {each.partition("#")[2] for each in document.get(relationship, [])}


def rows(world, table):
    with world.node.database.session() as session:
        return list(session.exec(select(table)))


@pytest.mark.covers("did-webvh-1.0", "Create (Register)", "Publishing a Parallel did:web DID")
def test_a_node_publishes_its_history_beside_its_face(world):
    document, history = published(world)
    log = history.log
    assert document["id"] == did_web(BASE)
    assert names_each_other(log.latest.read_document(), document)
    assert parse_did_webvh(log.did).did_web == document["id"]
    assert log.latest.parameters.next_key_hashes, "pre-rotation is on"
    assert log.latest.parameters.portable
    assert names(log.latest.read_document()) == names(document)
    for path in ("/did.json", "/did.jsonl"):
        assert world.client.get(path).content == world.client.get(f"/.well-known{path}").content
    etag = world.client.get("/.well-known/did.jsonl").headers["etag"]
    again = world.client.get("/.well-known/did.jsonl", headers={"if-none-match": etag})
    assert again.status_code == 304


def test_a_node_below_a_path_has_its_log_there(tmp_path):
    with open_world(f"sqlite:///{tmp_path}/n.db", base_url=f"{BASE}/noeud") as world:
        (did,) = world.client.get("/did.json").json()["alsoKnownAs"]
        assert parse_did_webvh(did).log_url == f"{BASE}/noeud/did.jsonl"
        log = world.client.get("/did.jsonl").content
        assert read_log(log, did=did, now=world.clock(), read_witness_file=lambda: b"").did == did


@pytest.mark.covers("did-webvh-1.0", "Update (Rotate)")
@pytest.mark.attack("F8")
def test_a_rotation_leaves_what_was_signed_valid(world):
    old = world.wallet().receive(world.offer(world.award()))
    before = {each.name for each in world.node.identity.keys}
    world.clock.advance(hours=1)
    rotate_keys(world.node, by=world.admin)
    document, history = published(world)
    in_use = {each.name for each in world.node.identity.keys}
    assert not in_use & before
    assert len(history.log.versions) == 2
    listed = names(document)
    assert before <= listed, "readers without history still find the key of an old badge"
    assert not before & names(document, "authentication")
    assert not before & names(history.log.latest.read_document())
    new = world.wallet().receive(world.offer(world.award()))
    for credential in (old, new):
        assert check(world, credential).outcome is Outcome.VALID
    assert old["proof"][0]["verificationMethod"] != new["proof"][0]["verificationMethod"]
    url = old["proof"][0]["verificationMethod"].replace(document["id"], history.log.did)
    assertion = Relationship.ASSERTION_METHOD
    for hours, status in ((1, KeyStatus.ROTATED), (-1, KeyStatus.NOT_LISTED)):
        signed_at = world.clock() - timedelta(hours=hours)
        found = history.standing(url, relationship=assertion, signed_at=signed_at, now=world.clock())
        assert found.status is status


@pytest.mark.covers("cid-1.0", "2.2")
@pytest.mark.attack("F8", "J10")
def test_a_stolen_key_is_marked_and_listed_for_nothing(world):
    award = world.award()
    old = world.wallet().receive(world.offer(award))
    (stolen,) = (
        each.name for each in world.node.identity.keys if each.private_key.key_type is KeyType.ED25519
    )
    path = old["credentialStatus"]["id"].removeprefix(BASE).partition("#")[0]
    revoke_keys(world.node, [stolen], by=world.admin)
    document, history = published(world)
    methods = {each["id"].partition("#")[2]: each for each in document["verificationMethod"]}
    assert methods[stolen]["revoked"] == "2026-11-24T09:30:00Z"
    assert stolen not in names(document) | names(document, "authentication")
    assert list(DidDocument.parse(document, expected_did=document["id"]).revoked_methods())
    assert history.log.latest.marks_revoked
    assert check(world, old).outcome is Outcome.INVALID
    new = world.wallet().receive(world.offer(world.award()))
    assert check(world, new).outcome is Outcome.VALID
    # the list is signed by the new key, and the bits are as they were
    signed = world.client.get(path).json()
    assert signed["proof"]["verificationMethod"] == new["proof"][0]["verificationMethod"]
    # the other keys were not touched
    assert len(world.node.identity.keys) == 2
    assert "key-2" in {each.name for each in world.node.identity.keys}
    with pytest.raises(ConflictError, match="key_revoked"):
        revoke_keys(world.node, [stolen], by=world.admin)


def test_a_rotated_key_can_still_be_declared_stolen(world):
    rotate_keys(world.node, by=None)
    in_use = [each.name for each in world.node.identity.keys]
    revoke_keys(world.node, ["key-1"], by=None)
    assert [each.name for each in world.node.identity.keys] == in_use, (
        "nothing replaces a key that signed no more"
    )
    document, _ = published(world)
    assert "key-1" not in names(document)
    assert "key-2" in names(document)
    with pytest.raises(NotFoundError, match="key_unknown"):
        revoke_keys(world.node, ["key-9"], by=None)


@pytest.mark.attack("I5")
def test_what_signs_no_more_is_erased(world):
    private = [each.private_key.to_raw() for each in world.node.identity.keys]
    rotate_keys(world.node, by=None)
    kept = {row.name: row.sealed_key for row in rows(world, SigningKey)}
    assert kept["key-1"] == kept["key-2"] == b""
    assert all(kept[each.name] for each in world.node.identity.keys)
    # of the log's keys, the promised one alone is kept, sealed
    (promised,) = rows(world, UpdateKey)
    assert promised.name == "update-3"
    assert not any(raw in sealed for raw in private for sealed in (*kept.values(), promised.sealed_key))


def test_only_the_coordination_changes_keys(world):
    invite_passeur(world.node, by=world.admin, email="p@node.example", name="P (exemple)")
    passeur = next(each for each in list_passeurs(world.node) if each.email == "p@node.example")
    with pytest.raises(NotAllowedError):
        rotate_keys(world.node, by=passeur)
    with pytest.raises(NotAllowedError):
        revoke_keys(world.node, ["key-1"], by=passeur)
    assert rows(world, KeyChange) == []


def test_tokens_and_their_keys_follow(world):
    content = world.client.get("/.well-known/jwks.json").json()
    before = {each["kid"] for each in content["keys"]}
    rotate_keys(world.node, by=None)
    after = {each["kid"] for each in world.client.get("/.well-known/jwks.json").json()["keys"]}
    assert before < after, "tokens of before are verified with the keys of before"
    revoke_keys(world.node, ["key-2"], by=None)
    for path, member in (("/.well-known/jwks.json", None), ("/.well-known/jwt-vc-issuer", "jwks")):
        answer = world.client.get(path).json()
        kids = {each["kid"].partition("#")[2] for each in (answer[member] if member else answer)["keys"]}
        assert "key-2-jwk" not in kids
        assert "key-1-jwk" in kids


def test_another_process_takes_new_keys_without_a_restart(world):
    other = create_app(settings_for(world.node.settings.database_url), clock=world.clock)
    rotate_keys(other.state.node, by=None)
    assert world.node.identity.generation < other.state.node.identity.generation
    wallet, offer = world.wallet(), world.offer(world.award())
    credential = wallet.receive(offer)
    signed_with = credential["proof"][0]["verificationMethod"]
    assert signed_with == other.state.node.identity.signer().verification_method
    assert check(world, credential).outcome is Outcome.VALID
    revoke_keys(other.state.node, [signed_with.partition("#")[2]], by=None)
    document, _ = published(world)
    assert signed_with.partition("#")[2] not in names(document)
    path = credential["credentialStatus"]["id"].removeprefix(BASE).partition("#")[0]
    assert world.client.get(path).json()["proof"]["verificationMethod"] != signed_with
    other.state.database.dispose()


@pytest.mark.attack("J10")
@pytest.mark.parametrize("step", ["intended", "built", "signed", "verified"])
@pytest.mark.parametrize("form", ["ldp_vc", "dc+sd-jwt"])
def test_nothing_that_a_key_signed_while_it_was_revoked_is_given_out(database_url, step, form):
    with open_world(database_url, credential_formats=[form]) as world:
        offer, wallet = world.offer(world.award()), world.wallet(embed_jwk=True)
        token = wallet.access(offer)
        other = create_app(settings_for(world.node.settings.database_url), clock=world.clock)
        stolen = [each.name for each in world.node.identity.keys]

        def revoke_at(reached: str) -> None:
            if reached == step and stolen:
                revoke_keys(other.state.node, [stolen.pop(), stolen.pop()], by=None)

        node = replace(world.node, listener=revoke_at)
        request = CredentialRequest(wallet.body(offer))
        content = run_to_end(issue_credential(node, access_token=token, request=request))
        assert not stolen
        token = json.loads(content)
        shown = token.encode() if isinstance(token, str) else content
        assert check_over_http(world, shown).outcome is Outcome.VALID
        kept = [row for row in rows(world, Issuance) if row.state == IssuanceState.ISSUED]
        assert [row.content for row in kept] == [content]
        other.state.database.dispose()


def die(world, *, step: str, stolen: list[str]) -> None:
    told = {
        "database_url": world.node.settings.database_url,
        "now": world.clock().isoformat(),
        "step": step,
        "names": stolen,
    }
    process = subprocess.run(
        [sys.executable, "-m", "tests.unit.issuer_node.changing_keys"],
        input=json.dumps(told), text=True, capture_output=True, cwd=ROOT, timeout=120, check=False,
    )  # fmt: skip
    assert process.returncode == -signal.SIGKILL, process.stderr[-2000:]


@pytest.mark.attack("J10")
@pytest.mark.parametrize("stolen", [[], ["key-1"]], ids=["rotate", "revoke"])
def test_a_change_that_was_decided_is_completed_by_the_next_start(database_url, stolen):
    for step in STEPS:
        with open_world(database_url) as world:
            in_use = {each.name for each in world.node.identity.keys}
            ended = [next(iter(sorted(in_use)))] if stolen else []
            versions = len(published(world)[1].log.versions)
            die(world, step=step, stolen=ended)
            (undone,) = [
                row for row in rows(world, KeyChange) if row.id not in done_before(world, undone=step)
            ]
            assert (undone.done_at is None) == (step == "key_change_decided")
        with open_world(database_url) as world:
            document, history = published(world)
            assert len(history.log.versions) == versions + 1
            assert all(row.done_at for row in rows(world, KeyChange))
            now_in_use = {each.name for each in world.node.identity.keys}
            assert now_in_use.isdisjoint(ended or in_use)
            assert len(rows(world, UpdateKey)) == 1
            new = world.wallet().receive(world.offer(world.award()))
            assert check(world, new).outcome is Outcome.VALID
            assert names(document) >= now_in_use


def done_before(world, *, undone: str) -> set[str]:
    """The changes of the steps before."""
    changes = sorted(rows(world, KeyChange), key=lambda row: row.done_at is None)
    return {row.id for row in changes[: STEPS.index(undone)]}


def test_a_node_of_before_gets_its_history_with_the_keys_that_it_has(database_url):
    with open_world(database_url) as world:
        old = world.wallet().receive(world.offer(world.award()))
        keys = [each.private_key.to_raw() for each in world.node.identity.keys]
    go_back(database_url, "0003")
    with open_world(database_url) as world:
        world.clock.advance(days=30)
        assert [each.private_key.to_raw() for each in world.node.identity.keys] == keys
        document, history = published(world)
        url = old["proof"][0]["verificationMethod"].replace(document["id"], history.log.did)
        standing = history.standing(
            url,
            relationship=Relationship.ASSERTION_METHOD,
            signed_at=world.clock() - timedelta(days=30),
            now=world.clock(),
        )
        assert standing.status is KeyStatus.IN_FORCE, "it signed before the log was written"
        rotate_keys(world.node, by=None)
        assert check(world, old).outcome is Outcome.VALID


def test_a_clock_that_went_back_changes_nothing(world):
    rotate_keys(world.node, by=None)
    world.clock.advance(hours=-1)
    with pytest.raises(ConflictError, match="clock_behind"):
        rotate_keys(world.node, by=None)
    assert len(rows(world, KeyChange)) == 1
    # within the slack, versions still follow one another
    world.clock.advance(minutes=59, seconds=30)
    rotate_keys(world.node, by=None)
    world.clock.advance(minutes=1)
    assert len(published(world)[1].log.versions) == 3


def test_the_documents_stay_small_however_often_keys_change(tmp_path):
    with open_world(f"sqlite:///{tmp_path}/n.db") as world:
        for _ in range(20):
            rotate_keys(world.node, by=None)
            world.clock.advance(days=1)
        listed = world.client.get("/did.json").json()["assertionMethod"]
        assert len(listed) == 2 * (2 + MOST_ROTATED)
        revoke_keys(world.node, [f"key-{number}" for number in range(1, 31)], by=None)
        document, history = published(world)
        rotated = {each.name for each in world.node.identity.all_keys if each.state == "rotated"}
        assert len(rotated) == 10
        assert names(document) >= rotated
        marked = [each for each in document["verificationMethod"] if "revoked" in each]
        assert len(marked) == 2 * MOST_REVOKED
        assert len(world.client.get("/did.json").content) < 65_536
        # the history forgets none of them
        assert len(history.log.versions) == 22


@pytest.mark.attack("J10")
def test_issuing_goes_on_while_keys_change(database_url):
    """Slips are collected by several people at once, while another process declares key after key stolen."""
    with open_world(database_url, selective_suites=[]) as world:
        badge = world.badge()
        offers = [world.offer(world.award(badge)) for _ in range(24)]
        other = create_app(settings_for(database_url, selective_suites=[]), clock=world.clock)

        def steal() -> None:
            for _ in range(6):
                revoke_keys(other.state.node, [other.state.node.identity.keys[0].name], by=None)

        with ThreadPoolExecutor(5) as pool:
            stealing = pool.submit(steal)
            received = list(pool.map(lambda offer: world.wallet().receive(offer), offers))
            stealing.result()
        # what was given out before its key was stolen does not hold; what holds is by no stolen key
        document, _ = published(world)
        stolen = {each["id"] for each in document["verificationMethod"] if "revoked" in each}
        kept = {row.credential_id: row.content for row in rows(world, Issuance) if row.content}
        assert len(kept) == len(offers)
        for credential in received:
            assert json.loads(kept[credential["id"]]) == credential
            is_stolen = credential["proof"]["verificationMethod"] in stolen
            assert (check(world, credential).outcome is Outcome.VALID) != is_stolen
        last = world.wallet().receive(world.offer(world.award(badge)))
        assert check(world, last).outcome is Outcome.VALID
        other.state.database.dispose()
