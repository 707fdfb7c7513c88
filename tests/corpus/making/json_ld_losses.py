"""C1: what a signature does not cover."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

from tests.corpus.making.artefacts import badge, changed
from tests.corpus.making.json_ld import BADGE, JCS, LOSS, OBJECTS, STRINGS, called, object_at, with_member
from tests.corpus.making.proof_values import place_of
from tests.corpus.making.signing import sign

if TYPE_CHECKING:
    from tests.corpus.making.book import Book, Family


JsonObject = dict[str, Any]


def make(book: Book) -> None:
    """Write the rows."""
    _lost(book)


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
            family.case(f"{called(place)}: {name}", edited, LOSS, twin=BADGE)
        # a class has an IRI, so this is a statement: one that nobody signed
        edited = with_member(document, place, "Achievement", "x")
        family.case(f"{called(place)}: a class as a term", edited, "invalid_signature", twin=BADGE)
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
                family.case(f"{called(place)}: {member} called {name}", edited, code, twin=BADGE)


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
    return _REQUIRED.get(f"{place}/{member}", LOSS)


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
            code = "invalid_signature" if value == {} else LOSS
            family.case(f"{place}/{member} is {name}", edited, code, twin=BADGE)


def _folded(family: Family, document: JsonObject) -> None:
    """RDF is a set: what stands there twice is one statement."""
    twice: dict[str, tuple[Any, str]] = {
        "a type": (lambda it: it["type"].append("OpenBadgeCredential"), LOSS),
        "a type of the subject": (
            lambda it: it["credentialSubject"]["type"].append("AchievementSubject"),
            LOSS,
        ),
        "a tag": (lambda it: it["credentialSubject"]["achievement"]["tag"].append("drone"), LOSS),
        "evidence with an id": (lambda it: it["evidence"].append(it["evidence"][0]), LOSS),
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


def _rewritten(family: Family, document: JsonObject) -> None:
    """The same statement in a form that readers of JSON take for something else."""
    for pointer in STRINGS:
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
                f"{called(place)}: {keyword} for {name}", edited, _code_of_keyword(place, name), twin=BADGE
            )
            both = with_member(document, place, keyword, node[name])
            family.case(f"{called(place)}: {keyword} beside {name}", both, LOSS, twin=BADGE)


def _code_of_form(pointer: str, form: str) -> str:
    """The texts of the credential and its issuer are read by the data model first."""
    if pointer not in {"/name", "/issuer/name"}:
        return "invalid_json_ld" if form in _NOT_JSON_LD else LOSS
    if form in {"a value object", "itself twice"}:
        return LOSS
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
    return _KEYWORD_CODES.get((place, name), LOSS)
