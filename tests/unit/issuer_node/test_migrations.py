"""The tables that the migrations make are those of the models, on either database; and what they do to rows."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from issuer_node.formats import FORMATS
from issuer_node.models import METADATA
from tests.unit.issuer_node.conftest import open_world
from tests.unit.issuer_node.test_formats import in_format
from web.database import Database, migration_engine, migrations_folder


def test_models_and_migrations_agree(database_url):
    database = Database(database_url)
    database.upgrade("issuer_node")
    assert database.check_models_match(METADATA, "issuer_node") == []
    database.dispose()


def go_back(database_url, revision, *, package="issuer_node"):
    """Downgrade to the tables of before."""
    database = Database(database_url)
    engine = migration_engine(database.url)
    config = Config()
    config.set_main_option("script_location", str(migrations_folder(package)))
    config.set_main_option("path_separator", "os")
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    engine.dispose()
    database.dispose()


def rows(database_url, sql):
    database = Database(database_url)
    with database.session() as session:
        found = session.connection().exec_driver_sql(sql).all()
    database.dispose()
    return found


def columns_of(database_url, table):
    database = Database(database_url)
    names = {each["name"] for each in sa.inspect(database.engine).get_columns(table)}
    database.dispose()
    return names


def test_what_was_issued_before_copies_is_delivered_again_and_completed(database_url):
    """Each award with one credential, in one of the formats; a wallet comes back with its token after the update."""
    waiting = []
    with open_world(database_url) as world:
        for form in FORMATS:
            offer, wallet = world.offer(world.award()), world.wallet()
            token = wallet.access(offer)
            waiting.append(
                (form, offer, wallet, token, wallet.request(token, in_format(wallet, offer, form)))
            )
        asked = world.offer(world.award())
        details = [
            {
                "type": "openid_credential",
                "credential_configuration_id": asked.credential_configuration_ids[0],
            }
        ]
        world.wallet().token(asked, authorization_details=json.dumps(details))
    go_back(database_url, "0002")
    assert len(rows(database_url, "SELECT by_identifier FROM access_tokens WHERE by_identifier")) == 1
    assert "format" not in columns_of(database_url, "issuances")

    with open_world(database_url) as world:
        for form, offer, wallet, token, before in waiting:
            wallet.world = world
            again = wallet.request(token, in_format(wallet, offer, form))
            assert again.content == before.content
            other = next(each for each in FORMATS if each != form)
            assert wallet.request(token, in_format(wallet, offer, other)).status_code == 200
    formats = rows(database_url, "SELECT format FROM issuances WHERE format IS NULL")
    assert formats == []
    chosen = rows(database_url, "SELECT chosen_formats FROM access_tokens WHERE chosen_formats IS NOT NULL")
    assert [set(each.split()) for (each,) in chosen] == [set(FORMATS)]


def test_copies_outlive_a_way_back_and_forth(database_url):
    """Of what was issued, the tables of before deliver the first again; these, each copy."""
    with open_world(database_url) as world:
        offer, wallet = world.offer(world.award()), world.wallet()
        token = wallet.access(offer)
        first = {form: wallet.request(token, in_format(wallet, offer, form)).content for form in FORMATS}
    go_back(database_url, "0002")
    delivered = rows(database_url, "SELECT content FROM issuances WHERE issued_offer_id IS NOT NULL")
    assert [bytes(content) in first["ldp_vc"] for (content,) in delivered] == [True]
    with open_world(database_url) as world:
        wallet.world = world
        again = {form: wallet.request(token, in_format(wallet, offer, form)).content for form in FORMATS}
    assert again == first
