"""The one way out: what it refuses to reach (F1-F4), how much it takes (F5), and that it works at all."""

from __future__ import annotations

import gzip
import ipaddress
import socket
import time

import pytest

from did.fetcher import FetchError, FetchRefusedError
from tests.timing import takes_at_most
from tests.unit.web.conftest import OK, answer_with, listening
from web.addresses import is_public
from web.fetching import SafeFetcher, parse_url

INNER = [
    "127.0.0.1", "127.0.0.2", "127.255.255.254", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255",
    "192.168.0.1", "192.168.255.255", "100.64.0.1", "100.127.255.255", "169.254.169.254", "198.18.0.1",
    "198.19.255.255", "0.0.0.0", "224.0.0.1", "255.255.255.255", "192.0.2.1",
    "::1", "::", "fc00::1", "fdff::1", "fe80::1", "febf::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1",
]  # fmt: skip
ODD_SPELLINGS = [
    "127.1", "127.0.1", "0x7f.1", "0x7f000001", "2130706433", "017700000001", "0177.0.0.1", "0", "localhost.",
    "127.0.0.1.", "LOCALHOST.", "sub.localhost", "1.1", "①②⑦.0.0.1", "127。0。0。1", "localhost%00.example.org",
    "[::ffff:7f00:1]", "[::1%25lo]", "[0:0:0:0:0:0:0:1]", "example", "ex_ample.org", "example.org.", "-a.org", "a..org",
]  # fmt: skip


def resolving(*answers: list[str]):
    """A resolver that gives each answer in turn, then the last one for ever."""
    waiting = [[ipaddress.ip_address(literal) for literal in answer] for answer in answers]

    def resolve(host: str, *, seconds: float):
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    return resolve


class Dialled:
    """Connects like the system does, and remembers to where."""

    def __init__(self, instead: tuple[str, int] | None = None) -> None:
        self.addresses: list[tuple[str, int]] = []
        self._instead = instead

    def __call__(self, address: tuple[str, int], timeout: float) -> socket.socket:
        self.addresses.append(address)
        return socket.create_connection(self._instead or address, timeout)


@pytest.mark.attack("F1")
@pytest.mark.parametrize("literal", INNER)
def test_no_inner_address_is_public(literal):
    assert not is_public(ipaddress.ip_address(literal))


@pytest.mark.parametrize(
    "literal", ["1.1.1.1", "172.15.255.255", "172.32.0.1", "100.63.0.1", "198.20.0.1", "2606:4700::1"]
)
def test_its_neighbours_are_public(literal):
    assert is_public(ipaddress.ip_address(literal))


@pytest.mark.attack("F1")
@pytest.mark.parametrize("literal", INNER)
def test_literal_inner_address_is_refused_without_a_connection(literal):
    dialled = Dialled()
    host = f"[{literal}]" if ":" in literal else literal
    with pytest.raises(FetchRefusedError):
        SafeFetcher(connect=dialled).get(f"https://{host}/")
    assert dialled.addresses == []


@pytest.mark.attack("F1")
@pytest.mark.parametrize("host", ODD_SPELLINGS)
@pytest.mark.parametrize("allow_insecure_loopback", [False, True], ids=["strict", "development"])
def test_other_spellings_are_refused_without_a_connection(host, allow_insecure_loopback):
    dialled = Dialled()
    fetcher = SafeFetcher(connect=dialled, allow_insecure_loopback=allow_insecure_loopback)
    with pytest.raises(FetchError):
        fetcher.get(f"https://{host}:8443/")
    assert dialled.addresses == []


@pytest.mark.attack("F1")
@pytest.mark.parametrize("literal", INNER)
def test_a_name_that_leads_inside_is_refused_even_beside_a_good_address(literal):
    dialled = Dialled()
    fetcher = SafeFetcher(connect=dialled, resolve=resolving(["1.1.1.1", literal]))
    with pytest.raises(FetchRefusedError):
        fetcher.get("https://inside.example.org/")
    assert dialled.addresses == []


@pytest.mark.attack("F1")
@pytest.mark.parametrize("allow_insecure_loopback", [False, True], ids=["strict", "development"])
def test_a_listener_on_another_loopback_address_counts_zero(allow_insecure_loopback):
    with listening(OK, address="127.0.0.2") as listener:
        fetcher = SafeFetcher(
            allow_insecure_loopback=allow_insecure_loopback, resolve=resolving(["127.0.0.2"])
        )
        for host in ("127.0.0.2", "rebound.example.org", "[::ffff:127.0.0.2]", "127.2", "2130706434"):
            for scheme in ("http", "https"):
                with pytest.raises(FetchError):
                    fetcher.get(f"{scheme}://{host}:{listener.port}/")
                with pytest.raises(FetchError):
                    fetcher.post(
                        f"{scheme}://{host}:{listener.port}/", content=b"x", content_type="text/plain"
                    )
        assert listener.connections == 0


def test_development_reaches_this_machine_by_its_plain_names():
    with listening(OK) as listener:
        for host in ("127.0.0.1", "localhost"):
            fetched = SafeFetcher(allow_insecure_loopback=True).get(f"http://{host}:{listener.port}/a?b=c#d")
            assert (fetched.status, fetched.body, fetched.content_type) == (200, b"hello", "text/plain")
        assert listener.connections == 2


@pytest.mark.covers("did-web", "2.5.2")
@pytest.mark.covers("token-status-list", "11.4")
@pytest.mark.covers("openid4vp-1.0", "14.8")
@pytest.mark.covers("sd-jwt-vc", "3", "7.1")
@pytest.mark.attack("F2")
@pytest.mark.parametrize("status", [300, 301, 302, 303, 305, 307, 308])
def test_redirects_are_not_followed(status):
    with listening(OK, address="127.0.0.2") as inside:
        head = f"HTTP/1.1 {status} Moved\nLocation: http://127.0.0.2:{inside.port}/\nContent-Length: 0"
        with listening(answer_with(head)) as listener, pytest.raises(FetchRefusedError, match="redirect"):
            SafeFetcher(allow_insecure_loopback=True).get(f"http://127.0.0.1:{listener.port}/")
        assert inside.connections == 0


@pytest.mark.attack("F3")
def test_the_connection_goes_to_the_address_that_was_checked():
    with listening(OK, address="127.0.0.2") as inside:
        dialled = Dialled(instead=("127.0.0.1", 9))  # stands for the public address; nothing listens there
        fetcher = SafeFetcher(connect=dialled, resolve=resolving(["1.1.1.1"], ["127.0.0.2"]))
        with pytest.raises(FetchError):
            fetcher.get(f"https://rebinding.example.org:{inside.port}/")
        assert dialled.addresses == [("1.1.1.1", inside.port)]
        with pytest.raises(FetchRefusedError):  # the second answer is checked as the first was
            fetcher.get(f"https://rebinding.example.org:{inside.port}/")
        assert dialled.addresses == [("1.1.1.1", inside.port)]
        assert inside.connections == 0


@pytest.mark.attack("F4")
@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://example.org/", "gopher://example.org/", "data:text/plain,x", "javascript:0",
        "http://example.org/", "https://example.org:22/", "https://example.org:25/", "https://example.org:80/",
        "https://example.org:0/", "https://example.org:65536/", "https://example.org:99999/", "https://example.org:-1/",
        "https://user@example.org/", "https://user:pw@example.org/", "https://example.org\\@127.0.0.1/",
        "https://example.org /", "https://example.org/\r\nX: y", "https://example.org/\x00", " https://example.org/",
        "HTTPS://example.org/", "//example.org/", "example.org", "", "https:///x", "https://[::1/", "https://a.org/" + "x" * 5000,
    ],
)  # fmt: skip
def test_other_schemes_ports_and_forms_are_refused(url):
    with pytest.raises(FetchRefusedError):
        SafeFetcher(connect=Dialled(), resolve=resolving(["1.1.1.1"])).get(url)


def test_usual_addresses_are_understood():
    target = parse_url("https://Node.Example.org:8443/a/b?c=d%20e#f", allow_insecure_loopback=False)
    assert (target.host, target.port, target.path_and_query) == ("node.example.org", 8443, "/a/b?c=d%20e")
    assert target.authority == "node.example.org:8443"
    assert (
        parse_url("https://[2606:4700::1111]", allow_insecure_loopback=False).authority == "[2606:4700::1111]"
    )


def drip(peer: socket.socket) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        peer.sendall(b"x")
        time.sleep(0.1)


def drip_headers(peer: socket.socket) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(1000):
        peer.sendall(f"X-{number}: y\r\n".encode())
        time.sleep(0.1)


def silent(peer: socket.socket) -> None:
    time.sleep(30)


def endless_chunks(peer: socket.socket) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        peer.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")


def endless_body(peer: socket.socket) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while True:
        peer.sendall(b"x" * 65_536)


@pytest.mark.attack("F5")
@pytest.mark.parametrize("answer", [drip, drip_headers, silent], ids=lambda answer: answer.__name__)
def test_slow_answers_end_at_the_deadline(answer):
    with listening(answer) as listener:
        fetcher = SafeFetcher(allow_insecure_loopback=True, total_seconds=0.5)
        with (
            takes_at_most(1.5, clock=time.monotonic),
            pytest.raises(FetchError, match="too long"),
        ):
            fetcher.get(f"http://127.0.0.1:{listener.port}/")


@pytest.mark.attack("F5")
@pytest.mark.parametrize("answer", [endless_chunks, endless_body], ids=lambda answer: answer.__name__)
def test_endless_answers_end_at_the_limit(answer):
    with listening(answer) as listener, pytest.raises(FetchError, match="more than 20000 bytes"):
        SafeFetcher(allow_insecure_loopback=True).get(f"http://127.0.0.1:{listener.port}/", max_bytes=20_000)


@pytest.mark.attack("F5")
def test_ten_megabytes_are_refused_by_their_announcement():
    with (
        listening(answer_with("HTTP/1.1 200 OK\nContent-Length: 10485760")) as listener,
        takes_at_most(2, clock=time.monotonic),
        pytest.raises(FetchError, match="more than"),
    ):
        SafeFetcher(allow_insecure_loopback=True).get(f"http://127.0.0.1:{listener.port}/")


@pytest.mark.attack("F5")
@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "x-unknown"])
def test_compressed_bodies_are_refused_unread(encoding):
    body = gzip.compress(b"0" * 1_000_000)
    head = f"HTTP/1.1 200 OK\nContent-Encoding: {encoding}\nContent-Length: {len(body)}"
    with listening(answer_with(head, body)) as listener, pytest.raises(FetchRefusedError, match="compressed"):
        SafeFetcher(allow_insecure_loopback=True).get(f"http://127.0.0.1:{listener.port}/")


@pytest.mark.attack("F5")
def test_a_body_at_its_limit_is_taken_whole():
    with listening(answer_with("HTTP/1.1 200 OK\nContent-Length: 1000", b"x" * 1000)) as listener:
        fetched = SafeFetcher(allow_insecure_loopback=True).get(
            f"http://127.0.0.1:{listener.port}/", max_bytes=1000
        )
    assert fetched.body == b"x" * 1000


def test_a_slow_resolver_is_left_behind():
    def never(host: str, *, seconds: float):
        raise FetchError(f"{host} was not resolved in time")

    with pytest.raises(FetchError, match="in time"):
        SafeFetcher(resolve=never).get("https://slow.example.org/")


def test_a_header_that_would_end_is_refused():
    with listening(OK) as listener, pytest.raises(FetchError):
        SafeFetcher(allow_insecure_loopback=True).post(
            f"http://127.0.0.1:{listener.port}/",
            content=b"",
            content_type="text/plain",
            headers={"X": "a\r\nY: b"},
        )


def test_a_post_sends_its_body_and_headers():
    with listening(OK) as listener:
        SafeFetcher(allow_insecure_loopback=True).post(
            f"http://127.0.0.1:{listener.port}/",
            content=b"a=b",
            content_type="application/x-www-form-urlencoded",
        )
    (received,) = listener.received
    assert b"\r\nContent-Type: application/x-www-form-urlencoded\r\n" in received
    assert received.endswith(b"\r\n\r\na=b")
