"""Writing a did:webvh: what comes out is what a reader takes, or nothing comes out."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from did.document import Relationship
from did.errors import DidError, InvalidDidError
from did.keys import KeyType
from did.methods.webvh import parse_did_webvh
from did.webvh.documents import names_each_other, parallel_did_web
from did.webvh.errors import InvalidLogError
from did.webvh.log import read_log
from did.webvh.parameters import WitnessRule
from did.webvh.witnessing import approve_version, write_witness_file
from did.webvh.writing import (
    WrittenLog,
    create_log,
    deactivate_log,
    key_hashes,
    move_log,
    multikeys,
    update_log,
)
from tests.unit.did.webvh_story import BEGAN, NOW, PLACEHOLDER, document, read, signer, witness_did

Json = dict[str, Any]
TEMPLATE = document(f"did:webvh:{PLACEHOLDER}:a.example", 1, alsoKnownAs=["did:web:a.example"])


def keys(*seeds: int) -> list[str]:
    return multikeys(signer(seed).public_key for seed in seeds)


def promised(*seeds: int) -> list[str]:
    return key_hashes(signer(seed).public_key for seed in seeds)


def created(parameters: Json | None = None, state: Json | None = None) -> WrittenLog:
    return create_log(
        state or TEMPLATE,
        signer=signer(1),
        parameters={"updateKeys": keys(1)} | (parameters or {}),
        now=BEGAN,
    )


def refusal(act: Any, *args: Any, **more: Any) -> str:
    with pytest.raises(InvalidLogError) as caught:
        act(*args, **more)
    return str(caught.value.problem)


@pytest.mark.covers("did-webvh-1.0", "Create (Register)")
class TestCreate:
    def test_a_did_is_born(self):
        written = created()
        scid = written.log.scid
        assert written.log.did == f"did:webvh:{scid}:a.example"
        entry = json.loads(written.lines)
        assert list(entry) == ["versionId", "versionTime", "parameters", "state", "proof"]
        assert entry["parameters"] == {"method": "did:webvh:1.0", "scid": scid, "updateKeys": keys(1)}
        assert entry["versionTime"] == "2026-01-01T12:00:00Z"
        assert entry["state"]["assertionMethod"][0] == f"{written.log.did}#key-1"
        assert PLACEHOLDER.encode() not in written.lines
        assert read(written.lines).versions == written.log.versions

    def test_line_by_line_without_white_space(self):
        lines = created().lines
        assert lines.endswith(b"\n")
        assert lines.count(b"\n") == 1
        assert b'": ' not in lines

    def test_the_same_beginning_has_the_same_name(self):
        assert created().lines == created().lines
        assert created({"ttl": 1}).log.scid != created({"ttl": 2}).log.scid

    def test_a_zone_is_no_other_time(self):
        paris = BEGAN.astimezone(tz=None)
        written = create_log(TEMPLATE, signer=signer(1), parameters={"updateKeys": keys(1)}, now=paris)
        assert written.lines == created().lines

    @pytest.mark.parametrize(
        "did",
        ["did:web:a.example", "did:webvh:{SCID}", "did:webvh:{SCID}:127.0.0.1", "did:webvh:{SCID}:localhost"],
    )
    def test_a_name_that_is_none(self, did: str):
        with pytest.raises(InvalidDidError):
            created(state=document(did))

    def test_on_loopback_for_development(self):
        written = create_log(
            document(f"did:webvh:{PLACEHOLDER}:localhost%3A8001"),
            signer=signer(1),
            parameters={"updateKeys": keys(1)},
            now=BEGAN,
            allow_insecure_loopback=True,
        )
        assert (
            parse_did_webvh(written.log.did, allow_insecure_loopback=True).origin == "http://localhost:8001"
        )

    def test_what_a_reader_would_refuse_is_not_written(self):
        assert refusal(created, {"updateKeys": keys(2)}) == "update_key_not_authorized"
        assert refusal(created, {"ttl": -1}) == "invalid_parameter"
        assert refusal(created, {"witness": {"threshold": 0, "witnesses": []}}) == "invalid_parameter"

    def test_a_key_of_another_kind_signs_no_log(self):
        p256 = signer(1, KeyType.P256)
        with pytest.raises(InvalidLogError):
            create_log(
                TEMPLATE, signer=p256, parameters={"updateKeys": multikeys([p256.public_key])}, now=BEGAN
            )


@pytest.mark.covers("did-webvh-1.0", "Update (Rotate)")
class TestUpdate:
    def test_a_document_and_keys_change(self):
        first = created()
        new = first.log.latest.read_document() | {"controller": first.log.did}
        second = update_log(
            first.log, signer=signer(1), now=NOW, document=new, parameters={"updateKeys": keys(2)}
        )
        third = update_log(second.log, signer=signer(2), now=NOW)
        log = read(first.lines + second.lines + third.lines)
        assert [version.read_document() for version in log.versions[1:]] == [new, new]
        assert log.latest.version_id == third.log.latest.version_id
        assert refusal(update_log, second.log, signer=signer(1), now=NOW) == "update_key_not_authorized"

    def test_pre_rotation(self):
        first = created({"nextKeyHashes": promised(2)})
        step = {"updateKeys": keys(2), "nextKeyHashes": promised(3)}
        second = update_log(first.log, signer=signer(2), now=NOW, parameters=step)
        assert read(first.lines + second.lines).failure is None
        assert refusal(update_log, first.log, signer=signer(1), now=NOW) == "pre_rotation_violated"
        late = {"updateKeys": keys(2), "nextKeyHashes": promised(4)}
        assert (
            refusal(update_log, second.log, signer=signer(2), now=NOW, parameters=late)
            == "pre_rotation_violated"
        )

    def test_two_versions_of_one_moment_are_a_second_apart(self):
        first = created()
        second = update_log(first.log, signer=signer(1), now=BEGAN)
        assert second.log.latest.version_time == BEGAN + timedelta(seconds=1)

    def test_a_clock_that_is_behind_by_far_is_noticed(self):
        first = created()
        early = BEGAN - timedelta(hours=1)
        assert refusal(update_log, first.log, signer=signer(1), now=early) == "invalid_version_time"

    def test_it_does_not_move_by_the_way(self):
        first = created({"portable": True})
        elsewhere = document(f"did:webvh:{first.log.scid}:b.example")
        assert refusal(update_log, first.log, signer=signer(1), now=NOW, document=elsewhere) == "not_portable"


@pytest.mark.covers("did-webvh-1.0", "DID Portability")
class TestMove:
    def test_a_portable_did_moves(self):
        state = TEMPLATE | {
            "service": [
                {
                    "id": "#x",
                    "type": "X",
                    "serviceEndpoint": f"did:webvh:{PLACEHOLDER}:a.example?service=files",
                }
            ],
            "controller": f"did:webvh:{PLACEHOLDER}:a.example:other",
            "x": [1, True, None],
        }
        first = created({"portable": True}, state)
        moved = move_log(first.log, address="b.example%3A8443:people", signer=signer(1), now=NOW)
        scid, new = first.log.scid, moved.log.latest.read_document()
        assert moved.log.did == new["id"] == f"did:webvh:{scid}:b.example%3A8443:people"
        assert new["alsoKnownAs"] == ["did:web:b.example%3A8443:people", first.log.did]
        assert new["assertionMethod"][0] == f"{moved.log.did}#key-1"
        assert new["service"][0]["serviceEndpoint"] == f"{moved.log.did}?service=files"
        # a name that only begins like the old one is another DID
        assert new["controller"] == f"did:webvh:{scid}:a.example:other"
        assert new["x"] == [1, True, None]
        log = read(first.lines + moved.lines)
        assert log.latest.parse_document() is not None

    def test_and_back(self):
        first = created({"portable": True})
        there = move_log(first.log, address="b.example", signer=signer(1), now=NOW)
        back = move_log(there.log, address="a.example", signer=signer(1), now=NOW)
        assert back.log.did == first.log.did
        assert back.log.latest.read_document()["alsoKnownAs"] == ["did:web:a.example", there.log.did]

    def test_a_single_other_name_stays_whole(self):
        first = created({"portable": True}, TEMPLATE | {"alsoKnownAs": "https://a.example/about"})
        moved = move_log(first.log, address="b.example", signer=signer(1), now=NOW)
        names = moved.log.latest.read_document()["alsoKnownAs"]
        assert names == ["https://a.example/about", first.log.did]

    def test_one_that_may_not_move_does_not(self):
        assert (
            refusal(move_log, created().log, address="b.example", signer=signer(1), now=NOW) == "not_portable"
        )

    def test_to_nowhere(self):
        with pytest.raises(DidError):
            move_log(created({"portable": True}).log, address="127.0.0.1", signer=signer(1), now=NOW)


@pytest.mark.covers("did-webvh-1.0", "Deactivate (Revoke)")
class TestDeactivate:
    def test_a_did_ends(self):
        first = created()
        last = deactivate_log(first.log, signer=signer(1), now=NOW)
        parameters = read(first.lines + last.lines).latest.parameters
        assert (parameters.deactivated, parameters.update_keys) == (True, ())
        assert refusal(update_log, last.log, signer=signer(1), now=NOW) == "updated_after_deactivation"

    def test_under_pre_rotation_in_two_steps(self):
        first = created({"nextKeyHashes": promised(2)})
        last = deactivate_log(first.log, signer=signer(2), now=NOW)
        assert last.lines.count(b"\n") == 2
        log = read(first.lines + last.lines)
        assert [version.parameters.deactivated for version in log.versions] == [False, False, True]
        assert refusal(deactivate_log, first.log, signer=signer(1), now=NOW) == "pre_rotation_violated"

    def test_with_a_last_document(self):
        first = created()
        last = first.log.latest.read_document() | {"verificationMethod": [], "assertionMethod": []}
        written = deactivate_log(first.log, signer=signer(1), now=NOW, document=last)
        assert written.log.latest.read_document() == last


def test_witnesses_approve_what_was_written_before_it_is_published():
    rule = WitnessRule(2, (witness_did(7), witness_did(8)))
    first = created({"witness": rule.to_json()})
    gathered, held = [], {}
    for seed in (7, 8):
        given, held[seed] = approve_version(
            first.lines, did=first.log.did, signer=signer(seed), now=BEGAN, held=None
        )
        gathered.append(given)
    file = write_witness_file(gathered, published=None)
    published = read(first.lines, witness_file=file)
    second = update_log(published, signer=signer(1), now=NOW, parameters={"witness": {}})
    data = first.lines + second.lines
    for seed in (7, 8):
        given, _ = approve_version(data, did=first.log.did, signer=signer(seed), now=NOW, held=held[seed])
        gathered.append(given)
    # published before the log is: the reader of the old log finds what it needs, and so does that of the new one
    file = write_witness_file(gathered, published=published)
    for log in (first.lines, data):
        assert read_log(log, did=first.log.did, now=NOW, read_witness_file=lambda: file).failure is None


def test_the_parallel_did_web_names_its_history_and_is_named_by_it():
    log = created().log
    did = parse_did_webvh(log.did)
    web = parallel_did_web(log.latest.read_document(), did)
    assert web["id"] == "did:web:a.example"
    assert names_each_other(log.latest.read_document(), web)
    assert web[str(Relationship.ASSERTION_METHOD)][0] == "did:web:a.example#key-1"
