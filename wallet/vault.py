"""Where everything about a person is sealed before it reaches the database.

Today one vault stands for all, under the service's secret: a stolen database or backup says nothing, but
whoever runs the service can read. A vault that opens with the person's own key has the same two verbs and
takes its place.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any, Final, Protocol

from contexts import strict_json
from did.sealing import seal, unseal

if TYPE_CHECKING:
    from pydantic import SecretStr

_PURPOSE: Final = "wallet.vault"


class Vault(Protocol):
    """Seals and unseals bytes for one owner and one record; a sealed thing opens nowhere else."""

    def seal(self, plaintext: bytes, *, owner: str, record: str) -> bytes:
        """Seal bytes.

        Args:
            plaintext: what is sealed.
            owner: id of the passport, or of the browser session before there is one.
            record: table and id, such as "credential:abc".
        """
        ...

    def unseal(self, sealed: bytes, *, owner: str, record: str) -> bytes:
        """Unseal bytes.

        Raises:
            SealError: they were not sealed here for that owner and record, or were altered.
        """
        ...


class ServiceVault:
    """A vault under the service's secret (AES-256-GCM, key by HKDF)."""

    def __init__(self, secret: SecretStr) -> None:
        self._secret = secret.get_secret_value().encode()

    def seal(self, plaintext: bytes, *, owner: str, record: str) -> bytes:
        """Seal bytes: see `Vault`."""
        return seal(plaintext, secret=self._secret, purpose=_PURPOSE, record=f"{owner}/{record}")

    def unseal(self, sealed: bytes, *, owner: str, record: str) -> bytes:
        """Unseal bytes: see `Vault`."""
        return unseal(sealed, secret=self._secret, purpose=_PURPOSE, record=f"{owner}/{record}")


def seal_json(vault: Vault, value: dict[str, Any], *, owner: str, record: str) -> bytes:
    """Seal a JSON object."""
    return vault.seal(strict_json.dumps(value), owner=owner, record=record)


def unseal_json(vault: Vault, sealed: bytes, *, owner: str, record: str) -> dict[str, Any]:
    """Unseal a JSON object that `seal_json` sealed."""
    value: dict[str, Any] = strict_json.loads(
        vault.unseal(sealed, owner=owner, record=record), max_bytes=16_777_216
    )
    return value


class Digests:
    """Keyed digests: what must be found again in the database without being readable or guessable there.

    Args:
        secret: the service's secret.
    """

    def __init__(self, secret: SecretStr) -> None:
        self._key = hmac.digest(secret.get_secret_value().encode(), b"wallet.digests", hashlib.sha256)

    def __call__(self, purpose: str, *parts: str) -> bytes:
        """HMAC-SHA256 over the purpose and the parts, each with its length, 32 bytes."""
        message = b"".join(
            len(raw).to_bytes(4, "big") + raw for raw in (part.encode() for part in (purpose, *parts))
        )
        return hmac.digest(self._key, message, hashlib.sha256)
