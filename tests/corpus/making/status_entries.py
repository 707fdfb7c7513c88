"""E1, E2, E8, E10 to E12: what a credential says of its status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.corpus.making.artefacts import ISSUER_DOCUMENT, badge, badge_for, changed
from tests.corpus.making.signing import ISSUER, SUITES, issuer, present, sign
from tests.corpus.making.status_lists import (
    ENTRIES,
    JCS,
    LIST,
    PURPOSES,
    TWIN,
    UNKNOWN,
    Lists,
    bits,
    entry,
    serving,
    status_list,
    unsigned_list,
    with_status,
)

if TYPE_CHECKING:
    from tests.corpus.making.book import Book, Family


JsonObject = dict[str, Any]


def make(book: Book) -> None:
    """Write the rows."""
    _purposes(book)
    _indexes(book)
    _entries(book)
    _stripped(book)
    _several(book)
    _bit_order(book)
    _wire(book)


def _purposes(book: Book) -> None:
    family = book.family("E1", "The list is for another purpose than the entry says, or the purpose is none.")
    lists = Lists(family)
    for listed in (
        *PURPOSES,
        ["revocation", "suspension"],
        ["message"],
        "Revocation",
        "revocation ",
        "other",
    ):
        url = lists.url(serving(lambda url, p=listed: status_list(url, purpose=p)))
        for asked in PURPOSES:
            known = listed if isinstance(listed, list) else [listed]
            code = "" if asked in known else "status_purpose_mismatch"
            family.case(
                f"{asked} in a list for {listed!r}", with_status(entry(url, purpose=asked)), code, twin=TWIN
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
            serving(
                lambda url, p=listed, m=made: sign(
                    changed(
                        m, lambda it: (it.update(id=url), it["credentialSubject"].update(statusPurpose=p))
                    ),
                    JCS,
                )
            )
        )
        family.case(
            f"the list's purpose is {name}", with_status(entry(url)), "status_list_invalid", twin=TWIN
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
            f"the entry's purpose is {name}", with_status(odd, JCS), "status_entry_invalid", twin=TWIN
        )
    gone = {name: value for name, value in entry().items() if name != "statusPurpose"}
    family.case("the entry has no purpose", with_status(gone), "status_entry_invalid", twin=TWIN)
    for asked in ("Revocation", "revocation ", "REVOCATION", "revoked", "expiry", "revocat\u0456on"):
        odd = with_status(entry(purpose=asked), JCS)
        family.case(
            f"the entry's purpose is {asked!r}", odd, "unsupported_status_purpose", twin=TWIN, **UNKNOWN
        )


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
        signed = with_status(entry(index=index, id=LIST + "#x"), JCS)
        family.case(f"index is {name}", signed, "status_index_invalid", twin=TWIN)
    for name, value in {
        "a number": 7,
        "a fraction": 7.5,
        "zero": 0,
        "null": None,
        "true": True,
        "a list": ["7"],
        "an object": {"@value": "7"},
    }.items():
        signed = with_status(entry() | {"statusListIndex": value}, JCS)
        family.case(f"index is {name}, not text", signed, "status_index_invalid", twin=TWIN)
    gone = {name: value for name, value in entry().items() if name != "statusListIndex"}
    family.case("no index", with_status(gone), "status_index_invalid", twin=TWIN)
    for index in (ENTRIES, ENTRIES + 1, 2 * ENTRIES, 2**31, 2**32, 2**32 + 7, 9_999_999_999):
        signed = with_status(entry(index=str(index)))
        family.case(f"index {index} of {ENTRIES}", signed, "status_index_out_of_range", twin=TWIN)
    for index in (0, 1, ENTRIES - 1):
        family.case(f"index {index} of {ENTRIES}", with_status(entry(index=str(index))), twin=TWIN)


def _entries(book: Book) -> None:
    family = book.family("E2-entries", "Entries that have not the members of one.")
    for name, status in {
        "null": None,
        "a text": LIST,
        "a number": 1,
        "an empty list": [],
        "a list of null": [None],
        "a list of a text": [LIST],
        "an empty object": {},
    }.items():
        code = "member_invalid" if status == [] else "type_missing"
        signed = with_status(status, JCS)
        family.case(f"status is {name}", signed, code, twin=TWIN)
    family.case(
        "nine entries",
        with_status([entry(index=str(n)) for n in range(9)]),
        "status_entry_invalid",
        twin=TWIN,
    )
    family.case("eight entries", with_status([entry(index=str(n)) for n in range(8)]), twin=TWIN)
    for name, url in {
        "null": None,
        "a number": 1,
        "a list": [LIST],
        "an object": {"id": LIST},
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
        signed = with_status(entry() | {"statusListCredential": url}, JCS)
        family.case(
            f"list URL is {name}", signed, "status_entry_invalid", twin=TWIN, fetched=[ISSUER_DOCUMENT]
        )
    gone = {name: value for name, value in entry().items() if name != "statusListCredential"}
    family.case("no list URL", with_status(gone), "status_entry_invalid", twin=TWIN)
    for name, kind in {
        "another kind": "FutureStatus2030",
        "in small letters": "bitstringstatuslistentry",
        "an IRI": "https://www.w3.org/ns/credentials/status#BitstringStatusListEntry",
        "of a list": "BitstringStatusList",
        "two kinds": ["BitstringStatusListEntry", "StatusList2021Entry"],
        "RevocationList2020Status": "RevocationList2020Status",
        "CredentialStatusList2017": "CredentialStatusList2017",
    }.items():
        signed = with_status(entry() | {"type": kind}, JCS)
        family.case(f"type is {name}", signed, "unsupported_status_type", twin=TWIN, **UNKNOWN)
    for name, kind in {
        "null": None,
        "empty": "",
        "a number": 1,
        "an empty list": [],
        "an object": {},
    }.items():
        signed = with_status(entry() | {"type": kind}, JCS)
        family.case(f"type is {name}", signed, "type_missing", twin=TWIN)
    for name, value in {
        "empty": "",
        "relative": "#7",
        "a number": 7,
        "null": None,
        "a list": [LIST],
    }.items():
        signed = with_status(entry() | {"id": value}, JCS)
        family.case(f"id is {name}", signed, "id_invalid", twin=TWIN)
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
            url = LIST if purpose == "revocation" else "https://lists.example/e2-entries/message"
            signed = with_status(entry(url, purpose=purpose) | members, JCS)
            family.case(f"{purpose}: {name}", signed, code, outcome=outcome, twin=TWIN)
    url = "https://lists.example/e2-entries/message"
    family.documents[url] = {"json": status_list(url, purpose="message")}


def _stripped(book: Book) -> None:
    family = book.family("E8", "A status is asked for, and is not there, or could not end anything.")
    policy = {"require_status": True}
    for twin in ("badge eddsa-rdfc-2022", "badge eddsa-jcs-2022", "plain", "plain 1.1"):
        family.case(f"{twin}: no status", book.document(twin), "status_required", twin=TWIN, policy=policy)
    lists = Lists(family)
    for purpose in PURPOSES:
        url = lists.url(serving(lambda url, p=purpose: status_list(url, purpose=p)))
        signed = with_status(entry(url, purpose=purpose))
        code = "" if purpose in PURPOSES[:2] else "status_required"
        family.case(f"only {purpose}", signed, code, twin=TWIN, policy=policy)
    for suite in ("eddsa-rdfc-2022", JCS):
        document = with_status(entry(), suite)
        stripped = {name: value for name, value in document.items() if name != "credentialStatus"}
        family.case(f"{suite}: taken away", stripped, "invalid_signature", twin=TWIN)
        revoked = lists.url(serving(lambda url: status_list(url, row=bits((7,)))))
        moved = with_status(entry(revoked), suite)
        moved["credentialStatus"] = entry()
        family.case(f"{suite}: another list", moved, "invalid_signature", twin=TWIN)
        other_index = with_status(entry(revoked), suite)
        other_index["credentialStatus"]["statusListIndex"] = "8"
        family.case(f"{suite}: another index", other_index, "invalid_signature", twin=TWIN)
        for place in ("credentialSubject", "issuer"):
            hidden = with_status(entry(revoked), suite)
            hidden[place]["credentialStatus"] = hidden.pop("credentialStatus")
            # under the subject the term has no meaning, where meanings are read
            code = "data_loss" if suite != JCS else "invalid_signature"
            family.case(f"{suite}: moved into the {place}", hidden, code, twin=TWIN)


def _several(book: Book) -> None:
    family = book.family("E10", "Several entries: each is looked at, and the worst counts.")
    lists = Lists(family)
    urls = {
        (purpose, is_set): lists.url(
            serving(lambda url, p=purpose, s=is_set: status_list(url, purpose=p, row=bits((7,) if s else ())))
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
            twin=TWIN,
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
                    family.case(name, with_status(status), code, twin=TWIN)
    gone = lists.url({"status": 404})
    for place, status in (
        ("last", [entry(urls["revocation", False]), entry(gone, purpose="suspension")]),
        ("first", [entry(gone, purpose="suspension"), entry(urls["revocation", False])]),
    ):
        family.case(
            f"one cannot be had, {place}", with_status(status), "status_unavailable", twin=TWIN, **UNKNOWN
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
            twin=TWIN,
        )
    odd = entry(urls["revocation", False]) | {"type": "FutureStatus2030"}
    family.case(
        "a kind not known beside one that holds",
        with_status([entry(), odd], JCS),
        "unsupported_status_type",
        twin=TWIN,
        **UNKNOWN,
    )
    family.case(
        "a kind not known beside one that is revoked",
        with_status([entry(urls["revocation", True]), odd], JCS),
        "revoked",
        twin=TWIN,
    )
    same = with_status([entry(urls["revocation", False]), entry(urls["revocation", True])])
    family.case("two revocations, the second set", same, "revoked", twin=TWIN)


def _bit_order(book: Book) -> None:
    family = book.family("E11", "Which bit it is: the first stands at the left of its byte.")
    lists = Lists(family)
    for index in (0, 1, 6, 7, 8, 9, 15, 16, 1_000, 65_535, ENTRIES - 8, ENTRIES - 1):
        url = lists.url(serving(lambda url, i=index: status_list(url, row=bits((i,)))))
        family.case(
            f"bit {index}, read at {index}", with_status(entry(url, index=str(index))), "revoked", twin=TWIN
        )
        mirrored = index // 8 * 8 + 7 - index % 8
        family.case(
            f"bit {index}, read at {mirrored}", with_status(entry(url, index=str(mirrored))), twin=TWIN
        )
        beside = index - 1 if index else 1
        family.case(f"bit {index}, read at {beside}", with_status(entry(url, index=str(beside))), twin=TWIN)


def _wire(book: Book) -> None:
    family = book.family("E12", "What is asked of a list's host says nothing of the credential.")
    document = ISSUER_DOCUMENT
    for name, url in {
        "as it is": LIST,
        "without the fragment": f"{LIST}#7f1d3c52",
        "without an empty fragment": f"{LIST}#",
    }.items():
        signed = with_status(entry() | {"statusListCredential": url})
        family.case(f"the list is asked for {name}", signed, twin=TWIN, fetched=[document, LIST])
    both = with_status([entry(index="7"), entry(index="8")])
    family.case("one list for two entries is asked for once", both, twin=TWIN, fetched=[document, LIST])
    bad = with_status(entry()) | {"name": "x"}
    family.case(
        "of a forged badge no list is asked for", bad, "invalid_signature", twin=TWIN, fetched=[document]
    )
    ended = sign(badge() | {"credentialStatus": entry(), "validUntil": "2026-11-24T09:00:00Z"})
    family.case("of an ended badge it is", ended, "expired", twin=TWIN, fetched=[document, LIST])
    for index in ("0", "1", "7777", "131071"):
        signed = with_status(entry(index=index))
        family.case(f"entry {index}: the list, and no more", signed, twin=TWIN, fetched=[document, LIST])
    for suite, key_type in SUITES.values():
        unsigned = badge_for(suite) | {"credentialStatus": entry()}
        signed = sign(unsigned, suite, issuer(key_type))
        title = f"{suite} {key_type}: the list, and no more"
        family.case(title, signed, twin=TWIN, fetched=[document, LIST])
        wrong = signed | {"proof": signed["proof"] | {"expires": "2026-11-24T09:30:00Z"}}
        family.case(
            f"{suite} {key_type}, ended proof: nobody", wrong, "proof_expired", twin=TWIN, no_fetch=True
        )
    several = [with_status(entry(index=index)) | {"id": f"urn:uuid:{index}"} for index in ("7", "8")]
    presented = present([sign(each) for each in several])
    family.case(
        "a presentation of two badges asks for one list once",
        presented,
        twin="presentation",
        fetched=[document, LIST],
    )
    for name, change, code, asked in (
        ("a stranger as issuer", {"issuer": f"{ISSUER}x"}, "issuer_mismatch", []),
        ("a member that is not signed", {"unknown": "x"}, "data_loss", [document]),
        ("another validity", {"validFrom": "2026-11-21T10:00:00Z"}, "invalid_signature", [document]),
        ("no subject", {"credentialSubject": []}, "subject_missing", []),
    ):
        forged = with_status(entry()) | change
        family.case(f"{name}: no list is asked for", forged, code, twin=TWIN, fetched=asked)
