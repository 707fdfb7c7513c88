"""docs/conformance.md says what the data and the marks of the tests say, and nothing is claimed without a test."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tools import conformance_page
from tools.conformance_data import (
    CLAIMED,
    FOLDER,
    ConformanceError,
    Section,
    Specification,
    read_specifications,
    read_suites,
)
from tools.conformance_marks import TESTS, Mark, read_marks
from tools.conformance_vectors import read_vector_sets

ROOT = Path(__file__).parent.parent.parent
SPECIFICATIONS = read_specifications()
MARKS = read_marks()
PAGE = conformance_page.PAGE.read_text(encoding="utf-8")
PAPERS = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/adr/README.md")


def test_the_page_is_current():
    assert conformance_page.page() == PAGE, "run: make conformance"
    assert conformance_page.main(["--check"]) == 0


@pytest.mark.parametrize("name", SPECIFICATIONS)
def test_every_section_that_is_claimed_has_a_test(name):
    claimed = {section.key for section in SPECIFICATIONS[name].sections if section.state in CLAIMED}
    assert claimed, "a specification of which nothing is done need not be listed"
    assert claimed <= {mark.section for mark in MARKS if mark.specification == name}


def test_every_mark_names_a_section_that_is_listed():
    known = {(each.id, section.key) for each in SPECIFICATIONS.values() for section in each.sections}
    assert {(mark.specification, mark.section) for mark in MARKS} <= known


def test_every_marked_file_and_every_file_that_is_named_exists():
    assert [mark.file for mark in MARKS if not (TESTS / mark.file).is_file()] == []
    named = {path for path in re.findall(r"`([\w/.-]+/[\w.-]*)`", PAGE) if path.endswith((".py", "/"))}
    assert len(named) > 100
    places = (ROOT, TESTS, TESTS / "unit")
    assert [path for path in sorted(named) if not any((place / path).exists() for place in places)] == []


def test_the_page_gives_the_figures_of_each_specification():
    for each in SPECIFICATIONS.values():
        asked = len(each.sections) - each.count("not applicable")
        assert f"{each.count('yes')} of {asked} sections" in PAGE
        assert f"### {each.title}\n" in PAGE
        assert f"(#{conformance_page.anchor(each.title)})" in PAGE


def test_every_suite_stands_there_with_its_figures():
    for suite in read_suites():
        assert f"| {suite.name} | {suite.commit} | {suite.date} | {suite.tests} | {suite.passed} |" in PAGE
    assert "npx mocha" in PAGE


def test_every_set_of_vectors_is_read_by_a_test():
    sets = read_vector_sets()
    assert len(sets) > 15
    assert [each.name for each in sets if not each.readers or not each.files] == []


# Links


def linked(paper: Path) -> list[tuple[str, str]]:
    """The local links of a paper: a path (none for the paper itself) and a fragment."""
    links = re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)", paper.read_text(encoding="utf-8"))
    return [(path, fragment) for path, fragment in links if ":" not in path]


def anchors(paper: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", paper.read_text(encoding="utf-8"), re.MULTILINE)
    return {conformance_page.anchor(heading) for heading in headings}


def test_every_link_of_the_page_leads_somewhere():
    links = linked(conformance_page.PAGE)
    assert len(links) > len(SPECIFICATIONS)
    for path, fragment in links:
        target = conformance_page.PAGE.parent / path if path else conformance_page.PAGE
        assert target.exists(), path
        assert not fragment or fragment in anchors(target), fragment


@pytest.mark.parametrize("paper", PAPERS)
def test_every_link_to_the_page_leads_to_it(paper):
    links = [link for link in linked(ROOT / paper) if link[0].endswith("conformance.md")]
    for path, fragment in links:
        target = (ROOT / paper).parent / path
        assert target.resolve() == conformance_page.PAGE.resolve()
        assert not fragment or fragment in anchors(target), fragment


def test_the_readme_leads_to_the_page():
    assert "docs/conformance.md" in [path for path, _ in linked(ROOT / "README.md")]


# What cannot be


def specification(*sections: Section) -> dict[str, Specification]:
    some = replace(SPECIFICATIONS["jcs"], sections=sections)
    return SPECIFICATIONS | {"jcs": some}


DONE = Section("3.1", "Creation of Input Data", "yes", "so")


def test_a_claim_without_a_test_and_a_test_without_a_section_are_contradictions():
    marks = frozenset(mark for mark in MARKS if mark.specification != "jcs")
    good = marks | {Mark("jcs", "3.1", "unit/a.py", "test_a")}
    stray = Mark("jcs", "9.9", "unit/a.py", "test_a")
    others = {name: each for name, each in SPECIFICATIONS.items() if name != "jcs"}
    conformance_page.refuse_contradictions(specification(DONE), good)
    with pytest.raises(ConformanceError, match=r"jcs: 3\.1 says 'yes' and no test covers it"):
        conformance_page.refuse_contradictions(specification(DONE), marks)
    with pytest.raises(ConformanceError, match=r"unit/a\.py: test_a covers what is not listed: jcs, 9\.9"):
        conformance_page.refuse_contradictions(specification(DONE), good | {stray})
    with pytest.raises(ConformanceError, match="jcs: in no group of the page, or no file"):
        conformance_page.refuse_contradictions(others, marks)


def test_what_is_not_done_needs_no_test():
    marks = frozenset(mark for mark in MARKS if mark.specification != "jcs")
    for state in ("no", "not applicable"):
        conformance_page.refuse_contradictions(specification(replace(DONE, state=state)), marks)


HEAD = 'id = "x"\ntitle = "X"\nversion = "1"\nurl = "https://x.example/"\n'
SECTION = '[[section]]\nnumber = "1"\ntitle = "One"\nstate = "yes"\nhow = "so"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD, "it lists nothing"),
        (HEAD + SECTION + SECTION, "twice: 1"),
        (HEAD + SECTION.replace('"yes"', '"maybe"'), "no state is called 'maybe'"),
        (HEAD + SECTION.replace('"so"', '" "'), "neither how nor why"),
        (HEAD + SECTION.replace('how = "so"\n', ""), "missing: how"),
        (HEAD + SECTION + 'why = "so"\n', "not known: why"),
        (HEAD.replace('"x"', '"y"') + SECTION, "the id is y"),
        (HEAD.replace('title = "X"\n', "") + SECTION, "missing: title"),
    ],
)
def test_data_that_cannot_be_is_refused(tmp_path, text, said):
    file = tmp_path / "x.toml"
    file.write_text(HEAD + SECTION)
    assert [section.key for section in read_specifications(tmp_path)["x"].sections] == ["1"]
    file.write_text(text)
    with pytest.raises(ConformanceError, match=said):
        read_specifications(tmp_path)


def test_no_specification_is_no_page(tmp_path):
    with pytest.raises(ConformanceError, match="no specification"):
        read_specifications(tmp_path)


SUITE = '[[suite]]\nname = "x"\ncommit = "a"\ndate = "2026-11-25"\ntests = 3\npassed = 3\nfailed = 0\npending = 0\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SUITE.replace("tests = 3", "tests = 4"), "do not add up"),
        (SUITE.replace("tests = 3", "tests = 0").replace("passed = 3", "passed = 0"), "do not add up"),
        (SUITE.replace("passed = 3", "passed = 2").replace("failed = 0", "failed = 1"), "nothing says why"),
        (SUITE + SUITE, "twice: x"),
    ],
)
def test_figures_that_cannot_be_are_refused(tmp_path, text, said):
    file = tmp_path / "suites.toml"
    file.write_text(SUITE)
    assert read_suites(tmp_path)[0].passed == 3
    file.write_text(text)
    with pytest.raises(ConformanceError, match=said):
        read_suites(tmp_path)


# Marks


def marks_of(folder: Path, text: str) -> set[tuple[str, str, str]]:
    (folder / "test_some.py").write_text(f"import pytest\n{text}")
    return {(mark.specification, mark.section, mark.test) for mark in read_marks(folder)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            '@pytest.mark.covers("x", "1", "2")\ndef test_a(): ...\ndef test_b(): ...\n',
            {("x", "1", "test_a"), ("x", "2", "test_a")},
        ),
        (
            'pytestmark = [pytest.mark.slow, pytest.mark.covers("x", "1")]\nasync def test_a(): ...\ndef help(): ...\n',
            {("x", "1", "test_a")},
        ),
        (
            '@pytest.mark.covers("x", "1")\nclass TestSome:\n    def test_a(self): ...\n',
            {("x", "1", "TestSome.test_a")},
        ),
        (
            '@pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.covers("x", "1"))])\ndef test_a(n): ...\n',
            {("x", "1", "test_a")},
        ),
        ("def test_a(): ...\n", set()),
    ],
    ids=["a test", "a module", "a class", "a case", "none"],
)
def test_marks_are_read_where_they_stand(tmp_path, text, found):
    assert marks_of(tmp_path, text) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('@pytest.mark.covers("x")\ndef test_a(): ...\n', "each as a plain string"),
        ('S = "1"\n@pytest.mark.covers("x", S)\ndef test_a(): ...\n', "each as a plain string"),
        ('@pytest.mark.covers("x", section="1")\ndef test_a(): ...\n', "each as a plain string"),
        ('@pytest.mark.covers("x", "1")\ndef some(): ...\n', "stands on no test"),
        ('def test_a():\n    pytest.mark.covers("x", "1")\n', "stands on no test"),
    ],
    ids=["no section", "a name", "a keyword", "no test", "within a test"],
)
def test_a_mark_that_marks_nothing_is_refused(tmp_path, text, said):
    with pytest.raises(ConformanceError, match=said):
        marks_of(tmp_path, text)


def test_the_marker_is_registered():
    assert '"covers(specification, *sections)' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert FOLDER.is_dir()
