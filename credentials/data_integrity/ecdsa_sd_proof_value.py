"""The two proof values of ecdsa-sd-2023: the base proof of the holder, the derived proof of the verifier.

Source: Data Integrity ECDSA Cryptosuites v1.0, sections 3.5.2 (serializeBaseProofValue), 3.5.3
(parseBaseProofValue) and 3.5.5 (compressLabelMap) to 3.5.8 (parseDerivedProofValue).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from credentials.data_integrity.selective.cbor import decode_cbor, encode_cbor
from credentials.errors import ProofError
from did.encodings import decode_base64url, encode_base64url
from did.errors import EncodingError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SIGNATURE_BYTES: Final = 64
HMAC_BYTES: Final = 32
# multicodec p256-pub as a varint, then the compressed point. (Section 3.5.8 speaks of 36 bytes; the vectors
# of the specification, and everybody else, have these 35.)
MULTIKEY_BYTES: Final = 35
MULTIKEY_PREFIX: Final = b"\x80\x24"
# what a verifier checks one by one, 50 microseconds each; a credential has some dozens
MAXIMUM_SIGNATURES: Final = 1_000
# so many signatures, 2,000 labels and 10,000 indexes have room in it, or 100,000 characters of pointers
_MAXIMUM_CHARACTERS: Final = 300_000
_BASE_HEADER: Final = b"\xd9\x5d\x00"
_DERIVED_HEADER: Final = b"\xd9\x5d\x01"
_ELEMENTS: Final = 5


@dataclass(frozen=True, slots=True)
class BaseProofValue:
    """What the issuer gives to the holder, and the holder to nobody.

    Args:
        base_signature: of the issuer, r || s, 64 bytes.
        public_key: of this one proof: multicodec prefix and compressed P-256 point, 35 bytes.
        hmac_key: what the labels of blank nodes are made with, 32 bytes.
        signatures: one for each statement that is not mandatory, in their order, 64 bytes each.
        mandatory_pointers: JSON pointers.
    """

    base_signature: bytes
    public_key: bytes
    hmac_key: bytes = field(repr=False)
    signatures: Sequence[bytes]
    mandatory_pointers: Sequence[str]

    def to_multibase(self) -> str:
        """Write the proof value, "u..."."""
        return _write(
            _BASE_HEADER,
            [
                self.base_signature,
                self.public_key,
                self.hmac_key,
                list(self.signatures),
                list(self.mandatory_pointers),
            ],
        )

    @classmethod
    def from_multibase(cls, text: str) -> BaseProofValue:
        """Read a base proof value.

        Raises:
            ProofError: "derived_proof_not_base", "proof_invalid_shape", "too_many_statements".
        """
        data = _decode(text)
        if data.startswith(_DERIVED_HEADER):
            raise ProofError("derived_proof_not_base", pointer="/proof/proofValue")
        signature, key, hmac_key, signatures, pointers = _read(data, _BASE_HEADER)
        return cls(
            _bytes(signature, SIGNATURE_BYTES),
            _public_key(key),
            _bytes(hmac_key, HMAC_BYTES),
            _signatures(signatures),
            _strings(pointers),
        )


@dataclass(frozen=True, slots=True)
class DerivedProofValue:
    """What the holder shows.

    Args:
        base_signature: of the issuer, r || s, 64 bytes.
        public_key: of the base proof: multicodec prefix and compressed P-256 point, 35 bytes.
        signatures: one for each statement shown that is not mandatory, in their order, 64 bytes each.
        label_map: canonical label ("c14n0") to the label that was signed ("u...").
        mandatory_indexes: which statements of the document are mandatory, ascending.
    """

    base_signature: bytes
    public_key: bytes
    signatures: Sequence[bytes]
    label_map: Mapping[str, str]
    mandatory_indexes: Sequence[int]

    def to_multibase(self) -> str:
        """Write the proof value, "u..."."""
        return _write(
            _DERIVED_HEADER,
            [
                self.base_signature,
                self.public_key,
                list(self.signatures),
                _compress(self.label_map),
                list(self.mandatory_indexes),
            ],
        )

    @classmethod
    def from_multibase(cls, text: str) -> DerivedProofValue:
        """Read a derived proof value.

        Raises:
            ProofError: "base_proof_not_derived", "proof_invalid_shape", "too_many_statements".
        """
        data = _decode(text)
        if data.startswith(_BASE_HEADER):
            # it holds the key that hides the rest: whoever shows it shows everything
            raise ProofError("base_proof_not_derived", pointer="/proof/proofValue")
        signature, key, signatures, label_map, indexes = _read(data, _DERIVED_HEADER)
        return cls(
            _bytes(signature, SIGNATURE_BYTES),
            _public_key(key),
            _signatures(signatures),
            _decompress(label_map),
            _ascending(indexes),
        )


def _write(header: bytes, elements: list[Any]) -> str:
    return "u" + encode_base64url(header + encode_cbor(elements))


def _malformed(detail: str) -> ProofError:
    return ProofError("proof_invalid_shape", f"proofValue: {detail}", pointer="/proof/proofValue")


def _decode(text: str) -> bytes:
    if not text.startswith("u") or len(text) > _MAXIMUM_CHARACTERS:
        raise _malformed("not multibase base64url, or too long")
    try:
        return decode_base64url(text[1:])
    except EncodingError as err:
        raise _malformed(err.detail) from err


def _read(data: bytes, header: bytes) -> list[Any]:
    if not data.startswith(header):
        raise _malformed("not the header of an ecdsa-sd-2023 proof")
    elements = decode_cbor(data[len(header) :])
    if not isinstance(elements, list) or len(elements) != _ELEMENTS:
        raise _malformed(f"not an array of {_ELEMENTS}")
    return elements


def _bytes(value: Any, length: int) -> bytes:
    if not isinstance(value, bytes) or len(value) != length:
        raise _malformed(f"not {length} bytes")
    return value


def _public_key(value: Any) -> bytes:
    key = _bytes(value, MULTIKEY_BYTES)
    if not key.startswith(MULTIKEY_PREFIX):
        raise _malformed("not a P-256 Multikey")
    return key


def _signatures(value: Any) -> list[bytes]:
    if not isinstance(value, list):
        raise _malformed("no array of signatures")
    if len(value) > MAXIMUM_SIGNATURES:
        raise ProofError("too_many_statements", f"{len(value)}", pointer="/proof/proofValue")
    return [_bytes(each, SIGNATURE_BYTES) for each in value]


def _strings(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise _malformed("no array of pointers")
    return value


def _ascending(value: Any) -> list[int]:
    if not isinstance(value, list) or not all(isinstance(each, int) for each in value):
        raise _malformed("no array of indexes")
    if any(first >= second for first, second in pairwise(value)):
        raise ProofError("mandatory_indexes_invalid", "not ascending", pointer="/proof/proofValue")
    return value


def _compress(label_map: Mapping[str, str]) -> dict[int, bytes]:
    """Source: section 3.5.5 (compressLabelMap)."""
    return {
        int(key.removeprefix("c14n")): decode_base64url(value.removeprefix("u"))
        for key, value in label_map.items()
    }


def _decompress(value: Any) -> dict[str, str]:
    """Source: section 3.5.6 (decompressLabelMap)."""
    if not isinstance(value, dict) or not all(isinstance(key, int) for key in value):
        raise _malformed("no map from numbers to labels")
    return {f"c14n{key}": f"u{encode_base64url(_bytes(label, HMAC_BYTES))}" for key, label in value.items()}
