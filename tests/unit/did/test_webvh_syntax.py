"""did:webvh as text, and where it leads.

The hosts and paths that must be refused are those of the specification, and of its published list of attacks.
"""

from __future__ import annotations

import pytest

from did.errors import InvalidDidError
from did.methods.webvh import parse_did_webvh

SCID = "Qmdxt11AjZewCNXX69bpEDobgjySeZ7eFwjf4tgpF6p2Dg"


def did(rest: str) -> str:
    return f"did:webvh:{SCID}:{rest}"


@pytest.mark.covers(
    "did-webvh-1.0", "Method Name", "Method-Specific Identifier", "The DID to HTTPS Transformation"
)
@pytest.mark.parametrize(
    ("rest", "log_url"),
    [
        ("example.com", "https://example.com/.well-known/did.jsonl"),
        ("issuer.example.com", "https://issuer.example.com/.well-known/did.jsonl"),
        ("example.com:dids:issuer", "https://example.com/dids/issuer/did.jsonl"),
        ("example.com%3A3000", "https://example.com:3000/.well-known/did.jsonl"),
        ("example.com%3A3000:dids:issuer", "https://example.com:3000/dids/issuer/did.jsonl"),
        ("example.com%3a3000:dids", "https://example.com:3000/dids/did.jsonl"),
        (
            "xn--jp-cd2fp15c.xn--fsq.jp:%E7%94%A8%e6%88%b7",
            "https://xn--jp-cd2fp15c.xn--fsq.jp/%E7%94%A8%E6%88%B7/did.jsonl",
        ),
        ("a.ex%61mple:%61%20b", "https://a.example/a%20b/did.jsonl"),
        ("a.example:%3Fx%23y", "https://a.example/%3Fx%23y/did.jsonl"),
        ("a.example:%252e%252e", "https://a.example/%252e%252e/did.jsonl"),
        (f"a.example:{SCID}", f"https://a.example/{SCID}/did.jsonl"),
    ],
)
def test_the_log_is_where_the_did_says(rest: str, log_url: str):
    parsed = parse_did_webvh(did(rest))
    assert parsed.log_url == log_url
    assert parsed.witness_url == log_url.removesuffix("did.jsonl") + "did-witness.json"
    assert parsed.files_url == log_url.removesuffix("did.jsonl").replace(".well-known/", "")
    assert parsed.scid == SCID
    assert parsed.did_web == f"did:web:{rest}"


@pytest.mark.covers("did-webvh-1.0", "Method-Specific Identifier", "The DID to HTTPS Transformation")
@pytest.mark.attack("F10")
@pytest.mark.parametrize(
    "rest",
    [
        "",
        "localhost",
        "localhost%3A8001",
        "example",
        "127.0.0.1",
        "127.0.0.1%3a8080",
        "127%2E0%2E0%2E1",
        "127%2e0%2e0%2e1",
        "169%2E254%2E169%2E254",
        "0x7f.1",
        "a.0x7f",
        "1.2.3.4",
        "[::1]",
        "%5B%3A%3A1%5D",
        "a..example",
        ".example",
        "a.example.",
        "-a.example",
        "a.example%3A",
        "a.example%3A0",
        "a.example%3A65536",
        "a.example%3A080",
        "a.example%3A80%3A81",
        "a%3A80.example",
        "user%40a.example",
        "a.example%2Fx",
        "a.example%5Cx",
        "a.example%00",
        "a%20b.example",
        "a.example%",
        "a.example%2",
        "a.example%zz",
        "%ff.example",
        "jp%E7%B4%8D%E8%B1%86.jp",
        "a" * 64 + ".example",
        ".".join(["a" * 60] * 5),
        "a.example:",
        "a.example::b",
        "a.example:.",
        "a.example:..",
        "a.example:..:..:admin",
        "a.example:%2E%2E:admin",
        "a.example:%2e%2e:admin",
        "a.example:%2e",
        "a.example:a%2Fb",
        "a.example:a%5Cb",
        "a.example:a%00",
        "a.example:%20a",
        "a.example:a%0A",
        "a.example:%ff",
        "a.example/x",
        "a.example?x",
        "a.example#x",
        "127.0.0.1#x",
        "é.example",
    ],
)
def test_what_has_not_a_single_reading_is_no_did(rest: str):
    with pytest.raises(InvalidDidError) as caught:
        parse_did_webvh(did(rest))
    assert caught.value.code == "invalidDid"


@pytest.mark.parametrize(
    "text",
    [
        "did:webvh:a.example",
        f"did:webvh:{SCID}",
        f"did:webvh:{SCID[:-1]}:a.example",
        f"did:webvh:{SCID}1:a.example",
        f"did:webvh:{SCID[:-1]}0:a.example",
        "did:webvh:{SCID}:a.example",
        f"did:web:{SCID}:a.example",
        f"did:WEBVH:{SCID}:a.example",
        f"DID:webvh:{SCID}:a.example",
        "",
    ],
)
def test_without_a_scid_it_is_none(text: str):
    with pytest.raises(InvalidDidError):
        parse_did_webvh(text)


@pytest.mark.parametrize("host", ["localhost%3A8001", "127.0.0.1%3A8001"])
def test_loopback_is_for_development(host: str):
    parsed = parse_did_webvh(did(host), allow_insecure_loopback=True)
    assert parsed.log_url == f"http://{host.replace('%3A', ':')}/.well-known/did.jsonl"
    assert parse_did_webvh(did("a.example"), allow_insecure_loopback=True).origin == "https://a.example"
