"""What a passeur does, page by page, with what was typed kept when something is missing."""

from __future__ import annotations

import re

import pytest

from issuer_node.auditing import list_entries
from issuer_node.badges import get_badge
from issuer_node.offers import find_offer, use_slip
from passeur.demo.pages import PageError, read_page
from passeur.demo.people import Situation
from passeur.demo.seed import BADGES, LEARNERS
from tests.simulators.authenticator import Authenticator
from tests.unit.issuer_node_pages.conftest import ADMIN, BASE, PASSEUR, STRUCTURE, open_site, play_session


@pytest.fixture
def at_work(site):
    return site.signed_in()


def test_a_session_of_twelve_from_sign_in_to_slips(site, at_work):
    story = play_session(at_work)
    assert len(story.award_ids) == len(LEARNERS)
    slips = at_work.list_slips(story.session_id)
    assert [slip.recipient_name for slip in slips] == sorted(LEARNERS)
    assert len({slip.url for slip in slips}) == len({slip.offer_uri for slip in slips}) == 12
    assert all(slip.url.startswith(f"{BASE}/c/") for slip in slips)
    sheet = at_work.browser.open(f"/sessions/{story.session_id}/slips").response.text
    assert sheet.count('class="qr-paper"') == 12
    # awarding again changes nothing: nothing on the page is left to choose, and the answer is the page of the slips
    again = at_work.browser.open(f"/sessions/{story.session_id}/award")
    assert all(name != "award" for name, _ in again.form(having="award").fields)
    assert at_work.award_session(story.session_id) == story.award_ids
    first = at_work.browser.open(f"/awards/{story.award_ids[0]}").text
    assert "Vérifie avant de décoller" in first
    assert "Patiente avec les autres." in first


def test_the_mail_link_signs_in_once_and_leads_back_to_the_page_that_was_wanted(site):
    browser = site.browser()
    wanted = browser.open("/situations/new")
    assert wanted.url == f"{BASE}/signin?next=%2Fsituations%2Fnew"
    sent = browser.submit(wanted, wanted.form(having="email"), values={"email": f"  {ADMIN.upper()} "})
    assert "Regardez vos e-mails" in sent.text
    (mail,) = site.node.mailer.outbox
    link = re.search(r"https://\S+/signin/\S+", mail.text)[0]
    for _ in range(3):  # whoever scans mails may open it
        page = browser.open(link)
    desk = browser.submit(page, page.form(having="csrf_token", action=""))
    assert desk.url == f"{BASE}/situations/new"
    again = site.browser().open(link, expect=410)
    assert "Ce lien ne sert plus" in again.text
    with pytest.raises(PageError):
        again.form(having="csrf_token", action="")


@pytest.mark.attack("H11")
def test_a_stranger_cannot_tell_whose_address_is_known(site):
    pages = []
    for email in (ADMIN, "nobody@node.example"):
        browser = site.browser()
        page = browser.open("/signin")
        answer = browser.submit(page, page.form(having="email"), values={"email": email}).response
        text = re.sub(r'value="[0-9a-f]{64}"', "", answer.text).replace(email, "")
        pages.append((answer.status_code, sorted(answer.headers), text))
    assert pages[0] == pages[1]
    assert len(site.node.mailer.outbox) == 1


@pytest.mark.parametrize(
    ("email", "sentence"),
    [("", "Écrivez une adresse e-mail"), ("personne", "n’est pas complète"), ("a@b\nBcc: c@d", "n’est pas")],
)
def test_what_is_no_address_is_said_so_and_kept(site, email, sentence):
    browser = site.browser()
    page = browser.open("/signin")
    again = browser.submit(page, page.form(having="email"), values={"email": email}, expect=422)
    assert sentence in again.text
    assert site.node.mailer.outbox == []


@pytest.mark.parametrize(
    "path", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_to_another_site(site, path):
    browser = site.browser()
    page = browser.open(f"/signin?next={path}")
    browser.submit(page, page.form(having="email"), values={"email": ADMIN})
    link = browser.open(site.link())
    assert browser.submit(link, link.form(having="csrf_token", action="")).url == f"{BASE}/"


def test_a_passeur_without_a_name_is_asked_for_it_and_greeted_by_it(at_work):
    browser = at_work.browser
    desk = browser.open("/")
    assert "Comment vous appelez-vous" in desk.text
    account = browser.open("/account")
    empty = browser.submit(account, account.form(action="/account/name"), values={"name": " "}, expect=422)
    done = browser.submit(empty, empty.form(action="/account/name"), values={"name": "Ana Prénom (exemple)"})
    assert "Votre nom est enregistré" in done.text
    desk = browser.open("/")
    assert "Bonjour Ana Prénom (exemple)" in desk.text
    assert "Comment vous appelez-vous" not in desk.text


def test_the_medal_of_the_form_is_the_one_that_is_drawn(at_work):
    badge_id = at_work.make_badge(BADGES[1])
    elements = at_work.browser.open(f"/badges/{badge_id}").elements
    picture = [element["src"] for element in elements if "/pictures/" in element.get("src", "")]
    shown = at_work.browser.client.get(
        "/badges/medal", params={"name": BADGES[1].name, "kind": BADGES[1].kind}
    )
    assert shown.headers["content-type"] == "image/png"
    assert shown.content == at_work.browser.client.get(picture[0]).content


def test_slips_of_one_person_follow_each_other_and_are_counted(at_work):
    badge_ids = [at_work.make_badge(badge) for badge in BADGES]
    situation = Situation(
        title="Atelier (exemple)", description="", host="", scheme="",
        behaviours=tuple((f"Chose {number}", badge_id) for number, badge_id in enumerate(badge_ids)), badge_ids=(),
    )  # fmt: skip
    session_id = at_work.open_session(
        at_work.make_situation(situation), held_on="2026-11-21", place="", names=("Bastien", "Amina", "Amina")
    )
    at_work.mark_seen(session_id, is_seen=lambda person, behaviour: person or not behaviour, words="")
    at_work.award_session(session_id)
    slips = at_work.browser.open(f"/sessions/{session_id}/slips")
    assert re.findall(r"Papier (\d) sur (\d)", slips.text) == [(n, "3") for n in "123"] * 2
    assert [slip.recipient_name for slip in at_work.list_slips(session_id)] == ["Amina"] * 6 + ["Bastien"]
    assert "7 papiers, pour 3 personnes" in at_work.browser.open(f"/sessions/{session_id}/done").text


def test_a_passkey_is_added_signs_in_and_is_removed(site, at_work):
    device = Authenticator(BASE)
    token = at_work.browser.open("/account").one("data-csrf")
    call = _json_caller(at_work.browser, token)
    made = device.create(call("/account/passkeys/options", {}).json())
    assert call("/account/passkeys/result", {"credential": made}).status_code == 200
    assert "Gagnez du temps" not in at_work.browser.open("/").text

    visitor = site.browser()
    call = _json_caller(visitor, visitor.open("/signin").one("data-csrf"))
    proof = device.get(call("/signin/passkey/options", {}).json())
    assert call("/signin/passkey/result", {"credential": proof}).status_code == 200
    assert visitor.open("/").url == f"{BASE}/"
    # the same proof again, in another browser: its challenge is spent and not theirs
    thief = site.browser()
    call = _json_caller(thief, thief.open("/signin").one("data-csrf"))
    assert call("/signin/passkey/result", {"credential": proof}).status_code == 400
    call("/signin/passkey/options", {})
    refused = call("/signin/passkey/result", {"credential": proof})
    assert (refused.status_code, refused.json()["code"]) == (401, "passkey_invalid")

    account = visitor.open("/account")
    passkey = account.one("data-passkey-id")
    visitor.submit(account, account.form(action=f"/account/passkeys/{passkey}/remove"))
    assert visitor.open("/account").data("data-passkey-id") == []


def _json_caller(browser, token):
    def call(path, content):
        headers = {"X-CSRF-Token": token, "Origin": BASE, "Accept": "application/json"}
        return browser.client.post(path, json=content, headers=headers)

    return call


def test_signing_out_ends_the_session_itself(site, at_work):
    cookies = dict(at_work.browser.client.cookies)
    desk = at_work.browser.open("/")
    at_work.browser.submit(desk, desk.form(action="/signout"))
    assert at_work.browser.open("/").url.startswith(f"{BASE}/signin")
    kept = site.browser()
    kept.client.cookies.update(cookies)
    assert kept.open("/").url.startswith(f"{BASE}/signin")


def test_the_desk_always_names_the_next_deed(site, at_work):
    def first_deed():
        return at_work.browser.open("/").links("/")

    assert f"{BASE}/badges/new" in first_deed()
    assert "Faire un premier badge" in at_work.browser.open("/").text
    at_work.make_badge(BADGES[0])
    assert "Décrire une situation apprenante" in at_work.browser.open("/").text
    story = play_session(at_work, award=False)
    desk = at_work.browser.open("/")
    assert "Continuer : Pilotage de drone (exemple)" in desk.text.replace("\u00a0", " ")
    assert story.session_id in desk.data("data-session-id")
    at_work.award_session(story.session_id)
    assert "Continuer" not in at_work.browser.open("/").text


def test_a_badge_form_says_everything_that_is_missing_at_once_and_keeps_what_was_typed(site, at_work):
    page = at_work.browser.open("/badges/new")
    typed = {"description": "Répare un vélo.", "skills": "Mécanique du vélo"}
    again = at_work.browser.submit(page, page.form(having="criteria"), values=typed, expect=422)
    for sentence in ("Écrivez un nom.", "Choisissez une sorte de badge.", "Dites à quoi on le voit."):
        assert again.text.count(sentence) == 2  # in the summary, and at the field
    assert dict(again.form(having="criteria").fields)["description"] == "Répare un vélo."
    assert again.response.text.index('href="#f-name"') < again.response.text.index('href="#f-criteria"')
    values = {"name": "Je répare", "kind": "skill", "criteria": "- Démonte"}
    third = at_work.browser.submit(again, again.form(having="criteria"), values=values, expect=422)
    assert "une barre | et une adresse" in third.text
    values = {"skills": "Mécanique du vélo | https://esco.example/skill/7"}
    done = at_work.browser.submit(third, third.form(having="criteria"), values=values)
    badge = get_badge(site.node, done.one("data-badge-id"))
    assert badge.skills == [{"name": "Mécanique du vélo", "url": "https://esco.example/skill/7"}]
    assert (badge.name, badge.description, badge.kind) == ("Je répare", "Répare un vélo.", "skill")


def test_a_badge_is_changed_until_it_is_given_then_copied_and_put_away(site, at_work):
    badge_id = at_work.make_badge(BADGES[0])
    browser = at_work.browser
    form = browser.open(f"/badges/{badge_id}/edit")
    assert dict(form.form(having="criteria").fields)["name"] == BADGES[0].name
    browser.submit(form, form.form(having="criteria"), values={"name": "J'ai fait voler un drone"})
    assert "J'ai fait voler un drone" in site.browser().open(f"/badges/{badge_id}").text
    at_work.award_person(badge_id, name="Amina (exemple)", words="")
    page = browser.open(f"/badges/{badge_id}")
    assert page.links("/edit") == []
    stale = browser.submit(form, form.form(having="criteria"), values={"name": "Trop tard"}, expect=409)
    assert "Ce badge ne change plus" in stale.text
    copy = browser.submit(page, page.form(action=f"/badges/{badge_id}/copy"))
    assert copy.url.endswith("/edit?done=copied")
    assert copy.one("data-badge-id") != badge_id
    put_away = browser.submit(page, page.form(action=f"/badges/{badge_id}/archive"))
    assert "Ce badge est rangé" in put_away.text
    assert badge_id not in browser.open("/badges").data("data-badge-id")
    assert badge_id in browser.open("/badges?archived=1").data("data-badge-id")


def test_anybody_reads_a_badges_page_and_programs_get_the_achievement_there(site, at_work):
    badge_id = at_work.make_badge(BADGES[0])
    visitor = site.browser()
    page = visitor.open(f"/badges/{badge_id}")
    for words in (BADGES[0].description, STRUCTURE, "Ce n’est pas un diplôme", "Décolle, suit le parcours"):
        assert words in page.text
    assert not page.forms
    document = visitor.open(f"/badges/{badge_id}", accept="application/ld+json").response
    assert document.json()["name"] == BADGES[0].name
    assert visitor.open("/badges/unknown", expect=404).text.count("Il n’y a rien ici")


def test_a_situation_is_changed_copied_and_put_away(site, at_work):
    story = play_session(at_work, award=False)
    browser = at_work.browser
    page = browser.open(f"/situations/{story.situation_id}/edit")
    form = page.form(having="behaviour")
    texts = [value for name, value in form.fields if name == "behaviour"]
    assert texts == ["Vérifie avant de décoller", "Redit la consigne", "Garde son calme", "", ""]
    values = {"behaviour": [*texts[:3], "Range le matériel", ""], "title": ""}
    again = browser.submit(page, form, values=values, expect=422)
    assert "Donnez un nom à la situation." in again.text
    form = again.form(having="behaviour")
    assert [value for name, value in form.fields if name == "behaviour" and value][-1] == "Range le matériel"
    done = browser.submit(again, form, values={"title": "Drone (exemple)"})
    assert "Range le matériel" in done.text
    assert done.one("data-situation-id") == story.situation_id
    copied = browser.submit(done, done.form(action="/copy"))
    assert copied.one("data-situation-id") != story.situation_id
    away = browser.submit(done, done.form(action="/archive"))
    assert "Cette situation est rangée" in away.text
    refused = browser.client.get(f"/situations/{story.situation_id}/edit")
    assert refused.status_code == 200  # it can be read, and no longer changed:
    page = read_page(refused)
    assert browser.submit(page, page.form(having="behaviour"), expect=409)


def test_a_session_form_names_what_is_wrong_and_keeps_the_names(site, at_work):
    story = play_session(at_work, award=False)
    page = at_work.browser.open(f"/sessions/new?situation={story.situation_id}")
    form = page.form(having="names")
    assert dict(form.fields)["situation"] == story.situation_id
    assert dict(form.fields)["held_on"] == "2026-11-24"
    values = {"held_on": "2026-11-20", "ended_on": "2026-11-10", "names": "Amina\n\nBastien\n"}
    again = at_work.browser.submit(page, form, values=values, expect=422)
    assert "Le dernier jour vient après le premier." in again.text
    assert dict(again.form(having="names").fields)["names"].split() == ["Amina", "Bastien"]
    done = at_work.browser.submit(again, again.form(having="names"), values={"ended_on": "2026-11-21"})
    assert "du 20 novembre 2026 au 21 novembre 2026" in done.text
    assert [name for name, _ in done.form(having="present").fields if name == "present"] == ["present"] * 2
    at_work.browser.submit(page, form, values={"held_on": "hier", "names": "Amina"}, expect=422)
    at_work.browser.submit(page, form, values={"names": "\n".join(["Amina"] * 61)}, expect=422)


def test_people_come_late_leave_and_whoever_is_away_is_not_awarded(site, at_work):
    story = play_session(at_work, names=("Amina", "Bastien", "Chloé"), award=False)
    browser, path = at_work.browser, f"/sessions/{story.session_id}"
    page = browser.open(path)
    page = browser.submit(page, page.form(action="/participants"), values={"names": "Dylan"})
    people = page.form(having="present").offered["present"]
    assert len(people) == 4
    page = browser.submit(page, page.form(action=f"/participants/{people[3]}/remove"))
    form = page.form(having="present")
    browser.submit(page, form, values={"present": people[1:3]})
    assert len(at_work.award_session(story.session_id)) == 2
    assert "Amina" not in browser.open(f"{path}/slips").text
    with pytest.raises(PageError):  # whoever was awarded cannot be taken off
        browser.open(path).form(action=f"/participants/{people[1]}/remove")
    empty = browser.submit(page, page.form(action="/participants"), values={"names": " \n "}, expect=422)
    assert "Écrivez au moins un prénom." in empty.text


def test_nothing_is_awarded_without_a_choice(site, at_work):
    story = play_session(at_work, award=False)
    page = at_work.browser.open(f"/sessions/{story.session_id}/award")
    again = at_work.browser.submit(page, page.form(having="award"), values={"award": []}, expect=422)
    assert "Cochez au moins un badge." in again.text
    assert at_work.export_awards() == []


def test_one_person_after_the_fact_a_lost_slip_and_a_revocation(site, at_work):
    badge_id = at_work.make_badge(BADGES[0])
    form = at_work.browser.open("/awards/new")
    missing = at_work.browser.submit(
        form, form.form(having="earned_on"), values={"words": "Vient à vélo."}, expect=422
    )
    assert "Écrivez un nom." in missing.text
    assert dict(missing.form(having="earned_on").fields)["words"] == "Vient à vélo."
    page = at_work.award_person(badge_id, name="Farid (exemple)", words="Vient à vélo depuis deux ans.")
    assert page.one("data-award-state") == "waiting"
    first = page.one("data-slip-url")
    page = at_work.browser.submit(page, page.form(action="/renew"))
    second = page.one("data-slip-url")
    assert first != second
    assert "Ce papier ne sert plus" in site.browser().open(first, expect=410).text
    assert "Ouvrir dans mon passeport" in site.browser().open(second).text
    award_id = page.one("data-award-id")
    ask = at_work.browser.open(f"/awards/{award_id}/revoke")
    again = at_work.browser.submit(ask, ask.form(having="reason"), values={"reason": "  "}, expect=422)
    assert "Écrivez pourquoi." in again.text
    at_work.revoke(award_id, reason="Donné à la mauvaise personne (exemple).")
    page = at_work.browser.open(f"/awards/{award_id}")
    assert page.one("data-award-state") == "revoked"
    assert "Donné à la mauvaise personne (exemple)." in page.text
    assert page.data("data-slip-url") == []
    assert site.browser().open(second, expect=410).one("data-slip-state") == "withdrawn"
    assert at_work.browser.open(f"/awards/{award_id}/revoke").url == f"{BASE}/awards/{award_id}"
    assert "award_revoked" in {entry.deed for entry in list_entries(site.node, subject=award_id)}


@pytest.mark.attack("G3")
def test_a_slip_that_is_scanned_twice_is_told_on_the_desk_and_on_its_page(site, at_work):
    badge_id = at_work.make_badge(BADGES[0])
    page = at_work.award_person(badge_id, name="Inès (exemple)", words="")
    slip, award_id = page.one("data-slip-url"), page.one("data-award-id")
    offer, _ = find_offer(site.node, slip.rpartition("/")[2])
    with site.node.database.write() as session:
        offer.state, offer.redeemed_at = "redeemed", site.clock()
        session.add(offer)
    assert "a servi deux fois" not in at_work.browser.open("/").text
    second = site.browser().open(slip, expect=410)
    assert second.one("data-slip-state") == "redeemed"
    assert "Ce n’est pas vous" in second.text
    assert "Inès (exemple)" in at_work.browser.open("/").text
    assert "a servi deux fois" in at_work.browser.open("/").text
    assert "scanné une deuxième fois" in at_work.browser.open(f"/awards/{award_id}").text
    assert use_slip(site.node, find_offer(site.node, offer.id)[0]) == "redeemed"


def test_awards_are_filtered_and_paged(site, at_work):
    story = play_session(at_work)
    at_work.revoke(story.award_ids[0], reason="Erreur (exemple).")
    browser = at_work.browser

    def ids(query):
        return browser.open(f"/awards?{query}").data("data-award-id")

    assert len(ids("")) == 12
    assert ids("state=revoked") == [story.award_ids[0]]
    assert len(ids("state=waiting")) == 11
    assert ids("text=kadia") == [story.award_ids[10]]
    assert len(ids(f"badge={story.badge_ids[0]}&session={story.session_id}")) == 12
    assert ids(f"badge={story.badge_ids[1]}") == []
    assert "Rien ne correspond" in browser.open("/awards?text=zzz").text
    assert browser.client.get("/awards?page=0", headers={"accept": "text/html"}).status_code == 422


def test_a_coordinator_invites_suspends_and_restores(site, at_work):
    browser = at_work.browser
    page = browser.open("/passeurs")
    again = browser.submit(
        page, page.form(having="role"), values={"name": "Paul", "email": "paul@"}, expect=422
    )
    assert dict(again.form(having="role").fields)["name"] == "Paul"
    done = browser.submit(again, again.form(having="role"), values={"email": PASSEUR})
    assert "Un lien lui est parti par e-mail" in done.text
    assert [mail.to for mail in site.node.mailer.outbox] == [PASSEUR]
    twice = browser.submit(
        done, done.form(having="role"), values={"name": "Paul", "email": PASSEUR}, expect=422
    )
    assert "est déjà passeur ici" in twice.text
    paul = site.signed_in(PASSEUR)
    assert paul.browser.open("/").url == f"{BASE}/"
    suspended = browser.submit(done, done.form(action="/suspend"))
    assert "Suspendu" in suspended.text
    # the same second: their open browser is out, and no link brings them back
    assert paul.browser.open("/").url.startswith(f"{BASE}/signin")
    browser.submit(suspended, suspended.form(action="/reactivate"))
    assert site.signed_in(PASSEUR).browser.open("/").url == f"{BASE}/"


def test_the_last_coordinator_cannot_be_suspended(site, at_work):
    own = at_work.browser.open("/passeurs").one("data-passeur-id")
    page = at_work.browser.open("/account")
    token = dict(page.form(action="/signout").fields)["csrf_token"]
    answer = at_work.browser.client.post(
        f"/passeurs/{own}/suspend",
        data={"csrf_token": token},
        headers={"Origin": BASE, "Accept": "text/html"},
    )
    assert answer.status_code == 409
    assert "Il faut garder une coordination" in answer.text


def test_slips_with_a_code_print_the_code(tmp_path):
    for site in open_site(f"sqlite:///{tmp_path / 'codes.db'}", tx_code=True):
        at_work = site.signed_in()
        story = play_session(at_work, names=("Amina",))
        assert re.search(r"Code\W+\d{6}", at_work.browser.open(f"/sessions/{story.session_id}/slips").text)
        assert re.search(r"\d{6}", at_work.browser.open(f"/awards/{story.award_ids[0]}").text)


def test_below_a_path_every_link_and_form_stays_below_it(tmp_path):
    from web.app import mount_at_base_path

    for site in open_site(f"sqlite:///{tmp_path / 'path.db'}", base_url=f"{BASE}/node"):
        site.transport._app = mount_at_base_path(site.app, f"{BASE}/node")
        at_work = site.signed_in()
        at_work = type(at_work)(at_work.browser, f"{BASE}/node")
        story = play_session(at_work, names=("Amina",))
        for path in (
            "",
            "/badges",
            f"/sessions/{story.session_id}/done",
            f"/awards/{story.award_ids[0]}",
            "/account",
        ):
            page = at_work.browser.open(f"{BASE}/node{path or '/'}")
            targets = [
                e[name]
                for e in page.elements
                for name in ("href", "action", "src")
                if e.get(name, "").startswith("/")
            ]
            assert targets
            assert [target for target in targets if not target.startswith("/node/")] == []
