"""What signatures, tokens and lists take of a verification's budget; what documents take stands in
`contexts.limits`, with the budget itself and the size of a unit.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from credentials.bbs import MAXIMUM_MESSAGES
from did.keys import KeyType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from credentials.data_integrity.suites import CryptoSuite

# one signature verified, its key included; RSA of 4096 bits
SIGNATURE_UNITS: Final[Mapping[KeyType, int]] = MappingProxyType(
    {
        KeyType.ED25519: 80,
        KeyType.P256: 60,
        KeyType.P384: 400,
        KeyType.P521: 400,
        KeyType.RSA: 160,
        KeyType.BLS12381_G2: 2_000,
    }
)
# a Key Binding JWT, by a key of the dearest kind that JOSE has
KEY_BINDING_UNITS: Final = SIGNATURE_UNITS[KeyType.P384]
# of BBS: a generator in each multiplication
BBS_MESSAGE_UNITS: Final = 80
# read, hashed, and put in its place
DISCLOSURE_UNITS: Final = 10
_DISCLOSED_CHARACTERS_OF_A_UNIT: Final = 16
_PROOF_VALUE_CHARACTERS_OF_A_UNIT: Final = 8
_TOKEN_CHARACTERS_OF_A_UNIT: Final = 128
_UNPACKED_BYTES_OF_A_UNIT: Final = 300


def token_units(characters: int) -> int:
    """Tell what base64url costs beside what is in it."""
    return characters // _TOKEN_CHARACTERS_OF_A_UNIT


def sd_jwt_units(token: bytes | str) -> int:
    """Tell what an SD-JWT costs before it is taken apart."""
    disclosures = token.count(b"~") if isinstance(token, bytes) else token.count("~")
    return len(token) // _DISCLOSED_CHARACTERS_OF_A_UNIT + disclosures * DISCLOSURE_UNITS


def signature_units(suite: CryptoSuite, key_type: KeyType, proof_value: str) -> int:
    """Tell what a proof of Data Integrity costs beside the statements: its signature.

    Of a base or derived proof, it is the reading of its value; the suite takes the signatures in it when it
    knows how many they are.
    """
    if suite.selective is not None:
        return len(proof_value) // _PROOF_VALUE_CHARACTERS_OF_A_UNIT
    return SIGNATURE_UNITS[key_type]


def bbs_units(messages: int) -> int:
    """Tell what a BBS signature or proof over so many messages costs; over too many, none is worked out."""
    return SIGNATURE_UNITS[KeyType.BLS12381_G2] + min(messages, MAXIMUM_MESSAGES) * BBS_MESSAGE_UNITS


def unpacking_units(unpacked_bytes: int) -> int:
    """Tell what a list cost to be unpacked."""
    return unpacked_bytes // _UNPACKED_BYTES_OF_A_UNIT
