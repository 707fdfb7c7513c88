"""The same bits as in a Bitstring Status List, as the Status List Token that SD-JWT VCs point to.

Source: draft-ietf-oauth-status-list-20, sections 5.1 and 8.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlmodel import col, select

from credentials.status.token_status_list import StatusType, TokenStatusList, sign_status_list_token
from issuer_node.errors import IssuingError, NotFoundError
from issuer_node.jose_keys import jose_signer
from issuer_node.models import Issuance, StatusList
from issuer_node.status_lists import LIFE, SignedList, status_list_credential

if TYPE_CHECKING:
    from collections.abc import Sequence

    from did.keys import KeySigner
    from issuer_node.node import Node

_TRIES: Final = 10
_KEPT: Final = 64
# id, revision and moment of the list, and the verification method
_Version = tuple[str, int, datetime, str]


class SignedTokens:
    """Tokens as they were last signed, until a bit of their list or the key changes. Safe to share between
    threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: OrderedDict[_Version, SignedList] = OrderedDict()

    def recall(self, version: _Version) -> SignedList | None:
        """The token of a list at a revision, by a key."""
        with self._lock:
            return self._tokens.get(version)

    def remember(self, version: _Version, signed: SignedList) -> None:
        """Keep a token; the oldest goes first."""
        with self._lock:
            self._tokens[version] = signed
            while len(self._tokens) > _KEPT:
                self._tokens.popitem(last=False)


def token_list_url(node: Node, list_id: str) -> str:
    """Where the token of a list is served."""
    return f"{node.base_url}/status/tokens/{list_id}"


def status_list_token(node: Node, list_id: str) -> SignedList:
    """The Status List Token of a list, as it is now: of the same bits and moment as the signed list beside
    it, so that its `iat` never goes back, whichever process signs.

    Raises:
        NotFoundError: no such list.
        IssuingError: "status_list_busy": others kept changing it; try again.
    """
    for _ in range(_TRIES):
        status_list_credential(node, list_id)
        with node.database.session() as session:
            row = session.get(StatusList, list_id)
            if row is None:
                raise NotFoundError
            revoked = session.exec(
                select(Issuance.status_index).where(
                    Issuance.status_list_id == list_id, col(Issuance.revoked_at).is_not(None)
                )
            ).all()
        if row.valid_from is None or row.signed_revision != row.revision:
            # revoked between the signature and this look: once more
            continue
        signer = jose_signer(node)
        version = (list_id, row.revision, row.valid_from, signer.verification_method)
        known = node.signed_tokens.recall(version)
        if known is None:
            known = _sign(node, row, revoked, row.valid_from, signer=signer)
            node.signed_tokens.remember(version, known)
        return known
    raise IssuingError("status_list_busy")


def _sign(
    node: Node, row: StatusList, revoked: Sequence[int], issued_at: datetime, *, signer: KeySigner
) -> SignedList:
    statuses = TokenStatusList.new(row.entries)
    for index in revoked:
        statuses.set(index, StatusType.INVALID)
    token = sign_status_list_token(
        statuses,
        uri=token_list_url(node, row.id),
        issued_at=issued_at,
        expires_at=issued_at + LIFE,
        ttl_seconds=node.settings.status_minutes * 60 or None,
        signer=signer,
    )
    return SignedList(token.encode(), hashlib.sha256(token.encode()).hexdigest()[:32])
