"""A newer copy: asked for at the address that the issuer signed, believed only as far as it is verified."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from credentials.cose import sign_cose_credential
from credentials.jose import VC_JWT, sign_jwt_credential
from credentials.open_badges import IdentityObject
from credentials.refresh import REASONS, REFRESHED, Refreshment, refresh_credential
from credentials.status import build_status_entry
from did.errors import FetchError
from did.fetcher import Fetched
from tests.unit.credentials.conftest import LIST_URL, NOW, World

EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
SERVICE = "https://node.example/refresh/1"
REFRESH: dict[str, Any] = {"id": SERVICE, "type": "1EdTechCredentialRefresh"}


def badge(world: World, *, service: Any = REFRESH, signer: Any = None, **changes: Any) -> bytes:
    document = world.badge(**changes)
    if service is not None:
        document["@context"].append(EXTENSIONS)
        document["refreshService"] = service
    return json.dumps(world.sign(document, signer)).encode()


def newer(world: World, **changes: Any) -> bytes:
    return badge(world, **({"valid_from": NOW - timedelta(hours=2), "narrative": "Corrigé."} | changes))


def refresh(world: World, content: bytes, answer: Any = None) -> Refreshment:
    if answer is not None:
        world.served.serve(SERVICE, answer)
    return refresh_credential(content, context=world.context(), now=NOW)


def asked(world: World) -> list[str]:
    return [request["url"] for request in world.served.requests]


@pytest.mark.covers("vcdm-2.0", "5.4")
@pytest.mark.covers(
    "open-badges-3.0",
    "Data Models: RefreshService",
    "Verifiable Credentials Extensions: 1EdTechCredentialRefresh",
)
def test_a_newer_copy_is_verified_and_given(world: World) -> None:
    copy = newer(world)
    found = refresh(world, badge(world), copy)
    assert found.code == REFRESHED
    assert found.credential is not None
    assert found.credential.content == copy
    assert found.credential.view.narrative == "Corrigé."
    assert asked(world) == [SERVICE], "once, and not again for the copy"


@pytest.mark.parametrize("ended", ["expired", "revoked"])
def test_an_ended_badge_is_just_what_is_refreshed(world: World, ended: str) -> None:
    if ended == "expired":
        original = badge(world, valid_until=NOW - timedelta(minutes=1))
    else:
        world.served.serve(LIST_URL, world.status_list(indexes=(7,)))
        original = badge(world, status=build_status_entry(LIST_URL, 7))
    assert refresh(world, original, newer(world)).code == REFRESHED


def test_a_copy_of_the_same_moment_that_says_something_else_counts(world: World) -> None:
    assert refresh(world, badge(world), badge(world, narrative="Corrigé.")).code == REFRESHED


@pytest.mark.parametrize(
    ("service", "code"),
    [
        (None, "refresh_absent"),
        ({"id": SERVICE, "type": "https://types.example/ManualRefresh"}, "refresh_unsupported"),
        ({"id": "urn:uuid:0b7d0c3e-3c9b-4a5e-9d6e-1f2a3b4c5d6f", "type": "1EdTechCredentialRefresh"}, "refresh_unsupported"),
    ],
)  # fmt: skip
def test_without_a_service_that_is_known_nothing_is_asked(world: World, service: Any, code: str) -> None:
    assert refresh(world, badge(world, service=service), newer(world)).code == code
    assert asked(world) == []


def test_the_address_of_an_altered_badge_is_not_asked(world: World) -> None:
    document = json.loads(badge(world))
    document["refreshService"]["id"] = "https://stranger.example/refresh"
    world.served.serve("https://stranger.example/refresh", newer(world))
    assert refresh(world, json.dumps(document).encode()).code == "refresh_original_unproven"
    assert asked(world) == []


@pytest.mark.parametrize(
    "answer",
    [
        FetchError(detail="down"),
        Fetched(url=SERVICE, status=404, content_type="text/plain", body=b"no"),
        Fetched(url=SERVICE, status=200, content_type="application/json", body=b""),
    ],
)
def test_silence_is_no_answer(world: World, answer: Any) -> None:
    found = refresh(world, badge(world), answer)
    assert (found.code, found.credential) == ("refresh_unavailable", None)


def test_a_copy_that_is_not_valid_is_not_taken(world: World) -> None:
    document = json.loads(newer(world))
    document["credentialSubject"]["narrative"] = "Altéré."
    found = refresh(world, badge(world), document)
    assert (found.code, found.credential) == ("refresh_not_valid", None)
    assert found.report is not None
    assert found.report.codes == ("invalid_signature",)
    assert refresh(world, badge(world), b"<html>").code == "refresh_not_valid"


def test_a_copy_must_be_about_the_same(world: World) -> None:
    world.issuer, stranger = world.stranger, world.issuer
    of_stranger = newer(world)
    world.issuer = stranger
    answers = {
        "refresh_other_issuer": of_stranger,
        "refresh_other_credential": newer(world, credential_id="urn:uuid:00000000-0000-4000-8000-000000000001"),
        "refresh_other_subject": newer(world, subject_id=world.issuer_id),
        "refresh_older": newer(world, valid_from=NOW - timedelta(days=2)),
        "refresh_unchanged": badge(world),
    }  # fmt: skip
    for code, answer in answers.items():
        found = refresh(world, badge(world), answer)
        assert (found.code, found.credential) == (code, None)


def test_a_person_named_by_a_hash_stays_the_same_person(world: World) -> None:
    def named(salt: str, **changes: Any) -> bytes:
        document = world.badge(subject_id=None, **changes)
        identity = IdentityObject.hashed_identity("a@example.com", salt=salt).write("", [])
        document["credentialSubject"]["identifier"] = [identity]
        document["@context"].append(EXTENSIONS)
        document["refreshService"] = REFRESH
        return json.dumps(world.sign(document)).encode()

    assert refresh(world, named("Kosher"), named("Kosher", narrative="Corrigé.")).code == REFRESHED
    assert refresh(world, named("Kosher"), named("Other")).code == "refresh_other_subject"


def test_a_badge_without_an_id_has_no_other_copy(world: World) -> None:
    document = world.badge()
    del document["id"]
    document["@context"].append(EXTENSIONS)
    document["refreshService"] = REFRESH
    signed = json.dumps(world.sign(document)).encode()
    assert refresh(world, signed, newer(world)).code == "refresh_other_credential"


def test_both_verifications_share_what_they_may_fetch(world: World) -> None:
    """A copy whose status lists are many cannot ask for more than one verification may."""
    entries = [build_status_entry(f"{LIST_URL}{number}", 7) for number in range(60)]
    copy = newer(world, status=entries)
    found = refresh(world, badge(world), copy)
    assert found.code == "refresh_not_valid"
    assert len(asked(world)) <= 41


def test_the_reasons_are_listed() -> None:
    assert REFRESHED not in REASONS
    assert len(REASONS) == len(set(REASONS)) == 10
    assert replace(Refreshment("refresh_absent"), detail="x").credential is None


def test_a_copy_in_cose_may_end_in_any_byte(world: World) -> None:
    """A newline after a token is none of it; the same byte may be the last of a signature."""
    extended = {"@context": [*world.badge()["@context"], EXTENSIONS], "refreshService": REFRESH}
    document = world.badge(valid_from=NOW - timedelta(hours=2)) | extended
    copies = (
        sign_cose_credential(document | {"name": f"Copie {number}"}, signer=world.issuer, now=NOW)
        for number in range(10_000)
    )
    assert refresh(world, badge(world), next(each for each in copies if each[-1:] == b"\n")).code == REFRESHED
    token = sign_jwt_credential(document, signer=world.issuer, now=NOW, profile=VC_JWT)
    assert refresh(world, badge(world), f"{token}\n".encode()).code == REFRESHED
