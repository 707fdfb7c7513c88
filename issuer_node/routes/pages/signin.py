"""Coming in: a link by mail or a passkey; and going out."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Body, Form
from fastapi.responses import JSONResponse
from starlette.requests import Request
from starlette.responses import Response

from issuer_node import passkeys, signing_in
from issuer_node.dependencies import FORM, Cookie, MaybePasseur, NodeHere, Pages, see_other
from issuer_node.errors import SigninError
from issuer_node.routes.pages.forms import Typed
from issuer_node.signing_in import OpenedSession
from web.i18n import language_of
from web.limits import client_key
from web.mail import MailError, check_address
from web.paths import safe_path
from web.problems import BadRequest
from web.sessions import clear_session, cookie_name, set_cookie, set_session

router = APIRouter(include_in_schema=False)

# a passkey's challenge waits under a cookie of its own: a new session would make the page's form tokens stale
_CHALLENGE = "challenge"
_CHALLENGE_SECONDS = 600
_NEXT = "next"
_NEXT_SECONDS = 3600


@router.get("/signin")
def show_signin(
    request: Request,
    pages: Pages,
    passeur: MaybePasseur,
    next: str | None = None,  # noqa: A002
) -> Response:
    """The e-mail address, or this device's passkey."""
    if passeur is not None:
        return see_other(request, safe_path(next) or "/")
    return pages.page(request, "signin.html", errors={}, email="", going_to=safe_path(next))


@router.post("/signin", dependencies=FORM)
def send_link(
    request: Request,
    node: NodeHere,
    pages: Pages,
    tasks: BackgroundTasks,
    *,
    email: Typed = "",
    next: Annotated[str | None, Form(max_length=500)] = None,  # noqa: A002
) -> Response:
    """Send the link, after the answer: nothing in it, nor its time, tells whose addresses are known (H11)."""
    request.app.state.limits.signins.check(client_key(request))
    going_to = safe_path(next)
    try:
        address = check_address(email.strip().lower())
    except MailError:
        code = "bad_address" if email.strip() else "missing"
        errors = {"email": code}
        return pages.page(
            request, "signin.html", status=422, errors=errors, email=email[:254], going_to=going_to
        )
    tasks.add_task(signing_in.send_signin_link, node, email=address, language=language_of(request))
    page = pages.page(request, "signin_sent.html", email=address, minutes=node.settings.signin_link_minutes)
    page.background = tasks
    if going_to is not None:
        set_cookie(page, node.settings, _NEXT, going_to.encode().hex(), seconds=_NEXT_SECONDS)
    return page


@router.get("/signin/{token}")
def show_link(request: Request, node: NodeHere, pages: Pages, token: str) -> Response:
    """A button: mail scanners open links too, and must not spend them."""
    return _link_page(request, node, pages, ended=not signing_in.is_open_link(node, token=token))


@router.post("/signin/passkey/options", dependencies=FORM)
def passkey_options(request: Request, node: NodeHere) -> Response:
    """What the browser needs to ask for a passkey."""
    request.app.state.limits.signins.check(client_key(request))
    opened = signing_in.open_anonymous_session(node)
    response = JSONResponse(passkeys.start_authentication(node, cookie=opened.cookie), headers=_NOT_KEPT)
    set_cookie(response, node.settings, _CHALLENGE, opened.cookie, seconds=_CHALLENGE_SECONDS)
    return response


@router.post("/signin/passkey/result", dependencies=FORM)
def passkey_result(
    request: Request, node: NodeHere, credential: Annotated[dict[str, Any], Body(embed=True)]
) -> Response:
    """The passkey's answer: signs in."""
    challenge = request.cookies.get(cookie_name(node.settings, _CHALLENGE))
    if challenge is None:
        raise BadRequest("passkey_invalid")
    opened = passkeys.finish_authentication(node, cookie=challenge, response=credential)
    response = JSONResponse({}, headers=_NOT_KEPT)
    set_cookie(response, node.settings, _CHALLENGE, "", seconds=0)
    return _keep(request, node, response, opened)


@router.post("/signin/{token}", dependencies=FORM)
def spend_link(request: Request, node: NodeHere, pages: Pages, token: str) -> Response:
    """Sign in, once, and go on to the page that was asked for."""
    try:
        opened = signing_in.spend_signin_link(node, token=token)
    except SigninError:
        return _link_page(request, node, pages, ended=True)
    response = _keep(request, node, see_other(request, _going_to(request) or "/"), opened)
    set_cookie(response, node.settings, _NEXT, "", seconds=0)
    return response


@router.post("/signout", dependencies=FORM)
def sign_out(request: Request, node: NodeHere, cookie: Cookie) -> Response:
    """Sign out, and leave nothing in a browser that somebody else may use next."""
    if cookie is not None:
        signing_in.sign_out(node, cookie=cookie)
    response = see_other(request, "/signin")
    clear_session(request, response)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


_NOT_KEPT = {"Cache-Control": "no-store"}


def _link_page(request: Request, node: NodeHere, pages: Pages, *, ended: bool) -> Response:
    minutes = node.settings.signin_link_minutes
    return pages.page(
        request, "signin_confirm.html", status=410 if ended else 200, ended=ended, minutes=minutes
    )


def _keep(request: Request, node: NodeHere, response: Response, opened: OpenedSession) -> Response:
    set_session(request, response, opened.cookie, seconds=node.settings.session_hours * 3600)
    return response


def _going_to(request: Request) -> str | None:
    """The page that somebody wanted before signing in; a stranger's cookie can only name one of ours."""
    kept = request.cookies.get(cookie_name(request.app.state.settings, _NEXT), "")
    try:
        return safe_path(bytes.fromhex(kept).decode())
    except ValueError:
        return None
