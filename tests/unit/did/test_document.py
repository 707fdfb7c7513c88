"""DID documents: which key a URL names, for what, under whose control."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from did.document import DidDocument, DocumentKey, Relationship, build_did_document, jwks
from did.errors import DidError
from did.keys import KeyType, PrivateKey
from tests.unit.did.conftest import DID, NOW, document, public_key

ASSERTION, AUTHENTICATION = Relationship.ASSERTION_METHOD, Relationship.AUTHENTICATION
OTHER = "did:web:other.example"


def method(fragment: str = "key-1", *, did: str = DID, seed: int = 1, **changes: Any) -> dict[str, Any]:
    base = {
        "id": f"{did}#{fragment}",
        "type": "Multikey",
        "controller": DID,
        "publicKeyMultibase": public_key(seed).to_multikey(),
    }
    return {name: value for name, value in (base | changes).items() if value is not None}


def parse(**members: Any) -> DidDocument:
    return DidDocument.parse({"id": DID} | members, expected_did=DID)


def refusal(parsed: DidDocument, url: str = f"{DID}#key-1", relationship: Relationship = ASSERTION) -> str:
    with pytest.raises(DidError) as caught:
        parsed.verification_method(url, relationship=relationship)
    return caught.value.code


def parse_refusal(raw: Any) -> str:
    with pytest.raises(DidError) as caught:
        DidDocument.parse(raw, expected_did=DID)
    return caught.value.code


@pytest.mark.covers("cid-1.0", "2.1", "2.1.3", "2.1.4", "2.2", "2.2.2", "2.2.3", "2.3")
def test_a_published_document_is_read_back() -> None:
    keys = [
        DocumentKey("key-1", public_key()),
        DocumentKey("key-2", PrivateKey.generate(KeyType.P256).public_key, (AUTHENTICATION,)),
    ]
    raw = build_did_document(
        DID, keys, also_known_as=["https://node.example/"], services=[{"id": f"{DID}#s"}]
    )
    parsed = DidDocument.parse(raw, expected_did=DID)
    assert [each.id for each in parsed.keys(ASSERTION)] == [f"{DID}#key-1", f"{DID}#key-1-jwk"]
    assert [each.id.partition("#")[2] for each in parsed.keys(AUTHENTICATION)] == [
        "key-1",
        "key-1-jwk",
        "key-2",
        "key-2-jwk",
    ]
    assert {each.public_key for each in parsed.keys(ASSERTION)} == {public_key()}
    assert all(isinstance(entry, str) for entry in raw["assertionMethod"])
    assert all(each["controller"] == DID and each["id"].startswith(DID) for each in raw["verificationMethod"])
    assert (raw["alsoKnownAs"], raw["service"]) == (["https://node.example/"], [{"id": f"{DID}#s"}])


def test_the_jwk_set_names_the_keys_of_the_document() -> None:
    keys = [DocumentKey("key-1", public_key())]
    published = build_did_document(DID, keys)["verificationMethod"][1]["publicKeyJwk"]
    assert jwks(DID, keys) == {"keys": [published | {"use": "sig"}]}
    assert published["kid"] == f"{DID}#key-1-jwk"


@pytest.mark.covers("di-eddsa-1.0", "A.1.1.1")
@pytest.mark.covers("cid-1.0", "2.2.1", "2.2.2", "2.2.3", "2.2.4")
@pytest.mark.covers("did-core-1.0", "3.2.2", "4.1", "5.2")
@pytest.mark.parametrize(
    "members",
    [
        {"verificationMethod": [method()], "assertionMethod": [f"{DID}#key-1"]},
        {"verificationMethod": [method(id="#key-1")], "assertionMethod": ["#key-1"]},
        {"verificationMethod": [method(id="#key-1")], "assertionMethod": [f"{DID}#key-1"]},
        {"verificationMethod": method(), "assertionMethod": f"{DID}#key-1"},
        {"assertionMethod": [method()]},
        {"assertionMethod": [method(id="#key-1")]},
        {"verificationMethod": [method()], "assertionMethod": [method()]},
        {"verificationMethod": [method(type="Ed25519VerificationKey2020")], "assertionMethod": ["#key-1"]},
        {
            "verificationMethod": [
                method(type="JsonWebKey", publicKeyMultibase=None, publicKeyJwk=public_key().to_jwk())
            ],
            "assertionMethod": ["#key-1"],
        },
        {
            "verificationMethod": [
                method(type="JsonWebKey2020", publicKeyMultibase=None, publicKeyJwk=public_key().to_jwk())
            ],
            "assertionMethod": ["#key-1"],
        },
        {
            "verificationMethod": [method(), {"id": "#x", "type": "Unknown2030"}],
            "assertionMethod": ["#key-1", "#x"],
        },
    ],
)
def test_every_way_to_write_a_method_is_read(members: dict[str, Any]) -> None:
    found = parse(**members).verification_method(f"{DID}#key-1", relationship=ASSERTION)
    assert (found.id, found.controller, found.public_key) == (f"{DID}#key-1", DID, public_key())
    assert [each.id for each in parse(**members).keys(ASSERTION)] == [f"{DID}#key-1"]


@pytest.mark.covers("cid-1.0", "2.3", "2.3.1", "2.3.2", "3.3")
@pytest.mark.covers("did-core-1.0", "5.3")
@pytest.mark.attack("A9")
def test_a_key_counts_only_for_what_it_is_listed_for() -> None:
    parsed = parse(verificationMethod=[method()], authentication=["#key-1"])
    assert refusal(parsed) == "invalid_verification_relationship"
    assert parsed.verification_method(f"{DID}#key-1", relationship=AUTHENTICATION).public_key == public_key()
    assert parsed.keys(ASSERTION) == []


@pytest.mark.covers("cid-1.0", "2.3", "2.3.1", "2.3.2", "3.3")
@pytest.mark.covers("did-core-1.0", "5.3")
@pytest.mark.attack("A9")
def test_an_embedded_method_counts_only_where_it_is_embedded() -> None:
    parsed = parse(authentication=[method()])
    assert refusal(parsed) == "invalid_verification_relationship"
    assert parsed.verification_method(f"{DID}#key-1", relationship=AUTHENTICATION)


@pytest.mark.covers("cid-1.0", "2.1.2", "3.3")
@pytest.mark.covers("did-resolution-0.3", "12.6")
@pytest.mark.attack("A10")
def test_a_key_under_other_control_does_not_count() -> None:
    parsed = parse(verificationMethod=[method(controller=OTHER)], assertionMethod=["#key-1"])
    assert refusal(parsed) == "controller_mismatch"
    assert parsed.keys(ASSERTION) == []


@pytest.mark.covers("cid-1.0", "2.1.2", "3.3")
@pytest.mark.covers("did-resolution-0.3", "12.6")
@pytest.mark.attack("A10", "A11")
def test_a_method_of_another_did_does_not_count_though_it_is_listed() -> None:
    foreign = method(did=OTHER, seed=2, controller=OTHER)
    parsed = parse(verificationMethod=[method(), foreign], assertionMethod=["#key-1", f"{OTHER}#key-1"])
    assert refusal(parsed, f"{OTHER}#key-1") == "verification_method_not_found"
    assert parsed.verification_method(f"{DID}#key-1", relationship=ASSERTION).public_key == public_key(1)


@pytest.mark.covers("cid-1.0", "2.2.4", "3.4")
@pytest.mark.attack("A11")
@pytest.mark.parametrize("url", [f"{DID}#key-2", f"{DID}#KEY-1", f"{DID}:sub#key-1", f"{OTHER}#key-1"])
def test_the_whole_url_decides(url: str) -> None:
    assert refusal(DidDocument.parse(document(), expected_did=DID), url) == "verification_method_not_found"


@pytest.mark.covers("cid-1.0", "3.4")
@pytest.mark.covers("did-core-1.0", "3.2")
@pytest.mark.parametrize("url", ["#key-1", DID, f"{DID}/x#key-1", f"{DID}?versionId=1#key-1", f"{DID}#", ""])
def test_what_is_no_url_of_a_method_is_refused(url: str) -> None:
    assert refusal(DidDocument.parse(document(), expected_did=DID), url) == "invalidDidUrl"


@pytest.mark.covers("cid-1.0", "2.2")
def test_a_key_that_ended_does_not_count() -> None:
    for name in ("expires", "revoked"):
        parsed = parse(assertionMethod=[method(**{name: "2026-11-24T09:30:00Z"})])
        found = parsed.verification_method(f"{DID}#key-1", relationship=ASSERTION)
        found.check_in_force(NOW - timedelta(seconds=1))
        with pytest.raises(DidError) as caught:
            found.check_in_force(NOW)
        assert caught.value.code == "verification_method_ended"


@pytest.mark.covers("cid-1.0", "2.2")
@pytest.mark.parametrize("moment", ["soon", "2026-11-24T09:30:00", "", 7])
def test_an_end_that_cannot_be_read_is_not_taken_for_never(moment: Any) -> None:
    assert refusal(parse(assertionMethod=[method(expires=moment)])) == "invalidDidDocument"


@pytest.mark.covers("cid-1.0", "2.2.1", "3.5")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"controller": None}, "invalidDidDocument"),
        ({"controller": [DID]}, "invalidDidDocument"),
        ({"publicKeyJwk": public_key().to_jwk()}, "invalidDidDocument"),
        ({"type": "Unknown2030"}, "invalid_key"),
        ({"type": None}, "invalid_key"),
        ({"type": ["Multikey"]}, "invalid_key"),
        ({"type": {}}, "invalid_key"),
        ({"publicKeyMultibase": None}, "invalid_key"),
        ({"publicKeyMultibase": "z6Mk"}, "invalid_key"),
        ({"publicKeyMultibase": 7}, "invalid_key"),
        ({"type": "JsonWebKey"}, "invalid_key"),
        (
            {
                "type": "Ed25519VerificationKey2020",
                "publicKeyMultibase": PrivateKey.generate(KeyType.P256).public_key.to_multikey(),
            },
            "invalid_key",
        ),
    ],
)
def test_an_entry_that_is_no_single_key_is_refused_when_it_is_needed(
    changes: dict[str, Any], code: str
) -> None:
    assert refusal(parse(assertionMethod=[method(**changes)])) == code


@pytest.mark.covers("cid-1.0", "2.1", "2.1.1")
@pytest.mark.covers("did-core-1.0", "5.1")
@pytest.mark.attack("F6")
@pytest.mark.parametrize("identifier", [OTHER, f"{DID}#x", f"{DID}:x", DID.upper(), None, [DID]])
def test_a_document_of_another_did_is_refused(identifier: Any) -> None:
    assert parse_refusal(document() | {"id": identifier}) == "invalidDidDocument"
    DidDocument.parse(document(), expected_did=DID)


@pytest.mark.covers("did-resolution-0.3", "4.3")
@pytest.mark.attack("F7")
def test_a_deactivated_did_is_refused() -> None:
    assert parse_refusal(document() | {"deactivated": True}) == "deactivated"
    DidDocument.parse(document() | {"deactivated": False}, expected_did=DID)


@pytest.mark.covers("did-core-1.0", "6.1", "6.2")
@pytest.mark.covers("cid-1.0", "3.5")
@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "did",
        {"id": DID, "verificationMethod": [7]},
        {"id": DID, "verificationMethod": ["#key-1"]},
        {"id": DID, "assertionMethod": [None]},
        {"id": DID, "verificationMethod": [{"type": "Multikey"}]},
        {"id": DID, "verificationMethod": [{"id": ""}]},
        {"id": DID, "verificationMethod": [method(), method(seed=2)]},
        {"id": DID, "verificationMethod": [method()], "assertionMethod": [method(seed=2)]},
        {"id": DID, "verificationMethod": [method(f"key-{number}") for number in range(201)]},
    ],
)
def test_a_document_that_leaves_a_choice_is_refused(raw: Any) -> None:
    assert parse_refusal(raw) == "invalidDidDocument"
