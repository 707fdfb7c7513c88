"""Files in and out: pictures of all kinds, and tables that spreadsheets open."""

from __future__ import annotations

import csv
import io
import struct
import zlib

import pytest
from PIL import Image

from issuer_node.badges import get_badge, get_picture
from passeur.demo.pages import PageError, read_page
from passeur.demo.seed import BADGES
from tests.unit.issuer_node_pages.conftest import BASE

FORMULAS = [
    "=1+1",
    "+33 6 00",
    "-2",
    "@SUM(A1)",
    "\t=1",
    '=HYPERLINK("https://evil.example","ici")',
    "=cmd|' /C calc'!A0",
]


BOMB = b'<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg"><text>&b;</text></svg>'
SCRIPTED = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" onload="alert(1)"><script>alert(1)</script>'
    b'<image href="https://spy.example/p.png"/><rect width="9" height="9" fill="teal"/></svg>'
)


def png(width: int = 8, height: int = 8) -> bytes:
    output = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(output, "PNG")
    return output.getvalue()


def noise() -> bytes:
    output = io.BytesIO()
    Image.effect_noise((100, 100), 90).save(output, "PNG")
    return output.getvalue()


def announced_png(width: int, height: int) -> bytes:
    """A small file that says it is a huge picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def send(at_work, name: str, content: bytes, kind: str = "image/png", *, expect: int | None = None):
    browser = at_work.browser
    page = browser.open("/badges/new")
    badge = BADGES[0]
    values = {
        "name": badge.name, "description": badge.description, "criteria": badge.criteria, "kind": badge.kind,
    }  # fmt: skip
    return browser.submit(
        page,
        page.form(having="criteria"),
        values=values,
        files={"picture": (name, content, kind)},
        expect=expect,
    )


def test_a_picture_of_ones_own_is_drawn_anew(site):
    at_work = site.signed_in()
    done = send(at_work, "photo.png", png() + b"after the end <script>alert(1)</script>")
    badge = get_badge(site.node, done.one("data-badge-id"))
    picture = get_picture(site.node, badge.picture_id)
    assert picture.content_type == "image/png"
    assert b"script" not in picture.content
    answer = site.browser().client.get(f"/pictures/{badge.picture_id}")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.attack("H2")
def test_of_a_drawing_only_the_pixels_are_kept(site):
    badge_id = send(site.signed_in(), "dessin.svg", SCRIPTED, "image/svg+xml").one("data-badge-id")
    picture = get_picture(site.node, get_badge(site.node, badge_id).picture_id)
    image = Image.open(io.BytesIO(picture.content))
    assert (image.format, image.convert("RGB").getpixel((9, 9))) == ("PNG", (0, 128, 128))


@pytest.mark.attack("H2", "H3")
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (announced_png(20_000, 20_000), "est trop grande"),
        (noise()[:4_000], "est abîmée"),
        (b"GIF89a" + bytes(100), "n’est pas une image"),
        (b"%PDF-1.7 not a picture", "n’est pas une image"),
        (b"\x89PNG\r\n\x1a\n", "n’est pas une image"),
        (bytes(100), "n’est pas une image"),
        (BOMB, "fait plus que dessiner"),
    ],
    ids=["huge", "broken", "gif", "pdf", "head only", "zeros", "svg with entities"],
)
def test_a_picture_that_is_none_is_refused_in_words_and_the_text_is_kept(site, content, sentence):
    at_work = site.signed_in()
    again = send(at_work, "photo.png", content, expect=422)
    assert sentence in again.text
    assert "il faut la choisir de nouveau" in again.text.replace("\u00a0", " ")
    fields = dict(again.form(having="criteria").fields)
    assert (fields["name"], fields["criteria"]) == (BADGES[0].name, BADGES[0].criteria)
    assert at_work.browser.open("/badges").data("data-badge-id") == []


@pytest.mark.attack("H3")
def test_a_file_past_the_limit_is_refused(site):
    at_work = site.signed_in()
    page = at_work.browser.open("/badges/new")
    with pytest.raises(PageError, match="answered 413"):
        send(at_work, "photo.png", png() + bytes(6 * 1024 * 1024))
    assert (
        read_page(at_work.browser.client.get("/badges", headers={"Accept": "text/html"})).data(
            "data-badge-id"
        )
        == []
    )
    assert page.response.status_code == 200


@pytest.mark.attack("H5")
@pytest.mark.parametrize("name", ["../../../etc/passwd.png", "..\\..\\photo.png", "photo\x00.png", "/etc/passwd", "a" * 300 + ".png", "<svg onload=alert(1)>.png", "CON.png"])  # fmt: skip
def test_the_name_of_a_file_is_never_used(site, tmp_path, name):
    before = {path for path in tmp_path.rglob("*") if not path.name.startswith("node.db")}
    done = send(site.signed_in(), name, png())
    badge = get_badge(site.node, done.one("data-badge-id"))
    assert "/" not in badge.picture_id
    assert name not in done.response.text
    assert {path for path in tmp_path.rglob("*") if not path.name.startswith("node.db")} == before


@pytest.mark.attack("H4")
def test_no_cell_of_an_export_is_a_formula(site):
    at_work = site.signed_in()
    badge_id = at_work.make_badge(BADGES[0])
    for formula in FORMULAS:
        at_work.award_person(badge_id, name=formula, words=formula)
    answer = at_work.browser.client.get("/awards.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="reconnaissances.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert len(rows) == len(FORMULAS) + 1
    for row in rows[1:]:
        assert [cell for cell in row if cell[:1] in "=+-@\t\r" and cell] == []
    # the twin: the JSON holds the words as they were written
    written = {row["recipient_name"] for row in at_work.export_awards()}
    assert written == {" ".join(formula.split()) for formula in FORMULAS}


def test_an_empty_export_has_its_columns(site):
    at_work = site.signed_in()
    assert (
        at_work.browser.client.get("/awards.csv")
        .content.decode("utf-8-sig")
        .startswith('"award_id";"recipient_name"')
    )
    assert at_work.browser.client.get(f"{BASE}/awards.json").json() == []
