from __future__ import annotations

import pytest

from credentials.errors import MissingCheckError
from credentials.report import Check, Outcome, build_report, build_verdict

OK = Check.passed("proof")
BAD = Check.failed("status", "revoked")
UNKNOWN = Check.failed("status", "status_unavailable")


@pytest.mark.covers("di-1.0", "5.2")
def test_an_empty_list_of_checks_is_no_pass() -> None:
    with pytest.raises(MissingCheckError, match="missing_check"):
        build_verdict([], required=("proof",))


@pytest.mark.covers("di-1.0", "5.2")
def test_a_policy_that_requires_nothing_is_refused() -> None:
    with pytest.raises(MissingCheckError):
        build_verdict([OK], required=())


def test_a_missing_check_is_no_pass() -> None:
    with pytest.raises(MissingCheckError, match="status"):
        build_verdict([OK], required=("proof", "status"))


@pytest.mark.parametrize(
    ("checks", "outcome"),
    [
        ([OK], Outcome.VALID),
        ([OK, UNKNOWN], Outcome.INDETERMINATE),
        ([OK, BAD], Outcome.INVALID),
        ([OK, UNKNOWN, BAD], Outcome.INVALID),
        ([OK, Check.not_made("status")], Outcome.INDETERMINATE),
    ],
)
def test_the_worst_check_decides(checks: list[Check], outcome: Outcome) -> None:
    assert build_verdict(checks, required=("proof",)) is outcome


def test_a_failed_check_cannot_say_ok() -> None:
    with pytest.raises(ValueError, match="ok"):
        Check.failed("proof", "ok")


def test_warnings_do_not_change_the_outcome_and_are_told() -> None:
    report = build_report([OK], required=("proof",), warnings=[Check.failed("trust", "unknown_issuer")])
    assert report.outcome is Outcome.VALID
    assert report.to_json()["warnings"][0]["code"] == "unknown_issuer"


def test_the_report_finds_the_check_that_failed_among_several_of_a_name() -> None:
    report = build_report([Check.passed("status"), BAD], required=("status",))
    assert report.check("status") is BAD
    assert report.codes == ("revoked",)
    with pytest.raises(MissingCheckError):
        report.check("validity")
