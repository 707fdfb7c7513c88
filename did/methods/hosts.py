"""Hosts in DIDs that are addresses (did:web, did:webvh): read by an allow-list.

Letters, digits, hyphens and dots. What a URL parser could read in a second way (user info, other writings of
an IP address, a local name) never becomes a URL.

Source: RFC 1123, section 2.1; did:web Method Specification, section 2.1; did:webvh v1.0, "Method-Specific
Identifier".
"""

from __future__ import annotations

import re
from typing import Final

from did.errors import InvalidDidError

_LABEL: Final = r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)"
_HOST: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_LONGEST_HOST: Final = 253
_LAST_PORT: Final = 65_535
_PORT: Final = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)
# the last label of an IPv4 address, in any writing that resolvers accept; no top-level domain looks like it
_NUMERIC_LABEL: Final = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*", re.ASCII)
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1"})


def check_host(host: str) -> None:
    """Check that a host has a single reading.

    Raises:
        InvalidDidError: it has not.
    """
    if len(host) > _LONGEST_HOST or not _HOST.fullmatch(host):
        raise InvalidDidError(f"host: {host[:100]!r}")


def check_port(port: str) -> None:
    """Check a port: 1 to 65535, in digits without leading zeros.

    Raises:
        InvalidDidError: it is none.
    """
    if not _PORT.fullmatch(port) or int(port) > _LAST_PORT:
        raise InvalidDidError(f"port: {port[:20]!r}")


def scheme_of_host(host: str, *, allow_insecure_loopback: bool) -> str:
    """Give the scheme under which a host may be asked.

    Args:
        host: checked by `check_host`.
        allow_insecure_loopback: for development: `localhost` and 127.0.0.1, over http. All else is https.

    Raises:
        InvalidDidError: an address or a local name.
    """
    if host in _LOOPBACK and allow_insecure_loopback:
        return "http"
    labels = host.split(".")
    if len(labels) == 1 or _NUMERIC_LABEL.fullmatch(labels[-1]):
        raise InvalidDidError("a domain name is needed, no address and no local name")
    return "https"
