"""The steps of one verification, as they are made: each is recorded, and a failed one stops those that stand
on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from contexts import ContextsError, reading_units, strict_json
from credentials.errors import CredentialsError, DataModelError
from credentials.report import Check
from did.errors import DidError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from contexts import WorkBudget

_Value = TypeVar("_Value")


class StepFailedError(Exception):
    """A step failed and was recorded; the steps that stand on it cannot be made."""


class Steps:
    """The checks of one verification, as they are made."""

    def __init__(self) -> None:
        self.checks: list[Check] = []

    def run(self, name: str, step: Callable[[], _Value]) -> _Value:
        """Make a step and record what it came to.

        Raises:
            StepFailedError: it failed.
        """
        try:
            value = step()
        except (CredentialsError, DidError, ContextsError) as err:
            self.fail(name, err)
            raise StepFailedError from err
        self.checks.append(Check.passed(name))
        return value

    def fail(self, name: str, err: CredentialsError | DidError | ContextsError) -> None:
        """Record a failure."""
        pointer = getattr(err, "pointer", None)
        self.checks.append(
            Check.failed(name, err.code, err.detail, **({"pointer": pointer} if pointer else {}))
        )

    def complete(self, required: Iterable[str]) -> list[Check]:
        """Give all checks, with those that were not made said to be so."""
        made = {check.name for check in self.checks}
        return [*self.checks, *(Check.not_made(name) for name in required if name not in made)]


class StrictObject(dict[str, Any]):
    """An object that `strict_json.loads` read with its own limits, and that nobody changed since.

    Args:
        members: of the object.
        source: the bytes that were read, in which it stood.
    """

    def __init__(self, members: dict[str, Any], *, source: bytes) -> None:
        super().__init__(members)
        self.source = source


def read_json_object(data: bytes | dict[str, Any], *, budget: WorkBudget | None = None) -> dict[str, Any]:
    """Read strict JSON that is one object. A dictionary goes through the same door: written, then read,
    unless it is known to have come that way.

    Args:
        data: the bytes received, or a parsed JSON object.
        budget: of the verification that it is read for.

    Raises:
        StrictJsonError: see `contexts.strict_json`.
        DataModelError: "not_an_object".
        TooComplexError: the budget is spent.
    """
    if isinstance(data, StrictObject) and len(data.source) <= strict_json.MAXIMUM_BYTES:
        if budget is not None:
            budget.spend(reading_units(data.source))
        return dict(data)
    text = data if isinstance(data, bytes) else strict_json.dumps(data)
    # what is too large is not read at all, and said to be so
    if budget is not None and len(text) <= strict_json.MAXIMUM_BYTES:
        budget.spend(reading_units(text))
    document = strict_json.loads(text)
    if not isinstance(document, dict):
        raise DataModelError("not_an_object", type(document).__name__)
    return document
