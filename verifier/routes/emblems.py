"""Badges' pictures, from our own origin."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from verifier.dependencies import DeskHere
from verifier.emblems import NoEmblemError, find_emblem

router = APIRouter(include_in_schema=False)


@router.get("/emblems/{token}")
def emblem(token: str, desk: DeskHere) -> Response:
    """A badge's picture, or the drawn one that stands for it."""
    try:
        shown = find_emblem(desk, token)
    except NoEmblemError:
        return RedirectResponse(
            f"{desk.settings.base_path}/static/emblem.svg", 302, headers={"Cache-Control": "no-store"}
        )
    return Response(
        shown.content, media_type=shown.content_type, headers={"Cache-Control": "private, max-age=3600"}
    )
