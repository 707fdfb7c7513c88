"""C2 to C4: contexts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.corpus.making.artefacts import changed
from tests.corpus.making.json_ld import BADGE, called, with_context, with_member

if TYPE_CHECKING:
    from tests.corpus.making.book import Book


JsonObject = dict[str, Any]


def make(book: Book) -> None:
    """Write the rows."""
    _foreign_contexts(book)
    _inline_contexts(book)
    _redefined(book)


_FOREIGN: Final = (
    "https://evil.example/context",
    "http://www.w3.org/ns/credentials/v2",
    "https://www.w3.org/ns/credentials/v2/",
    "https://www.w3.org/ns/credentials/v2#",
    "https://www.w3.org/ns/credentials/v2?x",
    "https://www.W3.org/ns/credentials/v2",
    "https://www.w3.org:443/ns/credentials/v2",
    "https://www.w3.org/ns/../ns/credentials/v2",
    "https://www.w3.org/ns/credentials/v3",
    "https://user@www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.99.json",
    "https://127.0.0.1/context",
    "https://169.254.169.254/latest/meta-data",
    "file:///etc/passwd",
    "data:application/ld+json,%7B%7D",
    "ftp://evil.example/context",
    "jar:https://evil.example!/context",
    "javascript:alert(1)",
    "urn:uuid:7f1d3c52-6d0a-4c6c-9a53-0f6f2b7f7a01",
    "did:web:evil.example",
    "context.jsonld",
    "/context",
    "//evil.example/context",
    "",
    " https://www.w3.org/ns/credentials/v2",
    "https://www.w3.org/ns/credentials/v2\u200b",
)


_CONTEXT_PLACES: Final = (
    "",
    "/credentialSubject",
    "/credentialSubject/achievement",
    "/evidence/0",
    "/issuer",
    "/proof",
)


def _foreign_contexts(book: Book) -> None:
    family = book.family("C2", "A context that is not in the closed world: nothing is fetched.")
    twin = "badge did:key"
    document = book.document(twin)
    for url in _FOREIGN:
        for place in _CONTEXT_PLACES:
            code = "proof_context_mismatch" if place == "/proof" else "unknown_context"
            edited = with_context(document, place, url)
            family.case(f"{called(place)}: {url!r}", edited, code, twin=twin, no_fetch=True)
    for number in (33, 500):
        many = document | {
            "@context": [*document["@context"], *(f"https://evil.example/{n}" for n in range(number))]
        }
        family.case(f"{number} contexts", many, "too_complex", twin=twin, no_fetch=True)
    for name, value, code in (
        ("null", None, "context_missing"),
        ("a string", document["@context"][0], "context_missing"),
        ("an empty array", [], "context_missing"),
        ("an object", {}, "context_missing"),
        ("a number", 1, "context_missing"),
        ("the other order", document["@context"][::-1], "context_order"),
        ("the badge's alone", document["@context"][1:], "context_order"),
        ("an object first", [{}, *document["@context"]], "context_order"),
        ("null first", [None, *document["@context"]], "context_order"),
        ("an array within", [document["@context"]], "context_order"),
        ("the base alone", document["@context"][:1], "open_badges_context_missing"),
        ("an array in the array", [*document["@context"], ["https://evil.example"]], "inline_context"),
        ("a number in the array", [*document["@context"], 1], "inline_context"),
        ("null in the array", [*document["@context"], None], "inline_context"),
        ("true in the array", [*document["@context"], True], "inline_context"),
    ):
        family.case(f"@context is {name}", document | {"@context": value}, code, twin=twin, no_fetch=True)
    gone = changed(document, lambda it: it.pop("@context"))
    family.case("no @context", gone, "context_missing", twin=twin, no_fetch=True)
    moved = changed(document, lambda it: it["credentialSubject"].update({"@context": it.pop("@context")}))
    family.case("@context moved into the subject", moved, "context_missing", twin=twin, no_fetch=True)


_INLINE: Final[dict[str, Any]] = {
    "an empty object": {},
    "a vocabulary": {"@vocab": "https://evil.example/#"},
    "an empty vocabulary": {"@vocab": ""},
    "no vocabulary": {"@vocab": None},
    "a base": {"@base": "https://evil.example/"},
    "no base": {"@base": None},
    "an import": {"@import": "https://evil.example/context"},
    "an import of a known one": {"@import": "https://www.w3.org/ns/credentials/v2"},
    "propagation": {"@propagate": False},
    "a language": {"@language": "en"},
    "a direction": {"@direction": "rtl"},
    "a version": {"@version": 1.1},
    "an old version": {"@version": 1.0},
    "protection": {"@protected": False},
    "a new term": {"extra": "https://evil.example/#extra"},
    "a term that is null": {"narrative": None},
    "a term with a type": {"extra": {"@id": "https://evil.example/#extra", "@type": "@json"}},
    "a term with a context": {
        "extra": {"@id": "https://evil.example/#extra", "@context": {"x": "https://x.example/"}}
    },
    "an alias of @id": {"identifier": "@id"},
    "an alias of @type": {"kind": "@type"},
    "an alias of @graph": {"all": "@graph"},
    "a reverse term": {"of": {"@reverse": "https://evil.example/#extra"}},
    "a nested term": {"labels": "@nest"},
    "an object with a context": {"@context": {"extra": "https://evil.example/#extra"}},
    "an object with a context's address": {"@context": "https://evil.example/context"},
}


def _inline_contexts(book: Book) -> None:
    family = book.family(
        "C3", "A context of the document's own, or null: refused by default, whatever it does."
    )
    document = book.document(BADGE)
    for name, context in _INLINE.items():
        for place in ("", "/credentialSubject", "/evidence/0", "/proof"):
            code = "proof_context_mismatch" if place == "/proof" else "inline_context"
            family.case(f"{called(place)}: {name}", with_context(document, place, context), code, twin=BADGE)
    for place in ("/credentialSubject", "/credentialSubject/achievement", "/evidence/0", "/issuer"):
        for name, context in {"null": None, "an array of null": [None], "a number": 1}.items():
            edited = with_member(document, place, "@context", context)
            family.case(f"{place}: {name}", edited, "inline_context", twin=BADGE)
        # no context says nothing, and changes nothing: there is no statement to it
        edited = with_member(document, place, "@context", [])
        family.case(f"{place}: an empty array", edited, twin=BADGE)


def _redefined(book: Book) -> None:
    family = book.family("C4", "A term that is protected, defined anew.")
    document = book.document(BADGE)
    for term in (
        "id",
        "type",
        "issuer",
        "validFrom",
        "validUntil",
        "credentialSubject",
        "credentialStatus",
        "proof",
        "evidence",
        "name",
        "description",
        "narrative",
        "achievement",
        "criteria",
        "VerifiableCredential",
        "OpenBadgeCredential",
        "DataIntegrityProof",
        "proofValue",
    ):
        for name, definition in {
            "as another IRI": "https://evil.example/#x",
            "as null": None,
            "as a keyword": "@id",
            "with its own protection": {"@id": "https://evil.example/#x", "@protected": True},
        }.items():
            edited = with_context(document, "", {term: definition})
            family.case(f"{term} {name}", edited, "inline_context", twin=BADGE)
    for url, code in (
        ("https://www.w3.org/2018/credentials/v1", "protected_term"),
        # a context that is known, and whose terms are none of these: it changes no statement
        ("https://www.w3.org/ns/did/v1", ""),
    ):
        for place in ("", "/credentialSubject", "/evidence/0"):
            edited = with_context(document, place, url)
            family.case(f"{called(place)}: the known context {url}", edited, code, twin=BADGE)
