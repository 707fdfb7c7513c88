"""What the migrations do to a passport that somebody has."""

from __future__ import annotations

from sqlmodel import select

from tests.unit.issuer_node.test_migrations import columns_of, go_back
from tests.unit.wallet.conftest import World
from wallet import holding
from wallet.models import HeldCredential


def badges_of(world):
    """Every badge, with how many copies it is held in."""
    with world.service.database.session() as session:
        passport_id = session.exec(select(HeldCredential.passport_id)).first()
    shelf = holding.open_shelf(world.service, passport_id, hidden=None)
    assert shelf.unopened == 0
    return {badge.id: len(badge.every_copy) for badge in shelf.badges}


def test_a_passport_of_before_copies_is_the_same_after_and_on_the_way_back(database_url):
    world = World(database_url)
    world.issuer.selective = True
    browser = world.browser()
    browser.sign_up()
    alone = browser.receive(world.issuer.offer())
    world.issuer.formats = ("ldp_vc", "dc+sd-jwt")
    several = browser.receive(world.issuer.offer())
    browser.submit(f"/passport/{several}/hide", hidden="true")
    assert badges_of(world) == {alone: 1, several: 2}
    world.app.state.database.dispose()

    go_back(database_url, "0001", package="wallet")
    assert "copy_of" not in columns_of(database_url, "held_credentials")
    world.app = world.start()
    # one badge stays one: what was hidden does not come to light in its copy
    assert badges_of(world) == {alone: 1, several: 1}
    later = world.browser()
    later.client.cookies = browser.client.cookies
    assert later.open("/passport").text.count("data-badge-id=") == 1
    assert later.open(f"/passport/{several}").status_code == 200
    third = later.receive(world.issuer.offer())
    assert badges_of(world) == {alone: 1, several: 1, third: 2}
    world.app.state.database.dispose()
    # once more: there is nothing left to do
    world.app = world.start()
    assert badges_of(world) == {alone: 1, several: 1, third: 2}
    world.close()
