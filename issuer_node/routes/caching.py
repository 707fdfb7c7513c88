"""Answers that clients may keep: with an ETag, and 304 when theirs is still right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.requests import Request


def conditional(request: Request, content: bytes, *, etag: str, media_type: str, cache: str) -> Response:
    """The content, or 304 when the client has it.

    Args:
        request: being answered.
        content: the body.
        etag: opaque tag of exactly this content.
        media_type: of the body.
        cache: the Cache-Control header.

    Source: RFC 9110, section 13.1.2 (If-None-Match)
    """
    quoted = f'"{etag}"'
    headers = {"ETag": quoted, "Cache-Control": cache}
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if quoted in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)
