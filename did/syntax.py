"""The syntax of DIDs and DID URLs, as strings: nothing is normalised, two spellings are two identifiers.

Source: DID Core 1.0, sections 3.1 (DID Syntax) and 3.2 (DID URL Syntax).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from did.errors import InvalidDidError, InvalidDidUrlError

MAXIMUM_LENGTH: Final = 2048
# one verification takes the same DID apart several times, and the same few issuers come again and again
_REMEMBERED: Final = 256
_DID: Final = re.compile(r"did:([a-z0-9]+):((?:[A-Za-z0-9._:-]|%[0-9A-Fa-f]{2})+)", re.ASCII)
_FRAGMENT: Final = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})+", re.ASCII)


@dataclass(frozen=True)
class Did:
    """A DID in its two parts.

    Args:
        method: method name, "web".
        identifier: method-specific identifier.
    """

    method: str
    identifier: str


@lru_cache(maxsize=_REMEMBERED)
def parse_did(did: str) -> Did:
    """Take a bare DID apart.

    Args:
        did: no path, query or fragment; at most 2,048 characters.

    Raises:
        InvalidDidError: it is none.
    """
    if len(did) > MAXIMUM_LENGTH:
        raise InvalidDidError("too long")
    match = _DID.fullmatch(did)
    if match is None or did.endswith(":"):
        raise InvalidDidError(f"not a DID: {did[:100]!r}")
    return Did(match[1], match[2])


@lru_cache(maxsize=_REMEMBERED)
def split_method_url(did_url: str) -> tuple[str, str]:
    """Take the absolute DID URL of a verification method apart, in DID and fragment.

    Raises:
        InvalidDidUrlError: no DID, no fragment, or a path or query, which name no verification method here.
    """
    did, _, fragment = did_url.partition("#")
    if len(did_url) > 2 * MAXIMUM_LENGTH or not _FRAGMENT.fullmatch(fragment):
        raise InvalidDidUrlError(f"not the URL of a verification method: {did_url[:100]!r}")
    try:
        parse_did(did)
    except InvalidDidError as err:
        raise InvalidDidUrlError(err.detail) from err
    return did, fragment
