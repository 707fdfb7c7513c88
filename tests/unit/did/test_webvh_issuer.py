"""Badges of an issuer with a did:webvh, through the verifier as it stands."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from contexts import ContextStore
from credentials.open_badges import Profile
from credentials.report import Outcome
from credentials.verification import check_credential
from did.errors import FetchError
from did.keys import KeySigner
from did.methods import parse_did_webvh
from did.webvh import create_log, multikeys, update_log
from tests.unit.credentials.conftest import NOW, World
from tests.unit.did.webvh_story import PLACEHOLDER, document, signer

ISSUED = NOW - timedelta(days=30)


class Issuer:
    def __init__(self, world: World) -> None:
        self.world = world
        key = signer(1)
        template = document(f"did:webvh:{PLACEHOLDER}:node.example", 1)
        self.written = create_log(
            template, signer=key, parameters={"updateKeys": multikeys([key.public_key])}, now=ISSUED
        )
        self.did = self.written.log.did
        self.url = parse_did_webvh(self.did).log_url
        world.served.serve(self.url, self.written.lines)

    def badge(self, key: int = 1) -> dict[str, Any]:
        profile = Profile(id=self.did, name="Mission locale (exemple)", url="https://node.example/")
        return self.world.sign(
            self.world.badge(issuer=profile), KeySigner(signer(key).private_key, f"{self.did}#key-{key}")
        )

    def check(self, badge: dict[str, Any]) -> tuple[Outcome, tuple[str, ...]]:
        report = check_credential(json.dumps(badge).encode(), context=self.world.context(), now=NOW)
        return report.outcome, report.codes


@pytest.fixture
def issuer() -> Issuer:
    return Issuer(World(ContextStore.load()))


def test_a_badge_of_a_did_webvh_is_valid(issuer: Issuer):
    assert issuer.check(issuer.badge()) == (Outcome.VALID, ())


def test_a_key_that_the_log_does_not_list_is_not_the_issuer_s(issuer: Issuer):
    outcome, codes = issuer.check(issuer.badge(key=2))
    assert (outcome, "verification_method_not_in_force" in codes) == (Outcome.INVALID, True)


def test_a_new_key_signs_from_its_version_on(issuer: Issuer):
    later = update_log(
        issuer.written.log, signer=signer(1), now=ISSUED + timedelta(days=1), document=document(issuer.did, 2)
    )
    issuer.world.served.serve(issuer.url, issuer.written.lines + later.lines)
    assert issuer.check(issuer.badge(key=2)) == (Outcome.VALID, ())


def test_a_log_that_was_tampered_with_is_no_issuer(issuer: Issuer):
    issuer.world.served.serve(issuer.url, issuer.written.lines.replace(b"key-1", b"key-2"))
    outcome, codes = issuer.check(issuer.badge())
    assert (outcome, "invalidDid" in codes) == (Outcome.INVALID, True)


def test_a_host_that_is_silent_leaves_it_open(issuer: Issuer):
    issuer.world.served.serve(issuer.url, FetchError(detail="timeout"))
    outcome, codes = issuer.check(issuer.badge())
    assert (outcome, "resolution_unavailable" in codes) == (Outcome.INDETERMINATE, True)
