"""Times and audience of a token."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from credentials.exchange.claims import ClaimError, check_audience, check_fresh, check_period, read_moment
from tests.unit.credentials.conftest import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

AT = NOW.timestamp()
MINUTE = timedelta(minutes=1)


def refusal(check: Callable[..., None], claims: dict[str, Any], **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClaimError) as caught:
        check(claims, **arguments)
    return caught.value.code, caught.value.claim


@pytest.mark.attack("B10")
@pytest.mark.parametrize(
    "value", ["1", None, True, -1, [1], {}, json.loads("1e400"), float("nan"), 253_402_300_800]
)
def test_a_moment_is_a_number_of_seconds_in_our_era(value: Any) -> None:
    assert refusal(lambda claims: read_moment(claims, "exp"), {"exp": value}) == ("claim_syntax", "exp")
    assert read_moment({"exp": 1.5}, "exp") == 1.5
    assert read_moment({}, "exp") is None


def test_a_token_ends_at_the_moment_it_names_and_begins_with_some_patience() -> None:
    check_period({}, now=NOW, skew=MINUTE)
    check_period({"exp": AT + 1, "nbf": AT + 60, "iat": AT + 60}, now=NOW, skew=MINUTE)
    assert refusal(check_period, {"exp": AT}, now=NOW, skew=MINUTE) == ("expired", "exp")
    assert refusal(check_period, {"nbf": AT + 61}, now=NOW, skew=MINUTE) == ("not_yet_valid", "nbf")
    assert refusal(check_period, {"iat": AT + 61}, now=NOW, skew=MINUTE) == ("not_yet_valid", "iat")


def test_a_fresh_token_was_made_just_now() -> None:
    check_fresh({"iat": AT - 60}, now=NOW, window=MINUTE)
    check_fresh({"iat": AT + 60}, now=NOW, window=MINUTE)
    assert refusal(check_fresh, {"iat": AT - 61}, now=NOW, window=MINUTE) == ("too_old", "iat")
    assert refusal(check_fresh, {"iat": AT + 61}, now=NOW, window=MINUTE) == ("not_yet_valid", "iat")
    assert refusal(check_fresh, {}, now=NOW, window=MINUTE) == ("claim_missing", "iat")


@pytest.mark.attack("B12")
@pytest.mark.parametrize(
    "audience",
    [["https://us.example", "https://them.example"], ["https://us.example"], "https://us.example/", "", None],
)
def test_a_token_is_for_one_reader(audience: Any) -> None:
    ours = {"expected_audience": "https://us.example"}
    check_audience({"aud": "https://us.example"}, **ours)
    assert refusal(check_audience, {"aud": audience}, **ours) == ("audience_mismatch", "aud")
    assert refusal(check_audience, {}, **ours) == ("claim_missing", "aud")
