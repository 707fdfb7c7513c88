"""Every row of the attack catalogue that the product answers for has a test that says so; docs/attacks.md lists them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
CATALOGUE = TESTS.parent / "docs" / "attacks.md"
ROW = re.compile(r"^\| ([A-J]\d+) \| (yes|later) \|", re.MULTILINE)


def marked_rows() -> dict[str, set[str]]:
    """Row -> the test files that mark it with `pytest.mark.attack(...)`."""
    rows: dict[str, set[str]] = {}
    for file in TESTS.rglob("test_*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "attack"
            ):
                for row in (row for argument in node.args for row in named_rows(argument, tree)):
                    rows.setdefault(row, set()).add(str(file.relative_to(TESTS)))
    return rows


def named_rows(argument: ast.expr, tree: ast.Module) -> set[str]:
    """The row of a marker; where a table of cases gives it, every row that the table's file names."""
    if isinstance(argument, ast.Constant):
        return {str(argument.value)}
    texts = {str(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return {text for text in texts if re.fullmatch(r"[A-J]\d+", text)}


def catalogue_rows() -> dict[str, str]:
    return dict(ROW.findall(CATALOGUE.read_text(encoding="utf-8")))


def test_every_row_the_catalogue_claims_has_a_test():
    claimed = {row for row, state in catalogue_rows().items() if state == "yes"}
    assert claimed, "the catalogue lists no row"
    assert claimed <= set(marked_rows())


def test_every_tested_row_stands_in_the_catalogue():
    assert set(marked_rows()) <= {row for row, state in catalogue_rows().items() if state == "yes"}


@pytest.mark.parametrize(
    "row",
    [
        "A1",
        "A2",
        "A3",
        "A6",
        "A8",
        "A9",
        "A10",
        "A11",
        "A12",
        "A13",
        "A15",
        "A19",
        "C2",
        "C4",
        "C7",
        "D2",
        "D4",
        "D5",
        "D6",
        "D7",
        "E1",
        "E2",
        "E3",
        "E4",
        "E5",
        "E6",
        "F1",
        "F2",
        "F3",
        "F4",
        "F5",
        "F6",
        "G1",
        "G2",
        "G4",
        "G6",
        "G7",
        "G9",
        "G11",
        "H1",
        "H5",
        "H6",
        "H9",
        "H13",
        "J1",
        "J4",
    ],
)
def test_the_rows_of_the_first_release_are_tested(row):
    assert row in marked_rows()
