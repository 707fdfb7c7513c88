"""Sealed secrets: opened under the same secret, for the same purpose and record, unchanged; else not at all."""

from __future__ import annotations

from typing import Any

import pytest

from did.sealing import SealError, seal, unseal

SECRET = b"s" * 32
PLACE: dict[str, Any] = {"secret": SECRET, "purpose": "issuer-key", "record": "1"}


@pytest.mark.parametrize("plaintext", [b"", b"key", bytes(10_000)])
def test_what_is_sealed_is_opened(plaintext: bytes) -> None:
    sealed = seal(plaintext, **PLACE)
    assert unseal(sealed, **PLACE) == plaintext
    assert seal(plaintext, **PLACE) != sealed
    assert not plaintext or plaintext not in sealed


@pytest.mark.parametrize(
    "change",
    [
        {"secret": b"t" * 32},
        {"purpose": "session-key"},
        {"record": "2"},
        {"purpose": "issuer-key1", "record": ""},
    ],
)
def test_a_seal_does_not_open_elsewhere(change: dict[str, Any]) -> None:
    sealed = seal(b"key", **PLACE)
    with pytest.raises((SealError, ValueError)):
        unseal(sealed, **(PLACE | change))


def test_purpose_and_record_do_not_flow_into_each_other() -> None:
    sealed = seal(b"key", secret=SECRET, purpose="ab", record="c")
    with pytest.raises(SealError):
        unseal(sealed, secret=SECRET, purpose="a", record="bc")


def test_a_changed_seal_does_not_open() -> None:
    sealed = seal(b"key", **PLACE)
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises(SealError) as caught:
            unseal(bytes(changed), **PLACE)
        assert caught.value.code == "seal_broken"
    for cut in (sealed[:-1], sealed[:20], sealed[:1], b""):
        with pytest.raises(SealError):
            unseal(cut, **PLACE)


@pytest.mark.parametrize("change", [{"secret": b"short"}, {"purpose": ""}, {"record": ""}])
def test_a_seal_needs_a_secret_a_purpose_and_a_record(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        seal(b"key", **(PLACE | change))
