"""What a status costs: little once its list is known, and not much when it is not."""

from __future__ import annotations

import random

from credentials.status import Bitstring, MemoryStatusCache, build_status_entry
from credentials.status.checking import check_status
from credentials.status.token_checking import MemoryTokenStatusCache, check_token_status
from credentials.status.token_status_list import TokenStatusList, build_token_status, sign_status_list_token
from tests.timing import median_seconds
from tests.unit.credentials.conftest import LIST_URL, NOW, World
from tests.unit.credentials.status_policies import status_policy

URI = "https://node.example/statuslists/1"


def test_a_status_in_a_known_list_is_looked_up_in_20_microseconds(world: World) -> None:
    world.served.serve(LIST_URL, world.status_list(ttl_ms=60_000))
    policy = status_policy(world, cache=MemoryStatusCache())
    document = {"credentialStatus": build_status_entry(LIST_URL, 94_567)}

    def check() -> None:
        assert check_status(document, issuer_id=world.issuer_id, policy=policy, now=NOW)[0].code == "ok"

    check()
    assert median_seconds(check, times=200) <= 20e-6
    assert len(world.served.requests) == 1


def test_a_token_status_in_a_known_list_is_looked_up_in_20_microseconds(world: World) -> None:
    token = sign_status_list_token(
        TokenStatusList.new(131_072, bits=2), uri=URI, issued_at=NOW, signer=world.issuer, ttl_seconds=60
    )
    world.served.serve(URI, token.encode())
    cache, status = MemoryTokenStatusCache(), build_token_status(URI, 94_567)

    def check() -> None:
        found = check_token_status(
            status,
            issuer_id="https://node.example",
            issuer_key=lambda _: world.issuer.public_key,
            fetcher=world.served,
            now=NOW,
            cache=cache,
        )
        assert found.code == "ok"

    check()
    assert median_seconds(check, times=200) <= 20e-6
    assert len(world.served.requests) == 1


def test_a_list_of_131_072_entries_is_decoded_in_3_milliseconds() -> None:
    bits, some = Bitstring.new(), random.Random(1)
    for index in some.sample(range(131_072), 13_107):
        bits.set(index)
    encoded = bits.encode()
    assert median_seconds(lambda: Bitstring.decode(encoded)) <= 3e-3
    statuses = TokenStatusList.new(131_072, bits=2)
    for index in some.sample(range(131_072), 13_107):
        statuses.set(index, 1)
    claim = statuses.to_json()
    assert median_seconds(lambda: TokenStatusList.from_json(claim)) <= 3e-3
