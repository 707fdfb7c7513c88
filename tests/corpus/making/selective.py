"""A17 and A18: proofs of selective disclosure, taken apart and put together another way."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

from credentials.data_integrity.selective.cbor import decode_cbor
from did.encodings import decode_base64url, encode_base64url
from did.keys import KeyType
from tests.corpus.making.artefacts import MANDATORY, SELECTIVE, badge, changed
from tests.corpus.making.keys import ORDERS, private_key
from tests.corpus.making.signing import ecdsa_sd_base, ecdsa_sd_derived

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.corpus.making.book import Book, Family

JsonObject = dict[str, Any]
_SHAPE, _SIGNATURE = "proof_invalid_shape", "invalid_signature"
_SD: Final = "badge ecdsa-sd-2023"
_BBS: Final = "badge bbs-2023"


def make(book: Book) -> None:
    """Write the rows."""
    _ecdsa_sd(book)
    _bbs(book)


def _opened(document: JsonObject) -> tuple[bytes, list[Any]]:
    data = decode_base64url(document["proof"]["proofValue"][1:])
    return data[:3], decode_cbor(data[3:])


def _value(header: bytes, components: Any) -> str:
    return "u" + encode_base64url(header + any_cbor(components))


def _with(document: JsonObject, value: str) -> JsonObject:
    return document | {"proof": document["proof"] | {"proofValue": value}}


def _rewritten(document: JsonObject, change: Callable[[list[Any]], Any]) -> JsonObject:
    header, components = _opened(document)
    components = copy.deepcopy(components)
    change(components)
    return _with(document, _value(header, components))


def _raw_forms(family: Family, document: JsonObject, twin: str, base_code: str, base: JsonObject) -> None:
    """How the proof value is written, and what it says that it is."""
    value = document["proof"]["proofValue"]
    data = decode_base64url(value[1:])
    forms = {
        "no prefix": value[1:],
        "prefix z": "z" + value[1:],
        "prefix U": "U" + value[1:],
        "with padding": value + "=",
        "with a space": value + " ",
        "with a newline": value[:40] + "\n" + value[40:],
        "in base64": value.replace("-", "+").replace("_", "/") + "+/",
        "only the prefix": "u",
        "only the header": "u" + encode_base64url(data[:3]),
        "no header": "u" + encode_base64url(data[3:]),
        "another header": "u" + encode_base64url(b"\xd9\x5d\x0f" + data[3:]),
        "a header of another tag": "u" + encode_base64url(b"\xd9\x5e" + data[2:]),
        "cut in the middle": "u" + encode_base64url(data[: len(data) // 2]),
        "cut by a byte": "u" + encode_base64url(data[:-1]),
        "a byte more": "u" + encode_base64url(data + b"\0"),
        "an empty array": "u" + encode_base64url(data[:3] + b"\x80"),
        "a map": "u" + encode_base64url(data[:3] + b"\xa0"),
        "null": "u" + encode_base64url(data[:3] + b"\xf6"),
        "an array of indefinite length": "u" + encode_base64url(data[:3] + b"\x9f\xff"),
        "an array that says 2^64 elements": "u" + encode_base64url(data[:3] + b"\x9b" + b"\xff" * 8),
        "bytes that say 2^32": "u" + encode_base64url(data[:3] + b"\x85\x5a\xff\xff\xff\xff"),
        "nested 5000 deep": "u" + encode_base64url(data[:3] + b"\x81" * 5000 + b"\x80"),
        "tags nested 5000 deep": "u" + encode_base64url(data[:3] + b"\xc1" * 5000 + b"\x80"),
        "a float": "u" + encode_base64url(data[:3] + b"\xfb" + bytes(8)),
    }
    for name, form in forms.items():
        family.case(f"{twin}: {name}", _with(document, form), _SHAPE, twin=twin)
    family.case(f"{twin}: the base proof is presented", base, base_code, twin=twin)
    family.case(
        f"{twin}: the base proof over what is shown",
        document | {"proof": base["proof"]},
        base_code,
        twin=twin,
    )
    renamed = "u" + encode_base64url(data[:3] + decode_base64url(base["proof"]["proofValue"][1:])[3:])
    family.case(f"{twin}: a base proof that says derived", _with(document, renamed), _SHAPE, twin=twin)
    header, components = _opened(document)
    for at in range(5):
        for kind, wrong in {
            "null": None,
            "a text": "x",
            "a negative number": -1,
            "true": True,
            "an array of arrays": [[]],
            "a map of texts": {"a": 1},
        }.items():
            parts = [*components[:at], wrong, *components[at + 1 :]]
            family.case(
                f"{twin}: component {at} is {kind}", _with(document, _value(header, parts)), _SHAPE, twin=twin
            )
        gone = [*components[:at], *components[at + 1 :]]
        family.case(
            f"{twin}: component {at} is gone", _with(document, _value(header, gone)), _SHAPE, twin=twin
        )
    more = [*components, b""]
    family.case(f"{twin}: a component more", _with(document, _value(header, more)), _SHAPE, twin=twin)


def any_cbor(value: Any) -> bytes:  # noqa: PLR0911 - one for each kind
    """Write CBOR, also of kinds that no proof has."""
    match value:
        case None:
            return b"\xf6"
        case bool():
            return b"\xf5" if value else b"\xf4"
        case int() if value < 0:
            return _cbor_head(1, -1 - value)
        case int():
            return _cbor_head(0, value)
        case bytes():
            return _cbor_head(2, len(value)) + value
        case str():
            return _cbor_head(3, len(value.encode())) + value.encode()
        case list():
            return _cbor_head(4, len(value)) + b"".join(map(any_cbor, value))
        case _:
            pairs = (any_cbor(name) + any_cbor(each) for name, each in value.items())
            return _cbor_head(5, len(value)) + b"".join(pairs)


def _cbor_head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    length = next(each for each in (1, 2, 4, 8) if number < 1 << 8 * each)
    return bytes([major << 5 | 24 + length.bit_length() - 1]) + number.to_bytes(length)


def _hidden_and_shown(family: Family, document: JsonObject, twin: str) -> None:
    """What is shown is cut, or something is put to it, after the derivation."""
    edits: dict[str, Callable[[JsonObject], Any]] = {
        "the name is gone": lambda it: it.pop("name"),
        "the end is gone": lambda it: it.pop("validUntil"),
        "the issuer's name is gone": lambda it: it["issuer"].pop("name"),
        "the subject's id is gone": lambda it: it["credentialSubject"].pop("id"),
        "the narrative is gone": lambda it: it["credentialSubject"].pop("narrative"),
        "the criteria's id is gone": lambda it: it["credentialSubject"]["achievement"]["criteria"].pop("id"),
        "the evidence is gone": lambda it: it.pop("evidence"),
        "the evidence's genre is gone": lambda it: it["evidence"][0].pop("genre"),
        "a hidden tag is put back": lambda it: it["credentialSubject"]["achievement"].update(tag=["drone"]),
        "the hidden language is put back": lambda it: it["credentialSubject"]["achievement"].update(
            inLanguage="fr"
        ),
        "the hidden evidence is put back": lambda it: it["evidence"].append(badge()["evidence"][1]),
        "another evidence": lambda it: it["evidence"].append({"type": ["Evidence"], "name": "Encore"}),
        "a status is put to it": lambda it: it.update(
            credentialStatus={
                "type": "BitstringStatusListEntry",
                "statusPurpose": "revocation",
                "statusListIndex": "1",
                "statusListCredential": "https://issuer.example/status/1",
            }
        ),
    }
    # as many statements as signatures, as many nodes without id as labels
    count = "signature_count_mismatch" if twin == _SD else "selective_indexes_invalid"
    for name, edit in edits.items():
        code = "label_map_mismatch" if name in _CHANGE_BLANK_NODES else count
        family.case(f"{twin}: {name}", changed(document, edit), code, twin=twin)


_CHANGE_BLANK_NODES: Final = frozenset(
    {
        "the subject's id is gone",
        "the criteria's id is gone",
        "the hidden evidence is put back",
        "another evidence",
        "a status is put to it",
    }
)


def _ecdsa_sd(book: Book) -> None:
    family = book.family(
        "A17", "ecdsa-sd-2023: the base proof is shown, or the derived one was tampered with."
    )
    document, base = book.document(_SD), book.document(f"{_SD} base")
    _raw_forms(family, document, _SD, "base_proof_not_derived", base)
    _hidden_and_shown(family, document, _SD)
    _, (signature, _key, signatures, labels, indexes) = _opened(document)
    other_base = ecdsa_sd_base(badge() | {"name": "Soudure"}, MANDATORY, "second")
    _, (other_signature, other_key, other_signatures, other_labels, _) = _opened(
        ecdsa_sd_derived(other_base, SELECTIVE)
    )
    order = ORDERS[KeyType.P256]
    flipped = bytes([signature[0] ^ 1]) + signature[1:]

    def put(at: int, value: Any) -> Callable[[list[Any]], Any]:
        return lambda it: it.__setitem__(at, value)

    label_keys = sorted(labels)
    swapped = labels | {label_keys[0]: labels[label_keys[1]], label_keys[1]: labels[label_keys[0]]}
    cases: dict[str, tuple[Callable[[list[Any]], Any], str]] = {
        "base signature flipped": (put(0, flipped), _SIGNATURE),
        "base signature of another badge": (put(0, other_signature), _SIGNATURE),
        "base signature of zeros": (put(0, bytes(64)), _SIGNATURE),
        "base signature cut": (put(0, signature[:-1]), _SHAPE),
        "base signature empty": (put(0, b""), _SHAPE),
        "statement key of another badge": (put(1, other_key), _SIGNATURE),
        "statement key of the issuer": (
            put(1, b"\x80\x24" + private_key(KeyType.P256, "issuer").public_key.raw),
            _SIGNATURE,
        ),
        "statement key off the curve": (put(1, b"\x80\x24\x02" + b"\xff" * 32), _SIGNATURE),
        "statement key with an Ed25519 codec": (put(1, b"\xed\x01" + bytes(33)), _SHAPE),
        "statement key cut": (put(1, other_key[:-1]), _SHAPE),
        "signatures of another badge": (put(2, other_signatures), _SIGNATURE),
        "signatures backwards": (put(2, signatures[::-1]), _SIGNATURE),
        "first signature twice": (put(2, [signatures[0], signatures[0], *signatures[2:]]), _SIGNATURE),
        "one signature less": (put(2, signatures[1:]), "signature_count_mismatch"),
        "one signature more": (put(2, [*signatures, signatures[0]]), "signature_count_mismatch"),
        "no signatures": (put(2, []), "signature_count_mismatch"),
        "a signature of 63 bytes": (put(2, [signatures[0][:-1], *signatures[1:]]), _SHAPE),
        "a signature of zeros": (put(2, [bytes(64), *signatures[1:]]), _SIGNATURE),
        "labels exchanged": (put(3, swapped), _SIGNATURE),
        "labels of another badge": (put(3, other_labels), _SIGNATURE),
        "no labels": (put(3, {}), "label_map_mismatch"),
        "one label less": (put(3, {key: labels[key] for key in label_keys[1:]}), "label_map_mismatch"),
        "one label more": (put(3, labels | {max(label_keys) + 1: bytes(32)}), "label_map_mismatch"),
        "labels shifted by one": (put(3, {key + 1: labels[key] for key in label_keys}), "label_map_mismatch"),
        "a label of 31 bytes": (put(3, labels | {label_keys[0]: bytes(31)}), _SHAPE),
        "one label for two": (put(3, labels | {label_keys[0]: labels[label_keys[1]]}), "label_map_mismatch"),
        "a label of zeros": (put(3, labels | {label_keys[0]: bytes(32)}), _SIGNATURE),
        "a mandatory index less": (put(4, indexes[1:]), "signature_count_mismatch"),
        "no mandatory indexes": (put(4, []), "signature_count_mismatch"),
        "mandatory indexes out of order": (put(4, indexes[::-1]), "mandatory_indexes_invalid"),
        "a mandatory index twice": (put(4, [indexes[0], *indexes]), "mandatory_indexes_invalid"),
        "a mandatory index beyond the end": (put(4, [*indexes[:-1], 10_000]), "mandatory_indexes_invalid"),
        "a mandatory index beyond 2^32": (put(4, [*indexes[:-1], 2**40]), "mandatory_indexes_invalid"),
        "a negative mandatory index": (put(4, [-1, *indexes[1:]]), _SHAPE),
        "one mandatory index exchanged for another": (
            put(4, _exchanged(indexes, len(signatures))),
            _SIGNATURE,
        ),
        "10,001 mandatory indexes": (put(4, list(range(10_001))), "mandatory_indexes_invalid"),
        "2,001 signatures": (put(2, [signatures[0]] * 2_001), "too_many_statements"),
        "3,000 labels": (put(3, {n: bytes(32) for n in range(3_000)}), "label_map_mismatch"),
    }
    for name, (change, code) in cases.items():
        family.case(name, _rewritten(document, change), code, twin=_SD)
    r, s = signature[:32], (order - int.from_bytes(signature[32:])).to_bytes(32)
    family.case("the base signature's other s", _rewritten(document, put(0, r + s)), twin=_SD)
    again = ecdsa_sd_derived(base, ("/credentialSubject/narrative",))
    family.case(
        "a proof that shows less, over what shows more",
        document | {"proof": again["proof"]},
        "label_map_mismatch",
        twin=_SD,
    )
    family.case(
        "a proof that shows more, over what shows less",
        again | {"proof": document["proof"]},
        "label_map_mismatch",
        twin=_SD,
    )
    family.case("what shows less, with its own proof", again, twin=_SD)


def _exchanged(indexes: list[int], count: int) -> list[int]:
    """As many mandatory indexes, one of them of a statement that is not."""
    free = next(index for index in range(len(indexes) + count) if index not in indexes)
    return sorted([*indexes[1:], free])


def _bbs(book: Book) -> None:
    family = book.family("A18", "bbs-2023: the base proof is shown, or the derived one was tampered with.")
    document, base = book.document(_BBS), book.document(f"{_BBS} base")
    _raw_forms(family, document, _BBS, "base_proof_not_derived", base)
    _hidden_and_shown(family, document, _BBS)
    header, (proof, labels, mandatory, selective, _presentation) = _opened(document)

    def put(at: int, value: Any) -> Callable[[list[Any]], Any]:
        return lambda it: it.__setitem__(at, value)

    label_keys = sorted(labels)
    swapped = labels | {label_keys[0]: labels[label_keys[1]], label_keys[1]: labels[label_keys[0]]}
    scalar = bytes(32)
    cases: dict[str, tuple[Callable[[list[Any]], Any], str]] = {
        "presentation header altered": (put(4, b"corpuz"), _SIGNATURE),
        "presentation header empty": (put(4, b""), _SIGNATURE),
        "presentation header longer": (put(4, b"corpus\0"), _SIGNATURE),
        "presentation header of a megabyte": (put(4, bytes(140_000)), _SIGNATURE),
        "labels exchanged": (put(1, swapped), _SIGNATURE),
        "no labels": (put(1, {}), "label_map_mismatch"),
        "one label less": (put(1, {key: labels[key] for key in label_keys[1:]}), "label_map_mismatch"),
        "one label more": (put(1, labels | {max(label_keys) + 1: 99}), "label_map_mismatch"),
        "one label for two": (put(1, labels | {label_keys[0]: labels[label_keys[1]]}), "label_map_mismatch"),
        "a mandatory index less": (put(2, mandatory[1:]), "selective_indexes_invalid"),
        "no mandatory indexes": (put(2, []), "selective_indexes_invalid"),
        "mandatory indexes out of order": (put(2, mandatory[::-1]), "mandatory_indexes_invalid"),
        "a mandatory index twice": (put(2, [mandatory[0], *mandatory]), "mandatory_indexes_invalid"),
        "a mandatory index beyond the end": (put(2, [*mandatory[:-1], 9_999]), "mandatory_indexes_invalid"),
        "a selective index less": (put(3, selective[1:]), "selective_indexes_invalid"),
        "no selective indexes": (put(3, []), "selective_indexes_invalid"),
        "selective indexes out of order": (put(3, selective[::-1]), "selective_indexes_invalid"),
        "a selective index twice": (put(3, [selective[0], *selective]), "selective_indexes_invalid"),
        "a selective index exchanged for one beyond the end": (
            put(3, sorted({*selective[1:], max(selective) + 99})),
            "selective_indexes_invalid",
        ),
        "a selective index exchanged for another": (put(3, _other_index(selective)), _SIGNATURE),
        "a selective index beyond the end": (put(3, [*selective[:-1], 9_999]), "selective_indexes_invalid"),
        "a huge selective index": (put(3, [*selective[:-1], 2**60]), "selective_indexes_invalid"),
        "proof empty": (put(0, b""), _SHAPE),
        "proof cut by a scalar": (put(0, proof[:-32]), "selective_indexes_invalid"),
        "proof cut by a byte": (put(0, proof[:-1]), _SHAPE),
        "proof longer by a scalar": (put(0, proof + scalar), _SHAPE),
        "proof of zeros": (put(0, bytes(len(proof))), _SHAPE),
        "Abar is the point at infinity": (put(0, b"\xc0" + bytes(47) + proof[48:]), _SHAPE),
        "Bbar is the point at infinity": (put(0, proof[:48] + b"\xc0" + bytes(47) + proof[96:]), _SHAPE),
        "Abar and Bbar exchanged": (put(0, proof[48:96] + proof[:48] + proof[96:]), _SIGNATURE),
        "Abar off the curve": (put(0, b"\x80" + bytes(46) + b"\x05" + proof[48:]), _SHAPE),
        "Abar uncompressed": (put(0, b"\x00" + proof[1:]), _SHAPE),
        "a scalar of the order": (
            put(
                0,
                proof[:-32]
                + (0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001).to_bytes(32),
            ),
            _SHAPE,
        ),
        "a scalar of all ones": (put(0, proof[:-32] + b"\xff" * 32), _SHAPE),
    }
    # of the scalars: a changed point is mostly none, and now and then another one
    for at in (175, 207, 239, len(proof) - 33, len(proof) - 1):
        flipped = bytearray(proof)
        flipped[at] ^= 1
        cases[f"bit of byte {at if at < 240 else at - len(proof)}"] = (put(0, bytes(flipped)), _SIGNATURE)
    for name, (change, code) in cases.items():
        family.case(name, _rewritten(document, change), code, twin=_BBS)
    for byte in range(4, 10):
        data = decode_base64url(document["proof"]["proofValue"][1:])
        value = "u" + encode_base64url(header[:2] + bytes([byte]) + data[3:])
        code = "base_proof_not_derived" if byte % 2 == 0 else "bbs_feature_unsupported"
        family.case(f"the header of feature {byte}", _with(document, value), code, twin=_BBS)


def _other_index(indexes: list[int]) -> list[int]:
    """As many indexes, one of them of another statement."""
    free = next(index for index in range(max(indexes)) if index not in indexes)
    return sorted([*indexes[1:], free])
