"""The header of a COSE_Sign1 message: a few parameters, each where it belongs and of its one kind.

What decides how a message is to be understood counts only under the signature; the key's name alone may stand
outside of it, since it only chooses among the keys of who is expected.

Source: RFC 9052, section 3 (Header Parameters) and 3.1 (Common COSE Header Parameters); RFC 9596 (`typ`);
RFC 9597 (CWT Claims in COSE Headers).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from credentials.cbor import CborError, CborLimits, Kind, decode_cbor
from credentials.cose.errors import CoseError

if TYPE_CHECKING:
    from credentials.cbor import CborValue

Header = dict[Any, Any]
LIMITS: Final = CborLimits(frozenset(Kind), depth=8, items=1_000)
MAXIMUM_HEADER: Final = 8_192


class Label(IntEnum):
    """A header parameter that is looked at here."""

    ALGORITHM = 1
    CRITICAL = 2
    CONTENT_TYPE = 3
    KEY_ID = 4
    CWT_CLAIMS = 15
    TYPE = 16


_PROTECTED_ALONE: Final = frozenset(Label) - {Label.KEY_ID}
_UNDERSTOOD: Final = frozenset(Label) - {Label.CRITICAL}


@dataclass(frozen=True)
class CoseHeader:
    """The parameters of a message. Nobody has vouched for them.

    Args:
        algorithm: number in the IANA registry "COSE Algorithms".
        content_type: text, or None if absent.
        typ: text, or None if absent.
        kid: text, or None if absent.
        cwt_claims: labels and values; empty if absent.
    """

    algorithm: int
    content_type: str | None
    typ: str | None
    kid: str | None
    cwt_claims: Header = field(repr=False)


def read_protected(protected: bytes) -> Header:
    """Read the bytes that hold the protected header.

    Raises:
        CoseError: "cose_too_large", "cose_encoding", "cose_header".
    """
    if len(protected) > MAXIMUM_HEADER:
        raise CoseError("cose_too_large", f"protected header of more than {MAXIMUM_HEADER} bytes")
    # RFC 9052, section 3: no protected parameter is written as no bytes
    if not protected:
        return {}
    header = decode(protected)
    if not isinstance(header, dict):
        raise CoseError("cose_header", "the protected header is not a map")
    return header


def read_header(protected: Header, unprotected: Header) -> CoseHeader:
    """Read the parameters that are known here, and leave all others alone.

    Raises:
        CoseError: "cose_header", "cose_unprotected", "cose_critical", "cose_algorithm".

    Source: RFC 9052, section 3 and 3.1; VC-JOSE-COSE, section 3.3.3: parameters that are not understood are
    ignored.
    """
    _check_labels(protected, unprotected)
    _check_critical(protected)
    algorithm = protected.get(Label.ALGORITHM)
    if not isinstance(algorithm, int) or isinstance(algorithm, bool):
        raise CoseError("cose_algorithm", f"alg is {str(algorithm)[:60]!r}")
    cwt_claims = protected.get(Label.CWT_CLAIMS, {})
    if not isinstance(cwt_claims, dict):
        raise CoseError("cose_header", "the CWT claims are not a map")
    return CoseHeader(
        algorithm,
        content_type=_text(protected, Label.CONTENT_TYPE),
        typ=_text(protected, Label.TYPE),
        kid=_key_id(protected | unprotected),
        cwt_claims=cwt_claims,
    )


def decode(data: bytes) -> CborValue:
    """Read CBOR that a message is made of.

    Raises:
        CoseError: "cose_encoding".
    """
    try:
        return decode_cbor(data, limits=LIMITS)
    except CborError as err:
        raise CoseError("cose_encoding", err.detail) from err


def _check_labels(protected: Header, unprotected: Header) -> None:
    """Section 3: a label in both headers would let two readers see two values."""
    twice = protected.keys() & unprotected.keys()
    if twice:
        raise CoseError("cose_header", f"in both headers: {_listed(twice)}")
    outside = _PROTECTED_ALONE & unprotected.keys()
    if outside:
        raise CoseError("cose_unprotected", _listed(outside))


def _check_critical(protected: Header) -> None:
    """Section 3.1, "crit": labels that must be there, and be understood."""
    if Label.CRITICAL not in protected:
        return
    critical = protected[Label.CRITICAL]
    if not isinstance(critical, list) or not critical:
        raise CoseError("cose_critical", "crit is an array of at least one label")
    for label in critical:
        if isinstance(label, bool | list | dict) or label not in _UNDERSTOOD & protected.keys():
            raise CoseError("cose_critical", str(label)[:60])


def _text(protected: Header, label: Label) -> str | None:
    # a number would be a CoAP Content-Format: none is registered for credentials
    value = protected.get(label)
    if label in protected and not isinstance(value, str):
        raise CoseError("cose_header", f"{label.name} is not text")
    return value


def _key_id(header: Header) -> str | None:
    """The name of the key: bytes in COSE, of which only those that are text name a key that is known here."""
    if Label.KEY_ID not in header:
        return None
    kid = header[Label.KEY_ID]
    try:
        text = kid.decode() if isinstance(kid, bytes) else ""
    except UnicodeDecodeError as err:
        raise CoseError("cose_header", "kid is not UTF-8") from err
    if not text:
        raise CoseError("cose_header", "kid is bytes, and not empty")
    return text


def _listed(labels: set[Any] | frozenset[Any]) -> str:
    return ", ".join(sorted(str(each)[:20] for each in labels))[:100]
