"""How often somebody may try."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from web.limits import MAXIMUM_KEYS, Limiter, client_key
from web.problems import TooManyRequests


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_so_many_tries_and_no_more_until_time_gives_them_back():
    clock = Clock()
    limiter = Limiter(3, seconds=60, now=clock)
    for _ in range(3):
        limiter.check("a")
    with pytest.raises(TooManyRequests) as refused:
        limiter.check("a")
    assert refused.value.status == 429
    assert refused.value.headers == {"Retry-After": "20"}
    clock.now += 19
    with pytest.raises(TooManyRequests):
        limiter.check("a")
    clock.now += 1
    limiter.check("a")
    with pytest.raises(TooManyRequests):
        limiter.check("a")


def test_one_key_does_not_spend_what_is_another_s():
    limiter = Limiter(1, seconds=60)
    limiter.check("a")
    limiter.check("b")
    with pytest.raises(TooManyRequests):
        limiter.check("a")


def test_memory_is_bounded_and_the_longest_unseen_is_forgotten():
    clock = Clock()
    limiter = Limiter(1, seconds=1_000_000, now=clock)
    for number in range(MAXIMUM_KEYS + 100):
        limiter.check(str(number))
    assert len(limiter._buckets) == MAXIMUM_KEYS
    limiter.check("0")
    with pytest.raises(TooManyRequests):
        limiter.check(str(MAXIMUM_KEYS + 99))


def test_tries_at_once_are_counted_each():
    limiter = Limiter(10, seconds=1_000_000)
    allowed = []
    threads = [threading.Thread(target=lambda: allowed.append(limiter.take("a") == 0)) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(allowed) == 10


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
    ],
)  # fmt: skip
def test_a_household_is_one(host, key):
    assert client_key(SimpleNamespace(client=SimpleNamespace(host=host))) == key
    assert client_key(SimpleNamespace(client=None)) == ""
