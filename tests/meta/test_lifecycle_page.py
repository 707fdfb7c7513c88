"""docs/credential-lifecycle.md numbers the steps as the code does, and names files that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "credential-lifecycle.md").read_text(encoding="utf-8")
HEADING = re.compile(r"^##+ .*`(?P<file>[\w/]+\.py)`$", re.MULTILINE)
NUMBERED = re.compile(r"^(\d+)\. ", re.MULTILINE)
PARTS = {
    match["file"]: re.split(r"^##", PAGE[match.end() :], maxsplit=1, flags=re.MULTILINE)[0]
    for match in HEADING.finditer(PAGE)
}


def test_the_page_has_the_numbered_parts():
    assert len(PARTS) == 5


@pytest.mark.parametrize("file", PARTS)
def test_the_numbers_are_those_of_the_code(file):
    source = (ROOT / file).read_text(encoding="utf-8")
    in_code = NUMBERED.findall(ast.get_docstring(ast.parse(source)) or "")
    on_page = NUMBERED.findall(PARTS[file])
    assert on_page == [str(number) for number in range(1, len(on_page) + 1)]
    assert on_page == in_code
    commented = set(re.findall(r"^ *# .*?(\d+)\. ", source, re.MULTILINE))
    assert commented <= set(on_page)
    assert commented, "the steps are labelled where they are made"


def test_every_file_it_names_exists():
    named = set(re.findall(r"`((?:[\w]+/)+[\w]+\.py)`", PAGE)) | {
        f"docs/{path}" for path in re.findall(r"\]\((adr/[\w.-]+)\)", PAGE)
    }
    assert len(named) > 15
    assert [path for path in sorted(named) if not (ROOT / path).is_file()] == []
