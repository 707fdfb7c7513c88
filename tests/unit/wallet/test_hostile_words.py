"""What strangers write (issuers, verifiers, the person) stays words on every page."""

from __future__ import annotations

import copy
import re

import pytest

from tests.simulators.openid4vp_verifier import ANY_BADGE

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(1)">{{7*7}} [x](javascript:alert(1))'
RAW = re.compile(r"<script>alert|<img src=x|onerror=\"alert|href=\"javascript:", re.IGNORECASE)


@pytest.mark.attack("H1")
def test_words_of_strangers_are_never_markup(world):
    world.issuer.name = world.issuer.badge_name = world.verifier.name = HOSTILE[:95]
    browser = world.browser()
    browser.sign_up()
    offer_id = browser.open_offer(world.issuer.offer())
    pages = [browser.page.text, browser.submit("/receive/accept", offer_id=offer_id).text]
    badge = browser.data("badge-id")[0]
    pages += [browser.open(path).text for path in ("/passport", f"/passport/{badge}", "/links/new")]
    pages.append(browser.submit("/links", badge_ids=badge, label=HOSTILE[:90], until="2026-12-24").text)
    link = browser.data("share-url")[0]
    pages += [browser.open("/links").text, browser.open(link).text]
    pages.append(browser.open(f"/present?{world.verifier.request(copy.deepcopy(ANY_BADGE))}").text)
    request_id = browser.data("request-id")[0]
    pages.append(browser.submit(f"/present/{request_id}/accept", **{"choice-badge": badge}).text)
    pages.append(browser.open("/log").text)
    pages.append(browser.submit("/scan", text="javascript:alert(1)").text)
    pages.append(browser.submit("/scan", text="https://node.example/?a=<script>alert(1)</script>").text)
    pages.append(browser.submit("/signin", number=HOSTILE, passphrase=HOSTILE).text)
    for page in pages:
        assert not RAW.search(page)
        assert "49 [x]" not in page
    # the twin: the words are there, as words
    assert sum("&lt;script&gt;alert(1)&lt;/script&gt;" in page for page in pages) >= 9


def test_a_name_cannot_reach_the_headers_of_a_download(world):
    world.issuer.badge_name = 'a"\r\nSet-Cookie: x=1; é/../b'
    browser = world.browser()
    browser.sign_up()
    badge = browser.receive(world.issuer.offer())
    answer = browser.client.get(f"/passport/{badge}/download.json")
    assert answer.headers["content-disposition"] == 'attachment; filename="a-set-cookie-x-1-b.json"'
    assert "x" not in answer.cookies
