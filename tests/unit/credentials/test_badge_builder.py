"""The builder: everything that the Open Badges 3.0.3 model has can be said; what breaks a rule is told, with its
place.
"""

from __future__ import annotations

import copy
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from contexts import strict_json
from contexts.errors import StrictJsonError
from credentials.open_badges import (
    Achievement,
    AchievementCredential,
    AchievementSubject,
    Address,
    Alignment,
    BuildError,
    CredentialSchema,
    Criteria,
    EndorsementCredential,
    EndorsementSubject,
    Evidence,
    GeoCoordinates,
    IdentifierEntry,
    IdentityObject,
    Image,
    Kind,
    LanguageText,
    Node,
    Profile,
    RefreshService,
    Related,
    Result,
    ResultDescription,
    RubricCriterionLevel,
    TermsOfUse,
    argument_of,
    build_achievement,
    build_credential,
    build_profile,
    check_open_badge,
    read_credential,
    require_sound,
    write_credential,
)
from credentials.open_badges.classes import CLASSES
from credentials.open_badges.nodes import ARGUMENT_RULES
from credentials.schemas import SchemaStore
from credentials.status import build_status_entry
from credentials.verification import check_credential
from tests.unit.credentials.complete_badges import EXTENSIONS, complete_badge, complete_endorsement
from tests.unit.credentials.conftest import LIST_URL, NOW, World

SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
# signed elsewhere, or written by a module of its own
NOT_BUILT = {"Proof", "CredentialStatus", "AchievementCredentialv1p1", "EndorsementCredentialv1p1"}
ALIGNMENT = Alignment(
    target_name="Suivre des consignes",
    target_url="https://skills.example/1.2",
    target_type="CFItem",
    target_framework="Référentiel (exemple)",
    target_code="1.2",
    target_description="Suit une consigne de sécurité.",
)
LEVELS = ResultDescription(
    id="urn:uuid:levels",
    name="Niveau",
    result_type="RubricCriterionLevel",
    alignment=(ALIGNMENT,),
    allowed_value=("débute", "sait", "montre"),
    required_value="sait",
    required_level="urn:uuid:level-2",
    rubric_criterion_level=(
        RubricCriterionLevel(id="urn:uuid:level-1", name="Débute", level="1", points="1"),
        RubricCriterionLevel(
            id="urn:uuid:level-2", name="Sait", level="2", description="Sans aide.", alignment=(ALIGNMENT,)
        ),
    ),
)
PERCENT = ResultDescription(
    id="urn:uuid:percent", name="Réussite", result_type="Percent", value_min="0", value_max="100"
)
STATUS = ResultDescription(id="urn:uuid:status", name="Où cela en est", result_type="Status")
RESULTS = (
    Result(
        result_description="urn:uuid:levels",
        value="sait",
        achieved_level="urn:uuid:level-2",
        alignment=(ALIGNMENT,),
    ),
    Result(result_description="urn:uuid:percent", value="61.5"),
    Result(result_description="urn:uuid:status", status="Completed"),
)
ACHIEVEMENT = Achievement(
    id="https://node.example/badges/drone",
    name="Pilotage de drone",
    description="A piloté un drone en suivant des consignes.",
    criteria=Criteria(id="https://node.example/badges/drone/criteria", narrative="- suit les consignes"),
    achievement_type=Kind.SKILL.achievement_type,
    image=Image(id="https://node.example/badges/drone/image", caption="Un drone"),
    in_language="fr",
    alignment=(ALIGNMENT,),
    creator=Profile(id="https://creator.example/", name="Les créateurs (exemple)"),
    credits_available=5,
    field_of_study="Aéronautique",
    specialization="Prise de vue",
    human_code="DRONE-1",
    other_identifier=(IdentifierEntry(identifier="123", identifier_type="sourcedId"),),
    result_description=(LEVELS, PERCENT, STATUS),
    related=(Related(id="https://node.example/badges/drone/en", in_language="en", version="2"),),
    tag=("drone", "sécurité"),
    version="2",
    endorsement=(complete_endorsement("https://node.example/badges/drone", 3),),
)
ISSUER = Profile(
    id="did:web:node.example",
    name="Mission locale (exemple)",
    url="https://node.example/",
    description="Une structure.",
    email="contact@node.example",
    phone="+33100000000",
    image=Image(id="https://node.example/logo.png"),
    address=Address(
        street_address="1 rue des Fleurs",
        post_office_box_number="7",
        postal_code="31000",
        address_locality="Toulouse",
        address_region="Occitanie",
        address_country="France",
        address_country_code="FR",
        geo=GeoCoordinates(latitude=43.6, longitude=1.4),
    ),
    other_identifier=(IdentifierEntry(identifier="123", identifier_type="ext:siret"),),
    official="A. B. (exemple)",
    parent_org=Profile(id="https://parent.example/", name="Réseau (exemple)"),
)
SUBJECT = AchievementSubject(
    id="did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
    identifier=(IdentityObject.hashed_identity("a@example.com", salt="Kosher"),),
    achievement=ACHIEVEMENT,
    activity_start_date=NOW - timedelta(days=30),
    activity_end_date=NOW - timedelta(days=20),
    narrative="A montré la manœuvre aux autres.",
    result=RESULTS,
    credits_earned=4.5,
    role="Télépilote",
    term="Automne",
    license_number="A-1",
    image=Image(id="https://node.example/subject.png"),
    source=Profile(id="https://source.example/", name="Qui l’a vu (exemple)"),
)
BADGE = AchievementCredential(
    id="urn:uuid:0b7d0c3e-3c9b-4a5e-9d6e-1f2a3b4c5d6e",
    name="Pilotage de drone",
    description="Un badge.",
    issuer=ISSUER,
    valid_from=NOW - timedelta(days=1),
    valid_until=NOW + timedelta(days=365),
    awarded_date=NOW - timedelta(days=2),
    credential_subject=SUBJECT,
    evidence=(Evidence(name="Vol", narrative="Un vol.", genre="geste", audience="tous"),),
    credential_status=build_status_entry(LIST_URL, 7),
    credential_schema=(CredentialSchema(id=SCHEMA),),
    refresh_service=RefreshService(id="https://node.example/refresh/1"),
    terms_of_use=(TermsOfUse(type="TrustFrameworkPolicy", id="https://node.example/terms"),),
    image=Image(id="https://node.example/badge.png"),
)
ENDORSEMENT = EndorsementCredential(
    id="urn:uuid:0b7d0c3e-3c9b-4a5e-9d6e-1f2a3b4c5d6f",
    name="Une garantie",
    issuer=ISSUER,
    valid_from=NOW - timedelta(days=1),
    credential_subject=EndorsementSubject(
        id="https://node.example/badges/drone", endorsement_comment="Ce badge est demandé chez nous."
    ),
)


def with_achievement(**changes: Any) -> AchievementCredential:
    achievement = replace(ACHIEVEMENT, **changes)
    return replace(BADGE, credential_subject=replace(SUBJECT, achievement=achievement))


def with_subject(**changes: Any) -> AchievementCredential:
    return replace(BADGE, credential_subject=replace(SUBJECT, **changes))


def with_result(**changes: Any) -> AchievementCredential:
    return with_subject(result=(replace(RESULTS[0], **changes), *RESULTS[1:]))


def with_description(**changes: Any) -> AchievementCredential:
    return with_achievement(result_description=(replace(LEVELS, **changes), PERCENT, STATUS))


def all_nodes(node: type[Node] = Node) -> list[type[Node]]:
    below = [each for child in node.__subclasses__() for each in all_nodes(child)]
    return [*([node] if "data_class" in node.__dict__ else []), *below]


def test_every_class_of_the_model_can_be_built_with_every_member() -> None:
    built = {node.data_class.name: node for node in all_nodes()}
    assert built.keys() == CLASSES.keys() - NOT_BUILT
    for name, node in built.items():
        arguments = {argument_of(f"/{each.name}") for each in CLASSES[name].properties} - {"proof"}
        assert arguments == {each.name for each in fields(node)} - {"more", "context"}, name


@pytest.mark.covers(
    "open-badges-3.0",
    "Data Models: Result and ResultDescription",
    "Data Models: RubricCriterionLevel",
    "Data Models: Related",
    "Data Models: IdentifierEntry",
    "Data Models: Address and GeoCoordinates",
    "Data Models: Profile",
    "Data Models: TermsOfUse",
)
def test_a_badge_with_everything_keeps_every_rule_and_meets_the_schema_of_1edtech() -> None:
    document = build_credential(BADGE, now=NOW, require_status=True)
    schema = SchemaStore.published().find(SCHEMA)
    assert schema is not None
    assert schema.is_met_by(document)
    assert document["credentialSubject"]["identifier"][0]["identityHash"] == (
        "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399"
    )
    assert document["@context"][-1] == EXTENSIONS
    assert "type" not in document["credentialSubject"]["achievement"]["criteria"]
    assert require_sound(document, now=NOW) is None


def test_what_is_built_can_be_signed_and_verified_with_nothing_lost(world: World) -> None:
    world.served.serve(LIST_URL, world.status_list())
    issuer = replace(ISSUER, id=world.issuer_id)
    document = build_credential(
        replace(with_achievement(endorsement=()), issuer=issuer, terms_of_use=()), now=NOW
    )
    report = check_credential(world.sign(document), context=world.context(), now=NOW)
    assert report.codes == ()
    assert report.check("schema").data == {"schemas": [SCHEMA]}
    endorsement = build_credential(replace(ENDORSEMENT, issuer=issuer), now=NOW)
    assert check_credential(world.sign(endorsement), context=world.context(), now=NOW).codes == ()


def test_what_is_read_is_written_again() -> None:
    for document in (complete_badge(), complete_endorsement("https://node.example/badges/drone")):
        # dates are written in UTC, and classes as arrays: the same statements
        document["validUntil"] = "2027-11-02T09:00:00Z"
        for node in (
            *document["credentialSubject"].get("result", ()),
            document["credentialSubject"].get("source", {}),
        ):
            node["type"] = [node["type"]] if isinstance(node.get("type"), str) else node.get("type")
        assert write_credential(read_credential(document)) == document


def test_what_the_model_does_not_know_is_kept() -> None:
    document = build_credential(BADGE, now=NOW)
    document["@context"].append("https://w3id.org/security/data-integrity/v2")
    document["credentialSubject"]["achievement"]["type"] = ["Achievement", "https://node.example/Kind"]
    document["credentialSubject"]["achievement"]["https://node.example/other"] = {"a": [1]}
    read = read_credential(document)
    assert isinstance(read, AchievementCredential)
    assert read.credential_subject.achievement.more["https://node.example/other"] == {"a": [1]}
    assert write_credential(read) == document


def test_a_date_is_a_moment_whatever_its_zone() -> None:
    paris = datetime(2026, 11, 20, 10, tzinfo=timezone(timedelta(hours=1)))
    document = build_credential(replace(BADGE, valid_from=paris), now=NOW)
    assert document["validFrom"] == "2026-11-20T09:00:00Z"
    assert build_profile(replace(ISSUER, date_of_birth=date(1990, 2, 28)))["dateOfBirth"] == "1990-02-28"


BROKEN: list[tuple[str, AchievementCredential, str]] = [
    ("Achievement.criteria.required", with_achievement(criteria=None), "credential_subject.achievement.criteria"),
    ("Criteria.told", with_achievement(criteria=Criteria()), "credential_subject.achievement.criteria"),
    ("Achievement.id.well-formed", with_achievement(id="drone"), "credential_subject.achievement.id"),
    ("Achievement.achievementType.in-enumeration", with_achievement(achievement_type="Permis"), "credential_subject.achievement.achievement_type"),
    ("Achievement.inLanguage.well-formed", with_achievement(in_language="fr_FR!"), "credential_subject.achievement.in_language"),
    ("Achievement.creditsAvailable.well-formed", with_achievement(credits_available=float("nan")), "credential_subject.achievement.credits_available"),
    ("Related.id.another", with_achievement(related=(Related(id=ACHIEVEMENT.id),)), "credential_subject.achievement.related[0].id"),
    ("Alignment.targetUrl.well-formed", with_achievement(alignment=(replace(ALIGNMENT, target_url="1.2"),)), "credential_subject.achievement.alignment[0].target_url"),
    ("Alignment.targetType.in-enumeration", with_achievement(alignment=(replace(ALIGNMENT, target_type="ESCO"),)), "credential_subject.achievement.alignment[0].target_type"),
    ("IdentifierEntry.identifierType.in-enumeration", with_achievement(other_identifier=(IdentifierEntry(identifier="1", identifier_type="siret"),)), "credential_subject.achievement.other_identifier[0].identifier_type"),
    ("EndorsementCredential.about-its-place", with_achievement(endorsement=(complete_endorsement("https://other.example/"),)), "credential_subject.achievement.endorsement[0].credential_subject.id"),
    ("Achievement.endorsementJwt.well-formed", with_achievement(endorsement_jwt=("no token",)), "credential_subject.achievement.endorsement_jwt[0]"),
    ("ResultDescription.requiredLevel.resolves", with_description(required_level="urn:uuid:level-9"), "credential_subject.achievement.result_description[0].required_level"),
    ("ResultDescription.requiredValue.possible", with_description(required_value="vole"), "credential_subject.achievement.result_description[0].required_value"),
    ("ResultDescription.resultType.in-enumeration", with_description(result_type="Note"), "credential_subject.achievement.result_description[0].result_type"),
    ("ResultDescription.valueMax.not-below-minimum", with_description(value_min="2", value_max="1"), "credential_subject.achievement.result_description[0].value_max"),
    ("RubricCriterionLevel.id.unique", with_description(rubric_criterion_level=LEVELS.rubric_criterion_level[1:] * 2), "credential_subject.achievement.result_description[0].rubric_criterion_level[1].id"),
    ("AchievementSubject.identified", with_subject(id=None, identifier=()), "credential_subject"),
    ("AchievementSubject.activityEndDate.after-start", with_subject(activity_end_date=NOW - timedelta(days=31)), "credential_subject.activity_end_date"),
    ("IdentityObject.identityHash.hashed", with_subject(identifier=(IdentityObject(identity_hash="a@example.com", identity_type="emailAddress", hashed=True),)), "credential_subject.identifier[0].identity_hash"),
    ("Result.value.allowed", with_result(value="vole"), "credential_subject.result[0].value"),
    ("Result.value.in-range", with_subject(result=(Result(result_description="urn:uuid:percent", value="101"),)), "credential_subject.result[0].value"),
    ("Result.achievedLevel.resolves", with_result(achieved_level="urn:uuid:level-3"), "credential_subject.result[0].achieved_level"),
    ("Result.resultDescription.resolves", with_result(result_description="urn:uuid:nowhere"), "credential_subject.result[0].result_description"),
    ("Result.status.given", with_subject(result=(Result(result_description="urn:uuid:status"),)), "credential_subject.result[0].status"),
    ("Result.status.in-enumeration", with_result(status="Réussi"), "credential_subject.result[0].status"),
    ("Profile.email.well-formed", replace(BADGE, issuer=replace(ISSUER, email="contact")), "issuer.email"),
    ("Address.addressCountryCode.well-formed", replace(BADGE, issuer=replace(ISSUER, address=Address(address_country_code="France"))), "issuer.address.address_country_code"),
    ("GeoCoordinates.latitude.on-earth", replace(BADGE, issuer=replace(ISSUER, address=Address(geo=GeoCoordinates(latitude=91, longitude=0)))), "issuer.address.geo.latitude"),
    ("RefreshService.id.on-the-web", replace(BADGE, refresh_service=RefreshService(id="urn:uuid:1")), "refresh_service.id"),
    ("CredentialSchema.of-open-badges", replace(BADGE, credential_schema=(CredentialSchema(id=SCHEMA, type="JsonSchema"),)), "credential_schema"),
    ("TermsOfUse.type.well-formed", replace(BADGE, terms_of_use=(TermsOfUse(type=""),)), "terms_of_use[0].type"),
    ("Credential.validUntil.after-start", replace(BADGE, valid_until=NOW - timedelta(days=2)), "valid_until"),
    # of the linter
    ("not-from-the-future", replace(BADGE, valid_from=NOW + timedelta(hours=1)), "valid_from"),
    ("no-clear-email", with_subject(narrative="Écrire à camille@exemple.fr"), "credential_subject.narrative"),
    ("no-scripts", replace(BADGE, evidence=(Evidence(name="Vol", id="javascript:alert(1)"),)), "evidence[0].id"),
    ("birth-date-in-profile", with_subject(more={"dateOfBirth": "2008-02-28"}), "credential_subject"),
    ("text-is-plain", with_achievement(name="Drone\u202e"), "credential_subject.achievement.name"),
    # of the arguments
    ("Argument.date.has-zone", replace(BADGE, valid_until=datetime(2027, 1, 1)), "valid_until"),  # noqa: DTZ001 - the fault
    ("Argument.text.says-its-language", with_achievement(name={"fr": "Pilotage"}), "credential_subject.achievement.name"),
    ("Argument.more.not-of-the-model", with_achievement(more={"criteria": {}}), "credential_subject.achievement.criteria"),
    ("Argument.value.writable", with_subject(role=object()), "credential_subject.role"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "credential", "argument"), BROKEN, ids=[rule for rule, _, _ in BROKEN])
def test_each_broken_rule_is_told_with_its_argument(
    rule: str, credential: AchievementCredential, argument: str
) -> None:
    with pytest.raises(BuildError) as caught:
        build_credential(credential, now=NOW)
    assert caught.value.code == "badge_not_sound"
    assert (rule, argument) in {(each.rule, argument_of(each.pointer)) for each in caught.value.broken}
    assert rule in caught.value.rules
    assert f"{rule} at {argument}" in str(caught.value)


def test_every_rule_about_arguments_has_a_case() -> None:
    assert set(ARGUMENT_RULES) == {rule for rule, _, _ in BROKEN if rule.startswith("Argument.")}


def test_a_document_is_read_through_the_same_door_as_any() -> None:
    document = build_credential(BADGE, now=NOW)
    assert read_credential(strict_json.dumps(document)) == read_credential(document)
    deep: Any = {"id": ISSUER.id, "type": ["Profile"]}
    for _ in range(90):
        deep = {"id": "https://parent.example/", "type": ["Profile"], "parentOrg": deep}
    with pytest.raises(StrictJsonError):
        read_credential(document | {"issuer": deep})


def test_everything_that_is_wrong_is_told_at_once() -> None:
    credential = replace(with_result(value="vole"), refresh_service=RefreshService(id="urn:uuid:1"))
    with pytest.raises(BuildError) as caught:
        build_credential(credential, now=NOW)
    assert caught.value.rules == ["RefreshService.id.on-the-web", "Result.value.allowed"]


def test_a_text_may_say_its_language(world: World) -> None:
    name = LanguageText("Pilotage de drone", "fr")
    spoken = replace(with_achievement(name=name, endorsement=()), credential_schema=(), terms_of_use=())
    document = build_credential(replace(spoken, issuer=replace(ISSUER, id=world.issuer_id)), now=NOW)
    assert document["credentialSubject"]["achievement"]["name"] == {
        "@value": "Pilotage de drone",
        "@language": "fr",
    }
    world.served.serve(LIST_URL, world.status_list())
    assert check_credential(world.sign(document), context=world.context(), now=NOW).codes == ()
    read = read_credential(document)
    assert isinstance(read, AchievementCredential)
    assert read.credential_subject.achievement.name == name


def test_the_direction_of_a_text_is_kept() -> None:
    """Not by a proof over RDF, which has none: signing says so. Tokens and JCS sign it."""
    text = LanguageText("مرحبا", "ar", "rtl")
    badge = replace(with_achievement(name=text), credential_schema=())
    read = read_credential(build_credential(badge, now=NOW))
    assert isinstance(read, AchievementCredential)
    assert read.credential_subject.achievement.name == text


def test_a_badge_that_names_a_schema_must_meet_it() -> None:
    """The schemas of 1EdTech take no language value objects."""
    with pytest.raises(BuildError) as caught:
        build_credential(with_achievement(name=LanguageText("Pilotage", "fr")), now=NOW)
    assert caught.value.rules == ["CredentialSchema.met"]
    assert caught.value.broken[0].pointer == "/credentialSchema"


@pytest.mark.covers("open-badges-3.0", "Data Models: EndorsementCredential and EndorsementSubject")
def test_an_endorsement_is_built_and_looked_at() -> None:
    document = build_credential(ENDORSEMENT, now=NOW)
    assert document["type"] == ["VerifiableCredential", "EndorsementCredential"]
    assert check_open_badge(document) == []
    mute = replace(ENDORSEMENT, credential_subject=EndorsementSubject(id=ISSUER.id))
    with pytest.raises(BuildError) as caught:
        build_credential(mute, now=NOW)
    assert caught.value.rules == ["endorsement-of-another", "endorsement-told"]


def test_a_part_is_built_alone() -> None:
    assert build_achievement(ACHIEVEMENT)["resultDescription"][0]["allowedValue"] == [
        "débute",
        "sait",
        "montre",
    ]
    with pytest.raises(BuildError) as caught:
        build_achievement(replace(ACHIEVEMENT, tag=(7,)))  # type: ignore[arg-type]
    assert argument_of(caught.value.broken[0].pointer) == "tag[0]"
    with pytest.raises(BuildError):
        build_profile(replace(ISSUER, url="node.example"))


def test_what_is_absent_is_not_written() -> None:
    bare = AchievementCredential(
        id="urn:uuid:1",
        name="Drone",
        issuer=Profile(id="did:web:node.example", name="Mission locale (exemple)"),
        valid_from=NOW,
        credential_subject=AchievementSubject(
            id="did:web:somebody.example",
            achievement=Achievement(
                id="https://node.example/b",
                name="Drone",
                description="Vu.",
                criteria=Criteria(narrative="Voler."),
                achievement_type=Kind.TRAIT.achievement_type,
            ),
        ),
    )
    document = build_credential(bare, now=NOW)
    assert document.keys() == {"@context", "id", "type", "name", "issuer", "validFrom", "credentialSubject"}
    assert document["credentialSubject"].keys() == {"id", "type", "achievement"}
    with pytest.raises(BuildError) as caught:
        build_credential(bare, now=NOW, require_status=True)
    assert caught.value.rules == ["status-present"]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"type": ["VerifiableCredential"]}, "Credential.type.known"),
        ({"validFrom": "hier"}, "AchievementCredential.validFrom.well-formed"),
        ({"credentialSubject": 7}, "AchievementCredential.credentialSubject.well-formed"),
    ],
)
def test_what_breaks_the_model_is_not_read(change: dict[str, Any], rule: str) -> None:
    document = copy.deepcopy(build_credential(BADGE, now=NOW))
    with pytest.raises(BuildError) as caught:
        read_credential(document | change)
    assert caught.value.rules == [rule]


def test_the_moment_of_reading_is_exact() -> None:
    read = read_credential(build_credential(BADGE, now=NOW))
    assert read.valid_from == NOW - timedelta(days=1)
    assert read.valid_from.tzinfo is UTC
