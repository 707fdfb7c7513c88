"""Values as N-Quads terms in canonical form: literals, language tags, numbers, IRIs.

Source: RDF 1.2 N-Quads, "A Canonical form of N-Quads" as RDFC-1.0 uses it; JSON-LD 1.1 API, section 8.2.2
(Object to RDF Conversion).
"""

from __future__ import annotations

import math
import re
from json.encoder import encode_basestring
from typing import Final

from contexts.errors import StrictJsonError

XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_STRING: Final = f"{XSD}string"
_ESCAPES: Final = {code: f"\\u{code:04X}" for code in (*range(0x20), 0x7F)} | {
    0x08: "\\b",
    0x09: "\\t",
    0x0A: "\\n",
    0x0C: "\\f",
    0x0D: "\\r",
    0x22: '\\"',
    0x5C: "\\\\",
}
DELETE: Final = "\x7f"
JSON_QUOTED: Final = encode_basestring
_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f<>\"{}|\\^`\ud800-\udfff]*")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_DOUBLE: Final = re.compile(r"(\d)0*E\+?(-)?0*(\d)")
_TOO_LARGE_FOR_AN_INTEGER: Final = 1e21


def is_absolute_iri(text: str) -> bool:
    """Whether the text may stand between < and > and has a scheme. Spaces and controls never may."""
    return _IRI.fullmatch(text) is not None


def is_language_tag(text: str) -> bool:
    """Whether the text has the shape of a BCP 47 tag."""
    return _LANGUAGE.fullmatch(text) is not None


def to_utf8(text: str) -> bytes:
    """Encode canonical N-Quads, or a part of them.

    Raises:
        StrictJsonError: "lone_surrogate"; no strict JSON holds one, but a document that a caller built may.
    """
    try:
        return text.encode()
    except UnicodeEncodeError as err:
        raise StrictJsonError("a lone surrogate", code="lone_surrogate") from err


def string_literal(text: str, *, datatype: str = "", language: str = "") -> str:
    """A literal; `datatype` "" or xsd:string is a plain one."""
    return quoted(text) + literal_end(datatype=datatype, language=language)


def quoted(text: str) -> str:
    """A text in quotes, with escaped in it what canonical N-Quads escape, and nothing else."""
    plain = JSON_QUOTED(text)
    # JSON leaves alone what we do, but for DEL; where it escapes something, it may write it another way
    return plain if len(plain) == len(text) + 2 and DELETE not in text else f'"{text.translate(_ESCAPES)}"'


def literal_end(*, datatype: str = "", language: str = "") -> str:
    """What stands after a literal's text in its quotes: its language or datatype, or nothing."""
    if language:
        return f"@{language}"
    return "" if datatype in {"", _STRING} else f"^^<{datatype}>"


def boolean_literal(value: bool, *, datatype: str = "") -> str:  # noqa: FBT001 - it is the value
    """A native boolean, of its own datatype if the term has none."""
    return f'"{"true" if value else "false"}"^^<{datatype or XSD + "boolean"}>'


def number_literal(value: float, *, datatype: str = "") -> str | None:
    """A native number; None if its canonical form stands for another number (digits would be lost), or if no
    JSON has it.
    """
    if not _is_finite(value):
        return None
    is_double = value % 1 != 0 or abs(value) >= _TOO_LARGE_FOR_AN_INTEGER or datatype == f"{XSD}double"
    if not is_double:
        return f'"{int(value)}"^^<{datatype or XSD + "integer"}>'
    text = _DOUBLE.sub(r"\1E\2\3", f"{value:1.15E}")
    if float(text) != value:
        return None
    return f'"{text}"^^<{datatype or XSD + "double"}>'


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        # an integer beyond every double
        return False
