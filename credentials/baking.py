"""Putting a credential into a picture, and taking it out again.

PNG: one uncompressed iTXt chunk with the keyword `openbadgecredential`. SVG: one `<openbadges:credential>`
directly after `<svg>`. Nothing here decodes pixels or follows a reference: the pictures are only taken apart
as far as the credential needs.

Source: Open Badges 3.0, section "Baked Badge".
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.parsers import expat  # untrusted SVG is read below: no DOCTYPE, so no entity and nothing external
from xml.sax.saxutils import quoteattr

from credentials.cose import is_cose
from credentials.errors import BakingError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAXIMUM_BYTES: Final = 8_388_608
MAXIMUM_CREDENTIAL_BYTES: Final = 1_048_576
KEYWORD: Final = b"openbadgecredential"
OPEN_BADGES_XML: Final = "https://purl.imsglobal.org/ob/v3p0"
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_SVG_XML: Final = "http://www.w3.org/2000/svg"
_COMPACT_JWS: Final = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*", re.ASCII)
# what a person may hand in bare: an SD-JWT too, which no picture holds
_TOKEN: Final = re.compile(_COMPACT_JWS.pattern + rb"(?:~[A-Za-z0-9_.~-]*)?", re.ASCII)
# a reference to an entity that only a DOCTYPE could have declared
_ENTITY: Final = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);|#)[^\s&;<>]+;")
_MAXIMUM_ELEMENTS: Final = 50_000
_MAXIMUM_NAMESPACES: Final = 500
_MAXIMUM_CHUNKS: Final = 20_000
_UTF8_BOM: Final = b"\xef\xbb\xbf"


def unbake(data: bytes) -> bytes:
    """Find the credential in whatever a person hands in: a PNG, an SVG, a JSON file, a token, or COSE.

    Returns:
        The credential's bytes, as they were put there; not looked at any further.

    Raises:
        BakingError: "baking_too_large", "baking_unknown_format", and what `unbake_png` and `unbake_svg`
            raise.
    """
    _check_size(data)
    if is_cose(data):
        return data
    text = data.removeprefix(_UTF8_BOM).strip()
    if data.startswith(_PNG):
        return unbake_png(data)
    if text.startswith(b"<"):
        return unbake_svg(data)
    if text.startswith(b"{") or _TOKEN.fullmatch(text):
        return text
    raise BakingError("baking_unknown_format")


def _check_size(data: bytes) -> None:
    if len(data) > MAXIMUM_BYTES:
        raise BakingError("baking_too_large", f"{len(data)} bytes of at most {MAXIMUM_BYTES}")


# PNG


@dataclass(frozen=True)
class Chunk:
    """One chunk of a PNG; `end` is where the next one begins."""

    kind: bytes
    content: bytes
    end: int


def bake_png(png: bytes, credential: bytes) -> bytes:
    """Put a credential into a PNG, after its header.

    Args:
        png: the picture.
        credential: JSON or compact JWS, UTF-8.

    Raises:
        BakingError: "baking_already_baked", and what `unbake_png` raises for a broken picture.
    """
    chunks = list(read_chunks(png))
    if any(_is_credential(chunk) for chunk in chunks):
        raise BakingError("baking_already_baked")
    _check_credential_bytes(credential)
    credential = _without_space_around(credential)
    # keyword, no compression, method 0, no language tag, no translated keyword, text
    content = KEYWORD + b"\0\0\0\0\0" + credential
    header_end = chunks[0].end
    return png[:header_end] + _write_chunk(b"iTXt", content) + png[header_end:]


def unbake_png(png: bytes) -> bytes:
    """Take the credential out of a PNG.

    Raises:
        BakingError: "baking_broken_png" (a CRC, a length, something after the end), "baking_no_credential",
            "baking_several_credentials", "baking_compressed", "baking_too_large".

    Source: Open Badges 3.0, "Baking a PNG"; PNG (Third Edition), section 5 and 11.3.3.4.
    """
    found = [chunk for chunk in read_chunks(png) if _is_credential(chunk)]
    if not found:
        raise BakingError("baking_no_credential")
    if len(found) > 1:
        # the specification says to take the first; two readers could then show two badges for one picture
        raise BakingError("baking_several_credentials")
    return _read_text(found[0].content)


def read_chunks(png: bytes) -> Iterator[Chunk]:
    """Walk through the chunks of a PNG; raises BakingError for a broken one, or one that is too large."""
    _check_size(png)
    if not png.startswith(_PNG):
        raise BakingError("baking_broken_png", "no PNG signature")
    position, kind, count = len(_PNG), b"", 0
    while kind != b"IEND":
        count += 1
        if count > _MAXIMUM_CHUNKS:
            raise BakingError("baking_too_large", "chunks")
        chunk = _read_chunk(png, position)
        if (position == len(_PNG)) != (chunk.kind == b"IHDR"):
            raise BakingError("baking_broken_png", "one IHDR comes first")
        yield chunk
        position, kind = chunk.end, chunk.kind
    if position != len(png):
        raise BakingError("baking_broken_png", "something follows IEND")


def _read_chunk(png: bytes, position: int) -> Chunk:
    head = png[position : position + 8]
    if len(head) < 8:  # noqa: PLR2004 - length and kind
        raise BakingError("baking_broken_png", "cut off")
    length, kind = struct.unpack(">I4s", head)
    end = position + 12 + length
    if end > len(png):
        raise BakingError("baking_broken_png", "a chunk reaches past the end")
    content = png[position + 8 : position + 8 + length]
    if struct.unpack(">I", png[end - 4 : end])[0] != zlib.crc32(kind + content):
        raise BakingError("baking_broken_png", f"CRC of {kind!r}")
    return Chunk(kind, content, end)


def _write_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _is_credential(chunk: Chunk) -> bool:
    return chunk.kind == b"iTXt" and chunk.content.partition(b"\0")[0] == KEYWORD


def _read_text(content: bytes) -> bytes:
    """Read an iTXt chunk: keyword, 0, compression flag, method, language, 0, translated keyword, 0, text."""
    rest = content[len(KEYWORD) + 1 :]
    if rest[:1] != b"\0":
        # the specification wants it uncompressed; unpacking is where a bomb would go off
        raise BakingError("baking_compressed")
    parts = rest[2:].split(b"\0", 2)
    if len(parts) != 3:  # noqa: PLR2004 - language, translated keyword, text
        raise BakingError("baking_broken_png", "iTXt")
    _check_credential_bytes(parts[2])
    return _without_space_around(parts[2])


def _without_space_around(credential: bytes) -> bytes:
    """White space around JSON says nothing and stays; around a compact JWS it would be part of no token."""
    token = credential.strip()
    return token if _COMPACT_JWS.fullmatch(token) else credential


def _check_credential_bytes(credential: bytes) -> None:
    if not credential.strip():
        raise BakingError("baking_no_credential")
    if len(credential) > MAXIMUM_CREDENTIAL_BYTES:
        raise BakingError("baking_too_large", f"{len(credential)} bytes of credential")
    try:
        credential.decode()
    except UnicodeDecodeError as err:
        raise BakingError("baking_invalid", "the credential is not UTF-8") from err


# SVG


def bake_svg(svg: bytes, credential: bytes) -> bytes:
    """Put a credential into an SVG, directly after its start tag; every other byte stays.

    Args:
        svg: the picture, UTF-8; a DOCTYPE without declarations in it is left alone.
        credential: JSON (kept in CDATA) or compact JWS (kept in `verify`), UTF-8.

    Raises:
        BakingError: "baking_already_baked", and what `unbake_svg` raises for a broken picture.
    """
    found = _read_svg(svg)
    if found.texts:
        raise BakingError("baking_already_baked")
    if svg[: found.tag_end].endswith(b"/>"):
        raise BakingError("baking_broken_svg", "an empty picture")
    _check_credential_bytes(credential)
    name = re.match(rb"<[^\s/>]+", svg[found.tag_start :])
    if name is None:
        raise BakingError("baking_broken_svg", "no start tag")
    attribute_at = found.tag_start + name.end()
    declared = b"" if found.prefix else b' xmlns:openbadges="' + OPEN_BADGES_XML.encode() + b'"'
    head, tag_rest = svg[:attribute_at], svg[attribute_at : found.tag_end]
    return (
        head
        + declared
        + tag_rest
        + _svg_element(found.prefix or "openbadges", credential)
        + svg[found.tag_end :]
    )


def _svg_element(prefix: str, credential: bytes) -> bytes:
    if _COMPACT_JWS.fullmatch(credential.strip()):
        return f"<{prefix}:credential verify={quoteattr(credential.decode().strip())}/>".encode()
    # "]]>" may stand in a JSON string; it would end the CDATA section
    text = credential.decode().replace("]]>", "]]]]><![CDATA[>")
    return f"<{prefix}:credential><![CDATA[{text}]]></{prefix}:credential>".encode()


def unbake_svg(svg: bytes) -> bytes:
    """Take the credential out of an SVG: the `verify` attribute (a JWS), else the text (JSON).

    Raises:
        BakingError: "baking_broken_svg", "baking_doctype" (entities, external or not, are never read),
            "baking_no_credential", "baking_several_credentials" (two elements, or an attribute and a text),
            "baking_invalid" (the attribute is no JWS), "baking_too_large".

    Source: Open Badges 3.0, "Baking an SVG".
    """
    found = _read_svg(svg)
    if not found.texts:
        raise BakingError("baking_no_credential")
    if len(found.texts) > 1:
        raise BakingError("baking_several_credentials")
    verify, text = (found.verify[0] or "").strip().encode(), "".join(found.texts[0]).strip().encode()
    if verify and text:
        # one reader would take the attribute, another the text: two badges for one picture
        raise BakingError("baking_several_credentials", "an attribute and a text")
    if verify and not _COMPACT_JWS.fullmatch(verify):
        raise BakingError("baking_invalid", "verify is no compact JWS")
    credential = verify or text
    _check_credential_bytes(credential)
    return credential


class _SvgReader:
    """Walks once through an SVG: where its root's start tag lies, and the credentials in it."""

    def __init__(self) -> None:
        self.tag_start = -1
        self.tag_end = -1
        self.has_doctype = False
        self.prefix: str | None = None
        self.verify: list[str | None] = []
        self.texts: list[list[str]] = []
        self._elements = 0
        self._namespaces = 0
        self._depth = 0
        self._inside = False
        self._parser = self._new_parser()

    def _new_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("UTF-8", " ")
        parser.buffer_text = False  # a buffered text would be told after its place in the file is past
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartNamespaceDeclHandler = self._declare
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._refuse
        parser.ProcessingInstructionHandler = self._other
        parser.CommentHandler = self._other
        parser.StartCdataSectionHandler = self._other
        return parser

    def read(self, svg: bytes) -> None:
        try:
            self._parser.Parse(svg, True)  # noqa: FBT003 - expat's own signature
        except expat.ExpatError as err:
            raise BakingError("baking_broken_svg", str(err)) from err

    def _other(self, *_arguments: object) -> None:
        """Whatever comes first after the root's start tag tells where that ends."""
        if self.tag_start >= 0 and self.tag_end < 0:
            self.tag_end = self._parser.CurrentByteIndex

    def _refuse(self, *_arguments: object) -> None:
        raise BakingError("baking_doctype")

    def _doctype(self, _name: str, _system: str | None, _public: str | None, has_subset: int) -> None:
        """A bare DOCTYPE is what drawing programs write; one with declarations in it is refused."""
        self._other()
        if has_subset:
            self._refuse()
        self.has_doctype = True

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._other()
        self._count(name)
        self._depth += 1
        self._inside = name == f"{OPEN_BADGES_XML} credential"
        if self._inside:
            self.verify.append(attributes.get("verify"))
            self.texts.append([])

    def _count(self, name: str) -> None:
        self._elements += 1
        if self._elements > _MAXIMUM_ELEMENTS:
            raise BakingError("baking_too_large", "elements")
        if self._inside:
            raise BakingError("baking_broken_svg", "an element inside the credential")
        if self._depth == 0:
            if name != f"{_SVG_XML} svg":
                raise BakingError("baking_broken_svg", f"the root is {name[:80]}")
            self.tag_start = self._parser.CurrentByteIndex

    def _end(self, _name: str) -> None:
        self._other()
        self._depth -= 1
        self._inside = False

    def _characters(self, text: str) -> None:
        self._other()
        if self._inside:
            self.texts[-1].append(text)

    def _declare(self, prefix: str | None, uri: str | None) -> None:
        self._other()
        self._namespaces += 1
        if self._namespaces > _MAXIMUM_NAMESPACES:
            raise BakingError("baking_too_large", "namespaces")
        if uri == OPEN_BADGES_XML and prefix and self._depth == 0:
            self.prefix = prefix
        elif prefix == "openbadges" and uri != OPEN_BADGES_XML:
            raise BakingError("baking_broken_svg", "openbadges is another namespace here")


def _read_svg(svg: bytes) -> _SvgReader:
    _check_size(svg)
    reader = _SvgReader()
    reader.read(svg)
    if reader.has_doctype and _ENTITY.search(svg):
        # declared in a file that is never fetched: the parser would leave it out, silently in an attribute
        raise BakingError("baking_doctype", "an entity")
    return reader
