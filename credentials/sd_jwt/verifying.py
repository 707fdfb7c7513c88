"""Verifying an SD-JWT under a key that the caller expects: RFC 9901, sections 7.1 and 7.3, step by step.

What finds the key of an issuer, and what SD-JWT VC asks beyond this, is in the modules beside this one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from credentials.exchange.claims import ClaimError, check_audience, check_period
from credentials.jws import ALGORITHMS, JwsError, verify_signature
from credentials.sd_jwt.errors import SdJwtError
from credentials.sd_jwt.key_binding import check_key_binding
from credentials.sd_jwt.parsing import UnverifiedSdJwt, parse_sd_jwt
from credentials.sd_jwt.processing import PERMANENT_CLAIMS, process_payload

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from credentials.sd_jwt.processing import ProcessedPayload
    from did.keys import PublicKey

JsonObject = dict[str, Any]
SKEW: Final = timedelta(seconds=60)


@dataclass(frozen=True)
class ExpectedBinding:
    """Whom a presentation must be for, and under which nonce. Comes from `expect_binding`."""

    audience: str
    nonce: str


def expect_binding(*, expected_nonce: str | None, expected_audience: str | None) -> ExpectedBinding | None:
    """Decide, before a token is looked at, whether it must be bound to its holder's key.

    Source: RFC 9901, section 7.3, step 1: never decided by whether a KB-JWT is there.

    Raises:
        ValueError: only one of the two, or an empty one: nothing would bind the token to this exchange.
    """
    if expected_nonce is None and expected_audience is None:
        return None
    if not expected_nonce or not expected_audience:
        raise ValueError("Key Binding is checked against a nonce and an audience")
    return ExpectedBinding(audience=expected_audience, nonce=expected_nonce)


@dataclass(frozen=True)
class VerifiedSdJwt:
    """What a verified SD-JWT says.

    Args:
        claims: the Processed SD-JWT Payload, plain JSON.
        disclosed: JSON Pointers of the claims that came out of Disclosures.
        holder_key: the key that presented it; None where no Key Binding was expected.
    """

    claims: JsonObject
    disclosed: tuple[str, ...] = ()
    holder_key: PublicKey | None = field(default=None)


def verify_sd_jwt(
    token: str | bytes,
    *,
    issuer_key: PublicKey,
    expected_typ: str,
    now: datetime,
    expected_nonce: str | None = None,
    expected_audience: str | None = None,
    skew: timedelta = SKEW,
) -> VerifiedSdJwt:
    """Verify an SD-JWT, or an SD-JWT+KB.

    Args:
        token: the bytes or the text received.
        issuer_key: whose signature is expected; it pins the algorithm.
        expected_typ: exact `typ` of the Issuer-signed JWT.
        now: aware UTC.
        expected_nonce: ours; with `expected_audience`, Key Binding is required.
        expected_audience: whom the presentation must be for.
        skew: how far an issuer's clock may be ahead of ours.

    Raises:
        SdJwtError, JwsError: the code says what does not hold.
        ValueError: a nonce without an audience, an audience without a nonce, or an empty one.

    Source: RFC 9901, sections 7.1 and 7.3.
    """
    # 7.3, step 1. Whether Key Binding is required is the caller's word, not the token's
    binding = expect_binding(expected_nonce=expected_nonce, expected_audience=expected_audience)
    # 7.1, step 1; 7.3, step 3
    sd_jwt = parse_sd_jwt(token)
    check_binding_presence(sd_jwt, binding)
    processed = process_signed(sd_jwt, issuer_key=issuer_key, expected_typ=expected_typ)
    check_validity(processed.claims, now=now, skew=skew, binding=binding)
    holder_key = check_binding(sd_jwt, processed, binding=binding, now=now)
    return VerifiedSdJwt(processed.claims, processed.pointers, holder_key)


def check_binding_presence(sd_jwt: UnverifiedSdJwt, binding: ExpectedBinding | None) -> None:
    """Make step 2 of 7.3, and its counterpart: a KB-JWT that nobody is going to check is refused too.

    Source: RFC 9901, section 7.2: a holder refuses an SD-JWT+KB. Section 9.5: a verifier that would let the
    presence of a KB-JWT decide could be told that there is none.

    Raises:
        SdJwtError: "key_binding_missing", "key_binding_unexpected".
    """
    if binding is not None and sd_jwt.unverified_key_binding is None:
        raise SdJwtError("key_binding_missing")
    if binding is None and sd_jwt.unverified_key_binding is not None:
        raise SdJwtError("key_binding_unexpected", "no nonce and no audience to check it against")


def process_signed(
    sd_jwt: UnverifiedSdJwt,
    *,
    issuer_key: PublicKey,
    expected_typ: str,
    algorithms: frozenset[str] = ALGORITHMS,
    permanent: frozenset[str] = PERMANENT_CLAIMS,
) -> ProcessedPayload:
    """Make steps 2 to 5 of 7.1.

    Raises:
        SdJwtError, JwsError: the code says what does not hold.
    """
    typ = sd_jwt.jws.unverified_header.get("typ")
    if typ != expected_typ:
        # section 9.11: another kind of token is not this one, whoever signed it
        raise JwsError("jws_typ", f"{str(typ)[:60]!r}, not {expected_typ!r}")
    # 2.1. Algorithm (the key pins it), 2.2. signature; 2.3. the key is the issuer's: the caller's part
    verify_signature(sd_jwt.jws, public_key=issuer_key, algorithms=algorithms)
    # 2.4. _sd_alg, 3. Disclosures and digests, 4. no digest twice, 5. no Disclosure left over
    return process_payload(sd_jwt.unverified_payload, sd_jwt.disclosures, permanent=permanent)


def check_validity(
    claims: Mapping[str, Any], *, now: datetime, skew: timedelta, binding: ExpectedBinding | None
) -> None:
    """Make step 6 of 7.1: `exp`, `nbf`, `iat` and `aud`, where they are there. A token ends at `exp` itself.

    Raises:
        SdJwtError: "expired", "not_yet_valid", "audience_mismatch", "claim_syntax".

    Source: RFC 7519, sections 4.1.3 to 4.1.6.
    """
    try:
        check_period(claims, now=now, skew=skew)
        if "aud" in claims:
            check_audience(claims, expected_audience=binding.audience if binding else "")
    except ClaimError as err:
        raise SdJwtError(err.code, err.claim, pointer=f"/{err.claim}") from err


def check_binding(
    sd_jwt: UnverifiedSdJwt, processed: ProcessedPayload, *, binding: ExpectedBinding | None, now: datetime
) -> PublicKey | None:
    """Make step 5 of 7.3.

    Returns:
        The holder's key; None where no Key Binding is expected.

    Raises:
        SdJwtError, JwsError: the code says what does not hold.
    """
    check_binding_presence(sd_jwt, binding)
    if binding is None or sd_jwt.unverified_key_binding is None:
        return None
    return check_key_binding(
        sd_jwt.unverified_key_binding,
        text=sd_jwt.text,
        claims=processed.claims,
        algorithm=processed.algorithm,
        expected_audience=binding.audience,
        expected_nonce=binding.nonce,
        now=now,
    )
