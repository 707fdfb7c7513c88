"""A page answers in under 50 ms at the median."""

from __future__ import annotations

import httpx
import pytest

from passeur.demo.browser import Browser
from passeur.demo.people import Learner, PasseurAtWork
from tests.timing import median_seconds

MOST_SECONDS = 0.050
ROUNDS, TIMES = 4, 11


def seconds_of(client: httpx.Client, url: str) -> float:
    def ask() -> None:
        assert client.get(url).status_code == 200, url

    return median_seconds(ask, times=TIMES, rounds=ROUNDS)


@pytest.fixture
def signed_in(street):
    with Browser() as passeur, Browser() as learner, httpx.Client() as anybody:
        PasseurAtWork(passeur, street.node.base_url).sign_in(street.signin_link())
        person = Learner(learner, street.wallet.base_url)
        _, back = person.sign_up(
            person.accept(person.scan(street.slip_url())), passphrase="tilleul brouette cerise fanfare"
        )
        person.accept(back)
        yield {"node": passeur.client, "wallet": learner.client, "verifier": anybody}


@pytest.mark.parametrize(
    ("service", "paths"),
    [
        ("node", ["/", "/badges", "/situations", "/sessions", "/awards", "/badges/new"]),
        ("wallet", ["/", "/passport", "/links/new", "/account"]),
        ("verifier", ["/", "/requests/new"]),
    ],
)
def test_pages_answer_in_under_50_ms(street, signed_in, service, paths):
    base = getattr(street, service).base_url
    slow = {
        path: seconds
        for path in paths
        if (seconds := seconds_of(signed_in[service], base + path)) > MOST_SECONDS
    }
    assert not slow
