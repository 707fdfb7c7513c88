"""The W3C's own tokens for VC-JOSE-COSE: what holds is valid, each broken one is refused by its own code."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from credentials.jose import VP_JWT, Role, sign_jwt_presentation
from credentials.jws import parse_compact, read_unverified_claims
from credentials.reading import read_secured
from credentials.report import Outcome
from credentials.secured import ExpectedSigner
from credentials.verification import check_credential, check_presentation
from did.encodings import decode_base64url
from did.errors import UnknownMethodError
from did.keys import KeySigner, KeyType, PrivateKey

if TYPE_CHECKING:
    from contexts import ContextStore
    from tests.unit.credentials.conftest import World

VECTORS = Path(__file__).parents[2] / "vectors" / "vc-jose-cose"
ISSUER = "https://example.issuer/vc-jose-cose"
# within the hours that the presentations were made for
THEN = datetime(2024, 12, 16, 12, tzinfo=UTC)
VALID, INVALID = Outcome.VALID, Outcome.INVALID


def keys() -> list[dict[str, Any]]:
    return [json.loads(file.read_text())["publicKeyJwk"] for file in sorted(VECTORS.glob("vm-*.json"))]


def token(name: str) -> bytes:
    # two of the files end with a newline, which is part of no token
    return (VECTORS / f"{name}.txt").read_bytes().strip()


@pytest.fixture
def served(world: World, vector_contexts: ContextStore) -> World:
    world.contexts = vector_contexts
    world.served.serve("https://example.issuer/.well-known/jwks.json", {"keys": keys()})
    return world


@pytest.mark.covers("vc-jose-cose", "1.1.2", "3.1.1", "3.2.1", "5.1", "5.2")
@pytest.mark.parametrize(
    ("name", "securing", "codes"),
    [
        ("credential-jose-minimal", "vc+jwt", ()),
        ("credential-issuer-match-signed", "vc+jwt", ()),
        ("credential-sdjwt-selective", "vc+sd-jwt", ()),
        ("credential-jose-bad-signature", "vc+jwt", ("jws_signature",)),
        ("credential-sdjwt-bad-signature", "vc+sd-jwt", ("jws_signature",)),
        ("credential-jose-bad-media-type", "", ("jws_typ",)),
        ("credential-jose-vc-vp-claims", "", ("jwt_reserved_claim",)),
        # signed with ES512, by a key that was not kept with these
        ("credential-jose-unknown-extensions", "vc+jwt", ("verification_method_not_found",)),
        ("presentation-jose-multiple", "", ("jws_typ",)),
    ],
)
def test_a_credential_of_the_w3c_is_judged_as_its_name_says(
    served: World, name: str, securing: str, codes: tuple[str, ...]
) -> None:
    report = check_credential(token(name), context=served.context(), now=THEN)
    assert (report.outcome, report.codes) == (INVALID if codes else VALID, codes)
    assert report.securing == securing


@pytest.mark.covers("vc-jose-cose", "3.1.2", "6.1.2")
@pytest.mark.parametrize("name", ["presentation-jose-multiple", "presentation-jose-bad-credential"])
def test_the_signature_of_a_presentation_of_the_w3c_holds(served: World, name: str) -> None:
    made = read_unverified_claims(parse_compact(token(name)))
    during = datetime.fromtimestamp(made["iat"] + 60, UTC)
    secured = read_secured(token(name), role=Role.PRESENTATION)
    result = secured.verify(
        ExpectedSigner("authentication", ISSUER), context=served.context().bounded(), now=during
    )
    assert result.controllers == (ISSUER,)
    # it is bound to no verifier and to no nonce: nobody who asks for one can take it
    report = check_presentation(
        token(name), context=served.context(), now=during, expected_domain="d", expected_challenge="c"
    )
    assert (report.outcome, report.codes) == (INVALID, ("domain_mismatch",))


@pytest.mark.covers("vcdm-2.0", "4.13.1")
@pytest.mark.parametrize(
    ("name", "verdicts"),
    [
        (
            "presentation-jose-multiple",
            # the COSE envelope ends with a newline, which no URL has
            [(VALID, ()), (VALID, ()), (INVALID, ("envelope_invalid",))],
        ),
        ("presentation-jose-bad-credential", [(INVALID, ("envelope_invalid",))]),
    ],
)
def test_each_enveloped_credential_of_the_w3c_is_judged(
    served: World, name: str, verdicts: list[Any]
) -> None:
    held = read_secured(token(name), role=Role.PRESENTATION).document["verifiableCredential"]
    reports = [check_credential(each, context=served.context(), now=THEN) for each in held]
    assert [(report.outcome, report.codes) for report in reports] == verdicts


@pytest.mark.covers("vc-jose-cose", "3.1.2", "6.1.2")
def test_a_presentation_of_another_media_type_is_refused(served: World) -> None:
    report = check_presentation(
        token("presentation-jose-bad-media-type"),
        context=served.context(),
        now=THEN,
        expected_domain="d",
        expected_challenge="c",
    )
    assert (report.outcome, report.codes) == (INVALID, ("jws_typ",))


def test_their_credentials_are_presented_by_the_holder_under_their_own_key(served: World) -> None:
    secret = json.loads((VECTORS / "vm-p384.json").read_text())["secretKeyJwk"]
    private = PrivateKey.from_raw(KeyType.P384, decode_base64url(secret["d"]))
    signer = KeySigner(private, secret["kid"])
    presentation = sign_jwt_presentation(
        [token("credential-jose-minimal").decode()],
        signer=signer,
        holder=ISSUER,
        audience="https://verifier.example",
        nonce="n",
        now=THEN,
        profile=VP_JWT,
    )
    secured = read_secured(presentation.encode(), role=Role.PRESENTATION)
    expected = ExpectedSigner("authentication", ISSUER, "https://verifier.example", "n")
    context = served.context().bounded()
    assert secured.verify(expected, context=context, now=THEN).controllers == (ISSUER,)
    served.served.serve("https://example.issuer/.well-known/jwks.json", {"keys": []})
    with pytest.raises(UnknownMethodError):
        secured.verify(expected, context=served.context().bounded(), now=THEN)
