"""Who may do what: every verb, by somebody suspended, by another role, on what is not there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING

import pytest

from issuer_node.auditing import list_entries
from issuer_node.awards import award_person, award_session, revoke_award
from issuer_node.badges import archive_badge, change_badge, copy_badge, make_badge
from issuer_node.errors import ConflictError, DraftError, NotAllowedError, NotFoundError
from issuer_node.offers import renew_offer
from issuer_node.passeurs import (
    invite_passeur,
    known_as,
    list_passeurs,
    reactivate_passeur,
    rename_passeur,
    suspend_passeur,
)
from issuer_node.passkeys import remove_passkey
from issuer_node.sessions import add_participants, get_sheet, open_session, remove_participant, save_sheet
from issuer_node.situations import (
    SituationDraft,
    archive_situation,
    change_situation,
    copy_situation,
    make_situation,
)
from tests.unit.issuer_node.conftest import EARNED, badge_draft

if TYPE_CHECKING:
    from issuer_node.models import Passeur

SITUATION = SituationDraft(title="Atelier (exemple)")
# every deed that takes a passeur, on ids of the world's things
DEEDS = {
    "make_badge": lambda n, by, _: make_badge(n, by=by, draft=badge_draft()),
    "change_badge": lambda n, by, x: change_badge(n, by=by, badge_id=x["badge"], draft=badge_draft()),
    "copy_badge": lambda n, by, x: copy_badge(n, by=by, badge_id=x["badge"]),
    "archive_badge": lambda n, by, x: archive_badge(n, by=by, badge_id=x["badge"]),
    "make_situation": lambda n, by, _: make_situation(n, by=by, draft=SITUATION),
    "change_situation": lambda n, by, x: change_situation(
        n, by=by, situation_id=x["situation"], draft=SITUATION
    ),
    "copy_situation": lambda n, by, x: copy_situation(n, by=by, situation_id=x["situation"]),
    "archive_situation": lambda n, by, x: archive_situation(n, by=by, situation_id=x["situation"]),
    "open_session": lambda n, by, x: open_session(n, by=by, situation_id=x["situation"], held_on=EARNED),
    "add_participants": lambda n, by, x: add_participants(
        n, by=by, session_id=x["session"], names=["B (exemple)"]
    ),
    "save_sheet": lambda n, by, x: save_sheet(
        n, by=by, session_id=x["session"], present=[], seen=[], words={}
    ),
    "award_session": lambda n, by, x: award_session(n, by=by, session_id=x["session"], choices=[]),
    "award_person": lambda n, by, x: award_person(
        n, by=by, badge_id=x["badge"], name="A (exemple)", earned_on=EARNED
    ),
    "revoke_award": lambda n, by, x: revoke_award(n, by=by, award_id=x["award"], reason="Erreur"),
    "renew_offer": lambda n, by, x: renew_offer(n, by=by, award_id=x["award"]),
    "rename_passeur": lambda n, by, _: rename_passeur(n, by=by, name="R (exemple)"),
}
MANAGING = {
    "invite_passeur": lambda n, by, _: invite_passeur(n, by=by, email="new@node.example", name="N (exemple)"),
    "suspend_passeur": lambda n, by, x: suspend_passeur(n, by=by, passeur_id=x["passeur"]),
    "reactivate_passeur": lambda n, by, x: reactivate_passeur(n, by=by, passeur_id=x["passeur"]),
}


def passeur(world, email: str, role: str = "passeur") -> Passeur:
    made = invite_passeur(world.node, by=world.admin, email=email, name="P (exemple)", role=role)
    return next(each for each in list_passeurs(world.node) if each.id == made)


@pytest.fixture
def things(world):
    badge = world.badge()
    situation = make_situation(world.node, by=world.admin, draft=SITUATION)
    session = open_session(world.node, by=world.admin, situation_id=situation, held_on=EARNED)
    other = world.award(world.badge("Un autre"))
    return {
        "badge": badge, "situation": situation, "session": session, "award": other,
        "passeur": passeur(world, "other@node.example").id,
    }  # fmt: skip


@pytest.mark.attack("H6")
def test_a_suspended_passeur_can_do_nothing_and_an_active_one_all(world, things):
    active, suspended = passeur(world, "a@node.example"), passeur(world, "s@node.example")
    suspend_passeur(world.node, by=world.admin, passeur_id=suspended.id)
    for name, deed in {**DEEDS, **MANAGING}.items():
        with pytest.raises(NotAllowedError, match="passeur_suspended"):
            deed(world.node, suspended, things)
        assert name
    with pytest.raises(NotAllowedError, match="passeur_suspended"):
        remove_passkey(world.node, by=suspended, passkey_id="x")
    order = [name for name in DEEDS if not name.startswith(("archive", "revoke"))]
    for name in (*order, "archive_badge", "archive_situation", "revoke_award"):
        DEEDS[name](world.node, active, things)


@pytest.mark.attack("H6")
@pytest.mark.parametrize("name", MANAGING)
def test_only_a_coordinator_manages_passeurs(world, things, name):
    with pytest.raises(NotAllowedError, match="not_allowed"):
        MANAGING[name](world.node, passeur(world, "a@node.example"), things)
    MANAGING[name](world.node, passeur(world, "c@node.example", "coordinator"), things)


@pytest.mark.attack("H6")
def test_ids_of_other_things_are_not_found(world, things):
    unknown = dict.fromkeys(things, "unknown")
    makes = {"make_badge", "make_situation", "rename_passeur"}
    for name, deed in {**DEEDS, "suspend": MANAGING["suspend_passeur"]}.items():
        if name not in makes:
            with pytest.raises(NotFoundError):
                deed(world.node, world.admin, unknown)


@pytest.mark.attack("H6")
def test_one_session_s_people_cannot_be_reached_through_another(world):
    situation = make_situation(world.node, by=world.admin, draft=SITUATION)
    opened = [
        open_session(
            world.node, by=world.admin, situation_id=situation, held_on=EARNED, names=["A (exemple)"]
        )
        for _ in range(2)
    ]
    mine, theirs = (get_sheet(world.node, session).participants[0].id for session in opened)
    with pytest.raises(NotFoundError):
        remove_participant(world.node, by=world.admin, session_id=opened[0], participant_id=theirs)
    for words, present in (({theirs: "x"}, []), ({}, [theirs])):
        with pytest.raises(NotFoundError):
            save_sheet(
                world.node, by=world.admin, session_id=opened[0], present=present, seen=[], words=words
            )
    with pytest.raises(NotFoundError):
        award_session(world.node, by=world.admin, session_id=opened[0], choices=[(theirs, world.badge())])
    save_sheet(world.node, by=world.admin, session_id=opened[0], present=[mine], seen=[], words={mine: "x"})
    assert get_sheet(world.node, opened[1]).participants[0].words == ""


def test_the_last_coordinator_stays(world):
    with pytest.raises(ConflictError, match="last_coordinator"):
        suspend_passeur(world.node, by=world.admin, passeur_id=world.admin.id)
    second = passeur(world, "c@node.example", "coordinator")
    suspend_passeur(world.node, by=second, passeur_id=world.admin.id)
    with pytest.raises(NotAllowedError):
        suspend_passeur(world.node, by=world.admin, passeur_id=second.id)


def test_two_coordinators_cannot_suspend_each_other_at_once(world):
    second = passeur(world, "c@node.example", "coordinator")

    def suspend(pair: tuple[Passeur, Passeur]) -> bool:
        try:
            suspend_passeur(world.node, by=pair[0], passeur_id=pair[1].id)
        except (ConflictError, NotAllowedError):
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(suspend, [(world.admin, second), (second, world.admin)]))
    assert sum(done) == 1
    assert [each.state for each in list_passeurs(world.node)].count("active") == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": "a@b\nBcc: c@d"}, "email"),
        ({"name": " "}, "name"),
        ({"role": "root"}, "role"),
    ],
)
def test_a_bad_invitation_names_its_field(world, changes, field):
    values = {"email": "new@node.example", "name": "N (exemple)", "role": "passeur"}
    with pytest.raises(DraftError) as caught:
        invite_passeur(world.node, by=world.admin, **{**values, **changes})
    assert caught.value.field == field
    invite_passeur(world.node, by=world.admin, **values)
    with pytest.raises(ConflictError, match="email_known"):
        invite_passeur(world.node, by=world.admin, **{**values, "email": "NEW@node.example"})


def test_the_first_passeur_is_known_by_their_address_until_they_say_their_name(world):
    assert (world.admin.name, known_as(world.admin)) == ("", "passeur@node.example")
    rename_passeur(world.node, by=world.admin, name="  Ana  Prénom (exemple) ")
    (found,) = list_passeurs(world.node)
    assert known_as(found) == "Ana Prénom (exemple)"
    assert [entry.deed for entry in list_entries(world.node, subject=found.id)] == ["passeur_renamed"]


@pytest.mark.parametrize(("name", "code"), [(" ", "missing"), ("a" * 121, "too_long"), ("a\x00b", "control_characters")])  # fmt: skip
def test_a_name_that_cannot_be_read_is_not_taken(world, name, code):
    with pytest.raises(DraftError, match=code) as caught:
        rename_passeur(world.node, by=world.admin, name=name)
    assert caught.value.field == "name"
    assert list_passeurs(world.node)[0].name == ""


def test_deeds_are_written_down(world):
    award = world.award(earned_on=date(2026, 11, 1))
    revoke_award(world.node, by=world.admin, award_id=award, reason="Erreur")
    entries = list_entries(world.node, subject=award)
    assert [(entry.deed, entry.by) for entry in entries] == [
        ("award_revoked", world.admin.id),
        ("awarded", world.admin.id),
    ]
