"""The slip's way: an offer opened, shown before any account, accepted or refused."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import Response

from wallet import offers, receiving
from wallet.dependencies import (
    FORM,
    MaybeVisitor,
    Pages,
    SignedIn,
    Wallet,
    keep_session,
    languages_of,
    limit_openings,
    see_other,
)
from wallet.errors import ReceivingError
from wallet.models import OfferState
from wallet.offers import Offer
from wallet.pictures import find_picture
from wallet.routes.showing import picture_response
from wallet.service import WalletService
from wallet.signing_in import Visitor, open_session
from web.problems import NotFound

router = APIRouter()


@router.get("/receive", dependencies=[Depends(limit_openings)])
def open_offer(
    request: Request,
    service: Wallet,
    visitor: MaybeVisitor,
    credential_offer: Annotated[str | None, "OpenID4VCI, section 4.1.2"] = None,
    credential_offer_uri: Annotated[str | None, "OpenID4VCI, section 4.1.3"] = None,
) -> Response:
    """Open the offer of a slip; its address, which holds the code, does not stay in the browser's bar."""
    if credential_offer is None and credential_offer_uri is None:
        return see_other(request, "/scan")
    opened = None if visitor else open_session(service)
    uri = f"openid-credential-offer://?{request.url.query}"
    whose = visitor or (opened.visitor if opened else Visitor("", None))
    offer_id = offers.open_offer(service, whose, uri, languages=languages_of(request))
    response = see_other(request, f"/receive/{offer_id}")
    return keep_session(request, response, opened) if opened else response


@router.get("/receive/{offer_id}")
def show_offer(
    request: Request, pages: Pages, service: Wallet, visitor: MaybeVisitor, offer_id: str
) -> Response:
    """The badge, who gives it, and two buttons."""
    offer = _find(service, visitor, offer_id)
    if offer.state is OfferState.KEPT and visitor and visitor.passport_id:
        return see_other(request, f"/passport/{offer.credential_id}")
    return _page(request, pages, offer, visitor)


@router.get("/receive/{offer_id}/picture/{role}")
def show_offer_picture(
    request: Request, service: Wallet, visitor: MaybeVisitor, offer_id: str, role: str
) -> Response:
    """A picture of the offer, from our own origin."""
    offer = _find(service, visitor, offer_id)
    if offer.content is None or role not in {"badge", "issuer"}:
        raise NotFound
    preview = offer.content.preview
    return picture_response(
        request, find_picture(service, preview.picture_url if role == "badge" else preview.issuer_logo_url)
    )


@router.post("/receive/accept", dependencies=FORM)
def accept_offer(
    request: Request,
    *,
    pages: Pages,
    service: Wallet,
    visitor: MaybeVisitor,
    offer_id: Annotated[str, Form(max_length=40)],
    tx_code: Annotated[str, Form(max_length=100)] = "",
    keep_doubtful: Annotated[bool, Form()] = False,
) -> Response:
    """Take the badge: at once when somebody is signed in, after making a passport when not."""
    offer = _find(service, visitor, offer_id)
    if visitor is None or visitor.passport_id is None:
        if visitor is not None:
            offers.note_acceptance(service, visitor, offer_id)
        return see_other(request, f"/signup?next=/receive/{offer_id}")
    try:
        received = receiving.accept_offer(
            service, visitor, offer_id, tx_code=tx_code.strip() or None, keep_doubtful=keep_doubtful
        )
    except ReceivingError as err:
        return _page(
            request, pages, offers.find_offer(service, visitor, offer_id) or offer, visitor, failed=err
        )
    if received.credential_id is None:
        return see_other(request, f"/receive/{offer_id}")
    return see_other(request, f"/passport/{received.credential_id}?new=1")


@router.post("/receive/refuse", dependencies=FORM)
def refuse_offer(
    request: Request, service: Wallet, visitor: MaybeVisitor, offer_id: Annotated[str, Form(max_length=40)]
) -> Response:
    """Refuse: nothing is kept here, and nothing is told to anybody."""
    _find(service, visitor, offer_id)
    if visitor is not None:
        offers.refuse_offer(service, visitor, offer_id)
    return see_other(request, f"/receive/{offer_id}")


@router.get("/waiting")
def show_waiting(request: Request, pages: Pages, service: Wallet, owner: SignedIn) -> Response:
    """Badges said yes to and not here yet."""
    return pages.page(request, "waiting.html", offers=offers.list_waiting(service, owner.visitor))


def _find(service: WalletService, visitor: Visitor | None, offer_id: str) -> Offer:
    offer = offers.find_offer(service, visitor, offer_id)
    if offer is None:
        raise NotFound("offer_elsewhere")
    return offer


def _page(
    request: Request,
    pages: Pages,
    offer: Offer,
    visitor: Visitor | None,
    *,
    failed: ReceivingError | None = None,
) -> Response:
    signed_in = visitor is not None and visitor.passport_id is not None
    status = 200 if failed is None else (503 if failed.code == "issuer_unreachable" else 409)
    error = failed.code if failed else offer.error
    return pages.page(request, "offer.html", status=status, offer=offer, signed_in=signed_in, error=error)
