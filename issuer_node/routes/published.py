"""What a node publishes for anybody: status lists, badges, pictures, its logo; and where a slip leads."""

from __future__ import annotations

import hashlib
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from contexts import strict_json
from issuer_node.achievements import achievement_document
from issuer_node.badges import get_badge, get_picture
from issuer_node.dependencies import NodeHere, Pages
from issuer_node.errors import NotFoundError
from issuer_node.models import OfferState
from issuer_node.offers import find_offer, offer_links, use_slip
from issuer_node.routes.caching import conditional
from issuer_node.routes.openid4vci import get_offer
from issuer_node.sd_jwt_vc import issuer_metadata
from issuer_node.status_list_tokens import status_list_token
from issuer_node.status_lists import status_list_credential
from web.limits import client_key
from web.problems import NotFound

router = APIRouter(tags=["published"])
_FOREVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, no-cache"  # kept, but asked for each time: a revocation is seen at once


@router.get("/status/{list_id}", summary="Bitstring Status List credential")
def get_status_list(list_id: str, request: Request, node: NodeHere) -> Response:
    """The signed status list as it is now."""
    try:
        signed = status_list_credential(node, list_id)
    except NotFoundError as err:
        raise NotFound from err
    return conditional(
        request, signed.content, etag=signed.etag, media_type="application/vc", cache=_ASK_AGAIN
    )


@router.get("/status/tokens/{list_id}", summary="Status List Token")
def get_status_list_token(list_id: str, request: Request, node: NodeHere) -> Response:
    """The same list as it is now, for SD-JWT VCs."""
    try:
        signed = status_list_token(node, list_id)
    except NotFoundError as err:
        raise NotFound from err
    return conditional(
        request, signed.content, etag=signed.etag, media_type="application/statuslist+jwt", cache=_ASK_AGAIN
    )


@router.get("/.well-known/jwt-vc-issuer", summary="JWT VC Issuer Metadata")
def get_jwt_vc_issuer(request: Request, node: NodeHere) -> Response:
    """The keys of this node's SD-JWT VCs."""
    node.live.refresh()
    content = strict_json.dumps(issuer_metadata(node))
    etag = hashlib.sha256(content).hexdigest()[:32]
    return conditional(request, content, etag=etag, media_type="application/json", cache=_ASK_AGAIN)


@router.get("/badges/{badge_id}.json", summary="A badge as an OBv3 Achievement")
def get_badge_document(badge_id: str, request: Request, node: NodeHere) -> Response:
    """The badge for programs."""
    return achievement_response(request, node, badge_id)


def achievement_response(request: Request, node: NodeHere, badge_id: str) -> Response:
    """The badge as JSON-LD: also what the badge's own address gives to clients that do not ask for a page.

    Raises:
        NotFound: no such badge.
    """
    try:
        badge = get_badge(node, badge_id)
    except NotFoundError as err:
        raise NotFound from err
    content = strict_json.dumps(achievement_document(node, badge))
    etag = hashlib.sha256(content).hexdigest()[:32]
    response = conditional(request, content, etag=etag, media_type="application/ld+json", cache=_ASK_AGAIN)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@router.get("/pictures/{picture_id}", summary="A badge's picture")
def get_badge_picture(picture_id: str, request: Request, node: NodeHere) -> Response:
    """A picture never changes: a new one has a new address."""
    try:
        picture = get_picture(node, picture_id)
    except NotFoundError as err:
        raise NotFound from err
    response = conditional(
        request, picture.content, etag=picture.id, media_type=picture.content_type, cache=_FOREVER
    )
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@router.get("/logo.png", summary="The structure's logo")
def get_logo(request: Request) -> Response:
    """A medal with the structure's initials."""
    logo: bytes = request.app.state.logo
    etag = hashlib.sha256(logo).hexdigest()[:32]
    response = conditional(request, logo, etag=etag, media_type="image/png", cache="public, max-age=86400")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@router.get("/c/{offer_id}", summary="Where a scanned slip leads", include_in_schema=False)
def get_slip(offer_id: str, request: Request, node: NodeHere, pages: Pages) -> Response:
    """Send the browser on to the wallet; say in words why not, when the slip can no longer be used.

    A program that asks for JSON (a wallet whose own scanner read the paper) gets the offer itself.
    """
    if _wants_json(request):
        return get_offer(offer_id, request, node)
    request.app.state.limits.offers.check(client_key(request))
    try:
        offer, badge = find_offer(node, offer_id)
    except NotFoundError:
        return _slip_page(request, node, pages, "unknown")
    state = use_slip(node, offer)
    if state != OfferState.OPEN:
        return _slip_page(request, node, pages, state, badge=badge)
    links = offer_links(node, offer, badge_id=badge.id)
    if node.settings.wallet_url is not None:
        return RedirectResponse(links.wallet_uri, 303, headers={"Cache-Control": "no-store"})
    return _slip_page(request, node, pages, "ready", badge=badge, offer=links)


def _wants_json(request: Request) -> bool:
    return request.headers.get("accept", "").startswith("application/json")


def _slip_page(request: Request, node: NodeHere, pages: Pages, state: str, **context: Any) -> Response:
    status = {"ready": 200, "unknown": 404}.get(state, 410)
    email = node.settings.structure_email
    return pages.page(
        request, "slip.html", status=status, state=state, structure_email=email, **{"badge": None, **context}
    )
