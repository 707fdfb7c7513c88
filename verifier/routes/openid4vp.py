"""What wallets speak to: the request object, and where the answer is posted.

Source: OpenID4VP 1.0, sections 5.10 and 8.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Form, Request
from starlette.responses import JSONResponse, Response

from credentials.exchange.urls import UrlSyntaxError, read_query
from verifier.dependencies import DeskHere
from verifier.requests import RequestError, request_object
from verifier.responses import PostedResponse, ResponseError, receive
from verifier.schemas import DirectPostJson
from web.direct_routes import DirectRoute
from web.problems import OAuthError

if TYPE_CHECKING:
    from verifier.desk import Desk

router = APIRouter(prefix="/openid4vp", tags=["OpenID4VP"])
# what is asked for most: see docs/adr/0017
verbs = APIRouter(prefix="/openid4vp", tags=["OpenID4VP"], route_class=DirectRoute)
_FORM: Final = "application/x-www-form-urlencoded"
_PARAMETERS: Final = ("vp_token", "state", "error")
# what JSON is full of, and no form takes for its own: written out at once, not one by one
_ESCAPED_IN_JSON: Final = tuple((f"%{ord(each):02X}".encode(), each.encode()) for each in '"{}[]:,/')
_FORM_DESCRIBED: Final = {
    "requestBody": {
        "required": True,
        "content": {
            _FORM: {
                "schema": {"type": "object", "properties": {each: {"type": "string"} for each in _PARAMETERS}}
            }
        },
    }
}
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


@verbs.post(
    "/responses/{invitation_id}",
    summary="Response endpoint (direct_post)",
    response_model=DirectPostJson,
    openapi_extra=_FORM_DESCRIBED,
)
async def post_response(request: Request, invitation_id: str) -> Response:
    """Receive a wallet's answer."""
    desk: Desk = request.app.state.desk
    posted = _read_form(await request.body(), request.headers.get("content-type", ""))
    try:
        redirect_uri = await receive(desk, invitation_id, posted)
    except ResponseError as err:
        raise OAuthError(err.error, err.description, extra={"code": err.code}) from err
    return JSONResponse({"redirect_uri": redirect_uri}, headers=_NO_STORE)


def _read_form(body: bytes, content_type: str) -> PostedResponse:
    """Read what a wallet posts; what is not known is not looked at, and what is empty was not sent.

    Source: OpenID4VP 1.0, section 8.2: `application/x-www-form-urlencoded`.
    """
    if content_type.partition(";")[0].strip().lower() != _FORM:
        raise OAuthError("invalid_request", f"a form ({_FORM}) is needed")
    for escaped, character in _ESCAPED_IN_JSON:
        body = body.replace(escaped, character)
    try:
        sent = read_query(body.decode())
    except (UrlSyntaxError, UnicodeDecodeError) as err:
        raise OAuthError("invalid_request", "each parameter once, in UTF-8") from err
    return PostedResponse(**{name: sent.get(name) or None for name in _PARAMETERS})
