"""What routes ask for: the node, who is signed in, the pages, the body as it came."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from issuer_node.models import Passeur, Role
from issuer_node.node import Node
from issuer_node.signing_in import find_passeur
from web.csrf import csrf_protected
from web.problems import Forbidden, NotSignedIn
from web.rendering import Renderer, renderer_of
from web.sessions import read_session


# async, as whatever only reads from memory: a plain function would be sent to a thread and back
async def node_of(request: Request) -> Node:
    """The node at work."""
    node: Node = request.app.state.node
    return node


NodeHere = Annotated[Node, Depends(node_of)]
Pages = Annotated[Renderer, Depends(renderer_of)]
FORM = [Depends(csrf_protected)]


def cookie_of(request: Request) -> str | None:
    """The session cookie's value, its signature checked; None without one."""
    return read_session(request)


Cookie = Annotated[str | None, Depends(cookie_of)]


def maybe_passeur(request: Request, node: NodeHere, cookie: Cookie) -> Passeur | None:
    """Who is signed in, if anybody; kept for the page's navigation."""
    passeur: Passeur | None = find_passeur(node, cookie)
    request.state.passeur = passeur
    return passeur


MaybePasseur = Annotated[Passeur | None, Depends(maybe_passeur)]


def signed_in_passeur(request: Request, passeur: MaybePasseur) -> Passeur:
    """The active passeur who is signed in.

    Raises:
        NotSignedIn: nobody is; browsers are sent to the sign-in page, and back to this one after.
    """
    if passeur is None:
        raise NotSignedIn(redirect_to=f"/signin?next={quote(_this_page(request), safe='')}")
    return passeur


SignedInPasseur = Annotated[Passeur, Depends(signed_in_passeur)]


def signed_in_coordinator(passeur: SignedInPasseur) -> Passeur:
    """The signed-in passeur, who coordinates.

    Raises:
        Forbidden: another role.
    """
    if passeur.role != Role.COORDINATOR:
        raise Forbidden("not_allowed")
    return passeur


SignedInCoordinator = Annotated[Passeur, Depends(signed_in_coordinator)]


async def body_of(request: Request) -> bytes:
    """The request's body, as it came."""
    return await request.body()


Body = Annotated[bytes, Depends(body_of)]


def see_other(request: Request, path: str) -> Response:
    """Send the browser to another page of the node."""
    return RedirectResponse(f"{request.app.state.settings.base_path}{path}", 303)


def _this_page(request: Request) -> str:
    """The page to come back to: this one when it is a page, the desk when it is a form."""
    if request.method != "GET":
        return "/"
    path = request.url.path.removeprefix(request.app.state.settings.base_path)
    return f"{path}?{request.url.query}" if request.url.query else path
