"""What the VC-API says of a status that could not be looked up, and of what is worth a word and no refusal."""

from __future__ import annotations

from typing import Any

import pytest

from credentials.errors import StatusError
from credentials.status import Bitstring, build_status_entry
from credentials.status.entries import read_status_entries
from issuer_node.vc_api.refusals import problem_of_error, status_of_error
from tests.unit.issuer_node.conftest import open_world
from tests.unit.issuer_node.test_vc_api import (
    AUTHORIZED,
    TOKEN,
    credential_of,
    issued,
    refusal,
    sign,
    stranger,
    verify,
)

STATUS = "https://www.w3.org/ns/credentials/status-list#"
SHORT_LIST = "uH4sIAAAAAAACA2NggAEAdmiK4woAAAA"  # GZIP of ten bytes of zeros: 80 entries


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Any:
    url = f"sqlite:///{tmp_path_factory.mktemp('vc-api-verdicts')}/node.db"
    with open_world(url, vc_api_token=TOKEN) as opened:
        yield opened


def profile(world, name: str) -> dict[str, Any]:
    issuers = world.client.get("/issuers", headers=AUTHORIZED).json()["issuers"]
    return next(each for each in issuers if each["name"] == name)


@pytest.mark.covers("bitstring-status-list-1.0", "3.5")
def test_a_list_that_cannot_be_retrieved_is_named_as_such(world):
    entry = build_status_entry("https://nobody.example/status/1", 7)
    signer = stranger()
    document = credential_of(signer.verification_method.partition("#")[0], credentialStatus=entry)
    answer = verify(world, sign(world, document, signer))
    assert refusal(answer, 422) == "status_unavailable"
    assert answer.json()["type"] == f"{STATUS}STATUS_RETRIEVAL_ERROR"
    del document["credentialStatus"]
    assert verify(world, sign(world, document, signer)).status_code == 200


@pytest.mark.covers("bitstring-status-list-1.0", "3.5")
@pytest.mark.parametrize(
    ("look", "kind"),
    [
        (lambda: Bitstring.decode(SHORT_LIST), f"{STATUS}STATUS_LIST_LENGTH_ERROR"),
        (lambda: Bitstring.new().get(131_072), "https://www.w3.org/TR/vc-data-model#RANGE_ERROR"),
        (lambda: Bitstring.decode("u" + "A" * 40), f"{STATUS}STATUS_VERIFICATION_ERROR"),
        (
            lambda: read_status_entries({"credentialStatus": {"type": "BitstringStatusListEntry"}}),
            f"{STATUS}STATUS_VERIFICATION_ERROR",
        ),
    ],
)
def test_each_status_error_has_its_problem_type(look, kind):
    with pytest.raises(StatusError) as caught:
        look()
    assert problem_of_error(caught.value)["type"] == kind
    assert status_of_error(caught.value) == 400


@pytest.mark.covers("vc-api", "3.8.1")
def test_an_issuer_whom_nobody_knows_is_a_warning_and_no_refusal(world):
    signed = issued(world, profile(world, "eddsa-rdfc-2022-ed25519"))
    answer = verify(world, signed)
    assert answer.status_code == 200
    body = answer.json()
    assert body["verified"] is True
    assert [each["code"] for each in body["warnings"]] == ["unknown_issuer"]
    assert body["errors"] == []
    signed["name"] = "x"
    assert refusal(verify(world, signed)) == "invalid_signature"
