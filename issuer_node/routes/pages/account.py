"""A passeur's own account: the devices that open it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body
from fastapi.responses import JSONResponse
from starlette.requests import Request
from starlette.responses import Response

from issuer_node import passeurs, passkeys
from issuer_node.dependencies import FORM, Cookie, NodeHere, Pages, SignedInPasseur, see_other
from issuer_node.errors import DraftError
from issuer_node.models import Passeur
from issuer_node.routes.pages.forms import Typed, said
from web.problems import NotFound

router = APIRouter(prefix="/account", include_in_schema=False)

_DONE = {"named": "me.named", "added": "me.added", "removed": "me.removed"}
_NOT_KEPT = {"Cache-Control": "no-store"}


@router.get("")
def show_account(request: Request, node: NodeHere, pages: Pages, passeur: SignedInPasseur) -> Response:
    """Who I am here, and the devices that let me in."""
    return _page(request, node, pages, passeur, name=passeur.name)


@router.post("/name", dependencies=FORM)
def change_name(
    request: Request, node: NodeHere, pages: Pages, passeur: SignedInPasseur, *, name: Typed = ""
) -> Response:
    """Say how colleagues call me."""
    try:
        passeurs.rename_passeur(node, by=passeur, name=name)
    except DraftError as err:
        return _page(request, node, pages, passeur, name=name, errors={err.field: err.code})
    return see_other(request, "/account?done=named")


@router.post("/passkeys/options", dependencies=FORM)
def registration_options(node: NodeHere, passeur: SignedInPasseur, cookie: Cookie) -> Response:
    """What the browser needs to make a passkey."""
    return JSONResponse(passkeys.start_registration(node, cookie=cookie or "", by=passeur), headers=_NOT_KEPT)


@router.post("/passkeys/result", dependencies=FORM)
def registration_result(
    node: NodeHere,
    passeur: SignedInPasseur,
    cookie: Cookie,
    credential: Annotated[dict[str, Any], Body(embed=True)],
) -> Response:
    """Keep the passkey that was made."""
    passkeys.finish_registration(node, cookie=cookie or "", by=passeur, response=credential)
    return JSONResponse({}, headers=_NOT_KEPT)


@router.post("/passkeys/{passkey_id}/remove", dependencies=FORM)
def remove_passkey(request: Request, node: NodeHere, passeur: SignedInPasseur, passkey_id: str) -> Response:
    """Remove a device; the mailed link stays a way in."""
    if not passkeys.remove_passkey(node, by=passeur, passkey_id=passkey_id):
        raise NotFound
    return see_other(request, "/account?done=removed")


def _page(
    request: Request,
    node: NodeHere,
    pages: Pages,
    passeur: Passeur,
    *,
    name: str,
    errors: dict[str, str] | None = None,
) -> Response:
    return pages.page(
        request,
        "account.html",
        status=422 if errors else 200,
        passkeys=passkeys.list_passkeys(node, by=passeur),
        name=name,
        longest_name=passeurs.LONGEST_NAME,
        errors=errors or {},
        said=said(request, _DONE),
    )
