"""Where the families write their cases, and how these become files."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from contexts.lock import DOCUMENTS
from tests.corpus.cases import write
from tests.corpus.patching import apply_patch, is_same_json, make_patch, make_splice

if TYPE_CHECKING:
    from collections.abc import Callable

MAIN_WORLD = "worlds/main.json"


# a did:web has no history of its own: a key that is not there today may have been there
NO_HISTORY = "key_history_unavailable"


@dataclass
class Family:
    """The cases of one row, for one file."""

    name: str
    about: str
    book: Book
    documents: dict[str, Any] = field(default_factory=dict)
    cases: list[dict[str, Any]] = field(default_factory=list)

    @property
    def row(self) -> str:
        return self.name.partition("-")[0]

    def case(
        self,
        name: str,
        value: Any,
        code: str = "",
        *,
        outcome: str = "",
        twin: str = "",
        inner: str = "",
        **options: Any,
    ) -> None:
        """Write down a case.

        Args:
            name: unique within the row.
            value: JSON, text, bytes, or a list of pieces (`pieces`).
            code: what must be found; "" for what is valid.
            outcome: "valid" without a code, "invalid" with one, "indeterminate" with one that says that nobody
                knows, unless it says otherwise.
            twin: name of a valid artefact of the book.
            inner: code of the credential within that is not valid.
            options: members of the case beside these ("as", "now", "policy", "before", "no_fetch").
        """
        assert all(each["name"] != name for each in self.cases), f"{self.name}: {name} twice"
        expected = {"outcome": outcome or _outcome_of(code)}
        expected |= {key: each for key, each in (("code", code), ("inner", inner)) if each}
        about_twin = {"twin": twin} if twin else {}
        options = {"as" if key == "kind" else key: each for key, each in options.items()}
        self.cases.append(
            {"name": name} | about_twin | options | self.book.written(value, twin) | {"expected": expected}
        )


def _outcome_of(code: str) -> str:
    if not code:
        return "valid"
    return "indeterminate" if code == NO_HISTORY else "invalid"


@dataclass
class Book:
    """The corpus while it is made."""

    twins: dict[str, dict[str, Any]] = field(default_factory=dict)
    families: list[Family] = field(default_factory=list)
    documents: dict[str, Any] = field(default_factory=dict)
    recorded: dict[str, Any] = field(default_factory=dict)

    def family(self, name: str, about: str, documents: dict[str, Any] | None = None) -> Family:
        """Begin the file of a row: "A2" or "A2-more"."""
        family = Family(name, about, self, documents or {})
        self.families.append(family)
        return family

    def twin(self, name: str, value: Any, kind: str = "credential", **options: Any) -> Any:
        """Keep a valid artefact; gives it back."""
        assert name not in self.twins, f"two twins are {name}"
        form = {"text": value} if isinstance(value, str) else {"json": value}
        self.twins[name] = {"as": kind} | options | form
        return value

    def published_twin(self, name: str, file: str, kind: str) -> str:
        """Keep a published file of the contexts as a valid artefact, by its name alone; gives the twin's."""
        assert name not in self.twins, f"two twins are {name}"
        self.twins[name] = {"as": kind, "published": file}
        return name

    def record(self, name: str, make: Callable[[], Any]) -> Any:
        """Give what was made under this name once: signatures that are others each time."""
        found = self.recorded.get(name, {}).get("json")
        return found if found is not None else make()

    def document(self, name: str) -> Any:
        """The JSON of a twin."""
        return self.twins[name]["json"]

    def text(self, name: str) -> str:
        """The text of a twin."""
        twin = self.twins[name]
        if "published" in twin:
            return (DOCUMENTS / twin["published"]).read_text(encoding="utf-8")
        return twin["text"] if "text" in twin else write(twin["json"])

    def written(self, value: Any, twin: str) -> dict[str, Any]:  # noqa: PLR0911 - one for each form
        """Write an input in the shortest form there is."""
        if isinstance(value, bytes):
            try:
                return self.written(value.decode(), twin)
            except UnicodeDecodeError:
                return {"base64": base64.b64encode(value).decode()}
        if isinstance(value, Pieces):
            return {"pieces": value.pieces}
        if isinstance(value, str):
            run = find_run(value)
            if run is not None:
                return {"pieces": run.pieces}
            if not twin:
                return {"text": value}
            splice = make_splice(self.text(twin), value)
            return {"splice": splice} if len(splice.get("insert", "")) < len(value) else {"text": value}
        if not twin or "json" not in self.twins[twin]:
            return {"text": write(value)}
        run = find_run(write(value))
        if run is not None:
            return {"pieces": run.pieces}
        patch = make_patch(self.document(twin), value)
        assert is_same_json(apply_patch(self.document(twin), patch), value)
        return {"patch": patch}


class Pieces:
    """A text of repeated pieces, too long to stand in a file."""

    def __init__(self, *pieces: str | tuple[str, int]) -> None:
        self.pieces = [
            {"text": each} if isinstance(each, str) else {"text": each[0], "times": each[1]}
            for each in pieces
        ]


def find_run(text: str) -> Pieces | None:
    """Find a long repetition in a long text, and write it as pieces."""
    if len(text) < _LONG:
        return None
    for period in range(1, 200):
        middle = len(text) // 2
        start = end = middle
        while start > 0 and text[start - 1] == text[start - 1 + period]:
            start -= 1
        while end + period < len(text) and text[end] == text[end + period]:
            end += 1
        times = (end + period - start) // period
        if times * period > len(text) // 2:
            stop = start + times * period
            return Pieces(text[:start], (text[start : start + period], times), text[stop:])
    return None


_LONG = 8_000


def render(value: Any) -> str:
    """JSON with a line for each case, so that a change can be read."""
    lines = []
    for name, member in value.items():
        if name == "cases":
            rows = ",\n".join("  " + _line(each) for each in member)
            lines.append(f' "cases": [\n{rows}\n ]')
        elif isinstance(member, dict):
            rows = ",\n".join(f"  {_line(key)}: {_line(each)}" for key, each in member.items())
            lines.append(f" {_line(name)}: {{\n{rows}\n }}")
        else:
            lines.append(f" {_line(name)}: {_line(member)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _line(value: Any) -> str:
    # what is not ASCII is escaped: bidirectional marks and look-alikes must not hide in a file
    return json.dumps(value)
