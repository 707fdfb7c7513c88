"""The `credentialSchema` of a credential: met, not met, or said not to have been looked at; never in silence."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from contexts import WorkBudget
from contexts.errors import ContextIntegrityError
from credentials.open_badges import check_open_badge
from credentials.report import Outcome
from credentials.schemas import SchemaStore, check_credential_schema
from credentials.schemas.checking import MAXIMUM_SCHEMAS
from credentials.schemas.store import DOCUMENTS
from credentials.verification import check_credential
from tests.timing import costs_at_most
from tests.unit.credentials.complete_badges import complete_badge, complete_endorsement
from tests.unit.credentials.conftest import NOW, World

if TYPE_CHECKING:
    from credentials.report import Report

EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
ACHIEVEMENT = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
OWN = "https://node.example/schemas/own"
VALIDATOR = "1EdTechJsonSchemaValidator2019"
VECTORS = Path(__file__).parents[2] / "vectors/obv3-dcc/verifiableCredentials/v2"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def named(url: str = ACHIEVEMENT, schema_type: str = VALIDATOR, **more: Any) -> dict[str, Any]:
    return {"id": url, "type": schema_type, **more}


def checked(
    world: World, *schemas: dict[str, Any], store: SchemaStore | None = None, **members: Any
) -> Report:
    document = world.badge() | members
    document["@context"].append(EXTENSIONS)
    document["credentialSchema"] = list(schemas)
    context = world.context(**({"schemas": store} if store else {}))
    return check_credential(world.sign(document), context=context, now=NOW)


def codes(report: Report) -> list[str]:
    return [each.code for each in report.warnings if each.name == "schema"]


def directory_with(tmp_path: Path, schema: Any, *, url: str = OWN) -> Path:
    content = json.dumps(schema).encode()
    (tmp_path / "own.json").write_bytes(content)
    entry = {"file": "own.json", "sha256": hashlib.sha256(content).hexdigest(), "licence": "as this project"}
    (tmp_path / "lock.json").write_text(json.dumps({"schemas": {url: [entry]}}))
    return tmp_path


def own_store(tmp_path: Path, **schema: Any) -> SchemaStore:
    return SchemaStore.load(also=[directory_with(tmp_path, {"$schema": DIALECT, **schema})])


@pytest.mark.covers("vcdm-2.0", "4.11")
@pytest.mark.covers("open-badges-3.0", "Data Models: CredentialSchema")
def test_a_schema_that_is_met_is_a_check_that_says_so(world: World) -> None:
    report = checked(world, named())
    assert report.outcome is Outcome.VALID
    assert report.check("schema").data == {"schemas": [ACHIEVEMENT]}
    assert codes(report) == []


def test_a_badge_that_names_no_schema_has_no_such_check(world: World) -> None:
    report = check_credential(world.signed_badge(), context=world.context(), now=NOW)
    assert "schema" not in {each.name for each in (*report.checks, *report.warnings)}


def test_a_schema_that_is_not_met_makes_the_badge_invalid_and_tells_the_place(world: World) -> None:
    document = world.badge()
    document["credentialSubject"]["achievement"]["inLanguage"] = "fr_FR"
    report = checked(world, named(), credentialSubject=document["credentialSubject"])
    assert (report.outcome, report.codes) == (Outcome.INVALID, ("schema_not_met",))
    assert report.check("schema").data == {
        "schema": ACHIEVEMENT,
        "pointer": "/credentialSubject/achievement/inLanguage",
        "rule": "Achievement.inLanguage.well-formed",
    }
    document["credentialSubject"]["achievement"]["inLanguage"] = "fr-FR"
    assert checked(world, named(), credentialSubject=document["credentialSubject"]).outcome is Outcome.VALID


@pytest.mark.parametrize(
    ("schema", "code"),
    [
        (named("https://stranger.example/schema.json"), "schema_unknown"),
        (named(ACHIEVEMENT.replace("achievement", "endorsement")), "schema_unknown"),
        (named(ACHIEVEMENT + "#"), "schema_unknown"),
        (named(schema_type="https://types.example/Zkp"), "schema_type_unsupported"),
        (named(schema_type="JsonSchema", digestSRI="sha384-AAAA"), "schema_of_other_bytes"),
    ],
)
def test_a_schema_that_cannot_be_had_is_a_warning_and_is_never_asked_for(
    world: World, schema: dict[str, Any], code: str
) -> None:
    report = checked(world, schema)
    assert report.outcome is Outcome.VALID
    assert codes(report) == [code]
    assert [each.outcome for each in report.warnings if each.name == "schema"] == [Outcome.INDETERMINATE]
    assert "schema" not in {each.name for each in report.checks}, "never shown as checked"
    assert world.served.requests == []


def test_beside_one_that_is_known_the_others_are_told(world: World) -> None:
    report = checked(world, named(), named("https://stranger.example/schema.json"))
    assert report.check("schema").data == {"schemas": [ACHIEVEMENT]}
    assert codes(report) == ["schema_unknown"]


def test_the_schema_of_a_badge_that_nobody_signed_is_not_looked_at(world: World) -> None:
    document = world.badge()
    document["@context"].append(EXTENSIONS)
    signed = world.sign(document | {"credentialSchema": [named()]})
    signed["name"] = "Autre"
    report = check_credential(signed, context=world.context(), now=NOW)
    assert "schema" not in {each.name for each in report.checks}


def test_a_schema_of_ones_own_may_be_pinned_beside(world: World, tmp_path: Path) -> None:
    store = own_store(tmp_path, required=["evidence"], properties={"name": {"pattern": "^Pilotage"}})
    assert checked(world, named(OWN, "JsonSchema"), store=store).check("schema").code == "ok"
    report = checked(world, named(OWN, "JsonSchema"), store=store, name="Autre")
    assert report.codes == ("schema_not_met",)
    assert report.check("schema").data == {"schema": OWN}, "no rule of Open Badges is broken"


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_a_digest_names_the_bytes(algorithm: str) -> None:
    schema = SchemaStore.published().find(ACHIEVEMENT)
    assert schema is not None
    right = base64.b64encode(hashlib.new(algorithm, schema.content).digest()).decode()
    assert schema.has_digest(f"{algorithm}-{right}")
    assert not schema.has_digest(f"{algorithm}-{right[::-1]}")
    # of several, the strongest counts
    assert schema.has_digest(f"{algorithm}-{right} md5-AAAA")
    assert not schema.has_digest(f"sha512-AAAA sha256-{right}" if algorithm != "sha512" else "sha512-AAAA")
    assert not schema.has_digest(7)
    assert not schema.has_digest("")


def test_a_part_of_a_badge_that_meets_no_schema_decides_nothing(tmp_path: Path) -> None:
    store = own_store(tmp_path, required=["evidence"])
    document = {"credentialSchema": named(OWN, "JsonSchema"), "proof": {"cryptosuite": "ecdsa-sd-2023"}}
    checks, warnings = check_credential_schema(document, store)
    assert (checks, [each.code for each in warnings]) == ([], ["schema_undecided"])
    whole = document | {"proof": {"cryptosuite": "eddsa-rdfc-2022"}}
    assert [each.code for each in check_credential_schema(whole, store)[0]] == ["schema_not_met"]
    assert [each.code for each in check_credential_schema(document | {"evidence": []}, store)[0]] == ["ok"]


def test_more_schemas_than_are_looked_at_are_told() -> None:
    document = complete_badge() | {"credentialSchema": [named()] * (MAXIMUM_SCHEMAS + 1)}
    checks, warnings = check_credential_schema(document, SchemaStore.published())
    assert [each.data for each in checks] == [{"schemas": [ACHIEVEMENT]}]
    assert [each.code for each in warnings] == ["schema_unknown"]


def test_a_store_with_an_altered_schema_does_not_open(tmp_path: Path) -> None:
    directory = shutil.copytree(DOCUMENTS, tmp_path / "documents")
    assert SchemaStore.load(directory).urls == {ACHIEVEMENT}
    file = next(path for path in directory.iterdir() if path.name != "lock.json")
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(ContextIntegrityError):
        SchemaStore.load(directory)
    file.unlink()
    with pytest.raises(ContextIntegrityError):
        SchemaStore.load(directory)


@pytest.mark.parametrize(
    "schema",
    [
        {"$schema": DIALECT, "$ref": "https://stranger.example/schema.json"},
        {"$schema": DIALECT, "pattern": "(?=a)b"},
        {"$schema": DIALECT, "pattern": r"(a)\1"},
        {"$schema": DIALECT, "type": "nothing"},
        {"$schema": "http://json-schema.org/draft-04/schema#"},
        {"type": "object"},
        [],
    ],
    ids=["reference", "lookahead", "backreference", "no-schema", "old", "no-dialect", "array"],
)
def test_a_schema_that_is_no_closed_and_linear_one_is_refused(tmp_path: Path, schema: Any) -> None:
    assert own_store(
        tmp_path / "valid" if (tmp_path / "valid").mkdir() is None else tmp_path, type="object"
    ).urls
    with pytest.raises(ContextIntegrityError):
        SchemaStore.load(also=[directory_with(tmp_path, schema)])


def test_the_schema_of_1edtech_agrees_with_the_checker_on_complete_badges() -> None:
    schema = SchemaStore.published().find(ACHIEVEMENT)
    assert schema is not None
    assert schema.is_met_by(complete_badge())
    assert check_open_badge(complete_badge()) == []


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("dataIntegrityProof/didKey/legacyRegistry-noStatus-notExpired-withSchema.json", "ok"),
        (
            "bothSignatureTypes/didkey/legacy-noStatus-notExpired-endorsement-withSchema.json",
            "schema_unknown",
        ),
    ],
)
def test_what_others_issued_with_a_schema(file: str, code: str) -> None:
    document = json.loads((VECTORS / file).read_bytes())
    checks, warnings = check_credential_schema(document, SchemaStore.published())
    assert [each.code for each in (*checks, *warnings)] == [code]


def test_a_hostile_badge_costs_little() -> None:
    schema = SchemaStore.published().find(ACHIEVEMENT)
    assert schema is not None
    document = complete_badge()
    deep = complete_endorsement("https://node.example/badges/drone")
    for _ in range(18):
        above = complete_endorsement("https://node.example/badges/drone")
        above["issuer"]["endorsement"] = [deep]
        deep = above
    document["endorsement"] = [deep] * 40
    document["evidence"] = [{"type": ["Evidence"], "id": f"https://a.example/{n}"} for n in range(5000)]
    deep["issuer"]["id"] = 7
    with costs_at_most(0.25):
        assert not schema.is_met_by(document)


@pytest.mark.attack("C14")
def test_a_badge_of_a_megabyte_is_refused_without_being_told_where(world: World) -> None:
    """To say where looks at every node by every rule: that has its part of the budget, or is left."""
    descriptions = [
        {"type": ["ResultDescription"], "id": f"urn:x:{number}", "name": "a", "resultType": "Status"}
        for number in range(8_000)
    ]
    document = world.badge()
    document["credentialSchema"] = [named()]
    document["credentialSubject"]["achievement"] |= {
        "inLanguage": "fr_FR",
        "resultDescription": descriptions,
    }
    for budget, place in (
        (None, {"pointer", "rule"}),
        (WorkBudget(), set()),
        (WorkBudget(1_000_000), {"pointer", "rule"}),
    ):
        before = budget.left if budget else 0
        [check], _ = check_credential_schema(
            document, SchemaStore.published(), explain=check_open_badge, budget=budget
        )
        assert (check.code, check.data.keys() - {"schema"}) == ("schema_not_met", place)
        assert budget is None or (budget.left < before) is bool(place)
