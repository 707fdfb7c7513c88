"""The keys of an issuer of signed assertions: linked from its Profile, and pointing back to it.

Source: Open Badges 2.0, sections "CryptographicKey" and "SignedBadge Verification", steps 4 and 5.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from credentials.open_badges_v2.errors import OpenBadgesV2Error
from credentials.open_badges_v2.fetching import fetch_object
from credentials.open_badges_v2.members import embedded, identifier, listed, reference, text, types
from credentials.open_badges_v2.model import verification_of
from did.errors import InvalidKeyError
from did.keys import KeyType, PublicKey

if TYPE_CHECKING:
    from did.fetcher import Fetcher

JsonObject = dict[str, Any]
MAXIMUM_KEYS: Final = 5
_LONGEST_PEM: Final = 4_096
_KEY_TYPES: Final = frozenset({"CryptographicKey"})
_PEM: Final = re.compile(
    r"\s*-----BEGIN (?P<label>(?:RSA )?PUBLIC KEY)-----[A-Za-z0-9+/=\s]+-----END (?P=label)-----\s*", re.ASCII
)
_CURVES: Final = {"secp256r1": KeyType.P256, "secp384r1": KeyType.P384}


@dataclass(frozen=True)
class IssuerKey:
    """A key that is the issuer's.

    Args:
        id: IRI.
        public_key: the key.
    """

    id: str
    public_key: PublicKey


def find_issuer_keys(assertion: JsonObject, issuer: JsonObject, fetcher: Fetcher) -> list[IssuerKey]:
    """Find the keys that may have signed an assertion.

    Args:
        assertion: unverified; its `verification.creator` chooses among the issuer's keys and adds none.
        issuer: its Profile, as its own address answered.
        fetcher: fetches keys that the Profile only names.

    Raises:
        OpenBadgesV2Error: "ob2_key_missing", "ob2_key_unlinked", "ob2_key_owner", "ob2_key_invalid", and as
            `fetch_object`.
        FetchError: nothing was learnt.
    """
    linked = _linked(issuer)
    if not linked:
        raise OpenBadgesV2Error("ob2_key_missing", issuer["id"], pointer="/badge/issuer/publicKey")
    verification = verification_of(assertion)
    if "creator" in verification:
        creator = reference(verification, "creator", "/verification")
        if creator not in linked:
            raise OpenBadgesV2Error("ob2_key_unlinked", creator, pointer="/verification/creator")
        linked = {creator: linked[creator]}
    return [_read_key(key_id, found, issuer, fetcher) for key_id, found in linked.items()]


def _linked(issuer: JsonObject) -> dict[str, JsonObject | None]:
    """The keys in a Profile by their ids; what it embeds, if it does more than name them."""
    keys = listed(issuer.get("publicKey"))
    where = "/badge/issuer/publicKey"
    if len(keys) > MAXIMUM_KEYS or not all(isinstance(each, str | dict) for each in keys):
        raise OpenBadgesV2Error("ob2_key_invalid", f"1 to {MAXIMUM_KEYS} keys", pointer=where)
    named = [{"key": each} for each in keys]
    return {identifier(reference(each, "key", where), where): embedded(each, "key") for each in named}


def _read_key(key_id: str, found: JsonObject | None, issuer: JsonObject, fetcher: Fetcher) -> IssuerKey:
    # what stands in the Profile itself was fetched from the issuer's address already
    key = found if found is not None else fetch_object(key_id, fetcher, expected_types=_KEY_TYPES)
    if not _KEY_TYPES & {each for each in types(key) if isinstance(each, str)}:
        raise OpenBadgesV2Error("ob2_type", f"{key_id} is no CryptographicKey")
    if reference(key, "owner", "/publicKey") != issuer["id"]:
        raise OpenBadgesV2Error("ob2_key_owner", key_id, pointer="/publicKey/owner")
    return IssuerKey(key_id, read_pem(text(key, "publicKeyPem", "/publicKey")))


def read_pem(pem: str) -> PublicKey:
    """Read a public key in PEM: RSA of 2048 to 4096 bits, P-256, P-384, or Ed25519.

    Raises:
        OpenBadgesV2Error: "ob2_key_invalid".
    """
    if len(pem) > _LONGEST_PEM or not _PEM.fullmatch(pem):
        raise OpenBadgesV2Error("ob2_key_invalid", "no public key in PEM", pointer="/publicKey/publicKeyPem")
    try:
        loaded = load_pem_public_key(pem.strip().encode())
        return PublicKey(*_raw(loaded))
    except (ValueError, UnsupportedAlgorithm, InvalidKeyError) as err:
        raise OpenBadgesV2Error("ob2_key_invalid", str(err)[:120], pointer="/publicKey/publicKeyPem") from err


def _raw(key: object) -> tuple[KeyType, bytes]:
    match key:
        case rsa.RSAPublicKey():
            return KeyType.RSA, key.public_bytes(Encoding.DER, PublicFormat.PKCS1)
        case ec.EllipticCurvePublicKey() if key.curve.name in _CURVES:
            point = key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
            return _CURVES[key.curve.name], point
        case ed25519.Ed25519PublicKey():
            return KeyType.ED25519, key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        case _:
            raise InvalidKeyError("PEM: another kind of key")
