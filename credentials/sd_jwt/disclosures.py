"""Disclosures: one hidden claim each, and the digest that stands in its place.

Source: RFC 9901, section 4.2.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from contexts import ContextsError, strict_json
from credentials.sd_jwt.errors import SdJwtError
from did.encodings import decode_base64url, encode_base64url
from did.errors import EncodingError

if TYPE_CHECKING:
    from collections.abc import Callable

DIGESTS: Final = "_sd"
ELEMENT: Final = "..."
ALGORITHM: Final = "_sd_alg"
# RFC 9901, section 4.1, rule 7, and section 4.1.1: these convey digests and are never the name of a claim
RESERVED_NAMES: Final = frozenset({DIGESTS, ELEMENT, ALGORITHM})
DEFAULT_ALGORITHM: Final = "sha-256"
# section 9.4: the truncated hashes of the same registry are unfit
_HASHES: Final[dict[str, Callable[[bytes], Any]]] = {
    "sha-256": hashlib.sha256,
    "sha-384": hashlib.sha384,
    "sha-512": hashlib.sha512,
}
MAXIMUM_DEPTH: Final = 32
_MAXIMUM_BYTES: Final = 1_048_576
# in the JSON of every reserved name, however it is escaped
_HINT: Final = re.compile(rb"_sd|\.\.\.|\\u")
_OF_ELEMENT: Final = 2
_OF_MEMBER: Final = 3


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A hidden claim.

    Args:
        text: the Disclosure as it stands in the token, base64url.
        name: name of the claim; None for an element of an array.
        value: its value, which may hold digests in turn.
        is_plain: there are none in it, for sure: nothing in its JSON could be a name that conveys digests.
    """

    text: str = field(repr=False)
    name: str | None
    value: Any = field(repr=False)
    is_plain: bool = False


def read_disclosure(text: str) -> Disclosure:
    """Take a Disclosure apart, strictly.

    Args:
        text: base64url, without padding.

    Raises:
        SdJwtError: "disclosure_encoding", "disclosure_json", "disclosure_arity", "disclosure_salt",
            "disclosure_name".

    Source: RFC 9901, sections 4.2.1 and 4.2.2.
    """
    content = _decode(text)
    parts = _read_json(content)
    if not isinstance(parts, list) or not _OF_ELEMENT <= len(parts) <= _OF_MEMBER:
        raise SdJwtError("disclosure_arity", "an array of two or three")
    if not isinstance(parts[0], str):
        raise SdJwtError("disclosure_salt", "the salt is a string")
    is_plain = _HINT.search(content) is None
    if len(parts) == _OF_ELEMENT:
        return Disclosure(text, None, parts[1], is_plain)
    if not isinstance(parts[1], str):
        raise SdJwtError("disclosure_name", "the name of a claim is a string")
    return Disclosure(text, parts[1], parts[2], is_plain)


def _decode(text: str) -> bytes:
    try:
        return decode_base64url(text)
    except EncodingError as err:
        raise SdJwtError("disclosure_encoding", err.detail) from err


def _read_json(content: bytes) -> Any:
    try:
        return strict_json.loads(content, max_bytes=_MAXIMUM_BYTES, max_depth=MAXIMUM_DEPTH)
    except ContextsError as err:
        raise SdJwtError("disclosure_json", f"{err.code}: {err.detail}") from err


def hash_text(text: str, algorithm: str) -> str:
    """Give the digest of a Disclosure, or of a whole SD-JWT, in base64url.

    Args:
        text: US-ASCII; the hash is over the text itself, not over what it encodes.
        algorithm: "sha-256", "sha-384" or "sha-512".

    Source: RFC 9901, sections 4.2.3 and 4.3.1.
    """
    return encode_base64url(_HASHES[algorithm](text.encode("ascii")).digest())


def read_algorithm(payload: dict[str, Any]) -> str:
    """Give the hash algorithm of a payload.

    Raises:
        SdJwtError: "sd_alg_unsupported".

    Source: RFC 9901, section 4.1.1; section 7.1, step 2.4.
    """
    algorithm = payload.get(ALGORITHM, DEFAULT_ALGORITHM)
    if not isinstance(algorithm, str) or algorithm not in _HASHES:
        raise SdJwtError("sd_alg_unsupported", str(algorithm)[:60], pointer=f"/{ALGORITHM}")
    return algorithm
