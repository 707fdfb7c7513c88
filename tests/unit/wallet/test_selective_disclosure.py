"""What is asked is what is shown: the consent page, the answer and the log say the same, in every format."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from credentials.sd_jwt import OPEN_BADGE_VCT
from credentials.verification import check_presentation
from tests.simulators.openid4vp_verifier import ANY_BADGE

STORY = "Un vol de dix minutes, seul aux commandes."
WORDS = "Elle a gardé son calme quand le vent s’est levé."
SKILL = "Respecter des consignes"
FORMATS = ("ldp_vc", "dc+sd-jwt", "jwt_vc_json")


def ask(world, *, story=False):
    """A question in three formats, any one of which will do."""
    return world.verifier.request(
        *(asking(form, story=story) for form in FORMATS),
        query={"credential_sets": [{"options": [[f"badge-{form}".replace("+", "-")] for form in FORMATS]}]},
    )


def asking(form, *, story=False):
    wanted = [["credentialSubject", "achievement"], ["credentialSubject", "activityEndDate"]]
    wanted += [["evidence"], ["credentialSubject", "narrative"]] if story else []
    return ANY_BADGE | {
        "id": f"badge-{form}".replace("+", "-"),
        "format": form,
        "meta": {"vct_values": [OPEN_BADGE_VCT]} if form == "dc+sd-jwt" else ANY_BADGE["meta"],
        "claims": [{"path": path} for path in wanted],
    }


def holder(world, form="ldp_vc"):
    world.issuer.formats = (form,)
    world.issuer.selective = True
    browser = world.browser()
    browser.sign_up()
    browser.badge = browser.receive(world.issuer.offer())
    return browser


def open_request(browser, link):
    page = browser.open(f"/present?{link}")
    assert page.status_code == 200, page.text
    browser.field = re.search(r'name="(choice-[^"]+)"', page.text)[1]
    return browser.data("request-id")[0]


def show(browser, request_id):
    browser.submit(f"/present/{request_id}/accept", **{browser.field: browser.badge})
    assert browser.data("request-state") == ["shared"], browser.page.text


@pytest.mark.covers("openid4vp-1.0", "15.4")
@pytest.mark.parametrize("form", ["ldp_vc", "dc+sd-jwt"])
@pytest.mark.attack("G10")
def test_only_what_is_asked_leaves(world, form):
    browser = holder(world, form)
    request_id = open_request(browser, ask(world))
    page = browser.page.text
    assert browser.data("hidden") == ["evidence narrative dates"]
    assert "Ce qui reste caché" in page
    assert SKILL in page
    assert STORY not in page
    assert WORDS not in page
    show(browser, request_id)

    (report,) = world.verifier.reports
    assert report.outcome == "valid", report
    (badge,) = report.credentials
    assert badge.credential.evidence == ()
    assert badge.credential.narrative is None
    assert [each.target_name for each in badge.credential.alignments] == [SKILL]
    assert badge.credential.earned_from is None
    assert badge.credential.earned_on is not None
    sent = world.verifier.forms[0]["vp_token"]
    assert STORY not in sent
    if form == "ldp_vc":
        assert badge.credential.raw["proof"]["cryptosuite"] == "ecdsa-sd-2023"
    assert "Pilotage de drone (une partie)" in browser.open("/log").text


@pytest.mark.parametrize("form", ["ldp_vc", "dc+sd-jwt"])
def test_the_story_leaves_when_it_is_asked_for(world, form):
    browser = holder(world, form)
    request_id = open_request(browser, ask(world, story=True))
    assert browser.data("hidden") == ["dates"]
    assert STORY in browser.page.text
    show(browser, request_id)
    badge = world.verifier.reports[0].credentials[0]
    assert badge.credential.evidence[0].narrative == STORY
    assert badge.credential.narrative == WORDS


@pytest.mark.covers("openid4vp-1.0", "15.4")
@pytest.mark.parametrize("form", ["ldp_vc", "dc+sd-jwt"])
def test_where_everything_is_asked_for_nothing_is_said_to_be_hidden(world, form):
    browser = holder(world, form)
    claims = [{"path": path} for path in (["credentialSubject"], ["evidence"], ["issuer"])]
    request_id = open_request(browser, world.verifier.request(asking(form) | {"claims": claims}))
    assert browser.data("hidden") == []
    assert "Tout ce que dit ce badge est demandé." in browser.page.text
    show(browser, request_id)
    assert world.verifier.reports[0].outcome == "valid"
    assert "(une partie)" not in browser.open("/log").text


@pytest.mark.covers("openid4vp-1.0", "15.4")
@pytest.mark.parametrize("form", ["ldp_vc", "dc+sd-jwt"])
def test_a_question_that_names_no_claims_gets_the_least(world, form):
    browser = holder(world, form)
    query = asking(form)
    del query["claims"]
    request_id = open_request(browser, world.verifier.request(query))
    assert "skills" in browser.data("hidden")[0]
    show(browser, request_id)
    (report,) = world.verifier.reports
    assert report.outcome == "valid"
    assert report.credentials[0].credential.achievement_name == "Pilotage de drone"
    assert report.credentials[0].credential.alignments == ()


def test_a_format_that_cannot_hide_says_so_and_goes_whole(world):
    browser = holder(world, "jwt_vc_json")
    request_id = open_request(browser, ask(world))
    assert "Le badge est montré en entier" in browser.page.text
    assert browser.data("hidden") == []
    assert STORY in browser.page.text
    show(browser, request_id)
    (report,) = world.verifier.reports
    assert report.outcome == "valid", report
    assert report.credentials[0].securing == "jwt_vc_json"
    assert report.credentials[0].credential.narrative == WORDS


@pytest.mark.covers("openid4vp-1.0", "11.1")
def test_a_verifier_that_reads_no_derived_proofs_gets_the_proof_over_the_whole(world):
    browser = holder(world)
    world.verifier.vp_formats = {"ldp_vc": {"cryptosuite_values": ["eddsa-rdfc-2022"]}}
    request_id = open_request(browser, ask(world))
    assert "Le badge est montré en entier" in browser.page.text
    assert "Celui qui demande ne sait pas lire une partie de badge." in browser.page.text
    show(browser, request_id)
    (report,) = world.verifier.reports
    assert report.outcome == "valid"
    # never the base proof, with the secret of which a reader could derive as the holder does
    assert report.credentials[0].credential.raw["proof"]["cryptosuite"] == "eddsa-rdfc-2022"


def test_one_badge_in_the_formats_of_one_question_is_one_choice(world):
    browser = holder(world)
    second = browser.receive(_offer_in(world, "dc+sd-jwt"))
    request_id = open_request(browser, ask(world))
    assert browser.page.text.count('type="radio"') == 2
    assert browser.page.text.count("<fieldset") == 1
    browser.submit(f"/present/{request_id}/accept", **{browser.field: second})
    assert list(json.loads(world.verifier.forms[0]["vp_token"])) == ["badge-dc-sd-jwt"]
    assert world.verifier.reports[0].outcome == "valid"


def _offer_in(world, form):
    world.issuer.formats = (form,)
    return world.issuer.offer()


@pytest.mark.covers("openid4vci-1.0", "8.3", "A.1.1", "A.1.2", "A.3")
@pytest.mark.parametrize("form", FORMATS)
def test_a_badge_of_every_format_is_kept_as_it_came_shown_and_checked(stored, form):
    browser = holder(stored, form)
    page = browser.open(f"/passport/{browser.badge}").text
    assert "Pilotage de drone" in page
    assert STORY in page
    browser.submit(f"/passport/{browser.badge}/check")
    assert browser.page.status_code == 200
    file = browser.client.get(f"/passport/{browser.badge}/download.json")
    kept = next(each.credential for each in stored.issuer.grants.values())
    assert file.content == (kept if form == "ldp_vc" else kept.strip(b'"'))
    endings = {"ldp_vc": ".json", "dc+sd-jwt": ".sd-jwt", "jwt_vc_json": ".jwt"}
    assert file.headers["content-disposition"].endswith(f'{endings[form]}"')
    picture = browser.client.get(f"/passport/{browser.badge}/download.png")
    assert picture.status_code == (404 if form == "dc+sd-jwt" else 200)


def test_of_the_formats_of_one_badge_the_first_is_taken(world):
    world.issuer.formats = ("jwt_vc_json", "dc+sd-jwt", "ldp_vc")
    browser = world.browser()
    browser.sign_up()
    browser.receive(world.issuer.offer())
    assert "proof" in world.issuer.delivered[0]


@pytest.mark.parametrize("form", ["dc+sd-jwt", "jwt_vc_json"])
@pytest.mark.parametrize(
    ("switch", "code"), [("spoil", "credential_invalid"), ("deliver_other_subject", "credential_not_mine")]
)
@pytest.mark.attack("G11")
def test_a_token_that_is_forged_or_somebody_elses_is_not_kept(world, form, switch, code):
    setattr(world.issuer, switch, True)
    world.issuer.formats = (form,)
    browser = world.browser()
    browser.sign_up()
    offer = browser.open_offer(world.issuer.offer())
    browser.submit("/receive/accept", offer_id=offer)
    assert browser.data("error") == [code]


@pytest.mark.attack("G11")
def test_an_sd_jwt_bound_to_another_key_is_not_kept(world):
    world.issuer.bind_other_key = True
    world.issuer.formats = ("dc+sd-jwt",)
    browser = world.browser()
    browser.sign_up()
    browser.submit("/receive/accept", offer_id=browser.open_offer(world.issuer.offer()))
    assert browser.data("error") == ["credential_not_mine"]


@pytest.mark.parametrize("form", FORMATS)
def test_a_link_shows_a_badge_of_every_format_without_its_base_proof(world, form):
    browser = holder(world, form)
    browser.submit("/links", badge_ids=browser.badge, label="Atelier", until="2026-12-01")
    (address,) = browser.data("share-url")
    path = address.removeprefix("https://wallet.example")
    shown = browser.client.get(path, headers={"accept": "application/vp"}).content
    report = check_presentation(
        shown,
        # an employer's verifier: no base proofs
        context=replace(world.service.verification, base_proofs=False),
        now=world.clock(),
        expected_domain=address,
        expected_challenge=path.rpartition("/")[2],
    )
    assert report.outcome == "valid", report.codes
    assert report.credentials[0].credential.narrative == WORDS
    page = browser.open(path).text
    assert "Pilotage de drone" in page
    assert STORY in page


def test_an_answer_that_cannot_be_prepared_leaves_nothing(world):
    browser = holder(world)
    world.clock.move(minutes=4)
    request_id = open_request(browser, ask(world))
    # the issuer's keys are remembered for five minutes
    world.clock.move(minutes=2)
    world.network.cut("node.example/.well-known/did.json")
    browser.submit(f"/present/{request_id}/accept", **{browser.field: browser.badge})
    assert browser.data("error") == ["badge_not_prepared"]
    assert not world.verifier.forms
    assert "Montré à" not in browser.open("/log").text


def test_a_hidden_part_cannot_be_asked_for_by_its_place(world):
    """Whatever stands at another place than asked stays hidden, and the page says so."""
    browser = holder(world)
    claims = [{"path": ["evidence", 0, "name"]}]
    request_id = open_request(browser, world.verifier.request(ANY_BADGE | {"claims": claims}))
    assert "narrative" in browser.data("hidden")[0]
    assert STORY in browser.page.text  # by number, the list is shown whole
    show(browser, request_id)
    assert world.verifier.reports[0].outcome == "valid"
