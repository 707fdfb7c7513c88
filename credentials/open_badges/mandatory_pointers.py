"""What a holder cannot hold back of a badge, so that whatever is shown of it still is one.

Source: Open Badges 3.0, section 5 (Data Model), the required members of OpenBadgeCredential,
AchievementSubject and Achievement; certification guide 1.5, Issuer: what is derived keeps all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

JsonObject = dict[str, Any]

# a subject has an id, or else at least an identifier
_SUBJECT_ID: Final = "/credentialSubject/id"
_INSTEAD_OF_SUBJECT_ID: Final = "/credentialSubject/identifier"
OPEN_BADGE_MANDATORY_POINTERS: Final = (
    "/name",
    "/issuer",
    "/validFrom",
    "/validUntil",
    # of VCDM 1.1
    "/issuanceDate",
    "/expirationDate",
    # revocation and the terms bind whoever is shown anything
    "/credentialStatus",
    "/termsOfUse",
    _SUBJECT_ID,
    "/credentialSubject/type",
    "/credentialSubject/achievement/id",
    "/credentialSubject/achievement/type",
    "/credentialSubject/achievement/name",
    "/credentialSubject/achievement/description",
    "/credentialSubject/achievement/criteria",
)


def open_badge_mandatory_pointers(credential: JsonObject) -> tuple[str, ...]:
    """Give the mandatory JSON pointers for one badge: those of the members that it has.

    A pointer to an absent member would be an error of the base proof. The id and the type of the credential
    need no pointer: they are kept on the way to anything.

    Args:
        credential: an unsigned OpenBadgeCredential.
    """
    has_subject_id = any(_existing(credential, _SUBJECT_ID, ""))
    wanted = OPEN_BADGE_MANDATORY_POINTERS + (() if has_subject_id else (_INSTEAD_OF_SUBJECT_ID,))
    return tuple(pointer for each in wanted for pointer in _existing(credential, each, ""))


def _existing(value: Any, path: str, at: str) -> Iterator[str]:
    """Give the pointers to what a path leads to, through one object or each of several."""
    if not path:
        yield at
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _existing(each, path, f"{at}/{index}")
    elif isinstance(value, dict):
        name, slash, rest = path[1:].partition("/")
        if name in value:
            yield from _existing(value[name], slash + rest, f"{at}/{name}")
