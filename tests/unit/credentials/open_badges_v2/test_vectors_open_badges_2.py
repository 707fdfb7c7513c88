"""The public validator's own test badges of Open Badges 2.0, with the verdicts that it gives them."""

from __future__ import annotations

from pathlib import Path

import pytest

from credentials.open_badges_v2.checking import FORM, ExpectedRecipient, check_open_badge_v2
from credentials.open_badges_v2.recognising import find_open_badge_v2
from credentials.report import Outcome
from tests.simulators.served_documents import ServedDocuments
from tests.unit.credentials.open_badges_v2.scenes import NOW

VECTORS = Path(__file__).parents[3] / "vectors" / "open-badges-2"
ASSERTION_URL = "https://example.org/beths-robotics-badge.json"


def _served(hosted: bytes | None = None) -> ServedDocuments:
    served = ServedDocuments()
    for path in (VECTORS / "assets").iterdir():
        for scheme in ("http", "https"):
            served.serve(f"{scheme}://example.org/{path.name}", path.read_bytes())
    if hosted is not None:
        served.serve(ASSERTION_URL, hosted)
    return served


@pytest.mark.covers(
    "open-badges-2.0",
    "Open Badges in Linked Data",
    "Internationalization and Multilingual Badges",
    "HostedBadge Verification",
)
@pytest.mark.parametrize(
    "name", ["basic-assertion", "basic-assertion-no-public-key", "basic-assertion-with-language"]
)
def test_hosted_assertions_that_the_public_validator_takes(name: str) -> None:
    data = (VECTORS / f"{name}.json").read_bytes()
    recipient = ExpectedRecipient(("nobody@example.org",))
    report = check_open_badge_v2(data, fetcher=_served(data), now=NOW, expected_recipient=recipient)
    assert report.outcome is Outcome.VALID, report.codes
    assert (report.form, report.securing) == (FORM, "open_badges_2_hosted")
    assert report.credential is not None
    assert report.credential.issuer_name == "An Example Badge Issuer"
    assert report.credential.achievement_name in {"Awesome Robotics Badge", "Insignia fantastica"}


@pytest.mark.covers("open-badges-2.0", "Open Badges in Linked Data", "HostedBadge Verification")
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("basic-assertion-expired", "expired"),
        ("basic-assertion-expired-before-issued", "ob2_member_invalid"),
        ("basic-assertion-in-future", "not_yet_valid"),
        ("basic-assertion-invalid-context", "ob2_context"),
        ("basic-assertion-invalid-type", "ob2_not_an_assertion"),
        # a warning there: its badge class answers at one address and names another
        ("warning-with-redirection", "ob2_id_mismatch"),
    ],
)
def test_hosted_assertions_that_are_refused(name: str, code: str) -> None:
    data = (VECTORS / f"{name}.json").read_bytes()
    report = check_open_badge_v2(data, fetcher=_served(data), now=NOW)
    assert (report.outcome, report.codes) == (Outcome.INVALID, (code,))


@pytest.mark.covers("open-badges-2.0", "SignedBadge Verification")
@pytest.mark.parametrize(
    ("name", "codes"), [("simple", ()), ("simple-not-revoked", ()), ("simple-revoked", ("revoked",))]
)
def test_signed_assertions(name: str, codes: tuple[str, ...]) -> None:
    data = find_open_badge_v2((VECTORS / f"{name}.jwt").read_bytes())
    assert data is not None
    report = check_open_badge_v2(data, fetcher=_served(), now=NOW)
    assert report.codes == codes
    assert report.outcome is (Outcome.INVALID if codes else Outcome.VALID)
    assert report.securing == "open_badges_2_signed"


@pytest.mark.covers("open-badges-2.0", "SignedBadge Verification")
@pytest.mark.parametrize("name", ["simple", "simple-not-revoked"])
def test_every_altered_signature_is_refused(name: str) -> None:
    header, payload, signature = (VECTORS / f"{name}.jwt").read_bytes().strip().split(b".")
    altered = bytes([signature[0] ^ 1]) if signature[0:1] != b"A" else b"B"
    report = check_open_badge_v2(
        b".".join([header, payload, altered + signature[1:]]), fetcher=_served(), now=NOW
    )
    assert (report.outcome, report.codes) == (Outcome.INVALID, ("jws_signature",))


@pytest.mark.covers("open-badges-2.0", "Badge Baking")
def test_the_baked_picture() -> None:
    data = find_open_badge_v2((VECTORS / "simple-badge.png").read_bytes())
    assert data is not None
    assert check_open_badge_v2(data, fetcher=_served(data), now=NOW).outcome is Outcome.VALID
