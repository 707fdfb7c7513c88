"""The world that a case is read in: the time, who asks, and what can be fetched. Nothing else exists."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from credentials.dates import parse_date_time_stamp
from did.errors import FetchError
from did.fetcher import Fetched
from tests.corpus.cases import CORPUS, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True)
class World:
    """A world.

    Args:
        now: aware UTC.
        domain: who asks for presentations.
        challenge: its nonce.
        documents: URL to what is served there.
    """

    now: datetime
    domain: str
    challenge: str
    documents: dict[str, Any] = field(repr=False)


@lru_cache
def read_world(name: str) -> World:
    """Read a world from its file."""
    raw = json.loads((CORPUS / name).read_text(encoding="utf-8"))
    return World(parse_date_time_stamp(raw["now"]), raw["domain"], raw["challenge"], raw["documents"])


class WorldFetcher:
    """A `Fetcher` over some documents; it keeps every address that it was asked for."""

    def __init__(self, documents: Mapping[str, Any]) -> None:
        self.documents = documents
        self.asked: list[str] = []

    def get(self, url: str, *, accept: str = "*/*", max_bytes: int = 262_144) -> Fetched:
        self.asked.append(url)
        served = self.documents.get(url, {"status": 404})
        if "error" in served:
            raise FetchError(served["error"])
        body = (write(served["json"]) if "json" in served else served.get("text", "")).encode()
        if len(body) > max_bytes:
            raise FetchError("too large")
        return Fetched(url, served.get("status", 200), served.get("contentType", "application/json"), body)

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
        raise FetchError(f"nothing is posted here: {url}")
