"""Implicit services, paths, and the did:web beside a did:webvh."""

from __future__ import annotations

from typing import Any

import pytest

from did.document import DidDocument, Relationship
from did.errors import DidError
from did.methods.webvh import parse_did_webvh
from did.webvh.documents import names_each_other, parallel_did_web, path_url, with_implicit_services
from tests.unit.did.webvh_story import document, signer

SCID = "Qmdxt11AjZewCNXX69bpEDobgjySeZ7eFwjf4tgpF6p2Dg"
DID = parse_did_webvh(f"did:webvh:{SCID}:a.example")
DEEP = parse_did_webvh(f"did:webvh:{SCID}:a.example%3A8443:dids:issuer")
FILES = {"id": "#files", "type": "relativeRef", "serviceEndpoint": "https://files.example/base/"}


def with_services(*services: Any) -> dict[str, Any]:
    return document(DID.did, service=list(services))


class TestServices:
    def test_they_are_there_without_being_written(self):
        plain = document(DID.did)
        whole = with_implicit_services(plain, DID)
        assert whole["service"] == [
            {"id": "#files", "type": "relativeRef", "serviceEndpoint": "https://a.example/"},
            {
                "@context": "https://identity.foundation/linked-vp/contexts/v1",
                "id": "#whois",
                "type": "LinkedVerifiablePresentation",
                "serviceEndpoint": "https://a.example/whois.vp",
            },
        ]
        assert "service" not in plain
        assert with_implicit_services(whole, DID) == whole

    @pytest.mark.parametrize("id_", ["#files", f"{DID.did}#files"])
    def test_the_document_s_own_come_first(self, id_: str):
        whole = with_implicit_services(with_services(FILES | {"id": id_}), DID)
        assert [service["id"] for service in whole["service"]] == [id_, "#whois"]

    @pytest.mark.covers("did-webvh-1.0", "DID URL Path Resolution", "whois LinkedVP Service")
    def test_paths_lead_to_files(self):
        plain = document(DID.did)
        assert path_url(plain, DID, "/governance/issuers.json") == "https://a.example/governance/issuers.json"
        assert path_url(plain, DID, "/whois") == "https://a.example/whois.vp"
        assert path_url(document(DEEP.did), DEEP, "/x") == "https://a.example:8443/dids/issuer/x"
        assert path_url(document(DEEP.did), DEEP, "/whois") == "https://a.example:8443/dids/issuer/whois.vp"
        assert path_url(with_services(FILES), DID, "/x/y") == "https://files.example/base/x/y"

    @pytest.mark.parametrize("endpoint", ["https://[", "https://a]b/", "http://files.example/", "files/", ""])
    def test_an_endpoint_that_is_no_https_url(self, endpoint: str):
        with pytest.raises(DidError) as caught:
            path_url(with_services(FILES | {"serviceEndpoint": endpoint}), DID, "/x")
        assert caught.value.code == "invalidDid"

    @pytest.mark.parametrize("path", ["", "x", "/../x", "/x/%2e%2E/y", "/./x", "/.%2e"])
    def test_a_path_does_not_climb(self, path: str):
        with pytest.raises(DidError) as caught:
            path_url(document(DID.did), DID, path)
        assert caught.value.code == "invalidDidUrl"

    @pytest.mark.parametrize(
        ("endpoint", "code"),
        [
            ("http://a.example/", "invalidDid"),
            ("ftp://a.example/", "invalidDid"),
            ("file:///etc/", "invalidDid"),
            ("", "invalidDid"),
            (["https://a.example/"], "notFound"),
            (None, "notFound"),
            ({}, "notFound"),
        ],
    )
    def test_an_endpoint_that_leads_nowhere(self, endpoint: Any, code: str):
        with pytest.raises(DidError) as caught:
            path_url(with_services(FILES | {"serviceEndpoint": endpoint}), DID, "/x")
        assert caught.value.code == code


@pytest.mark.covers("did-webvh-1.0", "Publishing a Parallel did:web DID")
class TestParallelDidWeb:
    def test_it_is_the_same_document_under_another_name(self):
        web = parallel_did_web(
            document(DEEP.did, 1, 2, alsoKnownAs=[DEEP.did_web, "https://a.example/"]), DEEP
        )
        assert web["id"] == DEEP.did_web == "did:web:a.example%3A8443:dids:issuer"
        assert web["alsoKnownAs"] == ["https://a.example/", DEEP.did]
        parsed = DidDocument.parse(web, expected_did=DEEP.did_web)
        method = parsed.verification_method(
            f"{DEEP.did_web}#key-2", relationship=Relationship.ASSERTION_METHOD
        )
        assert method.public_key == signer(2).public_key
        assert {service["id"] for service in web["service"]} == {"#files", "#whois"}

    @pytest.mark.parametrize("aliases", [None, [], "did:web:a.example", [DID.did, DID.did, DID.did_web]])
    def test_it_names_the_did_webvh_once_and_never_itself(self, aliases: Any):
        state = document(DID.did) if aliases is None else document(DID.did, alsoKnownAs=aliases)
        assert parallel_did_web(state, DID)["alsoKnownAs"] == [DID.did]

    def test_names_from_before_a_move_become_did_web_too(self):
        state = document(DID.did, alsoKnownAs=[f"did:webvh:{SCID}:old.example"])
        assert parallel_did_web(state, DID)["alsoKnownAs"] == ["did:web:old.example", DID.did]

    def test_naming_each_other_takes_both(self):
        state = document(DID.did, alsoKnownAs=[DID.did_web])
        web = parallel_did_web(state, DID)
        assert names_each_other(state, web)
        assert not names_each_other(document(DID.did), web)
        assert not names_each_other(state, document(DID.did_web))
        assert not names_each_other({}, {})
