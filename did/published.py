"""Fetching what a host publishes about who it is: DID documents, JWK Sets, issuer metadata.

A host that says there is nothing, and one that says nothing, are told apart: of the second, nothing is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from did.errors import DidNotFoundError, ResolutionUnavailableError
from did.fetcher import FetchError, TooManyFetchesError

if TYPE_CHECKING:
    from did.fetcher import Fetcher

_OK: Final = 200
_GONE: Final = frozenset({404, 410})


def fetch_published(url: str, *, fetcher: Fetcher, accept: str, max_bytes: int) -> bytes:
    """Fetch a document; gives its bytes, unread.

    Args:
        url: absolute.
        fetcher: decides which addresses may be reached.
        accept: media types.
        max_bytes: more is not read.

    Raises:
        DidNotFoundError: the host says there is none.
        ResolutionUnavailableError: nothing was learnt.
        TooManyFetchesError: this verification may ask for no more.
    """
    try:
        fetched = fetcher.get(url, accept=accept, max_bytes=max_bytes)
    except TooManyFetchesError:
        raise
    except FetchError as err:
        raise ResolutionUnavailableError(f"{url}: {err.code}") from err
    if fetched.status in _GONE:
        raise DidNotFoundError(f"{url}: HTTP {fetched.status}")
    if fetched.status != _OK:
        raise ResolutionUnavailableError(f"{url}: HTTP {fetched.status}")
    return fetched.body
