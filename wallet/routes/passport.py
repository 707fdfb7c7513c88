"""The passport: badges as pictures with their story, one badge whole, and what its owner may do with it."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import Response

from credentials.baking import bake_png
from credentials.exchange.formats import JWT_VC_JSON, LDP_VC, SD_JWT_VC
from wallet import copies, holding, offers
from wallet.copies import CopiesState
from wallet.dependencies import FORM, Pages, SignedIn, Wallet, see_other
from wallet.holding import HeldBadge
from wallet.pictures import find_picture, placeholder_png
from wallet.routes.showing import badge_checks, picture_response
from wallet.service import WalletService
from web.problems import NotFound

router = APIRouter()

_FILES = {
    LDP_VC: ("application/vc+ld+json", "json"),
    JWT_VC_JSON: ("application/jwt", "jwt"),
    SD_JWT_VC: ("application/dc+sd-jwt", "sd-jwt"),
}
_NOT_IN_A_FILE_NAME = re.compile(r"[^A-Za-z0-9]+")


@router.get("/passport")
def show_passport(
    request: Request,
    pages: Pages,
    service: Wallet,
    owner: SignedIn,
    *,
    hidden: bool = False,
    deleted: bool = False,
) -> Response:
    """The badges, the newest achievement first; the hidden ones on a page of their own."""
    shelf = holding.open_shelf(service, owner.passport_id, hidden=hidden)
    return pages.page(
        request, "passport.html", badges=shelf.badges, unopened=shelf.unopened,
        hidden=hidden, hidden_count=holding.count_hidden(service, owner.passport_id), deleted=deleted,
        waiting=offers.list_waiting(service, owner.visitor),
    )  # fmt: skip


@router.get("/passport/{badge_id}")
def show_badge(
    request: Request,
    pages: Pages,
    service: Wallet,
    owner: SignedIn,
    badge_id: str,
    *,
    new: bool = False,
    checked: bool = False,
) -> Response:
    """One badge: its story, what it took, who says so, and what was checked, anew when that was a while ago:
    whoever looks at a badge learns here that it was withdrawn. A copy that is still to come is asked for.
    """
    badge, reached = _find(service, owner.passport_id, badge_id), True
    is_copy_to_come = copies.state_of_copies(service, owner.passport_id, badge_id) is CopiesState.WAITING
    is_due = holding.is_due(service, badge)
    if is_copy_to_come:
        copies.receive_copies(service, owner.passport_id, badge_id)
    if is_due:
        reached = holding.check_again(service, owner.passport_id, badge)
    if is_copy_to_come or is_due:
        badge = _find(service, owner.passport_id, badge_id)
    return _badge_page(request, pages, service, owner, badge, new=new, checked=checked, reached=reached)


@router.get("/passport/{badge_id}/picture")
def show_badge_picture(request: Request, service: Wallet, owner: SignedIn, badge_id: str) -> Response:
    """The badge's picture, from our own origin."""
    return picture_response(
        request, find_picture(service, _find(service, owner.passport_id, badge_id).view.image)
    )


@router.post("/passport/{badge_id}/hide", dependencies=FORM)
def hide_badge(
    request: Request, service: Wallet, owner: SignedIn, badge_id: str, hidden: Annotated[bool, Form()]
) -> Response:
    """Hide a badge from one's own sight, or show it again."""
    if not holding.set_hidden(service, owner.passport_id, badge_id, hidden=hidden):
        raise NotFound
    return see_other(request, f"/passport/{badge_id}")


@router.post("/passport/{badge_id}/check", dependencies=FORM)
def check_badge(request: Request, pages: Pages, service: Wallet, owner: SignedIn, badge_id: str) -> Response:
    """Verify the badge anew, as an employer would."""
    badge = _find(service, owner.passport_id, badge_id)
    if not holding.check_again(service, owner.passport_id, badge):
        return _badge_page(request, pages, service, owner, badge, checked=True, reached=False)
    return see_other(request, f"/passport/{badge_id}?checked=1")


@router.post("/passport/{badge_id}/delete", dependencies=FORM)
def delete_badge(
    request: Request,
    *,
    pages: Pages,
    service: Wallet,
    owner: SignedIn,
    badge_id: str,
    sure: Annotated[bool, Form()] = False,
) -> Response:
    """Delete a badge for good."""
    badge = _find(service, owner.passport_id, badge_id)
    if not sure:
        return _badge_page(request, pages, service, owner, badge, error="delete_not_sure")
    holding.delete_badge(service, owner.passport_id, badge_id)
    return see_other(request, "/passport?deleted=1")


@router.get("/passport/{badge_id}/download.json")
def download_json(
    service: Wallet,
    owner: SignedIn,
    badge_id: str,
    form: Annotated[str | None, Query(alias="format", max_length=40)] = None,
) -> Response:
    """The badge as it was received, byte for byte; or that of its copies which is in a format."""
    badge = _find(service, owner.passport_id, badge_id)
    copy = next((each for each in badge.every_copy if form in {None, each.format}), None)
    if copy is None:
        raise NotFound
    media_type, ending = _FILES[copy.format]
    return _file(copy.content, media_type, f"{_file_name(badge)}.{ending}")


@router.get("/passport/{badge_id}/download.png")
def download_png(service: Wallet, owner: SignedIn, badge_id: str) -> Response:
    """The badge baked into its picture.

    Source: Open Badges 3.0, "Baked Badges".
    """
    badge = _find(service, owner.passport_id, badge_id)
    if badge.format == SD_JWT_VC:
        # nobody would look for one in a picture
        raise NotFound
    picture = find_picture(service, badge.view.image)
    png = picture.content if picture is not None else placeholder_png()
    return _file(bake_png(png, badge.content), "image/png", f"{_file_name(badge)}.png")


def _badge_page(
    request: Request,
    pages: Pages,
    service: WalletService,
    owner: SignedIn,
    badge: HeldBadge,
    *,
    new: bool = False,
    checked: bool = False,
    reached: bool = True,
    error: str | None = None,
) -> Response:
    return pages.page(
        request, "badge.html", status=422 if error else 200, badge=badge, checks=badge_checks(badge),
        new=new, checked=checked, reached=reached, error=error,
        copies_state=copies.state_of_copies(service, owner.passport_id, badge.id),
    )  # fmt: skip


def _find(service: WalletService, passport_id: str, badge_id: str) -> HeldBadge:
    badge = holding.find_badge(service, passport_id, badge_id)
    if badge is None:
        raise NotFound
    return badge


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)


def _file_name(badge: HeldBadge) -> str:
    """A name without what file systems or headers could trip over."""
    return _NOT_IN_A_FILE_NAME.sub("-", badge.name).strip("-")[:60].lower() or "badge"
