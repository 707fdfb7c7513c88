"""Links for one employer, as their owner sees them: prepared, listed with each opening, withdrawn in one
touch.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import Response

from wallet import disclosures, holding, sharing
from wallet.dependencies import FORM, Pages, SignedIn, Wallet, see_other
from wallet.errors import SharingError
from wallet.service import WalletService
from web.problems import NotFound

router = APIRouter()

_USUAL_DAYS = 30


@router.get("/links")
def show_links(
    request: Request, pages: Pages, service: Wallet, owner: SignedIn, *, withdrawn: bool = False
) -> Response:
    """Every link, newest first, with its openings."""
    return pages.page(
        request, "links.html", links=sharing.list_links(service, owner.passport_id), withdrawn=withdrawn
    )


@router.get("/links/new")
def show_new_link(
    request: Request, pages: Pages, service: Wallet, owner: SignedIn, badge: str | None = None
) -> Response:
    """Which badges, for whom, until when. Nothing is ticked but the badge that the person came from."""
    return _form(request, pages, service, owner.passport_id, chosen=[badge] if badge else [])


@router.post("/links", dependencies=FORM)
def prepare_link(
    request: Request,
    *,
    pages: Pages,
    service: Wallet,
    owner: SignedIn,
    badge_ids: Annotated[list[str] | None, Form()] = None,
    label: Annotated[str, Form(max_length=500)] = "",
    until: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Make the link."""
    chosen = badge_ids or []
    try:
        share_id = sharing.prepare_link(
            service,
            passport_id=owner.passport_id,
            badge_ids=chosen,
            label=label,
            ends_at=_end_of(until, service.settings.time_zone),
        )
    except SharingError as err:
        return _form(
            request,
            pages,
            service,
            owner.passport_id,
            chosen=chosen,
            label=label,
            until=until,
            error=err.code,
        )
    return see_other(request, f"/links/{share_id}?new=1")


@router.get("/links/{share_id}")
def show_link(
    request: Request, pages: Pages, service: Wallet, owner: SignedIn, share_id: str, *, new: bool = False
) -> Response:
    """The link and its QR code, what it shows, and when it was opened."""
    link = sharing.find_link(service, owner.passport_id, share_id)
    if link is None:
        raise NotFound
    return pages.page(request, "link.html", prepared=link, new=new)


@router.post("/links/{share_id}/withdraw", dependencies=FORM)
def withdraw_link(request: Request, service: Wallet, owner: SignedIn, share_id: str) -> Response:
    """Withdraw it: at once, without a question."""
    if not sharing.withdraw_link(service, owner.passport_id, share_id):
        raise NotFound
    return see_other(request, "/links?withdrawn=1")


@router.get("/log")
def show_log(request: Request, pages: Pages, service: Wallet, owner: SignedIn) -> Response:
    """To whom something was shown, newest first: answers to requests, and links."""
    return pages.page(
        request, "log.html", disclosures=disclosures.list_disclosures(service, owner.passport_id),
        links=sharing.list_links(service, owner.passport_id),
    )  # fmt: skip


def _form(
    request: Request,
    pages: Pages,
    service: WalletService,
    passport_id: str,
    *,
    chosen: list[str],
    label: str = "",
    until: str = "",
    error: str | None = None,
) -> Response:
    zone = ZoneInfo(service.settings.time_zone)
    today = service.now().astimezone(zone).date()
    badges = holding.list_badges(service, passport_id)
    return pages.page(
        request, "link_new.html", status=422 if error else 200,
        badges=[badge for badge in badges if not badge.ended],
        ended=[badge for badge in badges if badge.ended], chosen=chosen, label=label, error=error,
        until=until or (today + timedelta(days=_USUAL_DAYS)).isoformat(),
        first_day=today.isoformat(), last_day=(today + timedelta(days=sharing.MAXIMUM_DAYS - 1)).isoformat(),
    )  # fmt: skip


def _end_of(day: str, time_zone: str) -> datetime:
    """The end of a day as the person's calendar has it.

    Raises:
        SharingError: "share_end": not a date.
    """
    try:
        ends = datetime.combine(date.fromisoformat(day), time.max, tzinfo=ZoneInfo(time_zone))
        return ends.replace(microsecond=0).astimezone(UTC)
    except (ValueError, OverflowError) as err:
        raise SharingError("share_end") from err
