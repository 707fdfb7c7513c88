"""Whether a signed assertion stands in its issuer's list of those that were taken back.

Source: Open Badges 2.0, sections "RevocationList" and "SignedBadge Verification", step 7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from credentials.errors import CredentialsError
from credentials.open_badges_v2.errors import OpenBadgesV2Error
from credentials.open_badges_v2.fetching import fetch_object
from credentials.open_badges_v2.members import listed, reference, single
from did.errors import FetchError

if TYPE_CHECKING:
    from did.fetcher import Fetcher

JsonObject = dict[str, Any]
_LIST_TYPES: Final = frozenset({"RevocationList"})
_MAXIMUM_BYTES: Final = 1_048_576
# codes that say something was learnt: a list that is there, and is wrong
_LEARNT: Final = frozenset({"ob2_id_mismatch", "ob2_type", "ob2_context", "ob2_id_invalid"})


def check_not_revoked(assertion: JsonObject, issuer: JsonObject, fetcher: Fetcher) -> None:
    """Look an assertion up in its issuer's list. An issuer without a list takes nothing back.

    Raises:
        OpenBadgesV2Error: "revoked", "ob2_revocation_list", "status_unavailable", "too_many_fetches".
    """
    if single(issuer, "revocationList", "/badge/issuer") is None:
        return
    url = reference(issuer, "revocationList", "/badge/issuer")
    revoked = _fetch_list(url, fetcher)
    if "issuer" in revoked and reference(revoked, "issuer", "/revocationList") != issuer["id"]:
        raise OpenBadgesV2Error("ob2_revocation_list", "another issuer's", pointer="/revocationList/issuer")
    if "revokedAssertions" not in revoked:
        raise OpenBadgesV2Error("ob2_revocation_list", "no revokedAssertions", pointer="/revocationList")
    for entry in listed(revoked["revokedAssertions"]):
        if _names(entry, assertion):
            raise OpenBadgesV2Error("revoked")


def _fetch_list(url: str, fetcher: Fetcher) -> JsonObject:
    try:
        return fetch_object(url, fetcher, expected_types=_LIST_TYPES, max_bytes=_MAXIMUM_BYTES)
    except FetchError as err:
        code = err.code if err.code == "too_many_fetches" else "status_unavailable"
        raise OpenBadgesV2Error(code, f"{err.code}: {err.detail}") from err
    except CredentialsError as err:
        code = "ob2_revocation_list" if err.code in _LEARNT else "status_unavailable"
        raise OpenBadgesV2Error(code, f"{err.code}: {err.detail}") from err


def _names(entry: object, assertion: JsonObject) -> bool:
    if isinstance(entry, str):
        return bool(entry == assertion["id"])
    if not isinstance(entry, dict):
        raise OpenBadgesV2Error("ob2_revocation_list", "an entry is a string or an object")
    if entry.get("revoked", True) is False:
        return False
    # `uid` is how assertions before 1.1 were named
    names = ((entry.get("id"), assertion["id"]), (entry.get("uid"), assertion.get("uid")))
    return any(isinstance(named, str) and named == own for named, own in names)
