"""The one way out: HTTP to strangers' addresses, without becoming their tool.

What a URL must pass, in order:
1. its form: one spelling per host, https, a likely port, no user name (`parse_url`);
2. every address its name resolves to is a public one (`web.addresses`);
3. the connection goes to the very address that was checked, never to a second resolution, which could answer
   otherwise (DNS rebinding); the certificate is still checked against the name;
4. redirects are refused, since nobody checked where they lead;
5. one deadline over the whole exchange, and a limit on the bytes; compressed bodies are refused unread.
"""

from __future__ import annotations

import contextlib
import re
import select
import socket
import ssl
import threading
import time
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

import httpcore
import httpx

from did.fetcher import DEFAULT_MAX_BYTES, NO_HEADERS, Fetched, FetchError, FetchRefusedError
from web.addresses import Address, is_loopback, is_public, parse_literal
from web.name_resolution import resolve_host

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

TOTAL_SECONDS: Final = 4.5
MAXIMUM_URL_LENGTH: Final = 4_096
USER_AGENT: Final = "passeur/0.1"
FIRST_FREE_PORT: Final = 1_024
# below uvicorn's and nginx's own, so that a request is not written into a connection that is being closed
KEEPALIVE_SECONDS: Final = 4.0
_READ_BYTES: Final = 65_536
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_REDIRECTS: Final = frozenset({300, 301, 302, 303, 305, 307, 308})
_LOOPBACK_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})

_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<target>/[!$&'()*+,;=:@~\w./-]*(?:%[0-9A-Fa-f]{2}[!$&'()*+,;=:@~\w./-]*)*)?"
    r"(?P<query>\?[!$&'()*+,;=:@~\w./?-]*(?:%[0-9A-Fa-f]{2}[!$&'()*+,;=:@~\w./?-]*)*)?",
    re.ASCII,
)
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_MAXIMUM_NAME_LENGTH = 253


@dataclass(frozen=True)
class Target:
    """A URL that passed the checks of form."""

    scheme: str
    host: str
    port: int
    path_and_query: str
    is_loopback: bool

    @property
    def authority(self) -> str:
        """Host and port as the `Host` header writes them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


class Resolve(Protocol):
    """Finds the addresses of a name within so many seconds; raises FetchError when it cannot."""

    def __call__(self, host: str, *, seconds: float) -> Sequence[Address]:
        """Every address of the host."""
        ...


class Connect(Protocol):
    """Opens a TCP connection to a literal address; raises OSError."""

    def __call__(self, address: tuple[str, int], timeout: float) -> socket.socket:
        """A connected socket."""
        ...


def parse_url(url: str, *, allow_insecure_loopback: bool) -> Target:
    """Check the form of a URL before anything is resolved.

    Args:
        url: absolute; a fragment is not sent.
        allow_insecure_loopback: whether http, and this machine by its plain names, are admitted.

    Raises:
        FetchRefusedError: any other scheme, port, spelling or addressee.
    """
    match = _URL.fullmatch(url.partition("#")[0]) if len(url) <= MAXIMUM_URL_LENGTH else None
    if match is None:
        raise FetchRefusedError("not a plain http(s) URL")
    scheme, host = match["scheme"], match["host"].strip("[]").lower()
    loopback = allow_insecure_loopback and host in _LOOPBACK_HOSTS
    if scheme != "https" and not loopback:
        raise FetchRefusedError("https is required")
    port = int(match["port"] or _DEFAULT_PORTS[scheme])
    _check_port(port, scheme, loopback=loopback)
    if not loopback:
        _check_host(host, in_brackets=match["host"].startswith("["))
    return Target(scheme, host, port, (match["target"] or "/") + (match["query"] or ""), loopback)


def _check_port(port: int, scheme: str, *, loopback: bool) -> None:
    # 80 serves plain http alone, and that is for loopback
    usual = port == _DEFAULT_PORTS["https"] or (
        loopback and scheme == "http" and port == _DEFAULT_PORTS["http"]
    )
    if not usual and not FIRST_FREE_PORT <= port < 65_536:  # noqa: PLR2004 - sixteen bits
        raise FetchRefusedError("port not allowed")


def _check_host(host: str, *, in_brackets: bool) -> None:
    """One spelling per host: a full DNS name, or a literal address in its canonical form."""
    literal = parse_literal(host)
    if literal is not None:
        if (literal.version == 6) is not in_brackets or not is_public(literal):  # noqa: PLR2004
            raise FetchRefusedError("address not allowed")
        return
    # the last label begins with a letter, so that no number, hexadecimal or shortened, is read as an address
    if in_brackets or len(host) > _MAXIMUM_NAME_LENGTH or _NAME.fullmatch(host) is None:
        raise FetchRefusedError("host is not a full domain name")
    if host.endswith(".localhost"):
        raise FetchRefusedError("host not allowed")


class SafeFetcher:
    """Fetches from public addresses over https, bounded in bytes and total time; a did.fetcher.Fetcher.

    Connections are kept and shared between threads.

    Args:
        allow_insecure_loopback: development only; admits http(s) to localhost, 127.0.0.1 and [::1].
        total_seconds: for one whole exchange: name, connection, request, answer.
        resolve: how names are resolved.
        connect: how a checked address is connected to.
        ssl_context: trust anchors; by default certifi's, or those of SSL_CERT_FILE.
    """

    def __init__(
        self,
        *,
        allow_insecure_loopback: bool = False,
        total_seconds: float = TOTAL_SECONDS,
        resolve: Resolve = resolve_host,
        connect: Connect = socket.create_connection,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._allow_insecure_loopback = allow_insecure_loopback
        self._total_seconds = total_seconds
        self._deadline = _Deadline()
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl_context or httpx.create_ssl_context(),
            max_connections=64,
            max_keepalive_connections=32,
            keepalive_expiry=KEEPALIVE_SECONDS,
            network_backend=_CheckingBackend(
                self._deadline, resolve, connect, allow_loopback=allow_insecure_loopback
            ),
        )
        # connections that are kept end with the fetcher, not when the collector comes by
        weakref.finalize(self, self._pool.close)

    def get(self, url: str, *, accept: str = "*/*", max_bytes: int = DEFAULT_MAX_BYTES) -> Fetched:
        """Get a URL; any status but a redirect is an answer.

        Args:
            url: absolute.
            accept: the Accept header.
            max_bytes: of the body.

        Raises:
            FetchRefusedError: the URL, an address, a redirect or an encoding is not allowed.
            FetchError: the network failed, took too long or sent too much.
        """
        return self._exchange("GET", url, {"Accept": accept}, None, max_bytes)

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
        """Post a body to a URL, once; errors as `get`.

        Args:
            url: absolute.
            content: the body.
            content_type: its media type.
            headers: further ones, such as Authorization.
            accept: the Accept header.
            max_bytes: of the answer's body.
        """
        sent = {
            **headers,
            "Accept": accept,
            "Content-Type": content_type,
            "Content-Length": str(len(content)),
        }
        return self._exchange("POST", url, sent, content, max_bytes)

    def close(self) -> None:
        """Close every kept connection."""
        self._pool.close()

    def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None, max_bytes: int
    ) -> Fetched:
        target = parse_url(url, allow_insecure_loopback=self._allow_insecure_loopback)
        own = {"Host": target.authority, "User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
        request = httpcore.Request(
            method,
            httpcore.URL(
                scheme=target.scheme.encode(),
                host=target.host.encode(),
                port=target.port,
                target=target.path_and_query.encode(),
            ),
            headers=_header_list({**headers, **own}),
            content=content,
            extensions={"timeout": {"pool": self._total_seconds}},
        )
        with self._deadline.within(self._total_seconds), _as_fetch_errors(target.host):
            response = self._pool.handle_request(request)
            try:
                return _read_answer(url, response, max_bytes)
            finally:
                response.close()


def _header_list(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    try:
        return [(name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()]
    except UnicodeEncodeError as err:
        raise FetchRefusedError("header is not ASCII") from err


def _read_answer(url: str, response: httpcore.Response, max_bytes: int) -> Fetched:
    headers = _answer_headers(response.headers)
    if response.status in _REDIRECTS:
        raise FetchRefusedError(f"redirect ({response.status}) is not followed")
    if headers.get("content-encoding", "identity").lower() not in {"identity", ""}:
        raise FetchRefusedError("compressed body was not asked for")
    length = headers.get("content-length", "0")
    if length.isdecimal() and int(length) > max_bytes:
        raise FetchError(f"more than {max_bytes} bytes")
    body = bytearray()
    for chunk in response.iter_stream():
        body += chunk
        if len(body) > max_bytes:
            raise FetchError(f"more than {max_bytes} bytes")
    return Fetched(url, response.status, headers.get("content-type", ""), bytes(body), headers)


def _answer_headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


@contextlib.contextmanager
def _as_fetch_errors(host: str) -> Any:
    try:
        yield
    except (httpcore.TimeoutException, TimeoutError) as err:
        raise FetchError(f"{host} took too long") from err
    except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError) as err:
        raise FetchError(f"{host}: {type(err).__name__}") from err


class _Deadline(threading.local):
    """The moment at which the current thread's exchange must have ended."""

    at: float = 0.0

    @contextlib.contextmanager
    def within(self, seconds: float) -> Any:
        self.at = time.monotonic() + seconds
        try:
            yield
        finally:
            self.at = 0.0

    def remaining(self) -> float:
        """Seconds left; raises TimeoutError when there are none."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise TimeoutError("total time is over")
        return left


class _CheckingBackend(httpcore.NetworkBackend):
    """Opens connections only to addresses that were checked, and to those very addresses."""

    def __init__(
        self, deadline: _Deadline, resolve: Resolve, connect: Connect, *, allow_loopback: bool
    ) -> None:
        self._deadline = deadline
        self._resolve = resolve
        self._connect = connect
        self._allow_loopback = allow_loopback

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline is over everything
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Any = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        last: OSError = OSError("no address")
        for address in self._checked_addresses(host):
            try:
                opened = self._connect((str(address), port), self._deadline.remaining())
            except OSError as err:
                last = err
                continue
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return _DeadlineStream(opened, self._deadline)
        raise last

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        raise FetchRefusedError("no unix sockets")

    def _checked_addresses(self, host: str) -> Sequence[Address]:
        if self._allow_loopback and host in _LOOPBACK_HOSTS:
            # never asked of a resolver: these names are this machine's
            return _LOOPBACK_ADDRESSES[host]
        literal = parse_literal(host)
        addresses = [literal] if literal else self._resolve(host, seconds=self._deadline.remaining())
        # one bad address among good ones is an attempt, not an accident: all are refused
        if not addresses or not all(is_public(address) for address in addresses):
            raise FetchRefusedError(f"{host} has an address that is not public")
        return addresses


def _loopback(*literals: str) -> tuple[Address, ...]:
    addresses = tuple(address for literal in literals if (address := parse_literal(literal)) is not None)
    assert all(is_loopback(address) for address in addresses)
    return addresses


_LOOPBACK_ADDRESSES: Final[Mapping[str, Sequence[Address]]] = {
    "localhost": _loopback("127.0.0.1", "::1"),
    "127.0.0.1": _loopback("127.0.0.1"),
    "::1": _loopback("::1"),
}


class _DeadlineStream(httpcore.NetworkStream):
    """A socket on which every wait is cut to what the exchange has left."""

    def __init__(self, opened: socket.socket, deadline: _Deadline) -> None:
        self._socket = opened
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        self._socket.settimeout(self._deadline.remaining())
        return self._socket.recv(min(max_bytes, _READ_BYTES))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        while buffer:
            self._socket.settimeout(self._deadline.remaining())
            buffer = buffer[self._socket.send(buffer) :]

    def close(self) -> None:
        self._socket.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        try:
            self._socket.settimeout(self._deadline.remaining())
            secured = ssl_context.wrap_socket(self._socket, server_hostname=server_hostname)
        except BaseException:
            self.close()
            raise
        return _DeadlineStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        readers: dict[str, Callable[[], Any]] = {
            "ssl_object": lambda: self._socket if isinstance(self._socket, ssl.SSLSocket) else None,
            "server_addr": self._socket.getpeername,
            "socket": lambda: self._socket,
            "is_readable": self._is_readable,
        }
        return readers[info]() if info in readers else None

    def _is_readable(self) -> bool:
        """Whether an idle connection has something to say, which is that the other end closed it."""
        if self._socket.fileno() < 0:
            return True
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return bool(poll.poll(0))
