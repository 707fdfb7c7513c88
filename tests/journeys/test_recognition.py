"""Whole stories: a structure recognises, a learner receives and presents, somebody else verifies."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlmodel import select

from issuer_node.awards import get_award
from issuer_node.models import Issuance
from passeur.demo.pages import PageError
from tests.journeys.conftest import AGENCY, AGENCY_VERIFIER, CENTRE, CENTRE_VERIFIER, PASSPHRASE


def verdict(page):
    return page.data("data-verdict")


def ask_and_answer(territory, learner, badge_id, employer):
    question = employer.ask()
    done = learner.consent(learner.open_request(question.link), badge_id=badge_id)
    assert done.one("data-request-state") == "shared"
    return employer.see_result(question)


@pytest.mark.covers("openid4vci-1.0", "6.1", "8.3")
@pytest.mark.covers("openid4vp-1.0", "8.2", "8.6")
def test_award_receive_present_verify_revoke_verify(territory):
    award_id = territory.award()
    learner, employer = territory.learner(), territory.employer()
    badge_id = territory.receive(learner, award_id)
    assert territory.state(award_id) == "received"

    page = ask_and_answer(territory, learner, badge_id, employer)
    assert verdict(page) == ["valid"]
    assert page.data("data-warning") == [], "the issuer is a member that this verifier knows"
    assert "Membre (exemple)." in page.text

    territory.clock.advance(minutes=1)
    territory.revoke(award_id)
    page = ask_and_answer(territory, learner, badge_id, employer)
    assert verdict(page) == ["revoked"]


def test_a_badge_of_one_node_on_another_nodes_verifier_and_on_one_that_knows_nobody(territory):
    content = _received(territory, CENTRE)
    known = territory.employer(AGENCY_VERIFIER).upload(content)
    assert verdict(known) == ["valid"]
    assert "unknown_issuer" not in known.data("data-warning")
    unknown = territory.employer(CENTRE_VERIFIER).upload(content)
    assert verdict(unknown) == ["valid"]
    assert "unknown_issuer" in unknown.data("data-warning")


def test_one_passport_holds_badges_of_two_structures(territory):
    learner = territory.learner()
    first = territory.receive(learner, territory.award(CENTRE), CENTRE)
    territory.clock.advance(minutes=1)
    second = territory.receive(learner, territory.award(AGENCY, name="Fiable"), AGENCY)
    issuers = {json.loads(learner.download(badge))["issuer"]["id"] for badge in (first, second)}
    assert issuers == {territory.apps[node].state.did for node in (CENTRE, AGENCY)}


def test_an_offer_that_is_refused_leaves_nothing_and_can_still_be_taken_later(territory):
    award_id = territory.award()
    learner = territory.learner()
    refused = learner.refuse(learner.scan(territory.links(award_id).slip_url))
    assert refused.one("data-offer-state") == "refused"
    assert territory.state(award_id) == "waiting", "the structure is not told"
    assert territory.receive(territory.learner(), award_id), "the slip still works"
    assert territory.state(award_id) == "received"


def test_a_request_that_is_declined_shows_nothing(territory):
    learner, employer = territory.learner(), territory.employer()
    territory.receive(learner, territory.award())
    question = employer.ask()
    learner.decline(learner.open_request(question.link))
    page = employer.see_result(question)
    assert page.data("data-request-status") == ["declined"]
    assert verdict(page) == []


def test_a_prepared_link_is_opened_counted_and_withdrawn(territory):
    learner = territory.learner()
    badge_id = territory.receive(learner, territory.award())
    link, own_page = learner.prepare_link(badge_id, label="Atelier (exemple)")
    opened = territory.employer().open_link(link)
    assert opened.url.startswith(f"{AGENCY_VERIFIER}/open")
    assert verdict(opened) == ["valid"]
    assert learner.browser.open(own_page).one("data-openings") == "1"
    learner.withdraw_link(own_page)
    territory.browser().open(link, expect=410)


def test_a_prepared_link_ends_by_itself(territory):
    learner = territory.learner()
    badge_id = territory.receive(learner, territory.award())
    link, _ = learner.prepare_link(badge_id, label="Atelier (exemple)")
    assert verdict(territory.employer().open_link(link)) == ["valid"]
    territory.clock.advance(days=40)
    territory.browser().open(link, expect=410)


@pytest.mark.attack("E6")
def test_a_node_that_is_down_makes_its_badges_uncheckable_never_valid(territory):
    content = _received(territory, CENTRE)
    employer = territory.employer()
    assert verdict(employer.upload(content)) == ["valid"]
    territory.fetcher.down.add(CENTRE)
    territory.clock.advance(minutes=10)  # past what may be remembered
    page = employer.upload(content)
    assert verdict(page) == ["indeterminate"]
    territory.fetcher.down.clear()
    assert verdict(employer.upload(content)) == ["valid"]


def test_a_node_that_is_down_while_receiving_loses_nothing(territory):
    award_id = territory.award()
    learner = territory.learner()
    offer = learner.scan(territory.links(award_id).slip_url)
    _, back = learner.sign_up(learner.accept(offer), passphrase=PASSPHRASE)
    territory.fetcher.down.add(CENTRE)
    form = back.form(action="/receive/accept")
    failed = learner.browser.submit(back, form, expect=503)
    assert failed.one("data-offer-state") == "accepted"
    territory.fetcher.down.clear()
    learner.accept(failed)
    assert len(learner.list_badges()) == 1


@pytest.mark.attack("G3")
def test_a_slip_that_was_used_says_so_to_the_second_who_scans_it(territory):
    award_id = territory.award()
    slip_url = territory.links(award_id).slip_url
    territory.receive(territory.learner(), award_id)
    page = territory.browser().open(slip_url, expect=410)
    assert page.data("data-slip-state") == ["redeemed"]
    exported = get_award(territory.apps[CENTRE].state.node, award_id)
    assert exported.line.offer.second_scan_at is not None, "the passeur sees it"
    fresh = territory.links(territory.award()).slip_url
    assert territory.learner().scan(fresh).one("data-offer-state") == "shown"


@pytest.mark.attack("J4")
def test_many_people_with_one_slip_get_exactly_one_badge(territory):
    """Eight browsers opened the offer while it was good, and say yes at the same moment."""
    award_id = territory.award()
    slip_url = territory.links(award_id).slip_url
    waiting = []
    for _ in range(8):
        learner = territory.learner()
        _, back = learner.sign_up(learner.accept(learner.scan(slip_url)), passphrase=PASSPHRASE)
        waiting.append((learner, back))

    def take(who):
        learner, page = who
        # whoever comes too late is told so, with a status of its own
        with suppress(PageError):
            learner.accept(page)

    with ThreadPoolExecutor(8) as people:
        list(people.map(take, waiting))
    held = [learner.list_badges() for learner, _ in waiting]
    assert sorted(map(len, held)) == [0] * 7 + [1]
    with territory.apps[CENTRE].state.database.session() as session:
        issued = session.exec(select(Issuance)).all()
    # one of them has it, in each format that a passport takes
    assert sorted(each.format for each in issued) == ["dc+sd-jwt", "ldp_vc"]


def _received(territory, node_url):
    learner = territory.learner()
    badge_id = territory.receive(learner, territory.award(node_url), node_url)
    return learner.download(badge_id)
