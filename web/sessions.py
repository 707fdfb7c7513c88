"""Who is at the other end: a signed cookie that holds a random session id, and nothing else.

What the id stands for is the service's to keep in its database, and to forget when the person signs out.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from itsdangerous import BadSignature, Signer

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from web.settings import ServiceSettings

SESSION_SECONDS = 12 * 3600


def new_session_id() -> str:
    """A fresh session id: 256 random bits; a new one at every sign-in, so that none is fixed beforehand."""
    return secrets.token_urlsafe(32)


def set_session(
    request: Request, response: Response, session_id: str, *, seconds: int = SESSION_SECONDS
) -> None:
    """Give the browser this session.

    Args:
        request: the request being answered; its application's settings decide the cookie's scope.
        response: the answer that carries the cookie.
        session_id: from `new_session_id`, stored by the service.
        seconds: life of the cookie.
    """
    settings = _settings(request)
    set_cookie(response, settings, "session", _signer(settings).sign(session_id).decode(), seconds=seconds)


def read_session(request: Request) -> str | None:
    """The browser's session id, or None; its signature has been checked, its life in the database not."""
    settings = _settings(request)
    value = request.cookies.get(cookie_name(settings, "session"))
    if value is None:
        return None
    try:
        return _signer(settings).unsign(value).decode()
    except BadSignature:
        return None


def clear_session(request: Request, response: Response) -> None:
    """Take the session from the browser; the service also forgets it in its database."""
    settings = _settings(request)
    set_cookie(response, settings, "session", "", seconds=0)


def set_cookie(response: Response, settings: ServiceSettings, name: str, value: str, *, seconds: int) -> None:
    """A cookie that scripts cannot read, other sites do not send with forms, and other services do not see.

    Args:
        response: the answer that carries it.
        settings: of the service, for its base path and scheme.
        name: short name; `cookie_name` completes it.
        value: ASCII without spaces or semicolons.
        seconds: life; 0 removes the cookie.
    """
    response.set_cookie(
        cookie_name(settings, name),
        value,
        max_age=seconds,
        path=settings.base_path or "/",
        secure=settings.is_https,
        httponly=True,
        samesite="lax",
    )


def cookie_name(settings: ServiceSettings, name: str) -> str:
    """The full name of a cookie. Its prefix keeps another host of the same domain from setting it.

    Source: RFC 6265bis section 4.1.3
    """
    if not settings.is_https:
        # cookies know no port: two services on one loopback host would overwrite each other's
        port = settings.origin.rpartition(":")[2].strip("/")
        return f"passeur_{name}_{port}{settings.base_path.replace('/', '_')}"
    prefix = "__Secure-" if settings.base_path else "__Host-"
    return f"{prefix}passeur_{name}"


def _signer(settings: ServiceSettings) -> Signer:
    return Signer(settings.secret.get_secret_value(), salt="web.sessions", key_derivation="hmac")


def _settings(request: Request) -> ServiceSettings:
    settings: ServiceSettings = request.app.state.settings
    return settings
