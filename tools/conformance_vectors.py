"""The published vectors in tests/vectors: from where each set is, and which test files read it."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tools.conformance_marks import TESTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OURS: Final = frozenset({"SOURCE.json", "LICENSE.md", "LICENCE.md", "lock.json"})


@dataclass(frozen=True, slots=True)
class VectorSet:
    """One set: its folder, what its SOURCE.json says, its files, and the tests that read it."""

    name: str
    source: str
    licence: str
    files: int
    readers: dict[str, int]


def read_vector_sets(folder: Path = TESTS) -> tuple[VectorSet, ...]:
    """Every set of vectors, by name."""
    files = sorted((folder / "vectors").glob("*/SOURCE.json"))
    sources = {file.parent: json.loads(file.read_text(encoding="utf-8")) for file in files}
    # a folder whose files each have a source of their own holds contexts, not vectors
    sets = {each: source for each, source in sources.items() if "source" in source}
    readers = _readers(folder, {each.name for each in sets})
    return tuple(_vector_set(each, source, readers.get(each.name, {})) for each, source in sets.items())


def _vector_set(folder: Path, source: dict[str, Any], readers: dict[str, int]) -> VectorSet:
    commit = str(source.get("commit", ""))[:7]
    return VectorSet(
        name=folder.name,
        source=str(source["source"]) + (f" at {commit}" if commit else ""),
        licence=str(source["licence"]),
        files=sum(file.is_file() and file.name not in _OURS for file in folder.rglob("*")),
        readers=readers,
    )


def _readers(folder: Path, names: set[str]) -> dict[str, dict[str, int]]:
    """Set -> test file -> how many tests it has; a module that reads a set lends it to its importers."""
    trees = {file: ast.parse(file.read_text(encoding="utf-8")) for file in sorted(folder.rglob("*.py"))}
    read = {file: set(_folders(tree, names)) for file, tree in trees.items()}
    lent = {file.stem: found for file, found in read.items() if found and not file.stem.startswith("test_")}
    readers: dict[str, dict[str, int]] = {}
    for file, tree in trees.items():
        if not file.stem.startswith("test_"):
            continue
        through = set[str]().union(*(lent.get(module, set()) for module in _imported(tree)))
        for name in read[file] | through:
            readers.setdefault(name, {})[file.relative_to(folder).as_posix()] = _count_tests(tree)
    return readers


def _folders(tree: ast.Module, names: set[str]) -> Iterator[str]:
    """The sets that a module makes paths of: `... / "name" / ...`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            word = node.right.value if isinstance(node.right, ast.Constant) else None
            if isinstance(word, str) and word.split("/")[0] in names:
                yield word.split("/")[0]


def _imported(tree: ast.Module) -> set[str]:
    """The last words of the modules that a module imports from."""
    names = set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names |= {(node.module or "").rsplit(".", maxsplit=1)[-1], *(each.name for each in node.names)}
    return names


def _count_tests(tree: ast.Module) -> int:
    return sum(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")
        for node in ast.walk(tree)
    )
