"""The tables that the migrations make are those of the models, on either database."""

from __future__ import annotations

from issuer_node.models import METADATA
from web.database import Database


def test_models_and_migrations_agree(database_url):
    database = Database(database_url)
    database.upgrade("issuer_node")
    assert database.check_models_match(METADATA, "issuer_node") == []
    database.dispose()
