"""The menu: what a passeur may go to. Nobody who is not signed in sees one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from issuer_node.models import Passeur, Role
from web.i18n import translator

if TYPE_CHECKING:
    from starlette.requests import Request


def navigation(request: Request) -> list[dict[str, Any]]:
    """The menu of a page: {href, label, icon, current}; empty for anybody who is not signed in."""
    passeur: Passeur | None = getattr(request.state, "passeur", None)
    if passeur is None:
        return []
    t = translator(request)
    entries = [
        ("/", t("nav.home"), "home"),
        ("/sessions", t("nav.sessions"), "users"),
        ("/situations", t("nav.situations"), "eye"),
        ("/badges", t("nav.badges"), "medal"),
        ("/awards", t("nav.awards"), "gift"),
    ]
    if passeur.role == Role.COORDINATOR:
        entries.append(("/passeurs", t("nav.passeurs"), "handshake"))
        entries.append(("/keys", t("nav.keys"), "key"))
    base = request.app.state.settings.base_path
    here = request.url.path.removeprefix(base)
    return [
        {"href": base + path, "label": label, "icon": icon, "current": _is_here(here, path)}
        for path, label, icon in entries
    ]


def _is_here(here: str, path: str) -> bool:
    return here == path or (path != "/" and here.startswith(f"{path}/"))
