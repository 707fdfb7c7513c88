"""What a hostile issuer tries with the second copy of a badge, and what happens to a badge that has copies."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlmodel import select

from tests.simulators.openid4vci_issuer import SimulatedIssuer
from tests.unit.wallet.test_copies import ALL, asking, held, holder, named, offer_row
from tests.unit.wallet.test_selective_disclosure import WORDS, ask
from wallet import copies, holding
from wallet.models import HeldCredential, ReceivedOffer, Share
from wallet.vault import seal_json, unseal_json


@pytest.mark.attack("G5")
def test_a_copy_that_says_of_the_person_what_the_badge_does_not_is_not_kept(world):
    """The badge's page would show the one, and a verifier would read the other."""
    browser = holder(world)
    world.issuer.twin_narrative = "Elle est sous curatelle."
    badge = browser.receive(world.issuer.offer())
    assert browser.data("copies") == ["missing"]
    assert [row.copy_of for row in held(world)] == [None]
    # the twin: the same words
    world.issuer.twin_narrative = None
    other = browser.receive(world.issuer.offer())
    assert browser.data("copies-count") == ["2"]
    assert other != badge


def test_a_badge_that_comes_by_a_second_offer_gets_the_copy_that_only_that_one_has(stored):
    """The same credential, offered again since its issuer has a second format."""
    browser = holder(stored, "ldp_vc")
    badge = browser.receive(stored.issuer.offer())
    (first,) = stored.issuer.grants.values()
    stored.issuer.formats = ALL
    stored.clock.move(minutes=1)
    link = stored.issuer.offer()
    second = list(stored.issuer.grants.values())[-1]
    second.credentials["drone"], second.used_at = first.credential, first.used_at
    stored.network.cut("/credential", skip=1)
    assert browser.receive(link) == badge
    assert browser.data("copies") == ["waiting"]
    stored.clock.move(minutes=6)
    browser.open(f"/passport/{badge}")
    assert browser.data("copies") == []
    assert browser.data("copies-count") == ["2"]
    assert sorted(row.copy_of or "" for row in held(stored)) == ["", badge]


def test_an_issuer_that_always_wants_another_nonce_is_asked_once_for_a_copy(world):
    """Its owner waits: an issuer that answers slowly is not waited for four times."""
    browser = holder(world)
    world.issuer.wants_nonce = "dc+sd-jwt"
    badge = browser.receive(world.issuer.offer())
    assert named(world) == ["drone", "drone.sd-jwt"]
    assert len(world.network.asked("/nonce")) == 2
    assert browser.data("outcome")[0] == "valid"
    assert browser.data("copies") == ["waiting"]
    # the twin: it thinks better of it
    world.issuer.wants_nonce = None
    world.clock.move(minutes=5)
    browser.open(f"/passport/{badge}")
    assert browser.data("copies-count") == ["2"]


@pytest.mark.parametrize("taken_back", ["ldp_vc", "dc+sd-jwt"])
def test_what_is_taken_back_in_one_copy_is_taken_back(stored, taken_back):
    """An issuer that forgets a copy, or a status list that was not reached: the person is told all the same."""
    browser = holder(stored)
    badge = browser.receive(stored.issuer.offer())
    with stored.service.database.write() as session:
        (row,) = [
            row
            for row in session.exec(select(HeldCredential))
            if (row.copy_of is None) is (taken_back == "ldp_vc")
        ]
        row.outcome, row.codes = "invalid", "revoked"
    browser.open(f"/passport/{badge}")
    assert (browser.data("outcome")[0], browser.data("ended")) == ("invalid", ["revoked"])
    browser.open("/passport")
    assert set(browser.data("outcome")) == {"invalid"}
    for form in ("ldp_vc", "dc+sd-jwt"):
        page = browser.open(f"/present?{stored.verifier.request(asking(form))}").text
        assert "Celui qui le reçoit le verra aussi." in page
    browser.submit("/links", badge_ids=badge, label="X", until="2026-12-01")
    assert browser.data("error") == ["share_badge_ended"]
    # the twin: once every copy holds again, nothing of it stays
    stored.clock.move(minutes=6)
    browser.open(f"/passport/{badge}")
    assert (browser.data("outcome")[0], browser.data("ended")) == ("valid", [])


@pytest.mark.attack("G10")
def test_a_copy_that_the_person_was_not_shown_does_not_leave(world):
    """The page of consent hid the story; before she says yes, that copy ends and another would go, whole."""
    world.verifier.vp_formats = {"ldp_vc": {"cryptosuite_values": ["eddsa-rdfc-2022"]}}
    browser = holder(world)
    badge = browser.receive(world.issuer.offer())
    page = browser.open(f"/present?{ask(world)}").text
    assert browser.data("format") == ["dc+sd-jwt"]
    (request_id,) = browser.data("request-id")
    field = re.search(r'name="(choice-[^"]+)"', page)[1]
    (copy,) = [row for row in held(world) if row.copy_of]
    with world.service.database.write() as session:
        session.get(HeldCredential, copy.id).outcome = "invalid"
    browser.submit(f"/present/{request_id}/accept", **{field: badge})
    assert browser.data("error") == ["choice_changed"]
    assert world.verifier.forms == []
    assert browser.data("format") == ["ldp_vc"]
    assert WORDS in browser.page.text
    # the twin: she saw that, and says yes
    browser.submit(f"/present/{request_id}/accept", **{field: badge})
    assert browser.data("request-state") == ["shared"]
    assert WORDS in world.verifier.forms[0]["vp_token"]


def test_a_choice_without_what_was_shown_is_no_choice(world):
    browser = holder(world)
    badge = browser.receive(world.issuer.offer())
    page = browser.open(f"/present?{ask(world)}").text
    (request_id,) = browser.data("request-id")
    field = re.search(r'name="(choice-[^"]+)"', page)[1]
    browser.copies = {}
    browser.submit(f"/present/{request_id}/accept", **{field: badge})
    assert browser.data("error") == ["choice_changed"]
    assert world.verifier.forms == []


def test_a_copy_that_arrives_after_a_link_was_prepared_changes_nothing_of_it(world):
    browser = holder(world)
    world.network.cut("/credential", skip=1)
    badge = browser.receive(world.issuer.offer())
    browser.submit("/links", badge_ids=badge, label="X", until="2026-12-01")
    with world.service.database.session() as session:
        before = session.exec(select(Share)).one().sealed_presentation
    world.clock.move(minutes=5)
    browser.open(f"/passport/{badge}")
    assert browser.data("copies-count") == ["2"]
    browser.submit("/links", badge_ids=badge, label="Y", until="2026-12-01")
    with world.service.database.session() as session:
        old, new = session.exec(select(Share).order_by(Share.created_at)).all()
    assert old.sealed_presentation == before
    presented = [
        json.loads(
            world.service.vault.unseal(
                each.sealed_presentation, owner=each.passport_id, record=f"presentation:{each.id}"
            )
        )["verifiableCredential"]
        for each in (old, new)
    ]
    assert presented[0] == presented[1]


def test_a_row_that_points_into_another_passport_is_nobodys_copy(stored):
    """Not a row that this wallet writes: what stands there by whatever way is shown to nobody."""
    browser = holder(stored)
    badge = browser.receive(stored.issuer.offer())
    other = stored.browser()
    other.sign_up()
    theirs = other.receive(stored.issuer.offer())
    with stored.service.database.write() as session:
        (copy,) = session.exec(select(HeldCredential).where(HeldCredential.copy_of == badge)).all()
        copy.copy_of = theirs
    other.open(f"/passport/{theirs}")
    assert other.data("copies-count") == ["2"]
    browser.open(f"/passport/{badge}")
    assert browser.data("copies-count") == []
    assert browser.open("/passport").text.count("data-badge-id=") == 1


def test_hidden_badges_and_their_copies_are_told_from_the_others(world):
    browser = holder(world)
    kept, hidden = (browser.receive(world.issuer.offer()) for _ in range(2))
    browser.submit(f"/passport/{hidden}/hide", hidden="true")
    (key,) = {row.passport_id for row in held(world)}
    for wanted, expected in ((False, [kept]), (True, [hidden]), (None, [kept, hidden])):
        shelf = holding.open_shelf(world.service, key, hidden=wanted)
        assert sorted(badge.id for badge in shelf.badges) == sorted(expected)
        assert {len(badge.every_copy) for badge in shelf.badges} == {2}
        assert shelf.unopened == 0


def test_what_an_offer_kept_before_copies_is_read(world):
    """A token whose identifiers were kept as a list is used by them."""
    browser = holder(world, "ldp_vc")
    world.issuer.identified = ("ldp_vc",)
    world.network.cut("/credential")
    offer_id = browser.open_offer(world.issuer.offer())
    browser.submit("/receive/accept", offer_id=offer_id)
    row = offer_row(world)
    value = unseal_json(world.service.vault, row.sealed_content, owner="offer", record=f"offer:{row.id}")
    value["access"]["credential_identifiers"] = list(value["access"].pop("identifiers").values())
    for name in ("copies", "format", "binds_key"):
        value.pop(name)
    with world.service.database.write() as session:
        session.get(ReceivedOffer, row.id).sealed_content = seal_json(
            world.service.vault, value, owner="offer", record=f"offer:{row.id}"
        )
    browser.submit("/receive/accept", offer_id=offer_id)
    assert len(held(world)) == 1
    sent = [json.loads(each.content) for each in world.network.asked("/credential")]
    assert sent[-1]["credential_identifier"] == "one-drone"


def test_16_looks_at_a_badge_ask_once_for_its_copy(stored):
    browser = holder(stored)
    stored.network.cut("/credential", skip=1)
    badge = browser.receive(stored.issuer.offer())
    stored.clock.move(minutes=5)
    passport_id = held(stored)[0].passport_id
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: copies.receive_copies(stored.service, passport_id, badge), range(16)))
    assert named(stored) == ["drone", "drone.sd-jwt", "drone.sd-jwt"]
    assert sorted(row.copy_of or "" for row in held(stored)) == ["", badge]
    assert copies.state_of_copies(stored.service, passport_id, badge) is copies.CopiesState.COMPLETE


@pytest.mark.parametrize("is_deleted", [True, False])
def test_a_badge_that_is_deleted_while_its_copy_is_on_the_way_leaves_nothing(stored, is_deleted):
    browser = holder(stored)
    answer = stored.issuer.answer

    def delete_then_answer(asked):
        if is_deleted and b"drone.sd-jwt" in asked.content:
            (row,) = held(stored)
            assert holding.delete_badge(stored.service, row.passport_id, row.id)
        return answer(asked)

    stored.issuer.answer = delete_then_answer
    offer_id = browser.open_offer(stored.issuer.offer())
    browser.submit("/receive/accept", offer_id=offer_id)
    assert named(stored) == ["drone", "drone.sd-jwt"]
    assert len(held(stored)) == (0 if is_deleted else 2)
    assert offer_row(stored).sealed_content is None


@pytest.mark.attack("G11")
@pytest.mark.parametrize("is_accomplice", [True, False])
def test_a_copy_that_another_issuer_signed_is_not_kept(world, is_accomplice):
    """It is valid, for the right key, and is somebody else's recognition."""
    other = SimulatedIssuer("https://other.example", clock=world.clock, formats=ALL)
    world.network.services.append(other)
    browser = holder(world)
    world.issuer.twin_by = other if is_accomplice else None
    browser.receive(world.issuer.offer())
    assert browser.data("copies") == (["missing"] if is_accomplice else [])
    assert len(held(world)) == (1 if is_accomplice else 2)


def test_an_id_that_is_held_already_takes_nobodys_place(stored):
    """Another issuer gives its badge, and the copy, the id of a badge that is there."""
    browser = holder(stored)
    stored.issuer.credential_id = "urn:uuid:5f0b8d04-3f63-4f4b-9a49-0d7d8f4dbb7e"
    badge = browser.receive(stored.issuer.offer())
    passport_id = held(stored)[0].passport_id
    before = holding.find_badge(stored.service, passport_id, badge)
    assert len(before.every_copy) == 2
    hostile = SimulatedIssuer(
        "https://hostile.example", clock=stored.clock, formats=ALL, credential_id=stored.issuer.credential_id
    )
    stored.network.services.append(hostile)
    other = browser.receive(hostile.offer())
    assert other != badge
    assert holding.find_badge(stored.service, passport_id, badge) == before
    assert {row.copy_of for row in held(stored)} == {None, badge, other}
    # the twin: its own issuer gives it again, and it stays one
    assert browser.receive(stored.issuer.offer()) == badge
    assert len(held(stored)) == 4


@pytest.mark.parametrize("size", [1_048_577, 1_000])
def test_a_copy_that_is_too_large_is_not_taken_and_costs_the_badge_nothing(world, size):
    answer = world.issuer.answer

    def answer_at_length(asked):
        given = answer(asked)
        is_copy = b"drone.sd-jwt" in asked.content
        return replace(given, body=given.body + b" " * size) if is_copy else given

    world.issuer.answer = answer_at_length
    browser = holder(world)
    browser.receive(world.issuer.offer())
    is_too_large = size > 1_000
    assert browser.data("outcome")[0] == "valid"
    assert browser.data("copies") == (["waiting"] if is_too_large else [])
    assert len(held(world)) == (1 if is_too_large else 2)
