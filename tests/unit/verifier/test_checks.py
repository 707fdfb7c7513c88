"""What is handed in: pasted, uploaded, at an address, behind a learner's link, or posted by a program."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlmodel import select

from credentials.baking import bake_png, bake_svg
from credentials.cose import sign_cose_credential
from credentials.exchange.presentations import make_presentation
from credentials.status import build_status_entry
from did.encodings import encode_base64url
from did.errors import FetchError, FetchRefusedError
from did.fetcher import Fetched
from tests.simulators.asgi import open_client
from tests.unit.credentials.conftest import LIST_URL, NOW, World, did_of
from tests.unit.verifier.conftest import settings_for
from tests.unit.verifier.scenes import SCENES, drone, emblem_bytes, signed, with_status
from verifier.main import create_app
from verifier.models import Emblem, PresentationRequest

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from tests.unit.verifier.conftest import Place

LINK = "https://wallet.example/shared/lKj0gR3Yw1nV8Qb2"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1"/></svg>'


def body_of(badge: dict[str, Any]) -> bytes:
    return json.dumps(badge, ensure_ascii=False).encode()


def shared(world: World, *badges: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What a learner prepared behind a link: for that very address, with its last part as the nonce."""
    arguments: dict[str, Any] = {
        "credentials": badges,
        "signer": world.holder,
        "holder": world.holder_id,
        "domain": LINK,
        "challenge": LINK.rpartition("/")[2],
        "created": NOW,
        "contexts": world.contexts,
    }
    return make_presentation(**(arguments | changes))


# handed in by a person


@pytest.mark.covers("open-badges-3.0", "File Format")
@pytest.mark.parametrize(
    ("name", "wrap"),
    [
        ("badge.json", lambda badge: badge),
        ("badge.png", lambda badge: bake_png(emblem_bytes(), badge)),
        ("badge.svg", lambda badge: bake_svg(SVG, badge)),
        ("../../etc/passwd\x00.png", lambda badge: badge),
    ],
)
@pytest.mark.attack("H5")
def test_a_file_is_checked_whatever_its_name(place: Place, name: str, wrap: Any):
    with place.browser() as browser:
        answer = browser.verify(wrap(body_of(signed(place.world))), name=name)
    assert answer.status_code == 200
    assert 'data-verdict="valid"' in answer.text
    assert "passwd" not in answer.text


@pytest.mark.covers("vc-jose-cose", "3.3.1")
def test_a_badge_in_cose_is_checked(place: Place):
    world = place.world
    message = sign_cose_credential(world.badge(), signer=world.issuer, now=NOW)
    with place.browser() as browser:
        good = browser.verify(message, name="badge.cbor")
        spoilt = browser.verify(message.replace(b"drone", b"avion"), name="badge.cbor")
    assert 'data-verdict="valid"' in good.text
    assert 'data-verdict="invalid"' in spoilt.text


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\x00\x01\x02 nothing", "baking_unknown_format"),
        (b"%PDF-1.7", "baking_unknown_format"),
        (emblem_bytes(), "baking_no_credential"),
        (SVG, "baking_no_credential"),
        (b"\x89PNG\r\n\x1a\n broken", "baking_broken_png"),
        (
            b'<!DOCTYPE svg [<!ENTITY x "y">]><svg xmlns="http://www.w3.org/2000/svg">&x;</svg>',
            "baking_doctype",
        ),
        (b"{" + b" " * 4_200_000, "baking_too_large"),
    ],
)
def test_what_holds_no_badge_is_named(place: Place, content: bytes, code: str):
    with place.browser() as browser:
        answer = browser.verify(content, name="x")
    assert answer.status_code == 422
    assert f'data-error="{code}"' in answer.text
    assert "data-verdict" not in answer.text


def test_a_file_beyond_every_limit_is_refused_unread(place: Place):
    with place.browser() as browser:
        answer = browser.verify(b"x" * 6_000_000)
    assert answer.status_code == 413
    assert "trop gros" in answer.text


def test_a_badge_is_pasted(place: Place):
    with place.browser() as browser:
        answer = browser.verify(credential=f"\n {body_of(signed(place.world)).decode()} \n")
        nothing = browser.verify(credential="   ")
        broken = browser.verify(credential='{"type": ')
    assert 'data-verdict="valid"' in answer.text
    assert (nothing.status_code, 'data-error="nothing_given"' in nothing.text) == (422, True)
    assert 'data-report-outcome="invalid"' in broken.text
    assert 'data-verdict="valid"' not in broken.text


@pytest.mark.attack("D2")
@pytest.mark.parametrize(
    "text", ['{"a": 1, "a": 2}', '{"a": NaN}', "[" * 900 + "]" * 900, '{"a": "\\ud800"}', '{"a": 1e999}']
)
def test_odd_json_is_never_a_badge(place: Place, text: str):
    with place.browser() as browser:
        answer = browser.verify(credential=text if text.startswith("{") else '{"a": ' + text + "}")
    assert answer.status_code == 200
    assert 'data-outcome="invalid"' in answer.text
    assert 'data-outcome="valid"' not in answer.text.split("check-line")[0]


@pytest.mark.covers("open-badges-3.0", "Web Resource")
def test_an_address_is_pasted_or_given(place: Place):
    address = "https://node.example/awards/1"
    place.world.served.serve(address, signed(place.world))
    with place.browser() as browser:
        assert 'data-verdict="valid"' in browser.verify(credential=f" {address} ").text
        assert 'data-verdict="valid"' in browser.verify(url=address).text
        missing = browser.verify(url="https://node.example/none")
        place.world.served.serve(address, FetchError(detail="down"))
        away = browser.verify(url=address)
        place.world.served.serve(address, FetchRefusedError("private"))
        refused = browser.verify(url=address)
    found = [
        (answer.status_code, answer.text.partition('data-error="')[2].partition('"')[0])
        for answer in (missing, away, refused)
    ]
    assert found == [(422, "link_unknown"), (422, "address_unreachable"), (422, "address_not_allowed")]


@pytest.mark.covers("sd-jwt-vc", "7.1")
@pytest.mark.attack("F1")
@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:5432/", "https://127.0.0.1/", "https://10.0.0.1/", "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/", "https://[64:ff9b::7f00:1]/", "https://2130706433/", "https://localhost/", "https://0x7f.1/",
        "file:///etc/passwd", "gopher://a.example/",
    ],
)  # fmt: skip
def test_no_address_leads_inside(tmp_path: Path, address: str):
    app = create_app(settings_for(f"sqlite:///{tmp_path / 'v.db'}"))  # with the fetcher of every day
    with open_client(app, base_url="https://verifier.example") as client:
        client.headers["accept"] = "text/html"
        opened = client.get("/open", params={"presentation_uri": address})
    assert opened.status_code == 400
    assert "Cette adresse ne peut pas être ouverte" in opened.text
    app.state.database.dispose()


# a learner's link


@pytest.mark.attack("A13")
def test_a_link_with_two_badges_says_of_each_what_it_is(place: Place):
    good = signed(place.world)
    bad = signed(place.world, credential_id="urn:uuid:2", achievement=drone(name="Chariot élévateur"))
    bad["credentialSubject"]["achievement"]["name"] = "Chariot"
    place.world.served.serve(LINK, shared(place.world, good, bad))
    with place.browser() as browser:
        page = browser.client.get("/open", params={"presentation_uri": LINK}).text
        place.world.served.serve(
            LINK, shared(place.world, good, signed(place.world, credential_id="urn:uuid:3"))
        )
        twin = browser.client.get("/open", params={"presentation_uri": LINK}).text
    assert "2 badges présentés" in page
    assert page.count('data-verdict="valid"') == page.count('data-verdict="invalid"') == 1
    assert 'data-report-outcome="invalid"' in page
    assert twin.count('data-verdict="valid"') == 2
    assert 'data-report-outcome="valid"' in twin


@pytest.mark.attack("G6")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"domain": "https://wallet.example/shared/another"}, "domain_mismatch"),
        ({"challenge": "another"}, "challenge_mismatch"),
        ({"expires": NOW}, "proof_expired"),
    ],
)
def test_a_presentation_made_for_elsewhere_does_not_hold_here(
    place: Place, changes: dict[str, Any], code: str
):
    place.world.served.serve(LINK, shared(place.world, signed(place.world), **changes))
    with place.browser() as browser:
        page = browser.client.get("/open", params={"presentation_uri": LINK}).text
    assert f'data-reason="{code}"' in page
    assert 'data-verdict="invalid"' in page


def test_a_link_that_ended_or_never_was_says_so(place: Place):
    class Withdrawn:
        def get(self, url: str, **_: Any) -> Fetched:
            return Fetched(url=url, status=410, content_type="text/plain", body=b"", headers={})

    with place.browser() as browser:
        unknown = browser.client.get("/open", params={"presentation_uri": LINK})
        missing = browser.client.get("/open")
    assert (unknown.status_code, missing.status_code) == (404, 400)
    assert "Il n’y a rien à cette adresse" in unknown.text
    ended = create_app(place.settings, fetcher=Withdrawn(), clock=place.clock)  # type: ignore[arg-type]
    with open_client(ended, base_url=place.settings.base_url) as client:
        answer = client.get("/open", params={"presentation_uri": LINK}, headers={"accept": "text/html"})
    assert answer.status_code == 410
    assert "Ce lien est terminé" in answer.text
    ended.state.database.dispose()


def test_each_opening_asks_the_link_anew(place: Place):
    place.world.served.serve(LINK, shared(place.world, signed(place.world)))
    with place.browser() as browser:
        for _ in range(2):
            assert (
                'data-verdict="valid"' in browser.client.get("/open", params={"presentation_uri": LINK}).text
            )
    assert [each["url"] for each in place.world.served.requests].count(LINK) == 2


def test_nothing_handed_in_is_kept(place_on_either: Place):
    place = place_on_either
    with place.browser() as browser:
        browser.verify(body_of(signed(place.world)))
    with place.app.state.database.session() as session:
        assert session.exec(select(PresentationRequest)).all() == []
        assert session.exec(select(Emblem)).all() == []


# the status of a badge


@pytest.mark.attack("E12")
def test_asking_for_the_status_names_no_badge(place: Place):
    badge = with_status(place.world, "revocation", ended=False)
    with place.browser() as browser:
        assert 'data-verdict="valid"' in browser.verify(body_of(badge)).text
    sent = json.dumps(place.world.served.requests)
    assert [each["url"] for each in place.world.served.requests] == [LIST_URL]
    # the index could only stand in the address, which is the list's and no more
    for secret in (badge["id"], place.world.holder_id, "drone"):
        assert secret not in sent


def _no_list(world: World) -> None:
    world.served.documents.pop(LIST_URL, None)


def _list_down(world: World) -> None:
    world.served.serve(LIST_URL, FetchError(detail="timeout"))


def _of_stranger(world: World) -> None:
    world.served.serve(LIST_URL, world.status_list(signer=world.stranger))


def _other_purpose(world: World) -> None:
    world.served.serve(LIST_URL, world.status_list(purpose="suspension"))


def _ended_list(world: World) -> None:
    world.served.serve(LIST_URL, world.status_list(valid_until=NOW))


@pytest.mark.attack("E1", "E4", "E6")
@pytest.mark.parametrize(
    ("serve", "verdict", "reason"),
    [
        (_no_list, "indeterminate", "status_unavailable"),
        (_list_down, "indeterminate", "status_unavailable"),
        (_ended_list, "indeterminate", "status_list_expired"),
        (_of_stranger, "invalid", "status_list_issuer_mismatch"),
        (_other_purpose, "invalid", "status_purpose_mismatch"),
    ],
)
def test_a_status_that_says_nothing_good_is_never_shown_as_good(
    place: Place, serve: Any, verdict: str, reason: str
):
    badge = signed(place.world, status=build_status_entry(LIST_URL, 7, "revocation"))
    serve(place.world)
    with place.browser() as browser:
        page = browser.verify(body_of(badge)).text
        assert f'data-verdict="{verdict}"' in page
        assert f'data-reason="{reason}"' in page
        place.world.served.serve(LIST_URL, place.world.status_list())
        assert 'data-verdict="valid"' in browser.verify(body_of(badge)).text


def test_a_badge_that_was_good_and_is_then_withdrawn(place: Place):
    badge = with_status(place.world, "revocation", ended=False)
    with place.browser() as browser:
        assert 'data-verdict="valid"' in browser.verify(body_of(badge)).text
        place.clock.pass_(hours=1)
        revoked = place.world.status_list(indexes=(7,), valid_from=NOW)
        place.world.served.serve(LIST_URL, revoked)
        assert 'data-verdict="revoked"' in browser.verify(body_of(badge)).text
        # E7: the older list is served again
        place.world.served.serve(LIST_URL, place.world.status_list())
        page = browser.verify(body_of(badge)).text
    assert 'data-verdict="indeterminate"' in page
    assert 'data-reason="status_list_rollback"' in page


# for programs


@pytest.mark.parametrize("name", SCENES)
def test_a_program_gets_the_report(place: Place, name: str):
    scene = SCENES[name]
    badge = scene.make(place.world)
    with place.wallet() as program:
        answer = program.client.post(
            "/api/verify", content=body_of(badge), headers={"content-type": "application/vc"}
        )
    report = answer.json()
    assert (answer.status_code, report["outcome"]) == (200, scene.outcome)
    assert scene.reason == "ok" or scene.reason in {check["code"] for check in report["checks"]}
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_program_sends_a_picture_or_nonsense(place: Place):
    with place.wallet() as program:
        png = program.client.post(
            "/api/verify", content=bake_png(emblem_bytes(), body_of(signed(place.world)))
        )
        nonsense = program.client.post("/api/verify", content=b"hello")
        empty = program.client.post("/api/verify")
        large = program.client.post("/api/verify", content=b"x" * 4_500_000)
        described = program.client.get("/openapi.json").json()
    assert png.json()["outcome"] == "valid"
    assert (nonsense.status_code, nonsense.json()["code"]) == (400, "baking_unknown_format")
    assert empty.status_code == 400
    assert (large.status_code, large.json()["code"]) == (413, "too_large")
    assert "/api/verify" in described["paths"]
    assert "/requests" not in described["paths"]


# who may ask


@pytest.mark.attack("H9")
@pytest.mark.parametrize("path", ["/verify", "/requests"])
def test_only_our_own_pages_may_post_forms(place: Place, path: str):
    with place.browser() as browser:
        good = {"csrf_token": browser.csrf(), "question": "any", "credential": "{}"}
        bare = {name: value for name, value in good.items() if name != "csrf_token"}

        def post(data: dict[str, str], **headers: str) -> httpx.Response:
            return browser.client.post(path, data=data, headers=headers)

        assert post(bare).status_code == 403
        assert post(good | {"csrf_token": "0" * 64}).status_code == 403
        assert post(good, origin="https://evil.example").status_code == 403
        assert post(good, **{"sec-fetch-site": "cross-site"}).status_code == 403
        assert post(good, host="evil.example").status_code == 400
        text = browser.client.post(path, content=b"question=any", headers={"content-type": "text/plain"})
        assert text.status_code == 415
        assert post(good).status_code in {200, 303}


@pytest.mark.attack("H9")
def test_a_token_of_another_browser_is_refused(place: Place):
    with place.browser() as browser, place.browser() as other:
        other.csrf()
        answer = other.client.post("/requests", data={"csrf_token": browser.csrf(), "question": "any"})
    assert answer.status_code == 403


def test_the_models_and_the_migrations_agree(place_on_either: Place):
    from verifier.models import METADATA

    assert place_on_either.app.state.database.check_models_match(METADATA, "verifier") == []


def test_the_page_of_a_badge_without_an_achievement_still_opens(place: Place):
    document = place.world.badge()
    document["credentialSubject"] = {"id": did_of(place.world.holder), "type": ["AchievementSubject"]}
    with place.browser() as browser:
        answer = browser.verify(body_of(document))
    assert answer.status_code == 200
    assert 'data-outcome="invalid"' in answer.text


@pytest.mark.parametrize("end", ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00", "2099-12-31T23:59:59Z"])
def test_a_badge_that_never_ends_has_a_page(place: Place, end: str):
    """Its last second has no local time east of Greenwich."""
    badge = place.world.sign(place.world.badge() | {"validUntil": end})
    with place.browser() as browser:
        answer = browser.verify(body_of(badge))
    if end.endswith("-14:00"):  # no instant that anybody can compare
        assert 'data-report-outcome="invalid"' in answer.text
    else:
        assert 'data-report-outcome="valid"' in answer.text
        assert end[:4] in answer.text
    assert answer.status_code == 200


@pytest.mark.parametrize("alg", [["EdDSA"], {}, None, 7])
def test_a_key_whose_algorithm_is_no_word_is_no_error_of_ours(place: Place, alg: Any):
    """A did:jwk is written by whoever sends the badge."""
    jwk = place.world.issuer.public_key.to_jwk()
    did = f"did:jwk:{encode_base64url(json.dumps(jwk | {'alg': alg}).encode())}"
    badge = place.world.signed_badge()
    badge["issuer"]["id"] = did
    badge["proof"]["verificationMethod"] = f"{did}#0"
    with place.wallet() as program:
        answer = program.client.post("/api/verify", content=body_of(badge))
        assert (answer.status_code, answer.json()["outcome"]) == (200, "invalid")
        assert (
            program.client.post("/api/verify", content=body_of(place.world.signed_badge())).json()["outcome"]
            == "valid"
        )
