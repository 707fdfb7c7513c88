"""A page answers in under 50 ms at the median."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.timing import median_seconds
from tests.unit.verifier.scenes import signed

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from tests.unit.verifier.conftest import Place


def median_of(ask: Callable[[], httpx.Response]) -> float:
    """Milliseconds."""

    def answered() -> None:
        assert ask().status_code == 200

    return median_seconds(answered) * 1000


def test_every_page_is_quick(place: Place):
    with place.browser() as browser, place.wallet() as wallet:
        answered, waiting = browser.ask(), browser.ask()
        wallet.answer(answered.link(), signed(place.world))
        token, badge = browser.csrf(), json.dumps(signed(place.world))
        pages: dict[str, Callable[[], httpx.Response]] = {
            path: lambda path=path: browser.client.get(path)
            for path in (
                "/", "/requests/new", f"/requests/{waiting.id}", f"/requests/{waiting.id}/status", f"/results/{answered.id}",
                "/declined",
            )
        }  # fmt: skip
        pages["/verify"] = lambda: browser.client.post(
            "/verify", data={"csrf_token": token, "credential": badge}
        )
        slow = {path: round(taken, 1) for path, ask in pages.items() if (taken := median_of(ask)) >= 50}
    assert slow == {}
