"""Keys that sign: Ed25519, P-256, P-384, P-521, BLS12-381; one file per kind, behind `PublicKey`,
`PrivateKey`, `Signer`.
"""

from did.errors import InvalidKeyError, InvalidSignatureError
from did.keys.key_types import KeyType
from did.keys.private import KeySigner, PrivateKey, Signer
from did.keys.public import PublicKey

__all__ = [
    "InvalidKeyError",
    "InvalidSignatureError",
    "KeySigner",
    "KeyType",
    "PrivateKey",
    "PublicKey",
    "Signer",
]
