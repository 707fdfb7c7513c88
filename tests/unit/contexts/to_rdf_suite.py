"""The W3C JSON-LD suite "toRdf", asked of our single pass.

The contexts of its documents are pinned under addresses of their own, as ours are, so that what is compared is
how a document is read, and not that a stranger's context is refused.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin

from contexts import DEFAULT_LIMITS, ContextsError
from contexts.rdfc import canonical_nquads
from contexts.statements import to_statements
from contexts.terms import TermTables
from tests.unit.contexts.test_rdf_canon import read_quads

VECTORS: Final = Path(__file__).parents[2] / "vectors" / "json-ld-api"
BASE: Final = "https://w3c.github.io/json-ld-api/tests/"
ENTRIES: Final[dict[str, dict[str, Any]]] = {
    entry["@id"]: entry
    for entry in json.loads((VECTORS / "toRdf-manifest.jsonld").read_bytes())["sequence"]
    if "json-ld-1.0" not in entry.get("option", {}).values()  # an older language, which nothing here speaks
}
_EMPTY: Final = {"@context": {}}


def is_positive(entry: dict[str, Any]) -> bool:
    return "jld:PositiveEvaluationTest" in entry["@type"]


def expected_form(entry: dict[str, Any]) -> str:
    return canonical_nquads(read_quads((VECTORS / entry["expect"]).read_bytes()))


def our_form(entry: dict[str, Any]) -> str:
    """The canonical N-Quads of a test's input.

    Raises:
        ContextsError: we refuse it.
    """
    document = json.loads((VECTORS / entry["input"]).read_bytes())
    pinned = _Pinned(urljoin(BASE, entry["input"]))
    document = pinned.with_addresses(document)
    if not isinstance(document, dict):
        raise ContextsError("not one object")
    tables = TermTables(pinned.documents)
    try:
        return canonical_nquads(to_statements(document, tables=tables, limits=DEFAULT_LIMITS))
    except (TypeError, ValueError) as err:
        # PyLD stumbles over `@propagate` and relative `@import` in a context that has an address: no pinned
        # context has either
        raise ContextsError("PyLD does not process this context") from err


class _Pinned:
    """The contexts of one document by address."""

    def __init__(self, base: str) -> None:
        self._base = base
        self.documents: dict[str, Any] = {}

    def with_addresses(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.with_addresses(each) for each in value]
        if not isinstance(value, dict):
            return value
        return {
            name: self._addresses(each) if name == "@context" else self.with_addresses(each)
            for name, each in value.items()
        }

    def _addresses(self, context: Any) -> list[str]:
        entries = context if isinstance(context, list) else [context]
        return [self._address(each) for each in entries]

    def _address(self, entry: Any) -> str:
        if isinstance(entry, str):
            address = urljoin(self._base, entry)
            file = VECTORS / address.removeprefix(BASE)
            self.documents[address] = json.loads(file.read_bytes()) if file.is_file() else _EMPTY
            return address
        address = f"https://pinned.example/{len(self.documents)}"
        self.documents[address] = {"@context": entry}
        return address
