"""One recognition in several formats: awarded once, received once, shown in the format that is asked for, revoked once."""

from __future__ import annotations

import json

import pytest
from sqlmodel import select

from credentials.sd_jwt import parse_sd_jwt
from issuer_node.awards import list_awards
from issuer_node.models import Issuance
from tests.journeys.conftest import CENTRE, SEEN, WORDS
from tests.journeys.test_selective_disclosure import present, shown

SECURING = {"ldp_vc": "data_integrity", "dc+sd-jwt": "dc+sd-jwt"}
QUERY = {"ldp_vc": "badge", "dc+sd-jwt": "badge-sd-jwt"}


def log(territory):
    with territory.apps[CENTRE].state.database.session() as session:
        return session.exec(select(Issuance)).all()


@pytest.mark.parametrize("form", ["dc+sd-jwt", "ldp_vc"])
def test_a_verifier_that_reads_one_format_gets_just_what_it_asks_in_it(territory, form):
    award_id = territory.award_of_session()
    learner, employer = territory.learner(), territory.employer()
    badge_id = territory.receive(learner, award_id)
    assert learner.list_badges() == [badge_id]
    assert sorted(each.format for each in log(territory)) == ["dc+sd-jwt", "ldp_vc"]
    assert list_awards(territory.apps[CENTRE].state.node).total == 1

    territory.ask_only(form)
    consent, hidden, question = present(territory, learner, badge_id, employer)
    assert consent.data("data-format") == [form]
    assert {"evidence", "narrative"} <= set(hidden)
    page = employer.see_result(question)
    assert page.data("data-verdict") == ["valid"]
    assert page.data("data-in-part") == [""]
    report = shown(employer, question)
    assert (report["outcome"], report["securing"]) == ("valid", SECURING[form])
    assert report["credential"]["alignments"][0]["target_name"] == "Piloter un drone"
    assert not {"evidence", "narrative"} & report["credential"].keys()
    (sent,) = territory.fetcher.posted
    assert WORDS not in sent
    ((query_id, (presented,)),) = json.loads(sent).items()
    assert query_id == QUERY[form]
    if form == "dc+sd-jwt":
        opened = parse_sd_jwt(presented).disclosures
        # the achievement and its dates; None: the entries of a list
        assert {each.name for each in opened} == {
            "activityStartDate", "activityEndDate", "alignment", "image", None
        }  # fmt: skip
        assert not [each for each in opened if SEEN in str(each.value)]
    else:
        (credential,) = presented["verifiableCredential"]
        assert credential["proof"]["cryptosuite"] == "ecdsa-sd-2023"


def test_one_revocation_is_seen_in_every_copy(territory):
    award_id = territory.award_of_session()
    learner, employer = territory.learner(), territory.employer()
    badge_id = territory.receive(learner, award_id)
    verdicts = {}
    for moment in ("before", "after"):
        for form in ("dc+sd-jwt", "ldp_vc"):
            territory.ask_only(form)
            _, _, question = present(territory, learner, badge_id, employer)
            verdicts[moment, form] = employer.see_result(question).data("data-verdict")
        if moment == "before":
            territory.clock.advance(minutes=1)
            territory.revoke(award_id)
    assert verdicts == {
        ("before", "dc+sd-jwt"): ["valid"],
        ("before", "ldp_vc"): ["valid"],
        ("after", "dc+sd-jwt"): ["revoked"],
        ("after", "ldp_vc"): ["revoked"],
    }
    assert len({each.status_index for each in log(territory)}) == 2
    assert territory.state(award_id) == "revoked"


def test_a_verifier_that_reads_every_format_gets_one_badge(territory):
    learner, employer = territory.learner(), territory.employer()
    badge_id = territory.receive(learner, territory.award_of_session())
    consent, _, question = present(territory, learner, badge_id, employer)
    assert len(consent.data("data-proposal")) == 1
    page = employer.see_result(question)
    assert page.data("data-verdict") == ["valid"]
    (sent,) = territory.fetcher.posted
    assert len(json.loads(sent)) == 1
    assert len(employer.report_of(question)["credentials"]) == 1


def test_a_node_that_goes_down_after_the_first_copy_costs_the_learner_nothing(territory):
    learner, employer = territory.learner(), territory.employer()
    territory.fetcher.last_answer = f"{CENTRE}/openid4vci/credential"
    badge_id = territory.receive(learner, territory.award_of_session())
    page = learner.browser.open(f"{learner.wallet_url}/passport/{badge_id}")
    assert page.data("data-copies") == ["waiting"]
    assert page.data("data-outcome")[0] == "valid"
    territory.fetcher.last_answer = ""
    territory.fetcher.down.clear()
    territory.clock.advance(minutes=6)
    page = learner.browser.open(f"{learner.wallet_url}/passport/{badge_id}")
    assert page.data("data-copies-count") == ["2"]
    territory.ask_only("dc+sd-jwt")
    _, _, question = present(territory, learner, badge_id, employer)
    assert employer.see_result(question).data("data-verdict") == ["valid"]
