"""How passeurs come in: links once, passkeys, sessions that end; strangers learn nothing."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import ValidationError

from issuer_node import passkeys
from issuer_node.errors import NodeError, SigninError
from issuer_node.passeurs import invite_passeur, list_passeurs, reactivate_passeur, suspend_passeur
from issuer_node.settings import NodeSettings
from issuer_node.signing_in import (
    find_passeur,
    is_open_link,
    make_signin_link,
    open_anonymous_session,
    send_signin_link,
    sign_out,
    spend_signin_link,
)
from tests.simulators.authenticator import Authenticator
from tests.unit.issuer_node.conftest import BASE, SECRET

ADMIN = "passeur@node.example"


def link_for(world, email=ADMIN) -> str:
    link = make_signin_link(world.node.database, world.node.settings, email, now=world.clock())
    assert link.startswith(f"{BASE}/signin/")
    return link.removeprefix(f"{BASE}/signin/")


def opens_nothing(world, token: str) -> bool:
    with pytest.raises(SigninError, match="signin_link_invalid"):
        spend_signin_link(world.node, token=token)
    return True


def test_the_first_passeur_is_the_coordinator_of_the_settings(world):
    (only,) = list_passeurs(world.node)
    assert (only.email, only.role, only.state) == (ADMIN, "coordinator", "active")


def test_a_link_signs_in_once(world):
    token = link_for(world)
    assert is_open_link(world.node, token=token), "looking spends nothing"
    opened = spend_signin_link(world.node, token=token)
    assert find_passeur(world.node, opened.cookie).email == ADMIN
    assert not is_open_link(world.node, token=token)
    assert opens_nothing(world, token)


def test_of_many_at_once_one_is_signed_in(world):
    token = link_for(world)

    def spend(_: int) -> bool:
        try:
            return spend_signin_link(world.node, token=token).passeur is not None
        except SigninError:
            return False

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(spend, range(12))) == 1


def test_a_link_ends_after_fifteen_minutes(world):
    token = link_for(world)
    world.clock.advance(minutes=14, seconds=59)
    assert is_open_link(world.node, token=token)
    world.clock.advance(seconds=1)
    assert opens_nothing(world, token)


def test_a_link_for_nobody_is_a_clear_error(world):
    with pytest.raises(SigninError, match="passeur_unknown"):
        link_for(world, "stranger@node.example")
    assert link_for(world, " Passeur@Node.example ")


def test_links_are_not_made_without_end(world):
    for _ in range(5):
        link_for(world)
    with pytest.raises(SigninError):
        link_for(world)
    world.clock.advance(minutes=15)
    assert link_for(world)


@pytest.mark.attack("H11")
def test_a_stranger_s_address_gets_the_same_answer_and_no_mail(world):
    assert send_signin_link(world.node, email="stranger@node.example", language="fr") is None
    assert world.node.mailer.outbox == []
    assert send_signin_link(world.node, email="x" * 5_000, language="fr") is None
    assert send_signin_link(world.node, email=f"{ADMIN}\nBcc: all@node.example", language="fr") is None
    assert world.node.mailer.outbox == []
    assert send_signin_link(world.node, email=ADMIN, language="fr") is None
    (mail,) = world.node.mailer.outbox
    assert mail.to == ADMIN
    token = re.search(rf"{BASE}/signin/(\S+)", mail.text)[1]
    assert spend_signin_link(world.node, token=token).passeur.email == ADMIN


def test_a_session_ends(world):
    cookie = spend_signin_link(world.node, token=link_for(world)).cookie
    world.clock.advance(hours=11, minutes=59)
    assert find_passeur(world.node, cookie)
    world.clock.advance(minutes=1)
    assert find_passeur(world.node, cookie) is None


def test_signing_out_ends_this_session_alone(world):
    cookies = [spend_signin_link(world.node, token=link_for(world)).cookie for _ in range(2)]
    sign_out(world.node, cookie=cookies[0])
    assert [find_passeur(world.node, cookie) is None for cookie in cookies] == [True, False]


@pytest.mark.parametrize("cookie", [None, "", "invented", "é" * 10])
def test_a_cookie_that_we_did_not_give_is_nobody_s(world, cookie):
    assert find_passeur(world.node, cookie) is None


def test_a_suspended_passeur_is_out_at_once_and_comes_back_when_let(world):
    passeur = invite_passeur(world.node, by=world.admin, email="p@node.example", name="P (exemple)")
    cookie = spend_signin_link(world.node, token=link_for(world, "p@node.example")).cookie
    waiting = link_for(world, "p@node.example")
    suspend_passeur(world.node, by=world.admin, passeur_id=passeur)
    assert find_passeur(world.node, cookie) is None
    assert opens_nothing(world, waiting)
    with pytest.raises(SigninError):
        link_for(world, "p@node.example")
    reactivate_passeur(world.node, by=world.admin, passeur_id=passeur)
    assert spend_signin_link(world.node, token=link_for(world, "p@node.example")).passeur.id == passeur


def add_passkey(world) -> tuple[Authenticator, str]:
    device = Authenticator(origin=BASE)
    cookie = spend_signin_link(world.node, token=link_for(world)).cookie
    options = passkeys.start_registration(world.node, cookie=cookie, by=world.admin)
    passkeys.finish_registration(world.node, cookie=cookie, by=world.admin, response=device.create(options))
    return device, cookie


def test_a_passkey_signs_in(world):
    device, _ = add_passkey(world)
    visitor = open_anonymous_session(world.node)
    assert find_passeur(world.node, visitor.cookie) is None
    options = passkeys.start_authentication(world.node, cookie=visitor.cookie)
    opened = passkeys.finish_authentication(world.node, cookie=visitor.cookie, response=device.get(options))
    assert find_passeur(world.node, opened.cookie).id == world.admin.id
    assert opened.cookie != visitor.cookie


@pytest.mark.parametrize("how", ["replayed", "late", "other origin", "removed", "suspended", "garbage"])
def test_a_passkey_that_does_not_hold_is_refused(world, how):
    device, _ = add_passkey(world)
    cookie = open_anonymous_session(world.node).cookie
    answer = device.get(passkeys.start_authentication(world.node, cookie=cookie))
    match how:
        case "replayed":
            passkeys.finish_authentication(world.node, cookie=cookie, response=answer)
        case "late":
            world.clock.advance(minutes=5)
        case "other origin":
            device.origin = "https://other.example"
            answer = device.get(passkeys.start_authentication(world.node, cookie=cookie))
        case "removed":
            (key,) = passkeys.list_passkeys(world.node, by=world.admin)
            assert passkeys.remove_passkey(world.node, by=world.admin, passkey_id=key.id)
        case "suspended":
            other = invite_passeur(
                world.node, by=world.admin, email="c@node.example", name="C (exemple)", role="coordinator"
            )
            by = next(each for each in list_passeurs(world.node) if each.id == other)
            suspend_passeur(world.node, by=by, passeur_id=world.admin.id)
        case _:
            answer = {"id": "x", "rawId": 7}
    with pytest.raises(SigninError, match="passkey_invalid"):
        passkeys.finish_authentication(world.node, cookie=cookie, response=answer)


def test_a_passkey_is_registered_once_and_by_its_own_challenge(world):
    device, cookie = add_passkey(world)
    options = passkeys.start_registration(world.node, cookie=cookie, by=world.admin)
    assert len(options["excludeCredentials"]) == 1
    made = device.create(options)
    passkeys.finish_registration(world.node, cookie=cookie, by=world.admin, response=made)
    with pytest.raises(NodeError, match="passkey_invalid"):
        passkeys.finish_registration(world.node, cookie=cookie, by=world.admin, response=made)
    assert len(passkeys.list_passkeys(world.node, by=world.admin)) == 2


def test_one_s_passkeys_are_one_s_own(world):
    add_passkey(world)
    invite_passeur(world.node, by=world.admin, email="p@node.example", name="P (exemple)")
    other = next(each for each in list_passeurs(world.node) if each.email == "p@node.example")
    (key,) = passkeys.list_passkeys(world.node, by=world.admin)
    assert passkeys.list_passkeys(world.node, by=other) == []
    assert not passkeys.remove_passkey(world.node, by=other, passkey_id=key.id)
    assert passkeys.list_passkeys(world.node, by=world.admin) == [key]


@pytest.mark.parametrize("address", ["", "nobody", "a@b@c", "a b@node.example", "A <a@node.example>"])
def test_the_settings_name_one_address(address):
    values = {"base_url": BASE, "database_url": "sqlite:///x.db", "secret": SECRET, "structure_name": "S"}
    assert NodeSettings(**values, admin_email=ADMIN).admin_email == ADMIN
    with pytest.raises(ValidationError):
        NodeSettings(**values, admin_email=address)
