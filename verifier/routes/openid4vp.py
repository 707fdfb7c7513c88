"""What wallets speak to: the request object, and where the answer is posted.

Source: OpenID4VP 1.0, sections 5.10 and 8.2.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from verifier.dependencies import DeskHere
from verifier.requests import RequestError, request_object
from verifier.responses import PostedResponse, ResponseError, receive
from verifier.schemas import DirectPostJson
from web.problems import OAuthError

router = APIRouter(prefix="/openid4vp", tags=["OpenID4VP"])
_NO_STORE = {"Cache-Control": "no-store"}
_MAXIMUM_WALLET_NONCE = 512


@router.get("/requests/{invitation_id}", response_class=Response, summary="Request object")
def get_request_object(invitation_id: str, desk: DeskHere) -> Response:
    """The signed request, for wallets that fetch it with GET."""
    return _request_object(desk, invitation_id, wallet_nonce=None)


@router.post(
    "/requests/{invitation_id}", response_class=Response, summary="Request object, with the wallet's nonce"
)
def post_request_object(
    invitation_id: str,
    desk: DeskHere,
    wallet_nonce: Annotated[str | None, Form()] = None,
    wallet_metadata: Annotated[str | None, Form()] = None,
) -> Response:
    """The signed request, with the wallet's nonce in it; `wallet_metadata` is accepted, and needs no change
    of ours.
    """
    del wallet_metadata
    if wallet_nonce is not None and len(wallet_nonce) > _MAXIMUM_WALLET_NONCE:
        raise OAuthError("invalid_request", "wallet_nonce is too long")
    return _request_object(desk, invitation_id, wallet_nonce=wallet_nonce or None)


def _request_object(desk: DeskHere, invitation_id: str, *, wallet_nonce: str | None) -> Response:
    try:
        signed = request_object(desk, invitation_id, wallet_nonce=wallet_nonce)
    except RequestError as err:
        ended = err.code == "ended"
        description = "the request was answered or has expired" if ended else "there is no such request"
        raise OAuthError(
            "invalid_request", description, status=410 if ended else 404, extra={"code": err.code}
        ) from err
    return Response(signed, media_type="application/oauth-authz-req+jwt", headers=_NO_STORE)


@router.post("/responses/{invitation_id}", summary="Response endpoint (direct_post)")
def post_response(
    invitation_id: str,
    desk: DeskHere,
    response: Response,
    *,
    vp_token: Annotated[str | None, Form()] = None,
    state: Annotated[str | None, Form()] = None,
    error: Annotated[str | None, Form()] = None,
) -> DirectPostJson:
    """Receive a wallet's answer."""
    try:
        redirect_uri = receive(
            desk, invitation_id, PostedResponse(vp_token=vp_token, state=state, error=error)
        )
    except ResponseError as err:
        raise OAuthError(err.error, err.description, extra={"code": err.code}) from err
    response.headers.update(_NO_STORE)
    return DirectPostJson(redirect_uri=redirect_uri)
