"""What a cryptosuite is: a name, the key types it takes, and its functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contexts import CanonicalHasher, ContextSelection
    from did.keys import KeyType, PublicKey, Signer

JsonObject = dict[str, Any]
DATA_INTEGRITY_PROOF: Final = "DataIntegrityProof"
DATA_INTEGRITY_CONTEXT: Final = "https://w3id.org/security/data-integrity/v2"


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


class CreateBaseProofValue(Protocol):
    """Sign a document so that its holder can later show parts of it; gives the base `proofValue`."""

    def __call__(
        self,
        document: JsonObject,
        options: JsonObject,
        *,
        signer: Signer,
        selection: ContextSelection,
        mandatory_pointers: Sequence[str],
    ) -> str: ...


class VerifyBaseProofValue(Protocol):
    """Check a base `proofValue` with the whole document, as its issuer and its holder do; raises when it does
    not hold.
    """

    def __call__(
        self,
        document: JsonObject,
        options: JsonObject,
        proof_value: str,
        *,
        public_key: PublicKey,
        selection: ContextSelection,
    ) -> None: ...


class DeriveProofValue(Protocol):
    """Keep of a document what its mandatory and the selective pointers name; gives it, unsecured, with its
    derived `proofValue`.
    """

    def __call__(
        self,
        document: JsonObject,
        options: JsonObject,
        proof_value: str,
        *,
        public_key: PublicKey,
        selection: ContextSelection,
        selective_pointers: Sequence[str],
    ) -> tuple[JsonObject, str]: ...


@dataclass(frozen=True)
class SelectiveDisclosure:
    """What a suite of base and derived proofs has beside `verify`, which takes derived proofs alone.

    Args:
        create_base: signs.
        verify_base: checks what the holder was given.
        derive: makes what the holder shows.
    """

    create_base: CreateBaseProofValue
    verify_base: VerifyBaseProofValue
    derive: DeriveProofValue


@dataclass(frozen=True)
class CryptoSuite:
    """A cryptosuite.

    Args:
        name: the `cryptosuite` value; of a proof from before Data Integrity 1.0, its type.
        key_types: the only key types it may be used with.
        create: signs; None for a suite that only makes base proofs.
        verify: checks.
        selective: for a suite of base and derived proofs.
        reads_contexts: whether the versions of the contexts matter to it; a suite that signs JSON reads none.
        context: the one that defines its proofs.
    """

    name: str
    key_types: frozenset[KeyType]
    create: CreateProofValue | None
    verify: VerifyProofValue
    selective: SelectiveDisclosure | None = None
    reads_contexts: bool = True
    context: str = DATA_INTEGRITY_CONTEXT

    @property
    def type_members(self) -> dict[str, str]:
        """The members by which its proofs say what they are."""
        if self.context != DATA_INTEGRITY_CONTEXT:
            return {"type": self.name}
        return {"type": DATA_INTEGRITY_PROOF, "cryptosuite": self.name}
