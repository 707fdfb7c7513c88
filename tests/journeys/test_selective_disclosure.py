"""A badge leaves in part: from the session to the employer's page, in each format, and past somebody in between."""

from __future__ import annotations

import base64
import json
from contextlib import suppress

import pytest

from passeur.demo.pages import PageError
from tests.journeys.conftest import SEEN, WORDS

FORMATS = ["ldp_vc", "dc+sd-jwt", "jwt_vc_json"]


def present(territory, learner, badge_id, employer, *, story=False):
    """Ask, look at the consent page, say yes, look at the result."""
    question = employer.ask(story=story)
    consent = learner.open_request(question.link)
    hidden = learner.hidden_of(consent, badge_id=badge_id)
    learner.consent(consent, badge_id=badge_id)
    return consent, hidden, question


def shown(employer, question):
    return employer.report_of(question)["credentials"][0]


@pytest.mark.covers("openid4vp-1.0", "6.4.1", "15.4")
@pytest.mark.covers("di-1.0", "6.2")
@pytest.mark.parametrize("form", ["ldp_vc", "dc+sd-jwt"])
def test_the_badge_alone_then_its_story(territory, form):
    territory.offer_only(form)
    learner, employer = territory.learner(), territory.employer()
    badge_id = territory.receive(learner, territory.award_of_session())

    consent, hidden, question = present(territory, learner, badge_id, employer)
    assert {"evidence", "narrative"} <= set(hidden)
    assert SEEN not in consent.text
    page = employer.see_result(question)
    assert page.data("data-verdict") == ["valid"]
    assert "evidence" not in page.data("data-fold")
    assert page.data("data-in-part") == [""]
    assert page.data("data-warning") == [], "the issuer is known by its DID, whatever the format"
    report = shown(employer, question)
    assert (report["outcome"], report["securing"]) == (
        "valid",
        "dc+sd-jwt" if form == "dc+sd-jwt" else "data_integrity",
    )
    assert not {"evidence", "narrative"} & report["credential"].keys()
    assert report["credential"]["alignments"][0]["target_name"] == "Piloter un drone"
    (sent,) = territory.fetcher.posted
    assert WORDS not in sent

    consent, hidden, question = present(territory, learner, badge_id, employer, story=True)
    assert not {"evidence", "narrative"} & set(hidden)
    assert SEEN in consent.text
    credential = shown(employer, question)["credential"]
    assert credential["narrative"] == WORDS
    assert SEEN in credential["evidence"][0]["narrative"]


def test_a_format_that_cannot_hide_goes_whole_and_says_so(territory):
    territory.offer_only("jwt_vc_json")
    learner, employer = territory.learner(), territory.employer()
    badge_id = territory.receive(learner, territory.award_of_session())
    consent, hidden, question = present(territory, learner, badge_id, employer)
    assert hidden == []
    assert "en entier" in consent.text
    report = shown(employer, question)
    assert (report["outcome"], report["securing"]) == ("valid", "jwt_vc_json")
    assert report["credential"]["narrative"] == WORDS


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_revoked_at_once_and_checked_as_a_file(territory, form):
    territory.offer_only(form)
    learner, employer = territory.learner(), territory.employer()
    award_id = territory.award_of_session()
    badge_id = territory.receive(learner, award_id)
    content = learner.download(badge_id)
    assert employer.upload(content).data("data-verdict") == ["valid"]
    territory.clock.advance(minutes=1)
    territory.revoke(award_id)
    assert employer.upload(content).data("data-verdict") == ["revoked"]
    _, _, question = present(territory, learner, badge_id, employer)
    assert employer.see_result(question).data("data-verdict") == ["revoked"]


def in_json(vp_token):
    """Another name on a derived badge."""
    answer = json.loads(vp_token)
    credential = answer["badge"][0]["verifiableCredential"][0]
    credential["credentialSubject"]["achievement"]["name"] = "Pilote de ligne"
    return json.dumps(answer)


def in_disclosure(vp_token):
    """Another date in an SD-JWT, under the salt of the true one."""
    answer = json.loads(vp_token)
    ((name, (token,)),) = answer.items()
    jwt, *disclosures, binding = token.split("~")
    salt, member, _ = json.loads(base64.urlsafe_b64decode(disclosures[0] + "=="))
    forged = json.dumps([salt, member, "2001-01-01T12:00:00Z"]).encode()
    disclosures[0] = base64.urlsafe_b64encode(forged).rstrip(b"=").decode()
    return json.dumps({name: ["~".join([jwt, *disclosures, binding])]})


@pytest.mark.parametrize(("form", "alter"), [("ldp_vc", in_json), ("dc+sd-jwt", in_disclosure)])
def test_what_is_altered_on_its_way_is_invalid(territory, form, alter):
    territory.offer_only(form)
    learner, employer = territory.learner(), territory.employer()
    badge_id = territory.receive(learner, territory.award_of_session())
    territory.fetcher.alter = alter
    question = employer.ask()
    consent = learner.open_request(question.link)
    with suppress(PageError):
        # told so, where the holder's own signature is what no longer holds
        learner.consent(consent, badge_id=badge_id)
    page = employer.see_result(question)
    assert page.data("data-verdict") == ["invalid"]
    assert "Pilote de ligne" not in page.text.split("<details")[0]

    territory.fetcher.alter = str
    _, _, question = present(territory, learner, badge_id, employer)
    assert employer.see_result(question).data("data-verdict") == ["valid"]
