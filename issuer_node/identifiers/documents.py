"""What the two identifiers say: the log's document for who reads history, and did:web's for who cannot.

The log's document lists the keys that sign now, and marks those that were stolen; what was listed before, its
older versions tell. did:web has no versions: its document also lists keys that were merely rotated, for
assertions alone, so that a badge of last year verifies with readers that know no history. See ADR 0023.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from did.document import DocumentKey, Relationship, build_did_document, jwks
from issuer_node.identifiers.keys import KeyState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from issuer_node.identifiers.keys import KeptKey

JsonObject = dict[str, Any]
# with two methods each, in a document that readers take up to 64 KiB of; older ones stand in the log alone
MOST_ROTATED: Final = 24
MOST_REVOKED: Final = 12
_FOR_OLD_BADGES: Final = (Relationship.ASSERTION_METHOD,)


def history_document(did: str, keys: Sequence[KeptKey], *, did_web: str) -> JsonObject:
    """The document of the log's next version.

    Args:
        did: did:webvh, in a first version with "{SCID}".
        keys: all that there are.
        did_web: the same subject's did:web.
    """
    listed = [*_in_use(keys), *_revoked(keys)]
    return build_did_document(did, listed, also_known_as=[did_web])


def face_document(did: str, keys: Sequence[KeptKey], *, did_webvh: str) -> JsonObject:
    """The did:web document.

    Args:
        did: did:web.
        keys: all that there are.
        did_webvh: the same subject's history.
    """
    listed = [*_in_use(keys), *_rotated(keys), *_revoked(keys)]
    return build_did_document(did, listed, also_known_as=[did_webvh])


def key_set(did: str, keys: Sequence[KeptKey]) -> JsonObject:
    """The keys that tokens are verified with, as a JWK Set: those in use first.

    Args:
        did: did:web, of which each `kid` is a DID URL.
        keys: all that there are.
    """
    return jwks(did, [*_in_use(keys), *_rotated(keys)])


def _in_use(keys: Sequence[KeptKey]) -> list[DocumentKey]:
    return [DocumentKey(key.name, key.public_key) for key in keys if key.state is KeyState.IN_USE]


def _rotated(keys: Sequence[KeptKey]) -> list[DocumentKey]:
    """The last ones, newest first."""
    rotated = [key for key in reversed(keys) if key.state is KeyState.ROTATED]
    return [DocumentKey(key.name, key.public_key, _FOR_OLD_BADGES) for key in rotated[:MOST_ROTATED]]


def _revoked(keys: Sequence[KeptKey]) -> list[DocumentKey]:
    """Listed for nothing, and marked: a reader who looks for one is told what became of it.

    Source: Controlled Identifiers v1.0, section 2.2 (`revoked`).
    """
    revoked = [key for key in keys if key.revoked_at is not None]
    revoked.sort(key=lambda key: (key.revoked_at, key.number), reverse=True)
    return [DocumentKey(key.name, key.public_key, (), key.revoked_at) for key in revoked[:MOST_REVOKED]]
