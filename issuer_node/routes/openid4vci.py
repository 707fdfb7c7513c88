"""OpenID4VCI 1.0, the issuer's side, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from contexts import strict_json
from issuer_node.dependencies import Body, NodeHere
from issuer_node.errors import ConflictError, CredentialRequestError, GrantError, IssuingError, NotFoundError
from issuer_node.issuing import issue_credential
from issuer_node.metadata import Published, authorization_server_metadata
from issuer_node.nonces import make_nonce
from issuer_node.offers import RedeemedCode, get_credential_offer, redeem_code
from issuer_node.requests import read_access_token, read_credential_request, read_token_request
from issuer_node.routes.caching import conditional
from web.direct_routes import DirectRoute
from web.limits import client_key
from web.problems import OAuthError

if TYPE_CHECKING:
    from issuer_node.node import Node

router = APIRouter(tags=["OpenID4VCI"])
# what is asked for most: see docs/adr/0017
verbs = APIRouter(tags=["OpenID4VCI"], route_class=DirectRoute)
_NO_STORE = {"Cache-Control": "no-store"}
_UNAUTHORIZED = 401
_UNAVAILABLE = 503


@router.get("/.well-known/openid-credential-issuer", summary="Credential issuer metadata")
def get_issuer_metadata(request: Request, node: NodeHere) -> Response:
    """What can be received here: one configuration per badge and format."""
    published: Published = request.app.state.metadata.read(node)
    return conditional(
        request,
        published.content,
        etag=published.etag,
        media_type="application/json",
        cache="public, no-cache",
    )


@router.get("/.well-known/oauth-authorization-server", summary="Authorization server metadata")
def get_authorization_server_metadata(node: NodeHere) -> Response:
    """Where a code is exchanged for a token."""
    return JSONResponse(authorization_server_metadata(node), headers={"Cache-Control": "public, max-age=300"})


@router.get("/openid4vci/offers/{offer_id}", summary="Credential offer, by reference")
def get_offer(offer_id: str, request: Request, node: NodeHere) -> Response:
    """The offer of a slip."""
    request.app.state.limits.offers.check(client_key(request))
    try:
        offer = get_credential_offer(node, offer_id)
    except NotFoundError as err:
        raise OAuthError("invalid_request", "there is no such offer", status=404) from err
    except ConflictError as err:
        raise OAuthError(
            "invalid_request", "the offer can no longer be used", status=410, extra={"code": err.code}
        ) from err
    return Response(strict_json.dumps(offer.to_json()), media_type="application/json", headers=_NO_STORE)


@router.post("/openid4vci/token", summary="Token endpoint")
def post_token(request: Request, body: Body, node: NodeHere) -> Response:
    """Exchange a pre-authorized code."""
    request.app.state.limits.tokens.check(client_key(request))
    try:
        sent = read_token_request(body, request.headers.get("content-type", ""))
        redeemed = redeem_code(node, code=sent.code, tx_code=sent.tx_code, wanted=sent.wanted)
    except GrantError as err:
        raise OAuthError(err.code, err.detail) from err
    return JSONResponse(_token_response(redeemed), headers={**_NO_STORE, "Pragma": "no-cache"})


@router.post("/openid4vci/nonce", summary="Nonce endpoint")
def post_nonce(node: NodeHere) -> Response:
    """A fresh nonce for a key proof."""
    return JSONResponse({"c_nonce": make_nonce(node)}, headers=_NO_STORE)


@verbs.post("/openid4vci/credential", summary="Credential endpoint")
async def post_credential(request: Request) -> Response:
    """Issue the credential of a token, or deliver it again."""
    node: Node = request.app.state.node
    try:
        token = read_access_token(request.headers.get("authorization"))
        sent = read_credential_request(await request.body(), request.headers.get("content-type", ""))
        credential = await issue_credential(node, access_token=token, request=sent)
    except CredentialRequestError as err:
        raise _credential_error(err) from err
    except IssuingError as err:
        raise OAuthError(
            "server_error", err.code, status=_UNAVAILABLE, headers={"Retry-After": "60"}
        ) from err
    # the stored bytes, as they stand: nothing parses and writes them again
    content = b'{"credentials":[{"credential":' + credential + b"}]}"
    return Response(content, media_type="application/json", headers=_NO_STORE)


def _token_response(redeemed: RedeemedCode) -> dict[str, Any]:
    """Identifiers come only when the wallet asked: others would not know what to do with them.

    Source: OpenID4VCI 1.0, section 6.2.
    """
    answer: dict[str, Any] = {
        "access_token": redeemed.access_token,
        "token_type": "Bearer",
        "expires_in": redeemed.seconds,
    }
    if redeemed.credential_identifiers:
        answer["authorization_details"] = [
            {
                "type": "openid_credential",
                "credential_configuration_id": configuration_id,
                "credential_identifiers": [identifier],
            }
            for configuration_id, identifier in redeemed.credential_identifiers.items()
        ]
    return answer


def _credential_error(err: CredentialRequestError) -> OAuthError:
    """Errors about the token are 401 with a challenge, all others 400.

    Source: RFC 6750, section 3; OpenID4VCI 1.0, section 8.3.1.
    """
    if err.code == "token_missing":
        # RFC 6750, section 3.1: a request without any authentication is told no more than how
        return OAuthError("invalid_token", status=_UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"})
    if err.code == "invalid_token":
        challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        return OAuthError("invalid_token", err.detail, status=_UNAUTHORIZED, headers=challenge)
    return OAuthError(err.code, err.detail)
