"""Resolving did:webvh: what is fetched, what is answered, what is remembered and what never is."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from did.document import Relationship
from did.errors import DidError, FetchError, FetchRefusedError
from did.fetcher import FetchBudget, Fetched
from did.methods.webvh import parse_did_webvh
from did.resolver import Resolver
from did.webvh.log import MAXIMUM_LOG_BYTES
from did.webvh.remembered import RememberedLogs
from tests.simulators.served_documents import ServedDocuments
from tests.unit.did.conftest import Clock
from tests.unit.did.webvh_story import (
    PLACEHOLDER,
    Story,
    approval,
    document,
    key_hash,
    moment,
    multikey,
    rule,
    signer,
    witness_did,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from did.webvh.resolution import WebvhResolution

ASSERTION = Relationship.ASSERTION_METHOD


class World:
    """A story, served at its address, and a resolver that asks for it."""

    def __init__(self, story: Story | None = None, **options: Any) -> None:
        self.story = story or Story()
        self.served = ServedDocuments()
        self.clock = Clock()
        self.resolver = Resolver(fetcher=self.served, clock=self.clock, **options)
        self.publish(self.story.data)

    def publish(self, data: bytes, *witnesses: dict[str, Any], at: str | None = None) -> None:
        parsed = parse_did_webvh(at or self.story.did, allow_insecure_loopback=True)
        self.served.serve(parsed.log_url, data)
        if witnesses:
            self.served.serve(parsed.witness_url, list(witnesses))

    def url(self, query: str = "") -> WebvhResolution:
        return self.resolver.webvh().resolve_url(self.story.did + query)

    def refusal(self, act: Callable[[], object] | None = None) -> str:
        with pytest.raises(DidError) as caught:
            (act or (lambda: self.resolver.resolve(self.story.did)))()
        return caught.value.code

    @property
    def asked(self) -> list[str]:
        return [request["url"] for request in self.served.requests]


class TestAsking:
    def test_the_newest_document_and_its_keys(self):
        world = World(Story().then(state=None))
        assert world.resolver.resolve(world.story.did).raw == world.story.entries[-1]["state"]
        method = world.resolver.dereference(f"{world.story.did}#key-1", relationship=ASSERTION)
        assert method.public_key == signer(1).public_key
        assert world.asked == ["https://a.example/.well-known/did.jsonl"]
        assert "text/jsonl" in world.served.requests[0]["accept"]

    def test_the_witness_file_is_asked_for_where_it_is_needed(self):
        story = Story({"witness": rule(1, 7)})
        world = World(story)
        world.publish(story.data, approval(story.ids[0], 7))
        assert world.resolver.resolve(story.did).id == story.did
        assert world.asked == [
            "https://a.example/.well-known/did.jsonl",
            "https://a.example/.well-known/did-witness.json",
        ]

    def test_no_witness_file_is_no_approval_and_silence_is_neither(self):
        story = Story({"witness": rule(1, 7)})
        world = World(story)
        assert world.refusal() == "invalidDid"
        world.served.serve(parse_did_webvh(story.did).witness_url, FetchError(detail="silence"))
        assert world.refusal() == "resolution_unavailable"

    @pytest.mark.parametrize(
        ("status", "code"),
        [
            (404, "notFound"),
            (410, "notFound"),
            (500, "resolution_unavailable"),
            (204, "resolution_unavailable"),
        ],
    )
    def test_a_host_that_has_none_and_one_that_says_nothing(self, status: int, code: str):
        world = World()
        url = parse_did_webvh(world.story.did).log_url
        world.served.serve(url, Fetched(url, status, "text/jsonl", world.story.data))
        assert world.refusal() == code

    @pytest.mark.covers("did-webvh-1.0", "Security Considerations")
    @pytest.mark.attack("F2")
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_a_redirect_leads_nowhere(self, status: int):
        world = World()
        url = parse_did_webvh(world.story.did).log_url
        elsewhere = {"location": "https://b.example/.well-known/did.jsonl"}
        world.served.serve(url, Fetched(url, status, "text/jsonl", world.story.data, elsewhere))
        world.served.serve(elsewhere["location"], world.story.data)
        assert world.refusal() == "resolution_unavailable"
        assert world.asked == [url]

    def test_network_faults_teach_nothing(self):
        for error in (FetchError(detail="timeout"), FetchRefusedError(detail="inner address")):
            world = World()
            world.served.serve(parse_did_webvh(world.story.did).log_url, error)
            assert world.refusal() == "resolution_unavailable"

    def test_a_log_that_is_too_large_is_not_read(self):
        world = World()
        world.publish(b" " * (MAXIMUM_LOG_BYTES + 1))
        assert world.refusal() == "resolution_unavailable"

    def test_loopback_by_setting_only(self):
        story = Story(state=document(f"did:webvh:{PLACEHOLDER}:localhost%3A8001"))
        assert World(story).refusal() == "invalidDid"
        world = World(story, allow_insecure_loopback=True)
        assert world.resolver.resolve(story.did).id == story.did
        assert world.asked == ["http://localhost:8001/.well-known/did.jsonl"]

    def test_one_verification_asks_no_more_than_it_may(self):
        world = World(Story({"witness": rule(1, 7)}))
        world.publish(world.story.data, approval(world.story.ids[0], 7))
        narrow = world.resolver.through(FetchBudget(fetches=1, failures=1).over)
        assert world.refusal(lambda: narrow.resolve(world.story.did)) == "too_many_fetches"
        wide = world.resolver.through(FetchBudget(fetches=2, failures=1).over)
        assert wide.resolve(world.story.did).id == world.story.did


class TestAnswers:
    @pytest.mark.covers("did-resolution-0.3", "4.3")
    @pytest.mark.covers("did-webvh-1.0", "DID Watchers", "Read (Resolve)")
    def test_the_metadata_of_a_version(self):
        story = Story(
            {"ttl": 60, "portable": True, "watchers": ["https://w.example"], "witness": rule(1, 7)}
        ).then()
        world = World(story)
        world.publish(story.data, approval(story.ids[1], 7))
        assert world.url("?versionNumber=1").metadata == {
            "versionId": story.ids[0],
            "versionTime": moment(0),
            "created": moment(0),
            "updated": moment(1),
            "scid": story.scid,
            "portable": True,
            "deactivated": False,
            "ttl": "60",
            "witness": {"threshold": "1", "witnesses": [{"id": witness_did(7)}]},
            "watchers": ["https://w.example"],
        }

    @pytest.mark.covers("did-resolution-0.3", "3", "4.1")
    @pytest.mark.covers("did-webvh-1.0", "Reading did:webvh DID URLs")
    def test_a_version_by_id_number_and_time(self):
        story = Story().then({"ttl": 1}).then({"ttl": 2})
        world = World(story)
        for index in range(3):
            queries = [
                f"versionId={story.ids[index]}",
                f"versionNumber={index + 1}",
                f"versionTime={moment(index)}",
            ]
            for query in queries:
                assert world.url(f"?{query}").version.version_id == story.ids[index]
        assert world.url().version.version_id == story.ids[2]
        assert world.url("?versionTime=2026-01-01T12%3A59%3A59Z").version.version_id == story.ids[0]
        # "+" is no space in a DID URL
        assert world.url("?versionTime=2026-01-01T13:00:00+00:00").version.version_id == story.ids[1]
        assert world.url("?hl=" + quote("versionId=x")).version.version_id == story.ids[2]

    @pytest.mark.covers("did-webvh-1.0", "Reading did:webvh DID URLs")
    @pytest.mark.parametrize(
        "query",
        [
            "versionId=1-Qm",
            "versionId=",
            "versionNumber=0",
            "versionNumber=9",
            "versionTime=2025-12-31T23:59:59Z",
        ],
    )
    def test_a_version_that_there_is_not(self, query: str):
        world = World()
        assert world.refusal(lambda: world.url(f"?{query}")) == "notFound"

    @pytest.mark.covers("did-resolution-0.3", "3.1", "3.2.2")
    @pytest.mark.parametrize(
        "query",
        [
            "versionNumber=-1",
            "versionNumber=1.0",
            "versionNumber=²",
            "versionNumber=1&versionNumber=1",
            "versionId=x&versionNumber=1",
            "versionTime=now",
            "versionTime=2026-01-01T12:00:00",
            "x=" + "&x=" * 9,
            "versionId=%ff",
        ],
    )
    def test_a_query_that_names_no_version(self, query: str):
        world = World()
        assert world.refusal(lambda: world.url(f"?{query}")) == "invalidDidUrl"
        assert world.asked == []

    @pytest.mark.parametrize("rest", ["/whois", "#key-1", "/x?versionNumber=1", "?versionNumber=1#key-1"])
    def test_paths_and_fragments_are_for_others(self, rest: str):
        world = World()
        assert world.refusal(lambda: world.url(rest)) == "invalidDidUrl"

    def test_a_good_version_of_a_log_that_breaks_later(self):
        story = Story().then().then(by=5)
        world = World(story)
        assert world.url("?versionNumber=2").version.version_id == story.ids[1]
        assert world.url(f"?versionTime={moment(0)}").version.version_id == story.ids[0]
        # the newest, one that is not among the good, and what was in force when they ended
        for query in ("", "?versionNumber=3", f"?versionTime={moment(1)}"):
            assert world.refusal(lambda query=query: world.url(query)) == "invalidDid"
        assert world.refusal() == "invalidDid"

    @pytest.mark.covers("did-webvh-1.0", "Deactivate (Revoke)")
    @pytest.mark.attack("F7")
    def test_a_did_that_ended(self):
        story = Story().then({"deactivated": True, "updateKeys": []})
        world = World(story)
        assert world.refusal() == "deactivated"
        answer = world.url()
        assert (answer.document, answer.metadata["deactivated"]) == (None, True)
        before = world.url("?versionNumber=1")
        assert (before.document, before.metadata["deactivated"]) == (story.entries[0]["state"], True)

    @pytest.mark.attack("F6")
    def test_the_log_of_another_did(self):
        world, other = World(), Story({"ttl": 1})
        world.publish(other.data)
        assert world.refusal() == "invalidDid"
        elsewhere = f"did:webvh:{world.story.scid}:b.example"
        world.publish(world.story.data, at=elsewhere)
        assert world.refusal(lambda: world.resolver.resolve(elsewhere)) == "invalidDid"

    def test_a_did_that_moved(self):
        story = Story({"portable": True})
        old = story.did
        story.then(state=document(f"did:webvh:{story.scid}:b.example", alsoKnownAs=[old]))
        world = World(story)
        assert world.resolver.resolve(story.did).id == story.did
        # its old name is another identifier: no key of it is taken for the old one's
        world.publish(story.data, at=old)
        assert world.refusal(lambda: world.resolver.resolve(old)) == "invalidDidDocument"
        assert world.resolver.webvh().resolve_url(old).document == story.entries[1]["state"]

    def test_a_document_that_is_none(self):
        story = Story().then(edit=lambda entry: entry["state"].update(verificationMethod=[1]))
        world = World(story)
        assert world.refusal() == "invalidDidDocument"
        assert world.url("?versionNumber=1").document == story.entries[0]["state"]


class TestMemory:
    def test_a_log_is_asked_for_again_when_its_time_is_over(self):
        world = World(Story({"ttl": 60}))
        for _ in range(3):
            world.resolver.resolve(world.story.did)
        world.url("?versionNumber=1")
        assert len(world.asked) == 1
        world.clock.turn(seconds=60)
        world.resolver.resolve(world.story.did)
        assert len(world.asked) == 2

    def test_the_shorter_of_two_lifetimes_counts(self):
        world = World(Story({"ttl": 1_000_000}), ttl_seconds=10)
        world.resolver.resolve(world.story.did)
        world.clock.turn(seconds=10)
        world.resolver.resolve(world.story.did)
        assert len(world.asked) == 2

    def test_a_clock_that_goes_back_makes_nothing_last(self):
        world = World()
        world.resolver.resolve(world.story.did)
        world.clock.turn(seconds=-1)
        world.resolver.resolve(world.story.did)
        assert len(world.asked) == 2

    def test_a_log_that_says_so_is_never_taken_for_the_newest(self):
        world = World(Story({"ttl": 0}))
        world.resolver.resolve(world.story.did)
        world.resolver.resolve(world.story.did)
        assert len(world.asked) == 2

    def test_a_witness_file_is_asked_for_when_there_is_something_new(self):
        story = Story({"witness": rule(1, 7), "ttl": 0})
        world = World(story)
        world.publish(story.data, approval(story.ids[0], 7))
        for _ in range(2):
            world.resolver.resolve(story.did)
        assert sum(url.endswith("did-witness.json") for url in world.asked) == 1

    @pytest.mark.covers("did-webvh-1.0", "Security Considerations")
    @pytest.mark.attack("F9")
    def test_a_source_that_rolls_back_is_answered_from_what_is_known(self):
        story = Story({"ttl": 0}).then({"updateKeys": [multikey(2)]}).then(by=2)
        world = World(story)
        assert world.url().problem is None
        world.publish(story.first(2))
        answer = world.url()
        assert (answer.version.version_id, answer.problem) == (story.ids[2], "log_rolled_back")
        world.clock.turn(hours=1)
        since = world.clock()
        world.url()
        last_good = world.resolver.webvh().last_good(story.did)
        assert last_good is not None
        assert (last_good.fetched_at, last_good.asked_at) == (since - timedelta(hours=1), since)
        assert world.resolver.resolve(story.did).raw == story.entries[2]["state"]
        world.publish(story.then(by=2).data)
        assert world.url().problem is None

    @pytest.mark.attack("F9")
    def test_a_source_with_two_heads_is_not_believed(self):
        story = Story({"ttl": 0})
        other = story.branch().then({"updateKeys": [multikey(3)]})
        world = World(story.then())
        world.resolver.resolve(story.did)
        world.publish(other.data)
        assert world.refusal() == "invalidDid"
        last_good = world.resolver.webvh().last_good(story.did)
        assert last_good is not None
        assert last_good.log.latest.version_id == story.ids[1]

    @pytest.mark.attack("F9")
    def test_what_is_known_under_one_name_counts_under_all(self):
        story = Story({"ttl": 0, "portable": True})
        other = story.branch().then({"ttl": 1})
        world = World(story.then())
        world.resolver.resolve(story.did)
        old = story.did
        new = f"did:webvh:{story.scid}:b.example"
        for tale in (story, other):
            tale.then(state=document(new, alsoKnownAs=[old]))
        world.publish(other.data, at=new)
        assert world.refusal(lambda: world.resolver.resolve(new)) == "invalidDid"
        world.publish(story.data, at=new)
        assert world.resolver.resolve(new).id == new
        # the old place was not kept: a name that it never had is not answered for, one that it had is
        world.publish(story.first(1), at=old)
        assert world.resolver.webvh().resolve_url(old).problem == "log_rolled_back"
        elsewhere = f"did:webvh:{story.scid}:c.example"
        world.publish(story.first(1), at=elsewhere)
        assert world.refusal(lambda: world.resolver.resolve(elsewhere)) == "invalidDid"

    @pytest.mark.attack("F11")
    @pytest.mark.parametrize("bad", [FetchError(detail="timeout"), b"", b"{}", b"not found"])
    def test_a_failed_fetch_poisons_nothing(self, bad: object):
        world = World(Story({"ttl": 0}))
        world.resolver.resolve(world.story.did)
        since = world.clock()
        url = parse_did_webvh(world.story.did).log_url
        world.served.serve(url, bad)
        world.clock.turn(hours=1)
        assert world.refusal() in {"resolution_unavailable", "invalidDid"}
        last_good = world.resolver.webvh().last_good(world.story.did)
        assert last_good is not None
        assert last_good.fetched_at == since
        world.publish(world.story.data)
        assert world.resolver.resolve(world.story.did).id == world.story.did

    def test_an_invalid_log_is_not_remembered(self):
        story = Story().then(by=5)
        world = World(story)
        world.refusal()
        world.url("?versionNumber=1")
        assert world.resolver.webvh().last_good(story.did) is None

    def test_what_a_resolver_knows_it_knows_through_every_way_out(self):
        world = World()
        world.resolver.through(lambda fetcher: fetcher).resolve(world.story.did)
        world.resolver.resolve(world.story.did)
        assert len(world.asked) == 1

    def test_the_last_good_copy_is_of_the_did_that_is_asked_for(self):
        world = World()
        world.resolver.resolve(world.story.did)
        assert world.resolver.webvh().last_good(f"did:webvh:{world.story.scid}:b.example") is None

    def test_the_oldest_goes_when_there_is_no_room(self):
        stories = [Story({"ttl": seconds}) for seconds in range(1, 4)]
        remembered = RememberedLogs(World().resolver._remembered_logs.ttl, size=2)
        world = World(stories[0], remembered_logs=remembered)
        for story in stories:
            world.publish(story.data, at=story.did)
            world.resolver.resolve(story.did)
        assert [remembered.recall(story.scid) is None for story in stories] == [True, False, False]
        small = RememberedLogs(remembered.ttl, size_bytes=100)
        world = World(stories[0], remembered_logs=small)
        world.resolver.resolve(stories[0].did)
        assert small.recall(stories[0].scid) is None

    def test_a_copy_that_another_thread_read_further_stays(self):
        story = Story({"ttl": 0}).then()
        world = World(story)
        world.resolver.resolve(story.did)
        longer = world.resolver.webvh().last_good(story.did)
        assert longer is not None
        shorter = World(story.branch())
        shorter.publish(story.first(1))
        shorter.resolver.resolve(story.did)
        late = shorter.resolver.webvh().last_good(story.did)
        assert late is not None
        world.resolver._remembered_logs.remember(late)
        assert world.resolver.webvh().last_good(story.did) == longer

    def test_pre_rotation_survives_a_host_and_a_key_that_were_stolen(self):
        story = Story({"nextKeyHashes": [key_hash(2)], "ttl": 0})
        world = World(story)
        thief = story.branch().then({"updateKeys": [multikey(9)], "nextKeyHashes": []}, by=1)
        world.publish(thief.data)
        assert world.refusal() == "invalidDid"
        world.publish(story.then({"updateKeys": [multikey(2)], "nextKeyHashes": []}, by=2).data)
        assert json.loads(story.data.splitlines()[-1])["versionId"] == world.url().version.version_id
