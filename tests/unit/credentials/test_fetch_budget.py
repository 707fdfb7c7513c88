"""One document, and the network: what it names is asked for so often, and no more (F5, H14)."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest

from contexts import MAXIMUM_WORK, WorkBudget
from credentials.exchange.dcql import DcqlQuery
from credentials.exchange.presentations import check_vp_token, make_presentation
from credentials.open_badges import Profile
from credentials.report import Outcome
from credentials.status import build_status_entry
from credentials.verification import (
    MAXIMUM_FAILED_FETCHES,
    MAXIMUM_FETCHES,
    check_credential,
    check_presentation,
)
from did.document import DocumentKey, build_did_document
from did.errors import FetchError, TooManyFetchesError
from did.fetcher import FetchBudget
from did.jwks import fetch_jwks
from did.keys import KeySigner, KeyType, PrivateKey
from tests.simulators.served_documents import ServedDocuments
from tests.timing import costs_at_most
from tests.unit.credentials.conftest import NOW, World, new_signer

QUERY = DcqlQuery.parse(
    {
        "credentials": [
            {
                "id": "badge",
                "format": "ldp_vc",
                "meta": {"type_values": [["VerifiableCredential"]]},
                "multiple": True,
            }
        ]
    }
)


def structure(world: World, number: int, *, is_up: bool = True) -> KeySigner:
    """A structure with a did:web and its document."""
    key = PrivateKey.from_raw(KeyType.ED25519, bytes([number + 10]) * 32)
    did = f"did:web:s{number}.example"
    document = build_did_document(did, [DocumentKey("key-1", key.public_key)])
    world.served.serve(
        f"https://s{number}.example/.well-known/did.json", document if is_up else FetchError("silent")
    )
    return KeySigner(key, f"{did}#key-1")


def badge_of(world: World, signer: KeySigner, number: int, *, lists: int = 1) -> dict[str, Any]:
    did = signer.verification_method.partition("#")[0]
    urls = [f"{did.replace('did:web:', 'https://')}/status/{number}-{each}" for each in range(lists)]
    for url in urls:
        world.served.serve(url, world.status_list(list_url=url, signer=signer))
    entries = [build_status_entry(url, 7) for url in urls]
    return world.sign(
        world.badge(
            issuer=Profile(id=did, name="Structure"),
            credential_id=f"urn:uuid:0b7d0c3e-3c9b-4a5e-9d6e-{number:012}",
        )
        | {"credentialStatus": entries},
        signer,
    )


def present(world: World, badges: list[dict[str, Any]]) -> dict[str, Any]:
    return make_presentation(
        credentials=badges,
        signer=world.holder,
        holder=world.holder_id,
        domain="v",
        challenge="n",
        created=NOW,
        contexts=world.contexts,
    )


def check(world: World, presentation: dict[str, Any]) -> Any:
    return check_presentation(
        json.dumps(presentation).encode(),
        context=world.context(),
        now=NOW,
        expected_domain="v",
        expected_challenge="n",
    )


@pytest.mark.attack("F5")
def test_a_presentation_that_names_hundreds_of_addresses_asks_for_few(world: World) -> None:
    badges = [badge_of(world, structure(world, each), each, lists=4) for each in range(12)]
    report = check(world, present(world, badges))
    assert len(world.served.requests) == MAXIMUM_FETCHES
    assert report.outcome is Outcome.INDETERMINATE
    assert "too_many_fetches" in report.credentials[-1].codes
    assert report.credentials[0].outcome is Outcome.VALID


def test_twenty_badges_of_twenty_structures_are_checked(world: World) -> None:
    badges = [badge_of(world, structure(world, each), each) for each in range(20)]
    report = check(world, present(world, badges))
    assert (report.outcome, len(world.served.requests)) == (Outcome.VALID, MAXIMUM_FETCHES)


@pytest.mark.attack("F5")
def test_many_presentations_in_one_answer_share_one_budget(world: World) -> None:
    badges = [badge_of(world, structure(world, each), each, lists=4) for each in range(10)]
    answer = {"badge": [present(world, [badge]) for badge in badges]}
    report = check_vp_token(
        answer,
        query=QUERY,
        context=world.context(),
        now=NOW,
        expected_domain="v",
        expected_challenge="n",
    )
    assert (report.outcome, len(world.served.requests)) == (Outcome.INDETERMINATE, MAXIMUM_FETCHES)
    assert "too_many_fetches" in report.credentials[-1].codes


@pytest.mark.attack("F5")
def test_silence_is_waited_for_once_an_address_and_not_at_many(world: World) -> None:
    silent = structure(world, 0, is_up=False)
    report = check(world, present(world, [badge_of(world, silent, each) for each in range(5)]))
    assert [each["url"] for each in world.served.requests] == ["https://s0.example/.well-known/did.json"]
    assert {each.codes for each in report.credentials} == {("resolution_unavailable",)}
    world.served.requests.clear()
    badges = [badge_of(world, structure(world, each, is_up=False), each) for each in range(1, 11)]
    report = check(world, present(world, badges))
    assert len(world.served.requests) == MAXIMUM_FAILED_FETCHES
    assert report.outcome is Outcome.INDETERMINATE
    assert report.credentials[-1].codes == ("too_many_fetches",)


def test_the_next_verification_has_a_budget_of_its_own(world: World) -> None:
    silent = structure(world, 0, is_up=False)
    badge = badge_of(world, silent, 0)
    context = world.context()
    assert check_credential(badge, context=context, now=NOW).codes == ("resolution_unavailable",)
    structure(world, 0)
    assert check_credential(badge, context=context, now=NOW).outcome is Outcome.VALID


def test_badges_that_share_a_list_ask_for_it_once(world: World) -> None:
    signer = structure(world, 1)
    badges = [badge_of(world, signer, 1) | {"id": f"urn:uuid:{number}"} for number in range(3)]
    signed = [world.sign({k: v for k, v in badge.items() if k != "proof"}, signer) for badge in badges]
    assert check(world, present(world, signed)).outcome is Outcome.VALID
    asked = [request["url"] for request in world.served.requests]
    assert asked.count("https://s1.example/status/1-0") == 1
    check(world, present(world, signed))
    assert [request["url"] for request in world.served.requests].count("https://s1.example/status/1-0") == 2


@pytest.mark.attack("F5")
def test_all_answers_together_have_a_size() -> None:
    """What was fetched is kept until the verification ends: forty lists of two megabytes are too many."""
    served = ServedDocuments({f"https://node.example/{number}": b"x" * 1_000 for number in range(9)})
    fetcher = FetchBudget(fetches=9, failures=9, size=2_500).over(served)
    for number in (0, 1, 2, 2):
        assert len(fetcher.get(f"https://node.example/{number}").body) == 1_000
    with pytest.raises(TooManyFetchesError):
        fetcher.get("https://node.example/3")
    assert len(fetcher.get("https://node.example/0").body) == 1_000
    assert len(served.requests) == 3


@pytest.mark.attack("F5", "C14")
def test_what_comes_back_takes_its_part_of_the_work() -> None:
    """Nobody is asked any more once there is no room to read what they would say."""
    served = ServedDocuments(
        {f"https://node.example/{number}": b"[" + b"[]," * 30_000 + b"0]" for number in range(9)}
    )
    work = WorkBudget()
    fetcher = FetchBudget(fetches=9, failures=9, work=work).over(served)
    for number in range(4):
        fetcher.get(f"https://node.example/{number}")
    with pytest.raises(TooManyFetchesError):
        fetcher.get("https://node.example/4")
    assert len(served.requests) == 4
    assert -60_000 < work.left < 0


@pytest.mark.attack("C14", "E5")
def test_a_list_beyond_the_work_of_its_verification_is_too_complex(world: World) -> None:
    signer = structure(world, 1)
    badge = badge_of(world, signer, 1)
    work = WorkBudget()
    assert check_credential(badge, context=world.context(work=work), now=NOW).outcome is Outcome.VALID
    used = MAXIMUM_WORK - work.left
    report = check_credential(badge, context=world.context(work=WorkBudget(used * 3 // 4)), now=NOW)
    assert report.outcome is Outcome.INVALID
    assert report.codes == ("too_complex",)
    assert report.check("status").code == "too_complex"


@pytest.mark.attack("F5", "C14")
def test_the_keys_of_many_hosts_take_their_part_of_the_work() -> None:
    """A hundred keys are read in ten milliseconds; of forty hosts, they would be too many."""
    jwks = {
        "keys": [new_signer(number).public_key.to_jwk() | {"kid": str(number)} for number in range(1, 101)]
    }
    urls = [f"https://{number}.example/.well-known/jwks.json" for number in range(40)]
    served = ServedDocuments(dict.fromkeys(urls, jwks))
    work = WorkBudget()
    fetcher = FetchBudget(fetches=40, failures=9, work=work).over(served)
    assert len(fetch_jwks(urls[0], fetcher=fetcher)) == 100
    with costs_at_most(0.25), pytest.raises(TooManyFetchesError):
        list(map(partial(fetch_jwks, fetcher=fetcher), urls))
    assert 1 < len(served.requests) < len(urls)
    # one host's few keys take next to nothing, however often they are asked for
    few, work = {"keys": jwks["keys"][:3]}, WorkBudget()
    fetcher = FetchBudget(fetches=40, failures=9, work=work).over(ServedDocuments({urls[0]: few}))
    assert all(len(fetch_jwks(urls[0], fetcher=fetcher)) == 3 for _ in range(50))
    assert work.left > MAXIMUM_WORK * 0.99
