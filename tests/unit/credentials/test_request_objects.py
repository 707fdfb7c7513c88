"""Authorization requests: signed by a verifier, read and doubted by a wallet."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from contexts import strict_json
from credentials.exchange.dcql import DcqlQuery
from credentials.exchange.request_objects import (
    AUDIENCE,
    TYP,
    AuthorizationRequest,
    RequestByReference,
    RequestByValue,
    RequestObjectByValue,
    RequestObjectError,
    parse_request_uri,
    sign_request_object,
    verify_request_object,
)
from credentials.jws import parse_compact, sign_compact
from did.document import DocumentKey, Relationship, build_did_document
from did.errors import FetchError
from did.keys import KeySigner
from did.resolver import Resolver
from tests.simulators.served_documents import ServedDocuments
from tests.unit.credentials.conftest import NOW, did_of, new_signer

DID = "did:web:employer.example"
DOCUMENT_URL = "https://employer.example/.well-known/did.json"
CLIENT_ID = f"decentralized_identifier:{DID}"
RESPONSE_URI = "https://employer.example/openid4vp/responses/1"
REQUEST_URI = "https://employer.example/openid4vp/requests/1"
LATER = NOW + timedelta(minutes=5)
QUERY = {
    "credentials": [
        {"id": "badge", "format": "ldp_vc", "meta": {"type_values": [["OpenBadgeCredential"]]}},
    ],
}


def signer(seed: int = 1, name: str = "key-1", did: str = DID) -> KeySigner:
    return KeySigner(new_signer(seed).private_key, f"{did}#{name}")


def request(**changes: Any) -> AuthorizationRequest:
    base = AuthorizationRequest(
        client_id=CLIENT_ID,
        response_uri=RESPONSE_URI,
        nonce="n-0S6_WzA2Mj",
        dcql_query=DcqlQuery.parse(QUERY),
        state="s.1~2",
        client_metadata={"client_name": "Usine (exemple)"},
    )
    return replace(base, **changes)


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of a good request object, changed; None takes a claim away."""
    times = {"iat": int(NOW.timestamp()), "exp": int(LATER.timestamp())}
    merged = {"aud": AUDIENCE, **times, **request().to_json(), **changes}
    return {name: value for name, value in merged.items() if value is not None}


def serve() -> ServedDocuments:
    keys = [
        DocumentKey("key-1", new_signer(1).public_key),
        DocumentKey("key-2", new_signer(2).public_key, (Relationship.KEY_AGREEMENT,)),
        DocumentKey("key-3", new_signer(3).public_key, (Relationship.AUTHENTICATION,)),
        DocumentKey("key-4", new_signer(4).public_key, (Relationship.ASSERTION_METHOD,)),
    ]
    return ServedDocuments({DOCUMENT_URL: build_did_document(DID, keys)})


def verify(jwt: str, *, served: ServedDocuments | None = None, **changes: Any) -> AuthorizationRequest:
    resolver = Resolver(fetcher=served or serve(), clock=lambda: NOW)
    return verify_request_object(
        jwt, **({"expected_client_id": CLIENT_ID, "resolver": resolver, "now": NOW} | changes)
    )


def refusal(jwt: str, **changes: Any) -> tuple[str, str]:
    with pytest.raises(RequestObjectError) as caught:
        verify(jwt, **changes)
    return caught.value.code, caught.value.reason


def signed(**changes: Any) -> str:
    return sign_compact(claims(**changes), signer=signer(), typ=TYP)


# the verifier's side


@pytest.mark.covers("openid4vp-1.0", "5", "5.1", "5.8", "5.10.1")
def test_a_signed_request_comes_out_as_it_went_in() -> None:
    jwt = sign_request_object(request(wallet_nonce="w"), signer=signer(), now=NOW, expires=LATER)
    assert verify(jwt, expected_wallet_nonce="w") == request(wallet_nonce="w")
    assert parse_compact(jwt).unverified_header == {"alg": "EdDSA", "kid": f"{DID}#key-1", "typ": TYP}
    payload = strict_json.loads(parse_compact(jwt).unverified_payload)
    assert payload["aud"] == "https://self-issued.me/v2"
    assert payload["exp"] - payload["iat"] == 300
    assert payload["response_mode"] == "direct_post"


def test_nobody_signs_for_another_client() -> None:
    with pytest.raises(ValueError, match="does not sign"):
        sign_request_object(request(), signer=signer(did="did:web:other.example"), now=NOW, expires=LATER)


def test_what_the_consent_page_shows() -> None:
    assert (request().client_name, request().response_host, request().is_signed) == (
        "Usine (exemple)",
        "employer.example",
        True,
    )
    assert request(client_metadata={}).client_name is None
    assert request(client_metadata={"client_name": "a\u202eb"}).client_name is None
    assert len(request(client_metadata={"client_name": "a" * 500}).client_name or "") == 100


# the wallet's side: links


def link(**parameters: Any) -> str:
    return f"openid4vp://?{urlencode({'client_id': CLIENT_ID, **parameters})}"


@pytest.mark.covers("openid4vp-1.0", "5.7", "5.10", "9")
def test_a_link_leads_to_a_signed_request() -> None:
    assert parse_request_uri(link(request_uri=REQUEST_URI)) == RequestByReference(
        CLIENT_ID, REQUEST_URI, "get"
    )
    posted = link(request_uri=REQUEST_URI, request_uri_method="post", unknown="ignored")
    assert parse_request_uri(posted) == RequestByReference(CLIENT_ID, REQUEST_URI, "post")
    web = posted.replace("openid4vp://", "https://wallet.example/present")
    assert parse_request_uri(web) == parse_request_uri(posted)
    assert parse_request_uri(link(request="a.b.c")) == RequestObjectByValue(CLIENT_ID, "a.b.c")


def unsigned(**changes: str | None) -> str:
    client_id = f"redirect_uri:{RESPONSE_URI}"
    parameters = request(client_id=client_id).to_parameters() | changes
    return f"openid4vp://?{urlencode({k: v for k, v in parameters.items() if v is not None})}"


@pytest.mark.covers("openid4vp-1.0", "5", "5.9.3")
def test_an_unsigned_request_is_read_from_the_link() -> None:
    reference = parse_request_uri(unsigned())
    assert isinstance(reference, RequestByValue)
    assert reference.request == request(client_id=f"redirect_uri:{RESPONSE_URI}")
    assert not reference.request.is_signed
    short = parse_request_uri(unsigned(response_uri=None))
    assert isinstance(short, RequestByValue)
    assert short.request.response_uri == RESPONSE_URI


def link_refusal(uri: str) -> str:
    with pytest.raises(RequestObjectError) as caught:
        parse_request_uri(uri)
    return caught.value.code


@pytest.mark.covers("openid4vp-1.0", "5.9.1", "5.9.2", "5.9.3", "14.7", "14.10", "15.8.1")
@pytest.mark.attack("G8")
@pytest.mark.parametrize(
    ("uri", "code"),
    [
        (link(), "request_unsigned"),
        (link(**request().to_parameters()), "request_unsigned"),
        (link(client_id=f"redirect_uri:{RESPONSE_URI}", request_uri=REQUEST_URI), "request_prefix"),
        (link(client_id=f"redirect_uri:{RESPONSE_URI}", request="a.b.c"), "request_prefix"),
        (link(client_id="origin:https://employer.example", request_uri=REQUEST_URI), "request_prefix"),
        (link(client_id="x509_san_dns:employer.example", request_uri=REQUEST_URI), "request_prefix"),
        (link(client_id=DID, request_uri=REQUEST_URI), "request_prefix"),
        (link(client_id="https://employer.example", request_uri=REQUEST_URI), "request_prefix"),
        (link(client_id="employer", request_uri=REQUEST_URI), "request_prefix"),
        (link(client_id=CLIENT_ID.upper(), request_uri=REQUEST_URI), "request_prefix"),
        (link(client_id=f" {CLIENT_ID}", request_uri=REQUEST_URI), "request_prefix"),
        (link(client_id=f"redirect_uri:{CLIENT_ID}"), "request_client_id"),
        (
            link(client_id=f"decentralized_identifier:{RESPONSE_URI}", request_uri=REQUEST_URI),
            "request_client_id",
        ),
        (link(client_id=f"{CLIENT_ID}#key-1", request_uri=REQUEST_URI), "request_client_id"),
        (link(client_id="", request_uri=REQUEST_URI), "request_uri"),
        (link(request_uri="http://employer.example/1"), "request_uri"),
        (link(request_uri="file:///etc/passwd"), "request_uri"),
        (link(request_uri="https://user@employer.example/1"), "request_uri"),
        (link(request_uri=REQUEST_URI, request="a.b.c"), "request_ambiguous"),
        (link(request_uri=REQUEST_URI) + f"&client_id={DID}", "request_ambiguous"),
        (link(request_uri=REQUEST_URI, request_uri_method="PUT"), "request_uri_method"),
        (link(request_uri=REQUEST_URI, request_uri_method="POST"), "request_uri_method"),
        (link(request="a.b.c", request_uri_method="post"), "request_uri_method"),
        ("javascript:alert(1)?client_id=x", "request_uri"),
        (link(request_uri=REQUEST_URI) + "#x", "request_uri"),
        ("openid4vp://?" + "x" * 70_000, "request_uri"),
    ],
)
def test_a_link_that_could_be_taken_in_two_ways_is_refused(uri: str, code: str) -> None:
    assert link_refusal(uri) == code
    assert isinstance(parse_request_uri(link(request_uri=REQUEST_URI)), RequestByReference)


@pytest.mark.covers("openid4vp-1.0", "5.1", "5.2", "5.6", "14.4")
@pytest.mark.attack("G8")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"response_uri": "https://employer.example/other"}, "request_response_uri"),
        ({"response_uri": "https://thief.example/"}, "request_response_uri"),
        ({"redirect_uri": RESPONSE_URI}, "request_response_uri"),
        ({"response_mode": "fragment"}, "request_response_mode"),
        ({"response_mode": None}, "request_response_mode"),
        ({"response_type": "vp_token id_token"}, "request_response_type"),
        ({"nonce": None}, "request_nonce"),
        ({"nonce": ""}, "request_nonce"),
        ({"state": "é"}, "request_state"),
        ({"dcql_query": None}, "request_query"),
        ({"dcql_query": "{"}, "request_query"),
        ({"scope": "badge"}, "request_query"),
        ({"client_metadata": "[]"}, "request_metadata"),
        ({"transaction_data": "[]"}, "request_transaction_data"),
    ],
)
def test_an_unsigned_request_that_cannot_be_answered_is_refused(changes: dict[str, Any], code: str) -> None:
    assert link_refusal(unsigned(**changes)) == code
    assert isinstance(parse_request_uri(unsigned()), RequestByValue)


# the wallet's side: request objects


@pytest.mark.parametrize("seed", [1, 3, 4])
def test_keys_for_authentication_or_assertion_sign_requests(seed: int) -> None:
    verify(sign_compact(claims(), signer=signer(seed, f"key-{seed}"), typ=TYP))


@pytest.mark.attack("G8")
def test_a_key_for_something_else_signs_no_request() -> None:
    jwt = sign_compact(claims(), signer=signer(2, "key-2"), typ=TYP)
    assert refusal(jwt) == ("request_key", "invalid_verification_relationship")


@pytest.mark.covers("openid4vp-1.0", "5.9.3")
@pytest.mark.attack("G8")
def test_only_the_clients_own_key_signs() -> None:
    stranger = new_signer(9)
    assert refusal(sign_compact(claims(), signer=stranger, typ=TYP)) == ("request_key", "kid_mismatch")
    forged = sign_compact(claims(), signer=signer(9), typ=TYP)
    assert refusal(forged) == ("request_signature", "jws_signature")
    for header in ({}, {"kid": "#key-1"}, {"kid": ""}, {"jwk": stranger.public_key.to_jwk()}):
        jwt = sign_compact(claims(), signer=signer(), typ=TYP, header=header)
        assert refusal(jwt) == ("request_key", "kid_mismatch")
    unknown = sign_compact(claims(), signer=signer(name="key-9"), typ=TYP)
    assert refusal(unknown)[0] == "request_key"
    verify(signed())


@pytest.mark.covers("openid4vp-1.0", "5.9.3")
@pytest.mark.attack("G8")
@pytest.mark.parametrize(
    "prefix", ["redirect_uri:https://employer.example/x", "origin:https://employer.example", DID]
)
def test_a_signed_request_does_not_stand_for_an_unsigned_client(prefix: str) -> None:
    assert refusal(signed(client_id=prefix), expected_client_id=prefix)[0] == "request_prefix"


@pytest.mark.covers("openid4vp-1.0", "5.2", "5.8")
@pytest.mark.attack("G8")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"client_id": DID}, "request_client_id"),
        ({"client_id": CLIENT_ID + ":x"}, "request_client_id"),
        ({"client_id": None}, "request_client_id"),
        ({"client_id": [CLIENT_ID]}, "request_client_id"),
        ({"aud": "https://wallet.example"}, "request_audience"),
        ({"aud": [AUDIENCE, "https://other.example"]}, "request_audience"),
        ({"aud": None}, "request_audience"),
        ({"exp": int(NOW.timestamp())}, "request_expired"),
        ({"exp": "soon"}, "request_expired"),
        ({"nbf": int(LATER.timestamp())}, "request_expired"),
        ({"response_uri": "https://thief.example/"}, "request_response_uri"),
        ({"response_uri": "https://employer.example.thief.example/"}, "request_response_uri"),
        ({"response_uri": "https://employer.example:8443/"}, "request_response_uri"),
        ({"response_uri": "http://employer.example/"}, "request_response_uri"),
        ({"response_uri": None}, "request_response_uri"),
        ({"redirect_uri": RESPONSE_URI}, "request_response_uri"),
        ({"response_mode": "direct_post.jwt"}, "request_response_mode"),
        ({"response_type": "code"}, "request_response_type"),
        ({"nonce": "a b"}, "request_nonce"),
        ({"nonce": 7}, "request_nonce"),
        ({"state": 7}, "request_state"),
        ({"dcql_query": {"credentials": []}}, "request_query"),
        ({"scope": "x"}, "request_query"),
        ({"client_metadata": "x"}, "request_metadata"),
        ({"transaction_data": ["e30"]}, "request_transaction_data"),
        ({"request_uri": REQUEST_URI}, "request_ambiguous"),
    ],
)
def test_a_request_object_that_is_not_in_order_is_refused(changes: dict[str, Any], code: str) -> None:
    assert refusal(signed(**changes))[0] == code
    assert verify(signed(iss="did:web:ignored.example", more="ignored")) == request()


@pytest.mark.attack("G8")
@pytest.mark.parametrize("typ", ["JWT", "openid4vci-proof+jwt", "OAUTH-AUTHZ-REQ+JWT"])
def test_a_token_of_another_kind_is_no_request(typ: str) -> None:
    jwt = sign_compact(claims(), signer=signer(), typ=typ)
    assert refusal(jwt) == ("request_signature", "jws_typ")


@pytest.mark.covers("openid4vp-1.0", "5.10.1")
def test_our_nonce_must_come_back() -> None:
    assert verify(signed(wallet_nonce="mine"), expected_wallet_nonce="mine").wallet_nonce == "mine"
    for changes in ({}, {"wallet_nonce": "other"}, {"wallet_nonce": 7}):
        assert refusal(signed(**changes), expected_wallet_nonce="mine")[0] == "request_wallet_nonce"


@pytest.mark.covers("openid4vp-1.0", "5.10.2")
def test_a_verifier_that_cannot_be_reached_is_not_called_a_forger() -> None:
    served = ServedDocuments({DOCUMENT_URL: FetchError(detail="down")})
    assert refusal(signed(), served=served)[0] == "request_key_unavailable"
    assert refusal(signed(), served=ServedDocuments())[0] == "request_key"


def test_a_did_without_a_host_is_bound_to_its_address_by_its_signature() -> None:
    key = new_signer(5)
    client_id = f"decentralized_identifier:{did_of(key)}"
    jwt = sign_request_object(request(client_id=client_id), signer=key, now=NOW, expires=LATER)
    assert verify(jwt, expected_client_id=client_id).response_uri == RESPONSE_URI


@pytest.mark.covers("openid4vp-1.0", "8.5")
def test_a_refusal_names_the_error_for_the_verifier() -> None:
    assert RequestObjectError("request_transaction_data").oauth_error == "invalid_transaction_data"
    assert RequestObjectError("request_uri_method").oauth_error == "invalid_request_uri_method"
    assert RequestObjectError("request_nonce").oauth_error == "invalid_request"


def test_a_request_object_is_bounded() -> None:
    big = copy.deepcopy(QUERY) | {"more": "x" * 70_000}
    assert refusal(signed(dcql_query=big)) == ("request_signature", "jws_too_large")


@pytest.mark.covers("openid4vp-1.0", "14.7")
@pytest.mark.covers("sd-jwt", "10.3")
@pytest.mark.attack("G8")
def test_loopback_is_answered_only_where_it_is_allowed() -> None:
    did, base = "did:web:localhost%3A8001", "http://localhost:8001"
    client_id = f"decentralized_identifier:{did}"
    document = build_did_document(did, [DocumentKey("key-1", new_signer(1).public_key)])
    served = ServedDocuments({f"{base}/.well-known/did.json": document})
    local = request(client_id=client_id, response_uri=f"{base}/answers/1")
    jwt = sign_request_object(local, signer=signer(did=did), now=NOW, expires=LATER)
    allowed = Resolver(fetcher=served, allow_insecure_loopback=True, clock=lambda: NOW)
    assert verify(jwt, expected_client_id=client_id, resolver=allowed) == local
    strict = Resolver(fetcher=served, clock=lambda: NOW)
    assert refusal(jwt, expected_client_id=client_id, resolver=strict) == ("request_key", "invalidDid")
    elsewhere = request(client_id=client_id, response_uri="http://localhost:8002/answers/1")
    jwt = sign_request_object(elsewhere, signer=signer(did=did), now=NOW, expires=LATER)
    assert refusal(jwt, expected_client_id=client_id, resolver=allowed)[0] == "request_response_uri"
