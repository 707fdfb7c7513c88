"""The `proofValue` of bbs-2023: multibase "u", three bytes that say which kind, and CBOR.

Source: Data Integrity BBS Cryptosuites v1.0, sections 3.3.1 (serializeBaseProofValue) to 3.3.7
(parseDerivedProofValue).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from contexts import DEFAULT_LIMITS
from credentials.bbs import SIGNATURE_LENGTH
from credentials.data_integrity.selective import HMAC_KEY_BYTES, MAXIMUM_POINTERS, decode_cbor, encode_cbor
from credentials.errors import ProofError
from did.encodings import decode_base64url, encode_base64url
from did.errors import EncodingError
from did.keys.bls12381 import PUBLIC_LENGTH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HEADER_LENGTH: Final = 64

_BASE: Final = b"\xd9\x5d\x02"
_DERIVED: Final = b"\xd9\x5d\x03"
# anonymous holder binding, pseudonyms, and both: optional features, whose own specifications are drafts still
_BASE_WITH_FEATURES: Final = frozenset({b"\xd9\x5d\x04", b"\xd9\x5d\x06", b"\xd9\x5d\x08"})
_DERIVED_WITH_FEATURES: Final = frozenset({b"\xd9\x5d\x05", b"\xd9\x5d\x07", b"\xd9\x5d\x09"})
_COMPONENTS: Final = 5
_POINTER: Final = "/proof/proofValue"
# 100,000 characters of pointers, or 10,000 indexes and a proof over 512 messages, have room in it; taking
# it apart costs less than a tenth of a second, whatever it holds
_LONGEST: Final = 200_000


@dataclass(frozen=True)
class BaseProofValue:
    """What an issuer gives the holder.

    Args:
        signature: BBS signature, 80 bytes.
        header: hash of the proof's options, then of the mandatory statements, 64 bytes.
        public_key: the issuer's, 96 bytes.
        hmac_key: of the labels, 32 bytes.
        mandatory_pointers: JSON pointers.
    """

    signature: bytes
    header: bytes
    public_key: bytes
    hmac_key: bytes = field(repr=False)
    mandatory_pointers: Sequence[str]

    def to_multibase(self) -> str:
        """Write it; section 3.3.1 (serializeBaseProofValue).

        Raises:
            ProofError: "proof_value_too_long".
        """
        return _write(
            _BASE,
            [self.signature, self.header, self.public_key, self.hmac_key, list(self.mandatory_pointers)],
        )

    @classmethod
    def from_multibase(cls, text: str) -> BaseProofValue:
        """Read it, strictly; section 3.3.2 (parseBaseProofValue).

        Raises:
            ProofError: "proof_invalid_shape", "derived_proof_not_base", "bbs_feature_unsupported".
        """
        kind, components = _read(text)
        if kind == _DERIVED or kind in _DERIVED_WITH_FEATURES:
            raise ProofError("derived_proof_not_base", pointer=_POINTER)
        if kind != _BASE:
            raise _unsupported(kind)
        *octets, pointers = _components(components)
        lengths = (SIGNATURE_LENGTH, HEADER_LENGTH, PUBLIC_LENGTH, HMAC_KEY_BYTES)
        signature, header, public_key, hmac_key = (
            _octets(each, length) for each, length in zip(octets, lengths, strict=True)
        )
        if not isinstance(pointers, list) or not all(isinstance(each, str) for each in pointers):
            raise _malformed("mandatory pointers are strings")
        if len(pointers) > MAXIMUM_POINTERS:
            raise ProofError("too_many_pointers", f"{len(pointers)}", pointer=_POINTER)
        return cls(signature, header, public_key, hmac_key, pointers)


@dataclass(frozen=True)
class DerivedProofValue:
    """What a holder shows.

    Args:
        proof: BBS proof.
        label_map: canonical label in the reveal document to the label that was signed ("c14n0" to "b2").
        mandatory_indexes: of the reveal document's statements, ascending.
        selective_indexes: of all non-mandatory statements that were signed, ascending.
        presentation_header: what the proof is bound to.
    """

    proof: bytes
    label_map: Mapping[str, str]
    mandatory_indexes: Sequence[int]
    selective_indexes: Sequence[int]
    presentation_header: bytes

    def to_multibase(self) -> str:
        """Write it; section 3.3.6 (serializeDerivedProofValue).

        Raises:
            ProofError: "proof_value_too_long".
        """
        labels = {
            int(label.removeprefix("c14n")): int(signed.removeprefix("b"))
            for label, signed in self.label_map.items()
        }
        return _write(
            _DERIVED,
            [
                self.proof,
                labels,
                list(self.mandatory_indexes),
                list(self.selective_indexes),
                self.presentation_header,
            ],
        )

    @classmethod
    def from_multibase(cls, text: str) -> DerivedProofValue:
        """Read it, strictly; section 3.3.7 (parseDerivedProofValue).

        Raises:
            ProofError: "proof_invalid_shape", "base_proof_not_derived", "bbs_feature_unsupported",
                "mandatory_indexes_invalid", "selective_indexes_invalid".
        """
        kind, components = _read(text)
        if kind == _BASE or kind in _BASE_WITH_FEATURES:
            raise ProofError("base_proof_not_derived", pointer=_POINTER)
        if kind != _DERIVED:
            raise _unsupported(kind)
        proof, labels, mandatory, selective, presentation_header = _components(components)
        return cls(
            proof=_octets(proof),
            label_map=_read_labels(labels),
            mandatory_indexes=_indexes(mandatory, "mandatory_indexes_invalid"),
            selective_indexes=_indexes(selective, "selective_indexes_invalid"),
            presentation_header=_octets(presentation_header),
        )


def _malformed(detail: str) -> ProofError:
    return ProofError("proof_invalid_shape", f"proofValue: {detail}", pointer=_POINTER)


def _unsupported(kind: bytes) -> ProofError:
    if kind in _BASE_WITH_FEATURES | _DERIVED_WITH_FEATURES:
        return ProofError("bbs_feature_unsupported", kind.hex(), pointer=_POINTER)
    return _malformed(f"no kind of bbs-2023 proof ({kind.hex()})")


def _write(kind: bytes, components: list[Any]) -> str:
    value = "u" + encode_base64url(kind + encode_cbor(components))
    if len(value) > _LONGEST:
        # what would not be read again is not written
        raise ProofError("proof_value_too_long", f"{len(value)} characters", pointer=_POINTER)
    return value


def _read(text: str) -> tuple[bytes, bytes]:
    """Take the multibase off, and the three bytes before the CBOR."""
    if not text.startswith("u") or len(text) > _LONGEST:
        raise _malformed("not multibase base64url, or too long")
    try:
        data = decode_base64url(text[1:])
    except EncodingError as err:
        raise _malformed(err.detail) from err
    return data[: len(_BASE)], data[len(_BASE) :]


def _components(data: bytes) -> list[Any]:
    components = decode_cbor(data)
    if not isinstance(components, list) or len(components) != _COMPONENTS:
        raise _malformed(f"not {_COMPONENTS} components")
    return components


def _octets(value: Any, length: int | None = None) -> bytes:
    if not isinstance(value, bytes) or (length is not None and len(value) != length):
        raise _malformed("not a byte string" if length is None else f"not {length} bytes")
    return value


def _indexes(value: Any, code: str) -> list[int]:
    """Read indexes that ascend; more than there can be statements are not looked at."""
    if not isinstance(value, list) or len(value) > DEFAULT_LIMITS.statements:
        raise _malformed("not a list of indexes")
    if not all(isinstance(index, int) for index in value):
        raise _malformed("an index that is no number")
    if any(first >= second for first, second in pairwise(value)):
        raise ProofError(code, "not ascending", pointer=_POINTER)
    return value


def _read_labels(value: Any) -> dict[str, str]:
    """Read a compressed label map; section 3.3.5 (decompressLabelMap)."""
    if not isinstance(value, dict) or len(value) > DEFAULT_LIMITS.blank_nodes:
        raise _malformed("not a label map")
    if not all(isinstance(number, int) for entry in value.items() for number in entry):
        raise _malformed("a label that is no number")
    return {f"c14n{label}": f"b{signed}" for label, signed in value.items()}
