"""Badge Objects from the addresses that name them. Each is asked once, and answers for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contexts import ContextsError, strict_json
from credentials.open_badges_v2.errors import OpenBadgesV2Error
from credentials.open_badges_v2.members import check_context, types
from credentials.open_badges_v2.scope import is_web_address

if TYPE_CHECKING:
    from collections.abc import Collection

    from did.fetcher import Fetched, Fetcher

JsonObject = dict[str, Any]
# a badge class may embed its picture
MAXIMUM_BYTES: Final = 524_288
_MAXIMUM_DEPTH: Final = 32
_ACCEPT: Final = "application/ld+json, application/json;q=0.9"
_OK: Final = 200
_NOT_FOUND: Final = 404
GONE: Final = 410


def fetch_answer(url: str, fetcher: Fetcher, *, max_bytes: int = MAXIMUM_BYTES) -> Fetched:
    """Ask an address: an answer of 200 or 410.

    Raises:
        OpenBadgesV2Error: "ob2_id_invalid", "ob2_not_hosted", "fetch_failed" (it answers neither).
        FetchError: nothing was learnt, or the address may not be asked.
    """
    if not is_web_address(url):
        raise OpenBadgesV2Error("ob2_id_invalid", f"no web address: {url[:80]}")
    fetched = fetcher.get(url, accept=_ACCEPT, max_bytes=max_bytes)
    if fetched.status == _NOT_FOUND:
        raise OpenBadgesV2Error("ob2_not_hosted", url)
    if fetched.status not in {_OK, GONE}:
        raise OpenBadgesV2Error("fetch_failed", f"HTTP {fetched.status} from {url}")
    return fetched


def fetch_object(
    url: str, fetcher: Fetcher, *, expected_types: Collection[str], max_bytes: int = MAXIMUM_BYTES
) -> JsonObject:
    """Fetch a Badge Object of a type, whose id is the address that answered.

    Raises:
        OpenBadgesV2Error: as `fetch_answer`, and "ob2_not_hosted" (gone), "ob2_member_invalid" (not strict
            JSON, not an object), "ob2_context", "ob2_version_unsupported", "ob2_id_mismatch", "ob2_type".
        FetchError: nothing was learnt, or the address may not be asked.
    """
    fetched = fetch_answer(url, fetcher, max_bytes=max_bytes)
    if fetched.status == GONE:
        raise OpenBadgesV2Error("ob2_not_hosted", f"gone: {url}")
    document = read_object(fetched.body, url)
    check_context(document)
    check_id(document, url)
    if not any(each in expected_types for each in types(document) if isinstance(each, str)):
        raise OpenBadgesV2Error("ob2_type", f"{url} is no {' or '.join(sorted(expected_types))}")
    return document


def read_object(body: bytes, url: str) -> JsonObject:
    """Read what an address answered, strictly.

    Raises:
        OpenBadgesV2Error: "ob2_member_invalid".
    """
    try:
        document = strict_json.loads(body, max_depth=_MAXIMUM_DEPTH)
    except ContextsError as err:
        raise OpenBadgesV2Error("ob2_member_invalid", f"{url}: {err.code}") from err
    if not isinstance(document, dict):
        raise OpenBadgesV2Error("ob2_member_invalid", f"{url}: no object")
    return document


def check_id(document: JsonObject, expected_id: str) -> None:
    """Check that a document is the one that was asked for.

    Raises:
        OpenBadgesV2Error: "ob2_id_mismatch".
    """
    if document.get("id") != expected_id:
        # somebody else's document, served under an address of one's own, would lend its good name
        raise OpenBadgesV2Error("ob2_id_mismatch", f"{str(document.get('id'))[:80]} at {expected_id}")
