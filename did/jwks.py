"""The keys that a host publishes for an issuer with an https identifier: `/.well-known/jwks.json`.

Who holds the host holds the identifier: that is all such a key rests on, as with did:web.

Source: Open Badges 3.0 Implementation Guide, section "Key provenance"; RFC 7517, section 5 (JWK Set).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from contexts import ContextsError, strict_json
from did.errors import (
    DidError,
    InvalidDidError,
    InvalidKeyError,
    UnknownMethodError,
)
from did.keys import PublicKey
from did.methods.web import did_web, did_web_url
from did.published import fetch_published

if TYPE_CHECKING:
    from collections.abc import Sequence

    from did.fetcher import Fetcher

JsonObject = dict[str, Any]
MAXIMUM_KEYS: Final = 100
_MAX_BYTES: Final = 131_072
_MAX_DEPTH: Final = 8
_ACCEPT: Final = "application/jwk-set+json, application/json"


class InvalidJwksError(DidError):
    """A JWK Set that is none, or that lets the reader choose between two keys."""

    default_code = "invalid_jwks"


@dataclass(frozen=True)
class PublishedKey:
    """A signature key of a JWK Set.

    Args:
        kid: its name there, None if it has none.
        issuer: the issuer that its member `iss` says it belongs to, None if it does not say.
        public_key: the key.
    """

    kid: str | None
    issuer: str | None
    public_key: PublicKey


def jwks_url(issuer_id: str, *, allow_insecure_loopback: bool = False) -> str:
    """Give the URL of the keys of an issuer with an https identifier.

    Args:
        issuer_id: the issuer's identifier, "https://a.example/issuers/1"; only its authority counts.
        allow_insecure_loopback: for development: `localhost` and 127.0.0.1, over http.

    Raises:
        InvalidDidError: another scheme, user info, or a host that has more than one reading.

    Source: Open Badges 3.0 Implementation Guide, section "Key provenance".
    """
    try:
        parts = urlsplit(issuer_id)
        origin = f"{parts.scheme}://{parts.netloc}"
    except ValueError as err:
        raise InvalidDidError(f"not a URL: {issuer_id[:100]!r}") from err
    # the gate that a did:web of this host goes through
    document = did_web_url(did_web(origin), allow_insecure_loopback=allow_insecure_loopback)
    return document.removesuffix("did.json") + "jwks.json"


def fetch_jwks(url: str, *, fetcher: Fetcher) -> list[PublishedKey]:
    """Fetch a JWK Set.

    Args:
        url: absolute.
        fetcher: decides which addresses may be reached.

    Raises:
        DidNotFoundError: the host says there is none.
        ResolutionUnavailableError: nothing was learnt.
        TooManyFetchesError: this verification may ask for no more.
        InvalidJwksError: as `read_jwks`.
    """
    body = fetch_published(url, fetcher=fetcher, accept=_ACCEPT, max_bytes=_MAX_BYTES)
    try:
        raw = strict_json.loads(body, max_bytes=_MAX_BYTES, max_depth=_MAX_DEPTH)
    except ContextsError as err:
        raise InvalidJwksError(f"{url}: {err.code}") from err
    return read_jwks(raw)


def read_jwks(raw: object) -> list[PublishedKey]:
    """Read a JWK Set; keys of a kind not known here, for encryption, or with a secret in them are left out.

    Raises:
        InvalidJwksError: not an object with `keys`, too many, or two different keys of one `kid`.

    Source: RFC 7517, sections 4 and 5.
    """
    entries = raw.get("keys") if isinstance(raw, dict) else None
    if not isinstance(entries, list) or len(entries) > MAXIMUM_KEYS:
        raise InvalidJwksError(f"an object with at most {MAXIMUM_KEYS} keys is needed")
    keys = [key for key in map(_usable, entries) if key is not None]
    named: dict[str, PublicKey] = {}
    for key in keys:
        if key.kid is not None and named.setdefault(key.kid, key.public_key) != key.public_key:
            raise InvalidJwksError(f"two keys have the kid {key.kid[:80]!r}")
    return keys


def _usable(jwk: object) -> PublishedKey | None:
    if not isinstance(jwk, dict) or jwk.get("use", "sig") != "sig":
        return None
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        return None
    kid, issuer = jwk.get("kid"), jwk.get("iss")
    # a name that is no string must not read as "no name"
    if not isinstance(kid, str | None) or not isinstance(issuer, str | None):
        return None
    try:
        return PublishedKey(kid, issuer, PublicKey.from_jwk(jwk))
    except InvalidKeyError:
        return None


def select_key(
    keys: Sequence[PublishedKey], *, kid: str | None, thumbprint: str | None, issuer_id: str
) -> PublicKey:
    """Find the one key that a token names.

    Args:
        keys: what the issuer's host publishes.
        kid: the token's `kid`; exactly this name, if there is one.
        thumbprint: JWK thumbprint of the token's `jwk`; the key must have it, if there is one.
        issuer_id: the issuer; a key that says it is another one's is not considered.

    Raises:
        UnknownMethodError: there is none, or nothing tells which of several.

    Source: RFC 7515, section 4.1.4 (`kid`); RFC 7638.
    """
    found = {
        key.public_key
        for key in keys
        if key.issuer in (None, issuer_id)
        and kid in (None, key.kid)
        and thumbprint in (None, key.public_key.thumbprint())
    }
    if len(found) != 1:
        raise UnknownMethodError(f"{len(found)} keys of {issuer_id[:100]} are {str(kid)[:100]!r}")
    return found.pop()
