"""Whom an assertion names, compared with what a person has shown to be theirs.

Source: Open Badges 2.0, sections "IdentityObject", "Profile Identifier Properties", "IdentityHash".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from credentials.open_badges.identity import names_identity
from credentials.open_badges_v2.errors import OpenBadgesV2Error
from credentials.open_badges_v2.members import single, text

if TYPE_CHECKING:
    from credentials.open_badges_v2.model import Assertion

# the property by which a recipient is identified, and the IRIs that the context has for it
_PREFIXES: Final = ("", "schema:", "http://schema.org/", "https://schema.org/")
_PROPERTIES: Final = {
    f"{prefix}{name}": name for prefix in _PREFIXES for name in ("email", "url", "telephone")
}


@dataclass(frozen=True)
class ExpectedRecipient:
    """Whom a badge should be for.

    Args:
        identities: what the person has shown to be theirs, such as each of their e-mail addresses, as
            they write them.
        property_name: "email", "url" or "telephone".
    """

    identities: tuple[str, ...]
    property_name: str = "email"

    def __post_init__(self) -> None:
        """Refuse to expect nobody: that would be anybody."""
        if not self.identities or not all(self.identities):
            raise ValueError("an expected recipient has an identity")


def check_recipient(assertion: Assertion, expected: ExpectedRecipient) -> None:
    """Check that an assertion names somebody.

    Raises:
        OpenBadgesV2Error: "ob2_recipient_mismatch".
    """
    recipient: dict[str, Any] = single(assertion.document, "recipient")
    property_name = _PROPERTIES.get(text(recipient, "type", "/recipient"))
    identity_object = {
        "identityType": property_name,
        "identityHash": text(recipient, "identity", "/recipient"),
        "hashed": recipient.get("hashed", False),
        "salt": recipient.get("salt", ""),
    }
    if not any(
        names_identity(identity_object, each, identity_type=expected.property_name)
        for each in expected.identities
    ):
        raise OpenBadgesV2Error("ob2_recipient_mismatch", pointer="/recipient")
