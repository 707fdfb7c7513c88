"""A service below a path of its host, and the two places of its well-known documents."""

from __future__ import annotations

import pytest

from tests.simulators.asgi import open_client
from tests.unit.web.gallery import create_gallery
from web.app import mount_at_base_path

BASE = "https://exemple.org/portefeuille"


@pytest.fixture
def client():
    app = create_gallery(base_url=BASE, allow_insecure_loopback=False)
    app.add_api_route(
        "/.well-known/openid-credential-issuer", lambda: {"credential_issuer": BASE}, methods=["GET"]
    )
    with open_client(mount_at_base_path(app, BASE), base_url="https://exemple.org") as client:
        yield client


@pytest.mark.parametrize(
    "path",
    [
        "/portefeuille/.well-known/openid-credential-issuer",
        "/.well-known/openid-credential-issuer/portefeuille",
    ],
)
def test_both_forms_of_a_well_known_address_answer(client, path):
    response = client.get(path)
    assert response.json() == {"credential_issuer": BASE}
    assert response.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    "path",
    ["/", "/confirm", "/.well-known/openid-credential-issuer", "/.well-known/openid-credential-issuer/autre", "/portefeuillex/confirm", "/x/portefeuille"],
)  # fmt: skip
def test_what_is_not_below_the_path_is_not_ours(client, path):
    assert client.get(path).status_code == 404


def test_pages_link_below_the_path(client):
    page = client.get("/portefeuille/confirm")
    assert page.status_code == 200
    assert 'href="/portefeuille/"' in page.text
    stylesheet = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert stylesheet.startswith("/portefeuille/static/css/")
    assert client.get(stylesheet).status_code == 200
    assert "Path=/portefeuille" in page.headers["set-cookie"]
    assert "__Secure-" in page.headers["set-cookie"]


def test_the_path_without_its_slash_is_the_start(client):
    assert client.get("/portefeuille").status_code == client.get("/portefeuille/").status_code


def test_at_the_root_nothing_is_wrapped():
    app = create_gallery()
    assert mount_at_base_path(app, "https://exemple.org/") is app
