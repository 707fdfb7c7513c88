"""C1 to C12: what JSON-LD would lose, fetch or read another way."""

from __future__ import annotations

import copy
import itertools
from typing import TYPE_CHECKING, Any, Final

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
_LOSS: Final = "data_loss"


def make(book: Book) -> None:
    """Write the rows."""
    _lost(book)
    _foreign_contexts(book)
    _inline_contexts(book)
    _redefined(book)
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


def _called(pointer: str) -> str:
    return pointer or "the credential"


# C1


def _lost(book: Book) -> None:
    family = book.family(
        "C1", "What the signature does not cover, or covers in another writing, beside a good signature."
    )
    document = book.document(BADGE)
    for place in (*OBJECTS, "/proof"):
        for name, member, value in (
            ("an undefined term", "undefinedTerm", "seen, and not signed"),
            ("an undefined term with an object", "undefinedTerm", {"type": "Evidence", "name": "x"}),
            ("an undefined term with null", "undefinedTerm", None),
            ("a term in capitals", "NAME", "x"),
            ("a term with a zero-width space", "name\u200b", "x"),
            ("a term with a homoglyph", "n\u0430me", "x"),
            ("an IRI as a term", "https://schema.org/name", "x"),
            ("a compact IRI as a term", "schema:name", "x"),
            (
                "an IRI of a term that there is",
                "https://purl.imsglobal.org/spec/vc/ob/vocab.html#narrative",
                "x",
            ),
            ("an empty name", "", "x"),
        ):
            edited = with_member(document, place, member, value)
            family.case(f"{_called(place)}: {name}", edited, _LOSS, twin=BADGE)
        # a class has an IRI, so this is a statement: one that nobody signed
        edited = with_member(document, place, "Achievement", "x")
        family.case(f"{_called(place)}: a class as a term", edited, "invalid_signature", twin=BADGE)
    _renamed(family, document)
    _lost_values(family, document)
    _folded(family, document)
    _rewritten(family, document)
    signed = sign(badge() | {"undefinedTerm": "signed as JSON"}, "eddsa-jcs-2022")
    family.case("an undefined term that a suite over JSON has signed", signed, twin=JCS)
    added = book.document(JCS) | {"undefinedTerm": "x"}
    family.case(
        "an undefined term that a suite over JSON has not signed", added, "invalid_signature", twin=JCS
    )


def _renamed(family: Family, document: JsonObject) -> None:
    """Each member under another name: a capital letter, a prefix, its plural."""
    for place in (*OBJECTS, "/proof"):
        for member in object_at(document, place):
            if member in {"@context", "proof"}:
                continue
            for name in (member[0].upper() + member[1:], f"x-{member}", f"{member}s", f"vc:{member}"):
                edited = copy.deepcopy(document)
                target = object_at(edited, place)
                target[name] = target.pop(member)
                code = _code_of_renaming(place, member, name)
                family.case(f"{_called(place)}: {member} called {name}", edited, code, twin=BADGE)


_REQUIRED: Final = {
    "/type": "type_missing",
    "/issuer": "issuer_invalid",
    "/issuer/id": "issuer_invalid",
    "/validFrom": "start_date_missing",
    "/credentialSubject": "subject_missing",
    "/credentialSubject/type": "subject_type_missing",
    "/credentialSubject/achievement": "achievement_missing",
    "/credentialSubject/achievement/id": "achievement_incomplete",
    "/credentialSubject/achievement/type": "achievement_incomplete",
    "/credentialSubject/achievement/name": "achievement_incomplete",
    "/credentialSubject/achievement/description": "achievement_incomplete",
    "/credentialSubject/achievement/criteria": "criteria_missing",
    "/evidence/0/type": "type_missing",
    "/evidence/1/type": "type_missing",
    "/proof/type": "proof_invalid_shape",
    "/proof/cryptosuite": "proof_invalid_shape",
    "/proof/verificationMethod": "proof_invalid_shape",
    "/proof/proofPurpose": "proof_invalid_shape",
    "/proof/proofValue": "proof_invalid_shape",
}


_CLASSES: Final = frozenset({"Evidence", "Image", "Alignment"})


def _code_of_renaming(place: str, member: str, name: str) -> str:
    if name in _CLASSES and f"{place}/{member}" not in _REQUIRED:
        # a class is a term too: another statement than the one that was signed
        return "invalid_signature"
    return _REQUIRED.get(f"{place}/{member}", _LOSS)


_EMPTY_VALUES: Final[dict[str, Any]] = {
    "null": None,
    "an empty array": [],
    "an array of null": [None],
    "an array in an array": [["x"]],
    "an empty object": {},
}
# defined where they stand, and not there in the badge
_ABSENT_MEMBERS: Final = (
    ("/issuer", "email"),
    ("/issuer", "phone"),
    ("/credentialSubject", "licenseNumber"),
    ("/credentialSubject", "term"),
    ("/credentialSubject/achievement", "fieldOfStudy"),
    ("/credentialSubject/achievement", "specialization"),
    ("/credentialSubject/achievement/alignment/0", "targetDescription"),
    ("/evidence/0", "audience"),
    ("/evidence/1", "genre"),
)


def _lost_values(family: Family, document: JsonObject) -> None:
    for place, member in _ABSENT_MEMBERS:
        for name, value in _EMPTY_VALUES.items():
            edited = with_member(document, place, member, value)
            # an empty object is a node without a name: that is a statement, and nobody signed it
            code = "invalid_signature" if value == {} else _LOSS
            family.case(f"{place}/{member} is {name}", edited, code, twin=BADGE)


def _folded(family: Family, document: JsonObject) -> None:
    """RDF is a set: what stands there twice is one statement."""
    twice: dict[str, tuple[Any, str]] = {
        "a type": (lambda it: it["type"].append("OpenBadgeCredential"), _LOSS),
        "a type of the subject": (
            lambda it: it["credentialSubject"]["type"].append("AchievementSubject"),
            _LOSS,
        ),
        "a tag": (lambda it: it["credentialSubject"]["achievement"]["tag"].append("drone"), _LOSS),
        "evidence with an id": (lambda it: it["evidence"].append(it["evidence"][0]), _LOSS),
        "evidence with an id, as a reference": (
            lambda it: it["evidence"].append({"id": it["evidence"][0]["id"]}),
            "type_missing",
        ),
        "evidence without id": (lambda it: it["evidence"].append(it["evidence"][1]), "invalid_signature"),
        "an alignment": (
            lambda it: it["credentialSubject"]["achievement"]["alignment"].append(
                it["credentialSubject"]["achievement"]["alignment"][0]
            ),
            "invalid_signature",
        ),
        "the subject, in a list": (
            lambda it: it.update(credentialSubject=[it["credentialSubject"]] * 2),
            "several_subjects",
        ),
    }
    for name, (change, code) in twice.items():
        family.case(f"twice: {name}", changed(document, change), code, twin=BADGE)


_STRINGS: Final = (
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


def _rewritten(family: Family, document: JsonObject) -> None:
    """The same statement in a form that readers of JSON take for something else."""
    for pointer in _STRINGS:
        for name, form in {
            "a value object": lambda text: {"@value": text},
            "a typed value object": lambda text: {
                "@value": text,
                "@type": "http://www.w3.org/2001/XMLSchema#string",
            },
            "a set object": lambda text: {"@set": [text]},
            "a value object with null as language": lambda text: {"@value": text, "@language": None},
            "a value object with an index": lambda text: {"@value": text, "@index": "x"},
            "a list in a list": lambda text: [[text]],
            "itself twice": lambda text: [text, text],
            "itself and null": lambda text: [text, None],
        }.items():
            edited = copy.deepcopy(document)
            parent, last = place_of(edited, pointer)
            parent[last] = form(parent[last])
            family.case(f"{pointer} as {name}", edited, _code_of_form(pointer, name), twin=BADGE)
    for place in OBJECTS:
        node = object_at(document, place)
        for keyword, name in (("@id", "id"), ("@type", "type")):
            if name not in node:
                continue
            edited = copy.deepcopy(document)
            target = object_at(edited, place)
            target[keyword] = target.pop(name)
            family.case(
                f"{_called(place)}: {keyword} for {name}", edited, _code_of_keyword(place, name), twin=BADGE
            )
            both = with_member(document, place, keyword, node[name])
            family.case(f"{_called(place)}: {keyword} beside {name}", both, _LOSS, twin=BADGE)


def _code_of_form(pointer: str, form: str) -> str:
    """The texts of the credential and its issuer are read by the data model first."""
    if pointer not in {"/name", "/issuer/name"}:
        return "invalid_json_ld" if form in _NOT_JSON_LD else _LOSS
    if form in {"a value object", "itself twice"}:
        return _LOSS
    return "invalid_json_ld" if form == "a value object with null as language" else "text_invalid"


_NOT_JSON_LD: Final = frozenset({"a set object", "a value object with null as language"})
_KEYWORD_CODES: Final = {
    ("", "type"): "type_missing",
    ("/issuer", "id"): "issuer_invalid",
    ("/credentialSubject", "type"): "subject_type_missing",
    ("/credentialSubject/achievement", "id"): "achievement_incomplete",
    ("/credentialSubject/achievement", "type"): "achievement_incomplete",
    ("/evidence/0", "type"): "type_missing",
    ("/evidence/1", "type"): "type_missing",
}


def _code_of_keyword(place: str, name: str) -> str:
    return _KEYWORD_CODES.get((place, name), _LOSS)


# C2


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


def _with_context(document: JsonObject, place: str, context: Any) -> JsonObject:
    if place:
        return with_member(document, place, "@context", context)
    return document | {"@context": [*document["@context"], context]}


def _foreign_contexts(book: Book) -> None:
    family = book.family("C2", "A context that is not in the closed world: nothing is fetched.")
    twin = "badge did:key"
    document = book.document(twin)
    for url in _FOREIGN:
        for place in _CONTEXT_PLACES:
            code = "proof_context_mismatch" if place == "/proof" else "unknown_context"
            edited = _with_context(document, place, url)
            family.case(f"{_called(place)}: {url!r}", edited, code, twin=twin, no_fetch=True)
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


# C3


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
            family.case(
                f"{_called(place)}: {name}", _with_context(document, place, context), code, twin=BADGE
            )
    for place in ("/credentialSubject", "/credentialSubject/achievement", "/evidence/0", "/issuer"):
        for name, context in {"null": None, "an array of null": [None], "a number": 1}.items():
            edited = with_member(document, place, "@context", context)
            family.case(f"{place}: {name}", edited, "inline_context", twin=BADGE)
        # no context says nothing, and changes nothing: there is no statement to it
        edited = with_member(document, place, "@context", [])
        family.case(f"{place}: an empty array", edited, twin=BADGE)


# C4 and C5


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
            edited = _with_context(document, "", {term: definition})
            family.case(f"{term} {name}", edited, "inline_context", twin=BADGE)
    for url, code in (
        ("https://www.w3.org/2018/credentials/v1", "protected_term"),
        # a context that is known, and whose terms are none of these: it changes no statement
        ("https://www.w3.org/ns/did/v1", ""),
    ):
        for place in ("", "/credentialSubject", "/evidence/0"):
            edited = _with_context(document, place, url)
            family.case(f"{_called(place)}: the known context {url}", edited, code, twin=BADGE)


def _exchanged_names(book: Book) -> None:
    family = book.family("C5", "Two members exchange their values, or two terms their names.")
    document = book.document(BADGE)
    for place in OBJECTS:
        for one, other in _comparable(object_at(document, place)):
            edited = copy.deepcopy(document)
            target = object_at(edited, place)
            target[one], target[other] = target[other], target[one]
            code = _EXCHANGE_CODES.get((place, one, other), "invalid_signature")
            family.case(f"{_called(place)}: {one} and {other}", edited, code, twin=BADGE)
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
        edited = _with_context(document, place, swap)
        family.case(
            f"{_called(place)}: a context that exchanges name and description",
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
            family.case(f"{_called(place)}: {keyword}", edited, "invalid_json_ld", twin=BADGE)


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
            code = "type_missing" if value == "" and place in {"", "/evidence/0", "/evidence/1"} else _LOSS
            relative.case(f"{_called(place)}: a type more, {name}", edited, code, twin=BADGE)
    for place in OBJECTS:
        edited = with_member(document, place, "@id", "https://evil.example/")
        has_id = "id" in object_at(document, place)
        name = "beside id" if has_id else "alone"
        odd.case(f"{_called(place)}: @id {name}", edited, _LOSS, twin=BADGE)


def _code_of_identifier(pointer: str, value: Any) -> str:
    if pointer == "/credentialSubject/achievement/id":
        # a blank node has the form of a URL whose scheme is none
        return "achievement_incomplete"
    if pointer in _MODEL_IDS:
        return "id_invalid"
    if value == "" and pointer == "/credentialSubject/achievement/criteria/id":
        return _LOSS
    return _LOSS


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
    from tests.corpus.cases import write

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
        ("no tag", "french language", _LOSS),
        ("an underscore", "fr_FR", _LOSS),
        ("empty", "", _LOSS),
        ("null", None, "invalid_json_ld"),
        ("a number", 1, "invalid_json_ld"),
        ("too long", "f" * 9, _LOSS),
    ):
        odd = signed | {"name": [{"@value": "Soudure", "@language": language}, texts[1]]}
        family.case(f"language is {name}", odd, code, twin=twin)
    upper = signed | {"name": [{"@value": "Soudure", "@language": "FR"}, texts[1]]}
    family.case("the language in capitals: tags have no case", upper, twin=twin)
    document = book.document(BADGE)
    for pointer in _STRINGS:
        edited = copy.deepcopy(document)
        parent, last = place_of(edited, pointer)
        parent[last] = {"@value": parent[last], "@language": "fr"}
        family.case(f"{pointer} with a language", edited, "invalid_signature", twin=BADGE)
        for direction in ("rtl", "ltr"):
            edited = copy.deepcopy(document)
            parent, last = place_of(edited, pointer)
            parent[last] = {"@value": parent[last], "@language": "fr", "@direction": direction}
            family.case(f"{pointer} with direction {direction}", edited, _LOSS, twin=BADGE)
    for pointer in ("/name", "/issuer/name", "/credentialSubject/achievement/name"):
        edited = copy.deepcopy(document)
        parent, last = place_of(edited, pointer)
        parent[last] = {"fr": parent[last], "en": "Drone piloting"}
        code = "text_invalid" if pointer in {"/name", "/issuer/name"} else _LOSS
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
        ("12.000000000000002", _LOSS),
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
        ("a list of it twice", [12, 12], _LOSS),
        ("a list of it in two writings", [12, 12.0], _LOSS),
        ("null", None, _LOSS),
        ("an empty list", [], _LOSS),
        ("text: the statement would be the same", "12", _LOSS),
        ("text of another number", "13", _LOSS),
        ("text with a fraction", "12.0", "invalid_signature"),
        ("text with an exponent", "1.2e1", "invalid_signature"),
        ("text with a space", "12 ", "invalid_signature"),
        ("a number of 17 digits", 0.12345678901234567, _LOSS),
        (
            "another type",
            {"@value": 12, "@type": "http://www.w3.org/2001/XMLSchema#integer"},
            "invalid_signature",
        ),
    ):
        family.case(f"12 as {name}", with_member(signed, place, "creditsAvailable", value), code, twin=twin)
