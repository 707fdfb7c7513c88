"""Claims of a verified token: the times, and whom it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

# 9999-12-31T23:59:59Z: later moments cannot be compared with now
_LAST_MOMENT: Final = 253_402_300_799


class ClaimError(Exception):
    """A claim is not as it must be; the caller turns it into an error of its protocol.

    Args:
        code: "claim_missing", "claim_syntax", "expired", "not_yet_valid", "too_old", "audience_mismatch".
        claim: name of the claim.
    """

    def __init__(self, code: str, claim: str) -> None:
        self.code = code
        self.claim = claim
        super().__init__(f"{code}: {claim}")


def read_moment(claims: Mapping[str, Any], name: str) -> float | None:
    """Read a NumericDate, in seconds since 1970; None if the claim is absent.

    Raises:
        ClaimError: "claim_syntax": a string, a boolean, negative, or beyond the year 9999.

    Source: RFC 7519, section 2 (NumericDate).
    """
    value = claims.get(name)
    if name not in claims:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LAST_MOMENT:
        raise ClaimError("claim_syntax", name)
    return float(value)


def check_period(claims: Mapping[str, Any], *, now: datetime, skew: timedelta) -> None:
    """Check `exp`, `nbf` and `iat` where they are there; a token ends at `exp` itself, without skew.

    Raises:
        ClaimError: "expired", "not_yet_valid", "claim_syntax".

    Source: RFC 7519, sections 4.1.4 to 4.1.6.
    """
    expires = read_moment(claims, "exp")
    if expires is not None and expires <= now.timestamp():
        raise ClaimError("expired", "exp")
    for name in ("nbf", "iat"):
        begins = read_moment(claims, name)
        if begins is not None and begins > (now + skew).timestamp():
            raise ClaimError("not_yet_valid", name)


def check_fresh(claims: Mapping[str, Any], *, now: datetime, window: timedelta) -> None:
    """Check that `iat` is there, and no further from now than a window, to either side.

    Raises:
        ClaimError: "claim_missing", "too_old", "not_yet_valid", "claim_syntax".
    """
    issued = read_moment(claims, "iat")
    if issued is None:
        raise ClaimError("claim_missing", "iat")
    if issued < (now - window).timestamp():
        raise ClaimError("too_old", "iat")
    if issued > (now + window).timestamp():
        raise ClaimError("not_yet_valid", "iat")


def check_audience(claims: Mapping[str, Any], *, expected_audience: str) -> None:
    """Check that a token is for one reader and for nobody else.

    A list would be allowed by RFC 7519; what is for several readers could be shown by one of them to another.

    Raises:
        ClaimError: "claim_missing", "audience_mismatch".
    """
    if "aud" not in claims:
        raise ClaimError("claim_missing", "aud")
    if claims["aud"] != expected_audience:
        raise ClaimError("audience_mismatch", "aud")
