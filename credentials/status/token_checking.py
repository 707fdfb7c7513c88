"""Does a token (an SD-JWT VC) still hold? Its `status` claim, looked up in a Token Status List.

As for credentials: whatever keeps us from knowing is "could not be checked"; a list that is wrong, or
somebody else's, is invalid.

Source: draft-ietf-oauth-status-list-20, sections 6.2, 7 and 8.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urldefrag

from credentials.errors import CredentialsError, StatusError
from credentials.report import Check, Outcome, outcome_of_code
from credentials.status.cache import BoundedStatusMemory, StatusMemory
from credentials.status.checking import check_rollback, own_lists_only
from credentials.status.entries import is_web_url
from credentials.status.fetching import fetch_list
from credentials.status.token_status_list import (
    APPLICATION_SPECIFIC,
    KnownTokenStatusList,
    StatusType,
    parse_status_list_token,
    verify_status_list_token,
)
from did.errors import DidError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from contexts import WorkBudget
    from credentials.jws import UnverifiedJws
    from did.fetcher import Fetcher
    from did.keys import PublicKey

_ACCEPT: Final = "application/statuslist+jwt"
_LARGEST_INDEX: Final = 2**32 - 1
_ENDING: Final = {StatusType.INVALID: "revoked", StatusType.SUSPENDED: "suspended"}
TokenStatusCache = StatusMemory[KnownTokenStatusList]
"""Where a verifier remembers Status List Tokens."""


class MemoryTokenStatusCache(BoundedStatusMemory[KnownTokenStatusList]):
    """A cache of Status List Tokens in memory, bounded; see `BoundedStatusMemory`."""


@dataclass(frozen=True)
class TokenStatusEntry:
    """The `status_list` member of a `status` claim.

    Args:
        index: its `idx`, from 0.
        uri: of the Status List Token, whole: the list's `sub` must equal it.
    """

    index: int
    uri: str


def read_token_status(status: object) -> TokenStatusEntry:
    """Read a `status` claim, strictly.

    Args:
        status: the claim's value.

    Raises:
        StatusError: "status_entry_invalid", "status_index_invalid"; "unsupported_status_type": another status
            mechanism (the verdict is then indeterminate).

    Source: draft-ietf-oauth-status-list-20, section 8.3 (Validation Rules), step 1.
    """
    if not isinstance(status, dict) or not status:
        raise StatusError("status_entry_invalid", "status is no object", pointer="/status")
    if "status_list" not in status:
        raise StatusError("unsupported_status_type", str(sorted(status))[:80], pointer="/status")
    member = status["status_list"]
    if not isinstance(member, dict):
        raise StatusError("status_entry_invalid", "no object", pointer="/status/status_list")
    index, uri = member.get("idx"), member.get("uri")
    if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index <= _LARGEST_INDEX:
        raise StatusError("status_index_invalid", str(index)[:40], pointer="/status/status_list/idx")
    if not isinstance(uri, str) or not is_web_url(uri):
        raise StatusError("status_entry_invalid", "no list URI", pointer="/status/status_list/uri")
    return TokenStatusEntry(index, uri)


def check_token_status(
    status: object,
    *,
    issuer_id: str,
    issuer_key: Callable[[UnverifiedJws], PublicKey],
    fetcher: Fetcher,
    now: datetime,
    cache: TokenStatusCache | None = None,
    accepted_statuses: frozenset[int] = frozenset(),
    may_answer: Callable[[str, str], bool] = own_lists_only,
    skew_seconds: int = 60,
    budget: WorkBudget | None = None,
) -> Check:
    """Check the status of a token whose signature and dates hold.

    Args:
        status: the value of the token's `status` claim.
        issuer_id: the verified issuer of the token.
        issuer_key: gives the key that must have signed the list, for example the issuer's key that the list's
            `kid` names. What it raises of DidError or CredentialsError is taken for "no such key", or for
            "could not be had".
        fetcher: fetches lists; the request carries the list's URL and nothing of the token.
        now: aware UTC.
        cache: what was seen before.
        accepted_statuses: application-specific statuses with which a token holds.
        may_answer: tells whether a list whose `iss` is its first argument speaks for tokens of its second.
        skew_seconds: how far the issuer's clock may be ahead of ours.
        budget: of the verification; what the list costs is taken from it.

    Returns:
        A check "status": passed, "revoked" (INVALID), "suspended" (SUSPENDED), "unsupported_status_value"
        (indeterminate: neither registered nor in `accepted_statuses`), or what kept us from knowing.

    Source: draft-ietf-oauth-status-list-20, section 8.3 (Validation Rules).
    """
    data: dict[str, Any] = {}
    try:
        # 1. The claim
        entry = read_token_status(status)
        data["list"] = entry.uri
        # 2 to 5. The list
        before = cache.recall(entry.uri, by=budget) if cache else None
        if before is not None and before.issuer_id == issuer_id and before.usable_at(now):
            known = before
        else:
            known = _fetch_and_verify(
                entry.uri,
                issuer_id,
                issuer_key,
                fetcher,
                now=now,
                skew_seconds=skew_seconds,
                may=may_answer,
                budget=budget,
            )
            check_rollback(before.issued if before and before.issuer_id == issuer_id else None, known.issued)
            if cache:
                cache.remember(known, by=budget)
        # 6. The status at the index
        value = known.statuses.get(entry.index)
    except CredentialsError as err:
        pointer = {"pointer": err.pointer} if err.pointer else {}
        return Check.failed("status", err.code, err.detail, **data, **pointer)
    # 7. What it means
    return _judge(value, data, accepted_statuses)


def _fetch_and_verify(
    uri: str,
    issuer_id: str,
    issuer_key: Callable[[UnverifiedJws], PublicKey],
    fetcher: Fetcher,
    *,
    now: datetime,
    skew_seconds: int,
    may: Callable[[str, str], bool],
    budget: WorkBudget | None,
) -> KnownTokenStatusList:
    jws = parse_status_list_token(fetch_list(urldefrag(uri).url, fetcher, accept=_ACCEPT))
    known, claims = verify_status_list_token(
        jws,
        public_key=_key(jws, issuer_key),
        expected_uri=uri,
        issuer_id=issuer_id,
        now=now,
        skew_seconds=skew_seconds,
        budget=budget,
    )
    list_issuer_id = claims.get("iss", issuer_id)
    if not isinstance(list_issuer_id, str) or not may(list_issuer_id, issuer_id):
        raise StatusError("status_list_issuer_mismatch", f"{str(list_issuer_id)[:200]} lists for {issuer_id}")
    return known


def _key(jws: UnverifiedJws, issuer_key: Callable[[UnverifiedJws], PublicKey]) -> PublicKey:
    try:
        return issuer_key(jws)
    except (DidError, CredentialsError) as err:
        unknown = outcome_of_code(err.code) is Outcome.INDETERMINATE
        code = "status_unavailable" if unknown else "status_list_invalid"
        raise StatusError(code, f"the list's key: {err.code}") from err


def _judge(value: int, data: dict[str, Any], accepted_statuses: frozenset[int]) -> Check:
    data["status"] = hex(value)
    if value in _ENDING:
        return Check.failed("status", _ENDING[StatusType(value)], **data)
    if value == StatusType.VALID or value in accepted_statuses & APPLICATION_SPECIFIC:
        return Check.passed("status", **data)
    kind = "application-specific" if value in APPLICATION_SPECIFIC else "reserved"
    return Check.failed("status", "unsupported_status_value", f"{value:#04x} is {kind}", **data)
