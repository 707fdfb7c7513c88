"""The W3C group's vectors of proof chains (eddsa-rdfc-2022 with previousProof): Ok verifies, Fail fails with its code.

Each defines its terms in an inline context, which the closed world refuses. Here the very same definitions are a pinned
document and the inline context is its URL: what is stated, and so what was signed, stays the same.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from contexts import ContextStore, InlineContextError
from contexts.inline import AdmittingStore
from credentials.data_integrity import verify_proofs
from credentials.errors import CredentialsError
from did.fetcher import OfflineFetcher
from did.resolver import Resolver

VECTORS = Path(__file__).parents[2] / "vectors" / "di-proof-chains" / "eddsa-rdfc-2022"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
NAMES = sorted(path.name.removesuffix("-SimpleSigned2.json") for path in VECTORS.iterdir())
FAILS = {
    # one of the two named proofs is not there
    "previousProofArrayMissingFail": "previous_proof_missing",
    "previousProofMissingFail": "previous_proof_missing",
    "previousProofStringMissingFail": "previous_proof_missing",
    # a number as id and as previousProof
    "previousProofNotStringFail": "proof_invalid_shape",
}


def read(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((VECTORS / f"{name}-SimpleSigned2.json").read_bytes())
    return document


def url(name: str) -> str:
    return f"https://vectors.example/{name}"


def named(name: str) -> dict[str, Any]:
    """The vector, its inline context replaced by a URL."""
    document = read(name)
    *known, inline = document["@context"]
    assert isinstance(inline, dict)
    return document | {"@context": [*known, url(name)]}


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> ContextStore:
    folder = tmp_path_factory.mktemp("contexts")
    lock: dict[str, Any] = {}
    for name in NAMES:
        data = json.dumps(read(name)["@context"][-1]).encode()
        (folder / f"{name}.json").write_bytes(data)
        entry = {
            "file": f"{name}.json",
            "sha256": hashlib.sha256(data).hexdigest(),
            "licence": "BSD-3-Clause",
        }
        lock[url(name)] = [entry]
    (folder / "lock.json").write_text(json.dumps({"contexts": lock}))
    return ContextStore.load(also=[folder])


def verify(store: ContextStore, document: dict[str, Any]) -> Any:
    return verify_proofs(
        document,
        expected_proof_purpose="assertionMethod",
        expected_controller=None,
        resolver=Resolver(fetcher=OfflineFetcher()),
        contexts=store,
        now=NOW,
    )


OK = [name for name in NAMES if name.endswith("Ok")]
FAIL = [name for name in NAMES if name.endswith("Fail")]


@pytest.mark.covers("di-1.0", "2.1.1", "2.1.2", "4.5")
@pytest.mark.parametrize("name", OK)
def test_a_good_chain_verifies(store: ContextStore, name: str) -> None:
    assert len(verify(store, named(name)).controllers) == 2


@pytest.mark.covers("di-1.0", "2.1.1", "2.1.2", "4.5")
@pytest.mark.attack("A7")
@pytest.mark.parametrize("name", FAIL)
def test_a_broken_chain_fails_with_its_code(store: ContextStore, name: str) -> None:
    with pytest.raises(CredentialsError) as caught:
        verify(store, named(name))
    assert caught.value.code == FAILS[name.partition("-")[2]]


@pytest.mark.attack("C2")
@pytest.mark.parametrize("name", OK)
def test_as_it_stands_its_inline_context_is_refused_unless_a_policy_admits_it(
    store: ContextStore, name: str
) -> None:
    with pytest.raises(InlineContextError):
        verify(store, read(name))
    assert len(verify(AdmittingStore(store), read(name)).controllers) == 2


@pytest.mark.attack("A7")
@pytest.mark.parametrize("name", OK)
def test_neither_proof_of_a_chain_stands_alone_or_altered(store: ContextStore, name: str) -> None:
    document = named(name)
    first, second = document["proof"]
    codes = []
    for proofs in (
        [second],
        [first | {"created": "2023-02-26T22:06:39Z"}, second],
        [first, {member: value for member, value in second.items() if member != "previousProof"}],
        [{member: value for member, value in first.items() if member != "id"}, second],
    ):
        with pytest.raises(CredentialsError) as caught:
            verify(store, document | {"proof": proofs})
        codes.append(caught.value.code)
    assert codes == [
        "previous_proof_missing",
        "invalid_signature",
        "invalid_signature",
        "previous_proof_missing",
    ]
    # what the second one adds can go
    assert verify(store, document | {"proof": first})


def test_the_vectors_are_all_there() -> None:
    assert (len(OK), len(FAIL)) == (4, 8)
