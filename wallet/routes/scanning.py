"""Scan with the camera, or paste: always both."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import Response

from wallet.dependencies import FORM, Pages, Wallet, limit_openings, see_other
from wallet.scanning import Kind, read_text

router = APIRouter()


@router.get("/scan")
def show_scan(request: Request, pages: Pages) -> Response:
    """The camera, a picture of a QR, or a field to paste into."""
    return pages.page(request, "scan.html", error=None, url=None, text="")


@router.post("/scan", dependencies=[*FORM, Depends(limit_openings)])
def read_scan(
    request: Request, pages: Pages, service: Wallet, text: Annotated[str, Form(max_length=8_000)] = ""
) -> Response:
    """Go where the text leads."""
    reading = read_text(service, text)
    if reading.kind in {Kind.OFFER, Kind.REQUEST}:
        return see_other(request, reading.target)
    url = reading.target if reading.kind is Kind.LINK else None
    error = None if url else "scan_nothing"
    return pages.page(request, "scan.html", status=422 if error else 200, error=error, url=url, text=text)
