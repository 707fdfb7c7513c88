"""Queries: how they are read, which held credentials answer them, and whether an answer does."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from credentials.exchange.dcql import TYPE_IRIS, ClaimsQuery, DcqlError, DcqlQuery, check_answer, match
from credentials.exchange.formats import FormattedClaims

if TYPE_CHECKING:
    from tests.unit.credentials.conftest import World

BADGE_IRIS = [
    "https://www.w3.org/2018/credentials#VerifiableCredential",
    "https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential",
]


def credential_query(**members: Any) -> dict[str, Any]:
    return {"id": "badge", "format": "ldp_vc", "meta": {"type_values": [BADGE_IRIS]}} | members


def query(*queries: dict[str, Any], **members: Any) -> DcqlQuery:
    return DcqlQuery.parse({"credentials": list(queries or (credential_query(),))} | members)


def asking(*claims: dict[str, Any], **members: Any) -> DcqlQuery:
    return query(credential_query(claims=list(claims), **members))


def held(*documents: dict[str, Any], form: str = "ldp_vc") -> list[FormattedClaims]:
    return [FormattedClaims(form, each) for each in documents]


def passport(*documents: dict[str, Any], form: str = "ldp_vc") -> dict[str, FormattedClaims]:
    return {str(number): each for number, each in enumerate(held(*documents, form=form), start=1)}


# reading


@pytest.mark.covers("openid4vp-1.0", "6.1")
@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        (lambda q: q.clear(), "/credentials"),
        (lambda q: q.update(credentials=[]), "/credentials"),
        (lambda q: q.update(credentials={}), "/credentials"),
        (lambda q: q.update(credentials=["badge"]), "/credentials/0"),
        (lambda q: q["credentials"].append(q["credentials"][0]), "/credentials"),
        (lambda q: q["credentials"][0].update(id="a b"), "/credentials/0/id"),
        (lambda q: q["credentials"][0].update(id=""), "/credentials/0/id"),
        (lambda q: q["credentials"][0].pop("id"), "/credentials/0/id"),
        (lambda q: q["credentials"][0].pop("format"), "/credentials/0/format"),
        (lambda q: q["credentials"][0].pop("meta"), "/credentials/0/meta"),
        (lambda q: q["credentials"][0].update(meta={}), "/credentials/0/meta/type_values"),
        (
            lambda q: q["credentials"][0].update(meta={"type_values": [[]]}),
            "/credentials/0/meta/type_values/0",
        ),
        (
            lambda q: q["credentials"][0].update(meta={"type_values": ["A"]}),
            "/credentials/0/meta/type_values/0",
        ),
        (lambda q: q["credentials"][0].update(multiple="yes"), "/credentials/0/multiple"),
        (lambda q: q["credentials"][0].update(claims=[]), "/credentials/0/claims"),
        (lambda q: q["credentials"][0].update(claims=[{}]), "/credentials/0/claims/0/path"),
        (lambda q: q["credentials"][0].update(claims=[{"path": []}]), "/credentials/0/claims/0/path"),
        (lambda q: q["credentials"][0].update(claims=[{"path": [-1]}]), "/credentials/0/claims/0/path/0"),
        (lambda q: q["credentials"][0].update(claims=[{"path": [True]}]), "/credentials/0/claims/0/path/0"),
        (lambda q: q["credentials"][0].update(claims=[{"path": [1.0]}]), "/credentials/0/claims/0/path/0"),
        (
            lambda q: q["credentials"][0].update(claims=[{"path": ["a"], "values": []}]),
            "/credentials/0/claims/0/values",
        ),
        (
            lambda q: q["credentials"][0].update(claims=[{"path": ["a"], "values": [1.5]}]),
            "/credentials/0/claims/0/values/0",
        ),
        (lambda q: q["credentials"][0].update(claim_sets=[["a"]]), "/credentials/0/claim_sets/0"),
        (lambda q: q.update(credential_sets=[]), "/credential_sets"),
        (lambda q: q.update(credential_sets=[{"options": [["other"]]}]), "/credential_sets/0/options/0"),
        (lambda q: q.update(credential_sets=[{"options": [[]]}]), "/credential_sets/0/options/0"),
        (
            lambda q: q.update(credential_sets=[{"options": [["badge"]], "required": 1}]),
            "/credential_sets/0/required",
        ),
    ],
)
def test_a_query_of_another_shape_is_refused_where_it_is_wrong(change: Any, pointer: str) -> None:
    raw: dict[str, Any] = {"credentials": [credential_query()]}
    DcqlQuery.parse(copy.deepcopy(raw))
    change(raw)
    with pytest.raises(DcqlError) as caught:
        DcqlQuery.parse(raw)
    assert (caught.value.code, caught.value.pointer) == ("dcql_shape", pointer)


@pytest.mark.parametrize("raw", [None, [], "x", 7])
def test_what_is_no_object_is_no_query(raw: object) -> None:
    with pytest.raises(DcqlError):
        DcqlQuery.parse(raw)


@pytest.mark.covers("openid4vp-1.0", "6.1")
@pytest.mark.parametrize(
    "members",
    [
        {"claims": [{"path": ["a"] * 21}]},
        {"claims": [{"path": ["a"], "values": ["b"] * 101}]},
        {"claims": [{"path": ["a"]}] * 51},
        {"meta": {"type_values": [["A"]] * 51}},
        {"meta": {"type_values": [["A" * 2049]]}},
    ],
)
def test_a_query_is_bounded(members: dict[str, Any]) -> None:
    with pytest.raises(DcqlError) as caught:
        query(credential_query(**members))
    assert caught.value.code == "dcql_too_large"
    with pytest.raises(DcqlError) as caught:
        query(*(credential_query(id=f"q{number}") for number in range(21)))
    assert caught.value.code == "dcql_too_large"


def test_what_is_not_known_is_ignored_and_kept() -> None:
    raw = {
        "credentials": [credential_query(trusted_authorities=[{"type": "x"}], more=1)],
        "purpose": "hiring",
    }
    assert DcqlQuery.parse(raw).to_json() == raw


@pytest.mark.covers("openid4vp-1.0", "6.1")
def test_a_query_for_another_format_can_be_read_and_nothing_answers_it(world: World) -> None:
    other = query({"id": "pid", "format": "dc+sd-jwt", "meta": {"vct_values": ["https://example.org/pid"]}})
    assert match(other, passport(world.signed_badge())).chosen is None


# types


@pytest.mark.covers("openid4vp-1.0", "6.1", "B.1")
@pytest.mark.parametrize(
    "type_values",
    [
        [BADGE_IRIS],
        [["VerifiableCredential", "OpenBadgeCredential"]],
        [["AchievementCredential"]],
        [["https://example.org/Other"], ["OpenBadgeCredential"]],
    ],
)
def test_types_are_matched_by_iri_and_by_short_name(world: World, type_values: list[list[str]]) -> None:
    asked = query(credential_query(meta={"type_values": type_values}))
    assert match(asked, passport(world.badge())).chosen == ("badge",)


@pytest.mark.covers("openid4vp-1.0", "6.1", "B.1")
@pytest.mark.parametrize(
    "type_values",
    [
        [["https://example.org/Other"]],
        [[*BADGE_IRIS, "https://example.org/Other"]],
        [["openbadgecredential"]],
        [["EndorsementCredential"]],
    ],
)
def test_every_type_of_an_alternative_must_be_there(world: World, type_values: list[list[str]]) -> None:
    asked = query(credential_query(meta={"type_values": type_values}))
    assert match(asked, passport(world.badge())).chosen is None


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("https://www.w3.org/ns/credentials/v2", ["VerifiableCredential"]),
        (
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
            ["OpenBadgeCredential", "AchievementCredential", "EndorsementCredential"],
        ),
    ],
)
def test_the_table_of_types_is_that_of_the_pinned_contexts(world: World, url: str, names: list[str]) -> None:
    terms = world.contexts.newest_documents()[url]["@context"]
    terms = {k: v for each in (terms if isinstance(terms, list) else [terms]) for k, v in each.items()}
    for name in names:
        iri = terms[name]["@id"]
        assert TYPE_IRIS[name] == (terms[iri]["@id"] if iri in terms else iri)


# claims


DOCUMENT: dict[str, Any] = {
    "name": "x",
    "age": 18,
    "adult": True,
    "degrees": [{"type": "B", "year": 1}, {"type": "M"}],
    "nested": [["a", "b"], ["c"]],
    "nothing": None,
}


@pytest.mark.covers("openid4vp-1.0", "7.1")
@pytest.mark.covers("openid4vci-1.0", "C.1")
@pytest.mark.parametrize(
    ("path", "selected"),
    [
        (("name",), ["x"]),
        (("degrees", None, "type"), ["B", "M"]),
        (("degrees", None, "year"), [1]),
        (("degrees", 1, "type"), ["M"]),
        (("degrees", 2), []),
        (("nested", None, 1), ["b"]),
        (("nested", None, None), ["a", "b", "c"]),
        (("nothing",), [None]),
        (("name", 0), []),
        (("name", None), []),
        (("degrees", "type"), []),
        (("absent",), []),
        (("absent", "more"), []),
        (("degrees", None, "type", "more"), []),
    ],
)
def test_a_path_selects_what_the_specification_says(path: tuple[Any, ...], selected: list[Any]) -> None:
    assert ClaimsQuery(path).select(DOCUMENT) == selected


@pytest.mark.covers("openid4vp-1.0", "6.3")
@pytest.mark.parametrize(
    ("path", "values", "found"),
    [
        (("age",), (18,), True),
        (("age",), ("18",), False),
        (("age",), (17, 18), True),
        (("adult",), (True,), True),
        (("adult",), (1,), False),
        (("degrees", None, "year"), (True,), False),
        (("name",), ("X",), False),
        (("name",), ("x ",), False),
        (("degrees", None, "type"), ("M",), True),
        (("degrees",), ("B",), False),
    ],
)
def test_values_are_compared_exactly(path: tuple[Any, ...], values: tuple[Any, ...], found: bool) -> None:
    assert ClaimsQuery(path, values).is_in(DOCUMENT) is found


def test_the_consent_page_can_name_the_claims_that_are_asked(world: World) -> None:
    name = ["credentialSubject", "achievement", "name"]
    asked = asking({"path": name, "values": ["Pilotage de drone"]}, {"path": ["issuer", "id"]})
    matches = match(asked, passport(world.badge(), world.badge() | {"credentialSubject": {}}))
    assert [each.key for each in matches.candidates["badge"]] == ["1"]
    assert [claim.path for claim in matches.candidates["badge"][0].claims] == [tuple(name), ("issuer", "id")]


@pytest.mark.covers("openid4vp-1.0", "6.4.1")
def test_of_the_claim_sets_the_first_that_can_be_given_is_asked(world: World) -> None:
    claims = [{"id": "a", "path": ["absent"]}, {"id": "b", "path": ["name"]}, {"id": "c", "path": ["issuer"]}]
    matches = match(asking(*claims, claim_sets=[["a", "b"], ["c"], ["b"]]), passport(world.badge()))
    assert [claim.id for claim in matches.candidates["badge"][0].claims] == ["c"]
    assert match(asking(*claims, claim_sets=[["a"]]), passport(world.badge())).chosen is None


@pytest.mark.covers("openid4vp-1.0", "5.3", "6.1")
def test_a_credential_is_not_handed_out_without_its_holders_signature(world: World) -> None:
    asked = query(credential_query(require_cryptographic_holder_binding=False))
    assert match(asked, passport(world.badge())).chosen is None


# which queries are answered


def sets(*answerable: str, credential_sets: list[dict[str, Any]]) -> tuple[str, ...] | None:
    asked = query(*(credential_query(id=name) for name in "abc"), credential_sets=credential_sets)
    return asked.choose(frozenset(answerable))


@pytest.mark.covers("openid4vp-1.0", "6.2", "6.4.2")
def test_without_credential_sets_everything_is_needed() -> None:
    asked = query(credential_query(id="a"), credential_query(id="b"))
    assert asked.choose(frozenset("ab")) == ("a", "b")
    assert asked.choose(frozenset("a")) is None


@pytest.mark.covers("openid4vp-1.0", "6.2", "6.4.2")
def test_of_credential_sets_the_first_option_is_given_and_nothing_optional() -> None:
    needed = [{"options": [["a", "b"], ["c"]]}, {"options": [["b"]], "required": False}]
    assert sets("a", "b", "c", credential_sets=needed) == ("a", "b")
    assert sets("c", "b", credential_sets=needed) == ("c",)
    assert sets("a", credential_sets=needed) is None


# an answer


def answer_code(asked: DcqlQuery, **answer: list[FormattedClaims]) -> str:
    try:
        check_answer(asked, answer)
    except DcqlError as err:
        return err.code
    return "answered"


@pytest.mark.covers("openid4vp-1.0", "8.6")
@pytest.mark.attack("G10")
def test_an_answer_is_what_was_asked_for(world: World) -> None:
    badge = world.badge()
    claims = [{"path": ["credentialSubject", "achievement", "name"], "values": ["Pilotage de drone"]}]
    assert answer_code(asking(*claims), badge=held(badge)) == "answered"
    other = copy.deepcopy(badge)
    other["credentialSubject"]["achievement"]["name"] = "Pilotage"
    assert answer_code(asking(*claims), badge=held(other)) == "answer_claims"
    assert answer_code(query(), badge=held(badge | {"type": ["VerifiableCredential"]})) == "answer_type"
    assert answer_code(query(), badge=[]) == "answer_missing"
    assert answer_code(query()) == "answer_missing"


@pytest.mark.covers("openid4vp-1.0", "8.6")
@pytest.mark.attack("G10")
def test_several_credentials_answer_only_where_several_are_asked_for(world: World) -> None:
    two = held(world.badge(), world.badge(credential_id="urn:uuid:2"))
    assert answer_code(query(), badge=two) == "answer_too_many"
    assert answer_code(query(credential_query(multiple=True)), badge=two) == "answered"
    stranger = held(world.badge(), world.badge() | {"type": ["VerifiableCredential"]})
    assert answer_code(query(credential_query(multiple=True)), badge=stranger) == "answer_type"


@pytest.mark.covers("openid4vp-1.0", "8.6")
@pytest.mark.attack("G10")
def test_an_answer_must_have_all_that_is_needed(world: World) -> None:
    both = query(credential_query(id="a"), credential_query(id="b"))
    assert answer_code(both, a=held(world.badge()), b=held(world.badge())) == "answered"
    assert answer_code(both, a=held(world.badge())) == "answer_missing"


@pytest.mark.covers("openid4vp-1.0", "8.6")
def test_an_answer_in_another_format_is_refused(world: World) -> None:
    pid = query({"id": "pid", "format": "dc+sd-jwt", "meta": {"vct_values": ["urn:pid"]}})
    assert answer_code(pid, pid=held(world.badge())) == "answer_format"
