"""did:key: the identifier is the key.

Source: The did:key Method v0.9, section 3.1.
"""

from __future__ import annotations

from typing import Any, Final

from did.errors import InvalidDidError, InvalidKeyError
from did.keys import PublicKey
from did.syntax import parse_did

_CONTEXTS: Final = ("https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1")
_RELATIONSHIPS: Final = ("authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation")


def did_key(public_key: PublicKey) -> str:
    """Write a key as a DID, "did:key:z6Mk..."."""
    return f"did:key:{public_key.to_multikey()}"


def did_key_method_id(public_key: PublicKey) -> str:
    """Give the absolute DID URL of the one verification method, "did:key:z6Mk...#z6Mk..."."""
    multikey = public_key.to_multikey()
    return f"did:key:{multikey}#{multikey}"


def read_did_key(did: str) -> PublicKey:
    """Read the key out of a did:key.

    Raises:
        InvalidDidError: another method, another encoding, an unknown prefix, a wrong length, or a bad key.
    """
    parsed = parse_did(did)
    if parsed.method != "key":
        raise InvalidDidError("not did:key")
    try:
        return PublicKey.from_multikey(parsed.identifier)
    except InvalidKeyError as err:
        raise InvalidDidError(f"did:key: {err.detail}") from err


def resolve_did_key(did: str) -> dict[str, Any]:
    """Build the DID document that a did:key stands for.

    Raises:
        InvalidDidError: see `read_did_key`.

    Source: The did:key Method v0.9, section 3.1.1 (Document Creation Algorithm).
    """
    read_did_key(did)
    # a key has one Multikey, so that of the DID need not be written anew
    multikey = did.removeprefix("did:key:")
    url = f"{did}#{multikey}"
    method = {"id": url, "type": "Multikey", "controller": did, "publicKeyMultibase": multikey}
    relationships = {name: [url] for name in _RELATIONSHIPS}
    return {"@context": list(_CONTEXTS), "id": did, "verificationMethod": [method]} | relationships
