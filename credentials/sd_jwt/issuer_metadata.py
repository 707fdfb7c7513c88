"""JWT VC Issuer Metadata: the keys that the host of an https issuer publishes for it.

Source: draft-ietf-oauth-sd-jwt-vc-24, sections "JWT VC Issuer Metadata" and "Retrieving Documents and
Resources via HTTP".
"""

from __future__ import annotations

import re
from collections import OrderedDict
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from contexts import ContextsError, strict_json
from credentials.exchange.urls import UrlSyntaxError, read_origin
from credentials.sd_jwt.errors import SdJwtError
from did.jwks import fetch_jwks, read_jwks
from did.published import fetch_published

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from did.fetcher import Fetcher
    from did.jwks import PublishedKey

JsonObject = dict[str, Any]
WELL_KNOWN: Final = "/.well-known/jwt-vc-issuer"
_MAX_BYTES: Final = 131_072
_MAX_DEPTH: Final = 16
# no segment that a server could take for another path: dots, and encoded dots, slashes and controls
_PATH: Final = re.compile(
    r"(?:/(?!\.{1,2}(?:/|$))"
    r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%(?!2[EFef]|5[Cc]|[01])[0-9A-Fa-f]{2})+)*/?",
    re.ASCII,
)


def build_issuer_metadata(issuer_id: str, jwks: JsonObject) -> JsonObject:
    """Build the metadata that an https issuer publishes at `issuer_metadata_url`.

    Args:
        issuer_id: `iss` of its tokens, exactly.
        jwks: its JWK Set; each key with the `kid` that its tokens name.
    """
    return {"issuer": issuer_id, "jwks": jwks}


def issuer_metadata_url(issuer_id: str, *, allow_loopback: bool = False) -> str:
    """Give the URL of an issuer's metadata: the well-known string between host and path.

    Args:
        issuer_id: `iss`, an https URL without query and fragment.
        allow_loopback: for development: plain http to loopback.

    Raises:
        SdJwtError: "issuer_invalid".
    """
    if not _is_fetchable(issuer_id, allow_loopback=allow_loopback) or "?" in issuer_id:
        raise SdJwtError("issuer_invalid", f"no https URL: {issuer_id[:100]!r}", pointer="/iss")
    parts = urlsplit(issuer_id)
    if not _PATH.fullmatch(parts.path):
        raise SdJwtError("issuer_invalid", f"path: {issuer_id[:100]!r}", pointer="/iss")
    return f"{parts.scheme}://{parts.netloc}{WELL_KNOWN}{parts.path.removesuffix('/')}"


def _is_fetchable(url: object, *, allow_loopback: bool) -> bool:
    try:
        # plain http gets through there for loopback only
        return read_origin(url).scheme == "https" or allow_loopback
    except UrlSyntaxError:
        return False


def fetch_issuer_keys(issuer_id: str, *, fetcher: Fetcher, allow_loopback: bool) -> list[PublishedKey]:
    """Fetch the keys of an https issuer.

    Raises:
        SdJwtError: "issuer_invalid", "issuer_mismatch", "issuer_metadata_invalid".
        DidError: as `did.jwks.fetch_jwks`.
    """
    url = issuer_metadata_url(issuer_id, allow_loopback=allow_loopback)
    metadata = _fetch_metadata(url, fetcher)
    if metadata.get("issuer") != issuer_id:
        # character by character: another case, or a slash at the end, is another issuer
        raise SdJwtError("issuer_mismatch", f"{url} is of {str(metadata.get('issuer'))[:100]!r}")
    if ("jwks" in metadata) == ("jwks_uri" in metadata):
        raise SdJwtError("issuer_metadata_invalid", f"{url}: one of jwks and jwks_uri is needed")
    if "jwks" in metadata:
        return read_jwks(metadata["jwks"])
    jwks_uri = metadata["jwks_uri"]
    if not _is_fetchable(jwks_uri, allow_loopback=allow_loopback):
        raise SdJwtError("issuer_metadata_invalid", f"{url}: jwks_uri")
    return fetch_jwks(jwks_uri, fetcher=fetcher)


def _fetch_metadata(url: str, fetcher: Fetcher) -> JsonObject:
    body = fetch_published(url, fetcher=fetcher, accept="application/json", max_bytes=_MAX_BYTES)
    try:
        metadata = strict_json.loads(body, max_bytes=_MAX_BYTES, max_depth=_MAX_DEPTH)
    except ContextsError as err:
        raise SdJwtError("issuer_metadata_invalid", f"{url}: {err.code}") from err
    if not isinstance(metadata, dict):
        raise SdJwtError("issuer_metadata_invalid", f"{url}: not an object")
    return metadata


class IssuerKeyMemory:
    """Keys of https issuers, for a while; the least recently used go first. Safe to share between threads.

    Args:
        ttl_seconds: how long they are remembered.
        size: of how many issuers.
    """

    def __init__(self, *, ttl_seconds: int = 300, size: int = 256) -> None:
        self._ttl = timedelta(seconds=ttl_seconds)
        self._size = size
        self._entries: OrderedDict[str, tuple[datetime, tuple[PublishedKey, ...]]] = OrderedDict()
        self._lock = Lock()

    def recall(self, issuer_id: str, *, now: datetime) -> tuple[PublishedKey, ...] | None:
        """Give the keys of an issuer that were fetched not long ago."""
        with self._lock:
            entry = self._entries.get(issuer_id)
            # a clock that went back must not make keys last longer
            if entry is None or not timedelta() <= now - entry[0] < self._ttl:
                return None
            self._entries.move_to_end(issuer_id)
            return entry[1]

    def remember(self, issuer_id: str, keys: Sequence[PublishedKey], *, now: datetime) -> None:
        """Keep keys that were fetched."""
        with self._lock:
            self._entries[issuer_id] = (now, tuple(keys))
            self._entries.move_to_end(issuer_id)
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)
