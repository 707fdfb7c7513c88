"""What a stolen database says of a person, and what a log does: nothing."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from sqlmodel import select

from did.errors import SealError
from tests.unit.wallet.conftest import PASSPHRASE, World
from wallet.models import METADATA, HeldCredential, HolderKeyRecord
from web.logging import configure_logging


def everything_in(world):
    with world.service.database.session() as session:
        rows = [
            tuple(row)
            for table in METADATA.sorted_tables
            for row in session.connection().execute(select(table)).all()
        ]
    return repr(rows)


def live(world):
    """One person's whole story; what must not be readable afterwards."""
    browser = world.browser()
    number = browser.sign_up()
    code = re.search(r"data-recovery-code>([^<]+)<", browser.page.text)[1]
    offer = world.issuer.offer()
    badge = browser.receive(offer)
    browser.submit("/links", badge_ids=badge, label="Fonderie canari", until="2026-12-24")
    link = browser.data("share-url")[0]
    browser.client.get(link, headers={"accept": "application/vp"})
    browser.open(f"/present?{world.verifier.request()}")
    request_id = browser.data("request-id")[0]
    browser.submit(f"/present/{request_id}/accept", **{"choice-badge": badge})
    browser.open_offer(world.issuer.offer())  # still open
    token = next(iter(world.issuer.grants.values())).token
    cookie = browser.client.cookies["__Host-passeur_session"].rpartition(".")[0]
    return {
        "phrase": PASSPHRASE, "code": code, "recovery": code.replace("-", ""), "badge": "Pilotage de drone",
        "story": "Elle a gardé son calme", "label": "Fonderie canari", "verifier": "Atelier Bois", "token": token,
        "link": link.rpartition("/")[2], "codes": list(world.issuer.grants)[-1], "cookie": cookie,
    } | {"number": number}  # fmt: skip


@pytest.mark.covers("sd-jwt", "9.12", "10.2")
@pytest.mark.covers("openid4vci-1.0", "15")
@pytest.mark.attack("I5")
def test_the_database_says_nothing_of_what_a_passport_holds(stored):
    told = live(stored)
    told.pop("number")  # says which passport, proves nothing
    content = everything_in(stored)
    assert [name for name, secret in told.items() if secret in content] == []
    for each in stored.issuer.delivered:
        assert each["id"] not in content


@pytest.mark.covers("sd-jwt", "10.2")
@pytest.mark.attack("I5")
def test_a_sealed_record_opens_in_its_own_place_only(world):
    live(world)
    other = world.browser()
    other.sign_up()
    with world.service.database.session() as session:
        badge = session.exec(select(HeldCredential)).one()
        keys = session.exec(select(HolderKeyRecord)).all()
    vault = world.service.vault
    assert vault.unseal(badge.sealed_content, owner=badge.passport_id, record=f"credential:{badge.id}")
    stranger = next(key.passport_id for key in keys if key.passport_id != badge.passport_id)
    for owner, record in ((stranger, f"credential:{badge.id}"), (badge.passport_id, "credential:other")):
        with pytest.raises(SealError):
            vault.unseal(badge.sealed_content, owner=owner, record=record)


@pytest.mark.attack("I5")
def test_a_wallet_does_not_start_under_another_secret(stored):
    browser = stored.browser()
    number = browser.sign_up()
    stored.options["secret"] = "another secret, of 32 characters"
    with pytest.raises(SealError):
        stored.start()
    # the twin: under its own it starts again, and finds what was there
    del stored.options["secret"]
    stored.close()
    stored.app = stored.start()
    assert stored.browser().submit("/signin", number=number, passphrase=PASSPHRASE).url.path == "/passport"


def tell(database_url):
    """In a process of its own, with its log as it is in service: a story in which things go wrong; prints its secrets."""
    configure_logging("debug")
    world = World(database_url)
    told = live(world)
    browser = world.browser()
    browser.sign_up()
    for path in ("/token", "/credential"):
        world.network.cut(path)
        offer_id = browser.open_offer(world.issuer.offer(tx_code="739182"))
        browser.submit("/receive/accept", offer_id=offer_id, tx_code="739182")
    browser.submit("/signin", number="x", passphrase="canari de la phrase")
    # and something that nobody foresaw, whose text holds a secret
    world.issuer.name = {told["code"]}  # a set: no JSON can be made of it
    browser.open(f"/receive?{world.issuer.offer()}")
    world.close()
    sys.stdout.write(json.dumps({**told, "tx_code": "739182", "typed": "canari de la phrase"}))


@pytest.mark.attack("H13")
def test_nothing_of_a_person_is_logged_even_when_things_go_wrong(tmp_path):
    script = f"from {__name__} import tell; tell('sqlite:///{tmp_path / 'w.db'}')"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120
    )
    log = done.stderr
    assert "/receive/accept" in log
    assert "unexpected_error" in log
    assert [name for name, secret in json.loads(done.stdout).items() if secret in log] == []
