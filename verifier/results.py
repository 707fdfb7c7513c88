"""What a request brought: sealed, for the browser that asked, for a day.

Who may see a result (OpenID4VP 1.0, sections 13.3 and 14.2, session fixation):

1. The request is bound to a browser when it is made: the row holds the digest of the random session id in
   that browser's signed cookie. Without that cookie nobody sees anything of the request or its result,
   whatever else they know.
2. A request has two invitations, each with its own nonce, state and addresses: one in the QR code and in the
   link to send (the wallet is on *another* device), one in the button (the wallet is on *this* device).
3. Answered through the button, the result is held back until the answer's one-time response code comes in
   through the cookie's browser. An attacker who starts a request and sends the button's link to a victim has
   the cookie and never the code; the victim has the code and not the cookie.
4. Answered through the QR code, the cookie alone opens the result: the learner meant it for the other screen.
   That cannot be told from a relayed code; the learner's wallet names the verifier before anything is sent,
   and the request lives five minutes.
5. The code has 256 bits, is kept as a digest, and is spent by a conditional UPDATE.

Results go when `result_days` have passed: at the start of the service and whenever one is made.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlmodel import col, delete, update

from did.errors import SealError
from did.sealing import seal, unseal
from verifier.models import Channel, Emblem, PresentationRequest, RequestState
from verifier.reports import Findings

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from verifier.desk import Desk

_PURPOSE: Final = "verifier-result"


class ResultError(Exception):
    """A result cannot be shown.

    Args:
        code: "unknown" (or gone), "other_browser", "code_needed", "code_wrong", "not_answered".
    """

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True)
class Result:
    """A result that may be shown to the browser that asks for it."""

    request: PresentationRequest
    findings: Findings


def digest(text: str) -> bytes:
    """SHA-256 of a random text: what is kept of it."""
    return hashlib.sha256(text.encode()).digest()


def is_browser_of(request: PresentationRequest, browser: str | None) -> bool:
    """Tell whether a session id is the one that made a request."""
    return browser is not None and hmac.compare_digest(digest(browser), request.browser_digest)


def seal_findings(desk: Desk, request_id: str, findings: Findings) -> bytes:
    """Seal the findings of a request."""
    content = json.dumps(findings.to_json(), ensure_ascii=False).encode()
    return seal(content, secret=desk.secret, purpose=_PURPOSE, record=request_id)


def open_result(desk: Desk, request_id: str, *, browser: str | None, response_code: str | None) -> Result:
    """Open a result for a browser.

    Args:
        desk: the verifier.
        request_id: of the request.
        browser: the session id in the browser's cookie, its signature checked.
        response_code: what the wallet brought back, if it did.

    Raises:
        ResultError: see its codes.
    """
    with desk.database.session() as session:
        request = session.get(PresentationRequest, request_id)
    if request is None or request.delete_at <= desk.clock():
        raise ResultError("unknown")
    if not is_browser_of(request, browser):
        raise ResultError("other_browser")
    if request.sealed_result is None:
        raise ResultError("not_answered")
    if response_code is not None:
        _take_code(desk, request, response_code)
    elif request.answered_through == Channel.THIS_DEVICE and request.returned_at is None:
        raise ResultError("code_needed")
    try:
        content = unseal(request.sealed_result, secret=desk.secret, purpose=_PURPOSE, record=request_id)
    except SealError as err:
        # another record's, or sealed under a secret that is gone: nothing that may be shown as this result
        raise ResultError("unknown") from err
    return Result(request, Findings.from_json(json.loads(content)))


def _take_code(desk: Desk, request: PresentationRequest, response_code: str) -> None:
    """Spend the response code; once."""
    now = desk.clock()
    with desk.database.write() as session:
        spent = session.exec(
            update(PresentationRequest)
            .where(col(PresentationRequest.id) == request.id)
            .where(col(PresentationRequest.response_code_digest) == digest(response_code))
            .values(response_code_digest=None, returned_at=now)
        )
    if spent.rowcount != 1:
        raise ResultError("code_wrong")


def is_open_to_waiting_page(request: PresentationRequest) -> bool:
    """Tell whether the page that waits with the cookie may go on to the result."""
    answered = request.state == RequestState.ANSWERED
    return answered and (request.answered_through == Channel.OTHER_DEVICE or request.returned_at is not None)


def purge(session: Session, now: datetime) -> None:
    """Delete what has had its time."""
    session.exec(delete(PresentationRequest).where(col(PresentationRequest.delete_at) <= now))
    session.exec(delete(Emblem).where(col(Emblem.delete_at) <= now))
