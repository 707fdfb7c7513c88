"""The key that the node signs tokens with: P-256, which every reader of JOSE takes, by the name that both the
DID document and the JWK Set have for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from did.keys import KeySigner, KeyType
from did.keys.registry import SCHEMES

if TYPE_CHECKING:
    from issuer_node.node import Node

_KEY_TYPE = KeyType.P256
ALGORITHM = SCHEMES[_KEY_TYPE].jose_algorithm


def jose_signer(node: Node) -> KeySigner:
    """The signer of tokens; its verification method is the JsonWebKey, whose id is `kid` in the JWK Set."""
    signer = node.identity.signer(_KEY_TYPE)
    return KeySigner(signer.private_key, f"{signer.verification_method}-jwk")
