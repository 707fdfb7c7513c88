"""TEST KEYS. Every secret here is public: nothing that they sign means anything.

Signatures are the same each time (ECDSA by RFC 6979), so that the corpus can be built again and compared.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from did.keys import KeySigner, KeyType, PrivateKey, PublicKey
from did.methods.key import did_key, did_key_method_id

RSA_PEM = Path(__file__).parent / "rsa_test_key.pem"
_CURVES = {
    KeyType.P256: (ec.SECP256R1(), SHA256(), 32),
    KeyType.P384: (ec.SECP384R1(), SHA384(), 48),
    KeyType.P521: (ec.SECP521R1(), SHA512(), 66),
}
ORDERS = {
    KeyType.P256: 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    KeyType.P384: int(
        "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973", 16
    ),
    KeyType.ED25519: 2**252 + 27742317777372353535851937790883648493,
}


def secret(label: str, length: int) -> bytes:
    """Bytes that are always the same for a label. TEST KEY."""
    return (
        hashlib.sha512(f"passeur corpus TEST KEY {label}".encode()).digest()[:length].rjust(length, b"\x01")
    )


@dataclass(frozen=True)
class EcdsaSigner:
    """A key of a NIST curve whose signatures are the same each time. TEST KEY."""

    private_key: PrivateKey = field(repr=False)
    verification_method: str

    @property
    def public_key(self) -> PublicKey:
        return self.private_key.public_key

    def sign(self, data: bytes) -> bytes:
        curve, hash_algorithm, length = _CURVES[self.private_key.key_type]
        key = ec.derive_private_key(int.from_bytes(self.private_key.to_raw()), curve)
        r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hash_algorithm, deterministic_signing=True)))
        return r.to_bytes(length) + s.to_bytes(length)


AnySigner = KeySigner | EcdsaSigner


def private_key(key_type: KeyType, label: str) -> PrivateKey:
    """The TEST KEY of a label."""
    if key_type is KeyType.RSA:
        key = load_pem_private_key(RSA_PEM.read_bytes(), password=None)
        der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return PrivateKey.from_raw(key_type, der)
    length = _CURVES[key_type][2] if key_type in _CURVES else 32
    raw = secret(f"{key_type} {label}", length)
    if key_type is KeyType.BLS12381_G2:
        raw = b"\x01" + raw[1:]
    return PrivateKey.from_raw(key_type, raw)


def signer(key_type: KeyType, label: str, method: str) -> AnySigner:
    """A signer with the TEST KEY of a label, for a verification method."""
    key = private_key(key_type, label)
    return (
        EcdsaSigner(key, method)
        if key_type in _CURVES
        else KeySigner(private_key=key, verification_method=method)
    )


def did_key_signer(key_type: KeyType, label: str) -> AnySigner:
    """A signer whose identifier is its TEST KEY."""
    return signer(key_type, label, did_key_method_id(private_key(key_type, label).public_key))


def did_of(any_signer: AnySigner) -> str:
    """The DID that a signer signs for."""
    return any_signer.verification_method.partition("#")[0]


def did_key_of(key_type: KeyType, label: str) -> str:
    """The did:key of a TEST KEY."""
    return did_key(private_key(key_type, label).public_key)
