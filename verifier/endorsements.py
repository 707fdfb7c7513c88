"""What others say of a badge that holds: its endorsements, each verified for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from credentials.endorsements import check_endorsements
from credentials.report import Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from credentials.report import Report
    from credentials.verification import VerificationContext


def look_at_endorsements(
    reports: tuple[Report, ...], *, context: VerificationContext, now: datetime
) -> list[list[dict[str, Any]]]:
    """Verify the endorsements of each badge that is valid; of another, nobody's word counts.

    Args:
        reports: one per badge.
        context: what the verifier knows of the world; what all of them may cost and fetch together is bounded
            as for one verification.
        now: aware UTC.

    Returns:
        The endorsements of each badge, as JSON.
    """
    context = context.bounded()
    return [
        [each.to_json() for each in check_endorsements(report.credential.raw, context=context, now=now)]
        if report.outcome is Outcome.VALID and report.credential is not None
        else []
        for report in reports
    ]
