"""The coordinator's page of keys: what each is for, a screen that says what will happen, and then it does."""

from __future__ import annotations

import re

import pytest

from issuer_node.models import Passeur, Role
from issuer_node.passeurs import invite_passeur, list_passeurs
from issuer_node.signing_in import make_signin_link
from tests.unit.issuer_node.conftest import BASE


def sign_in(world, email: str) -> None:
    link = make_signin_link(world.node.database, world.node.settings, email, now=world.clock())
    page = world.client.get(link.removeprefix(BASE))
    send(world, page, link.removeprefix(BASE))


def send(world, page, path: str):
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    return world.client.post(path, data={"csrf_token": token}, follow_redirects=True)


def states(page) -> dict[str, str]:
    return dict(re.findall(r'data-key-name="([^"]+)" data-key-state="([^"]+)"', page.text))


@pytest.mark.attack("J10")
def test_a_coordinator_rotates_and_revokes(world):
    sign_in(world, world.admin.email)
    page = world.client.get("/keys")
    assert page.status_code == 200
    assert states(page) == {"key-1": "in_use", "key-2": "in_use"}
    assert world.node.identity.did in page.text
    question = world.client.get("/keys/rotate")
    assert "reste valable" in question.text
    assert states(world.client.get("/keys"))["key-1"] == "in_use", "asking does nothing"
    page = send(world, question, "/keys/rotate")
    assert states(page) == {"key-1": "rotated", "key-2": "rotated", "key-3": "in_use", "key-4": "in_use"}
    question = world.client.get("/keys/key-1/revoke")
    assert "ne sont plus valables" in question.text
    page = send(world, question, "/keys/key-1/revoke")
    assert states(page)["key-1"] == "revoked"
    assert states(world.client.get("/keys/key-1/revoke", follow_redirects=True))["key-1"] == "revoked"
    assert world.client.get("/keys/key-9/revoke").status_code == 404
    assert world.client.get("/keys", headers={"Accept-Language": "en"}).text.count("Declared stolen") == 1


def test_nobody_else_sees_them(world):
    assert world.client.get("/keys", headers={"Accept": "text/html"}).status_code == 303
    invite_passeur(world.node, by=world.admin, email="p@node.example", name="P (exemple)")
    passeur: Passeur = next(each for each in list_passeurs(world.node) if each.role == Role.PASSEUR)
    sign_in(world, passeur.email)
    assert world.client.get("/keys").status_code == 403
    assert 'href="/keys"' not in world.client.get("/").text
