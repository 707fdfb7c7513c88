"""What is looked at before a credential is signed. Each rule has a stable name, its deed in one line, and a
test that it fires.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from credentials.errors import CredentialsError
from credentials.open_badges.lint_rules import ENDORSEMENT_RULES, RULES
from credentials.open_badges.lint_values import broken_value_rules

if TYPE_CHECKING:
    from datetime import datetime

    from credentials.open_badges.lint_rules import Rule

_BADGES: Final = frozenset({"OpenBadgeCredential", "AchievementCredential"})


@dataclass(frozen=True)
class LintFinding:
    """A rule that fired.

    Args:
        rule: its stable name.
        pointer: JSON Pointer to the place.
        detail: for developers, never shown as it is.
    """

    rule: str
    pointer: str
    detail: str = ""


class LintError(CredentialsError):
    """A credential is not fit to be signed; `findings` say why."""

    default_code = "lint"

    def __init__(self, findings: list[LintFinding]) -> None:
        self.findings = findings
        super().__init__(detail=", ".join(f"{finding.rule} at {finding.pointer}" for finding in findings))


def lint_credential(
    document: dict[str, Any],
    now: datetime,
    *,
    require_status: bool = False,
) -> list[LintFinding]:
    """Look at an unsigned OpenBadgeCredential, or EndorsementCredential, with every rule for it.

    Args:
        document: the credential.
        now: aware UTC.
        require_status: the issuer revokes, so that a credential without `credentialStatus` must not leave.

    Returns:
        All findings, none if it is fit to be signed.
    """
    findings = [
        LintFinding(rule.name, pointer, detail)
        for rule in _rules_for(document)
        for pointer, detail in rule.find(document, now)
    ]
    findings += [LintFinding(rule.name, where, rule.detail) for rule, where in broken_value_rules(document)]
    if require_status and "credentialStatus" not in document:
        findings.append(LintFinding("status-present", "/credentialStatus", "the issuer's policy demands one"))
    return findings


def _rules_for(document: dict[str, Any]) -> tuple[Rule, ...]:
    value = document.get("type", [])
    types = {str(each) for each in (value if isinstance(value, list) else [value])}
    return ENDORSEMENT_RULES if "EndorsementCredential" in types and not types & _BADGES else RULES


def require_lint_free(document: dict[str, Any], now: datetime, *, require_status: bool = False) -> None:
    """Refuse a credential in which any rule fires; same arguments as `lint_credential`.

    Raises:
        LintError: with the findings.
    """
    findings = lint_credential(document, now, require_status=require_status)
    if findings:
        raise LintError(findings)
