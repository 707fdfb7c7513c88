"""E1 to E12: entries and lists that are odd, false, old or gone."""

from __future__ import annotations

import gzip
import zlib
from base64 import b64encode
from typing import TYPE_CHECKING, Any, Final

from credentials.status import Bitstring
from did.encodings import encode_base64url
from did.keys import KeyType
from tests.corpus.making.artefacts import CREDENTIALS_V2, ISSUER_DOCUMENT, OTHER, badge, changed, plain
from tests.corpus.making.keys import signer
from tests.corpus.making.proof_sets import flipped
from tests.corpus.making.signing import ISSUER, sign, without_proof

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.corpus.making.book import Book, Family

JsonObject = dict[str, Any]
_LIST: Final = "https://issuer.example/status/1"
_TWIN: Final = "badge with status"
_JCS: Final = "eddsa-jcs-2022"
_ENTRIES: Final = 131_072
_UNKNOWN: Final = {"outcome": "indeterminate"}
PURPOSES: Final = ("revocation", "suspension", "refresh", "message")


def make(book: Book) -> None:
    """Write the rows."""
    book.documents[_LIST] = {"json": status_list(_LIST)}
    book.twin(_TWIN, with_status(entry()))
    _purposes(book)
    _indexes(book)
    _entries(book)
    _lengths(book)
    _issuers(book)
    _packing(book)
    _unavailable(book)
    _lists(book)
    _rollback(book)
    _stripped(book)
    _chained(book)
    _several(book)
    _bit_order(book)
    _wire(book)
    _other_generations(book)


# Entries and lists


def entry(url: str = _LIST, index: Any = "7", purpose: Any = "revocation", **members: Any) -> JsonObject:
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


def bits(set_at: tuple[int, ...] = (), entries: int = _ENTRIES) -> bytes:
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


class _Lists:
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


def _served(make_list: Callable[[str], JsonObject]) -> Callable[[str], JsonObject]:
    return lambda url: {"json": make_list(url)}


# E1


def _purposes(book: Book) -> None:
    family = book.family("E1", "The list is for another purpose than the entry says, or the purpose is none.")
    lists = _Lists(family)
    for listed in (
        *PURPOSES,
        ["revocation", "suspension"],
        ["message"],
        "Revocation",
        "revocation ",
        "other",
    ):
        url = lists.url(_served(lambda url, p=listed: status_list(url, purpose=p)))
        for asked in PURPOSES:
            known = listed if isinstance(listed, list) else [listed]
            code = "" if asked in known else "status_purpose_mismatch"
            family.case(
                f"{asked} in a list for {listed!r}", with_status(entry(url, purpose=asked)), code, twin=_TWIN
            )
    for name, listed in {
        "null": None,
        "empty": "",
        "a number": 1,
        "an empty list": [],
        "a list of a number": [1],
        "an object": {},
    }.items():
        made = unsigned_list("https://lists.example/x", purpose="revocation")
        url = lists.url(
            _served(
                lambda url, p=listed, m=made: sign(
                    changed(
                        m, lambda it: (it.update(id=url), it["credentialSubject"].update(statusPurpose=p))
                    ),
                    _JCS,
                )
            )
        )
        family.case(
            f"the list's purpose is {name}", with_status(entry(url)), "status_list_invalid", twin=_TWIN
        )
    for name, asked in {
        "null": None,
        "empty": "",
        "a number": 1,
        "a list": ["revocation"],
        "an object": {},
    }.items():
        odd = entry() | {"statusPurpose": asked}
        family.case(
            f"the entry's purpose is {name}", with_status(odd, _JCS), "status_entry_invalid", twin=_TWIN
        )
    gone = {name: value for name, value in entry().items() if name != "statusPurpose"}
    family.case("the entry has no purpose", with_status(gone), "status_entry_invalid", twin=_TWIN)
    for asked in ("Revocation", "revocation ", "REVOCATION", "revoked", "expiry", "revocat\u0456on"):
        odd = with_status(entry(purpose=asked), _JCS)
        family.case(
            f"the entry's purpose is {asked!r}", odd, "unsupported_status_purpose", twin=_TWIN, **_UNKNOWN
        )


# E2


def _indexes(book: Book) -> None:
    family = book.family(
        "E2", "Indexes that are no numbers as they are written here, or lie outside the list."
    )
    odd = {
        "-1": "-1",
        "minus zero": "-0",
        "a plus": "+7",
        "a leading zero": "07",
        "two zeros": "00",
        "a fraction": "7.0",
        "an exponent": "1e3",
        "hexadecimal": "0x7",
        "octal": "0o7",
        "an underscore": "1_0",
        "a comma": "1,000",
        "a space before": " 7",
        "a space after": "7 ",
        "a newline after": "7\n",
        "a Devanagari digit": "\u0966",
        "an Arabic digit": "\u0667",
        "a fullwidth digit": "\uff17",
        "a superscript": "\u2077",
        "a zero-width space": "7\u200b",
        "a word": "seven",
        "empty": "",
        "a range": "7-8",
        "two": "7 8",
        "eleven digits": "10000000000",
        "five thousand digits": "1" * 5_000,
        "NaN": "NaN",
        "true as text": "true",
    }
    for name, index in odd.items():
        signed = with_status(entry(index=index, id=_LIST + "#x"), _JCS)
        family.case(f"index is {name}", signed, "status_index_invalid", twin=_TWIN)
    for name, value in {
        "a number": 7,
        "a fraction": 7.5,
        "zero": 0,
        "null": None,
        "true": True,
        "a list": ["7"],
        "an object": {"@value": "7"},
    }.items():
        signed = with_status(entry() | {"statusListIndex": value}, _JCS)
        family.case(f"index is {name}, not text", signed, "status_index_invalid", twin=_TWIN)
    gone = {name: value for name, value in entry().items() if name != "statusListIndex"}
    family.case("no index", with_status(gone), "status_index_invalid", twin=_TWIN)
    for index in (_ENTRIES, _ENTRIES + 1, 2 * _ENTRIES, 2**31, 2**32, 2**32 + 7, 9_999_999_999):
        signed = with_status(entry(index=str(index)))
        family.case(f"index {index} of {_ENTRIES}", signed, "status_index_out_of_range", twin=_TWIN)
    for index in (0, 1, _ENTRIES - 1):
        family.case(f"index {index} of {_ENTRIES}", with_status(entry(index=str(index))), twin=_TWIN)


def _entries(book: Book) -> None:
    family = book.family("E2-entries", "Entries that have not the members of one.")
    for name, status in {
        "null": None,
        "a text": _LIST,
        "a number": 1,
        "an empty list": [],
        "a list of null": [None],
        "a list of a text": [_LIST],
        "an empty object": {},
    }.items():
        code = "member_invalid" if status == [] else "type_missing"
        signed = with_status(status, _JCS)
        family.case(f"status is {name}", signed, code, twin=_TWIN)
    family.case(
        "nine entries",
        with_status([entry(index=str(n)) for n in range(9)]),
        "status_entry_invalid",
        twin=_TWIN,
    )
    family.case("eight entries", with_status([entry(index=str(n)) for n in range(8)]), twin=_TWIN)
    for name, url in {
        "null": None,
        "a number": 1,
        "a list": [_LIST],
        "an object": {"id": _LIST},
        "empty": "",
        "relative": "/status/1",
        "a file": "file:///etc/passwd",
        "data": "data:application/json,%7B%7D",
        "ftp": "ftp://issuer.example/status",
        "a DID": "did:web:issuer.example",
        "javascript": "javascript:alert(1)",
        "with user info": "https://user:secret@issuer.example/status/1",
        "with an at sign": "https://issuer.example@evil.example/status/1",
        "with a backslash": "https://evil.example\\@issuer.example/status/1",
        "with a space": "https://issuer.example/status 1",
        "with a newline": "https://issuer.example/status/1\nHost: evil.example",
        "without host": "https:///status/1",
        "with a bad bracket": "https://[::1/status/1",
        "not ASCII": "https://issuer.example/st\u00e4tus",
        "of 3,000 characters": "https://issuer.example/" + "x" * 3_000,
    }.items():
        signed = with_status(entry() | {"statusListCredential": url}, _JCS)
        family.case(
            f"list URL is {name}", signed, "status_entry_invalid", twin=_TWIN, fetched=[ISSUER_DOCUMENT]
        )
    gone = {name: value for name, value in entry().items() if name != "statusListCredential"}
    family.case("no list URL", with_status(gone), "status_entry_invalid", twin=_TWIN)
    for name, kind in {
        "another kind": "FutureStatus2030",
        "in small letters": "bitstringstatuslistentry",
        "an IRI": "https://www.w3.org/ns/credentials/status#BitstringStatusListEntry",
        "of a list": "BitstringStatusList",
        "two kinds": ["BitstringStatusListEntry", "StatusList2021Entry"],
        "RevocationList2020Status": "RevocationList2020Status",
        "CredentialStatusList2017": "CredentialStatusList2017",
    }.items():
        signed = with_status(entry() | {"type": kind}, _JCS)
        family.case(f"type is {name}", signed, "unsupported_status_type", twin=_TWIN, **_UNKNOWN)
    for name, kind in {
        "null": None,
        "empty": "",
        "a number": 1,
        "an empty list": [],
        "an object": {},
    }.items():
        signed = with_status(entry() | {"type": kind}, _JCS)
        family.case(f"type is {name}", signed, "type_missing", twin=_TWIN)
    for name, value in {
        "empty": "",
        "relative": "#7",
        "a number": 7,
        "null": None,
        "a list": [_LIST],
    }.items():
        signed = with_status(entry() | {"id": value}, _JCS)
        family.case(f"id is {name}", signed, "id_invalid", twin=_TWIN)
    _sizes(family)


def _sizes(family: Family) -> None:
    messages = [{"status": hex(n), "message": f"m{n}"} for n in range(4)]
    for name, (members, code, outcome) in {
        "size 0": ({"statusSize": 0}, "status_entry_invalid", ""),
        "size -1": ({"statusSize": -1}, "status_entry_invalid", ""),
        "size 1.5": ({"statusSize": 1.5}, "status_entry_invalid", ""),
        "size as text": ({"statusSize": "1"}, "status_entry_invalid", ""),
        "size true": ({"statusSize": True}, "status_entry_invalid", ""),
        "size null": ({"statusSize": None}, "status_entry_invalid", ""),
        "size 9": ({"statusSize": 9}, "unsupported_status_size", "indeterminate"),
        "size 2^50": ({"statusSize": 2**50}, "unsupported_status_size", "indeterminate"),
        "size 2 without messages": ({"statusSize": 2}, "status_entry_invalid", ""),
        "size 2 with two messages": (
            {"statusSize": 2, "statusMessage": messages[:2]},
            "status_entry_invalid",
            "",
        ),
        "a message twice": (
            {"statusSize": 2, "statusMessage": [*messages[:3], messages[0]]},
            "status_entry_invalid",
            "",
        ),
        "a message beyond the size": (
            {"statusSize": 2, "statusMessage": [*messages[:3], {"status": "0x4", "message": "x"}]},
            "status_entry_invalid",
            "",
        ),
        "a status without 0x": (
            {"statusMessage": [{"status": "0", "message": "a"}, {"status": "1", "message": "b"}]},
            "status_entry_invalid",
            "",
        ),
        "a status as a number": (
            {"statusMessage": [{"status": 0, "message": "a"}, {"status": 1, "message": "b"}]},
            "status_entry_invalid",
            "",
        ),
        "a message that is none": (
            {"statusMessage": [{"status": "0x0"}, {"status": "0x1", "message": "b"}]},
            "status_entry_invalid",
            "",
        ),
        "messages that are texts": ({"statusMessage": ["a", "b"]}, "status_entry_invalid", ""),
        "a message list of 2^8 in size 1": (
            {"statusMessage": [{"status": hex(n), "message": "x"} for n in range(256)]},
            "status_entry_invalid",
            "",
        ),
        "a reference that is no URL": ({"statusReference": "see there"}, "status_entry_invalid", ""),
        "seventeen references": (
            {"statusReference": [f"https://x.example/{n}" for n in range(17)]},
            "status_entry_invalid",
            "",
        ),
        "size 2 in a list too short for it": (
            {"statusSize": 2, "statusMessage": messages},
            "status_list_too_short",
            "",
        ),
        "size 1 with messages": ({"statusMessage": messages[:2]}, "", ""),
    }.items():
        for purpose in ("revocation", "message"):
            if name == "size 1 with messages" and purpose == "message":
                continue
            url = _LIST if purpose == "revocation" else "https://lists.example/e2-entries/message"
            signed = with_status(entry(url, purpose=purpose) | members, _JCS)
            family.case(f"{purpose}: {name}", signed, code, outcome=outcome, twin=_TWIN)
    url = "https://lists.example/e2-entries/message"
    family.documents[url] = {"json": status_list(url, purpose="message")}


# E3


def _lengths(book: Book) -> None:
    family = book.family("E3", "Lists of too few entries give their people away; lists of too many cost.")
    lists = _Lists(family)
    for count, code in (
        (0, "status_list_too_short"),
        (8, "status_list_too_short"),
        (1_024, "status_list_too_short"),
        (65_536, "status_list_too_short"),
        (_ENTRIES - 8, "status_list_too_short"),
        (_ENTRIES, ""),
        (_ENTRIES + 8, ""),
        (1_048_576, ""),
        (16_777_216, ""),
        (16_777_224, "status_list_too_large"),
        (33_554_432, "status_list_too_large"),
    ):
        for suite in ("eddsa-rdfc-2022", _JCS):
            url = lists.url(
                _served(lambda url, n=count, s=suite: status_list(url, suite=s, row=bytes(n // 8)))
            )
            family.case(f"{suite}: {count} entries", with_status(entry(url, index="3")), code, twin=_TWIN)


# E4


def _issuers(book: Book) -> None:
    family = book.family("E4", "A list by somebody else: nobody was told of a delegation.")
    lists = _Lists(family)
    stranger = signer(KeyType.ED25519, "other", f"{OTHER}#ed25519")
    as_issuer = signer(KeyType.ED25519, "other", f"{ISSUER}#ed25519")
    for purpose in PURPOSES[:2]:
        for name, (make_list, code) in {
            "a stranger's own": (
                lambda url, p=purpose: status_list(url, purpose=p, issuer=OTHER, by=stranger),
                "status_list_issuer_mismatch",
            ),
            "the issuer is named, a stranger signs": (
                lambda url, p=purpose: status_list(url, purpose=p, by=stranger),
                "status_list_invalid",
            ),
            "the issuer is named, a stranger signs under the issuer's URL": (
                lambda url, p=purpose: status_list(url, purpose=p, by=as_issuer),
                "status_list_invalid",
            ),
            "a stranger is named, the issuer signs": (
                lambda url, p=purpose: status_list(url, purpose=p, issuer=OTHER),
                "status_list_issuer_mismatch",
            ),
            "the issuer's DID with a fragment": (
                lambda url, p=purpose: status_list(url, purpose=p, issuer=f"{ISSUER}#x"),
                "status_list_issuer_mismatch",
            ),
            "the issuer's DID in capitals": (
                lambda url, p=purpose: status_list(url, purpose=p, issuer="did:web:ISSUER.example"),
                "status_list_issuer_mismatch",
            ),
            "the issuer as an object": (
                lambda url, p=purpose: status_list(url, purpose=p, issuer={"id": ISSUER}),
                "",
            ),
            "no issuer": (
                lambda url, p=purpose: sign(
                    {k: v for k, v in unsigned_list(url, purpose=p).items() if k != "issuer"}
                ),
                "status_list_issuer_mismatch",
            ),
            "the key is for another purpose": (
                lambda url, p=purpose: (
                    status_list(url, purpose=p)
                    | {"proof": status_list(url, purpose=p)["proof"] | {"proofPurpose": "authentication"}}
                ),
                "status_list_invalid",
            ),
        }.items():
            url = lists.url(_served(make_list))
            family.case(f"{purpose}: {name}", with_status(entry(url, purpose=purpose)), code, twin=_TWIN)


# E5


def _packing(book: Book) -> None:
    family = book.family("E5", "Encoded lists that are bombs, or not what they should be.")
    lists = _Lists(family)
    row = bits()
    packed = gzip.compress(row, 9, mtime=0)
    good = encoded(row)
    half = len(good) // 2

    def text_of(data: bytes) -> str:
        return "u" + encode_base64url(data)

    wrong_sum = bytearray(packed)
    wrong_sum[-5] ^= 1
    wrong_size = bytearray(packed)
    wrong_size[-1] ^= 1
    forms: dict[str, tuple[Any, str]] = {
        "a bomb of 3 MiB": (text_of(gzip.compress(bytes(3 << 20), 9, mtime=0)), "status_list_too_large"),
        "a bomb of 32 MiB": (text_of(gzip.compress(bytes(32 << 20), 9, mtime=0)), "status_list_too_large"),
        # unpacked once and no more: the packed bytes within are the bits, of which the seventh is set
        "a bomb within a bomb": (
            text_of(gzip.compress(gzip.compress(bytes(32 << 20), 9, mtime=0), 9, mtime=0)),
            "revoked",
        ),
        "no multibase prefix": (good[1:], "status_list_invalid"),
        "another prefix": ("z" + good[1:], "status_list_invalid"),
        "prefix in capitals": ("U" + good[1:], "status_list_invalid"),
        "only the prefix": ("u", "status_list_invalid"),
        "empty": ("", "status_list_invalid"),
        "with padding": (good + "=", "status_list_invalid"),
        "base64": ("u" + b64encode(packed).decode(), "status_list_invalid"),
        "with a space": (good[:half] + " " + good[half:], "status_list_invalid"),
        "with a newline": (good + "\n", "status_list_invalid"),
        "cut": (good[:half], "status_list_invalid"),
        "cut by the checksum": (text_of(packed[:-8]), "status_list_invalid"),
        "cut by a byte": (text_of(packed[:-1]), "status_list_invalid"),
        "a byte more": (text_of(packed + b"\0"), "status_list_invalid"),
        "two members": (text_of(packed + packed), "status_list_invalid"),
        "a wrong checksum": (text_of(bytes(wrong_sum)), "status_list_invalid"),
        "a wrong size": (text_of(bytes(wrong_size)), "status_list_invalid"),
        "zlib": (text_of(zlib.compress(row, 9)), "status_list_invalid"),
        "deflate without a frame": (text_of(zlib.compress(row, 9)[2:-4]), "status_list_invalid"),
        "not packed": (text_of(row[:2_000]), "status_list_invalid"),
        "packed twice": (text_of(gzip.compress(packed, 9, mtime=0)), "status_list_too_short"),
        "hexadecimal": ("f" + packed.hex(), "status_list_invalid"),
        "only the header": (text_of(packed[:10]), "status_list_invalid"),
        "null": (None, "status_list_invalid"),
        "a number": (1, "status_list_invalid"),
        "a list": ([good], "status_list_invalid"),
        "an object": ({"@value": good}, "status_list_invalid"),
        "true": (True, "status_list_invalid"),
    }
    for name, (value, code) in forms.items():

        def make_list(url: str, value: Any = value) -> JsonObject:
            unsigned = unsigned_list(url)
            unsigned["credentialSubject"]["encodedList"] = value
            return sign(unsigned, _JCS)

        family.case(name, with_status(entry(lists.url(_served(make_list)))), code, twin=_TWIN)

    def gone(url: str) -> JsonObject:
        return sign(changed(unsigned_list(url), lambda it: it["credentialSubject"].pop("encodedList")), _JCS)

    family.case("absent", with_status(entry(lists.url(_served(gone)))), "status_list_invalid", twin=_TWIN)


# E6


def _unavailable(book: Book) -> None:
    family = book.family(
        "E6", "The list cannot be had, or says nothing now: never valid, and not invalid either."
    )
    lists = _Lists(family)
    served: dict[str, JsonObject] = {
        "404": {"status": 404},
        "410": {"status": 410},
        "403": {"status": 403},
        "401": {"status": 401},
        "429": {"status": 429},
        "500": {"status": 500},
        "503": {"status": 503},
        "301": {"status": 301},
        "302": {"status": 302},
        "304": {"status": 304},
        "204": {"status": 204},
        "a timeout": {"error": "timeout"},
        "a broken connection": {"error": "connection reset"},
        "nothing": {"text": ""},
        "a page": {"text": "<!doctype html><title>Connexion</title>"},
        "a page with a brace": {"text": "{% login %}"},
        "an array": {"json": []},
        "null": {"json": None},
        "a number": {"json": 0},
        "a text": {"json": "ok"},
        "JSON cut short": {"text": '{"@context":['},
        "JSON with a member twice": {"text": '{"id":"a","id":"b"}'},
        "JSON too deep": {"text": "[" * 100 + "]" * 100},
        "a mark before": {"text": "\ufeff{}"},
    }
    for purpose in PURPOSES:
        for name, answer in served.items():
            if purpose in PURPOSES[2:] and not name[0].isdigit():
                continue
            url = lists.url(answer)
            signed = with_status(entry(url, purpose=purpose))
            family.case(f"{purpose}: {name}", signed, "status_unavailable", twin=_TWIN, **_UNKNOWN)
    for name, (dates, code) in {
        "expired": ({"validUntil": "2026-11-24T09:00:00Z"}, "status_list_expired"),
        "expires now": ({"validUntil": "2026-11-24T09:30:00Z"}, "status_list_expired"),
        "of tomorrow": ({"validFrom": "2026-11-25T00:00:00Z"}, "status_list_not_yet_valid"),
        "61 s ahead": ({"validFrom": "2026-11-24T09:31:01Z"}, "status_list_not_yet_valid"),
        "60 s ahead": ({"validFrom": "2026-11-24T09:31:00Z"}, ""),
        "expires in a second": ({"validUntil": "2026-11-24T09:30:01Z"}, ""),
    }.items():
        url = lists.url(_served(lambda url, d=dates: status_list(url, **d)))
        outcome = "indeterminate" if code else "valid"
        family.case(f"a list that is {name}", with_status(entry(url)), code, outcome=outcome, twin=_TWIN)
        revoked = lists.url(_served(lambda url, d=dates: status_list(url, row=bits((7,)), **d)))
        found = code or "revoked"
        outcome = "invalid" if found == "revoked" else "indeterminate"
        family.case(
            f"a list that is {name}, and has the bit",
            with_status(entry(revoked)),
            found,
            outcome=outcome,
            twin=_TWIN,
        )
    silent = lists.url(
        _served(
            lambda url: (
                status_list(url, issuer=ISSUER, by=signer(KeyType.ED25519, "issuer", f"{ISSUER}#ed25519"))
                | {"proof": status_list(url)["proof"] | {"cryptosuite": "future-2030"}}
            )
        )
    )
    family.case(
        "a list with an unknown suite",
        with_status(entry(silent)),
        "status_unavailable",
        twin=_TWIN,
        **_UNKNOWN,
    )


def _lists(book: Book) -> None:
    family = book.family("E6-lists", "What was fetched is no status list, or is one that was tampered with.")
    lists = _Lists(family)

    def subject(**members: Any) -> Callable[[JsonObject], Any]:
        return lambda it: it["credentialSubject"].update(members)

    changes: dict[str, tuple[Callable[[JsonObject], Any], str]] = {
        "no list type": (lambda it: it.update(type=["VerifiableCredential"]), "status_list_invalid"),
        "the type in small letters": (
            lambda it: it.update(type=["VerifiableCredential", "bitstringstatuslistcredential"]),
            "status_list_invalid",
        ),
        "both generations": (lambda it: it["type"].append("StatusList2021Credential"), "status_list_invalid"),
        "no credential type": (
            lambda it: it.update(type=["BitstringStatusListCredential"]),
            "status_list_invalid",
        ),
        "no subject type": (lambda it: it["credentialSubject"].pop("type"), "status_list_invalid"),
        "another subject type": (subject(type="StatusList2021"), "status_list_invalid"),
        "two subjects": (
            lambda it: it.update(credentialSubject=[it["credentialSubject"], {"id": "urn:x:1"}]),
            "status_list_invalid",
        ),
        "the subject in a list": (
            lambda it: it.update(credentialSubject=[it["credentialSubject"]]),
            "status_list_invalid",
        ),
        "another id": (lambda it: it.update(id=_LIST), "status_list_id_mismatch"),
        "an id with a fragment": (lambda it: it.update(id=it["id"] + "#list"), "status_list_id_mismatch"),
        "an id with a query": (lambda it: it.update(id=it["id"] + "?x"), "status_list_id_mismatch"),
        "an id in capitals": (
            lambda it: it.update(id=it["id"].replace("lists", "LISTS")),
            "status_list_id_mismatch",
        ),
        "an id over http": (
            lambda it: it.update(id=it["id"].replace("https", "http")),
            "status_list_id_mismatch",
        ),
        "size 2": (subject(statusSize=2), "status_size_mismatch"),
        "size as text": (subject(statusSize="1"), "status_list_invalid"),
        "size 0": (subject(statusSize=0), "status_list_invalid"),
        "size 9": (subject(statusSize=9), "status_list_invalid"),
        "ttl as text": (subject(ttl="300000"), "status_list_invalid"),
        "ttl negative": (subject(ttl=-1), "status_list_invalid"),
        "ttl a fraction": (subject(ttl=1.5), "status_list_invalid"),
        "ttl true": (subject(ttl=True), "status_list_invalid"),
        "ttl huge": (subject(ttl=2**50), ""),
        "no id": (lambda it: it.pop("id"), ""),
        "no dates": (lambda it: it.pop("validFrom"), ""),
        "dates without zone": (lambda it: it.update(validFrom="2026-11-24T07:00:00"), "status_list_invalid"),
        "dates reversed": (lambda it: it.update(validUntil="2026-11-24T06:00:00Z"), "status_list_invalid"),
    }
    for name, (change, code) in changes.items():
        url = lists.url(_served(lambda url, c=change: sign(changed(unsigned_list(url), c), _JCS)))
        family.case(name, with_status(entry(url)), code, twin=_TWIN)
    tampered: dict[str, Callable[[JsonObject], JsonObject]] = {
        "a bit cleared after signing": lambda it: changed(
            it, lambda doc: doc["credentialSubject"].update(encodedList=encoded(bits((3,))))
        ),
        "a flipped signature": lambda it: it | {"proof": flipped(it["proof"])},
        "no proof": without_proof,
        "a later date after signing": lambda it: it | {"validUntil": "2030-01-01T00:00:00Z"},
        "another purpose after signing": lambda it: changed(
            it, lambda doc: doc["credentialSubject"].update(statusPurpose=["revocation", "suspension"])
        ),
        "an undefined term": lambda it: it | {"undefinedTerm": "x"},
        "a foreign context": lambda it: it | {"@context": [*it["@context"], "https://evil.example/"]},
        "a legacy proof": lambda it: it | {"proof": it["proof"] | {"type": "Ed25519Signature2018"}},
    }
    for name, change in tampered.items():
        for suite in ("eddsa-rdfc-2022", _JCS):
            url = lists.url(_served(lambda url, c=change, s=suite: c(status_list(url, suite=s))))
            family.case(f"{suite}: {name}", with_status(entry(url)), "status_list_invalid", twin=_TWIN)
    url = lists.url(_served(status_list))
    other = lists.url({"json": family.documents[url]["json"]})
    family.case(
        "another list of the issuer's in its place",
        with_status(entry(other)),
        "status_list_id_mismatch",
        twin=_TWIN,
    )
    url = lists.url({"json": sign(plain())})
    family.case(
        "another credential of the issuer's in its place",
        with_status(entry(url)),
        "status_list_invalid",
        twin=_TWIN,
    )


# E7, E8


def _rollback(book: Book) -> None:
    family = book.family("E7", "An older list than one that was seen: what was revoked would hold again.")
    lists = _Lists(family)
    for name, (first, second, code) in {
        "a second older": ("2026-11-24T08:00:00Z", "2026-11-24T07:59:59Z", "status_list_rollback"),
        "a microsecond older": (
            "2026-11-24T08:00:00Z",
            "2026-11-24T07:59:59.999999Z",
            "status_list_rollback",
        ),
        "a year older": ("2026-11-24T08:00:00Z", "2025-11-24T08:00:00Z", "status_list_rollback"),
        "older by its zone": ("2026-11-24T08:00:00Z", "2026-11-24T08:30:00+01:00", "status_list_rollback"),
        "as old": ("2026-11-24T08:00:00Z", "2026-11-24T08:00:00Z", ""),
        "newer": ("2026-11-24T08:00:00Z", "2026-11-24T08:00:01Z", ""),
        "newer by its zone": ("2026-11-24T08:00:00Z", "2026-11-24T07:30:00-01:00", ""),
    }.items():
        for purpose in PURPOSES[:2]:
            url = lists.url(
                _served(lambda url, d=second, p=purpose: status_list(url, purpose=p, validFrom=d))
            )
            seen = {url: {"json": status_list(url, purpose=purpose, row=bits((9,)), validFrom=first)}}
            signed = with_status(entry(url, purpose=purpose))
            outcome = "indeterminate" if code else "valid"
            family.case(f"{purpose}: {name}", signed, code, outcome=outcome, twin=_TWIN, before=[seen])
    url = lists.url({"status": 404})
    fresh = unsigned_list(url)
    fresh["credentialSubject"]["ttl"] = 300_000
    family.case(
        "gone, and the one that was seen may still be used",
        with_status(entry(url)),
        twin=_TWIN,
        before=[{url: {"json": sign(fresh)}}],
    )
    fresh = unsigned_list(url, row=bits((7,)))
    fresh["credentialSubject"]["ttl"] = 300_000
    family.case(
        "gone, and the one that was seen says revoked",
        with_status(entry(url)),
        "revoked",
        twin=_TWIN,
        before=[{url: {"json": sign(fresh)}}],
    )
    family.case(
        "gone, and the one that was seen may not be kept",
        with_status(entry(url)),
        "status_unavailable",
        outcome="indeterminate",
        twin=_TWIN,
        before=[{url: {"json": status_list(url)}}],
    )


def _stripped(book: Book) -> None:
    family = book.family("E8", "A status is asked for, and is not there, or could not end anything.")
    policy = {"require_status": True}
    for twin in ("badge eddsa-rdfc-2022", "badge eddsa-jcs-2022", "plain", "plain 1.1"):
        family.case(f"{twin}: no status", book.document(twin), "status_required", twin=_TWIN, policy=policy)
    lists = _Lists(family)
    for purpose in PURPOSES:
        url = lists.url(_served(lambda url, p=purpose: status_list(url, purpose=p)))
        signed = with_status(entry(url, purpose=purpose))
        code = "" if purpose in PURPOSES[:2] else "status_required"
        family.case(f"only {purpose}", signed, code, twin=_TWIN, policy=policy)
    for suite in ("eddsa-rdfc-2022", _JCS):
        document = with_status(entry(), suite)
        stripped = {name: value for name, value in document.items() if name != "credentialStatus"}
        family.case(f"{suite}: taken away", stripped, "invalid_signature", twin=_TWIN)
        revoked = lists.url(_served(lambda url: status_list(url, row=bits((7,)))))
        moved = with_status(entry(revoked), suite)
        moved["credentialStatus"] = entry()
        family.case(f"{suite}: another list", moved, "invalid_signature", twin=_TWIN)
        other_index = with_status(entry(revoked), suite)
        other_index["credentialStatus"]["statusListIndex"] = "8"
        family.case(f"{suite}: another index", other_index, "invalid_signature", twin=_TWIN)
        for place in ("credentialSubject", "issuer"):
            hidden = with_status(entry(revoked), suite)
            hidden[place]["credentialStatus"] = hidden.pop("credentialStatus")
            # under the subject the term has no meaning, where meanings are read
            code = "data_loss" if suite != _JCS else "invalid_signature"
            family.case(f"{suite}: moved into the {place}", hidden, code, twin=_TWIN)


# E9 to E12


def _chained(book: Book) -> None:
    family = book.family("E9", "A list with a status of its own: to itself, to another, to the credential's.")
    lists = _Lists(family)
    for name, status in {
        "itself": lambda url: entry(url, index="1"),
        "another list": lambda url: entry(_LIST, index="1"),  # noqa: ARG005
        "a list that is not there": lambda url: entry("https://lists.example/none", index="1"),  # noqa: ARG005
        "two lists": lambda url: [entry(url, index="1"), entry(_LIST, index="1")],
        "nothing": lambda url: [],  # noqa: ARG005
        "a kind not known": lambda url: {"id": f"{url}#s", "type": "FutureStatus2030"},
    }.items():
        for suite in ("eddsa-rdfc-2022", _JCS):
            if suite != _JCS and name in {"nothing", "a kind not known"}:
                continue
            url = lists.url(
                _served(
                    lambda url, s=status, u=suite: sign(unsigned_list(url) | {"credentialStatus": s(url)}, u)
                )
            )
            family.case(f"{suite}: {name}", with_status(entry(url)), "status_list_chained", twin=_TWIN)


def _several(book: Book) -> None:
    family = book.family("E10", "Several entries: each is looked at, and the worst counts.")
    lists = _Lists(family)
    urls = {
        (purpose, is_set): lists.url(
            _served(lambda url, p=purpose, s=is_set: status_list(url, purpose=p, row=bits((7,) if s else ())))
        )
        for purpose in PURPOSES
        for is_set in (False, True)
    }
    ends = {"revocation": "revoked", "suspension": "suspended"}
    for purpose in PURPOSES:
        code = ends.get(purpose, "")
        family.case(
            f"{purpose} alone, set",
            with_status(entry(urls[purpose, True], purpose=purpose)),
            code,
            twin=_TWIN,
        )
    for first in PURPOSES:
        for second in PURPOSES:
            if first == second:
                continue
            for first_set in (False, True):
                for second_set in (False, True):
                    status = [
                        entry(urls[first, first_set], purpose=first),
                        entry(urls[second, second_set], purpose=second),
                    ]
                    found = [
                        ends.get(name, "")
                        for name, is_set in ((first, first_set), (second, second_set))
                        if is_set
                    ]
                    code = next((each for each in found if each), "")
                    name = (
                        f"{first} {'set' if first_set else 'not'}, {second} {'set' if second_set else 'not'}"
                    )
                    family.case(name, with_status(status), code, twin=_TWIN)
    gone = lists.url({"status": 404})
    for place, status in (
        ("last", [entry(urls["revocation", False]), entry(gone, purpose="suspension")]),
        ("first", [entry(gone, purpose="suspension"), entry(urls["revocation", False])]),
    ):
        family.case(
            f"one cannot be had, {place}", with_status(status), "status_unavailable", twin=_TWIN, **_UNKNOWN
        )
    for place, status, code in (
        ("last", [entry(gone, purpose="suspension"), entry(urls["revocation", True])], "status_unavailable"),
        ("first", [entry(urls["revocation", True]), entry(gone, purpose="suspension")], "revoked"),
    ):
        family.case(
            f"one cannot be had, and the {place} is revoked",
            with_status(status),
            code,
            outcome="invalid",
            twin=_TWIN,
        )
    odd = entry(urls["revocation", False]) | {"type": "FutureStatus2030"}
    family.case(
        "a kind not known beside one that holds",
        with_status([entry(), odd], _JCS),
        "unsupported_status_type",
        twin=_TWIN,
        **_UNKNOWN,
    )
    family.case(
        "a kind not known beside one that is revoked",
        with_status([entry(urls["revocation", True]), odd], _JCS),
        "revoked",
        twin=_TWIN,
    )
    same = with_status([entry(urls["revocation", False]), entry(urls["revocation", True])])
    family.case("two revocations, the second set", same, "revoked", twin=_TWIN)


def _bit_order(book: Book) -> None:
    family = book.family("E11", "Which bit it is: the first stands at the left of its byte.")
    lists = _Lists(family)
    for index in (0, 1, 6, 7, 8, 9, 15, 16, 1_000, 65_535, _ENTRIES - 8, _ENTRIES - 1):
        url = lists.url(_served(lambda url, i=index: status_list(url, row=bits((i,)))))
        family.case(
            f"bit {index}, read at {index}", with_status(entry(url, index=str(index))), "revoked", twin=_TWIN
        )
        mirrored = index // 8 * 8 + 7 - index % 8
        family.case(
            f"bit {index}, read at {mirrored}", with_status(entry(url, index=str(mirrored))), twin=_TWIN
        )
        beside = index - 1 if index else 1
        family.case(f"bit {index}, read at {beside}", with_status(entry(url, index=str(beside))), twin=_TWIN)


def _wire(book: Book) -> None:
    family = book.family("E12", "What is asked of a list's host says nothing of the credential.")
    document = ISSUER_DOCUMENT
    for name, url in {
        "as it is": _LIST,
        "without the fragment": f"{_LIST}#7f1d3c52",
        "without an empty fragment": f"{_LIST}#",
    }.items():
        signed = with_status(entry() | {"statusListCredential": url})
        family.case(f"the list is asked for {name}", signed, twin=_TWIN, fetched=[document, _LIST])
    both = with_status([entry(index="7"), entry(index="8")])
    family.case("one list for two entries is asked for once", both, twin=_TWIN, fetched=[document, _LIST])
    bad = with_status(entry()) | {"name": "x"}
    family.case(
        "of a forged badge no list is asked for", bad, "invalid_signature", twin=_TWIN, fetched=[document]
    )
    ended = sign(badge() | {"credentialStatus": entry(), "validUntil": "2026-11-24T09:00:00Z"})
    family.case("of an ended badge it is", ended, "expired", twin=_TWIN, fetched=[document, _LIST])


def _other_generations(book: Book) -> None:
    family = book.family("E6-generations", "StatusList2021 and the 1EdTech revocation list.")
    lists = _Lists(family)
    row = bits((7,))

    def old_list(url: str, *, row: bytes = row, purpose: str = "revocation", by: Any = None) -> JsonObject:
        unsigned = unsigned_list(url, purpose=purpose)
        unsigned["type"] = ["VerifiableCredential", "StatusList2021Credential"]
        unsigned["credentialSubject"] |= {"type": "StatusList2021", "encodedList": encoded(row)[1:]}
        return sign(unsigned, _JCS, by)

    def old_entry(url: str, index: str = "7", purpose: str = "revocation") -> JsonObject:
        return entry(url, index, purpose) | {"type": "StatusList2021Entry"}

    url = lists.url(_served(old_list))
    for name, (status, code) in {
        "set": (old_entry(url), "revoked"),
        "not set": (old_entry(url, "8"), ""),
        "out of range": (old_entry(url, "131072"), "status_index_out_of_range"),
        "another purpose": (old_entry(url, "8", "suspension"), "status_purpose_mismatch"),
        "a new entry in the old list": (entry(url, "8"), "status_list_invalid"),
        "an old entry in a new list": (old_entry(_LIST, "8"), "status_list_invalid"),
    }.items():
        outcome = "indeterminate" if code.startswith("unsupported") else ""
        family.case(f"StatusList2021: {name}", with_status(status, _JCS), code, outcome=outcome, twin=_TWIN)
    for purpose in ("refresh", "message"):
        signed = with_status(old_entry(url, "8", purpose), _JCS)
        family.case(
            f"StatusList2021: purpose {purpose}", signed, "unsupported_status_purpose", twin=_TWIN, **_UNKNOWN
        )
    short = lists.url(_served(lambda url: old_list(url, row=bytes(100))))
    family.case(
        "StatusList2021: too short", with_status(old_entry(short), _JCS), "status_list_too_short", twin=_TWIN
    )
    stranger = signer(KeyType.ED25519, "other", f"{OTHER}#ed25519")
    theirs = lists.url(_served(lambda url: old_list(url, by=stranger)))
    family.case(
        "StatusList2021: a stranger's",
        with_status(old_entry(theirs, "8"), _JCS),
        "status_list_invalid",
        twin=_TWIN,
    )
    _revocation_list(family)


def _revocation_list(family: Family) -> None:
    me = badge()["id"]
    own = "https://issuer.example/revoked"

    def served(**members: Any) -> JsonObject:
        return {"issuer": ISSUER, "revokedCredentials": []} | members

    cases: dict[str, tuple[str, Any, str, str]] = {
        "not listed": (own, served(), "", ""),
        "listed": (own, served(revokedCredentials=[{"id": me}]), "revoked", ""),
        "listed under the other spelling": (own, {"revokedCredential": [{"id": me}]}, "revoked", ""),
        "listed without array": (own, {"revokedCredential": {"id": me}}, "revoked", ""),
        "listed percent-encoded": (
            own,
            served(revokedCredentials=[{"id": me.replace(":", "%3A")}]),
            "revoked",
            "",
        ),
        "listed with spaces": (own, served(revokedCredentials=[{"id": f" {me} "}]), "revoked", ""),
        "listed, then not": (
            own,
            served(revokedCredentials=[{"id": me}, {"id": me, "revoked": False}]),
            "revoked",
            "",
        ),
        "listed as not revoked": (own, served(revokedCredentials=[{"id": me, "revoked": False}]), "", ""),
        "listed with revoked as text": (
            own,
            served(revokedCredentials=[{"id": me, "revoked": "false"}]),
            "status_list_invalid",
            "",
        ),
        "an entry without id": (own, served(revokedCredentials=[{"x": me}]), "status_list_invalid", ""),
        "an entry that is a text": (own, served(revokedCredentials=[me]), "status_list_invalid", ""),
        "another issuer's": (own, served(issuer=OTHER), "status_list_issuer_mismatch", ""),
        "another address": (own, served(id="https://issuer.example/other"), "status_list_id_mismatch", ""),
        "ended": (own, served(validUntil="2026-11-24T09:30:00Z"), "status_list_expired", "indeterminate"),
        "not yet": (
            own,
            served(validFrom="2026-11-24T09:30:01Z"),
            "status_list_not_yet_valid",
            "indeterminate",
        ),
        "dated oddly": (own, served(validUntil="soon"), "status_list_invalid", ""),
        "no list": (own, {"issuer": ISSUER}, "status_unavailable", "indeterminate"),
        "an array": (own, [], "status_unavailable", "indeterminate"),
        "elsewhere, not listed": (
            "https://lists.example/revoked",
            served(),
            "status_list_unsigned",
            "indeterminate",
        ),
        "elsewhere, listed": (
            "https://lists.example/revoked",
            served(revokedCredentials=[{"id": me}]),
            "revoked",
            "",
        ),
        "over http": ("http://issuer.example/revoked", served(), "status_list_unsigned", "indeterminate"),
        "another port": (
            "https://issuer.example:8443/revoked",
            served(),
            "status_list_unsigned",
            "indeterminate",
        ),
        "a longer host": (
            "https://issuer.example.evil.example/revoked",
            served(),
            "status_list_unsigned",
            "indeterminate",
        ),
    }
    for number, (name, (base, answer, code, outcome)) in enumerate(cases.items()):
        url = f"{base}/{number}"
        family.documents[url] = {"json": answer}
        status = {"id": url, "type": "1EdTechRevocationList"}
        family.case(f"revocation list: {name}", with_status(status, _JCS), code, outcome=outcome, twin=_TWIN)
    gone = {"id": "https://issuer.example/gone", "type": "1EdTechRevocationList"}
    family.case(
        "revocation list: gone", with_status(gone, _JCS), "status_unavailable", twin=_TWIN, **_UNKNOWN
    )
    nameless = sign(
        {k: v for k, v in badge().items() if k != "id"}
        | {"credentialStatus": {"id": f"{own}/0", "type": "1EdTechRevocationList"}},
        _JCS,
    )
    family.case("revocation list: a badge without id", nameless, "status_entry_invalid", twin=_TWIN)
