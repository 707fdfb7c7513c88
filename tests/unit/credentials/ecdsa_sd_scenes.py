"""A badge with a base proof and what was derived from it, in parts, so that a hostile hand reaches each."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from contexts import ContextsError, ContextStore, hash_canonical
from credentials.data_integrity.ecdsa_sd_2023 import SUITE, sign_base
from credentials.data_integrity.ecdsa_sd_proof_value import BaseProofValue, DerivedProofValue
from credentials.errors import ProofError
from credentials.open_badges import Evidence, open_badge_mandatory_pointers
from did.keys import KeyType, PrivateKey
from tests.unit.credentials.conftest import World, new_signer

if TYPE_CHECKING:
    from collections.abc import Callable

    from contexts import ContextSelection
    from did.keys import KeySigner

STORE = ContextStore.load()
SIGNER = new_signer(0, KeyType.P256)
STRANGER = new_signer(0, KeyType.P256)
OPTIONS = {
    "type": "DataIntegrityProof",
    "cryptosuite": "ecdsa-sd-2023",
    "created": "2026-11-24T08:30:00Z",
    "verificationMethod": SIGNER.verification_method,
    "proofPurpose": "assertionMethod",
}
SELECTIVE = ["/evidence/0", "/evidence/1/name", "/credentialSubject/activityStartDate"]
SECRET = "Un mot que personne ne doit lire."
assert SUITE.selective is not None
SELECTIVE_DISCLOSURE = SUITE.selective


def make_badge() -> dict[str, Any]:
    world = World(STORE, issuer=SIGNER)
    return world.badge(
        narrative=SECRET,
        evidence=(
            Evidence(name="Vol", narrative="Un vol de dix minutes.", genre="video"),
            Evidence(name="Atelier", narrative=SECRET),
        ),
    )


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises((ProofError, ContextsError)) as caught:
        act()
    return caught.value.code


@dataclass
class Shown:
    """A document, its proof options and its proof value."""

    document: dict[str, Any]
    options: dict[str, Any]
    value: DerivedProofValue | BaseProofValue | str
    signer: KeySigner = SIGNER

    @property
    def selection(self) -> ContextSelection:
        return STORE.selections(self.document)[0]

    @property
    def proof_value(self) -> str:
        return self.value if isinstance(self.value, str) else self.value.to_multibase()

    def verify(self) -> None:
        SUITE.verify(
            self.document,
            self.options,
            self.proof_value,
            public_key=self.signer.public_key,
            hasher=hash_canonical,
            selection=self.selection,
        )

    def verify_base(self) -> None:
        SELECTIVE_DISCLOSURE.verify_base(
            self.document,
            self.options,
            self.proof_value,
            public_key=self.signer.public_key,
            selection=self.selection,
        )

    def derive(self, pointers: list[str]) -> Shown:
        document, value = SELECTIVE_DISCLOSURE.derive(
            self.document,
            self.options,
            self.proof_value,
            public_key=self.signer.public_key,
            selection=self.selection,
            selective_pointers=pointers,
        )
        return Shown(copy.deepcopy(document), dict(self.options), DerivedProofValue.from_multibase(value))

    @property
    def base_value(self) -> BaseProofValue:
        assert isinstance(self.value, BaseProofValue)
        return self.value

    @property
    def derived_value(self) -> DerivedProofValue:
        assert isinstance(self.value, DerivedProofValue)
        return self.value

    def copy(self) -> Shown:
        return replace(self, document=copy.deepcopy(self.document), options=dict(self.options))

    def change(self, **members: Any) -> None:
        assert not isinstance(self.value, str)
        self.value = replace(self.value, **members)


def issue(document: dict[str, Any], mandatory: list[str]) -> Shown:
    """With a known HMAC key, so that statements have one order in every run."""
    value = sign_base(
        document,
        OPTIONS,
        signer=SIGNER,
        selection=STORE.selections(document)[0],
        mandatory_pointers=mandatory,
        hmac_key=b"passeur!" * 4,
        statement_key=PrivateKey.generate(KeyType.P256),
    )
    return Shown(copy.deepcopy(document), dict(OPTIONS), value)


MANDATORY = list(open_badge_mandatory_pointers(make_badge()))
BASE = issue(make_badge(), MANDATORY)
DERIVED = BASE.derive(SELECTIVE)


def flip(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])
