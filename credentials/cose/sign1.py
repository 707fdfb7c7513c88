"""COSE_Sign1, strict: one tagged array, one algorithm per key; no header decides whom to believe.

There is no external data, no detached payload, no MAC and no certificate in this code to be talked into, and
no key is ever taken from a header: the caller says which key it expects.

Source: RFC 9052, sections 2, 4.2 (COSE_Sign1) and 4.4 (Signing and Verification Process); RFC 9053, section
2; RFC 9864, section 2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from credentials.cbor import encode_cbor
from credentials.cose.errors import CoseError
from credentials.cose.headers import CoseHeader, decode, read_header, read_protected
from did.errors import InvalidSignatureError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from did.keys import PublicKey, Signer

# a credential of a megabyte, with its header and signature
MAXIMUM_BYTES: Final = 1_060_000
# tag 18 in its one form: a COSE_Sign1
_TAG: Final = b"\xd2"
# what else a COSE object can begin with: arrays without a tag, COSE_Encrypt0, COSE_Mac0, and tags from 24 on
_BEGINNINGS: Final = frozenset({_TAG, b"\x83", b"\x84", b"\xd0", b"\xd1", b"\xd8", b"\xd9"})
# by number, as JOSE calls them: the polymorphic ones of RFC 9053 and the fully-specified ones of RFC 9864
ALGORITHMS: Final = MappingProxyType(
    {
        -7: "ES256",
        -9: "ES256",
        -35: "ES384",
        -51: "ES384",
        -36: "ES512",
        -52: "ES512",
        -8: "EdDSA",
        -19: "EdDSA",
    }
)
_NUMBERS: Final = MappingProxyType({"ES256": -7, "ES384": -35, "ES512": -36, "EdDSA": -8})
_PARTS: Final = 4


@dataclass(frozen=True)
class UnverifiedSign1:
    """A COSE_Sign1 message taken apart. Nobody has vouched for any of it.

    Args:
        unverified_header: the parameters that are known here.
        unverified_payload: bytes.
        signing_input: what the signature is over.
        signature: raw, r || s for ECDSA.
    """

    unverified_header: CoseHeader
    unverified_payload: bytes = field(repr=False)
    signing_input: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    @property
    def algorithm(self) -> str:
        """What JOSE calls the algorithm; "" for one that is not known here."""
        return ALGORITHMS.get(self.unverified_header.algorithm, "")


def is_cose(data: bytes) -> bool:
    """Tell whether bytes begin as a COSE object does, which no JSON text, no token and no picture can."""
    return data[:1] in _BEGINNINGS


def sign_sign1(payload: bytes, *, signer: Signer, header: Mapping[int, Any]) -> bytes:
    """Sign a payload.

    Args:
        payload: bytes as they are.
        signer: its key decides the algorithm.
        header: protected parameters by label; cannot set the algorithm.

    Returns:
        COSE_Sign1 with its tag, deterministic CBOR.

    Raises:
        CoseError: "cose_algorithm": a key that COSE has no algorithm for here.

    Source: RFC 9052, section 4.4.
    """
    key = signer.public_key
    algorithm = _NUMBERS.get(key.jose_algorithm) if key.has_jose_form else None
    if algorithm is None:
        raise CoseError("cose_algorithm", f"none for {key.key_type}")
    protected = encode_cbor({int(label): value for label, value in header.items()} | {1: algorithm})
    signature = signer.sign(_to_be_signed(protected, payload))
    return _TAG + encode_cbor([protected, {}, payload, signature])


def parse_sign1(data: bytes, *, max_bytes: int = MAXIMUM_BYTES) -> UnverifiedSign1:
    """Take a COSE_Sign1 message apart, strictly. Size comes first, before anything is decoded.

    Args:
        data: with the tag that says what kind of COSE object it is.
        max_bytes: of the message.

    Raises:
        CoseError: "cose_too_large", "cose_structure", "cose_encoding", "cose_header", "cose_unprotected",
            "cose_critical", "cose_algorithm", "cose_detached".

    Source: RFC 9052, sections 3 and 4.2.
    """
    if len(data) > max_bytes:
        raise CoseError("cose_too_large", f"more than {max_bytes} bytes")
    if not data.startswith(_TAG):
        raise CoseError("cose_structure", "not tagged as COSE_Sign1")
    protected, unprotected, payload, signature = _parts(data.removeprefix(_TAG))
    header = read_header(read_protected(protected), unprotected)
    return UnverifiedSign1(header, payload, _to_be_signed(protected, payload), signature)


def verify_sign1(
    message: UnverifiedSign1,
    *,
    public_key: PublicKey,
    algorithms: frozenset[str] = frozenset(_NUMBERS),
) -> None:
    """Verify the signature of a message whose `typ` and claims the caller looks at.

    Args:
        message: what `parse_sign1` gave.
        public_key: whose signature is expected; the key pins the algorithm.
        algorithms: those that are accepted, as JOSE calls them.

    Raises:
        CoseError: "cose_algorithm", "cose_signature".

    Source: RFC 9052, section 4.4; RFC 9053, section 2.
    """
    algorithm = message.algorithm
    fits = public_key.has_jose_form and algorithm == public_key.jose_algorithm
    if not fits or algorithm not in algorithms:
        raise CoseError("cose_algorithm", f"{message.unverified_header.algorithm} with {public_key.key_type}")
    try:
        public_key.verify(message.signature, message.signing_input)
    except InvalidSignatureError as err:
        raise CoseError("cose_signature") from err


def _parts(encoded: bytes) -> tuple[bytes, dict[Any, Any], bytes, bytes]:
    """The four parts, each of its kind."""
    parts = decode(encoded)
    if not isinstance(parts, list) or len(parts) != _PARTS:
        raise CoseError("cose_structure", f"not an array of {_PARTS}")
    protected, unprotected, payload, signature = parts
    if payload is None:
        raise CoseError("cose_detached")
    if (
        not isinstance(protected, bytes)
        or not isinstance(unprotected, dict)
        or not isinstance(payload, bytes)
        or not isinstance(signature, bytes)
    ):
        raise CoseError("cose_structure", "a part of another kind")
    return protected, unprotected, payload, signature


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    """The Sig_structure: which kind of message, the header as it stands, no external data, the payload."""
    return encode_cbor(["Signature1", protected, b"", payload])
