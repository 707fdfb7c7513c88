"""Text, pictures, tables and file names of strangers (H1-H5)."""

from __future__ import annotations

import csv
import io
import struct
import zlib

import pytest
from fastapi import UploadFile
from PIL import Image

from tests.timing import costs_at_most
from web.csv_export import csv_response, to_csv
from web.markdown import MAXIMUM_CHARACTERS, render_markdown
from web.pictures import PictureError, check_picture
from web.problems import TooLarge
from web.qr import qr_svg
from web.uploads import read_upload, shown_name

NAUGHTY = [
    "<script>alert(1)</script>", "<svg onload=alert(1)>", "<svg/onload=alert(1)>", "<img src=x onerror=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>", "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))", "[x](java\tscript:alert(1))", "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:x)", "![x](https://spy.example.org/pixel.png)", "![x](javascript:alert(1))", "<javascript:alert(1)>",
    '[x](https://example.org "onmouseover=alert(1)")', '[x](https://e.org/"onmouseover="alert(1))', "[a]\n\n[a]: javascript:alert(1)",
    "<a href='javascript:alert(1)'>x</a>", "<style>*{display:none}</style>", "<!--<img src='--><img src=x onerror=alert(1)>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>", "<details open ontoggle=alert(1)>", "&lt;script&gt;alert(1)",
    "```html\n<script>alert(1)</script>\n```", "`<svg onload=alert(1)>`", "{{ 7*7 }}{% for x in (1).__class__ %}", "${7*7}",
    "\u202ealert(1)\u202c", "ÅÍÎÏ˝ÓÔ", "ﷺ" * 50, "\x00<script>", "Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤", "../../../etc/passwd", "' OR 1=1 --", "undefined", "NIL",
]  # fmt: skip
EVIL_TAGS = (
    "<script",
    "<svg",
    "<img",
    "<iframe",
    "<style",
    "<math",
    "<details",
    "<object",
    "<form",
    "<input",
)


@pytest.mark.attack("H1")
@pytest.mark.parametrize("text", NAUGHTY)
def test_markdown_of_strangers_holds_no_script(text):
    html = str(render_markdown(text)).lower()
    assert not any(tag in html for tag in EVIL_TAGS)
    assert 'href="javascript' not in html
    assert 'href="data' not in html
    assert 'href="vbscript' not in html
    assert " on" not in html.partition("<a ")[2].partition(">")[0]


def test_markdown_keeps_what_people_write():
    html = str(
        render_markdown("# Titre\n\nUn *mot* **fort**, un [lien](https://exemple.org).\n\n- un\n- deux")
    )
    assert "<h3>Titre</h3>" in html
    assert "<em>mot</em>" in html
    assert "<strong>fort</strong>" in html
    assert '<a href="https://exemple.org" rel="nofollow noopener noreferrer">lien</a>' in html
    assert html.count("<li>") == 2


@pytest.mark.attack("H1")
@pytest.mark.parametrize(
    "text",
    [
        "[" * 20_000,
        "*a **a " * 3_000,
        "> " * 10_000,
        "- " * 5_000,
        "`" * 19_999,
        "![" * 9_000,
        "a" * 1_000_000,
    ],
)
def test_markdown_that_is_made_to_cost_is_bounded(text):
    with costs_at_most(1):
        assert len(render_markdown(text)) < 40 * MAXIMUM_CHARACTERS


def drawn(width: int = 8, height: int = 8, kind: str = "PNG", mode: str = "RGB", **options) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, (width, height), "teal").save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_claiming(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\x00" * 1000))
        + chunk(b"IEND", b"")
    )


def svg(inside: str, head: str = "") -> bytes:
    return f'{head}<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 10">{inside}</svg>'.encode()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_pictures_are_drawn_anew(kind):
    picture = check_picture(drawn(2000, 1000, kind))
    assert (picture.content_type, picture.width, picture.height) == ("image/png", 512, 256)
    assert Image.open(io.BytesIO(picture.body)).size == (512, 256)


def test_transparency_stays():
    assert Image.open(io.BytesIO(check_picture(drawn(mode="RGBA")).body)).mode == "RGBA"


@pytest.mark.attack("H3")
def test_twenty_thousand_by_twenty_thousand_pixels_are_refused_unread():
    with costs_at_most(0.25), pytest.raises(PictureError, match="picture_too_many_pixels"):
        check_picture(png_claiming(20_000, 20_000))


@pytest.mark.attack("H3")
def test_a_text_bomb_and_what_follows_the_end_are_left_behind():
    plain = drawn()
    bomb = chunk(b"zTXt", b"openbadges\x00\x00" + zlib.compress(b"0" * 50_000_000, 9))
    for copies in (1, 2):
        with pytest.raises(PictureError, match="picture_broken"):
            check_picture(plain[:33] + bomb * copies + plain[33:])
    baked = chunk(b"iTXt", b"openbadgecredential\x00\x00\x00\x00\x00{}")
    body = check_picture(plain[:33] + baked * 2 + plain[33:] + chunk(b"iTXt", b"secret") + b"<script>").body
    assert b"openbadge" not in body
    assert b"script" not in body
    assert body.endswith(chunk(b"IEND", b""))


@pytest.mark.attack("H3")
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"BM",
        b"\x89PNG\r\n\x1a\n",
        drawn()[:40],
        b"%PDF-1.7",
        b"\x00" * 100,
        drawn(kind="GIF"),
        drawn(kind="TIFF"),
    ],
)
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(PictureError, match=r"picture_(format|broken)"):
        check_picture(data)


def test_too_many_bytes_are_refused():
    with pytest.raises(PictureError, match="picture_too_large"):
        check_picture(b"\x89PNG" + b"0" * 6_000_000)


def test_where_a_photo_was_taken_is_forgotten():
    exif = Image.Exif()
    exif[0x0110] = "camera of somebody"
    photo = check_picture(drawn(kind="JPEG", exif=exif)).body
    assert b"camera of somebody" not in photo
    assert len(Image.open(io.BytesIO(photo)).getexif()) == 0


@pytest.mark.attack("H2")
@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>", "<style>@import url(https://spy.example.org)</style>",
        "<image href='https://spy.example.org/x.png' width='10' height='10'/>", "<image xlink:href='file:///etc/passwd'/>",
        "<use href='https://spy.example.org/x.svg#a'/>", "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'/></foreignObject>",
        "<rect onload='alert(1)' onclick='alert(1)' width='4' height='4'/>", "<a href='javascript:alert(1)'><rect width='4' height='4'/></a>",
        "<rect width='4' height='4' fill='url(https://spy.example.org/#a)'/>", "<set attributeName='href' to='javascript:alert(1)'/>",
    ],
)  # fmt: skip
def test_svg_becomes_pixels_without_what_it_held_besides(inside):
    picture = check_picture(svg(inside + "<circle cx='5' cy='5' r='4' fill='#0b4f5a'/>"))
    assert picture.content_type == "image/png"
    pixels = Image.open(io.BytesIO(picture.body)).convert("RGB")
    assert pixels.getpixel((256, 256)) == (0x0B, 0x4F, 0x5A)


@pytest.mark.attack("H2")
@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>', '<!DOCTYPE svg SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE svg [<!ENTITY x SYSTEM "http://127.0.0.1/">]>', "<!DOCTYPE svg>",
    ],
)  # fmt: skip
def test_svg_with_entities_is_refused(head):
    with pytest.raises(PictureError, match="picture_unsafe"):
        check_picture(svg("<text>&b;</text>", head))


@pytest.mark.attack("H2")
@pytest.mark.parametrize(
    "data",
    [
        svg("<g>" * 60 + "</g>" * 60), svg("<rect width='1' height='1'/>" * 6_000), svg("x" * 300_000), b"<svg", b"<html/>",
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1000000"/>', svg("", "<?xml version='1.0' encoding='utf-7'?>"),
    ],
)  # fmt: skip
def test_svg_made_to_cost_is_refused(data):
    with costs_at_most(0.5), pytest.raises(PictureError):
        check_picture(data)


@pytest.mark.attack("H4")
@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "\u00a0=1",
        "＝1+1",
        "|cmd",
        "%0A=1",
        '=HYPERLINK("http://spy")',
        "\x00=1",
    ],
)
def test_no_cell_is_a_formula(text):
    table = to_csv([text], [[text, 5]]).decode("utf-8-sig")
    header, row = csv.reader(io.StringIO(table, newline=""), delimiter=";")
    assert header[0].startswith("'")
    assert row[0].startswith("'")


@pytest.mark.attack("H4")
def test_plain_cells_stay_as_they_are():
    table = to_csv(["Nom", "Nombre"], [["Aïssata; Bamba", -5], ['dit "oui"', None]]).decode()
    assert table == '\ufeff"Nom";"Nombre"\r\n"Aïssata; Bamba";-5\r\n"dit ""oui""";""\r\n'
    response = csv_response("badges.csv", ["a"], [])
    assert response.headers["content-disposition"] == 'attachment; filename="badges.csv"'
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.attack("H5")
@pytest.mark.parametrize(
    ("unverified", "shown"),
    [
        ("../../etc/passwd", "passwd"), ("..\\..\\boot.ini", "boot.ini"), ("/etc/passwd", "passwd"), ("a\x00.png", "a.png"),
        ("photo\r\nX-Evil: 1.png", "photoX-Evil: 1.png"), ("\u202egnp.exe", "gnp.exe"), ("..", "-"), ("", "-"), ("x" * 500, "x" * 80),
        ("C:\\fakepath\\été.png", "été.png"), ("photo du 14 octobre.jpg", "photo du 14 octobre.jpg"),
    ],
)  # fmt: skip
def test_file_names_are_only_shown(unverified, shown):
    assert shown_name(unverified) == shown


@pytest.mark.attack("H5")
def test_a_file_is_read_up_to_its_limit():
    def upload(content: bytes, name: str | None = "../a.png") -> UploadFile:
        return UploadFile(io.BytesIO(content), filename=name)

    read = read_upload(upload(b"12345"), max_bytes=5)
    assert read is not None
    assert (read.content, read.shown_name) == (b"12345", "a.png")
    assert read_upload(upload(b"", ""), max_bytes=5) is None
    assert read_upload(None, max_bytes=5) is None
    with pytest.raises(TooLarge, match="file_too_large"):
        read_upload(upload(b"123456"), max_bytes=5)


def test_a_qr_code_is_black_on_white_and_escapes_nothing_of_its_text():
    svg_text = str(qr_svg('https://exemple.org/"><script>'))
    assert "script" not in svg_text
    assert 'stroke="#000"' in svg_text
    assert 'fill="#fff"' in svg_text
    with pytest.raises(ValueError, match="too long"):
        qr_svg("x" * 1_201)
