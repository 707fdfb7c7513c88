"""What a wallet posts. The nonce is spent once, before anything is verified; then the answer is checked, and
the result kept.

1. the invitation named by the address exists, `state` is its own, its minutes have not passed;
2. the answer has a shape that can be checked: a wallet that got it wrong may try again;
3. the nonce is spent: a conditional UPDATE, of which one in any number of parallel answers succeeds;
4. the answer is checked: audience = the full client id, nonce, holder, each badge, the query;
5. the result is sealed and kept, with the digest of a one-time response code;
6. the wallet is told where to take its person, or, by code, what was wrong.

Source: OpenID4VP 1.0, sections 8.2 (direct_post), 8.5 (Error Response), 8.6 (Validation), 13.3, 14.1
(replay).
"""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Text, bindparam, cast, select, update

from contexts import StrictJsonError, strict_json
from credentials.errors import PresentationError
from credentials.exchange.dcql import DcqlQuery
from credentials.exchange.presentations import check_vp_token, parse_vp_token
from credentials.report import Outcome
from credentials.steps import StrictObject
from verifier.endorsements import look_at_endorsements
from verifier.models import METADATA, RequestState
from verifier.reports import Findings
from verifier.requests import client_id
from verifier.results import digest, seal_findings
from web.at_once import MOST_BYTES_AT_ONCE, at_once_or_in_thread, without_waiting
from web.statements import Statement

if TYPE_CHECKING:
    from datetime import datetime

    from credentials.report import Report
    from verifier.desk import Desk

JsonObject = dict[str, Any]
MAXIMUM_TOKEN_BYTES: Final = 2_097_152
_CODE_BYTES: Final = 32

# the statements of an answer, on tables and compiled once: this path is measured (`make bench`)
_REQUESTS: Final = METADATA.tables["presentation_requests"]
_INVITATIONS: Final = METADATA.tables["invitations"]
_FIND: Final = Statement(
    select(
        _INVITATIONS.c.id.label("invitation_id"),
        _INVITATIONS.c.channel,
        _INVITATIONS.c.nonce,
        _INVITATIONS.c.state.label("expected_state"),
        _REQUESTS.c.id.label("request_id"),
        # as text: the same few queries are asked again and again, and read once
        cast(_REQUESTS.c.query, Text),
        _REQUESTS.c.state.label("request_state"),
        _REQUESTS.c.expires_at,
    )
    .join(_REQUESTS, _REQUESTS.c.id == _INVITATIONS.c.request_id)
    .where(_INVITATIONS.c.id == bindparam("invitation"))
)
_CLOSE_OPEN: Final = update(_REQUESTS).where(
    _REQUESTS.c.id == bindparam("request"), _REQUESTS.c.state == RequestState.OPEN
)
_SPEND: Final = Statement(
    _CLOSE_OPEN.where(_REQUESTS.c.expires_at > bindparam("now")).values(
        state=RequestState.RECEIVED, answered_through=bindparam("channel")
    )
)
_DECLINE: Final = Statement(_CLOSE_OPEN.values(state=RequestState.DECLINED))
_KEEP: Final = Statement(
    update(_REQUESTS)
    .where(_REQUESTS.c.id == bindparam("request"))
    .values(
        state=RequestState.ANSWERED,
        sealed_result=bindparam("result"),
        response_code_digest=bindparam("code"),
        delete_at=bindparam("end"),
    )
)


class ResponseError(Exception):
    """An answer is refused.

    Args:
        error: OAuth error code for the wallet.
        code: our machine code: "unknown_request", "state_mismatch", "request_ended", "already_answered",
            "vp_token_missing", a code of strict JSON, "vp_token_shape", or that of the first check that
            failed.
        description: ASCII words for the wallet's programmer.
    """

    def __init__(self, code: str, description: str, *, error: str = "invalid_request") -> None:
        self.error = error
        self.code = code
        self.description = description
        super().__init__(f"{code}: {description}")


@dataclass(frozen=True)
class PostedResponse:
    """The form that a wallet posts; members that are absent are None.

    Args:
        vp_token: JSON text, an object of arrays.
        state: as in the request.
        error: why there is no answer.
    """

    vp_token: str | None
    state: str | None
    error: str | None


@dataclass(frozen=True)
class _Asked:
    """The request that an address names, and the invitation through which it is answered."""

    invitation_id: str
    channel: str
    nonce: str
    expected_state: str
    request_id: str
    query: str
    request_state: str
    expires_at: datetime


async def receive(desk: Desk, invitation_id: str, posted: PostedResponse) -> str:
    """Receive an answer; gives the address to which the wallet takes its person.

    Args:
        desk: the verifier.
        invitation_id: the end of the `response_uri`.
        posted: the form.

    Raises:
        ResponseError: see its codes.
    """
    # 1. Which request
    asked = await _find(desk, invitation_id, posted.state)
    if posted.error is not None:
        return await _decline(desk, asked)
    # 2. Shape
    query = _read_query(asked.query)
    vp_token = _read_token(posted.vp_token, query)
    # 3. The nonce, spent
    await _spend(desk, asked)
    # 4. The answer, checked
    is_short = len(posted.vp_token or "") <= MOST_BYTES_AT_ONCE
    checking = partial(
        check_vp_token,
        vp_token,
        query=query,
        now=desk.clock(),
        expected_domain=client_id(desk, asked.invitation_id),
        expected_challenge=asked.nonce,
    )
    report = await at_once_or_in_thread(
        partial(checking, context=without_waiting(desk.verification)),
        partial(checking, context=desk.verification),
        is_short=is_short,
    )
    # 5. The result, kept
    response_code = await _keep(desk, asked, report, is_short=is_short)
    # 6. What the wallet is told
    _refuse_bad_answer(report)
    return f"{desk.settings.base_url}/results/{asked.request_id}?response_code={response_code}"


async def _find(desk: Desk, invitation_id: str, state: str | None) -> _Asked:
    row = await desk.database.look(
        lambda transaction: transaction.first(_FIND, {"invitation": invitation_id})
    )
    if row is None:
        raise ResponseError("unknown_request", "there is no such request, or it is gone")
    asked = _Asked(*row)
    if not hmac.compare_digest((state or "").encode(), asked.expected_state.encode()):
        raise ResponseError("state_mismatch", "state is not that of this request")
    if asked.request_state != RequestState.OPEN:
        raise ResponseError("already_answered", "this request was answered already; a nonce is used once")
    if asked.expires_at <= desk.clock():
        raise ResponseError("request_ended", "the request has expired")
    return asked


@lru_cache(maxsize=256)
def _read_query(text: str) -> DcqlQuery:
    """Read a query that we wrote."""
    return DcqlQuery.parse(json.loads(text))


def _read_token(vp_token: str | None, query: DcqlQuery) -> Any:
    """Read the JSON of `vp_token` and look at its shape, without looking at any presentation."""
    if not vp_token:
        raise ResponseError("vp_token_missing", "vp_token is missing")
    if not vp_token.lstrip().startswith("{"):
        raise ResponseError(
            "vp_token_shape", "vp_token is a bare string or array; it must be a JSON object of arrays"
        )
    try:
        source = vp_token.encode()
        presented = parse_vp_token(
            strict_json.loads(source, max_bytes=MAXIMUM_TOKEN_BYTES),
            query_ids=[each.id for each in query.credentials],
        )
    except StrictJsonError as err:
        raise ResponseError(err.code, f"vp_token is not the JSON that we read: {err.code}") from err
    except PresentationError as err:
        where = f" at {err.pointer}" if err.pointer else ""
        raise ResponseError(
            err.code, f"vp_token must be a JSON object of arrays{where}: {err.detail}"
        ) from err
    return _as_read(presented, source)


def _as_read(
    presented: dict[str, list[JsonObject | str]], source: bytes
) -> dict[str, list[JsonObject | str]]:
    """Note of a presentation that came alone that it was read strictly: it need not be read so again."""
    if sum(map(len, presented.values())) > 1:
        return presented
    return {
        name: [each if isinstance(each, str) else StrictObject(each, source=source) for each in some]
        for name, some in presented.items()
    }


async def _spend(desk: Desk, asked: _Asked) -> None:
    """Move the request from open to received; only one answer ever does."""
    values = {"request": asked.request_id, "channel": asked.channel, "now": desk.clock()}
    if await _changed(desk, _SPEND, values) != 1:
        raise ResponseError("already_answered", "this request was answered already; a nonce is used once")


async def _decline(desk: Desk, asked: _Asked) -> str:
    """Note that the wallet's person said no, or that the wallet could not answer."""
    if await _changed(desk, _DECLINE, {"request": asked.request_id}) != 1:
        raise ResponseError("already_answered", "this request was answered already")
    return f"{desk.settings.base_url}/declined"


async def _keep(desk: Desk, asked: _Asked, report: Report, *, is_short: bool) -> str:
    """Keep the result; gives the response code, of which only the digest stays."""
    code = secrets.token_urlsafe(_CODE_BYTES)
    now = desk.clock()
    looking = partial(look_at_endorsements, report.credentials, now=now)
    said = await at_once_or_in_thread(
        partial(looking, context=without_waiting(desk.verification)),
        partial(looking, context=desk.verification),
        is_short=is_short,
    )
    findings = Findings.of(report, presented=True, checked_at=now, endorsements=said)
    values = {
        "request": asked.request_id,
        "result": seal_findings(desk, asked.request_id, findings),
        "code": digest(code),
        "end": now + timedelta(days=desk.settings.result_days),
    }
    await _changed(desk, _KEEP, values)
    return code


async def _changed(desk: Desk, statement: Statement, values: dict[str, Any]) -> int:
    """Run a statement and commit; gives the number of rows that it changed."""
    return await desk.database.commit(lambda transaction: transaction.change(statement, values))


def _refuse_bad_answer(report: Report) -> None:
    """Tell the wallet what is wrong with its answer. A badge that was revoked or has expired is no fault of
    the answer.
    """
    for check in report.checks:
        if check.outcome is Outcome.INVALID and check.name not in {"credentials", "presentations"}:
            raise ResponseError(check.code, f"the presentation does not hold: {check.code} ({check.name})")
