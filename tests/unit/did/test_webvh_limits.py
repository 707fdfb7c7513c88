"""What a DID log may cost, whoever wrote it."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest

from contexts import WorkBudget
from did.fetcher import FetchBudget, TooManyFetchesError
from did.keys import KeyType, PrivateKey
from did.resolver import Resolver
from did.webvh.errors import InvalidLogError
from did.webvh.history import MAXIMUM_REVOCATIONS, LogKeyHistory
from did.webvh.log import MAXIMUM_ENTRIES, MAXIMUM_LOG_BYTES, verify_entries
from tests.simulators.served_documents import ServedDocuments
from tests.timing import costs_at_most
from tests.unit.did.webvh_story import (
    NOW,
    PLACEHOLDER,
    Story,
    document,
    key_hash,
    multikey,
    problem,
    read,
    rule,
)

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]
DID_CONTEXT = "https://www.w3.org/ns/did/v1"


@pytest.mark.covers("did-webvh-1.0", "Security Considerations")
class TestSize:
    def padded(self, size: int) -> Json:
        return document(f"did:webvh:{PLACEHOLDER}:a.example", padding="x" * size)

    def test_a_huge_line(self):
        assert problem(Story(state=self.padded(60_000))) is None
        assert problem(Story(state=self.padded(66_000))) == "log_too_large"

    def test_a_huge_log(self):
        story = Story(state=self.padded(60_000))
        while len(story.data) < MAXIMUM_LOG_BYTES - 70_000:
            story.then()
        assert problem(story) is None
        assert problem(story.then().then()) == "log_too_large"

    def test_too_many_entries_cost_nothing(self):
        data = b"{}\n" * (MAXIMUM_ENTRIES + 1)
        did = Story().did
        with costs_at_most(0.01), pytest.raises(InvalidLogError) as caught:
            read(data, did=did)
        assert caught.value.problem == "log_too_large"

    def test_too_many_values_cost_nothing(self):
        story = Story()
        data = story.data + b"[" + b"[]," * 300_000 + b"[]]"
        with costs_at_most(0.01):
            assert problem(data, did=story.did) == "log_too_large"

    def test_too_many_signatures(self):
        story = Story()
        for _ in range(161):
            story.then(by=(1, 1, 1, 1))
        failure = read(story).failure
        assert failure is not None
        assert failure.problem == "log_too_large"

    def test_too_many_different_witnesses(self):
        story = Story()
        for first in range(0, 128, 32):
            story.then({"witness": rule(1, *range(first + 1, first + 33))})
        assert verify_entries(story.data, did=story.did, now=NOW).failure is None
        log = verify_entries(story.then({"witness": rule(1, 200)}).data, did=story.did, now=NOW)
        assert log.failure is not None
        assert (log.failure.problem, log.failure.version_number) == ("log_too_large", 6)


class Worst:
    """Logs of the largest size that is let in, each dear in another way."""

    @staticmethod
    def of(state: Callable[[int], Json], *, entries: int = MAXIMUM_ENTRIES) -> Story:
        story = Story()
        for _ in range(entries - 1):
            story.then(state={"id": story.did} | state(len(story.entries)))
        return story


@pytest.mark.parametrize(
    "state",
    [
        lambda _: {"a": [{}] * 50},
        lambda _: {"a": [1.5e-7 + step for step in range(95)]},
        lambda _: {f"é{step}": step for step in range(95)},
        lambda _: {"a": ["\\u0001\x01"] * 60},
        lambda _: {"a": [[[[[[[[[[]]]]]]]]]] * 9},
        lambda _: {"verificationMethod": [{"id": f"#{step}", "revoked": 1} for step in range(30)]},
    ],
    ids=["objects", "floats", "members", "escapes", "depth", "revocations"],
)
def test_a_hostile_log_of_the_largest_size_costs_little(state: Callable[[int], Json]):
    story = Worst.of(state)
    data = story.data
    assert len(data) < MAXIMUM_LOG_BYTES
    with costs_at_most(0.25):
        log = read(data, did=story.did)
    assert log.failure is None


def methods(first: int, count: int) -> list[Json]:
    ids = range(first, first + count)
    return [{"id": f"#{number}", "type": "Multikey", "revoked": "2026-01-01T00:00:00Z"} for number in ids]


def test_more_revocations_than_can_be_read_cheaply():
    def history(count: int) -> LogKeyHistory:
        story = Story()
        for first in range(0, count, 128):
            # said again and again, it is one
            for _ in range(2):
                listed = methods(first, min(128, count - first))
                story.then(state={"id": story.did, "verificationMethod": listed})
        return LogKeyHistory.of(read(story))

    assert history(MAXIMUM_REVOCATIONS).newest is not None
    with pytest.raises(InvalidLogError) as caught:
        history(MAXIMUM_REVOCATIONS + 1)
    assert caught.value.problem == "log_too_large"


def test_revoked_keys_of_the_largest_number_cost_little():
    def key(number: int) -> Json:
        secret = PrivateKey.from_raw(KeyType.ED25519, number.to_bytes(32))
        return {"controller": "x", "publicKeyMultibase": secret.public_key.to_multikey()}

    story = Story()
    for first in range(0, MAXIMUM_REVOCATIONS, 128):
        listed = [each | key(first + at + 1) for at, each in enumerate(methods(first, 128))]
        story.then(state={"id": story.did, "verificationMethod": listed})
    log = read(story)
    with costs_at_most(0.25):
        history = LogKeyHistory.of(log)
    assert history.newest is not None


def test_a_log_that_is_kept_takes_not_much_more_than_its_text():
    log = read(Story(state={"id": f"did:webvh:{PLACEHOLDER}:a.example", "x": [[]] * 16_000}))
    tracemalloc.start()
    try:
        history = LogKeyHistory.of(log)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # parsed, this document takes a megabyte
    assert kept < len(log.data)
    assert history.newest is not None


def test_promises_of_the_largest_size_cost_little():
    seeds = range(1, 33)
    keys = {
        "updateKeys": [multikey(seed) for seed in seeds],
        "nextKeyHashes": [key_hash(seed) for seed in seeds],
    }
    story = Story(keys)
    while len(story.data) < MAXIMUM_LOG_BYTES - 10_000:
        story.then(keys)
    data = story.data
    with costs_at_most(0.25):
        log = read(data, did=story.did)
    assert log.failure is None


@pytest.mark.attack("C14", "F5")
def test_many_logs_take_their_part_of_one_verification():
    """Each is within its own limits; a verification in which a dozen must be read ends before all are."""
    served, dids = ServedDocuments(), []
    for number in range(8):
        address = f"{number}.example"
        story = Story(state={"@context": [DID_CONTEXT], "id": f"did:webvh:{PLACEHOLDER}:{address}"})
        for _ in range(300):
            story.then()
        served.serve(f"https://{address}/.well-known/did.jsonl", story.data)
        dids.append(story.did)
    work = WorkBudget()
    budget = FetchBudget(fetches=40, failures=6, work=work)
    resolver = Resolver(fetcher=served, clock=lambda: NOW).through(budget.over)
    with costs_at_most(0.25):
        assert resolver.resolve(dids[0]).id == dids[0]
        with pytest.raises(TooManyFetchesError):
            list(map(resolver.resolve, dids))
    assert 1 < len(served.requests) < len(dids)
    assert work.left < 0
