"""The pinned contexts, and a badge to alter."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from contexts import ContextStore, canonicalize

V2 = "https://www.w3.org/ns/credentials/v2"
V1 = "https://www.w3.org/2018/credentials/v1"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
BADGE: dict[str, Any] = {
    "@context": [V2, OB],
    "id": "urn:uuid:0b7d0c3e-3c9b-4a5e-9d6e-1f2a3b4c5d6e",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "name": "Pilotage de drone",
    "issuer": {"id": "did:web:node.example", "type": ["Profile"], "name": "Mission locale (exemple)"},
    "validFrom": "2026-06-15T12:00:00Z",
    "validUntil": "2036-06-15T12:00:00Z",
    "credentialStatus": {
        "id": "https://node.example/status/1#7",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": "https://node.example/status/1",
    },
    "credentialSubject": {
        "id": "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
        "type": ["AchievementSubject"],
        "achievement": {
            "id": "https://node.example/badges/drone",
            "type": ["Achievement"],
            "name": "J'ai piloté un drone",
            "description": "A piloté un drone.",
            "criteria": {"narrative": "- suit les consignes"},
            "tag": ["drone", "consignes"],
            "alignment": [
                {
                    "type": ["Alignment"],
                    "targetName": "Consignes (exemple)",
                    "targetUrl": "https://skills.example/1",
                }
            ],
            "resultDescription": [
                {
                    "id": "https://node.example/badges/drone#result",
                    "type": ["ResultDescription"],
                    "name": "Étapes",
                    "resultType": "Status",
                    "allowedValue": ["vu", "vu", "refait"],
                }
            ],
        },
    },
    "evidence": [
        {"id": "https://node.example/evidence/1", "type": ["Evidence"], "name": "Vol"},
        {"type": ["Evidence"], "narrative": "Un vol de dix minutes.\n"},
    ],
}


@pytest.fixture(scope="session")
def store() -> ContextStore:
    return ContextStore.load()


@pytest.fixture
def badge() -> dict[str, Any]:
    """Free to be altered."""
    return copy.deepcopy(BADGE)


@pytest.fixture
def canonical(store: ContextStore) -> Any:
    """Canonical N-Quads of a document under the newest contexts that it names."""
    return lambda document: canonicalize(document, selection=store.selections(document)[0])
