"""Anything at all in a header, truly signed: a verdict comes of it, and never an exception."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credentials.cbor import encode_cbor
from credentials.cose.sign1 import is_cose
from credentials.sd_jwt.token_status import TokenStatusList
from tests.corpus.making.cose import TAG, cbor
from tests.unit.credentials.cose.messages import (
    AUD,
    CWT_CLAIMS,
    SECONDS,
    credential,
    presentation,
    presented,
    verdict,
)

if TYPE_CHECKING:
    from tests.unit.credentials.conftest import World

LABELS = st.sampled_from(
    [1, 2, 3, 4, 5, 6, 8, 10, 15, 16, 33, -1, -2, -3, 65_535, "x", b"k", "status_list", "idx", "uri"]
)
PLAIN = st.sampled_from(
    [
        0,
        1,
        -7,
        -8,
        18,
        SECONDS,
        1 << 63,
        -(1 << 64),
        b"",
        b"\xff",
        b"x",
        "",
        "x",
        "application/vc",
        None,
        True,
        False,
    ]
)
VALUE = st.recursive(
    PLAIN,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(LABELS, inner, max_size=4)),
    max_leaves=8,
)
HEADER = st.dictionaries(LABELS, VALUE, max_size=4)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.booleans(), HEADER, HEADER, HEADER)
def test_a_verdict_comes_of_any_header(
    world: World, is_credential: bool, inside: dict[Any, Any], outside: dict[Any, Any], claims: dict[Any, Any]
) -> None:
    message = credential(world) if is_credential else presentation(world, [world.signed_badge()])
    merged = message.protected | inside
    if isinstance(merged[CWT_CLAIMS], dict):
        merged[CWT_CLAIMS] = merged[CWT_CLAIMS] | claims
    protected = cbor(merged)
    signature = message.signer.sign(encode_cbor(["Signature1", protected, b"", message.payload]))
    data = TAG + cbor([protected, outside, message.payload, signature])
    if is_credential:
        outcome, codes = verdict(world, data, token_status=TokenStatusList())
    else:
        report = presented(world, data)
        outcome, codes = str(report.outcome), report.codes
        assert outcome != "valid" or not {AUD, 10} & claims.keys()
    assert (outcome == "valid") == (codes == ())


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_a_verdict_comes_of_any_bytes(world: World, data: bytes) -> None:
    outcome, codes = verdict(world, TAG + data)
    assert outcome == "invalid"
    assert codes[0].startswith("cose_")
    assert not is_cose(b"{" + data)
