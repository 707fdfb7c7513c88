"""The document of a did:key says, as linked data, all that it says as JSON: its contexts define each term."""

from __future__ import annotations

from typing import Any

import pytest

from contexts import ContextsError, ContextStore, canonicalize
from did.methods import did_key
from did.methods.key import resolve_did_key
from tests.unit.did.conftest import public_key


def of_a_key() -> dict[str, Any]:
    return resolve_did_key(did_key(public_key()))


@pytest.fixture(scope="module")
def store() -> ContextStore:
    return ContextStore.load()


@pytest.mark.covers("cid-1.0", "4.1", "4.2")
@pytest.mark.covers("did-core-1.0", "6.3")
@pytest.mark.covers("did-key", "3.1.7")
def test_every_term_of_a_document_is_defined_by_its_contexts(store: ContextStore) -> None:
    document = of_a_key()
    statements = canonicalize(document, selection=store.newest())
    assert f"<{document['id']}>" in statements
    assert "#assertionMethod>" in statements
    document["verificationMethod"][0]["colour"] = "blue"
    with pytest.raises(ContextsError) as caught:
        canonicalize(document, selection=store.newest())
    assert caught.value.code == "data_loss"
