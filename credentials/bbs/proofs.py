"""BBS proofs: that someone holds a signature over messages, of which some are shown.

Source: draft-irtf-cfrg-bbs-signatures, sections "Proof Generation", "CoreProofGen", "Proof Verification",
"CoreProofVerify" and "Proof Protocol Subroutines". Names are those of the draft: `_hat` for m^, `_tilde`
for m~.

Making a proof takes time that depends on its numbers. They are fresh in each proof, but for the messages and
the signature, which are the holder's own: a proof is made where nobody else measures.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from py_arkworks_bls12381 import GT, G1Point, G2Point

from credentials.bbs.ciphersuite import (
    POINT_LENGTH,
    SCALAR_LENGTH,
    check_count,
    hash_to_scalar,
    messages_to_scalars,
    read_scalars,
    serialize_integer,
    serialize_scalars,
)
from credentials.bbs.errors import BbsError
from credentials.bbs.generators import P1, create_generators
from credentials.bbs.points import read_point, sum_of_products, times
from credentials.bbs.signatures import Signature, calculate_domain, commit, read_key
from did.keys.bls12381 import ORDER, random_scalar

if TYPE_CHECKING:
    from collections.abc import Sequence

_POINTS: Final = 3
_SCALARS: Final = 4
SHORTEST_PROOF: Final = _POINTS * POINT_LENGTH + _SCALARS * SCALAR_LENGTH
# r1, r2, e~, r1~, r3~
_BLINDING_SCALARS: Final = 5


@dataclass(frozen=True)
class Proof:
    """A proof, read.

    Args:
        a_bar: point of G1, as are `b_bar` and `d`.
        b_bar: see `a_bar`.
        d: see `a_bar`.
        e_hat: from 1 to r - 1, as are the others.
        r1_hat: see `e_hat`.
        r3_hat: see `e_hat`.
        commitments: one for each undisclosed message, in order.
        challenge: see `e_hat`.
    """

    a_bar: G1Point
    b_bar: G1Point
    d: G1Point
    e_hat: int
    r1_hat: int
    r3_hat: int
    commitments: Sequence[int]
    challenge: int

    @classmethod
    def read(cls, octets: bytes) -> Proof:
        """Read a proof.

        Raises:
            BbsError: "bbs_encoding", "bbs_too_many_messages".

        Source: section "Octets to Proof".
        """
        count, rest = divmod(len(octets) - SHORTEST_PROOF, SCALAR_LENGTH)
        if count < 0 or rest:
            raise BbsError("bbs_encoding", f"no proof has {len(octets)} bytes")
        check_count(count)
        end = _POINTS * POINT_LENGTH
        e_hat, r1_hat, r3_hat, *commitments, challenge = read_scalars(octets[end:])
        a_bar, b_bar, d = (
            read_point(octets[start : start + POINT_LENGTH]) for start in range(0, end, POINT_LENGTH)
        )
        return cls(a_bar, b_bar, d, e_hat, r1_hat, r3_hat, commitments, challenge)

    def write(self) -> bytes:
        """Write the proof.

        Source: section "Proof to Octets".
        """
        points = b"".join([point.to_compressed_bytes() for point in (self.a_bar, self.b_bar, self.d)])
        scalars = [self.e_hat, self.r1_hat, self.r3_hat, *self.commitments, self.challenge]
        return points + serialize_scalars(scalars)


def undisclosed_count(proof: bytes) -> int:
    """Tell how many messages a proof hides, by its length alone; nothing else of it is looked at."""
    return max(0, len(proof) - SHORTEST_PROOF) // SCALAR_LENGTH


def proof_gen(
    public_key: bytes,
    signature: bytes,
    *,
    header: bytes,
    presentation_header: bytes,
    messages: Sequence[bytes],
    disclosed_indexes: Sequence[int],
) -> bytes:
    """Make a proof that shows some messages. Each call gives another, which cannot be linked to it.

    The signature is not verified: of one that does not hold, the proof does not either.

    Args:
        public_key: of the signer, compressed point of G2, 96 bytes.
        signature: 80 bytes.
        header: as it was signed.
        presentation_header: what the proof is bound to, such as the verifier's nonce.
        messages: all of them, as they were signed.
        disclosed_indexes: of those to be shown; ascending, from 0.

    Raises:
        BbsError: "bbs_encoding", "bbs_too_many_messages", "bbs_indexes".
    """
    check_count(len(messages))
    check_indexes(disclosed_indexes, len(messages))
    undisclosed = len(messages) - len(disclosed_indexes)
    return proof_gen_with(
        [random_scalar() for _ in range(_BLINDING_SCALARS + undisclosed)],
        public_key,
        signature,
        header=header,
        presentation_header=presentation_header,
        messages=messages,
        disclosed_indexes=disclosed_indexes,
    )


def proof_gen_with(
    random_scalars: Sequence[int],
    public_key: bytes,
    signature: bytes,
    *,
    header: bytes,
    presentation_header: bytes,
    messages: Sequence[bytes],
    disclosed_indexes: Sequence[int],
) -> bytes:
    """Make a proof from these random scalars: for test vectors alone.

    Scalars that are used twice, or that anyone can guess, give the withheld messages and the signature away.
    """
    read_key(public_key)
    read = Signature.read(signature)
    scalars = messages_to_scalars(messages)
    generators = create_generators(len(messages))
    undisclosed = _others(disclosed_indexes, len(messages))
    r1, r2, e_tilde, r1_tilde, r3_tilde, *m_tildes = random_scalars
    # Proof Initialization, 1 to 7
    domain = calculate_domain(public_key, generators, header)
    d = times(commit(generators, domain, scalars), r2)
    a_bar = times(read.a, r1 * r2)
    b_bar = sum_of_products([d, a_bar], [r1, -read.e])
    t1 = sum_of_products([a_bar, d], [e_tilde, r1_tilde])
    t2 = sum_of_products([d, *(generators.messages[index] for index in undisclosed)], [r3_tilde, *m_tildes])
    # Challenge Calculation
    disclosed = [(index, scalars[index]) for index in disclosed_indexes]
    challenge = _challenge(disclosed, (a_bar, b_bar, d, t1, t2), domain, presentation_header)
    # Proof Finalization, 1 to 6
    hats = [
        (m_tilde + scalars[index] * challenge) % ORDER
        for m_tilde, index in zip(m_tildes, undisclosed, strict=True)
    ]
    return Proof(
        a_bar=a_bar,
        b_bar=b_bar,
        d=d,
        e_hat=(e_tilde + read.e * challenge) % ORDER,
        r1_hat=(r1_tilde - r1 * challenge) % ORDER,
        r3_hat=(r3_tilde - pow(r2, -1, ORDER) * challenge) % ORDER,
        commitments=hats,
        challenge=challenge,
    ).write()


def proof_verify(
    public_key: bytes,
    proof: bytes,
    *,
    header: bytes,
    presentation_header: bytes,
    disclosed_messages: Sequence[bytes],
    disclosed_indexes: Sequence[int],
) -> None:
    """Check a proof.

    Args:
        public_key: of the expected signer, compressed point of G2, 96 bytes.
        proof: 272 bytes, and 32 for each undisclosed message.
        header: that was signed.
        presentation_header: what the proof is bound to.
        disclosed_messages: those that are shown, in their order.
        disclosed_indexes: of these, among all that were signed; ascending, from 0.

    Raises:
        BbsError: "bbs_encoding", "bbs_too_many_messages", "bbs_indexes", "bbs_invalid_proof".
    """
    check_count(len(disclosed_messages))
    w = read_key(public_key)
    read = Proof.read(proof)
    count = len(read.commitments) + len(disclosed_messages)
    check_count(count)
    check_indexes(disclosed_indexes, count, expected=len(disclosed_messages))
    scalars = messages_to_scalars(disclosed_messages)
    generators = create_generators(count)
    # Proof Verification Initialization, 1 to 4: with Bv inside the sum, so that there is one multiplication
    domain = calculate_domain(public_key, generators, header)
    c = read.challenge
    t1 = sum_of_products([read.b_bar, read.a_bar, read.d], [c, read.e_hat, read.r1_hat])
    factors = [0] * count
    for index, scalar in zip(disclosed_indexes, scalars, strict=True):
        factors[index] = scalar * c
    for index, m_hat in zip(_others(disclosed_indexes, count), read.commitments, strict=True):
        factors[index] = m_hat
    t2 = sum_of_products(
        [P1, generators.q_1, read.d, *generators.messages], [c, domain * c, read.r3_hat, *factors]
    )
    # 3 to 6
    disclosed = list(zip(disclosed_indexes, scalars, strict=True))
    points = (read.a_bar, read.b_bar, read.d, t1, t2)
    if _challenge(disclosed, points, domain, presentation_header) != c:
        raise BbsError("bbs_invalid_proof")
    if not GT.pairing_check([read.a_bar, -read.b_bar], [w, G2Point()]):
        raise BbsError("bbs_invalid_proof")


def check_indexes(indexes: Sequence[int], count: int, *, expected: int | None = None) -> None:
    """Check that indexes ascend and stay below the count.

    Raises:
        BbsError: "bbs_indexes".
    """
    if expected is not None and len(indexes) != expected:
        raise BbsError("bbs_indexes", f"{len(indexes)} for {expected} messages")
    if any(first >= second for first, second in pairwise(indexes)):
        raise BbsError("bbs_indexes", "not ascending")
    if indexes and not (indexes[0] >= 0 and indexes[-1] < count):
        raise BbsError("bbs_indexes", f"not from 0 to {count - 1}")


def _others(indexes: Sequence[int], count: int) -> list[int]:
    chosen = set(indexes)
    return [index for index in range(count) if index not in chosen]


def _challenge(
    disclosed: Sequence[tuple[int, int]],
    points: Sequence[G1Point],
    domain: int,
    presentation_header: bytes,
) -> int:
    """Calculate the challenge from what is shown; section "Challenge Calculation"."""
    shown = b"".join([serialize_integer(index) + serialize_scalars([scalar]) for index, scalar in disclosed])
    serialized = b"".join([point.to_compressed_bytes() for point in points])
    return hash_to_scalar(
        serialize_integer(len(disclosed))
        + shown
        + serialized
        + serialize_scalars([domain])
        + serialize_integer(len(presentation_header))
        + presentation_header
    )
