"""Static files, read once at start: served from memory, each with the hash of its content."""

from __future__ import annotations

import base64
import hashlib
import mimetypes
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, Response

from web.packages import package_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".woff2": "font/woff2"}
_UNCHANGING = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class StaticFile:
    """One file: its bytes, its media type, and 16 characters that change with it."""

    body: bytes
    content_type: str
    digest: str


class StaticFiles:
    """The folder `static` of several packages, the later over the earlier.

    Args:
        packages: such as ("web", "wallet").
    """

    def __init__(self, *packages: str) -> None:
        self._files = _read_all(packages)

    def url(self, name: str, *, base_path: str) -> str:
        """Address of a file with its hash, so that browsers keep it until it changes.

        Raises:
            KeyError: there is no such file.
        """
        return f"{base_path}/static/{name}?v={self._files[name].digest}"

    def names(self) -> list[str]:
        """Every file's name, sorted."""
        return sorted(self._files)

    def respond(self, request: Request) -> Response:
        """The file named by the path, or 304 when the browser has it, or 404."""
        file = self._files.get(request.path_params["name"])
        if file is None:
            return PlainTextResponse("not found", 404)
        etag = f'"{file.digest}"'
        # modules import each other without the hash: those are asked for again, and answered 304
        cache = _UNCHANGING if request.query_params.get("v") == file.digest else "no-cache"
        headers = {"ETag": etag, "Cache-Control": cache}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        return Response(file.body, headers={**headers, "Content-Type": file.content_type})


def _read_all(packages: tuple[str, ...]) -> Mapping[str, StaticFile]:
    files = {}
    for package in packages:
        folder = package_folder(package) / "static"
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                files[path.relative_to(folder).as_posix()] = _read(path.read_bytes(), path.suffix)
    return files


def _read(body: bytes, suffix: str) -> StaticFile:
    guessed = mimetypes.types_map.get(suffix, "application/octet-stream")
    digest = base64.urlsafe_b64encode(hashlib.sha256(body).digest()[:12]).decode()
    return StaticFile(body, _TYPES.get(suffix, guessed), digest)
