"""What docs/conformance/*.toml says: specifications with their sections, and how the W3C's suites came out.

One file per specification. A section is known by its number, or by its title where the specification's
numbers are not stable. What cannot be so is an error: a member that is not known, a section twice, a suite
whose figures do not add up.
"""

from __future__ import annotations

import tomllib
import typing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent.parent / "docs" / "conformance"
SUITES: Final = "suites.toml"
State = typing.Literal["yes", "part", "no", "not applicable"]
STATES: Final[tuple[State, ...]] = typing.get_args(State)
CLAIMED: Final = frozenset({"yes", "part"})


class ConformanceError(Exception):
    """The data or the marks say something that cannot be true."""


@dataclass(frozen=True, slots=True)
class Section:
    """One section: its number (or none), its title, what is done of it and how, or why not."""

    number: str
    title: str
    state: State
    how: str

    @property
    def key(self) -> str:
        """The word that a mark names it by."""
        return self.number or self.title


@dataclass(frozen=True, slots=True)
class Specification:
    """One specification as it is claimed: which text of it, and each of its normative sections in order."""

    id: str
    title: str
    version: str
    url: str
    note: str
    sections: tuple[Section, ...]

    def count(self, state: State) -> int:
        """How many sections are in that state."""
        return sum(section.state == state for section in self.sections)


@dataclass(frozen=True, slots=True)
class Suite:
    """One run of a suite of the W3C: at which commit, when, with which figures, and why not all passed."""

    name: str
    commit: str
    date: str
    tests: int
    passed: int
    failed: int
    pending: int
    why: tuple[str, ...]
    limits: tuple[str, ...]


def read_specifications(folder: Path = FOLDER) -> dict[str, Specification]:
    """Every specification by its id, which is the name of its file.

    Raises:
        ConformanceError: a file says something that cannot be.
    """
    files = sorted(file for file in folder.glob("*.toml") if file.name != SUITES)
    if not files:
        raise ConformanceError(f"{folder} has no specification")
    return {file.stem: read_specification(file) for file in files}


def read_specification(file: Path) -> Specification:
    """One specification.

    Raises:
        ConformanceError: the file is no specification.
    """
    values = tomllib.loads(file.read_text(encoding="utf-8"))
    sections = values.pop("section", [])
    members = _members(file.name, values, required=("id", "title", "version", "url"), optional=("note",))
    if members["id"] != file.stem:
        raise ConformanceError(f"{file.name}: the id is {members['id']}")
    read = tuple(_section(file.name, each) for each in sections)
    _refuse_nothing_and_twice(file.name, [section.key for section in read])
    return Specification(**members, sections=read)


def read_suites(folder: Path = FOLDER) -> tuple[Suite, ...]:
    """The runs of the W3C's suites.

    Raises:
        ConformanceError: the figures of a suite do not add up, or what did not pass has no reason.
    """
    values = tomllib.loads((folder / SUITES).read_text(encoding="utf-8"))
    suites = tuple(_suite(each) for each in values["suite"])
    _refuse_nothing_and_twice(SUITES, [suite.name for suite in suites])
    return suites


def _section(file: str, values: dict[str, Any]) -> Section:
    members = _members(file, values, required=("title", "state", "how"), optional=("number",))
    section = Section(**members)
    if section.state not in STATES:
        raise ConformanceError(f"{file}: {section.key}: no state is called {section.state!r}")
    if not section.how.strip():
        raise ConformanceError(f"{file}: {section.key}: neither how nor why")
    return section


def _members(
    file: str, values: dict[str, Any], *, required: tuple[str, ...], optional: tuple[str, ...]
) -> dict[str, Any]:
    """The members of a table, each a string, those that are missing and may be as the empty one."""
    unknown = values.keys() - {*required, *optional}
    if unknown:
        raise ConformanceError(f"{file}: not known: {', '.join(sorted(unknown))}")
    missing = [name for name in required if not values.get(name)]
    if missing:
        raise ConformanceError(f"{file}: {values.get('title', '')}: missing: {', '.join(missing)}")
    return {name: str(values.get(name, "")).strip() for name in (*required, *optional)}


def _suite(values: dict[str, Any]) -> Suite:
    lists = {name: tuple(values.get(name, ())) for name in ("why", "limits")}
    suite = Suite(**(values | lists))
    if suite.tests != suite.passed + suite.failed + suite.pending or not suite.tests:
        raise ConformanceError(f"{suite.name}: its figures do not add up")
    if suite.passed != suite.tests and not suite.why:
        raise ConformanceError(f"{suite.name}: not all passed, and nothing says why")
    return suite


def _refuse_nothing_and_twice(file: str, keys: list[str]) -> None:
    if not keys:
        raise ConformanceError(f"{file}: it lists nothing")
    twice = {key for key in keys if keys.count(key) > 1}
    if twice:
        raise ConformanceError(f"{file}: twice: {', '.join(sorted(twice))}")
