"""What a page says of the endorsements that a badge brings along."""

from __future__ import annotations

import json
import re
import threading
from typing import TYPE_CHECKING, Any

import pytest

from credentials.verification import MAXIMUM_FAILED_FETCHES, check_credential
from did.errors import FetchError
from did.keys import KeySigner
from tests.simulators.served_documents import ServedDocuments
from tests.unit.credentials.conftest import NOW, World, did_of
from tests.unit.credentials.test_endorsements import endorsement
from tests.unit.verifier.conftest import open_place
from tests.unit.verifier.scenes import drone, signed
from verifier.endorsements import look_at_endorsements
from verifier.reports import Findings, issuer_domain

if TYPE_CHECKING:
    from did.fetcher import Fetched


def page_of(place, *endorsements, valid: bool = True) -> str:
    document = signed(place.world, achievement=drone(endorsement=endorsements))
    if not valid:
        document["name"] = "Autre"
    with place.browser() as browser:
        return str(browser.verify(json.dumps(document).encode()).text)


def fold_of(page: str) -> str:
    found = re.search(r'<details[^>]*data-fold="endorsements".*?</details>', page, re.DOTALL)
    return found[0] if found else ""


def test_an_endorsement_is_said_by_who_signed_it(place):
    fold = fold_of(page_of(place, endorsement(place.world)))
    assert "1 avis d’une autre personne ou structure" in fold
    assert "La guilde (exemple)" in fold
    # a name is whatever it says; next to it stands what nobody else can take
    assert issuer_domain(did_of(place.world.stranger)) in fold
    assert "Demandé chez nous." in fold
    assert "l’émetteur du badge lui-même" not in fold


def test_one_that_does_not_hold_says_nothing(place):
    altered = endorsement(place.world)
    altered["credentialSubject"]["endorsementComment"] = "Le meilleur."
    fold = fold_of(page_of(place, altered))
    assert 'data-endorsement="invalid_signature"' in fold
    assert "Un avis ne compte pas" in fold
    assert "Aucun avis d’une autre personne ou structure ne compte" in fold
    assert not {"Le meilleur.", "La guilde (exemple)"} & set(re.findall(r"<bdi>(.*?)</bdi>", fold))


def test_the_issuers_own_word_is_said_to_be_its_own(place):
    fold = fold_of(page_of(place, endorsement(place.world, signer=place.world.issuer)))
    assert "l’émetteur du badge lui-même" in fold
    assert "Aucun avis d’une autre" in fold


def test_nobody_counts_twice_nor_for_a_badge_of_their_own(place):
    world = place.world
    twice = [endorsement(world, id=f"urn:uuid:00000000-0000-4000-8000-{number:012}") for number in range(3)]
    learner = endorsement(world, signer=world.holder, id="urn:uuid:00000000-0000-4000-8000-000000000009")
    fold = fold_of(page_of(place, *twice, learner))
    assert "1 avis d’une autre personne ou structure" in fold
    assert "C’est la personne ou la structure dont il parle." in fold


def test_of_a_badge_that_does_not_hold_nobody_says_anything(place):
    assert fold_of(page_of(place, endorsement(place.world), valid=False)) == ""
    assert fold_of(page_of(place)) == ""


def test_what_was_kept_before_has_no_endorsements(place):
    kept = {"report": {}, "documents": [], "presented": False, "checkedAt": "2026-11-24T09:30:00+00:00"}
    findings = Findings.from_json(kept)
    assert findings.endorsements == ()
    assert Findings.from_json(findings.to_json()) == findings


def endorsed_by(world, *hosts):
    """A badge that is endorsed by structures whose keys must be asked for."""
    key = world.stranger.private_key
    signers = [KeySigner(key, f"did:web:{host}#key") for host in hosts]
    said = tuple(
        endorsement(world, signer=signer, id=f"urn:uuid:00000000-0000-4000-8000-{number:012}")
        for number, signer in enumerate(signers)
    )
    return signed(world, achievement=drone(endorsement=said))


@pytest.mark.attack("F5")
def test_the_endorsements_of_many_badges_share_what_they_may_ask_for(place):
    world = place.world
    badges = [endorsed_by(world, *(f"h{badge}-{n}.example" for n in range(10))) for badge in range(4)]
    for badge, number in ((badge, number) for badge in range(4) for number in range(10)):
        world.served.serve(
            f"https://h{badge}-{number}.example/.well-known/did.json", FetchError(detail="silent")
        )
    reports = tuple(check_credential(each, context=world.context(), now=NOW) for each in badges)
    said = look_at_endorsements(reports, context=world.context(), now=NOW)
    assert len(world.served.requests) == MAXIMUM_FAILED_FETCHES
    assert {each["outcome"] for some in said for each in some} == {"indeterminate"}


class Asked(ServedDocuments):
    """Served documents, and the thread that each was asked for in."""

    def __init__(self) -> None:
        super().__init__()
        self.threads: list[str] = []

    def get(self, url: str, **options: Any) -> Fetched:
        self.threads.append(threading.current_thread().name)
        return super().get(url, **options)


@pytest.mark.attack("F5")
def test_nobody_waits_for_a_host_that_endorsers_name(contexts, tmp_path):
    """What an endorsement makes the verifier ask is asked in a thread, never in the event loop."""
    served = Asked()
    place = open_place(contexts, f"sqlite:///{tmp_path / 'v.db'}", World(contexts, served))
    with place.browser() as browser, place.wallet() as wallet:
        answer = wallet.answer(browser.ask().link(), endorsed_by(place.world, "slow.example"))
    place.app.state.database.dispose()
    assert answer.status_code == 200
    assert served.threads
    assert {name.startswith("AnyIO worker") for name in served.threads} == {True}
