"""Where a browser may be sent on to."""

from __future__ import annotations

from typing import Final

_LONGEST: Final = 500


def safe_path(path: str | None) -> str | None:
    """A path of this service to go on to, or None: never another site, however it is written."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")) or "\\" in path:
        return None
    return path if path.isprintable() and len(path) <= _LONGEST else None
