"""Whatever comes in, every door answers with its own error or its own report; nothing else ever comes out."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contexts import ContextStore
from credentials.errors import PresentationError
from credentials.exchange.dcql import DcqlError, DcqlQuery, match
from credentials.exchange.offers import CredentialOffer, OfferError, parse_offer_uri
from credentials.exchange.presentations import parse_vp_token
from credentials.exchange.request_objects import RequestObjectError, parse_request_uri, verify_request_object
from credentials.jws import JwsError, parse_compact
from credentials.open_badges import lint_credential
from credentials.report import Outcome
from credentials.verification import check_credential, check_presentation
from credentials.view import CredentialView
from did.document import DidDocument
from did.errors import DidError
from tests.unit.credentials.conftest import NOW, World

WORDS = st.sampled_from(
    [
        "@context", "@id", "@type", "@value", "id", "type", "issuer", "credentialSubject", "achievement", "proof",
        "credentialStatus", "evidence", "validFrom", "validUntil", "verifiableCredential", "holder", "credentials",
        "format", "meta", "type_values", "claims", "path", "values", "grants", "verificationMethod", "assertionMethod",
        "VerifiableCredential", "OpenBadgeCredential", "https://www.w3.org/ns/credentials/v2", "did:key:z6Mk", "#", "",
        "2026-11-24T09:30:00Z", "DataIntegrityProof", "eddsa-rdfc-2022", "ldp_vc", "badge", "\u202e", "\0",
    ]
)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | WORDS
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=15,
)
TOKENS = st.text(alphabet='eyJhbGciOiJ.-_=:{}"\n é', max_size=60)
LINKS = st.builds(
    "{}?{}={}&{}={}".format,
    st.sampled_from(
        ["openid4vp://", "openid-credential-offer://", "https://wallet.example/x", "javascript:", "//[", ""]
    ),
    st.sampled_from(["client_id", "credential_offer", "credential_offer_uri", "request"]),
    TOKENS
    | st.sampled_from(
        ["redirect_uri:https://[", "decentralized_identifier:did:web:a.example", "redirect_uri:"]
    ),
    st.sampled_from(["request_uri", "dcql_query", "client_id", "request_uri_method"]),
    TOKENS | st.sampled_from(["https://[::1", "https://a.example:99999/", "{}", "[]"]),
)

hostile = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@lru_cache
def world() -> World:
    return World(ContextStore.load())


@lru_cache
def signed() -> dict[str, Any]:
    return world().signed_badge()


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner for place in places(each, (*path, key)))]


@hostile
@given(JSON)
def test_any_json_gets_a_report_and_never_a_pass(value: Any) -> None:
    data = json.dumps(value).encode()
    assert check_credential(data, context=world().context(), now=NOW).outcome is not Outcome.VALID
    presented = check_presentation(
        data, context=world().context(), now=NOW, expected_domain="d", expected_challenge="c"
    )
    assert presented.outcome is not Outcome.VALID


@hostile
@given(st.binary(max_size=60))
def test_any_bytes_get_a_report_and_never_a_pass(data: bytes) -> None:
    assert check_credential(data, context=world().context(), now=NOW).outcome is not Outcome.VALID


@hostile
@given(st.data(), JSON)
def test_a_good_badge_with_anything_anywhere_gets_a_report_and_never_a_pass(
    data: st.DataObject, value: Any
) -> None:
    badge = copy.deepcopy(signed())
    *way, last = data.draw(st.sampled_from(places(badge)[1:]))
    node: Any = badge
    for key in way:
        node = node[key]
    if node[last] == value and type(node[last]) is type(value):
        return
    node[last] = value
    report = check_credential(json.dumps(badge).encode(), context=world().context(), now=NOW)
    assert report.outcome is not Outcome.VALID
    CredentialView.from_document(badge).to_json()
    lint_credential(badge, now=NOW)


@hostile
@given(JSON)
def test_any_json_is_a_query_or_an_error_of_queries(value: Any) -> None:
    for raw in (
        value,
        {"credentials": [{"id": "badge", "format": "ldp_vc", "meta": value, "claims": value}]},
    ):
        try:
            query = DcqlQuery.parse(raw)
        except DcqlError:
            continue
        match(query, {"1": signed()})


@hostile
@given(JSON, st.lists(WORDS | st.none() | st.integers(0, 3), min_size=1, max_size=4))
def test_any_path_can_be_followed_in_any_document(value: Any, path: list[Any]) -> None:
    raw = {
        "credentials": [
            {
                "id": "b",
                "format": "x",
                "meta": {},
                "claims": [{"path": [p if p != "" else "x" for p in path]}],
            }
        ]
    }
    claims = DcqlQuery.parse(raw).credentials[0].claims
    assert isinstance(claims[0].select({"a": value, "id": value}), list)


@hostile
@given(JSON)
def test_any_json_is_an_offer_or_an_error_of_offers(value: Any) -> None:
    for raw in (
        value,
        {"credential_issuer": "https://a.example", "credential_configuration_ids": ["x"], "grants": value},
    ):
        try:
            CredentialOffer.parse(raw)
        except OfferError:
            continue


@hostile
@given(LINKS | st.text(max_size=40))
def test_any_link_is_read_or_refused(link: str) -> None:
    for read, error in ((parse_offer_uri, OfferError), (parse_request_uri, RequestObjectError)):
        try:
            read(link)
        except error:
            continue


@hostile
@given(TOKENS)
def test_any_text_is_no_token(token: str) -> None:
    with suppress(JwsError):
        parse_compact(token)
    with pytest.raises(RequestObjectError):
        verify_request_object(
            token,
            expected_client_id="decentralized_identifier:did:key:z6Mk",
            resolver=world().context().resolver,
            now=NOW,
        )


@hostile
@given(JSON)
def test_any_json_is_an_answer_or_an_error_of_answers(value: Any) -> None:
    for raw in (value, {"badge": value}):
        try:
            parse_vp_token(raw, query_ids=["badge"])
        except PresentationError:
            continue


@hostile
@given(JSON)
def test_any_json_is_a_did_document_or_an_error_of_dids(value: Any) -> None:
    did = "did:web:node.example"
    for raw in (value, {"id": did, "verificationMethod": value, "assertionMethod": value}):
        try:
            document = DidDocument.parse(raw, expected_did=did)
        except DidError:
            continue
        assert document.id == did
