"""A status list credential that has been verified: what it says, and what a verifier may remember of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from credentials.dates import parse_date_time_stamp
from credentials.errors import DateSyntaxError, StatusError
from credentials.status.bitstring import MAXIMUM_SIZE, Bitstring, check_length
from credentials.status.cache import LONGEST_TTL, MAXIMUM_CACHED_BITS, BoundedStatusMemory, StatusMemory

if TYPE_CHECKING:
    from contexts import WorkBudget
    from credentials.status.entries import StatusEntry

__all__ = [
    "MAXIMUM_CACHED_BITS",
    "KnownStatusList",
    "MemoryStatusCache",
    "StatusCache",
    "read_status_list",
]


@dataclass(frozen=True)
class _ListKind:
    """What the two generations of list credentials call themselves, and which entries point into them."""

    credential_type: str
    subject_type: str
    entry_type: str


_BITSTRING: Final = _ListKind(
    "BitstringStatusListCredential", "BitstringStatusList", "BitstringStatusListEntry"
)
_STATUS_LIST_2021: Final = _ListKind("StatusList2021Credential", "StatusList2021", "StatusList2021Entry")


@dataclass(frozen=True)
class KnownStatusList:
    """What was read of a verified list.

    Args:
        url: where it was fetched.
        issuer_id: who signed it.
        purposes: its `statusPurpose`, one or several.
        bits: the list.
        issued: its `validFrom`; a later fetch with an earlier one is a rollback.
        fetched: when we had it.
        fresh_until: until when it may be used again without a fetch (from its `ttl`; none published: not at
            all).
        valid_until: its `validUntil`.
        entry_type: the `type` of the entries that it answers.
        size: its `statusSize`, if it says so; an entry of another size is then not answered.
    """

    url: str
    issuer_id: str
    purposes: frozenset[str]
    bits: Bitstring
    issued: datetime
    fetched: datetime
    fresh_until: datetime
    valid_until: datetime | None
    entry_type: str = _BITSTRING.entry_type
    size: int | None = None

    def usable_at(self, now: datetime) -> bool:
        """Tell whether it may be used without a fetch."""
        return now < self.fresh_until and (self.valid_until is None or now < self.valid_until)

    @property
    def bit_count(self) -> int:
        """How many bits are kept."""
        return len(self.bits)

    def value_of(self, entry: StatusEntry) -> int:
        """Look an entry up.

        Raises:
            StatusError: "status_purpose_mismatch", "status_list_invalid" (a list of the other generation),
                "status_size_mismatch", "status_list_too_short", "status_index_out_of_range".

        Source: Bitstring Status List v1.0, section 3.2 (Validate Algorithm), steps 5 to 10.
        """
        if entry.entry_type != self.entry_type:
            raise StatusError("status_list_invalid", f"no list for {entry.entry_type}")
        if entry.purpose not in self.purposes:
            raise StatusError(
                "status_purpose_mismatch", f"{entry.purpose} in {', '.join(sorted(self.purposes))[:200]}"
            )
        if self.size is not None and entry.size != self.size:
            raise StatusError("status_size_mismatch", f"{entry.size} bits in a list of {self.size}")
        check_length(len(self.bits), size=entry.size)
        return self.bits.get_value(entry.index, size=entry.size)


StatusCache = StatusMemory[KnownStatusList]
"""Where a verifier remembers lists, to ask less often and to notice a rollback."""


class MemoryStatusCache(BoundedStatusMemory[KnownStatusList]):
    """A status cache in memory, bounded; see `BoundedStatusMemory`."""


def read_status_list(
    document: dict[str, Any], *, url: str, issuer_id: str, now: datetime, budget: WorkBudget | None = None
) -> KnownStatusList:
    """Read a list credential whose proof, issuer and dates were verified.

    Args:
        document: the list credential, a BitstringStatusListCredential or a StatusList2021Credential.
        url: where it was fetched.
        issuer_id: its verified issuer.
        now: aware UTC time of the fetch.
        budget: of the verification.

    Raises:
        StatusError: "status_list_invalid", "status_list_id_mismatch", "status_list_too_short",
            "status_list_too_large".

    Source: Bitstring Status List v1.0, section 2.2 and 3.2; Verifiable Credentials Status List
    v2021 (W3C, 27 April 2023), section 2.2.
    """
    kind, subject = _kind_and_subject(document)
    if document.get("id", url) != url:
        # one list of an issuer must not answer in the place of another one
        raise StatusError("status_list_id_mismatch", f"{str(document.get('id'))[:200]!r} served at {url!r}")
    is_bitstring = kind is _BITSTRING
    decode = Bitstring.decode if is_bitstring else Bitstring.decode_status_list_2021
    return KnownStatusList(
        url=url,
        issuer_id=issuer_id,
        purposes=_purposes(subject),
        bits=decode(subject.get("encodedList"), budget=budget),
        issued=_moment(document, "validFrom", "issuanceDate") or now,
        fetched=now,
        fresh_until=now + (_time_to_live(subject) if is_bitstring else timedelta()),
        valid_until=_moment(document, "validUntil", "expirationDate"),
        entry_type=kind.entry_type,
        size=_size(subject) if is_bitstring else None,
    )


def _kind_and_subject(document: dict[str, Any]) -> tuple[_ListKind, dict[str, Any]]:
    types, subject = _strings(document.get("type")), document.get("credentialSubject")
    kinds = [kind for kind in (_BITSTRING, _STATUS_LIST_2021) if kind.credential_type in types]
    if len(kinds) != 1:
        raise StatusError("status_list_invalid", "no status list credential")
    if not isinstance(subject, dict) or kinds[0].subject_type not in _strings(subject.get("type")):
        raise StatusError("status_list_invalid", f"the subject is no {kinds[0].subject_type}")
    return kinds[0], subject


def _purposes(subject: dict[str, Any]) -> frozenset[str]:
    purposes = subject.get("statusPurpose")
    values = purposes if isinstance(purposes, list) else [purposes]
    if not values or not all(isinstance(each, str) and each for each in values):
        raise StatusError("status_list_invalid", "statusPurpose is one or more strings")
    return frozenset(values)


def _moment(document: dict[str, Any], *names: str) -> datetime | None:
    """Read the first of these dates that is there: its name in VCDM 2.0, and in 1.1."""
    name = next((name for name in names if name in document), None)
    if name is None:
        return None
    try:
        return parse_date_time_stamp(document[name], pointer=f"/{name}")
    except DateSyntaxError as err:
        raise StatusError("status_list_invalid", f"{name}: {err.detail}") from err


def _size(subject: dict[str, Any]) -> int | None:
    size = subject.get("statusSize")
    if size is None:
        return None
    if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= MAXIMUM_SIZE:
        raise StatusError("status_list_invalid", "statusSize")
    return size


def _time_to_live(subject: dict[str, Any]) -> timedelta:
    ttl = subject.get("ttl", 0)
    if isinstance(ttl, bool) or not isinstance(ttl, int) or ttl < 0:
        raise StatusError("status_list_invalid", "ttl is no number of milliseconds")
    return min(timedelta(milliseconds=min(ttl, 10**12)), LONGEST_TTL)


def _strings(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]
