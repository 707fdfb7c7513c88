"""Issuing and holding: what is hidden stays hidden, what is asked for is shown, and nothing more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.errors import CredentialsError
from credentials.sd_jwt import (
    SdJwtError,
    derive_sd_jwt,
    disclosable_pointers,
    issue_sd_jwt_vc,
    parse_sd_jwt,
    select_disclosures,
)
from credentials.sd_jwt.issuing import conceal, new_salt
from credentials.sd_jwt.pointers import to_pointer
from tests.unit.credentials.sd_jwt.tokens import CLAIMS, DISCLOSABLE, HOLDER, ISSUER, contents, issue, verify

if TYPE_CHECKING:
    from collections.abc import Iterable


def payload_of(token: str) -> dict[str, Any]:
    return parse_sd_jwt(token).unverified_payload


def refused(claims: dict[str, Any], disclosable: Iterable[str] = (), **options: Any) -> str:
    with pytest.raises(CredentialsError) as caught:
        issue(claims, disclosable, **options)
    return caught.value.code


@pytest.mark.covers("sd-jwt", "4.1", "9.6")
def test_nothing_hidden_stands_in_the_payload() -> None:
    token = issue()
    text = json.dumps(payload_of(token))
    for hidden in ("Ana", "given_name", "address", "Lyon", '"FR"', '"PT"'):
        assert hidden not in text
    assert payload_of(token)["_sd"] == sorted(payload_of(token)["_sd"])
    assert payload_of(token)["_sd_alg"] == "sha-256"
    assert verify(token).claims == CLAIMS | {"cnf": {"jwk": HOLDER.public_key.to_jwk()}}
    assert set(disclosable_pointers(token)) == set(DISCLOSABLE)


def test_without_anything_hidden_there_is_no_trace_of_hiding() -> None:
    # SD-JWT VC, section "SD-JWT VC without Selectively Disclosable Claims"
    token = issue(disclosable=[], holder_key=None)
    assert payload_of(token) == CLAIMS
    assert token.endswith("~")
    assert token.count("~") == 1


@pytest.mark.covers("sd-jwt", "9.3")
def test_salts_are_new_each_time_and_128_bits_long() -> None:
    salts = [part[0] for _ in range(20) for part in contents(issue())]
    assert len(set(salts)) == len(salts)
    assert {len(salt) for salt in salts} == {22}


@pytest.mark.covers("sd-jwt", "9.3")
def test_a_salt_that_comes_again_is_refused() -> None:
    with pytest.raises(SdJwtError) as caught:
        conceal({"a": 1, "b": 2}, ["/a", "/b"], salts=lambda: "same")
    assert caught.value.code == "salt_repeated"
    assert conceal({"a": 1, "b": 2}, ["/a"], salts=lambda: "same").disclosures


@pytest.mark.covers("sd-jwt", "4.2.5", "10.4")
@pytest.mark.parametrize("decoys", [1, 3, 16])
def test_decoys(decoys: int) -> None:
    token = issue(decoys=decoys)
    assert len(payload_of(token)["_sd"]) == 2 + decoys
    assert len(payload_of(token)["nationalities"]) == 2 + decoys
    assert verify(token).claims["nationalities"] == ["FR", "PT"]
    assert verify(derive_sd_jwt(token, ["/nationalities/1"])).claims["nationalities"] == ["PT"]


@pytest.mark.parametrize("decoys", [-1, 17])
def test_decoys_are_bounded(decoys: int) -> None:
    with pytest.raises(ValueError, match="decoys"):
        issue(decoys=decoys)


REFUSED: list[tuple[str, dict[str, Any], tuple[str, ...], str]] = [
    ("_sd", {"_sd": []}, (), "reserved_name"),
    ("_sd deep", {"a": [{"b": {"_sd": 1}}]}, (), "reserved_name"),
    ("...", {"a": {"...": 1}}, (), "reserved_name"),
    ("_sd_alg", {"_sd_alg": "sha-256"}, (), "reserved_name"),
    ("a name that is no string", {"a": {1: 2}}, (), "claim_syntax"),
    ("not a number", {"a": float("nan")}, ("/a",), "claim_syntax"),
    ("a lone surrogate", {"a": "\ud800"}, ("/a",), "claim_syntax"),
    ("no JSON value", {"a": object()}, ("/a",), "claim_syntax"),
    ("no such member", {"a": 1}, ("/b",), "pointer_not_found"),
    ("no such element", {"a": [1]}, ("/a/1",), "pointer_not_found"),
    ("an index with a zero before it", {"a": [1, 2]}, ("/a/01",), "pointer_not_found"),
    ("after the last element", {"a": [1]}, ("/a/-",), "pointer_not_found"),
    ("into a string", {"a": "text"}, ("/a/0",), "pointer_not_found"),
    ("not a pointer", {"a": 1}, ("a",), "pointer_syntax"),
    ("a bad escape", {"a": 1}, ("/~2",), "pointer_syntax"),
    ("everything", {"a": 1}, ("",), "claim_not_disclosable"),
    ("cnf twice", {"cnf": {}}, (), "claim_exists"),
    *(
        (name, {name: {"x": 1}}, (f"/{name}",), "claim_not_disclosable")
        for name in ("iss", "exp", "nbf", "aud", "status", "vct")
    ),
    ("a part of status", {"status": {"x": 1}}, ("/status/x",), "claim_not_disclosable"),
    (
        "two thousand pointers",
        {str(number): 1 for number in range(2_000)},
        tuple(f"/{number}" for number in range(2_000)),
        "too_many_pointers",
    ),
    ("large", {"a": "x" * 200_000}, (), "sd_jwt_too_large"),
    ("large and hidden", {"a": "x" * 900_000}, ("/a",), "sd_jwt_too_large"),
]


@pytest.mark.parametrize(
    ("claims", "disclosable", "code"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_refused(claims: dict[str, Any], disclosable: tuple[str, ...], code: str) -> None:
    assert refused(claims, disclosable) == code


def test_as_much_can_be_hidden_as_a_reader_takes() -> None:
    claims = {str(number): number for number in range(1_001)}
    pointers = [f"/{number}" for number in range(1_001)]
    token = issue(claims, pointers[:1_000], holder_key=None)
    assert verify(derive_sd_jwt(token, ["/999"])).disclosed == ("/999",)
    assert verify(token).claims == claims
    assert refused(claims, pointers) == "too_many_pointers"


@pytest.mark.covers("sd-jwt", "9.4")
def test_a_hash_that_nobody_should_use() -> None:
    assert refused({"a": 1}, algorithm="md5") == "sd_alg_unsupported"


def nest(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"leaf": [1]}
    for _ in range(levels):
        value = {"n": value}
    return value


def test_what_is_issued_can_be_read_however_deep_it_is() -> None:
    claims = nest(27)
    pointers = [to_pointer(["n"] * (count + 1)) for count in range(27)]
    for disclosable in ([], pointers, [*pointers, to_pointer([*["n"] * 27, "leaf", 0])]):
        token = issue(claims, disclosable, holder_key=None, decoys=2 if disclosable else 0)
        assert verify(token).claims == claims
    assert refused(nest(28)) == "too_deep"
    assert refused(nest(5_000)) == "too_deep"


def test_names_with_slashes_and_tildes() -> None:
    claims = {"a/b": 1, "c~d": {"/": 2}}
    token = issue(claims, ["/a~1b", "/c~0d/~1"], holder_key=None)
    assert set(disclosable_pointers(token)) == {"/a~1b", "/c~0d/~1"}
    assert verify(derive_sd_jwt(token, ["/c~0d/~1"])).claims == {"c~d": {"/": 2}}


def test_the_claims_are_left_as_they_are() -> None:
    before = json.dumps(CLAIMS)
    issue()
    assert json.dumps(CLAIMS) == before


SELECTIONS: list[tuple[list[str], list[str]]] = [
    ([], []),
    (["/given_name"], ["/given_name"]),
    (["/address/locality"], ["/address", "/address/locality"]),
    (["/address/country"], ["/address"]),
    (["/address"], ["/address", "/address/locality"]),
    (["/nationalities/1"], ["/nationalities/1"]),
    (["/nationalities"], ["/nationalities/0", "/nationalities/1"]),
    (["/iss"], []),
    (["/iss", "/given_name", "/given_name"], ["/given_name"]),
    ([""], list(DISCLOSABLE)),
]


@pytest.mark.parametrize(("asked", "shown"), SELECTIONS)
def test_selection(asked: list[str], shown: list[str]) -> None:
    token = issue()
    derived = derive_sd_jwt(token, asked)
    texts = [disclosure.text for disclosure in select_disclosures(token, asked)]
    assert derived.split("~")[1:-1] == texts
    verified = verify(derived)
    assert len(verified.disclosed) == len(shown)
    everything = verify(token)
    by_text = {each.text: each for each in parse_sd_jwt(token).disclosures}
    assert {by_text[text].name for text in texts} <= {"given_name", "address", "locality", None}
    assert everything.claims["iss"] == verified.claims["iss"]


@pytest.mark.covers("sd-jwt", "7.2")
def test_deriving_again_shows_less_and_never_more() -> None:
    token = issue()
    first = derive_sd_jwt(token, ["/address", "/nationalities/1"])
    second = derive_sd_jwt(first, ["/nationalities/0"])
    # the array of what is left begins anew
    assert verify(second).claims["nationalities"] == ["PT"]
    assert "address" not in verify(second).claims
    with pytest.raises(SdJwtError) as caught:
        derive_sd_jwt(first, ["/given_name"])
    assert caught.value.code == "pointer_not_found"


@pytest.mark.covers("sd-jwt", "7.2")
def test_a_holder_notices_what_a_verifier_would_refuse() -> None:
    token = issue()
    with pytest.raises(SdJwtError) as caught:
        derive_sd_jwt(token + "WyJzIiwibiIsMV0~", [])
    assert caught.value.code == "disclosure_unreferenced"


VC_CLAIMS: dict[str, Any] = {"iss": "did:web:a.example", "vct": "https://a.example/type", "name": "Ana"}


@pytest.mark.covers("sd-jwt-vc", "2.2.2")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"vct": None}, "vct_missing"),
        ({"vct": ""}, "vct_missing"),
        ({"vct": ["a"]}, "vct_missing"),
        ({"iss": 1}, "claim_syntax"),
        ({"sub": ["a"]}, "claim_syntax"),
        ({"exp": "tomorrow"}, "claim_syntax"),
        ({"status": "revoked"}, "claim_syntax"),
        ({"aka_vcts": []}, "claim_syntax"),
        ({"aka_vcts": ["https://a.example/type"]}, "claim_syntax"),
        ({"aka_vcts": "b"}, "claim_syntax"),
        ({"vct#integrity": "sha256"}, "claim_syntax"),
        ({"vct#integrity": "md5-AAAA"}, "type_metadata_integrity"),
        ({"cnf": {"jwk": {}}}, "key_binding_key"),
    ],
)
def test_an_sd_jwt_vc_that_no_verifier_would_take(changes: dict[str, Any], code: str) -> None:
    assert issue_sd_jwt_vc(VC_CLAIMS, disclosable=["/name"], signer=ISSUER)
    with pytest.raises(SdJwtError) as caught:
        issue_sd_jwt_vc(VC_CLAIMS | changes, disclosable=["/name"], signer=ISSUER)
    assert caught.value.code == code


@pytest.mark.covers("sd-jwt-vc", "2.2.2")
def test_an_sd_jwt_vc_says_who_issued_it() -> None:
    claims = {name: value for name, value in VC_CLAIMS.items() if name != "iss"}
    with pytest.raises(SdJwtError) as caught:
        issue_sd_jwt_vc(claims, disclosable=[], signer=ISSUER)
    assert (caught.value.code, caught.value.pointer) == ("claim_missing", "/iss")


def test_new_salt() -> None:
    assert len({new_salt() for _ in range(100)}) == 100


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("ab/~é", min_size=1, max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    children: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = list(enumerate(value))
    below = [place for key, child in children for place in places(child, (*path, key))]
    return [path, *below] if path else below


@pytest.mark.covers("sd-jwt", "6")
@settings(deadline=None)
@given(st.dictionaries(st.text("ab/~é", min_size=1, max_size=3), JSON, max_size=4), st.data())
def test_any_claims_any_hiding_any_choice(claims: dict[str, Any], data: st.DataObject) -> None:
    """Issued in full, all claims come back; derived, the asked ones are there and every other Disclosure is not."""
    pointers = [to_pointer(place) for place in places(claims)]
    hidden = data.draw(st.lists(st.sampled_from(pointers), unique=True)) if pointers else []
    token = issue(claims, hidden, holder_key=None, decoys=data.draw(st.integers(0, 2)))
    assert verify(token).claims == claims
    assert set(disclosable_pointers(token)) == set(hidden)
    asked = data.draw(st.lists(st.sampled_from(pointers), unique=True, max_size=3)) if pointers else []
    verified = verify(derive_sd_jwt(token, asked))
    related = {
        pointer
        for pointer in hidden
        if any(f"{one}/".startswith(f"{pointer}/") or f"{pointer}/".startswith(f"{one}/") for one in asked)
    }
    assert len(verified.disclosed) == len(related)
