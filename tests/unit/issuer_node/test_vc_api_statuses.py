"""The status lists of the issuer profiles: given out before the signature, set by request, served signed."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlmodel import select

from credentials.status import MINIMUM_ENTRIES
from issuer_node.models import ProfileStatusEntry, ProfileStatusList
from tests.unit.issuer_node.conftest import BASE, World, open_world
from tests.unit.issuer_node.test_vc_api import AUTHORIZED, TOKEN, credential_of, post, refusal, verify

ENTRY = {"type": "BitstringStatusListEntry", "statusPurpose": "revocation"}
SUSPENSION = {**ENTRY, "statusPurpose": "suspension"}
PROFILE = "eddsa-rdfc-2022-ed25519"


@pytest.fixture
def either(database_url) -> Any:
    """A node on either database."""
    with open_world(database_url, vc_api_token=TOKEN) as opened:
        yield opened


@pytest.fixture
def world(tmp_path) -> Any:
    with open_world(f"sqlite:///{tmp_path}/node.db", vc_api_token=TOKEN) as opened:
        yield opened


def did_of(world: World, profile: str = PROFILE) -> str:
    return world.app.state.vc_api.profiles[profile].did


def issue(
    world: World, *entries: Any, profile: str = PROFILE, named: str | None = "urn:uuid:1"
) -> dict[str, Any]:
    credential = credential_of(did_of(world, profile), id=named)
    body = {"credential": credential, "options": {"credentialStatus": list(entries)}}
    answer = post(world, f"/issuers/{profile}/credentials/issue", body)
    assert answer.status_code == 201, answer.text
    return answer.json()["verifiableCredential"]


def update(world: World, path: str = "/credentials/status", **changes: Any) -> Any:
    body = {"credentialId": "urn:uuid:1", "credentialStatus": ENTRY, "status": True, **changes}
    return post(world, path, {name: value for name, value in body.items() if value is not None})


@pytest.mark.covers("vc-api", "C.3")
def test_a_credential_is_revoked_and_restored(either):
    signed = issue(either, ENTRY)
    entry = signed["credentialStatus"]
    assert entry.keys() >= {"type", "statusPurpose", "statusListIndex", "statusListCredential"}
    assert entry["id"] != entry["statusListCredential"]
    assert verify(either, signed).status_code == 200
    assert update(either).status_code == 200
    assert refusal(verify(either, signed)) == "revoked"
    assert verify(either, signed, {"checks": ["proof"]}).status_code == 200
    assert update(either, status=False).status_code == 200
    assert verify(either, signed).status_code == 200


@pytest.mark.attack("E1")
def test_each_purpose_has_a_list_of_its_own(world):
    signed = issue(world, ENTRY, SUSPENSION)
    lists = {each["statusPurpose"]: each["statusListCredential"] for each in signed["credentialStatus"]}
    assert len(set(lists.values())) == 2
    assert update(world, credentialStatus=SUSPENSION).status_code == 200
    assert refusal(verify(world, signed)) == "suspended"
    assert update(world, credentialStatus=SUSPENSION, status=False).status_code == 200
    assert verify(world, signed).status_code == 200


@pytest.mark.covers("vc-api", "C.2")
@pytest.mark.covers("bitstring-status-list-1.0", "2.2", "3.1")
def test_the_list_is_signed_by_the_profile_and_open_to_anybody(world):
    for profile in ("eddsa-rdfc-2022-ed25519", "eddsa-jcs-2022-ed25519", "ecdsa-sd-2023-p256"):
        entry = issue(world, ENTRY, profile=profile)["credentialStatus"]
        answer = world.client.get(entry["statusListCredential"].removeprefix(BASE))
        assert answer.status_code == 200
        assert "json" in answer.headers["content-type"]
        listed = answer.json()
        assert listed["id"] == entry["statusListCredential"]
        assert listed["issuer"] == did_of(world, profile)
        assert listed["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
        assert verify(world, listed).status_code == 200


@pytest.mark.covers("bitstring-status-list-1.0", "2.2", "3.1")
def test_a_list_is_signed_anew_when_it_says_something_new_or_after_an_hour(world):
    path = issue(world, ENTRY)["credentialStatus"]["statusListCredential"].removeprefix(BASE)
    first = world.client.get(path).content
    world.clock.advance(minutes=59)
    assert world.client.get(path).content == first
    update(world)
    second = world.client.get(path).content
    assert second != first
    world.clock.advance(minutes=61)
    third = world.client.get(path).json()
    assert third["validFrom"] > json.loads(second)["validFrom"]
    assert third["credentialSubject"] == json.loads(second)["credentialSubject"]
    world.clock.advance(minutes=-90)
    assert world.client.get(path).status_code == 200


@pytest.mark.covers("vc-api", "C.3")
def test_a_credential_without_an_id_is_named_by_its_entry(world):
    signed = issue(world, ENTRY, named=None)
    entry = signed["credentialStatus"]
    named = {**ENTRY, **{name: entry[name] for name in ("statusListCredential", "statusListIndex")}}
    assert update(world, credentialId=None, credentialStatus=named).status_code == 200
    assert refusal(verify(world, signed)) == "revoked"


@pytest.mark.covers("vc-api", "C.3")
def test_what_names_no_single_credential_is_refused(either):
    issue(either, ENTRY)
    assert refusal(update(either, credentialId="urn:uuid:2"), 404) == "status_unknown"
    assert refusal(update(either, credentialStatus=SUSPENSION), 404) == "status_unknown"
    other = "/issuers/eddsa-jcs-2022-ed25519/credentials/status"
    assert refusal(update(either, other), 404) == "status_unknown"
    assert update(either, f"/issuers/{PROFILE}/credentials/status").status_code == 200
    issue(either, ENTRY)
    assert refusal(update(either), 409) == "status_ambiguous"


@pytest.mark.covers("vc-api", "C.3")
def test_an_odd_update_is_refused(world):
    for changes in (
        {"credentialStatus": None},
        {"credentialStatus": {"type": "BitstringStatusListEntry"}},
        {"credentialStatus": {**ENTRY, "type": "StatusList2021Entry"}},
        {"credentialStatus": {**ENTRY, "statusPurpose": "parole"}},
        {"credentialStatus": {**ENTRY, "statusListIndex": 7}},
        {"credentialStatus": {**ENTRY, "statusListIndex": "-1"}},
        {"credentialStatus": {**ENTRY, "statusListIndex": "\u0967"}},
        {"credentialId": None},
        {"credentialId": 7},
        {"credentialId": ""},
        {"status": "true"},
    ):
        assert refusal(update(world, **changes)) == "request_invalid"


@pytest.mark.covers("vc-api", "3.2.1")
def test_an_odd_wish_for_a_status_is_refused(world):
    for entries in (
        [ENTRY, ENTRY],
        [ENTRY, SUSPENSION, ENTRY],
        [{}],
        [{**ENTRY, "statusPurpose": 1}],
        [{**ENTRY, "statusPurpose": ["revocation"]}],
        ["revocation"],
    ):
        body = {"credential": credential_of(did_of(world)), "options": {"credentialStatus": entries}}
        answer = post(world, f"/issuers/{PROFILE}/credentials/issue", body)
        assert refusal(answer) == "request_invalid"


def test_a_second_status_and_a_status_that_nobody_could_sign_are_refused(world):
    path = f"/issuers/{PROFILE}/credentials/issue"
    status = {"id": "urn:x:1", "type": "BitstringStatusListEntry"}
    credential = credential_of(did_of(world), credentialStatus=status)
    body = {"credential": credential, "options": {"credentialStatus": [ENTRY]}}
    assert refusal(post(world, path, body)) == "status_not_supported"
    # a BLS key signs base proofs alone, and a status list is shown whole
    bbs = "bbs-2023-bls12381g2"
    body = {"credential": credential_of(did_of(world, bbs)), "options": {"credentialStatus": [ENTRY]}}
    assert refusal(post(world, f"/issuers/{bbs}/credentials/issue", body)) == "status_not_supported"


@pytest.mark.covers("vc-api", "C.2")
def test_an_unknown_list_is_not_found(world):
    listed = issue(world, ENTRY)["credentialStatus"]["statusListCredential"].removeprefix(BASE)
    assert world.client.get(listed).status_code == 200
    assert world.client.get(listed + "x").status_code == 404
    assert world.client.get(listed.replace(PROFILE, "eddsa-jcs-2022-ed25519")).status_code == 404


@pytest.mark.covers("bitstring-status-list-1.0", "3.1")
@pytest.mark.attack("J4")
def test_workers_never_give_out_an_index_twice(either):
    with ThreadPoolExecutor(8) as workers:
        signed = list(workers.map(lambda number: issue(either, ENTRY, named=f"urn:uuid:{number}"), range(24)))
    places = {
        (each["credentialStatus"]["statusListCredential"], each["credentialStatus"]["statusListIndex"])
        for each in signed
    }
    assert len(places) == len(signed)


def test_a_list_is_left_when_half_of_it_is_given_out(either):
    first = issue(either, ENTRY)["credentialStatus"]["statusListCredential"]
    with either.node.database.write() as session:
        row = session.exec(select(ProfileStatusList)).one()
        row.used = MINIMUM_ENTRIES // 2
        session.add(row)
    second = issue(either, ENTRY)["credentialStatus"]["statusListCredential"]
    assert first != second
    with either.node.database.session() as session:
        assert len(session.exec(select(ProfileStatusEntry)).all()) == 2


def test_lists_last_beyond_a_restart(tmp_path):
    url = f"sqlite:///{tmp_path}/node.db"
    with open_world(url, vc_api_token=TOKEN) as world:
        signed = issue(world, ENTRY)
        assert update(world).status_code == 200
    with open_world(url, vc_api_token=TOKEN) as world:
        assert refusal(verify(world, signed)) == "revoked"
        assert world.client.get("/issuers", headers=AUTHORIZED).status_code == 200
