"""The two doors: a paper with a code, and one's own passport."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from wallet import offers
from wallet.dependencies import MaybeVisitor, Pages, Wallet

router = APIRouter()


@router.get("/")
def show_home(
    request: Request, pages: Pages, service: Wallet, visitor: MaybeVisitor, *, deleted: bool = False
) -> Response:
    """Two doors, and what waits for an answer."""
    signed_in = visitor is not None and visitor.passport_id is not None
    waiting = len(offers.list_waiting(service, visitor)) if visitor is not None else 0
    return pages.page(request, "home.html", signed_in=signed_in, waiting=waiting, deleted=deleted)
