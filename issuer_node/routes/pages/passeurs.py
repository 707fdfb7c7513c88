"""Passeurs, for the coordinator: who they are, inviting, suspending."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, BackgroundTasks
from starlette.requests import Request
from starlette.responses import Response

from issuer_node import passeurs
from issuer_node.dependencies import FORM, NodeHere, Pages, SignedInCoordinator, see_other
from issuer_node.errors import ConflictError, DraftError
from issuer_node.models import Role
from issuer_node.routes.pages.forms import LIMITS, Typed, in_order, missing, said
from issuer_node.signing_in import send_signin_link
from web.i18n import language_of

router = APIRouter(prefix="/passeurs", include_in_schema=False)

_DONE = {"invited": "passeurs.invited", "changed": "passeurs.changed"}
_ORDER = ("name", "email", "role")


@router.get("")
def show_passeurs(
    request: Request, node: NodeHere, pages: Pages, _coordinator: SignedInCoordinator
) -> Response:
    """Everybody who recognises here."""
    return _page(request, node, pages, {"name": "", "email": "", "role": str(Role.PASSEUR)})


@router.post("", dependencies=FORM)
def invite(
    request: Request,
    node: NodeHere,
    pages: Pages,
    coordinator: SignedInCoordinator,
    tasks: BackgroundTasks,
    *,
    name: Typed = "",
    email: Typed = "",
    role: Typed = "",
) -> Response:
    """Add a passeur, and send them their first link."""
    typed = {"name": name, "email": email, "role": role or str(Role.PASSEUR)}
    errors = missing({"name": name, "email": email})
    if not errors:
        try:
            passeurs.invite_passeur(node, by=coordinator, email=email, name=name, role=typed["role"])
        except DraftError as err:
            errors = {err.field: err.code}
        except ConflictError as err:
            errors = {"email": err.code}
        else:
            tasks.add_task(send_signin_link, node, email=email, language=language_of(request))
            response = see_other(request, "/passeurs?done=invited")
            response.background = tasks
            return response
    return _page(request, node, pages, typed, errors=errors)


@router.post("/{passeur_id}/suspend", dependencies=FORM)
def suspend(request: Request, node: NodeHere, coordinator: SignedInCoordinator, passeur_id: str) -> Response:
    """Take a passeur's mandate, at once."""
    passeurs.suspend_passeur(node, by=coordinator, passeur_id=passeur_id)
    return see_other(request, "/passeurs?done=changed")


@router.post("/{passeur_id}/reactivate", dependencies=FORM)
def reactivate(
    request: Request, node: NodeHere, coordinator: SignedInCoordinator, passeur_id: str
) -> Response:
    """Give a passeur their mandate back."""
    passeurs.reactivate_passeur(node, by=coordinator, passeur_id=passeur_id)
    return see_other(request, "/passeurs?done=changed")


def _page(
    request: Request,
    node: NodeHere,
    pages: Pages,
    typed: dict[str, Any],
    *,
    errors: dict[str, str] | None = None,
) -> Response:
    return pages.page(
        request,
        "passeurs.html",
        status=422 if errors else 200,
        passeurs=passeurs.list_passeurs(node),
        typed=typed,
        errors=in_order(errors, _ORDER),
        limits=LIMITS,
        said=said(request, _DONE),
    )
