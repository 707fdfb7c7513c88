"""A wallet below a path of its host, as the one-process composition runs it: every link and redirect stays below it."""

from __future__ import annotations

import re

import pytest

from tests.simulators.asgi import open_client
from tests.unit.wallet.conftest import PASSPHRASE, Browser, World
from web.app import mount_at_base_path

BASE = "https://host.example/wallet"


class BelowPath(Browser):
    """A browser whose paths are written without the base."""

    def open(self, path, *, follow=True):
        return super().open(f"/wallet{path}", follow=follow)

    def submit(self, path, *, follow=True, **fields):
        return super().submit(f"/wallet{path}", follow=follow, **fields)


@pytest.fixture
def browser(tmp_path):
    world = World(f"sqlite:///{tmp_path / 'w.db'}", options={"base_url": BASE})
    app = mount_at_base_path(world.app, BASE)
    with open_client(app, base_url="https://host.example") as client:
        browser = BelowPath(client)
        browser.world = world
        yield browser
    world.close()


def test_the_whole_story_below_a_path(browser):
    world = browser.world
    answer = browser.open("/passport", follow=False)
    assert answer.headers["location"] == "/wallet/signin?next=%2Fpassport"
    number = browser.sign_up()
    badge = browser.receive(world.issuer.offer())
    page = browser.open("/passport")
    assert page.url.path == "/wallet/passport"
    assert 'aria-current="page"' in page.text
    addresses = re.findall(r'(?:href|src|action)="(/[^"]*)"', page.text)
    assert addresses
    assert [each for each in addresses if not each.startswith("/wallet/")] == []
    browser.submit("/links", badge_ids=badge, label="X", until="2026-12-24")
    link = browser.data("share-url")[0]
    assert link.startswith(f"{BASE}/p/")
    assert browser.client.get(link, headers={"accept": "application/vp"}).status_code == 200
    browser.submit("/signout")
    answer = browser.submit("/signin", follow=False, number=number, passphrase=PASSPHRASE, next="/links")
    assert answer.headers["location"] == "/wallet/links"
