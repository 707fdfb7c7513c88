"""What every test in a real browser does with a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


def submit(page: Page, button: Locator | str) -> None:
    """Click what leads to another page, and be there: a click alone returns before the old page has gone."""
    with page.expect_navigation():
        (page.locator(button) if isinstance(button, str) else button).click()
