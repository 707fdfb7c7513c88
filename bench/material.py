"""What is measured: OBv3 credentials of 3 to 4 KB, the keys of issuer and holder, a world that knows both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from contexts import ContextStore, strict_json
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
from did.document import DocumentKey, build_did_document
from did.fetcher import Fetched, OfflineFetcher
from did.keys import KeySigner, KeyType, PrivateKey
from did.methods.key import did_key
from did.resolver import Resolver

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
ISSUER = "did:web:node.example"
_SENTENCE = "Prépare le matériel, écoute la consigne et la redit, garde son calme quand le drone dévie. "


class KnownDocuments(OfflineFetcher):
    """A world that consists of these documents; every other address is refused."""

    def __init__(self, documents: Mapping[str, bytes]) -> None:
        self._documents = documents

    def get(self, url: str, *, accept: str = "*/*", max_bytes: int = 262_144) -> Fetched:
        """Answer with the document at that address."""
        if url not in self._documents:
            return super().get(url, accept=accept, max_bytes=max_bytes)
        return Fetched(
            url=url,
            status=200,
            content_type="application/json",
            body=self._documents[url],
            headers={},
        )


@dataclass(frozen=True)
class Material:
    """Everything that a measurement needs, made before it starts."""

    contexts: ContextStore
    issuer: KeySigner
    holder: KeySigner
    holder_did: str
    fetcher: KnownDocuments
    resolver: Resolver


def make_material() -> Material:
    """Keys, DID documents and contexts, warm."""
    issuer_key, holder_key = PrivateKey.generate(KeyType.ED25519), PrivateKey.generate(KeyType.ED25519)
    document = build_did_document(ISSUER, [DocumentKey(name="key-1", public_key=issuer_key.public_key)])
    fetcher = KnownDocuments({"https://node.example/.well-known/did.json": strict_json.dumps(document)})
    holder = did_key(holder_key.public_key)
    return Material(
        contexts=ContextStore.load(),
        issuer=KeySigner(issuer_key, f"{ISSUER}#key-1"),
        holder=KeySigner(holder_key, f"{holder}#{holder.removeprefix('did:key:')}"),
        holder_did=holder,
        fetcher=fetcher,
        resolver=Resolver(fetcher=fetcher),
    )


def holder_of(material: Material) -> str:
    """The holder's DID."""
    return material.holder_did


def make_badge_by_did_key(material: Material) -> dict[str, Any]:
    """A signed credential of the usual size whose issuer's DID needs no fetch."""
    key = PrivateKey.generate(KeyType.ED25519)
    did = did_key(key.public_key)
    signer = KeySigner(key, f"{did}#{did.removeprefix('did:key:')}")
    unsigned = make_credential(material, 0, issuer=did)
    return add_proof(unsigned, signer=signer, created=NOW, selection=material.contexts.newest())


def make_credential(material: Material, number: int, *, issuer: str = ISSUER) -> dict[str, Any]:
    """One unsigned credential of 3 to 4 KB, unlike every other number's."""
    credential = build_open_badge_credential(
        credential_id=f"urn:uuid:00000000-0000-4000-8000-{number:012d}",
        issuer=Profile(id=issuer, name="Une structure (exemple)", url="https://node.example/"),
        achievement=Achievement(
            id="https://node.example/badges/drone",
            name="J'ai piloté un drone",
            description="A préparé, fait voler et posé un drone pendant un atelier au fablab.",
            criteria=Criteria(narrative=_SENTENCE * 12),
            achievement_type=Kind.EXPERIENCE.achievement_type,
            in_language="fr",
            image=Image(
                id="https://node.example/badges/drone/image", caption="Un drone au-dessus d'un champ"
            ),
            alignment=tuple(
                Alignment(
                    target_name=f"Compétence {letter} (exemple)",
                    target_url=f"https://skills.example/{letter}",
                    target_framework="Référentiel (exemple)",
                )
                for letter in "abc"
            ),
        ),
        subject_id=material.holder_did,
        valid_from=NOW,
        earned_from=NOW - timedelta(days=30),
        earned_until=NOW - timedelta(days=30),
        evidence=[Evidence(name=f"Observation {n}", narrative=_SENTENCE * 2) for n in range(2)],
        status=None,
    )
    size = len(strict_json.dumps(credential))
    if not 3_000 <= size <= 4_096:
        raise ValueError(f"the credential has {size} bytes")
    return credential
