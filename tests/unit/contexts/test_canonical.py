"""The hash that proofs sign, and remembering the latest ones."""

from __future__ import annotations

import copy
import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from pyld import jsonld

from contexts import ContextsError, ContextStore, RecentHashes, canonicalize, hash_canonical

if TYPE_CHECKING:
    from contexts import ContextSelection


@pytest.fixture
def selection(store: ContextStore) -> ContextSelection:
    return store.newest()


def test_the_hash_is_that_of_the_canonical_form(badge: Any, selection: ContextSelection) -> None:
    form = canonicalize(badge, selection=selection)
    assert hash_canonical(badge, selection=selection) == hashlib.sha256(form.encode()).digest()
    lines = form.split("\n")
    assert lines.pop() == ""
    assert lines == sorted(set(lines))


def test_what_two_places_say_stands_there_once(badge: Any, selection: ContextSelection) -> None:
    profile = {"id": "https://issuer.example/", "type": ["Profile"], "name": "Une structure (exemple)"}
    once = canonicalize(badge | {"issuer": profile}, selection=selection)
    achievement = badge["credentialSubject"]["achievement"] | {"creator": copy.deepcopy(profile)}
    subject = badge["credentialSubject"] | {"achievement": achievement}
    twice = canonicalize(badge | {"issuer": profile, "credentialSubject": subject}, selection=selection)
    assert len(twice.splitlines()) == len(once.splitlines()) + 1
    assert twice.count('"Une structure (exemple)"') == 1


def test_the_document_is_left_as_it_was(badge: Any, selection: ContextSelection) -> None:
    before = copy.deepcopy(badge)
    canonicalize(badge, selection=selection)
    assert badge == before


def test_line_separators_in_text_do_not_break_lines(badge: Any, selection: ContextSelection) -> None:
    badge["name"] = "a\u2028b\u0085c\x0bd"
    assert canonicalize(badge, selection=selection).count("\n") == canonicalize(
        badge | {"name": "a"}, selection=selection
    ).count("\n")


def test_a_recent_hash_is_remembered_and_the_oldest_forgotten(
    badge: Any, selection: ContextSelection
) -> None:
    recent = RecentHashes(size=2)
    documents = [badge | {"name": str(number)} for number in range(3)]
    for document in [*documents, *reversed(documents)]:
        assert recent(document, selection=selection) == hash_canonical(document, selection=selection)
    assert len(recent._hashes) == 2


def test_what_is_remembered_belongs_to_one_selection(store: ContextStore, badge: Any) -> None:
    recent = RecentHashes()
    badge["endorsementJwt"] = ["eyJhbGciOiJFUzI1NiJ9.e30.AAAA"]
    newest, *older = store.selections(badge)
    assert recent(badge, selection=newest)
    for each in older:
        with pytest.raises(ContextsError):
            recent(badge, selection=each)


def test_an_error_is_not_remembered(badge: Any, selection: ContextSelection) -> None:
    recent = RecentHashes()
    for _ in range(2):
        with pytest.raises(ContextsError):
            recent(badge | {"undefined": "x"}, selection=selection)
    assert recent(badge, selection=selection)


def test_threads_share_it_and_a_cold_store(badge: Any) -> None:
    documents = [badge | {"name": str(number % 8)} for number in range(200)]
    expected = [hash_canonical(each, selection=ContextStore.load().newest()) for each in documents[:8]]
    store, recent = ContextStore.load(), RecentHashes(size=4)

    def work(number: int) -> bool:
        document = documents[number]
        selection = store.selections(document)[0]
        return (
            recent(document, selection=selection)
            == hash_canonical(document, selection=selection)
            == expected[number % 8]
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(len(documents))))
    assert len(recent._hashes) <= 4


def test_nothing_is_left_in_the_caches_that_all_of_pyld_shares(
    badge: Any, selection: ContextSelection
) -> None:
    before = dict(jsonld._resolved_context_cache), dict(jsonld._inverse_context_cache)
    assert canonicalize(badge, selection=selection)
    assert (dict(jsonld._resolved_context_cache), dict(jsonld._inverse_context_cache)) == before
