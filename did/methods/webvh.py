"""did:webvh: an identifier that is the hash of its own beginning, at an address that may change.

Two spellings are two identifiers; what is decoded here is decoded once, to find the address only. A host is
an ASCII name: one in other letters is written as its A-label ("xn--...").

Source: did:webvh v1.0, "Method-Specific Identifier" and "The DID to HTTPS Transformation".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from did.errors import InvalidDidError
from did.methods.hosts import check_host, check_port, scheme_of_host
from did.syntax import parse_did

METHOD_PREFIX: Final = "did:webvh:"
_SCID: Final = re.compile(r"[1-9A-HJ-NP-Za-km-z]{46}", re.ASCII)
_PORT_COLON: Final = re.compile(r"%3A", re.IGNORECASE)
_SEPARATORS: Final = frozenset("/\\\0")


@dataclass(frozen=True)
class WebvhDid:
    """A did:webvh and where its files are.

    Args:
        did: the DID.
        scid: self-certifying identifier, base58-btc of a multihash, 46 characters.
        origin: "https://a.example" or "https://a.example:8443"; http on loopback only.
        segments: of the path, percent-encoded for a URL.
    """

    did: str
    scid: str
    origin: str
    segments: tuple[str, ...]

    @property
    def log_url(self) -> str:
        """URL of the DID log."""
        return f"{self._directory}did.jsonl"

    @property
    def witness_url(self) -> str:
        """URL of the witness proofs."""
        return f"{self._directory}did-witness.json"

    @property
    def files_url(self) -> str:
        """URL that the implicit `#files` service stands for; ends in "/", and has no ".well-known"."""
        return "/".join((self.origin, *self.segments, ""))

    @property
    def did_web(self) -> str:
        """The parallel did:web, published in the same place."""
        return self.did.replace(f"{METHOD_PREFIX}{self.scid}:", "did:web:", 1)

    @property
    def _directory(self) -> str:
        return "/".join((self.origin, *(self.segments or (".well-known",)), ""))


# the same few come again and again
@lru_cache(maxsize=512)
def parse_did_webvh(did: str, *, allow_insecure_loopback: bool = False) -> WebvhDid:
    """Take a did:webvh apart.

    Args:
        did: bare DID.
        allow_insecure_loopback: for development: `localhost` and 127.0.0.1, over http. All else is https.

    Raises:
        InvalidDidError: another method, no SCID, or an address that has not a single reading.
    """
    parsed = parse_did(did)
    scid, *address = parsed.identifier.split(":")
    if parsed.method != "webvh" or not address:
        raise InvalidDidError("not did:webvh, or no domain")
    if not _SCID.fullmatch(scid):
        raise InvalidDidError("did:webvh: the SCID is not 46 characters of base58-btc")
    # steps 1 and 2 of the transformation are done: prefix and SCID are gone
    domain, *path = address
    origin = _origin(domain, allow_insecure_loopback=allow_insecure_loopback)
    return WebvhDid(did, scid, origin, tuple(_url_segment(segment) for segment in path))


def _origin(domain: str, *, allow_insecure_loopback: bool) -> str:
    """Transformation, step 3: the port is what follows the only encoded colon; the rest is decoded once."""
    encoded_host, *ports = _PORT_COLON.split(domain)
    if len(ports) > 1:
        raise InvalidDidError("did:webvh: more than one port")
    for port in ports:
        check_port(port)
    host = _decoded(encoded_host)
    check_host(host)
    scheme = scheme_of_host(host, allow_insecure_loopback=allow_insecure_loopback)
    return ":".join((f"{scheme}://{host}", *ports))


def _url_segment(segment: str) -> str:
    """Transformation, step 4: decode once, refuse what would change the path, encode anew."""
    name = _decoded(segment)
    if name in {"", ".", ".."} or name != name.strip() or _SEPARATORS & set(name):
        raise InvalidDidError(f"did:webvh: path: {segment[:100]!r}")
    return quote(name, safe="")


def _decoded(text: str) -> str:
    """Undo percent-encoding; that each "%" is followed by two digits was checked with the DID's syntax."""
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeDecodeError as err:
        raise InvalidDidError("did:webvh: percent-encoding of no UTF-8") from err
