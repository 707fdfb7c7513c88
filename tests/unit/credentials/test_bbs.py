"""BBS signatures and proofs: the draft's own fixtures byte for byte, and what is no signature, no proof, no index."""

from __future__ import annotations

import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from py_arkworks_bls12381 import G1Point

from credentials import bbs
from credentials.bbs import generators
from credentials.bbs.ciphersuite import (
    EXPAND_LENGTH,
    MAXIMUM_MESSAGES,
    POINT_LENGTH,
    SCALAR_LENGTH,
    expand_message,
    hash_to_scalar,
    messages_to_scalars,
    serialize_scalars,
)
from credentials.bbs.generators import P1, create_base_point, create_generators
from credentials.bbs.points import read_point, sum_of_products
from credentials.bbs.proofs import SHORTEST_PROOF, proof_gen_with
from credentials.bbs.signatures import calculate_domain, commit
from credentials.jws import JwsError, sign_compact, verify_compact
from did.encodings import encode_base64url
from did.errors import InvalidKeyError
from did.keys import KeySigner, KeyType, PrivateKey, PublicKey
from did.keys.bls12381 import ORDER, sk_to_pk
from tests.timing import costs_at_most

FOLDER = Path(__file__).parents[2] / "vectors" / "bbs"
FIXTURES = FOLDER / "bls12-381-sha-256"


def read(name: str) -> Any:
    return json.loads((FIXTURES / name).read_text())


def fixtures(kind: str) -> list[Any]:
    return [
        pytest.param(read(f"{kind}/{path.name}"), id=path.stem)
        for path in sorted((FIXTURES / kind).iterdir())
    ]


def octets(values: list[str]) -> list[bytes]:
    return [bytes.fromhex(value) for value in values]


def mocked_scalars(count: int) -> list[int]:
    """`seeded_random_scalars` of the draft, section "Mocked Random Scalars"."""
    fixture = read("mockedRng.json")
    uniform = expand_message(
        bytes.fromhex(fixture["seed"]), bytes.fromhex(fixture["dst"]), EXPAND_LENGTH * count
    )
    return [
        int.from_bytes(uniform[start : start + EXPAND_LENGTH]) % ORDER
        for start in range(0, len(uniform), EXPAND_LENGTH)
    ]


def test_the_fixtures_are_the_published_bytes() -> None:
    digests = json.loads((FOLDER / "SOURCE.json").read_text())["sha256"]
    found = {
        str(path.relative_to(FOLDER)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in FIXTURES.rglob("*.json")
    }
    assert found == digests


def test_keys_scalars_and_generators_are_those_of_the_draft() -> None:
    pair = read("keypair.json")
    secret = bbs.key_gen(
        bytes.fromhex(pair["keyMaterial"]),
        key_info=bytes.fromhex(pair["keyInfo"]),
        key_dst=bytes.fromhex(pair["keyDst"]),
    )
    assert secret == int(pair["keyPair"]["secretKey"], 16)
    assert bbs.key_gen(bytes.fromhex(pair["keyMaterial"]), key_info=bytes.fromhex(pair["keyInfo"])) == secret
    assert sk_to_pk(secret).hex() == pair["keyPair"]["publicKey"]
    single = read("h2s.json")
    assert hash_to_scalar(bytes.fromhex(single["message"]), bytes.fromhex(single["dst"])) == int(
        single["scalar"], 16
    )
    cases = read("MapMessageToScalarAsHash.json")["cases"]
    assert messages_to_scalars(octets([case["message"] for case in cases])) == [
        int(case["scalar"], 16) for case in cases
    ]
    assert [f"{scalar:064x}" for scalar in mocked_scalars(10)] == read("mockedRng.json")["mockedScalars"]
    published = read("generators.json")
    made = create_generators(10)
    assert [point.to_compressed_bytes().hex() for point in (made.q_1, *made.messages)] == [
        published["Q1"],
        *published["MsgGenerators"],
    ]
    assert made.octets.hex() == published["Q1"] + "".join(published["MsgGenerators"])
    assert create_base_point() == P1
    assert P1.to_compressed_bytes().hex() == published["P1"]


def test_generators_are_the_same_for_threads_that_ask_at_once() -> None:
    fresh = generators._Sequence(generators._GENERATOR_SEED)
    counts = [40, 3, 41, 17, 60, 1] * 4
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(fresh.first, counts))
    expected = create_generators(59)
    for count, (points, octets) in zip(counts, found, strict=True):
        assert points == [expected.q_1, *expected.messages][:count]
        assert octets == expected.octets[: count * POINT_LENGTH]


def test_generators_for_fewer_messages_are_the_first_of_those_for_more() -> None:
    many, few = create_generators(30), create_generators(3)
    assert (few.q_1, list(few.messages)) == (many.q_1, list(many.messages[:3]))
    assert (len(few.octets), len(create_generators(0).messages)) == (4 * POINT_LENGTH, 0)


@pytest.mark.parametrize("fixture", fixtures("signature"))
def test_signatures_are_those_of_the_draft(fixture: dict[str, Any]) -> None:
    pair, messages = fixture["signerKeyPair"], octets(fixture["messages"])
    public_key, header = bytes.fromhex(pair["publicKey"]), bytes.fromhex(fixture["header"])
    signature = bytes.fromhex(fixture["signature"])
    if fixture["result"]["valid"]:
        secret = int(pair["secretKey"], 16)
        assert bbs.sign(secret, public_key, header=header, messages=messages) == signature
        bbs.verify(public_key, signature, header=header, messages=messages)
        generators = create_generators(len(messages))
        domain = calculate_domain(public_key, generators, header)
        assert f"{domain:064x}" == fixture["trace"]["domain"]
        committed = commit(generators, domain, messages_to_scalars(messages))
        assert committed.to_compressed_bytes().hex() == fixture["trace"]["B"]
        return
    with pytest.raises(bbs.BbsError) as caught:
        bbs.verify(public_key, signature, header=header, messages=messages)
    assert caught.value.code == "bbs_invalid_signature"


@pytest.mark.parametrize("fixture", fixtures("proof"))
def test_proofs_are_those_of_the_draft(fixture: dict[str, Any]) -> None:
    messages, indexes = octets(fixture["messages"]), fixture["disclosedIndexes"]
    public_key, proof = bytes.fromhex(fixture["signerPublicKey"]), bytes.fromhex(fixture["proof"])
    bound = {
        "header": bytes.fromhex(fixture["header"]),
        "presentation_header": bytes.fromhex(fixture["presentationHeader"]),
        "disclosed_indexes": indexes,
    }
    shown = [messages[index] for index in indexes]
    if fixture["result"]["valid"]:
        signature = bytes.fromhex(fixture["signature"])
        scalars = mocked_scalars(5 + len(messages) - len(indexes))
        assert proof_gen_with(scalars, public_key, signature, messages=messages, **bound) == proof
        bbs.proof_verify(public_key, proof, disclosed_messages=shown, **bound)
        return
    with pytest.raises(bbs.BbsError) as caught:
        bbs.proof_verify(public_key, proof, disclosed_messages=shown, **bound)
    # one names its indexes out of order
    assert caught.value.code == ("bbs_indexes" if indexes != sorted(indexes) else "bbs_invalid_proof")


class Signed:
    """Five messages, signed."""

    key = PrivateKey.from_raw(KeyType.BLS12381_G2, bytes(31) + b"\x07")
    public_key = key.public_key.raw
    messages = (b"a", b"b", b"c", b"d", b"")
    signature = bbs.sign(7, public_key, header=b"header", messages=messages)

    @classmethod
    def proof(cls, indexes: tuple[int, ...] = (0, 2), presentation_header: bytes = b"nonce") -> bytes:
        return bbs.proof_gen(
            cls.public_key,
            cls.signature,
            header=b"header",
            presentation_header=presentation_header,
            messages=cls.messages,
            disclosed_indexes=indexes,
        )

    @classmethod
    def check(cls, proof: bytes, indexes: tuple[int, ...] = (0, 2), **changes: Any) -> None:
        arguments: dict[str, Any] = {
            "header": b"header",
            "presentation_header": b"nonce",
            "disclosed_messages": [cls.messages[index] for index in indexes],
            "disclosed_indexes": indexes,
        }
        bbs.proof_verify(changes.pop("public_key", cls.public_key), proof, **(arguments | changes))


def refusal(act: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(bbs.BbsError) as caught:
        act(*arguments, **named)
    return caught.value.code


@pytest.mark.parametrize("indexes", [(), (0,), (4,), (1, 3), (0, 1, 2, 3, 4)])
def test_any_of_the_messages_can_be_shown(indexes: tuple[int, ...]) -> None:
    proof = Signed.proof(indexes)
    assert len(proof) == SHORTEST_PROOF + SCALAR_LENGTH * (5 - len(indexes))
    Signed.check(proof, indexes)


def test_two_proofs_of_one_signature_have_nothing_in_common() -> None:
    first, second = Signed.proof(), Signed.proof()
    Signed.check(first)
    Signed.check(second)
    parts = [{proof[start : start + 16] for start in range(0, len(proof), 16)} for proof in (first, second)]
    assert not parts[0] & parts[1]
    assert Signed.signature[:POINT_LENGTH] not in first


@pytest.mark.attack("A18")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"presentation_header": b"other"}, "bbs_invalid_proof"),
        ({"presentation_header": b""}, "bbs_invalid_proof"),
        ({"header": b"other"}, "bbs_invalid_proof"),
        ({"disclosed_messages": [b"a", b"x"]}, "bbs_invalid_proof"),
        ({"disclosed_messages": [b"c", b"a"]}, "bbs_invalid_proof"),
        ({"disclosed_indexes": (0, 1)}, "bbs_invalid_proof"),
        ({"disclosed_indexes": (2, 0)}, "bbs_indexes"),
        ({"disclosed_indexes": (0, 0)}, "bbs_indexes"),
        ({"disclosed_indexes": (0, 5)}, "bbs_indexes"),
        ({"disclosed_indexes": (-1, 2)}, "bbs_indexes"),
        ({"disclosed_indexes": (0,)}, "bbs_indexes"),
        ({"disclosed_indexes": (0, 1, 2)}, "bbs_indexes"),
        ({"disclosed_messages": [b"a"], "disclosed_indexes": (0,)}, "bbs_invalid_proof"),
        ({"disclosed_messages": [b"a", b"b", b"c"], "disclosed_indexes": (0, 1, 2)}, "bbs_invalid_proof"),
        ({"public_key": PrivateKey.generate(KeyType.BLS12381_G2).public_key.raw}, "bbs_invalid_proof"),
        ({"public_key": b"\xc0" + bytes(95)}, "bbs_encoding"),
        ({"public_key": b""}, "bbs_encoding"),
    ],
)
def test_a_proof_holds_for_nothing_else(changes: dict[str, Any], code: str) -> None:
    proof = Signed.proof()
    Signed.check(proof)
    assert refusal(Signed.check, proof, **changes) == code


def outside_the_subgroup() -> bytes:
    for x in range(1000):
        encoded = (1 << 383 | x).to_bytes(48)
        try:
            point = G1Point.from_compressed_bytes_unchecked(encoded)
        except ValueError:
            continue
        if not point.is_in_subgroup():
            return encoded
    raise AssertionError("no such point")


def off_the_curve() -> bytes:
    for x in range(1000):
        encoded = (1 << 383 | x).to_bytes(48)
        try:
            G1Point.from_compressed_bytes_unchecked(encoded)
        except ValueError:
            return encoded
    raise AssertionError("no such point")


def with_a_second_name() -> bytes:
    """A point of the subgroup whose x is written as x + p."""
    prime = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB
    point = G1Point()
    while True:
        point += G1Point()
        number = int.from_bytes(point.to_compressed_bytes())
        if number % (1 << 381) + prime < 1 << 381:
            return (number + prime).to_bytes(48)


NO_POINTS = {
    "the identity": b"\xc0" + bytes(47),
    "the identity with bytes after its flag": b"\xc0" + bytes(46) + b"\x01",
    "the identity with a sign": b"\xe0" + bytes(47),
    "no compression flag": bytes([P1.to_compressed_bytes()[0] & 0x7F]) + P1.to_compressed_bytes()[1:],
    "outside the subgroup": outside_the_subgroup(),
    "off the curve": off_the_curve(),
    "x not canonical": with_a_second_name(),
    "zero": bytes(48),
    "ones": b"\xff" * 48,
}


@pytest.mark.covers("di-bbs-1.0", "5")
@pytest.mark.attack("A18")
@pytest.mark.parametrize("name", NO_POINTS)
def test_what_is_no_point_of_the_subgroup_is_refused_wherever_it_stands(name: str) -> None:
    point = NO_POINTS[name]
    assert refusal(read_point, point) == "bbs_encoding"
    proof = Signed.proof()
    for start in range(0, 3 * POINT_LENGTH, POINT_LENGTH):
        forged = proof[:start] + point + proof[start + POINT_LENGTH :]
        assert refusal(Signed.check, forged) == "bbs_encoding"
    forged = point + Signed.signature[POINT_LENGTH:]
    assert (
        refusal(bbs.verify, Signed.public_key, forged, header=b"header", messages=Signed.messages)
        == "bbs_encoding"
    )
    Signed.check(proof)


@pytest.mark.covers("di-bbs-1.0", "5")
@pytest.mark.attack("A18")
@pytest.mark.parametrize("number", [0, ORDER, ORDER + 1, 2**256 - 1])
def test_a_scalar_out_of_range_is_refused_wherever_it_stands(number: int) -> None:
    proof, scalar = Signed.proof(), number.to_bytes(SCALAR_LENGTH)
    for start in range(3 * POINT_LENGTH, len(proof), SCALAR_LENGTH):
        forged = proof[:start] + scalar + proof[start + SCALAR_LENGTH :]
        assert refusal(Signed.check, forged) == "bbs_encoding"
    forged = Signed.signature[:POINT_LENGTH] + scalar
    assert (
        refusal(bbs.verify, Signed.public_key, forged, header=b"header", messages=Signed.messages)
        == "bbs_encoding"
    )


@pytest.mark.attack("A18")
def test_a_proof_with_a_bit_flipped_does_not_hold() -> None:
    proof = Signed.proof()
    for position in range(0, len(proof), 7):
        forged = bytearray(proof)
        forged[position] ^= 1 << position % 8
        assert refusal(Signed.check, bytes(forged)) in {"bbs_encoding", "bbs_invalid_proof"}
    Signed.check(proof)


@pytest.mark.attack("A18")
def test_a_proof_of_another_length_does_not_hold() -> None:
    proof = Signed.proof()
    for length in (0, 1, SHORTEST_PROOF - 1, len(proof) - 1, len(proof) + 1):
        assert refusal(Signed.check, (proof + b"\x01")[:length]) == "bbs_encoding"
    for other in (proof[:-SCALAR_LENGTH], proof + proof[-SCALAR_LENGTH:]):
        assert refusal(Signed.check, other) == "bbs_invalid_proof"


def test_a_signature_of_another_length_does_not_hold() -> None:
    for signature in (b"", Signed.signature[:-1], Signed.signature + b"\0", os.urandom(80)):
        assert (
            refusal(bbs.verify, Signed.public_key, signature, header=b"header", messages=Signed.messages)
            == "bbs_encoding"
        )
    bbs.verify(Signed.public_key, Signed.signature, header=b"header", messages=Signed.messages)


@pytest.mark.parametrize("indexes", [(0, 5), (-1,), (1, 1), (2, 1)])
def test_no_proof_is_made_for_indexes_that_are_none(indexes: tuple[int, ...]) -> None:
    assert refusal(Signed.proof, indexes) == "bbs_indexes"


def test_the_proof_of_a_signature_that_does_not_hold_does_not_hold() -> None:
    signature = bbs.sign(8, Signed.public_key, header=b"header", messages=Signed.messages)
    proof = bbs.proof_gen(
        Signed.public_key,
        signature,
        header=b"header",
        presentation_header=b"nonce",
        messages=Signed.messages,
        disclosed_indexes=(0, 2),
    )
    assert refusal(Signed.check, proof) == "bbs_invalid_proof"


def test_too_many_messages_are_refused_before_any_work() -> None:
    many = [b""] * (MAXIMUM_MESSAGES + 1)
    long = bytes(SHORTEST_PROOF + SCALAR_LENGTH * len(many))
    almost = Signed.proof() + bytes(31) * 0 + (b"\x01" * SCALAR_LENGTH) * (MAXIMUM_MESSAGES - 4)
    with costs_at_most(0.05):
        for act in (
            lambda: bbs.sign(7, Signed.public_key, header=b"", messages=many),
            lambda: bbs.verify(Signed.public_key, Signed.signature, header=b"", messages=many),
            lambda: bbs.proof_gen(
                Signed.public_key,
                Signed.signature,
                header=b"",
                presentation_header=b"",
                messages=many,
                disclosed_indexes=(),
            ),
            lambda: Signed.check(long),
            lambda: Signed.check(almost),
            lambda: Signed.check(b"", disclosed_messages=many, disclosed_indexes=tuple(range(len(many)))),
        ):
            assert refusal(act) == "bbs_too_many_messages"


def test_as_many_as_are_allowed_cost_little() -> None:
    bbs.prepare_generators()
    messages = [str(number).encode() for number in range(MAXIMUM_MESSAGES)]
    signature = bbs.sign(7, Signed.public_key, header=b"", messages=messages)
    bound = {"header": b"", "presentation_header": b"", "disclosed_indexes": ()}
    with costs_at_most(0.25):
        proof = bbs.proof_gen(Signed.public_key, signature, messages=messages, **bound)
    with costs_at_most(0.15):
        bbs.proof_verify(Signed.public_key, proof, disclosed_messages=(), **bound)


def test_what_signs_messages() -> None:
    signer = KeySigner(Signed.key, "did:web:node.example#bbs")
    found = bbs.messages_signer(signer)
    assert (found.public_key, found.verification_method) == (signer.public_key, signer.verification_method)
    assert found.sign_messages(header=b"header", messages=Signed.messages) == Signed.signature
    assert bbs.messages_signer(found) is found
    assert "07" not in repr(found)
    other = KeySigner(PrivateKey.generate(KeyType.P256), "did:web:node.example#key-1")
    assert refusal(bbs.messages_signer, other) == "bbs_key"

    class Device:
        """Has such a key, and signs bytes alone."""

        public_key = PublicKey(KeyType.BLS12381_G2, Signed.public_key)
        verification_method = "did:web:node.example#bbs"

        def sign(self, data: bytes) -> bytes:
            raise AssertionError("nothing to sign")

    assert refusal(bbs.messages_signer, Device()) == "bbs_key"


def test_such_a_key_signs_and_verifies_no_jws() -> None:
    signer = KeySigner(Signed.key, "did:web:node.example#bbs")
    with pytest.raises(InvalidKeyError) as caught:
        sign_compact({}, signer=signer, typ="vc+jwt")
    assert caught.value.code == "key_without_jose_form"
    header = encode_base64url(b'{"alg":"","typ":"vc+jwt"}')
    for token in (f"{header}.{encode_base64url(b'{}')}.", f"{header}.{encode_base64url(b'{}')}.AAAA"):
        with pytest.raises(JwsError) as refused:
            verify_compact(token, public_key=signer.public_key, expected_typ="vc+jwt")
        assert refused.value.code == "jws_algorithm"


def test_key_material_that_makes_no_key_is_refused() -> None:
    assert refusal(bbs.key_gen, bytes(31)) == "bbs_key"
    assert refusal(bbs.key_gen, bytes(32), key_info=bytes(65_536)) == "bbs_key"
    assert 0 < bbs.key_gen(bytes(32), key_info=bytes(65_535)) < ORDER


@pytest.mark.parametrize(("dst", "length"), [(b"d" * 256, 48), (b"d", 255 * 32 + 1)])
def test_what_expand_message_cannot_do_it_refuses(dst: bytes, length: int) -> None:
    with pytest.raises(ValueError, match="too long"):
        expand_message(b"", dst, length)
    assert len(expand_message(b"", dst[:255], length - 1)) == length - 1


# RFC 9380, appendix K.1 (expand_message_xmd with SHA-256)
@pytest.mark.parametrize(
    ("message", "length", "expected"),
    [
        (b"", 0x20, "68a985b87eb6b46952128911f2a4412bbc302a9d759667f87f7a21d803f07235"),
        (b"abc", 0x20, "d8ccab23b5985ccea865c6c97b6e5b8350e794e603b4b97902f53a8a0d605615"),
    ],
)
def test_expand_message_is_that_of_the_rfc(message: bytes, length: int, expected: str) -> None:
    assert expand_message(message, b"QUUX-V01-CS02-with-expander-SHA256-128", length).hex() == expected


def test_a_sum_needs_as_many_scalars_as_points() -> None:
    with pytest.raises(ValueError, match="as many"):
        sum_of_products([P1], [1, 2])
    assert sum_of_products([P1, P1], [2, -1]) == P1
    assert serialize_scalars([1]) == bytes(31) + b"\x01"
