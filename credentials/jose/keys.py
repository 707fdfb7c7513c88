"""Whose key signed a JWT: found at the issuer's own place, never believed because the token brings it.

A DID's keys are in its document, for the purpose; those of an https identifier at its host,
`/.well-known/jwks.json`. `kid` and `jwk` only choose among them, and `jku`, `x5u`, `x5c` are never looked at.

Source: Open Badges 3.0 Implementation Guide, section "Key provenance"; VC-JOSE-COSE, section 4 (Key
Discovery); RFC 8725, section 3.10 (do not trust received claims).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Final

from credentials.costs import SIGNATURE_UNITS
from credentials.errors import ProofError
from credentials.jose.errors import JoseError
from did.errors import InvalidDidError, UnknownMethodError
from did.jwks import fetch_jwks, jwks_url, select_key
from did.keys import KeyType, PublicKey
from did.past_keys import find_key_of_then

if TYPE_CHECKING:
    from credentials.jws import UnverifiedJws
    from credentials.verification_context import VerificationContext
    from did.document import Relationship, VerificationMethod

_LONGEST_NAME: Final = 4_096


class OfToday(Enum):
    """Stands for a moment where a key of today alone counts."""

    OF_TODAY = "of_today"


OF_TODAY: Final = OfToday.OF_TODAY
Moment = datetime | None | OfToday


@dataclass(frozen=True)
class KeyName:
    """How a token names the key that it was signed with.

    Args:
        kid: header parameter, None if absent.
        thumbprint: JWK thumbprint of the header parameter `jwk`, None if absent.
    """

    kid: str | None
    thumbprint: str | None

    @classmethod
    def read(cls, jws: UnverifiedJws) -> KeyName:
        """Read the header.

        Raises:
            JwsError: "jws_header".
            InvalidKeyError: `jwk` is no public key that is known here.
        """
        kid = jws.header_text("kid")
        if kid is not None and len(kid) > _LONGEST_NAME:
            raise JoseError("jwt_key_unnamed", "kid is too long")
        jwk = jws.unverified_header.get("jwk")
        if jwk is None:
            return cls(kid, None)
        if not isinstance(jwk, dict):
            raise JoseError("jwt_key_mismatch", "jwk is not an object")
        return cls(kid, PublicKey.from_jwk(jwk).thumbprint())


@dataclass(frozen=True)
class FoundKey:
    """A key with who controls it.

    Args:
        id: absolute URL, of the controller's own: its DID's, or of the JWK Set at its host.
        controller: DID or https URL.
        public_key: the key.
    """

    id: str
    controller: str
    public_key: PublicKey


def find_key(
    name: KeyName,
    *,
    controller: str | None,
    relationship: Relationship,
    algorithm: str,
    needs_name: bool,
    context: VerificationContext,
    now: datetime,
    signed_at: Moment = OF_TODAY,
) -> FoundKey:
    """Find the key of a token.

    Args:
        name: what the header says.
        controller: who must have signed: a DID or an https URL. None takes the DID in `kid` at its word: for
            a check of the proof alone.
        relationship: what the key must be listed for, in a DID document.
        algorithm: the token's `alg`; chooses where the header names no key.
        needs_name: whether the form asks for `kid` or `jwk`.
        context: resolver and fetcher.
        now: aware UTC.
        signed_at: aware, when the token says that it was signed, or None if it does not say: the key counts
            as it stood then; `OF_TODAY`: a key of today alone.

    Raises:
        ProofError: "issuer_mismatch": `kid` is somebody else's, or the controller cannot have keys.
        JoseError: "jwt_key_unnamed", "jwt_key_mismatch".
        DidError: the key cannot be had, or is not for this purpose.
    """
    if needs_name and name.kid is None and name.thumbprint is None:
        raise JoseError("jwt_key_unnamed", "neither kid nor jwk")
    owner = (name.kid or "").partition("#")[0] if controller is None else controller
    if owner.startswith("did:"):
        return _find_in_document(
            name,
            owner,
            relationship=relationship,
            algorithm=algorithm,
            context=context,
            now=now,
            signed_at=signed_at,
        )
    if controller is None:
        raise JoseError("jwt_key_unnamed", "kid is not the URL of a DID's key")
    return _find_at_host(name, controller, context=context)


def _find_in_document(
    name: KeyName,
    did: str,
    *,
    relationship: Relationship,
    algorithm: str,
    context: VerificationContext,
    now: datetime,
    signed_at: Moment,
) -> FoundKey:
    if name.kid is None:
        methods = context.resolver.resolve(did).keys(relationship)
        context.spend(len(methods) * SIGNATURE_UNITS[KeyType.ED25519])
        method = _choose(methods, name.thumbprint, algorithm, did)
        method.check_in_force(now)
    else:
        url = did + name.kid if name.kid.startswith("#") else name.kid
        # before anything is fetched: a stranger's DID is not asked to learn that it is a stranger's
        if url.partition("#")[0] != did:
            raise ProofError("issuer_mismatch", f"{did} has no key {url[:200]}")
        method = _dereference(url, relationship, context=context, now=now, signed_at=signed_at)
    if name.thumbprint is not None and method.public_key.thumbprint() != name.thumbprint:
        raise JoseError("jwt_key_mismatch", "jwk is another key than kid")
    return FoundKey(method.id, method.controller, method.public_key)


def _dereference(
    url: str,
    relationship: Relationship,
    *,
    context: VerificationContext,
    now: datetime,
    signed_at: Moment,
) -> VerificationMethod:
    if isinstance(signed_at, OfToday):
        return context.resolver.dereference(url, relationship=relationship)
    return find_key_of_then(context.resolver, url, relationship=relationship, signed_at=signed_at, now=now)


def _choose(
    methods: list[VerificationMethod], thumbprint: str | None, algorithm: str, did: str
) -> VerificationMethod:
    """Choose the one key that fits; several names of one key are one."""
    fitting = {
        method.public_key: method
        for method in reversed(methods)
        if method.public_key.has_jose_form
        and method.public_key.jose_algorithm == algorithm
        and thumbprint in (None, method.public_key.thumbprint())
    }
    if thumbprint is not None and not fitting:
        raise UnknownMethodError(f"{did} has no key of thumbprint {thumbprint}")
    if len(fitting) != 1:
        raise JoseError("jwt_key_unnamed", f"{len(fitting)} keys of {did} fit {algorithm[:20]}")
    return next(iter(fitting.values()))


def _find_at_host(name: KeyName, issuer_id: str, *, context: VerificationContext) -> FoundKey:
    try:
        url = jwks_url(issuer_id, allow_insecure_loopback=context.resolver.allow_insecure_loopback)
    except InvalidDidError as err:
        raise ProofError("issuer_mismatch", f"nobody can prove to be {issuer_id[:200]}") from err
    keys = fetch_jwks(url, fetcher=context.fetcher)
    public_key = select_key(keys, kid=name.kid, thumbprint=name.thumbprint, issuer_id=issuer_id)
    # never the bare `kid`: a host gives its keys whatever names it likes, somebody else's too
    return FoundKey(f"{url}#{name.kid or name.thumbprint}", issuer_id, public_key)
