"""Tokens for the tests: an issuer, a holder, and ways to alter what the issuer signs or the holder sends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from contexts import strict_json
from credentials.jws import sign_compact
from credentials.sd_jwt import issue_sd_jwt, present_sd_jwt, verify_sd_jwt
from credentials.sd_jwt.disclosures import hash_text
from credentials.sd_jwt.key_binding import make_key_binding
from did.encodings import decode_base64url, encode_base64url
from tests.unit.credentials.conftest import new_signer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from credentials.sd_jwt import VerifiedSdJwt
    from did.keys import KeySigner

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
TYP = "example+sd-jwt"
AUDIENCE = "decentralized_identifier:did:web:employer.example"
NONCE = "n-0S6_WzA2Mj"
ISSUER = new_signer(1)
HOLDER = new_signer(2)
STRANGER = new_signer(3)
CLAIMS: dict[str, Any] = {
    "iss": "https://issuer.example",
    "given_name": "Ana",
    "address": {"locality": "Lyon", "country": "FR"},
    "nationalities": ["FR", "PT"],
}
DISCLOSABLE = ("/given_name", "/address", "/address/locality", "/nationalities/0", "/nationalities/1")


def issue(
    claims: dict[str, Any] | None = None, disclosable: Iterable[str] = DISCLOSABLE, **options: Any
) -> str:
    """An SD-JWT by `ISSUER`, bound to `HOLDER`."""
    arguments: dict[str, Any] = {"signer": ISSUER, "typ": TYP, "holder_key": HOLDER.public_key}
    return issue_sd_jwt(
        CLAIMS if claims is None else claims, disclosable=disclosable, **(arguments | options)
    )


def present(token: str | None = None, pointers: Iterable[str] = ("/given_name",), **options: Any) -> str:
    arguments: dict[str, Any] = {"holder": HOLDER, "audience": AUDIENCE, "nonce": NONCE, "now": NOW}
    return present_sd_jwt(token or issue(), pointers, **(arguments | options))


def verify(token: str | bytes, **options: Any) -> VerifiedSdJwt:
    arguments: dict[str, Any] = {"issuer_key": ISSUER.public_key, "expected_typ": TYP, "now": NOW}
    return verify_sd_jwt(token, **(arguments | options))


def verify_bound(token: str | bytes, **options: Any) -> VerifiedSdJwt:
    return verify(token, **({"expected_nonce": NONCE, "expected_audience": AUDIENCE} | options))


def disclosure(*parts: Any) -> str:
    """A Disclosure with these parts, whatever they are."""
    return encode_base64url(strict_json.dumps(list(parts)))


def digest(text: str, algorithm: str = "sha-256") -> str:
    return hash_text(text, algorithm)


def signed(
    payload: dict[str, Any], disclosures: Sequence[str] = (), *, signer: KeySigner = ISSUER, typ: str = TYP
) -> str:
    """An SD-JWT with just this payload and these Disclosures, for what no issuer here would make."""
    return "~".join([sign_compact(payload, signer=signer, typ=typ), *disclosures, ""])


def bound(text: str, *, holder: KeySigner = HOLDER, algorithm: str = "sha-256", **options: Any) -> str:
    """Any SD-JWT with a Key Binding JWT over it."""
    arguments: dict[str, Any] = {"audience": AUDIENCE, "nonce": NONCE, "now": NOW}
    return text + make_key_binding(text, holder=holder, algorithm=algorithm, **(arguments | options))


def key_binding(text: str, *, typ: str = "kb+jwt", signer: KeySigner = HOLDER, **changes: Any) -> str:
    """A Key Binding JWT with changed claims; None takes one away."""
    claims = {"iat": SECONDS, "aud": AUDIENCE, "nonce": NONCE, "sd_hash": digest(text)} | changes
    present_claims = {name: value for name, value in claims.items() if value is not None}
    return text + sign_compact(present_claims, signer=signer, typ=typ, header={})


def contents(token: str) -> list[Any]:
    """What the Disclosures of a token hold."""
    return [strict_json.loads(decode_base64url(text)) for text in token.split("~")[1:-1]]


def later(**duration: int) -> datetime:
    return NOW + timedelta(**duration)
