"""Key Binding: the holder signs over exactly this SD-JWT, for one verifier and one nonce.

Source: RFC 9901, section 4.3; section 7.3, step 5.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from credentials.exchange.claims import ClaimError, check_audience, check_fresh, check_period
from credentials.jws import parse_compact, sign_compact, verify_compact
from credentials.sd_jwt.disclosures import hash_text
from credentials.sd_jwt.errors import SdJwtError
from did.errors import InvalidKeyError
from did.keys import PublicKey

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from did.keys import Signer

TYP: Final = "kb+jwt"
WINDOW: Final = timedelta(minutes=5)
MAXIMUM_BYTES: Final = 8_192
# RFC 7800, section 3.1: other keys than the one in `jwk`, of which there must not be two
_OTHER_CONFIRMATIONS: Final = frozenset({"jwe", "jku", "x5t#S256", "jkt"})


def make_key_binding(
    text: str, *, holder: Signer, audience: str, nonce: str, now: datetime, algorithm: str
) -> str:
    """Make a Key Binding JWT.

    Args:
        text: the SD-JWT with the Disclosures that are shown, up to and with its last "~".
        holder: the key that `cnf` names.
        audience: the one verifier this is for.
        nonce: the verifier's.
        now: aware UTC.
        algorithm: of the SD-JWT's digests.

    Raises:
        ValueError: no audience or no nonce, which would serve any verifier at any time.
    """
    if not audience or not nonce:
        raise ValueError("Key Binding is for an audience and a nonce")
    claims = {
        "iat": int(now.timestamp()),
        "aud": audience,
        "nonce": nonce,
        "sd_hash": hash_text(text, algorithm),
    }
    return sign_compact(claims, signer=holder, typ=TYP, header={})


def check_key_binding(
    unverified_key_binding: str,
    *,
    text: str,
    claims: Mapping[str, Any],
    algorithm: str,
    expected_audience: str,
    expected_nonce: str,
    now: datetime,
) -> PublicKey:
    """Check a Key Binding JWT against the SD-JWT that it came with.

    Args:
        unverified_key_binding: the Key Binding JWT.
        text: the SD-JWT as it was received, up to and with its last "~".
        claims: the processed and verified claims, of which `cnf` decides whose key it must be.
        algorithm: of the SD-JWT's digests.
        expected_audience: whom it must be for, exactly.
        expected_nonce: ours, exactly.
        now: aware UTC.

    Returns:
        The holder's key.

    Raises:
        SdJwtError: "key_binding_key", "claim_missing", "claim_syntax", "too_old", "not_yet_valid", "expired",
            "nonce_mismatch", "audience_mismatch", "sd_hash_mismatch".
        JwsError: see `credentials.jws`.

    Source: RFC 9901, section 7.3, step 5.
    """
    # 5.1. The holder's key: the one in the SD-JWT, and no key that the KB-JWT brings along
    public_key = holder_key_of(claims)
    if public_key is None:
        raise SdJwtError("key_binding_key", "no cnf", pointer="/cnf")
    # 5.2. Algorithm (the key pins it), 5.3. signature, 5.4. typ
    jws = parse_compact(unverified_key_binding, max_bytes=MAXIMUM_BYTES)
    bound = verify_compact(jws, public_key=public_key, expected_typ=TYP)
    try:
        # 5.5. iat
        check_fresh(bound, now=now, window=WINDOW)
        # 5.8. Valid in all other respects
        check_period(bound, now=now, skew=WINDOW)
        # 5.6. aud and nonce
        check_audience(bound, expected_audience=expected_audience)
    except ClaimError as err:
        raise SdJwtError(err.code, f"{err.claim} of the KB-JWT") from err
    _check_equal(bound, "nonce", expected_nonce, "nonce_mismatch")
    # 5.7. sd_hash
    _check_equal(bound, "sd_hash", hash_text(text, algorithm), "sd_hash_mismatch")
    return public_key


def _check_equal(bound: Mapping[str, Any], name: str, expected: str, code: str) -> None:
    if name not in bound:
        raise SdJwtError("claim_missing", f"{name} of the KB-JWT")
    if bound[name] != expected:
        raise SdJwtError(code, f"{name} of the KB-JWT")


def holder_key_of(claims: Mapping[str, Any]) -> PublicKey | None:
    """Read the holder's key: `cnf.jwk`, and no other confirmation. None without `cnf`.

    Raises:
        SdJwtError: "key_binding_key".

    Source: RFC 7800, section 3.2.
    """
    if "cnf" not in claims:
        return None
    cnf = claims["cnf"]
    jwk = cnf.get("jwk") if isinstance(cnf, dict) else None
    if not isinstance(jwk, dict) or _OTHER_CONFIRMATIONS & cnf.keys():
        raise SdJwtError("key_binding_key", "cnf has a jwk, and no other key", pointer="/cnf")
    try:
        return PublicKey.from_jwk(jwk)
    except InvalidKeyError as err:
        raise SdJwtError("key_binding_key", err.detail, pointer="/cnf/jwk") from err
