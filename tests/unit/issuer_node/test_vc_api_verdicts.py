"""What the VC-API says of a status that could not be looked up, and of what is worth a word and no refusal."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

from credentials.errors import StatusError
from credentials.report import Check, build_report
from credentials.schemas.checking import STEP as SCHEMA_STEP
from credentials.sd_jwt import SD_JWT_VC_STEPS
from credentials.status import Bitstring, build_status_entry
from credentials.status.entries import read_status_entries
from credentials.verification import CREDENTIAL_STEPS
from issuer_node.vc_api import checking
from issuer_node.vc_api.refusals import problem_of_error, problems_of_report, status_of_error
from tests.unit.issuer_node.conftest import open_world
from tests.unit.issuer_node.test_vc_api import (
    AUTHORIZED,
    TOKEN,
    credential_of,
    issue,
    issued,
    post,
    present,
    refusal,
    sign,
    stranger,
    verify,
)

DATA_MODEL = "https://www.w3.org/TR/vc-data-model#"
SECURITY = "https://w3id.org/security#"
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


@pytest.mark.covers("di-1.0", "4.7")
@pytest.mark.covers("di-ecdsa-1.0", "3.4.13")
def test_a_pointer_that_names_nothing_is_an_error_of_making_the_proof(world):
    selective = profile(world, "ecdsa-sd-2023-p256")
    refused = issue(world, selective, {"mandatoryPointers": ["/nowhere"]})
    assert refusal(refused) == "pointer_not_found"
    assert refused.json()["type"] == f"{SECURITY}PROOF_GENERATION_ERROR"
    base = issued(world, selective, {"mandatoryPointers": ["/issuer"]})
    for pointer, kind in (("/nowhere", f"{SECURITY}PROOF_GENERATION_ERROR"), ("/name", None)):
        body = {"verifiableCredential": base, "options": {"selectivePointers": [pointer]}}
        assert post(world, "/credentials/derive", body).json().get("type") == kind


@pytest.mark.covers("di-1.0", "2.4.3", "4.7")
def test_what_would_be_lost_is_named_so_when_signing_and_when_verifying(world):
    own = profile(world, "eddsa-rdfc-2022-ed25519")
    lost = issue(world, own, undefined="x")
    assert refusal(lost) == "data_loss"
    signed = issued(world, own)
    for answer in (lost, verify(world, signed | {"undefined": "x"})):
        assert answer.json()["type"] == f"{SECURITY}DATA_LOSS_DETECTION_ERROR"
    unknown = verify(world, signed | {"@context": [*signed["@context"], "https://a.example/c"]})
    assert unknown.json()["type"] == f"{SECURITY}PROOF_TRANSFORMATION_ERROR"


@pytest.mark.covers("vcdm-2.0", "4.13.1", "7.2")
def test_an_envelope_without_the_base_context_is_one_problem_at_both_doors(world):
    enveloped = issued(world, profile(world, "vc-jwt-p256"))
    assert verify(world, enveloped).status_code == 200
    altered = enveloped | {"@context": ["https://www.w3.org/ns/credentials/examples/v2"]}
    presentation = present(world, [], stranger()) | {"type": "EnvelopedVerifiablePresentation"}
    presented = {"verifiablePresentation": presentation | {"@context": [], "id": "data:application/vp+jwt,x"}}
    for answer in (
        verify(world, altered),
        verify(world, altered, {"checks": ["proof"]}),
        post(world, "/presentations/verify", presented),
    ):
        assert refusal(answer) == "context_order"
        assert answer.json()["type"] == f"{DATA_MODEL}MALFORMED_VALUE_ERROR"


STEPS_OF_THE_VC_API = re.findall(r'(?:steps\.run\(|key_step=)"(\w+)"', inspect.getsource(checking))


@pytest.mark.covers("vc-api", "3.8")
@pytest.mark.parametrize(
    "step", sorted({*STEPS_OF_THE_VC_API, *CREDENTIAL_STEPS, *SD_JWT_VC_STEPS, SCHEMA_STEP})
)
def test_every_step_of_a_report_has_a_problem_type(step):
    report = build_report([Check.failed(step, "a_code_of_its_own")], required=[step])
    (problem,) = problems_of_report(report)
    assert problem["type"].startswith((DATA_MODEL, SECURITY, STATUS))
    assert problems_of_report(build_report([Check.passed(step)], required=[step])) == []
    whole = build_report(
        [Check.failed("credentials", "credential_invalid")], required=["credentials"], credentials=[report]
    )
    assert [each["type"] for each in problems_of_report(whole)] == [problem["type"]] * 2


def test_the_steps_are_read_where_they_are_made():
    assert {"envelope", "related_resources", "holder_key"} <= {*STEPS_OF_THE_VC_API}
