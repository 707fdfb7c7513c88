"""One recognition in several formats: one badge for its owner, for each verifier the copy that it reads."""

from __future__ import annotations

import json
import re

import pytest
from sqlmodel import select

from tests.simulators.openid4vci_issuer import SimulatedIssuer
from tests.unit.wallet.test_receiving import CrashingNetwork
from tests.unit.wallet.test_selective_disclosure import SKILL, STORY, WORDS, ask, asking
from wallet import copies
from wallet.models import HeldCredential, HolderKeyRecord, ReceivedOffer

ALL = ("ldp_vc", "dc+sd-jwt", "jwt_vc_json")


def holder(world, *formats):
    """Somebody with a passport, and an offer in these formats."""
    world.issuer.formats = formats or ALL
    world.issuer.selective = True
    browser = world.browser()
    browser.number = browser.sign_up()
    return browser


def held(world):
    with world.service.database.session() as session:
        return list(session.exec(select(HeldCredential)))


def offer_row(world):
    with world.service.database.session() as session:
        return session.exec(select(ReceivedOffer)).one()


def named(world):
    """What was asked for, in order."""
    return [
        json.loads(each.content)["credential_configuration_id"] for each in world.network.asked("/credential")
    ]


def present(browser, link, badge, **choice):
    page = browser.open(f"/present?{link}")
    browser.field = re.search(r'name="(choice-[^"]+)"', page.text)[1]
    browser.format = browser.data("format")
    (request_id,) = browser.data("request-id")
    browser.submit(f"/present/{request_id}/accept", **{browser.field: badge})
    assert browser.data("request-state") == ["shared"], browser.page.text


@pytest.mark.covers("openid4vci-1.0", "4.1.1", "8.2")
def test_one_offer_is_one_badge_in_the_copies_that_add_something(stored):
    browser = holder(stored)
    badge = browser.receive(stored.issuer.offer())
    assert named(stored) == ["drone", "drone.sd-jwt"]
    assert len(stored.network.asked("/token")) == 1
    assert browser.open("/passport").text.count("data-badge-id=") == 1
    main, copy = sorted(held(stored), key=lambda row: row.copy_of is not None)
    assert (main.id, copy.copy_of) == (badge, badge)
    # bound to the passport's key, by a proof of its own
    assert main.key_id == copy.key_id
    proofs = [json.loads(each.content)["proofs"]["jwt"][0] for each in stored.network.asked("/credential")]
    assert len(set(proofs)) == 2
    # the token is worth nothing more here, and is not kept
    assert offer_row(stored).sealed_content is None
    page = browser.open(f"/passport/{badge}").text
    assert browser.data("copies-count") == ["2"]
    assert browser.data("copies") == []
    assert "gardé en 2 copies" in page


@pytest.mark.parametrize(
    ("formats", "asked"),
    [
        (("jwt_vc_json", "dc+sd-jwt"), ["drone.sd-jwt"]),
        (("jwt_vc_json",), ["drone.jwt"]),
        (("ldp_vc", "jwt_vc_json"), ["drone"]),
    ],
)
def test_what_no_part_can_be_hidden_of_is_taken_only_where_there_is_nothing_else(world, formats, asked):
    browser = holder(world, *formats)
    browser.receive(world.issuer.offer())
    assert named(world) == asked


def test_each_copy_can_be_taken_away_as_it_came(world):
    browser = holder(world)
    badge = browser.receive(world.issuer.offer())
    (grant,) = world.issuer.grants.values()
    for form, name in (("ldp_vc", "drone"), ("dc+sd-jwt", "drone.sd-jwt")):
        file = browser.client.get(f"/passport/{badge}/download.json", params={"format": form})
        assert file.content == grant.credentials[name].strip(b'"')
    whole = browser.client.get(f"/passport/{badge}/download.json")
    assert whole.content == grant.credentials["drone"]
    assert browser.client.get(f"/passport/{badge}/download.json?format=jwt_vc_json").status_code == 404


@pytest.mark.parametrize("form", ["ldp_vc", "dc+sd-jwt"])
@pytest.mark.covers("openid4vp-1.0", "6.1")
def test_a_verifier_gets_the_copy_that_it_asks_for_and_just_what_it_asks(world, form):
    browser = holder(world)
    badge = browser.receive(world.issuer.offer())
    present(browser, world.verifier.request(asking(form)), badge)
    assert browser.format == [form]
    (report,) = world.verifier.reports
    assert report.outcome == "valid", report
    (shown,) = report.credentials
    assert [each.target_name for each in shown.credential.alignments] == [SKILL]
    assert shown.credential.narrative is None
    sent = world.verifier.forms[0]["vp_token"]
    assert STORY not in sent
    assert WORDS not in sent
    ((answer,),) = json.loads(sent).values()
    assert isinstance(answer, str if form == "dc+sd-jwt" else dict)
    assert browser.open("/log").text.count("Pilotage de drone (une partie)") == 1


def test_a_verifier_that_asks_for_a_format_that_is_not_held_gets_nothing(world):
    browser = holder(world)
    browser.receive(world.issuer.offer())
    browser.open(f"/present?{world.verifier.request(asking('jwt_vc_json'))}")
    assert "Vous n’avez pas de badge qui réponde" in browser.page.text


@pytest.mark.covers("openid4vp-1.0", "6.2")
def test_of_the_formats_that_would_do_the_person_has_one_choice(world):
    browser = holder(world)
    badge = browser.receive(world.issuer.offer())
    page = browser.open(f"/present?{ask(world)}").text
    assert page.count("data-proposal=") == 1
    (request_id,) = browser.data("request-id")
    (chosen,) = browser.data("format")
    field = re.search(r'name="(choice-[^"]+)"', page)[1]
    browser.submit(f"/present/{request_id}/accept", **{field: badge})
    assert list(json.loads(world.verifier.forms[0]["vp_token"])) == [f"badge-{chosen}"]
    assert world.verifier.reports[0].outcome == "valid"


@pytest.mark.covers("openid4vp-1.0", "6.4.2")
def test_of_several_copies_the_one_that_shows_least_is_proposed(world):
    """This verifier reads no derived Data Integrity proof: the story would leave with it, and not with the other."""
    world.verifier.vp_formats = {"ldp_vc": {"cryptosuite_values": ["eddsa-rdfc-2022"]}}
    browser = holder(world)
    badge = browser.receive(world.issuer.offer())
    present(browser, ask(world), badge)
    assert browser.format == ["dc+sd-jwt"]
    assert STORY not in world.verifier.forms[0]["vp_token"]
    # the twin: where only that is asked for, it goes whole, and the page says so
    browser.open(f"/present?{world.verifier.request(asking('ldp_vc'))}")
    assert browser.data("format") == ["ldp_vc"]
    assert "Le badge est montré en entier" in browser.page.text


def test_hiding_and_deleting_go_for_every_copy(stored):
    browser = holder(stored)
    badge = browser.receive(stored.issuer.offer())
    browser.submit(f"/passport/{badge}/hide", hidden="true")
    for form in ("ldp_vc", "dc+sd-jwt"):
        browser.open(f"/present?{stored.verifier.request(asking(form))}")
        assert "Vous n’avez pas de badge qui réponde" in browser.page.text
    assert "Voir le badge caché" in browser.open("/passport").text
    assert browser.open("/passport?hidden=1").text.count("data-badge-id=") == 1
    browser.submit(f"/passport/{badge}/delete", sure="true")
    assert held(stored) == []


def test_a_copy_is_nobodys_page_and_no_link_of_its_own(world):
    browser = holder(world)
    badge = browser.receive(world.issuer.offer())
    (copy,) = [row for row in held(world) if row.copy_of]
    assert browser.open(f"/passport/{copy.id}").status_code == 404
    assert browser.submit(f"/passport/{copy.id}/delete", sure="true").status_code == 404
    answer = browser.submit("/links", badge_ids=copy.id, label="X", until="2026-12-01")
    assert browser.data("error") == ["share_badge_unknown"]
    assert answer.status_code == 422
    assert browser.submit("/links", badge_ids=badge, label="X", until="2026-12-01").status_code == 200


@pytest.mark.covers("openid4vci-1.0", "6.2", "8.2")
def test_a_token_with_credential_identifiers_is_used_by_them_each_for_its_copy(world):
    world.issuer.identified = ("dc+sd-jwt", "ldp_vc")
    browser = holder(world)
    badge = browser.receive(world.issuer.offer())
    sent = [json.loads(each.content) for each in world.network.asked("/credential")]
    assert [each["credential_identifier"] for each in sent] == ["one-drone", "one-drone.sd-jwt"]
    assert not [each for each in sent if "credential_configuration_id" in each]
    browser.open(f"/passport/{badge}")
    assert browser.data("copies-count") == ["2"]


def test_a_copy_that_the_token_is_not_for_is_not_asked_for(world):
    world.issuer.identified = ("ldp_vc",)
    browser = holder(world)
    browser.receive(world.issuer.offer())
    assert len(world.network.asked("/credential")) == 1
    assert browser.data("copies") == ["missing"]


# what goes wrong over a copy


def test_a_copy_that_is_denied_costs_the_badge_nothing_and_is_said_to_be_missing(stored):
    stored.issuer.denies = "dc+sd-jwt"
    browser = holder(stored)
    badge = browser.receive(stored.issuer.offer())
    assert browser.data("outcome")[0] == "valid"
    assert browser.data("copies") == ["missing"]
    assert [row.id for row in held(stored)] == [badge]
    assert offer_row(stored).sealed_content is None
    # it is not asked for again
    stored.clock.move(minutes=6)
    browser.open(f"/passport/{badge}")
    assert named(stored) == ["drone", "drone.sd-jwt"]


@pytest.mark.parametrize("after", [False, True])
def test_a_copy_that_the_network_kept_is_asked_for_when_the_badge_is_looked_at(stored, after):
    browser = holder(stored)
    stored.network.cut("/credential", skip=1, after=after)
    badge = browser.receive(stored.issuer.offer())
    assert browser.data("copies") == ["waiting"]
    assert len(held(stored)) == 1
    # not at once: an issuer that is down is not asked at every look
    browser.open(f"/passport/{badge}")
    assert browser.data("copies") == ["waiting"]
    browser.open(f"/present?{stored.verifier.request(asking('dc+sd-jwt'))}")
    assert "Une copie d’un de vos badges n’est pas encore arrivée." in browser.page.text
    stored.clock.move(minutes=5)
    browser.open(f"/passport/{badge}")
    assert browser.data("copies") == []
    assert browser.data("copies-count") == ["2"]
    assert len(stored.issuer.delivered) == 2
    present(browser, stored.verifier.request(asking("dc+sd-jwt")), badge)


def test_a_crash_over_a_copy_leaves_the_badge_and_is_mended(stored):
    browser = holder(stored)
    offer_id = browser.open_offer(stored.issuer.offer())
    stored.network = CrashingNetwork(stored.network, "jwt-vc-issuer")
    stored.app.state.database.dispose()
    stored.app = stored.start()
    crashed = stored.browser()
    crashed.client.cookies = browser.client.cookies
    assert crashed.submit("/receive/accept", offer_id=offer_id).status_code == 500
    assert crashed.open("/passport").text.count("data-badge-id=") == 1
    (badge,) = crashed.data("badge-id")
    stored.clock.move(seconds=61)
    crashed.open(f"/passport/{badge}")
    assert crashed.data("copies-count") == ["2"]
    assert len(stored.issuer.delivered) == 2


def test_what_is_deleted_while_a_copy_is_to_come_does_not_come_back(stored):
    browser = holder(stored)
    stored.network.cut("/credential", skip=1)
    badge = browser.receive(stored.issuer.offer())
    assert offer_row(stored).sealed_content is not None
    browser.submit(f"/passport/{badge}/delete", sure="true")
    assert offer_row(stored).sealed_content is None
    stored.clock.move(minutes=6)
    with stored.service.database.session() as session:
        passport_id = session.exec(select(HolderKeyRecord)).one().passport_id
    copies.receive_copies(stored.service, passport_id, badge)
    assert held(stored) == []
    assert len(stored.issuer.delivered) == 1


@pytest.mark.attack("G5")
def test_another_badge_under_the_same_offer_is_not_taken_with_it(world):
    """What was not shown was not said yes to: neither by its display, nor by what then comes."""
    world.issuer.twin_display = "Un crédit à la consommation"
    browser = holder(world)
    browser.receive(world.issuer.offer())
    assert named(world) == ["drone"]
    liar = SimulatedIssuer(
        "https://liar.example", clock=world.clock, formats=ALL, twin_name="Pilote de ligne"
    )
    world.network.services.append(liar)
    badge = browser.receive(liar.offer())
    assert browser.data("copies") == ["missing"]
    assert [row.copy_of for row in held(world)] == [None, None]
    assert "Pilote de ligne" not in browser.open(f"/passport/{badge}").text


@pytest.mark.attack("G11")
@pytest.mark.parametrize("switch", ["spoil", "bind_other_key"])
def test_a_copy_that_is_forged_or_for_another_key_is_not_kept(world, switch):
    browser = holder(world)
    offer = browser.open_offer(world.issuer.offer())
    if switch == "spoil":
        world.issuer.spoils = "dc+sd-jwt"
    else:
        world.issuer.bind_other_key = True
    browser.submit("/receive/accept", offer_id=offer)
    assert browser.data("outcome")[0] == "valid"
    assert browser.data("copies") == ["missing"]
    assert [row.copy_of for row in held(world)] == [None]


def test_a_badge_that_is_looked_at_is_checked_in_every_copy(world):
    browser = holder(world)
    badge = browser.receive(world.issuer.offer())
    world.clock.move(minutes=6)
    browser.open(f"/passport/{badge}")
    assert {row.checked_at for row in held(world)} == {world.clock()}
    assert {row.outcome for row in held(world)} == {"valid"}
