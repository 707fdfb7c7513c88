"""Routes that are called with the request itself: for the few requests that are made so often that what is
solved before an endpoint costs more than the endpoint.

They are described in /openapi.json like any other. See docs/adr/0017.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi.routing import APIRoute
from starlette.requests import Request

if TYPE_CHECKING:
    from fastapi import APIRouter, FastAPI
    from starlette.types import Receive, Scope, Send


class DirectRoute(APIRoute):
    """A route whose endpoint is `async def endpoint(request, **path_parameters) -> Response`.

    Path parameters are texts, as they stand in the path; nothing else is looked at before the endpoint. It
    runs in the event loop, where it may not wait for anything but with `await`.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] not in (self.methods or ()):
            await super().handle(scope, receive, send)
            return
        response = await self.endpoint(Request(scope, receive, send), **scope["path_params"])
        await response(scope, receive, send)


def add_direct_routes(app: FastAPI, *routers: APIRouter) -> None:
    """Put the routes of routers before all others that are added later: routes are tried one by one.

    Args:
        app: whose routes they become.
        routers: made with `route_class=DirectRoute`.
    """
    for each in routers:
        app.router.routes.extend(each.routes)
