"""ecdsa-sd-2023: what a holder shows is what the issuer signed, and nothing else can be shown with that proof."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contexts import ContextsError, canonicalize, hash_canonical
from contexts.located import to_located_statements
from contexts.rdfc import canonical_labels, nquad_line
from credentials.data_integrity import verify_proofs
from credentials.data_integrity.ecdsa_sd_2023 import SUITE
from credentials.data_integrity.ecdsa_sd_proof_value import MAXIMUM_SIGNATURES, BaseProofValue
from credentials.data_integrity.selective import Selection
from credentials.errors import ProofError
from did.encodings import decode_base64url, encode_base64url
from did.keys import KeyType, PrivateKey
from did.resolver import Resolver
from tests.simulators.served_documents import ServedDocuments
from tests.timing import costs_at_most
from tests.unit.credentials.conftest import NOW, World, did_of
from tests.unit.credentials.ecdsa_sd_scenes import (
    BASE,
    DERIVED,
    MANDATORY,
    OPTIONS,
    SECRET,
    SELECTIVE,
    SELECTIVE_DISCLOSURE,
    SIGNER,
    STORE,
    STRANGER,
    Shown,
    code_of,
    flip,
    issue,
    make_badge,
)

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def base() -> Shown:
    return BASE.copy()


@pytest.fixture
def derived() -> Shown:
    return DERIVED.copy()


# The valid twins


def test_a_base_proof_holds_for_issuer_and_holder(base: Shown) -> None:
    base.verify_base()


@pytest.mark.covers("di-ecdsa-1.0", "3.6.6", "3.6.7")
def test_a_derived_proof_holds_for_a_verifier(derived: Shown) -> None:
    derived.verify()


@pytest.mark.parametrize("pointers", [[], ["/evidence"], [""], ["/credentialSubject"]])
def test_as_much_or_as_little_may_be_shown(base: Shown, pointers: list[str]) -> None:
    base.derive(pointers).verify()


def test_no_pointer_need_be_mandatory() -> None:
    base = issue(make_badge(), [])
    base.verify_base()
    base.derive(["/issuer"]).verify()
    assert code_of(lambda: base.derive([])) == "nothing_selected"


def test_what_is_held_back_is_nowhere(base: Shown, derived: Shown) -> None:
    text = repr(derived.document)
    assert SECRET in repr(base.document)
    assert SECRET not in text
    assert "narrative" not in derived.document["evidence"][1]
    assert base.base_value.hmac_key not in derived.proof_value.encode()
    assert encode_base64url(base.base_value.hmac_key)[1:-2] not in derived.proof_value


@pytest.mark.covers("di-ecdsa-1.0", "3.6.5")
def test_each_base_proof_has_secrets_of_its_own(base: Shown) -> None:
    made = []
    for _ in range(2):
        base.value = SELECTIVE_DISCLOSURE.create_base(
            base.document, OPTIONS, signer=SIGNER, selection=base.selection, mandatory_pointers=MANDATORY
        )
        base.verify_base()
        made.append(BaseProofValue.from_multibase(base.value))
    one, other = made
    assert one.hmac_key != other.hmac_key
    assert one.public_key != other.public_key
    assert set(one.signatures).isdisjoint(other.signatures)


# A17 and its kin: what a hostile holder could try


@pytest.mark.attack("A17")
def test_a_base_proof_is_not_taken_for_a_derived_one(base: Shown, derived: Shown) -> None:
    assert code_of(base.verify) == "base_proof_not_derived"
    derived.value = base.value
    assert code_of(derived.verify) == "base_proof_not_derived"


def test_a_derived_proof_is_not_taken_for_a_base_one(base: Shown, derived: Shown) -> None:
    assert code_of(derived.verify_base) == "derived_proof_not_base"
    assert code_of(lambda: derived.derive(["/issuer"])) == "derived_proof_not_base"


def drop_mandatory(shown: Shown) -> None:
    del shown.document["validFrom"]


def drop_mandatory_cleverly(shown: Shown) -> None:
    """Also count anew: every statement left is at its right index again."""
    whole = canonical_places(shown.document)
    drop_mandatory(shown)
    gone = whole.index("/validFrom")
    indexes = [index - (index > gone) for index in shown.derived_value.mandatory_indexes if index != gone]
    shown.change(mandatory_indexes=indexes)


def canonical_places(document: dict[str, Any]) -> list[str]:
    """The places of the statements, in the order that they have under the proof's labels."""
    selection = STORE.selections(document)[0]
    located = to_located_statements(document, selection=selection)
    labels = {
        node: "_:" + DERIVED.derived_value.label_map[label.removeprefix("_:")]
        for node, label in canonical_labels(located.quads).items()
    }
    lines = sorted(
        (nquad_line(quad, labels), place) for quad, place in zip(located.quads, located.places, strict=True)
    )
    return [place for _, place in lines]


def swap_labels(shown: Shown) -> None:
    labels = dict(shown.derived_value.label_map)
    labels["c14n0"], labels["c14n1"] = labels["c14n1"], labels["c14n0"]
    shown.change(label_map=labels)


def double_label(shown: Shown) -> None:
    labels = dict(shown.derived_value.label_map)
    shown.change(label_map=labels | {"c14n1": labels["c14n0"]})


def split_node(shown: Shown) -> None:
    """Tell one piece of evidence as two, both under the label that was signed."""
    first = shown.document["evidence"][0]
    shown.document["evidence"].append({"type": first["type"], "name": first["name"]})
    labels = dict(shown.derived_value.label_map)
    shown.change(label_map=labels | {f"c14n{len(labels)}": next(iter(labels.values()))})


def swap_narratives(shown: Shown) -> None:
    first, second = shown.document["evidence"]
    first["name"], second["name"] = second["name"], first["name"]


def set_value(*path: Any, to: Any) -> Callable[[Shown], None]:
    def alter(shown: Shown) -> None:
        target: Any = shown.document
        for name in path[:-1]:
            target = target[name]
        target[path[-1]] = to

    return alter


def signatures(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Shown], None]:
    return lambda shown: shown.change(signatures=change(list(shown.derived_value.signatures)))


def indexes(change: Callable[[list[int]], list[int]]) -> Callable[[Shown], None]:
    return lambda shown: shown.change(mandatory_indexes=change(list(shown.derived_value.mandatory_indexes)))


def all_mandatory(shown: Shown) -> None:
    value = shown.derived_value
    count = len(value.mandatory_indexes) + len(value.signatures)
    shown.change(mandatory_indexes=range(count), signatures=[])


def another_index(shown: Shown) -> None:
    value = shown.derived_value
    mandatory = list(value.mandatory_indexes)
    other = min(set(range(len(mandatory) + len(value.signatures))) - set(mandatory))
    shown.change(mandatory_indexes=sorted([*mandatory[1:], other]))


def other_key(shown: Shown) -> None:
    key = PrivateKey.generate(KeyType.P256)
    shown.change(public_key=b"\x80\x24" + key.public_key.raw)


ALTERED: list[tuple[str, Callable[[Shown], None], str]] = [
    ("a mandatory statement dropped", drop_mandatory, "signature_count_mismatch"),
    ("a mandatory statement dropped, counted anew", drop_mandatory_cleverly, "invalid_signature"),
    ("a mandatory text", set_value("name", to="Autre"), "invalid_signature"),
    ("the issuer", set_value("issuer", "id", to="did:web:other.example"), "invalid_signature"),
    ("the subject", set_value("credentialSubject", "id", to="did:web:other.example"), "invalid_signature"),
    ("a selective text", set_value("evidence", 0, "narrative", to="Dix ans."), "invalid_signature"),
    ("a selective date", set_value("credentialSubject", "activityStartDate", to="2020-01-01T00:00:00Z"), "invalid_signature"),
    ("texts of two nodes swapped", swap_narratives, "invalid_signature"),
    ("a statement added", set_value("description", to="Mieux"), "signature_count_mismatch"),
    ("an undefined term added", set_value("extra", to="x"), "data_loss"),
    ("a type added", set_value("evidence", 0, "type", to=["Evidence", "Profile"]), "signature_count_mismatch"),
    ("two labels swapped", swap_labels, "invalid_signature"),
    ("one label for two nodes", double_label, "label_map_mismatch"),
    ("one node told as two", split_node, "label_map_mismatch"),
    ("no labels", lambda shown: shown.change(label_map={}), "label_map_mismatch"),
    ("no signatures", signatures(lambda _: []), "signature_count_mismatch"),
    ("a signature more", signatures(lambda old: [*old, old[0]]), "signature_count_mismatch"),
    ("signatures in another order", signatures(lambda old: old[::-1]), "invalid_signature"),
    ("the last signature altered", signatures(lambda old: [*old[:-1], flip(old[-1])]), "invalid_signature"),
    ("a signature of zeros", signatures(lambda old: [bytes(64), *old[1:]]), "invalid_signature"),
    ("an index less", indexes(lambda old: old[:-1]), "signature_count_mismatch"),
    ("all mandatory", all_mandatory, "invalid_signature"),
    ("an index out of range", indexes(lambda old: [*old[:-1], 10_000]), "mandatory_indexes_invalid"),
    ("an index twice", indexes(lambda old: [old[0], *old]), "mandatory_indexes_invalid"),
    ("indexes in another order", indexes(lambda old: old[::-1]), "mandatory_indexes_invalid"),
    ("an index for another", another_index, "invalid_signature"),
    ("the base signature", lambda shown: shown.change(base_signature=flip(shown.derived_value.base_signature)), "invalid_signature"),
    ("another statement key", other_key, "invalid_signature"),
    ("another key of the issuer", lambda shown: setattr(shown, "signer", STRANGER), "invalid_signature"),
    ("created", lambda shown: shown.options.update(created="2026-11-24T08:30:01Z"), "invalid_signature"),
    ("an option more", lambda shown: shown.options.update(domain="https://a.example"), "invalid_signature"),
    ("an option less", lambda shown: shown.options.pop("created"), "invalid_signature"),
]  # fmt: skip


@pytest.mark.covers("di-ecdsa-1.0", "3.6.6", "3.6.7")
@pytest.mark.attack("A17")
@pytest.mark.attack("A19")
@pytest.mark.parametrize(("alter", "code"), [case[1:] for case in ALTERED], ids=[case[0] for case in ALTERED])
def test_what_was_altered_fails_with_its_error(
    derived: Shown, alter: Callable[[Shown], None], code: str
) -> None:
    derived.verify()
    alter(derived)
    assert code_of(derived.verify) == code


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for name, each in below for place in places(each, (*at, name)))]


@pytest.mark.covers("di-ecdsa-1.0", "3.6.6", "3.6.7")
def test_no_part_of_what_is_shown_can_go_or_change() -> None:
    whole = canonicalize(DERIVED.document, selection=DERIVED.selection)
    tried = 0
    for *path, last in places(DERIVED.document)[1:]:
        for change in ("drop", "text"):
            shown = DERIVED.copy()
            target: Any = shown.document
            for name in path:
                target = target[name]
            if change == "drop":
                del target[last]
            elif isinstance(target[last], str):
                target[last] += "x"
            else:
                continue
            tried += 1
            try:
                shown.verify()
            except (ProofError, ContextsError):
                continue
            # types of two nodes in an array, for example, may stand in any order
            assert canonicalize(shown.document, selection=shown.selection) == whole
    assert tried > 60


@settings(max_examples=150, deadline=None)
@given(st.integers(3, len(DERIVED.proof_value)), st.integers(1, 255))
def test_no_byte_of_a_proof_value_can_change(place: int, bits: int) -> None:
    data = bytearray(decode_base64url(DERIVED.proof_value[1:]))
    data[place % len(data)] ^= bits
    shown = replace(DERIVED, value="u" + encode_base64url(bytes(data)))
    assert code_of(shown.verify) in {
        "base_proof_not_derived",
        "proof_invalid_shape",
        "invalid_signature",
        "label_map_mismatch",
        "mandatory_indexes_invalid",
        "signature_count_mismatch",
    }


# The base proof, altered on its way to the holder


BASE_ALTERED: list[tuple[str, Callable[[Shown], None], str]] = [
    ("a mandatory text", set_value("name", to="Autre"), "invalid_signature"),
    ("a text that may be held back", set_value("credentialSubject", "narrative", to="Autre"), "invalid_signature"),
    ("a statement added", set_value("description", to="Mieux"), "signature_count_mismatch"),
    ("the HMAC key", lambda shown: shown.change(hmac_key=bytes(32)), "invalid_signature"),
    ("a pointer less", lambda shown: shown.change(mandatory_pointers=MANDATORY[1:]), "signature_count_mismatch"),
    ("no pointer", lambda shown: shown.change(mandatory_pointers=[]), "signature_count_mismatch"),
    ("a pointer to nothing", lambda shown: shown.change(mandatory_pointers=["/nothing"]), "pointer_not_found"),
    ("no pointer at all", lambda shown: shown.change(mandatory_pointers=["issuer"]), "pointer_syntax"),
    ("10^5 pointers", lambda shown: shown.change(mandatory_pointers=["/"] * 100_000), "proof_invalid_shape"),
    ("1001 pointers", lambda shown: shown.change(mandatory_pointers=["/issuer"] * 1_001), "too_many_pointers"),
    ("another document's options", lambda shown: shown.options.update(created="2026-11-24T08:30:01Z"), "invalid_signature"),
    ("the key of another", lambda shown: setattr(shown, "signer", STRANGER), "invalid_signature"),
]  # fmt: skip


@pytest.mark.covers("di-ecdsa-1.0", "3.5.3", "3.6.6")
@pytest.mark.attack("A17")
@pytest.mark.parametrize(
    ("alter", "code"), [case[1:] for case in BASE_ALTERED], ids=[case[0] for case in BASE_ALTERED]
)
def test_an_altered_base_proof_fails_with_its_error(
    base: Shown, alter: Callable[[Shown], None], code: str
) -> None:
    alter(base)
    assert code_of(base.verify_base) == code


def test_one_bad_signature_among_many_is_found_by_the_holder(base: Shown) -> None:
    good = list(base.base_value.signatures)
    for index in range(len(good)):
        base.change(signatures=[*good[:index], flip(good[index]), *good[index + 1 :]])
        assert code_of(base.verify_base) == "invalid_signature"


# Bounds


@pytest.mark.attack("A17")
def test_a_hundred_thousand_pointers_are_refused_at_once(base: Shown) -> None:
    many = ["/evidence/0/name"] * 100_000
    with costs_at_most(0.05):
        assert code_of(lambda: base.derive(many)) == "too_many_pointers"
        assert code_of(lambda: issue(base.document, many)) == "too_many_pointers"


def test_more_statements_than_a_verifier_would_check_are_not_signed(derived: Shown) -> None:
    badge = make_badge()
    badge["credentialSubject"]["achievement"]["tag"] = [
        f"tag {number}" for number in range(MAXIMUM_SIGNATURES)
    ]
    assert code_of(lambda: issue(badge, MANDATORY)) == "too_many_statements"
    derived.change(signatures=[bytes(64)] * (MAXIMUM_SIGNATURES + 1))
    assert code_of(derived.verify) == "too_many_statements"


def test_the_worst_that_is_checked_takes_a_quarter_of_a_second(derived: Shown) -> None:
    """A stranger's proof of as many statements as are allowed, all true but the last."""
    badge = make_badge()
    count = MAXIMUM_SIGNATURES - 100
    badge["credentialSubject"]["achievement"]["tag"] = [f"tag {number}" for number in range(count)]
    shown = issue(badge, MANDATORY).derive(["/credentialSubject/achievement/tag"])
    shown.change(signatures=[*shown.derived_value.signatures[:-1], flip(shown.derived_value.signatures[-1])])
    with costs_at_most(0.25):
        assert code_of(shown.verify) == "invalid_signature"


@pytest.mark.attack("A5")
def test_a_set_has_two_proofs_of_selective_disclosure_at_most(base: Shown) -> None:
    """Five of them, each with as many signatures as it may have, cost half a second."""
    shown = base.derive(SELECTIVE)
    proof = shown.options | {"proofValue": shown.proof_value}

    def verify(count: int) -> None:
        verify_proofs(
            shown.document | {"proof": [proof] * count},
            expected_proof_purpose="assertionMethod",
            expected_controller=did_of(SIGNER),
            resolver=Resolver(fetcher=ServedDocuments()),
            contexts=STORE,
            now=NOW,
        )

    verify(2)
    assert code_of(lambda: verify(3)) == "proof_invalid_shape"
    signed = World(STORE, issuer=SIGNER)
    three = make_badge()
    for _ in range(2):
        three = signed.sign(three, suite="ecdsa-sd-2023")
    assert code_of(lambda: signed.sign(three, suite="ecdsa-sd-2023")) == "proof_invalid_shape"
    assert len(signed.sign(three, suite="ecdsa-rdfc-2019")["proof"]) == 3


# What the library asks of its caller


def test_a_base_proof_stands_on_no_other(base: Shown) -> None:
    base.document["proof"] = {"type": "DataIntegrityProof"}
    assert code_of(lambda: issue(base.document, MANDATORY)) == "proof_invalid_shape"
    assert code_of(base.verify_base) == "proof_invalid_shape"
    assert code_of(lambda: base.derive(SELECTIVE)) == "proof_invalid_shape"


def test_a_base_proof_with_another_number_of_signatures_derives_nothing(base: Shown) -> None:
    base.change(signatures=base.base_value.signatures[1:])
    assert code_of(lambda: base.derive(SELECTIVE)) == "signature_count_mismatch"


def test_a_document_without_context_is_named_as_such(derived: Shown) -> None:
    bare = {"@id": "urn:a", "@type": "urn:t"}
    shown = replace(
        derived,
        document=bare,
        value=replace(derived.derived_value, label_map={}, mandatory_indexes=[0], signatures=[]),
    )
    with pytest.raises(ContextsError) as caught:
        SUITE.verify(
            bare,
            OPTIONS,
            shown.proof_value,
            public_key=SIGNER.public_key,
            hasher=hash_canonical,
            selection=STORE.newest(),
        )
    assert caught.value.code == "invalid_json_ld"


@pytest.mark.covers("di-ecdsa-1.0", "3.6.7")
def test_the_suite_takes_the_keys_of_its_curve_alone() -> None:
    assert SUITE.key_types == {KeyType.P256}
    assert SUITE.create is None
    assert did_of(SIGNER).startswith("did:key:zDn")


@pytest.mark.parametrize("pointer", MANDATORY)
def test_every_mandatory_member_is_shown_whatever_is_chosen(base: Shown, pointer: str) -> None:
    least = base.derive([])
    assert Selection(least.document, [pointer])
