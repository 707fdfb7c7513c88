"""A service that is nothing but a page of every piece, to be looked at and tested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import Request  # noqa: TC002 - FastAPI reads the annotation at run time

from web.app import create_base_app
from web.settings import ServiceSettings

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.responses import Response

BASE_URL = "http://127.0.0.1:8300"
SECRET = "gallery-secret-only-for-tests-0123456789"


def gallery_settings(**changed: Any) -> ServiceSettings:
    return ServiceSettings(
        **{
            "base_url": BASE_URL,
            "database_url": "sqlite:////nonexistent/gallery.db",
            "secret": SECRET,
            "allow_insecure_loopback": True,
            "strict_messages": True,
            **changed,
        }
    )


def nav(request: Request) -> list[dict[str, Any]]:
    names = ("Accueil", "home"), ("Badges", "badge"), ("Situations", "compass"), ("Attributions", "handshake")
    return [
        {"href": f"/?page={label}", "label": label, "icon": icon, "current": label == "Badges"}
        for label, icon in names
    ]


def create_gallery(**changed: Any) -> FastAPI:
    app = create_base_app(
        settings=gallery_settings(**changed), title="Gallery", package="tests.unit.web.gallery", camera=True
    )
    app.state.service = "Mission locale du Haut-Bocage (exemple)"
    app.state.nav = nav

    def page(request: Request, name: str) -> Response:
        return app.state.templates.page(request, f"{name}.html")

    app.add_api_route("/{name}", page, methods=["GET"])
    return app
