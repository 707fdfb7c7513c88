"""What one host serves says nothing for another, and what was known once is not unsaid."""

from __future__ import annotations

from datetime import timedelta

import pytest

from did.errors import DidError
from did.methods.webvh import parse_did_webvh
from did.webvh.errors import InvalidLogError
from did.webvh.history import LogKeyHistory
from did.webvh.remembered import RememberedLog, RememberedLogs
from tests.unit.did.conftest import Clock
from tests.unit.did.test_webvh_resolver import World
from tests.unit.did.webvh_story import NOW, Story, approval, document, multikey, read, rule

pytestmark = [pytest.mark.attack("F9"), pytest.mark.covers("did-webvh-1.0", "DID Portability")]


def moved(story: Story) -> Story:
    """Move a portable story to b.example."""
    state = document(f"did:webvh:{story.scid}:b.example", alsoKnownAs=[story.did])
    return story.then(state=state)


class TestNamesOfThePast:
    """A log may say that it stood at any address: only that address can confirm it."""

    def test_a_host_that_never_served_a_log_is_not_answered_for_from_memory(self):
        story = Story({"portable": True})
        claimed = story.did
        world = World(moved(story))
        webvh = world.resolver.webvh()
        webvh.key_history(story.did)
        assert webvh.last_good(claimed) is None
        assert world.refusal(lambda: webvh.key_history(claimed)) == "notFound"
        assert world.asked[-1] == parse_did_webvh(claimed).log_url

    def test_a_host_that_served_it_is(self):
        story = Story({"portable": True})
        old = story.did
        world = World(moved(story))
        webvh = world.resolver.webvh()
        webvh.key_history(story.did)
        world.publish(story.data, at=old)
        assert webvh.key_history(old).log.dids == {old, story.did}
        count = len(world.asked)
        webvh.key_history(old)
        assert len(world.asked) == count
        assert webvh.last_good(old) is not None

    def test_the_host_of_an_old_name_does_not_make_the_new_one_s_copy_last(self):
        story = Story({"portable": True})
        old = story.did
        world = World(moved(story))
        webvh = world.resolver.webvh()
        for at in (old, story.did):
            world.publish(story.data, at=at)
            webvh.key_history(at)
        longer = story.branch().then()
        world.publish(longer.data, at=story.did)
        world.clock.turn(seconds=299)
        world.publish(story.first(1), at=old)
        webvh.key_history(old)
        world.clock.turn(seconds=1)
        assert webvh.key_history(story.did).log.latest.version_id == longer.ids[-1]

    def test_a_host_that_rolled_back_is_a_problem_of_its_own(self):
        story = Story({"portable": True, "ttl": 60})
        old = story.did
        world = World(moved(story))
        webvh = world.resolver.webvh()
        webvh.key_history(story.did)
        world.publish(story.first(1), at=old)
        assert webvh.resolve_url(old).problem == "log_rolled_back"
        assert webvh.resolve_url(old).problem == "log_rolled_back"
        assert webvh.resolve_url(story.did).problem is None


class TestWhatBreaksEarlier:
    def test_garbage_does_not_hide_what_is_known(self):
        story = Story({"ttl": 0}).then().then({"deactivated": True, "updateKeys": []})
        world = World(story)
        assert world.url("?versionNumber=1").metadata["deactivated"] is True
        world.publish(story.first(1) + b"{}\n")
        answer = world.url("?versionNumber=1")
        assert (answer.metadata["deactivated"], answer.problem) == (True, None)
        assert world.url("?versionNumber=2").version.version_id == story.ids[1]
        assert world.refusal(world.url) == "invalidDid"
        # who knows nothing has nothing but what is there
        stranger = World(story)
        stranger.publish(story.first(1) + b"{}\n")
        assert stranger.url("?versionNumber=1").metadata["deactivated"] is False

    def test_nor_does_a_lost_witness_file(self):
        story = Story({"ttl": 0}).then({"witness": rule(1, 7)}).then({"deactivated": True})
        world = World(story)
        world.publish(story.data, approval(story.ids[2], 7))
        assert world.url("?versionNumber=1").metadata["deactivated"] is True
        # written otherwise, so that it is all read anew
        world.publish(story.data.replace(b": ", b":", 1), approval(story.ids[0], 7))
        assert world.url("?versionNumber=1").metadata["deactivated"] is True
        assert world.refusal(world.url) == "invalidDid"


class TestNoRoom:
    """A stranger's large logs push others out; what they said last is still known."""

    def world(self, story: Story) -> World:
        remembered = RememberedLogs(timedelta(seconds=300), size=1)
        world = World(story, remembered_logs=remembered)
        world.resolver.resolve(story.did)
        stranger = Story({"ttl": 7, "portable": True})
        moved(stranger)
        world.publish(stranger.data, at=stranger.did)
        world.resolver.resolve(stranger.did)
        assert world.resolver.webvh().last_good(story.did) is None
        return world

    @pytest.mark.parametrize("rest", [b"", b"{}\n"])
    def test_less_than_was_known_is_refused(self, rest: bytes):
        story = Story().then()
        world = self.world(story)
        world.publish(story.first(1) + rest)
        with pytest.raises(InvalidLogError) as caught:
            world.url("?versionNumber=1")
        assert caught.value.problem == "log_rolled_back"

    def test_something_else_is_refused(self):
        story = Story()
        other = story.branch().then({"updateKeys": [multikey(3)]})
        world = self.world(story.then())
        world.publish(other.data)
        with pytest.raises(InvalidLogError) as caught:
            world.resolver.resolve(story.did)
        assert caught.value.problem == "log_forked"

    def test_the_same_and_more_are_taken(self):
        story = Story().then()
        assert self.world(story).resolver.resolve(story.did).id == story.did
        world = self.world(story)
        world.publish(story.then().data)
        assert world.url().version.version_id == story.ids[2]


class TestThreads:
    def entry(self, story: Story) -> RememberedLog:
        return RememberedLog(story.did, LogKeyHistory.of(read(story)), NOW, NOW)

    def test_of_two_pasts_that_are_read_at_once_the_first_stays(self):
        story = Story()
        other = story.branch().then({"ttl": 1}).then()
        remembered = RememberedLogs(timedelta(seconds=300))
        remembered.remember(self.entry(story.then()))
        with pytest.raises(DidError):
            remembered.remember(self.entry(other))
        kept = remembered.recall(story.scid)
        assert kept is not None
        assert kept.log.latest.version_id == story.ids[1]

    def test_the_longer_of_one_past_is_given_back(self):
        story = Story()
        shorter = self.entry(story)
        longer = self.entry(story.branch().then())
        remembered = RememberedLogs(timedelta(seconds=300))
        assert remembered.remember(shorter) == shorter
        assert remembered.remember(longer) == longer
        assert remembered.remember(shorter).log == longer.log


def test_the_clock_of_a_copy_is_that_of_its_source():
    story = Story({"portable": True})
    old, clock = story.did, Clock()
    world = World(moved(story))
    world.publish(story.data, at=old)
    webvh = world.resolver.webvh()
    webvh.key_history(old)
    world.clock.turn(seconds=10)
    webvh.key_history(story.did)
    ages = {did: webvh.last_good(did) for did in (old, story.did)}
    assert [each.fetched_at - clock() for each in ages.values() if each is not None] == [
        timedelta(),
        timedelta(seconds=10),
    ]
