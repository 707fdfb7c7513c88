"""The key of an issuer of SD-JWT VCs: found by who it says it is, never by what the token brings along.

Two ways, and a policy that says which of them are open: an https `iss` publishes JWT VC Issuer Metadata; a
DID has its document, which the specification leaves to the ecosystem. X.509 chains (`x5c`) are not read here.

Source: draft-ietf-oauth-sd-jwt-vc-24, section "Issuer Verification Key Discovery and Validation".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from credentials.jose.keys import OF_TODAY, OfToday
from credentials.sd_jwt.errors import SdJwtError
from credentials.sd_jwt.issuer_metadata import IssuerKeyMemory, fetch_issuer_keys
from did.document import Relationship
from did.errors import InvalidDidError, UnknownMethodError
from did.jwks import select_key
from did.methods.web import did_web, did_web_url
from did.past_keys import find_key_of_then
from did.syntax import parse_did

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from credentials.jose.keys import Moment
    from credentials.jws import UnverifiedJws
    from did.fetcher import Fetcher
    from did.jwks import PublishedKey
    from did.keys import PublicKey
    from did.resolver import Resolver

_LONGEST: Final = 2_048


@dataclass(frozen=True)
class IssuerKeyPolicy:
    """Which ways to an issuer's key are open.

    Args:
        issuer_metadata: https issuers, with JWT VC Issuer Metadata.
        did_methods: methods of issuers that are DIDs, for example "web".
        memory: of the keys of https issuers; None: they are fetched for every verification.
    """

    issuer_metadata: bool
    did_methods: frozenset[str]
    memory: IssuerKeyMemory | None = field(default=None, compare=False)


WEB_ISSUERS: Final = IssuerKeyPolicy(issuer_metadata=True, did_methods=frozenset())
"""What the specification itself defines."""
WEB_AND_DID_ISSUERS: Final = IssuerKeyPolicy(
    issuer_metadata=True, did_methods=frozenset({"web", "key", "jwk"})
)
"""As for every other credential here: a DID says who issued, and the trust registry who that is."""


def read_issuer(payload: Mapping[str, Any], jws: UnverifiedJws) -> str:
    """Read who a token says that its issuer is; nothing is believed of it yet.

    Raises:
        SdJwtError: "unsupported_x5c", the issuer is only named by a certificate; "issuer_missing",
            "issuer_invalid".
    """
    if "iss" not in payload:
        if "x5c" in jws.unverified_header:
            raise SdJwtError("unsupported_x5c", "certificate chains are not read")
        raise SdJwtError("issuer_missing", pointer="/iss")
    issuer_id = payload["iss"]
    if not isinstance(issuer_id, str) or not 0 < len(issuer_id) <= _LONGEST:
        raise SdJwtError("issuer_invalid", "iss is a string", pointer="/iss")
    return issuer_id


def find_issuer_key(
    jws: UnverifiedJws,
    *,
    issuer_id: str,
    policy: IssuerKeyPolicy,
    resolver: Resolver,
    fetcher: Fetcher,
    now: datetime,
    signed_at: Moment = OF_TODAY,
) -> PublicKey:
    """Find the key that an issuer's token must be signed with.

    Args:
        jws: the token; its `kid` may choose among the issuer's keys; `jwk`, `jku`, `x5c` do nothing.
        issuer_id: `iss`.
        policy: which ways are open.
        resolver: of DIDs; says, too, whether plain http to loopback is let through.
        fetcher: of issuer metadata.
        now: aware UTC; ends what is remembered.
        signed_at: aware, when the token says that it was signed, or None if it does not say: the key counts
            as it stood then, if it has a history; `OF_TODAY`: a key of today alone.

    Raises:
        SdJwtError: "issuer_not_permitted", "issuer_invalid", "issuer_mismatch", "issuer_metadata_invalid".
        DidError: the DID or the key cannot be found, or nothing was learnt.
    """
    if issuer_id.startswith("did:"):
        return _key_of_did(jws, issuer_id, policy, resolver, now=now, signed_at=signed_at)
    if not policy.issuer_metadata:
        raise SdJwtError("issuer_not_permitted", "no https issuers", pointer="/iss")
    remembered = policy.memory.recall(issuer_id, now=now) if policy.memory else None
    if remembered is not None:
        try:
            return _select(remembered, jws, issuer_id)
        except UnknownMethodError:
            # a new key: what is remembered may be older than it
            pass
    allow_loopback = resolver.allow_insecure_loopback
    keys = fetch_issuer_keys(issuer_id, fetcher=fetcher, allow_loopback=allow_loopback)
    if policy.memory:
        policy.memory.remember(issuer_id, keys, now=now)
    try:
        return _select(keys, jws, issuer_id)
    except UnknownMethodError:
        url = _parallel_key(jws, issuer_id, allow_loopback=allow_loopback)
        if url is None or isinstance(signed_at, OfToday):
            raise
        relationship = Relationship.ASSERTION_METHOD
        return find_key_of_then(
            resolver, url, relationship=relationship, signed_at=signed_at, now=now
        ).public_key


def _parallel_key(jws: UnverifiedJws, issuer_id: str, *, allow_loopback: bool) -> str | None:
    """The `kid`, if it names a key of the did:web at the issuer's own address: its history is the issuer's.

    Metadata lists the keys of today; it has no word for one that was rotated, or stolen.
    """
    kid = jws.header_text("kid") or ""
    try:
        did = did_web(issuer_id)
        did_web_url(did, allow_insecure_loopback=allow_loopback)
    except InvalidDidError:
        return None
    return kid if kid.partition("#")[0] == did and "#" in kid else None


def _select(keys: Sequence[PublishedKey], jws: UnverifiedJws, issuer_id: str) -> PublicKey:
    # RFC 8725, section 3.1: a key is for one algorithm, so the others are not candidates
    algorithm = jws.unverified_header.get("alg")
    candidates = [key for key in keys if _signs_with(key.public_key, algorithm)]
    return select_key(candidates, kid=jws.header_text("kid"), thumbprint=None, issuer_id=issuer_id)


def _signs_with(public_key: PublicKey, algorithm: object) -> bool:
    return public_key.has_jose_form and public_key.jose_algorithm == algorithm


def _key_of_did(
    jws: UnverifiedJws,
    did: str,
    policy: IssuerKeyPolicy,
    resolver: Resolver,
    *,
    now: datetime,
    signed_at: Moment,
) -> PublicKey:
    if parse_did(did).method not in policy.did_methods:
        raise SdJwtError("issuer_not_permitted", f"method of {did[:100]}", pointer="/iss")
    kid = jws.header_text("kid")
    if kid is None:
        return _only_key(jws, did, resolver)
    url = did + kid if kid.startswith("#") else kid
    if url.partition("#")[0] != did:
        raise SdJwtError("issuer_mismatch", f"kid {kid[:100]!r} is not of {did[:100]}", pointer="/iss")
    relationship = Relationship.ASSERTION_METHOD
    if isinstance(signed_at, OfToday):
        return resolver.dereference(url, relationship=relationship).public_key
    return find_key_of_then(resolver, url, relationship=relationship, signed_at=signed_at, now=now).public_key


def _only_key(jws: UnverifiedJws, did: str, resolver: Resolver) -> PublicKey:
    """Without a `kid`: the one key for assertions that has this algorithm."""
    methods = resolver.resolve(did).keys(Relationship.ASSERTION_METHOD)
    algorithm = jws.unverified_header.get("alg")
    found = {each.public_key: each.id for each in methods if _signs_with(each.public_key, algorithm)}
    if len(found) != 1:
        raise UnknownMethodError(f"no kid, and {len(found)} keys of {did[:100]} for {str(algorithm)[:20]}")
    return resolver.dereference(*found.values(), relationship=Relationship.ASSERTION_METHOD).public_key
