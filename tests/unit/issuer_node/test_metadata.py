"""What wallets and verifiers read before anything else: metadata at both well-known forms, DID document, keys."""

from __future__ import annotations

import pytest

from did.document import DidDocument, Relationship
from issuer_node.badges import archive_badge, change_badge
from tests.simulators.asgi import open_client
from tests.unit.issuer_node.conftest import BASE, badge_draft, open_world
from web.app import mount_at_base_path


@pytest.mark.covers("openid4vci-1.0", "12.2.1", "12.2.4")
def test_the_metadata_has_one_configuration_per_badge(world):
    badge = world.badge()
    metadata = world.client.get("/.well-known/openid-credential-issuer").json()
    assert metadata["credential_issuer"] == BASE
    assert metadata["credential_endpoint"] == f"{BASE}/openid4vci/credential"
    assert metadata["nonce_endpoint"] == f"{BASE}/openid4vci/nonce"
    assert metadata["display"][0]["name"] == "Fablab du Bocage (exemple)"
    assert "batch_credential_issuance" not in metadata
    configuration = metadata["credential_configurations_supported"][f"badge-{badge}"]
    assert configuration["format"] == "ldp_vc"
    assert configuration["cryptographic_binding_methods_supported"] == ["did:key", "did:jwk"]
    algorithms = {"proof_signing_alg_values_supported": ["EdDSA", "ES256"]}
    assert configuration["proof_types_supported"] == {"jwt": algorithms}
    assert configuration["credential_definition"]["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert configuration["credential_definition"]["@context"][0] == "https://www.w3.org/ns/credentials/v2"
    (display,) = configuration["credential_metadata"]["display"]
    assert (display["name"], display["locale"]) == ("J'ai piloté un drone", "fr")
    assert display["description"].startswith("A préparé")
    assert display["logo"]["alt_text"] == "Un drone au-dessus d'un champ"
    assert world.client.get(display["logo"]["uri"]).content.startswith(b"\x89PNG")
    assert world.client.get(metadata["display"][0]["logo"]["uri"]).content.startswith(b"\x89PNG")


def test_the_metadata_changes_with_the_badges_and_is_kept_until_then(world):
    badge = world.badge()
    first = world.client.get("/.well-known/openid-credential-issuer")
    known = {"If-None-Match": first.headers["etag"]}
    assert world.client.get("/.well-known/openid-credential-issuer", headers=known).status_code == 304
    change_badge(world.node, by=world.admin, badge_id=badge, draft=badge_draft(name="Un autre nom"))
    changed = world.client.get("/.well-known/openid-credential-issuer", headers=known)
    assert changed.status_code == 200
    configuration = changed.json()["credential_configurations_supported"][f"badge-{badge}"]
    assert configuration["credential_metadata"]["display"][0]["name"] == "Un autre nom"


def test_an_archived_badge_is_offered_only_to_those_who_were_awarded_it(world):
    unused, used = world.badge("Jamais donné"), world.badge("Donné")
    offer = world.offer(world.award(used))
    for badge in (unused, used):
        archive_badge(world.node, by=world.admin, badge_id=badge)
    offered = world.client.get("/.well-known/openid-credential-issuer").json()
    configurations = {f"badge-{used}", f"badge-{used}.sd-jwt", f"badge-{used}.jwt"}
    assert set(offered["credential_configurations_supported"]) == configurations
    assert world.wallet().receive(offer)["name"] == "Donné"


@pytest.mark.covers("openid4vci-1.0", "12.3")
def test_the_authorization_server_is_the_issuer(world):
    metadata = world.client.get("/.well-known/oauth-authorization-server").json()
    assert metadata["issuer"] == BASE
    assert metadata["token_endpoint"] == f"{BASE}/openid4vci/token"
    assert metadata["grant_types_supported"] == ["urn:ietf:params:oauth:grant-type:pre-authorized_code"]
    assert metadata["pre-authorized_grant_anonymous_access_supported"] is True


@pytest.mark.covers("openid4vci-1.0", "12.2.2", "12.3")
@pytest.mark.parametrize("name", ["openid-credential-issuer", "oauth-authorization-server"])
def test_below_a_path_both_well_known_forms_answer(tmp_path, name):
    base = "https://host.example/node"
    with open_world(f"sqlite:///{tmp_path}/node.db", base_url=base) as world:
        app = mount_at_base_path(world.app, base)
        with open_client(app, base_url="https://host.example") as client:
            appended = client.get(f"/node/.well-known/{name}")
            inserted = client.get(f"/.well-known/{name}/node")
    assert appended.status_code == 200
    assert inserted.json() == appended.json()
    assert base in appended.json().values()


@pytest.mark.covers("did-web", "2.4", "2.5.1", "2.5.3")
@pytest.mark.covers("did-core-1.0", "6.1")
@pytest.mark.covers("open-badges-3.0", "Key Management")
def test_the_did_document_is_what_strict_and_simple_resolvers_read(world):
    document = world.client.get("/.well-known/did.json").json()
    did = "did:web:node.example"
    assert document["id"] == did
    methods = document["verificationMethod"]
    assert sorted(method["type"] for method in methods) == [
        "JsonWebKey",
        "JsonWebKey",
        "Multikey",
        "Multikey",
    ]
    assert all(method["controller"] == did and method["id"].startswith(f"{did}#") for method in methods)
    assert all("privateKeyMultibase" not in method for method in methods)
    listed = document["assertionMethod"]
    assert all(isinstance(method, str) for method in listed)
    assert set(listed) == {method["id"] for method in methods}
    parsed = DidDocument.parse(document, expected_did=did)
    assert parsed.verification_method(f"{did}#key-1", relationship=Relationship.ASSERTION_METHOD)
    assert world.client.get("/did.json").json() == document


@pytest.mark.covers("open-badges-3.0", "Key Management")
def test_the_key_set_names_the_structure_and_holds_no_secret(world):
    keys = world.client.get("/.well-known/jwks.json").json()["keys"]
    assert {key["alg"] for key in keys} == {"EdDSA", "ES256"}
    assert all("d" not in key and key["kid"].startswith("did:web:node.example#") for key in keys)
