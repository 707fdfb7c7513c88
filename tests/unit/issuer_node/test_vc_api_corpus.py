"""The hostile corpus through the VC-API: whatever comes in, the answer is a verdict or a refusal, never a fault of ours."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from did.resolver import Resolver
from tests.corpus.cases import Case, read_cases
from tests.corpus.worlds import WorldFetcher, read_world
from tests.unit.issuer_node.conftest import World, open_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from httpx import Response

pytestmark = pytest.mark.covers("vc-api", "3.3.1", "3.3.2", "B.5")

TOKEN = "a-token-of-the-tests-of-more-than-thirty-two-characters"
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
# every so many cases; PASSEUR_WHOLE_CORPUS=1 sends them all
STEP = 1 if os.environ.get("PASSEUR_WHOLE_CORPUS") else 9
# The VC-API checks what it is asked to check: a presentation need name no holder, hold no credential, or be
# about who presents it.
NOT_ASKED = {"holder_missing", "holder_mismatch", "credentials_missing"}
# these say what a verifier is told beside the input
BESIDE = {"policy", "before", "now", "asks", "type_metadata"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    url = f"sqlite:///{tmp_path_factory.mktemp('vc-api-corpus')}/node.db"
    with open_world(url, vc_api_token=TOKEN) as opened:
        yield opened


def sent(world: World, case: Case) -> Response:
    """Send a case in the world that it is read in."""
    its_world = read_world(case.world)
    api = world.app.state.vc_api
    fetcher = WorldFetcher(its_world.documents | case.documents)
    resolver = Resolver(fetcher=fetcher, clock=lambda: its_world.now)
    world.app.state.vc_api = replace(api, fetcher=fetcher, resolver=resolver)
    is_presentation = case.kind == "presentation"
    name = b"verifiablePresentation" if is_presentation else b"verifiableCredential"
    options: dict[str, Any] = {}
    if is_presentation:
        options = {"options": {"domain": its_world.domain, "challenge": its_world.challenge}}
    body = b'{"' + name + b'":' + _as_value(case.data) + b"," + json.dumps(options).encode()[1:]
    path = "/presentations/verify" if is_presentation else "/credentials/verify"
    try:
        return world.client.post(path, content=body if options else body[:-2] + b"}", headers=HEADERS)
    finally:
        world.app.state.vc_api = api


def _as_value(data: bytes) -> bytes:
    """JSON as it stands, a token as a text."""
    if data[:1] in {b"{", b"["} or b"." not in data:
        return data
    return json.dumps(data.decode("latin-1")).encode()


def test_no_case_breaks_the_vc_api_or_is_accepted_by_it(world: World) -> None:
    assert world.app.state.node.now() == read_world("worlds/main.json").now
    broken, accepted, right = [], [], 0
    for case in read_cases()[::STEP]:
        answer = sent(world, case)
        if answer.status_code >= 500 or "json" not in answer.headers["content-type"]:
            broken.append(f"{case.id}: {answer.status_code}")
        is_whole = case.kind in {"credential", "presentation"} and not BESIDE & case.options.keys()
        if not is_whole or case.code in NOT_ASKED:
            continue
        if answer.status_code == 200 and case.outcome != "valid":
            accepted.append(case.id)
        right += answer.status_code == 200 and case.outcome == "valid"
    assert (broken, accepted) == ([], [])
    assert right > 10
