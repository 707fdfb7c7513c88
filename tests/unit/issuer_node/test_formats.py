"""One badge in three formats: offered side by side, checked before it leaves, revoked at once."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlmodel import select

from contexts import ContextStore, strict_json
from credentials.derivation import derive_credential
from credentials.exchange.formats import open_credential
from credentials.report import Outcome
from credentials.sd_jwt import OPEN_BADGE_VCT, TokenStatusList, disclosable_pointers
from credentials.verification import VerificationContext, check_credential
from did.fetcher import Fetched, OfflineFetcher
from did.keys import KeyType, PrivateKey
from did.resolver import Resolver
from issuer_node.awards import revoke_award
from issuer_node.errors import IssuingError
from issuer_node.formats import FORMATS
from issuer_node.issuing import CredentialRequest, issue_credential
from issuer_node.models import Issuance
from tests.event_loop import run as run_to_end
from tests.unit.issuer_node.conftest import BASE, open_world

SUFFIXES = {"ldp_vc": "", "dc+sd-jwt": ".sd-jwt", "jwt_vc_json": ".jwt"}


class Site(OfflineFetcher):
    """The node as others fetch it."""

    def __init__(self, world):
        self.world = world
        self.asked = []

    def get(self, url, *, accept="*/*", max_bytes=0):
        self.asked.append(url)
        answer = self.world.client.get(url.removeprefix(BASE), headers={"accept": accept})
        return Fetched(url, answer.status_code, answer.headers.get("content-type", ""), answer.content)


def check(world, content, **changes):
    site = Site(world)
    context = VerificationContext(
        contexts=ContextStore.load(),
        resolver=Resolver(fetcher=site, clock=world.clock),
        fetcher=site,
        require_status=True,
        base_proofs=True,
        token_status=TokenStatusList(),
        **changes,
    )
    return check_credential(content, context=context, now=world.clock())


def take(world, form, *, award=None, embed_jwk=None):
    """Receive a badge in a format; gives its bytes, the wallet, its token and the offer."""
    offer = world.offer(award or world.session_awards(["Amina (exemple)"])[0])
    wallet = world.wallet(embed_jwk=form == "dc+sd-jwt" if embed_jwk is None else embed_jwk)
    token = wallet.access(offer)
    answer = wallet.request(token, in_format(wallet, offer, form))
    assert answer.status_code == 200, answer.text
    credential = answer.json()["credentials"][0]["credential"]
    content = credential.encode() if isinstance(credential, str) else strict_json.dumps(credential)
    return content, wallet, token, offer


def in_format(wallet, offer, form):
    return wallet.body(
        offer, credential_configuration_id=offer.credential_configuration_ids[0] + SUFFIXES[form]
    )


@pytest.mark.covers("openid4vci-1.0", "12.2.4", "A.1.1", "A.1.2", "A.3")
def test_the_metadata_lists_a_configuration_for_each_format(world):
    badge = world.badge()
    found = world.client.get("/.well-known/openid-credential-issuer").json()
    listed = found["credential_configurations_supported"]
    assert {each["format"]: name for name, each in listed.items()} == {
        form: f"badge-{badge}{suffix}" for form, suffix in SUFFIXES.items()
    }
    # without it, some wallets take the issuer for one of an older draft
    assert all(each["credential_metadata"]["display"] for each in listed.values())
    ldp_vc, sd_jwt, jwt = (listed[f"badge-{badge}{suffix}"] for suffix in SUFFIXES.values())
    assert ldp_vc["credential_signing_alg_values_supported"] == ["eddsa-rdfc-2022", "ecdsa-sd-2023"]
    assert sd_jwt["vct"] == OPEN_BADGE_VCT
    assert sd_jwt["cryptographic_binding_methods_supported"] == ["jwk"]
    assert "credential_definition" not in sd_jwt
    assert jwt["credential_definition"] == {"type": ["VerifiableCredential", "OpenBadgeCredential"]}
    assert jwt["cryptographic_binding_methods_supported"] == ["did:key", "did:jwk"]


def test_an_offer_names_every_format_the_fullest_first(world):
    offer = world.offer(world.award())
    names = offer.credential_configuration_ids
    assert [name.removeprefix(names[0]) for name in names] == list(SUFFIXES.values())


@pytest.mark.covers("openid4vci-1.0", "8.3", "A.1.1", "A.1.2", "A.3")
@pytest.mark.covers("token-status-list", "12.8")
@pytest.mark.parametrize("form", FORMATS)
def test_a_badge_of_every_format_is_valid_for_others_and_revoked_at_once(world, form):
    award = world.session_awards(["Amina (exemple)"])[0]
    content, _, _, _ = take(world, form, award=award)
    report = check(world, content)
    assert report.outcome is Outcome.VALID, report.codes
    assert open_credential(content).claims.format == form
    view = report.credential
    assert view.achievement_name == "J'ai piloté un drone"
    assert view.evidence[0].name == "Pilotage de drone (exemple)"
    assert view.issuer_id == "did:web:node.example"
    assert view.earned_on is not None
    world.clock.advance(minutes=1)
    revoke_award(world.node, by=world.admin, award_id=award, reason="Erreur")
    assert "revoked" in check(world, content).codes


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_request_gets_the_same_bytes(world, form):
    content, wallet, token, offer = take(world, form)
    again = wallet.request(token, in_format(wallet, offer, form))
    delivered = content if form == "ldp_vc" else b'"' + content + b'"'
    assert again.content == b'{"credentials":[{"credential":' + delivered + b"}]}"
    with world.node.database.session() as session:
        (stored,) = session.exec(select(Issuance)).all()
    assert (stored.content, stored.format) == (delivered, form)


@pytest.mark.covers("openid4vci-1.0", "6.1.1")
@pytest.mark.parametrize("form", FORMATS)
def test_a_wallet_can_choose_by_authorization_details(world, form):
    offer = world.offer(world.award())
    wallet = world.wallet(embed_jwk=form == "dc+sd-jwt")
    name = offer.credential_configuration_ids[0] + SUFFIXES[form]
    details = [{"type": "openid_credential", "credential_configuration_id": name}]
    answer = wallet.token(offer, authorization_details=json.dumps(details)).json()
    (given,) = answer["authorization_details"]
    assert given["credential_configuration_id"] == name
    body = {
        "credential_identifier": given["credential_identifiers"][0],
        "proofs": {"jwt": [wallet.proof()]},
    }
    answer = wallet.request(answer["access_token"], body)
    credential = answer.json()["credentials"][0]["credential"]
    content = credential.encode() if isinstance(credential, str) else strict_json.dumps(credential)
    assert open_credential(content).claims.format == form


def test_what_a_node_does_not_offer_it_does_not_give(tmp_path):
    with open_world(f"sqlite:///{tmp_path / 'n.db'}", credential_formats=["ldp_vc"]) as world:
        offer = world.offer(world.award())
        (name,) = offer.credential_configuration_ids
        wallet = world.wallet()
        token = wallet.access(offer)
        answer = wallet.request(token, wallet.body(offer, credential_configuration_id=f"{name}.sd-jwt"))
        assert answer.json()["error"] == "unknown_credential_configuration"
        assert wallet.request(token, wallet.body(offer)).status_code == 200


@pytest.mark.covers("open-badges-3.0", "Create the Proof (Linked Data)")
def test_the_proof_set_derives_a_badge_without_its_story(world):
    content, _, _, _ = take(world, "ldp_vc")
    node = world.node
    derived = derive_credential(
        content, ["/credentialSubject/achievement"], resolver=node.resolver, contexts=node.contexts,
        now=world.clock(),
    )  # fmt: skip
    assert "evidence" not in derived
    assert derived["credentialStatus"], "a revocation binds whoever is shown anything"
    context = VerificationContext(
        contexts=node.contexts, resolver=node.resolver, fetcher=Site(world), require_status=True
    )
    report = check_credential(derived, context=context, now=world.clock())
    assert report.outcome is Outcome.VALID, report.codes


@pytest.mark.covers("did-web", "2.5.3")
@pytest.mark.covers("open-badges-3.0", "Create the Proof (Linked Data)")
def test_with_bbs_by_setting_the_did_document_lists_the_key(tmp_path):
    suites = ["ecdsa-sd-2023", "bbs-2023"]
    url = f"sqlite:///{tmp_path / 'n.db'}"
    with open_world(url) as before:
        keys = {each.name for each in before.node.identity.keys}
    # the keys of a database that is there are completed at the start
    with open_world(url, selective_suites=suites) as world:
        assert {each.name for each in world.node.identity.keys} == keys | {"key-3"}
        assert world.node.identity.keys[-1].private_key.key_type is KeyType.BLS12381_G2
        content, _, _, _ = take(world, "ldp_vc")
        assert [each["cryptosuite"] for each in json.loads(content)["proof"]] == ["eddsa-rdfc-2022", *suites]
        assert check(world, content).outcome is Outcome.VALID


@pytest.mark.covers("openid4vci-1.0", "8.1", "A.3")
def test_the_sd_jwt_is_bound_to_the_key_and_can_hide_the_story(world):
    content, wallet, _, _ = take(world, "dc+sd-jwt")
    claims = open_credential(content).claims.document
    assert claims["iss"] == BASE
    assert claims["cnf"]["jwk"]["x"] == wallet.signer.public_key.to_jwk()["x"]
    assert claims["credentialSubject"]["id"] == wallet.did
    assert {"/evidence", "/credentialSubject/achievement/image"} <= set(disclosable_pointers(content))
    # also for a wallet that names its key as a DID
    other, wallet, _, _ = take(world, "dc+sd-jwt", embed_jwk=False)
    assert "jwk" in open_credential(other).claims.document["cnf"]


@pytest.mark.covers("sd-jwt-vc", "4.2")
def test_the_issuer_metadata_names_the_key_of_the_tokens(world):
    answer = world.client.get("/.well-known/jwt-vc-issuer")
    assert answer.headers["content-type"] == "application/json"
    metadata = answer.json()
    assert metadata["issuer"] == BASE
    listed = {
        method["id"] for method in world.client.get("/.well-known/did.json").json()["verificationMethod"]
    }
    assert {key["kid"] for key in metadata["jwks"]["keys"]} <= listed


@pytest.mark.covers("token-status-list", "8.2", "13.1")
def test_the_status_list_token_is_the_signed_list_in_another_form(world):
    award = world.award()
    content, _, _, _ = take(world, "dc+sd-jwt", award=award)
    place = open_credential(content).claims.document["status"]["status_list"]
    path = place["uri"].removeprefix(BASE)
    answer = world.client.get(path)
    assert answer.headers["content-type"] == "application/statuslist+jwt"
    etag = answer.headers["etag"]
    assert world.client.get(path, headers={"if-none-match": etag}).status_code == 304
    revoke_award(world.node, by=world.admin, award_id=award, reason="Erreur")
    assert world.client.get(path).headers["etag"] != etag
    assert world.client.get("/status/tokens/unknown").status_code == 404


class Impostor:
    """Signs with other keys than those that the node's documents show."""

    def __init__(self, live, keys):
        self.custody = live.custody
        self.current = replace(live.current)
        self.current.__dict__["keys"] = keys

    def keep_up(self, _generation):
        return self.current


@pytest.mark.parametrize("form", ["ldp_vc", "jwt_vc_json"])
def test_a_credential_that_does_not_verify_does_not_leave(world, form):
    """The keys that sign are not those that the DID document shows: the check before release sees it."""
    offer = world.offer(world.award())
    wallet = world.wallet()
    token = wallet.access(offer)
    keys = tuple(
        replace(each, private_key=PrivateKey.generate(each.private_key.key_type))
        for each in world.node.identity.keys
    )
    altered = replace(world.node, live=Impostor(world.node.live, keys))
    body = in_format(wallet, offer, form)
    with pytest.raises(IssuingError, match="self_check"):
        run_to_end(issue_credential(altered, access_token=token, request=CredentialRequest(body)))
    again = wallet.request(token, body | {"proofs": {"jwt": [wallet.proof()]}})
    assert again.status_code == 200
