"""The structure's keys, for the coordinator: what each is for, making new ones, declaring one stolen."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from issuer_node.dependencies import FORM, NodeHere, Pages, SignedInCoordinator, see_other
from issuer_node.errors import NotFoundError
from issuer_node.identifiers import KeyState
from issuer_node.identifiers.changing import revoke_keys, rotate_keys
from issuer_node.routes.pages.forms import said

router = APIRouter(prefix="/keys", include_in_schema=False)

_DONE = {"rotated": "keys.rotated", "revoked": "keys.revoked"}


@router.get("")
def show_keys(request: Request, node: NodeHere, pages: Pages, _coordinator: SignedInCoordinator) -> Response:
    """Every key: what it is for, since when, what became of it."""
    identity = node.live.refresh()
    return pages.page(
        request,
        "keys.html",
        keys=list(reversed(identity.all_keys)),
        did=identity.did,
        did_webvh=identity.did_webvh,
        said=said(request, _DONE),
    )


@router.get("/rotate")
def ask_rotate(request: Request, pages: Pages, _coordinator: SignedInCoordinator) -> Response:
    """What will happen, before it does."""
    return pages.page(request, "keys_rotate.html")


@router.post("/rotate", dependencies=FORM)
def rotate(request: Request, node: NodeHere, coordinator: SignedInCoordinator) -> Response:
    """Make new keys."""
    rotate_keys(node, by=coordinator)
    return see_other(request, "/keys?done=rotated")


@router.get("/{name}/revoke")
def ask_revoke(
    request: Request, node: NodeHere, pages: Pages, _coordinator: SignedInCoordinator, name: str
) -> Response:
    """What will happen, before it does."""
    key = next((each for each in node.live.refresh().all_keys if each.name == name), None)
    if key is None:
        raise NotFoundError
    if key.state is KeyState.REVOKED:
        return see_other(request, "/keys")
    return pages.page(request, "keys_revoke.html", key=key)


@router.post("/{name}/revoke", dependencies=FORM)
def revoke(request: Request, node: NodeHere, coordinator: SignedInCoordinator, name: str) -> Response:
    """Declare the key stolen, at once."""
    revoke_keys(node, [name], by=coordinator)
    return see_other(request, "/keys?done=revoked")
