"""Status lists that are odd, too small, too large or old, and what a verifier remembers of them."""

from __future__ import annotations

import base64
import gzip
import zlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from credentials.errors import StatusError
from credentials.report import Outcome
from credentials.status import Bitstring, MemoryStatusCache, build_status_entry
from credentials.status.lists import read_status_list
from credentials.verification import check_credential
from tests.timing import costs_at_most
from tests.unit.credentials.conftest import LIST_URL, NOW, World

VALID, INVALID, INDETERMINATE = Outcome.VALID, Outcome.INVALID, Outcome.INDETERMINATE


def verdict(world: World, served: dict[str, Any], **changes: Any) -> tuple[Outcome, tuple[str, ...]]:
    world.served.serve(LIST_URL, served)
    report = check_credential(world.badge_with_status(), context=world.context(**changes), now=NOW)
    return report.outcome, report.codes


def subject(**changes: Any) -> Any:
    return lambda document: document["credentialSubject"].update(changes)


def multibase(packed: bytes) -> str:
    return "u" + base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


@pytest.mark.attack("E3")
def test_a_list_that_is_one_byte_too_short_gives_its_people_away(world: World) -> None:
    short = multibase(gzip.compress(bytes(16_383), mtime=0))
    assert verdict(world, world.status_list(change=subject(encodedList=short))) == (
        INVALID,
        ("status_list_too_short",),
    )
    enough = multibase(gzip.compress(bytes(16_384), mtime=0))
    assert verdict(world, world.status_list(change=subject(encodedList=enough))) == (VALID, ())


@pytest.mark.covers("bitstring-status-list-1.0", "3.4")
@pytest.mark.attack("E5")
def test_a_list_that_unpacks_without_end_is_stopped_early(world: World) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(256)) + packer.flush()
    assert len(bomb) < 300_000
    served = world.status_list(change=subject(encodedList=multibase(bomb)))
    with costs_at_most(1):
        assert verdict(world, served) == (INVALID, ("status_list_too_large",))
    assert verdict(world, world.status_list()) == (VALID, ())


@pytest.mark.covers("bitstring-status-list-1.0", "3.4")
@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "u",
        "uAAAA",
        "H4sI",
        multibase(gzip.compress(bytes(16_384), mtime=0)) + "=",
        multibase(gzip.compress(bytes(16_384), mtime=0)[:-4]),
        multibase(b"\x1f\x8b" + bytes(40)),
        7,
        None,
        [multibase(gzip.compress(bytes(16_384), mtime=0))],
    ],
)
def test_a_list_that_is_no_gzip_is_invalid(encoded: Any) -> None:
    with pytest.raises(StatusError) as caught:
        Bitstring.decode(encoded)
    assert caught.value.code == "status_list_invalid"
    assert len(Bitstring.decode(multibase(gzip.compress(bytes(16_384), mtime=0)))) == 131_072


@pytest.mark.covers("bitstring-status-list-1.0", "3.1")
@pytest.mark.parametrize(
    ("entries", "code"),
    [(8, "status_list_too_short"), (131_073, "status_list_invalid"), (2**25, "status_list_too_large")],
)
def test_a_new_list_has_a_length_that_can_be_published(entries: int, code: str) -> None:
    with pytest.raises(StatusError) as caught:
        Bitstring.new(entries)
    assert caught.value.code == code
    assert len(Bitstring.new()) == 131_072


@pytest.mark.covers("bitstring-status-list-1.0", "2.2")
@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (lambda document: document.update(type=["VerifiableCredential"]), "status_list_invalid"),
        (lambda document: document.update(credentialSubject=[]), "status_list_invalid"),
        (lambda document: document["credentialSubject"].update(type="Other"), "status_list_invalid"),
        (lambda document: document["credentialSubject"].update(ttl=-1), "status_list_invalid"),
        (lambda document: document["credentialSubject"].update(ttl=True), "status_list_invalid"),
        (lambda document: document["credentialSubject"].update(ttl="300000"), "status_list_invalid"),
        (lambda document: document.update(id="https://node.example/status/2"), "status_list_id_mismatch"),
    ],
)
def test_a_document_that_is_no_status_list_is_refused(world: World, edit: Any, code: str) -> None:
    document = world.status_list()
    arguments = {"url": LIST_URL, "issuer_id": world.issuer_id, "now": NOW}
    read_status_list(document, **arguments)
    edit(document)
    with pytest.raises(StatusError) as caught:
        read_status_list(document, **arguments)
    assert caught.value.code == code


@pytest.mark.covers("bitstring-status-list-1.0", "2.2")
def test_a_ttl_is_a_day_at_most(world: World) -> None:
    document = world.status_list(change=subject(ttl=10**15))
    known = read_status_list(document, url=LIST_URL, issuer_id=world.issuer_id, now=NOW)
    assert known.fresh_until == NOW + timedelta(days=1)
    assert not known.usable_at(NOW + timedelta(days=1))


@pytest.mark.attack("E4")
def test_a_list_that_is_remembered_serves_its_own_issuer_only(world: World) -> None:
    cache = MemoryStatusCache()
    assert verdict(world, world.status_list(ttl_ms=60_000), status_cache=cache) == (VALID, ())
    foreign = world.badge(status=build_status_entry(LIST_URL, 7))
    foreign["issuer"]["id"] = world.stranger.verification_method.partition("#")[0]
    report = check_credential(
        world.sign(foreign, world.stranger), context=world.context(status_cache=cache), now=NOW
    )
    assert (report.outcome, report.codes) == (INVALID, ("status_list_issuer_mismatch",))


@pytest.mark.covers("bitstring-status-list-1.0", "3.2")
@pytest.mark.attack("E7")
def test_a_newer_list_is_not_forgotten_for_an_older_one(world: World) -> None:
    cache = MemoryStatusCache()
    known = read_status_list(world.status_list(), url=LIST_URL, issuer_id=world.issuer_id, now=NOW)
    older = replace(known, issued=known.issued - timedelta(hours=1))
    cache.remember(known)
    cache.remember(older)
    assert cache.recall(LIST_URL) is known
    newer = replace(known, issued=known.issued + timedelta(hours=1))
    cache.remember(newer)
    assert cache.recall(LIST_URL) is newer


def test_the_list_least_lately_used_is_forgotten_first(world: World) -> None:
    cache = MemoryStatusCache(size=2)
    known = read_status_list(world.status_list(), url=LIST_URL, issuer_id=world.issuer_id, now=NOW)
    for url in ("a", "b"):
        cache.remember(replace(known, url=url))
    cache.recall("a")
    cache.remember(replace(known, url="c"))
    assert [url for url in "abc" if cache.recall(url)] == ["a", "c"]


@pytest.mark.attack("E5")
def test_long_lists_of_many_strangers_do_not_fill_the_memory(world: World) -> None:
    known = read_status_list(world.status_list(), url=LIST_URL, issuer_id=world.issuer_id, now=NOW)
    cache = MemoryStatusCache(bits=3 * len(known.bits))
    for url in "abcd":
        cache.remember(replace(known, url=url))
    assert [url for url in "abcd" if cache.recall(url)] == ["b", "c", "d"]
    cache.remember(replace(known, url="long", bits=Bitstring.new(4 * len(known.bits))))
    assert [url for url in ("b", "c", "d", "long") if cache.recall(url)] == ["long"]


@pytest.mark.attack("E5")
def test_lists_of_strangers_do_not_push_out_those_that_are_used(world: World) -> None:
    """Badges that are presented once, each with a list of its own, and one list that two people's badges have."""
    known = read_status_list(world.status_list(), url=LIST_URL, issuer_id=world.issuer_id, now=NOW)
    cache = MemoryStatusCache(size=8)
    for verification in (object(), object()):
        if cache.recall(LIST_URL, by=verification) is None:
            cache.remember(known, by=verification)
    for number in range(100):
        cache.remember(replace(known, url=f"https://s{number}.example/list"), by=object())
    assert cache.recall(LIST_URL) is known


@pytest.mark.attack("E5")
def test_a_list_used_twice_within_one_verification_is_a_new_one_still(world: World) -> None:
    known = read_status_list(world.status_list(), url=LIST_URL, issuer_id=world.issuer_id, now=NOW)
    cache = MemoryStatusCache(size=8)
    verification = object()
    cache.remember(known, by=verification)
    assert cache.recall(LIST_URL, by=verification) is known
    for number in range(100):
        cache.remember(replace(known, url=f"https://s{number}.example/list"), by=object())
    assert cache.recall(LIST_URL) is None


@pytest.mark.attack("E5")
def test_a_host_that_has_most_lists_makes_room_for_its_own(world: World) -> None:
    """Even where each of them is used twice."""
    known = read_status_list(world.status_list(), url=LIST_URL, issuer_id=world.issuer_id, now=NOW)
    cache = MemoryStatusCache(size=8)
    urls = [LIST_URL, *(f"https://hostile.example/{number}" for number in range(100))]
    for url in urls:
        cache.remember(replace(known, url=url), by=object())
        cache.recall(url, by=object())
    assert cache.recall(LIST_URL) is not None
    assert sum(cache.recall(url) is not None for url in urls) == 8


def test_what_is_settled_leaves_room_for_what_is_new(world: World) -> None:
    known = read_status_list(world.status_list(), url=LIST_URL, issuer_id=world.issuer_id, now=NOW)
    cache = MemoryStatusCache(size=8)
    for number in range(8):
        cache.remember(replace(known, url=f"https://s{number}.example/"), by=object())
        cache.recall(f"https://s{number}.example/", by=object())
    fresh = [f"https://n{number}.example/" for number in range(2)]
    for url in fresh:
        cache.remember(replace(known, url=url), by=object())
    assert all(cache.recall(url) for url in fresh)


@pytest.mark.attack("E5")
def test_a_presentation_by_hostile_issuers_leaves_the_lists_of_others(world: World) -> None:
    """The same through whole verifications: a list that two badges stood on is not asked for again."""
    cache = MemoryStatusCache(size=4)
    world.served.serve(LIST_URL, world.status_list(ttl_ms=600_000))
    badge = world.badge_with_status()
    for _ in range(2):
        assert check_credential(badge, context=world.context(status_cache=cache), now=NOW).outcome is VALID
    for number in range(9):
        url = f"https://s{number}.example/list"
        world.served.serve(url, world.status_list(list_url=url, signer=world.stranger, ttl_ms=600_000))
        foreign = world.badge(status=build_status_entry(url, 7))
        foreign["issuer"]["id"] = world.stranger.verification_method.partition("#")[0]
        report = check_credential(
            world.sign(foreign, world.stranger), context=world.context(status_cache=cache), now=NOW
        )
        assert report.outcome is VALID
    world.served.requests.clear()
    assert check_credential(badge, context=world.context(status_cache=cache), now=NOW).outcome is VALID
    assert world.served.requests == []
