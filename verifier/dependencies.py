"""What routes are given."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from verifier.desk import Desk
from web.rendering import Renderer, renderer_of
from web.sessions import read_session


# async, as whatever only reads from memory: a plain function would be sent to a thread and back
async def desk_of(request: Request) -> Desk:
    """The verifier at work."""
    desk: Desk = request.app.state.desk
    return desk


def browser_of(request: Request) -> str | None:
    """The random session id in the browser's cookie, its signature checked; None without one."""
    return read_session(request)


async def body_of(request: Request) -> bytes:
    """The request's body, as it came."""
    return await request.body()


DeskHere = Annotated[Desk, Depends(desk_of)]
Browser = Annotated[str | None, Depends(browser_of)]
Body = Annotated[bytes, Depends(body_of)]
Pages = Annotated[Renderer, Depends(renderer_of)]
