"""What a person sees signed is what was signed: whatever would not be, or could be moved about, is an error."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from contexts import ContextsError, InvalidDocumentError, hash_canonical
from tests.unit.contexts.conftest import OB, V2

if TYPE_CHECKING:
    from contexts import ContextStore

VC = "https://www.w3.org/2018/credentials#"


def top(**members: Any) -> Any:
    return lambda badge: badge.update(members)


def subject(**members: Any) -> Any:
    return lambda badge: badge["credentialSubject"].update(members)


def achievement(**members: Any) -> Any:
    return lambda badge: badge["credentialSubject"]["achievement"].update(members)


def renamed(old: str, new: str) -> Any:
    def rename(badge: dict[str, Any]) -> None:
        badge[new] = badge.pop(old)

    return rename


def repeated_evidence(index: int) -> Any:
    return lambda badge: badge["evidence"].append(dict(badge["evidence"][index]))


def evidence(**members: Any) -> Any:
    return lambda badge: badge["evidence"][0].update(members)


def status_at_a_second_mention(badge: dict[str, Any]) -> None:
    # an endorsement of the badge itself, which the issuer signed; then the status wanders there
    badge["endorsement"] = [
        endorsement(
            {
                "id": badge["id"],
                "type": ["VerifiableCredential", "EndorsementSubject"],
                "endorsementComment": "Vu.",
                "credentialStatus": badge.pop("credentialStatus"),
            }
        )
    ]


def endorsement(about: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "urn:uuid:1b7d0c3e-3c9b-4a5e-9d6e-1f2a3b4c5d6e",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Soutien",
        "issuer": {"id": "did:web:other.example", "type": ["Profile"], "name": "Une association (exemple)"},
        "validFrom": "2026-06-16T12:00:00Z",
        "credentialSubject": about,
    }


def moved(*names: str, to: Any, types: tuple[str, ...] = (), at: Any = lambda badge: badge) -> Any:
    """Members wander to what an endorsement, which the issuer signed too, says of the same node."""

    def move(badge: dict[str, Any]) -> None:
        node = at(badge)
        about = {
            "id": node["id"],
            "type": ["EndorsementSubject", *types],
            "endorsementComment": "Vu.",
            **{name: node.pop(name) for name in names},
        }
        to(badge)["endorsement"] = [endorsement(about)]

    return move


def the_subject(badge: dict[str, Any]) -> Any:
    badge["credentialSubject"].setdefault("activityEndDate", "2026-06-14T12:00:00Z")
    badge["credentialSubject"].setdefault("narrative", "Avec aide.")
    return badge["credentialSubject"]


def the_achievement(badge: dict[str, Any]) -> Any:
    badge["credentialSubject"]["achievement"].setdefault(
        "image", {"id": "https://a.example/i", "type": "Image"}
    )
    return badge["credentialSubject"]["achievement"]


def the_badge(badge: dict[str, Any]) -> Any:
    badge.setdefault("awardedDate", "2026-06-14T12:00:00Z")
    return badge


LOST: list[tuple[str, str, Any]] = [
    ("C1", "an undefined term", top(undefined="seen, not signed")),
    ("C1", "an undefined term in the subject", subject(undefined="x")),
    ("C1", "a term of another type", subject(statusPurpose="revocation")),
    ("C1", "a null", top(name=None)),
    ("C1", "a null in an array", achievement(tag=["drone", None])),
    ("C1", "an empty array", achievement(tag=[])),
    ("C1", "an array in an array", achievement(tag=[["drone", "consignes"]])),
    ("C1", "a tag twice", achievement(tag=["drone", "consignes", "drone"])),
    ("C1", "a type twice", top(type=["VerifiableCredential", "OpenBadgeCredential", "OpenBadgeCredential"])),
    ("C1", "one type by two names", top(type=["VerifiableCredential", "OpenBadgeCredential", "AchievementCredential"])),
    ("C1", "an evidence with an id twice", repeated_evidence(0)),
    ("C1", "an evidence whose id is no IRI", evidence(id="photo.jpg")),
    ("C1", "an alignment whose id is no IRI", lambda b: b["credentialSubject"]["achievement"]["alignment"][0].update(id="a")),
    ("C1", "a status at a second mention", status_at_a_second_mention),
    ("C1", "a second mention without type", lambda b: b.update(endorsement=[endorsement({"id": b["id"], "name": "x"})])),
    ("C1", "a date of the subject at a second mention", moved("activityEndDate", to=the_badge, types=("AchievementSubject",), at=the_subject)),
    ("C1", "a narrative of the subject at a second mention", moved("narrative", to=the_badge, at=the_subject)),
    ("C1", "an alignment of the achievement at a second mention", moved("alignment", to=the_achievement, types=("Achievement",), at=the_achievement)),
    ("C1", "a picture of the achievement at a second mention", moved("image", to=the_achievement, at=the_achievement)),
    ("C1", "a date of the badge at a second mention", moved("awardedDate", to=the_badge, at=the_badge)),
    ("C1", "a plain value in an object", top(name={"@value": "Pilotage de drone"})),
    ("C1", "a typed value in an object", top(validFrom={"@value": "2026-06-15T12:00:00Z", "@type": "http://www.w3.org/2001/XMLSchema#dateTime"})),
    ("C1", "a text direction", top(name={"@value": "Drone", "@language": "fr", "@direction": "ltr"})),
    ("C1", "an index", top(name={"@value": "Drone", "@language": "fr", "@index": "1"})),
    ("C1", "a language that is none", top(name={"@value": "Drone", "@language": "fr fr"})),
    ("C6", "a property by its IRI", renamed("validUntil", f"{VC}validUntil")),
    ("C6", "a status by its IRI", renamed("credentialStatus", f"{VC}credentialStatus")),
    ("C6", "a class name for a property", lambda b: b["credentialSubject"]["achievement"].update(Criteria=b["credentialSubject"]["achievement"].pop("criteria"))),
    ("C6", "@id for id", lambda b: b["credentialSubject"].update({"@id": b["credentialSubject"].pop("id")})),
    ("C6", "@type for type", lambda b: b["evidence"][0].update({"@type": b["evidence"][0].pop("type")})),
    ("C7", "a relative id", top(id="drone-12")),
    ("C7", "an empty id", top(id="")),
    ("C7", "a relative type", top(type=["VerifiableCredential", "OpenBadgeCredential", "Drone"])),
    ("C7", "a relative image", achievement(image="image.png")),
    ("C7", "an id that is no string", top(id=["urn:a"])),
    ("C7", "a type that is no string", top(type=["VerifiableCredential", {"id": "urn:a"}])),
    ("C7", "a blank node label", subject(id="_:b0")),
    ("C8", "an id with a space", top(id="urn:uuid:0b7d 0c3e")),
    ("C8", "an id with a line break", top(id="urn:uuid:0b7d\n0c3e")),
    ("C8", "an id with a bracket", top(id="urn:<a>")),
    ("C8", "id and @id together", top(**{"@id": "urn:uuid:1b7d0c3e-3c9b-4a5e-9d6e-1f2a3b4c5d6e"})),
    ("C12", "a number with more digits than are signed", lambda b: b["credentialSubject"].update(creditsEarned=0.30000000000000004)),
]  # fmt: skip
UNNEEDED: list[tuple[str, Any]] = [
    ("@reverse", top(**{"@reverse": {"evidence": {"id": "urn:a"}}})),
    ("@nest", top(**{"@nest": {"name": "x"}})),
    ("@included", top(**{"@included": [{"id": "urn:a", "type": ["Profile"]}]})),
    ("@graph", top(**{"@graph": [{"id": "urn:a", "type": ["Profile"]}]})),
    ("@set", top(evidence={"@set": [{"id": "urn:a"}]})),
    ("@list", top(evidence={"@list": [{"id": "urn:a"}]})),
    ("@index", top(**{"@index": "1"})),
    ("@language", top(**{"@language": "fr"})),
    ("@vocab", top(**{"@vocab": "https://evil.example/"})),
    ("@base", top(**{"@base": "https://evil.example/"})),
    ("@import", top(**{"@import": V2})),
    ("@propagate", top(**{"@propagate": False})),
    ("@json", top(**{"@json": {}})),
    ("@anything", top(**{"@anything": 1})),
]


@pytest.mark.covers("vcdm-2.0", "5.2", "6.1")
@pytest.mark.covers("di-1.0", "2.4.3", "5.6")
@pytest.mark.covers("json-ld-api-1.1", "3", "5.2", "5.3", "9.6")
@pytest.mark.covers("open-badges-3.0", "Extending the Data Model")
@pytest.mark.attack("C1")
@pytest.mark.attack("C6")
@pytest.mark.attack("C7")
@pytest.mark.attack("C8")
@pytest.mark.attack("C12")
@pytest.mark.parametrize("edit", [row[2] for row in LOST], ids=[f"{row[0]} {row[1]}" for row in LOST])
def test_what_would_not_be_signed_is_an_error(badge: Any, canonical: Any, edit: Any) -> None:
    assert canonical(badge)
    edit(badge)
    with pytest.raises(ContextsError) as caught:
        canonical(badge)
    assert caught.value.code == "data_loss"
    assert caught.value.pointer is not None


@pytest.mark.covers("json-ld-api-1.1", "3", "5.1")
@pytest.mark.attack("C3")
@pytest.mark.attack("C6")
@pytest.mark.parametrize("edit", [row[1] for row in UNNEEDED], ids=[row[0] for row in UNNEEDED])
def test_keywords_that_no_credential_needs_are_refused(badge: Any, canonical: Any, edit: Any) -> None:
    assert canonical(badge)
    edit(badge)
    with pytest.raises(InvalidDocumentError) as caught:
        canonical(badge)
    assert caught.value.code == "invalid_json_ld"


@pytest.mark.covers("json-ld-api-1.1", "4.2")
@pytest.mark.covers("vcdm-2.0", "4.3")
@pytest.mark.attack("C4")
def test_a_pinned_context_does_not_redefine_a_protected_term(badge: Any, canonical: Any) -> None:
    assert canonical(badge)
    # the unversioned context of 2022 gives `name` and `description` other meanings than VCDM 2.0
    badge["@context"] = [V2, OB.replace("-3.0.3", "")]
    with pytest.raises(InvalidDocumentError) as caught:
        canonical(badge)
    assert caught.value.code == "protected_term"


@pytest.mark.covers("di-1.0", "2.5", "5.6")
@pytest.mark.attack("C5")
def test_terms_keep_their_meaning_so_a_swap_of_values_is_another_document(badge: Any, canonical: Any) -> None:
    before = canonical(badge)
    about = badge["credentialSubject"]["achievement"]
    about["name"], about["description"] = about["description"], about["name"]
    assert canonical(badge) != before


@pytest.mark.covers("di-1.0", "2.5", "5.6")
@pytest.mark.parametrize(
    "edit",
    [
        lambda badge: badge["evidence"].reverse(),
        lambda badge: badge["type"].reverse(),
        lambda badge: badge.update(issuer=dict(reversed(badge["issuer"].items()))),
        lambda badge: badge["evidence"][0].update(type="Evidence"),
        lambda badge: badge["credentialSubject"]["achievement"].update(tag=["consignes", "drone"]),
    ],
    ids=["evidence", "types", "members", "one type", "tags"],
)
def test_what_means_the_same_has_the_same_form(badge: Any, canonical: Any, edit: Any) -> None:
    before = canonical(badge)
    edit(badge)
    assert canonical(badge) == before


@pytest.mark.covers("di-1.0", "2.5", "5.6")
@pytest.mark.covers("json-ld-api-1.1", "8.3")
@pytest.mark.parametrize(
    "edit",
    [
        top(name="Pilotage de drones"),
        top(name={"@value": "Pilotage de drone", "@language": "fr"}),
        lambda badge: badge["credentialSubject"]["achievement"]["resultDescription"][0][
            "allowedValue"
        ].reverse(),
        lambda badge: badge["evidence"].pop(),
        lambda badge: badge.pop("validUntil"),
        repeated_evidence(1),
        lambda badge: badge["credentialStatus"].update(statusListIndex="8"),
        lambda badge: badge["credentialStatus"].update(statusListIndex=7),
    ],
    ids=[
        "name",
        "language",
        "list order",
        "one evidence less",
        "no end",
        "two evidences",
        "index",
        "index as number",
    ],
)
def test_what_means_something_else_has_another_form(badge: Any, canonical: Any, edit: Any) -> None:
    before = canonical(badge)
    edit(badge)
    assert canonical(badge) != before


@pytest.mark.covers("json-ld-api-1.1", "5.3", "12")
@pytest.mark.covers("vcdm-2.0", "4.6")
def test_a_language_edited_is_another_document(badge: Any, canonical: Any) -> None:
    badge["name"] = {"@value": "Drone", "@language": "fr"}
    french = canonical(badge)
    badge["name"]["@language"] = "en"
    assert canonical(badge) != french


@pytest.mark.covers("json-ld-api-1.1", "8.2")
@pytest.mark.attack("C12")
def test_a_number_has_one_form_or_is_refused(badge: Any, canonical: Any) -> None:
    def of(number: Any) -> str:
        badge["credentialSubject"]["creditsEarned"] = number
        return canonical(badge)

    assert of(1.0) == of(1)
    assert of(1e21) == of(10.0**21)
    assert of(0.5) == of(5e-1) != of(0.25)
    assert of(True) != of(1)


@pytest.mark.covers("json-ld-api-1.1", "8.2")
@pytest.mark.parametrize("number", [float("nan"), float("inf"), 10**400])
def test_a_number_that_no_json_has_is_refused(badge: Any, canonical: Any, number: Any) -> None:
    badge["credentialSubject"]["creditsEarned"] = number
    with pytest.raises(ContextsError) as caught:
        canonical(badge)
    assert caught.value.code == "data_loss"


def test_a_lone_surrogate_in_a_document_that_was_built_is_refused(badge: Any, store: ContextStore) -> None:
    for edit in (
        top(name="\ud800"),
        evidence(name="\ud800"),
        top(name={"@value": "\ud800", "@language": "fr"}),
    ):
        edited = copy.deepcopy(badge)
        edit(edited)
        with pytest.raises(ContextsError) as caught:
            hash_canonical(edited, selection=store.newest())
        assert caught.value.code == "lone_surrogate"


@pytest.mark.covers("open-badges-3.0", "Serialization: JSON-LD")
def test_an_endorsement_of_the_badge_itself_is_good(badge: Any, canonical: Any) -> None:
    about = {"id": badge["id"], "type": ["EndorsementSubject"], "endorsementComment": "Vu."}
    badge["endorsement"] = [endorsement(about)]
    assert "endorsementComment" in canonical(badge)


@pytest.mark.parametrize("of", [the_badge, the_subject, the_achievement])
def test_an_endorsement_says_of_anything_what_only_it_can_say(badge: Any, canonical: Any, of: Any) -> None:
    moved(to=the_badge, at=of)(badge)
    assert "endorsementComment" in canonical(badge)


def test_who_issues_to_himself_has_a_name_as_issuer(badge: Any, canonical: Any) -> None:
    badge["issuer"]["id"] = badge["credentialSubject"]["id"]
    badge["credentialSubject"]["narrative"] = "Seul."
    assert canonical(badge)
    badge["issuer"]["narrative"] = badge["credentialSubject"].pop("narrative")
    with pytest.raises(ContextsError) as caught:
        canonical(badge)
    assert caught.value.code == "data_loss"


@pytest.mark.covers("json-ld-api-1.1", "7.2")
def test_an_issuer_may_stand_in_two_places(badge: Any, canonical: Any) -> None:
    badge["credentialSubject"]["achievement"]["creator"] = dict(badge["issuer"])
    assert canonical(badge)


@pytest.mark.covers("vcdm-2.0", "5.12")
@pytest.mark.covers("di-1.0", "2.1.3")
def test_a_presentation_keeps_each_credential_in_its_graph(badge: Any, canonical: Any) -> None:
    other = badge | {"id": "urn:uuid:2b7d0c3e-3c9b-4a5e-9d6e-1f2a3b4c5d6e"}
    presentation = {
        "@context": [V2],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": [badge, other],
    }
    lines = canonical(presentation).splitlines()
    assert len({line.split(" ")[-2] for line in lines if "#issuer>" in line}) == 2


@pytest.mark.parametrize("value", ["https://node.example/badge", {"id": "https://node.example/badge"}, 5])
def test_a_presentation_of_a_mere_name_presents_nothing(canonical: Any, value: Any) -> None:
    presentation = {"@context": [V2], "type": ["VerifiablePresentation"], "verifiableCredential": [value]}
    with pytest.raises(ContextsError) as caught:
        canonical(presentation)
    assert caught.value.code == "data_loss"


def test_a_document_that_states_nothing_is_refused(canonical: Any) -> None:
    with pytest.raises(ContextsError) as caught:
        canonical({"@context": [V2], "id": "urn:a"})
    assert caught.value.code == "data_loss"


@pytest.mark.covers("json-ld-api-1.1", "9.6")
def test_the_place_is_told_as_a_json_pointer(badge: Any, canonical: Any) -> None:
    badge["evidence"][1]["a/b~c"] = "x"
    with pytest.raises(ContextsError) as caught:
        canonical(badge)
    assert caught.value.pointer == "/evidence/1/a~1b~0c"
