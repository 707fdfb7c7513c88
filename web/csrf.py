"""Forms are ours: a token that only a page of this service, in this browser, can hold.

The second of two locks; the first is the `Origin` check in web.guard, for every unsafe request that may
carry cookies.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from markupsafe import Markup

from web.problems import Forbidden
from web.sessions import cookie_name, read_session, set_cookie

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.responses import Response

    from web.settings import ServiceSettings

from starlette.requests import Request  # noqa: TC002 - FastAPI reads the annotation at run time

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"
BROWSER_SECONDS = 30 * 24 * 3600
_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


async def csrf_protected(request: Request) -> AsyncIterator[None]:
    """Dependency of every POST that changes something for a person: `dependencies=[Depends(csrf_protected)]`.

    The token comes in the form field `csrf_token` (template global `csrf_field()`) or, from scripts, in
    the header `X-CSRF-Token` (template global `csrf_token()`).

    Raises:
        Forbidden("csrf"): the token is missing or belongs to another browser or session.
    """
    token = request.headers.get(HEADER)
    if token is None and request.headers.get("content-type", "").startswith(_FORM_TYPES):
        value = (await request.form()).get(FIELD)
        token = value if isinstance(value, str) else None
    try:
        if token is None or not hmac.compare_digest(token.encode(), csrf_token(request).encode()):
            raise Forbidden("csrf")
        yield
    finally:
        # files of a form that the route itself does not read would stay open; a second close does nothing
        await request.close()


def csrf_token(request: Request) -> str:
    """The token for forms of this request's page: bound to the session, or before sign-in to the browser."""
    settings: ServiceSettings = request.app.state.settings
    bound_to = read_session(request) or _browser(request, settings)
    secret = settings.secret.get_secret_value().encode()
    return hmac.new(secret, b"web.csrf " + bound_to.encode(), hashlib.sha256).hexdigest()


def csrf_field(request: Request) -> Markup:
    """The hidden input for a form."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, csrf_token(request))


def keep_browser(request: Request, response: Response) -> None:
    """Set the browser's cookie when this request's page made one; called by the renderer."""
    browser = getattr(request.state, "new_browser", None)
    if browser is not None:
        set_cookie(response, request.app.state.settings, "browser", browser, seconds=BROWSER_SECONDS)


def _browser(request: Request, settings: ServiceSettings) -> str:
    known = request.cookies.get(cookie_name(settings, "browser"))
    if known:
        return known
    browser: str | None = getattr(request.state, "new_browser", None)
    if browser is None:
        browser = request.state.new_browser = secrets.token_urlsafe(16)
    return browser
