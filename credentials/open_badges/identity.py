"""The recipient of a badge, named by a hash: whether somebody's e-mail address (or other identity) is meant.

Source: Open Badges 3.0, sections "IdentityObject" and "IdentityHash", and section 8 (Verification and
Validation), "Recipient Verification".
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_ALGORITHMS: Final[dict[str, Callable[[bytes], str]]] = {
    # for badges of others alone: MD5 is in the specification, and hides nobody
    "md5": lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
    "sha256": lambda data: hashlib.sha256(data).hexdigest(),
}


def hash_identity(identity: str, *, salt: str) -> str:
    """Hash an identity for the `identityHash` of an IdentityObject.

    Args:
        identity: for example an e-mail address, as the person writes it.
        salt: a fresh random text; a guesser of addresses needs it, and it stands beside the hash.

    Returns:
        "sha256$" and 64 hexadecimal digits.
    """
    return f"sha256${_ALGORITHMS['sha256'](f'{identity}{salt}'.encode())}"


def names_identity(identity_object: dict[str, Any], identity: str, *, identity_type: str) -> bool:
    """Tell whether an IdentityObject names an identity.

    Args:
        identity_object: a member of `credentialSubject.identifier`.
        identity: what the person has shown to be theirs.
        identity_type: which kind of identity that is, for example "emailAddress".
    """
    if identity_object.get("identityType") != identity_type:
        return False
    named, salt = identity_object.get("identityHash"), identity_object.get("salt", "")
    hashed = identity_object.get("hashed")
    if not isinstance(named, str) or not isinstance(salt, str) or not isinstance(hashed, bool):
        return False
    if not hashed:
        return hmac.compare_digest(
            named.encode("utf-8", "surrogatepass"), identity.encode("utf-8", "surrogatepass")
        )
    algorithm, dollar, digest = named.partition("$")
    if not dollar or algorithm not in _ALGORITHMS:
        return False
    expected = _ALGORITHMS[algorithm](f"{identity}{salt}".encode("utf-8", "surrogatepass"))
    return hmac.compare_digest(expected.encode(), digest.lower().encode("utf-8", "surrogatepass"))
