"""Verifiers' requests as this browser has them: opened and verified, kept sealed, found again.

The same request opened again, in a second tab or after it was answered, is the one that is here already: a
verifier takes one answer, and the person is shown what came of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlmodel import col, select

from wallet.errors import RequestError
from wallet.models import ReceivedRequest, RequestState
from wallet.vault import seal_json, unseal_json
from wallet.verifiers import RequestContent, fetch_request, is_link_of
from web.database import new_id

if TYPE_CHECKING:
    from datetime import datetime

    from wallet.service import WalletService
    from wallet.signing_in import Visitor

_LOOKED_AT: Final = 50
CAN_BE_ANSWERED: Final = frozenset({RequestState.OPEN, RequestState.ANSWERING})


@dataclass(frozen=True)
class Request:
    """A request of this browser.

    Args:
        error: why it failed, or the last try did.
        redirect_uri: where the verifier wants its person back, once answered.
    """

    id: str
    state: RequestState
    content: RequestContent
    error: str | None
    ends_at: datetime
    redirect_uri: str | None


def open_request(service: WalletService, visitor: Visitor, query: str) -> str:
    """Fetch and verify a request, and keep it for this browser. One that this browser has already, answered
    or on another of its pages, is not kept a second time: a verifier takes one answer.

    Args:
        service: the wallet's tools.
        visitor: whose browser.
        query: of the link: `client_id`, `request_uri`, ...

    Returns:
        The id of the request; of the answered one, when the same link is opened again.

    Raises:
        RequestError: it is refused; the code has a sentence.

    Source: OpenID4VP 1.0, section 5.
    """
    try:
        content, ends_at = fetch_request(service, query)
    except RequestError:
        answered = _find_answered(service, visitor, query)
        if answered is None:
            raise
        return answered.id
    known = _find_known(service, visitor, content)
    if known is not None:
        return known.id
    request_id = new_id()
    row = ReceivedRequest(
        id=request_id,
        session_id=visitor.session_id,
        sealed_content=seal_request(service, request_id, content, redirect_uri=None),
        created_at=service.now(),
        ends_at=ends_at,
    )
    with service.database.write() as session:
        session.add(row)
    return request_id


def find_request(service: WalletService, visitor: Visitor | None, request_id: str) -> Request | None:
    """Find a request that this browser opened. Another's does not exist."""
    if visitor is None:
        return None
    with service.database.session() as session:
        row = session.exec(select(ReceivedRequest).where(*belongs_to(visitor, request_id))).first()
    return _request(service, row) if row else None


def _request(service: WalletService, row: ReceivedRequest) -> Request:
    value = unseal_json(service.vault, row.sealed_content, owner="request", record=f"request:{row.id}")
    content = RequestContent.from_json(value["request"])
    return Request(row.id, RequestState(row.state), content, row.error, row.ends_at, value["redirect_uri"])


def _list_requests(service: WalletService, visitor: Visitor) -> list[Request]:
    """The requests of this browser, newest first: a few, since each ends within minutes."""
    statement = (
        select(ReceivedRequest)
        .where(ReceivedRequest.session_id == visitor.session_id)
        .order_by(col(ReceivedRequest.created_at).desc())
        .limit(_LOOKED_AT)
    )
    with service.database.session() as session:
        rows = session.exec(statement).all()
    return [_request(service, row) for row in rows]


def _find_answered(service: WalletService, visitor: Visitor, query: str) -> Request | None:
    """The request of a link that was answered here: its verifier may not give it out any more."""
    answered = {RequestState.SHARED, RequestState.DECLINED}
    found = _list_requests(service, visitor)
    return next((each for each in found if each.state in answered and is_link_of(query, each.content)), None)


def _find_known(service: WalletService, visitor: Visitor, content: RequestContent) -> Request | None:
    """The same request, already shown to its verifier or open in this browser. One that was declined, and is
    still given out, can be thought over.
    """
    for each in _list_requests(service, visitor):
        can_be_answered = each.state in CAN_BE_ANSWERED and each.content == content
        if can_be_answered and each.ends_at > service.now():
            return each
        if each.state is RequestState.SHARED and each.content.is_same_request(content):
            return each
    return None


def belongs_to(visitor: Visitor, request_id: str) -> tuple[Any, ...]:
    """The conditions that a request is this one, opened in this browser."""
    return (col(ReceivedRequest.id) == request_id, col(ReceivedRequest.session_id) == visitor.session_id)


def seal_request(
    service: WalletService, request_id: str, content: RequestContent, *, redirect_uri: str | None
) -> bytes:
    """Seal what is kept of a request, and where its verifier wants its person once it is answered."""
    value = {"request": content.to_json(), "redirect_uri": redirect_uri}
    return seal_json(service.vault, value, owner="request", record=f"request:{request_id}")
