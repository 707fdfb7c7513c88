"""A link for one employer: only these badges, until this day, each opening seen, stopped in one touch."""

from __future__ import annotations

import pytest
from sqlmodel import select

from contexts import ContextStore
from credentials.verification import VerificationContext, check_presentation
from did.resolver import Resolver
from tests.unit.wallet.conftest import BASE, World
from wallet.models import Share


def prepare(browser, **fields):
    page = browser.submit(
        "/links",
        **(
            {"badge_ids": browser.badge, "label": "Fonderie du Bocage (exemple)", "until": "2026-12-24"}
            | fields
        ),
    )
    assert page.status_code == 200, page.text
    return browser.data("link-id")[0], browser.data("share-url")[0].removeprefix(BASE)


def holder(world):
    browser = world.browser()
    browser.sign_up()
    browser.badge = browser.receive(world.issuer.offer())
    return browser


def fetch(world, path, accept="application/vp"):
    with_no_cookie = world.browser(same_site=False)
    return with_no_cookie.client.get(path, headers={"accept": accept})


@pytest.mark.covers("vcdm-2.0", "6.2")
def test_a_link_gives_a_presentation_bound_to_its_address_and_its_end(stored):
    world, browser = stored, holder(stored)
    _, path = prepare(browser)
    answer = fetch(world, path)
    assert answer.headers["content-type"] == "application/vp"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["access-control-allow-origin"] == "*"
    context = VerificationContext(
        contexts=ContextStore.load(), resolver=Resolver(fetcher=world.network), fetcher=world.network
    )
    at_home = {"expected_domain": f"{BASE}{path}", "expected_challenge": path.rpartition("/")[2]}
    report = check_presentation(answer.content, context=context, now=world.clock(), **at_home)
    assert report.outcome == "valid"
    assert report.credentials[0].credential.achievement_name == "Pilotage de drone"
    elsewhere = at_home | {"expected_domain": f"{BASE}/p/other"}
    assert (
        check_presentation(answer.content, context=context, now=world.clock(), **elsewhere).outcome
        == "invalid"
    )
    world.clock.move(days=31)
    assert (
        check_presentation(answer.content, context=context, now=world.clock(), **at_home).outcome == "invalid"
    )


def test_each_opening_is_seen_by_its_owner_and_by_nobody_who_opened(world):
    browser = holder(world)
    link_id, path = prepare(browser)
    browser.open(f"/links/{link_id}")
    assert browser.data("openings") == ["0"]
    for _ in range(2):
        assert fetch(world, path).status_code == 200
    browser.open(f"/links/{link_id}")
    assert browser.data("openings") == ["2"]


def test_withdrawing_ends_it_at_once_and_deletes_what_it_showed(stored):
    world, browser = stored, holder(stored)
    link_id, path = prepare(browser)
    assert fetch(world, path).status_code == 200
    page = browser.submit(f"/links/{link_id}/withdraw")
    assert page.url.path == "/links"
    assert browser.data("link-state") == ["withdrawn"]
    answer = fetch(world, path)
    assert answer.status_code == 410
    assert answer.json()["code"] == "link_ended"
    page = fetch(world, path, accept="text/html")
    assert page.status_code == 410
    assert "Ce lien ne s’ouvre plus" in page.text
    with world.service.database.session() as session:
        assert session.exec(select(Share)).one().sealed_presentation is None
    # and the log keeps the line
    assert "Fonderie du Bocage (exemple)" in browser.open("/log").text


def test_a_link_ends_by_itself_at_the_end_of_its_day_where_the_person_lives(world):
    browser = holder(world)
    _, path = prepare(browser, until="2026-11-24")
    world.clock.move(hours=13, minutes=29)  # 23:59 in Paris
    assert fetch(world, path).status_code == 200
    world.clock.move(minutes=1)
    assert fetch(world, path).status_code == 410


def test_an_unknown_link_is_told_from_an_ended_one(world):
    assert fetch(world, "/p/nothing").status_code == 404
    page = fetch(world, "/p/nothing", accept="text/html")
    assert page.status_code == 404
    assert "Ce lien n’existe pas" in page.text


def test_a_browser_is_taken_to_the_verifier_and_only_the_verifiers_fetch_counts(tmp_path):
    world = World(f"sqlite:///{tmp_path / 'w.db'}", options={"verifier_url": "https://verify.example"})
    browser = holder(world)
    link_id, path = prepare(browser)
    answer = fetch(world, path, accept="text/html,*/*;q=0.8")
    assert answer.status_code == 303
    quoted = f"{BASE}{path}".replace(":", "%3A").replace("/", "%2F")
    assert answer.headers["location"] == f"https://verify.example/open?presentation_uri={quoted}"
    browser.open(f"/links/{link_id}")
    assert browser.data("openings") == ["0"]
    world.close()


def test_without_a_verifier_a_browser_sees_what_is_in_it_and_that_nothing_was_checked(world):
    browser = holder(world)
    link_id, path = prepare(browser)
    page = fetch(world, path, accept="text/html")
    assert page.status_code == 200
    assert "Pilotage de drone" in page.text
    assert 'data-outcome="indeterminate"' in page.text
    assert 'data-outcome="valid"' not in page.text
    assert fetch(world, f"{path}/presentation").headers["content-type"] == "application/vp"
    browser.open(f"/links/{link_id}")
    assert browser.data("openings") == ["2"]


def test_only_the_chosen_badges_are_in_it_and_none_is_ticked_beforehand(world):
    browser = holder(world)
    second = browser.receive(world.issuer.offer())
    assert " checked" not in browser.open("/links/new").text
    assert browser.open(f"/links/new?badge={second}").text.count(" checked") == 1
    _, path = prepare(browser, badge_ids=second)
    assert len(fetch(world, path).json()["verifiableCredential"]) == 1
    _, path = prepare(browser, badge_ids=[browser.badge, second])
    assert len(fetch(world, path).json()["verifiableCredential"]) == 2


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"badge_ids": ()}, "share_nothing"),
        ({"badge_ids": "not-mine"}, "share_badge_unknown"),
        ({"label": "   "}, "share_no_label"),
        ({"until": "2026-11-23"}, "share_end"),
        ({"until": "2028-01-01"}, "share_end"),
        ({"until": "demain"}, "share_end"),
        ({"until": "9999-12-31"}, "share_end"),
    ],
)
def test_a_link_that_makes_no_sense_is_not_made(world, fields, error):
    browser = holder(world)
    base = {"badge_ids": browser.badge, "label": "X", "until": "2026-12-24"}
    page = browser.submit("/links", **(base | fields))
    assert (page.status_code, browser.data("error")) == (422, [error])
    with world.service.database.session() as session:
        assert session.exec(select(Share)).all() == []
    assert browser.submit("/links", **base).status_code == 200
