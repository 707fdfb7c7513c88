"""The syntax of DIDs and of the URLs of verification methods."""

from __future__ import annotations

import pytest

from did.errors import InvalidDidError, InvalidDidUrlError
from did.syntax import Did, parse_did, split_method_url


@pytest.mark.covers("did-core-1.0", "3.1")
@pytest.mark.parametrize(
    ("did", "parts"),
    [
        ("did:example:123456789abcdefghi", Did("example", "123456789abcdefghi")),
        ("did:web:node.example%3A8443:a", Did("web", "node.example%3A8443:a")),
        ("did:x::a", Did("x", ":a")),
    ],
)
def test_a_did_has_a_method_and_an_identifier(did: str, parts: Did) -> None:
    assert parse_did(did) == parts


@pytest.mark.covers("did-core-1.0", "3.1")
@pytest.mark.parametrize(
    "did",
    [
        "",
        "did",
        "did:",
        "did:x",
        "did:x:",
        "did:X:a",
        "DID:x:a",
        " did:x:a",
        "did:x:a ",
        "did:x:a\n",
        "did:x:a b",
        "did:x:a/b",
        "did:x:a?b",
        "did:x:a#b",
        "did:x:%zz",
        "did:x:%4",
        "did:x:é",
        "did:x:a:",
        "did:x:" + "a" * 2048,
    ],
)
def test_what_is_no_bare_did_is_refused(did: str) -> None:
    with pytest.raises(InvalidDidError) as caught:
        parse_did(did)
    assert caught.value.code == "invalidDid"


@pytest.mark.covers("did-core-1.0", "3.2")
def test_the_url_of_a_method_is_a_did_and_a_fragment() -> None:
    assert split_method_url("did:x:a#key-1") == ("did:x:a", "key-1")
    assert split_method_url("did:x:a#k%20/?:@") == ("did:x:a", "k%20/?:@")


@pytest.mark.covers("did-core-1.0", "3.2")
@pytest.mark.parametrize(
    "url",
    [
        "",
        "did:x:a",
        "did:x:a#",
        "#key-1",
        "did:x:a#a#b",
        "did:x:a/b#c",
        "did:x:a?b#c",
        "did:x:a#é",
        "did:x:a#a b",
        "x#y",
        "did:x:a#%z1",
    ],
)
def test_what_is_no_url_of_a_method_is_refused(url: str) -> None:
    with pytest.raises(InvalidDidUrlError) as caught:
        split_method_url(url)
    assert caught.value.code == "invalidDidUrl"
