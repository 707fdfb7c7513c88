"""What is done in the event loop, and what in a thread; routes that are called with the request itself."""

from __future__ import annotations

import threading

import pytest
from fastapi import APIRouter, FastAPI, Request
from starlette.responses import PlainTextResponse, Response

from contexts import ContextStore
from credentials.verification import VerificationContext
from did.document import Relationship
from did.fetcher import OfflineFetcher
from did.resolver import Resolver
from tests.event_loop import run as run_to_end
from tests.simulators.asgi import open_client
from web.at_once import NothingWaits, WouldWaitError, at_once_or_in_thread, without_waiting
from web.direct_routes import DirectRoute, add_direct_routes

DID_KEY = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"


def where() -> int:
    return threading.get_ident()


def would_wait() -> int:
    raise WouldWaitError


@pytest.mark.parametrize(
    ("at_once", "in_thread", "is_short", "is_here"),
    [
        (where, None, True, True),
        (where, None, False, False),
        (would_wait, where, True, False),
        (would_wait, where, False, False),
    ],
)
def test_what_is_short_is_done_here_unless_it_would_wait(at_once, in_thread, is_short, is_here):
    async def run() -> bool:
        return await at_once_or_in_thread(at_once, in_thread, is_short=is_short) == where()

    assert run_to_end(run()) is is_here


def test_an_error_is_an_error_wherever_it_comes_from():
    def fail() -> None:
        raise ValueError("no")

    for is_short in (True, False):
        with pytest.raises(ValueError, match="no"):
            run_to_end(at_once_or_in_thread(fail, is_short=is_short))


def test_without_waiting_what_is_in_memory_is_found_and_nobody_is_asked():
    fetcher = OfflineFetcher()
    context = VerificationContext(
        contexts=ContextStore.load(), resolver=Resolver(fetcher=fetcher), fetcher=fetcher
    )
    bounded = without_waiting(context).bounded()
    method = f"{DID_KEY}#{DID_KEY.removeprefix('did:key:')}"
    found = bounded.resolver.dereference(method, relationship=Relationship.ASSERTION_METHOD)
    assert found.id == method
    with pytest.raises(WouldWaitError):
        bounded.resolver.resolve("did:web:node.example")
    with pytest.raises(WouldWaitError):
        bounded.fetcher.get("https://node.example/status/1")
    with pytest.raises(WouldWaitError):
        NothingWaits().post("https://node.example/", content=b"", content_type="text/plain")


def application() -> FastAPI:
    verbs = APIRouter(route_class=DirectRoute)
    router = APIRouter()

    @verbs.post("/things/{name}", summary="Name a thing")
    @verbs.post("/things", summary="Name the first thing")
    async def post_thing(request: Request, name: str = "first") -> Response:
        """Give its name, and what was sent."""
        return PlainTextResponse(f"{name} {(await request.body()).decode()}")

    @router.post("/{anything:path}")
    def post_anything(anything: str) -> Response:
        return PlainTextResponse(f"anything {anything}")

    app = FastAPI()
    add_direct_routes(app, verbs)
    app.include_router(router)
    return app


def test_a_direct_route_gets_the_request_and_its_parameters_before_all_others():
    with open_client(application(), base_url="https://node.example") as client:
        assert client.post("/things/boat", content=b"sent").text == "boat sent"
        assert client.post("/things", content=b"sent").text == "first sent"
        assert client.post("/other").text == "anything other"
        refused = client.get("/things/boat")
        assert refused.status_code == 405
        assert refused.headers["allow"] == "POST"


def test_a_direct_route_is_described_like_any_other():
    described = application().openapi()["paths"]["/things/{name}"]["post"]
    assert described["summary"] == "Name a thing"
    assert described["description"] == "Give its name, and what was sent."
    assert [each["name"] for each in described["parameters"]] == ["name"]
