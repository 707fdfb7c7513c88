"""Passkeys, as a page's script speaks of them: options asked for, the authenticator's answer handed in.
JSON both ways.

No token of a form is asked for: a body of JSON with a cookie is taken from our own origin alone
(web.guard), and the challenge in the browser's session is spent by the first answer.
"""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Body
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from wallet import attempts, passkeys, signing_in
from wallet.dependencies import MaybeVisitor, Network, Wallet, keep_session
from wallet.errors import TooManyAttemptsError, WalletError
from wallet.passports import get_passport
from wallet.routes.accounts import remember_number
from wallet.service import WalletService
from wallet.signing_in import OpenedSession, Visitor
from web.passkeys import PasskeyError
from web.paths import safe_path
from web.problems import BadRequest, Conflict, TooManyRequests

router = APIRouter(prefix="/passkeys")

Answer = Annotated[dict[str, Any], Body()]


@router.post("/register/options")
def offer_registration(request: Request, service: Wallet, visitor: MaybeVisitor, side: Network) -> Response:
    """What to make a passkey with: for the passport that is open, or for a new one."""
    _count(service, attempts.SIGN_UP_PER_NETWORK, side)
    opened = None if visitor else signing_in.open_session(service)
    options = passkeys.begin_registration(service, _whose(visitor, opened))
    return _answer(request, options, opened)


@router.post("/register")
def register(
    request: Request,
    service: Wallet,
    visitor: MaybeVisitor,
    answer: Answer,
    next: str | None = None,  # noqa: A002
) -> Response:
    """Keep a new passkey; without a passport, make one that it opens. Its recovery code is made on the page
    after.
    """
    if visitor is None:
        raise BadRequest("passkey_invalid")
    try:
        passport_id = passkeys.finish_registration(service, visitor, credential_in(answer))
    except PasskeyError as err:
        raise BadRequest(err.code) from err
    except WalletError as err:
        raise Conflict(err.code) from err
    if visitor.passport_id is not None:
        return _answer(request, {"redirect": _path(request, "/account?changed=1")}, None)
    opened = signing_in.sign_in(service, visitor, passport_id=passport_id)
    going_to = safe_path(next)
    path = "/account/recovery-code" + (f"?next={quote(going_to, safe='')}" if going_to else "")
    return _signed_in(request, service, opened, path)


@router.post("/signin/options")
def offer_authentication(request: Request, service: Wallet, visitor: MaybeVisitor, side: Network) -> Response:
    """What to prove a passkey with; which passkeys there are is not said."""
    _count(service, attempts.SIGN_IN_PER_NETWORK, side)
    opened = None if visitor else signing_in.open_session(service)
    options = passkeys.begin_authentication(service, _whose(visitor, opened))
    return _answer(request, options, opened)


@router.post("/signin")
def sign_in(
    request: Request,
    service: Wallet,
    visitor: MaybeVisitor,
    answer: Answer,
    next: str | None = None,  # noqa: A002
) -> Response:
    """Open the passport of a passkey."""
    if visitor is None:
        raise BadRequest("passkey_invalid")
    try:
        passport_id = passkeys.finish_authentication(service, visitor, credential_in(answer))
    except PasskeyError as err:
        raise BadRequest(err.code) from err
    opened = signing_in.sign_in(service, visitor, passport_id=passport_id)
    return _signed_in(request, service, opened, safe_path(next) or "/passport")


def credential_in(answer: dict[str, Any]) -> dict[str, Any]:
    """The authenticator's answer, beside which a page may send fields of its own."""
    credential = answer.get("credential")
    return credential if isinstance(credential, dict) else {}


def _whose(visitor: Visitor | None, opened: OpenedSession | None) -> Visitor:
    if visitor is not None:
        return visitor
    assert opened is not None
    return opened.visitor


def _count(service: WalletService, limit: attempts.Limit, side: str) -> None:
    try:
        attempts.count_attempt(service, limit, side)
    except TooManyAttemptsError as err:
        raise TooManyRequests(headers={"Retry-After": str(err.minutes * 60)}) from err


def _path(request: Request, path: str) -> str:
    return f"{request.app.state.settings.base_path}{path}"


def _signed_in(request: Request, service: WalletService, opened: OpenedSession, path: str) -> Response:
    number = get_passport(service, opened.visitor.passport_id or "").number
    response = _answer(request, {"redirect": _path(request, path)}, opened)
    return remember_number(request, response, number)


def _answer(request: Request, body: dict[str, Any], opened: OpenedSession | None) -> Response:
    response = JSONResponse(body, headers={"Cache-Control": "no-store"})
    return keep_session(request, response, opened) if opened else response
