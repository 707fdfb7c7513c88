"""The Bitstring Status Lists of the issuer profiles: bits given out once, set and cleared by request, and the
list signed by the profile when it is asked for and says something new.

Source: Bitstring Status List v1.0; VC-API, "Update Status".
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, insert
from sqlmodel import col, select, update

from contexts import strict_json
from credentials.data_integrity import add_proof
from credentials.status import (
    MINIMUM_ENTRIES,
    Bitstring,
    build_status_entry,
    build_status_list_credential,
)
from did.errors import FetchError, FetchRefusedError
from did.fetcher import DEFAULT_MAX_BYTES, Fetched, OfflineFetcher
from issuer_node.models import METADATA, ProfileStatusEntry, ProfileStatusList
from issuer_node.vc_api.errors import VcApiError
from web.statements import Statement

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from issuer_node.node import Node
    from issuer_node.vc_api.profiles import IssuerProfile
    from issuer_node.vc_api.requests import StatusRequest
    from web.statements import Transaction

PURPOSES: Final = ("revocation", "suspension")
_LIFE: Final = timedelta(days=7)
_SIGN_AGAIN_AFTER: Final = timedelta(hours=1)
_MOST_KEPT: Final = 100
_TRIES: Final = 200
_OK: Final = 200

# the measured path's statements, compiled once
_LISTS: Final = METADATA.tables[str(ProfileStatusList.__tablename__)]
_ENTRIES: Final = METADATA.tables[str(ProfileStatusEntry.__tablename__)]
# the list in use; it is left when half of it is given out
_OPEN_LIST: Final = (
    select(_LISTS.c.id)
    .where(
        _LISTS.c.profile == bindparam("for_profile"),
        _LISTS.c.purpose == bindparam("for_purpose"),
        _LISTS.c.used * 2 < _LISTS.c.entries,
    )
    .order_by(_LISTS.c.created_at, _LISTS.c.id)
    .limit(1)
    .with_for_update()
    .scalar_subquery()
)
_COUNT_ONE: Final = Statement(
    update(_LISTS)
    .where(_LISTS.c.id == _OPEN_LIST)
    .values(used=_LISTS.c.used + 1)
    .returning(_LISTS.c.id, _LISTS.c.entries)
)
_TAKEN: Final = Statement(
    select(_ENTRIES.c.status_index).where(
        _ENTRIES.c.list_id == bindparam("in_list"), _ENTRIES.c.status_index == bindparam("at_index")
    )
)
_ADD_LIST: Final = Statement(insert(_LISTS), columns=tuple(ProfileStatusList.model_fields))
_ADD_ENTRY: Final = Statement(insert(_ENTRIES), columns=tuple(ProfileStatusEntry.model_fields))


def is_list_url(node: Node, url: str) -> bool:
    """Whether a URL is one that `StatusLists` serves."""
    path = url.removeprefix(f"{node.base_url}/issuers/")
    return path != url and "/status-lists/" in path


class _SignedLists:
    """The latest lists as they were signed: anybody may ask for one, and none is signed for each who asks."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[frozenset[int], datetime, bytes]] = OrderedDict()
        self._lock = Lock()

    def recall(self, list_id: str, bits: frozenset[int], now: datetime) -> bytes | None:
        """Give the signed list, if it says the same and was signed within the hour."""
        with self._lock:
            known = self._kept.get(list_id)
        if known is None or known[0] != bits or not timedelta() <= now - known[1] < _SIGN_AGAIN_AFTER:
            return None
        return known[2]

    def keep(self, list_id: str, bits: frozenset[int], now: datetime, content: bytes) -> bytes:
        """Remember a signed list; gives it."""
        with self._lock:
            self._kept[list_id] = (bits, now, content)
            self._kept.move_to_end(list_id)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return content


@dataclass(frozen=True)
class StatusLists(OfflineFetcher):
    """The lists of all profiles. Also implements `did.fetcher.Fetcher` for their URLs, without HTTP.

    Args:
        node: whose they are.
        profiles: by name.
    """

    node: Node
    profiles: Mapping[str, IssuerProfile]
    _signed: _SignedLists = field(default_factory=_SignedLists, repr=False)

    def get(self, url: str, *, accept: str = "*/*", max_bytes: int = DEFAULT_MAX_BYTES) -> Fetched:  # noqa: ARG002
        """Give the signed list; refuse every other address."""
        if not is_list_url(self.node, url):
            raise FetchRefusedError(f"not ours: {url}")
        profile, _, list_id = url.removeprefix(f"{self.node.base_url}/issuers/").partition("/status-lists/")
        content = self.signed_list(profile, list_id)
        if content is None:
            raise FetchError("no such list")
        return Fetched(url, _OK, "application/vc", content)

    async def give_out(
        self, profile: IssuerProfile, purposes: tuple[str, ...], *, credential_id: str | None
    ) -> list[dict[str, Any]]:
        """Give out a bit for each purpose; it is committed before anything is signed.

        Args:
            profile: who will sign.
            purposes: "revocation", "suspension".
            credential_id: by which `set_status` can find it again.

        Returns:
            One `credentialStatus` entry per purpose.

        Raises:
            VcApiError: "status_not_supported": the profile's key signs no document as a whole.
        """
        if profile.list_suite is None:
            raise VcApiError("status_not_supported", profile.name)
        now = self.node.now()

        def give(transaction: Transaction) -> list[dict[str, Any]]:
            return [
                self._give_one(transaction, profile.name, each, {"credential_id": credential_id, "now": now})
                for each in purposes
            ]

        return await self.node.database.commit(give)

    def _give_one(
        self, transaction: Transaction, profile: str, purpose: str, known: dict[str, Any]
    ) -> dict[str, Any]:
        """Count and draw. The list's row is held until the transaction ends: two never draw at once."""
        wanted = {"for_profile": profile, "for_purpose": purpose}
        counted = transaction.first(_COUNT_ONE, wanted)
        if counted is None:
            row = ProfileStatusList(
                profile=profile, purpose=purpose, entries=MINIMUM_ENTRIES, created_at=known["now"]
            )
            transaction.change(_ADD_LIST, row.model_dump())
            counted = transaction.first(_COUNT_ONE, wanted)
        if counted is None:
            raise VcApiError("status_list_full")
        list_id, entries = counted
        index = _draw(transaction, list_id, entries)
        entry = {
            "list_id": list_id,
            "status_index": index,
            "credential_id": known["credential_id"],
            "is_set": False,
            "given_at": known["now"],
        }
        transaction.change(_ADD_ENTRY, entry)
        return build_status_entry(self._url(profile, list_id), index, purpose)

    def set_status(self, request: StatusRequest, *, profile: str | None) -> None:
        """Set or clear the bit of one credential.

        Args:
            request: names it by the credential's id, or by list and index.
            profile: only a list of this profile; None: of any.

        Raises:
            VcApiError: "status_unknown", "status_ambiguous" (several credentials of that id).
        """
        statement = (
            select(ProfileStatusEntry)
            .join(ProfileStatusList)
            .where(ProfileStatusList.purpose == request.purpose)
            .limit(2)
        )
        if profile is not None:
            statement = statement.where(ProfileStatusList.profile == profile)
        if request.credential_id is not None:
            statement = statement.where(ProfileStatusEntry.credential_id == request.credential_id)
        if request.index is not None and request.list_url is not None:
            statement = statement.where(
                ProfileStatusEntry.list_id == request.list_url.rpartition("/")[2],
                ProfileStatusEntry.status_index == request.index,
            )
        with self.node.database.write() as session:
            found = session.exec(statement).all()
            if len(found) != 1:
                raise VcApiError("status_ambiguous" if found else "status_unknown")
            found[0].is_set = request.is_set
            session.add(found[0])

    def signed_list(self, profile: str, list_id: str) -> bytes | None:
        """Sign a list as it is now; None if there is none of that name."""
        issuer = self.profiles.get(profile)
        with self.node.database.session() as session:
            row = session.get(ProfileStatusList, list_id)
            if issuer is None or issuer.list_suite is None or row is None or row.profile != profile:
                return None
            is_set = (ProfileStatusEntry.list_id == list_id, col(ProfileStatusEntry.is_set).is_(True))
            indexes = session.exec(select(ProfileStatusEntry.status_index).where(*is_set)).all()
        now, bits = self.node.now().replace(microsecond=0), frozenset(indexes)
        return self._signed.recall(list_id, bits, now) or self._signed.keep(
            list_id, bits, now, self._sign(issuer, issuer.list_suite, row, bits, now)
        )

    def _sign(
        self,
        issuer: IssuerProfile,
        suite: str,
        row: ProfileStatusList,
        indexes: frozenset[int],
        now: datetime,
    ) -> bytes:
        bits = Bitstring.new(row.entries)
        for index in indexes:
            bits.set(index)
        document = build_status_list_credential(
            list_id=self._url(row.profile, row.id),
            issuer_id=issuer.did,
            purpose=row.purpose,
            bitstring=bits,
            valid_from=now,
            valid_until=now + _LIFE,
        )
        signed = add_proof(
            document,
            signer=issuer.signer,
            created=now,
            selection=self.node.contexts.newest(),
            suite=suite,
            hasher=self.node.hasher,
        )
        return strict_json.dumps(signed)

    def _url(self, profile: str, list_id: str) -> str:
        return f"{self.node.base_url}/issuers/{profile}/status-lists/{list_id}"


def _draw(transaction: Transaction, list_id: str, entries: int) -> int:
    """A random index that was never given out. Half of the list is free: two draws on average."""
    for _ in range(_TRIES):
        index = secrets.randbelow(entries)
        if transaction.first(_TAKEN, {"in_list": list_id, "at_index": index}) is None:
            return index
    raise VcApiError("status_list_full")
