"""Presenting: a verifier's request opened and verified, shown, and answered once with what the person
chose. OpenID4VP 1.0.

1. open: the request is fetched without following redirects, verified, and kept sealed for this browser:
   what the person sees is what is answered, and an answer goes to that request's own address and to no
   other (G13);
2. match: which badges answer which of its questions; nothing that is not needed is chosen for the person;
3. claim: of two taps, or two workers, one answers; the log has its line before anything leaves;
4. sign: one presentation per badge, for this verifier's full client id and this request's nonce;
5. post: to the verified `response_uri`, without following redirects;
6. close: the request and the line in the log say what came of it.

A crash or a fault of the network between 3 and 6 leaves a request that can be answered again: the
verifier spends its nonce once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from pydantic import ValidationError
from sqlmodel import and_, col, or_, select, update

from contexts import StrictJsonError, strict_json
from credentials.exchange.dcql import DcqlQuery, match
from credentials.exchange.presentations import make_presentation
from credentials.exchange.urls import UrlSyntaxError, read_origin
from did.errors import FetchError
from wallet import holding
from wallet.disclosures import note_outcome, write_line
from wallet.errors import PresentingError
from wallet.models import ReceivedRequest, RequestState
from wallet.schemas import DirectPostResponse
from wallet.vault import seal_json, unseal_json
from wallet.verifiers import RequestContent, fetch_request
from web.database import new_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from did.fetcher import Fetched
    from wallet.holding import HeldBadge
    from wallet.service import WalletService
    from wallet.signing_in import Visitor

_LEASE: Final = timedelta(seconds=60)
_ANSWER_BYTES: Final = 65_536


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


@dataclass(frozen=True)
class Question:
    """One thing that is asked for, and the badges that answer it.

    Args:
        id: of the credential query.
        badges: that answer it, newest first.
        needed: it must be answered.
        multiple: several badges may answer.
    """

    id: str
    badges: tuple[HeldBadge, ...]
    needed: bool
    multiple: bool


@dataclass(frozen=True)
class Matching:
    """A request beside a passport; `can_answer` is False when something needed is missing."""

    questions: tuple[Question, ...]
    can_answer: bool


def open_request(service: WalletService, visitor: Visitor, query: str) -> str:
    """Fetch and verify a request, and keep it for this browser.

    Args:
        service: the wallet's tools.
        visitor: whose browser.
        query: of the link: `client_id`, `request_uri`, ...

    Returns:
        The id of the request.

    Raises:
        RequestError: it is refused; the code has a sentence.

    Source: OpenID4VP 1.0, section 5.
    """
    content, ends_at = fetch_request(service, query)
    request_id = new_id()
    row = ReceivedRequest(
        id=request_id,
        session_id=visitor.session_id,
        sealed_content=_seal(service, request_id, content, redirect_uri=None),
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
        row = session.exec(select(ReceivedRequest).where(*_mine(visitor, request_id))).first()
    if row is None:
        return None
    value = unseal_json(service.vault, row.sealed_content, owner="request", record=f"request:{row.id}")
    content = RequestContent.from_json(value["request"])
    return Request(row.id, RequestState(row.state), content, row.error, row.ends_at, value["redirect_uri"])


def match_request(service: WalletService, passport_id: str, request: Request) -> Matching:
    """Find which badges of a passport answer a request. Hidden badges are not proposed.

    Source: OpenID4VP 1.0, section 6.4.
    """
    query = DcqlQuery.parse(request.content.query)
    badges = {badge.id: badge for badge in holding.list_badges(service, passport_id)}
    matches = match(query, {badge.id: badge.view.raw for badge in badges.values()})
    chosen = matches.chosen
    questions = tuple(
        Question(
            id=each.id,
            badges=tuple(badges[candidate.key] for candidate in matches.candidates[each.id]),
            needed=chosen is not None and each.id in chosen,
            multiple=each.multiple,
        )
        for each in query.credentials
    )
    return Matching(questions, chosen is not None)


def present(
    service: WalletService, visitor: Visitor, request_id: str, chosen: Mapping[str, Sequence[str]]
) -> Request:
    """Answer a request with what the person chose. Doing it again sends nothing twice.

    Args:
        service: the wallet's tools.
        visitor: signed in.
        request_id: of a request of theirs.
        chosen: ids of badges, by id of the credential query.

    Returns:
        The request as it then stands.

    Raises:
        PresentingError: nothing was sent, or it was not taken; `again` says whether trying again can help.

    Source: OpenID4VP 1.0, sections 8.1 and 8.2.
    """
    passport_id = visitor.passport_id
    if passport_id is None:
        raise ValueError("presenting needs a passport")
    request = _open(service, visitor, request_id)
    answer = _read_choice(match_request(service, passport_id, request), chosen)
    badges = [badge for some in answer.values() for badge in some]
    # 3. Claim, and log
    _claim(service, visitor, request, RequestState.ANSWERING, [badge.name for badge in badges])
    # 4. Sign
    vp_token = {
        name: [_sign(service, passport_id, request, badge) for badge in some] for name, some in answer.items()
    }
    # 5. Post
    fields = {"vp_token": strict_json.dumps(vp_token).decode()}
    return _send(service, visitor, request, fields, done=RequestState.SHARED)


def decline(service: WalletService, visitor: Visitor, request_id: str) -> Request:
    """Say no, signed in or not, and tell the verifier so, which learns nothing else.

    Raises:
        PresentingError: it was answered already, or has ended. That the verifier cannot be told is no error.

    Source: OpenID4VP 1.0, section 8.5 (`access_denied`).
    """
    request = _open(service, visitor, request_id)
    _claim(service, visitor, request, RequestState.DECLINED, ())
    try:
        return _send(service, visitor, request, {"error": "access_denied"}, done=RequestState.DECLINED)
    except PresentingError:
        _close(service, request, RequestState.DECLINED)
        return _again(service, visitor, request_id)


def _open(service: WalletService, visitor: Visitor, request_id: str) -> Request:
    """The request, if it can still be answered.

    Raises:
        PresentingError: "request_gone", "request_expired", "request_answered".
    """
    request = find_request(service, visitor, request_id)
    if request is None:
        raise PresentingError("request_gone")
    if request.state not in {RequestState.OPEN, RequestState.ANSWERING}:
        raise PresentingError("request_answered")
    if request.ends_at <= service.now():
        raise PresentingError("request_expired")
    return request


def _read_choice(matching: Matching, chosen: Mapping[str, Sequence[str]]) -> dict[str, list[HeldBadge]]:
    """Check the person's choice against what matches: the page's fields may hold anything.

    Raises:
        PresentingError: "choice_missing", "choice_unknown", "choice_several", "nothing_matches".
    """
    if not matching.can_answer:
        raise PresentingError("nothing_matches")
    answer: dict[str, list[HeldBadge]] = {}
    for question in matching.questions:
        wanted = dict.fromkeys(chosen.get(question.id, ()))
        found = [badge for badge in question.badges if badge.id in wanted]
        if len(found) != len(wanted):
            raise PresentingError("choice_unknown", again=True)
        if len(found) > 1 and not question.multiple:
            raise PresentingError("choice_several", again=True)
        if question.needed and not found:
            raise PresentingError("choice_missing", again=True)
        if found:
            answer[question.id] = found
    return answer


def _claim(
    service: WalletService, visitor: Visitor, request: Request, state: RequestState, badges: Sequence[str]
) -> None:
    """Take the request for this answer and write its line in the log, in one transaction (one of many wins).

    Raises:
        PresentingError: "request_busy" (again): another tap, or another worker, is at it.
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
        statement = update(ReceivedRequest).where(*_mine(visitor, request.id), free).values(**values)
        if not session.exec(statement).rowcount:
            raise PresentingError("request_busy", again=True)
        if line is not None:
            # it has the request's id: answering again after a fault writes no second one
            session.merge(line)


def _sign(service: WalletService, passport_id: str, request: Request, badge: HeldBadge) -> dict[str, Any]:
    key = holding.find_key(service, passport_id, badge.key_id)
    return make_presentation(
        credentials=[badge.view.raw],
        signer=service.keystore.signer(key),
        holder=key.did,
        domain=request.content.verifier.client_id,
        challenge=request.content.nonce,
        created=service.now(),
        hasher=service.hasher,
        contexts=service.verification.contexts,
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
        values["sealed_content"] = _seal(service, request.id, request.content, redirect_uri=redirect_uri)
    in_log = RequestState.ANSWERING if state is RequestState.OPEN else state
    with service.database.write() as session:
        session.exec(update(ReceivedRequest).where(col(ReceivedRequest.id) == request.id).values(**values))
        note_outcome(session, request.id, in_log)


def _again(service: WalletService, visitor: Visitor, request_id: str) -> Request:
    request = find_request(service, visitor, request_id)
    if request is None:
        raise PresentingError("request_gone")
    return request


def _mine(visitor: Visitor, request_id: str) -> tuple[Any, ...]:
    return (col(ReceivedRequest.id) == request_id, col(ReceivedRequest.session_id) == visitor.session_id)


def _seal(
    service: WalletService, request_id: str, content: RequestContent, *, redirect_uri: str | None
) -> bytes:
    value = {"request": content.to_json(), "redirect_uri": redirect_uri}
    return seal_json(service.vault, value, owner="request", record=f"request:{request_id}")
