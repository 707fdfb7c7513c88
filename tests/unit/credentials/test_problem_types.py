"""Our codes as the problem types of the specification, from real refusals."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from contexts import ContextsError, strict_json
from credentials.data_integrity import add_proof, verify_proofs
from credentials.data_integrity.problem_types import problem_type
from credentials.errors import CredentialsError
from credentials.steps import read_json_object
from did.errors import DidError
from did.resolver import Resolver
from tests.unit.credentials.conftest import NOW, World

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.covers("di-1.0", "4.7")

SECURITY = "https://w3id.org/security#"
PARSING = "https://www.w3.org/TR/vc-data-model#PARSING_ERROR"


def verify(world: World, document: Any) -> object:
    return verify_proofs(
        read_json_object(document),
        expected_proof_purpose="assertionMethod",
        expected_controller=world.issuer_id,
        resolver=Resolver(fetcher=world.served),
        contexts=world.contexts,
        now=NOW,
        expected_domain="https://a.example",
        expected_challenge="c-1",
    )


def proof(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda document: document["proof"].update(changes)


REFUSALS: list[tuple[Callable[[dict[str, Any]], Any], str]] = [
    (lambda document: document.pop("proof"), PARSING),
    (lambda document: document.update(proof=None), PARSING),
    (lambda document: document.update(undefinedTerm=1), f"{SECURITY}DATA_LOSS_DETECTION_ERROR"),
    (
        lambda document: document["@context"].append("https://a.example/c"),
        f"{SECURITY}PROOF_TRANSFORMATION_ERROR",
    ),
    (lambda document: document["@context"].append({}), f"{SECURITY}PROOF_TRANSFORMATION_ERROR"),
    (proof(domain="https://b.example"), f"{SECURITY}INVALID_DOMAIN_ERROR"),
    (proof(domain=["https://a.example", "https://b.example"]), f"{SECURITY}INVALID_DOMAIN_ERROR"),
    (proof(challenge="c-2"), f"{SECURITY}INVALID_CHALLENGE_ERROR"),
    (proof(proofPurpose="authentication"), f"{SECURITY}PROOF_VERIFICATION_ERROR"),
    (lambda document: document["proof"].pop("verificationMethod"), f"{SECURITY}PROOF_VERIFICATION_ERROR"),
    (lambda document: document["proof"].pop("type"), f"{SECURITY}PROOF_VERIFICATION_ERROR"),
    (proof(previousProof="urn:uuid:1"), f"{SECURITY}PROOF_VERIFICATION_ERROR"),
    (proof(verificationMethod="did:key:z6Mk#z6Mk"), f"{SECURITY}PROOF_VERIFICATION_ERROR"),
    (lambda document: document.update(name="Autre"), f"{SECURITY}PROOF_VERIFICATION_ERROR"),
]


@pytest.mark.parametrize(("alter", "expected"), REFUSALS)
def test_a_refusal_has_its_problem_type(world: World, alter: Any, expected: str) -> None:
    signed = world.sign(world.badge(), domain="https://a.example", challenge="c-1")
    assert verify(world, signed)
    altered = copy.deepcopy(signed)
    alter(altered)
    with pytest.raises((CredentialsError, DidError, ContextsError)) as caught:
        verify(world, altered)
    assert problem_type(caught.value.code) == expected


@pytest.mark.covers("vcdm-2.0", "7.2")
@pytest.mark.parametrize(
    "data", [b"", b"[]", b'"x"', b"{", b'{"a":1,"a":1}', b'{"a":NaN}', b"[" * 500, b"\xff"]
)
def test_what_is_no_json_object_is_a_parsing_error(world: World, data: bytes) -> None:
    with pytest.raises((CredentialsError, ContextsError)) as caught:
        verify(world, data)
    assert problem_type(caught.value.code) == PARSING
    assert strict_json.loads(b"{}") == {}


def test_what_cannot_be_signed_is_a_generation_or_a_transformation_error(world: World) -> None:
    def sign(document: dict[str, Any], **options: Any) -> str:
        with pytest.raises((CredentialsError, ContextsError)) as caught:
            add_proof(
                document,
                signer=world.issuer,
                created=NOW,
                selection=world.contexts.newest(),
                **options,
            )
        return problem_type(caught.value.code, generating=True)

    badge = world.badge()
    assert sign(badge, previous_proof="urn:uuid:1") == f"{SECURITY}PROOF_GENERATION_ERROR"
    assert sign(badge, suite="ecdsa-rdfc-2019") == f"{SECURITY}PROOF_GENERATION_ERROR"
    assert sign(badge, proof_id="no url") == f"{SECURITY}PROOF_GENERATION_ERROR"
    assert sign(badge | {"undefinedTerm": 1}) == f"{SECURITY}DATA_LOSS_DETECTION_ERROR"
    unknown = badge | {"@context": [*badge["@context"], "https://a.example/c"]}
    assert sign(unknown) == f"{SECURITY}PROOF_TRANSFORMATION_ERROR"
