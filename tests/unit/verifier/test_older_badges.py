"""Older badges handed in: Open Badges 2.0, and credentials with legacy proofs. Shown, and said to be what they are."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import verifier
from did.errors import FetchError
from did.fetcher import Fetched
from tests.unit.credentials.open_badges_v2.scenes import (
    ASSERTION,
    BADGE_CLASS,
    ISSUER,
    Scene,
    hosted,
    rsa_signer,
    signed,
    token,
)
from tests.unit.verifier.test_reports import first_screens
from verifier.reports import FIRST_SCREEN_WORDS

if TYPE_CHECKING:
    from tests.unit.verifier.conftest import Place

VECTORS = Path(__file__).parents[2] / "vectors"
LEGACY = (VECTORS / "legacy-proofs" / "digital-bazaar-ed25519-2018-open-badge.json").read_bytes()


def _serve(place: Place, scene: Scene) -> bytes:
    scene.served = place.world.served
    scene.serve()
    return json.dumps(scene.assertion).encode()


def _verify(place: Place, content: bytes, *, language: str = "fr") -> str:
    with place.browser(language=language) as browser:
        answer = browser.verify(content)
    assert answer.status_code == 200
    return unescape(answer.text)


@pytest.mark.parametrize(
    ("language", "warning"), [("fr", "En ligne, non signé"), ("en", "Online, but not signed")]
)
def test_a_hosted_badge_is_valid_and_said_not_to_be_signed(place: Place, language: str, warning: str) -> None:
    page = _verify(place, _serve(place, hosted()), language=language)
    assert 'data-verdict="valid"' in page
    assert 'data-warning="open_badges_2_hosted"' in page
    [words], _ = first_screens(page)
    first = " ".join(words)
    assert warning in first
    assert "Pilotage" in first
    assert "badges.example" in first
    assert len(words) <= FIRST_SCREEN_WORDS
    # no line says that a signature is good
    assert "La signature est bonne" not in page
    assert "The signature is good" not in page
    assert "Open Badges 2.0" in page


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_line_of_the_report_has_its_sentence(place: Place, language: str) -> None:
    catalogue = json.loads((Path(verifier.__file__).parent / "locales" / f"{language}.json").read_bytes())
    others = [
        catalogue[f"report.check.other.{sign}"].format(name="") for sign in ("passed", "failed", "unknown")
    ]
    for page in (
        _verify(place, _serve(place, hosted()), language=language),
        _verify(place, (VECTORS / "open-badges-2" / "simple.jwt").read_bytes(), language=language),
        _verify(place, LEGACY, language=language),
    ):
        assert not any(other.rstrip(" .") in page for other in others)


def test_a_baked_picture_and_an_address(place: Place) -> None:
    for path in (VECTORS / "open-badges-2" / "assets").iterdir():
        for scheme in ("http", "https"):
            place.world.served.serve(f"{scheme}://example.org/{path.name}", path.read_bytes())
    address = "https://example.org/beths-robotics-badge.json"
    place.world.served.serve(address, (VECTORS / "open-badges-2" / "basic-assertion.json").read_bytes())
    page = _verify(place, (VECTORS / "open-badges-2" / "simple-badge.png").read_bytes())
    assert 'data-verdict="valid"' in page
    assert "Awesome Robotics Badge" in page
    with place.browser() as browser:
        answer = browser.verify(url=address)
    assert 'data-verdict="valid"' in answer.text
    signed_page = _verify(place, (VECTORS / "open-badges-2" / "simple.jwt").read_bytes())
    assert 'data-verdict="valid"' in signed_page
    assert 'data-warning="open_badges_2_signed"' in signed_page


def test_a_signed_badge_whose_signature_is_another(place: Place) -> None:
    scene = signed(rsa_signer("issuer")[1])
    _serve(place, scene)
    page = _verify(place, token(scene.assertion, rsa_signer("stranger")[0]))
    assert 'data-verdict="invalid"' in page
    # nobody says it: the file claims it
    assert "report-claims" in page
    assert "report-by" not in page


@pytest.mark.parametrize(
    ("url", "content", "verdict", "reason"),
    [
        (ASSERTION, Fetched(ASSERTION, 410, "", b""), "revoked", "revoked"),
        (ASSERTION, Fetched(ASSERTION, 404, "", b""), "invalid", "ob2_not_hosted"),
        (ASSERTION, FetchError("silence"), "indeterminate", "fetch_failed"),
        (ISSUER, FetchError("silence"), "indeterminate", "fetch_failed"),
        (BADGE_CLASS, b"{}", "invalid", "ob2_context"),
    ],
)
def test_what_its_host_says_decides(
    place: Place, url: str, content: object, verdict: str, reason: str
) -> None:
    scene = hosted()
    data = _serve(place, scene)
    place.world.served.serve(url, content)
    page = _verify(place, data)
    assert f'data-verdict="{verdict}"' in page
    assert f'data-reason="{reason}"' in page
    assert "report-by" not in page


def test_a_credential_with_a_legacy_proof(place: Place) -> None:
    page = _verify(place, LEGACY)
    assert 'data-verdict="valid"' in page
    assert 'data-warning="legacy_proof"' in page
    altered = _verify(place, LEGACY.replace(b"2024-01-02T03:04:05Z", b"2024-01-02T03:04:06Z"))
    assert 'data-verdict="invalid"' in altered
    assert 'data-reason="invalid_signature"' in altered
    assert "report-by" not in altered


def test_an_issuer_whose_address_is_none_gets_a_report(place: Place) -> None:
    scene = hosted()
    scene.badge_class["issuer"] = "https://[::1"
    assert 'data-verdict="invalid"' in _verify(place, _serve(place, scene))
    document = json.loads(LEGACY) | {"issuer": "https://[::1"}
    assert 'data-verdict="invalid"' in _verify(place, json.dumps(document).encode())


def test_hostile_words_of_an_older_badge_stay_words(place: Place) -> None:
    scene = hosted()
    scene.badge_class |= {
        "name": "<script>alert(1)</script>",
        "criteria": {"id": "javascript:alert(1)", "narrative": "<img src=x onerror=alert(1)>"},
    }
    scene.issuer["url"] = "javascript:alert(1)"
    data = _serve(place, scene)
    with place.browser() as browser:
        raw = browser.verify(data).text
    assert "<script>alert" not in raw
    assert "<img src=x" not in raw
    assert 'href="javascript' not in raw
