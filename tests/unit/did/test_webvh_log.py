"""DID logs that a reader takes, and what it takes from them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from did.webvh.log import MAXIMUM_ENTRIES
from did.webvh.parameters import WitnessRule
from tests.timing import costs_at_most
from tests.unit.did.webvh_story import (
    BEGAN,
    NOW,
    PLACEHOLDER,
    Story,
    approval,
    document,
    key_hash,
    moment,
    multikey,
    problem,
    read,
    rule,
    witness_did,
)


@pytest.mark.covers("did-webvh-1.0", "The DID Log File", "Read (Resolve)")
def test_a_log_of_one_entry_is_a_did():
    story = Story()
    log = read(story)
    assert log.did == story.did == f"did:webvh:{story.scid}:a.example"
    assert log.failure is None
    assert (log.scid, log.latest.version_id) == (story.scid, story.ids[0])
    assert log.latest.version_time == BEGAN
    assert log.latest.read_document() == story.entries[0]["state"]


@pytest.mark.covers("did-webvh-1.0", "DID Method Parameters")
def test_every_parameter_is_read_and_kept_until_it_is_set_again():
    watchers = ["https://watcher.example/"]
    story = Story({"ttl": 60, "portable": True, "watchers": watchers})
    story.then({"updateKeys": [multikey(2)]}).then({"portable": False, "watchers": [], "ttl": 0}, by=2)
    first, second, third = (version.parameters for version in read(story).versions)
    assert (first.ttl, first.portable, first.watchers, first.update_keys) == (
        60,
        True,
        tuple(watchers),
        (multikey(1),),
    )
    assert (second.ttl, second.portable, second.update_keys) == (60, True, (multikey(2),))
    assert (third.ttl, third.portable, third.watchers, third.update_keys) == (0, False, (), (multikey(2),))


def test_what_is_not_set_has_its_default():
    parameters = read(Story()).latest.parameters
    assert (parameters.ttl, parameters.portable, parameters.deactivated) == (3600, False, False)
    assert (parameters.next_key_hashes, parameters.watchers, parameters.witness) == ((), (), None)


@pytest.mark.covers("did-webvh-1.0", "DID Method Parameters")
def test_null_from_early_implementations_is_the_default():
    nulls = {"watchers": None, "witness": None, "nextKeyHashes": None, "ttl": None}
    parameters = read(Story(nulls)).latest.parameters
    assert (parameters.watchers, parameters.witness, parameters.next_key_hashes) == ((), None, ())
    assert parameters.ttl == 3600


def test_keys_rotate_with_the_entry_after_the_one_that_names_them():
    story = Story().then({"updateKeys": [multikey(2)]}, by=1).then(by=2)
    assert problem(story) is None


def test_one_of_several_update_keys_is_enough_and_several_may_sign():
    story = Story({"updateKeys": [multikey(1), multikey(2)]}).then(by=2).then(by=(1, 2))
    assert problem(story) is None


@pytest.mark.covers("did-webvh-1.0", "Pre-Rotation Key Hash Generation and Verification")
def test_pre_rotation_runs_from_promise_to_promise_and_stops():
    story = Story({"nextKeyHashes": [key_hash(2), key_hash(9)]})
    # the entry that shows the promised key is signed by it
    story.then({"updateKeys": [multikey(2)], "nextKeyHashes": [key_hash(3), "anything"]}, by=2)
    story.then({"updateKeys": [multikey(3)], "nextKeyHashes": []}, by=3)
    # no promise any more: the keys before sign
    story.then({"updateKeys": [multikey(4)]}, by=3).then(by=4)
    assert problem(story) is None


def test_the_placeholder_stands_wherever_the_scid_does_member_names_too():
    state = document(f"did:webvh:{PLACEHOLDER}:a.example")
    state["x"] = {PLACEHOLDER: 1, "z": 2, "~": f"did:webvh:{PLACEHOLDER}:a.example"}
    story = Story({"watchers": [f"https://watcher.example/{PLACEHOLDER}"]}, state=state)
    assert story.scid in story.entries[0]["state"]["x"]
    assert problem(story) is None


def test_white_space_and_the_last_newline_are_of_no_account():
    story = Story().then()
    assert b'": ' in story.data
    for data in (
        story.data.removesuffix(b"\n"),
        b"\n".join(json.dumps(entry, separators=(",", ":")).encode() for entry in story.entries),
        story.data.replace(b"\n", b"\r\n"),
    ):
        assert problem(data) is None


def test_a_single_proof_may_stand_without_its_array():
    story = Story().then()
    for entry in story.entries:
        (entry["proof"],) = entry["proof"]
    assert problem(story) is None


@pytest.mark.parametrize(
    "time", ["2026-01-01T13:00:00Z", "2026-01-01T13:00:00+00:00", "2026-01-01T12:00:00.001Z"]
)
def test_times_are_utc_with_or_without_fractions(time: str):
    assert problem(Story().then(at=time)) is None


def test_a_moment_ahead_of_this_clock_is_let_through():
    story = Story()
    assert problem(story, now=BEGAN - timedelta(minutes=5)) is None
    assert problem(story, now=BEGAN - timedelta(minutes=5, seconds=1)) == "invalid_version_time"


def test_the_did_ends():
    story = Story().then({"deactivated": True, "updateKeys": []})
    log = read(story)
    assert log.failure is None
    assert log.latest.parameters.deactivated


def test_versions_before_the_first_that_fails_hold():
    story = Story().then()
    story.then(by=3)
    log = read(story)
    assert [version.version_id for version in log.versions] == story.ids[:2]
    assert log.failure is not None
    assert log.failure.version_number == 3
    assert log.failure.code == "invalidDid"


@pytest.mark.covers("did-webvh-1.0", "DID Portability")
class TestMoving:
    NEW = "b.example:people"

    def moved(self, story: Story, *aliases: str) -> dict[str, object]:
        return document(f"did:webvh:{story.scid}:{self.NEW}", alsoKnownAs=list(aliases))

    def test_a_portable_did_moves_and_is_read_under_both_names(self):
        story = Story({"portable": True})
        old = story.did
        story.then(state=self.moved(story, old)).then()
        assert read(story).did == f"did:webvh:{story.scid}:{self.NEW}"
        assert read(story, did=old).did == story.did

    def test_the_old_name_is_said_in_the_entry_that_moves(self):
        story = Story({"portable": True})
        assert problem(story.branch().then(state=self.moved(story, "https://a.example"))) == "not_portable"
        assert problem(story.branch().then(state=self.moved(story))) == "not_portable"
        assert problem(story.branch().then(state=self.moved(story, story.did))) is None

    def test_a_did_that_may_not_move_does_not(self):
        for parameters in ({}, {"portable": False}):
            story = Story(parameters)
            assert problem(story.then(state=self.moved(story, story.did))) == "not_portable"

    def test_portability_that_was_given_up_is_gone(self):
        story = Story({"portable": True}).then({"portable": False})
        assert problem(story.branch().then(state=self.moved(story, story.did))) == "not_portable"
        assert problem(story.branch().then({"portable": True})) == "invalid_parameter"
        assert problem(story) is None


@pytest.mark.covers("did-webvh-1.0", "Security Considerations")
class TestWhatIsKnown:
    def test_a_log_that_grew_is_verified_from_there(self):
        story = Story().then()
        known = read(story)
        grown = read(story.then(), known=known)
        assert grown.versions[:2] == known.versions
        assert grown.versions[0] is known.versions[0]
        assert grown.latest.version_number == 3

    def test_a_log_that_did_not_change_is_the_known_one(self):
        story = Story().then()
        known = read(story)
        assert read(story, known=known) is known
        assert read(story.data.rstrip(), known=known, did=story.did) is known

    def test_the_same_history_in_other_white_space_is_the_same(self):
        story = Story().then()
        known = read(story)
        compact = b"\n".join(
            json.dumps(entry, separators=(",", ":")).encode() for entry in story.then().entries
        )
        assert read(compact, known=known).latest.version_number == 3

    @pytest.mark.attack("F9")
    def test_a_fork_is_refused(self):
        story = Story()
        other = story.branch().then({"ttl": 1}).then()
        known = read(story.then({"ttl": 2}))
        assert problem(other, known=known) == "log_forked"
        assert problem(other) is None

    @pytest.mark.attack("F9")
    def test_another_beginning_is_another_did(self):
        known = read(Story())
        assert problem(Story({"ttl": 1}), did=known.did, known=known) == "scid_verification_failed"

    @pytest.mark.attack("F9")
    def test_a_log_that_was_cut_is_refused(self):
        story = Story().then().then()
        known = read(story)
        assert problem(story.first(2), known=known) == "log_rolled_back"
        assert problem(story.first(2)) is None

    def test_a_bad_entry_after_what_is_known_does_not_undo_it(self):
        story = Story().then()
        known = read(story)
        grown = read(story.then(by=5), known=known)
        assert grown.versions == known.versions
        assert grown.failure is not None

    def test_what_is_known_costs_no_signature(self):
        story = Story()
        for _ in range(200):
            story.then()
        data = story.data
        known = read(data, did=story.did)
        more = story.then().data
        with costs_at_most(0.01):
            read(more, did=story.did, known=known)


def test_the_largest_ordinary_log_costs_little():
    story = Story()
    for _ in range(MAXIMUM_ENTRIES - 1):
        story.then()
    data = story.data
    with costs_at_most(0.25):
        assert len(read(data, did=story.did).versions) == MAXIMUM_ENTRIES


def test_a_rule_names_its_witnesses():
    story = Story({"witness": rule(1, 7, 8)})
    log = read(story, witness_file=[approval(story.ids[0], 7)])
    assert log.latest.witness == WitnessRule(1, (witness_did(7), witness_did(8)))
    assert log.latest.time_text == moment(0)
    assert log.latest.version_time < NOW
