"""Finding a badge of Open Badges 2.0 in what a person hands in: a file, a picture, a token, an address.

Source: Open Badges Baking Specification 1.0 (for Open Badges 2.0).
"""

from __future__ import annotations

import re
from typing import Any, Final
from xml.parsers import expat  # untrusted SVG is read below: no DOCTYPE, so no entity and nothing external

from contexts import ContextsError, strict_json
from credentials.baking import KEYWORD as VERSION_3_KEYWORD
from credentials.baking import MAXIMUM_BYTES, MAXIMUM_CREDENTIAL_BYTES, OPEN_BADGES_XML, Chunk, read_chunks
from credentials.errors import BakingError, CredentialsError
from credentials.jws import parse_compact, read_unverified_claims
from credentials.open_badges_v2.members import CONTEXT, OLDER_CONTEXTS, listed

JsonObject = dict[str, Any]
KEYWORD: Final = b"openbadges"
SVG_NAMESPACES: Final = ("http://openbadges.org", "https://purl.org/openbadges")
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_BOM: Final = b"\xef\xbb\xbf"
_SVG: Final = "http://www.w3.org/2000/svg svg"
_JWS: Final = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*", re.ASCII)
_WEB_ADDRESS: Final = re.compile(rb"https?://[\x21-\x7e]{1,2000}", re.ASCII)
_MAXIMUM_ELEMENTS: Final = 50_000
_CONTEXTS: Final = frozenset({CONTEXT, *OLDER_CONTEXTS})


def find_open_badge_v2(data: bytes) -> bytes | None:
    """Find an Open Badges 2.0 badge in whatever a person hands in.

    Returns:
        What `checking.check_open_badge_v2` takes: JSON, a compact JWS, or the address of a hosted assertion.
        None for everything else, and for a picture that also holds an Open Badges 3.0 credential: that one is
        read.

    Raises:
        BakingError: as `credentials.baking.unbake`, for a picture that is broken, too large, or holds
            several.
    """
    if len(data) > MAXIMUM_BYTES:
        raise BakingError("baking_too_large", f"{len(data)} bytes of at most {MAXIMUM_BYTES}")
    content = data.removeprefix(_BOM).strip()
    if data.startswith(_PNG):
        return _find_in_png(data)
    if content.startswith(b"<"):
        return _find_in_svg(data)
    return content if _is_version_2(content) else None


def _is_version_2(content: bytes) -> bool:
    """Look at the context only; the check reads everything again, by its own rules."""
    try:
        if _JWS.fullmatch(content):
            jws = parse_compact(content, max_bytes=MAXIMUM_CREDENTIAL_BYTES)
            document: Any = read_unverified_claims(jws, max_bytes=MAXIMUM_CREDENTIAL_BYTES)
        else:
            document = strict_json.loads(content)
    except (ContextsError, CredentialsError):
        # whatever is wrong with it, the other reader says it
        return False
    return isinstance(document, dict) and _speaks_of_version_2(document)


def _speaks_of_version_2(document: JsonObject) -> bool:
    if "@context" not in document:
        # 1.0 and older had none
        return {"recipient", "badge"} <= document.keys() and "credentialSubject" not in document
    contexts = listed(document["@context"])
    return bool(contexts) and isinstance(contexts[0], str) and contexts[0] in _CONTEXTS


# PNG


def _find_in_png(png: bytes) -> bytes | None:
    texts: list[bytes] = []
    for chunk in read_chunks(png):
        keyword = chunk.content.partition(b"\0")[0] if chunk.kind in {b"iTXt", b"tEXt"} else b""
        if keyword == VERSION_3_KEYWORD and chunk.kind == b"iTXt":
            return None
        if keyword == KEYWORD:
            texts.append(_text_of(chunk))
    return _one_of(texts)


def _text_of(chunk: Chunk) -> bytes:
    """The text of an iTXt chunk, or of a tEXt chunk, which is the older form."""
    rest = chunk.content[len(KEYWORD) + 1 :]
    if chunk.kind == b"tEXt":
        return rest
    if rest[:1] != b"\0":
        # it must not be compressed; unpacking is where a bomb would go off
        raise BakingError("baking_compressed")
    parts = rest[2:].split(b"\0", 2)
    if len(parts) != 3:  # noqa: PLR2004 - language, translated keyword, text
        raise BakingError("baking_broken_png", "iTXt")
    return parts[2]


def _one_of(texts: list[bytes]) -> bytes | None:
    if not texts:
        return None
    if len(texts) > 1:
        # the specification says that there is one; two readers could otherwise show two badges
        raise BakingError("baking_several_credentials")
    return _baked(texts[0])


def _baked(raw: bytes) -> bytes:
    """Check that a picture holds JSON, a JWS or an address."""
    content = raw.strip()
    if not content:
        raise BakingError("baking_no_credential")
    if len(content) > MAXIMUM_CREDENTIAL_BYTES:
        raise BakingError("baking_too_large", f"{len(content)} bytes of badge")
    if content.startswith(b"{") or _JWS.fullmatch(content) or _WEB_ADDRESS.fullmatch(content):
        return content
    raise BakingError("baking_invalid", "neither JSON, nor a JWS, nor an address")


# SVG


def _find_in_svg(svg: bytes) -> bytes | None:
    reader = _SvgReader()
    reader.read(svg)
    if reader.has_version_3:
        return None
    if len(reader.found) > 1:
        raise BakingError("baking_several_credentials")
    if not reader.found:
        return None
    verify, texts = reader.found[0]
    return _from_element(verify.strip().encode(), "".join(texts).strip().encode())


def _from_element(verify: bytes, body: bytes) -> bytes:
    """With a body, that is the assertion, and `verify` its address; else `verify` is a JWS or an address."""
    if not body:
        return _baked(verify)
    if _JWS.fullmatch(verify):
        # one reader would take the attribute, another the text: two badges for one picture
        raise BakingError("baking_several_credentials", "an attribute and a text")
    if verify and _id_of(body) not in {verify.decode(), None}:
        raise BakingError("baking_several_credentials", "an address and another badge's text")
    return _baked(body)


def _id_of(body: bytes) -> str | None:
    try:
        document = strict_json.loads(body)
    except ContextsError:
        return None
    found = document.get("id") if isinstance(document, dict) else None
    return found if isinstance(found, str) else None


class _SvgReader:
    """Walks once through an SVG, for the assertions in it."""

    def __init__(self) -> None:
        self.found: list[tuple[str, list[str]]] = []
        self.has_version_3 = False
        self._elements = 0
        self._inside = False
        self._parser = expat.ParserCreate("UTF-8", " ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse

    def read(self, svg: bytes) -> None:
        try:
            self._parser.Parse(svg, True)  # noqa: FBT003 - expat's own signature
        except expat.ExpatError as err:
            raise BakingError("baking_broken_svg", str(err)) from err

    def _refuse(self, *_arguments: object) -> None:
        raise BakingError("baking_doctype")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > _MAXIMUM_ELEMENTS:
            raise BakingError("baking_too_large", "elements")
        if self._elements == 1 and name != _SVG:
            raise BakingError("baking_broken_svg", f"the root is {name[:80]}")
        if self._inside:
            raise BakingError("baking_broken_svg", "an element inside the assertion")
        self.has_version_3 |= name == f"{OPEN_BADGES_XML} credential"
        self._inside = name in {f"{each} assertion" for each in SVG_NAMESPACES}
        if self._inside:
            self.found.append((attributes.get("verify", ""), []))

    def _end(self, _name: str) -> None:
        self._inside = False

    def _characters(self, text: str) -> None:
        if self._inside:
            self.found[-1][1].append(text)
