"""Whether a credential meets the schemas that it names: those that are known here.

Outcomes, as VC JSON Schema names them: success is a check that passed; failure makes the credential invalid;
what could not be evaluated is a warning, and never a pass. It cannot be more than a warning: a schema says
how a claim is written, never who makes it, and the issuer signed its name along with the claims; an address
that nobody knows would otherwise take a badge away from whoever earned it.

Source: VCDM 2.0, section 4.11 (Data Schemas) and 5.3; VC JSON Schema, section 4 (Processing); Open Badges
3.0, section 8 (Verification and Validation), step 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from contexts import reading_units, strict_json
from credentials.data_integrity import SUITES
from credentials.report import Check

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contexts import WorkBudget
    from credentials.schemas.store import PinnedSchema, SchemaStore

JsonObject = dict[str, Any]
STEP: Final = "schema"
OPEN_BADGES_VALIDATOR: Final = "1EdTechJsonSchemaValidator2019"
SUPPORTED_TYPES: Final = frozenset({OPEN_BADGES_VALIDATOR, "JsonSchema"})
MAXIMUM_SCHEMAS: Final = 16
# to say where, every node is looked at by every rule
_EXPLAINING_OF_READING: Final = 5
_SELECTIVE: Final = frozenset(name for name, suite in SUITES.items() if suite.selective is not None)


class BrokenRule(Protocol):
    """A rule of a data model that is broken, and where."""

    @property
    def rule(self) -> str: ...

    @property
    def pointer(self) -> str: ...

    @property
    def detail(self) -> str: ...


def _explain_nothing(_document: JsonObject) -> Sequence[BrokenRule]:
    return ()


def check_credential_schema(
    document: JsonObject,
    store: SchemaStore,
    *,
    explain: Callable[[JsonObject], Sequence[BrokenRule]] = _explain_nothing,
    budget: WorkBudget | None = None,
) -> tuple[list[Check], list[Check]]:
    """Check a credential against the schemas that its `credentialSchema` names.

    Args:
        document: a credential whose proof holds; of odd shapes nothing is said here.
        store: the schemas that are known.
        explain: says what is wrong with a badge that does not meet the schema of Open Badges: a schema is
            only ever asked whether it is met.
        budget: of the verification; where too little is left of it, nothing is explained.

    Returns:
        The checks, and the warnings. One check passed or failed, if any schema could be evaluated: its data
        says which. A warning for what could not.
    """
    entries = _objects(document.get("credentialSchema"))
    met: list[str] = []
    warnings: list[Check] = []
    for entry in entries[:MAXIMUM_SCHEMAS]:
        schema, code = _find(entry, store)
        url = str(entry.get("id"))[:500]
        if schema is None:
            warnings.append(Check.failed(STEP, code, schema=url))
        elif url in met or schema.is_met_by(document):
            met.append(url)
        elif _is_shown_in_part(document):
            warnings.append(Check.failed(STEP, "schema_undecided", "a part is shown", schema=url))
        else:
            of_open_badges = OPEN_BADGES_VALIDATOR in _as_list(entry.get("type"))
            is_explained = of_open_badges and _can_explain(document, budget)
            return [_not_met(url, explain(document) if is_explained else ())], warnings
    if len(entries) > MAXIMUM_SCHEMAS:
        warnings.append(Check.failed(STEP, "schema_unknown", f"more than {MAXIMUM_SCHEMAS}"))
    return ([Check.passed(STEP, schemas=list(dict.fromkeys(met)))] if met else []), warnings


def _find(entry: JsonObject, store: SchemaStore) -> tuple[PinnedSchema | None, str]:
    if not SUPPORTED_TYPES.intersection(_as_list(entry.get("type"))):
        return None, "schema_type_unsupported"
    schema = store.find(entry.get("id"))
    if schema is None:
        return None, "schema_unknown"
    if "digestSRI" in entry and not schema.has_digest(entry["digestSRI"]):
        # the issuer means other bytes than those that are known
        return None, "schema_of_other_bytes"
    return schema, ""


def _not_met(url: str, broken: Sequence[BrokenRule]) -> Check:
    if not broken:
        return Check.failed(STEP, "schema_not_met", schema=url)
    first = broken[0]
    place = {"pointer": first.pointer, "rule": first.rule}
    return Check.failed(STEP, "schema_not_met", f"{first.rule} {first.detail}", schema=url, **place)


def _can_explain(document: JsonObject, budget: WorkBudget | None) -> bool:
    """Take what an explanation costs of the budget, if there is enough left."""
    if budget is None:
        return True
    units = _EXPLAINING_OF_READING * reading_units(strict_json.dumps(document))
    if units > budget.left:
        return False
    budget.spend(units)
    return True


def _is_shown_in_part(document: JsonObject) -> bool:
    """Whether members may be missing because the holder kept them back."""
    suites = [each.get("cryptosuite") for each in _objects(document.get("proof"))]
    return bool(suites) and all(each in _SELECTIVE for each in suites)


def _objects(value: Any) -> list[JsonObject]:
    return [each for each in _as_list(value) if isinstance(each, dict)]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
