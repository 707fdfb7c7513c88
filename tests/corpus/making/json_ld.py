"""C5 to C9, C11, C12: names, keywords, identifiers, orders, languages and numbers that JSON-LD reads another way."""

from __future__ import annotations

import copy
import itertools
from typing import TYPE_CHECKING, Any, Final

from tests.corpus.cases import write
from tests.corpus.making.artefacts import badge, changed, plain
from tests.corpus.making.proof_values import place_of
from tests.corpus.making.signing import sign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.corpus.making.book import Book, Family

JsonObject = dict[str, Any]
BADGE: Final = "badge eddsa-rdfc-2022"
JCS: Final = "badge eddsa-jcs-2022"
# every object of the badge
OBJECTS: Final = (
    "",
    "/issuer",
    "/issuer/image",
    "/credentialSubject",
    "/credentialSubject/achievement",
    "/credentialSubject/achievement/criteria",
    "/credentialSubject/achievement/image",
    "/credentialSubject/achievement/alignment/0",
    "/evidence/0",
    "/evidence/1",
)
LOSS: Final = "data_loss"


def make(book: Book) -> None:
    """Write the rows."""
    _exchanged_names(book)
    _keywords(book)
    _identifiers(book)
    _orders(book)
    _languages(book)
    _numbers(book)


def object_at(document: JsonObject, pointer: str) -> JsonObject:
    """The object at a place, to be changed."""
    if not pointer:
        return document
    parent, last = place_of(document, pointer)
    return parent[last]


def with_member(document: JsonObject, pointer: str, name: str, value: Any) -> JsonObject:
    """A copy with a member set at a place."""
    copied = copy.deepcopy(document)
    object_at(copied, pointer)[name] = copy.deepcopy(value)
    return copied


def called(pointer: str) -> str:
    return pointer or "the credential"


# texts that people look at
STRINGS: Final = (
    "/name",
    "/issuer/name",
    "/credentialSubject/narrative",
    "/credentialSubject/achievement/name",
    "/credentialSubject/achievement/description",
    "/credentialSubject/achievement/criteria/narrative",
    "/credentialSubject/achievement/alignment/0/targetName",
    "/evidence/0/name",
    "/evidence/1/description",
)


def with_context(document: JsonObject, place: str, context: Any) -> JsonObject:
    if place:
        return with_member(document, place, "@context", context)
    return document | {"@context": [*document["@context"], context]}


# C5


def _exchanged_names(book: Book) -> None:
    family = book.family("C5", "Two members exchange their values, or two terms their names.")
    document = book.document(BADGE)
    for place in OBJECTS:
        for one, other in _comparable(object_at(document, place)):
            edited = copy.deepcopy(document)
            target = object_at(edited, place)
            target[one], target[other] = target[other], target[one]
            code = _EXCHANGE_CODES.get((place, one, other), "invalid_signature")
            family.case(f"{called(place)}: {one} and {other}", edited, code, twin=BADGE)
    across = (
        ("/name", "/issuer/name"),
        ("/credentialSubject/narrative", "/credentialSubject/achievement/description"),
        ("/credentialSubject/achievement/criteria/narrative", "/credentialSubject/achievement/description"),
        ("/evidence/0/name", "/evidence/1/name"),
        ("/issuer/image", "/credentialSubject/achievement/image"),
        (
            "/credentialSubject/achievement/alignment/0/targetName",
            "/credentialSubject/achievement/alignment/1/targetName",
        ),
        ("/credentialSubject/activityStartDate", "/credentialSubject/activityEndDate"),
        ("/credentialSubject/id", "/issuer/id"),
    )
    for one, other in across:
        edited = copy.deepcopy(document)
        (parent, last), (second, end) = place_of(edited, one), place_of(edited, other)
        parent[last], second[end] = second[end], parent[last]
        code = "issuer_mismatch" if other == "/issuer/id" else "invalid_signature"
        family.case(f"{one} and {other}", edited, code, twin=BADGE)
    swap = {
        "name": "https://schema.org/description",
        "description": "https://schema.org/name",
    }
    for place in ("", "/credentialSubject/achievement", "/evidence/0"):
        edited = with_context(document, place, swap)
        family.case(
            f"{called(place)}: a context that exchanges name and description",
            edited,
            "inline_context",
            twin=BADGE,
        )


_EXCHANGE_CODES: Final = {
    ("", "id", "name"): "id_invalid",
    ("/issuer", "id", "url"): "issuer_mismatch",
    ("", "validFrom", "validUntil"): "validity_reversed",
    ("/evidence/0", "id", "name"): "id_invalid",
    ("/evidence/0", "id", "narrative"): "id_invalid",
    ("/evidence/0", "id", "genre"): "id_invalid",
    ("", "validUntil", "awardedDate"): "validity_reversed",
}


def _comparable(node: JsonObject) -> Iterator[tuple[str, str]]:
    """Pairs of members that hold texts, or that hold dates."""
    strings = {name: value for name, value in node.items() if isinstance(value, str) and name != "type"}
    for one, other in itertools.combinations(strings, 2):
        if _kind(strings[one]) == _kind(strings[other]):
            yield one, other


def _kind(text: str) -> str:
    if text.startswith("20") and text.endswith("Z"):
        return "date"
    return "address" if text.startswith(("https:", "urn:", "did:")) else "text"


# C6


def _keywords(book: Book) -> None:
    family = book.family("C6", "Keywords of JSON-LD that no credential needs, and aliases of none.")
    document = book.document(BADGE)
    for keyword, value in {
        "@reverse": {"issuer": {"id": "https://evil.example/"}},
        "@nest": {"name": "x"},
        "@included": [{"id": "https://evil.example/", "name": "x"}],
        "@graph": [{"id": "https://evil.example/", "name": "x"}],
        "@json": "x",
        "@index": "x",
        "@set": ["x"],
        "@list": ["x"],
        "@language": "fr",
        "@direction": "rtl",
        "@none": "x",
        "@container": "@set",
        "@vocab": "https://evil.example/#",
        "@base": "https://evil.example/",
        "@import": "https://evil.example/",
        "@propagate": True,
        "@version": 1.1,
        "@protected": True,
        "@prefix": True,
        "@unknown": "x",
        "@": "x",
        "@ID": "https://evil.example/",
    }.items():
        for place in (
            "",
            "/issuer",
            "/credentialSubject",
            "/credentialSubject/achievement",
            "/evidence/1",
            "/proof",
        ):
            edited = with_member(document, place, keyword, value)
            family.case(f"{called(place)}: {keyword}", edited, "invalid_json_ld", twin=BADGE)


# C7 and C8


_IDENTIFIERS: Final = (
    "/id",
    "/issuer/image/id",
    "/credentialSubject/id",
    "/credentialSubject/achievement/id",
    "/credentialSubject/achievement/criteria/id",
    "/credentialSubject/achievement/image/id",
    "/evidence/0/id",
)
_RELATIVE: Final = {
    "a path": "badges/drone",
    "an absolute path": "/badges/drone",
    "a fragment": "#drone",
    "a query": "?drone",
    "empty": "",
    "a dot": ".",
    "without scheme": "//issuer.example/drone",
    "a word": "drone",
    "a blank node": "_:b0",
    "a scheme that begins with a digit": "1https://issuer.example/",
    "a homoglyph of the colon": "https\ua789//issuer.example/",
}
_ODD: Final = {
    "with a space": "https://issuer.example/a b",
    "with a space after": "https://issuer.example/ ",
    "with a newline": "https://issuer.example/\n",
    "with a tab": "https://issuer.example/\t",
    "with a quote": 'https://issuer.example/"',
    "with a less-than sign": "https://issuer.example/<",
    "with a backslash": "https://issuer.example\\x",
    "with a brace": "https://issuer.example/{x}",
    "with a caret": "https://issuer.example/^",
    "with a backtick": "https://issuer.example/`",
    "with a pipe": "https://issuer.example/|",
    "with DEL": "https://issuer.example/\x7f",
    "with a control": "https://issuer.example/\x01",
}
_NO_IDENTIFIERS: Final[dict[str, Any]] = {
    "null": None,
    "a number": 1,
    "true": True,
    "a list": ["https://issuer.example/x"],
    "a list of two": ["https://issuer.example/x", "https://issuer.example/y"],
    "an object": {"id": "https://issuer.example/x"},
    "a value object": {"@value": "https://issuer.example/x"},
}
_MODEL_IDS: Final = frozenset({"/id", "/credentialSubject/id", "/evidence/0/id"})


def _identifiers(book: Book) -> None:
    relative = book.family("C7", "Identifiers and types that are no absolute IRIs.")
    odd = book.family("C8", "Identifiers that are not IRIs, or not one, or stand there twice.")
    document = book.document(BADGE)
    for family, forms in ((relative, _RELATIVE), (odd, _ODD), (odd, _NO_IDENTIFIERS)):
        for pointer in _IDENTIFIERS:
            for name, value in forms.items():
                edited = copy.deepcopy(document)
                parent, last = place_of(edited, pointer)
                parent[last] = value
                family.case(f"{pointer} is {name}", edited, _code_of_identifier(pointer, value), twin=BADGE)
    for place in OBJECTS:
        if "type" not in object_at(document, place):
            continue
        for name, value in {
            "relative": "Drone",
            "a path": "./OpenBadgeCredential",
            "a fragment": "#Drone",
            "empty": "",
            "a blank node": "_:b0",
            "with a space": "Open Badge",
        }.items():
            edited = copy.deepcopy(document)
            target = object_at(edited, place)
            types = target["type"] if isinstance(target["type"], list) else [target["type"]]
            target["type"] = [*types, value]
            code = "type_missing" if value == "" and place in {"", "/evidence/0", "/evidence/1"} else LOSS
            relative.case(f"{called(place)}: a type more, {name}", edited, code, twin=BADGE)
    for place in OBJECTS:
        edited = with_member(document, place, "@id", "https://evil.example/")
        has_id = "id" in object_at(document, place)
        name = "beside id" if has_id else "alone"
        odd.case(f"{called(place)}: @id {name}", edited, LOSS, twin=BADGE)


def _code_of_identifier(pointer: str, value: Any) -> str:
    if pointer == "/credentialSubject/achievement/id":
        # a blank node has the form of a URL whose scheme is none
        return "achievement_incomplete"
    if pointer in _MODEL_IDS:
        return "id_invalid"
    if value == "" and pointer == "/credentialSubject/achievement/criteria/id":
        return LOSS
    return LOSS


# C9, C11, C12


def _orders(book: Book) -> None:
    family = book.family("C9", "Another order: of no meaning in RDF, and signed where JSON is.")
    orders: dict[str, Any] = {
        "evidence": lambda it: it["evidence"].reverse(),
        "tags": lambda it: it["credentialSubject"]["achievement"]["tag"].reverse(),
        "alignments": lambda it: it["credentialSubject"]["achievement"]["alignment"].reverse(),
        "types": lambda it: it["type"].reverse(),
    }
    for twin, code in ((BADGE, ""), (JCS, "invalid_signature"), ("badge ecdsa-rdfc-2019-p384", "")):
        document = book.document(twin)
        for name, change in orders.items():
            family.case(f"{twin}: {name} backwards", changed(document, change), code, twin=twin)
    proofs = changed(book.document("badge proof set"), lambda it: it["proof"].reverse())
    family.case("proofs backwards", proofs, twin="badge proof set")
    document = book.document(BADGE)
    members = dict(reversed(document.items()))
    family.case("members backwards", write(members), twin=BADGE)
    family.case("members backwards, JCS", write(dict(reversed(book.document(JCS).items()))), twin=JCS)


def _languages(book: Book) -> None:
    family = book.family("C11", "A language or a direction that was put to a text, changed, or taken away.")
    twin = "plain with languages"
    texts = [{"@value": "Soudure", "@language": "fr"}, {"@value": "Welding", "@language": "en"}]
    signed = book.twin(twin, sign(plain() | {"name": texts}))
    for name, value in {
        "another language": [{"@value": "Soudure", "@language": "de"}, texts[1]],
        "a narrower language": [{"@value": "Soudure", "@language": "fr-CA"}, texts[1]],
        "no language": ["Soudure", texts[1]],
        "languages exchanged": [
            {"@value": "Soudure", "@language": "en"},
            {"@value": "Welding", "@language": "fr"},
        ],
        "another text": [{"@value": "Soudage", "@language": "fr"}, texts[1]],
        "one text less": texts[:1],
        "one text more": [*texts, {"@value": "Schweissen", "@language": "de"}],
    }.items():
        family.case(name, signed | {"name": value}, "invalid_signature", twin=twin)
    for name, language, code in (
        ("no tag", "french language", LOSS),
        ("an underscore", "fr_FR", LOSS),
        ("empty", "", LOSS),
        ("null", None, "invalid_json_ld"),
        ("a number", 1, "invalid_json_ld"),
        ("too long", "f" * 9, LOSS),
    ):
        odd = signed | {"name": [{"@value": "Soudure", "@language": language}, texts[1]]}
        family.case(f"language is {name}", odd, code, twin=twin)
    upper = signed | {"name": [{"@value": "Soudure", "@language": "FR"}, texts[1]]}
    family.case("the language in capitals: tags have no case", upper, twin=twin)
    document = book.document(BADGE)
    for pointer in STRINGS:
        edited = copy.deepcopy(document)
        parent, last = place_of(edited, pointer)
        parent[last] = {"@value": parent[last], "@language": "fr"}
        family.case(f"{pointer} with a language", edited, "invalid_signature", twin=BADGE)
        for direction in ("rtl", "ltr"):
            edited = copy.deepcopy(document)
            parent, last = place_of(edited, pointer)
            parent[last] = {"@value": parent[last], "@language": "fr", "@direction": direction}
            family.case(f"{pointer} with direction {direction}", edited, LOSS, twin=BADGE)
    for pointer in ("/name", "/issuer/name", "/credentialSubject/achievement/name"):
        edited = copy.deepcopy(document)
        parent, last = place_of(edited, pointer)
        parent[last] = {"fr": parent[last], "en": "Drone piloting"}
        code = "text_invalid" if pointer in {"/name", "/issuer/name"} else LOSS
        family.case(f"{pointer} as a language map", edited, code, twin=BADGE)


def _numbers(book: Book) -> None:
    family = book.family("C12", "Numbers in other writings, and numbers of which digits would be lost.")
    twin = "badge with credits"

    def with_credits(value: Any) -> JsonObject:
        return with_member(badge(), "/credentialSubject/achievement", "creditsAvailable", value)

    signed = book.twin(twin, sign(with_credits(12)))
    text = book.text(twin)
    for writing in ("12.0", "1.2e1", "1.2E+1", "120e-1", "12.000000000000000000", "0.12e2"):
        rewritten = text.replace('"creditsAvailable":12', f'"creditsAvailable":{writing}')
        family.case(f"12 as {writing}", rewritten, twin=twin)
    for writing, code in (
        ("13", "invalid_signature"),
        ("12.5", "invalid_signature"),
        ("-12", "invalid_signature"),
        ("12.000000000000002", LOSS),
        ("1e21", "invalid_signature"),
        ("true", "invalid_signature"),
        ("012", "json_syntax"),
        ("+12", "json_syntax"),
        ("12.", "json_syntax"),
        (".12e2", "json_syntax"),
        ("0xC", "json_syntax"),
        ("1_2", "json_syntax"),
        ("12f", "json_syntax"),
        ("NaN", "json_syntax"),
        ("Infinity", "json_syntax"),
        ("-Infinity", "json_syntax"),
        ("1e400", "number_range"),
        ("-1e400", "number_range"),
        ("9007199254740992", "number_range"),
        ("1" * 5_000, "number_range"),
        ("0." + "1" * 5_000, "number_range"),
        ("1e" + "9" * 30, "number_range"),
        ("\u0661\u0662", "json_syntax"),
    ):
        shown = writing if len(writing) < 40 else f"{writing[:6]}... of {len(writing)} characters"
        rewritten = text.replace('"creditsAvailable":12', f'"creditsAvailable":{writing}')
        family.case(f"12 as {shown}", rewritten, code, twin=twin)
    place = "/credentialSubject/achievement"
    for name, value, code in (
        ("a list of it twice", [12, 12], LOSS),
        ("a list of it in two writings", [12, 12.0], LOSS),
        ("null", None, LOSS),
        ("an empty list", [], LOSS),
        ("text: the statement would be the same", "12", LOSS),
        ("text of another number", "13", LOSS),
        ("text with a fraction", "12.0", "invalid_signature"),
        ("text with an exponent", "1.2e1", "invalid_signature"),
        ("text with a space", "12 ", "invalid_signature"),
        ("a number of 17 digits", 0.12345678901234567, LOSS),
        (
            "another type",
            {"@value": 12, "@type": "http://www.w3.org/2001/XMLSchema#integer"},
            "invalid_signature",
        ),
    ):
        family.case(f"12 as {name}", with_member(signed, place, "creditsAvailable", value), code, twin=twin)
    _native_values(book, family)


def _native_values(book: Book, family: Family) -> None:
    """A number and a boolean as objects that state the same, and show a text."""
    twin = "plain with a number and a boolean"
    unsigned = plain()
    unsigned["credentialSubject"] |= {"description": 12, "name": True}
    signed = book.twin(twin, sign(unsigned))
    xsd = "http://www.w3.org/2001/XMLSchema#"
    for member, value, code in (
        ("description", {"@value": "12", "@type": f"{xsd}integer"}, LOSS),
        ("description", {"@value": 12, "@type": f"{xsd}integer"}, LOSS),
        ("description", {"@value": 12}, LOSS),
        ("description", {"@value": "012", "@type": f"{xsd}integer"}, "invalid_signature"),
        ("description", {"@value": "12", "@type": f"{xsd}double"}, "invalid_signature"),
        ("description", "12", "invalid_signature"),
        ("name", {"@value": "true", "@type": f"{xsd}boolean"}, LOSS),
        ("name", {"@value": True, "@type": f"{xsd}boolean"}, LOSS),
        ("name", {"@value": "1", "@type": f"{xsd}boolean"}, LOSS),
        ("name", "true", "invalid_signature"),
        ("name", 1, "invalid_signature"),
    ):
        edited = with_member(signed, "/credentialSubject", member, value)
        family.case(f"{signed['credentialSubject'][member]!r} as {value!r}", edited, code, twin=twin)
