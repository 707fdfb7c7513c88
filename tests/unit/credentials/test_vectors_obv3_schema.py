"""The checker of the data model beside the JSON schema that 1EdTech publishes: what the schema refuses, a rule
says. Everything in a badge that has everything is altered in turn.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from credentials.open_badges import BuildError, check_open_badge, read_credential, write_credential
from credentials.schemas import SchemaStore
from tests.unit.credentials.complete_badges import complete_badge

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
Path = tuple[str | int, ...]
ABSENT, TWICE = object(), object()
SPOKEN = {"@value": "x", "@language": "fr"}
ALTERED: tuple[Any, ...] = (
    ABSENT, TWICE, 7, True, None, [], {}, "", "x y", "ext:a b", {"fr": "x"}, {"xx-1": "x"}, SPOKEN, [7]
)  # fmt: skip


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place below a value, without the contexts: their order is a rule of its own."""
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for name, each in members:
        if name != "@context":
            yield (*path, name)
            yield from paths(each, (*path, name))


def altered(path: Path, value: Any) -> dict[str, Any]:
    document = complete_badge()
    node: Any = document
    for name in path[:-1]:
        node = node[name]
    if value is ABSENT:
        del node[path[-1]]
    elif value is TWICE:
        node[path[-1]] = [node[path[-1]], copy.deepcopy(node[path[-1]])]
    else:
        node[path[-1]] = value
    return document


def is_of_vcdm_2_0(path: Path, value: Any) -> bool:
    """What VCDM 2.0 allows and the schema does not: text that says its language, and several statuses."""
    return value is SPOKEN or (value is TWICE and path[-1] == "credentialStatus")


class Judged(NamedTuple):
    """One alteration, and what the schema and the checker say of it."""

    path: Path
    value: Any
    is_met: bool
    rules: tuple[str, ...]


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    schema = SchemaStore.published().find(SCHEMA)
    assert schema is not None
    assert schema.is_met_by(complete_badge())
    found = []
    for path in paths(complete_badge()):
        for value in ALTERED:
            document = altered(path, value)
            rules = tuple(each.rule for each in check_open_badge(document))
            found.append(Judged(path, value, schema.is_met_by(document), rules))
    return found


@pytest.mark.covers("open-badges-3.0", "Verifiable Credentials Extensions: 1EdTechJsonSchemaValidator2019")
def test_what_the_published_schema_refuses_a_rule_says(judged: list[Judged]) -> None:
    refused = [each for each in judged if not each.is_met]
    silent = [each for each in refused if not each.rules and not is_of_vcdm_2_0(each.path, each.value)]
    assert silent == []
    assert len(refused) > 2_500
    # ids, addresses, links between members: no schema says these
    assert len([each for each in judged if each.is_met and each.rules]) > 500


def test_whatever_breaks_no_rule_is_read_and_written_again(judged: list[Judged]) -> None:
    sound = [each for each in judged if not each.rules]
    assert len(sound) > 500
    for each in sound:
        document = altered(each.path, each.value)
        is_map = isinstance(each.value, dict) and each.value is not SPOKEN
        # a map of languages: the schema takes it, the context does not; an endorsement stays as it was signed
        if is_map and "endorsement" not in each.path:
            with pytest.raises(BuildError):
                write_credential(read_credential(document))
        else:
            assert check_open_badge(write_credential(read_credential(document))) == [], each
