"""Canonicalization by PyLD behind the same seam as ours: tells apart what the rest of the way costs."""

from __future__ import annotations

import copy
import hashlib
from typing import TYPE_CHECKING, Any

from pyld import jsonld

if TYPE_CHECKING:
    from contexts import ContextSelection, ContextStore, HashAlgorithm


class PyldHasher:
    """Implements `contexts.CanonicalHasher` by PyLD, used as its documentation says, contexts in memory."""

    def __init__(self, contexts: ContextStore) -> None:
        self._documents = copy.deepcopy(contexts.newest_documents())
        self._options = {
            "algorithm": "URDNA2015",
            "format": "application/n-quads",
            "documentLoader": lambda url, _: {
                "contextUrl": None,
                "documentUrl": url,
                "document": self._documents[url],
            },
        }

    def __call__(
        self,
        document: dict[str, Any],
        *,
        selection: ContextSelection | None = None,  # noqa: ARG002 - the newest of everything
        algorithm: HashAlgorithm = "sha256",
    ) -> bytes:
        """Hash a document."""
        return hashlib.new(algorithm, jsonld.normalize(document, self._options).encode()).digest()
