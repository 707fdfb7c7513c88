"""Awards as files."""

from __future__ import annotations

import csv
import io

import pytest

from issuer_node.awards import revoke_award
from issuer_node.exports import COLUMNS, csv_cells, export_awards
from web.csv_export import to_csv


def test_everything_of_an_award_is_exported(world):
    first, second = world.session_awards(["Amina (exemple)", "Bastien (exemple)"])
    credential = world.wallet().receive(world.offer(first))
    revoke_award(world.node, by=world.admin, award_id=second, reason="Erreur de personne")
    rows = {row["award_id"]: row for row in export_awards(world.node)}
    assert set(rows) == {first, second}
    assert all(tuple(row) == COLUMNS for row in rows.values())
    assert rows[first]["credential_id"] == credential["id"]
    assert rows[first]["holder_did"] == credential["credentialSubject"]["id"]
    assert rows[first]["seen"] == ["Vérifie avant de décoller", "Redit la consigne"]
    assert rows[first]["issued_at"] == "2026-11-24T09:30:00Z"
    assert rows[second]["credential_id"] is None
    assert rows[second]["revocation_reason"] == "Erreur de personne"


@pytest.mark.attack("H4")
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t="])
def test_no_cell_of_the_export_is_a_formula(world, start):
    world.award(name=f"{start}cmd|' /C calc'!A0", words=f"{start}HYPERLINK()")
    content = to_csv(COLUMNS, [csv_cells(row) for row in export_awards(world.node)])
    header, row = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
    assert header == list(COLUMNS)
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in row)
    assert "cmd" in row[1], "nothing is lost"
