"""The node on a loopback port, and Chromium watched for what must not happen."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import uvicorn
from axe_playwright_python.sync_playwright import Axe

from issuer_node.main import create_app
from issuer_node.signing_in import make_signin_link
from passeur.demo.browser import Browser as ScriptedBrowser
from passeur.demo.people import PasseurAtWork
from tests.unit.issuer_node_pages.conftest import ADMIN, settings_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

    from issuer_node.node import Node

# what a page would do if a text of somebody's ran in it; and the reports of the policy that stopped it
SPY = """
window.ran = [];
for (const name of ["alert", "confirm", "prompt"]) window[name] = () => window.ran.push(name);
window.reports = [];
document.addEventListener("securitypolicyviolation", (event) => window.reports.push(event.violatedDirective + " " + event.blockedURI));
"""


@dataclass
class ServedSite:
    """A node that a real browser can open."""

    app: Any
    base: str

    @property
    def node(self) -> Node:
        return self.app.state.node

    def link(self, email: str = ADMIN) -> str:
        return make_signin_link(self.app.state.database, self.app.state.settings, email)

    @contextmanager
    def at_work(self, email: str = ADMIN) -> Iterator[PasseurAtWork]:
        """A passeur in a scripted browser, to prepare what the real one looks at."""
        with ScriptedBrowser() as browser:
            at_work = PasseurAtWork(browser, self.base)
            at_work.sign_in(self.link(email))
            yield at_work


@contextmanager
def serve_site(database_url: str, **changes: Any) -> Iterator[ServedSite]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        app = create_app(settings_for(database_url, base_url=base, allow_insecure_loopback=True, **changes))
        server = uvicorn.Server(
            uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none")
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield ServedSite(app, base)
        finally:
            server.should_exit = True
            thread.join(10)
            app.state.database.dispose()


@dataclass
class Watched:
    """A page of a real browser, and what went wrong in it."""

    context: BrowserContext
    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.base + path)
        self.page.wait_for_selector("html[data-ready]", state="attached")

    def check(self) -> None:
        """Nothing ran, nothing was reported, nothing has to be scrolled sideways."""
        assert self.page.evaluate("window.ran") == []
        assert self.page.evaluate("window.reports") == []
        assert self.complaints == []
        overflow = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, f"{self.page.url}: {overflow} px to scroll sideways"

    def serious(self) -> list[tuple[str, str]]:
        """What axe finds that keeps somebody out."""
        return [
            (found["id"], found["nodes"][0]["html"][:200])
            for found in Axe().run(self.page).response["violations"]
            if found["impact"] in {"serious", "critical"}
        ]


@contextmanager
def watch(
    browser: Browser, base: str, *, width: int = 1280, language: str = "fr-FR", scheme: Any = "light"
) -> Iterator[Watched]:
    context = browser.new_context(
        viewport={"width": width, "height": 844 if width < 600 else 900},
        locale=language,
        reduced_motion="reduce",
        color_scheme=scheme,
    )
    context.add_init_script(SPY)
    page = context.new_page()
    watched = Watched(context, page, base)
    page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    page.on("console", lambda said: _hear(watched, said))
    page.on("request", lambda request: _follow(watched, request.url))
    yield watched
    context.close()


def _hear(watched: Watched, said: Any) -> None:
    # a form that is refused answers 422, which Chromium tells as an error of its own
    if said.type in {"error", "warning"} and "status of 4" not in said.text:
        watched.complaints.append(said.text)


def _follow(watched: Watched, url: str) -> None:
    if not url.startswith((watched.base, "data:")):
        watched.complaints.append(f"asked elsewhere: {url}")
