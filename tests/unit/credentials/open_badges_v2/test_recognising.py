"""What a person hands in, told apart: Open Badges 2.0, or something else."""

from __future__ import annotations

import json
import struct
import zlib

import pytest

from credentials.baking import bake_png, bake_svg, unbake
from credentials.errors import BakingError
from credentials.open_badges_v2.recognising import find_open_badge_v2
from tests.unit.credentials.open_badges_v2.scenes import ASSERTION, hosted, rsa_signer, token

JSON = json.dumps(hosted().assertion).encode()
CREDENTIAL = b'{"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiableCredential"]}'
HEAD = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="http://openbadges.org">'


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _png(*chunks: bytes) -> bytes:
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    pixels = _chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + pixels + _chunk(b"IEND", b"")


def _itxt(text: bytes, keyword: bytes = b"openbadges", flags: bytes = b"\0\0\0\0") -> bytes:
    return _chunk(b"iTXt", keyword + b"\0" + flags + text)


def _svg(inside: bytes) -> bytes:
    return HEAD + inside + b"</svg>"


def _element(body: bytes = b"", verify: bytes = ASSERTION.encode()) -> bytes:
    return (
        b'<openbadges:assertion verify="' + verify + b'"><![CDATA[ ' + body + b" ]]></openbadges:assertion>"
    )


@pytest.fixture(scope="module")
def jws() -> bytes:
    return token(hosted().assertion, rsa_signer("1")[0])


def test_files_and_tokens(jws: bytes) -> None:
    assert find_open_badge_v2(JSON) == JSON
    assert find_open_badge_v2(b"\xef\xbb\xbf " + JSON + b"\n") == JSON
    assert find_open_badge_v2(jws + b"\n") == jws


def test_older_badges_are_found_to_be_told_so() -> None:
    assert find_open_badge_v2(b'{"recipient":"a","badge":{}}') is not None
    assert find_open_badge_v2(b'{"@context":"https://w3id.org/openbadges/v1","type":"Assertion"}') is not None


@pytest.mark.parametrize(
    "data",
    [
        CREDENTIAL,
        b"",
        b"{",
        b"[]",
        b'{"@context":[]}',
        b'{"@context":[{"a":"b"}]}',
        b'{"@context":{"a":"b"}}',
        b"a.b.c",
        b"eyJhbGciOiJFUzI1NiJ9.e30.AAAA",
        b"https://badges.example/1",
        b'{"a":' + b"[" * 5_000,
        _png(),
        _svg(b"<g/>"),
    ],
)
def test_everything_else_is_left_to_the_other_reader(data: bytes) -> None:
    assert find_open_badge_v2(data) is None


@pytest.mark.covers("open-badges-2.0", "Badge Baking")
def test_pictures(jws: bytes) -> None:
    assert find_open_badge_v2(_png(_itxt(JSON))) == JSON
    assert find_open_badge_v2(_png(_itxt(jws))) == jws
    assert (
        find_open_badge_v2(_png(_chunk(b"tEXt", b"openbadges\0" + ASSERTION.encode()))) == ASSERTION.encode()
    )
    assert find_open_badge_v2(_svg(_element(JSON))) == JSON
    assert find_open_badge_v2(_svg(_element())) == ASSERTION.encode()
    assert find_open_badge_v2(_svg(_element(verify=jws))) == jws
    other = HEAD.replace(b"http://openbadges.org", b"https://purl.org/openbadges")
    assert find_open_badge_v2(other + _element(JSON) + b"</svg>") == JSON


@pytest.mark.covers("open-badges-2.0", "Badge Baking")
def test_a_picture_that_holds_both_is_the_newer_one() -> None:
    png = bake_png(_png(_itxt(JSON)), CREDENTIAL)
    assert find_open_badge_v2(png) is None
    assert unbake(png) == CREDENTIAL
    svg = bake_svg(b'<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>', CREDENTIAL)
    svg = svg.replace(b"<g/>", b'<x:assertion xmlns:x="http://openbadges.org" verify="a"/>')
    assert find_open_badge_v2(svg) is None


@pytest.mark.covers("open-badges-2.0", "Badge Baking")
@pytest.mark.attack("H2", "H3")
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (_png(_itxt(JSON), _itxt(JSON)), "baking_several_credentials"),
        (
            _png(_itxt(JSON), _chunk(b"tEXt", b"openbadges\0" + ASSERTION.encode())),
            "baking_several_credentials",
        ),
        (_png(_itxt(zlib.compress(JSON), flags=b"\1\0\0\0")), "baking_compressed"),
        (_png(_itxt(b"  ")), "baking_no_credential"),
        (_png(_itxt(b"file:///etc/passwd")), "baking_invalid"),
        (_png(_itxt(b"https://a.example/ b")), "baking_invalid"),
        (_png(_chunk(b"iTXt", b"openbadges\0\0\0x")), "baking_broken_png"),
        (_png(_itxt(b"{" + b"x" * 1_100_000)), "baking_too_large"),
        (_png(_itxt(JSON))[:-3], "baking_broken_png"),
        (_png(_itxt(JSON)) + b"x", "baking_broken_png"),
        (b"{" * 9_000_000, "baking_too_large"),
        (_svg(_element(JSON) * 2), "baking_several_credentials"),
        (_svg(_element(JSON, verify=b"https://badges.example/2")), "baking_several_credentials"),
        (_svg(_element(JSON, verify=b"a.b.c")), "baking_several_credentials"),
        (_svg(_element(verify=b"javascript:alert(1)")), "baking_invalid"),
        (_svg(_element(verify=b"")), "baking_no_credential"),
        (_svg(_element(JSON).replace(b"]]>", b"]]><g/>")), "baking_broken_svg"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + _svg(_element(JSON)), "baking_doctype"),
        (b"<svg>" + _element(JSON), "baking_broken_svg"),
        (b'<html xmlns="http://www.w3.org/1999/xhtml"/>', "baking_broken_svg"),
        (_svg(b"<g/>" * 60_000), "baking_too_large"),
    ],
)
def test_pictures_that_are_refused(data: bytes, code: str) -> None:
    with pytest.raises(BakingError) as caught:
        find_open_badge_v2(data)
    assert caught.value.code == code
