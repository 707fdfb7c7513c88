"""Who may do what: every route by every role, and every form only from our own pages."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute

from issuer_node.passeurs import list_passeurs, suspend_passeur
from issuer_node.routes.pages import PAGE_ROUTERS
from passeur.demo.pages import read_page
from tests.unit.issuer_node_pages.addresses import coordinator_pages, passeur_pages, public_pages
from tests.unit.issuer_node_pages.conftest import ADMIN, BASE, PASSEUR, SUSPENDED, play_session

OPEN_TO_ALL = {
    "/signin",
    "/signin/{token}",
    "/signin/passkey/options",
    "/signin/passkey/result",
    "/signout",
    "/badges/{badge_id}",
}
COORDINATORS_ONLY = {
    "/passeurs",
    "/passeurs/{passeur_id}/suspend",
    "/passeurs/{passeur_id}/reactivate",
    "/keys",
    "/keys/rotate",
    "/keys/{name}/revoke",
}
ROUTES = [
    (method, route.path)
    for router in PAGE_ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in sorted(route.methods)
]
POSTS = [path for method, path in ROUTES if method == "POST"]
HTML = {"Accept": "text/html"}


@pytest.fixture
def peopled(site):
    """A node with a story, a passeur, and one whose browser was open when they were suspended."""
    site.invite(PASSEUR)
    suspended_id = site.invite(SUSPENDED, name="Simone Suspendue (exemple)")
    admin = site.signed_in(ADMIN)
    story = play_session(admin, names=("Amina", "Bastien"))
    browsers = {
        "signed out": site.browser(),
        "passeur": site.signed_in(PASSEUR).browser,
        "suspended": site.signed_in(SUSPENDED).browser,
        "coordinator": admin.browser,
    }
    by = next(each for each in list_passeurs(site.node) if each.email == ADMIN)
    suspend_passeur(site.node, by=by, passeur_id=suspended_id)
    return site, story, browsers, suspended_id


def fill(path: str, story, suspended_id: str) -> str:
    values = {
        "token": "unknown",
        "badge_id": story.badge_ids[1],
        "situation_id": story.situation_id,
        "session_id": story.session_id,
        "participant_id": "unknown",
        "award_id": story.award_ids[0],
        "passeur_id": suspended_id,
        "passkey_id": "unknown",
        "name": "key-1",
    }
    return path.format(**values)


def token_of(browser) -> str:
    page = browser.open("/signin") if "signin" in browser.open("/").url else browser.open("/account")
    return dict(page.forms[0].fields)["csrf_token"]


@pytest.mark.attack("H6")
def test_every_route_by_every_role(peopled):
    _, story, browsers, suspended_id = peopled
    assert len(ROUTES) > 45
    answers = {}
    for role, browser in browsers.items():
        browser.client.follow_redirects = True
        token = token_of(browser)
        browser.client.follow_redirects = False
        for method, path in ROUTES:
            if path == "/signout":
                continue
            url = fill(path, story, suspended_id)
            data = {"csrf_token": token} if method == "POST" else None
            headers = {**HTML, "Origin": BASE, "X-CSRF-Token": token}
            answer = browser.client.request(method, url, data=data, headers=headers)
            answers[role, method, path] = answer
            assert answer.status_code < 500, (role, method, path)
    for (role, method, path), answer in answers.items():
        to_signin = answer.status_code == 303 and "/signin?next=" in answer.headers["location"]
        if path in OPEN_TO_ALL:
            assert not to_signin, (role, method, path)
        elif role in {"signed out", "suspended"}:
            assert to_signin, (role, method, path, answer.status_code)
        elif path in COORDINATORS_ONLY and role == "passeur":
            assert answer.status_code == 403, (role, method, path)
        else:
            assert not to_signin, (role, method, path)
            assert answer.status_code != 403, (role, method, path)


@pytest.mark.attack("H6")
def test_programs_that_are_not_signed_in_get_401_and_no_data(peopled):
    site, _, _, _ = peopled
    client = site.browser().client
    for path in ("/awards.csv", "/awards.json"):
        answer = client.get(path, headers={"Accept": "application/json"}, follow_redirects=False)
        assert answer.status_code == 401
        assert "Amina" not in answer.text


@pytest.mark.attack("H6")
def test_a_participant_of_another_session_is_not_reached_through_this_one(site):
    at_work = site.signed_in()
    first = play_session(at_work, names=("Amina",), award=False)
    second = at_work.open_session(first.situation_id, held_on="2026-11-21", place="Vire", names=("Bastien",))
    browser = at_work.browser
    stranger = browser.open(f"/sessions/{first.session_id}").form(having="present").offered["present"][0]
    page = browser.open(f"/sessions/{second}")
    own = page.form(having="present")
    assert browser.submit(page, own, values={"present": [stranger]}, expect=404)
    assert browser.submit(page, own, values={"seen": [f"{stranger}:unknown"]}, expect=404)
    browser.submit(page, page.form(action="/remove"))  # the twin: one's own goes
    token = token_of(browser)
    answer = browser.client.post(
        f"/sessions/{second}/participants/{stranger}/remove",
        data={"csrf_token": token},
        headers={"Origin": BASE, **HTML},
    )
    assert answer.status_code == 404
    award = browser.client.post(
        f"/sessions/{second}/award",
        data={"csrf_token": token, "award": [f"{stranger}:{first.badge_ids[0]}"]},
        headers={"Origin": BASE, **HTML},
    )
    assert award.status_code == 404
    assert at_work.export_awards() == []


@pytest.mark.attack("H9")
def test_every_form_needs_its_token_and_our_own_origin(peopled):
    _, story, browsers, suspended_id = peopled
    browser = browsers["coordinator"]
    token = token_of(browser)
    foreign_token = token_of(browsers["passeur"])
    for path in POSTS:
        url = fill(path, story, suspended_id)
        for data, headers, code in (
            ({}, {"Origin": BASE}, "csrf"),
            ({"csrf_token": "0" * 64}, {"Origin": BASE}, "csrf"),
            ({"csrf_token": foreign_token}, {"Origin": BASE}, "csrf"),
            ({"csrf_token": token}, {"Origin": "https://evil.example"}, "foreign_origin"),
            ({"csrf_token": token}, {"Origin": "null"}, "foreign_origin"),
            ({"csrf_token": token}, {"Origin": BASE, "Sec-Fetch-Site": "same-site"}, "foreign_origin"),
        ):
            answer = browser.client.post(url, data=data, headers={**headers, "Accept": "application/json"})
            assert (answer.status_code, answer.json()["code"]) == (403, code), (path, code)
        odd = browser.client.post(
            url, content=f"csrf_token={token}", headers={"Origin": BASE, "Content-Type": "text/plain"}
        )
        assert odd.status_code == 415, path
        host = browser.client.post(
            url, data={"csrf_token": token}, headers={"Host": "evil.example", "Origin": BASE}
        )
        assert host.status_code == 400, path
    # the twin: with its token, from our page
    page = read_page(browser.client.get("/passeurs", headers=HTML))
    assert browser.submit(page, page.form(action="/reactivate")).url == f"{BASE}/passeurs?done=changed"


def test_no_page_is_kept_by_caches_or_framed_and_cookies_are_locked(peopled):
    _, story, browsers, _ = peopled
    browser = browsers["coordinator"]
    for path in (*public_pages(story), *passeur_pages(story), *coordinator_pages()):
        answer = browser.client.get(path, headers=HTML)
        assert answer.headers["cache-control"] == "no-store", path
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], path
    for cookie in browser.client.cookies.jar:
        assert cookie.secure
        assert "HttpOnly" in cookie._rest
        assert cookie.name.startswith("__Host-")


def test_every_page_speaks_both_languages(peopled):
    site, story, browsers, _ = peopled
    visits = [(site.browser(), path) for path in public_pages(story)]
    visits += [(browsers["coordinator"], path) for path in (*passeur_pages(story), *coordinator_pages())]
    for browser, path in visits:
        for language, words in (("fr", "Aller au contenu"), ("en", "Go to the content")):
            sign = "&" if "?" in path else "?"
            answer = browser.client.get(f"{path}{sign}lang={language}", headers=HTML)
            assert answer.status_code in {200, 404, 410}, path
            assert f'<html lang="{language}">' in answer.text, path
            assert words in answer.text
