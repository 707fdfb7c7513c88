from __future__ import annotations

import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from credentials.data_model import Version, check_credential_model
from credentials.open_badges import (
    ACHIEVEMENT_TYPES,
    Achievement,
    Alignment,
    Criteria,
    Evidence,
    Image,
    Kind,
    LintError,
    Profile,
    build_open_badge_credential,
    kind_of_achievement_type,
    lint_credential,
    require_lint_free,
)
from credentials.open_badges.kinds import ENUMERATED_ACHIEVEMENT_TYPES
from credentials.open_badges.lint_rules import RULES
from credentials.open_badges.lint_values import VALUE_RULES
from credentials.status import build_status_entry
from credentials.view import CredentialView

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ISSUER = Profile(
    id="did:web:node.example",
    name="Mission locale",
    url="https://node.example/",
    image=Image(id="https://node.example/logo.png"),
)
ACHIEVEMENT = Achievement(
    id="https://node.example/badges/drone",
    name="Pilotage de drone",
    description="A piloté un drone en suivant des consignes.",
    criteria=Criteria(narrative="- suit les consignes\n- garde son calme"),
    achievement_type=Kind.EXPERIENCE.achievement_type,
    in_language="fr",
    image=Image(id="https://node.example/badges/drone/image", caption="Un drone au-dessus d'un champ"),
    alignment=(
        Alignment(
            target_name="Suivre des consignes",
            target_url="http://data.europa.eu/esco/skill/1",
            target_framework="ESCO",
        ),
    ),
)


def build(**changes: Any) -> dict[str, Any]:
    arguments = {
        "credential_id": "urn:uuid:0b7d0c3e-3c9b-4a5e-9d6e-1f2a3b4c5d6e",
        "issuer": ISSUER,
        "achievement": ACHIEVEMENT,
        "subject_id": "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
        "valid_from": NOW,
        "earned_from": NOW - timedelta(days=3),
        "earned_until": NOW - timedelta(days=2),
        "status": build_status_entry("https://node.example/status/1", 7),
        "evidence": (Evidence(name="Vol du 21 novembre", narrative="Un vol de dix minutes, posé à plat."),),
        "narrative": "Camille a expliqué la manœuvre aux autres.",
    }
    return build_open_badge_credential(**(arguments | changes))


@pytest.mark.covers("vcdm-2.0", "1.3", "4.2")
def test_what_is_built_is_right() -> None:
    document = build()
    assert lint_credential(document, NOW, require_status=True) == []
    check_credential_model(document, Version.V2_0)


@pytest.mark.covers("vcdm-2.0", "4.6", "5.6")
@pytest.mark.covers(
    "open-badges-3.0",
    "Data Models: Achievement",
    "Data Models: Alignment",
    "Data Models: Criteria",
    "Data Models: Evidence",
    "Data Models: Image",
    "Data Models: Profile",
)
def test_the_view_gives_back_what_was_built() -> None:
    view = CredentialView.from_document(build(valid_until=NOW + timedelta(days=365)))
    assert (view.issuer_id, view.issuer_name, view.issuer_image) == (ISSUER.id, ISSUER.name, ISSUER.image.id)
    assert (view.achievement_name, view.description) == (ACHIEVEMENT.name, ACHIEVEMENT.description)
    assert view.criteria_narrative == ACHIEVEMENT.criteria.narrative
    assert (view.image, view.image_caption) == (ACHIEVEMENT.image.id, ACHIEVEMENT.image.caption)
    assert view.alignments[0].target_name == "Suivre des consignes"
    assert view.evidence[0].name == "Vol du 21 novembre"
    assert view.language == "fr"
    assert view.valid_from == NOW
    assert view.valid_until == NOW + timedelta(days=365)
    assert view.to_json()["kind"] == "experience"


def test_the_date_earned_is_not_the_date_issued() -> None:
    view = CredentialView.from_document(build())
    assert view.earned_on == NOW - timedelta(days=2)
    assert view.valid_from == NOW
    assert CredentialView.from_document(build(earned_until=None)).earned_on == NOW - timedelta(days=3)
    assert CredentialView.from_document(build(earned_until=None, earned_from=None)).earned_on == NOW


def test_nothing_absent_is_written() -> None:
    document = build(
        evidence=(),
        status=None,
        narrative=None,
        achievement=replace(ACHIEVEMENT, alignment=(), image=None),
    )
    assert "evidence" not in document
    assert "credentialStatus" not in document
    assert "narrative" not in document["credentialSubject"]
    assert not {"alignment", "image"} & document["credentialSubject"]["achievement"].keys()
    assert lint_credential(document, NOW) == []


@pytest.mark.covers("open-badges-3.0", "Data Models: Criteria")
def test_criteria_have_no_type() -> None:
    assert build()["credentialSubject"]["achievement"]["criteria"] == {
        "narrative": ACHIEVEMENT.criteria.narrative
    }


@pytest.mark.covers("open-badges-3.0", "Data Models: Achievement")
@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_comes_back(kind: Kind) -> None:
    document = build(achievement=replace(ACHIEVEMENT, achievement_type=kind.achievement_type))
    written = document["credentialSubject"]["achievement"]["achievementType"]
    assert written in ENUMERATED_ACHIEVEMENT_TYPES or written.startswith("ext:")
    assert CredentialView.from_document(document).kind is kind
    assert lint_credential(document, NOW) == []


def test_participation_is_never_a_certification() -> None:
    assert len(set(ACHIEVEMENT_TYPES.values())) == len(Kind)
    assert kind_of_achievement_type("Certification") is None
    assert "Certif" not in ACHIEVEMENT_TYPES[Kind.PARTICIPATION]
    assert kind_of_achievement_type(None) is None


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"issuer": 7, "credentialSubject": "x", "evidence": "y", "type": None},
        {"issuer": [], "credentialSubject": [], "evidence": [1, None], "type": [1]},
        {"issuer": {"id": ["did:a:b", "did:c:d"]}, "credentialSubject": [{"id": ["x"]}, {}]},
        {"credentialSubject": {"achievement": [1], "id": {"a": 1}}, "validFrom": "yesterday"},
    ],
)
def test_odd_shapes_are_survived(document: dict[str, Any]) -> None:
    view = CredentialView.from_document(document)
    assert view.issuer_id is None
    assert view.subject_id is None
    assert view.achievement_name is None
    assert view.to_json() is not None


def test_other_peoples_shapes_are_read() -> None:
    view = CredentialView.from_document(
        {
            "type": "VerifiableCredential",
            "issuer": "did:web:a.example",
            "issuanceDate": "2026-01-02T03:04:05Z",
            "name": {"@value": "Équipe", "@language": "fr"},
            "credentialSubject": [
                {
                    "id": "did:a:b",
                    "achievement": [
                        {"name": {"en": "Team", "fr": "Équipe"}, "image": "https://a.example/i.png"}
                    ],
                },
            ],
        },
    )
    assert (view.types, view.issuer_id, view.name) == (
        ("VerifiableCredential",),
        "did:web:a.example",
        "Équipe",
    )
    assert (view.achievement_name, view.image) == ("Équipe", "https://a.example/i.png")
    assert view.valid_from == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


SUBJECT = ("credentialSubject",)
BADGE = (*SUBJECT, "achievement")
ABSENT = object()

# rule, path, value that makes it fire
FIRES: list[tuple[str, tuple[str | int, ...], Any]] = [
    ("contexts-in-order", ("@context",), list(reversed(build()["@context"]))),
    ("types-complete", ("type",), ["VerifiableCredential"]),
    ("id-is-url", ("id",), "drone-12"),
    ("name-present", ("name",), ABSENT),
    ("issuer-is-profile", ("issuer",), "did:web:node.example"),
    ("issuer-named", ("issuer", "name"), " "),
    ("issuer-url-is-web", ("issuer", "url"), "node.example"),
    ("subject-identified", (*SUBJECT, "id"), ABSENT),
    ("subject-id-is-url", (*SUBJECT, "id"), "camille"),
    ("subject-typed", (*SUBJECT, "type"), ["Person"]),
    ("no-clear-email", (*SUBJECT, "narrative"), "Écrire à camille@exemple.fr"),
    ("no-clear-email", (*SUBJECT, "id"), "mailto:camille@exemple.fr"),
    ("no-clear-email", ("evidence", 0, "narrative"), "voir camille@exemple.fr."),
    (
        "identity-hashed",
        (*SUBJECT, "identifier"),
        {"type": "IdentityObject", "hashed": False, "identityHash": "c"},
    ),
    ("achievement-complete", (*BADGE, "description"), ABSENT),
    ("achievement-complete", (*BADGE, "type"), ["Badge"]),
    ("achievement-id-is-url", (*BADGE, "id"), "drone"),
    ("achievement-type-known", (*BADGE, "achievementType"), "Permis"),
    ("criteria-not-empty", (*BADGE, "criteria"), {"type": "Criteria"}),
    ("criteria-told", (*BADGE, "criteria"), {"id": "https://node.example/criteria"}),
    ("criteria-untyped", (*BADGE, "criteria", "type"), "Criteria"),
    ("image-resolvable", (*BADGE, "image", "id"), "ftp://node.example/a.png"),
    ("image-resolvable", ("issuer", "image"), "logo.png"),
    ("image-small", (*BADGE, "image", "id"), "data:image/png;base64," + "A" * 300_000),
    ("image-captioned", (*BADGE, "image", "caption"), ABSENT),
    ("dates-well-formed", (*SUBJECT, "activityStartDate"), "2026-11-21"),
    ("valid-from-present", ("validFrom",), ABSENT),
    ("not-from-the-future", ("validFrom",), "2026-11-25T00:00:00Z"),
    ("valid-until-after-valid-from", ("validUntil",), "2026-11-24T09:30:00Z"),
    ("earned-in-order", (*SUBJECT, "activityEndDate"), "2026-11-01T00:00:00Z"),
    ("earned-before-issued", (*SUBJECT, "activityEndDate"), "2026-12-24T00:00:00Z"),
    ("evidence-substantial", ("evidence", 0), {"type": ["Evidence"], "name": "Vol"}),
    ("evidence-ids-are-urls", ("evidence", 0, "id"), "photo.jpg"),
    ("alignment-complete", (*BADGE, "alignment", 0, "targetUrl"), ABSENT),
    ("no-scripts", (*BADGE, "alignment", 0, "targetUrl"), "JavaScript:alert(1)"),
    ("no-scripts", (*BADGE, "id"), "vbscript:x"),
    ("no-scripts", ("evidence", 0, "id"), "data:text/html,x"),
    ("no-scripts", ("evidence", 0, "id"), "file:///etc/hostname"),
    ("value-is-json", (*SUBJECT, "https://node.example/other"), float("inf")),
    ("value-is-json", (*SUBJECT, "https://node.example/other"), {1}),
    ("value-is-json", (*SUBJECT, "https://node.example/other"), 2**53),
    ("text-is-plain", (*BADGE, "name"), "a\ud800"),
    ("birth-date-in-profile", (*SUBJECT, "dateOfBirth"), "2008-02-28"),
    ("no-repeats", ("type",), ["VerifiableCredential", "OpenBadgeCredential", "OpenBadgeCredential"]),
    ("no-null-or-empty", (*SUBJECT, "narrative"), None),
    ("no-null-or-empty", ("evidence",), []),
    ("status-well-formed", ("credentialStatus", "statusListIndex"), 7),
    (
        "status-says-nothing",
        ("credentialStatus", "statusListCredential"),
        "https://node.example/status?of=" + build()["id"],
    ),
    ("text-is-plain", ("name",), "Pilote \u202eenord"),
    ("text-is-plain", ("issuer", "name"), "Mission\u200b locale"),
    ("text-is-plain", (*BADGE, "name"), "a\u0008b"),
    ("text-is-composed", ("issuer", "name"), "E\u0301quipe"),
    ("not-yet-signed", ("proof",), {"type": "DataIntegrityProof"}),
]


def altered(path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    document = copy.deepcopy(build())
    *parents, last = path
    node: Any = document
    for name in parents:
        node = node[name]
    if value is ABSENT:
        del node[last]
    else:
        node[last] = value
    return document


@pytest.mark.parametrize(("rule", "path", "value"), FIRES)
def test_the_rule_fires(rule: str, path: tuple[str | int, ...], value: Any) -> None:
    assert rule in {finding.rule for finding in lint_credential(altered(path, value), NOW)}


def test_every_rule_has_a_case_that_fires() -> None:
    names = [rule.name for rule in (*RULES, *VALUE_RULES)]
    assert set(names) == {rule for rule, _, _ in FIRES}
    assert len(names) == len(set(names))


def test_a_missing_status_is_found_where_the_policy_demands_one() -> None:
    document = build(status=None)
    assert [finding.rule for finding in lint_credential(document, NOW, require_status=True)] == [
        "status-present"
    ]


@pytest.mark.parametrize(
    "document", [{}, {"credentialSubject": [], "issuer": 7}, {"evidence": "x", "credentialStatus": 1}]
)
def test_the_linter_survives_odd_shapes(document: dict[str, Any]) -> None:
    assert lint_credential(document, NOW)


def test_a_credential_with_findings_is_refused() -> None:
    with pytest.raises(LintError) as caught:
        require_lint_free(altered(("id",), "x"), NOW)
    assert caught.value.code == "lint"
    assert caught.value.findings[0].rule == "id-is-url"
    require_lint_free(build(), NOW)


@pytest.mark.attack("C9")
def test_what_is_shown_does_not_hang_on_an_order_that_nobody_signed() -> None:
    document = build()
    achievement = document["credentialSubject"]["achievement"]
    tagged = [{"@value": "Drone", "@language": "en"}, {"@value": "Pilotage", "@language": "fr"}, "x"]
    for names, shown in ((["b", "a"], "a"), (tagged, "Pilotage")):
        for order in (names, names[::-1]):
            changed = document["credentialSubject"] | {"achievement": achievement | {"name": order}}
            view = CredentialView.from_document(document | {"credentialSubject": changed})
            assert view.achievement_name == shown
    subject = document["credentialSubject"]
    other = subject | {"achievement": achievement | {"name": "Other"}}
    several = CredentialView.from_document(document | {"credentialSubject": [subject, other]})
    assert (several.achievement_name, len(several.subject_ids)) == (None, 2)
    several = CredentialView.from_document(
        document | {"credentialSubject": subject | {"achievement": [achievement, other["achievement"]]}}
    )
    assert several.achievement_name is None
