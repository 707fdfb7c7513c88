"""kill -9 between any two steps of issuing: nothing acknowledged is lost, no index is used twice."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import select

from credentials.report import Outcome
from issuer_node.models import Issuance, IssuanceState
from tests.unit.issuer_node.test_exchange import check

ROOT = Path(__file__).parents[3]
BEFORE_THE_BYTES_ARE_STORED = ("checked", "intended", "built", "linted", "signed", "verified")


def die(world, *, step: str, token: str, body: dict) -> None:
    """Have another worker answer this request, and die at this step."""
    told = {
        "database_url": world.node.settings.database_url,
        "now": world.clock().isoformat(),
        "step": step,
        "token": token,
        "body": body,
    }
    worker = subprocess.run(
        [sys.executable, "-m", "tests.unit.issuer_node.crashing"],
        input=json.dumps(told), text=True, capture_output=True, cwd=ROOT, timeout=120, check=False,
    )  # fmt: skip
    assert worker.returncode == -signal.SIGKILL, worker.stderr[-2000:]


def issuances(world) -> list[Issuance]:
    with world.node.database.session() as session:
        return list(session.exec(select(Issuance)))


@pytest.mark.attack("J1")
def test_a_worker_that_dies_before_storing_leaves_nothing_but_lost_indexes(world):
    offer = world.offer(world.award())
    wallet = world.wallet()
    token = wallet.access(offer)
    for step in BEFORE_THE_BYTES_ARE_STORED:
        die(world, step=step, token=token, body=wallet.body(offer))
    intents = issuances(world)
    # the death before the intent left none
    assert len(intents) == len(BEFORE_THE_BYTES_ARE_STORED) - 1
    assert {intent.state for intent in intents} == {IssuanceState.INTENDED}
    assert all(intent.content is None for intent in intents)
    credential = wallet.request(token, wallet.body(offer)).json()["credentials"][0]["credential"]
    assert check(world, credential).outcome is Outcome.VALID
    index = int(credential["credentialStatus"]["statusListIndex"])
    lost = {intent.status_index for intent in intents}
    assert len(lost) == len(intents)
    assert index not in lost
    assert credential["id"] not in {intent.credential_id for intent in intents}


@pytest.mark.attack("J1")
def test_a_worker_that_dies_after_storing_loses_nothing(world):
    offer = world.offer(world.award())
    wallet = world.wallet()
    token = wallet.access(offer)
    die(world, step="stored", token=token, body=wallet.body(offer))
    (stored,) = issuances(world)
    assert stored.state == IssuanceState.ISSUED
    answer = wallet.request(token, wallet.body(offer))
    assert answer.content == b'{"credentials":[{"credential":' + stored.content + b"}]}"
    assert check(world, stored.content).outcome is Outcome.VALID
    assert len(issuances(world)) == 1
