"""Every kind of key that is known here."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from did.keys import bls12381, ecdsa, ed25519, rsa

if TYPE_CHECKING:
    from did.keys.key_types import KeyType, Scheme, Verifies

SCHEMES: Final[dict[KeyType, Scheme]] = {
    scheme.key_type: scheme
    for scheme in (
        ed25519.SCHEME,
        ecdsa.P256,
        ecdsa.P384,
        ecdsa.P521,
        bls12381.SCHEME,
        rsa.SCHEME,
    )
}


# The checks of a point cost as much as a signature, and the same few keys come again and again. Only keys
# that passed are kept, at most this many, and a key is its own index: none can be mistaken for another.
@lru_cache(maxsize=2048)
def load_public(key_type: KeyType, raw: bytes) -> Verifies:
    """Load a raw public key, checked.

    Raises:
        InvalidKeyError: wrong length, not on the curve, not canonical, of low order.
    """
    return SCHEMES[key_type].load_public(raw)
