"""Changes of a JSON document that know what a credential looks like."""

from __future__ import annotations

import copy
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

Json = Any
Container = dict[str, Any] | list[Any]
KNOWN_CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://www.w3.org/2018/credentials/v1",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
    "https://w3id.org/security/data-integrity/v1",
    "https://w3id.org/security/data-integrity/v2",
    "https://w3id.org/security/suites/ed25519-2020/v1",
    "https://www.w3.org/ns/did/v1",
    "https://evil.example/context",
)
NAMES = (
    "id",
    "@id",
    "type",
    "@type",
    "@context",
    "@graph",
    "@included",
    "@reverse",
    "@value",
    "name",
    "description",
    "narrative",
    "issuer",
    "holder",
    "evidence",
    "credentialSubject",
    "credentialStatus",
    "credentialSchema",
    "termsOfUse",
    "validFrom",
    "validUntil",
    "issuanceDate",
    "expirationDate",
    "awardedDate",
    "proof",
    "achievement",
    "criteria",
    "image",
    "undefinedTerm",
    "https://schema.org/name",
    "schema:name",
)
TYPES = (
    "VerifiableCredential",
    "VerifiablePresentation",
    "OpenBadgeCredential",
    "AchievementCredential",
    "EndorsementCredential",
    "AchievementSubject",
    "Achievement",
    "Criteria",
    "Image",
    "Profile",
    "Evidence",
    "Alignment",
    "EnvelopedVerifiableCredential",
    "BitstringStatusListCredential",
    "Unknown",
)
_ODD: tuple[Json, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    1.5,
    2**53 - 1,
    "",
    "x",
    [],
    {},
    [None],
    {"id": "urn:x:1"},
)
_MARKS = ("\u200b", "\u200d", "\u202e", "\u2066", "\u00ad", "\ufeff", "\u0301", "\u2028", "\t", "\u00a0")


@dataclass
class Place:
    """A value within a document: its container, and the name or index there."""

    parent: Container
    key: Any

    @property
    def value(self) -> Json:
        return self.parent[self.key]

    @value.setter
    def value(self, value: Json) -> None:
        self.parent[self.key] = value


def places(value: Json) -> Iterator[Place]:
    """Every value below the root."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        keys: list[Any] = list(node) if isinstance(node, dict) else list(range(len(node)))
        for key in keys:
            yield Place(node, key)
            if isinstance(node[key], dict | list):
                waiting.append(node[key])


def objects(value: Json) -> list[dict[str, Any]]:
    """Every object, the root among them."""
    found = [place.value for place in places(value) if isinstance(place.value, dict)]
    return [value, *found] if isinstance(value, dict) else found


def arrays(value: Json) -> list[list[Any]]:
    """Every array."""
    return [place.value for place in places(value) if isinstance(place.value, list)]


def strings(value: Json) -> list[Place]:
    """Every text that is not empty."""
    return [place for place in places(value) if isinstance(place.value, str) and place.value]


def _some(rng: Random, found: list[Any]) -> Any:
    return rng.choice(found) if found else None


# what is not there is changed without effect


def _any_place(rng: Random, document: Json) -> Place:
    return _some(rng, list(places(document))) or Place([None], 0)


def _any_string(rng: Random, document: Json) -> Place:
    return _some(rng, strings(document)) or Place(["x"], 0)


def _any_object(rng: Random, document: Json) -> dict[str, Any]:
    return rng.choice(objects(document) or [{}])


# Each takes its own copy of the document and another artefact's, which it only reads


def remove_member(rng: Random, document: Json, _: Json) -> None:
    place = _any_place(rng, document)
    del place.parent[place.key]


def rename_member(rng: Random, document: Json, _: Json) -> None:
    node = _any_object(rng, document)
    if not node:
        return
    name = rng.choice(list(node))
    new = rng.choice(
        [rng.choice(NAMES), name.upper(), name + "s", name + rng.choice(_MARKS), name[0].upper() + name[1:]]
        if name
        else NAMES
    )
    renamed = {new if each == name else each: value for each, value in node.items()}
    node.clear()
    node.update(renamed)


def move_member(rng: Random, document: Json, _: Json) -> None:
    source, target = _any_object(rng, document), _any_object(rng, document)
    if source:
        name = rng.choice(list(source))
        value = source.pop(name)
        target[name] = copy.deepcopy(value)


def copy_member(rng: Random, document: Json, other: Json) -> None:
    source = _any_object(rng, rng.choice([document, other]))
    if source:
        name = rng.choice(list(source))
        _any_object(rng, document)[name] = copy.deepcopy(source[name])


def add_member(rng: Random, document: Json, _: Json) -> None:
    _any_object(rng, document)[rng.choice(NAMES)] = copy.deepcopy(rng.choice(_ODD))


def swap_values(rng: Random, document: Json, _: Json) -> None:
    one, other = _any_place(rng, document), _any_place(rng, document)
    before, after = copy.deepcopy(one.value), copy.deepcopy(other.value)
    one.value, other.value = after, before


def swap_strings(rng: Random, document: Json, _: Json) -> None:
    one, other = _any_string(rng, document), _any_string(rng, document)
    one.value, other.value = other.value, one.value


def copy_value(rng: Random, document: Json, other: Json) -> None:
    source = _any_place(rng, rng.choice([document, other]))
    _any_place(rng, document).value = copy.deepcopy(source.value)


def exchange_member(rng: Random, document: Json, other: Json) -> None:
    """A member of the root, as another artefact has it: the issuer, the subject, the proof."""
    if isinstance(document, dict) and isinstance(other, dict) and other:
        name = rng.choice(list(other))
        document[name] = copy.deepcopy(other[name])


def odd_value(rng: Random, document: Json, _: Json) -> None:
    _any_place(rng, document).value = copy.deepcopy(rng.choice(_ODD))


def reorder(rng: Random, document: Json, _: Json) -> None:
    found = _some(rng, [each for each in arrays(document) if len(each) > 1])
    if found:
        rng.shuffle(found)


def reorder_members(rng: Random, document: Json, _: Json) -> None:
    node = _any_object(rng, document)
    members = list(node.items())
    rng.shuffle(members)
    node.clear()
    node.update(members)


def extend_array(rng: Random, document: Json, other: Json) -> None:
    found = _some(rng, arrays(document))
    if found is not None:
        source = _any_place(rng, rng.choice([document, other])).value
        value = rng.choice([source, rng.choice(found) if found else source, rng.choice(_ODD)])
        found.insert(rng.randint(0, len(found)), copy.deepcopy(value))


def wrap(rng: Random, document: Json, _: Json) -> None:
    place = _any_place(rng, document)
    place.value = [copy.deepcopy(place.value)]


def unwrap(rng: Random, document: Json, _: Json) -> None:
    found = [place for place in places(document) if isinstance(place.value, list) and len(place.value) == 1]
    if found:
        place = rng.choice(found)
        place.value = place.value[0]


def change_text(rng: Random, document: Json, _: Json) -> None:
    place = _any_string(rng, document)
    text: str = place.value
    at = rng.randrange(len(text))
    place.value = rng.choice(
        [
            text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1 :],
            text[:at] + text[at + 1 :],
            text[:at] + rng.choice(_MARKS) + text[at:],
            unicodedata.normalize("NFD", text),
            unicodedata.normalize("NFKC", text),
            text.upper(),
            text.swapcase(),
            text + " ",
            " " + text,
            text[::-1],
            text * 2,
        ]
    )


def change_date(rng: Random, document: Json, _: Json) -> None:
    found = [place for place in strings(document) if place.value[:2] == "20" and place.value.endswith("Z")]
    if found:
        place = rng.choice(found)
        text = place.value[:-1]
        place.value = rng.choice(
            [
                text + "+00:00",
                text + "-00:00",
                text + ".0Z",
                text + ".000Z",
                text,
                text + "+01:00",
                "2030" + text[4:] + "Z",
            ]
        )


def change_number(rng: Random, document: Json, _: Json) -> None:
    found = [place for place in places(document) if type(place.value) in {int, float}]
    if found:
        place = rng.choice(found)
        number = place.value
        place.value = rng.choice(
            [number + 1, -number, float(number), str(number), number * 10, bool(number), [number, number]]
        )


def native_as_object(rng: Random, document: Json, _: Json) -> None:
    """A number or a boolean with its datatype beside it, as a text or as it is."""
    place = _some(rng, [each for each in places(document) if type(each.value) in {int, float, bool}])
    if place is not None:
        kind = rng.choice(["integer", "boolean", "double", "float", "decimal"])
        text = str(place.value).lower()
        place.value = {
            "@value": rng.choice([text, place.value]),
            "@type": f"http://www.w3.org/2001/XMLSchema#{kind}",
        }


def change_types(rng: Random, document: Json, _: Json) -> None:
    found = [node for node in objects(document) if "type" in node]
    node = _some(rng, found)
    if node is None:
        return
    types = node["type"] if isinstance(node["type"], list) else [node["type"]]
    node["type"] = rng.choice(
        [
            [*types, rng.choice(TYPES)],
            [rng.choice(TYPES)],
            types[:-1],
            types[::-1],
            [*types, types[0]] if types else [],
            rng.choice(TYPES),
        ]
    )


def change_contexts(rng: Random, document: Json, _: Json) -> None:
    node = _any_object(rng, document)
    present = node.get("@context", [])
    contexts = list(present) if isinstance(present, list) else [present]
    added = rng.choice(KNOWN_CONTEXTS)
    terms = {rng.choice(NAMES): "https://evil.example/#x"}
    node["@context"] = rng.choice(
        [
            [*contexts, added],
            [added, *contexts],
            contexts[:-1],
            contexts[::-1],
            [*contexts, *contexts],
            [*contexts, terms],
            [*contexts, None],
            [*contexts, {"@vocab": "https://evil.example/#"}],
            added,
            None,
        ]
    )


def value_object(rng: Random, document: Json, _: Json) -> None:
    place = _any_string(rng, document)
    text = place.value
    place.value = rng.choice(
        [
            {"@value": text},
            {"@value": text, "@language": "fr"},
            {"@value": text, "@type": "http://www.w3.org/2001/XMLSchema#string"},
            {"@id": text},
            {"id": text},
            {"@set": [text]},
            {"@list": [text]},
            {"fr": text},
        ]
    )


def rename_keyword(rng: Random, document: Json, _: Json) -> None:
    found = [node for node in objects(document) if "id" in node or "type" in node]
    node = _some(rng, found)
    if node is not None:
        name = rng.choice([each for each in ("id", "type") if each in node])
        node[f"@{name}"] = node.pop(name) if rng.random() < 0.5 else copy.deepcopy(node[name])


def change_proof(rng: Random, document: Json, other: Json) -> None:
    proof, theirs = (each.get("proof") if isinstance(each, dict) else None for each in (document, other))
    if proof is None or theirs is None:
        return
    own = proof if isinstance(proof, list) else [proof]
    foreign = theirs if isinstance(theirs, list) else [theirs]
    stranger = copy.deepcopy(rng.choice(foreign))
    one = rng.choice(own) if own else {}
    if not isinstance(one, dict) or not isinstance(stranger, dict):
        return
    member = rng.choice(list(stranger)) if stranger else "type"
    document["proof"] = rng.choice(
        [
            [*own, stranger],
            [stranger, *own],
            stranger,
            own[:-1],
            own[::-1],
            [*own, *copy.deepcopy(own)],
            one | {member: stranger.get(member)},
            {name: value for name, value in one.items() if name != member},
            one | {"previousProof": one.get("id", "urn:x:1")},
        ]
    )


def nest(rng: Random, document: Json, _: Json) -> None:
    """A part of the document once more, elsewhere in it: under another name, or within itself."""
    node, part = _any_object(rng, document), _any_object(rng, document)
    node[rng.choice(NAMES)] = copy.deepcopy(part)


def flip_signature(rng: Random, document: Json, _: Json) -> None:
    found = [
        node for node in objects(document) if isinstance(node.get("proofValue"), str) and node["proofValue"]
    ]
    node = _some(rng, found)
    if node is not None:
        text = node["proofValue"]
        at = rng.randrange(len(text))
        alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
        node["proofValue"] = text[:at] + rng.choice(alphabet) + text[at + 1 :]


MUTATIONS: tuple[Callable[[Random, Json, Json], None], ...] = (
    remove_member,
    rename_member,
    move_member,
    copy_member,
    add_member,
    swap_values,
    swap_strings,
    copy_value,
    exchange_member,
    odd_value,
    reorder,
    reorder_members,
    extend_array,
    wrap,
    unwrap,
    change_text,
    change_date,
    change_number,
    native_as_object,
    change_types,
    change_contexts,
    value_object,
    rename_keyword,
    change_proof,
    nest,
    flip_signature,
)
