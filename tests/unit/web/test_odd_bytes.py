"""Bytes that no page and no program of good will sends: refused in words, whatever lies behind (D2, H14)."""

from __future__ import annotations

import time
from typing import Any

import pytest
from fastapi import Form, Request
from sqlmodel import Field, select

from tests.simulators.asgi import open_client
from tests.timing import takes_at_most
from tests.unit.web.gallery import BASE_URL, create_gallery
from web.database import Database, service_registry

Base = service_registry()


class Note(Base, table=True):
    __tablename__ = "notes"
    id: str = Field(primary_key=True)


def make_app(database_url: str) -> Any:
    """A service that looks up whatever it is asked for."""
    app = create_gallery(database_url=database_url)
    del app.router.routes[-1]
    database = app.state.notes = Database(database_url)
    with database.write() as session:
        Base.metadata.create_all(session.connection())

    def find(note_id: str) -> dict[str, bool]:
        with database.session() as session:
            return {"found": session.exec(select(Note).where(Note.id == note_id)).first() is not None}

    def look(word: str = Form("")) -> dict[str, bool]:
        return find(word)

    async def read(request: Request) -> dict[str, str]:
        form = await request.form()
        return {"word": ascii(form.get("word"))}

    app.add_api_route("/notes/{note_id}", find, methods=["GET"])
    app.add_api_route("/look", look, methods=["POST"])
    app.add_api_route("/read", read, methods=["POST"])
    return app


@pytest.fixture
def client(database_url: str) -> Any:
    app = make_app(database_url)
    with open_client(app, base_url=BASE_URL) as opened:
        yield opened
    app.state.notes.dispose()


@pytest.mark.attack("D2")
def test_a_nul_in_an_address_finds_nothing_and_its_twin_is_looked_up(client: Any) -> None:
    answer = client.get("/notes/a%00b")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert client.get("/notes/ab").json() == {"found": False}


@pytest.mark.attack("D2")
def test_a_nul_in_a_field_is_no_error_of_ours(client: Any, database_url: str) -> None:
    answer = client.post("/look", data={"word": "a\0b"})
    if database_url.startswith("postgresql"):
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    else:
        assert answer.json() == {"found": False}
    assert client.post("/look", data={"word": "ab"}).json() == {"found": False}


def form_in(charset: str, text: bytes) -> dict[str, Any]:
    body = b'--b\r\nContent-Disposition: form-data; name="word"\r\n\r\n' + text + b"\r\n--b--\r\n"
    return {"content": body, "headers": {"content-type": f"multipart/form-data; boundary=b{charset}"}}


@pytest.mark.attack("D2")
@pytest.mark.parametrize(
    "charset",
    [
        "; charset=punycode",
        '; charset="punycode"',
        "; CHARSET = unicode_escape",
        "; charset=utf-8; charset=punycode",
        "; charset*=utf-8''punycode",
        "; charset*0=puny; charset*1=code",
    ],
)
def test_a_form_in_another_codec_is_refused_before_it_is_read(client: Any, charset: str) -> None:
    # punycode costs the square of its length: 400 kB of it took ten seconds
    with takes_at_most(0.25, clock=time.process_time):
        answer = client.post("/read", **form_in(charset, b"a" * 400_000 + b"-" + b"b" * 400_000))
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.attack("D2")
def test_a_second_content_type_does_not_bring_the_codec_in(client: Any) -> None:
    sent = form_in("; charset=punycode", b"a")
    kinds = [
        ("content-type", sent["headers"]["content-type"]),
        ("content-type", "multipart/form-data; boundary=b"),
    ]
    for headers in (kinds, kinds[::-1]):
        assert client.post("/read", content=sent["content"], headers=headers).status_code == 415


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", '; charset="UTF-8"'])
def test_a_form_in_utf_8_is_read(client: Any, charset: str) -> None:
    answer = client.post("/read", **form_in(charset, "é".encode()))
    assert answer.json() == {"word": "'\\xe9'"}
