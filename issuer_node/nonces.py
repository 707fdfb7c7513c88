"""Nonces for key proofs: keyed and dated, so that nothing is stored. Each holds for five minutes.

Within them a nonce may be used again, as wallets do: a proof is worth nothing without its access token.

Source: OpenID4VCI 1.0, section 7 (Nonce Endpoint).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import struct
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from issuer_node.node import Node

NONCE_LIFE: Final = timedelta(minutes=5)
_STAMPED: Final = struct.Struct(">Q16s")  # seconds since 1970, 128 random bits
_TAG_BYTES: Final = 16
_LONGEST: Final = 100


def make_nonce(node: Node) -> str:
    """A fresh `c_nonce`, URL-safe."""
    stamped = _STAMPED.pack(int(node.now().timestamp()), os.urandom(16))
    return base64.urlsafe_b64encode(stamped + _tag(node, stamped)).decode().rstrip("=")


def is_fresh_nonce(node: Node, unverified_nonce: str) -> bool:
    """Whether we made this nonce, less than five minutes ago. One from the future is not fresh either."""
    if len(unverified_nonce) > _LONGEST or not unverified_nonce.isascii():
        return False
    try:
        padding = "=" * (-len(unverified_nonce) % 4)
        content = base64.b64decode(unverified_nonce + padding, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return False
    stamped, tag = content[: _STAMPED.size], content[_STAMPED.size :]
    if len(stamped) != _STAMPED.size or not hmac.compare_digest(tag, _tag(node, stamped)):
        return False
    age = timedelta(seconds=int(node.now().timestamp()) - _STAMPED.unpack(stamped)[0])
    return -timedelta(minutes=1) <= age < NONCE_LIFE


def _tag(node: Node, stamped: bytes) -> bytes:
    return hmac.digest(node.secret, b"openid4vci nonce v1\0" + stamped, hashlib.sha256)[:_TAG_BYTES]
