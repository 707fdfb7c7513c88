"""Presenting: a verifier's request opened and verified, shown, and answered once with what the person
chose. OpenID4VP 1.0.

1. open (`wallet.requests`): the request is fetched without following redirects, verified, and kept sealed
   for this browser: what the person sees is what is answered, and an answer goes to that request's own
   address and to no other (G13);
2. match (`wallet.matching`): which badges answer which of its questions, and what would be seen of each;
   nothing that is not needed is chosen for the person, and a choice is of the copy whose contents they saw;
3. derive and sign: one presentation per badge, which shows what the person saw that it shows, for this
   verifier's full client id and this request's nonce;
4. claim: of two taps, or two workers, one answers and the other waits for it; the log has its line before
   anything leaves;
5. post: to the verified `response_uri`, without following redirects;
6. close: the request and the line in the log say what came of it.

A crash or a fault of the network between 4 and 6 leaves a request that can be answered again: the
verifier spends its nonce once.
"""

from __future__ import annotations

import time
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from pydantic import ValidationError
from sqlmodel import and_, col, or_, update

from contexts import ContextsError, StrictJsonError, strict_json
from credentials.errors import CredentialsError
from credentials.exchange.presentations import make_answer
from credentials.exchange.urls import UrlSyntaxError, read_origin
from did.errors import DidError, FetchError
from wallet import holding
from wallet.disclosures import ShownBadge, note_outcome, write_line
from wallet.errors import PresentingError
from wallet.matching import match_request
from wallet.models import ReceivedRequest, RequestState
from wallet.requests import CAN_BE_ANSWERED, belongs_to, find_request, seal_request
from wallet.schemas import DirectPostResponse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from did.fetcher import Fetched
    from wallet.matching import Matching, Proposal
    from wallet.requests import Request
    from wallet.service import WalletService
    from wallet.signing_in import Visitor

_LEASE: Final = timedelta(seconds=60)
_WAIT_SECONDS: Final = 15.0
_LOOK_SECONDS: Final = 0.1
_ANSWER_BYTES: Final = 65_536


def present(
    service: WalletService,
    visitor: Visitor,
    request_id: str,
    chosen: Mapping[str, Sequence[str]],
    *,
    seen: Mapping[str, Sequence[str]],
    wait_seconds: float = _WAIT_SECONDS,
) -> Request:
    """Answer a request with what the person chose. Doing it again sends nothing twice and comes to the same.

    Args:
        service: the wallet's tools.
        visitor: signed in.
        request_id: of a request of theirs.
        chosen: ids of badges, by id of the credential query.
        seen: ids of the copies whose contents the person was shown, likewise.
        wait_seconds: how long a second tap waits for what the first one comes to.

    Returns:
        The request as it then stands.

    Raises:
        PresentingError: nothing was sent, or it was not taken; `again` says whether trying again can help.

    Source: OpenID4VP 1.0, sections 8.1 and 8.2.
    """
    passport_id = visitor.passport_id
    if passport_id is None:
        raise ValueError("presenting needs a passport")
    request = find_request(service, visitor, request_id)
    if request is not None and request.state is RequestState.SHARED:
        return request
    request = _open(service, request)
    answer = _read_choice(match_request(service, passport_id, request), chosen, seen)
    lines = [ShownBadge(each.badge.name, in_part=not each.shown.is_whole) for each in answer]
    # 3. Derive and sign
    vp_token = _make_token(service, passport_id, request, answer)
    # 4. Claim, and log
    if not _claim(service, visitor, request, RequestState.ANSWERING, lines):
        return _wait_for_the_other(service, visitor, request_id, seconds=wait_seconds)
    # 5. Post
    fields = {"vp_token": strict_json.dumps(vp_token).decode()}
    return _send(service, visitor, request, fields, done=RequestState.SHARED)


def decline(service: WalletService, visitor: Visitor, request_id: str) -> Request:
    """Say no, signed in or not, and tell the verifier so, which learns nothing else.

    Raises:
        PresentingError: it was answered already, or has ended. That the verifier cannot be told is no error.

    Source: OpenID4VP 1.0, section 8.5 (`access_denied`).
    """
    request = _open(service, find_request(service, visitor, request_id))
    if not _claim(service, visitor, request, RequestState.DECLINED, ()):
        raise PresentingError("request_busy", again=True)
    try:
        return _send(service, visitor, request, {"error": "access_denied"}, done=RequestState.DECLINED)
    except PresentingError:
        _close(service, request, RequestState.DECLINED)
        return _again(service, visitor, request_id)


def _open(service: WalletService, request: Request | None) -> Request:
    """Refuse what cannot be answered, now or any more.

    Raises:
        PresentingError: "request_gone", "request_expired", "request_answered".
    """
    if request is None:
        raise PresentingError("request_gone")
    if request.state not in CAN_BE_ANSWERED:
        raise PresentingError("request_answered")
    if request.ends_at <= service.now():
        raise PresentingError("request_expired")
    return request


def _read_choice(
    matching: Matching, chosen: Mapping[str, Sequence[str]], seen: Mapping[str, Sequence[str]]
) -> list[Proposal]:
    """Check the person's choice against what matches: the page's fields may hold anything. When another copy
    of a badge is proposed by now, which may show something else, the person looks again.

    Raises:
        PresentingError: "choice_missing", "choice_unknown", "choice_several", "choice_changed",
            "nothing_matches".
    """
    if not matching.can_answer:
        raise PresentingError("nothing_matches")
    answer: list[Proposal] = []
    for question in matching.questions:
        wanted = dict.fromkeys(chosen.get(question.id, ()))
        found = [each for each in question.proposals if each.badge.id in wanted]
        if len(found) != len(wanted):
            raise PresentingError("choice_unknown", again=True)
        if len(found) > 1 and not question.multiple:
            raise PresentingError("choice_several", again=True)
        if question.needed and not found:
            raise PresentingError("choice_missing", again=True)
        if any(each.copy.id not in seen.get(question.id, ()) for each in found):
            raise PresentingError("choice_changed", again=True)
        answer += found
    return answer


def _claim(
    service: WalletService,
    visitor: Visitor,
    request: Request,
    state: RequestState,
    badges: Sequence[ShownBadge],
) -> bool:
    """Take the request for this answer and write its line in the log, in one transaction. One of many wins;
    False: another tap, or another worker, is at it.
    """
    now = service.now()
    free = or_(
        col(ReceivedRequest.state) == RequestState.OPEN,
        and_(col(ReceivedRequest.state) == RequestState.ANSWERING, col(ReceivedRequest.busy_until) <= now),
    )
    values = {"state": state, "busy_until": now + _LEASE, "error": None}
    line = (
        write_line(
            service,
            visitor.passport_id,
            request_id=request.id,
            verifier=request.content.verifier,
            state=state,
            badges=badges,
        )
        if visitor.passport_id
        else None
    )
    with service.database.write() as session:
        statement = update(ReceivedRequest).where(*belongs_to(visitor, request.id), free).values(**values)
        if not session.exec(statement).rowcount:
            return False
        if line is not None:
            # it has the request's id: answering again after a fault writes no second one
            session.merge(line)
    return True


def _wait_for_the_other(
    service: WalletService, visitor: Visitor, request_id: str, *, seconds: float
) -> Request:
    """A second tap: tell what the first one came to.

    Raises:
        PresentingError: it did not work, for the first one either; "request_busy": it is still at it.
    """
    deadline = time.monotonic() + seconds
    request = _again(service, visitor, request_id)
    while request.state is RequestState.ANSWERING and time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)
        request = _again(service, visitor, request_id)
    match request.state:
        case RequestState.SHARED:
            return request
        case RequestState.ANSWERING:
            raise PresentingError("request_busy", again=True)
        case RequestState.OPEN:
            raise PresentingError(request.error or "request_busy", again=True)
        case _:
            raise PresentingError(request.error or "request_answered")


def _make_token(
    service: WalletService, passport_id: str, request: Request, answer: Sequence[Proposal]
) -> dict[str, list[dict[str, Any] | str]]:
    """Make the `vp_token`; when a badge cannot be prepared, nothing leaves and the request stays open.

    Raises:
        PresentingError: "badge_not_prepared" (again).
    """
    vp_token: dict[str, list[dict[str, Any] | str]] = {}
    try:
        for each in answer:
            vp_token.setdefault(each.query_id, []).append(_sign(service, passport_id, request, each))
    except (CredentialsError, ContextsError, DidError) as err:
        raise PresentingError("badge_not_prepared", err.code, again=True) from err
    return vp_token


def _sign(
    service: WalletService, passport_id: str, request: Request, proposal: Proposal
) -> dict[str, Any] | str:
    key = holding.find_key(service, passport_id, proposal.copy.key_id)
    return make_answer(
        proposal.copy.held,
        proposal.shown,
        signer=service.keystore.signer(key),
        holder=key.did,
        domain=request.content.verifier.client_id,
        challenge=request.content.nonce,
        now=service.now(),
        contexts=service.verification.contexts,
        resolver=service.verification.resolver,
        hasher=service.hasher,
    )


def _send(
    service: WalletService, visitor: Visitor, request: Request, fields: dict[str, str], *, done: RequestState
) -> Request:
    """Post the answer and close the request.

    Raises:
        PresentingError: "verifier_unreachable" (again: the request is open again), "verifier_refused".
    """
    if request.content.state is not None:
        fields = {**fields, "state": request.content.state}
    try:
        answer = service.fetcher.post(
            request.content.response_uri,
            content=urlencode(fields).encode(),
            content_type="application/x-www-form-urlencoded",
            max_bytes=_ANSWER_BYTES,
        )
    except FetchError as err:
        _close(service, request, RequestState.OPEN, error="verifier_unreachable")
        raise PresentingError("verifier_unreachable", err.code, again=True) from err
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _close(service, request, RequestState.OPEN, error="verifier_unreachable")
        raise PresentingError("verifier_unreachable", str(answer.status), again=True)
    if answer.status != HTTPStatus.OK:
        _close(service, request, RequestState.FAILED, error="verifier_refused")
        raise PresentingError("verifier_refused", str(answer.status))
    _close(service, request, done, redirect_uri=_redirect_uri(answer))
    return _again(service, visitor, request.id)


def _redirect_uri(answer: Fetched) -> str | None:
    """Where the verifier wants its person; only an address of the web, so that no scheme of the device is
    opened.

    Source: OpenID4VP 1.0, section 8.2: opened in the same browser that answered.
    """
    try:
        document = strict_json.loads(answer.body, max_bytes=_ANSWER_BYTES) if answer.body.strip() else {}
        address = DirectPostResponse.model_validate(document).redirect_uri
        if address is not None:
            # the response code may stand in a fragment, which read_origin does not take
            read_origin(address.partition("#")[0])
    except (StrictJsonError, ValidationError, UrlSyntaxError):
        return None
    return address


def _close(
    service: WalletService,
    request: Request,
    state: RequestState,
    *,
    error: str | None = None,
    redirect_uri: str | None = None,
) -> None:
    """Say what came of it, in the request and in the log. In the log, an open one is perhaps received."""
    values: dict[str, Any] = {"state": state, "error": error, "busy_until": None}
    if redirect_uri is not None:
        values["sealed_content"] = seal_request(
            service, request.id, request.content, redirect_uri=redirect_uri
        )
    in_log = RequestState.ANSWERING if state is RequestState.OPEN else state
    with service.database.write() as session:
        session.exec(update(ReceivedRequest).where(col(ReceivedRequest.id) == request.id).values(**values))
        note_outcome(session, request.id, in_log)


def _again(service: WalletService, visitor: Visitor, request_id: str) -> Request:
    request = find_request(service, visitor, request_id)
    if request is None:
        raise PresentingError("request_gone")
    return request
