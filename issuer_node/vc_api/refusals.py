"""What was refused, in the words of the specifications: our code, and the problem type that it belongs to.

Source: RFC 9457; VCDM 2.0, section 7.2 (Problem Details); Data Integrity 1.0, section 4.7 (Processing
Errors); Bitstring Status List v1.0, section 3.5 (Processing Errors).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from contexts import ContextsError, DataLossError, StrictJsonError
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
_SECURITY: Final = "https://w3id.org/security#"
_STATUS: Final = "https://www.w3.org/ns/credentials/status-list#"
_PARSING: Final = f"{_DATA_MODEL}PARSING_ERROR"
_MALFORMED: Final = f"{_DATA_MODEL}MALFORMED_VALUE_ERROR"
_PROOF: Final = f"{_SECURITY}PROOF_VERIFICATION_ERROR"
_BY_CODE: Final = MappingProxyType(
    {
        "domain_mismatch": f"{_SECURITY}INVALID_DOMAIN_ERROR",
        "challenge_mismatch": f"{_SECURITY}INVALID_CHALLENGE_ERROR",
        "not_an_object": _PARSING,
        "proof_missing": _PARSING,
        "request_invalid": _PARSING,
        "related_resource_digest": f"{_DATA_MODEL}CRYPTOGRAPHIC_SECURITY_ERROR",
        "validity_reversed": f"{_DATA_MODEL}RANGE_ERROR",
        "status_unavailable": f"{_STATUS}STATUS_RETRIEVAL_ERROR",
        "status_list_too_short": f"{_STATUS}STATUS_LIST_LENGTH_ERROR",
        "status_index_out_of_range": f"{_DATA_MODEL}RANGE_ERROR",
        "data_loss": f"{_SECURITY}DATA_LOSS_DETECTION_ERROR",
    }
)
# the most particular class first
_BY_CLASS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (StrictJsonError, _PARSING),
    (DataLossError, f"{_SECURITY}DATA_LOSS_DETECTION_ERROR"),
    (ContextsError, f"{_SECURITY}PROOF_TRANSFORMATION_ERROR"),
    (DataModelError, _MALFORMED),
    (DateSyntaxError, _MALFORMED),
    (ProofError, _PROOF),
    (StatusError, f"{_STATUS}STATUS_VERIFICATION_ERROR"),
    (DidError, f"{_SECURITY}INVALID_VERIFICATION_METHOD"),
)
# for what comes out of a report, whose checks know their code and their step
_BY_STEP: Final = MappingProxyType(
    {
        "json": _PARSING,
        "context": _MALFORMED,
        "data_model": _MALFORMED,
        "proof": _PROOF,
        "issuer_key": f"{_SECURITY}INVALID_VERIFICATION_METHOD",
        "holder_key": f"{_SECURITY}INVALID_VERIFICATION_METHOD",
        "status": f"{_STATUS}STATUS_VERIFICATION_ERROR",
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


def problem_of_error(error: RefusedError) -> JsonObject:
    """Write an error as a problem."""
    kind = _BY_CODE.get(error.code) or next(
        (kind for each, kind in _BY_CLASS if isinstance(error, each)), "about:blank"
    )
    return _problem(kind, error.code, error.detail, getattr(error, "pointer", None))


def problems_of_report(report: Report) -> list[JsonObject]:
    """Write every check that did not pass as a problem, those of the credentials in a presentation too."""
    own = [_problem_of_check(each) for each in report.checks if _says_something(each)]
    return own + [problem for each in report.credentials for problem in problems_of_report(each)]


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


def _problem_of_check(check: Check) -> JsonObject:
    kind = _BY_CODE.get(check.code) or _BY_STEP.get(check.name, "about:blank")
    return _problem(kind, check.code, check.detail, check.data.get("pointer"))


def _problem(kind: str, code: str, detail: str, pointer: str | None) -> JsonObject:
    title = kind.rpartition("#")[2] if "#" in kind else code
    members = {"type": kind, "title": title, "code": code, "detail": detail, "pointer": pointer}
    return {name: value for name, value in members.items() if value}


def _status_of_outcome(outcome: Outcome) -> int:
    return _NOT_CHECKED if outcome is Outcome.INDETERMINATE else _REFUSED
