"""StatusList2021, the list's earlier generation: verified, never issued."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from contexts import ContextStore
from credentials.errors import StatusError
from credentials.report import Outcome
from credentials.status import Bitstring, MemoryStatusCache, build_status_entry
from credentials.status.lists import read_status_list
from credentials.verification import check_credential
from did.errors import FetchError
from tests.timing import costs_at_most
from tests.unit.credentials.conftest import LIST_URL, NOW, World, did_of
from tests.unit.credentials.status_policies import direct_status

VECTORS = Path(__file__).parents[2] / "vectors"
STATUS_LIST_2021 = "https://w3id.org/vc/status-list/2021/v1"
VALID, INVALID, INDETERMINATE = Outcome.VALID, Outcome.INVALID, Outcome.INDETERMINATE


@pytest.fixture(scope="module")
def contexts() -> ContextStore:
    """The closed world, and the one context more that these documents name."""
    return ContextStore.load(also=[VECTORS / "status-list-2021"])


def encoded(*indexes: int, length: int = 16_384) -> str:
    row = bytearray(length)
    for index in indexes:
        row[index // 8] |= 0x80 >> index % 8
    return base64.urlsafe_b64encode(gzip.compress(bytes(row), mtime=0)).decode().rstrip("=")


def status_list(world: World, encoded_list: Any, *, signer: Any = None, **changes: Any) -> dict[str, Any]:
    document = {
        "@context": ["https://www.w3.org/2018/credentials/v1", STATUS_LIST_2021, DATA_INTEGRITY],
        "id": LIST_URL,
        "type": ["VerifiableCredential", "StatusList2021Credential"],
        "issuer": did_of(signer or world.issuer),
        "issuanceDate": "2026-11-24T08:00:00Z",
        "credentialSubject": {
            "id": f"{LIST_URL}#list",
            "type": "StatusList2021",
            "statusPurpose": "revocation",
            "encodedList": encoded_list,
        },
    }
    return world.sign(document | changes, signer)


DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v2"


def entry(index: int = 7, **changes: Any) -> dict[str, Any]:
    return build_status_entry(LIST_URL, index) | {"type": "StatusList2021Entry"} | changes


def verdict(world: World, status: Any, **changes: Any) -> tuple[Outcome, tuple[str, ...]]:
    badge = {
        "@context": ["https://www.w3.org/2018/credentials/v1", STATUS_LIST_2021, DATA_INTEGRITY],
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential"],
        "issuer": world.issuer_id,
        "issuanceDate": "2026-01-01T00:00:00Z",
        "credentialSubject": {"id": world.holder_id},
    } | ({"credentialStatus": status} if status else {})
    now = changes.pop("now", NOW)
    report = check_credential(world.sign(badge), context=world.context(**changes), now=now)
    return report.outcome, report.codes


@pytest.mark.covers("vcdm-1.1", "4.9")
@pytest.mark.attack("E11")
def test_bits_are_read_from_the_left(world: World) -> None:
    world.served.serve(LIST_URL, status_list(world, encoded(7)))
    assert verdict(world, entry(7)) == (INVALID, ("revoked",))
    assert verdict(world, entry(0)) == (VALID, ())


@pytest.mark.parametrize("form", ["url", "standard", "padded"])
def test_either_alphabet_of_base64_is_read(form: str) -> None:
    text = encoded(7, 94_567, 3, 999)
    text = {
        "url": text,
        "standard": text.replace("-", "+").replace("_", "/"),
        "padded": text + "=" * (-len(text) % 4),
    }[form]
    bits = Bitstring.decode_status_list_2021(text)
    assert [index for index in (3, 7, 8, 999, 94_567) if bits.get(index)] == [3, 7, 999, 94_567]


@pytest.mark.parametrize(
    "odd", [None, 7, "", "====", "u" + encoded(), encoded() + "=", "+" + encoded()[1:-1] + "_", "H4sI\n"]
)
def test_what_is_no_base64_gzip_is_refused(odd: Any) -> None:
    with pytest.raises(StatusError) as caught:
        Bitstring.decode_status_list_2021(odd)
    assert caught.value.code == "status_list_invalid"
    assert len(Bitstring.decode_status_list_2021(encoded())) == 131_072


@pytest.mark.attack("E1")
def test_a_list_for_another_purpose_is_refused(world: World) -> None:
    world.served.serve(LIST_URL, status_list(world, encoded()))
    assert verdict(world, entry(statusPurpose="suspension")) == (INVALID, ("status_purpose_mismatch",))
    assert verdict(world, entry()) == (VALID, ())


@pytest.mark.attack("E2")
@pytest.mark.parametrize(
    ("index", "code"),
    [
        ("-1", "status_index_invalid"),
        ("1e3", "status_index_invalid"),
        ("०", "status_index_invalid"),
        ("131072", "status_index_out_of_range"),
    ],
)
def test_an_index_that_is_none_is_refused(world: World, index: str, code: str) -> None:
    world.served.serve(LIST_URL, status_list(world, encoded()))
    assert verdict(world, entry(statusListIndex=index)) == (INVALID, (code,))
    assert verdict(world, entry(131_071)) == (VALID, ())


@pytest.mark.attack("E3")
def test_a_list_that_is_one_byte_too_short_is_refused(world: World) -> None:
    world.served.serve(LIST_URL, status_list(world, encoded(length=16_383)))
    assert verdict(world, entry()) == (INVALID, ("status_list_too_short",))
    world.served.serve(LIST_URL, status_list(world, encoded(length=16_384)))
    assert verdict(world, entry()) == (VALID, ())


@pytest.mark.attack("E4")
def test_a_list_by_another_issuer_is_refused(world: World) -> None:
    world.served.serve(LIST_URL, status_list(world, encoded(), signer=world.stranger))
    assert verdict(world, entry()) == (INVALID, ("status_list_issuer_mismatch",))
    edited = status_list(world, encoded(7))
    edited["credentialSubject"]["encodedList"] = encoded()
    world.served.serve(LIST_URL, edited)
    assert verdict(world, entry()) == (INVALID, ("status_list_invalid",))
    world.served.serve(LIST_URL, status_list(world, encoded()))
    assert verdict(world, entry()) == (VALID, ())


@pytest.mark.attack("E5")
def test_a_list_that_unpacks_without_end_is_stopped_early(world: World) -> None:
    bomb = encoded(length=64 << 20)
    world.served.serve(LIST_URL, status_list(world, bomb))
    with costs_at_most(1):
        assert verdict(world, entry()) == (INVALID, ("status_list_too_large",))
    world.served.serve(LIST_URL, status_list(world, encoded()))
    assert verdict(world, entry()) == (VALID, ())


@pytest.mark.attack("E6")
def test_a_list_that_tells_nothing_is_indeterminate(world: World) -> None:
    for served in (None, FetchError(detail="timed out"), b"<html>login</html>"):
        world.served.serve(LIST_URL, served)
        assert verdict(world, entry()) == (INDETERMINATE, ("status_unavailable",))
    ended = status_list(world, encoded(), expirationDate="2026-11-24T09:30:00Z")
    world.served.serve(LIST_URL, ended)
    assert verdict(world, entry()) == (INDETERMINATE, ("status_list_expired",))
    world.served.serve(LIST_URL, status_list(world, encoded(), issuanceDate="2026-11-24T10:30:00Z"))
    assert verdict(world, entry()) == (INDETERMINATE, ("status_list_not_yet_valid",))
    standing = status_list(world, encoded(), expirationDate="2026-11-24T09:30:01Z")
    world.served.serve(LIST_URL, standing)
    assert verdict(world, entry()) == (VALID, ())


@pytest.mark.attack("E7")
def test_an_older_list_than_one_seen_raises_an_alarm(world: World) -> None:
    cache = MemoryStatusCache()
    older, newer = (
        status_list(world, encoded(), issuanceDate=f"2026-11-24T0{hour}:00:00Z") for hour in (6, 8)
    )
    for served, codes in ((older, ()), (newer, ()), (older, ("status_list_rollback",)), (newer, ())):
        world.served.serve(LIST_URL, served)
        assert verdict(world, entry(), status_cache=cache) == (INDETERMINATE if codes else VALID, codes)
    assert len(world.served.requests) == 4, "it publishes no ttl, so it is asked for each time"


@pytest.mark.attack("E8")
def test_it_is_a_status_where_one_is_demanded(world: World) -> None:
    world.served.serve(LIST_URL, status_list(world, encoded()))
    assert verdict(world, entry(), require_status=True) == (VALID, ())
    assert verdict(world, None, require_status=True) == (INVALID, ("status_required",))


@pytest.mark.attack("E9")
def test_a_list_with_a_status_of_its_own_is_refused(world: World) -> None:
    world.served.serve(LIST_URL, status_list(world, encoded(), credentialStatus=entry(1)))
    assert verdict(world, entry()) == (INVALID, ("status_list_chained",))
    assert len(world.served.requests) == 1
    world.served.serve(LIST_URL, status_list(world, encoded()))
    assert verdict(world, entry()) == (VALID, ())


@pytest.mark.covers("vcdm-1.1", "4.9")
@pytest.mark.attack("E10")
def test_revocation_and_suspension_are_both_checked(world: World) -> None:
    other = "https://node.example/status/2"
    world.served.serve(LIST_URL, status_list(world, encoded(7)))
    subject = {
        "id": f"{other}#list",
        "type": "StatusList2021",
        "statusPurpose": "suspension",
        "encodedList": encoded(9),
    }
    world.served.serve(other, status_list(world, encoded(), id=other, credentialSubject=subject))
    suspended = entry(9, statusPurpose="suspension", statusListCredential=other)
    assert verdict(world, [entry(7), suspended]) == (INVALID, ("revoked", "suspended"))
    assert verdict(world, [entry(8), suspended | {"statusListIndex": "8"}]) == (VALID, ())


@pytest.mark.attack("E12")
def test_the_request_for_a_list_says_nothing_of_the_credential(world: World) -> None:
    world.served.serve(LIST_URL, status_list(world, encoded()))
    assert verdict(world, entry(statusListCredential=f"{LIST_URL}#7")) == (VALID, ())
    [request] = world.served.requests
    assert request["url"] == LIST_URL
    assert not any(word in json.dumps(request) for word in ("urn:uuid:1", world.holder_id, "#7"))


def test_a_list_of_one_generation_answers_no_entry_of_the_other(world: World) -> None:
    world.served.serve(LIST_URL, world.status_list())
    assert direct_status(world, entry())[1][0].code == "status_list_invalid"
    assert direct_status(world, build_status_entry(LIST_URL, 7))[0] is VALID
    world.served.serve(LIST_URL, status_list(world, encoded()))
    assert direct_status(world, build_status_entry(LIST_URL, 7))[1][0].code == "status_list_invalid"
    assert direct_status(world, entry())[0] is VALID


def test_it_has_two_purposes_and_one_bit(world: World) -> None:
    world.served.serve(LIST_URL, status_list(world, encoded()))
    outcome, [check] = direct_status(world, entry(statusPurpose="message"))
    assert (outcome, check.code) == (INDETERMINATE, "unsupported_status_purpose")
    assert direct_status(world, entry())[0] is VALID


def test_a_credential_that_is_both_kinds_of_list_is_neither(world: World) -> None:
    document = status_list(world, encoded())
    arguments: dict[str, Any] = {"url": LIST_URL, "issuer_id": world.issuer_id, "now": NOW}
    known = read_status_list(document, **arguments)
    assert known.fresh_until == NOW
    assert known.issued == NOW.replace(hour=8, minute=0) < NOW - timedelta(hours=1)
    both = document | {"type": [*document["type"], "BitstringStatusListCredential"]}
    with pytest.raises(StatusError) as caught:
        read_status_list(both, **arguments)
    assert caught.value.code == "status_list_invalid"
