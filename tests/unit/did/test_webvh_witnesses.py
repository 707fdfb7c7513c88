"""Witnesses: who must have approved an entry, and what counts as approval."""

from __future__ import annotations

import json
from typing import Any

import pytest

from did.webvh.errors import InvalidLogError
from did.webvh.log import MAXIMUM_ENTRIES, verify_entries
from did.webvh.witnesses import (
    MAXIMUM_WITNESS_BYTES,
    MAXIMUM_WITNESS_PROOFS,
    Approval,
    read_witness_file,
)
from did.webvh.witnessing import approve_version, write_witness_file
from tests.timing import costs_at_most
from tests.unit.did.webvh_story import (
    NOW,
    Story,
    approval,
    document,
    multikey,
    problem,
    problem_at,
    proof_of,
    read,
    rule,
    signer,
    witness_did,
)

pytestmark = pytest.mark.attack("F9")
LACKING = "witness_verification_failed"
Json = dict[str, Any]


@pytest.mark.covers("did-webvh-1.0", "DID Witnesses")
class TestThreshold:
    def test_enough_witnesses(self):
        story = Story({"witness": rule(2, 7, 8, 9)})
        (first,) = story.ids
        assert problem(story, witness_file=[approval(first, 7, 9)]) is None
        assert problem(story, witness_file=[approval(first, 7, 8, 9)]) is None

    @pytest.mark.parametrize("by", [(), (7,), (7, 7), (7, 5), (5, 6)])
    def test_too_few_or_others_or_one_twice(self, by: tuple[int, ...]):
        story = Story({"witness": rule(2, 7, 8, 9)})
        assert problem(story, witness_file=[approval(story.ids[0], *by)]) == LACKING

    def test_one_witness_under_two_entries_of_the_file_counts_once(self):
        story = Story({"witness": rule(2, 7, 8)})
        twice = [approval(story.ids[0], 7), approval(story.ids[0], 7)]
        assert problem(story, witness_file=twice) == LACKING
        assert problem(story, witness_file=[*twice, approval(story.ids[0], 8)]) is None


@pytest.mark.covers("did-webvh-1.0", "DID Witnesses")
class TestWhoIsAsked:
    def test_a_first_entry_asks_those_that_it_names(self):
        story = Story({"witness": rule(1, 7)})
        assert problem(story, witness_file=[]) == LACKING
        assert problem(story, witness_file=[approval(story.ids[0], 7)]) is None

    def test_the_first_rule_of_a_log_holds_at_once(self):
        story = Story().then({"witness": rule(1, 7)})
        assert problem_at(story, witness_file=[]) == (LACKING, 2)
        assert problem(story, witness_file=[approval(story.ids[1], 7)]) is None

    def test_a_change_of_witnesses_is_approved_by_those_before(self):
        story = Story({"witness": rule(2, 7, 8)}).then({"witness": rule(1, 9)})
        one, two = story.ids
        assert problem_at(story, witness_file=[approval(one, 7, 8), approval(two, 9)]) == (LACKING, 2)
        assert problem(story, witness_file=[approval(one, 7, 8), approval(two, 7)]) == LACKING
        assert problem(story, witness_file=[approval(two, 7, 8)]) is None
        # and after that, the new one
        story.then()
        assert problem(story, witness_file=[approval(story.ids[2], 7, 8)]) == LACKING
        assert problem(story, witness_file=[approval(two, 7, 8), approval(story.ids[2], 9)]) is None

    def test_doing_without_witnesses_is_approved_by_them_and_then_nobody_is_asked(self):
        story = Story({"witness": rule(1, 7)}).then({"witness": {}})
        one, two = story.ids
        assert problem_at(story, witness_file=[approval(one, 7)]) == (LACKING, 2)
        story.then()
        assert problem(story, witness_file=[approval(two, 7)]) is None

    def test_without_witnesses_no_file_is_asked_for(self):
        assert read(Story().then()).failure is None


@pytest.mark.covers("did-webvh-1.0", "DID Witnesses")
class TestReach:
    def test_a_later_proof_covers_the_entries_before(self):
        story = Story({"witness": rule(2, 7, 8)}).then().then()
        _, two, three = story.ids
        assert problem(story, witness_file=[approval(three, 7, 8)]) is None
        assert problem(story, witness_file=[approval(three, 7), approval(two, 8)]) == LACKING

    def test_an_earlier_proof_does_not_cover_the_entries_after(self):
        story = Story({"witness": rule(1, 7)}).then().then()
        assert problem_at(story, witness_file=[approval(story.ids[1], 7)]) == (LACKING, 3)

    def test_a_proof_for_a_version_that_is_not_published_covers_nothing(self):
        story = Story({"witness": rule(1, 7)})
        to_come = story.branch().then().ids[1]
        assert problem(story, witness_file=[approval(to_come, 7)]) == LACKING
        assert problem(story, witness_file=[approval(to_come, 7), approval(story.ids[0], 7)]) is None

    def test_a_proof_of_another_log(self):
        story, other = Story({"witness": rule(1, 7)}), Story({"witness": rule(1, 7), "ttl": 60})
        assert problem(story, witness_file=[approval(other.ids[0], 7)]) == LACKING

    def test_a_proof_under_another_version_than_it_signed(self):
        story = Story({"witness": rule(1, 7)}).then()
        moved = approval(story.ids[0], 7) | {"versionId": story.ids[1]}
        assert problem_at(story, witness_file=[moved, approval(story.ids[0], 7)]) == (LACKING, 2)

    def test_a_newer_proof_that_does_not_hold_leaves_the_older_one(self):
        story = Story({"witness": rule(1, 7)}).then({"witness": {}}).then()
        broken = approval(story.ids[2], 7)
        broken["proof"][0]["proofValue"] = approval(story.ids[0], 7)["proof"][0]["proofValue"]
        assert problem(story, witness_file=[broken, approval(story.ids[1], 7)]) is None
        assert problem(story, witness_file=[broken]) == LACKING


class TestProofs:
    @pytest.mark.parametrize(
        "members",
        [
            {"cryptosuite": "ecdsa-jcs-2019"},
            {"proofPurpose": "authentication"},
            {"verificationMethod": f"{witness_did(7)}#{multikey(8)}"},
            {"verificationMethod": f"{witness_did(8)}#{multikey(7)}"},
            {"verificationMethod": witness_did(7)},
        ],
    )
    def test_a_proof_of_another_kind_counts_for_nothing(self, members: Json):
        story = Story({"witness": rule(1, 7)})
        signed = {"versionId": story.ids[0]}
        assert problem(story, witness_file=[signed | {"proof": [proof_of(signed, 7, **members)]}]) == LACKING
        assert problem(story, witness_file=[signed | {"proof": proof_of(signed, 7)}]) is None

    @pytest.mark.parametrize(
        "entry", [{}, {"versionId": "1-x"}, {"proof": []}, {"versionId": 7, "proof": [{}]}]
    )
    def test_entries_that_say_nothing_are_left_out(self, entry: Json):
        story = Story({"witness": rule(1, 7)})
        assert problem(story, witness_file=[entry, approval(story.ids[0], 7)]) is None

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"{}",
            b"null",
            b"[1]",
            b"[[]]",
            b'[{"versionId": "1", "versionId": "2"}]',
            b"\xff",
            b"[" * 100,
            b" " * (MAXIMUM_WITNESS_BYTES + 1),
        ],
        ids=range(9),
    )
    def test_a_file_that_is_none(self, data: bytes):
        assert problem(Story({"witness": rule(1, 7)}), witness_file=data) == LACKING

    def test_too_many_proofs_are_not_looked_at(self):
        story = Story({"witness": rule(1, 7)})
        flood = {"versionId": story.ids[0], "proof": [{}] * MAXIMUM_WITNESS_PROOFS}
        assert (
            problem(
                story,
                witness_file=[
                    flood | {"proof": [{}] * (MAXIMUM_WITNESS_PROOFS - 1)},
                    approval(story.ids[0], 7),
                ],
            )
            is None
        )
        assert problem(story, witness_file=[flood, approval(story.ids[0], 7)]) == LACKING

    def test_signatures_that_do_not_hold_cost_only_so_much(self):
        story = Story({"witness": rule(1, 7)})
        proof = proof_of({"versionId": "another"}, 7)
        flood = [{"versionId": story.ids[0], "proof": [proof] * MAXIMUM_WITNESS_PROOFS}]
        with costs_at_most(0.1):
            assert problem(story, witness_file=flood) == LACKING


class TestGrowth:
    def test_what_was_approved_before_is_not_asked_again(self):
        story = Story({"witness": rule(2, 7, 8)})
        known = read(story, witness_file=[approval(story.ids[0], 7, 8)])
        # the file was pruned, and one of the witnesses has changed
        story.then({"witness": rule(1, 9)})
        grown = read(story, known=known, witness_file=[approval(story.ids[1], 7, 8)])
        story.then()
        assert read(story, known=grown, witness_file=[approval(story.ids[2], 9)]).failure is None
        assert problem(story, witness_file=[approval(story.ids[2], 9)]) == LACKING

    def test_what_was_never_asked_is_not_taken_for_approved(self):
        story = Story({"witness": rule(1, 7)})
        unwitnessed = verify_entries(story.data, did=story.did, now=NOW)
        assert problem(story, known=unwitnessed, witness_file=[]) == LACKING
        assert problem(story.then(), known=unwitnessed, witness_file=[]) == LACKING
        assert problem(story, known=unwitnessed, witness_file=[approval(story.ids[1], 7)]) is None

    def test_a_file_that_cannot_be_read_leaves_the_versions_that_need_none(self):
        story = Story().then({"witness": rule(1, 7)})
        assert problem_at(story, witness_file=b"not json") == (LACKING, 2)

    def test_what_is_new_is_asked_for(self):
        story = Story({"witness": rule(1, 7)})
        known = read(story, witness_file=[approval(story.ids[0], 7)])
        log = read(story.then(), known=known, witness_file=[approval(story.ids[0], 7)])
        assert log.versions == known.versions
        assert log.failure is not None

    def test_many_witnesses_of_many_entries_cost_little(self):
        story = Story({"witness": rule(32, *range(10, 42))})
        while len(story.entries) < MAXIMUM_ENTRIES:
            story.then()
        data, file = story.data, [approval(story.ids[-1], *range(10, 42))]
        with costs_at_most(0.25):
            assert read(data, did=story.did, witness_file=file).failure is None


@pytest.mark.covers("did-webvh-1.0", "DID Witnesses")
class TestBeingOne:
    def test_a_witness_approves_version_after_version(self):
        story = Story({"witness": rule(1, 7)})
        first, held = approve_version(story.data, did=story.did, signer=signer(7), now=NOW, held=None)
        assert problem(story, witness_file=write_witness_file([first], published=None)) is None
        story.then()
        second, _ = approve_version(story.data, did=story.did, signer=signer(7), now=NOW, held=held)
        assert second.version_id == story.ids[1]
        assert problem(story, witness_file=write_witness_file([first, second], published=held)) is None

    def test_it_says_the_same_twice(self):
        story = Story({"witness": rule(1, 7)})
        _, held = approve_version(story.data, did=story.did, signer=signer(7), now=NOW, held=None)
        again, _ = approve_version(story.data, did=story.did, signer=signer(7), now=NOW, held=held)
        assert again.version_id == story.ids[0]

    def refusal(self, story: Story, **more: Any) -> str:
        with pytest.raises(InvalidLogError) as caught:
            approve_version(
                story.data, did=story.did, now=NOW, **({"signer": signer(7), "held": None} | more)
            )
        return str(caught.value.problem)

    def test_it_never_approves_two_versions_after_the_same_one(self):
        story = Story({"witness": rule(1, 7)})
        other = story.branch().then({"ttl": 1})
        _, held = approve_version(story.then().data, did=story.did, signer=signer(7), now=NOW, held=None)
        assert self.refusal(other, held=held) == "log_forked"

    def test_it_approves_no_log_that_a_reader_would_refuse(self):
        assert self.refusal(Story({"witness": rule(1, 7)}).then(by=3)) == "update_key_not_authorized"

    def test_it_approves_one_version_at_a_time_and_only_when_asked(self):
        story = Story({"witness": rule(1, 7)})
        _, held = approve_version(story.data, did=story.did, signer=signer(7), now=NOW, held=None)
        assert self.refusal(story.branch().then().then(), held=held) == LACKING
        assert self.refusal(story, signer=signer(8)) == LACKING
        assert self.refusal(Story()) == LACKING


class TestTheFile:
    def made(self, *approvals: Json, published: Story | None) -> dict[str, int]:
        gathered: list[Approval] = read_witness_file(json.dumps(approvals).encode())
        log = verify_entries(published.data, did=published.did, now=NOW) if published else None
        file = json.loads(write_witness_file(gathered, published=log))
        return {entry["versionId"]: len(entry["proof"]) for entry in file}

    def test_the_newest_published_proof_of_each_and_those_to_come(self):
        story = Story({"witness": rule(1, 7, 8)}).then()
        one, two = story.ids
        to_come = story.branch().then().ids[2]
        approvals = [approval(one, 7, 8), approval(two, 7), approval(to_come, 7)]
        assert self.made(*approvals, published=story) == {one: 1, two: 1, to_come: 1}
        assert self.made(*approvals, published=None) == {one: 2, two: 1, to_come: 1}
        assert self.made(approval(two, 7, 7), published=story) == {two: 1}
        assert self.made(published=story) == {}

    def test_two_versions_of_one_number_are_never_gathered(self):
        story = Story({"witness": rule(1, 7, 8)})
        ours, theirs = (story.branch().then({"ttl": seconds}) for seconds in (1, 2))
        both = [approval(ours.ids[1], 7), approval(theirs.ids[1], 8)]
        for published in (None, story):
            with pytest.raises(InvalidLogError) as caught:
                self.made(*both, published=published)
            assert caught.value.problem == "log_forked"
        with pytest.raises(InvalidLogError):
            self.made(approval(theirs.ids[1], 7), published=ours)
        assert self.made(approval(ours.ids[1], 7, 8), published=ours) == {ours.ids[1]: 2}

    def test_a_moved_did_asks_its_witnesses_still(self):
        story = Story({"witness": rule(1, 7), "portable": True})
        old = story.did
        story.then(state=document(f"did:webvh:{story.scid}:b.example", alsoKnownAs=[old]))
        assert problem_at(story, witness_file=[approval(story.ids[0], 7)], did=old) == (LACKING, 2)
        assert problem(story, witness_file=[approval(story.ids[1], 7)]) is None
