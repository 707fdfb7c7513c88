"""did:web: the identifier is an address, and the host's word is all there is.

The host is read by an allow-list (see `hosts`), the port stands after "%3A". What a URL parser could read in
a second way (percent-encoded dots or slashes) never becomes a URL.

Source: did:web Method Specification, sections 2.1 (Method-specific identifier) and 3.2 (Read).
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_to_bytes, urlsplit

from did.errors import InvalidDidError
from did.methods.hosts import check_host, check_port, scheme_of_host
from did.syntax import parse_did

_SEGMENT: Final = re.compile(r"(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})+", re.ASCII)
# what percent-encoding may stand for in the path: nothing that changes the path, ends it, or is encoded again
_ENCODED: Final = frozenset(b"~!$&'()*+,;=:@ ") | frozenset(range(0x80, 0x100))


def did_web_url(did: str, *, allow_insecure_loopback: bool = False) -> str:
    """Give the URL of a did:web's document.

    Args:
        did: bare DID.
        allow_insecure_loopback: for development: `localhost` and 127.0.0.1, over http. All else is https.

    Raises:
        InvalidDidError: the host or the path is not one that has a single reading.
    """
    parsed = parse_did(did)
    if parsed.method != "web":
        raise InvalidDidError("not did:web")
    authority, *segments = parsed.identifier.split(":")
    host, port = _split_authority(authority)
    for segment in segments:
        _check_segment(segment)
    scheme = scheme_of_host(host, allow_insecure_loopback=allow_insecure_loopback)
    path = f"/{'/'.join(segments)}/did.json" if segments else "/.well-known/did.json"
    return f"{scheme}://{host}{port}{path}"


def _split_authority(authority: str) -> tuple[str, str]:
    """Take host and ":port" apart; the only thing that may be percent-encoded is the colon between them."""
    host, encoded_colon, port = authority.replace("%3a", "%3A").partition("%3A")
    if encoded_colon:
        check_port(port)
    check_host(host)
    return host, f":{port}" if port else ""


def _check_segment(segment: str) -> None:
    if not _SEGMENT.fullmatch(segment) or segment.strip(".") == "":
        raise InvalidDidError("did:web: path")
    if any(int(code, 16) not in _ENCODED for code in re.findall("%(..)", segment)):
        raise InvalidDidError("did:web: percent-encoding in the path")
    try:
        unquote_to_bytes(segment).decode()
    except UnicodeDecodeError as err:
        raise InvalidDidError("did:web: path is not UTF-8") from err


def did_web(base_url: str) -> str:
    """Give the did:web of a service at an address.

    Args:
        base_url: "https://a.example", "https://a.example:8443/x"; http for loopback only.

    Raises:
        InvalidDidError: no did:web leads back to this address.
    """
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname or "", parts.port
    except ValueError as err:
        raise InvalidDidError(f"not a base URL: {base_url[:100]!r}") from err
    loopback = parts.scheme == "http"
    if parts.scheme not in {"http", "https"} or "@" in parts.netloc or parts.query or parts.fragment:
        raise InvalidDidError(f"not a base URL: {base_url[:100]!r}")
    authority = host + (f"%3A{port}" if port is not None else "")
    if ":" in parts.path or "//" in parts.path:
        # "/a:b" would come out as "/a/b", which is somebody else's
        raise InvalidDidError(f"no did:web for this path: {base_url[:100]!r}")
    path = [segment for segment in parts.path.strip("/").split("/") if segment]
    did = ":".join(["did:web", authority, *path])
    # the same gate as for a stranger's DID; and the scheme must come out as it went in
    if not did_web_url(did, allow_insecure_loopback=loopback).startswith(f"{parts.scheme}://"):
        raise InvalidDidError("did:web: plain http is for loopback only")
    return did
