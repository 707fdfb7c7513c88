"""The few ways around a wallet: those that its visitor can take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wallet.dependencies import visitor_of
from web.i18n import translator

if TYPE_CHECKING:
    from starlette.requests import Request

_STRANGER: Final = (("/scan", "nav.scan", "qr"), ("/passport", "nav.passport", "passport"))
_OWNER: Final = (
    ("/scan", "nav.scan", "qr"),
    ("/passport", "nav.passport", "passport"),
    ("/links", "nav.links", "link"),
    ("/log", "nav.log", "history"),
    ("/account", "nav.account", "shield"),
)


def navigation(request: Request) -> list[dict[str, Any]]:
    """The entries of the menu, as `base.html` wants them."""
    t = translator(request)
    settings = request.app.state.settings
    visitor = visitor_of(request, request.app.state.wallet)
    entries = _OWNER if visitor is not None and visitor.passport_id is not None else _STRANGER
    here = request.url.path.removeprefix(settings.base_path)
    return [
        {
            "href": f"{settings.base_path}{path}",
            "label": t(key),
            "icon": icon,
            "current": here == path or here.startswith(f"{path}/"),
        }
        for path, key, icon in entries
    ]
