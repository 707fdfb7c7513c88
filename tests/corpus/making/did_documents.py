"""A9 and A10: DID documents that do not vouch for the key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from did.encodings import encode_base64url
from did.keys import KeyType
from did.multibase import encode_base58btc
from tests.corpus.cases import write
from tests.corpus.making.artefacts import OTHER, changed
from tests.corpus.making.book import NO_HISTORY
from tests.corpus.making.keys import private_key, signer
from tests.corpus.making.proof_parties import RELATIONSHIPS, hosted, hosted_case, simple_document
from tests.corpus.making.signing import (
    present,
    sign,
)

if TYPE_CHECKING:
    from tests.corpus.making.book import Book, Family


JsonObject = dict[str, Any]


def make(book: Book) -> None:
    """Write the rows."""
    _relationships(book)
    _did_documents(book)


def _relationships(book: Book) -> None:
    family = book.family("A9", "A key that the DID document lists, and not for this.")
    for relationship in RELATIONSHIPS:
        did, url = hosted(f"a9:{relationship.lower()}")
        document = simple_document(did)
        del document["assertionMethod"]
        family.documents[url] = {"json": document | {relationship: [f"{did}#key"]}}
        code = "" if relationship == "assertionMethod" else "invalid_verification_relationship"
        hosted_case(family, did, f"listed for {relationship} alone", code)
        _hosted_presentation(
            family,
            book,
            did,
            f"presented by a key listed for {relationship} alone",
            "" if relationship == "authentication" else "invalid_verification_relationship",
        )
    for name, listed in {
        "listed for nothing": None,
        "listed in an empty list": [],
        "listed by its bare fragment": ["key"],
        "listed under another DID": [f"{OTHER}#key"],
        "listed in capitals": ["#KEY"],
        "listed with a query": ["?x#key"],
    }.items():
        did, url = hosted(f"a9:{name.replace(' ', '-').lower()}")
        document = simple_document(did) | {"assertionMethod": listed}
        if listed is None:
            del document["assertionMethod"]
        family.documents[url] = {"json": document}
        hosted_case(family, did, name, "invalid_verification_relationship")
    did, url = hosted("a9:embedded")
    document = simple_document(did)
    family.documents[url] = {"json": document | {"assertionMethod": document.pop("verificationMethod")}}
    hosted_case(family, did, "embedded for assertions", "")
    did, url = hosted("a9:embedded-elsewhere")
    document = simple_document(did)
    del document["assertionMethod"]
    family.documents[url] = {"json": document | {"keyAgreement": document.pop("verificationMethod")}}
    hosted_case(family, did, "embedded for key agreement", "invalid_verification_relationship")


def _hosted_presentation(family: Family, book: Book, did: str, name: str, code: str) -> None:
    unbound = sign(
        {name: value for name, value in book.document("plain").items() if name != "proof"}
        | {"credentialSubject": {"name": "Camille"}}
    )
    presented = present([unbound], any_signer=signer(KeyType.ED25519, "hosted", f"{did}#key"))
    family.case(name, presented, code, twin="presentation")


def _did_documents(book: Book) -> None:
    family = book.family("A10-documents", "The issuer's DID document does not vouch for the key.")
    for number, (name, (change, code, outcome)) in enumerate(_document_faults().items()):
        did, url = hosted(f"a10:{number}")
        family.documents[url] = {"json": changed(simple_document(did), change)}
        hosted_case(family, did, name, code, outcome=outcome)
    for number, (name, (served, code, outcome)) in enumerate(_served_faults().items()):
        did, url = hosted(f"a10-served:{number}")
        family.documents[url] = served
        hosted_case(family, did, f"served {name}", code, outcome=outcome)
    _document_texts(family)


def _method_change(**members: Any) -> Any:
    def change(document: JsonObject) -> None:
        method = document["verificationMethod"][0]
        method.update(members)
        for name, value in members.items():
            if value == "":
                del method[name]

    return change


def _document_faults() -> dict[str, tuple[Any, str, str]]:
    document, key = "invalidDidDocument", "invalid_key"
    p256 = private_key(KeyType.P256, "hosted").public_key
    jwk = private_key(KeyType.ED25519, "hosted").public_key.to_jwk()
    other = private_key(KeyType.ED25519, "other").public_key.to_multikey()
    changes: dict[str, tuple[Any, str]] = {
        "controller is another DID": (_method_change(controller=OTHER), "controller_mismatch"),
        "controller is a longer DID": (
            _method_change(controller="did:web:dids.example:a10:0:x"),
            "controller_mismatch",
        ),
        "controller is missing": (_method_change(controller=""), document),
        "controller is a list": (_method_change(controller=[OTHER]), document),
        "controller is null": (_method_change(controller=None), document),
        "id of the document is another": (lambda it: it.update(id=OTHER), document),
        "id of the document is missing": (lambda it: it.pop("id"), document),
        "id of the document is a list": (lambda it: it.update(id=[it["id"]]), document),
        "id of the document with a fragment": (lambda it: it.update(id=it["id"] + "#"), document),
        "deactivated": (lambda it: it.update(deactivated=True), "deactivated"),
        "no methods": (lambda it: it.update(verificationMethod=[]), NO_HISTORY),
        "methods are null": (lambda it: it.update(verificationMethod=None), document),
        "methods are numbers": (lambda it: it.update(verificationMethod=[1]), document),
        "a method is a list": (lambda it: it["verificationMethod"].append([]), document),
        "a method is a string": (lambda it: it["verificationMethod"].append("#x"), document),
        "a method without id": (_method_change(id=""), document),
        "another method of the same id": (
            lambda it: it["verificationMethod"].append(
                it["verificationMethod"][0] | {"publicKeyMultibase": other}
            ),
            document,
        ),
        "another method of the same id, written short": (
            lambda it: it["verificationMethod"].append(
                it["verificationMethod"][0] | {"id": "#key", "publicKeyMultibase": other}
            ),
            document,
        ),
        "201 methods": (
            lambda it: it["verificationMethod"].extend(
                it["verificationMethod"][0] | {"id": f"#{number}"} for number in range(200)
            ),
            document,
        ),
        "key expired": (_method_change(expires="2026-11-24T09:29:59Z"), "verification_method_ended"),
        "key expires now": (_method_change(expires="2026-11-24T09:30:00Z"), "verification_method_ended"),
        "key revoked": (_method_change(revoked="2026-11-24T09:00:00Z"), "verification_method_revoked"),
        "key revoked, and expires later": (
            _method_change(revoked="2026-11-24T09:00:00Z", expires="2030-01-01T00:00:00Z"),
            "verification_method_revoked",
        ),
        "expires is no date": (_method_change(expires="soon"), document),
        "expires has no zone": (_method_change(expires="2030-01-01T00:00:00"), document),
        "revoked is a number": (_method_change(revoked=1), document),
        "two keys in one method": (_method_change(publicKeyJwk=jwk), document),
        "no key": (_method_change(publicKeyMultibase=""), key),
        "type is unknown": (_method_change(type="Multikey2"), key),
        "type is null": (_method_change(type=None), key),
        "type is a list": (_method_change(type=["Multikey"]), key),
        "Multikey with a JWK": (_method_change(publicKeyMultibase="", publicKeyJwk=jwk), key),
        "JsonWebKey with a Multikey": (_method_change(type="JsonWebKey"), key),
        "Ed25519VerificationKey2020 with a P-256 key": (
            _method_change(type="Ed25519VerificationKey2020", publicKeyMultibase=p256.to_multikey()),
            key,
        ),
        "Multikey without its z": (_method_change(publicKeyMultibase=other[1:]), key),
        "Multikey cut short": (_method_change(publicKeyMultibase=other[:-2]), key),
        "Multikey with a space": (_method_change(publicKeyMultibase=other + " "), key),
        "Multikey of a secret key": (
            _method_change(publicKeyMultibase=encode_base58btc(bytes.fromhex("8026") + bytes(range(32)))),
            key,
        ),
        "another key": (_method_change(publicKeyMultibase=other), "invalid_signature"),
        "a P-256 key": (_method_change(publicKeyMultibase=p256.to_multikey()), "suite_key_mismatch"),
        "JWK with its secret": (_jwk_change(jwk | {"d": encode_base64url(bytes(range(32)))}), key),
        "JWK of another curve's name": (_jwk_change(jwk | {"crv": "Ed448"}), key),
        "JWK for key agreement": (_jwk_change(jwk | {"crv": "X25519"}), key),
        "JWK of another algorithm": (_jwk_change(jwk | {"alg": "ES256"}), key),
        "JWK with padding": (_jwk_change(jwk | {"x": jwk["x"] + "="}), key),
        "JWK without x": (_jwk_change({"kty": "OKP", "crv": "Ed25519"}), key),
        "JWK that is symmetric": (_jwk_change({"kty": "oct", "k": jwk["x"]}), key),
        "JWK that is a string": (_jwk_change("x"), key),
    }
    faults = {name: (change, code, "") for name, (change, code) in changes.items()}
    good: dict[str, Any] = {
        "key that expires later": _method_change(expires="2026-11-24T09:30:01Z"),
        "key that is revoked later": _method_change(revoked="2026-11-24T10:30:00+00:30"),
        "ids written short": lambda it: (
            it["verificationMethod"][0].update(id="#key"),
            it.update(assertionMethod=["#key"]),
        ),
        "key as a JWK": _jwk_change(jwk),
        "the same method twice": lambda it: it["verificationMethod"].append(
            dict(it["verificationMethod"][0])
        ),
        "one method without its array": lambda it: it.update(verificationMethod=it["verificationMethod"][0]),
        "a method of a kind not known": lambda it: it["verificationMethod"].append(
            {"id": "#x", "type": "Future2030", "controller": it["id"]}
        ),
    }
    return faults | {name: (change, "", "valid") for name, change in good.items()}


def _jwk_change(jwk: Any) -> Any:
    return _method_change(type="JsonWebKey", publicKeyMultibase="", publicKeyJwk=jwk)


def _served_faults() -> dict[str, tuple[JsonObject, str, str]]:
    unavailable, unknown = "resolution_unavailable", "indeterminate"
    return {
        "with 404": ({"status": 404}, "notFound", unknown),
        "with 410": ({"status": 410}, "notFound", unknown),
        "with 500": ({"status": 500}, unavailable, unknown),
        "with 403": ({"status": 403}, unavailable, unknown),
        "with 302": ({"status": 302}, unavailable, unknown),
        "with 204": ({"status": 204}, unavailable, unknown),
        "never": ({"error": "timeout"}, unavailable, unknown),
        "as nothing": ({"text": ""}, "invalidDidDocument", "invalid"),
        "as a page": ({"text": "<!doctype html><title>Login</title>"}, "invalidDidDocument", "invalid"),
        "as an array": ({"json": []}, "invalidDidDocument", "invalid"),
        "as null": ({"json": None}, "invalidDidDocument", "invalid"),
        "as a string": ({"json": "did"}, "invalidDidDocument", "invalid"),
        "as a number": ({"json": 1}, "invalidDidDocument", "invalid"),
        "with two roots": ({"text": "{}{}"}, "invalidDidDocument", "invalid"),
        "too deep": ({"text": '{"x":' * 17 + "1" + "}" * 17}, "invalidDidDocument", "invalid"),
        "with a mark": ({"text": "\ufeff{}"}, "invalidDidDocument", "invalid"),
    }


def _document_texts(family: Family) -> None:
    """The same member twice, in JSON: which one a reader takes would be its choice."""
    for member in ("id", "verificationMethod", "assertionMethod"):
        did, url = hosted(f"a10-twice:{member.lower()}")
        document = simple_document(did)
        text = write(document)
        again = write({member: document[member]})[1:-1]
        family.documents[url] = {"text": f"{text[:-1]},{again}}}"}
        hosted_case(family, did, f"served with {member} twice", "invalidDidDocument")
