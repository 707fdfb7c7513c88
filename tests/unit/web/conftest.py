"""Small servers and applications that the tests of web stand on."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.simulators.asgi import open_client
from tests.unit.web.gallery import BASE_URL, create_gallery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Listener:
    """A raw TCP server on a loopback address: counts connections, and answers each as `answer` does."""

    def __init__(self, address: str, answer: Callable[[socket.socket], None]) -> None:
        self.connections = 0
        self.received: list[bytes] = []
        self._answer = answer
        self._server = socket.create_server((address, 0))
        self.port = self._server.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(peer)
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        try:
            received = b""
            while not _is_whole(received):
                part = peer.recv(65_536)
                if not part:
                    return
                received += part
            self.received.append(received)
            self._answer(peer)
        except OSError:
            return  # the other end had enough: that is what is tested
        finally:
            peer.close()

    def close(self) -> None:
        self._server.close()
        for peer in self._open:
            peer.close()


def _is_whole(request: bytes) -> bool:
    """Whether the headers are there, and as much body as they announce."""
    head, end, body = request.partition(b"\r\n\r\n")
    announced = re.search(rb"(?i)\r\ncontent-length: *([0-9]+)", head)
    return bool(end) and len(body) >= (int(announced[1]) if announced else 0)


@contextmanager
def listening(answer: Callable[[socket.socket], None], *, address: str = "127.0.0.1") -> Iterator[Listener]:
    listener = Listener(address, answer)
    try:
        yield listener
    finally:
        listener.close()


def answer_with(head: str, body: bytes = b"") -> Callable[[socket.socket], None]:
    def answer(peer: socket.socket) -> None:
        peer.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)

    return answer


OK = answer_with("HTTP/1.1 200 OK\nContent-Type: text/plain\nContent-Length: 5\nConnection: close", b"hello")


@pytest.fixture
def gallery():
    with open_client(create_gallery(), base_url=BASE_URL) as client:
        yield client
