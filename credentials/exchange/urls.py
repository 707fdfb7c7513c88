"""URLs that a stranger's message names: only those that have one reading."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

_LONGEST: Final = 2048
_PRINTABLE: Final = re.compile(r"[\x21-\x7e]+", re.ASCII)
_HOST: Final = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*|\[[0-9A-Fa-f:.]+\]", re.ASCII)
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}


class UrlSyntaxError(ValueError):
    """Not a URL that this protocol may name; the caller turns it into an error of its message."""


@dataclass(frozen=True)
class Origin:
    """Scheme, host and port."""

    scheme: str
    host: str
    port: int


def read_origin(url: object) -> Origin:
    """Check a URL that will be fetched or posted to, and give its origin.

    Plain http is taken for loopback only; whether loopback may be reached at all is the fetcher's to say.

    Raises:
        UrlSyntaxError: not https, user info, a fragment, a host or character that readers could take in two
            ways.
    """
    if not isinstance(url, str) or len(url) > _LONGEST or not _PRINTABLE.fullmatch(url) or "\\" in url:
        raise UrlSyntaxError("not a URL")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as err:
        raise UrlSyntaxError("not a URL") from err
    host, colon, _ = parts.netloc.rpartition(":") if port is not None else (parts.netloc, "", "")
    if not _HOST.fullmatch(host) or "#" in url or (parts.netloc.endswith(":") and not colon):
        raise UrlSyntaxError("host or fragment")
    if parts.scheme != "https" and not (parts.scheme == "http" and host.lower() in _LOOPBACK):
        raise UrlSyntaxError("https is needed")
    return Origin(parts.scheme, host.lower(), port if port is not None else _DEFAULT_PORTS[parts.scheme])


def read_query(query: str, *, max_fields: int = 30) -> dict[str, str]:
    """Read the parameters of a query string; each may be there once.

    Raises:
        UrlSyntaxError: a parameter twice, too many, or not UTF-8.

    Source: RFC 6749, section 3.1: parameters are not included more than once.
    """
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=max_fields)
    except ValueError as err:
        raise UrlSyntaxError("query") from err
    parameters = dict(pairs)
    if len(parameters) != len(pairs):
        raise UrlSyntaxError("a parameter twice")
    return parameters
