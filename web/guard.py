"""The one layer before every route: who may ask, how much, what is said with each answer, and one log line.

Pure ASGI and a single layer, since every request pays for it. In order:
1. the Host is ours (H9);
2. protocol routes: no cookie goes in, any origin may read the answer, preflights are answered here;
3. other unsafe requests come from our own pages, in the content types of forms or JSON (H9);
4. the body is text in UTF-8, if it is text, and ends before its limit (H14);
5. security headers are added to the answer;
6. an exception that nobody foresaw becomes a 500 without its text (H13);
7. one line is logged: method, route template, status (499: nobody was there to be answered), time.
"""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog
from starlette._utils import get_route_path
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from web.logging import where
from web.problems import Problem, answer_problem, unexpected_error_response
from web.settings import ServiceSettings, origin_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger("web.access")

DEFAULT_MAXIMUM_BODY = 5 * 1024 * 1024
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# what the standards publish for anybody, on every service
PUBLIC_PATHS: Final = ("/.well-known/",)
HEALTH_PATH: Final = "/health"
_FORM_TYPES: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_JSON_TYPE: Final = "application/json"
_CHARSET: Final = re.compile(rb"charset\*?\s*=\s*\"?([^\";\s]*)")
_UTF_8: Final = frozenset({b"utf-8", b"utf8"})
_LENGTH_DIGITS: Final = 15  # of a Content-Length worth reading as a number
_PREFLIGHT: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept, DPoP",
    "Access-Control-Max-Age": "86400",
}


@dataclass(frozen=True)
class GuardRules:
    """What the guard of one service allows.

    Args:
        settings: its base URL decides host and origin.
        protocol_paths: prefixes of cookieless routes that any origin may use. "/token" covers "/token" and
            below; "/openid4vp/" what is below.
        form_action_origins: other origins to which a form's answer may redirect; browsers apply
            `form-action` to the redirects too.
        camera: whether pages may ask for the camera.
        maximum_body: bytes of a request's body.
    """

    settings: ServiceSettings
    protocol_paths: tuple[str, ...] = ()
    form_action_origins: tuple[str, ...] = ()
    camera: bool = False
    maximum_body: int = DEFAULT_MAXIMUM_BODY


class _BodyTooLargeError(Exception):
    """The body went past its limit while being read."""


class Guard:
    """The layer itself; `create_base_app` installs it."""

    def __init__(self, app: ASGIApp, rules: GuardRules) -> None:
        self._app = app
        self._rules = rules
        self._origin = rules.settings.origin
        self._host = self._origin.partition("://")[2].encode()
        self._public = tuple(PUBLIC_PATHS) + rules.protocol_paths
        self._page_headers = _security_headers(rules)
        self._protocol_headers = [
            (b"access-control-allow-origin", b"*"),
            (b"cross-origin-resource-policy", b"cross-origin"),
            *[pair for pair in self._page_headers if pair[0] != b"cross-origin-resource-policy"],
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or hand on one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send, is_protocol=self._is_protocol(get_route_path(scope)))
        exchange.added_headers = self._protocol_headers if exchange.is_protocol else self._page_headers
        exchange.maximum_body = self._rules.maximum_body
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=exchange.request_id)
        try:
            await self._answer(exchange)
        except _BodyTooLargeError:
            await exchange.respond_problem(Problem("too_large", status=413))
        except ClientDisconnect:
            pass  # nobody is there to be answered, and anybody can hang up: the access line says it
        except Exception as error:  # noqa: BLE001 - the last resort: whatever it is, its text stays inside
            await _answer_unexpected(exchange, error)
        finally:
            exchange.log()

    async def _answer(self, exchange: _Exchange) -> None:
        refusal = self._refusal(exchange)
        if refusal is not None:
            await exchange.respond_problem(refusal)
        elif exchange.is_protocol and exchange.scope["method"] == "OPTIONS":
            await exchange.respond(Response(status_code=204, headers=_PREFLIGHT))
        else:
            await self._app(exchange.scope, exchange.receive, exchange.send)

    def _is_protocol(self, path: str) -> bool:
        return any(
            path.startswith(prefix)
            if prefix.endswith("/")
            else path == prefix or path.startswith(f"{prefix}/")
            for prefix in self._public
        )

    def _refusal(self, exchange: _Exchange) -> Problem | None:
        headers = exchange.request_headers
        # 1. Host; asked twice, proxies and servers disagree on which counts
        if exchange.hosts != [self._host] and get_route_path(exchange.scope) != HEALTH_PATH:
            return Problem("wrong_host", status=400)
        if "\0" in exchange.scope["path"]:
            # no identifier holds one, and PostgreSQL takes none in a text
            return Problem("not_found", status=404)
        # 3. Origin and content type, where a cookie could act
        if not exchange.is_protocol and exchange.scope["method"] not in SAFE_METHODS:
            refusal = self._foreign(headers)
            if refusal is not None:
                return refusal
        return self._unfit_body(exchange)

    def _unfit_body(self, exchange: _Exchange) -> Problem | None:
        # 4. text in UTF-8: any other codec of Python's could be named, and some cost the square of their
        # input (punycode), or give characters that nothing can write again
        if not all(map(_is_utf8, exchange.content_types)):
            return Problem("unsupported_media_type", status=415)
        # announced size; what is announced wrongly is counted as it comes
        length = exchange.request_headers.get(b"content-length", b"0")
        if not length.isdigit():
            return Problem("bad_request", status=400)
        if len(length) > _LENGTH_DIGITS or int(length) > self._rules.maximum_body:
            return Problem("too_large", status=413)
        return None

    def _foreign(self, headers: dict[bytes, bytes]) -> Problem | None:
        """A request that another site may have made with this browser's cookies."""
        origin, site = headers.get(b"origin"), headers.get(b"sec-fetch-site")
        if origin not in {None, b"null", self._origin.encode()} or site not in {
            None,
            b"same-origin",
            b"none",
        }:
            return Problem("foreign_origin", status=403)
        if origin == b"null" and site is None:
            return Problem("foreign_origin", status=403)
        proven = origin == self._origin.encode() or site == b"same-origin"
        media_type = headers.get(b"content-type", b"").partition(b";")[0].strip().lower().decode("latin-1")
        has_body = headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers
        if media_type in _FORM_TYPES or (not media_type and not has_body):
            return None
        if media_type != _JSON_TYPE:
            return Problem("unsupported_media_type", status=415)
        # browsers announce the origin of every script's POST; without one, no cookie may ride along
        return None if proven or b"cookie" not in headers else Problem("foreign_origin", status=403)


class _Exchange:
    """One request and its answer on their way through the guard."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, *, is_protocol: bool) -> None:
        self.is_protocol = is_protocol
        self.request_headers: dict[bytes, bytes] = dict(scope["headers"])
        self.hosts = [value.lower() for name, value in scope["headers"] if name == b"host"]
        self.content_types = [value for name, value in scope["headers"] if name == b"content-type"]
        self.request_id = _new_request_id()
        self.added_headers: list[tuple[bytes, bytes]] = []
        self.maximum_body = DEFAULT_MAXIMUM_BODY
        self.scope = self._prepared(scope)
        self._method: str = scope["method"]
        self._receive, self._send = receive, send
        self._received = 0
        self._status = 0
        self._started_at = time.perf_counter()

    def _prepared(self, scope: Scope) -> Scope:
        """The scope as routes see it: HEAD reads as GET, and protocol routes get no cookie."""
        prepared = dict(scope)
        if scope["method"] == "HEAD":
            prepared["method"] = "GET"
        if self.is_protocol:
            prepared["headers"] = [pair for pair in scope["headers"] if pair[0] != b"cookie"]
        prepared["state"] = {
            **scope.get("state", {}),
            "is_protocol": self.is_protocol,
            "request_id": self.request_id,
        }
        return prepared

    @property
    def has_started(self) -> bool:
        """Whether the answer's status has been sent."""
        return self._status != 0

    async def receive(self) -> Message:
        """The next part of the body, counted."""
        message = await self._receive()
        if message["type"] == "http.request":
            self._received += len(message.get("body", b""))
            if self._received > self.maximum_body:
                raise _BodyTooLargeError
        return message

    async def send(self, message: Message) -> None:
        """The next part of the answer, with our headers."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            present = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [
                *message["headers"],
                *[pair for pair in self.added_headers if pair[0] not in present],
                (b"x-request-id", self.request_id.encode()),
            ]
        elif message["type"] == "http.response.body" and self._method == "HEAD":
            message["body"] = b""
        await self._send(message)

    async def respond_problem(self, problem: Problem) -> None:
        """Answer with a problem, in the manner of the route."""
        await self.respond(answer_problem(Request(self.scope), problem))

    async def respond(self, response: Response) -> None:
        """Answer, unless an answer has begun: then the connection can only be cut short."""
        if not self.has_started:
            await response(self.scope, self.receive, self.send)

    def log(self) -> None:
        """The access line: the route's template, never its values, nor queries, cookies or bodies."""
        route = self.scope.get("route")
        log.info(
            "request",
            method=self._method,
            route=getattr(route, "path", "unmatched"),
            status=self._status or 499,
            milliseconds=round((time.perf_counter() - self._started_at) * 1000, 1),
        )


async def _answer_unexpected(exchange: _Exchange, error: Exception) -> None:
    log.error("unexpected_error", error=type(error).__qualname__, at=where(error))
    try:
        response = unexpected_error_response(Request(exchange.scope))
    except Exception as second:  # noqa: BLE001 - the error page itself is broken
        log.error("error_page_failed", error=type(second).__qualname__, at=where(second))  # noqa: TRY400
        response = PlainTextResponse("internal error", 500)
    await exchange.respond(response)


def _is_utf8(content_type: bytes) -> bool:
    """Whether a media type names no charset, or UTF-8 alone."""
    lowered = content_type.lower()
    named = _CHARSET.findall(lowered)
    return len(named) == lowered.count(b"charset") and all(each in _UTF_8 for each in named)


def _new_request_id() -> str:
    return secrets.token_hex(8)


def _security_headers(rules: GuardRules) -> list[tuple[bytes, bytes]]:
    targets = " ".join(["'self'", *dict.fromkeys(origin_of(origin) for origin in rules.form_action_origins)])
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self'; manifest-src 'self'; form-action {targets}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    camera = "(self)" if rules.camera else "()"
    headers = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        # not no-referrer: under it browsers send "Origin: null" with our own forms.
        # Source: Fetch, "append a request Origin header"
        "referrer-policy": "same-origin",
        "permissions-policy": f"camera={camera}, microphone=(), geolocation=(), payment=(), usb=()",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "x-frame-options": "DENY",
    }
    if rules.settings.is_https:
        headers["strict-transport-security"] = "max-age=63072000; includeSubDomains"
    return [(name.encode(), value.encode()) for name, value in headers.items()]
