"""The `proofValue` of a signature: multibase "z", base58-btc, of exactly the suite's length."""

from __future__ import annotations

from typing import Final

from credentials.errors import ProofError
from did.errors import EncodingError
from did.multibase import decode_base58btc, encode_base58btc

# base58 costs the square of the length: nothing longer than any signature here is looked at
_LONGEST: Final = 256


def encode_proof_value(signature: bytes) -> str:
    """Write a signature as multibase base58-btc."""
    return encode_base58btc(signature)


def decode_proof_value(text: str, *, length: int) -> bytes:
    """Read a multibase base58-btc signature.

    Args:
        text: "z...".
        length: bytes that it must have.

    Raises:
        ProofError: "proof_invalid_shape".

    Source: Data Integrity EdDSA Cryptosuites v1.0, section 3.2.2 step 3; Controlled Identifiers v1.0,
    section 2.4.
    """
    try:
        decoded = decode_base58btc(text[: _LONGEST + 1])
    except EncodingError as err:
        raise ProofError(
            "proof_invalid_shape", f"proofValue: {err.detail}", pointer="/proof/proofValue"
        ) from err
    if len(text) > _LONGEST or len(decoded) != length:
        raise ProofError(
            "proof_invalid_shape", f"proofValue is not {length} bytes", pointer="/proof/proofValue"
        )
    return decoded
