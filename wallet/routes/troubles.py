"""What a page says when an offer, a request or a link leads nowhere; the only place that gives those errors
a status.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import Response

from wallet.errors import OfferError, RequestError
from web.problems import Problem, problem_response, wants_html
from web.rendering import renderer_of

if TYPE_CHECKING:
    from fastapi import FastAPI

_STATUSES: Final = {
    "offer_gone": HTTPStatus.GONE,
    "offer_unreachable": HTTPStatus.SERVICE_UNAVAILABLE,
    "issuer_unreachable": HTTPStatus.SERVICE_UNAVAILABLE,
    "request_gone": HTTPStatus.GONE,
    "request_expired": HTTPStatus.GONE,
    "request_unreachable": HTTPStatus.SERVICE_UNAVAILABLE,
    "verifier_unresolved": HTTPStatus.SERVICE_UNAVAILABLE,
}


def install_trouble_handlers(app: FastAPI) -> None:
    """Answer the errors of opening something with a page that says what to do next."""
    app.add_exception_handler(OfferError, _on_offer_error)
    app.add_exception_handler(RequestError, _on_request_error)


async def _on_offer_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, OfferError)
    return _answer(request, error, what="offer")


async def _on_request_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestError)
    return _answer(request, error, what="request")


def _answer(request: Request, error: OfferError | RequestError, *, what: str) -> Response:
    status = int(_STATUSES.get(error.code, HTTPStatus.UNPROCESSABLE_ENTITY))
    if not wants_html(request):
        return problem_response(request, Problem(error.code, status=status))
    can_retry = status == HTTPStatus.SERVICE_UNAVAILABLE
    return renderer_of(request).page(
        request, "trouble.html", status=status, what=what, error=error.code, can_retry=can_retry
    )
