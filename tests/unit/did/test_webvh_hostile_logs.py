"""DID logs that are refused, each beside the log that differs in nothing else and is taken."""

from __future__ import annotations

import json
from copy import deepcopy
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from did.keys import KeyType
from did.methods import did_key_method_id
from did.webvh.errors import InvalidLogError
from tests.unit.did.webvh_story import (
    NOW,
    PLACEHOLDER,
    Story,
    document,
    key_hash,
    moment,
    multikey,
    problem,
    problem_at,
    proof_of,
    read,
    signer,
)

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.attack("F9")
Json = dict[str, Any]
OTHER_SCID = "QmNLei78zWmzUdbeRB3CiUfAizWUrbeeZh5K1rhAQKCh51"


def changed(story: Story, change: Callable[[Json], object], *, entry: int = -1) -> bytes:
    """A log of which one entry was changed after it was signed."""
    edited = deepcopy(story)
    change(edited.entries[entry])
    return edited.data


@pytest.mark.covers("did-webvh-1.0", "Entry Hash Generation and Verification", "Read (Resolve)")
class TestChain:
    def test_an_edited_entry(self):
        story = Story().then({"ttl": 60}).then()
        for parameters in ({"ttl": 61}, {"ttl": 60, "portable": False}):
            data = changed(story, partial(dict.update, parameters=parameters), entry=1)
            assert problem_at(data, did=story.did) == ("hash_chain_broken", 2)
        assert problem(story) is None

    def test_an_edited_document(self):
        story = Story().then()
        data = changed(story, lambda entry: entry["state"].update({"controller": "did:web:evil.example"}))
        assert problem_at(data, did=story.did) == ("hash_chain_broken", 2)

    def test_an_entry_dropped_or_doubled_or_out_of_order(self):
        story = Story().then().then()
        one, two, three = story.entries
        for entries in ([one, three], [one, two, two], [one, three, two]):
            story.entries = entries
            assert problem(story) == "version_number_mismatch"
        story.entries = [one, two, three]
        assert problem(story) is None

    def test_the_first_entry_dropped(self):
        story = Story().then()
        assert problem(story.data.split(b"\n", 1)[1], did=story.did) == "version_number_mismatch"

    def test_an_entry_chained_to_another_than_the_one_before(self):
        story = Story().then()
        assert problem(story.branch().then(after=story.ids[0])) == "hash_chain_broken"
        assert problem(story.branch().then(after=story.ids[1])) is None

    @pytest.mark.parametrize("number", [1, 3, 0, 99_999_999])
    def test_a_number_that_is_not_the_next(self, number: int):
        assert problem(Story().then(number=number)) == "version_number_mismatch"

    @pytest.mark.parametrize(
        "form", ["2", "-{}", "2--{}", "2-{}-", "02-{}", "2-", "+2-{}", "2 -{}", "²-{}", "2-{}\n"]
    )
    def test_a_version_id_of_another_form(self, form: str):
        story = Story().then()
        digest = story.ids[1].partition("-")[2]
        data = changed(story, lambda entry: entry.update(versionId=form.format(digest)))
        assert problem(data, did=story.did) == "version_number_mismatch"

    @pytest.mark.parametrize("value", [2, None, ["2-Qm"], {"2": 1}])
    def test_a_version_id_of_another_type(self, value: object):
        story = Story().then()
        data = changed(story, lambda entry: entry.update(versionId=value))
        assert problem(data, did=story.did) == "version_number_mismatch"

    def test_a_hash_of_another_algorithm(self):
        story = Story().then()
        # SHA-512 and SHA-384 as multihashes, and something that is none
        for digest in ("8Vx" + "1" * 85, "uE" + "2" * 66, "zQm" + "N" * 44, "Qm"):
            data = changed(story, partial(dict.update, versionId=f"2-{digest}"))
            assert problem(data, did=story.did) == "hash_algorithm_not_permitted"


@pytest.mark.covers("did-webvh-1.0", "SCID Generation and Verification")
class TestScid:
    def test_a_scid_that_is_not_the_hash_of_its_beginning(self):
        story = Story()
        # a whole log of its own, consistent in everything else
        entry = json.loads(json.dumps(story.entries[0]).replace(story.scid, OTHER_SCID))
        del entry["proof"], entry["versionId"]
        story._add(entry, after=OTHER_SCID, number=1, by=(1,))
        forged = story.entries.pop()
        assert problem(story) is None
        story.entries = [forged]
        assert problem(story, did=forged["state"]["id"]) == "scid_verification_failed"

    def test_the_scid_of_another_log(self):
        mine, other = Story(), Story({"ttl": 60})
        assert problem(other, did=mine.did) == "scid_verification_failed"
        assert problem(other) is None

    def test_a_document_with_another_scid_in_any_entry(self):
        story = Story({"portable": True}).then()
        state = document(f"did:webvh:{OTHER_SCID}:a.example", alsoKnownAs=[story.did])
        assert problem_at(story.branch().then(state=state), did=story.did) == ("scid_verification_failed", 3)

    def test_a_placeholder_that_was_left(self):
        # replacing it, too, would give the same hash: one SCID for two first entries
        story = Story()
        data = changed(story, lambda entry: entry["state"].update({"alsoKnownAs": [PLACEHOLDER]}))
        assert problem(data, did=story.did) in {"hash_chain_broken", "scid_verification_failed"}
        twin = Story(state=document(f"did:webvh:{PLACEHOLDER}:a.example", alsoKnownAs=[f"urn:{PLACEHOLDER}"]))
        entry = deepcopy(twin.entries[0])
        entry["state"]["alsoKnownAs"] = [f"urn:{PLACEHOLDER}"]
        del entry["proof"], entry["versionId"]
        twin.entries = []
        twin._add(entry, after=twin.scid, number=1, by=(1,))
        assert problem(twin) == "scid_verification_failed"

    def test_numbers_that_are_written_otherwise_when_they_are_canonical(self):
        # 1e20 comes out as an integer that no reader of I-JSON takes
        did = f"did:webvh:{PLACEHOLDER}:a.example"
        assert problem(Story(state=document(did, x=[1e20, 1.0, -0.0, 1e-7, {PLACEHOLDER: 1e21}]))) is None
        story = Story(state=document(did, x=1e20))
        assert problem(story.data.replace(b"1e+20", b"1e+19"), did=story.did) == "hash_chain_broken"

    @pytest.mark.parametrize("scid", ["", "Qm", OTHER_SCID[:-1], 7, None, "Qm" + "0" * 44, "8Vx" + "1" * 43])
    def test_a_scid_parameter_that_is_none(self, scid: object):
        story = Story()
        data = changed(story, lambda entry: entry["parameters"].update(scid=scid))
        assert problem(data, did=story.did) in {"scid_verification_failed", "invalid_parameter"}

    def test_a_later_scid(self):
        story = Story()
        assert problem(story.branch().then({"scid": story.scid})) == "invalid_parameter"
        assert problem(story.branch().then({"scid": OTHER_SCID})) == "invalid_parameter"


@pytest.mark.covers("did-webvh-1.0", "Authorized Keys")
class TestKeys:
    def test_the_key_before_a_rotation_signs_no_more(self):
        story = Story().then({"updateKeys": [multikey(2)]})
        assert problem_at(story.branch().then(by=1)) == ("update_key_not_authorized", 3)
        assert problem(story.branch().then(by=2)) is None

    def test_a_new_key_does_not_name_itself(self):
        assert problem(Story().then({"updateKeys": [multikey(2)]}, by=2)) == "update_key_not_authorized"

    def test_a_first_entry_by_a_key_that_it_does_not_name(self):
        assert problem(Story(by=2)) == "update_key_not_authorized"
        assert problem(Story({"updateKeys": [multikey(2)]}, by=2)) is None

    def test_every_proof_counts(self):
        story = Story({"updateKeys": [multikey(1), multikey(2)]})
        assert problem(story.branch().then(by=(1, 3))) == "update_key_not_authorized"
        assert problem(story.branch().then(by=(1, 2))) is None

    def test_nobody_signs_after_the_last_key_was_given_up(self):
        story = Story().then({"updateKeys": []})
        assert problem(story) is None
        assert problem(story.then()) == "update_key_not_authorized"

    @pytest.mark.parametrize("key_type", [KeyType.P256, KeyType.P384])
    def test_update_keys_of_another_kind(self, key_type: KeyType):
        length = 48 if key_type is KeyType.P384 else 32
        key = signer(1).private_key.from_raw(key_type, bytes([1]) * length).public_key.to_multikey()
        assert problem(Story({"updateKeys": [multikey(1), key]})) == "invalid_parameter"
        assert problem(Story({"updateKeys": [multikey(1), multikey(3)]})) is None

    @pytest.mark.parametrize("value", ["z6Mk", 1, None, {}, f"did:key:{multikey(1)}", multikey(1) + "1"])
    def test_update_keys_that_are_no_keys(self, value: object):
        assert problem(Story({"updateKeys": [multikey(1), value]})) == "invalid_parameter"

    def test_too_many_update_keys(self):
        most = [multikey(seed) for seed in range(1, 33)]
        assert problem(Story({"updateKeys": most})) is None
        assert problem(Story({"updateKeys": [*most, multikey(33)]})) == "invalid_parameter"


@pytest.mark.covers("did-webvh-1.0", "Pre-Rotation Key Hash Generation and Verification")
class TestPreRotation:
    PROMISE: ClassVar[Json] = {"nextKeyHashes": [key_hash(2)]}
    KEPT: ClassVar[Json] = {"updateKeys": [multikey(2)], "nextKeyHashes": []}

    def test_a_promise_that_is_kept(self):
        assert problem(Story(self.PROMISE).then(self.KEPT, by=2)) is None

    @pytest.mark.parametrize(
        "parameters",
        [
            {},
            {"nextKeyHashes": []},
            {"updateKeys": [multikey(2)]},
            {"updateKeys": [multikey(1)], "nextKeyHashes": []},
            {"updateKeys": [multikey(2), multikey(1)], "nextKeyHashes": []},
            {"updateKeys": [multikey(2), multikey(3)], "nextKeyHashes": [key_hash(3)]},
            {"updateKeys": [], "nextKeyHashes": []},
            {"updateKeys": None, "nextKeyHashes": None},
        ],
    )
    @pytest.mark.parametrize("by", [1, 2])
    def test_a_promise_that_is_not(self, parameters: Json, by: int):
        assert problem_at(Story(self.PROMISE).then(parameters, by=by)) == ("pre_rotation_violated", 2)

    def test_the_key_before_does_not_sign_what_was_promised_to_another(self):
        assert problem(Story(self.PROMISE).then(self.KEPT, by=1)) == "update_key_not_authorized"

    def test_a_key_of_an_older_promise(self):
        story = Story({"nextKeyHashes": [key_hash(2), key_hash(3)]})
        story.then({"updateKeys": [multikey(2)], "nextKeyHashes": [key_hash(4)]}, by=2)
        late = {"updateKeys": [multikey(3)], "nextKeyHashes": []}
        assert problem(story.branch().then(late, by=3)) == "pre_rotation_violated"
        assert problem(story.branch().then(late | {"updateKeys": [multikey(4)]}, by=4)) is None

    def test_it_holds_for_the_entry_that_stops_it(self):
        story = Story(self.PROMISE)
        assert problem(story.branch().then({"nextKeyHashes": [], "updateKeys": [multikey(1)]})) is not None
        assert problem(story.branch().then(self.KEPT, by=2).then(by=2)) is None

    def test_ending_a_did_does_not_go_around_it(self):
        story = Story(self.PROMISE)
        end = {"deactivated": True, "updateKeys": [], "nextKeyHashes": []}
        assert problem(story.branch().then(end, by=1)) == "pre_rotation_violated"
        assert problem(story.branch().then(self.KEPT, by=2).then(end, by=2)) is None


@pytest.mark.covers("did-webvh-1.0", "Read (Resolve)")
class TestTime:
    @pytest.mark.parametrize(
        "at", [moment(0), "2026-01-01T11:59:59Z", "2026-01-01T12:00:00.000Z", "1999-12-31T00:00:00Z"]
    )
    def test_time_that_does_not_go_on(self, at: str):
        assert problem_at(Story().then(at=at)) == ("invalid_version_time", 2)

    @pytest.mark.parametrize("at", ["2026-11-24T09:35:01Z", "9999-12-31T23:59:59Z"])
    def test_time_in_the_future_in_the_middle_too(self, at: str):
        story = Story().then(at=at)
        assert problem_at(story) == ("invalid_version_time", 2)
        assert problem_at(story.then(at="2026-11-01T00:00:00Z")) == ("invalid_version_time", 2)
        assert problem(Story().then(at="2026-11-24T09:35:00Z"), now=NOW) is None

    @pytest.mark.parametrize(
        "at",
        [
            "2026-01-02T00:00:00",
            "2026-01-02T00:00:00+01:00",
            "2026-01-02T00:00:00-00:00",
            "2026-01-02T00:00:00z",
            "2026-01-02 00:00:00Z",
            "2026-01-02T00:00Z",
            "2026-02-30T00:00:00Z",
            "2026-01-02T25:00:00Z",
            "2026-01-02T00:00:60Z",
            "20260102T000000Z",
            "2026-W01-5T00:00:00Z",
            "٢٠٢٦-01-02T00:00:00Z",
            "",
            1_767_000_000,
            None,
        ],
    )
    def test_time_that_has_two_readings_or_none(self, at: Any):
        story = Story().then(edit=lambda entry: entry.update(versionTime=at))
        assert problem(story) == "invalid_version_time"


@pytest.mark.covers("did-webvh-1.0", "Authorized Keys", "Cryptographic Agility")
class TestProofs:
    @pytest.mark.parametrize(
        "members",
        [
            {"type": "Ed25519Signature2020"},
            {"cryptosuite": "ecdsa-jcs-2019"},
            {"cryptosuite": "eddsa-rdfc-2022"},
            {"cryptosuite": None},
            {"proofPurpose": "authentication"},
            {"verificationMethod": multikey(1)},
            {"verificationMethod": f"did:key:{multikey(1)}"},
            {"verificationMethod": f"did:key:{multikey(2)}#{multikey(1)}"},
            {"verificationMethod": f"did:key:{multikey(1)}#{multikey(2)}"},
            {"verificationMethod": f"did:web:a.example#{multikey(1)}"},
            {"verificationMethod": {"id": did_key_method_id(signer(1).public_key)}},
            {"expires": "2099-01-01T00:00:00Z"},
            {"previousProof": "urn:uuid:1"},
            {"@context": ["https://www.w3.org/ns/did/v1"]},
            {"created": 1},
            {"created": "yesterday"},
            {"created": "2026-01-01T12:00:00"},
            {"created": "2026-02-30T12:00:00Z"},
        ],
    )
    def test_a_proof_of_another_kind_although_it_is_signed(self, members: Json):
        story = Story().then()
        unsigned = {name: value for name, value in story.entries[1].items() if name != "proof"}
        story.entries[1]["proof"] = [proof_of(unsigned, 1, **members)]
        assert problem(story) == "proof_verification_failed"
        story.entries[1]["proof"] = [proof_of(unsigned, 1, challenge="once", id="urn:uuid:1")]
        assert problem(story) is None

    @pytest.mark.parametrize("value", [[], None, {}, "z", [None], [[]], [{}]])
    def test_no_proof_is_no_proof(self, value: object):
        story = Story().then()
        story.entries[1]["proof"] = value
        assert problem(story) == "proof_verification_failed"

    def test_more_proofs_than_any_entry_needs(self):
        story = Story().then()
        proofs = story.entries[1]["proof"]
        story.entries[1]["proof"] = proofs * 4
        assert problem(story) is None
        story.entries[1]["proof"] = proofs * 5
        assert problem(story) == "proof_verification_failed"

    @pytest.mark.parametrize(
        "change",
        [
            lambda text: text[:-1],
            lambda text: text[1:],
            lambda text: text + "1" * 40,
            lambda text: text[:-1] + ("1" if text[-1] != "1" else "2"),
        ],
    )
    def test_a_signature_that_was_changed(self, change: Callable[[str], str]):
        story = Story().then()
        proof = story.entries[1]["proof"][0]
        proof["proofValue"] = change(proof["proofValue"])
        assert problem(story) == "proof_verification_failed"

    def test_the_proof_of_another_entry(self):
        story = Story().then().then()
        story.entries[2]["proof"] = story.entries[1]["proof"]
        assert problem_at(story) == ("proof_verification_failed", 3)


@pytest.mark.covers("did-webvh-1.0", "Read (Resolve)")
class TestDocuments:
    @pytest.mark.parametrize(
        "did",
        [
            "did:web:a.example",
            "did:webvh:{}",
            "did:webvh:{}:",
            "did:webvh:{}:127.0.0.1",
            "did:webvh:{}:a.example/x",
            "did:webvh:{}:a.example#k",
            "did:webvh:{}:a.example?x=1",
            "did:webvh:{}:a.example:..",
            None,
            7,
        ],
    )
    def test_an_id_that_is_no_did_webvh(self, did: Any):
        story = Story({"portable": True})
        name = did.format(story.scid) if isinstance(did, str) else did
        assert (
            problem(story.branch().then(state={"id": name, "alsoKnownAs": [story.did]}), did=story.did)
            == "invalid_document_id"
        )

    def test_the_log_of_a_did_that_says_it_is_at_another_address(self):
        story = Story()
        elsewhere = f"did:webvh:{story.scid}:evil.example"
        assert problem(story, did=elsewhere) == "log_is_of_another_did"
        assert problem(story) is None

    def test_nothing_follows_the_end(self):
        story = Story().then({"deactivated": True})
        assert problem(story) is None
        assert problem_at(story.then({"deactivated": False})) == ("updated_after_deactivation", 3)

    def test_loopback_only_where_it_is_allowed(self):
        story = Story(state=document(f"did:webvh:{PLACEHOLDER}:localhost%3A8001"))
        with pytest.raises(Exception, match="invalidDid"):
            read(story)
        assert problem(story, allow_insecure_loopback=True) is None


@pytest.mark.covers("did-webvh-1.0", "The DID Log File")
class TestText:
    @pytest.mark.parametrize(
        "data", [b"", b"\n", b"\n\n", b" ", b"{}", b"[]", b"null", b"not json", b"\xef\xbb\xbf{}", b"\xff"]
    )
    def test_no_log(self, data: bytes):
        did = Story().did
        with pytest.raises(InvalidLogError) as caught:
            read(data, did=did)
        assert caught.value.problem == "invalid_log_entry"

    def test_blank_lines(self):
        story = Story().then()
        one, two, _ = story.data.split(b"\n")
        for data in (
            b"\n".join([one, b"", two]),
            b"\n".join([one, two, b"", b""]),
            b"\n".join([one, b"  ", two]),
        ):
            assert problem(data, did=story.did) == "invalid_log_entry"
        assert problem(b"\n" + story.data, did=story.did) == "invalid_log_entry"
        assert problem(story) is None

    @pytest.mark.parametrize("name", ["versionId", "versionTime", "parameters", "state", "proof"])
    def test_a_member_missing_or_twice_or_one_more(self, name: str):
        story = Story().then()
        line = json.dumps(story.entries[1])
        value = json.dumps(story.entries[1][name])
        twice = line[:-1] + f', "{name}": {value}}}'
        one_more = line[:-1] + f', "{name}2": {value}}}'
        missing = json.dumps({key: each for key, each in story.entries[1].items() if key != name})
        for bad in (twice, one_more, missing):
            data = story.first(1) + bad.encode()
            assert problem_at(data, did=story.did) == ("invalid_log_entry", 2)

    def test_a_duplicate_member_deep_inside(self):
        story = Story().then()
        data = story.data.replace(b'"parameters": {}', b'"parameters": {"ttl": 1, "ttl": 2}')
        assert problem(data, did=story.did) == "invalid_log_entry"

    @pytest.mark.parametrize("name", ["parameters", "state"])
    @pytest.mark.parametrize("value", [[], None, "x", 1])
    def test_members_of_another_type(self, name: str, value: object):
        story = Story()
        data = (
            story.data
            + changed(story.branch().then(), lambda entry: entry.update({name: value})).split(b"\n")[1]
        )
        assert problem(data, did=story.did) == "invalid_log_entry"

    def test_a_line_that_is_cut(self):
        story = Story().then()
        assert problem_at(story.data[:-20], did=story.did) == ("invalid_log_entry", 2)

    def test_a_lone_surrogate_and_a_deep_document(self):
        story = Story()
        assert problem(story.branch().then(edit=lambda e: e["state"].update(x="x"))) is None
        data = story.branch().then().data.replace(b'"parameters": {}', b'"parameters": {"\\ud800": 1}')
        assert problem(data, did=story.did) == "invalid_log_entry"
        deep: Any = 1
        for _ in range(14):
            deep = [deep]
        assert problem(story.branch().then(state=story.entries[0]["state"] | {"x": deep})) is None
        assert (
            problem(story.branch().then(state=story.entries[0]["state"] | {"x": [[[deep]]]}))
            == "invalid_log_entry"
        )
