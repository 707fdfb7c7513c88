"""Type Metadata of an SD-JWT VC, as far as it is looked at here: of this type, and these very bytes.

What it says of single claims (`claims`, `display`, `extends`) is not processed: nothing is accepted or
refused because of it.

Source: draft-ietf-oauth-sd-jwt-vc-24, sections "Retrieving Type Metadata" and "Integrity of Referenced
Documents"; W3C Subresource Integrity, section 3.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from typing import TYPE_CHECKING, Any, Final, Protocol

from contexts import ContextsError, strict_json
from credentials.sd_jwt.errors import SdJwtError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAXIMUM_BYTES: Final = 262_144
_LONGEST: Final = 2_048
# the weakest first: of several, only those of the strongest count
_STRENGTH: Final = ("sha256", "sha384", "sha512")
_EXPRESSION: Final = re.compile(r"([a-z0-9]+)-([A-Za-z0-9+/]+={0,2})(?:\?[\x21-\x7e]*)?", re.ASCII)


class TypeMetadataSource(Protocol):
    """Where Type Metadata comes from: a registry, a cache, or the network."""

    def get(self, vct: str) -> bytes | None:
        """Give the document of a type, its bytes as they were published; None if it cannot be had."""
        ...


def check_type_metadata(claims: Mapping[str, Any], source: TypeMetadataSource) -> dict[str, Any]:
    """Find and check the Type Metadata of a credential.

    Args:
        claims: checked by `check_vc_claims`.
        source: where the document is found.

    Returns:
        The document.

    Raises:
        SdJwtError: "type_metadata_unavailable", and as `read_type_metadata`.
    """
    content = source.get(claims["vct"])
    if content is None:
        raise SdJwtError("type_metadata_unavailable", claims["vct"][:100])
    return read_type_metadata(content, vct=claims["vct"], integrity=claims.get("vct#integrity"))


def read_type_metadata(content: bytes, *, vct: str, integrity: str | None) -> dict[str, Any]:
    """Read a Type Metadata document.

    Args:
        content: its bytes.
        vct: the type that it must be of.
        integrity: "integrity metadata" that the bytes must have; None if nobody gave any.

    Raises:
        SdJwtError: "type_metadata_integrity", "type_metadata_invalid", "type_metadata_mismatch",
            "claim_syntax".
    """
    if integrity is not None:
        _check_integrity(content, integrity)
    try:
        document = strict_json.loads(content, max_bytes=MAXIMUM_BYTES)
    except ContextsError as err:
        raise SdJwtError("type_metadata_invalid", f"{err.code}: {err.detail}") from err
    if not isinstance(document, dict):
        raise SdJwtError("type_metadata_invalid", "not an object")
    if document.get("vct") != vct:
        raise SdJwtError("type_metadata_mismatch", f"of {str(document.get('vct'))[:100]!r}")
    return document


def read_integrity(integrity: object) -> list[tuple[str, bytes]]:
    """Read "integrity metadata": the digests of the strongest algorithm that is known here.

    Returns:
        Algorithm and digest, at least one.

    Raises:
        SdJwtError: "claim_syntax"; "type_metadata_integrity", no algorithm that is known here.
    """
    if not isinstance(integrity, str) or len(integrity) > _LONGEST:
        raise SdJwtError("claim_syntax", "integrity metadata", pointer="/vct#integrity")
    matches = [_EXPRESSION.fullmatch(each) for each in integrity.split()]
    found = [(match[1], match[2]) for match in matches if match]
    if not found or len(found) != len(matches):
        raise SdJwtError("claim_syntax", "integrity metadata", pointer="/vct#integrity")
    known = [algorithm for algorithm in _STRENGTH if algorithm in dict(found)]
    if not known:
        raise SdJwtError("type_metadata_integrity", "no hash that is known here")
    return [(known[-1], _decode(text)) for algorithm, text in found if algorithm == known[-1]]


def _decode(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError as err:
        raise SdJwtError("claim_syntax", "integrity metadata", pointer="/vct#integrity") from err


def _check_integrity(content: bytes, integrity: str) -> None:
    if not any(hashlib.new(name, content).digest() == digest for name, digest in read_integrity(integrity)):
        raise SdJwtError("type_metadata_integrity", "other bytes than the credential says")
