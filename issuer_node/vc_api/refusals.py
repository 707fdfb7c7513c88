"""What was refused, in the words of the specifications: our code, and the problem type that it belongs to.

What is wrong with a proof or its document has the type that `credentials.data_integrity` gives it; here is
what other specifications name.

Source: RFC 9457; VCDM 2.0, section 7.2 (Problem Details); Controlled Identifiers v1.0, section 3.5
(Processing Errors); Bitstring Status List v1.0, section 3.5 (Processing Errors).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from contexts import ContextsError
from credentials.data_integrity import problem_type
from credentials.data_integrity.problem_types import (
    PARSING_ERROR,
    PROOF_TRANSFORMATION_ERROR,
    PROOF_VERIFICATION_ERROR,
)
from credentials.errors import CredentialsError, DataModelError, DateSyntaxError, ProofError, StatusError
from credentials.report import Outcome, outcome_of_code
from did.errors import DidError
from issuer_node.vc_api.errors import VcApiError

if TYPE_CHECKING:
    from credentials.report import Check, Report

JsonObject = dict[str, Any]
RefusedError = ContextsError | CredentialsError | DidError | VcApiError
REFUSALS: Final = (ContextsError, CredentialsError, DidError, VcApiError)
_DATA_MODEL: Final = "https://www.w3.org/TR/vc-data-model#"
_STATUS: Final = "https://www.w3.org/ns/credentials/status-list#"
_MALFORMED: Final = f"{_DATA_MODEL}MALFORMED_VALUE_ERROR"
_RANGE: Final = f"{_DATA_MODEL}RANGE_ERROR"
_METHOD: Final = "https://w3id.org/security#INVALID_VERIFICATION_METHOD"
_STATUS_NOT_VERIFIED: Final = f"{_STATUS}STATUS_VERIFICATION_ERROR"
_NO_TYPE: Final = "about:blank"
_BY_CODE: Final = MappingProxyType(
    {
        "request_invalid": PARSING_ERROR,
        # of an envelope, or of what is in it: whichever step comes upon it
        "context_order": _MALFORMED,
        "related_resource_digest": f"{_DATA_MODEL}CRYPTOGRAPHIC_SECURITY_ERROR",
        "validity_reversed": _RANGE,
        "status_unavailable": f"{_STATUS}STATUS_RETRIEVAL_ERROR",
        "status_list_too_short": f"{_STATUS}STATUS_LIST_LENGTH_ERROR",
        "status_index_out_of_range": _RANGE,
    }
)
_BY_CLASS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (ContextsError, PROOF_TRANSFORMATION_ERROR),
    (DataModelError, _MALFORMED),
    (DateSyntaxError, _MALFORMED),
    (ProofError, PROOF_VERIFICATION_ERROR),
    (StatusError, _STATUS_NOT_VERIFIED),
    (DidError, _METHOD),
)
# for what comes out of a report, whose checks know their code and their step
_BY_STEP: Final = MappingProxyType(
    {
        "json": PARSING_ERROR,
        "sd_jwt": PARSING_ERROR,
        "envelope": _MALFORMED,
        "context": _MALFORMED,
        "data_model": _MALFORMED,
        "proof": PROOF_VERIFICATION_ERROR,
        "issuer_key": _METHOD,
        "holder_key": _METHOD,
        "validity": _RANGE,
        "status": _STATUS_NOT_VERIFIED,
        "schema": _MALFORMED,
        "related_resources": _MALFORMED,
    }
)
_TOO_LARGE: Final = 413
_REFUSED: Final = 400
_NOT_CHECKED: Final = 422
_UNKNOWN: Final = 404
_CONFLICT: Final = 409
_STATUS_OF: Final = MappingProxyType(
    {
        "too_large": _TOO_LARGE,
        "status_unknown": _UNKNOWN,
        "status_ambiguous": _CONFLICT,
        "status_list_full": _CONFLICT,
    }
)


def problem_of_error(error: RefusedError, *, generating: bool = False) -> JsonObject:
    """Write an error as a problem.

    Args:
        error: what was raised.
        generating: whether a proof was being made.
    """
    otherwise = next((kind for each, kind in _BY_CLASS if isinstance(error, each)), _NO_TYPE)
    kind = _kind(error.code, otherwise, generating=generating)
    return _problem(kind, error.code, error.detail, getattr(error, "pointer", None))


def problems_of_report(report: Report) -> list[JsonObject]:
    """Write every check that did not pass as a problem, those of the credentials in a presentation too."""
    within = [problem for each in report.credentials for problem in problems_of_report(each)]
    own = [_problem_of_check(each, within) for each in report.checks if _says_something(each)]
    return own + within


def status_of_error(error: RefusedError) -> int:
    """Give the HTTP status: 422 for what could not be checked or is not supported, mostly 400."""
    known = _STATUS_OF.get(error.code)
    return known or _status_of_outcome(outcome_of_code(error.code))


def status_of_report(report: Report) -> int:
    """Give the HTTP status of a verification that did not come out as valid."""
    return _status_of_outcome(report.outcome)


def refusal(problems: list[JsonObject], status: int) -> JsonObject:
    """Write the body of a refusal: the first problem, and all of them, by the names that callers look for.

    Args:
        problems: at least one.
        status: HTTP status code.
    """
    return problems[0] | {"status": status, "problemDetails": problems, "errors": problems}


def _says_something(check: Check) -> bool:
    return check.outcome is not Outcome.VALID and check.code != "not_checked"


def _problem_of_check(check: Check, within: list[JsonObject]) -> JsonObject:
    """A check as a problem; that of a presentation's credentials is of the type of what is wrong in them."""
    folds = check.name == "credentials" and within
    otherwise = within[0]["type"] if folds else _BY_STEP.get(check.name, _NO_TYPE)
    return _problem(_kind(check.code, otherwise), check.code, check.detail, check.data.get("pointer"))


def _kind(code: str, otherwise: str, *, generating: bool = False) -> str:
    return _BY_CODE.get(code) or problem_type(code, generating=generating, otherwise=otherwise)


def _problem(kind: str, code: str, detail: str, pointer: str | None) -> JsonObject:
    title = kind.rpartition("#")[2] if "#" in kind else code
    members = {"type": kind, "title": title, "code": code, "detail": detail, "pointer": pointer}
    return {name: value for name, value in members.items() if value}


def _status_of_outcome(outcome: Outcome) -> int:
    return _NOT_CHECKED if outcome is Outcome.INDETERMINATE else _REFUSED
