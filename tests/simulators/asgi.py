"""Applications without a socket: a browser-like client, and a Fetcher that finds services by their address.

with open_client(app, base_url="https://node.example") as client:
    client.get("/desk")
fetcher = AppFetcher({"https://node.example": app})
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import anyio
import httpx
from anyio.from_thread import start_blocking_portal

from did.fetcher import DEFAULT_MAX_BYTES, NO_HEADERS, Fetched, FetchError, FetchRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from anyio.abc import BlockingPortal


class AsgiTransport(httpx.BaseTransport):
    """Hands requests to an ASGI application on the event loop of a portal; safe from several threads."""

    def __init__(self, app: Any, portal: BlockingPortal) -> None:
        self._app = app
        self._portal = portal

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        status, headers, content = self._portal.call(self._call, request, body)
        return httpx.Response(status, headers=headers, content=content, request=request)

    async def _call(
        self, request: httpx.Request, body: bytes
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        parts: list[dict[str, Any]] = []
        messages = [{"type": "http.request", "body": body, "more_body": False}]
        ended = anyio.Event()

        async def receive() -> dict[str, Any]:
            if messages:
                return messages.pop()
            await ended.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            parts.append(message)

        await self._app(_scope(request), receive, send)
        ended.set()
        start = parts[0]
        return start["status"], start["headers"], b"".join(part.get("body", b"") for part in parts[1:])


def _scope(request: httpx.Request) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.split(b"?")[0],
        "query_string": request.url.query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "server": (request.url.host, request.url.port or 443),
        "client": ("127.0.0.1", 50000),
        "state": {},
    }


@contextmanager
def open_client(app: Any, *, base_url: str, same_site: bool = True, **options: Any) -> Iterator[httpx.Client]:
    """A client with a cookie jar, like one browser; `same_site` sends the Origin that our own pages send."""
    headers = (
        {"origin": httpx.URL(base_url).copy_with(raw_path=b"").__str__().rstrip("/")} if same_site else {}
    )
    with (
        start_blocking_portal() as portal,
        httpx.Client(
            transport=AsgiTransport(app, portal), base_url=base_url, headers=headers, **options
        ) as client,
    ):
        yield client


class AppFetcher:
    """Implements did.fetcher.Fetcher over applications in this process.

    Args:
        apps: ASGI applications by base URL; the longest base that fits answers. May be changed later.
    """

    def __init__(self, apps: Mapping[str, Any]) -> None:
        self.apps = dict(apps)
        self.requested: list[str] = []

    def get(self, url: str, *, accept: str = "*/*", max_bytes: int = DEFAULT_MAX_BYTES) -> Fetched:
        return self._exchange("GET", url, None, {"accept": accept}, max_bytes)

    def post(
        self,
        url: str,
        *,
        content: bytes,
        content_type: str,
        headers: Mapping[str, str] = NO_HEADERS,
        accept: str = "application/json",
        max_bytes: int = DEFAULT_MAX_BYTES,
    ) -> Fetched:
        sent = {**headers, "accept": accept, "content-type": content_type}
        return self._exchange("POST", url, content, sent, max_bytes)

    def _exchange(
        self, method: str, url: str, content: bytes | None, headers: Mapping[str, str], max_bytes: int
    ) -> Fetched:
        self.requested.append(url)
        origin = str(httpx.URL(url).copy_with(raw_path=b"/")).rstrip("/")
        bases = sorted((base for base in self.apps if url == base or url.startswith(f"{base}/")), key=len)
        if not bases and "/.well-known/" in url:  # the inserted form names the base path last
            bases = sorted((base for base in self.apps if base.startswith(origin)), key=len)
        if not bases:
            raise FetchError(f"no application at {url}")
        with open_client(self.apps[bases[-1]], base_url=origin, same_site=False) as client:
            answer = client.request(method, url, content=content, headers=dict(headers))
        if answer.is_redirect:
            raise FetchRefusedError(f"redirect ({answer.status_code}) is not followed")
        if len(answer.content) > max_bytes:
            raise FetchError(f"more than {max_bytes} bytes")
        return Fetched(
            url,
            answer.status_code,
            answer.headers.get("content-type", ""),
            answer.content,
            dict(answer.headers),
        )
