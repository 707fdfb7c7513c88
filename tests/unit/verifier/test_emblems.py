"""The pictures of badges: shown from here, made anew, and never a way to reach anything else."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from did.errors import FetchError
from tests.unit.verifier.conftest import open_place
from tests.unit.verifier.scenes import drone, emblem_bytes, signed
from verifier.emblems import MAXIMUM_BYTES as EMBLEM_BYTES

if TYPE_CHECKING:
    from pathlib import Path

    from contexts import ContextStore
    from tests.unit.credentials.conftest import World
    from tests.unit.verifier.conftest import Place


def body_of(badge: dict[str, Any]) -> bytes:
    return json.dumps(badge, ensure_ascii=False).encode()


def outside(world: World, address: str) -> dict[str, Any]:
    return signed(world, achievement=drone(image_url=address))


def emblem_path(page: str) -> str:
    return page.partition('class="medal medal-l" src="')[2].partition('"')[0]


def test_a_picture_at_an_address_is_shown_from_here_and_fetched_once(place_on_either: Place):
    place = place_on_either
    address = "https://node.example/badges/drone/image"
    place.world.served.serve(address, emblem_bytes())
    with place.browser() as browser:
        page = browser.verify(body_of(outside(place.world, address))).text
        path = emblem_path(page)
        assert path.startswith("/emblems/")
        assert "la signature ne la couvre pas" in page
        for _ in range(2):
            answer = browser.client.get(path)
            assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
            assert Image.open(io.BytesIO(answer.content)).size == (256, 256)
        assert [each["url"] for each in place.world.served.requests].count(address) == 1
        place.clock.pass_(days=1)
        browser.client.get(path)
    assert [each["url"] for each in place.world.served.requests].count(address) == 2


@pytest.mark.attack("H3")
@pytest.mark.parametrize(
    "content",
    [b"<html>", b"\x89PNG\r\n\x1a\n broken", b"x" * (EMBLEM_BYTES + 1), FetchError(detail="down"), None],
)
def test_a_picture_that_cannot_be_shown_becomes_the_drawn_one(place: Place, content: Any):
    address = "https://node.example/badges/drone/image"
    if content is not None:
        place.world.served.serve(address, content)
    with place.browser() as browser:
        answer = browser.client.get(emblem_path(browser.verify(body_of(outside(place.world, address))).text))
        assert (answer.status_code, answer.headers["location"]) == (302, "/static/emblem.svg")
        drawn = browser.client.get(answer.headers["location"])
    assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/svg+xml")


def test_the_way_for_pictures_is_no_proxy_for_anybody(place: Place, contexts: ContextStore, tmp_path: Path):
    other = open_place(
        contexts, f"sqlite:///{tmp_path / 'o.db'}", secret="another secret, also long enough for them"
    )
    address = "https://node.example/badges/drone/image"
    for each in (place, other):
        each.world.served.serve(address, emblem_bytes())
    with place.browser() as browser, other.browser() as theirs:
        foreign = emblem_path(theirs.verify(body_of(outside(other.world, address))).text)
        for token in ("x", "Imh0dHBzOi8vYS5leGFtcGxlIg.AAAA", address, foreign.removeprefix("/emblems/")):
            assert browser.client.get(f"/emblems/{token}").status_code in {302, 404}
    assert place.world.served.requests == []
    other.app.state.database.dispose()


@pytest.mark.parametrize(
    "image",
    [
        "javascript:alert(1)",
        "data:image/svg+xml,%3Csvg%20onload=alert(1)%3E",
        "data:text/html;base64,PHg+",
        "ftp://a.example/x",
        "x" * 9,
    ],
)
def test_only_pictures_become_pictures(place: Place, image: str):
    document = place.world.badge()
    document["credentialSubject"]["achievement"]["image"]["id"] = image
    badge = place.world.sign(document) if ":" in image else document
    with place.browser() as browser:
        page = browser.verify(body_of(badge)).text
    assert "<img" not in page
    assert "/emblems/" not in page


def test_a_badge_of_nobody_known_fetches_no_picture(place: Place):
    badge = outside(place.world, "https://node.example/track.png")
    badge["name"] = "edited after it was signed"
    with place.browser() as browser:
        page = browser.verify(body_of(badge)).text
    assert 'data-verdict="invalid"' in page
    assert "/emblems/" not in page
