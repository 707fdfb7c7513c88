"""The proof values of ecdsa-sd-2023 have one shape each; every other one is refused before anything is computed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from credentials.data_integrity.ecdsa_sd_2023 import sign_base
from credentials.data_integrity.ecdsa_sd_proof_value import (
    MAXIMUM_SIGNATURES,
    BaseProofValue,
    DerivedProofValue,
)
from credentials.data_integrity.options import ProofOptions
from credentials.data_integrity.selective import encode_cbor
from did.encodings import encode_base64url
from tests.timing import costs_at_most
from tests.unit.credentials.ecdsa_sd_scenes import (
    BASE,
    DERIVED,
    MANDATORY,
    SELECTIVE,
    SIGNER,
    Shown,
    code_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def base() -> Shown:
    return BASE.copy()


@pytest.fixture
def derived() -> Shown:
    return DERIVED.copy()


def elements(value: DerivedProofValue | BaseProofValue) -> list[Any]:
    if isinstance(value, BaseProofValue):
        return [
            value.base_signature,
            value.public_key,
            value.hmac_key,
            value.signatures,
            value.mandatory_pointers,
        ]
    labels = {int(name[4:]): bytes(32) for name in value.label_map}
    return [value.base_signature, value.public_key, value.signatures, labels, value.mandatory_indexes]


def written(header: str, content: Any) -> str:
    data = content if isinstance(content, bytes) else encode_cbor(content)
    return "u" + encode_base64url(bytes.fromhex(header) + data)


def with_element(index: int, value: Any) -> Callable[[list[Any]], list[Any]]:
    return lambda old: [*old[:index], value, *old[index + 1 :]]


DERIVED_SHAPES: list[tuple[str, Callable[[list[Any]], Any]]] = [
    ("four elements", lambda old: old[:4]),
    ("six elements", lambda old: [*old, 0]),
    ("no array", lambda old: {0: old[0]}),
    ("bytes left over", lambda old: encode_cbor(old) + b"\0"),
    ("cut short", lambda old: encode_cbor(old)[:-1]),
    ("a tag", lambda old: b"\xd8\x40" + encode_cbor(old)),
    ("a short signature", with_element(0, bytes(63))),
    ("a signature as text", with_element(0, "a" * 64)),
    ("a key of 36 bytes", with_element(1, b"\x80\x24" + bytes(34))),
    ("a key of another kind", with_element(1, b"\x81\x24\x02" + bytes(32))),
    ("signatures as bytes", with_element(2, bytes(64))),
    ("a short statement signature", with_element(2, [bytes(63)])),
    ("labels as an array", with_element(3, [bytes(32)])),
    ("a label by name", with_element(3, {"c14n0": bytes(32)})),
    ("a short label", with_element(3, {0: bytes(31)})),
    ("a label as text", with_element(3, {0: "b0"})),
    ("indexes as a map", with_element(4, {0: 0})),
    ("an index as text", with_element(4, ["0"])),
]
BASE_SHAPES: list[tuple[str, Callable[[list[Any]], Any]]] = [
    *DERIVED_SHAPES[:9],
    ("a short HMAC key", with_element(2, bytes(31))),
    ("an HMAC key as text", with_element(2, "a" * 32)),
    ("signatures as a map", with_element(3, {0: bytes(64)})),
    ("a long statement signature", with_element(3, [bytes(65)])),
    ("pointers as text", with_element(4, "/issuer")),
    ("a pointer as bytes", with_element(4, [b"/issuer"])),
]


@pytest.mark.covers("di-ecdsa-1.0", "3.5.6", "3.5.8")
@pytest.mark.attack("A2")
@pytest.mark.parametrize(
    "change", [case[1] for case in DERIVED_SHAPES], ids=[case[0] for case in DERIVED_SHAPES]
)
def test_a_derived_proof_value_has_one_shape(derived: Shown, change: Any) -> None:
    derived.value = written("d95d01", change(elements(derived.derived_value)))
    assert code_of(derived.verify) == "proof_invalid_shape"


@pytest.mark.covers("di-ecdsa-1.0", "3.5.3")
@pytest.mark.parametrize("change", [case[1] for case in BASE_SHAPES], ids=[case[0] for case in BASE_SHAPES])
def test_a_base_proof_value_has_one_shape(base: Shown, change: Any) -> None:
    base.value = written("d95d00", change(elements(base.base_value)))
    assert code_of(base.verify_base) == "proof_invalid_shape"
    assert code_of(lambda: base.derive(SELECTIVE)) == "proof_invalid_shape"


@pytest.mark.covers("di-ecdsa-1.0", "3.5.3", "3.5.8")
@pytest.mark.attack("A2")
@pytest.mark.parametrize(
    "change",
    [
        lambda _: "",
        lambda _: "u",
        lambda text: "z" + text[1:],
        lambda text: text + "=",
        lambda text: text + "\n",
        lambda text: text.replace("-", "+").replace("_", "/") + "+",
        lambda text: "u2V0C" + text[5:],
        lambda text: "u2V0D" + text[5:],
        lambda _: "u" + "A" * 2_000_000,
    ],
)
def test_a_proof_value_is_multibase_with_the_header_of_the_suite(derived: Shown, change: Any) -> None:
    derived.value = change(derived.proof_value)
    assert code_of(derived.verify) == "proof_invalid_shape"


def test_a_statement_key_is_a_point(base: Shown) -> None:
    """A hostile issuer's own: the base signature over it holds."""

    class NoKey:
        public_key = SimpleNamespace(raw=b"\x02" + b"\xff" * 32)

        def sign(self, _: bytes) -> bytes:
            return bytes(64)

    base.value = sign_base(
        base.document,
        base.options,
        signer=SIGNER,
        selection=base.selection,
        mandatory_pointers=MANDATORY,
        hmac_key=bytes(32),
        statement_key=NoKey(),  # type: ignore[arg-type]
    )
    assert code_of(base.verify_base) == "proof_invalid_shape"
    assert code_of(base.derive(SELECTIVE).verify) == "proof_invalid_shape"


def test_what_hides_the_rest_is_not_printed(base: Shown) -> None:
    """A value or its options may end up in a log; the key in a base proof must not."""
    options = ProofOptions.read(base.options | {"proofValue": base.proof_value})
    assert repr(base.base_value.hmac_key) not in repr(base.base_value)
    assert options.proof_value == base.proof_value
    assert base.proof_value not in repr(options)


def test_a_long_value_is_refused_before_it_is_decoded(derived: Shown) -> None:
    items = b"\x85\x9a" + (780_000).to_bytes(4) + bytes(780_000)
    derived.value = "u" + encode_base64url(b"\xd9\x5d\x01" + items)
    with costs_at_most(0.02):
        assert code_of(derived.verify) == "proof_invalid_shape"


def test_the_longest_that_a_proof_needs_is_read(derived: Shown) -> None:
    derived.change(
        signatures=[bytes(64)] * MAXIMUM_SIGNATURES,
        label_map={f"c14n{number}": "u" + encode_base64url(number.to_bytes(32)) for number in range(2_000)},
        mandatory_indexes=list(range(10_000)),
    )
    assert DerivedProofValue.from_multibase(derived.proof_value) == derived.derived_value
