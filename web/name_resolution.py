"""Names to addresses within a time limit, which the system's resolver does not know."""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
from typing import TYPE_CHECKING

from did.fetcher import FetchError
from web.addresses import Address, parse_literal

if TYPE_CHECKING:
    from collections.abc import Sequence

MAXIMUM_ADDRESSES = 8
# a resolver that hangs may hold this many threads, and no more
_RESOLVING = threading.BoundedSemaphore(32)


def resolve_host(host: str, *, seconds: float) -> Sequence[Address]:
    """Every address of a DNS name, as the system resolves it.

    Args:
        host: full domain name, ASCII.
        seconds: at most.

    Raises:
        FetchError: unknown, too slow, or too many names are being resolved.
    """
    if not _RESOLVING.acquire(timeout=seconds):
        raise FetchError("too many names are being resolved")
    answer: queue.SimpleQueue[list[Address] | OSError] = queue.SimpleQueue()
    # a daemon: the system's resolver cannot be interrupted, only left behind
    threading.Thread(target=_resolve, args=(host, answer), daemon=True).start()
    try:
        found = answer.get(timeout=seconds)
    except queue.Empty as err:
        raise FetchError(f"{host} was not resolved in time") from err
    if isinstance(found, OSError):
        raise FetchError(f"{host} is not resolved") from found
    return found


def _resolve(host: str, answer: queue.SimpleQueue[list[Address] | OSError]) -> None:
    try:
        with contextlib.ExitStack() as stack:
            stack.callback(_RESOLVING.release)
            entries = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        literals = dict.fromkeys(str(entry[4][0]) for entry in entries)
        addresses = [address for literal in literals if (address := parse_literal(literal)) is not None]
        answer.put(addresses[:MAXIMUM_ADDRESSES])
    except OSError as err:
        answer.put(err)
