"""The closed world: the context documents that exist, and which versions of them to read a document with."""

from __future__ import annotations

import hashlib
import itertools
import marshal
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from contexts.errors import InlineContextError, InvalidDocumentError, TooComplexError, UnknownContextError
from contexts.lock import DOCUMENTS, PinnedVersion, read_document, read_lock
from contexts.terms import TermTables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from contexts.limits import WorkBudget

MAXIMUM_SELECTIONS: Final = 8
MAXIMUM_CONTEXTS: Final = 32
MAXIMUM_REMEMBERED: Final = 256
_NESTED: Final = (dict, list)
MAXIMUM_VALUES: Final = 200_000


@dataclass(frozen=True, eq=False)
class ContextSelection:
    """One version of each context: what a document is read with, and out of whose budget.

    Args:
        label: says which versions, for URLs that have several ("context-3.0.3.json 2026-06"); "" when there
            was no choice.
        digest: 32 bytes that differ between selections.
        tables: the term definitions.
        budget: of the verification that reads with it; None: each document has its own limits, and no more.
    """

    label: str
    digest: bytes = field(repr=False)
    tables: TermTables = field(repr=False)
    budget: WorkBudget | None = field(default=None, repr=False)

    def within(self, budget: WorkBudget | None) -> ContextSelection:
        """The same versions, read with out of a budget."""
        return self if budget is None else ContextSelection(self.label, self.digest, self.tables, budget)

    def spend(self, units: int) -> None:
        """Take units of the budget, if there is one; see `WorkBudget.spend`."""
        if self.budget is not None:
            self.budget.spend(units)


@dataclass(frozen=True)
class _Version:
    pinned: PinnedVersion
    document: Any


class ContextStore:
    """The pinned documents. Made by `load`; safe to share between threads."""

    def __init__(self, versions: Mapping[str, tuple[_Version, ...]]) -> None:
        self._versions = versions
        self._selections: dict[tuple[str, ...], ContextSelection] = {}
        self._by_urls: dict[tuple[str, ...], tuple[ContextSelection, ...]] = {}
        self._by_labels: dict[tuple[tuple[str, str], ...], ContextSelection] = {}
        self._lock = threading.Lock()

    @classmethod
    def load(cls, directory: Path = DOCUMENTS, *, also: Iterable[Path] = ()) -> ContextStore:
        """Read the documents of a lock, and compare every byte with it.

        Args:
            directory: with a `lock.json`.
            also: further directories with a lock of their own, for example those of test vectors.

        Raises:
            ContextIntegrityError: a document or the lock is missing or altered.
        """
        versions = {
            url: tuple(_Version(each, read_document(place, each)) for each in pinned)
            for place in (directory, *also)
            for url, pinned in read_lock(place).items()
        }
        return cls(versions)

    @property
    def urls(self) -> frozenset[str]:
        """Every URL that is known."""
        return frozenset(self._versions)

    def newest(self) -> ContextSelection:
        """The newest version of everything: what to sign with."""
        return self._select({})

    def newest_documents(self) -> dict[str, Any]:
        """URL to parsed document, for another processor beside ours; not to be changed."""
        return {url: versions[0].document for url, versions in self._versions.items()}

    def selections(self, document: object) -> tuple[ContextSelection, ...]:
        """The selections to try for a document, newest first; one, if it names no context with versions.

        Args:
            document: parsed JSON; each `@context` in it, however deep, is looked at.

        Raises:
            UnknownContextError: a URL that is not pinned. It is never fetched.
            InlineContextError: a context that is no URL: an object, or null.
            InvalidDocumentError: no context at all.
            TooComplexError: too many values or contexts to look at.
        """
        return self.selections_of(_urls_in(document))

    def selections_of(self, urls: Iterable[str]) -> tuple[ContextSelection, ...]:
        """The selections to try for a document that names these contexts; errors as `selections`."""
        named = tuple(dict.fromkeys(urls))
        known = self._by_urls.get(named)
        if known is None:
            known = self._find_selections(named)
            if len(self._by_urls) >= MAXIMUM_REMEMBERED:
                # pinned URLs can be put in many orders
                self._by_urls.clear()
            self._by_urls[named] = known
        return known

    def all_documents(self) -> list[Any]:
        """Every version of every document; not to be changed."""
        return [each.document for versions in self._versions.values() for each in versions]

    def _find_selections(self, urls: tuple[str, ...]) -> tuple[ContextSelection, ...]:
        if not urls:
            raise InvalidDocumentError("no @context")
        if len(urls) > MAXIMUM_CONTEXTS:
            raise TooComplexError(f"more than {MAXIMUM_CONTEXTS} contexts", pointer="/@context")
        for url in urls:
            if url not in self._versions:
                raise UnknownContextError(url[:200], pointer="/@context")
        choices = [[(url, each.pinned.label) for each in self._versions[url]] for url in urls]
        combinations = itertools.islice(itertools.product(*choices), MAXIMUM_SELECTIONS)
        return tuple(self._select(dict(each)) for each in combinations)

    def _select(self, labels: Mapping[str, str]) -> ContextSelection:
        """The selection with these versions, newest for what is not named; made once, then shared."""
        # only URLs with several versions have labels: there are few such keys, whoever asks
        named = tuple((url, label) for url, label in labels.items() if label)
        known = self._by_labels.get(named)
        if known is None:
            known = self._by_labels[named] = self._find_selection(dict(named))
        return known

    def _find_selection(self, labels: Mapping[str, str]) -> ContextSelection:
        chosen = {
            url: next((v for v in versions if labels.get(url) == v.pinned.label), versions[0])
            for url, versions in self._versions.items()
        }
        key = (
            *(version.pinned.sha256 for version in chosen.values()),
            label := ", ".join(_label(url, labels[url]) for url in labels if labels[url]),
        )
        with self._lock:
            if key not in self._selections:
                self._selections[key] = self._make_selection(label, chosen)
            return self._selections[key]

    def _make_selection(self, label: str, chosen: Mapping[str, _Version]) -> ContextSelection:
        text = "".join(f"{url} {version.pinned.sha256}\n" for url, version in sorted(chosen.items()))
        digest = hashlib.sha256(text.encode()).digest()
        same = next((each for each in self._selections.values() if each.digest == digest), None)
        tables = same.tables if same else TermTables({url: v.document for url, v in chosen.items()})
        return ContextSelection(label=label, digest=digest, tables=tables)


def _label(url: str, label: str) -> str:
    return f"{url.rpartition('/')[2]} {label}"


def context_values(document: object) -> Iterator[Any]:
    """Every entry of every `@context` of a document, in no particular order, without recursion.

    Raises:
        TooComplexError: too many values to look at.
    """
    waiting: list[Any] = [document] if isinstance(document, _NESTED) else []
    seen = 0
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            members: Iterable[Any] = value.values()
            if "@context" in value:
                context = value["@context"]
                yield from context if isinstance(context, list) else [context]
                members = [each for name, each in value.items() if name != "@context"]
        else:
            members = value
        waiting += [each for each in members if isinstance(each, _NESTED)]
        seen += len(value)
        if seen > MAXIMUM_VALUES:
            raise TooComplexError(f"more than {MAXIMUM_VALUES} values")


def _urls_in(document: object) -> Iterable[str]:
    urls = _urls_at_the_top(document)
    return _all_urls(document) if urls is None else urls


def _urls_at_the_top(document: object) -> list[str] | None:
    """The contexts of a document that has some URLs at its top and none below; None where it takes a look at
    each value to know.
    """
    if type(document) is not dict:
        return None
    urls = document.get("@context")
    below = [value for name, value in document.items() if name != "@context"]
    try:
        # written in one go, in a format without abbreviations: the name stands in it, or nowhere
        written = marshal.dumps(below, 2)
    except ValueError:
        return None
    is_plain = type(urls) is list and all(type(each) is str for each in urls) and b"@context" not in written
    return urls if is_plain else None


def _all_urls(document: object) -> Iterator[str]:
    for each in context_values(document):
        if not isinstance(each, str):
            raise InlineContextError("an inline context", pointer="/@context")
        yield each
