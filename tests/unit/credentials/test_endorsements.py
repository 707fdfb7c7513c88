"""Somebody else's word for a badge counts when it is theirs, still holds, and is about this badge."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from credentials.endorsements import MAXIMUM_ENDORSEMENTS, check_endorsements
from credentials.jose import VC_JWT, sign_jwt_credential
from credentials.open_badges import EndorsementCredential, EndorsementSubject, Profile, build_credential
from credentials.report import Outcome
from credentials.verification import check_credential
from tests.unit.credentials.conftest import NOW, World, did_of

BADGE = "https://node.example/badges/drone"
ACHIEVEMENT = "/credentialSubject/achievement"


def endorsement(world: World, about: str = BADGE, *, signer: Any = None, **changes: Any) -> dict[str, Any]:
    """A signed endorsement by a guild, which is no issuer of the badge."""
    signer = signer or world.stranger
    unsigned = EndorsementCredential(
        id="urn:uuid:00000000-0000-4000-8000-000000000001",
        name="Une garantie",
        issuer=Profile(id=did_of(signer), name="La guilde (exemple)"),
        valid_from=NOW - timedelta(days=1),
        credential_subject=EndorsementSubject(id=about, endorsement_comment="Demandé chez nous."),
    )
    return world.sign(build_credential(replace(unsigned, **changes), now=NOW), signer)


def endorsed(world: World, place: str, *endorsements: Any, member: str = "endorsement") -> dict[str, Any]:
    document = world.badge()
    node: Any = document
    for name in place.split("/")[1:]:
        node = node[name]
    node[member] = list(endorsements)
    return world.sign(document)


@pytest.mark.covers("open-badges-3.0", "EndorsementCredential Verification")
@pytest.mark.parametrize("place", ["", "/issuer", ACHIEVEMENT])
def test_an_endorsement_is_verified_where_it_stands(world: World, place: str) -> None:
    about = {"": BADGE, "/issuer": world.issuer_id, ACHIEVEMENT: BADGE}[place]
    document = endorsed(world, place, endorsement(world, about))
    assert check_credential(document, context=world.context(), now=NOW).outcome is Outcome.VALID
    [found] = check_endorsements(document, context=world.context(), now=NOW)
    assert (found.pointer, found.code, found.outcome) == (f"{place}/endorsement/0", "ok", Outcome.VALID)
    assert found.comment == "Demandé chez nous."
    assert (found.by, found.issuer_id, found.issuer_name) == (
        "",
        did_of(world.stranger),
        "La guilde (exemple)",
    )


def test_a_token_is_one_too(world: World) -> None:
    unsigned = {name: each for name, each in endorsement(world).items() if name != "proof"}
    token = sign_jwt_credential(unsigned, signer=world.stranger, now=NOW, profile=VC_JWT)
    document = endorsed(world, ACHIEVEMENT, token, member="endorsementJwt")
    [found] = check_endorsements(document, context=world.context(), now=NOW)
    assert (found.pointer, found.code) == (f"{ACHIEVEMENT}/endorsementJwt/0", "ok")


def test_what_does_not_hold_is_told_and_says_nothing(world: World) -> None:
    altered = endorsement(world)
    altered["credentialSubject"]["endorsementComment"] = "Le meilleur."
    ended = endorsement(world, valid_until=NOW - timedelta(hours=1))
    achievement = {"id": BADGE, "endorsement": [altered, ended, endorsement(world)]}
    document = {"credentialSubject": {"achievement": achievement}}
    found = check_endorsements(document, context=world.context(), now=NOW)
    assert [each.code for each in found] == ["invalid_signature", "expired", "ok"]
    assert [each.comment is None for each in found] == [True, True, False]


def test_an_endorsement_of_something_else_is_none_of_this(world: World) -> None:
    document = endorsed(world, ACHIEVEMENT, endorsement(world, "https://other.example/badges/1"))
    [found] = check_endorsements(document, context=world.context(), now=NOW)
    assert (found.code, found.outcome, found.comment) == ("endorsement_of_another", Outcome.INVALID, None)
    # that of the issuer says nothing of the badge
    document = endorsed(world, "/issuer", endorsement(world, BADGE))
    assert [each.code for each in check_endorsements(document, context=world.context(), now=NOW)] == [
        "endorsement_of_another"
    ]


def test_a_badge_is_no_endorsement(world: World) -> None:
    document = world.badge() | {"endorsement": world.signed_badge()}
    [found] = check_endorsements(document, context=world.context(), now=NOW)
    assert (found.code, found.outcome) == ("endorsement_type", Outcome.INVALID)


def test_the_issuers_own_word_is_no_second_voice(world: World) -> None:
    document = endorsed(world, ACHIEVEMENT, endorsement(world, signer=world.issuer))
    [found] = check_endorsements(document, context=world.context(), now=NOW)
    assert (found.code, found.by) == ("ok", "issuer")


def test_nor_is_the_word_of_whom_it_is_about(world: World) -> None:
    document = endorsed(world, ACHIEVEMENT, endorsement(world, signer=world.holder))
    [found] = check_endorsements(document, context=world.context(), now=NOW)
    assert (found.code, found.by) == ("ok", "subject")
    itself = {name: each for name, each in endorsement(world).items() if name != "proof"}
    itself["credentialSubject"] |= {"id": did_of(world.stranger)}
    source = {"id": did_of(world.stranger), "endorsement": [world.sign(itself, world.stranger)]}
    document = {"credentialSubject": {"source": source}}
    [found] = check_endorsements(document, context=world.context(), now=NOW)
    assert (found.code, found.by) == ("ok", "subject")
    assert found.to_json()["by"] == "subject"


def test_so_many_are_looked_at_and_no_more(world: World) -> None:
    one = endorsement(world)
    document = {"endorsement": [one] * (MAXIMUM_ENDORSEMENTS + 5), "credentialSubject": {"id": BADGE}}
    found = check_endorsements(document, context=world.context(), now=NOW)
    assert [each.code for each in found] == ["ok"] * MAXIMUM_ENDORSEMENTS + ["too_many_endorsements"]
    assert found[-1].outcome is Outcome.INDETERMINATE


@pytest.mark.parametrize("value", [None, [], 7, [7, None], "no token", {"endorsement": 1}, [[]]])
def test_odd_shapes_are_survived(world: World, value: Any) -> None:
    for document in (
        {"endorsement": value},
        {"issuer": value, "credentialSubject": value, "endorsementJwt": value},
    ):
        found = check_endorsements(document, context=world.context(), now=NOW)
        assert all(each.outcome is not Outcome.VALID for each in found)
