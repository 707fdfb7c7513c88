"""The steps of one verification, as they are made: each is recorded, and a failed one stops those that stand
on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from contexts import ContextsError, strict_json
from credentials.errors import CredentialsError, DataModelError
from credentials.report import Check
from did.errors import DidError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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


def read_json_object(data: bytes | dict[str, Any]) -> dict[str, Any]:
    """Read strict JSON that is one object. A dictionary goes through the same door: written, then read.

    Raises:
        StrictJsonError: see `contexts.strict_json`.
        DataModelError: "not_an_object".
    """
    document = strict_json.loads(data if isinstance(data, bytes) else strict_json.dumps(data))
    if not isinstance(document, dict):
        raise DataModelError("not_an_object", type(document).__name__)
    return document
