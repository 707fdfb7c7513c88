"""How often somebody may try: token buckets in memory, per key, bounded in number.

Each worker process counts for itself: a limit for politeness and cost. What must hold exactly (five wrong
codes burn an offer) is counted in the database by its service.
"""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from web.problems import TooManyRequests

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

MAXIMUM_KEYS = 20_000
_IPV6_HOUSEHOLD = 64


class Limiter:
    """At most `times` in `seconds` per key; what was used comes back evenly over that time.

    Args:
        times: how often in a row.
        seconds: in which all of them come back.
        now: monotonic seconds.
    """

    def __init__(self, times: int, *, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._times = times
        self._per_second = times / seconds
        self._now = now
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, key: str) -> None:
        """Count one try.

        Raises:
            TooManyRequests: with `Retry-After`, in seconds.
        """
        wait = self.take(key)
        if wait > 0:
            raise TooManyRequests(headers={"Retry-After": str(math.ceil(wait))})

    def take(self, key: str) -> float:
        """Count one try; 0 when it is allowed, else the seconds to wait (and nothing is counted)."""
        with self._lock:
            now = self._now()
            left, since = self._buckets.get(key, (float(self._times), now))
            left = min(float(self._times), left + (now - since) * self._per_second)
            allowed = left >= 1
            self._buckets[key] = (left - 1 if allowed else left, now)
            self._buckets.move_to_end(key)
            if len(self._buckets) > MAXIMUM_KEYS:
                self._buckets.popitem(last=False)
            return 0.0 if allowed else (1 - left) / self._per_second


def client_key(request: Request) -> str:
    """Where a request comes from, as far as limits go: an IPv4 address, or the /64 of an IPv6 one."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.IPv6Network((int(address), _IPV6_HOUSEHOLD), strict=False))
