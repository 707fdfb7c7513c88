"""The checker of the OBv3 data model: each of its rules fires where it is broken, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from credentials.open_badges import classes
from credentials.open_badges.checker import (
    MAXIMUM_BROKEN_RULES,
    MAXIMUM_VALUES,
    RULE_NAMES,
    BrokenRule,
    check_open_badge,
)
from credentials.open_badges.lint import lint_credential
from credentials.open_badges.references import REFERENCE_RULES
from credentials.open_badges.vocabularies import VOCABULARIES
from tests.timing import costs_at_most
from tests.unit.credentials.complete_badges import as_vcdm_1_1, complete_badge, complete_endorsement
from tests.unit.credentials.conftest import NOW, World

ACHIEVEMENT = "/credentialSubject/achievement"
DESCRIPTION = f"{ACHIEVEMENT}/resultDescription/0"
# where a complete badge has an object of each class
PLACES = {
    "AchievementCredential": "",
    "AchievementCredentialv1p1": "",
    "EndorsementCredential": "/endorsement/0",
    "EndorsementCredentialv1p1": "/endorsement/0",
    "Achievement": ACHIEVEMENT,
    "AchievementSubject": "/credentialSubject",
    "Address": "/issuer/address",
    "Alignment": f"{ACHIEVEMENT}/alignment/0",
    "Criteria": f"{ACHIEVEMENT}/criteria",
    "EndorsementSubject": "/endorsement/0/credentialSubject",
    "Evidence": "/evidence/0",
    "GeoCoordinates": "/issuer/address/geo",
    "IdentifierEntry": "/issuer/otherIdentifier/0",
    "IdentityObject": "/credentialSubject/identifier/0",
    "Image": f"{ACHIEVEMENT}/image",
    "Profile": "/issuer",
    "Related": f"{ACHIEVEMENT}/related/0",
    "Result": "/credentialSubject/result/0",
    "ResultDescription": DESCRIPTION,
    "RubricCriterionLevel": f"{DESCRIPTION}/rubricCriterionLevel/0",
    "CredentialSchema": "/credentialSchema/0",
    "CredentialStatus": "/credentialStatus",
    "RefreshService": "/refreshService",
    "TermsOfUse": "/termsOfUse/0",
    "Proof": "/proof",
}
REFERENCE_NAMES = {rule.name for rule in REFERENCE_RULES}
TABLE_RULES = [
    name for name in RULE_NAMES if name not in REFERENCE_NAMES and not name.startswith("Credential.")
]
# a member that only the second description of a complete badge has
ELSEWHERE = {
    name: f"{ACHIEVEMENT}/resultDescription/1"
    for name in RULE_NAMES
    if name.startswith(("ResultDescription.valueM",))
}


def node_at(document: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        document = document[int(step) if isinstance(document, list) else step]
    return document


def document_for(rule: str) -> Any:
    badge = complete_badge()
    return as_vcdm_1_1(badge) if rule.partition(".")[0].endswith("v1p1") else badge


def wrong(value: Any) -> Any:
    """A value of another kind than this one."""
    return "many" if isinstance(value, int | float) and not isinstance(value, bool) else 7


def break_rule(node: Any, rule: str) -> tuple[str, list[Any]]:
    """The member that a rule is about, and the values that break it; no value: the member is taken away."""
    _, *member, constraint = rule.split(".")
    name = member[0] if member else "other"
    value = node.get(name)
    values: list[Any] = {
        "required": [],
        "not-empty": [None, []],
        "single": [[value, value]],
        "well-formed": [wrong(value), [wrong(value)] if isinstance(value, list) else True],
        "in-enumeration": ["NoSuchTerm", "ext:", "ext:a b", "", 7],
        "includes": ["Other", 7, []],
        "in-order": [[*node.get("@context", [])[:1], "https://other.example/"], "x", [], [{}, {}]],
        "no-other-member": [1],
    }[constraint]
    if constraint == "includes" and isinstance(value, str):
        values = ["Other", 7]
    elif constraint == "includes" and "VerifiableCredential" in value:
        values = [[each for each in value if each != "VerifiableCredential"]]
    elif constraint == "in-order" and "v1p1" in rule:
        values = values[:1]  # without its base context, it would be one of VCDM 2.0
    elif value is True:
        values = [each for each in values if each is not True]
    return name, values


@pytest.mark.covers(
    "open-badges-3.0",
    "Data Models: AchievementCredential",
    "Data Models: Achievement",
    "Data Models: AchievementSubject",
    "Data Models: Alignment",
    "Data Models: Criteria",
    "Data Models: Evidence",
    "Data Models: Image",
    "Data Models: Profile",
    "Data Models: IdentityObject",
    "Data Models: Result and ResultDescription",
    "Data Models: RubricCriterionLevel",
    "Data Models: Related",
    "Data Models: EndorsementCredential and EndorsementSubject",
    "Data Models: IdentifierEntry",
    "Data Models: Address and GeoCoordinates",
    "Data Models: CredentialSchema",
    "Data Models: RefreshService",
    "Data Models: TermsOfUse",
    "Data Models: CredentialStatus",
    "Verification Support Data Models",
)
@pytest.mark.covers("vcdm-2.0", "5.4")
@pytest.mark.parametrize("rule", TABLE_RULES)
def test_a_rule_of_the_tables_fires(rule: str) -> None:
    place = ELSEWHERE.get(rule, PLACES[rule.partition(".")[0]])
    name, values = break_rule(node_at(document_for(rule), place), rule)
    for value in values or [None]:
        document = document_for(rule)
        node = node_at(document, place)
        if values:
            node[name] = value
        else:
            del node[name]
        broken = check_open_badge(document)
        where = f"{place}/{name}"
        hits = [each for each in broken if each.rule == rule and each.pointer.startswith(where)]
        assert hits, (value, broken)
        others = {each.rule for each in broken} - {rule} - REFERENCE_NAMES
        # a broken type or context is all that can be said of it; the members are still looked at
        assert others == set(), value


@pytest.mark.covers(
    "open-badges-3.0",
    "Data Models: AchievementCredential",
    "Data Models: Achievement",
    "Data Models: AchievementSubject",
    "Data Models: Alignment",
    "Data Models: Criteria",
    "Data Models: Evidence",
    "Data Models: Image",
    "Data Models: Profile",
    "Data Models: IdentityObject",
    "Data Models: Result and ResultDescription",
    "Data Models: RubricCriterionLevel",
    "Data Models: Related",
    "Data Models: EndorsementCredential and EndorsementSubject",
    "Data Models: IdentifierEntry",
    "Data Models: Address and GeoCoordinates",
    "Data Models: CredentialSchema",
    "Data Models: RefreshService",
    "Data Models: TermsOfUse",
    "Data Models: CredentialStatus",
    "Verification Support Data Models",
)
@pytest.mark.parametrize("name", PLACES)
def test_a_complete_badge_has_every_member_and_breaks_no_rule(name: str) -> None:
    document = document_for(f"{name}.")
    assert check_open_badge(document) == []
    members = {each.name for each in classes.CLASSES[name].properties}
    nodes = [node_at(document, PLACES[name])]
    if name == "ResultDescription":
        nodes.append(node_at(document, f"{ACHIEVEMENT}/resultDescription/1"))
    assert members <= set().union(*nodes)


def test_there_are_hundreds_of_rules_and_their_names_differ() -> None:
    assert len(RULE_NAMES) == len(set(RULE_NAMES)) > 500
    assert PLACES.keys() == classes.CLASSES.keys()


def subject(document: Any) -> Any:
    return document["credentialSubject"]


def achievement(document: Any) -> Any:
    return document["credentialSubject"]["achievement"]


def results(document: Any) -> Any:
    return document["credentialSubject"]["result"]


def descriptions(document: Any) -> Any:
    return document["credentialSubject"]["achievement"]["resultDescription"]


def levels(document: Any) -> Any:
    return descriptions(document)[0]["rubricCriterionLevel"]


def drop(node: Any, *names: str) -> None:
    for name in names:
        del node[name]


# rule: what breaks it, where it is then broken, and what looks alike and is right
REFERENCES: dict[str, tuple[Any, str, Any]] = {
    "AchievementSubject.identified": (
        lambda badge: drop(subject(badge), "id", "identifier"),
        "/credentialSubject",
        lambda badge: drop(subject(badge), "id"),
    ),
    "AchievementSubject.activityEndDate.after-start": (
        lambda badge: subject(badge).update(activityEndDate="2026-10-01T09:59:59Z"),
        "/credentialSubject/activityEndDate",
        lambda badge: subject(badge).update(activityEndDate="2026-10-01T12:00:00+02:00"),
    ),
    "Criteria.told": (
        lambda badge: achievement(badge).update(criteria={"name": "x"}),
        f"{ACHIEVEMENT}/criteria",
        lambda badge: drop(achievement(badge)["criteria"], "id"),
    ),
    "IdentityObject.identityHash.hashed": (
        lambda badge: subject(badge)["identifier"][0].update(identityHash="a@example.com"),
        "/credentialSubject/identifier/0/identityHash",
        lambda badge: subject(badge)["identifier"][0].update(identityHash="md5$" + "0aF9" * 8),
    ),
    "IdentityObject.hashed.true-of-hash": (
        lambda badge: subject(badge)["identifier"][0].update(hashed=False),
        "/credentialSubject/identifier/0/hashed",
        lambda badge: subject(badge)["identifier"][0].update(hashed=False, identityHash="a@example.com"),
    ),
    "Result.resultDescription.resolves": (
        lambda badge: results(badge)[1].update(resultDescription="urn:uuid:elsewhere"),
        "/credentialSubject/result/1/resultDescription",
        lambda badge: drop(results(badge)[1], "resultDescription"),
    ),
    "Result.achievedLevel.resolves": (
        lambda badge: results(badge)[1].update(achievedLevel="urn:uuid:level-1"),
        "/credentialSubject/result/1/achievedLevel",
        lambda badge: (
            drop(results(badge)[1], "resultDescription"),
            results(badge)[1].update(achievedLevel="urn:uuid:level-1"),
        ),
    ),
    "Result.status.given": (
        lambda badge: drop(results(badge)[2], "status"),
        "/credentialSubject/result/2/status",
        lambda badge: drop(results(badge)[0], "status"),
    ),
    "Result.value.allowed": (
        lambda badge: results(badge)[0].update(value="middle"),
        "/credentialSubject/result/0/value",
        lambda badge: results(badge)[0].update(value="high"),
    ),
    "Result.value.in-range": (
        lambda badge: results(badge)[1].update(value="100.01"),
        "/credentialSubject/result/1/value",
        lambda badge: results(badge)[1].update(value="100%"),
    ),
    "ResultDescription.requiredValue.possible": (
        lambda badge: descriptions(badge)[1].update(requiredValue="101"),
        f"{ACHIEVEMENT}/resultDescription/1/requiredValue",
        lambda badge: descriptions(badge)[1].update(requiredValue="A"),
    ),
    "ResultDescription.requiredLevel.resolves": (
        lambda badge: descriptions(badge)[0].update(requiredLevel="urn:uuid:level-3"),
        f"{DESCRIPTION}/requiredLevel",
        lambda badge: descriptions(badge)[0].update(requiredLevel="urn:uuid:level-1"),
    ),
    "ResultDescription.valueMax.not-below-minimum": (
        lambda badge: descriptions(badge)[2].update(valueMin="2", valueMax="1.5"),
        f"{ACHIEVEMENT}/resultDescription/2/valueMax",
        lambda badge: descriptions(badge)[2].update(valueMin="F", valueMax="1.5"),
    ),
    "ResultDescription.id.unique": (
        lambda badge: descriptions(badge).append(descriptions(badge)[1]),
        f"{ACHIEVEMENT}/resultDescription/3/id",
        lambda badge: descriptions(badge).append(descriptions(badge)[1] | {"id": "urn:uuid:other"}),
    ),
    "RubricCriterionLevel.id.unique": (
        lambda badge: levels(badge).append(levels(badge)[1]),
        f"{DESCRIPTION}/rubricCriterionLevel/2/id",
        lambda badge: levels(badge).append(levels(badge)[1] | {"id": "urn:uuid:other"}),
    ),
    "Related.id.another": (
        lambda badge: achievement(badge)["related"][0].update(id=achievement(badge)["id"]),
        f"{ACHIEVEMENT}/related/0/id",
        lambda badge: achievement(badge)["related"][0].update(id=f"{achievement(badge)['id']}/"),
    ),
    "EndorsementCredential.about-its-place": (
        lambda badge: achievement(badge)["endorsement"][0]["credentialSubject"].update(
            id="did:web:node.example"
        ),
        f"{ACHIEVEMENT}/endorsement/0/credentialSubject/id",
        lambda badge: achievement(badge)["endorsement"][0]["credentialSubject"].update(
            id="https://creator.example/"
        ),
    ),
    "EndorsementCredential.about-the-credential": (
        lambda badge: badge["endorsement"][0]["credentialSubject"].update(id="did:web:stranger.example"),
        "/endorsement/0/credentialSubject/id",
        lambda badge: badge["endorsement"][0]["credentialSubject"].update(id="did:web:node.example"),
    ),
    "CredentialSchema.of-open-badges": (
        lambda badge: badge["credentialSchema"][0].update(id="https://node.example/schema"),
        "/credentialSchema",
        lambda badge: badge["credentialSchema"].insert(
            0, {"id": "https://node.example/schema", "type": "JsonSchema"}
        ),
    ),
    "RefreshService.id.on-the-web": (
        lambda badge: badge["refreshService"].update(id="urn:uuid:1"),
        "/refreshService/id",
        lambda badge: badge["refreshService"].update(id="http://node.example/refresh"),
    ),
    "Credential.extensions-defined": (
        lambda badge: badge["@context"].pop(),
        "/credentialSchema/0/type",
        lambda badge: badge["@context"].insert(2, "https://other.example/"),
    ),
    "Credential.validUntil.after-start": (
        lambda badge: badge.update(validUntil="2026-11-02T09:59:59Z"),
        "/validUntil",
        lambda badge: badge.update(validUntil="2026-11-02T10:00:00Z"),
    ),
    "GeoCoordinates.latitude.on-earth": (
        lambda badge: badge["issuer"]["address"]["geo"].update(latitude=-90.1),
        "/issuer/address/geo/latitude",
        lambda badge: badge["issuer"]["address"]["geo"].update(latitude=-90),
    ),
    "GeoCoordinates.longitude.on-earth": (
        lambda badge: badge["issuer"]["address"]["geo"].update(longitude=181),
        "/issuer/address/geo/longitude",
        lambda badge: badge["issuer"]["address"]["geo"].update(longitude=180),
    ),
}


@pytest.mark.covers(
    "open-badges-3.0",
    "Data Models: AchievementSubject",
    "Data Models: Criteria",
    "Data Models: IdentityObject",
    "Data Models: Result and ResultDescription",
    "Data Models: RubricCriterionLevel",
    "Data Models: Related",
    "Data Models: EndorsementCredential and EndorsementSubject",
    "Data Models: Address and GeoCoordinates",
    "Data Models: CredentialSchema",
    "Data Models: RefreshService",
    "Extending the Data Model",
)
@pytest.mark.parametrize("rule", REFERENCES)
def test_a_rule_between_members_fires_alone_and_not_for_its_twin(rule: str) -> None:
    breaks, where, right = REFERENCES[rule]
    document = complete_badge()
    breaks(document)
    broken = check_open_badge(document)
    assert where in [each.pointer for each in broken if each.rule == rule]
    assert {each.rule for each in broken} == {rule}
    document = complete_badge()
    right(document)
    assert check_open_badge(document) == []


@pytest.mark.covers("open-badges-3.0", "Verification Support Data Models")
def test_a_badge_of_vcdm_1_1_ends_after_it_begins() -> None:
    document = as_vcdm_1_1(complete_badge())
    document["expirationDate"] = "2026-11-02T09:59:59Z"
    [broken] = check_open_badge(document)
    assert (broken.rule, broken.pointer) == ("Credential.expirationDate.after-start", "/expirationDate")
    assert check_open_badge(as_vcdm_1_1(complete_badge())) == []


def test_every_rule_between_members_is_tested_here() -> None:
    assert REFERENCES.keys() | {"Credential.expirationDate.after-start"} == REFERENCE_NAMES


@pytest.mark.parametrize(
    "types", [None, [], "VerifiableCredential", ["VerifiableCredential", "Other"], [7], {}]
)
def test_what_is_no_badge_is_said_to_be_none(types: Any) -> None:
    assert [each.rule for each in check_open_badge(complete_badge() | {"type": types})] == [
        "Credential.type.known"
    ]
    for kind in ("OpenBadgeCredential", "AchievementCredential"):
        document = complete_badge() | {"type": ["VerifiableCredential", kind]}
        assert check_open_badge(document) == []


@pytest.mark.covers(
    "open-badges-3.0",
    "EndorsementCredential Verification",
    "Data Models: EndorsementCredential and EndorsementSubject",
)
def test_an_endorsement_is_checked_alone() -> None:
    endorsement = complete_endorsement("did:web:node.example")
    assert check_open_badge(endorsement) == []
    assert check_open_badge(as_vcdm_1_1(endorsement)) == []
    for version in (endorsement, as_vcdm_1_1(endorsement)):
        del version["credentialSubject"]["id"]
        assert [(each.rule, each.pointer) for each in check_open_badge(version)] == [
            ("EndorsementSubject.id.required", "/credentialSubject/id")
        ]


@pytest.mark.covers("open-badges-3.0", "Extending Enumerated Vocabularies")
@pytest.mark.parametrize("name", VOCABULARIES)
def test_an_enumeration_has_its_terms_and_its_room_for_others(name: str) -> None:
    vocabulary = VOCABULARIES[name]
    assert all(map(vocabulary.has, vocabulary.terms))
    assert vocabulary.has("ext:Of_our-own.1") is vocabulary.is_extensible is (name != "ResultStatusType")
    for odd in ("", "Other", "ext:", "ext:é", "EXT:a", None, 7, [next(iter(vocabulary.terms))]):
        assert not vocabulary.has(odd)


@pytest.mark.parametrize(
    ("value", "is_right"),
    [
        ("Pilotage", True),
        ({"fr": "Pilotage", "en-GB": "Piloting"}, True),
        ({"@value": "Pilotage", "@language": "fr"}, True),
        ({}, False),
        ({"fr": 7}, False),
        ({"French": "Pilotage"}, False),
        ({"@value": 7}, False),
        ({"@value": "Pilotage", "id": "x"}, False),
        (7, False),
    ],
)
def test_text_is_a_string_or_says_its_language(value: Any, *, is_right: bool) -> None:
    document = complete_badge()
    achievement(document)["name"] = value
    broken = [each.rule for each in check_open_badge(document)]
    assert broken == ([] if is_right else ["Achievement.name.well-formed"])


@pytest.mark.parametrize(
    ("member", "value", "is_right"),
    [
        ("activityStartDate", "2026-09-01T10:00:00", True),
        ("activityStartDate", "2026-09-01", False),
        ("activityStartDate", "2026-09-31T10:00:00Z", False),
        ("creditsEarned", 3, True),
        ("creditsEarned", True, False),
    ],
)
def test_dates_and_numbers_are_looked_at(member: str, value: Any, *, is_right: bool) -> None:
    document = complete_badge()
    subject(document)[member] = value
    broken = [each.rule for each in check_open_badge(document)]
    assert broken == ([] if is_right else [f"AchievementSubject.{member}.well-formed"])


@pytest.mark.parametrize(
    ("member", "value", "is_right"),
    [
        ("dateOfBirth", "2000-02-29", True),
        ("dateOfBirth", "2001-02-29", False),
        ("dateOfBirth", "2000-02-29T00:00:00Z", False),
        ("email", "a@b", True),
        ("email", "a at b", False),
        ("endorsementJwt", "a..b", True),
        ("endorsementJwt", "a.b", False),
        ("endorsementJwt", ["a.b.c", "a.b.c.d"], False),
        ("url", "node.example", False),
    ],
)
def test_the_forms_of_strings_are_looked_at(member: str, value: Any, *, is_right: bool) -> None:
    document = complete_badge()
    document["issuer"][member] = value
    broken = [each.rule for each in check_open_badge(document)]
    assert broken == ([] if is_right else [f"Profile.{member}.well-formed"])


@pytest.mark.covers("open-badges-3.0", "Serialization: JSON")
def test_one_value_may_stand_without_an_array_where_several_may_be() -> None:
    document = complete_badge()
    for node, member in (
        (document, "evidence"),
        (document, "credentialSchema"),
        (achievement(document), "alignment"),
        (subject(document), "identifier"),
    ):
        node[member] = node[member][0]
    assert check_open_badge(document) == []


def test_an_issuer_may_be_its_id_alone_in_vcdm_2_0_and_not_in_1_1() -> None:
    document = complete_badge() | {"issuer": "did:web:node.example"}
    assert check_open_badge(document) == []
    broken = check_open_badge(as_vcdm_1_1(document))
    assert [each.rule for each in broken] == ["AchievementCredentialv1p1.issuer.well-formed"]


@pytest.mark.covers(
    "open-badges-3.0",
    "Data Models: AchievementCredential",
    "Data Models: Achievement",
    "Data Models: Profile",
)
def test_our_own_badges_keep_to_the_model(world: World) -> None:
    assert check_open_badge(world.badge()) == []
    assert check_open_badge(world.signed_badge()) == []
    assert lint_credential(world.badge(), NOW) == []


def test_a_place_is_a_json_pointer() -> None:
    document = complete_badge()
    document["image"]["a/b~c"] = 1
    assert check_open_badge(document) == [
        BrokenRule("Image.no-other-member", "/image/a~1b~0c", "not in the model")
    ]


def test_nesting_without_end_is_no_recursion() -> None:
    document = complete_badge()
    organisation: Any = {"id": "https://parent.example/", "type": ["Profile"]}
    for _ in range(5_000):
        organisation = {"id": "https://parent.example/", "type": ["Profile"], "parentOrg": organisation}
    document["issuer"] = organisation
    with costs_at_most(2):
        assert check_open_badge(document) == []


def test_what_is_found_is_bounded_and_says_so() -> None:
    document = complete_badge()
    document["evidence"] = [{} for _ in range(1_000)]
    broken = check_open_badge(document)
    assert len(broken) == MAXIMUM_BROKEN_RULES
    assert broken[-1].rule == "Credential.checked-to-its-end"
    document["evidence"] = [{"type": "Evidence"} for _ in range(MAXIMUM_VALUES)]
    assert [each.rule for each in check_open_badge(document)] == ["Credential.checked-to-its-end"]
    document["evidence"] = [{"type": "Evidence"} for _ in range(1_000)]
    assert check_open_badge(document) == []


@pytest.mark.parametrize(
    "fill",
    [
        lambda badge: achievement(badge).update(tag=["a"] * 250_000),
        lambda badge: badge.update(endorsementJwt="a" * 900_000 + "!"),
        lambda badge: badge["issuer"].update(email="a" * 900_000),
        lambda badge: (
            subject(badge).update(result=[{"type": "Result", "achievedLevel": "urn:x:1"}] * 9_000),
            achievement(badge).update(
                resultDescription=[
                    {"id": f"urn:{number}", "type": "ResultDescription", "name": "a", "resultType": "Status"}
                    for number in range(9_000)
                ]
            ),
        ),
        lambda badge: (
            subject(badge).update(
                result=[{"type": "Result", "resultDescription": "urn:uuid:levels", "value": "v7999"}] * 4_000
            ),
            descriptions(badge)[0].update(allowedValue=[f"v{number}" for number in range(8_000)]),
        ),
    ],
    ids=["tags", "token", "e-mail", "descriptions", "values"],
)
def test_a_hostile_badge_costs_little(fill: Any) -> None:
    document = complete_badge()
    fill(document)
    with costs_at_most(1):
        check_open_badge(document)


def test_odd_shapes_break_rules_and_nothing_else() -> None:
    odd_values: list[Any] = [None, 7, "x", [], {}, [[]], [None], [{}], {"id": []}, {"id": {}}, [7, "x", {}]]
    complete = complete_badge()
    for place in PLACES.values():
        for member in list(node_at(complete, place)):
            for odd in odd_values:
                node = node_at(complete, place)
                node[member], right = odd, node[member]
                check_open_badge(complete)
                node[member] = right
    assert check_open_badge(complete) == []
