"""C13, C14, D1 to D3: what costs too much, what is no JSON or two, and texts that look like others."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, Final

from did.multibase import encode_base58btc
from tests.corpus.cases import write
from tests.corpus.making.artefacts import badge, changed, plain
from tests.corpus.making.book import Pieces
from tests.corpus.making.json_ld import OBJECTS, object_at, with_member
from tests.corpus.making.json_texts import EITHER, NOT_JSON, PLAIN_JSON, REFUSED_JSON
from tests.corpus.making.proof_values import leaves, place_of
from tests.corpus.making.signing import proof_options, sign, without_proof

if TYPE_CHECKING:
    from tests.corpus.making.book import Book, Family

JsonObject = dict[str, Any]
BADGE: Final = "badge eddsa-rdfc-2022"
JCS: Final = "badge eddsa-jcs-2022"


def make(book: Book) -> None:
    """Write the rows."""
    _tangles(book)
    _sizes(book)
    _json_texts(book)
    _json_in_credentials(book)
    _look_alikes(book)


def unsigned_but_shaped(document: JsonObject) -> JsonObject:
    """A document with a proof of the right shape, for what is refused before any signature."""
    options = proof_options("eddsa-rdfc-2022", "did:web:issuer.example#ed25519")
    return document | {"proof": options | {"proofValue": encode_base58btc(bytes(range(1, 65)))}}


# C13


def _twins_of(count: int, depth: int, width: int) -> list[JsonObject]:
    """Identical nodes without names, each with as many identical ones below it."""

    def node(level: int) -> JsonObject:
        here: JsonObject = {"type": ["Achievement"], "name": "x"}
        if level:
            here["related"] = [node(level - 1) for _ in range(width)]
        return here

    return [node(depth) for _ in range(count)]


def _tangled(evidence: list[JsonObject]) -> JsonObject:
    return changed(badge(), lambda it: it.update(evidence=evidence))


def _tangles(book: Book) -> None:
    family = book.family("C13", "Nodes without names that nothing tells apart: bounded work, or refused.")
    same = {"type": ["Evidence"], "name": "x"}
    for count in (2, 3, 5, 10, 30):
        family.case(f"{count} identical pieces of evidence", sign(_tangled([same] * count)), twin=BADGE)
    for count in (64, 100, 500, 1_000, 1_999):
        document = unsigned_but_shaped(_tangled([same] * count))
        family.case(
            f"{count} identical pieces of evidence, unsigned", document, _code_of_count(count), twin=BADGE
        )
    alignment = {"type": ["Alignment"], "targetName": "x", "targetUrl": "https://skills.example/x"}
    for count in (2, 10, 100, 1_000):
        document = unsigned_but_shaped(
            with_member(badge(), "/credentialSubject/achievement", "alignment", [alignment] * count)
        )
        family.case(f"{count} identical alignments, unsigned", document, _code_of_count(count), twin=BADGE)
    for levels, width in ((2, 2), (3, 3), (4, 4), (6, 2), (8, 2)):
        document = unsigned_but_shaped(
            with_member(plain(), "/credentialSubject", "description", "x")
            | {"evidence": [_tree(levels, width)] * 2}
        )
        # of the smallest, all orders are tried; of the others, too many
        code = "invalid_signature" if levels == width == 2 else "too_complex"
        family.case(
            f"two identical trees of {levels} levels, {width} wide, unsigned", document, code, twin="plain"
        )
    for length in (10, 50, 62, 100, 300):
        document = unsigned_but_shaped(plain() | {"evidence": [_chain(length)]})
        # each node is known by its neighbours alone: the longer the chain, the further one has to look
        code = "too_deep" if length > _DEEPEST else "invalid_signature" if length == _SHORT else "too_complex"
        family.case(f"a chain of {length} nodes", document, code, twin="plain")


_DEEPEST, _SHORT, _NODES = 62, 10, 1_998


def _code_of_count(count: int) -> str:
    """Identical nodes are told apart by nothing, and need not be: only their number is bounded."""
    return "too_complex" if count > _NODES else "invalid_signature"


def _tree(levels: int, width: int) -> JsonObject:
    """A tree of nodes without names; of the vocabulary of VCDM 2.0 alone."""
    node: JsonObject = {"type": "VerifiableCredential"}
    if levels:
        node = node | {"evidence": [_tree(levels - 1, width) for _ in range(width)]}
    return node


def _chain(length: int) -> JsonObject:
    node: JsonObject = {"type": "VerifiableCredential"}
    for _ in range(length - 1):
        node = {"type": "VerifiableCredential", "evidence": node}
    return node


# C14


def _sizes(book: Book) -> None:
    family = book.family("C14", "Documents that are too large, too deep, or state too much.")
    document = unsigned_but_shaped(plain())
    start, _, end = write(document).partition('"description":"A tenu le stand."')
    tags = '"description":["0"'
    for count, code in ((9_000, "data_loss"), (400_000, "too_large")):
        family.case(
            f"{count} texts that are the same",
            Pieces(f"{start}{tags}", (',"0"', count), f"]{end}"),
            code if code == "too_large" else "data_loss",
            kind="credential",
        )
    numbers = ",".join(f'"{n}"' for n in range(10_001))
    family.case(
        "10,001 different texts", f'{start}"description":[{numbers}]{end}', "too_complex", kind="credential"
    )
    for length, code in (
        (1_040_000, "invalid_signature"),
        (1_048_577, "too_large"),
        (4_000_000, "too_large"),
    ):
        text = Pieces(f'{start}"description":"', ("x", length), f'"{end}')
        family.case(f"a text of {length} characters", text, code, kind="credential")
    for length in (1_048_577, 10_000_000):
        family.case(
            f"{length} spaces after", Pieces(write(document), (" ", length)), "too_large", kind="credential"
        )
        family.case(
            f"{length} spaces before", Pieces((" ", length), write(document)), "too_large", kind="credential"
        )
    for count in (2_001, 20_000):
        text = Pieces(
            f'{start}"description":"x"{end[:-1]},"evidence":[{{"type":"VerifiableCredential"}}',
            (',{"type":"VerifiableCredential"}', count),
            "]}",
        )
        family.case(f"{count} nodes without names", text, _NODE_CODES[count], kind="credential")
    for opening, closing, name in (("[", "]", "arrays"), ('{"a":', "}", "objects"), ('[{"a":', "}]", "both")):
        for depth in (65, 1_000, 100_000):
            # two for each level of both: more than are counted further
            code = "too_complex" if depth == _MANY and name == "both" else "too_deep"
            text = Pieces((opening, depth), "1", (closing, depth))
            family.case(f"{depth} {name} deep", text, code, kind="credential")
            never = Pieces((opening, depth))
            family.case(f"{depth} {name} that never end", never, code, kind="credential")
    for depth in (40, 60):
        nested: Any = "x"
        for _ in range(depth):
            nested = {"undefinedTerm": nested}
        family.case(
            f"an undefined term {depth} deep",
            document | {"undefinedTerm": nested},
            "data_loss",
            kind="credential",
        )
    members = ",".join(f'"m{n}":1' for n in range(3_000))
    family.case(
        "3,000 undefined members", f"{write(document)[:-1]},{members}}}", "data_loss", kind="credential"
    )
    for count in (40, 200):
        nested_contexts = [
            {
                "@context": "https://www.w3.org/ns/credentials/v2",
                "type": "VerifiableCredential",
                "id": f"urn:x:{n}",
            }
            for n in range(count)
        ]
        family.case(
            f"{count} contexts within",
            document | {"evidence": nested_contexts},
            "invalid_signature",
            kind="credential",
        )


_MANY: Final = 100_000
_NODE_CODES: Final = {2_001: "too_complex", 20_000: "too_complex"}


# D1, D2


def _json_texts(book: Book) -> None:
    refused = book.family("D1", "Texts that are no JSON, that are, and of which JSON leaves it open.")
    for group, texts in (("n", NOT_JSON), ("r", REFUSED_JSON), ("i", EITHER)):
        for name, (text, code) in texts.items():
            outcome = "refused" if code else "valid"
            refused.case(f"{group}: {name}", text, code, outcome=outcome, kind="json")
    for name, text in PLAIN_JSON.items():
        refused.case(f"y: {name}", text, kind="json")


def _json_in_credentials(book: Book) -> None:
    family = book.family(
        "D2", "A good credential whose JSON two readers would take differently, or none would."
    )
    for twin in (BADGE, JCS):
        _duplicates(family, book, twin)
    text = book.text(BADGE)
    for name, (change, code) in _TEXT_FAULTS.items():
        family.case(name, change(text), code, twin=BADGE)
    for pointer, value in leaves(without_proof(book.document(BADGE))):
        if isinstance(value, str) and pointer.count("/") > 1 and not pointer.endswith(("/type/0", "/id")):
            written = write(value)
            at = text.index(written)
            for name, escape, code in (
                ("a lone surrogate", "\\ud800", "lone_surrogate"),
                ("a NUL", "\\u0000", "nul_character"),
                ("a raw control", "\x01", "json_syntax"),
            ):
                faulty = text[: at + 1] + escape + text[at + 1 :]
                family.case(f"{pointer} with {name}", faulty, code, twin=BADGE)


def _duplicates(family: Family, book: Book, twin: str) -> None:
    """Each member of each object stands there once more, before or after, with another value or the same."""
    document, text = book.document(twin), book.text(twin)
    for place in (*OBJECTS, "/proof"):
        node = object_at(document, place)
        written = write(node)
        at = text.index(written)
        for name in node:
            for how, member in (("again", f'"{name}":{write(node[name])}'), ("as null", f'"{name}":null')):
                after = text[: at + len(written) - 1] + "," + member + text[at + len(written) - 1 :]
                family.case(f"{twin} {place}: {name} {how}, after", after, "duplicate_member", twin=twin)
            before = text[: at + 1] + f'"{name}":"x",' + text[at + 1 :]
            family.case(f"{twin} {place}: {name} otherwise, before", before, "duplicate_member", twin=twin)
            escaped = "".join(f"\\u{ord(each):04x}" for each in name)
            hidden = text[: at + 1] + f'"{escaped}":"x",' + text[at + 1 :]
            family.case(f"{twin} {place}: {name} escaped, before", hidden, "duplicate_member", twin=twin)


_TEXT_FAULTS: Final[dict[str, tuple[Any, str]]] = {
    "a byte order mark": (lambda text: "\ufeff" + text, "encoding"),
    "UTF-16, little-endian": (lambda text: text.encode("utf-16-le"), "encoding"),
    "UTF-16, big-endian": (lambda text: text.encode("utf-16-be"), "encoding"),
    "UTF-16 with a mark": (lambda text: text.encode("utf-16"), "encoding"),
    "UTF-32": (lambda text: text.encode("utf-32"), "encoding"),
    "Latin-1": (lambda text: text.replace("\u2019", "'").encode("latin-1"), "encoding"),
    "an overlong slash": (lambda text: text.encode().replace(b"https://", b"https:\xc0\xaf/", 1), "encoding"),
    "a surrogate in UTF-8": (
        lambda text: text.encode().replace(b"Vols", b"\xed\xa0\x80").replace(b"Trois", b"\xed\xa0\x80", 1),
        "encoding",
    ),
    "a byte above U+10FFFF": (
        lambda text: text.encode().replace(b"Trois", b"\xf4\x90\x80\x80", 1),
        "encoding",
    ),
    "a lone continuation": (lambda text: text.encode().replace(b"Trois", b"\x80", 1), "encoding"),
    "a cut character": (lambda text: text.encode().replace(b"Trois", b"\xe2\x82", 1), "encoding"),
    "a raw NUL": (lambda text: text + "\0", "encoding"),
    "a raw NUL in a text": (lambda text: text.replace("Trois", "Tr\0is", 1), "encoding"),
    "a comma at the end": (lambda text: text[:-1] + ",}", "json_syntax"),
    "a comma at the beginning": (lambda text: "{," + text[1:], "json_syntax"),
    "two commas": (lambda text: text.replace(",", ",,", 1), "json_syntax"),
    "no closing brace": (lambda text: text[:-1], "json_syntax"),
    "a brace more": (lambda text: text + "}", "json_syntax"),
    "two documents": (lambda text: text + text, "json_syntax"),
    "two documents in lines": (lambda text: text + "\n" + text, "json_syntax"),
    "a comment": (lambda text: "/* x */" + text, "json_syntax"),
    "a comment of a line": (lambda text: text + "// x", "json_syntax"),
    "a guard": (lambda text: ")]}'\n" + text, "json_syntax"),
    "single quotes": (lambda text: text.replace('"', "'"), "json_syntax"),
    "a name without quotes": (lambda text: text.replace('"name"', "name", 1), "json_syntax"),
    "a raw newline in a text": (lambda text: text.replace("Trois", "Tr\nois", 1), "json_syntax"),
    "a raw tab in a text": (lambda text: text.replace("Trois", "Tr\tois", 1), "json_syntax"),
    "an escape that is none": (lambda text: text.replace("Trois", "Tr\\ois", 1), "json_syntax"),
    "an escape in hexadecimal": (lambda text: text.replace("Trois", "\\x54rois", 1), "json_syntax"),
    "an escape cut short": (lambda text: text.replace("Trois", "\\u54rois", 1), "json_syntax"),
    "a no-break space": (lambda text: "\u00a0" + text, "json_syntax"),
    "a form feed": (lambda text: "\f" + text, "json_syntax"),
    "in an array": (lambda text: f"[{text}]", "not_an_object"),
    "in a string": (write, "not_an_object"),
    "as a form": (lambda text: "credential=" + text, "json_syntax"),
    "nothing": (lambda text: "", "json_syntax"),  # noqa: ARG005
    "white space": (lambda text: " \n\t ", "json_syntax"),  # noqa: ARG005
    "white space around": (lambda text: f" \n\t\r{text}\n ", ""),
    "escapes where none are needed": (lambda text: text.replace("Pilotage", "\\u0050ilotage"), ""),
    "an escaped solidus": (lambda text: text.replace("https://", "https:\\/\\/"), ""),
}


# D3


def _look_alikes(book: Book) -> None:
    family = book.family("D3", "Texts that look like others: signed so they are valid, put in they are not.")
    forms = {
        "decomposed": lambda text: unicodedata.normalize("NFD", text),
        "with an override": lambda text: f"\u202e{text}",
        "with an isolate": lambda text: f"\u2067{text}\u2069",
        "with an embedding": lambda text: f"\u202b{text}\u202c",
        "with a zero-width space": lambda text: text[:2] + "\u200b" + text[2:],
        "with a zero-width joiner": lambda text: text[:2] + "\u200d" + text[2:],
        "with a soft hyphen": lambda text: text[:2] + "\u00ad" + text[2:],
        "with a no-break space": lambda text: text.replace(" ", "\u00a0"),
        "with a Cyrillic letter": lambda text: text.replace("o", "\u043e", 1),
        "with a fullwidth letter": lambda text: text.replace("e", "\uff45", 1),
        "with a ligature": lambda text: text + " \ufb01n",
        "with a combining enclosure": lambda text: text + "\u20dd",
        "with a tag character": lambda text: text + "\U000e0041",
        "with a variation selector": lambda text: text + "\ufe0f",
        "with a private character": lambda text: text + "\ue000",
        "with a noncharacter": lambda text: text + "\uffff",
        "with a line separator": lambda text: text + "\u2028x",
        "with a next line": lambda text: text + "\u0085x",
        "with a bell": lambda text: text + "\u0007x",
        "with DEL": lambda text: text + "\u007fx",
        "in capitals": str.upper,
    }
    for pointer in (
        "/name",
        "/issuer/name",
        "/credentialSubject/narrative",
        "/credentialSubject/achievement/name",
        "/evidence/0/narrative",
    ):
        for name, form in forms.items():
            unsigned = badge()
            parent, last = place_of(unsigned, pointer)
            before, parent[last] = parent[last], form(parent[last])
            if before == parent[last]:
                continue
            for suite in ("eddsa-rdfc-2022", "eddsa-jcs-2022"):
                twin = f"badge {suite}"
                family.case(f"{suite}: {pointer} {name}, signed", sign(unsigned, suite), twin=twin)
                put_in = unsigned | {"proof": book.document(twin)["proof"]}
                family.case(f"{suite}: {pointer} {name}, put in", put_in, "invalid_signature", twin=twin)
