"""A network of simulated services: finds them by their address, keeps every request, and fails where a test wants it to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from did.fetcher import DEFAULT_MAX_BYTES, NO_HEADERS, Fetched, FetchError, FetchRefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Asked:
    """One request, as it arrived."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes


class Service(Protocol):
    """What answers below one base URL."""

    base_url: str

    def answer(self, asked: Asked) -> Fetched: ...


@dataclass
class Fault:
    """A cut on the way: before the request arrives, or after the service did its work and before its answer is back."""

    url_part: str
    times: int
    after: bool
    skip: int = 0  # how many go through before


class Network:
    """Implements did.fetcher.Fetcher over simulated services."""

    def __init__(self, *services: Service) -> None:
        self.services = list(services)
        self.requests: list[Asked] = []
        self.faults: list[Fault] = []

    def cut(self, url_part: str, *, times: int = 1, after: bool = False, skip: int = 0) -> None:
        """Fail the next `times` requests whose URL holds `url_part`, once `skip` of them went through."""
        self.faults.append(Fault(url_part, times, after, skip))

    def asked(self, url_part: str) -> list[Asked]:
        """The requests so far whose URL holds `url_part`."""
        return [each for each in self.requests if url_part in each.url]

    def get(self, url: str, *, accept: str = "*/*", max_bytes: int = DEFAULT_MAX_BYTES) -> Fetched:
        return self._exchange(Asked("GET", url, {"accept": accept}, b""), max_bytes)

    def post(
        self,
        url: str,
        *,
        content: bytes,
        content_type: str,
        headers: Mapping[str, str] = NO_HEADERS,
        accept: str = "application/json",
        max_bytes: int = DEFAULT_MAX_BYTES,
    ) -> Fetched:
        sent = {**headers, "accept": accept, "content-type": content_type}
        return self._exchange(Asked("POST", url, sent, content), max_bytes)

    def _exchange(self, asked: Asked, max_bytes: int) -> Fetched:
        self.requests.append(asked)
        fault = next((each for each in self.faults if each.times > 0 and each.url_part in asked.url), None)
        if fault is not None and fault.skip > 0:
            fault.skip -= 1
            fault = None
        if fault is not None:
            fault.times -= 1
            if not fault.after:
                raise FetchError(f"cut before {asked.url}")
        service = next((each for each in self.services if asked.url.startswith(f"{each.base_url}/")), None)
        if service is None:
            raise FetchError(f"nobody at {asked.url}")
        answer = service.answer(asked)
        if fault is not None:
            raise FetchError(f"cut after {asked.url}")
        if 300 <= answer.status < 400:
            raise FetchRefusedError(f"redirect ({answer.status}) is not followed")
        if len(answer.body) > max_bytes:
            raise FetchError(f"more than {max_bytes} bytes")
        return answer
