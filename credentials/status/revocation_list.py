"""The 1EdTech Revocation List: the ids of revoked credentials, in plain JSON that nobody signed. Verifying
only; Open Badges 3.0 deprecates it (November 2025) for Bitstring Status Lists.

What such a list proves. TLS vouches for the host, the signed credential names the address, and nothing
vouches for the bytes. So:

- it must come over https (loopback aside), or it proves nothing;
- from the issuer's own origin (that of its did:web, or of its https id), it is the issuer's word, both ways;
- from another host, the credential's issuer asked us to listen, so "revoked" counts; but "not listed" may
  just as well be the host's silence, and says nothing ("status_list_unsigned": could not be checked);
- it has no version, so a rollback cannot be noticed and nothing is kept of it;
- a list that names another issuer or another address is somebody else's, and is refused.

Source: Open Badges 3.0, section "1EdTechRevocationList"; 1EdTech Revocation List Status Method 1.0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from contexts import ContextsError, strict_json
from credentials.dates import parse_date_time_stamp
from credentials.errors import DateSyntaxError, StatusError
from credentials.exchange.urls import Origin, UrlSyntaxError, read_origin
from credentials.report import Check
from credentials.status.fetching import fetch_list
from did.errors import InvalidDidError
from did.methods.web import did_web_url

if TYPE_CHECKING:
    from datetime import datetime

    from credentials.status.entries import RevocationListEntry
    from did.fetcher import Fetcher

_ACCEPT: Final = "application/json"
_MAX_DEPTH: Final = 16
_MEMBERS: Final = ("revokedCredential", "revokedCredentials")
_LONGEST_REASON: Final = 500


@dataclass(frozen=True)
class _Revocation:
    """What a list says of one credential."""

    reason: str | None


def check_revocation_list(
    credential_id: object,
    entry: RevocationListEntry,
    *,
    issuer_id: str,
    fetcher: Fetcher,
    now: datetime,
) -> Check:
    """Look a credential up in its issuer's revocation list.

    Args:
        credential_id: the credential's `id`.
        entry: its status.
        issuer_id: its verified issuer.
        fetcher: fetches the list.
        now: aware UTC.

    Returns:
        A check "status": passed, "revoked", or what kept us from knowing.
    """
    data: dict[str, Any] = {"purpose": "revocation", "list": entry.list_url}
    try:
        found = _look_up(credential_id, entry.list_url, issuer_id=issuer_id, fetcher=fetcher, now=now)
    except StatusError as err:
        return Check.failed("status", err.code, err.detail, **data)
    if found is None:
        return Check.passed("status", **data)
    return Check.failed("status", "revoked", **data, **({"reason": found.reason} if found.reason else {}))


def _look_up(
    credential_id: object, url: str, *, issuer_id: str, fetcher: Fetcher, now: datetime
) -> _Revocation | None:
    if not isinstance(credential_id, str) or not credential_id:
        raise StatusError(
            "status_entry_invalid", "a credential without an id cannot be listed", pointer="/id"
        )
    is_own = _is_own_origin(url, issuer_id)
    document = _read(fetch_list(url, fetcher, accept=_ACCEPT))
    _check_list(document, url=url, issuer_id=issuer_id, now=now)
    found = _find(_revoked_credentials(document), _comparable(credential_id))
    if found is None and not is_own:
        raise StatusError("status_list_unsigned", "another host than the issuer's own says nothing")
    return found


def _is_own_origin(url: str, issuer_id: str) -> bool:
    """Tell whether the list is on the issuer's own origin.

    Raises:
        StatusError: "status_list_unsigned": plain http, where nobody vouches for the host.
    """
    try:
        return read_origin(url) == _origin_of_issuer(issuer_id)
    except UrlSyntaxError as err:
        raise StatusError("status_list_unsigned", f"{err}: nobody vouches for the list") from err


def _origin_of_issuer(issuer_id: str) -> Origin | None:
    try:
        if issuer_id.startswith("did:web:"):
            return read_origin(did_web_url(issuer_id, allow_insecure_loopback=True))
        return read_origin(issuer_id.partition("#")[0])
    except (InvalidDidError, UrlSyntaxError):
        return None


def _read(body: bytes) -> dict[str, Any]:
    try:
        document = strict_json.loads(body, max_depth=_MAX_DEPTH)
    except ContextsError as err:
        # an error page with status 200, a login portal: we learnt nothing
        raise StatusError("status_unavailable", err.code) from err
    if not isinstance(document, dict) or not any(name in document for name in _MEMBERS):
        raise StatusError("status_unavailable", "no revocation list")
    return document


def _check_list(document: dict[str, Any], *, url: str, issuer_id: str, now: datetime) -> None:
    """Check what the list says of itself; each member is optional."""
    if document.get("id", url) != url:
        raise StatusError("status_list_id_mismatch", f"{str(document['id'])[:200]!r} served at {url!r}")
    issuer = document.get("issuer", issuer_id)
    named = issuer.get("id") if isinstance(issuer, dict) else issuer
    if named != issuer_id:
        raise StatusError("status_list_issuer_mismatch", f"{str(named)[:200]!r} lists, not {issuer_id}")
    start, end = _moment(document, "validFrom"), _moment(document, "validUntil")
    if start is not None and now < start:
        raise StatusError("status_list_not_yet_valid", start.isoformat())
    if end is not None and end <= now:
        raise StatusError("status_list_expired", end.isoformat())


def _moment(document: dict[str, Any], name: str) -> datetime | None:
    if name not in document:
        return None
    try:
        return parse_date_time_stamp(document[name], pointer=f"/{name}")
    except DateSyntaxError as err:
        raise StatusError("status_list_invalid", f"{name}: {err.detail}") from err


def _revoked_credentials(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the entries, under both spellings of the member, strictly: an odd one may be ours."""
    entries: list[dict[str, Any]] = []
    for name in _MEMBERS:
        value = document.get(name, [])
        for each in value if isinstance(value, list) else [value]:
            if not isinstance(each, dict) or not isinstance(each.get("id"), str):
                raise StatusError("status_list_invalid", f"{name}: an entry has an id")
            if not isinstance(each.get("revoked", True), bool):
                raise StatusError("status_list_invalid", f"{name}: revoked is true or false")
            entries.append(each)
    return entries


def _find(entries: list[dict[str, Any]], wanted: str) -> _Revocation | None:
    """Find the credential; one entry that revokes it is enough, whatever another one says."""
    for each in entries:
        if _comparable(each["id"]) == wanted and each.get("revoked", True):
            reason = each.get("revocationReason")
            return _Revocation(reason[:_LONGEST_REASON] if isinstance(reason, str) else None)
    return None


def _comparable(identifier: str) -> str:
    """Source: Open Badges 3.0, section 7.1 (Equality): ids compare after percent-decoding and trimming."""
    return unquote(identifier).strip()
