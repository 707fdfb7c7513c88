"""How a list is asked for: by its URL alone, and nothing of the credential."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from credentials.errors import StatusError
from did.errors import FetchError, TooManyFetchesError

if TYPE_CHECKING:
    from did.fetcher import Fetcher

LIST_MAX_BYTES: Final = 2_097_152
_SUCCESS: Final = range(200, 300)


def fetch_list(url: str, fetcher: Fetcher, *, accept: str) -> bytes:
    """Fetch a list.

    Args:
        url: without a fragment.
        fetcher: decides which addresses may be reached, and follows redirects or not.
        accept: the Accept header.

    Raises:
        StatusError: "status_unavailable", whatever the reason; "too_many_fetches".
    """
    try:
        fetched = fetcher.get(url, accept=accept, max_bytes=LIST_MAX_BYTES)
    except TooManyFetchesError as err:
        raise StatusError(err.code, err.detail) from err
    except FetchError as err:
        raise StatusError("status_unavailable", f"{err.code}: {err.detail}") from err
    if fetched.status not in _SUCCESS or not fetched.body:
        raise StatusError("status_unavailable", f"HTTP {fetched.status}, {len(fetched.body)} bytes")
    return fetched.body
