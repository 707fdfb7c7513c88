"""What an employer asks, and what a wallet finds behind the code."""

from __future__ import annotations

import base64
import json
from html import escape
from typing import TYPE_CHECKING

import pytest

from credentials.exchange.dcql import DcqlQuery
from credentials.exchange.request_objects import RequestByReference, parse_request_uri
from tests.unit.verifier.conftest import BASE, NOW, open_place, query_of
from verifier.asking import MAXIMUM_WORDS, Asked, AskingError
from web.qr import MAXIMUM_CHARACTERS

if TYPE_CHECKING:
    from pathlib import Path

    from contexts import ContextStore
    from tests.unit.verifier.conftest import Place

DID = "did:web:verifier.example"
CLIENT = f"decentralized_identifier:{DID}"
TYPES = [
    [
        "https://www.w3.org/2018/credentials#VerifiableCredential",
        "https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential",
    ],
    ["VerifiableCredential", "OpenBadgeCredential"],
]


def part_of(part: str) -> dict:
    """A part of a compact JWS, by hand: no code of ours reads what code of ours wrote."""
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


@pytest.mark.covers("openid4vp-1.0", "6.1", "6.3")
@pytest.mark.parametrize(
    ("question", "words", "path", "value"),
    [
        (
            "kind",
            "participation",
            ["credentialSubject", "achievement", "achievementType"],
            "ext:Participation",
        ),
        ("kind", "skill", ["credentialSubject", "achievement", "achievementType"], "Competency"),
        (
            "badge",
            "https://node.example/b/1",
            ["credentialSubject", "achievement", "id"],
            "https://node.example/b/1",
        ),
        ("issuer", "did:web:node.example", ["issuer", "id"], "did:web:node.example"),
        (
            "skill",
            " Suivre  des consignes ",
            ["credentialSubject", "achievement", "alignment", None, "targetName"],
            "Suivre des consignes",
        ),
        (
            "skill",
            "https://esco.example/s/1",
            ["credentialSubject", "achievement", "alignment", None, "targetUrl"],
            "https://esco.example/s/1",
        ),
    ],
)
def test_a_question_becomes_dcql(question, words, path, value):
    asked = Asked.parse(question, words).to_dcql()
    first = asked["credentials"][0]
    assert (first["id"], first["format"], first["meta"]) == ("badge", "ldp_vc", {"type_values": TYPES})
    assert first["claims"][0] == {"id": "asked", "path": path, "values": [value]}
    assert all("asked" in option for option in first["claim_sets"])
    DcqlQuery.parse(asked)


@pytest.mark.covers("openid4vp-1.0", "6.2", "B.1", "B.3")
def test_the_question_comes_in_every_format_and_any_one_answers_it():
    asked = Asked.parse("any", "ignored").to_dcql()
    formats = {each["id"]: each["format"] for each in asked["credentials"]}
    assert formats == {"badge": "ldp_vc", "badge-sd-jwt": "dc+sd-jwt", "badge-jwt": "jwt_vc_json"}
    assert asked["credential_sets"] == [{"options": [["badge"], ["badge-sd-jwt"], ["badge-jwt"]]}]
    assert asked["credentials"][1]["meta"] == {"vct_values": [TYPES[0][1]]}
    assert len({str(each["claims"]) for each in asked["credentials"]}) == 1
    query = DcqlQuery.parse(asked)
    for each in formats:
        assert query.choose(frozenset({each})) == (each,)
    assert query.choose(frozenset()) is None


def test_the_story_is_asked_for_only_when_somebody_wants_it():
    def paths(detail: str) -> list[list[str]]:
        return [
            claim["path"] for claim in Asked.parse("any", "", detail).to_dcql()["credentials"][0]["claims"]
        ]

    story = [["evidence"], ["credentialSubject", "narrative"]]
    assert ["credentialSubject", "achievement"] in paths("badge")
    assert not [path for path in paths("badge") if path in story]
    assert paths("story") == paths("badge") + story


@pytest.mark.parametrize("detail", ["badge", "story"])
def test_a_badge_without_what_it_need_not_have_answers_too(detail):
    query = DcqlQuery.parse(Asked.parse("any", "", detail).to_dcql()).credential_query("badge")
    bare = {"credentialSubject": {"achievement": {"name": "Pilotage de drone"}}}
    assert [claim.id for claim in query.asked_claims(bare)] == ["badge"]
    full = {"evidence": [], "credentialSubject": {**bare["credentialSubject"], "activityEndDate": "x"}}
    asked = [claim.id for claim in query.asked_claims(full)]
    # a date that stands alone is not asked for alone
    assert asked == (["badge"] if detail == "badge" else ["badge", "evidence"])


@pytest.mark.parametrize(
    ("question", "words", "code"),
    [
        ("everything", "", "question_unknown"),
        ("kind", "certification", "kind_unknown"),
        ("kind", "participationskill", "kind_unknown"),
        ("badge", "", "words_missing"),
        ("skill", "   ", "words_missing"),
        ("skill", "x" * (MAXIMUM_WORDS + 1), "words_too_long"),
        ("badge", "javascript:alert(1)", "badge_address"),
        ("badge", "https://a.example/ b", "badge_address"),
        ("issuer", "node.example", "issuer_did"),
        ("issuer", "did:web:a\nb", "issuer_did"),
    ],
)
def test_a_question_that_cannot_be_asked_is_named(question, words, code):
    with pytest.raises(AskingError) as caught:
        Asked.parse(question, words)
    assert caught.value.code == code


def test_the_form_says_what_is_wrong_and_keeps_what_was_written(place: Place):
    with place.browser() as browser:
        answer = browser.client.post(
            "/requests", data={"csrf_token": browser.csrf(), "question": "badge", "badge": "pas une adresse"}
        )
    assert answer.status_code == 422
    assert 'data-error="badge_address"' in answer.text
    assert "pas une adresse" in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_the_form_names_the_issuers_that_are_known(place: Place):
    with place.browser() as browser:
        page = browser.client.get("/requests/new").text
    assert f'<option value="{place.world.issuer_id}">' in page
    assert "Mission locale (exemple)" in page


@pytest.mark.covers("openid4vp-1.0", "5", "5.2", "5.8", "11.1")
def test_the_request_object_is_what_openid4vp_says(place_on_either: Place):
    place = place_on_either
    with place.browser() as browser, place.wallet() as wallet:
        asking = browser.ask("kind", kind="experience")
        reference = parse_request_uri(asking.link())
        assert isinstance(reference, RequestByReference)
        assert (reference.client_id, reference.method) == (CLIENT, "post")
        assert reference.request_uri.startswith(f"{BASE}/openid4vp/requests/")
        answer = wallet.client.post(
            reference.request_uri, data={"wallet_nonce": "n-1", "wallet_metadata": "{}"}
        )
        header, claims = map(part_of, answer.text.split(".")[:2])
        checked = wallet.open(asking.link(), wallet_nonce="n-1")
    assert answer.headers["content-type"] == "application/oauth-authz-req+jwt"
    assert answer.headers["cache-control"] == "no-store"
    assert header == {"alg": "EdDSA", "typ": "oauth-authz-req+jwt", "kid": f"{DID}#key-1"}
    assert len(claims.pop("nonce")) >= 43
    assert len(claims.pop("state")) >= 43
    response_uri = claims.pop("response_uri")
    assert response_uri.startswith(f"{BASE}/openid4vp/responses/")
    assert claims.pop("dcql_query") == Asked.parse("kind", "experience").to_dcql()
    metadata = claims.pop("client_metadata")
    assert metadata["client_name"] == "Atelier du bocage (exemple)"
    assert "eddsa-rdfc-2022" in metadata["vp_formats_supported"]["ldp_vc"]["cryptosuite_values"]
    assert metadata["vp_formats_supported"]["ldp_vc"]["proof_type_values"] == ["DataIntegrityProof"]
    assert set(metadata["vp_formats_supported"]) == {"ldp_vc", "dc+sd-jwt", "jwt_vc_json"}
    assert "ES256" in metadata["vp_formats_supported"]["dc+sd-jwt"]["kb-jwt_alg_values"]
    assert claims == {
        "aud": "https://self-issued.me/v2",
        "client_id": CLIENT,
        "response_type": "vp_token",
        "response_mode": "direct_post",
        "wallet_nonce": "n-1",
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 300,
    }
    assert checked.response_uri == response_uri


@pytest.mark.covers("openid4vp-1.0", "5.10")
def test_a_wallet_may_fetch_the_request_with_get_and_without_a_nonce(place: Place):
    with place.browser() as browser, place.wallet() as wallet:
        request = wallet.open(browser.ask().link())
    assert request.client_id == CLIENT
    assert request.wallet_nonce is None


@pytest.mark.covers("openid4vp-1.0", "5.10")
def test_a_wallet_nonce_of_a_megabyte_is_refused(place: Place):
    with place.browser() as browser, place.wallet() as wallet:
        uri = query_of(browser.ask().link())["request_uri"]
        assert wallet.client.post(uri, data={"wallet_nonce": "x" * 513}).json()["error"] == "invalid_request"
        assert wallet.client.post(uri, data={"wallet_nonce": "x" * 512}).status_code == 200


@pytest.mark.attack("G13")
def test_the_two_ways_to_answer_share_nothing(place: Place):
    with place.browser() as browser, place.wallet() as wallet:
        asking = browser.ask()
        far = wallet.open(asking.link("data-request-link"))
        near = wallet.open(asking.link("data-request-link-here"))
    assert not {far.nonce, far.state, far.response_uri} & {near.nonce, near.state, near.response_uri}


def test_requests_ask_each_with_a_nonce_of_its_own(place: Place):
    with place.browser() as browser, place.wallet() as wallet:
        nonces = {wallet.open(browser.ask().link()).nonce for _ in range(3)}
    assert len(nonces) == 3


def test_a_request_lives_five_minutes(place: Place):
    with place.browser() as browser, place.wallet() as wallet:
        asking = browser.ask()
        uri = query_of(asking.link())["request_uri"]
        assert browser.status(asking) == {"status": "waiting", "seconds_left": 300, "result": None}
        place.clock.pass_(minutes=4, seconds=59)
        assert wallet.client.get(uri).status_code == 200
        assert browser.status(asking)["status"] == "opened"
        place.clock.pass_(seconds=1)
        ended = wallet.client.get(uri)
        assert browser.status(asking) == {"status": "expired", "seconds_left": 0, "result": None}
        page = browser.client.get(f"/requests/{asking.id}").text
    assert (ended.status_code, ended.json()["code"]) == (410, "ended")
    assert 'data-request-status="expired"' in page
    assert "data-request-link" not in page


def test_an_unknown_request_object_is_not_found(place: Place):
    with place.wallet() as wallet:
        answer = wallet.client.get("/openid4vp/requests/AAAAAAAAAAAAAAAAAAAAAA")
    assert (answer.status_code, answer.json()["error"], answer.json()["code"]) == (
        404,
        "invalid_request",
        "unknown",
    )


@pytest.mark.covers("openid4vp-1.0", "9")
def test_a_wallet_of_the_house_is_offered_first(contexts: ContextStore, tmp_path: Path):
    place = open_place(contexts, f"sqlite:///{tmp_path / 'v.db'}", wallet_url="https://wallet.example/")
    with place.browser() as browser, place.wallet() as wallet:
        asking = browser.ask()
        assert asking.link().startswith("https://wallet.example/present?client_id=")
        assert asking.link("data-openid4vp-link").startswith("openid4vp://?")
        assert wallet.open(asking.link()) == wallet.open(asking.link("data-openid4vp-link"))
    place.app.state.database.dispose()


def test_for_development_a_request_travels_unsigned_in_its_link(contexts: ContextStore, tmp_path: Path):
    place = open_place(contexts, f"sqlite:///{tmp_path / 'v.db'}", client_id_prefix="redirect_uri")
    with place.browser() as browser, place.wallet() as wallet:
        asking = browser.ask("kind", kind="experience")
        members = query_of(asking.link())
        assert 'class="qr"' in asking.page
        assert "request_uri" not in members
        request = wallet.open(asking.link())
        assert request.client_id == members["client_id"] == f"redirect_uri:{request.response_uri}"
        answer = wallet.answer(asking.link())
        assert answer.status_code == 200, answer.text
        assert browser.status(asking)["result"] == f"/results/{asking.id}"
        report = browser.client.get(f"/results/{asking.id}/report.json").json()
        fetched = wallet.client.get(f"/openid4vp/requests/{request.response_uri.rpartition('/')[2]}")
    assert report["outcome"] == "valid"
    assert fetched.status_code == 404  # an unsigned request is never handed out where a signed one would be
    place.app.state.database.dispose()


@pytest.mark.covers("openid4vp-1.0", "5.7")
@pytest.mark.parametrize("prefix", ["redirect_uri", "decentralized_identifier"])
def test_a_link_too_long_for_a_code_is_still_there_to_send(
    contexts: ContextStore, tmp_path: Path, prefix: str
):
    place = open_place(
        contexts,
        f"sqlite:///{tmp_path / 'v.db'}",
        client_id_prefix=prefix,
        wallet_url="https://passeport.un-territoire-au-nom-bien-long.example/passeport",
        verifier_name="Atelier de mécanique générale du bocage " * 3,
    )
    with place.browser() as browser:
        asking = browser.ask("skill", skill="é" * MAXIMUM_WORDS)
    is_short = len(asking.link()) <= MAXIMUM_CHARACTERS
    assert is_short == (prefix == "decentralized_identifier")
    assert ('class="qr"' in asking.page) == is_short
    assert f'value="{escape(asking.link())}"' in asking.page
    place.app.state.database.dispose()


@pytest.mark.parametrize("formats", [("dc+sd-jwt",), ("dc+sd-jwt", "ldp_vc")])
@pytest.mark.covers("openid4vp-1.0", "6.2", "11.1")
def test_a_verifier_asks_for_the_formats_that_it_reads_and_names_no_other(
    contexts: ContextStore, tmp_path: Path, formats: tuple[str, ...]
):
    place = open_place(contexts, f"sqlite:///{tmp_path / 'v.db'}", credential_formats=formats)
    with place.browser() as browser, place.wallet() as wallet:
        request = wallet.open(browser.ask().link())
    assert tuple(each.format for each in request.dcql_query.credentials) == formats
    assert len(request.dcql_query.credential_sets) == (len(formats) > 1)
    assert tuple(request.client_metadata["vp_formats_supported"]) == formats
    place.app.state.database.dispose()
