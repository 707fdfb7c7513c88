"""The services over HTTP: eight clients on one core, one service at a time on the other."""

from __future__ import annotations

import http.client
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from bench.material import holder_of, make_badge_by_did_key
from contexts import strict_json
from credentials.exchange.key_proof import make_key_proof
from credentials.exchange.presentations import make_presentation
from credentials.verification import VerificationContext, check_presentation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bench.material import Material

CLIENTS = 8
PER_CLIENT = 40
WARM_UP = 5
ROUNDS = 3
PAGES = 60
_GOOD = frozenset({200, 201})
_OK = 200


@dataclass(frozen=True)
class Compared:
    """A rate over HTTP, and the library's for the same work just before and after: medians of the rounds."""

    rate: float
    library: float
    ratio: float


@dataclass(frozen=True)
class Request:
    """One POST, written before the clock starts."""

    path: str
    body: bytes
    headers: dict[str, str]


@contextmanager
def service(name: str, core: int, engine: str = "ours") -> Iterator[dict[str, Any]]:
    """A service in its own process, pinned to a core; gives what it prepared."""
    count = ROUNDS * CLIENTS * (PER_CLIENT + WARM_UP)
    with tempfile.TemporaryDirectory() as directory:
        command = [sys.executable, "-m", "bench.serving", name, directory, str(count), str(core), engine]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(f"the {name} did not start")
            yield json.loads(line)
        finally:
            process.terminate()
            process.wait(20)


def measure_issue(
    material: Material, *, core: int, library: Callable[[], float], engine: str = "ours"
) -> tuple[Compared, float]:
    """Credential requests a second, each with its own key proof, and the median time of a page in ms.

    Args:
        material: what the clients hold.
        core: where the service runs.
        library: measures the library at the same work, on the same core.
        engine: what the service canonicalizes with, "ours" or "pyld".
    """
    with service("node", core, engine) as node:
        requests = [_credential_request(material, node["base_url"], each) for each in node["prepared"]]
        compared = compare(node["base_url"], requests, expected=b'"credentials"', library=library)
        return compared, _page_time(node["base_url"], ["/signin", node["page"]])


def _credential_request(material: Material, base_url: str, prepared: dict[str, str]) -> Request:
    proof = make_key_proof(
        signer=material.holder, audience=base_url, nonce=prepared["nonce"], now=datetime.now(UTC)
    )
    body = {"credential_configuration_id": prepared["configuration"], "proofs": {"jwt": [proof]}}
    headers = {"Authorization": f"Bearer {prepared['token']}", "Content-Type": "application/json"}
    return Request("/openid4vci/credential", strict_json.dumps(body), headers)


def measure_present(
    material: Material, *, core: int, library: Callable[[], float], engine: str = "ours"
) -> tuple[Compared, float]:
    """Answers by direct_post a second, and the median time of a page in ms; as `measure_issue`."""
    with service("verifier", core, engine) as verifier:
        credential = make_badge_by_did_key(material)
        requests = [_direct_post(material, each, credential) for each in verifier["prepared"]]
        _check_is_good(material, requests[0], verifier["prepared"][0])
        compared = compare(verifier["base_url"], requests, expected=b"redirect_uri", library=library)
        return compared, _page_time(verifier["base_url"], ["/", "/requests/new"])


def measure_wallet_page(*, core: int) -> float:
    """The median time of the wallet's pages, in milliseconds."""
    with service("wallet", core) as wallet:
        return _page_time(wallet["base_url"], ["/", "/signin"])


def compare(
    base_url: str, requests: Sequence[Request], *, expected: bytes, library: Callable[[], float]
) -> Compared:
    """Measure in turns: on a machine that others use too, only figures of the same moment compare.

    Args:
        base_url: of the service.
        requests: for every round, client and warming up.
        expected: stands in every good answer.
        library: measures the library at the same work.
    """
    size = len(requests) // ROUNDS
    beside, rates, ratios = [library()], [], []
    for number in range(ROUNDS):
        share = requests[number * size : (number + 1) * size]
        rates.append(_rate(base_url, share, expected=expected))
        beside.append(library())
        ratios.append(rates[-1] / statistics.mean(beside[-2:]))
    return Compared(statistics.median(rates), statistics.median(beside), statistics.median(ratios))


def _direct_post(material: Material, prepared: dict[str, str], credential: dict[str, Any]) -> Request:
    presentation = make_presentation(
        credentials=[credential],
        signer=material.holder,
        holder=holder_of(material),
        domain=prepared["client_id"],
        challenge=prepared["nonce"],
        created=datetime.now(UTC),
        contexts=material.contexts,
    )
    vp_token = strict_json.dumps({"badge": [presentation]}).decode()
    body = urlencode({"vp_token": vp_token, "state": prepared["state"]}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return Request(urlsplit(prepared["response_uri"]).path, body, headers)


def _check_is_good(material: Material, request: Request, prepared: dict[str, str]) -> None:
    """The verifier answers 200 to a bad presentation too: measuring refusals would be worth nothing."""
    [presentation] = json.loads(dict(parse_qsl(request.body.decode()))["vp_token"])["badge"]
    report = check_presentation(
        presentation,
        context=VerificationContext(
            contexts=material.contexts, resolver=material.resolver, fetcher=material.fetcher
        ),
        now=datetime.now(UTC),
        expected_domain=prepared["client_id"],
        expected_challenge=prepared["nonce"],
    )
    if report.outcome != "valid":
        raise RuntimeError(f"the presentation is not valid: {report.codes}")


def _rate(base_url: str, requests: Sequence[Request], *, expected: bytes) -> float:
    """Let the clients work through their shares at once; requests a second from the first to the last."""
    address = urlsplit(base_url).netloc
    barrier = threading.Barrier(CLIENTS + 1)
    failures: list[str] = []

    def work(share: Sequence[Request]) -> None:
        connection = http.client.HTTPConnection(address, timeout=60)
        for request in share[:WARM_UP]:
            failures.extend(_send(connection, request, expected))
        barrier.wait()
        for request in share[WARM_UP:]:
            failures.extend(_send(connection, request, expected))

    size = PER_CLIENT + WARM_UP
    shares = [requests[number * size : (number + 1) * size] for number in range(CLIENTS)]
    threads = [threading.Thread(target=work, args=[share]) for share in shares]
    for thread in threads:
        thread.start()
    barrier.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - start
    if failures:
        raise RuntimeError(f"{len(failures)} requests failed, the first: {failures[0]}")
    return CLIENTS * PER_CLIENT / seconds


def _send(connection: http.client.HTTPConnection, request: Request, expected: bytes) -> list[str]:
    connection.request("POST", request.path, request.body, request.headers)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status in _GOOD and expected in content:
        return []
    return [f"{answer.status} {content[:300]!r}"]


def _page_time(base_url: str, paths: Sequence[str]) -> float:
    connection = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=60)
    times = []
    for number in range(PAGES):
        start = time.perf_counter()
        path = paths[number % len(paths)]
        connection.request("GET", path, headers={"Accept": "text/html"})
        answer = connection.getresponse()
        content = answer.read()
        times.append((time.perf_counter() - start) * 1000)
        if answer.status != _OK or b"</html>" not in content:
            raise RuntimeError(f"the page {path} answered {answer.status}")
    return statistics.median(times)
