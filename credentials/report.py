"""Three outcomes, the checks they rest on, and the one function that makes a verdict of checks."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from credentials.errors import MissingCheckError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from credentials.trust import Standing
    from credentials.view import CredentialView


class Outcome(StrEnum):
    """What a check, and a whole verification, can come to."""

    VALID = "valid"
    INVALID = "invalid"
    INDETERMINATE = "indeterminate"


# Codes that say "could not be checked". Every other failure code says "checked, and bad".
INDETERMINATE_CODES: Final = frozenset(
    {
        "not_checked",
        "unsupported_cryptosuite",
        "unsupported_securing",
        "unsupported_x5c",
        "type_metadata_unavailable",
        "unsupported_status_type",
        "unsupported_status_purpose",
        "unsupported_status_size",
        "unsupported_status_value",
        "proof_chain_unsupported",
        "vcdm_1_1_unsupported",
        "status_unavailable",
        "status_list_expired",
        "status_list_not_yet_valid",
        "status_list_rollback",
        "status_list_unsigned",
        "credential_indeterminate",
        "legacy_verifier_failed",
        "legacy_method_unsupported",
        "ob2_version_unsupported",
        "resolution_unavailable",
        "key_history_unavailable",
        "schema_of_other_bytes",
        "schema_type_unsupported",
        "schema_undecided",
        "schema_unknown",
        "fetch_failed",
        "fetch_refused",
        "too_many_fetches",
        "methodNotSupported",
        "notFound",
    },
)


def outcome_of_code(code: str) -> Outcome:
    """Tell which outcome a check's machine code stands for."""
    if code == "ok":
        return Outcome.VALID
    return Outcome.INDETERMINATE if code in INDETERMINATE_CODES else Outcome.INVALID


@dataclass(frozen=True)
class Check:
    """One step of a verification and what it came to.

    Args:
        name: the step, for example "proof".
        outcome: valid, invalid or indeterminate.
        code: "ok", or the machine code of what was found.
        detail: for developers, never shown as it is.
        data: values that a page may show (dates, names), JSON types only.
    """

    name: str
    outcome: Outcome
    code: str = "ok"
    detail: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def passed(cls, name: str, **data: Any) -> Check:
        """Record that a step was made and found nothing wrong."""
        return cls(name, Outcome.VALID, data=data)

    @classmethod
    def failed(cls, name: str, code: str, detail: str = "", **data: Any) -> Check:
        """Record what a step found; the code alone decides between invalid and indeterminate."""
        if code == "ok":
            raise ValueError('a failed check cannot have the code "ok"')
        return cls(name, outcome_of_code(code), code, detail, data)

    @classmethod
    def not_made(cls, name: str) -> Check:
        """Record that a step could not be made because an earlier one failed: never a pass."""
        return cls(name, Outcome.INDETERMINATE, "not_checked")

    def to_json(self) -> dict[str, Any]:
        """Give the check as JSON."""
        members = {"name": self.name, "outcome": str(self.outcome), "code": self.code}
        optional = {"detail": self.detail, "data": dict(self.data)}
        return members | {name: value for name, value in optional.items() if value}


def build_verdict(checks: Sequence[Check], *, required: Collection[str]) -> Outcome:
    """Make the one verdict of all checks. Nothing else in the library may say "valid".

    Args:
        checks: everything that was checked.
        required: names of the checks without which there is no verdict.

    Returns:
        INVALID if any check is; else INDETERMINATE if any check is; else VALID.

    Raises:
        MissingCheckError: no check, no required check, or a required check that was never made.
    """
    if not checks or not required:
        raise MissingCheckError(detail="a verdict needs checks, and a policy that requires some")
    missing = sorted(set(required) - {check.name for check in checks})
    if missing:
        raise MissingCheckError(detail=", ".join(missing))
    outcomes = {check.outcome for check in checks}
    if Outcome.INVALID in outcomes:
        return Outcome.INVALID
    return Outcome.INDETERMINATE if Outcome.INDETERMINATE in outcomes else Outcome.VALID


@dataclass(frozen=True)
class Report:
    """What a verification found, step by step, in codes and values.

    `credentials` holds one report per credential when this one is about a presentation. `warnings` never
    change the outcome. `standing` is what the trust registry knows of the issuer. `selection` names the
    context version under which the proof held, when there was a choice. `securing` names the mechanism that
    secures what was checked ("data_integrity", "vc+jwt", ...); empty when nothing could be read. `form`
    names the standard of a badge that is of an older one ("Open Badges 2.0"). `confirmation` is the `cnf` of
    its token: the key that whoever presents it must have. `subject_withheld` says that whom it is about may
    be hidden in it.
    """

    outcome: Outcome
    checks: tuple[Check, ...]
    warnings: tuple[Check, ...] = ()
    credential: CredentialView | None = None
    credentials: tuple[Report, ...] = ()
    standing: Standing | None = None
    selection: str = ""
    securing: str = ""
    form: str = ""
    confirmation: Mapping[str, Any] | None = field(default=None, repr=False)
    subject_withheld: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all checks that did not pass, in order, without the steps that were not made."""
        return tuple(check.code for check in self.checks if check.code not in {"ok", "not_checked"})

    def check(self, name: str) -> Check:
        """Find the first check of that name that did not pass, else the first of that name.

        Raises:
            MissingCheckError: there is none of that name.
        """
        named = [check for check in self.checks if check.name == name]
        if not named:
            raise MissingCheckError(detail=name)
        return next((check for check in named if check.outcome is not Outcome.VALID), named[0])

    def to_json(self) -> dict[str, Any]:
        """Give the report as JSON."""
        members: dict[str, Any] = {
            "outcome": str(self.outcome),
            "checks": [check.to_json() for check in self.checks],
            "warnings": [warning.to_json() for warning in self.warnings],
        }
        if self.credential is not None:
            members["credential"] = self.credential.to_json()
        if self.credentials:
            members["credentials"] = [report.to_json() for report in self.credentials]
        if self.standing is not None:
            members["standing"] = self.standing.to_json()
        if self.selection:
            members["contextSelection"] = self.selection
        if self.securing:
            members["securing"] = self.securing
        if self.form:
            members["form"] = self.form
        return members


def build_report(
    checks: Iterable[Check],
    *,
    required: Collection[str],
    warnings: Iterable[Check] = (),
    credential: CredentialView | None = None,
    credentials: Iterable[Report] = (),
    standing: Standing | None = None,
    selection: str = "",
    securing: str = "",
    confirmation: Mapping[str, Any] | None = None,
    subject_withheld: bool = False,
) -> Report:
    """Put a report together; its outcome comes from `build_verdict` and from nowhere else.

    Raises:
        MissingCheckError: see `build_verdict`.
    """
    made = tuple(checks)
    return Report(
        outcome=build_verdict(made, required=required),
        checks=made,
        warnings=tuple(warnings),
        credential=credential,
        credentials=tuple(credentials),
        standing=standing,
        selection=selection,
        securing=securing,
        confirmation=confirmation,
        subject_withheld=subject_withheld,
    )
