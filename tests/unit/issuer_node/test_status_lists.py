"""Status lists: indexes given out once, lists that never go back, what is served and how it is kept."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import insert
from sqlmodel import col, select, update

from contexts import ContextStore
from credentials.status import MINIMUM_ENTRIES, Bitstring, read_status_list
from credentials.verification import VerificationContext, verify_credential
from did.resolver import Resolver
from issuer_node.awards import get_award, revoke_award
from issuer_node.errors import IssuingError, NotFoundError
from issuer_node.main import create_app
from issuer_node.models import METADATA, Issuance, StatusList
from issuer_node.offers import renew_offer
from issuer_node.status_lists import reserve_index, status_list_credential
from tests.simulators.asgi import AppFetcher
from tests.unit.issuer_node.conftest import BASE, settings_for
from tests.unit.issuer_node.test_exchange import check
from web.statements import Statement

ADD_ISSUANCE = Statement(insert(METADATA.tables["issuances"]), columns=tuple(Issuance.model_fields))


def status_of(credential) -> dict:
    return credential["credentialStatus"]


def reserve(world, offer_id, award_id, times=1):
    def act(transaction):
        places = []
        for _ in range(times):
            place = reserve_index(transaction, now=world.clock())
            places.append((place.list_id, place.index))
            row = Issuance(
                award_id=award_id,
                offer_id=offer_id,
                holder_did="did:key:z",
                credential_id=f"urn:uuid:{uuid.uuid4()}",
                status_list_id=place.list_id,
                status_index=place.index,
                intended_at=world.clock(),
            )
            transaction.change(ADD_ISSUANCE, row.model_dump())
        return places

    return world.node.database.apply(act)


@pytest.mark.covers("bitstring-status-list-1.0", "3.1")
@pytest.mark.covers("token-status-list", "12.4", "13.3")
@pytest.mark.attack("J4")
def test_five_hundred_indexes_are_distinct_and_look_random(world):
    award = world.award()
    offer = get_award(world.node, award).line.offer
    places = reserve(world, offer.id, award, times=500)
    assert len(set(places)) == 500
    indexes = [index for _, index in places]
    assert all(0 <= index < MINIMUM_ENTRIES for index in indexes)
    assert indexes != sorted(indexes)
    # 500 draws of a fair coin between the halves: outside these bounds once in a thousand million
    assert 180 < sum(index < MINIMUM_ENTRIES // 2 for index in indexes) < 320


@pytest.mark.covers("bitstring-status-list-1.0", "3.1")
@pytest.mark.covers("token-status-list", "13.3")
@pytest.mark.attack("J4")
def test_two_workers_never_draw_one_index(world):
    awards = world.session_awards([f"Personne {number} (exemple)" for number in range(16)])
    offers = [get_award(world.node, award).line.offer.id for award in awards]
    second = create_app(settings_for(world.node.settings.database_url), clock=world.clock)

    def draw(number: int) -> list[tuple[str, int]]:
        worker = replace(world, app=second if number % 2 else world.app)
        return reserve(worker, offers[number], awards[number], times=4)

    with ThreadPoolExecutor(8) as pool:
        places = [place for drawn in pool.map(draw, range(16)) for place in drawn]
    assert len(places) == len(set(places)) == 64
    second.state.database.dispose()


@pytest.mark.covers("token-status-list", "13.4")
def test_a_list_that_is_half_full_is_left_for_a_new_one(world):
    award = world.award()
    offer = get_award(world.node, award).line.offer
    ((first, _),) = reserve(world, offer.id, award)
    with world.node.database.write() as session:
        session.exec(update(StatusList).values(used=MINIMUM_ENTRIES // 2 - 1))
    assert reserve(world, offer.id, award)[0][0] == first
    assert reserve(world, offer.id, award)[0][0] != first


@pytest.mark.covers("bitstring-status-list-1.0", "2.2", "3.6", "4")
@pytest.mark.covers("vcdm-2.0", "6.2")
def test_the_list_is_a_credential_of_the_structure(world):
    credential = world.wallet().receive(world.offer(world.award()))
    entry = status_of(credential)
    assert entry["type"] == "BitstringStatusListEntry"
    assert entry["statusPurpose"] == "revocation"
    served = world.client.get(entry["statusListCredential"])
    assert served.headers["content-type"] == "application/vc"
    document = served.json()
    assert document["issuer"] == credential["issuer"]["id"]
    assert document["credentialSubject"]["ttl"] == 0
    assert len(Bitstring.decode(document["credentialSubject"]["encodedList"])) == MINIMUM_ENTRIES
    assert check_list(world, served.content)


def check_list(world, content: bytes) -> bool:
    fetcher = AppFetcher({BASE: world.app})
    context = VerificationContext(
        contexts=ContextStore.load(), resolver=Resolver(fetcher=fetcher, clock=world.clock), fetcher=fetcher
    )
    verified = verify_credential(content, context=context, now=world.clock())
    url = verified.document["id"]
    issuer = verified.view.issuer_id
    return read_status_list(verified.document, url=url, issuer_id=issuer, now=world.clock()) is not None


@pytest.mark.attack("E12")
def test_the_list_s_address_says_nothing_of_the_credential(world):
    credential = world.wallet().receive(world.offer(world.award()))
    entry = status_of(credential)
    url = entry["statusListCredential"]
    assert "?" not in url
    assert "#" not in url
    assert not url.endswith(entry["statusListIndex"])
    assert credential["id"].removeprefix("urn:uuid:") not in url


@pytest.mark.covers("bitstring-status-list-1.0", "2.2")
def test_the_list_is_kept_until_it_changes(world):
    award = world.award()
    url = status_of(world.wallet().receive(world.offer(award)))["statusListCredential"]
    first = world.client.get(url)
    assert "no-cache" in first.headers["cache-control"]
    again = world.client.get(url, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    revoke_award(world.node, by=world.admin, award_id=award, reason="Erreur")
    changed = world.client.get(url, headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


@pytest.mark.covers("bitstring-status-list-1.0", "2.2")
def test_a_list_is_signed_anew_before_it_ends(world):
    url = status_of(world.wallet().receive(world.offer(world.award())))["statusListCredential"]
    before = world.client.get(url).json()
    world.clock.advance(days=30)
    after = world.client.get(url).json()
    assert after["validFrom"] > before["validFrom"]
    assert after["validUntil"] > world.clock().isoformat()
    assert after["credentialSubject"] == before["credentialSubject"]


def test_an_unknown_list_is_not_found(world):
    with pytest.raises(NotFoundError):
        status_list_credential(world.node, "unknown")
    assert world.client.get("/status/unknown").status_code == 404


def test_a_renewed_slip_revokes_what_was_fetched_with_the_old_one(world):
    award = world.award()
    taken = world.wallet().receive(world.offer(award))
    world.clock.advance(seconds=1)
    renew_offer(world.node, by=world.admin, award_id=award)
    kept = world.wallet().receive(world.offer(award))
    assert "revoked" in check(world, taken).codes
    assert check(world, kept).codes == ()
    assert status_of(taken)["statusListIndex"] != status_of(kept)["statusListIndex"]


def test_a_clock_that_goes_back_past_dates_nothing(world):
    first, second = world.session_awards(["Amina (exemple)", "Bastien (exemple)"])
    wallet = world.wallet()
    wallet.receive(world.offer(first))
    offer = world.offer(second)
    token = wallet.access(offer)
    world.clock.advance(hours=-2)
    answer = wallet.request(token, wallet.body(offer))
    assert (answer.status_code, answer.json()["error_description"]) == (503, "clock_behind")
    world.clock.advance(hours=2)
    assert wallet.request(token, wallet.body(offer)).status_code == 200


def test_a_clock_that_goes_back_makes_no_older_list(world):
    first, second = world.session_awards(["Amina (exemple)", "Bastien (exemple)"])
    credential = world.wallet().receive(world.offer(first))
    url = status_of(credential)["statusListCredential"]
    before = world.client.get(url).json()["validFrom"]
    world.clock.advance(seconds=-30)
    revoke_award(world.node, by=world.admin, award_id=first, reason="Erreur")
    assert world.client.get(url).json()["validFrom"] == before
    assert "revoked" in check(world, credential).codes
    assert second


def test_the_intent_is_refused_when_the_last_one_lies_ahead(world):
    award = world.award()
    offer = get_award(world.node, award).line.offer
    reserve(world, offer.id, award)
    world.clock.advance(minutes=-2)
    with pytest.raises(IssuingError, match="clock_behind"):
        reserve(world, offer.id, award)
    world.clock.advance(minutes=2)
    reserve(world, offer.id, award)
    with world.node.database.session() as session:
        assert len(session.exec(select(Issuance).where(col(Issuance.issued_at).is_(None))).all()) == 2
