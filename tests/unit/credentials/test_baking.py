from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from credentials.baking import bake_png, bake_svg, unbake, unbake_png, unbake_svg
from credentials.errors import BakingError
from credentials.jose import JWT_VC_JSON, OPEN_BADGES_JWT, Profile
from credentials.report import Outcome
from credentials.verification import check_credential
from tests.unit.credentials.conftest import NOW, World
from tests.unit.credentials.jose_tokens import badge_token

JSON = '{"name":"Pilote de drone – débutant","note":"a ]]> b & <c>"}'.encode()
JWS = b"eyJhbGciOiJFZERTQSJ9.eyJhIjoxfQ.c2lnbmF0dXJl"
SVG = b'<?xml version="1.0"?>\n<!-- a -->\n<svg xmlns="http://www.w3.org/2000/svg" width="9">\n <g><rect width="9"/></g></svg>\n'


def png() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (4, 4), "teal").save(picture, "PNG")
    return picture.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def with_chunk(extra: bytes, picture: bytes | None = None) -> bytes:
    """A PNG with something right before its end."""
    whole = picture or png()
    return whole[:-12] + extra + whole[-12:]


@pytest.mark.covers("open-badges-3.0", "Baked Badge: PNG")
@pytest.mark.parametrize("credential", [JSON, JWS])
def test_a_png_takes_a_credential_and_gives_it_back(credential: bytes) -> None:
    baked = bake_png(png(), credential)
    assert unbake_png(baked) == credential
    assert unbake(baked) == credential
    with Image.open(io.BytesIO(baked)) as picture:
        picture.load()
        assert picture.size == (4, 4)
        assert picture.text["openbadgecredential"] == credential.decode()


@pytest.mark.covers("open-badges-3.0", "Baked Badge: SVG")
@pytest.mark.parametrize("credential", [JSON, JWS])
def test_an_svg_takes_a_credential_and_gives_it_back(credential: bytes) -> None:
    baked = bake_svg(SVG, credential)
    assert unbake_svg(baked) == credential
    assert unbake(baked) == credential
    assert b'<rect width="9"/>' in baked
    assert b'width="9"><openbadges:credential' in baked


@pytest.mark.covers("open-badges-3.0", "File Format")
@pytest.mark.parametrize("credential", [JSON, JWS, b"\xef\xbb\xbf" + JSON, JWS + b"~WyJhIl0~", JWS + b"~"])
def test_a_bare_credential_is_given_back(credential: bytes) -> None:
    assert unbake(credential) == credential.removeprefix(b"\xef\xbb\xbf")


CREDENTIAL_CHUNK = chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0" + JSON)
COMPRESSED_BOMB = chunk(b"iTXt", b"openbadgecredential\0\x01\0\0\0" + zlib.compress(bytes(10_000_000)))


@pytest.mark.covers("open-badges-3.0", "Baked Badge: PNG")
@pytest.mark.attack("H3")
@pytest.mark.parametrize(
    ("picture", "code"),
    [
        (lambda: with_chunk(CREDENTIAL_CHUNK, with_chunk(CREDENTIAL_CHUNK)), "baking_several_credentials"),
        (lambda: png() + CREDENTIAL_CHUNK, "baking_broken_png"),
        (lambda: with_chunk(COMPRESSED_BOMB), "baking_compressed"),
        (lambda: with_chunk(CREDENTIAL_CHUNK[:-1] + b"\0"), "baking_broken_png"),
        (lambda: with_chunk(struct.pack(">I", 2**31 - 1) + b"iTXt"), "baking_broken_png"),
        (lambda: with_chunk(chunk(b"iTXt", b"openbadgecredential\0\0\0")), "baking_broken_png"),
        (lambda: with_chunk(chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0")), "baking_no_credential"),
        (lambda: with_chunk(chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0\xff")), "baking_invalid"),
        (lambda: with_chunk(chunk(b"tEXt", b"openbadgecredential\0" + JSON)), "baking_no_credential"),
        (lambda: with_chunk(chunk(b"IHDR", bytes(13))), "baking_broken_png"),
        (png, "baking_no_credential"),
        (lambda: png()[:-5], "baking_broken_png"),
        (lambda: png()[:8], "baking_broken_png"),
        (lambda: b"\x89PNG\r\n\x1a\n" + CREDENTIAL_CHUNK, "baking_broken_png"),
        (lambda: with_chunk(chunk(b"zTXt", bytes(9_000_000))), "baking_too_large"),
    ],
)
def test_a_png_that_is_not_right_is_refused(picture: object, code: str) -> None:
    with pytest.raises(BakingError) as caught:
        unbake(picture())
    assert caught.value.code == code


@pytest.mark.attack("H3")
def test_the_twin_with_one_chunk_is_read() -> None:
    assert unbake(with_chunk(CREDENTIAL_CHUNK)) == JSON


def svg(inside: str, before: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?>{before}<svg xmlns="http://www.w3.org/2000/svg" '
        f'xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0">{inside}</svg>'
    ).encode()


ONE = '<openbadges:credential><![CDATA[{"a":1}]]></openbadges:credential>'
LAUGHS = '<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
DRAWN = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
EXTERNAL = '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.covers("open-badges-3.0", "Baked Badge: SVG")
@pytest.mark.attack("H2")
@pytest.mark.parametrize(
    ("picture", "code"),
    [
        (svg("<openbadges:credential>&b;</openbadges:credential>", LAUGHS), "baking_doctype"),
        (svg("<openbadges:credential>&x;</openbadges:credential>", EXTERNAL), "baking_doctype"),
        (svg(ONE, "<!DOCTYPE svg []>"), "baking_doctype"),
        (svg(ONE, "<!DOCTYPE svg [<!ELEMENT svg ANY>]>"), "baking_doctype"),
        (svg(ONE + "<g>&nbsp;</g>", DRAWN), "baking_doctype"),
        (svg(f'<openbadges:credential verify="&x;{JWS.decode()}"/>', DRAWN), "baking_doctype"),
        (svg("<openbadges:credential>&x;</openbadges:credential>", DRAWN), "baking_doctype"),
        (svg(ONE + "<g>&nbsp;</g>", "<!DOCTYPE svg>"), "baking_broken_svg"),
        (svg(ONE + ONE), "baking_several_credentials"),
        (
            svg(f'<openbadges:credential verify="{JWS.decode()}">{{"a":1}}</openbadges:credential>'),
            "baking_several_credentials",
        ),
        (svg('<openbadges:credential verify="{}"/>'), "baking_invalid"),
        (svg(f'<openbadges:credential verify="{JWS.decode()}~"/>'), "baking_invalid"),
        (svg(""), "baking_no_credential"),
        (svg("<openbadges:credential/>"), "baking_no_credential"),
        (svg("<g>"), "baking_broken_svg"),
        (svg('<openbadges:credential>{"a"<g/>:1}</openbadges:credential>'), "baking_broken_svg"),
        (svg("&nbsp;"), "baking_broken_svg"),
        (svg("<g/>" * 50_001), "baking_too_large"),
        (svg("<g " + " ".join(f'xmlns:n{each}="u"' for each in range(501)) + "/>"), "baking_too_large"),
        (b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "baking_broken_svg"),
        (svg(ONE).replace(b"https://purl", b"http://purl"), "baking_broken_svg"),
        (svg(ONE).decode().encode("utf-16"), "baking_unknown_format"),
        (b"GIF89a", "baking_unknown_format"),
        (b"", "baking_unknown_format"),
    ],
)
def test_an_svg_that_is_not_right_is_refused(picture: bytes, code: str) -> None:
    with pytest.raises(BakingError) as caught:
        unbake(picture)
    assert caught.value.code == code


@pytest.mark.attack("H2")
def test_the_twin_without_a_doctype_is_read() -> None:
    assert unbake(svg(ONE)) == b'{"a":1}'
    for doctype in (DRAWN, "<!DOCTYPE svg>"):
        assert unbake(svg(ONE + "<g>&amp;&#233;</g>", doctype)) == b'{"a":1}'
        assert unbake(svg(f'<openbadges:credential verify="{JWS.decode()}"/>', doctype)) == JWS
        assert unbake(bake_svg(svg("<g/>", doctype), JSON)) == JSON
    assert unbake(svg(f'<openbadges:credential verify="{JWS.decode()}"> \n </openbadges:credential>')) == JWS
    assert unbake(svg(f"<openbadges:credential>{JWS.decode()}</openbadges:credential>")) == JWS


@pytest.mark.parametrize("space", [b"", b"\n", b" \r\n"])
def test_white_space_around_a_jws_is_part_of_no_token(space: bytes) -> None:
    assert unbake(bake_png(png(), space + JWS + space)) == JWS
    assert unbake(bake_svg(SVG, space + JWS + space)) == JWS
    assert unbake(with_chunk(chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0" + space + JWS + space))) == JWS
    assert unbake(space + JWS + space) == JWS


@pytest.mark.covers("open-badges-3.0", "Baked Badge: PNG", "Baked Badge: SVG")
@pytest.mark.parametrize("profile", [OPEN_BADGES_JWT, JWT_VC_JSON])
def test_a_badge_in_a_jwt_goes_into_a_picture_and_out_again(world: World, profile: Profile) -> None:
    token = badge_token(world, profile=profile).encode()
    for picture in (bake_png(png(), token), bake_svg(SVG, token)):
        report = check_credential(unbake(picture), context=world.context(), now=NOW)
        assert (report.outcome, report.securing) == (Outcome.VALID, profile.name)


@pytest.mark.parametrize(
    ("picture", "bake", "code"),
    [
        (bake_png(png(), JSON), bake_png, "baking_already_baked"),
        (bake_svg(SVG, JSON), bake_svg, "baking_already_baked"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', bake_svg, "baking_broken_svg"),
        (SVG, bake_png, "baking_broken_png"),
    ],
)
def test_a_picture_that_cannot_take_one_is_refused(picture: bytes, bake: object, code: str) -> None:
    with pytest.raises(BakingError) as caught:
        bake(picture, JSON)
    assert caught.value.code == code


@pytest.mark.covers("open-badges-3.0", "Baked Badge: SVG")
@pytest.mark.parametrize(
    "picture",
    [
        svg(""),
        b'<s:svg xmlns:s="http://www.w3.org/2000/svg">text<s:g/></s:svg>',
        b'<svg xmlns="http://www.w3.org/2000/svg" title="a > b"><!-- x --></svg>',
        b'<svg xmlns="http://www.w3.org/2000/svg"\n><?x y?><g/></svg>',
        b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:ob="https://purl.imsglobal.org/ob/v3p0"><![CDATA[x]]></svg>',
    ],
)
def test_every_shape_of_start_tag_takes_a_credential(picture: bytes) -> None:
    assert unbake_svg(bake_svg(picture, JSON)) == JSON


def test_nothing_is_baked_when_there_is_no_credential() -> None:
    with pytest.raises(BakingError) as caught:
        bake_png(png(), b"  ")
    assert caught.value.code == "baking_no_credential"
