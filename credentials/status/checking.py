"""Step 7 of a verification: does the credential still hold?

Whatever keeps us from knowing is "could not be checked"; a list that is wrong, or somebody else's, is
invalid.

Source: Bitstring Status List v1.0, section 3.2 (Validate Algorithm).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from credentials.errors import CredentialsError, StatusError
from credentials.report import Check, Outcome, Report
from credentials.status.entries import ENDING_PURPOSES, INFORMING_PURPOSES, StatusEntry, read_status_entries
from credentials.status.lists import KnownStatusList, StatusCache, read_status_list
from did.errors import FetchError, TooManyFetchesError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from did.fetcher import Fetcher

_LIST_MAX_BYTES: Final = 2_097_152
_LIST_TYPES: Final = "application/vc, application/vc+ld+json;q=0.9, application/json;q=0.8"
_OK: Final = 200
# The dates of a list say nothing bad about the credential, only that the list tells nothing now.
_DATE_CODES: Final = {"expired": "status_list_expired", "not_yet_valid": "status_list_not_yet_valid"}


@dataclass(frozen=True)
class CheckedList:
    """A list credential with the report of its verification (without a status of its own)."""

    report: Report
    document: dict[str, Any]


@dataclass(frozen=True)
class StatusPolicy:
    """How statuses are checked.

    Args:
        fetcher: fetches lists; the request carries the list's URL and nothing of the credential.
        cache: what was seen before.
        required: refuse a credential without a status.
        examine_list: verifies a list credential.
    """

    fetcher: Fetcher
    cache: StatusCache | None
    required: bool
    examine_list: Callable[[bytes], CheckedList]


def check_status(
    document: dict[str, Any], *, issuer_id: str, policy: StatusPolicy, now: datetime
) -> list[Check]:
    """Check every status entry of a credential whose proof holds; one check per entry, at least one check.

    Args:
        document: the credential.
        issuer_id: its verified issuer, who must have signed the list too.
        policy: how.
        now: aware UTC.
    """
    try:
        entries = read_status_entries(document)
    except StatusError as err:
        return [Check.failed("status", err.code, err.detail)]
    if not entries:
        required = Check.failed("status", "status_required")
        return [required if policy.required else Check.passed("status", entries=0)]
    return [_check_entry(entry, issuer_id=issuer_id, policy=policy, now=now) for entry in entries]


def _check_entry(entry: StatusEntry, *, issuer_id: str, policy: StatusPolicy, now: datetime) -> Check:
    data = {"purpose": entry.purpose, "list": entry.list_url}
    try:
        known = _known_list(entry, issuer_id=issuer_id, policy=policy, now=now)
        if entry.purpose not in known.purposes:
            raise StatusError(
                "status_purpose_mismatch", f"{entry.purpose} in {', '.join(sorted(known.purposes))}"
            )
        is_set = known.bits.get(entry.index)
    except CredentialsError as err:
        return Check.failed("status", err.code, err.detail, **data)
    if is_set and entry.purpose in ENDING_PURPOSES:
        return Check.failed("status", ENDING_PURPOSES[entry.purpose], **data)
    note = {"note": INFORMING_PURPOSES[entry.purpose]} if is_set else {}
    return Check.passed("status", **data, **note)


def _known_list(
    entry: StatusEntry,
    *,
    issuer_id: str,
    policy: StatusPolicy,
    now: datetime,
) -> KnownStatusList:
    before = policy.cache.recall(entry.list_url) if policy.cache else None
    if before is not None and before.usable_at(now):
        _check_issuer(before.issuer_id, issuer_id)
        return before
    checked = policy.examine_list(_fetch(entry.list_url, policy.fetcher))
    known = _read_checked(checked, entry.list_url, issuer_id=issuer_id, now=now)
    if before is not None and known.issued < before.issued:
        # an older list than one we saw would bring a revoked credential back
        raise StatusError(
            "status_list_rollback", f"{known.issued.isoformat()} after {before.issued.isoformat()}"
        )
    if policy.cache:
        policy.cache.remember(known)
    return known


def _fetch(url: str, fetcher: Fetcher) -> bytes:
    try:
        fetched = fetcher.get(url, accept=_LIST_TYPES, max_bytes=_LIST_MAX_BYTES)
    except TooManyFetchesError as err:
        raise StatusError(err.code, err.detail) from err
    except FetchError as err:
        raise StatusError("status_unavailable", f"{err.code}: {err.detail}") from err
    if fetched.status != _OK:
        raise StatusError("status_unavailable", f"HTTP {fetched.status}")
    return fetched.body


def _read_checked(checked: CheckedList, url: str, *, issuer_id: str, now: datetime) -> KnownStatusList:
    view = checked.report.credential
    if view is None:
        # an error page with status 200, a login portal: we learnt nothing
        raise StatusError("status_unavailable", ", ".join(checked.report.codes))
    _check_issuer(view.issuer_id, issuer_id)
    if "credentialStatus" in checked.document:
        raise StatusError("status_list_chained", "a status list has no status of its own")
    _check_report(checked.report)
    return read_status_list(checked.document, url=url, issuer_id=issuer_id, now=now)


def _check_issuer(list_issuer_id: str | None, issuer_id: str) -> None:
    if list_issuer_id != issuer_id:
        raise StatusError("status_list_issuer_mismatch", f"{list_issuer_id} signed the list of {issuer_id}")


def _check_report(report: Report) -> None:
    """Turn what was found about the list into what it means for the credential."""
    found = ", ".join(report.codes)
    match report.outcome:
        case Outcome.VALID:
            return
        case Outcome.INDETERMINATE:
            raise StatusError("status_unavailable", found)
        case Outcome.INVALID if report.codes[0] in _DATE_CODES:
            raise StatusError(_DATE_CODES[report.codes[0]])
        case Outcome.INVALID:
            raise StatusError("status_list_invalid", found)
