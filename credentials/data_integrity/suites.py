"""What a cryptosuite is: a name, the key types it takes, and two functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from contexts import CanonicalHasher, ContextSelection
    from did.keys import KeyType, PublicKey, Signer

JsonObject = dict[str, Any]


class CreateProofValue(Protocol):
    """Sign an unsecured document under proof options; gives the multibase `proofValue`."""

    def __call__(
        self,
        document: JsonObject,
        options: JsonObject,
        *,
        signer: Signer,
        hasher: CanonicalHasher,
        selection: ContextSelection,
    ) -> str: ...


class VerifyProofValue(Protocol):
    """Check a `proofValue` over an unsecured document and its proof options; raises when it does not hold."""

    def __call__(
        self,
        document: JsonObject,
        options: JsonObject,
        proof_value: str,
        *,
        public_key: PublicKey,
        hasher: CanonicalHasher,
        selection: ContextSelection,
    ) -> None: ...


@dataclass(frozen=True)
class CryptoSuite:
    """A cryptosuite.

    Args:
        name: the `cryptosuite` value.
        key_types: the only key types it may be used with.
        create: signs.
        verify: checks.
    """

    name: str
    key_types: frozenset[KeyType]
    create: CreateProofValue
    verify: VerifyProofValue
