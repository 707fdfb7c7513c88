"""BBS signatures: one over a header and a list of messages.

Source: draft-irtf-cfrg-bbs-signatures, sections "Signature Generation", "CoreSign", "Signature Verification",
"CoreVerify". The numbers in the comments are the steps of the core operations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from py_arkworks_bls12381 import GT, G1Point, G2Point

from credentials.bbs.ciphersuite import (
    API_ID,
    EXPAND_LENGTH,
    POINT_LENGTH,
    SCALAR_LENGTH,
    expand_message,
    hash_to_scalar,
    messages_to_scalars,
    read_scalars,
    serialize_integer,
    serialize_scalars,
)
from credentials.bbs.errors import BbsError
from credentials.bbs.generators import P1, create_generators
from credentials.bbs.points import read_point, sum_of_products, times
from did.errors import InvalidKeyError
from did.keys.bls12381 import ORDER, random_scalar, read_public_point

if TYPE_CHECKING:
    from collections.abc import Sequence

    from credentials.bbs.generators import Generators

SIGNATURE_LENGTH: Final = POINT_LENGTH + SCALAR_LENGTH
_KEYGEN_DST: Final = API_ID + b"KEYGEN_DST_"
_SHORTEST_MATERIAL: Final = 32
_LONGEST_INFO: Final = 65_535


@dataclass(frozen=True)
class Signature:
    """A signature, read.

    Args:
        a: point of G1.
        e: from 1 to r - 1.
    """

    a: G1Point
    e: int

    @classmethod
    def read(cls, octets: bytes) -> Signature:
        """Read a signature, 80 bytes.

        Raises:
            BbsError: "bbs_encoding".

        Source: section "Octets to Signature".
        """
        if len(octets) != SIGNATURE_LENGTH:
            raise BbsError("bbs_encoding", f"a signature of {len(octets)} bytes, not {SIGNATURE_LENGTH}")
        (e,) = read_scalars(octets[POINT_LENGTH:])
        return cls(read_point(octets[:POINT_LENGTH]), e)


def key_gen(key_material: bytes, *, key_info: bytes = b"", key_dst: bytes = _KEYGEN_DST) -> int:
    """Derive a secret key, a number from 1 to r - 1, from secret bytes.

    Args:
        key_material: secret, uniform, at least 32 bytes.
        key_info: tells keys from the same material apart, at most 65,535 bytes.
        key_dst: domain separation tag.

    Raises:
        BbsError: "bbs_key".

    Source: section "Secret Key".
    """
    if len(key_material) < _SHORTEST_MATERIAL or len(key_info) > _LONGEST_INFO:
        raise BbsError("bbs_key", "key material too short, or key info too long")
    derived = expand_message(key_material + len(key_info).to_bytes(2) + key_info, key_dst, EXPAND_LENGTH)
    secret = int.from_bytes(derived) % ORDER
    if not secret:
        raise BbsError("bbs_key", "the material makes no key")
    return secret


def sign(secret: int, public_key: bytes, *, header: bytes, messages: Sequence[bytes]) -> bytes:
    """Sign.

    Args:
        secret: from 1 to r - 1.
        public_key: the one that belongs to it, compressed point of G2, 96 bytes.
        header: shown with every proof.
        messages: each shown or withheld on its own; at most 512.

    Returns:
        The signature, 80 bytes, always the same for the same key, header and messages.

    Raises:
        BbsError: "bbs_too_many_messages".
    """
    scalars = messages_to_scalars(messages)
    generators = create_generators(len(messages))
    # 1 to 3
    domain = calculate_domain(public_key, generators, header)
    e = hash_to_scalar(serialize_scalars([secret, *scalars, domain]))
    b = commit(generators, domain, scalars)
    # 4: A = B * (1 / (SK + e)), blinded, since neither the inversion nor the product takes constant time
    blind = random_scalar()
    divisor = (secret + e) * blind % ORDER
    if not divisor or not e:
        raise BbsError("bbs_key", "no signature over these messages")
    a = times(times(b, blind), pow(divisor, -1, ORDER))
    return a.to_compressed_bytes() + serialize_scalars([e])


def verify(public_key: bytes, signature: bytes, *, header: bytes, messages: Sequence[bytes]) -> None:
    """Check a signature.

    Args:
        public_key: compressed point of G2, 96 bytes.
        signature: 80 bytes.
        header: as it was signed.
        messages: all of them, as they were signed.

    Raises:
        BbsError: "bbs_encoding", "bbs_too_many_messages", "bbs_invalid_signature".
    """
    w = read_key(public_key)
    read = Signature.read(signature)
    scalars = messages_to_scalars(messages)
    generators = create_generators(len(messages))
    # 1 to 3: with B inside the sum, so that there is one multiplication
    domain = calculate_domain(public_key, generators, header)
    difference = sum_of_products(
        [read.a, P1, generators.q_1, *generators.messages],
        [read.e, -1, -domain, *(-scalar for scalar in scalars)],
    )
    if not GT.pairing_check([read.a, difference], [w, G2Point()]):
        raise BbsError("bbs_invalid_signature")


def read_key(public_key: bytes) -> G2Point:
    """Read a public key.

    Raises:
        BbsError: "bbs_encoding".
    """
    try:
        return read_public_point(public_key)
    except InvalidKeyError as err:
        raise BbsError("bbs_encoding", err.detail) from err


def calculate_domain(public_key: bytes, generators: Generators, header: bytes) -> int:
    """Distil what a signature is bound to beside its messages.

    Source: section "Domain Calculation".
    """
    count = serialize_integer(len(generators.messages))
    bound = public_key + count + generators.octets + API_ID + serialize_integer(len(header)) + header
    return hash_to_scalar(bound)


def commit(generators: Generators, domain: int, scalars: Sequence[int]) -> G1Point:
    """Give B = P1 + Q_1 * domain + H_1 * msg_1 + ... + H_L * msg_L."""
    return sum_of_products([P1, generators.q_1, *generators.messages], [1, domain, *scalars])
