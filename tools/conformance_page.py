"""Writes docs/conformance.md from docs/conformance/ and the marks of the tests; --check only compares."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tools.conformance_data import (
    CLAIMED,
    FOLDER,
    ConformanceError,
    Specification,
    State,
    Suite,
    read_specifications,
    read_suites,
)
from tools.conformance_marks import Mark, read_marks
from tools.conformance_vectors import VectorSet, read_vector_sets

if TYPE_CHECKING:
    from collections.abc import Iterable

PAGE: Final = Path(__file__).parent.parent / "docs" / "conformance.md"
RUNNING: Final = FOLDER / "running-the-suites.md"
GROUPS: Final = (
    ("Credentials", ("vcdm-2.0", "vcdm-1.1")),
    (
        "Securing",
        ("di-1.0", "di-eddsa-1.0", "di-ecdsa-1.0", "di-bbs-1.0", "vc-jose-cose", "sd-jwt", "sd-jwt-vc"),
    ),
    ("Canonical forms", ("rdfc-1.0", "json-ld-api-1.1", "jcs")),
    ("Status", ("bitstring-status-list-1.0", "token-status-list")),
    (
        "Identifiers and keys",
        ("cid-1.0", "did-core-1.0", "did-resolution-0.3", "did-key", "did-jwk", "did-web", "did-webvh-1.0"),
    ),
    ("Open Badges", ("open-badges-3.0", "open-badges-2.0")),
    ("Protocols", ("openid4vci-1.0", "openid4vp-1.0", "vc-api")),
)
HEAD: Final = """# Conformance

Made by `make conformance` from `docs/conformance/` and the marks of the tests; do not edit by hand.

What of each specification is implemented, section by section, how or why not, and which tests cover it. A
test that is marked `@pytest.mark.covers("vcdm-2.0", "4.9")` fails when that section's behaviour breaks. A
section that says **yes** or **part** without such a test fails `make check` and `make test`, and so does a
mark that names no section. Paths are below `tests/unit/` unless they begin with `tests/`; the number behind a
path is how many tests of that file are marked with the section.

**yes**: implemented; **part**: what is, and what is not, stands beside; **no**: not implemented, with the
reason, and tests where they show the refusal; **not applicable**: asks nothing of an issuer, a wallet or a
verifier, or nothing of these. Introductions, terminology, examples, references, registrations and sections
that call themselves informative are left out.
"""
SUITES_HEAD: Final = """## The W3C suites

Run against one node, on loopback, at the commits named here. Every request of a suite goes through the VC-API
(`issuer_node/vc_api`), and so through the same library calls as everything else.
"""
VECTORS_HEAD: Final = """## Vectors from elsewhere

Byte for byte as their source publishes them. Each folder of `tests/vectors/` has a `SOURCE.json` that says
from where, under which licence and, where files were chosen, with which digests; the number behind a path is
how many tests that file has.
"""


def page() -> str:
    """The whole page.

    Raises:
        ConformanceError: what the data and the marks say does not go together.
    """
    specifications, marks = read_specifications(), read_marks()
    refuse_contradictions(specifications, marks)
    parts = [HEAD, summary(specifications, marks)]
    for title, ids in GROUPS:
        parts.append(f"## {title}\n")
        parts += [table(specifications[each], marks) for each in ids]
    running = RUNNING.read_text(encoding="utf-8")
    return "\n".join(
        [*parts, SUITES_HEAD, suites_table(read_suites()), running, vectors_table(read_vector_sets())]
    )


def refuse_contradictions(specifications: dict[str, Specification], marks: frozenset[Mark]) -> None:
    """Nothing is claimed that no test covers, and nothing is covered that is not listed.

    Raises:
        ConformanceError: with every contradiction, one a line.
    """
    known = {(each.id, section.key) for each in specifications.values() for section in each.sections}
    marked = {(mark.specification, mark.section) for mark in marks}
    unknown = sorted(
        f"{mark.file}: {mark.test} covers what is not listed: {mark.specification}, {mark.section}"
        for mark in marks
        if (mark.specification, mark.section) not in known
    )
    untested = [
        f"{each.id}: {section.key} says {section.state!r} and no test covers it"
        for each in specifications.values()
        for section in each.sections
        if section.state in CLAIMED and (each.id, section.key) not in marked
    ]
    ungrouped = sorted(specifications.keys() ^ {each for _, ids in GROUPS for each in ids})
    found = [*unknown, *untested, *(f"{each}: in no group of the page, or no file" for each in ungrouped)]
    if found:
        raise ConformanceError("\n".join(found))


def summary(specifications: dict[str, Specification], marks: frozenset[Mark]) -> str:
    """One line for each specification, with its figures."""
    lines = [
        "| specification | sections | yes | part | no | not applicable | tests |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for each in (specifications[name] for _, ids in GROUPS for name in ids):
        states: tuple[State, ...] = ("yes", "part", "no", "not applicable")
        counts = " | ".join(str(each.count(state)) for state in states)
        tests = len({(mark.file, mark.test) for mark in marks if mark.specification == each.id})
        lines.append(f"| [{each.title}](#{anchor(each.title)}) | {len(each.sections)} | {counts} | {tests} |")
    return "\n".join(lines) + "\n"


def table(specification: Specification, marks: frozenset[Mark]) -> str:
    """One specification, section by section."""
    lines = [
        f"### {specification.title}\n",
        f"{specification.version}: <{specification.url}>. {_count(specification)}\n",
    ]
    if specification.note:
        lines.append(f"{specification.note}\n")
    lines += ["| section | | how, or why not | tests |", "| --- | --- | --- | --- |"]
    for section in specification.sections:
        covering = [
            mark for mark in marks if (mark.specification, mark.section) == (specification.id, section.key)
        ]
        name = f"{section.number} {section.title}".strip()
        lines.append(f"| {_cell(name)} | {section.state} | {_cell(section.how)} | {_files(covering)} |")
    return "\n".join(lines) + "\n"


def suites_table(suites: tuple[Suite, ...]) -> str:
    """How each suite came out, why not all of it passed, and what it cannot tell."""
    lines = [
        "| suite | at commit | run on | tests | passed | failed | pending |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for each in suites:
        figures = f"{each.tests} | {each.passed} | {each.failed} | {each.pending}"
        lines.append(f"| {each.name} | {each.commit} | {each.date} | {figures} |")
    lines += ["", '"Pending" is what a suite skips by itself. What did not pass, and why:', ""]
    lines += [f"- **{_short(each)}**: {reason}" for each in suites for reason in each.why]
    lines += ["", "What the suites cannot tell:", ""]
    lines += [f"- **{_short(each)}**: {limit}" for each in suites for limit in each.limits]
    return "\n".join(lines) + "\n"


def vectors_table(sets: tuple[VectorSet, ...]) -> str:
    """Each set of vectors, and the tests that read it."""
    lines = [
        VECTORS_HEAD,
        "| folder | source | licence | files | tests |",
        "| --- | --- | --- | ---: | --- |",
    ]
    for each in sets:
        readers = ", ".join(f"`{_below_unit(file)}` {count}" for file, count in sorted(each.readers.items()))
        cells = (f"`{each.name}`", _cell(each.source), _cell(each.licence), str(each.files), readers)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def anchor(title: str) -> str:
    """The fragment that a heading gets where Markdown is shown."""
    return "".join(c for c in title.lower().replace(" ", "-") if c.isalnum() or c in "-_")


def _count(specification: Specification) -> str:
    asked = len(specification.sections) - specification.count("not applicable")
    parts = [f"{specification.count('yes')} of {asked} sections that ask something of us"]
    if specification.count("part"):
        parts.append(f"{specification.count('part')} in part")
    if specification.count("no"):
        parts.append(f"{specification.count('no')} not")
    return ", ".join(parts) + "."


def _files(marks: Iterable[Mark]) -> str:
    counts: dict[str, int] = {}
    for mark in marks:
        counts[mark.file] = counts.get(mark.file, 0) + 1
    return ", ".join(f"`{_below_unit(file)}` {count}" for file, count in sorted(counts.items()))


def _below_unit(file: str) -> str:
    return file.removeprefix("unit/") if file.startswith("unit/") else f"tests/{file}"


def _short(suite: Suite) -> str:
    return suite.name.rsplit("/", maxsplit=1)[-1].split(",")[0].removesuffix("-test-suite")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main(arguments: list[str]) -> int:
    """Write the page, or compare it; 1 when it is not current or says what is not so."""
    try:
        current = page()
    except ConformanceError as error:
        print(f"conformance: {error}")
        return 1
    if "--check" not in arguments:
        PAGE.write_text(current, encoding="utf-8")
        return 0
    same = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == current
    print("conformance: docs/conformance.md is current" if same else "conformance: run `make conformance`")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
