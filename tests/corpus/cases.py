"""The corpus as it is read: twins, files of cases, and the bytes that each case stands for. See README.md."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from contexts.lock import DOCUMENTS
from tests.corpus.patching import apply_patch, apply_splice

CORPUS = Path(__file__).parent
TWINS = CORPUS / "twins.json"
KINDS = ("credential", "presentation", "sd-jwt", "json", "n-quads", "context")
# of these one verdict is made; the others are read, and no more
VERIFIED_KINDS = KINDS[:3]
OUTCOMES = ("valid", "invalid", "indeterminate", "refused", "exception")
_INPUTS = ("patch", "splice", "text", "pieces", "base64")


@dataclass(frozen=True)
class Twin:
    """A valid artefact.

    Args:
        name: as cases call it.
        kind: how it is to be read.
        text: the artefact, as it is sent.
        document: the same as JSON, if it is JSON.
        options: as those of a case.
    """

    name: str
    kind: str
    text: str = field(repr=False)
    document: Any = field(repr=False)
    options: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Case:
    """One input and what it must get.

    Args:
        file: name of its file, without ending: a row, and maybe a part of it.
        name: unique within its file.
        kind: how the input is to be read.
        world: file name of the world that it is read in.
        twin: its valid twin, if it has one.
        outcome: what a verifier must say.
        code: the machine code of the first thing that is wrong; "" where the outcome is valid.
        inner: the first code of the first credential within that is not valid; "" says nothing.
        raw: the case as it stands in its file.
        documents: what its file adds to the world.
    """

    file: str
    name: str
    kind: str
    world: str
    twin: Twin | None
    outcome: str
    code: str
    inner: str
    raw: dict[str, Any] = field(repr=False)
    documents: dict[str, Any] = field(repr=False)

    @property
    def row(self) -> str:
        """The row of the attack catalogue."""
        return self.file.partition("-")[0]

    @property
    def id(self) -> str:
        """File and name."""
        return f"{self.file} {self.name}"

    @property
    def options(self) -> dict[str, Any]:
        """What the case and its twin say beside the input; the case decides."""
        inherited = self.twin.options if self.twin else {}
        return inherited | self.raw

    @property
    def data(self) -> bytes:
        """The bytes that are sent."""
        match next(name for name in _INPUTS if name in self.raw):
            case "patch":
                assert self.twin is not None
                return write(apply_patch(self.twin.document, self.raw["patch"])).encode()
            case "splice":
                assert self.twin is not None
                return apply_splice(self.twin.text, self.raw["splice"]).encode()
            case "text":
                return self.raw["text"].encode()
            case "pieces":
                return "".join(each["text"] * each.get("times", 1) for each in self.raw["pieces"]).encode()
            case _:
                return base64.b64decode(self.raw["base64"], validate=True)


def write(document: Any) -> str:
    """Write JSON as the corpus means it: compact, members in their order, nothing escaped without need."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


@lru_cache
def read_twins() -> dict[str, Twin]:
    """Read every valid artefact."""
    raw = json.loads(TWINS.read_text(encoding="utf-8"))
    return {name: _twin(name, each) for name, each in raw["twins"].items()}


def _twin(name: str, raw: dict[str, Any]) -> Twin:
    document = raw.get("json")
    if "published" in raw:
        text = (DOCUMENTS / raw["published"]).read_text(encoding="utf-8")
    else:
        text = raw["text"] if "text" in raw else write(document)
    options = {key: value for key, value in raw.items() if key not in {"as", "json", "text"}}
    return Twin(name, raw["as"], text, document, options)


def case_files() -> list[Path]:
    """The files of cases, by row."""
    return sorted(
        (path for path in CORPUS.glob("*.json") if path != TWINS),
        key=lambda path: (path.stem[0], int(path.stem.partition("-")[0][1:]), path.stem),
    )


def read_cases() -> list[Case]:
    """Read the whole corpus."""
    return [case for path in case_files() for case in read_file(path)]


def read_file(path: Path) -> list[Case]:
    """Read one file of cases."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    return [_case(path.stem, raw, each) for each in raw["cases"]]


def _case(stem: str, file: dict[str, Any], raw: dict[str, Any]) -> Case:
    twin = read_twins()[raw["twin"]] if "twin" in raw else None
    expected = raw["expected"]
    return Case(
        file=stem,
        name=raw["name"],
        kind=raw.get("as") or (twin.kind if twin else file["as"]),
        world=file["world"],
        twin=twin,
        outcome=expected["outcome"],
        code=expected.get("code", ""),
        inner=expected.get("inner", ""),
        raw=raw,
        documents=file.get("documents", {}),
    )
