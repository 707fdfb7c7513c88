"""From a badge to an awarded session: what a passeur makes, changes, notes and awards."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from PIL import Image

from issuer_node.awards import AwardFilter, award_session, get_award, list_awards, list_lines, revoke_award
from issuer_node.badges import (
    SkillDraft,
    archive_badge,
    change_badge,
    copy_badge,
    get_badge,
    get_picture,
    list_badges,
    make_badge,
)
from issuer_node.errors import ConflictError, DraftError, NotFoundError
from issuer_node.sessions import (
    add_participants,
    get_sheet,
    list_sessions,
    open_session,
    remove_participant,
    save_sheet,
)
from issuer_node.situations import (
    BehaviourDraft,
    SituationDraft,
    archive_situation,
    change_situation,
    copy_situation,
    get_situation,
    list_situations,
    make_situation,
)
from tests.unit.issuer_node.conftest import EARNED, badge_draft


def situation(world, *behaviours: BehaviourDraft, **changes) -> str:
    draft = SituationDraft(**{"title": "Atelier (exemple)", "behaviours": behaviours, **changes})
    return make_situation(world.node, by=world.admin, draft=draft)


def held(world, situation_id: str, *names: str, **changes) -> str:
    values = {"situation_id": situation_id, "held_on": EARNED, "names": names, **changes}
    return open_session(world.node, by=world.admin, **values)


# --- badges


def test_a_badge_without_a_picture_gets_a_medal(world):
    badge = get_badge(world.node, world.badge())
    picture = get_picture(world.node, badge.picture_id)
    image = Image.open(io.BytesIO(picture.content))
    assert (picture.content_type, image.size) == ("image/png", (512, 512))
    assert len(image.convert("RGB").getcolors(1_000_000)) > 3, "drawn, not blank"


def test_a_picture_is_drawn_anew_and_a_broken_one_refused(world):
    source = io.BytesIO()
    Image.new("RGB", (900, 600), "red").save(source, "JPEG")
    badge = make_badge(world.node, by=world.admin, draft=badge_draft(), picture=source.getvalue())
    kept = get_picture(world.node, get_badge(world.node, badge).picture_id)
    assert Image.open(io.BytesIO(kept.content)).size == (512, 341)
    with pytest.raises(DraftError) as caught:
        make_badge(world.node, by=world.admin, draft=badge_draft(), picture=b"not a picture")
    assert (caught.value.code, caught.value.field) == ("picture_format", "picture")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"name": "  "}, "missing", "name"),
        ({"name": "x" * 101}, "too_long", "name"),
        ({"name": "a\x00b"}, "control_characters", "name"),
        ({"description": ""}, "missing", "description"),
        ({"criteria": "x" * 4001}, "too_long", "criteria"),
        ({"kind": "diploma"}, "bad_kind", "kind"),
        ({"language": "xx"}, "bad_language", "language"),
        ({"skills": (SkillDraft("S", "javascript:alert(1)"),)}, "bad_url", "skills"),
        ({"skills": (SkillDraft("", "https://x.example"),)}, "missing", "skills"),
        ({"skills": (SkillDraft("S", "https://x.example"),) * 11}, "too_many", "skills"),
    ],
)
def test_a_bad_draft_names_its_field_and_makes_nothing(world, changes, code, field):
    with pytest.raises(DraftError) as caught:
        make_badge(world.node, by=world.admin, draft=badge_draft(**changes))
    assert (caught.value.code, caught.value.field) == (code, field)
    assert list_badges(world.node) == []
    make_badge(world.node, by=world.admin, draft=badge_draft())
    assert len(list_badges(world.node)) == 1


@pytest.mark.parametrize("kind", ["participation", "experience", "skill", "trait", "engagement", "role"])
def test_every_kind_of_badge_is_issued(world, kind):
    credential = world.wallet().receive(world.offer(world.award(world.badge(kind=kind))))
    assert credential["credentialSubject"]["achievement"]["achievementType"].startswith(
        ("ext:", "Competency")
    )


def test_what_cannot_be_seen_is_not_signed(world):
    typed = "Me\u0301canicien\u200bne\u202e"
    badge = world.badge(typed)
    assert get_badge(world.node, badge).name == "Mécanicienne"
    credential = world.wallet().receive(world.offer(world.award(badge, words="Re\u0301pare\ufeff un vélo.")))
    assert credential["name"] == "Mécanicienne"
    assert credential["credentialSubject"]["narrative"] == "Répare un vélo."


def test_words_with_an_address_are_refused_to_the_passeur_not_to_the_learner(world):
    badge = world.badge()
    with pytest.raises(DraftError) as caught:
        world.award(badge, words="A écrit à amina@exemple.fr toute seule.")
    assert (caught.value.code, caught.value.field) == ("email_in_text", "words")
    assert world.award(badge, words="A écrit un e-mail toute seule.")


@pytest.mark.parametrize("host", ["chez-nous@exemple.fr", "Fablab (exemple)"])
def test_an_award_that_could_not_be_signed_is_refused_when_it_is_made(world, host):
    badge = world.badge()
    activity = situation(world, BehaviourDraft("Répare", badge), host=host)
    session = held(world, activity, "Amina (exemple)")
    (person,) = get_sheet(world.node, session).participants
    choices = {(person.id, badge)}
    if "@" in host:
        with pytest.raises(ConflictError, match="award_not_fit"):
            award_session(world.node, by=world.admin, session_id=session, choices=choices)
        assert list_awards(world.node).total == 0
    else:
        (award,) = award_session(world.node, by=world.admin, session_id=session, choices=choices)
        assert world.wallet().receive(world.offer(award))


def test_a_badge_is_changed_until_it_is_awarded_then_copied(world):
    badge = world.badge()
    change_badge(world.node, by=world.admin, badge_id=badge, draft=badge_draft(name="Mieux dit"))
    assert get_badge(world.node, badge).name == "Mieux dit"
    world.award(badge)
    with pytest.raises(ConflictError, match="badge_awarded"):
        change_badge(world.node, by=world.admin, badge_id=badge, draft=badge_draft(name="Autre chose"))
    copy = copy_badge(world.node, by=world.admin, badge_id=badge)
    change_badge(world.node, by=world.admin, badge_id=copy, draft=badge_draft(name="Autre chose"))
    assert [get_badge(world.node, each).name for each in (badge, copy)] == ["Mieux dit", "Autre chose"]


def test_an_archived_badge_is_neither_changed_nor_awarded(world):
    badge, other = world.badge(), world.badge("Un autre")
    archive_badge(world.node, by=world.admin, badge_id=badge)
    archive_badge(world.node, by=world.admin, badge_id=badge)
    assert [each.id for each in list_badges(world.node)] == [other]
    assert [each.id for each in list_badges(world.node, archived=True)] == [badge]
    with pytest.raises(ConflictError, match="badge_archived"):
        change_badge(world.node, by=world.admin, badge_id=badge, draft=badge_draft())
    with pytest.raises(ConflictError, match="badge_archived"):
        world.award(badge)
    assert world.award(other)


# --- situations


def test_a_situation_keeps_its_behaviours_and_badges_in_order(world):
    first, second = world.badge("Premier"), world.badge("Second")
    made = situation(
        world,
        BehaviourDraft("B", second),
        BehaviourDraft("A"),
        BehaviourDraft("B"),
        BehaviourDraft(" "),
        badge_ids=(first,),
    )
    sheet = get_situation(world.node, made)
    assert [(each.text, each.badge_id) for each in sheet.behaviours] == [("B", second), ("A", None)]
    assert [badge.id for badge in sheet.badges] == [first, second]


def test_changing_a_situation_loses_nothing_that_was_noted(world):
    badge = world.badge()
    made = situation(
        world, BehaviourDraft("Gardé", badge), BehaviourDraft("Noté"), BehaviourDraft("Jamais noté")
    )
    session = held(world, made, "Amina (exemple)")
    sheet = get_sheet(world.node, session)
    person, ids = sheet.participants[0].id, {each.text: each.id for each in sheet.behaviours}
    noted = {(person, ids["Noté"]), (person, ids["Gardé"])}
    save_sheet(world.node, by=world.admin, session_id=session, present=[person], seen=noted, words={})
    draft = SituationDraft(
        title="Autre titre", behaviours=(BehaviourDraft("Nouveau"), BehaviourDraft("Gardé", badge))
    )
    change_situation(world.node, by=world.admin, situation_id=made, draft=draft)
    assert [each.text for each in get_situation(world.node, made).behaviours] == ["Nouveau", "Gardé"]
    after = get_sheet(world.node, session)
    assert {each.text for each in after.behaviours} == {"Nouveau", "Gardé", "Noté"}
    assert after.seen == noted
    fresh = get_sheet(world.node, held(world, made, "B (exemple)"))
    assert {each.text for each in fresh.behaviours} == {"Nouveau", "Gardé"}


def test_a_situation_is_copied_without_archived_badges(world):
    kept, gone = world.badge("Gardé"), world.badge("Archivé")
    made = situation(world, BehaviourDraft("A", gone), BehaviourDraft("B", kept))
    archive_badge(world.node, by=world.admin, badge_id=gone)
    copy = get_situation(world.node, copy_situation(world.node, by=world.admin, situation_id=made))
    assert [(each.text, each.badge_id) for each in copy.behaviours] == [("A", None), ("B", kept)]
    assert [badge.id for badge in copy.badges] == [kept]
    with pytest.raises(DraftError, match="unknown_badge"):
        situation(world, badge_ids=(gone,))


def test_an_archived_situation_opens_no_session(world):
    made = situation(world)
    session = held(world, made)
    archive_situation(world.node, by=world.admin, situation_id=made)
    assert list_situations(world.node) == []
    assert [each.id for each in list_situations(world.node, archived=True)] == [made]
    with pytest.raises(ConflictError, match="situation_archived"):
        held(world, made)
    assert get_sheet(world.node, session).situation.id == made


# --- sessions


def test_a_sheet_proposes_what_was_seen_in_those_present(world):
    badge = world.badge()
    session = held(
        world, situation(world, BehaviourDraft("A", badge), BehaviourDraft("B")), "Amina", "Bastien", "Chloé"
    )
    sheet = get_sheet(world.node, session)
    (a, b, c), (leading, other) = (
        [each.id for each in rows] for rows in (sheet.participants, sheet.behaviours)
    )
    seen = {(a, leading), (a, other), (b, other), (c, leading)}
    save_sheet(
        world.node, by=world.admin, session_id=session, present=[a, b], seen=seen, words={a: "  Bravo  "}
    )
    after = get_sheet(world.node, session)
    assert after.seen == seen
    assert after.proposed == {(a, badge)}, "b was not seen doing it, c was not there"
    assert [each.words for each in after.participants] == ["Bravo", "", ""]
    save_sheet(
        world.node, by=world.admin, session_id=session, present=[a], seen={(a, other)}, words={b: "Oui"}
    )
    again = get_sheet(world.node, session)
    assert again.seen == {(a, other)}
    assert [each.words for each in again.participants] == ["Bravo", "Oui", ""]


def test_people_come_and_go_until_they_are_awarded(world):
    badge = world.badge()
    session = held(world, situation(world, badge_ids=(badge,)), "Amina", " ", "Bastien")
    add_participants(world.node, by=world.admin, session_id=session, names=["Chloé"])
    people = {each.name: each.id for each in get_sheet(world.node, session).participants}
    assert list(people) == ["Amina", "Bastien", "Chloé"]
    award_session(world.node, by=world.admin, session_id=session, choices=[(people["Amina"], badge)])
    with pytest.raises(ConflictError, match="participant_awarded"):
        remove_participant(world.node, by=world.admin, session_id=session, participant_id=people["Amina"])
    remove_participant(world.node, by=world.admin, session_id=session, participant_id=people["Bastien"])
    assert [each.name for each in get_sheet(world.node, session).participants] == ["Amina", "Chloé"]
    (line,) = list_sessions(world.node)
    assert (line.participants, line.awards) == (2, 1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"held_on": date(1900, 1, 1)}, "held_on"),
        ({"ended_on": date(2026, 11, 19)}, "ended_on"),
        ({"place": "x" * 121}, "place"),
        ({"names": ["x" * 81]}, "names"),
        ({"names": [f"P{number}" for number in range(61)]}, "names"),
    ],
)
def test_a_session_that_cannot_be_names_its_field(world, changes, field):
    made = situation(world)
    with pytest.raises(DraftError) as caught:
        held(world, made, **changes)
    assert caught.value.field == field
    assert list_sessions(world.node, situation_id=made) == []
    assert held(world, made, names=[f"P{number}" for number in range(60)])


# --- awards


def awardable(world, *names: str, **changes):
    badge = world.badge()
    session = held(world, situation(world, badge_ids=(badge,)), *names, **changes)
    return badge, session, [each.id for each in get_sheet(world.node, session).participants]


def test_awarding_again_awards_nothing_twice(world):
    badge, session, (a, b) = awardable(world, "Amina", "Bastien")
    first = award_session(world.node, by=world.admin, session_id=session, choices=[(a, badge)])
    both = award_session(world.node, by=world.admin, session_id=session, choices=[(a, badge), (b, badge)])
    assert set(first) < set(both)
    assert len(both) == 2
    assert list_awards(world.node).total == 2


def test_a_badge_given_by_hand_without_a_mark_can_be_received(world):
    badge, session, (person,) = awardable(world, "Amina (exemple)")
    (award,) = award_session(world.node, by=world.admin, session_id=session, choices=[(person, badge)])
    assert "evidence" not in world.wallet().receive(world.offer(award))


@pytest.mark.attack("J4")
def test_a_double_click_on_award_awards_once(world):
    badge, session, people = awardable(world, *(f"P{number}" for number in range(6)))
    choices = [(person, badge) for person in people]

    def award(_: int) -> list[str]:
        return award_session(world.node, by=world.admin, session_id=session, choices=choices)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(award, range(6)))
    assert len({tuple(sorted(ids)) for ids in answers}) == 1
    page = list_awards(world.node)
    assert page.total == 6
    assert all(len(get_award(world.node, line.award.id).offers) == 1 for line in page.lines)


def test_who_was_absent_or_a_day_to_come_is_not_awarded(world):
    badge, session, (a, b) = awardable(world, "Amina", "Bastien")
    save_sheet(world.node, by=world.admin, session_id=session, present=[a], seen=[], words={})
    with pytest.raises(ConflictError, match="participant_absent"):
        award_session(world.node, by=world.admin, session_id=session, choices=[(a, badge), (b, badge)])
    assert list_awards(world.node).total == 0, "all or nothing"
    _, tomorrow, (c,) = awardable(world, "Chloé", held_on=date(2026, 11, 25))
    sheet = get_sheet(world.node, tomorrow)
    with pytest.raises(ConflictError, match="session_in_future"):
        award_session(world.node, by=world.admin, session_id=tomorrow, choices=[(c, sheet.badges[0].id)])
    world.clock.advance(days=1)
    assert award_session(world.node, by=world.admin, session_id=tomorrow, choices=[(c, sheet.badges[0].id)])


def test_a_badge_that_is_not_of_the_situation_is_not_awarded_there(world):
    _, session, (a,) = awardable(world, "Amina")
    with pytest.raises(NotFoundError):
        award_session(world.node, by=world.admin, session_id=session, choices=[(a, world.badge("Autre"))])


def test_an_award_keeps_what_was_seen_then(world):
    awards = world.session_awards(["Amina (exemple)"])
    made = list_situations(world.node)[0].id
    change_situation(world.node, by=world.admin, situation_id=made, draft=SituationDraft(title="Tout autre"))
    credential = world.wallet().receive(world.offer(awards[0]))
    assert credential["evidence"][0]["name"] == "Pilotage de drone (exemple)"


def test_awards_are_found_by_badge_session_state_and_text(world):
    first, second = world.session_awards(["Amina (exemple)", "50 % Bastien (exemple)"])
    third = world.award(name="Chloé (exemple)")
    world.wallet().receive(world.offer(first))
    revoke_award(world.node, by=world.admin, award_id=second, reason="Erreur")
    story = get_award(world.node, first)

    def found(**wanted) -> set[str]:
        return {line.award.id for line in list_awards(world.node, wanted=AwardFilter(**wanted)).lines}

    assert found() == {first, second, third}
    assert found(session_id=story.session.id) == {first, second}
    assert found(badge_id=story.line.badge.id) == {first, second}
    assert found(state="received") == {first}
    assert found(state="revoked") == {second}
    assert found(state="waiting") == {third}
    assert found(text="AMINA") == {first}
    assert found(text="50 %") == {second}
    assert found(text="%") == {second}, "a percent sign is a percent sign"
    states = {line.award.id: line.state for line in list_lines(world.node, [first, second, third])}
    assert states == {first: "received", second: "revoked", third: "waiting"}


def test_awards_come_in_pages(world):
    badge = world.badge()
    for number in range(5):
        world.clock.advance(seconds=1)
        world.award(badge, name=f"P{number}")
    first = list_awards(world.node, page_size=2)
    assert (first.total, first.pages, [line.award.recipient_name for line in first.lines]) == (
        5,
        3,
        ["P4", "P3"],
    )
    assert [line.award.recipient_name for line in list_awards(world.node, page=3, page_size=2).lines] == [
        "P0"
    ]
    assert list_awards(world.node, page=99, page_size=2).page == 3


@pytest.mark.parametrize(("reason", "code"), [("", "missing"), (" \n", "missing"), ("x" * 501, "too_long")])
def test_revoking_needs_a_reason_and_is_done_once(world, reason, code):
    award = world.award()
    with pytest.raises(DraftError, match=code):
        revoke_award(world.node, by=world.admin, award_id=award, reason=reason)
    assert get_award(world.node, award).line.state == "waiting"
    revoke_award(world.node, by=world.admin, award_id=award, reason="Erreur de personne")
    with pytest.raises(ConflictError, match="award_revoked"):
        revoke_award(world.node, by=world.admin, award_id=award, reason="Encore")
    assert get_award(world.node, award).line.award.revocation_reason == "Erreur de personne"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"earned_on": date(2026, 11, 25)}, "earned_on"),
        ({"earned_on": date(1900, 1, 1)}, "earned_on"),
        ({"earned_until": date(2026, 11, 19)}, "earned_until"),
        ({"words": "x" * 601}, "words"),
    ],
)
def test_an_award_after_the_fact_names_its_bad_field(world, changes, field):
    badge = world.badge()
    with pytest.raises(DraftError) as caught:
        world.award(badge, **changes)
    assert caught.value.field == field
    assert world.award(badge, earned_until=date(2026, 11, 24))
