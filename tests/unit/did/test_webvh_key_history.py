"""What a key was worth when it signed: rotation, theft, and what is not known."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from did.document import DidDocument, DocumentKey, Relationship, build_did_document
from did.errors import DidError
from did.key_history import DocumentKeyHistory, KeyStanding, KeyStatus
from did.methods import did_key, did_key_method_id
from did.resolver import Resolver
from did.webvh.errors import InvalidLogError
from did.webvh.history import LogKeyHistory
from tests.simulators.served_documents import ServedDocuments
from tests.unit.did.conftest import DID, URL, Clock
from tests.unit.did.webvh_story import BEGAN, NOW, PLACEHOLDER, Story, document, multikey, read, signer

Json = dict[str, Any]
ASSERTION = Relationship.ASSERTION_METHOD
BEFORE, DURING, AFTER = BEGAN - timedelta(hours=1), BEGAN + timedelta(minutes=30), NOW - timedelta(days=1)


def standing(
    story: Story, key: int, at: datetime, *, did: str | None = None, now: datetime = NOW, **more: Any
) -> KeyStanding:
    history = LogKeyHistory.of(read(story))
    url = f"{did or story.did}#key-{key}"
    return history.standing(url, **({"relationship": ASSERTION, "signed_at": at, "now": now} | more))


def with_keys(story: Story, *seeds: int, **members: Any) -> Json:
    return document(story.did, *seeds, **members)


def revoked(state: Json, key: int, at: str = "2026-05-01T00:00:00Z", *, everywhere: bool = False) -> Json:
    """Mark a key as revoked, and list it for nothing any more."""
    methods = [
        method | {"revoked": at} if method["id"].endswith(f"#key-{key}") else method
        for method in state["verificationMethod"]
    ]
    lists = {
        str(name): [url for url in state[name] if f"#key-{key}" not in url]
        for name in Relationship
        if name in state and everywhere
    }
    return state | {"verificationMethod": methods} | lists


@pytest.mark.covers("did-resolution-0.3", "12.4")
class TestRotation:
    def story(self) -> Story:
        story = Story()
        return story.then(state=with_keys(story, 2))

    def test_what_a_key_signed_before_its_rotation_stays(self):
        found = standing(self.story(), 1, DURING)
        assert (found.status, found.holds) == (KeyStatus.ROTATED, True)
        assert found.method is not None
        assert found.method.public_key == signer(1).public_key
        assert found.version_id == self.story().ids[0]

    def test_what_it_signed_after_does_not_hold(self):
        found = standing(self.story(), 1, AFTER)
        assert (found.status, found.holds, found.method) == (KeyStatus.NOT_LISTED, False, None)
        assert standing(self.story(), 2, AFTER).status is KeyStatus.IN_FORCE

    def test_a_key_signs_nothing_before_it_was_listed(self):
        assert standing(self.story(), 2, DURING).status is KeyStatus.NOT_LISTED
        assert standing(self.story(), 1, BEFORE).status is KeyStatus.NOT_LISTED

    def test_the_moment_of_a_version_is_its_own(self):
        assert standing(self.story(), 1, BEGAN).holds
        turn = BEGAN + timedelta(hours=1)
        assert standing(self.story(), 1, turn - timedelta(microseconds=1)).holds
        assert not standing(self.story(), 1, turn).holds
        assert standing(self.story(), 2, turn).holds

    def test_a_key_that_lost_its_purpose_only_is_rotated_too(self):
        story = Story()
        story.then(state=with_keys(story, 1, 2, assertionMethod=[f"{story.did}#key-2"]))
        assert standing(story, 1, DURING).status is KeyStatus.ROTATED
        assert standing(story, 1, AFTER).status is KeyStatus.NOT_LISTED
        assert (
            standing(story, 1, AFTER, relationship=Relationship.AUTHENTICATION).status is KeyStatus.IN_FORCE
        )

    def test_a_key_that_came_back_is_in_force(self):
        story = self.story()
        story.then(state=with_keys(story, 1, 2))
        assert standing(story, 1, DURING).status is KeyStatus.IN_FORCE
        assert standing(story, 1, BEGAN + timedelta(hours=1, minutes=30)).status is KeyStatus.NOT_LISTED

    def test_a_name_that_was_given_to_another_key(self):
        story = Story()
        other = build_did_document(story.did, [DocumentKey("key-1", signer(2).public_key)])
        story.then(state=other)
        old, new = standing(story, 1, DURING), standing(story, 1, AFTER)
        assert (old.status, new.status) == (KeyStatus.ROTATED, KeyStatus.IN_FORCE)
        assert old.method is not None
        assert new.method is not None
        assert old.method.public_key != new.method.public_key

    def test_a_key_with_an_end_of_its_own(self):
        story = Story()
        methods = [
            method | {"expires": "2026-01-01T12:30:00Z"} for method in with_keys(story)["verificationMethod"]
        ]
        story.then(state=with_keys(story, verificationMethod=methods))
        assert standing(story, 1, DURING).status is KeyStatus.IN_FORCE
        assert standing(story, 1, AFTER).status is KeyStatus.EXPIRED
        assert standing(story, 1, AFTER).holds is False


class TestTheft:
    def story(self, **more: Any) -> Story:
        story = Story()
        return story.then(state=revoked(with_keys(story, 1, 2), 1, **more))

    @pytest.mark.parametrize("everywhere", [True, False])
    @pytest.mark.parametrize("at", [DURING, AFTER])
    def test_nothing_that_a_stolen_key_signed_holds_whatever_its_date(self, at: datetime, everywhere: bool):
        found = standing(self.story(everywhere=everywhere), 1, at)
        assert (found.status, found.holds) == (KeyStatus.REVOKED, False)
        assert found.revoked is not None
        assert standing(self.story(), 2, AFTER).holds

    def test_unless_something_else_says_when(self):
        story = self.story()
        assert standing(story, 1, DURING, moment_is_attested=True).status is not KeyStatus.REVOKED
        assert standing(story, 1, DURING, moment_is_attested=True).holds
        assert standing(story, 1, AFTER, moment_is_attested=True).status is KeyStatus.REVOKED

    def test_it_is_stolen_under_all_its_names(self):
        story = self.story()
        found = LogKeyHistory.of(read(story)).standing(
            f"{story.did}#key-1-jwk", relationship=ASSERTION, signed_at=DURING, now=NOW
        )
        assert found.status is KeyStatus.REVOKED

    def test_a_theft_is_not_taken_back(self):
        story = self.story()
        for state in (with_keys(story, 1, 2), with_keys(story, 2)):
            assert standing(story.branch().then(state=state), 1, DURING).status is KeyStatus.REVOKED

    def test_a_new_key_under_the_name_of_the_stolen_one_is_not_the_stolen_one(self):
        story = self.story(everywhere=True)
        story.then(state=build_did_document(story.did, [DocumentKey("key-1", signer(3).public_key)]))
        assert standing(story, 1, AFTER).status is KeyStatus.IN_FORCE
        assert standing(story, 1, DURING).status is KeyStatus.REVOKED

    def test_a_date_to_come_is_not_there_yet(self):
        story = self.story(at="2099-01-01T00:00:00Z")
        assert standing(story, 1, DURING).holds
        assert standing(story, 1, DURING, now=datetime.fromisoformat("2099-01-02T00:00:00Z")).holds is False

    def test_a_date_is_there_from_its_very_moment(self):
        moment = datetime.fromisoformat("2026-05-01T00:00:00Z")
        assert standing(self.story(), 1, DURING, now=moment).holds is False
        assert standing(self.story(), 1, DURING, now=moment - timedelta(microseconds=1)).holds
        # and what is known to have been signed at that moment is signed too late
        assert standing(self.story(), 1, moment, moment_is_attested=True).holds is False

    @pytest.mark.parametrize("at", ["yesterday", 7, True, "2026-05-01T00:00:00", []])
    def test_a_date_that_cannot_be_read_is_not_never(self, at: Any):
        assert standing(self.story(at=at), 1, DURING).holds is False
        # nor under the key's other names
        found = LogKeyHistory.of(read(self.story(at=at))).standing(
            f"{self.story().did}#key-1-jwk", relationship=ASSERTION, signed_at=DURING, now=NOW
        )
        assert found.status is KeyStatus.REVOKED

    @pytest.mark.parametrize(
        "members",
        [
            # a document may say itself that it was ended
            {"deactivated": True},
            {"authentication": 7},
            {"verificationMethod": [{"id": "#key-1"}, {"id": "#key-1", "type": "Multikey", "revoked": "x"}]},
        ],
    )
    def test_it_counts_in_a_document_that_is_not_taken(self, members: Json):
        story = Story()
        lost = revoked(with_keys(story, 1, 2), 1) | members
        for parameters in ({}, {"deactivated": True}):
            assert standing(story.branch().then(parameters, state=lost), 1, DURING).holds is False
        plain = with_keys(story, 1, 2) | members
        if "verificationMethod" not in members:
            assert standing(story.branch().then(state=plain), 1, DURING).holds

    def test_the_earliest_of_two_dates_counts(self):
        story = self.story(at="2026-05-01T00:00:00Z")
        story.then(state=revoked(with_keys(story, 1, 2), 1, at="2026-03-01T00:00:00Z"))
        assert standing(story, 1, DURING).revoked == datetime.fromisoformat("2026-03-01T00:00:00Z")


class TestWhatBecameOfTheDid:
    def test_a_moved_did_answers_for_its_old_keys(self):
        story = Story({"portable": True})
        old = story.did
        new = f"did:webvh:{story.scid}:b.example"
        story.then(state=document(new, alsoKnownAs=[old]))
        # the same key goes on under the new name
        assert standing(story, 1, DURING, did=old).status is KeyStatus.IN_FORCE
        assert standing(story, 1, AFTER, did=old).status is KeyStatus.NOT_LISTED
        assert standing(story, 1, DURING, did=new).status is KeyStatus.NOT_LISTED
        assert standing(story, 1, AFTER, did=new).status is KeyStatus.IN_FORCE

    def test_an_ended_did_answers_for_what_was(self):
        story = Story().then({"deactivated": True})
        assert standing(story, 1, DURING).status is KeyStatus.ROTATED
        assert standing(story, 1, AFTER).status is KeyStatus.NOT_LISTED

    def test_a_document_that_is_none_lists_no_key(self):
        story = Story().then(edit=lambda entry: entry["state"].update(verificationMethod=[1]))
        assert standing(story, 1, AFTER).status is KeyStatus.NOT_LISTED
        assert standing(story, 1, DURING).status is KeyStatus.ROTATED

    def test_a_log_that_breaks_has_no_history(self):
        with pytest.raises(InvalidLogError):
            LogKeyHistory.of(read(Story().then(by=5)))

    @pytest.mark.parametrize("url", ["{}", "{}#", "{}/x#key-1", "key-1"])
    def test_what_names_no_key(self, url: str):
        story = Story()
        with pytest.raises(DidError):
            LogKeyHistory.of(read(story)).standing(
                url.format(story.did), relationship=ASSERTION, signed_at=DURING, now=NOW
            )


class TestWithoutHistory:
    def of(self, state: Json, key: str = "key-1", at: datetime = DURING, **more: Any) -> KeyStanding:
        history = DocumentKeyHistory(DidDocument.parse(state, expected_did=DID), is_whole_history=False)
        return history.standing(f"{DID}#{key}", relationship=ASSERTION, signed_at=at, now=NOW, **more)

    def test_a_key_that_is_there_is_in_force(self):
        assert self.of(document(DID)).status is KeyStatus.IN_FORCE

    def test_a_key_that_is_not_may_have_been(self):
        found = self.of(document(DID, 2))
        assert (found.status, found.holds) == (KeyStatus.NO_HISTORY, None)
        assert self.of(document(DID, 1, 2, assertionMethod=[f"{DID}#key-2"])).holds is None

    @pytest.mark.parametrize("everywhere", [True, False])
    def test_a_key_that_is_marked_as_stolen_is(self, everywhere: bool):
        state = revoked(document(DID, 1, 2), 1, everywhere=everywhere)
        assert self.of(state).status is KeyStatus.REVOKED
        assert self.of(state, "key-1-jwk").holds in {False, None}
        assert self.of(state, "key-2").status is KeyStatus.IN_FORCE
        assert self.of(state, moment_is_attested=True).status is not KeyStatus.REVOKED


class TestThroughTheResolver:
    def test_each_method_gives_the_history_that_it_has(self):
        story = Story()
        story.then(state=with_keys(story, 2))
        served = ServedDocuments({URL: document(DID, 2)})
        served.serve("https://a.example/.well-known/did.jsonl", story.data)
        resolver = Resolver(fetcher=served, clock=Clock())

        def status(did: str, url: str) -> str:
            history = resolver.key_history(did)
            return history.standing(url, relationship=ASSERTION, signed_at=DURING, now=NOW).status

        assert status(story.did, f"{story.did}#key-1") == "rotated"
        assert status(DID, f"{DID}#key-1") == "no_history"
        own = did_key(signer(1).public_key)
        assert status(own, did_key_method_id(signer(1).public_key)) == "in_force"
        assert status(own, f"{own}#{multikey(2)}") == "not_listed"


@pytest.mark.attack("F9")
class TestWhoSignsToday:
    """A key of today's document that was revoked elsewhere is not of today."""

    def code(self, served: ServedDocuments, url: str) -> str | None:
        try:
            Resolver(fetcher=served, clock=Clock()).dereference(url, relationship=ASSERTION)
        except DidError as err:
            return err.code
        return None

    def test_under_another_name(self):
        served = ServedDocuments({URL: revoked(document(DID, 1, 2), 1)})
        assert self.code(served, f"{DID}#key-1") is not None
        assert self.code(served, f"{DID}#key-1-jwk") == "verification_method_revoked"
        assert self.code(served, f"{DID}#key-2-jwk") is None
        served.serve(URL, revoked(document(DID, 1, 2), 1, at="2099-01-01T00:00:00Z"))
        assert self.code(served, f"{DID}#key-1-jwk") is None

    def test_in_an_earlier_version(self):
        story = Story()
        story.then(state=revoked(with_keys(story, 1, 2), 1)).then(state=with_keys(story, 1, 2))
        served = ServedDocuments()
        served.serve("https://a.example/.well-known/did.jsonl", story.data)
        assert self.code(served, f"{story.did}#key-1") == "verification_method_revoked"
        assert self.code(served, f"{story.did}#key-2") is None


def test_a_theft_that_is_there_from_the_start():
    state = revoked(document(f"did:webvh:{PLACEHOLDER}:a.example", 1, 2), 1, at="2025-01-01T00:00:00Z")
    assert standing(Story(state=state), 1, DURING).status is KeyStatus.REVOKED
    assert standing(Story(state=state), 2, DURING).status is KeyStatus.IN_FORCE
