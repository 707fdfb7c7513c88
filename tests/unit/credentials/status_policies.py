"""The status check below the proof: for entries that no JSON-LD context of the closed world defines."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from credentials.report import Check, Outcome, build_verdict
from credentials.status.checking import CheckedList, StatusPolicy, check_status
from credentials.verification import check_credential
from tests.unit.credentials.conftest import NOW

if TYPE_CHECKING:
    from datetime import datetime

    from tests.unit.credentials.conftest import World


def status_policy(world: World, *, now: datetime = NOW, **changes: Any) -> StatusPolicy:
    """The policy of a verifier in this world, who verifies lists like any credential."""

    def examine_list(content: bytes) -> CheckedList:
        report = check_credential(content, context=world.context(), now=now)
        return CheckedList(report, json.loads(content))

    policy = StatusPolicy(fetcher=world.served, cache=None, required=False, examine_list=examine_list)
    return replace(policy, **changes)


def direct_status(
    world: World,
    status: Any,
    *,
    issuer_id: str | None = None,
    credential_id: Any = "urn:uuid:1",
    now: datetime = NOW,
    **changes: Any,
) -> tuple[Outcome, list[Check]]:
    """Check a `credentialStatus` as it stands, of a credential whose proof is taken for granted."""
    document = {"id": credential_id, "credentialStatus": status}
    checks = check_status(
        document,
        issuer_id=issuer_id or world.issuer_id,
        policy=status_policy(world, now=now, **changes),
        now=now,
    )
    return build_verdict(checks, required=["status"]), checks
