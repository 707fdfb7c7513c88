"""Key proofs of type `jwt`: the wallet shows that it holds the key that the credential will be bound to.

Source: OpenID for Verifiable Credential Issuance 1.0, appendix F.1 (`jwt` proof type) and F.4 (verifying).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from credentials.errors import CredentialsError
from credentials.exchange.claims import ClaimError, check_audience, check_fresh, check_period
from credentials.jws import JwsError, UnverifiedJws, parse_compact, sign_compact, verify_compact
from did.document import Relationship
from did.errors import DidError
from did.keys import PublicKey
from did.methods import did_jwk, did_jwk_method_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from did.keys import Signer
    from did.resolver import Resolver

TYP: Final = "openid4vci-proof+jwt"
MAXIMUM_BYTES: Final = 16_384
BINDING_METHODS: Final = ("did:key", "did:jwk")
WINDOW: Final = timedelta(minutes=5)
_SKEW: Final = timedelta(seconds=60)
_KEY_MEMBERS: Final = ("kid", "jwk", "x5c")


class KeyProofError(CredentialsError):
    """A key proof is refused.

    Args:
        reason: what exactly is wrong, for the log and for tests: a code of `credentials.jws`, of `did`, or of
            this module ("key_members", "did_method", "audience_mismatch", "too_old", "not_yet_valid",
            "claim_missing", "claim_syntax", "expired", "nonce_unknown").
        code: what the protocol answers, "invalid_proof" or "invalid_nonce".
    """

    default_code = "invalid_proof"

    def __init__(self, reason: str, detail: str = "", *, code: str | None = None) -> None:
        self.reason = reason
        super().__init__(code, f"{reason}: {detail}" if detail else reason)


@dataclass(frozen=True)
class HolderKey:
    """The key that a wallet holds, proven.

    Args:
        did: the DID that the credential is to be bound to.
        public_key: the key.
        verification_method: absolute DID URL.
    """

    did: str
    public_key: PublicKey
    verification_method: str


def make_key_proof(
    *,
    signer: Signer,
    audience: str,
    nonce: str | None,
    now: datetime,
    issuer_client: str | None = None,
    embed_jwk: bool = False,
) -> str:
    """Make a key proof.

    Args:
        signer: the holder's key; its verification method, of a did:key or did:jwk, becomes `kid`.
        audience: Credential Issuer Identifier, exactly.
        nonce: the issuer's `c_nonce`; None if it has no nonce endpoint.
        now: aware UTC.
        issuer_client: the wallet's client id, becomes `iss`; None in the anonymous pre-authorized code flow.
        embed_jwk: write the key as `jwk` in place of `kid`.
    """
    claims: dict[str, Any] = {"aud": audience, "iat": int(now.timestamp())}
    if nonce is not None:
        claims["nonce"] = nonce
    if issuer_client is not None:
        claims["iss"] = issuer_client
    header = {"jwk": signer.public_key.to_jwk()} if embed_jwk else None
    return sign_compact(claims, signer=signer, typ=TYP, header=header)


def verify_key_proof(
    jwt: object,
    *,
    expected_audience: str,
    check_nonce: Callable[[str], bool] | None,
    resolver: Resolver,
    now: datetime,
) -> HolderKey:
    """Verify a key proof.

    Args:
        jwt: an entry of `proofs.jwt`.
        expected_audience: our Credential Issuer Identifier.
        check_nonce: whether a nonce is one that we gave and that still holds; asked last, once everything
            else is right. None: we have no nonce endpoint.
        resolver: reads did:key and did:jwk; no other method gets there, so nothing is fetched.
        now: aware UTC.

    Raises:
        KeyProofError: "invalid_proof", or "invalid_nonce" for a nonce that does not hold; `reason` tells what
            it was. `iss` is not looked at: the access token decides who asks.
    """
    if not isinstance(jwt, str):
        raise KeyProofError("jws_serialization", "not a string")
    try:
        token = parse_compact(jwt, max_bytes=MAXIMUM_BYTES)
        holder = _holder_key(token, resolver)
        claims = verify_compact(token, public_key=holder.public_key, expected_typ=TYP)
        check_audience(claims, expected_audience=expected_audience)
        check_fresh(claims, now=now, window=WINDOW)
        check_period(claims, now=now, skew=WINDOW)
    except (JwsError, DidError) as err:
        raise KeyProofError(err.code, err.detail) from err
    except ClaimError as err:
        raise KeyProofError(err.code, err.claim) from err
    _check_nonce(claims, check_nonce)
    return holder


def _holder_key(token: UnverifiedJws, resolver: Resolver) -> HolderKey:
    """Find the key that the header names: `kid` or `jwk`, exactly one."""
    header = token.unverified_header
    present = [name for name in _KEY_MEMBERS if name in header]
    if present == ["kid"]:
        return _key_of_did_url(token.header_text("kid") or "", resolver)
    if present == ["jwk"]:
        return _key_of_jwk(header["jwk"])
    raise KeyProofError("key_members", f"one of kid and jwk is needed, not {present}")


def _key_of_did_url(did_url: str, resolver: Resolver) -> HolderKey:
    did = did_url.partition("#")[0]
    if not did.startswith(tuple(f"{method}:" for method in BINDING_METHODS)):
        raise KeyProofError("did_method", f"one of {', '.join(BINDING_METHODS)} is needed")
    method = resolver.dereference(did_url, relationship=Relationship.AUTHENTICATION)
    return HolderKey(did, method.public_key, method.id)


def _key_of_jwk(jwk: object) -> HolderKey:
    if not isinstance(jwk, dict):
        raise KeyProofError("invalid_key", "jwk is not an object")
    public_key = PublicKey.from_jwk(jwk)
    return HolderKey(did_jwk(public_key), public_key, did_jwk_method_id(public_key))


def _check_nonce(claims: dict[str, Any], check_nonce: Callable[[str], bool] | None) -> None:
    """Check the nonce last: what is refused for another reason must not spend one.

    Source: OpenID4VCI 1.0, section 8.3.1.2: a proof without a nonce is "invalid_proof", a wrong one
    "invalid_nonce".
    """
    if check_nonce is None:
        return
    nonce = claims.get("nonce")
    if not isinstance(nonce, str):
        raise KeyProofError("claim_missing", "nonce")
    if not check_nonce(nonce):
        raise KeyProofError("nonce_unknown", code="invalid_nonce")
