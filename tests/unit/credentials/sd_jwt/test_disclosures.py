"""Disclosures and their digests: each once, each in its place, and nothing in the place of something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from credentials.sd_jwt import SdJwtError
from credentials.sd_jwt.processing import process_payload
from did.encodings import encode_base64url
from tests.timing import costs_at_most
from tests.unit.credentials.sd_jwt.tokens import digest, disclosure, signed, verify

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = disclosure("salt-1", "name", "Ana")
OTHER = disclosure("salt-2", "other", 1)
ELEMENT = disclosure("salt-3", "FR")
INNER = disclosure("salt-4", "inner", True)
OUTER = disclosure("salt-5", "outer", {"_sd": [digest(INNER)]})

Token = tuple[dict[str, Any], list[str]]


def refused(payload: dict[str, Any], disclosures: list[str]) -> str:
    with pytest.raises(SdJwtError) as caught:
        verify(signed(payload, disclosures))
    return caught.value.code


VALID: list[tuple[str, Token, dict[str, Any]]] = [
    ("a member", ({"_sd": [digest(NAME)]}, [NAME]), {"name": "Ana"}),
    ("nothing disclosed", ({"_sd": [digest(NAME)], "a": 1}, []), {"a": 1}),
    ("an element", ({"a": ["PT", {"...": digest(ELEMENT)}]}, [ELEMENT]), {"a": ["PT", "FR"]}),
    ("an element hidden", ({"a": ["PT", {"...": digest(ELEMENT)}]}, []), {"a": ["PT"]}),
    ("recursive", ({"_sd": [digest(OUTER)]}, [INNER, OUTER]), {"outer": {"inner": True}}),
    ("the parent alone", ({"_sd": [digest(OUTER)]}, [OUTER]), {"outer": {}}),
    ("no digest at all", ({"a": {"b": [1, None]}}, []), {"a": {"b": [1, None]}}),
    ("an empty _sd", ({"_sd": [], "a": 1}, []), {"a": 1}),
    (
        "the order of the token says nothing",
        ({"_sd": [digest(OTHER), digest(NAME)]}, [NAME, OTHER]),
        {"name": "Ana", "other": 1},
    ),
    (
        "null is a value",
        ({"_sd": [digest(disclosure("s", "n", None))]}, [disclosure("s", "n", None)]),
        {"n": None},
    ),
    (
        "exp below the top is a claim like another",
        ({"a": {"_sd": [digest(disclosure("s", "exp", "x"))]}}, [disclosure("s", "exp", "x")]),
        {"a": {"exp": "x"}},
    ),
]


@pytest.mark.covers("sd-jwt", "4.2.1", "4.2.2", "4.2.4", "4.2.6", "7.1")
@pytest.mark.parametrize(("token", "claims"), [case[1:] for case in VALID], ids=[case[0] for case in VALID])
def test_valid(token: Token, claims: dict[str, Any]) -> None:
    assert verify(signed(*token)).claims == claims


def hidden(*parts: Any) -> Token:
    """One Disclosure with these parts, referenced at the top."""
    text = disclosure(*parts)
    return {"_sd": [digest(text)]}, [text]


def hidden_element(*parts: Any) -> Token:
    text = disclosure(*parts)
    return {"a": [{"...": digest(text)}]}, [text]


CHAIN_INNER = disclosure("s", "x", 1)
TWICE_INSIDE = disclosure("s", "y", {"_sd": [digest(CHAIN_INNER)]})
INVALID: list[tuple[str, Token, str]] = [
    ("unreferenced", ({"_sd": [digest(NAME)]}, [NAME, OTHER]), "disclosure_unreferenced"),
    ("unreferenced, and none are", ({"a": 1}, [NAME]), "disclosure_unreferenced"),
    ("a child without its parent", ({"_sd": [digest(OUTER)]}, [INNER]), "disclosure_unreferenced"),
    ("a Disclosure twice", ({"_sd": [digest(NAME)]}, [NAME, NAME]), "disclosure_duplicate"),
    ("a digest twice in one _sd", ({"_sd": [digest(NAME)] * 2}, [NAME]), "digest_duplicate"),
    ("a digest twice, and hidden", ({"_sd": [digest(NAME)] * 2}, []), "digest_duplicate"),
    (
        "a digest in two places",
        ({"_sd": [digest(NAME)], "a": {"_sd": [digest(NAME)]}}, [NAME]),
        "digest_duplicate",
    ),
    (
        "a digest in _sd and in an array",
        ({"_sd": [digest(NAME)], "a": [{"...": digest(NAME)}]}, []),
        "digest_duplicate",
    ),
    (
        "a digest again within a Disclosure",
        ({"_sd": [digest(TWICE_INSIDE), digest(CHAIN_INNER)]}, [TWICE_INSIDE, CHAIN_INNER]),
        "digest_duplicate",
    ),
    ("two parts as a member", hidden("salt", "Ana"), "disclosure_arity"),
    ("three parts as an element", hidden_element("salt", "name", "Ana"), "disclosure_arity"),
    ("one part", hidden("salt"), "disclosure_arity"),
    ("four parts", hidden("salt", "a", "b", "c"), "disclosure_arity"),
    ("no part", hidden(), "disclosure_arity"),
    ("a salt that is a number", hidden(1, "name", "Ana"), "disclosure_salt"),
    ("a name that is a number", hidden("salt", 1, "Ana"), "disclosure_name"),
    ("a name that is null", hidden("salt", None, "Ana"), "disclosure_name"),
    ("a claim named _sd", hidden("salt", "_sd", []), "reserved_name"),
    ("a claim named ...", hidden("salt", "...", "x"), "reserved_name"),
    ("a claim named _sd_alg", hidden("salt", "_sd_alg", "sha-256"), "reserved_name"),
    ("a claim that is there already", ({"name": "Eva", "_sd": [digest(NAME)]}, [NAME]), "claim_exists"),
    (
        "two hidden claims of one name",
        (
            {"_sd": [digest(NAME), digest(disclosure("s", "name", "Eva"))]},
            [NAME, disclosure("s", "name", "Eva")],
        ),
        "claim_exists",
    ),
    *(
        (f"{name} hidden", hidden("salt", name, 1), "claim_not_disclosable")
        for name in ("iss", "aud", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status")
    ),
    (
        "a part of cnf hidden",
        ({"cnf": {"_sd": [digest(NAME)]}}, [NAME]),
        "claim_not_disclosable",
    ),
    (
        "an entry of aud hidden",
        ({"aud": [{"...": digest(ELEMENT)}]}, [ELEMENT]),
        "claim_not_disclosable",
    ),
    ("_sd is a string", ({"_sd": digest(NAME)}, []), "digest_shape"),
    ("_sd is an object", ({"_sd": {}}, []), "digest_shape"),
    ("_sd is null", ({"a": {"_sd": None}}, []), "digest_shape"),
    ("a digest is a number", ({"_sd": [1]}, []), "digest_shape"),
    ("an element's digest is a number", ({"a": [{"...": 1}]}, []), "digest_shape"),
    ("an element with another key", ({"a": [{"...": digest(ELEMENT), "b": 1}]}, [ELEMENT]), "digest_shape"),
    ("... outside of an array", ({"a": {"...": digest(ELEMENT)}}, []), "reserved_name"),
    ("... at the top", ({"...": "x"}, []), "reserved_name"),
    ("an element that stands for a placeholder", hidden_element("s", {"...": "x"}), "reserved_name"),
    ("a hidden value with an odd _sd", hidden("s", "a", {"_sd": "x"}), "digest_shape"),
    ("_sd_alg unknown", ({"_sd_alg": "sha-1"}, []), "sd_alg_unsupported"),
    ("_sd_alg truncated", ({"_sd_alg": "sha-256-32"}, []), "sd_alg_unsupported"),
    ("_sd_alg in capitals", ({"_sd_alg": "SHA-256"}, []), "sd_alg_unsupported"),
    ("_sd_alg null", ({"_sd_alg": None}, []), "sd_alg_unsupported"),
    ("_sd_alg an array", ({"_sd_alg": ["sha-256"]}, []), "sd_alg_unsupported"),
    ("_sd_alg nested", ({"a": {"_sd_alg": "sha-256"}}, []), "reserved_name"),
    ("_sd_alg nested in a Disclosure", hidden("s", "a", {"_sd_alg": "sha-256"}), "reserved_name"),
    ("_sd_alg nested in an array", ({"a": [{"_sd_alg": "sha-256"}]}, []), "reserved_name"),
    (
        "_sd_alg of another hash",
        ({"_sd_alg": "sha-512", "_sd": [digest(NAME)]}, [NAME]),
        "disclosure_unreferenced",
    ),
]


@pytest.mark.covers("sd-jwt", "4.2.1", "4.2.2", "4.2.4", "4.2.6", "7.1")
@pytest.mark.attack("B15")
@pytest.mark.attack("B16")
@pytest.mark.parametrize(("token", "code"), [case[1:] for case in INVALID], ids=[case[0] for case in INVALID])
def test_invalid(token: Token, code: str) -> None:
    assert refused(*token) == code


@pytest.mark.covers("sd-jwt", "4.2.1")
@pytest.mark.attack("B16")
@pytest.mark.parametrize("name", [rb"\u005fsd_alg", rb"_\u0073d_alg", rb"\u002e\u002e\u002e", rb"_s\u0064"])
def test_reserved_names_are_found_however_they_are_written(name: bytes) -> None:
    plain = encode_base64url(b'["s","n",{"name":1}]')
    assert verify(signed({"_sd": [digest(plain)]}, [plain])).claims == {"n": {"name": 1}}
    odd = encode_base64url(b'["s","n",{"' + name + b'":1}]')
    assert refused({"_sd": [digest(odd)]}, [odd]) in ("reserved_name", "digest_shape")


@pytest.mark.covers("sd-jwt", "4.1.1", "9.4")
@pytest.mark.parametrize("algorithm", ["sha-256", "sha-384", "sha-512"])
def test_hash_algorithms(algorithm: str) -> None:
    payload = {"_sd_alg": algorithm, "_sd": [digest(NAME, algorithm)]}
    assert verify(signed(payload, [NAME])).claims == {"name": "Ana"}


ODD_TEXTS: list[tuple[str, str, str]] = [
    ("padding", NAME + "=", "disclosure_encoding"),
    ("a space", NAME + " ", "disclosure_encoding"),
    ("a newline", NAME + "\n", "disclosure_encoding"),
    (
        "base64, not base64url",
        encode_base64url(b'["s","\xc3\xbf\xc3\xbf",1]').replace("_", "/") + "+",
        "disclosure_encoding",
    ),
    ("bits that no encoder writes", encode_base64url(b'["s","n",1]')[:-1] + "R", "disclosure_encoding"),
    ("empty", "", "disclosure_json"),
    ("not JSON", encode_base64url(b"[1"), "disclosure_json"),
    ("not UTF-8", encode_base64url(b'["s","\xff",1]'), "disclosure_json"),
    ("a byte order mark", encode_base64url(b'\xef\xbb\xbf["s","n",1]'), "disclosure_json"),
    ("two values", encode_base64url(b'["s","n",1][]'), "disclosure_json"),
    ("NaN", encode_base64url(b'["s","n",NaN]'), "disclosure_json"),
    ("1e400", encode_base64url(b'["s","n",1e400]'), "disclosure_json"),
    ("a member twice", encode_base64url(b'["s","n",{"a":1,"a":2}]'), "disclosure_json"),
    ("a lone surrogate", encode_base64url(rb'["s","\ud800",1]'), "disclosure_json"),
    ("NUL", encode_base64url(rb'["s","\u0000",1]'), "disclosure_json"),
    ("an object", encode_base64url(b'{"s":1}'), "disclosure_arity"),
    ("a string", encode_base64url(b'"sss"'), "disclosure_arity"),
    ("deep", encode_base64url(b'["s","n",' + b"[" * 900 + b"]" * 900 + b"]"), "disclosure_json"),
]


@pytest.mark.covers("sd-jwt", "4.2.1", "4.2.2")
@pytest.mark.attack("B8")
@pytest.mark.attack("D2")
@pytest.mark.parametrize(
    ("text", "code"), [case[1:] for case in ODD_TEXTS], ids=[case[0] for case in ODD_TEXTS]
)
def test_texts_that_are_no_disclosure(text: str, code: str) -> None:
    assert refused({"_sd": [digest(text)]}, [text]) == code


@pytest.mark.covers("sd-jwt", "4.2.3")
def test_white_space_and_escapes_within_the_json_are_the_issuers_choice() -> None:
    # RFC 9901, section 4.2.1: the same claim, written in other ways
    for text in (
        "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNXHUwMGY2Yml1cyJd",
        "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsImZhbWlseV9uYW1lIiwiTcO2Yml1cyJd",
        "WwoiXzI2YmM0TFQtYWM2cTJLSTZjQlc1ZXMiLAoiZmFtaWx5X25hbWUiLAoiTcO2Yml1cyIKXQ",
    ):
        assert verify(signed({"_sd": [digest(text)]}, [text])).claims == {"family_name": "Möbius"}


def nested(levels: int) -> Token:
    """Disclosures within Disclosures."""
    texts = [disclosure("s", "leaf", 1)]
    for _ in range(levels):
        texts.append(disclosure("s", "n", {"_sd": [digest(texts[-1])]}))
    return {"_sd": [digest(texts[-1])]}, texts


@pytest.mark.covers("sd-jwt", "4.2.6")
def test_a_chain_of_disclosures_has_an_end() -> None:
    payload, texts = nested(50)
    assert len(verify(signed(payload, texts)).disclosed) == 51
    assert refused(*nested(65)) == "too_deep"


def broad(count: int) -> Token:
    texts = [disclosure(f"salt-{number}", f"n{number}", "v") for number in range(count)]
    return {"_sd": [digest(text) for text in texts]}, texts


def test_a_thousand_disclosures_and_not_one_more() -> None:
    assert len(verify(signed(*broad(1_000))).disclosed) == 1_000
    payload, texts = broad(1_000)
    assert refused(payload, [*texts, disclosure("s", "one more", 1)]) == "too_many_disclosures"


def heavy_elements() -> str:
    text = disclosure("s", "n", [[]] * 60_000)
    return signed({"_sd": [digest(text)]}, [text])


def heavy_elements_to_look_into() -> str:
    text = disclosure("s", "n", [*[[]] * 60_000, "..."])
    return signed({"_sd": [digest(text)]}, [text])


def too_heavy_elements() -> str:
    text = disclosure("s", "n", [[]] * 250_000)
    return signed({"_sd": [digest(text)]}, [text])


def many_digests() -> str:
    text = disclosure("s", "n", {"_sd": [f"{number:043}" for number in range(16_000)]})
    return signed({"_sd": [digest(text)]}, [text])


def many_empty_disclosures() -> str:
    return signed({"a": 1}, ["W10"] * 1_000)


def deep_chain() -> str:
    payload, texts = nested(900)
    return signed(payload, texts)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (heavy_elements, None),
        (too_heavy_elements, "disclosure_json"),
        (heavy_elements_to_look_into, "too_many_nodes"),
        (many_digests, None),
        (many_empty_disclosures, "disclosure_arity"),
        (deep_chain, "too_deep"),
    ],
)
def test_a_hostile_token_is_answered_soon(make: Callable[[], str], code: str | None) -> None:
    token = make()
    assert len(token) < 1_048_576
    with costs_at_most(0.25):
        if code is None:
            assert verify(token).disclosed
        else:
            with pytest.raises(SdJwtError) as caught:
                verify(token)
            assert caught.value.code == code


@pytest.mark.covers("sd-jwt", "9.7")
@pytest.mark.covers("sd-jwt-vc", "2.2.2")
@pytest.mark.attack("B15", "E8")
@pytest.mark.parametrize(
    "claims",
    [
        {"status": {"status_list": {"idx": 1, "uri": "https://a.example/1"}, "_sd": [digest("x")]}},
        {"aka_vcts": ["https://a.example/b", {"...": digest("x")}]},
        {"cnf": {"jwk": {"_sd": []}}},
    ],
)
def test_nothing_of_what_decides_can_be_left_undisclosed(claims: dict[str, Any]) -> None:
    """A holder who keeps such a Disclosure back would take a status, or a type, away."""
    with pytest.raises(SdJwtError) as caught:
        process_payload(claims, [])
    assert caught.value.code == "claim_not_disclosable"
    assert process_payload(claims, [], permanent=frozenset()).claims.keys() == claims.keys()
