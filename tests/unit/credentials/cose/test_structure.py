"""The bytes of a COSE_Sign1: one writing, four parts of their kinds, one structure that is signed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from credentials.cose import CoseError, sign_cose_credential
from credentials.cose.sign1 import parse_sign1, verify_sign1
from tests.unit.credentials.conftest import NOW
from tests.unit.credentials.cose.messages import SECONDS, Message, credential, verdict

if TYPE_CHECKING:
    from tests.unit.credentials.conftest import World

pytestmark = pytest.mark.covers("vc-jose-cose", "3.3.1", "5.3")
VALID = ("valid", ())


@pytest.mark.parametrize("context", ["Signature", "MAC0", "CounterSignature"])
def test_a_signature_over_another_structure_is_none(world: World, context: str) -> None:
    assert verdict(world, credential(world).message(context=context)) == ("invalid", ("cose_signature",))


def test_a_signature_over_data_that_is_not_there_is_none(world: World) -> None:
    assert verdict(world, credential(world).message(external=b"aad")) == ("invalid", ("cose_signature",))


def _changed(message: Message, place: int, value: Any) -> bytes:
    parts = message.parts()
    parts[place] = value
    return message.tagged(parts)


@pytest.mark.attack("A2")
def test_any_other_byte_is_refused(world: World) -> None:
    message = credential(world)
    assert verdict(world, message.message()) == VALID
    signature = message.parts()[3]
    for other in (signature[:-1], signature + b"\0", b"", signature[::-1], bytes(64)):
        assert verdict(world, _changed(message, 3, other)) == ("invalid", ("cose_signature",))
    payload = message.payload.replace(b"Pilotage", b"Sabotage")
    assert verdict(world, _changed(message, 2, payload)) == ("invalid", ("cose_signature",))
    protected = message.header(typ="application/vc+cose").claims(iat=SECONDS - 61)
    assert verdict(world, _changed(message, 0, protected.parts()[0])) == ("invalid", ("cose_signature",))


@pytest.mark.attack("A2")
def test_every_bit_counts(world: World) -> None:
    """Nothing of a message is free: no other writing of it is accepted."""
    message = sign_cose_credential(world.badge(), signer=world.issuer, now=NOW)
    key = world.issuer.public_key
    verify_sign1(parse_sign1(message), public_key=key)
    for bit in range(len(message) * 8):
        changed = bytearray(message)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CoseError):
            verify_sign1(parse_sign1(bytes(changed)), public_key=key)


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        (2, None, "cose_detached"),
        (2, b"", "cose_payload"),
        (2, "text", "cose_structure"),
        (2, {}, "cose_structure"),
        (0, {}, "cose_structure"),
        (0, b"", "cose_algorithm"),
        (0, b"\xa0", "cose_algorithm"),
        (0, b"\x80", "cose_header"),
        (0, b"\xa1\x01", "cose_encoding"),
        (0, b"\xa2\x01\x26\x01\x27", "cose_encoding"),
        (0, b"\xa1\x01\x38\x07", "cose_encoding"),
        (0, b"\xbf\x01\x27\xff", "cose_encoding"),
        (0, b"\xa1\x01\xf9\x00\x00", "cose_encoding"),
        (0, b"\xa0" + bytes(9_000), "cose_too_large"),
        (1, [], "cose_structure"),
        (1, b"", "cose_structure"),
        (1, None, "cose_structure"),
        (3, None, "cose_structure"),
        (3, [b""], "cose_structure"),
    ],
)
def test_a_part_of_another_kind_is_refused(world: World, place: int, value: Any, code: str) -> None:
    assert verdict(world, _changed(credential(world), place, value)) == ("invalid", (code,))


@pytest.mark.parametrize("tag", [None, 16, 17, 61, 96, 97, 98, 55_799])
def test_another_cose_object_is_refused(world: World, tag: int | None) -> None:
    message = Message(world.issuer, credential(world).protected, credential(world).document, tag=tag)
    assert verdict(world, message.message()) == ("invalid", ("cose_structure",))


@pytest.mark.parametrize("parts", [[], [b"", {}, b""], [b"", {}, b"", b"", b""], {}, b""])
def test_another_structure_is_refused(world: World, parts: Any) -> None:
    assert verdict(world, credential(world).tagged(parts)) == ("invalid", ("cose_structure",))


@pytest.mark.attack("B8")
def test_bytes_around_it_are_refused(world: World) -> None:
    message = credential(world).message()
    assert verdict(world, message + b"\0") == ("invalid", ("cose_encoding",))
    assert verdict(world, message + message) == ("invalid", ("cose_encoding",))
    assert verdict(world, message[:-1]) == ("invalid", ("cose_encoding",))
    # tag 18 not in its shortest form; the same array twice tagged; an array of indefinite length
    assert verdict(world, b"\xd8\x12" + message[1:]) == ("invalid", ("cose_structure",))
    assert verdict(world, b"\xd2" + message) == ("invalid", ("cose_encoding",))
    assert verdict(world, b"\xd2\x9f" + message[2:] + b"\xff") == ("invalid", ("cose_encoding",))


@pytest.mark.attack("B6")
@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"[]", "cose_payload"),
        (b"{", "cose_payload"),
        (b'{"a":1,"a":2}', "cose_payload"),
        (b'{"a":NaN}', "cose_payload"),
        (b"\xa1\x61a\x01", "cose_payload"),
        (b"{}", "context_missing"),
        (b"[" * 100 + b"]" * 100, "cose_payload"),
    ],
)
def test_a_payload_that_is_no_document_is_refused(world: World, payload: bytes, code: str) -> None:
    message = Message(world.issuer, credential(world).protected, payload)
    assert verdict(world, message.message()) == ("invalid", (code,))


@pytest.mark.attack("B13")
def test_size_comes_first(world: World) -> None:
    assert verdict(world, b"\xd2" + bytes(1_060_000)) == ("invalid", ("cose_too_large",))
    hostile = [
        b"\xd2" + b"\x81" * 500_000,
        b"\xd2\x84\xbb\x7f" + b"\xff" * 500_000,
        b"\xd2\x9b" + b"\x7f" * 99,
    ]
    for each in hostile:
        assert verdict(world, each) == ("invalid", ("cose_encoding",))
