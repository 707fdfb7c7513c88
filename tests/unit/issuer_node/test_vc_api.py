"""The VC-API: who may use it, what it issues, derives and verifies, and how it refuses."""

from __future__ import annotations

import asyncio
import base64
import copy
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from contexts import ContextStore, strict_json
from credentials.data_integrity import OLDER_PROOF_TYPES, SUITES, add_proof
from did.document import DocumentKey, build_did_document
from did.errors import FetchError
from did.fetcher import DEFAULT_MAX_BYTES, Fetched, OfflineFetcher
from did.keys import KeySigner, KeyType, PrivateKey
from did.methods import did_key_method_id
from did.resolver import Resolver
from tests.unit.issuer_node.conftest import World, open_world, settings_for

TOKEN = "a token of the tests, of more than thirty-two characters".replace(" ", "-").replace(",", "")
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}
V2 = "https://www.w3.org/ns/credentials/v2"
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
PROBLEM_MEMBERS = {"type", "title", "status", "code", "errors", "problemDetails"}


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Any:
    url = f"sqlite:///{tmp_path_factory.mktemp('vc-api')}/node.db"
    with open_world(url, vc_api_token=TOKEN, vc_api_test_suites=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def profiles(world) -> dict[str, dict[str, Any]]:
    answer = world.client.get("/issuers", headers=AUTHORIZED)
    assert answer.status_code == 200
    return {each["name"]: each for each in answer.json()["issuers"]}


def post(world: World, path: str, body: Any, **options: Any) -> Any:
    return world.client.post(path, json=body, headers=options.get("headers", AUTHORIZED))


def credential_of(issuer: str, **changes: Any) -> dict[str, Any]:
    document = {
        "@context": [V2],
        "id": "urn:uuid:5c4ee5d5-1b0e-4a3c-9f0a-2f6a3a1f0c11",
        "type": ["VerifiableCredential"],
        "issuer": issuer,
        "name": "A visit (example)",
        "credentialSubject": {"id": "did:example:subject", "name": "Amina (example)"},
    }
    return {name: value for name, value in {**document, **changes}.items() if value is not None}


def issue(world: World, profile: dict[str, Any], options: Any = None, **changes: Any) -> Any:
    body = {"credential": credential_of(**{"issuer": profile["id"], **changes})}
    if options is not None:
        body["options"] = options
    return post(world, f"/issuers/{profile['name']}/credentials/issue", body)


def issued(world: World, profile: dict[str, Any], options: Any = None, **changes: Any) -> dict[str, Any]:
    answer = issue(world, profile, options, **changes)
    assert answer.status_code == 201, answer.text
    assert "json" in answer.headers["content-type"]
    return answer.json()["verifiableCredential"]


def verify(world: World, credential: Any, options: Any = None, path: str = "/credentials/verify") -> Any:
    body = {"verifiableCredential": credential} | ({} if options is None else {"options": options})
    return post(world, path, body)


def refusal(answer: Any, status: int = 400) -> str:
    """The code of a refusal, whose body has the shape that callers look for."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body.keys() >= PROBLEM_MEMBERS
    assert body["status"] == status
    assert body["errors"] == body["problemDetails"]
    assert body["errors"][0]["code"] == body["code"]
    assert body.get("verified") in (None, False)
    return body["code"]


# Who may use it


@pytest.mark.covers("vc-api", "2.2", "2.4")
def test_without_a_setting_there_is_no_vc_api(database_url):
    with open_world(database_url) as world:
        assert world.client.get("/issuers").status_code == 404
        assert world.client.get("/identifiers/did:example:1").status_code == 404
        assert verify(world, {}).status_code == 404


@pytest.mark.covers("vc-api", "2.2", "2.4")
@pytest.mark.covers("did-resolution-0.3", "12.1")
@pytest.mark.parametrize(
    ("header", "challenge"),
    [
        (None, "Bearer"),
        ("Bearer wrong", 'Bearer error="invalid_token"'),
        ("Basic dTpw", 'Bearer error="invalid_token"'),
        (f"Bearer {TOKEN}x", 'Bearer error="invalid_token"'),
    ],
)
def test_without_the_token_nothing_is_done(world, header, challenge):
    headers = {"Authorization": header} if header else {}
    for answer in (
        world.client.get("/issuers", headers=headers),
        world.client.get("/identifiers/did:example:1", headers=headers),
        post(world, "/credentials/verify", {}, headers=headers),
        post(world, "/credentials/status", {}, headers=headers),
    ):
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == challenge


@pytest.mark.covers("vc-api", "2.2", "2.4")
def test_open_on_loopback_means_a_loopback_address_and_this_machine(tmp_path):
    url = f"sqlite:///{tmp_path}/node.db"
    with pytest.raises(ValidationError):
        settings_for(url, vc_api_open_on_loopback=True)
    settings = settings_for(
        url,
        vc_api_open_on_loopback=True,
        base_url="http://127.0.0.1:8000",
        allow_insecure_loopback=True,
    )
    assert settings.has_vc_api


def test_a_short_token_is_refused(tmp_path):
    with pytest.raises(ValidationError):
        settings_for(f"sqlite:///{tmp_path}/node.db", vc_api_token="short")


@pytest.mark.covers("vc-api", "2.3", "2.4")
def test_the_profiles_follow_from_the_suites_and_keep_their_keys(tmp_path):
    url = f"sqlite:///{tmp_path}/node.db"
    listed = []
    for _ in range(2):
        with open_world(url, vc_api_token=TOKEN) as world:
            listed.append(world.client.get("/issuers", headers=AUTHORIZED).json()["issuers"])
    assert listed[0] == listed[1]
    by_suite = {(each["cryptosuite"], each["keyType"]) for each in listed[0] if each["cryptosuite"]}
    suites = (*SUITES.values(), *OLDER_PROOF_TYPES.values())
    assert by_suite == {(suite.name, str(kind)) for suite in suites for kind in suite.key_types}
    assert len({each["id"] for each in listed[0]}) == len(listed[0])


def test_keys_of_profiles_are_sealed_in_the_database(tmp_path):
    url = f"sqlite:///{tmp_path}/node.db"
    with open_world(url, vc_api_token=TOKEN) as world:
        secrets = [each.signer.private_key.to_raw() for each in world.app.state.vc_api.profiles.values()]
    content = (tmp_path / "node.db").read_bytes()
    assert secrets
    assert not any(secret in content for secret in secrets)


# Issuing and verifying


def whole(profiles) -> list[dict[str, Any]]:
    return [each for each in profiles.values() if not each["selectiveDisclosure"]]


def selective(profiles) -> list[dict[str, Any]]:
    return [each for each in profiles.values() if each["selectiveDisclosure"]]


@pytest.mark.covers("vc-api", "2.3", "3.2.1", "3.3.1")
def test_what_every_profile_issues_verifies_and_what_was_altered_does_not(world, profiles):
    assert {
        "eddsa-rdfc-2022-ed25519",
        "ecdsa-rdfc-2019-p384",
        "vc-jwt-p256",
        "vc-cose-p521",
    } <= profiles.keys()
    for profile in whole(profiles):
        signed = issued(world, profile)
        answer = verify(world, signed)
        assert answer.status_code == 200, (profile["name"], answer.text)
        assert answer.json()["verified"] is True
        assert answer.json()["errors"] == []
        altered = copy.deepcopy(signed)
        if profile["cryptosuite"]:
            altered["credentialSubject"]["name"] = "Somebody else"
            assert refusal(verify(world, altered)) == "invalid_signature"
        elif profile["name"].startswith("vc-cose-"):
            prefix, _, message = altered["id"].partition(",")
            assert prefix == "data:application/vc+cose;base64"
            spoilt = bytearray(base64.b64decode(message))
            spoilt[-1] ^= 1
            altered["id"] = f"{prefix},{base64.b64encode(spoilt).decode()}"
            assert refusal(verify(world, altered)) == "cose_signature"
        else:
            header, payload, signature = altered["id"].split(".")
            altered["id"] = ".".join([header, payload, signature[:-6] + "AAAAAA"])
            assert refusal(verify(world, altered)) == "jws_signature"


@pytest.mark.covers("vc-api", "3.5.1")
def test_what_is_derived_verifies_and_shows_what_was_asked(world, profiles):
    for profile in selective(profiles):
        base = issued(world, profile, {"mandatoryPointers": ["/issuer"]})
        assert refusal(verify(world, base)) is not None, "a base proof is for its holder alone"
        body = {
            "verifiableCredential": base,
            "options": {"selectivePointers": ["/credentialSubject/name"]},
        }
        answer = post(world, "/credentials/derive", body)
        assert answer.status_code == 201, (profile["name"], answer.text)
        derived = answer.json()["verifiableCredential"]
        assert derived["issuer"] == profile["id"]
        assert derived["credentialSubject"] == {"id": "did:example:subject", "name": "Amina (example)"}
        assert "name" not in derived
        assert verify(world, derived).status_code == 200
        derived["credentialSubject"]["name"] = "Somebody else"
        assert refusal(verify(world, derived)) == "invalid_signature"


@pytest.mark.covers("vc-api", "3.5.1")
def test_a_pointer_that_leads_nowhere_is_refused(world, profiles):
    profile = selective(profiles)[0]
    assert refusal(issue(world, profile, {"mandatoryPointers": ["/nowhere"]})) == "pointer_not_found"
    base = issued(world, profile, {"mandatoryPointers": []})
    body = {"verifiableCredential": base, "options": {"selectivePointers": ["/nowhere"]}}
    assert refusal(post(world, "/credentials/derive", body)) == "pointer_not_found"


@pytest.mark.covers("vc-api", "3.5.1")
def test_only_a_base_proof_can_be_derived_from(world, profiles):
    signed = issued(world, profiles["eddsa-rdfc-2022-ed25519"])
    body = {"verifiableCredential": signed, "options": {"selectivePointers": ["/issuer"]}}
    assert refusal(post(world, "/credentials/derive", body)) == "no_base_proof"


@pytest.mark.covers("vc-api", "3.2.1")
def test_pointers_are_for_selective_suites(world, profiles):
    profile = profiles["eddsa-rdfc-2022-ed25519"]
    assert refusal(issue(world, profile, {"mandatoryPointers": ["/issuer"]})) == "pointers_not_supported"


@pytest.mark.covers("vc-api", "3.2.1")
def test_a_profile_signs_in_its_own_name_alone(world, profiles):
    profile = profiles["eddsa-rdfc-2022-ed25519"]
    other = profiles["eddsa-jcs-2022-ed25519"]["id"]
    assert refusal(issue(world, profile, issuer=other)) == "issuer_mismatch"
    assert issued(world, profile, issuer={"id": profile["id"], "name": "Fablab (example)"})


def test_an_unknown_profile_or_verifier_is_not_found(world):
    assert post(world, "/issuers/rot13-ed25519/credentials/issue", {}).status_code == 404
    assert verify(world, {}, path="/verifiers/nobody/credentials/verify").status_code == 404


@pytest.mark.covers(
    "vcdm-2.0", "1.3", "4.3", "4.4", "4.5", "4.8", "4.9", "4.10", "5.2", "5.3", "5.8", "B.3.1"
)
@pytest.mark.covers("vc-api", "3.2.1", "B.5")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"@context": None}, "context_missing"),
        ({"@context": V2}, "context_missing"),
        ({"@context": [EXAMPLES, V2]}, "context_order"),
        ({"@context": [V2, "https://example.com/unknown"]}, "unknown_context"),
        ({"type": None}, "type_missing"),
        ({"type": ["VerifiableCredential", "Undefined"]}, "data_loss"),
        ({"undefined": "x"}, "data_loss"),
        ({"id": "not a url"}, "id_invalid"),
        ({"credentialSubject": None}, "subject_missing"),
        ({"credentialSubject": {}}, "subject_missing"),
        ({"validFrom": "yesterday"}, "date_syntax"),
        ({"validFrom": "2026-02-01T00:00:00Z", "validUntil": "2026-01-01T00:00:00Z"}, "validity_reversed"),
        ({"credentialStatus": {"id": "urn:x:1"}}, "type_missing"),
        ({"relatedResource": ["https://www.w3.org/ns/credentials/v2"]}, "related_resource_invalid"),
        ({"relatedResource": [{"id": V2}]}, "related_resource_invalid"),
        ({"relatedResource": [{"id": V2, "digestSRI": "sha256-x"}]}, "related_resource_invalid"),
        (
            {"relatedResource": [{"id": V2, "digestSRI": "sha256-" + "A" * 43 + "="}]},
            "related_resource_digest",
        ),
    ],
)
@pytest.mark.parametrize("name", ["eddsa-rdfc-2022-ed25519", "eddsa-jcs-2022-ed25519", "vc-jwt-p256"])
def test_what_is_no_credential_is_not_signed(world, profiles, name, changes, code):
    assert refusal(issue(world, profiles[name], **changes)) == code


@pytest.mark.covers("vcdm-2.0", "5.3")
@pytest.mark.covers("di-1.0", "2.3")
@pytest.mark.covers("cid-1.0", "2.5")
def test_a_digest_of_a_resource_that_is_at_hand_is_compared(world, profiles):
    resource = {"id": V2, "digestMultibase": "uJKGMkOmFbVJhEfKTduMC2XCyvRAYLjOVmZWwIH1wQ7k"}
    profile = profiles["eddsa-rdfc-2022-ed25519"]
    assert verify(world, issued(world, profile, relatedResource=[resource])).status_code == 200
    elsewhere = {"id": "https://example.com/x", "digestSRI": "sha256-" + "A" * 43 + "="}
    assert verify(world, issued(world, profile, relatedResource=[elsewhere])).status_code == 200


@pytest.mark.covers("vcdm-2.0", "4.6")
@pytest.mark.covers("json-ld-api-1.1", "12")
def test_a_text_direction_is_signed_only_where_nothing_is_lost(world, profiles):
    name = {"@value": "Exemple", "@language": "fr", "@direction": "ltr"}
    assert refusal(issue(world, profiles["eddsa-rdfc-2022-ed25519"], name=name)) == "data_loss"
    signed = issued(world, profiles["eddsa-jcs-2022-ed25519"], name=name)
    assert verify(world, signed).status_code == 200
    signed["name"]["@direction"] = "rtl"
    assert refusal(verify(world, signed)) == "invalid_signature"
    odd = {**name, "@direction": ["ltr"]}
    assert refusal(issue(world, profiles["eddsa-jcs-2022-ed25519"], name=odd)) == "data_loss"


@pytest.mark.covers("di-1.0", "2.4.2")
@pytest.mark.covers("vcdm-1.1", "4.1", "6.2")
def test_a_credential_of_the_older_data_model_gets_the_proofs_context(world, profiles):
    changes = {
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        "issuanceDate": "2026-01-01T00:00:00Z",
        "name": None,
        "credentialSubject": {"id": "did:example:subject"},
    }
    signed = issued(world, profiles["eddsa-rdfc-2022-ed25519"], **changes)
    assert signed["@context"][-1] == "https://w3id.org/security/data-integrity/v2"
    assert verify(world, signed).status_code == 200


@pytest.mark.covers("di-eddsa-1.0", "A.1.2.1", "A.2.1.1")
@pytest.mark.parametrize("version", ["1.1", "2.0"])
def test_an_older_proof_has_its_own_context_in_either_version_of_the_data_model(world, profiles, version):
    old = {
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        "issuanceDate": "2026-11-20T10:00:00Z",
        "name": None,
        "credentialSubject": {"id": "did:example:subject"},
    }
    new = {"credentialSubject": {"id": "did:example:subject"}}
    profile = profiles["ed25519signature2020-ed25519"]
    signed = issued(world, profile, **(old if version == "1.1" else new))
    assert signed["@context"][1:] == ["https://w3id.org/security/suites/ed25519-2020/v1"]
    assert signed["proof"]["type"] == "Ed25519Signature2020"
    assert "cryptosuite" not in signed["proof"]
    assert verify(world, signed).status_code == 200
    signed["proof"]["created"] = "2026-11-20T10:00:00Z"
    assert refusal(verify(world, signed)) == "invalid_signature"


@pytest.mark.covers("vc-api", "3.3.1", "B.5")
def test_dates_and_issuer_are_looked_at_unless_the_proof_alone_is_asked_for(world, profiles):
    profile = profiles["eddsa-rdfc-2022-ed25519"]
    ended = issued(world, profile, validUntil="2026-11-01T00:00:00Z")
    assert refusal(verify(world, ended)) == "expired"
    assert verify(world, ended, {"checks": ["proof"]}).status_code == 200
    assert verify(world, ended, path="/verifiers/proof/credentials/verify").status_code == 200
    whole = {"checks": ["proof", "credentialStatus"]}
    assert refusal(verify(world, ended, whole)) == "expired"
    assert refusal(verify(world, ended, whole, path="/verifiers/proof/credentials/verify")) == "expired"


@pytest.mark.covers("vc-api", "3.3.1")
def test_the_proof_alone_says_nothing_of_whose_it_is(world):
    signer, document = stranger(), credential_of("https://issuer.example/1")
    signed = sign(world, document, signer)
    assert refusal(verify(world, signed)) == "issuer_mismatch"
    assert verify(world, signed, {"checks": ["proof"]}).status_code == 200
    signed["credentialSubject"]["name"] = "Somebody else"
    assert refusal(verify(world, signed, {"checks": ["proof"]})) == "invalid_signature"


@pytest.mark.covers("vc-api", "3.3.1", "3.8", "B.1")
@pytest.mark.covers("di-1.0", "2.1", "2.2", "3.1", "4.4")
@pytest.mark.parametrize(
    ("alter", "status", "code"),
    [
        (lambda c: c.pop("proof"), 400, "proof_missing"),
        (lambda c: c["proof"].pop("type"), 400, "proof_invalid_shape"),
        (lambda c: c["proof"].pop("proofPurpose"), 400, "proof_invalid_shape"),
        (lambda c: c["proof"].pop("verificationMethod"), 400, "proof_invalid_shape"),
        (lambda c: c["proof"].update(proofPurpose="authentication"), 400, "proof_purpose_mismatch"),
        (lambda c: c["proof"].update(cryptosuite="unheard-of-2026"), 422, "unsupported_cryptosuite"),
        (lambda c: c["proof"].update(created="yesterday"), 400, "date_syntax"),
        (lambda c: c["proof"].update(proofValue="not multibase"), 400, "proof_invalid_shape"),
        (lambda c: c.update(undefined="x"), 400, "data_loss"),
        (lambda c: c.update(type=["VerifiableCredential", "Undefined"]), 400, "data_loss"),
        (lambda c: c["@context"].append("https://example.com/unknown"), 400, "unknown_context"),
        (lambda c: c["@context"].append({"@base": "https://example.com/"}), 400, "inline_context"),
    ],
)
def test_a_refusal_has_the_code_of_its_reason(world, profiles, alter, status, code):
    signed = issued(world, profiles["eddsa-rdfc-2022-ed25519"])
    assert verify(world, signed).status_code == 200
    alter(signed)
    for options in (None, {"checks": ["proof"]}):
        assert refusal(verify(world, signed, options), status) == code


@pytest.mark.covers("vcdm-2.0", "7.2")
@pytest.mark.covers("di-1.0", "4.7")
@pytest.mark.covers("vc-api", "3.8")
def test_problem_types_are_those_of_the_specifications(world, profiles):
    signed = issued(world, profiles["eddsa-rdfc-2022-ed25519"])
    found = {}
    for name, change in {
        "signature": {"name": "x"},
        "loss": {"undefined": "x"},
        "model": {"id": "x"},
        "proof": {"proof": None},
    }.items():
        found[name] = verify(world, signed | change).json()["type"]
    assert found == {
        "signature": "https://w3id.org/security#PROOF_VERIFICATION_ERROR",
        "loss": "https://w3id.org/security#DATA_LOSS_DETECTION_ERROR",
        "model": "https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR",
        "proof": "https://www.w3.org/TR/vc-data-model#PARSING_ERROR",
    }


# Requests


@pytest.mark.covers("vc-api", "3.2.1", "3.8", "B.4")
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "json_syntax"),
        (b"[]", 400, "request_invalid"),
        (b'{"credential": {}, "credential": {}}', 400, "duplicate_member"),
        (b'{"credential": "x"}', 400, "request_invalid"),
        (b'{"verifiableCredential": {}}', 400, "request_invalid"),
        (b'{"credential": {}, "options": []}', 400, "request_invalid"),
        (b'{"credential": {}, "options": {"mandatoryPointers": "x"}}', 400, "request_invalid"),
        (b'{"credential": {}, "options": {"mandatoryPointers": [1]}}', 400, "request_invalid"),
        (b'{"credential": {}, "options": {"credentialStatus": [1]}}', 400, "request_invalid"),
        (b'{"credential": ' + b"[" * 100 + b"]" * 100 + b"}", 400, "too_deep"),
        (b'{"credential": {"x": "\\ud800"}}', 400, "lone_surrogate"),
        (b'{"credential": {"x": NaN}}', 400, "json_syntax"),
        (b'{"credential": {"x": 1e400}}', 400, "number_range"),
        (b'{"x": "' + b"a" * 1_100_000 + b'"}', 413, "too_large"),
    ],
)
def test_an_odd_request_is_refused_with_its_code(world, profiles, body, status, code):
    path = "/issuers/eddsa-rdfc-2022-ed25519/credentials/issue"
    headers = {**AUTHORIZED, "Content-Type": "application/json"}
    assert refusal(world.client.post(path, content=body, headers=headers), status) == code


@pytest.mark.covers("vc-api", "3.3.1")
@pytest.mark.parametrize(
    "options",
    [
        {"checks": "proof"},
        {"checks": [1]},
        {"checks": ["proof"] * 11},
        {"challenge": 1},
        {"domain": ["x"]},
        {"domain": "x" * 3000},
    ],
)
def test_odd_options_are_refused(world, options):
    assert refusal(verify(world, {}, options)) == "request_invalid"


def test_only_json_is_read(world):
    headers = {**AUTHORIZED, "Content-Type": "application/x-www-form-urlencoded"}
    answer = world.client.post("/credentials/verify", content=b"a=b", headers=headers)
    assert answer.status_code == 415
    assert "json" in answer.headers["content-type"]


# Contexts that documents bring along


@pytest.mark.covers("vcdm-2.0", "4.3")
def test_an_inline_context_that_only_adds_terms_is_taken_by_the_test_suites_setting(world, tmp_path):
    signer = stranger()
    terms = {"visited": "https://example.org/#visited"}
    document = credential_of(signer.verification_method.partition("#")[0])
    document["@context"] = [V2, terms]
    document["credentialSubject"]["visited"] = "the fablab"
    signed = sign(world, document, signer)
    assert verify(world, signed).status_code == 200
    with open_world(f"sqlite:///{tmp_path}/node.db", vc_api_token=TOKEN) as strict:
        assert refusal(verify(strict, signed)) == "inline_context"
    signed["credentialSubject"]["visited"] = "the moon"
    assert refusal(verify(world, signed)) == "invalid_signature"


def test_a_signed_status_cannot_be_renamed_away(world):
    """The statements stay the same, and the proof would hold."""
    signer = stranger()
    status = {"id": "urn:x:1", "type": "BitstringStatusListEntry", "statusPurpose": "revocation"}
    status |= {"statusListIndex": "1", "statusListCredential": "https://example.com/list"}
    document = credential_of(signer.verification_method.partition("#")[0], credentialStatus=status)
    signed = sign(world, document, signer)
    assert verify(world, signed, {"checks": ["proof"]}).status_code == 200
    renamed = {("harmless" if name == "credentialStatus" else name): each for name, each in signed.items()}
    renamed["@context"] = [
        V2,
        {
            "harmless": {
                "@id": "https://www.w3.org/2018/credentials#credentialStatus",
                "@type": "@id",
            },
        },
    ]
    assert refusal(verify(world, renamed, {"checks": ["proof"]})) == "inline_context"


# Presentations


def present(world: World, credentials: list[Any], signer: KeySigner, **changes: Any) -> dict[str, Any]:
    document = {"@context": [V2], "type": ["VerifiablePresentation"]}
    document |= {"holder": signer.verification_method.partition("#")[0]}
    if credentials:
        document["verifiableCredential"] = credentials
    document = {name: value for name, value in {**document, **changes}.items() if value is not None}
    return sign(
        world,
        document,
        signer,
        proof_purpose="authentication",
        domain="verifier.example",
        challenge="nonce-1",
    )


def verify_presentation(world: World, presentation: Any, **options: Any) -> Any:
    return post(world, "/presentations/verify", {"verifiablePresentation": presentation, "options": options})


EXPECTED = {"domain": "verifier.example", "challenge": "nonce-1"}


@pytest.mark.covers("vc-api", "3.3.2")
def test_a_presentation_is_verified_with_all_that_is_in_it(world, profiles):
    credentials = [issued(world, each) for each in whole(profiles)]
    presentation = present(world, credentials, stranger())
    answer = verify_presentation(world, presentation, **EXPECTED)
    assert answer.status_code == 200, answer.text
    assert answer.json()["verified"] is True
    presentation = present(world, credentials, stranger(), holder=None)
    assert verify_presentation(world, presentation, **EXPECTED).status_code == 200
    assert verify_presentation(world, present(world, [], stranger()), **EXPECTED).status_code == 200


@pytest.mark.covers("vc-api", "3.3.2")
@pytest.mark.parametrize(
    ("expected", "code", "kind"),
    [
        ({**EXPECTED, "challenge": "other"}, "challenge_mismatch", "INVALID_CHALLENGE_ERROR"),
        ({**EXPECTED, "domain": "other.example"}, "domain_mismatch", "INVALID_DOMAIN_ERROR"),
    ],
)
def test_a_presentation_is_for_one_verifier_and_one_time(world, profiles, expected, code, kind):
    presentation = present(world, [issued(world, profiles["eddsa-rdfc-2022-ed25519"])], stranger())
    assert verify_presentation(world, presentation, **EXPECTED).status_code == 200
    answer = verify_presentation(world, presentation, **expected)
    assert refusal(answer) == code
    assert answer.json()["type"].endswith(f"#{kind}")


@pytest.mark.covers("vc-api", "3.3.2")
def test_one_bad_credential_and_the_presentation_is_refused(world, profiles):
    good, bad = (issued(world, profiles["eddsa-rdfc-2022-ed25519"]) for _ in range(2))
    bad["credentialSubject"]["name"] = "Somebody else"
    presentation = present(world, [good, bad], stranger())
    answer = verify_presentation(world, presentation, **EXPECTED)
    assert refusal(answer) == "credential_invalid"
    assert [each["code"] for each in answer.json()["errors"]] == ["credential_invalid", "invalid_signature"]
    alone = verify_presentation(world, presentation, **EXPECTED, checks=["proof"])
    assert alone.status_code == 200


def test_another_holder_than_the_one_who_signed_is_refused(world):
    presentation = present(world, [], stranger(), holder="did:example:somebody-else")
    assert refusal(verify_presentation(world, presentation, **EXPECTED)) == "issuer_mismatch"


@pytest.mark.covers("vc-api", "3.3.2")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"type": ["Presentation"]}, "type_missing"),
        ({"@context": ["https://example.com/x"]}, "context_order"),
        ({"holder": "nobody"}, "holder_missing"),
        ({"verifiableCredential": ["a.b.c"]}, "credential_invalid_shape"),
        ({"verifiableCredential": []}, "credentials_missing"),
        ({"proof": None}, "proof_missing"),
    ],
)
def test_what_is_no_presentation_is_refused(world, changes, code):
    presentation = present(world, [], stranger())
    assert refusal(verify_presentation(world, presentation | changes, **EXPECTED)) == code


# Envelopes


def test_an_envelope_is_read_by_its_own_rules(world, profiles):
    enveloped = issued(world, profiles["vc-jwt-p256"])
    assert enveloped["type"] == "EnvelopedVerifiableCredential"
    assert verify(world, enveloped).status_code == 200
    for code, change in {
        "context_order": {"@context": []},
        "envelope_invalid": {"id": enveloped["id"].partition(",")[2]},
        "envelope_media_type": {"id": "data:text/plain,x"},
        "issuer_invalid": {"type": ["VerifiableCredential"]},
    }.items():
        for options in (None, {"checks": ["proof"]}):
            assert refusal(verify(world, enveloped | change, options)) == code
    assert refusal(verify(world, enveloped | {"@context": [EXAMPLES]})) == "context_order"


def test_nothing_that_is_sent_makes_a_server_error(world, profiles):
    """Every member of a good request in turn replaced by odd values of every kind."""
    profile = profiles["eddsa-rdfc-2022-ed25519"]
    good = {"credential": credential_of(profile["id"]), "options": {"mandatoryPointers": []}}
    signed = {"verifiableCredential": issued(world, profile), "options": {"checks": ["proof"]}}
    shown = {"verifiablePresentation": present(world, [], stranger()), "options": EXPECTED}
    odd = [None, True, 7, -1.5, "", "x", "did:", [], [[]], [None], {}, {"@id": None}, {"@value": []}]
    for path, body in (
        (f"/issuers/{profile['name']}/credentials/issue", good),
        ("/credentials/verify", signed),
        ("/presentations/verify", shown),
        ("/credentials/derive", signed),
    ):
        for altered in variations(body, odd):
            answer = post(world, path, altered)
            assert answer.status_code < 500, (path, json.dumps(altered)[:500])
            assert "json" in answer.headers["content-type"]


def variations(body: Any, odd: list[Any]) -> Any:
    """The body with each of its values replaced by each odd one."""
    places = [()]
    for place in places:
        value = at(body, place)
        if isinstance(value, dict):
            places += [(*place, name) for name in value]
        elif isinstance(value, list):
            places += [(*place, index) for index in range(len(value))]
    for place in places[1:]:
        for each in odd:
            altered = copy.deepcopy(body)
            at(altered, place[:-1])[place[-1]] = each
            yield altered


def at(value: Any, place: tuple[Any, ...]) -> Any:
    for step in place:
        value = value[step]
    return value


def stranger() -> KeySigner:
    key = PrivateKey.generate(KeyType.ED25519)
    return KeySigner(key, did_key_method_id(key.public_key))


def sign(world: World, document: dict[str, Any], signer: KeySigner, **changes: Any) -> dict[str, Any]:
    contexts = world.app.state.vc_api.contexts
    assert isinstance(contexts, ContextStore)
    created = world.clock() - timedelta(minutes=1)
    selection = contexts.selections(document)[0]
    return add_proof(document, signer=signer, created=created, selection=selection, **changes)


# In the event loop, and out of it


class Elsewhere(OfflineFetcher):
    """One DID document in the world; notes whether it was asked for from an event loop."""

    def __init__(self, url: str, body: bytes) -> None:
        self._url, self._body = url, body
        self.asked_in_loop: list[bool] = []

    def get(self, url: str, *, accept: str = "*/*", max_bytes: int = DEFAULT_MAX_BYTES) -> Fetched:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            self.asked_in_loop.append(False)
        else:
            self.asked_in_loop.append(True)
        if url != self._url:
            raise FetchError("no such host")
        return Fetched(url, 200, "application/did+json", self._body)


def signed_elsewhere(issuer: str, key: PrivateKey) -> dict[str, Any]:
    return add_proof(
        credential_of(issuer),
        signer=KeySigner(key, f"{issuer}#key-1"),
        created=datetime(2026, 11, 20, tzinfo=UTC),
        selection=ContextStore.load().newest(),
    )


@pytest.mark.parametrize("issuer", ["did:web:issuer.example", "did:web:unreachable.example"])
def test_who_is_not_known_is_asked_for_outside_the_event_loop(world, issuer):
    key = PrivateKey.generate(KeyType.ED25519)
    document = build_did_document(issuer, [DocumentKey(name="key-1", public_key=key.public_key)])
    fetcher = Elsewhere("https://issuer.example/.well-known/did.json", strict_json.dumps(document))
    api = world.app.state.vc_api
    resolver = Resolver(fetcher=fetcher, clock=world.clock)
    world.app.state.vc_api = replace(api, fetcher=fetcher, resolver=resolver)
    try:
        answers = [verify(world, signed_elsewhere(issuer, key)) for _ in range(2)]
    finally:
        world.app.state.vc_api = api
    reachable = "issuer.example" in issuer.split(":")
    assert [each.status_code for each in answers] == [200 if reachable else 422] * 2
    # remembered, it is asked for once; what could not be had is asked for again
    assert fetcher.asked_in_loop == [False] * (1 if reachable else 2)


def test_a_long_document_is_issued_and_verified_like_a_short_one(world, profiles):
    profile = profiles["eddsa-rdfc-2022-ed25519"]
    subject = {"id": "did:example:subject", "name": "Amina (example)", "description": "Words. " * 4_000}
    for changes in ({}, {"credentialSubject": subject}):
        assert verify(world, issued(world, profile, **changes)).status_code == 200
        assert refusal(issue(world, profile, issuer="did:example:another", **changes)) == "issuer_mismatch"


def test_the_verbs_are_described(world):
    paths = world.client.get("/openapi.json").json()["paths"]
    described = paths["/issuers/{profile}/credentials/issue"]["post"]
    assert described["summary"] == "Issue a credential"
    assert [each["name"] for each in described["parameters"]] == ["profile"]
    assert "/credentials/verify" in paths
