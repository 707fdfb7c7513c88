"""Small edits of a signed badge that its signature may survive: nothing that is shown changes with them (C1, C9)."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from contexts import DataLossError, hash_canonical
from credentials.report import Outcome
from credentials.verification import check_credential
from tests.unit.credentials.conftest import LIST_URL, NOW, World, did_of

if TYPE_CHECKING:
    from collections.abc import Iterator

VC = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"
# what the view tells in the document's order, which nobody signs
UNORDERED = ("types", "subject_ids")


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if path and path[0] == "@context":
        return
    yield path, value
    if isinstance(value, dict):
        for name, each in value.items():
            yield from places(each, (*path, name))
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from places(each, (*path, index))


def edited(document: dict[str, Any], path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    place: Any = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return changed


def values_in_its_place(value: Any, *, iri: str | None) -> list[Any]:
    match value:
        case str():
            return [
                f"{value} ",
                [value],
                {"@value": value},
                {"@id": value},
                {"id": value},
                *filter(None, [iri]),
            ]
        case list():
            return [value[::-1], value[0], [*value, value[0]]]
        case dict():
            return [
                [value],
                value | {"undefined": 1},
                value | {"@context": [VC]},
                value | {"@index": "x"},
                *({name: each for name, each in value.items() if name != gone} for gone in value),
            ]
        case _:
            return [[value], str(value)]


def shown(view: Any) -> str:
    members = {name: value for name, value in view.to_json().items() if name not in UNORDERED}
    return json.dumps(members | {"types": sorted(view.types)}, sort_keys=True)


@pytest.mark.attack("C1")
def test_an_edit_breaks_the_badge_or_changes_nothing_that_is_shown(world: World) -> None:
    badge = world.badge_with_status()
    for name in ("activityStartDate", "activityEndDate", "validUntil", "awardedDate"):
        place = badge["credentialSubject"] if name.startswith("activity") else badge
        place[name] = "2027-01-01T00:00:00Z"
    badge = world.sign({name: value for name, value in badge.items() if name != "proof"})
    world.served.serve(LIST_URL, world.status_list())
    active = world.contexts.newest().tables.initial
    for url in badge["@context"]:
        active = world.contexts.newest().tables.with_context(active, url)
    iris = {name: term.iri for name, term in active.terms.items() if term}
    context, survived = world.context(), 0
    honest = check_credential(badge, context=context, now=NOW)
    assert honest.outcome is Outcome.VALID
    for path, value in places(badge):
        if not path:
            continue
        for other in values_in_its_place(value, iri=iris.get(value) if isinstance(value, str) else None):
            report = check_credential(edited(badge, path, other), context=context, now=NOW)
            if report.outcome is Outcome.VALID:
                survived += 1
                assert shown(report.credential) == shown(honest.credential), (path, other)
    assert survived > 20  # a single value alone or in an array: the same statements


@pytest.mark.attack("C1")
@pytest.mark.parametrize(
    "path",
    [("type", 1), ("issuer", "type", 0), ("evidence", 0, "type", 0)],
)
def test_an_iri_does_not_stand_in_its_terms_place(world: World, path: tuple[str | int, ...]) -> None:
    """A reader of the JSON who looks for "OpenBadgeCredential" would miss it; the statements are the same."""
    badge = world.signed_badge()
    name = badge
    for step in path:
        name = name[step]
    report = check_credential(edited(badge, path, f"{OB}{name}"), context=world.context(), now=NOW)
    assert (report.outcome, report.codes) == (Outcome.INVALID, ("data_loss",))
    own = world.badge()
    own["issuer"]["type"] = ["Profile", "https://example.org/#Own"]
    assert check_credential(world.sign(own), context=world.context(), now=NOW).outcome is Outcome.VALID
    with pytest.raises(DataLossError):
        hash_canonical(edited(badge, path, f"{OB}{name}"), selection=world.contexts.newest())


@pytest.mark.attack("C1")
def test_a_badge_about_several_is_refused(world: World) -> None:
    """Which of them a page shows would hang on an order that anybody can change."""
    badge = world.badge()
    other = copy.deepcopy(badge["credentialSubject"]) | {"id": did_of(world.stranger)}
    other["achievement"]["id"] += "-2"
    two = world.sign(badge | {"credentialSubject": [badge["credentialSubject"], other]})
    report = check_credential(two, context=world.context(), now=NOW)
    assert (report.outcome, report.codes) == (Outcome.INVALID, ("several_subjects",))
    one = world.sign(badge | {"credentialSubject": [badge["credentialSubject"]]})
    assert check_credential(one, context=world.context(), now=NOW).outcome is Outcome.VALID
