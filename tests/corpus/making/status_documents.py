"""E3 to E5, E7, E9: what a list says, and who signed it."""

from __future__ import annotations

import gzip
import zlib
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from did.encodings import encode_base64url
from did.keys import KeyType
from tests.corpus.making.artefacts import OTHER, changed, plain
from tests.corpus.making.keys import signer
from tests.corpus.making.proof_sets import flipped
from tests.corpus.making.signing import ISSUER, sign, without_proof
from tests.corpus.making.status_lists import (
    ENTRIES,
    JCS,
    LIST,
    PURPOSES,
    TWIN,
    Lists,
    bits,
    encoded,
    entry,
    serving,
    status_list,
    unsigned_list,
    with_status,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.corpus.making.book import Book


JsonObject = dict[str, Any]


def make(book: Book) -> None:
    """Write the rows."""
    _lengths(book)
    _issuers(book)
    _packing(book)
    _lists(book)
    _rollback(book)
    _chained(book)


def _lengths(book: Book) -> None:
    family = book.family("E3", "Lists of too few entries give their people away; lists of too many cost.")
    lists = Lists(family)
    for count, code in (
        (0, "status_list_too_short"),
        (8, "status_list_too_short"),
        (1_024, "status_list_too_short"),
        (65_536, "status_list_too_short"),
        (ENTRIES - 8, "status_list_too_short"),
        (ENTRIES, ""),
        (ENTRIES + 8, ""),
        (1_048_576, ""),
        (16_777_216, ""),
        (16_777_224, "status_list_too_large"),
        (33_554_432, "status_list_too_large"),
    ):
        for suite in ("eddsa-rdfc-2022", JCS):
            url = lists.url(
                serving(lambda url, n=count, s=suite: status_list(url, suite=s, row=bytes(n // 8)))
            )
            family.case(f"{suite}: {count} entries", with_status(entry(url, index="3")), code, twin=TWIN)


def _issuers(book: Book) -> None:
    family = book.family("E4", "A list by somebody else: nobody was told of a delegation.")
    lists = Lists(family)
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
            url = lists.url(serving(make_list))
            family.case(f"{purpose}: {name}", with_status(entry(url, purpose=purpose)), code, twin=TWIN)


def _packing(book: Book) -> None:
    family = book.family("E5", "Encoded lists that are bombs, or not what they should be.")
    lists = Lists(family)
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
            return sign(unsigned, JCS)

        family.case(name, with_status(entry(lists.url(serving(make_list)))), code, twin=TWIN)

    def gone(url: str) -> JsonObject:
        return sign(changed(unsigned_list(url), lambda it: it["credentialSubject"].pop("encodedList")), JCS)

    family.case("absent", with_status(entry(lists.url(serving(gone)))), "status_list_invalid", twin=TWIN)


def _lists(book: Book) -> None:
    family = book.family("E6-lists", "What was fetched is no status list, or is one that was tampered with.")
    lists = Lists(family)

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
        "another id": (lambda it: it.update(id=LIST), "status_list_id_mismatch"),
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
        url = lists.url(serving(lambda url, c=change: sign(changed(unsigned_list(url), c), JCS)))
        family.case(name, with_status(entry(url)), code, twin=TWIN)
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
        for suite in ("eddsa-rdfc-2022", JCS):
            url = lists.url(serving(lambda url, c=change, s=suite: c(status_list(url, suite=s))))
            family.case(f"{suite}: {name}", with_status(entry(url)), "status_list_invalid", twin=TWIN)
    url = lists.url(serving(status_list))
    other = lists.url({"json": family.documents[url]["json"]})
    family.case(
        "another list of the issuer's in its place",
        with_status(entry(other)),
        "status_list_id_mismatch",
        twin=TWIN,
    )
    url = lists.url({"json": sign(plain())})
    family.case(
        "another credential of the issuer's in its place",
        with_status(entry(url)),
        "status_list_invalid",
        twin=TWIN,
    )


def _rollback(book: Book) -> None:
    family = book.family("E7", "An older list than one that was seen: what was revoked would hold again.")
    lists = Lists(family)
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
                serving(lambda url, d=second, p=purpose: status_list(url, purpose=p, validFrom=d))
            )
            seen = {url: {"json": status_list(url, purpose=purpose, row=bits((9,)), validFrom=first)}}
            signed = with_status(entry(url, purpose=purpose))
            outcome = "indeterminate" if code else "valid"
            family.case(f"{purpose}: {name}", signed, code, outcome=outcome, twin=TWIN, before=[seen])
    url = lists.url({"status": 404})
    fresh = unsigned_list(url)
    fresh["credentialSubject"]["ttl"] = 300_000
    family.case(
        "gone, and the one that was seen may still be used",
        with_status(entry(url)),
        twin=TWIN,
        before=[{url: {"json": sign(fresh)}}],
    )
    fresh = unsigned_list(url, row=bits((7,)))
    fresh["credentialSubject"]["ttl"] = 300_000
    family.case(
        "gone, and the one that was seen says revoked",
        with_status(entry(url)),
        "revoked",
        twin=TWIN,
        before=[{url: {"json": sign(fresh)}}],
    )
    family.case(
        "gone, and the one that was seen may not be kept",
        with_status(entry(url)),
        "status_unavailable",
        outcome="indeterminate",
        twin=TWIN,
        before=[{url: {"json": status_list(url)}}],
    )


def _chained(book: Book) -> None:
    family = book.family("E9", "A list with a status of its own: to itself, to another, to the credential's.")
    lists = Lists(family)
    for name, status in {
        "itself": lambda url: entry(url, index="1"),
        "another list": lambda url: entry(LIST, index="1"),  # noqa: ARG005
        "a list that is not there": lambda url: entry("https://lists.example/none", index="1"),  # noqa: ARG005
        "two lists": lambda url: [entry(url, index="1"), entry(LIST, index="1")],
        "nothing": lambda url: [],  # noqa: ARG005
        "a kind not known": lambda url: {"id": f"{url}#s", "type": "FutureStatus2030"},
    }.items():
        for suite in ("eddsa-rdfc-2022", JCS):
            if suite != JCS and name in {"nothing", "a kind not known"}:
                continue
            url = lists.url(
                serving(
                    lambda url, s=status, u=suite: sign(unsigned_list(url) | {"credentialStatus": s(url)}, u)
                )
            )
            family.case(f"{suite}: {name}", with_status(entry(url)), "status_list_chained", twin=TWIN)
    for purpose in PURPOSES:
        for place, change in {
            "a status beside the subject": lambda url: {"credentialStatus": entry(url, index="1")},
            "a status of another kind": lambda url: {
                "credentialStatus": entry(url, index="1") | {"type": "StatusList2021Entry"}
            },
        }.items():
            url = lists.url(
                serving(lambda url, p=purpose, c=change: sign(unsigned_list(url, purpose=p) | c(url), JCS))
            )
            signed = with_status(entry(url, purpose=purpose))
            family.case(f"{purpose}: {place}", signed, "status_list_chained", twin=TWIN)
        plain_list = lists.url(serving(lambda url, p=purpose: sign(unsigned_list(url, purpose=p), JCS)))
        family.case(f"{purpose}: without one", with_status(entry(plain_list, purpose=purpose)), twin=TWIN)
