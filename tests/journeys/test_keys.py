"""A structure's keys change while its badges are out: what was received stays good, until a key was stolen."""

from __future__ import annotations

import json

import pytest

from issuer_node.identifiers.changing import revoke_keys, rotate_keys
from issuer_node.main import create_app
from tests.journeys.conftest import AGENCY_VERIFIER, CENTRE
from tests.journeys.test_recognition import ask_and_answer, verdict

FORMS = ("ldp_vc", "dc+sd-jwt", "jwt_vc_json")


def node(territory):
    return territory.apps[CENTRE].state.node


def restart(territory):
    """The node's process ends, and another one takes its place."""
    old = territory.apps[CENTRE]
    app = create_app(old.state.settings, fetcher=territory.fetcher, clock=territory.clock)
    territory.stack.callback(app.state.database.dispose)
    # the transport goes on calling the application that it was given
    for name in ("node", "vc_api", "metadata"):
        setattr(old.state, name, getattr(app.state, name))


def uploaded(territory, content):
    page = territory.employer(AGENCY_VERIFIER).upload(content)
    return verdict(page)


def says_stolen(territory, content):
    return "La clé qui a signé a été volée." in territory.employer(AGENCY_VERIFIER).upload(content).text


@pytest.mark.attack("F8", "J10")
@pytest.mark.covers("did-webvh-1.0", "Update (Rotate)")
def test_issue_rotate_issue_revoke(territory):
    learner, employer = territory.learner(), territory.employer()
    first = territory.receive(learner, territory.award())
    old = learner.download(first)
    territory.clock.advance(hours=1)
    rotate_keys(node(territory), by=None)
    restart(territory)
    territory.clock.advance(minutes=1)
    second = territory.receive(learner, territory.award(name="Fiable"))
    new = learner.download(second)
    signed_with = [json.loads(each)["proof"][0]["verificationMethod"] for each in (old, new)]
    assert signed_with[0] != signed_with[1]
    assert uploaded(territory, old) == uploaded(territory, new) == ["valid"]
    # the learner does nothing, and presents both
    assert sorted(learner.list_badges()) == sorted([first, second])
    for badge in (first, second):
        assert verdict(ask_and_answer(territory, learner, badge, employer)) == ["valid"]

    territory.clock.advance(hours=1)
    revoke_keys(node(territory), [signed_with[0].partition("#")[2]], by=None)
    restart(territory)
    # a verifier may know the document of before for as long as it says
    territory.clock.advance(minutes=6)
    assert uploaded(territory, old) == ["invalid"]
    assert says_stolen(territory, old)
    assert uploaded(territory, new) == ["valid"]
    assert verdict(ask_and_answer(territory, learner, second, employer)) == ["valid"]
    # and what is revoked after that is seen: the lists are signed by a key of now
    territory.revoke(json_award(territory, second, learner))
    territory.clock.advance(minutes=1)
    assert uploaded(territory, new) == ["revoked"]


def json_award(territory, badge, learner):
    from issuer_node.awards import list_awards

    name = json.loads(learner.download(badge))["credentialSubject"]["achievement"]["name"]
    lines = list_awards(node(territory)).lines
    return next(line.award.id for line in lines if line.badge.name == name)


@pytest.mark.attack("F8", "J10")
@pytest.mark.parametrize("form", FORMS[1:])
def test_the_same_of_tokens(territory, form):
    territory.offer_only(form)
    learner = territory.learner()
    old = learner.download(territory.receive(learner, territory.award()))
    territory.clock.advance(hours=1)
    rotate_keys(node(territory), by=None)
    territory.clock.advance(minutes=1)
    new = learner.download(territory.receive(learner, territory.award(name="Fiable")))
    assert uploaded(territory, old) == uploaded(territory, new) == ["valid"]
    revoke_keys(node(territory), ["key-2"], by=None)
    territory.clock.advance(minutes=6)
    assert uploaded(territory, old) == ["invalid"]
    assert says_stolen(territory, old)
    assert uploaded(territory, new) == ["valid"]
