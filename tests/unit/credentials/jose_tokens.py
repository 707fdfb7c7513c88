"""Tokens for the tests of `credentials.jose`: badges in both data models, and anything truly signed."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from credentials import open_badges
from credentials.jose import (
    JWT_VC_JSON,
    OPEN_BADGES_JWT,
    VC_JWT,
    Profile,
    sign_jwt_credential,
    to_vcdm_1_1,
)
from did.encodings import encode_base64url
from did.keys import KeySigner, KeyType
from tests.unit.credentials.conftest import NOW, World, did_of, new_signer

CREDENTIAL_PROFILES = (VC_JWT, OPEN_BADGES_JWT, JWT_VC_JSON)


@cache
def signer_of(key_type: KeyType = KeyType.P256, number: int = 1) -> KeySigner:
    """A did:key signer, the same in one run."""
    return new_signer(number, key_type)


def badge_of(
    world: World, signer: KeySigner, profile: Profile = VC_JWT, *, issuer_id: str = "", **changes: Any
) -> dict[str, Any]:
    """An unsigned badge of the data model that the profile is for."""
    issuer = open_badges.Profile(
        id=issuer_id or did_of(signer), name="Mission locale", url="https://node.example/"
    )
    badge = world.badge(issuer=issuer, **changes)
    return to_vcdm_1_1(badge) if profile is JWT_VC_JSON else badge


def badge_token(
    world: World, signer: KeySigner | None = None, profile: Profile = VC_JWT, **changes: Any
) -> str:
    """A signed badge."""
    signer = signer or signer_of()
    badge = badge_of(world, signer, profile, **changes)
    return sign_jwt_credential(badge, signer=signer, now=NOW, profile=profile, any_algorithm=True)


def encode(value: Any) -> str:
    return encode_base64url(value if isinstance(value, bytes) else json.dumps(value).encode())


def forge(header: Any, claims: Any, signer: KeySigner) -> bytes:
    """Any header and payload at all, truly signed by the key."""
    signing_input = f"{encode(header)}.{encode(claims)}"
    return f"{signing_input}.{encode(signer.sign(signing_input.encode()))}".encode()
