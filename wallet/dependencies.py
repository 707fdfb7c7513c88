"""What routes ask for: the wallet's tools, who is at the other end, and that somebody is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from wallet import attempts
from wallet.errors import TooManyAttemptsError
from wallet.service import WalletService
from wallet.signing_in import OpenedSession, Visitor, find_visitor
from web.csrf import csrf_protected
from web.i18n import LANGUAGES, language_of
from web.problems import NotSignedIn, TooManyRequests
from web.rendering import Renderer, renderer_of
from web.sessions import read_session, set_session


def wallet_of(request: Request) -> WalletService:
    """The wallet's tools."""
    service: WalletService = request.app.state.wallet
    return service


Wallet = Annotated[WalletService, Depends(wallet_of)]
Pages = Annotated[Renderer, Depends(renderer_of)]
FORM = [Depends(csrf_protected)]


def visitor_of(request: Request, service: Wallet) -> Visitor | None:
    """Whose browser this is, as far as it says."""
    return find_visitor(service, read_session(request))


MaybeVisitor = Annotated[Visitor | None, Depends(visitor_of)]


@dataclass(frozen=True)
class Owner:
    """Somebody who is signed in."""

    visitor: Visitor
    passport_id: str


def owner_of(request: Request, visitor: MaybeVisitor) -> Owner:
    """Whose passport is open in this browser.

    Raises:
        NotSignedIn: nobody's; browsers are sent to the sign-in page, and back to this one after.
    """
    if visitor is None or visitor.passport_id is None:
        raise NotSignedIn(redirect_to=f"/signin?next={quote(_this_page(request), safe='')}")
    return Owner(visitor, visitor.passport_id)


SignedIn = Annotated[Owner, Depends(owner_of)]


def _this_page(request: Request) -> str:
    """The page to come back to: this one when it is a page, the passport when it is a form."""
    if request.method != "GET":
        return "/passport"
    path = request.url.path.removeprefix(request.app.state.settings.base_path)
    return f"{path}?{request.url.query}" if request.url.query else path


def network(request: Request) -> str:
    """Which side of the network this request comes from."""
    return attempts.network_of(request.client.host if request.client else None)


Network = Annotated[str, Depends(network)]


def limit_openings(service: Wallet, side: Network) -> None:
    """Bound what a stranger can make the wallet fetch and keep."""
    try:
        attempts.count_attempt(service, attempts.OPEN_PER_NETWORK, side)
    except TooManyAttemptsError as err:
        raise TooManyRequests(headers={"Retry-After": str(err.minutes * 60)}) from err


def languages_of(request: Request) -> tuple[str, ...]:
    """The person's language, then the others."""
    first = language_of(request)
    return (first, *(language for language in LANGUAGES if language != first))


def see_other(request: Request, path: str) -> Response:
    """Send the browser to another page of the wallet."""
    return RedirectResponse(f"{request.app.state.settings.base_path}{path}", 303)


def keep_session(request: Request, response: Response, opened: OpenedSession) -> Response:
    """Give the browser the cookie of a session, for as long as the session lasts."""
    settings = request.app.state.settings
    days = settings.session_days if opened.visitor.passport_id else settings.offer_days
    set_session(request, response, opened.cookie, seconds=days * 24 * 3600)
    return response
