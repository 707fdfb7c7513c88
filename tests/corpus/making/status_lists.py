"""Status entries and status lists as they should be, for the rows of E."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from credentials.status import Bitstring
from tests.corpus.making.artefacts import CREDENTIALS_V2, badge
from tests.corpus.making.signing import ISSUER, sign

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.corpus.making.book import Book, Family

JsonObject = dict[str, Any]
LIST: Final = "https://issuer.example/status/1"
TWIN: Final = "badge with status"
JCS: Final = "eddsa-jcs-2022"
ENTRIES: Final = 131_072
UNKNOWN: Final = {"outcome": "indeterminate"}
PURPOSES: Final = ("revocation", "suspension", "refresh", "message")


def make(book: Book) -> None:
    """Keep the badge with a status, and its list; the rows are in the modules beside this one."""
    book.documents[LIST] = {"json": status_list(LIST)}
    book.twin(TWIN, with_status(entry()))


# Entries and lists


def entry(url: str = LIST, index: Any = "7", purpose: Any = "revocation", **members: Any) -> JsonObject:
    """A status entry; None takes a member away."""
    made = {
        "id": f"{url}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": index,
        "statusListCredential": url,
    } | members
    return {name: value for name, value in made.items() if value is not None}


def with_status(status: Any, suite: str = "eddsa-rdfc-2022") -> JsonObject:
    """The badge with a status, signed."""
    return sign(badge() | {"credentialStatus": status}, suite)


def bits(set_at: tuple[int, ...] = (), entries: int = ENTRIES) -> bytes:
    """A row of bits, the first at the left."""
    row = bytearray(entries // 8)
    for index in set_at:
        row[index // 8] |= 0x80 >> index % 8
    return bytes(row)


def encoded(row: bytes) -> str:
    """An `encodedList`; it compresses the same everywhere."""
    return Bitstring(row).encode()


def unsigned_list(
    url: str,
    *,
    purpose: Any = "revocation",
    row: bytes | None = None,
    encoded_list: Any = None,
    **members: Any,
) -> JsonObject:
    """A status list credential, unsigned."""
    subject = {
        "id": f"{url}#list",
        "type": "BitstringStatusList",
        "statusPurpose": purpose,
        "encodedList": encoded(bits() if row is None else row) if encoded_list is None else encoded_list,
    }
    return {
        "@context": [CREDENTIALS_V2],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": ISSUER,
        "validFrom": "2026-11-24T07:00:00Z",
        "credentialSubject": subject,
    } | members


def status_list(url: str, *, suite: str = "eddsa-rdfc-2022", by: Any = None, **members: Any) -> JsonObject:
    """A status list credential, signed."""
    return sign(unsigned_list(url, **members), suite, by)


class Lists:
    """The lists of a family, each at an address of its own."""

    def __init__(self, family: Family) -> None:
        self._family = family
        self._number = 0

    def url(self, served: Any) -> str:
        """Serve what a function makes for an address."""
        self._number += 1
        url = f"https://lists.example/{self._family.name.lower()}/{self._number}"
        self._family.documents[url] = served(url) if callable(served) else served
        return url


def serving(make_list: Callable[[str], JsonObject]) -> Callable[[str], JsonObject]:
    return lambda url: {"json": make_list(url)}
