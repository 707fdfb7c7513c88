"""Credential offers: written as links, read by value and by reference, refused when they could be read in two ways."""

from __future__ import annotations

import copy
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from credentials.exchange.offers import (
    PRE_AUTHORIZED_CODE,
    CredentialOffer,
    OfferByReference,
    OfferByValue,
    OfferError,
    TxCode,
    build_offer,
    offer_reference_uri,
    parse_offer_uri,
)

ISSUER = "https://node.example"
# OpenID4VCI 1.0, section 4.1.1
EXAMPLE: dict[str, Any] = {
    "credential_issuer": "https://credential-issuer.example.com",
    "credential_configuration_ids": ["UniversityDegreeCredential", "org.iso.18013.5.1.mDL"],
    "grants": {
        PRE_AUTHORIZED_CODE: {
            "pre-authorized_code": "oaKazRN8I0IbtZ0C7JuMn5",
            "tx_code": {
                "length": 4,
                "input_mode": "numeric",
                "description": "Please provide the one-time code that was sent via e-mail",
            },
        },
    },
}


def offer(**changes: Any) -> CredentialOffer:
    arguments = {
        "credential_issuer": ISSUER,
        "credential_configuration_ids": ["badge"],
        "pre_authorized_code": "code",
        "tx_code": TxCode(length=6, description="Sur le bon"),
    }
    return build_offer(**(arguments | changes))


def refusal(link: str) -> str:
    with pytest.raises(OfferError) as caught:
        parse_offer_uri(link)
    return caught.value.code


def link(**parameters: str) -> str:
    return f"openid-credential-offer://?{urlencode(parameters)}"


@pytest.mark.covers("openid4vci-1.0", "4.1", "4.1.1")
def test_the_specifications_example_is_read() -> None:
    parsed = CredentialOffer.parse(json.dumps(EXAMPLE))
    assert parsed.pre_authorized_code == "oaKazRN8I0IbtZ0C7JuMn5"
    assert parsed.tx_code is not None
    assert (parsed.tx_code.input_mode, parsed.tx_code.length) == ("numeric", 4)
    assert parsed.to_json() == EXAMPLE


@pytest.mark.covers("openid4vci-1.0", "4.1.2")
@pytest.mark.parametrize("tx_code", [None, TxCode(), TxCode(input_mode="text", length=8)])
def test_an_offer_by_value_comes_back(tx_code: TxCode | None) -> None:
    made = offer(tx_code=tx_code)
    assert parse_offer_uri(made.to_uri()) == OfferByValue(made)
    assert parse_offer_uri(made.to_uri("https://wallet.example/receive")) == OfferByValue(made)


@pytest.mark.covers("openid4vci-1.0", "4.1.3")
def test_an_offer_by_reference_comes_back() -> None:
    uri = offer_reference_uri("https://node.example/o/1", endpoint="https://wallet.example/receive?lang=fr")
    assert uri.startswith("https://wallet.example/receive?lang=fr&")
    assert parse_offer_uri(uri) == OfferByReference("https://node.example/o/1")
    assert parse_offer_uri(offer_reference_uri("http://127.0.0.1:8000/o")) == OfferByReference(
        "http://127.0.0.1:8000/o"
    )


def test_the_code_is_not_in_the_text_form() -> None:
    assert "code" not in repr(offer(pre_authorized_code="s3cret")).replace("badge", "")
    assert "s3cret" not in repr(OfferByValue(offer(pre_authorized_code="s3cret")))


@pytest.mark.covers("openid4vci-1.0", "4.1.1")
def test_an_offer_without_grants_or_with_unknown_members_is_read() -> None:
    bare = {"credential_issuer": ISSUER, "credential_configuration_ids": ["badge"], "more": 1}
    assert CredentialOffer.parse(bare).pre_authorized_code is None
    coded = bare | {"grants": {"authorization_code": {"issuer_state": "s"}, "other": {}}}
    assert CredentialOffer.parse(coded).issuer_state == "s"


@pytest.mark.covers("openid4vci-1.0", "4.1.1")
def test_an_empty_tx_code_object_still_asks_for_a_code() -> None:
    raw = copy.deepcopy(EXAMPLE)
    raw["grants"][PRE_AUTHORIZED_CODE]["tx_code"] = {}
    assert CredentialOffer.parse(raw).tx_code == TxCode()


@pytest.mark.covers("openid4vci-1.0", "4.1")
@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("", "offer_uri"),
        ("javascript:alert(1)", "offer_uri"),
        ("ftp://node.example/?credential_offer=x", "offer_uri"),
        ("https://wallet.example/receive", "offer_uri"),
        (link(credential_offer_uri="http://node.example/1"), "offer_uri"),
        (link(credential_offer_uri="https://user@node.example/1"), "offer_uri"),
        (link(credential_offer_uri="https://node.example/1#x"), "offer_uri"),
        (link(credential_offer_uri="file:///etc/passwd"), "offer_uri"),
        (link(credential_offer_uri="https://node.example\\@thief.example/"), "offer_uri"),
        (offer().to_uri() + "#x", "offer_uri"),
        ("openid-credential-offer://?" + "x" * 70_000, "offer_uri"),
        (link(credential_offer="{}", credential_offer_uri="https://node.example/1"), "offer_ambiguous"),
        (link(credential_offer="{}") + "&credential_offer=%7B%7D", "offer_ambiguous"),
        (link(credential_offer="{"), "offer_json"),
        (link(credential_offer="[]"), "offer_json"),
        (link(credential_offer='{"a":1,"a":2}'), "offer_json"),
    ],
)
def test_a_link_that_holds_no_single_offer_is_refused(uri: str, code: str) -> None:
    assert refusal(uri) == code


@pytest.mark.covers("openid4vci-1.0", "4.1", "4.1.1")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"credential_issuer": None}, "offer_issuer"),
        ({"credential_issuer": "http://node.example"}, "offer_issuer"),
        ({"credential_issuer": "https://node.example?x"}, "offer_issuer"),
        ({"credential_issuer": "https://nöde.example"}, "offer_issuer"),
        ({"credential_configuration_ids": []}, "offer_configurations"),
        ({"credential_configuration_ids": "badge"}, "offer_configurations"),
        ({"credential_configuration_ids": ["a", "a"]}, "offer_configurations"),
        ({"credential_configuration_ids": [1]}, "offer_configurations"),
        ({"grants": []}, "offer_grants"),
        ({"grants": {PRE_AUTHORIZED_CODE: {}}}, "offer_grants"),
        ({"grants": {PRE_AUTHORIZED_CODE: {"pre-authorized_code": ""}}}, "offer_grants"),
        ({"grants": {PRE_AUTHORIZED_CODE: []}}, "offer_grants"),
        ({"grants": {PRE_AUTHORIZED_CODE: {"pre-authorized_code": "c", "tx_code": True}}}, "offer_tx_code"),
        (
            {
                "grants": {
                    PRE_AUTHORIZED_CODE: {"pre-authorized_code": "c", "tx_code": {"input_mode": "voice"}}
                }
            },
            "offer_tx_code",
        ),
        (
            {"grants": {PRE_AUTHORIZED_CODE: {"pre-authorized_code": "c", "tx_code": {"input_mode": []}}}},
            "offer_tx_code",
        ),
        (
            {"grants": {PRE_AUTHORIZED_CODE: {"pre-authorized_code": "c", "tx_code": {"length": True}}}},
            "offer_tx_code",
        ),
        (
            {
                "grants": {
                    PRE_AUTHORIZED_CODE: {"pre-authorized_code": "c", "tx_code": {"description": "x" * 301}}
                }
            },
            "offer_tx_code",
        ),
    ],
)
def test_an_offer_of_another_shape_is_refused(change: dict[str, Any], code: str) -> None:
    with pytest.raises(OfferError) as caught:
        CredentialOffer.parse(EXAMPLE | change)
    assert caught.value.code == code
    CredentialOffer.parse(EXAMPLE)
