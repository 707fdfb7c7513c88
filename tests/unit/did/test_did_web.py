"""did:web: the address that an identifier stands for, and identifiers that could stand for two."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from did.errors import InvalidDidError
from did.methods import did_web, did_web_url


@pytest.mark.covers("did-web", "2.2", "2.3", "2.5.2")
@pytest.mark.parametrize(
    ("did", "url"),
    [
        # did:web Method Specification, section 3.2
        ("did:web:w3c-ccg.github.io", "https://w3c-ccg.github.io/.well-known/did.json"),
        ("did:web:w3c-ccg.github.io:user:alice", "https://w3c-ccg.github.io/user/alice/did.json"),
        ("did:web:example.com%3A3000:user:alice", "https://example.com:3000/user/alice/did.json"),
        ("did:web:example.com%3a3000", "https://example.com:3000/.well-known/did.json"),
        ("did:web:example.com:caf%C3%A9", "https://example.com/caf%C3%A9/did.json"),
        ("did:web:xn--nde-sna.example", "https://xn--nde-sna.example/.well-known/did.json"),
    ],
)
def test_a_did_leads_to_one_address(did: str, url: str) -> None:
    assert did_web_url(did) == url


@pytest.mark.covers("did-web", "2.3")
@pytest.mark.attack("F10")
@pytest.mark.parametrize(
    "did",
    [
        "did:web:%2e%2e",
        "did:web:node.example%2e%2e",
        "did:web:node.example%2Fx",
        "did:web:node.example%5Cx",
        "did:web:user%40node.example",
        "did:web:user%3Apassword%40node.example",
        "did:web:node.example%3A",
        "did:web:node.example%3A0",
        "did:web:node.example%3A65536",
        "did:web:node.example%3A443%3A80",
        "did:web:node.example%3A4_4",
        "did:web:node.example%00",
        "did:web:node.example%0d%0aHost",
        "did:web:n%C3%B6de.example",
        "did:web:nöde.example",
        "did:web:-node.example",
        "did:web:node..example",
        "did:web:.node.example",
        "did:web:node.example.",
        "did:web:node_.example",
        "did:web:" + "a" * 64 + ".example",
        "did:web:" + ".".join(["a" * 60] * 5),
        "did:web:localhost",
        "did:web:intranet",
        "did:web:127.0.0.1",
        "did:web:127.1",
        "did:web:0x7f.1",
        "did:web:2130706433",
        "did:web:0",
        "did:web:10.0.0.1%3A8080",
        "did:web:%5B%3A%3A1%5D",
        "did:web:node.example:..:secret",
        "did:web:node.example:.",
        "did:web:node.example:%2e%2e",
        "did:web:node.example:a%2Fb",
        "did:web:node.example:a%3Fb",
        "did:web:node.example:a%23b",
        "did:web:node.example:a%25b",
        "did:web:node.example:%ff",
        "did:web:node.example::a",
        "did:web:node.example:",
        "did:web:",
        "did:web:node.example/path",
        "did:web:node.example?x",
        "did:web:node.example#key-1",
        "did:web:node.example ",
        "DID:web:node.example",
        "did:Web:node.example",
        "did:webs:node.example",
    ],
)
def test_a_did_that_could_lead_elsewhere_is_refused(did: str) -> None:
    with pytest.raises(InvalidDidError) as caught:
        did_web_url(did)
    assert caught.value.code == "invalidDid"


@pytest.mark.covers("did-web", "2.1")
@pytest.mark.attack("F10")
def test_loopback_is_for_development() -> None:
    did = "did:web:127.0.0.1%3A8000"
    with pytest.raises(InvalidDidError):
        did_web_url(did)
    assert did_web_url(did, allow_insecure_loopback=True) == "http://127.0.0.1:8000/.well-known/did.json"
    assert (
        did_web_url("did:web:localhost", allow_insecure_loopback=True)
        == "http://localhost/.well-known/did.json"
    )
    for other in ("did:web:127.0.0.2", "did:web:0", "did:web:10.0.0.1"):
        with pytest.raises(InvalidDidError):
            did_web_url(other, allow_insecure_loopback=True)
    assert did_web_url("did:web:node.example", allow_insecure_loopback=True).startswith("https:")


@pytest.mark.covers("did-web", "2.5.1")
@pytest.mark.parametrize(
    ("base_url", "did"),
    [
        ("https://node.example", "did:web:node.example"),
        ("https://node.example/", "did:web:node.example"),
        ("https://node.example:8443/ml/", "did:web:node.example%3A8443:ml"),
        ("http://127.0.0.1:8001", "did:web:127.0.0.1%3A8001"),
    ],
)
def test_a_service_gets_the_did_that_leads_back_to_it(base_url: str, did: str) -> None:
    assert did_web(base_url) == did
    assert did_web_url(did, allow_insecure_loopback=True).startswith(base_url.rstrip("/"))


@pytest.mark.covers("did-web", "2.5.1")
@pytest.mark.parametrize(
    "base_url",
    [
        "http://node.example",
        "ftp://node.example",
        "https://user@node.example",
        "https://node.example/?x",
        "https://node.example/#x",
        "https://10.0.0.1",
        "https://127.0.0.1",
        "https://node.example:99999",
        "https://node.example/../x",
        # what is at "/a/b" is another's
        "https://node.example/a:b",
        "https://node.example/a//b",
        "node.example",
        "",
    ],
)
def test_an_address_that_no_did_leads_back_to_is_refused(base_url: str) -> None:
    with pytest.raises(InvalidDidError):
        did_web(base_url)


@pytest.mark.covers("did-web", "2.3")
@pytest.mark.attack("F10")
@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "a",
                "node",
                ".",
                "example",
                "%3A",
                "%2e",
                "%40",
                "@",
                ":",
                "443",
                "-",
                "%",
                "/",
                "\\",
                "0x7f",
                "1",
                "é",
                "?",
                "#",
                "[",
                "::1",
            ]
        ),
        max_size=8,
    ).map("".join)
)
def test_an_accepted_did_has_one_host_for_every_reader(identifier: str) -> None:
    try:
        url = did_web_url(f"did:web:{identifier}")
    except InvalidDidError:
        return
    parts = urlsplit(url)
    assert (parts.scheme, parts.username, parts.query, parts.fragment) == ("https", None, "", "")
    host, _, port = identifier.split(":", maxsplit=1)[0].partition("%3A")
    assert parts.hostname == httpx.URL(url).host == host.lower()
    assert (str(parts.port) if parts.port else "") == port
    assert parts.path.endswith("/did.json")
