"""Which tests say that they cover which section, read without running them.

`@pytest.mark.covers("vcdm-2.0", "4.9")` stands on a test, on a class of tests, on one case of a table, or as
the module's `pytestmark` on all of its tests. It names a specification and one or more of its sections, each
as a plain string.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tools.conformance_data import ConformanceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TESTS: Final = Path(__file__).parent.parent / "tests"
MARK: Final = "covers"
_Test = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """One test that says it covers one section."""

    specification: str
    section: str
    file: str
    test: str


def read_marks(folder: Path = TESTS) -> frozenset[Mark]:
    """Every mark of every test file below a folder.

    Raises:
        ConformanceError: a mark stands where it marks no test, or is not written in plain strings.
    """
    return frozenset(
        mark for file in sorted(folder.rglob("test_*.py")) for mark in _marks_of_file(file, folder)
    )


def _marks_of_file(file: Path, folder: Path) -> Iterator[Mark]:
    name = file.relative_to(folder).as_posix()
    text = file.read_text(encoding="utf-8")
    if f".{MARK}(" not in text:
        return
    tree = ast.parse(text)
    read: set[ast.Call] = set()
    for test, calls in _tests(tree.body, _calls(_pytestmark(tree.body))):
        read.update(calls)
        for call in calls:
            specification, *sections = _words(call, name)
            yield from (Mark(specification, section, name, test) for section in sections)
    for call in _calls([tree]):
        if call not in read:
            raise ConformanceError(f"{name}:{call.lineno}: this mark stands on no test")


def _tests(body: list[ast.stmt], outer: list[ast.Call]) -> Iterator[tuple[str, list[ast.Call]]]:
    """Each test with the marks that hold for it: its own, its class's, its module's."""
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            own = _calls([*node.decorator_list, *_pytestmark(node.body)])
            for test, calls in _tests(node.body, [*outer, *own]):
                yield f"{node.name}.{test}", calls
        elif isinstance(node, _Test) and node.name.startswith("test"):
            yield node.name, [*outer, *_calls(node.decorator_list)]


def _pytestmark(body: list[ast.stmt]) -> list[ast.expr]:
    return [
        node.value
        for node in body
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets)
    ]


def _calls(nodes: Iterable[ast.AST]) -> list[ast.Call]:
    """The calls of the mark within these nodes."""
    return [
        node
        for root in nodes
        for node in ast.walk(root)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == MARK
    ]


def _words(call: ast.Call, file: str) -> list[str]:
    words = [
        argument.value
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]
    if len(words) != len(call.args) or call.keywords or len(words) < 2:  # noqa: PLR2004 - a pair at least
        raise ConformanceError(
            f"{file}:{call.lineno}: a specification and its sections, each as a plain string"
        )
    return words
