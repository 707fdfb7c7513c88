"""The one layer before every route: who may ask, how much, what is said with each answer (H9, H13)."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
import structlog
from fastapi import Depends, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel
from sqlalchemy.exc import OperationalError

from tests.event_loop import run as run_to_end
from tests.simulators.asgi import open_client
from tests.unit.web.gallery import BASE_URL, SECRET, create_gallery
from web.csrf import csrf_protected
from web.guard import DEFAULT_MAXIMUM_BODY
from web.problems import Conflict, Gone, NotSignedIn, OAuthError, Problem
from web.sessions import clear_session, new_session_id, read_session, set_session

HTTPS_URL = "https://passeur.example.org"
CANARY = "canary-7c1f"
HTML = {"accept": "text/html"}


class Wish(BaseModel):
    number: int


def make_app(**changed: Any):  # noqa: C901 - one small function per kind of route
    """The gallery with routes that do what routes do, and what they should not."""
    app = create_gallery(**changed)
    del app.router.routes[-1]  # the page of any name, which would hide the others

    def form(request: Request):
        return app.state.templates.page(request, "confirm.html")

    def sign_in(request: Request):
        response = JSONResponse({"ok": True})
        set_session(request, response, new_session_id())
        return response

    def sign_out(request: Request):
        response = JSONResponse({"ok": True})
        clear_session(request, response)
        return response

    def who(request: Request):
        return {"signed_in": read_session(request) is not None, "cookies": len(request.cookies)}

    def change(request: Request):
        return {"changed": True}

    async def read(request: Request):
        return {"bytes": len(await request.body())}

    def wish(wish: Wish):
        return {"number": wish.number}

    def fail(kind: str):
        raise {
            "bug": RuntimeError(f"bug with {CANARY}"),
            "conflict": Conflict("already_awarded", detail="for programmers"),
            "gone": Gone(),
            "sign-in": NotSignedIn(redirect_to="/signin"),
            "full": OperationalError("INSERT", {"secret": CANARY}, _sqlite_error(13)),
            "away": OperationalError("SELECT", {"secret": CANARY}, _sqlite_error(5)),
            "mistake": OperationalError("SELECT", {"secret": CANARY}, _sqlite_error(1)),
            "teapot": Problem("teapot", status=418),
        }[kind]

    def token():
        raise OAuthError("invalid_grant", "unknown code")

    app.add_api_route("/form", form, methods=["GET"])
    for path in ("/change", "/sign-in", "/sign-out"):
        handler = {"/change": change, "/sign-in": sign_in, "/sign-out": sign_out}[path]
        dependencies = [Depends(csrf_protected)] if path == "/change" else []
        app.add_api_route(path, handler, methods=["POST"], dependencies=dependencies)
    app.add_api_route("/who", who, methods=["GET"])
    app.add_api_route("/read", read, methods=["POST"])
    app.add_api_route("/wish", wish, methods=["POST"])
    app.add_api_route("/fail/{kind}", fail, methods=["GET"])
    app.add_api_route("/.well-known/thing", who, methods=["GET"])
    app.add_api_route("/.well-known/fail/{kind}", fail, methods=["GET"])
    app.add_api_route("/.well-known/token", token, methods=["POST"])
    app.add_api_route("/.well-known/wish", wish, methods=["POST"])
    return app


def _sqlite_error(code: int) -> Exception:
    error = Exception(CANARY)
    error.sqlite_errorcode = code  # type: ignore[attr-defined]
    return error


@pytest.fixture
def client():
    with open_client(make_app(), base_url=BASE_URL) as client:
        yield client


@pytest.fixture
def https_client():
    app = make_app(base_url=HTTPS_URL, allow_insecure_loopback=False)
    with open_client(app, base_url=HTTPS_URL) as client:
        yield client


def token_of(client) -> str:
    return client.get("/form").text.partition('name="csrf_token" value="')[2].partition('"')[0]


# --- headers


def test_every_page_carries_the_policy(client):
    headers = client.get("/form").headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["permissions-policy"] == "camera=(self), microphone=(), geolocation=(), payment=(), usb=()"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in headers
    assert "server" not in headers


def test_the_policy_stands_on_errors_and_files_too(client):
    for path in ("/nothing", "/fail/bug", "/static/css/base.css", "/health"):
        assert client.get(path).headers["content-security-policy"].startswith("default-src 'none'")


def test_https_is_remembered(https_client):
    assert (
        https_client.get("/form").headers["strict-transport-security"]
        == "max-age=63072000; includeSubDomains"
    )


def test_pages_hold_no_inline_script_or_style(client):
    page = client.get("/form").text
    assert "<style" not in page
    assert "style=" not in page
    assert "<script>" not in page
    assert "onclick" not in page


# --- who may ask


@pytest.mark.attack("H9")
@pytest.mark.parametrize(
    "host", ["evil.example.org", "127.0.0.1", "127.0.0.1:8300.evil.org", "127.0.0.1:8300@evil.org", ""]
)
def test_other_hosts_are_refused(client, host):
    response = client.get("/form", headers={"host": host})
    assert (response.status_code, response.json()["code"]) == (400, "wrong_host")
    assert client.get("/form").status_code == 200


@pytest.mark.attack("H9")
@pytest.mark.parametrize(
    "origin", ["https://evil.example.org", "http://127.0.0.1:8301", "http://127.0.0.1", "null", "file://"]
)
def test_other_origins_change_nothing(client, origin):
    token = token_of(client)
    response = client.post("/change", data={"csrf_token": token}, headers={"origin": origin})
    assert (response.status_code, response.json()["code"]) == (403, "foreign_origin")
    assert client.post("/change", data={"csrf_token": token}).json() == {"changed": True}


@pytest.mark.attack("H9")
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_the_browser_calls_another_site_changes_nothing(client, site):
    response = client.post("/change", data={"csrf_token": token_of(client)}, headers={"sec-fetch-site": site})
    assert (response.status_code, response.json()["code"]) == (403, "foreign_origin")


@pytest.mark.attack("H9")
@pytest.mark.parametrize(
    "media_type", ["text/plain", "text/plain; application/json", "text/xml", "application/csp-report", ""]
)
def test_odd_content_types_are_refused(client, media_type):
    for path in ("/wish", "/change", "/read"):
        response = client.post(path, content=b'{"number": 1}', headers={"content-type": media_type})
        assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")
    assert client.post("/wish", json={"number": 1}).json() == {"number": 1}


@pytest.mark.attack("H9")
def test_json_without_an_origin_may_not_ride_on_cookies():
    with open_client(make_app(), base_url=BASE_URL, same_site=False) as client:
        assert client.post("/wish", json={"number": 1}).status_code == 200
        client.post("/sign-in")
        assert client.post("/wish", json={"number": 1}).json()["code"] == "foreign_origin"


@pytest.mark.attack("H9")
def test_a_form_needs_the_token_of_this_browser(client):
    with open_client(make_app(), base_url=BASE_URL) as other:
        foreign = token_of(other)
    token = token_of(client)
    for wrong in ("", "0" * 64, foreign, token[:-1], token.upper() + "é"):
        assert client.post("/change", data={"csrf_token": wrong}).json()["code"] == "csrf"
    assert client.post("/change").json()["code"] == "csrf"
    assert client.post("/change", json={"csrf_token": token}).json()["code"] == "csrf"
    assert client.post("/change", json={}, headers={"X-CSRF-Token": token}).json() == {"changed": True}
    assert client.post("/change", data={"csrf_token": token}).json() == {"changed": True}
    assert client.post("/change", data={"csrf_token": token}, files={"f": b"x"}).json() == {"changed": True}


@pytest.mark.attack("H9", "G9")
def test_a_token_from_before_sign_in_ends_with_it(client):
    before = token_of(client)
    client.post("/sign-in")
    assert client.get("/who").json()["signed_in"] is True
    assert client.post("/change", data={"csrf_token": before}).json()["code"] == "csrf"
    assert client.post("/change", data={"csrf_token": token_of(client)}).json() == {"changed": True}
    client.post("/sign-out")
    assert client.get("/who").json()["signed_in"] is False


@pytest.mark.attack("H9")
def test_a_session_that_we_did_not_sign_is_nobody(client):
    for forged in ("x", "x.y", new_session_id(), new_session_id() + ".AAAA"):
        client.cookies.set("passeur_session_8300", forged)
        assert client.get("/who").json() == {"signed_in": False, "cookies": 1}


@pytest.mark.attack("H9")
def test_cookies_cannot_be_tossed_by_a_neighbour(https_client):
    https_client.post("/sign-in")
    cookies = {cookie.name: cookie for cookie in https_client.cookies.jar}
    session = cookies["__Host-passeur_session"]
    assert session.secure
    assert session.path == "/"
    assert session.has_nonstandard_attr("HttpOnly")
    assert session.get_nonstandard_attr("SameSite") == "lax"
    # what a neighbour may set, a name without the prefix, is not read
    https_client.cookies.clear()
    https_client.cookies.set("passeur_session", session.value)
    assert https_client.get("/who").json()["signed_in"] is False


def test_protocol_routes_see_no_cookie_and_any_origin(client):
    client.post("/sign-in")
    response = client.get("/.well-known/thing", headers={"origin": "https://wallet.example.org"})
    assert response.json() == {"signed_in": False, "cookies": 0}
    assert response.headers["access-control-allow-origin"] == "*"
    preflight = client.options("/.well-known/thing")
    assert preflight.status_code == 204
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "access-control-allow-origin" not in client.get("/who").headers


# --- how much


def test_a_body_that_says_it_is_too_large_is_not_read(client):
    for length in (str(DEFAULT_MAXIMUM_BODY + 1), "9" * 30, "9" * 5_000):
        response = client.post(
            "/read", content=b"x", headers={"content-length": length, "content-type": "application/json"}
        )
        assert (response.status_code, response.json()["code"]) == (413, "too_large")
    for length in ("-1", "1e3", "x", "٣"):
        headers = {"content-length": length.encode(), "content-type": b"application/json"}
        assert client.post("/read", content=b"x", headers=headers).status_code == 400


def test_a_body_that_does_not_say_is_counted(client):
    def parts(count: int):
        for _ in range(count):
            yield b"x" * 65_536

    headers = {"content-type": "application/json"}
    assert client.post("/read", content=parts(90), headers=headers).status_code == 413
    assert client.post("/read", content=parts(10), headers=headers).json() == {"bytes": 655_360}


@pytest.mark.attack("H13")
@pytest.mark.parametrize(("ending", "status"), [("http.disconnect", 499), ("http.request", 200)])
def test_who_hangs_up_is_no_error_of_ours(ending, status):
    sent: list[Any] = []
    parts = [{"type": ending, "body": b"b"}, {"type": "http.request", "body": b"a", "more_body": True}]

    async def receive() -> Any:
        return parts.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"127.0.0.1:8300"), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/read", "query_string": b"", "headers": headers}
    with structlog.testing.capture_logs() as lines:
        run_to_end(make_app()(scope, receive, send))
    assert [(line["event"], line["log_level"]) for line in lines] == [("request", "info")]
    assert lines[0]["status"] == status
    assert [message["status"] for message in sent if "status" in message] == ([200] if status == 200 else [])


# --- errors


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"), ("POST", "/form", 405, "method_not_allowed"), ("GET", "/fail/bug", 500, "unexpected"),
        ("GET", "/fail/conflict", 409, "already_awarded"), ("GET", "/fail/gone", 410, "gone"), ("GET", "/fail/full", 507, "storage_full"),
        ("GET", "/fail/away", 503, "unavailable"), ("GET", "/fail/mistake", 500, "unexpected"), ("GET", "/fail/sign-in", 401, "not_signed_in"),
        ("GET", "/fail/teapot", 418, "teapot"),
    ],
)  # fmt: skip
def test_errors_are_problems_for_programs_and_pages_for_people(client, method, path, status, code):
    response = client.request(method, path, data={} if method == "POST" else None)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == code
    assert response.json()["status"] == status
    page = client.request(method, path, headers=HTML)
    if code == "not_signed_in":
        assert (page.status_code, page.headers["location"]) == (303, "/signin")
        return
    assert page.status_code == status
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert '<html lang="fr">' in page.text
    assert "<h1>" in page.text


def test_an_error_page_speaks_the_language_asked_for(client):
    assert (
        "There is nothing here"
        in client.get("/nothing", headers={**HTML, "accept-language": "en-GB,fr;q=0.5"}).text
    )
    assert "Il n’y a rien ici" in client.get("/nothing", headers={**HTML, "accept-language": "de"}).text


def test_protocol_errors_are_oauth_bodies(client):
    response = client.post("/.well-known/token", data={"a": "b"})
    assert response.status_code == 400
    assert response.json() == {"error": "invalid_grant", "error_description": "unknown code"}
    assert response.headers["cache-control"] == "no-store"
    assert client.get("/.well-known/fail/bug", headers=HTML).json()["error"] == "server_error"
    assert client.get("/.well-known/none").json()["error"] == "invalid_request"
    assert client.post("/.well-known/wish", json={"number": CANARY}).status_code == 400


def test_head_is_get_without_its_body(client):
    response = client.head("/form")
    assert (response.status_code, response.content) == (200, b"")


# --- nothing secret


@pytest.mark.attack("H13")
def test_no_secret_reaches_a_log_or_an_answer(capsys):
    lines: list[str] = []

    def remember(_logger: Any, _name: str, event: dict[str, Any]) -> str:
        lines.append(json.dumps(event, default=repr))
        raise structlog.DropEvent

    structlog.configure(processors=[remember], cache_logger_on_first_use=False)
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage() + repr(record.exc_info))  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    try:
        with open_client(make_app(), base_url=BASE_URL) as client:
            answers = [
                client.post(
                    f"/wish?x={CANARY}",
                    json={"number": CANARY},
                    headers={"x-canary": CANARY, "cookie": f"a={CANARY}"},
                ),
                client.post(
                    "/wish", content=f'{{"number": {CANARY}', headers={"content-type": "application/json"}
                ),
                client.post("/change", data={"csrf_token": CANARY, "field": CANARY}),
                *[client.get(f"/fail/{kind}?code={CANARY}") for kind in ("bug", "full", "away", "mistake")],
                client.get(f"/fail/bug?code={CANARY}", headers={"accept": "application/json"}),
                client.get(f"/nothing/{CANARY}"),
            ]
    finally:
        logging.getLogger().removeHandler(handler)
        structlog.reset_defaults()
    assert len(lines) >= len(answers)
    assert any("unexpected_error" in line for line in lines)
    spoken = "".join([*lines, *(answer.text for answer in answers), *capsys.readouterr()])
    assert CANARY not in spoken
    assert SECRET not in spoken


def test_the_reference_on_the_page_is_the_one_in_the_log(client):
    page = client.get("/fail/bug", headers=HTML)
    assert page.headers["x-request-id"] in page.text


# --- files


def test_files_are_kept_until_they_change(client):
    page = client.get("/form").text
    address = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    first = client.get(address)
    assert first.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert first.headers["content-type"] == "text/css; charset=utf-8"
    assert client.get(address, headers={"if-none-match": first.headers["etag"]}).status_code == 304
    assert client.get(address.partition("?")[0]).headers["cache-control"] == "no-cache"
    module = client.get("/static/js/app.js")
    assert module.headers["content-type"] == "text/javascript; charset=utf-8"


@pytest.mark.attack("H5")
@pytest.mark.parametrize(
    "name", ["../app.py", "..%2fapp.py", "%2e%2e/settings.py", "css/../../app.py", "/etc/passwd", "css%00"]
)
def test_no_other_file_is_served(client, name):
    assert client.get(f"/static/{name}").status_code == 404


def test_health_answers_whatever_the_host():
    with open_client(make_app(), base_url=BASE_URL) as client:
        response = client.get("/health", headers={"host": "10.0.0.7:8300"})
        assert response.json() == {"status": "ok"}


def test_a_plain_answer_gets_a_request_id(client):
    assert len(client.get("/who").headers["x-request-id"]) == 16
    assert PlainTextResponse("x").status_code == 200
