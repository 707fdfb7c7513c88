"""Step 7 of a verification: does the credential still hold?

Every entry is looked at, whatever another one came to. Whatever keeps us from knowing is "could not be
checked"; a list that is wrong, or somebody else's, is invalid. What a set entry means for the verdict:

- revocation, suspension: the credential does not hold ("revoked", "suspended");
- refresh: a newer copy is there; the check passes with a note;
- message: the issuer's own words, reported as data; no verdict of ours rests on them.

Source: Bitstring Status List v1.0, section 3.2 (Validate Algorithm).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from credentials.errors import CredentialsError, StatusError
from credentials.report import Check, Outcome, Report
from credentials.status.entries import (
    ENDING_PURPOSES,
    INFORMING_PURPOSES,
    RevocationListEntry,
    StatusEntry,
    read_status_entry,
    status_members,
)
from credentials.status.fetching import fetch_list
from credentials.status.lists import KnownStatusList, StatusCache, read_status_list
from credentials.status.revocation_list import check_revocation_list

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from contexts import WorkBudget
    from did.fetcher import Fetcher

_LIST_TYPES: Final = (
    "application/vc, application/vc+jwt;q=0.9, application/vc+ld+json;q=0.8, application/json;q=0.8"
)
# The dates of a list say nothing bad about the credential, only that the list tells nothing now.
_DATE_CODES: Final = {"expired": "status_list_expired", "not_yet_valid": "status_list_not_yet_valid"}


@dataclass(frozen=True)
class CheckedList:
    """A list credential with the report of its verification (without a status of its own)."""

    report: Report
    document: dict[str, Any]


def own_lists_only(list_issuer_id: str, issuer_id: str) -> bool:
    """Take an issuer's own lists alone: the rule where nobody was told of a delegation."""
    return list_issuer_id == issuer_id


@dataclass(frozen=True)
class StatusPolicy:
    """How statuses are checked.

    Args:
        fetcher: fetches lists; the request carries the list's URL and nothing of the credential.
        cache: what was seen before.
        required: refuse a credential without a status that could end it.
        examine_list: verifies a list credential.
        may_answer: tells whether lists signed by its first argument (a DID) speak for credentials of its
            second.
        budget: of the verification; what a list costs is taken from it.
    """

    fetcher: Fetcher
    cache: StatusCache | None
    required: bool
    examine_list: Callable[[bytes], CheckedList]
    may_answer: Callable[[str, str], bool] = own_lists_only
    budget: WorkBudget | None = None


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
        members = status_members(document)
    except StatusError as err:
        return [_failed(err)]
    checks, can_end = [], False
    for pointer, member in members:
        try:
            entry = read_status_entry(member, pointer=pointer)
            can_end |= entry.can_end
            checks.append(_check_entry(entry, document, issuer_id=issuer_id, policy=policy, now=now))
        except CredentialsError as err:
            checks.append(_failed(err))
    if policy.required and not can_end and all(check.outcome is Outcome.VALID for check in checks):
        return [*checks, Check.failed("status", "status_required")]
    return checks or [Check.passed("status", entries=0)]


def _failed(err: CredentialsError) -> Check:
    return Check.failed("status", err.code, err.detail, **({"pointer": err.pointer} if err.pointer else {}))


def _check_entry(
    entry: StatusEntry | RevocationListEntry,
    document: dict[str, Any],
    *,
    issuer_id: str,
    policy: StatusPolicy,
    now: datetime,
) -> Check:
    if isinstance(entry, RevocationListEntry):
        return check_revocation_list(
            document.get("id"), entry, issuer_id=issuer_id, fetcher=policy.fetcher, now=now
        )
    data: dict[str, Any] = {"purpose": entry.purpose, "list": entry.list_url}
    try:
        value = _known_list(entry, issuer_id=issuer_id, policy=policy, now=now).value_of(entry)
    except CredentialsError as err:
        return Check.failed("status", err.code, err.detail, **data)
    return _judge(entry, value, data)


def _judge(entry: StatusEntry, value: int, data: dict[str, Any]) -> Check:
    """Say what the value of an entry means.

    Source: Bitstring Status List v1.0, section 2.1 (`statusPurpose`, `statusMessage`) and 3.2, steps 11 to
    15.
    """
    if entry.messages or entry.purpose == "message":
        data |= {"status": hex(value), "message": entry.message_of(value)}
    if entry.references:
        data["references"] = list(entry.references)
    if value and entry.purpose in ENDING_PURPOSES:
        return Check.failed("status", ENDING_PURPOSES[entry.purpose], **data)
    note = {"note": INFORMING_PURPOSES[entry.purpose]} if value else {}
    return Check.passed("status", **data, **note)


def _known_list(
    entry: StatusEntry,
    *,
    issuer_id: str,
    policy: StatusPolicy,
    now: datetime,
) -> KnownStatusList:
    before = policy.cache.recall(entry.list_url, by=policy.budget) if policy.cache else None
    if before is not None and before.usable_at(now):
        _check_issuer(before.issuer_id, issuer_id, policy)
        return before
    checked = policy.examine_list(fetch_list(entry.list_url, policy.fetcher, accept=_LIST_TYPES))
    known = _read_checked(checked, entry.list_url, issuer_id=issuer_id, policy=policy, now=now)
    check_rollback(before.issued if before else None, known.issued)
    if policy.cache:
        policy.cache.remember(known, by=policy.budget)
    return known


def check_rollback(before: datetime | None, issued: datetime) -> None:
    """Raise the alarm for an older list than one we saw: it would bring a revoked credential back.

    Raises:
        StatusError: "status_list_rollback".
    """
    if before is not None and issued < before:
        raise StatusError("status_list_rollback", f"{issued.isoformat()} after {before.isoformat()}")


def _read_checked(
    checked: CheckedList, url: str, *, issuer_id: str, policy: StatusPolicy, now: datetime
) -> KnownStatusList:
    view = checked.report.credential
    if view is None:
        # an error page with status 200, a login portal: we learnt nothing
        raise StatusError("status_unavailable", ", ".join(checked.report.codes))
    list_issuer_id = _check_issuer(view.issuer_id, issuer_id, policy)
    if "credentialStatus" in checked.document:
        raise StatusError("status_list_chained", "a status list has no status of its own")
    _check_report(checked.report)
    return read_status_list(
        checked.document, url=url, issuer_id=list_issuer_id, now=now, budget=policy.budget
    )


def _check_issuer(list_issuer_id: str | None, issuer_id: str, policy: StatusPolicy) -> str:
    if list_issuer_id is None or not policy.may_answer(list_issuer_id, issuer_id):
        raise StatusError("status_list_issuer_mismatch", f"{list_issuer_id} signed the list of {issuer_id}")
    return list_issuer_id


def _check_report(report: Report) -> None:
    """Turn what was found about the list into what it means for the credential."""
    found = ", ".join(report.codes)
    match report.outcome:
        case Outcome.VALID:
            return
        case Outcome.INDETERMINATE:
            raise StatusError("status_unavailable", found)
        case Outcome.INVALID if "too_complex" in report.codes:
            raise StatusError("too_complex", found)
        case Outcome.INVALID if report.codes[0] in _DATE_CODES:
            raise StatusError(_DATE_CODES[report.codes[0]])
        case Outcome.INVALID:
            raise StatusError("status_list_invalid", found)
