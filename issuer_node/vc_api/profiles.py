"""The issuer profiles: one per cryptosuite and kind of key, each with a key and a did:key of its own.

They follow from the library's table of suites: a new row there is a new profile here. Beside them stand
those that envelop a credential in a JWT or in COSE. Their keys are made when the VC-API is first opened, and
sealed at rest like the node's own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol

from credentials.cose import envelop_cose, sign_cose_credential
from credentials.data_integrity import OLDER_PROOF_TYPES, SUITES
from credentials.data_integrity.suites import CryptoSuite
from credentials.jose import envelop_credential, sign_jwt_credential
from did.keys import KeySigner, KeyType
from did.methods import did_key, did_key_method_id
from issuer_node.models import ProfileKey
from web.identity import load_named_keys

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from did.keys import PrivateKey
    from issuer_node.settings import NodeSettings
    from web.database import Database

JsonObject = dict[str, Any]
_ENVELOPING_KEY_TYPES: Final = (KeyType.ED25519, KeyType.P256, KeyType.P384, KeyType.P521)
_NOT_IN_NAMES: Final = re.compile("[^a-z0-9]")


class Envelop(Protocol):
    """Sign a credential, and give the object that stands for what was signed."""

    def __call__(self, document: JsonObject, *, signer: KeySigner, now: datetime) -> JsonObject: ...


def _in_jwt(document: JsonObject, *, signer: KeySigner, now: datetime) -> JsonObject:
    return envelop_credential(sign_jwt_credential(document, signer=signer, now=now))


def _in_cose(document: JsonObject, *, signer: KeySigner, now: datetime) -> JsonObject:
    return envelop_cose(sign_cose_credential(document, signer=signer, now=now))


ENVELOPING: Final = MappingProxyType[str, Envelop]({"vc-jwt": _in_jwt, "vc-cose": _in_cose})


@dataclass(frozen=True)
class IssuerProfile:
    """Who signs, and how.

    Args:
        name: stands in the path, such as "ecdsa-rdfc-2019-p256".
        suite: the cryptosuite of its proofs, or the suite that an older proof type stands for; None: it
            envelops.
        signer: its key.
        envelop: signs what it envelops; None: it adds proofs.
    """

    name: str
    suite: CryptoSuite | None
    signer: KeySigner
    envelop: Envelop | None = None

    @property
    def is_selective(self) -> bool:
        """Whether it gives a base proof, of which the holder shows parts."""
        return self.suite is not None and self.suite.selective is not None

    @cached_property
    def did(self) -> str:
        """The did:key that its credentials name as issuer."""
        return did_key(self.signer.public_key)

    @cached_property
    def list_suite(self) -> str | None:
        """The suite that signs its status lists, which are shown whole; None if its key fits none."""
        key_type = self.signer.public_key.key_type
        suites = (each for each in SUITES.values() if each.create and key_type in each.key_types)
        return next((each.name for each in suites), None)


def _profiles() -> dict[str, tuple[CryptoSuite | Envelop, KeyType]]:
    """Name, what secures, and kind of key of every profile there can be, in the order of the suites."""
    embedding: dict[str, tuple[CryptoSuite | Envelop, KeyType]] = {
        _name(suite.name, key_type): (suite, key_type)
        for suite in (*SUITES.values(), *OLDER_PROOF_TYPES.values())
        if suite.create or suite.selective
        for key_type in sorted(suite.key_types)
    }
    return embedding | {
        _name(securing, key_type): (envelop, key_type)
        for securing, envelop in ENVELOPING.items()
        for key_type in _ENVELOPING_KEY_TYPES
    }


def _name(securing: str, key_type: KeyType) -> str:
    return f"{securing.lower()}-{_NOT_IN_NAMES.sub('', key_type.lower())}"


def open_profiles(
    database: Database, *, settings: NodeSettings, now: datetime
) -> Mapping[str, IssuerProfile]:
    """Open the profiles' keys; those that are missing are made.

    Args:
        database: the node's, migrated.
        settings: with the secret.
        now: aware UTC.

    Raises:
        SealError: the secret of the settings is not the one that sealed the keys.
    """
    profiles = _profiles()
    names = {name: key_type for name, (_, key_type) in profiles.items()}
    keys = load_named_keys(database, ProfileKey, names, settings=settings, now=now)
    private_keys = {key.name: key.private_key for key in keys}
    return MappingProxyType(
        {name: _opened(name, by, private_keys[name]) for name, (by, _) in profiles.items()}
    )


def _opened(name: str, by: CryptoSuite | Envelop, private_key: PrivateKey) -> IssuerProfile:
    signer = KeySigner(private_key, did_key_method_id(private_key.public_key))
    if isinstance(by, CryptoSuite):
        return IssuerProfile(name, by, signer)
    return IssuerProfile(name, None, signer, by)
