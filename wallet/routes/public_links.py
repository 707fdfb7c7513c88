"""The link itself, as the one who got it opens it: a program gets the presentation, a person is taken to a
verifier (ADR 0008).
"""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from wallet import sharing
from wallet.dependencies import Pages, Wallet
from wallet.errors import SharingError
from wallet.service import WalletService
from web.problems import Gone, NotFound, problem_response, wants_html

router = APIRouter()

PRESENTATION_TYPE = "application/vp"
_UNCACHED = {"Cache-Control": "no-store", "Vary": "Accept", "X-Robots-Tag": "noindex"}
# programs of any origin may read it: whoever has the address may, and no cookie is looked at
_OPEN = {**_UNCACHED, "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


@router.get("/p/{token}")
def open_link(request: Request, pages: Pages, service: Wallet, token: str) -> Response:
    """Open a link; it counts when the presentation goes out, not when a browser is shown the way."""
    verifier_url = service.settings.verifier_url
    is_browser = wants_html(request)
    try:
        opened = sharing.open_link(service, token, log=not is_browser)
    except SharingError:
        return _ended(request, pages)
    if opened is None:
        return _unknown(request)
    if not is_browser:
        return Response(opened.presentation, media_type=PRESENTATION_TYPE, headers=_OPEN)
    if verifier_url is not None:
        where = f"{verifier_url.rstrip('/')}/open?{urlencode({'presentation_uri': opened.url})}"
        return RedirectResponse(where, 303, headers=_UNCACHED)
    return _plain_page(request, pages, service, token)


@router.get("/p/{token}/presentation")
def download_presentation(service: Wallet, request: Request, pages: Pages, token: str) -> Response:
    """The presentation as a file, for people whose browser opened the link."""
    try:
        opened = sharing.open_link(service, token, log=True)
    except SharingError:
        return _ended(request, pages)
    if opened is None:
        return _unknown(request)
    headers = {**_UNCACHED, "Content-Disposition": 'attachment; filename="presentation.json"'}
    return Response(opened.presentation, media_type=PRESENTATION_TYPE, headers=headers)


def _plain_page(request: Request, pages: Pages, service: WalletService, token: str) -> Response:
    """What is in the link, in words; nothing was checked here, and the page says so."""
    shown = sharing.look_into_link(service, token)
    if shown is None:
        return _unknown(request)
    return pages.page(
        request, "shared.html", badges=shown.badges, ends_at=shown.ends_at, token=token, headers=_UNCACHED
    )


def _ended(request: Request, pages: Pages) -> Response:
    if wants_html(request):
        return pages.page(request, "shared_ended.html", status=410, headers=_UNCACHED)
    answer = problem_response(request, Gone("link_ended"))
    answer.headers.update(_OPEN)
    return answer


def _unknown(request: Request) -> Response:
    answer = problem_response(request, NotFound("link_unknown"))
    if not wants_html(request):
        answer.headers.update(_OPEN)
    return answer
