"""What must not be read: keys and codes in a stolen database, people's words in the logs."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from did.sealing import SealError
from issuer_node.awards import award_person, revoke_award
from issuer_node.badges import make_badge
from issuer_node.errors import DraftError
from issuer_node.main import create_app
from issuer_node.models import METADATA
from issuer_node.passeurs import invite_passeur
from issuer_node.sessions import open_session
from issuer_node.settings import NodeSettings
from issuer_node.signing_in import send_signin_link
from issuer_node.situations import SituationDraft, make_situation
from tests.unit.issuer_node.conftest import EARNED, badge_draft, open_world, settings_for

CANARY = "canari7391"


def stolen(world) -> bytes:
    """Every value of every column of every table, as a thief of the database reads it."""

    values = []
    with world.node.database.session() as session:
        for table in METADATA.sorted_tables:
            for row in session.execute(text(f'SELECT * FROM "{table.name}"')):
                values += [
                    bytes(cell) if isinstance(cell, (bytes, memoryview)) else str(cell).encode()
                    for cell in row
                ]
    return b"\0".join(values)


@pytest.mark.covers("sd-jwt", "9.12")
@pytest.mark.covers("open-badges-3.0", "Key Management")
@pytest.mark.covers("openid4vci-1.0", "13")
def test_keys_codes_and_tokens_are_not_readable_in_the_database(tmp_path):
    with open_world(f"sqlite:///{tmp_path}/node.db", tx_code=True) as world:
        award = world.award()
        offer, code = world.offer(award), world.links(award).tx_code
        token = world.wallet().access(offer, tx_code=code)
        dump = stolen(world)
        secrets = [key.private_key.to_raw() for key in world.node.identity.keys]
        assert len(secrets) == 2
        for secret in (*secrets, offer.pre_authorized_code.encode(), token.encode()):
            assert secret not in dump
        assert award.encode() in dump, "the dump holds what is not secret"


@pytest.mark.covers("sd-jwt", "9.12")
@pytest.mark.covers("open-badges-3.0", "Key Management")
def test_another_secret_opens_no_key(tmp_path):
    url = f"sqlite:///{tmp_path}/node.db"
    with open_world(url) as world:
        did = world.app.state.did
    with pytest.raises(SealError):
        create_app(settings_for(url, secret="another secret, of more than thirty-two characters"))
    with open_world(url) as world:
        assert world.app.state.did == did


def test_a_second_start_keeps_keys_and_passeurs(tmp_path):
    url = f"sqlite:///{tmp_path}/node.db"
    with open_world(url) as world:
        first = world.client.get("/did.json").json()
        passeur = world.admin.id
    with open_world(url, admin_email="other@node.example") as world:
        assert world.client.get("/did.json").json() == first
        assert (world.admin.id, world.admin.email) == (passeur, "passeur@node.example")


def test_every_setting_says_what_it_is():
    for name, setting in NodeSettings.model_fields.items():
        assert setting.description, name


@pytest.mark.attack("H13")
def test_nothing_that_anybody_writes_reaches_the_logs(tmp_path, capfd, caplog):
    with open_world(f"sqlite:///{tmp_path}/node.db", tx_code=True) as world:
        node, admin = world.node, world.admin
        texts = dict.fromkeys(("name", "description", "criteria", "picture_text"), f"{CANARY} texte")
        badge = make_badge(node, by=admin, draft=badge_draft(**texts))
        situation = make_situation(
            node, by=admin, draft=SituationDraft(title=CANARY, description=CANARY, host=CANARY)
        )
        open_session(node, by=admin, situation_id=situation, held_on=EARNED, place=CANARY, names=[CANARY])
        invite_passeur(node, by=admin, email=f"{CANARY}@node.example", name=CANARY)
        award = award_person(node, by=admin, badge_id=badge, name=CANARY, earned_on=EARNED, words=CANARY)
        with pytest.raises(DraftError):
            award_person(node, by=admin, badge_id=badge, name=CANARY * 50, earned_on=EARNED)
        send_signin_link(node, email=f"{CANARY}x@node.example", language="fr")
        offer, links = world.offer(award), world.links(award)
        wallet = world.wallet()
        wallet.token(offer, tx_code=CANARY)
        world.client.post("/openid4vci/token", content=f"{CANARY}=%ff&{CANARY}=1")
        token = wallet.access(offer, tx_code=links.tx_code)
        wallet.request(token, b'{"' + CANARY.encode() + b'":')
        wallet.request(CANARY, wallet.body(offer))
        wallet.request(token, wallet.body(offer, proofs={"jwt": [CANARY]}))
        assert wallet.request(token, wallet.body(offer)).status_code == 200
        world.client.get(links.slip_url, headers={"Accept": "text/html", "Cookie": f"session={CANARY}"})
        world.client.get(f"/status/{CANARY}?{CANARY}")
        revoke_award(node, by=admin, award_id=award, reason=CANARY)
        written = capfd.readouterr()
        logged = written.out + written.err + caplog.text
        assert "/openid4vci/credential" in logged, "the requests are logged"
        for secret in (CANARY, token, offer.pre_authorized_code, links.offer_id):
            assert secret not in logged
