"""A web of documents in memory: what a fetcher finds there, and what was asked of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from did.errors import FetchError
from did.fetcher import Fetched

if TYPE_CHECKING:
    from collections.abc import Mapping


class ServedDocuments:
    """A `Fetcher` that serves what it was given, answers 404 to the rest, and keeps every request."""

    def __init__(self, documents: Mapping[str, Any] | None = None) -> None:
        self.documents: dict[str, Any] = dict(documents or {})
        self.requests: list[dict[str, Any]] = []

    def serve(self, url: str, content: Any) -> None:
        """Serve bytes, a JSON value, a whole answer, or an error to raise."""
        self.documents[url] = content

    def get(self, url: str, *, accept: str = "*/*", max_bytes: int = 262_144) -> Fetched:
        self.requests.append({"method": "GET", "url": url, "accept": accept})
        content = self.documents.get(url)
        if isinstance(content, Exception):
            raise content
        if isinstance(content, Fetched):
            return content
        if content is None:
            return Fetched(url=url, status=404, content_type="text/plain", body=b"", headers={})
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        if len(body) > max_bytes:
            raise FetchError(detail="too large")
        return Fetched(url=url, status=200, content_type="application/json", body=body, headers={})

    def post(
        self,
        url: str,
        *,
        content: bytes,
        content_type: str,
        headers: Mapping[str, str] | None = None,
        accept: str = "application/json",
        max_bytes: int = 262_144,
    ) -> Fetched:
        raise FetchError(detail=f"nothing is posted here: {url}")
