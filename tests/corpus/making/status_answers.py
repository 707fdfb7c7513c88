"""E6: lists that cannot be had, and those of other generations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from did.keys import KeyType
from tests.corpus.making.artefacts import OTHER, badge
from tests.corpus.making.keys import signer
from tests.corpus.making.signing import ISSUER, sign
from tests.corpus.making.status_lists import (
    JCS,
    LIST,
    PURPOSES,
    TWIN,
    UNKNOWN,
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
    from tests.corpus.making.book import Book, Family


JsonObject = dict[str, Any]


def make(book: Book) -> None:
    """Write the rows."""
    _unavailable(book)
    _other_generations(book)


def _unavailable(book: Book) -> None:
    family = book.family(
        "E6", "The list cannot be had, or says nothing now: never valid, and not invalid either."
    )
    lists = Lists(family)
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
            family.case(f"{purpose}: {name}", signed, "status_unavailable", twin=TWIN, **UNKNOWN)
    for name, (dates, code) in {
        "expired": ({"validUntil": "2026-11-24T09:00:00Z"}, "status_list_expired"),
        "expires now": ({"validUntil": "2026-11-24T09:30:00Z"}, "status_list_expired"),
        "of tomorrow": ({"validFrom": "2026-11-25T00:00:00Z"}, "status_list_not_yet_valid"),
        "61 s ahead": ({"validFrom": "2026-11-24T09:31:01Z"}, "status_list_not_yet_valid"),
        "60 s ahead": ({"validFrom": "2026-11-24T09:31:00Z"}, ""),
        "expires in a second": ({"validUntil": "2026-11-24T09:30:01Z"}, ""),
    }.items():
        url = lists.url(serving(lambda url, d=dates: status_list(url, **d)))
        outcome = "indeterminate" if code else "valid"
        family.case(f"a list that is {name}", with_status(entry(url)), code, outcome=outcome, twin=TWIN)
        revoked = lists.url(serving(lambda url, d=dates: status_list(url, row=bits((7,)), **d)))
        found = code or "revoked"
        outcome = "invalid" if found == "revoked" else "indeterminate"
        family.case(
            f"a list that is {name}, and has the bit",
            with_status(entry(revoked)),
            found,
            outcome=outcome,
            twin=TWIN,
        )
    silent = lists.url(
        serving(
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
        twin=TWIN,
        **UNKNOWN,
    )


def _other_generations(book: Book) -> None:
    family = book.family("E6-generations", "StatusList2021 and the 1EdTech revocation list.")
    lists = Lists(family)
    row = bits((7,))

    def old_list(url: str, *, row: bytes = row, purpose: str = "revocation", by: Any = None) -> JsonObject:
        unsigned = unsigned_list(url, purpose=purpose)
        unsigned["type"] = ["VerifiableCredential", "StatusList2021Credential"]
        unsigned["credentialSubject"] |= {"type": "StatusList2021", "encodedList": encoded(row)[1:]}
        return sign(unsigned, JCS, by)

    def old_entry(url: str, index: str = "7", purpose: str = "revocation") -> JsonObject:
        return entry(url, index, purpose) | {"type": "StatusList2021Entry"}

    url = lists.url(serving(old_list))
    for name, (status, code) in {
        "set": (old_entry(url), "revoked"),
        "not set": (old_entry(url, "8"), ""),
        "out of range": (old_entry(url, "131072"), "status_index_out_of_range"),
        "another purpose": (old_entry(url, "8", "suspension"), "status_purpose_mismatch"),
        "a new entry in the old list": (entry(url, "8"), "status_list_invalid"),
        "an old entry in a new list": (old_entry(LIST, "8"), "status_list_invalid"),
    }.items():
        outcome = "indeterminate" if code.startswith("unsupported") else ""
        family.case(f"StatusList2021: {name}", with_status(status, JCS), code, outcome=outcome, twin=TWIN)
    for purpose in ("refresh", "message"):
        signed = with_status(old_entry(url, "8", purpose), JCS)
        family.case(
            f"StatusList2021: purpose {purpose}", signed, "unsupported_status_purpose", twin=TWIN, **UNKNOWN
        )
    short = lists.url(serving(lambda url: old_list(url, row=bytes(100))))
    family.case(
        "StatusList2021: too short", with_status(old_entry(short), JCS), "status_list_too_short", twin=TWIN
    )
    stranger = signer(KeyType.ED25519, "other", f"{OTHER}#ed25519")
    theirs = lists.url(serving(lambda url: old_list(url, by=stranger)))
    family.case(
        "StatusList2021: a stranger's",
        with_status(old_entry(theirs, "8"), JCS),
        "status_list_invalid",
        twin=TWIN,
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
        family.case(f"revocation list: {name}", with_status(status, JCS), code, outcome=outcome, twin=TWIN)
    gone = {"id": "https://issuer.example/gone", "type": "1EdTechRevocationList"}
    family.case("revocation list: gone", with_status(gone, JCS), "status_unavailable", twin=TWIN, **UNKNOWN)
    nameless = sign(
        {k: v for k, v in badge().items() if k != "id"}
        | {"credentialStatus": {"id": f"{own}/0", "type": "1EdTechRevocationList"}},
        JCS,
    )
    family.case("revocation list: a badge without id", nameless, "status_entry_invalid", twin=TWIN)
