"""A2, A16, A19: signatures that were changed, moved, or are over something else."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from did.encodings import encode_base64url
from did.keys import KeyType
from did.multibase import decode_base58btc, encode_base58btc
from tests.corpus.making.artefacts import OTHER, badge_for, changed
from tests.corpus.making.keys import ORDERS, signer
from tests.corpus.making.signing import (
    FRAGMENTS,
    SUITES,
    holder,
    issuer,
    sign,
    signature_value,
    without_proof,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.corpus.making.book import Book, Family

JsonObject = dict[str, Any]
_SHAPE, _SIGNATURE = "proof_invalid_shape", "invalid_signature"
_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def tampered_twins(book: Book) -> list[str]:
    """The badges with one proof by each suite, those of selective disclosure too."""
    return [name for name in book.twins if name.startswith("badge ") and _has_one_proof(book, name)]


def _has_one_proof(book: Book, name: str) -> bool:
    document = book.twins[name].get("json", {})
    return isinstance(document.get("proof"), dict) and not name.endswith(("base", "did:key"))


def make(book: Book) -> None:
    """Write the rows A2, A16 and A19."""
    family = book.family("A2", "The value of the proof is not the signature that was made.")
    for name, (_, key_type) in SUITES.items():
        _encodings(family, book, f"badge {name}")
        _bits(family, book, f"badge {name}", key_type)
        _foreign(family, book, name, key_type)
    for twin in ("plain", "plain 1.1", "presentation"):
        _encodings(family, book, twin)
    _malleable(book)
    _replays(book)


def _with_value(document: JsonObject, value: Any) -> JsonObject:
    return document | {"proof": document["proof"] | {"proofValue": value}}


def _encodings(family: Family, book: Book, twin: str) -> None:
    """The signature is right; how it is written is not."""
    document = book.document(twin)
    value = document["proof"]["proofValue"]
    raw = decode_base58btc(value)
    half = len(value) // 2
    forms = {
        "no multibase prefix": value[1:],
        "prefix twice": "z" + value,
        "only the prefix": "z",
        "prefix Z": "Z" + value[1:],
        "base64url": "u" + encode_base64url(raw),
        "base64url under the wrong prefix": "z" + encode_base64url(raw),
        "base64url, no prefix": encode_base64url(raw),
        "base64 with padding": "M" + encode_base64url(raw) + "==",
        "hexadecimal": "f" + raw.hex(),
        "hexadecimal upper": "F" + raw.hex().upper(),
        "hexadecimal, no prefix": raw.hex(),
        "base32": "b" + raw.hex(),
        "data URL": "data:," + value,
        "space before": " " + value,
        "space after": value + " ",
        "newline after": value + "\n",
        "space within": value[:half] + " " + value[half:],
        "zero-width space within": value[:half] + "\u200b" + value[half:],
        "NUL replaced by letter O": value[:half] + "O" + value[half + 1 :],
        "digit zero within": value[:half] + "0" + value[half + 1 :],
        "letter l within": value[:half] + "l" + value[half + 1 :],
        "letter I within": value[:half] + "I" + value[half + 1 :],
        "fullwidth digit within": value[:half] + "\uff11" + value[half + 1 :],
        "a leading zero byte more": encode_base58btc(b"\0" + raw),
        "one byte less at the end": encode_base58btc(raw[:-1]),
        "one byte less at the beginning": encode_base58btc(raw[1:]),
        "one byte more": encode_base58btc(raw + b"\0"),
        "half": encode_base58btc(raw[: len(raw) // 2]),
        "twice": encode_base58btc(raw + raw),
        "one character less": value[:-1],
        "ten thousand characters": "z" + "2" * 10_000,
    }
    for name, form in forms.items():
        code = _SHAPE
        # shorter by a character may still be as many bytes: then it is another signature
        if name == "one character less":
            code = _SHAPE if len(decode_base58btc(form)) != len(raw) else _SIGNATURE
        family.case(f"{twin}: {name}", _with_value(document, form), code, twin=twin)


def _bits(family: Family, book: Book, twin: str, key_type: KeyType) -> None:
    """One bit, one character, or a whole half is another."""
    document = book.document(twin)
    value = document["proof"]["proofValue"]
    raw = decode_base58btc(value)
    half = len(raw) // 2
    for place, index in (("first", 0), ("last of r", half - 1), ("first of s", half), ("last", -1)):
        for bit in (0, 7):
            flipped = bytearray(raw)
            flipped[index] ^= 1 << bit
            name = f"{twin}: bit {bit} of the {place} byte"
            family.case(name, _with_value(document, encode_base58btc(bytes(flipped))), _SIGNATURE, twin=twin)
    order = ORDERS[key_type].to_bytes(half, "little" if key_type is KeyType.ED25519 else "big")
    zeros, ones = bytes(half), b"\xff" * half
    halves = {
        "r and s exchanged": raw[half:] + raw[:half],
        "r is zero": zeros + raw[half:],
        "s is zero": raw[:half] + zeros,
        "both are zero": zeros + zeros,
        "s is the order": raw[:half] + order,
        "r is the order": order + raw[half:],
        "all ones": ones + ones,
        "backwards": raw[::-1],
        "r twice": raw[:half] * 2,
    }
    for name, changed_raw in halves.items():
        value = encode_base58btc(changed_raw)
        family.case(f"{twin}: {name}", _with_value(document, value), _SIGNATURE, twin=twin)


def _foreign(family: Family, book: Book, name: str, key_type: KeyType) -> None:
    """A good signature, over something else or by somebody else."""
    twin, suite = f"badge {name}", SUITES[name][0]
    document = book.document(twin)
    unsecured, proof = without_proof(document), document["proof"]
    options = {key: value for key, value in proof.items() if key != "proofValue"}
    stranger = signer(key_type, "other", f"{OTHER}#{FRAGMENTS[key_type]}")
    by = issuer(key_type)
    values = {
        "by another key": signature_value(unsecured, options, stranger, suite),
        "over other options": signature_value(
            unsecured, options | {"created": "2026-11-24T08:30:01Z"}, by, suite
        ),
        "over another document": signature_value(unsecured | {"name": "Autre"}, options, by, suite),
    }
    if key_type is not KeyType.ED25519:
        raw = decode_base58btc(proof["proofValue"])
        half = len(raw) // 2
        der = encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))
        values["in DER"] = encode_base58btc(der)
    for case, value in values.items():
        code = _SHAPE if case == "in DER" else _SIGNATURE
        family.case(f"{twin}: {case}", _with_value(document, value), code, twin=twin)


def _malleable(book: Book) -> None:
    family = book.family("A16", "The other signature that ECDSA has for the same message; Ed25519 has none.")
    for name, (_, key_type) in SUITES.items():
        twin = f"badge {name}"
        document = book.document(twin)
        raw = decode_base58btc(document["proof"]["proofValue"])
        half = len(raw) // 2
        r, s = raw[:half], raw[half:]
        if key_type is KeyType.ED25519:
            for times in (1, 2, 7):
                other = int.from_bytes(s, "little") + times * ORDERS[key_type]
                value = encode_base58btc(r + other.to_bytes(32, "little"))
                name_of_case = f"{twin}: s plus {times} times the order"
                family.case(name_of_case, _with_value(document, value), _SIGNATURE, twin=twin)
            value = encode_base58btc(
                r + (ORDERS[key_type] - int.from_bytes(s, "little")).to_bytes(32, "little")
            )
            family.case(f"{twin}: order minus s", _with_value(document, value), _SIGNATURE, twin=twin)
            continue
        other = (ORDERS[key_type] - int.from_bytes(s)).to_bytes(half)
        family.case(f"{twin}: n minus s", _with_value(document, encode_base58btc(r + other)), twin=twin)
        minus_r = (ORDERS[key_type] - int.from_bytes(r)).to_bytes(half)
        value = encode_base58btc(minus_r + s)
        family.case(f"{twin}: n minus r", _with_value(document, value), _SIGNATURE, twin=twin)
        value = encode_base58btc(minus_r + other)
        family.case(f"{twin}: n minus both", _with_value(document, value), _SIGNATURE, twin=twin)


# what the data model refuses before any signature is looked at
_MODEL_CODES: Final = {
    ("/@context/0", "other"): "context_order",
    ("/@context/0", "gone"): "context_order",
    ("/@context/1", "gone"): "open_badges_context_missing",
    ("/type/0", "other"): "type_missing",
    ("/type/0", "gone"): "type_missing",
    ("/issuer/id", "gone"): "issuer_invalid",
    ("/issuer/id", "other"): "issuer_mismatch",
    ("/validFrom", "gone"): "start_date_missing",
    ("/credentialSubject/type/0", "other"): "subject_type_missing",
    ("/credentialSubject/type/0", "gone"): "subject_type_missing",
    ("/credentialSubject/achievement/id", "gone"): "achievement_incomplete",
    ("/credentialSubject/achievement/type/0", "other"): "achievement_incomplete",
    ("/credentialSubject/achievement/type/0", "gone"): "achievement_incomplete",
    ("/credentialSubject/achievement/name", "gone"): "achievement_incomplete",
    ("/credentialSubject/achievement/description", "gone"): "achievement_incomplete",
    ("/evidence/0/type/0", "gone"): "type_missing",
    ("/evidence/1/type/0", "gone"): "type_missing",
}


def leaves(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Each string, number or boolean of a document with its JSON pointer."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from leaves(each, f"{at}/{name}")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from leaves(each, f"{at}/{index}")
    else:
        yield at, value


def place_of(document: Any, pointer: str) -> tuple[Any, Any]:
    """The container of a place, and the name or index within it."""
    *steps, last = pointer.split("/")[1:]
    parent = document
    for step in steps:
        parent = parent[int(step)] if isinstance(parent, list) else parent[step]
    return parent, int(last) if isinstance(parent, list) else last


def other_value(value: Any) -> Any:
    """Another value of the same kind: a date stays one, a URL too."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if value[:2] == "20" and value.endswith("Z"):
        return value[:-2] + ("1Z" if value[-2] != "1" else "2Z")
    return value[:-1] + ("y" if value[-1] != "y" else "z")


def _replays(book: Book) -> None:
    family = book.family(
        "A19", "Each value of a signed badge is changed, or taken away, under the old proof."
    )
    for suite in ("eddsa-rdfc-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019-p256", "Ed25519Signature2020"):
        twin = f"badge {suite}"
        document = book.document(twin)
        for pointer, value in leaves(without_proof(document)):
            _replay(family, document, twin, pointer, value)
    for twin in ("badge ecdsa-sd-2023", "badge bbs-2023"):
        document = book.document(twin)
        for pointer, value in leaves(without_proof(document)):
            if not pointer.startswith("/@context"):
                _replay(family, document, twin, pointer, value, only="other")
    _swaps(family, book)


def _replay(
    family: Family, document: JsonObject, twin: str, pointer: str, value: Any, *, only: str = ""
) -> None:
    edited = copy.deepcopy(document)
    parent, last = place_of(edited, pointer)
    parent[last] = other_value(value)
    code = _code_of(pointer, "other", twin)
    family.case(f"{twin}: {pointer} is another", edited, code, twin=twin)
    if only:
        return
    edited = copy.deepcopy(document)
    parent, last = place_of(edited, pointer)
    del parent[last]
    family.case(f"{twin}: {pointer} is gone", edited, _code_of(pointer, "gone", twin), twin=twin)


def _code_of(pointer: str, means: str, twin: str) -> str:
    """The code of what is found first: a rule of the model, then a term that has no meaning, then the
    signature.
    """
    known = _MODEL_CODES.get((pointer, means))
    if known is not None:
        return known
    if pointer.startswith("/@context") and means == "other":
        return "open_badges_context_missing" if pointer == "/@context/1" else "unknown_context"
    reads_terms = "jcs" not in twin
    if not reads_terms:
        return "proof_context_mismatch" if pointer.startswith("/@context") else _SIGNATURE
    if (pointer, means) == ("/@context/2", "gone"):
        # the type of the proof has no meaning any more
        return "data_loss"
    # a type that is no term means nothing; one that is gone takes its terms along, where it has some
    is_type = pointer.endswith(("/type", "/type/0", "/type/1"))
    if is_type and (means == "other" or pointer not in _TYPES_WITHOUT_TERMS):
        return "data_loss"
    return _SIGNATURE


_TYPES_WITHOUT_TERMS: Final = frozenset({"/type/1", "/credentialSubject/achievement/image/type"})


def _swaps(family: Family, book: Book) -> None:
    """Two badges of one issuer exchange their proofs, or parts of what they say."""
    other = badge_for("eddsa-rdfc-2022") | {
        "id": "urn:uuid:7f1d3c52-6d0a-4c6c-9a53-0f6f2b7f7a02",
        "name": "Soudure",
    }
    for suite in ("eddsa-rdfc-2022", "eddsa-jcs-2022"):
        twin = f"badge {suite}"
        document, second = book.document(twin), sign(other, suite)
        family.case(
            f"{twin}: the proof of another badge",
            document | {"proof": second["proof"]},
            _SIGNATURE,
            twin=twin,
        )
        for name in ("id", "name"):
            swapped = document | {name: second[name]}
            family.case(f"{twin}: the {name} of another badge", swapped, _SIGNATURE, twin=twin)
        gone = changed(document, lambda it: it.pop("evidence"))
        family.case(f"{twin}: no evidence", gone, _SIGNATURE, twin=twin)
        less = changed(document, lambda it: it["evidence"].pop())
        family.case(f"{twin}: one piece of evidence less", less, _SIGNATURE, twin=twin)
        more = changed(document, lambda it: it["evidence"].append({"type": ["Evidence"], "name": "Encore"}))
        family.case(f"{twin}: one piece of evidence more", more, _SIGNATURE, twin=twin)
        presented = sign(other, suite, holder(), proofPurpose="authentication")["proof"]
        family.case(
            f"{twin}: the holder's proof in place of the issuer's",
            document | {"proof": presented},
            "proof_purpose_mismatch",
            twin=twin,
        )
