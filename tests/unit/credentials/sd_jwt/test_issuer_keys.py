"""The issuer's key: from where the issuer publishes it, whatever the token says of keys."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from credentials.errors import CredentialsError
from credentials.jws import parse_compact, sign_compact
from credentials.sd_jwt import (
    WEB_AND_DID_ISSUERS,
    WEB_ISSUERS,
    IssuerKeyMemory,
    IssuerKeyPolicy,
    SdJwtError,
    build_issuer_metadata,
    issuer_metadata_url,
)
from credentials.sd_jwt.issuer_keys import find_issuer_key, read_issuer
from did.document import DocumentKey, Relationship, build_did_document
from did.errors import DidError, FetchError
from did.fetcher import FetchBudget, Fetched, OfflineFetcher
from did.keys import KeySigner, KeyType, PublicKey
from did.methods import did_jwk, did_key
from did.resolver import Resolver
from tests.simulators.served_documents import ServedDocuments
from tests.unit.credentials.conftest import new_signer
from tests.unit.credentials.sd_jwt.tokens import NOW, later

if TYPE_CHECKING:
    from datetime import datetime

ISSUER = new_signer(1)
STRANGER = new_signer(3)
ISS = "https://issuer.example/tenant/1"
URL = "https://issuer.example/.well-known/jwt-vc-issuer/tenant/1"
JWKS_URL = "https://keys.example/jwks.json"


def jwk(signer: KeySigner = ISSUER, **members: Any) -> dict[str, Any]:
    return {**signer.public_key.to_jwk(), "kid": "key-1"} | members


def metadata(*keys: dict[str, Any], **changes: Any) -> dict[str, Any]:
    built = build_issuer_metadata(ISS, {"keys": list(keys or (jwk(),))}) | changes
    return {name: value for name, value in built.items() if value is not None}


def find(
    served: ServedDocuments | None = None,
    *,
    iss: str = ISS,
    header: dict[str, Any] | None = None,
    policy: IssuerKeyPolicy = WEB_AND_DID_ISSUERS,
    loopback: bool = False,
    now: datetime = NOW,
) -> PublicKey:
    world = served if served is not None else ServedDocuments({URL: metadata()})
    token = sign_compact(
        b"{}", signer=ISSUER, typ="dc+sd-jwt", header={"kid": "key-1"} if header is None else header
    )
    return find_issuer_key(
        parse_compact(token),
        issuer_id=iss,
        policy=policy,
        resolver=Resolver(fetcher=world, allow_insecure_loopback=loopback),
        fetcher=world,
        now=now,
    )


def refused(served: ServedDocuments | None = None, **options: Any) -> str:
    try:
        find(served, **options)
    except (CredentialsError, DidError) as err:
        return err.code
    return "found"


@pytest.mark.covers("sd-jwt-vc", "4.1")
@pytest.mark.parametrize(
    ("iss", "url"),
    [
        ("https://a.example", "https://a.example/.well-known/jwt-vc-issuer"),
        ("https://a.example/", "https://a.example/.well-known/jwt-vc-issuer"),
        ("https://a.example/tenant/1234", "https://a.example/.well-known/jwt-vc-issuer/tenant/1234"),
        ("https://a.example/tenant/1234/", "https://a.example/.well-known/jwt-vc-issuer/tenant/1234"),
        ("https://a.example:8443/x", "https://a.example:8443/.well-known/jwt-vc-issuer/x"),
        ("https://a.example/%C3%A9", "https://a.example/.well-known/jwt-vc-issuer/%C3%A9"),
    ],
)
def test_the_well_known_string_goes_between_host_and_path(iss: str, url: str) -> None:
    assert issuer_metadata_url(iss) == url


@pytest.mark.covers("sd-jwt-vc", "3", "7.1")
@pytest.mark.attack("F4")
@pytest.mark.parametrize(
    "iss",
    [
        "http://a.example",
        "http://localhost",
        "https://a.example?x=1",
        "https://a.example/?",
        "https://a.example#f",
        "https://user@a.example",
        "https://a.example/../b",
        "https://a.example/./b",
        "https://a.example/..",
        "https://a.example/%2e%2e/b",
        "https://a.example/a%2fb",
        "https://a.example/a%5Cb",
        "https://a.example/a%00",
        "https://a.example//b",
        "https://a.example\\b",
        "https://",
        "https:///x",
        "ftp://a.example",
        "a.example",
        "urn:example:1",
        " https://a.example",
        "https://a.example/é",
    ],
)
def test_other_identifiers_are_never_fetched(iss: str) -> None:
    with pytest.raises(SdJwtError) as caught:
        issuer_metadata_url(iss)
    assert caught.value.code == "issuer_invalid"


@pytest.mark.covers("sd-jwt", "10.3")
def test_loopback_only_where_it_is_let_through() -> None:
    assert issuer_metadata_url("http://localhost:8000", allow_loopback=True)
    served = ServedDocuments(
        {"http://localhost:8000/.well-known/jwt-vc-issuer": metadata(issuer="http://localhost:8000")}
    )
    assert find(served, iss="http://localhost:8000", loopback=True) == ISSUER.public_key
    assert refused(served, iss="http://localhost:8000") == "issuer_invalid"


@pytest.mark.covers("sd-jwt-vc", "2.5", "4.2")
def test_keys_by_value_and_by_reference() -> None:
    assert find() == ISSUER.public_key
    served = ServedDocuments({URL: metadata(jwks=None, jwks_uri=JWKS_URL), JWKS_URL: {"keys": [jwk()]}})
    assert find(served) == ISSUER.public_key
    assert [request["url"] for request in served.requests] == [URL, JWKS_URL]


METADATA: list[tuple[str, Any, str]] = [
    ("another issuer", metadata(issuer="https://issuer.example"), "issuer_mismatch"),
    ("a slash at the end", metadata(issuer=ISS + "/"), "issuer_mismatch"),
    ("another case", metadata(issuer=ISS.upper()), "issuer_mismatch"),
    ("a list", metadata(issuer=[ISS]), "issuer_mismatch"),
    ("no issuer", metadata(issuer=None), "issuer_mismatch"),
    ("both jwks and jwks_uri", metadata(jwks_uri=JWKS_URL), "issuer_metadata_invalid"),
    ("neither", metadata(jwks=None), "issuer_metadata_invalid"),
    ("jwks_uri of http", metadata(jwks=None, jwks_uri="http://keys.example/"), "issuer_metadata_invalid"),
    ("jwks_uri of loopback", metadata(jwks=None, jwks_uri="http://127.0.0.1/"), "issuer_metadata_invalid"),
    ("jwks_uri no URL", metadata(jwks=None, jwks_uri={}), "issuer_metadata_invalid"),
    ("jwks a list", metadata(jwks=[jwk()]), "invalid_jwks"),
    ("two keys of one kid", metadata(jwk(), jwk(STRANGER)), "invalid_jwks"),
    ("a hundred and one keys", metadata(*[jwk(kid=str(number)) for number in range(101)]), "invalid_jwks"),
    ("another kid", metadata(jwk(kid="key-2")), "verification_method_not_found"),
    ("a key for encryption", metadata(jwk(use="enc")), "verification_method_not_found"),
    ("a key that is not to verify with", metadata(jwk(key_ops=["sign"])), "verification_method_not_found"),
    ("a private key", metadata(jwk(d="AAAA")), "verification_method_not_found"),
    (
        "a key of another issuer",
        metadata(jwk(iss="https://stranger.example")),
        "verification_method_not_found",
    ),
    (
        "a key of another algorithm",
        metadata(jwk(new_signer(5, KeyType.P256))),
        "verification_method_not_found",
    ),
    ("not JSON", b"<html>", "issuer_metadata_invalid"),
    ("a member twice", b'{"issuer":"a","issuer":"b"}', "issuer_metadata_invalid"),
    ("not an object", [], "issuer_metadata_invalid"),
    ("deep", b'{"a":' * 100 + b"1" + b"}" * 100, "issuer_metadata_invalid"),
    ("large", b" " * 200_000, "resolution_unavailable"),
    ("the network fails", FetchError("timeout"), "resolution_unavailable"),
]


@pytest.mark.covers("sd-jwt-vc", "4.2", "4.3")
@pytest.mark.attack("B11")
@pytest.mark.parametrize(
    ("document", "code"), [case[1:] for case in METADATA], ids=[case[0] for case in METADATA]
)
def test_metadata(document: Any, code: str) -> None:
    assert refused(ServedDocuments({URL: document})) == code


@pytest.mark.covers("sd-jwt-vc", "4.2", "4.3")
def test_no_metadata() -> None:
    assert refused(ServedDocuments()) == "notFound"


def test_without_a_kid_there_must_be_one_key_of_the_algorithm() -> None:
    p256 = jwk(new_signer(5, KeyType.P256), kid="key-2")
    assert find(ServedDocuments({URL: metadata(jwk(), p256)}), header={}) == ISSUER.public_key
    two = ServedDocuments({URL: metadata(jwk(), jwk(STRANGER, kid="key-2"))})
    assert refused(two, header={}) == "verification_method_not_found"
    assert find(two) == ISSUER.public_key


@pytest.mark.covers("sd-jwt-vc", "2.5")
@pytest.mark.attack("B3")
def test_keys_that_the_token_brings_do_nothing() -> None:
    header = {
        "kid": "key-1",
        "jwk": STRANGER.public_key.to_jwk(),
        "jku": "https://stranger.example",
        "x5c": ["AA"],
    }
    served = ServedDocuments({URL: metadata()})
    assert find(served, header=header) == ISSUER.public_key
    assert [request["url"] for request in served.requests] == [URL]


def did_web_world(**keys: KeySigner) -> ServedDocuments:
    did = "did:web:issuer.example"
    listed = [DocumentKey(name=name, public_key=signer.public_key) for name, signer in keys.items()]
    return ServedDocuments({"https://issuer.example/.well-known/did.json": build_did_document(did, listed)})


@pytest.mark.covers("sd-jwt-vc", "2.5")
@pytest.mark.parametrize("kid", ["did:web:issuer.example#a", "#a", "#a-jwk"])
def test_did_web(kid: str) -> None:
    world = did_web_world(a=ISSUER, b=STRANGER)
    assert find(world, iss="did:web:issuer.example", header={"kid": kid}) == ISSUER.public_key


@pytest.mark.covers("sd-jwt-vc", "2.5")
def test_dids_that_are_keys() -> None:
    for did in (did_key(ISSUER.public_key), did_jwk(ISSUER.public_key)):
        assert find(iss=did, header={}) == ISSUER.public_key
    assert (
        find(iss=did_key(ISSUER.public_key), header={"kid": ISSUER.verification_method}) == ISSUER.public_key
    )


def test_a_did_without_a_kid_has_one_key() -> None:
    did = "did:web:issuer.example"
    assert find(did_web_world(a=ISSUER), iss=did, header={}) == ISSUER.public_key
    assert refused(did_web_world(a=ISSUER, b=STRANGER), iss=did, header={}) == "verification_method_not_found"


@pytest.mark.covers("sd-jwt-vc", "2.5")
@pytest.mark.attack("B4")
@pytest.mark.parametrize(
    ("kid", "code"),
    [
        ("did:web:stranger.example#a", "issuer_mismatch"),
        (did_key(STRANGER.public_key) + "#a", "issuer_mismatch"),
        ("did:web:issuer.example/path#a", "issuer_mismatch"),
        ("did:web:issuer.example?x=1#a", "issuer_mismatch"),
        ("../../etc/passwd", "issuer_mismatch"),
        ("a", "issuer_mismatch"),
        ("", "issuer_mismatch"),
        ("#' OR 1=1 --", "invalidDidUrl"),
        ("#", "invalidDidUrl"),
        ("did:web:issuer.example", "invalidDidUrl"),
        ("#none", "verification_method_not_found"),
    ],
)
def test_kids_that_name_no_key_of_the_issuer(kid: str, code: str) -> None:
    assert refused(did_web_world(a=ISSUER), iss="did:web:issuer.example", header={"kid": kid}) == code


@pytest.mark.parametrize("kid", [1, None, ["key-1"]])
def test_a_kid_that_is_no_string(kid: Any) -> None:
    code = "jws_header" if kid is not None else "verification_method_not_found"
    two = ServedDocuments({URL: metadata(jwk(), jwk(STRANGER, kid="key-2"))})
    assert refused(two, header={"kid": kid}) == code


@pytest.mark.attack("A9")
def test_a_key_that_is_not_for_assertions() -> None:
    key = DocumentKey(name="a", public_key=ISSUER.public_key, relationships=(Relationship.AUTHENTICATION,))
    document = build_did_document("did:web:issuer.example", [key])
    world = ServedDocuments({"https://issuer.example/.well-known/did.json": document})
    code = refused(world, iss="did:web:issuer.example", header={"kid": "#a"})
    assert code == "invalid_verification_relationship"


@pytest.mark.covers("sd-jwt-vc", "7.3")
def test_the_policy_closes_ways() -> None:
    did = did_key(ISSUER.public_key)
    assert find(iss=did, header={})
    assert refused(iss=did, header={}, policy=WEB_ISSUERS) == "issuer_not_permitted"
    only_dids = IssuerKeyPolicy(issuer_metadata=False, did_methods=frozenset({"key"}))
    assert find(iss=did, header={}, policy=only_dids)
    assert refused(policy=only_dids) == "issuer_not_permitted"
    assert refused(iss=did_jwk(ISSUER.public_key), header={}, policy=only_dids) == "issuer_not_permitted"


@pytest.mark.parametrize(
    ("payload", "header", "code"),
    [
        ({}, {"x5c": ["AA"]}, "unsupported_x5c"),
        ({}, {}, "issuer_missing"),
        ({"iss": None}, {"x5c": ["AA"]}, "issuer_invalid"),
        ({"iss": [ISS]}, {}, "issuer_invalid"),
        ({"iss": ""}, {}, "issuer_invalid"),
        ({"iss": "https://a.example/" + "a" * 3_000}, {}, "issuer_invalid"),
    ],
)
@pytest.mark.attack("B11")
def test_who_the_issuer_is(payload: dict[str, Any], header: dict[str, Any], code: str) -> None:
    jws = parse_compact(sign_compact(payload, signer=ISSUER, typ="dc+sd-jwt", header=header))
    with pytest.raises(SdJwtError) as caught:
        read_issuer(payload, jws)
    assert caught.value.code == code
    assert read_issuer({"iss": ISS}, jws) == ISS


def test_offline_nothing_is_known() -> None:
    token = sign_compact(b"{}", signer=ISSUER, typ="dc+sd-jwt")
    with pytest.raises(DidError) as caught:
        find_issuer_key(
            parse_compact(token),
            issuer_id=ISS,
            policy=WEB_ISSUERS,
            resolver=Resolver(fetcher=OfflineFetcher()),
            fetcher=OfflineFetcher(),
            now=NOW,
        )
    assert caught.value.code == "resolution_unavailable"


def test_keys_are_remembered_for_a_while() -> None:
    policy = replace(WEB_ISSUERS, memory=IssuerKeyMemory(ttl_seconds=300))
    served = ServedDocuments({URL: metadata()})
    for moment, requests in ((NOW, 1), (later(minutes=4), 1), (later(minutes=5), 2), (later(minutes=1), 3)):
        assert find(served, policy=policy, now=moment) == ISSUER.public_key
        assert len(served.requests) == requests


@pytest.mark.covers("sd-jwt", "9.8")
def test_a_new_key_is_found_though_the_old_ones_are_remembered() -> None:
    policy = replace(WEB_ISSUERS, memory=IssuerKeyMemory())
    served = ServedDocuments({URL: metadata(jwk(STRANGER, kid="key-0"))})
    assert refused(served, policy=policy) == "verification_method_not_found"
    served.serve(URL, metadata())
    assert find(served, policy=policy) == ISSUER.public_key


@pytest.mark.attack("F11")
def test_a_failure_is_not_remembered() -> None:
    policy = replace(WEB_ISSUERS, memory=IssuerKeyMemory())
    served = ServedDocuments({URL: FetchError("timeout")})
    assert refused(served, policy=policy) == "resolution_unavailable"
    served.serve(URL, metadata(issuer="https://stranger.example"))
    assert refused(served, policy=policy) == "issuer_mismatch"
    served.serve(URL, metadata())
    assert find(served, policy=policy) == ISSUER.public_key


def test_so_many_issuers_are_remembered_and_no_more() -> None:
    memory = IssuerKeyMemory(size=2)
    for name in ("a", "b", "c"):
        memory.remember(name, [], now=NOW)
    assert memory.recall("a", now=NOW) is None
    assert memory.recall("c", now=NOW) == ()


class Failing(ServedDocuments):
    """Answers every request with this HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status

    def get(self, url: str, *, accept: str = "*/*", max_bytes: int = 262_144) -> Fetched:
        return replace(super().get(url, accept=accept, max_bytes=max_bytes), status=self.status)


@pytest.mark.parametrize(
    ("status", "code"),
    [(404, "notFound"), (410, "notFound"), (500, "resolution_unavailable"), (302, "resolution_unavailable")],
)
def test_other_answers(status: int, code: str) -> None:
    assert refused(Failing(status)) == code


@pytest.mark.attack("F5")
def test_a_token_cannot_make_us_ask_more_than_we_may() -> None:
    token = sign_compact(b"{}", signer=ISSUER, typ="dc+sd-jwt", header={"kid": "key-1"})
    served = ServedDocuments({URL: metadata(jwks=None, jwks_uri=JWKS_URL), JWKS_URL: {"keys": [jwk()]}})
    for fetches, code in ((2, "found"), (1, "too_many_fetches"), (0, "too_many_fetches")):
        fetcher = FetchBudget(fetches=fetches, failures=1).over(served)
        try:
            find_issuer_key(
                parse_compact(token),
                issuer_id=ISS,
                policy=WEB_ISSUERS,
                resolver=Resolver(fetcher=fetcher),
                fetcher=fetcher,
                now=NOW,
            )
            found = "found"
        except DidError as err:
            found = err.code
        assert found == code
