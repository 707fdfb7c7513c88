"""A small world for the credentials library: keys with did:key, a served status list, the pinned contexts."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contexts import ContextStore
from credentials.data_integrity import add_proof
from credentials.open_badges import (
    Achievement,
    Alignment,
    Criteria,
    Evidence,
    Image,
    Kind,
    Profile,
    build_open_badge_credential,
)
from credentials.status import Bitstring, build_status_entry, build_status_list_credential
from credentials.verification import VerificationContext
from did.keys import KeySigner, KeyType, PrivateKey
from did.methods.key import did_key
from did.resolver import Resolver
from tests.simulators.served_documents import ServedDocuments

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
VECTOR_CONTEXTS = Path(__file__).parents[2] / "vectors" / "contexts"
LIST_URL = "https://node.example/status/1"


def new_signer(seed: int, key_type: KeyType = KeyType.ED25519) -> KeySigner:
    """A did:key signer, always the same for a seed."""
    key = (
        PrivateKey.from_raw(key_type, bytes([seed]) * 32)
        if key_type is KeyType.ED25519
        else PrivateKey.generate(key_type)
    )
    did = did_key(key.public_key)
    return KeySigner(private_key=key, verification_method=f"{did}#{did.removeprefix('did:key:')}")


def did_of(signer: KeySigner) -> str:
    return signer.verification_method.partition("#")[0]


@dataclass
class World:
    contexts: ContextStore
    served: ServedDocuments = field(default_factory=ServedDocuments)
    issuer: KeySigner = field(default_factory=lambda: new_signer(1))
    holder: KeySigner = field(default_factory=lambda: new_signer(2))
    stranger: KeySigner = field(default_factory=lambda: new_signer(3))

    @property
    def issuer_id(self) -> str:
        return did_of(self.issuer)

    @property
    def holder_id(self) -> str:
        return did_of(self.holder)

    def context(self, **changes: Any) -> VerificationContext:
        resolver = Resolver(fetcher=self.served)
        base = VerificationContext(contexts=self.contexts, resolver=resolver, fetcher=self.served)
        return replace(base, **changes)

    def badge(self, **changes: Any) -> dict[str, Any]:
        """An unsigned OpenBadgeCredential."""
        arguments: dict[str, Any] = {
            "credential_id": "urn:uuid:0b7d0c3e-3c9b-4a5e-9d6e-1f2a3b4c5d6e",
            "issuer": Profile(id=self.issuer_id, name="Mission locale", url="https://node.example/"),
            "achievement": Achievement(
                id="https://node.example/badges/drone",
                name="Pilotage de drone",
                description="A piloté un drone en suivant des consignes.",
                criteria=Criteria(narrative="- suit les consignes"),
                achievement_type=Kind.EXPERIENCE.achievement_type,
                in_language="fr",
                image=Image(id="https://node.example/badges/drone/image", caption="Un drone"),
                alignment=(Alignment(target_name="Consignes", target_url="https://skills.example/1"),),
            ),
            "subject_id": self.holder_id,
            "valid_from": NOW - timedelta(days=1),
            "earned_from": NOW - timedelta(days=3),
            "earned_until": None,
            "status": None,
            "evidence": (Evidence(name="Vol", narrative="Un vol de dix minutes."),),
        }
        return build_open_badge_credential(**(arguments | changes))

    def sign(
        self, document: dict[str, Any], signer: KeySigner | None = None, **options: Any
    ) -> dict[str, Any]:
        return add_proof(
            copy.deepcopy(document),
            signer=signer or self.issuer,
            selection=self.contexts.selections(document)[0],
            **({"created": NOW - timedelta(hours=1)} | options),
        )

    def signed_badge(self, **changes: Any) -> dict[str, Any]:
        return self.sign(self.badge(**changes))

    def status_list(
        self,
        *,
        purpose: str = "revocation",
        indexes: tuple[int, ...] = (),
        list_url: str = LIST_URL,
        signer: KeySigner | None = None,
        change: Any = None,
        **dates: Any,
    ) -> dict[str, Any]:
        """A signed status list with these bits set; `change` alters the document before it is signed."""
        bits = Bitstring.new()
        for index in indexes:
            bits.set(index)
        document = build_status_list_credential(
            list_id=list_url,
            issuer_id=did_of(signer or self.issuer),
            purpose=purpose,
            bitstring=bits,
            **({"valid_from": NOW - timedelta(hours=2)} | dates),
        )
        if change:
            change(document)
        return self.sign(document, signer)

    def badge_with_status(self, index: int = 7, purpose: str = "revocation") -> dict[str, Any]:
        return self.signed_badge(status=build_status_entry(LIST_URL, index, purpose))


@pytest.fixture(scope="session")
def contexts() -> ContextStore:
    return ContextStore.load()


@pytest.fixture
def world(contexts: ContextStore) -> World:
    return World(contexts)


@pytest.fixture(scope="session")
def vector_contexts() -> ContextStore:
    return ContextStore.load(also=[VECTOR_CONTEXTS])
