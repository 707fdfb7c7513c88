"""did:jwk: the identifier is a JWK.

Source: did:jwk Method Specification, sections "Creation" and "Read".
"""

from __future__ import annotations

from json import dumps
from typing import Any, Final

from contexts import ContextsError, strict_json
from did.encodings import decode_base64url, encode_base64url
from did.errors import EncodingError, InvalidDidError, InvalidKeyError
from did.keys import PublicKey
from did.syntax import parse_did

_CONTEXTS: Final = ("https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1")
_RELATIONSHIPS: Final = ("authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation")
_DEEPEST: Final = 3


def did_jwk(public_key: PublicKey) -> str:
    """Write a key as a DID, "did:jwk:eyJ..."; always the same text for the same key."""
    canonical = dumps(public_key.to_jwk(), sort_keys=True, separators=(",", ":"))
    return f"did:jwk:{encode_base64url(canonical.encode())}"


def did_jwk_method_id(public_key: PublicKey) -> str:
    """Give the absolute DID URL of the one verification method, "did:jwk:eyJ...#0"."""
    return f"{did_jwk(public_key)}#0"


def resolve_did_jwk(did: str) -> dict[str, Any]:
    """Build the DID document that a did:jwk stands for.

    Raises:
        InvalidDidError: not base64url of strict JSON, a private key, or a bad key.
    """
    jwk = _read_jwk(did)
    try:
        PublicKey.from_jwk(jwk)
    except InvalidKeyError as err:
        raise InvalidDidError(f"did:jwk: {err.detail}") from err
    url = f"{did}#0"
    method = {"id": url, "type": "JsonWebKey2020", "controller": did, "publicKeyJwk": jwk}
    # a key that says it is for encryption signs nothing
    relationships = {} if jwk.get("use") == "enc" else {name: [url] for name in _RELATIONSHIPS}
    return {"@context": list(_CONTEXTS), "id": did, "verificationMethod": [method]} | relationships


def _read_jwk(did: str) -> dict[str, Any]:
    parsed = parse_did(did)
    if parsed.method != "jwk":
        raise InvalidDidError("not did:jwk")
    try:
        jwk = strict_json.loads(decode_base64url(parsed.identifier), max_depth=_DEEPEST)
    except (EncodingError, ContextsError) as err:
        raise InvalidDidError(f"did:jwk: {err.code}") from err
    if not isinstance(jwk, dict):
        raise InvalidDidError("did:jwk: not an object")
    return jwk
