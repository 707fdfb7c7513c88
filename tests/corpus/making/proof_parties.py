"""A4, A6, A8 to A11, A15, A20: whose key it is, what it is for, and whether it is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from did.encodings import encode_base64url
from did.keys import KeyType
from did.multibase import encode_base58btc
from tests.corpus.making.artefacts import OTHER, badge, badge_for, changed
from tests.corpus.making.keys import did_key_of, did_key_signer, did_of, private_key, signer
from tests.corpus.making.signing import (
    FRAGMENTS,
    ISSUER,
    SUITES,
    issuer,
    present,
    proof_options,
    sign,
)

if TYPE_CHECKING:
    from tests.corpus.making.book import Book, Family

JsonObject = dict[str, Any]
BADGE: Final = "badge eddsa-rdfc-2022"
RELATIONSHIPS: Final = (
    "assertionMethod",
    "authentication",
    "keyAgreement",
    "capabilityInvocation",
    "capabilityDelegation",
)
_KEYS_OF_SUITES: Final = {
    "eddsa-rdfc-2022": {KeyType.ED25519},
    "eddsa-jcs-2022": {KeyType.ED25519},
    "ecdsa-rdfc-2019": {KeyType.P256, KeyType.P384},
    "ecdsa-jcs-2019": {KeyType.P256, KeyType.P384},
    "Ed25519Signature2020": {KeyType.ED25519},
    "ecdsa-sd-2023": {KeyType.P256},
    "bbs-2023": {KeyType.BLS12381_G2},
    "eddsa-2022": {KeyType.ED25519},
    "json-eddsa-2022": {KeyType.ED25519},
    "ecdsa-2019": {KeyType.P256, KeyType.P384},
}
_LENGTHS: Final = {KeyType.ED25519: 64, KeyType.P256: 64, KeyType.P384: 96}


def make(book: Book) -> None:
    """Write the rows."""
    _relabelled(book)
    _strangers(book)
    _purposes(book)
    _relationships(book)
    _methods(book)
    _did_documents(book)
    _fragments(book)
    _weak_keys(book)
    _embedded(book)


# A4


def _relabelled(book: Book) -> None:
    family = book.family("A4", "A proof under the name of another suite, or with a key of another kind.")
    twins = {f"badge {name}": chosen for name, chosen in SUITES.items()} | {
        "badge ecdsa-sd-2023": ("ecdsa-sd-2023", KeyType.P256),
        "badge bbs-2023": ("bbs-2023", KeyType.BLS12381_G2),
    }
    for twin, (suite, key_type) in twins.items():
        document = book.document(twin)
        for name in _KEYS_OF_SUITES:
            if name != suite:
                code = _code_of_relabelling(suite, key_type, name)
                outcome = "indeterminate" if code == "unsupported_cryptosuite" else "invalid"
                family.case(f"{twin} as {name}", _relabel(document, name), code, outcome=outcome, twin=twin)
        for other, fragment in FRAGMENTS.items():
            if other is not key_type:
                _other_key(
                    family, document, twin, suite, key_type, other=other, method=f"{ISSUER}#{fragment}"
                )
        method = f"{ISSUER}#{FRAGMENTS[key_type]}-jwk"
        code = "invalid_signature" if key_type is not KeyType.BLS12381_G2 else "verification_method_not_found"
        named = document | {"proof": document["proof"] | {"verificationMethod": method}}
        family.case(f"{twin}: the same key under its other name", named, code, twin=twin)


def _relabel(document: JsonObject, name: str) -> JsonObject:
    proof = document["proof"] | {"type": "DataIntegrityProof", "cryptosuite": name}
    if name == "Ed25519Signature2020":
        proof |= {"type": name}
        del proof["cryptosuite"]
    return document | {"proof": proof}


def _code_of_relabelling(suite: str, key_type: KeyType, name: str) -> str:
    if key_type not in _KEYS_OF_SUITES[name]:
        return "suite_key_mismatch"
    if name in {"eddsa-2022", "json-eddsa-2022", "ecdsa-2019"}:
        # older names of suites: known, and not had here
        return "unsupported_cryptosuite"
    if "ecdsa-sd-2023" in {suite, name}:
        # multibase "u" and CBOR against multibase "z" and a signature
        return "proof_invalid_shape"
    if name == "Ed25519Signature2020":
        # no context of the document defines that type
        return "data_loss"
    return "invalid_signature"


def _other_key(
    family: Family,
    document: JsonObject,
    twin: str,
    suite: str,
    key_type: KeyType,
    *,
    other: KeyType,
    method: str,
) -> None:
    named = document | {"proof": document["proof"] | {"verificationMethod": method}}
    code = "suite_key_mismatch"
    if other in _KEYS_OF_SUITES[suite]:
        # the suite takes it: then the signature has not its length
        code = "proof_invalid_shape" if _LENGTHS[other] != _LENGTHS[key_type] else "invalid_signature"
    family.case(f"{twin} under the issuer's {other} key", named, code, twin=twin)


# A6


def _strangers(book: Book) -> None:
    family = book.family("A6", "The proof holds, and is not by the issuer.")
    for name, (suite, key_type) in SUITES.items():
        twin = f"badge {name}"
        stranger = signer(key_type, "other", f"{OTHER}#{FRAGMENTS[key_type]}")
        theirs = sign(badge_for(suite), suite, stranger)
        family.case(f"{twin}: by another DID", theirs, "issuer_mismatch", twin=twin, no_fetch=True)
        by_key = did_key_signer(key_type, "issuer")
        same = sign(badge_for(suite), suite, by_key)
        family.case(
            f"{twin}: the issuer's key as a did:key", same, "issuer_mismatch", twin=twin, no_fetch=True
        )
        renamed = changed(book.document(twin), lambda it: it["issuer"].update(id=OTHER))
        family.case(f"{twin}: another issuer is named", renamed, "issuer_mismatch", twin=twin, no_fetch=True)
    document = book.document(BADGE)
    theirs = sign(badge(), any_signer=signer(KeyType.ED25519, "other", f"{OTHER}#ed25519"))["proof"]
    own = document["proof"]
    flipped = own | {"proofValue": theirs["proofValue"]}
    for name, proofs, code in (
        ("two strangers", [theirs, theirs], "issuer_mismatch"),
        ("the stranger's good, the issuer's bad", [theirs, flipped], "invalid_signature"),
        ("the issuer's bad, the stranger's good", [flipped, theirs], "invalid_signature"),
    ):
        family.case(name, document | {"proof": proofs}, code, twin="badge countersigned")
    for name, named in _issuer_spellings().items():
        altered = badge() | {"issuer": badge()["issuer"] | {"id": named}}
        code = "issuer_mismatch" if ":" in named and " " not in named else "issuer_invalid"
        signed = document | {"issuer": altered["issuer"]} if code == "issuer_invalid" else sign(altered)
        family.case(f"issuer written {name}", signed, code, twin=BADGE)
    for name, value in {
        "a list of one": [ISSUER],
        "a list with a stranger": [ISSUER, OTHER],
        "null": None,
        "a number": 1,
        "an object without id": {"type": ["Profile"], "name": "Mission locale du Vallon"},
        "an object with two ids": {"id": [ISSUER, OTHER], "type": ["Profile"]},
        "an object in a list": [badge()["issuer"]],
        "empty": "",
        "relative": "issuer.example",
    }.items():
        family.case(f"issuer is {name}", document | {"issuer": value}, "issuer_invalid", twin=BADGE)


def _issuer_spellings() -> dict[str, str]:
    return {
        "in capitals": "did:web:ISSUER.example",
        "with a capital method": "did:WEB:issuer.example",
        "with a trailing colon": "did:web:issuer.example:",
        "with a path": "did:web:issuer.example:x",
        "with a DID path": "did:web:issuer.example/x",
        "with a query": "did:web:issuer.example?x=1",
        "with a fragment": "did:web:issuer.example#ed25519",
        "with an empty fragment": "did:web:issuer.example#",
        "with a port": "did:web:issuer.example%3A443",
        "with a trailing dot": "did:web:issuer.example.",
        "percent-encoded": "did:web:issuer%2Eexample",
        "as its https URL": "https://issuer.example",
        "with a homoglyph": "did:web:\u0456ssuer.example",
        "with a fullwidth letter": "did:web:\uff49ssuer.example",
        "with a space after": "did:web:issuer.example ",
        "with a space before": " did:web:issuer.example",
        "without scheme": "web",
        "as a prefix": "did:web:issuer.exampl",
        "as a longer name": "did:web:issuer.example.com",
    }


# A8


def _purposes(book: Book) -> None:
    family = book.family(
        "A8", "A proof for another purpose: of a holder on a credential, of an issuer on a presentation."
    )
    others = (
        *RELATIONSHIPS,
        "assertion",
        "assertionmethod",
        "AssertionMethod",
        "assertionMethod ",
        "https://w3id.org/security#assertionMethod",
        "contractAgreement",
        "\u0430ssertionMethod",
    )
    for twin, right in (
        (BADGE, "assertionMethod"),
        ("badge eddsa-jcs-2022", "assertionMethod"),
        ("badge ecdsa-sd-2023", "assertionMethod"),
        ("presentation", "authentication"),
    ):
        document = book.document(twin)
        for purpose in others:
            if purpose != right:
                relabelled = document | {"proof": document["proof"] | {"proofPurpose": purpose}}
                family.case(f"{twin} for {purpose!r}", relabelled, "proof_purpose_mismatch", twin=twin)
    signed_for = "badge eddsa-jcs-2022"
    for purpose in others:
        if purpose != "assertionMethod":
            signed = sign(badge(), "eddsa-jcs-2022", proofPurpose=purpose)
            family.case(f"badge signed for {purpose!r}", signed, "proof_purpose_mismatch", twin=signed_for)
    presented = book.document("presentation")
    for purpose in others:
        if purpose != "authentication":
            signed = present(presented["verifiableCredential"], suite="eddsa-jcs-2022", proofPurpose=purpose)
            family.case(
                f"presentation signed for {purpose!r}", signed, "proof_purpose_mismatch", twin="presentation"
            )


# A9


def _relationships(book: Book) -> None:
    family = book.family("A9", "A key that the DID document lists, and not for this.")
    for relationship in RELATIONSHIPS:
        did, url = _hosted(f"a9:{relationship.lower()}")
        document = _simple_document(did)
        del document["assertionMethod"]
        family.documents[url] = {"json": document | {relationship: [f"{did}#key"]}}
        code = "" if relationship == "assertionMethod" else "invalid_verification_relationship"
        _hosted_case(family, did, f"listed for {relationship} alone", code)
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
        did, url = _hosted(f"a9:{name.replace(' ', '-').lower()}")
        document = _simple_document(did) | {"assertionMethod": listed}
        if listed is None:
            del document["assertionMethod"]
        family.documents[url] = {"json": document}
        _hosted_case(family, did, name, "invalid_verification_relationship")
    did, url = _hosted("a9:embedded")
    document = _simple_document(did)
    family.documents[url] = {"json": document | {"assertionMethod": document.pop("verificationMethod")}}
    _hosted_case(family, did, "embedded for assertions", "")
    did, url = _hosted("a9:embedded-elsewhere")
    document = _simple_document(did)
    del document["assertionMethod"]
    family.documents[url] = {"json": document | {"keyAgreement": document.pop("verificationMethod")}}
    _hosted_case(family, did, "embedded for key agreement", "invalid_verification_relationship")


def _hosted(path: str) -> tuple[str, str]:
    """A did:web on a host of its own, and the URL of its document."""
    return f"did:web:dids.example:{path}", f"https://dids.example/{path.replace(':', '/')}/did.json"


def _simple_document(did: str) -> JsonObject:
    multikey = private_key(KeyType.ED25519, "hosted").public_key.to_multikey()
    method = {"id": f"{did}#key", "type": "Multikey", "controller": did, "publicKeyMultibase": multikey}
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": [method],
        "assertionMethod": [f"{did}#key"],
    }


def _hosted_badge(did: str, fragment: str = "#key") -> JsonObject:
    return sign(badge(did), any_signer=signer(KeyType.ED25519, "hosted", did + fragment))


def _hosted_case(family: Family, did: str, name: str, code: str, *, outcome: str = "") -> None:
    family.case(name, _hosted_badge(did), code, outcome=outcome, twin=BADGE)


def _hosted_presentation(family: Family, book: Book, did: str, name: str, code: str) -> None:
    unbound = sign(
        {name: value for name, value in book.document("plain").items() if name != "proof"}
        | {"credentialSubject": {"name": "Camille"}}
    )
    presented = present([unbound], any_signer=signer(KeyType.ED25519, "hosted", f"{did}#key"))
    family.case(name, presented, code, twin="presentation")


# A10


def _methods(book: Book) -> None:
    family = book.family("A10", "The verification method is no method of the issuer's.")
    by = issuer()
    for name, (method, code) in {
        "without fragment": (ISSUER, "invalidDidUrl"),
        "with an empty fragment": (f"{ISSUER}#", "invalidDidUrl"),
        "with an unknown fragment": (f"{ISSUER}#nobody", "verification_method_not_found"),
        "with a fragment in capitals": (f"{ISSUER}#ED25519", "verification_method_not_found"),
        "with a percent-encoded fragment": (f"{ISSUER}#ed2551%39", "verification_method_not_found"),
        "with two fragments": (f"{ISSUER}#ed25519#ed25519", "invalidDidUrl"),
        "with a doubly encoded fragment": (f"{ISSUER}#ed%2525519", "verification_method_not_found"),
        "with a query": (f"{ISSUER}?versionId=1#ed25519", "issuer_mismatch"),
        "with a path": (f"{ISSUER}/x#ed25519", "issuer_mismatch"),
        "of another DID": (f"{OTHER}#ed25519", "issuer_mismatch"),
        "of a longer DID": (f"{ISSUER}.com#ed25519", "issuer_mismatch"),
        "of a sub-path of the DID": (f"{ISSUER}:keys#ed25519", "issuer_mismatch"),
        "in capitals": ("did:web:ISSUER.example#ed25519", "issuer_mismatch"),
        "as a did:key": (did_key_signer(KeyType.ED25519, "issuer").verification_method, "issuer_mismatch"),
        "at the document's address": (
            "https://issuer.example/.well-known/did.json#ed25519",
            "issuer_mismatch",
        ),
        "as a URN": ("urn:uuid:7f1d3c52-6d0a-4c6c-9a53-0f6f2b7f7a99", "issuer_mismatch"),
        "in a data URL": ("data:application/json,%7B%7D#ed25519", "issuer_mismatch"),
        "in a file URL": ("file:///etc/passwd#ed25519", "issuer_mismatch"),
    }.items():
        for suite in ("eddsa-rdfc-2022", "eddsa-jcs-2022"):
            signed = sign(badge(), suite, by, verificationMethod=method)
            twin = f"badge {suite}"
            family.case(f"{twin}: method {name}", signed, code, twin=twin, no_fetch=code == "issuer_mismatch")
    for method, name in (
        ("#ed25519", "relative"),
        ("ed25519", "a bare name"),
        ("\u200b" + ISSUER, "zero-width"),
    ):
        signed = sign(badge(), "eddsa-jcs-2022", by, verificationMethod=method)
        family.case(
            f"method is {name}", signed, "issuer_mismatch", twin="badge eddsa-jcs-2022", no_fetch=True
        )
    for name, did in {
        "an unknown method": "did:example:123",
        "did:key without key": "did:key:z",
        "did:key in hexadecimal": "did:key:f" + "ed01" + "00" * 32,
        "did:key with a wrong codec": f"did:key:{encode_base58btc(bytes.fromhex('e701') + bytes(33))}",
        "did:key too short": f"did:key:{encode_base58btc(bytes.fromhex('ed01') + bytes(31))}",
        "did:key too long": f"did:key:{encode_base58btc(bytes.fromhex('ed01') + bytes(33))}",
        "did:key without codec": f"did:key:{encode_base58btc(bytes(range(32)))}",
        "did:key for key agreement": f"did:key:{encode_base58btc(bytes.fromhex('ec01') + bytes(range(32)))}",
        "did:jwk of nothing": "did:jwk:e30",
        "did:jwk of no JSON": "did:jwk:AAAA",
        "did:jwk padded": "did:jwk:e30%3D",
        "did:web of an address": "did:web:127.0.0.1",
        "did:web of localhost": "did:web:localhost",
        "did:web of a number": "did:web:2130706433",
        "did:web with user info": "did:web:user%40issuer.example",
        "did:web with an encoded slash": "did:web:issuer.example%2Fx",
        "did:web climbing up": "did:web:issuer.example:..:x",
        "did:web with a bad port": "did:web:issuer.example%3A99999",
    }.items():
        code = "methodNotSupported" if "example:123" in did else "invalidDid"
        outcome = "indeterminate" if code == "methodNotSupported" else "invalid"
        signed = sign(badge(did), any_signer=signer(KeyType.ED25519, "issuer", f"{did}#key"))
        family.case(f"issuer is {name}", signed, code, outcome=outcome, twin=BADGE, no_fetch=True)


def _did_documents(book: Book) -> None:
    family = book.family("A10-documents", "The issuer's DID document does not vouch for the key.")
    for number, (name, (change, code, outcome)) in enumerate(_document_faults().items()):
        did, url = _hosted(f"a10:{number}")
        family.documents[url] = {"json": changed(_simple_document(did), change)}
        _hosted_case(family, did, name, code, outcome=outcome)
    for number, (name, (served, code, outcome)) in enumerate(_served_faults().items()):
        did, url = _hosted(f"a10-served:{number}")
        family.documents[url] = served
        _hosted_case(family, did, f"served {name}", code, outcome=outcome)
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
        "no methods": (lambda it: it.update(verificationMethod=[]), "verification_method_not_found"),
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
        "key revoked": (_method_change(revoked="2026-11-24T09:00:00Z"), "verification_method_ended"),
        "key revoked, and expires later": (
            _method_change(revoked="2026-11-24T09:00:00Z", expires="2030-01-01T00:00:00Z"),
            "verification_method_ended",
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
        did, url = _hosted(f"a10-twice:{member.lower()}")
        document = _simple_document(did)
        from tests.corpus.cases import write

        text = write(document)
        again = write({member: document[member]})[1:-1]
        family.documents[url] = {"text": f"{text[:-1]},{again}}}"}
        _hosted_case(family, did, f"served with {member} twice", "invalidDidDocument")


# A11


def _fragments(book: Book) -> None:
    family = book.family("A11", "The same fragment in two DIDs: the whole URL decides.")
    document = book.document(BADGE)
    theirs = signer(KeyType.ED25519, "other", f"{OTHER}#ed25519")
    named_own = sign(badge(), any_signer=signer(KeyType.ED25519, "other", f"{ISSUER}#ed25519"))
    family.case("a stranger's key under the issuer's URL", named_own, "invalid_signature", twin=BADGE)
    own_as_theirs = sign(badge(OTHER), any_signer=signer(KeyType.ED25519, "issuer", f"{OTHER}#ed25519"))
    family.case("the issuer's key under a stranger's URL", own_as_theirs, "invalid_signature", twin=BADGE)
    family.case("a stranger's own badge", sign(badge(OTHER), any_signer=theirs), twin=BADGE)
    relabelled = document | {"proof": document["proof"] | {"verificationMethod": f"{OTHER}#ed25519"}}
    family.case("the proof says the stranger's URL", relabelled, "issuer_mismatch", twin=BADGE)
    both = changed(relabelled, lambda it: it["issuer"].update(id=OTHER))
    family.case("proof and issuer say the stranger's", both, "invalid_signature", twin=BADGE)
    for suite, (name, key_type) in SUITES.items():
        by = signer(key_type, "other", f"{ISSUER}#{FRAGMENTS[key_type]}")
        forged = sign(badge_for(name), name, by)
        family.case(
            f"badge {suite}: a stranger's key under the issuer's URL",
            forged,
            "invalid_signature",
            twin=f"badge {suite}",
        )
    method = did_key_signer(KeyType.ED25519, "issuer").verification_method
    key_did, _, fragment = method.partition("#")
    stranger_did = did_key_of(KeyType.ED25519, "other")
    for name, did, url in (
        (
            "issuer's DID with a stranger's fragment",
            key_did,
            f"{key_did}#{stranger_did.removeprefix('did:key:')}",
        ),
        ("stranger's DID with the issuer's fragment", stranger_did, f"{stranger_did}#{fragment}"),
    ):
        signed = sign(badge(did), any_signer=signer(KeyType.ED25519, "issuer", url))
        family.case(f"did:key: {name}", signed, "verification_method_not_found", twin="badge did:key")
    # two DIDs of one document: the fragment is there under a foreign id
    did, url = _hosted("a11:foreign-id")
    foreign = _simple_document(did)
    foreign["verificationMethod"][0] |= {"id": f"{ISSUER}#ed25519"}
    foreign["assertionMethod"] = [f"{ISSUER}#ed25519"]
    family.documents[url] = {"json": foreign}
    signed = sign(badge(did), any_signer=signer(KeyType.ED25519, "hosted", f"{did}#ed25519"))
    family.case("method of another DID in the document", signed, "verification_method_not_found", twin=BADGE)
    signed = sign(badge(did), any_signer=signer(KeyType.ED25519, "hosted", f"{ISSUER}#ed25519"))
    family.case("method of another DID, named in full", signed, "issuer_mismatch", twin=BADGE)


# A15

_PRIME: Final = 2**255 - 19
_LOW_ORDER: Final = {
    "the neutral point": 1,
    "the point of order 2": _PRIME - 1,
    "a point of order 4": 0,
    "a point of order 4, other sign": 0 | 1 << 255,
    "a point of order 8": 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    "a point of order 8, other sign": 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
    | 1 << 255,
    "another point of order 8": 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
    "another point of order 8, other sign": 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
    | 1 << 255,
    "the neutral point with a sign": 1 | 1 << 255,
    "y is p": _PRIME,
    "y is p + 1": _PRIME + 1,
    "y is p + 1 with a sign": _PRIME + 1 | 1 << 255,
    "y is 2^255 - 1": 2**255 - 1,
    "all ones": 2**256 - 1,
    "not on the curve": 2,
}
# R is the base point, s is 1: under the neutral point as key, it holds for every message
_UNIVERSAL: Final = bytes([0x58]) + bytes([0x66]) * 31 + (1).to_bytes(32, "little")


def _weak_keys(book: Book) -> None:
    family = book.family("A15", "Keys that are none, or under which anybody can sign.")
    for number, (name, encoded) in enumerate(_LOW_ORDER.items()):
        raw = encoded.to_bytes(32, "little")
        multikey = encode_base58btc(b"\xed\x01" + raw)
        did = f"did:key:{multikey}"
        family.case(
            f"did:key: {name}", _universally_signed(did, f"{did}#{multikey}"), "invalidDid", twin=BADGE
        )
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": encode_base64url(raw)}
        for form, members in (
            ("Multikey", {"type": "Multikey", "publicKeyMultibase": multikey}),
            ("JsonWebKey", {"type": "JsonWebKey", "publicKeyJwk": jwk}),
        ):
            did, url = _hosted(f"a15:{form.lower()}-{number}")
            document = _simple_document(did)
            document["verificationMethod"] = [{"id": f"{did}#key", "controller": did} | members]
            family.documents[url] = {"json": document}
            family.case(f"{form}: {name}", _universally_signed(did, f"{did}#key"), "invalid_key", twin=BADGE)
        from tests.corpus.making.signing import compact

        did = f"did:jwk:{encode_base64url(compact(jwk))}"
        family.case(f"did:jwk: {name}", _universally_signed(did, f"{did}#0"), "invalidDid", twin=BADGE)
    _weak_ecdsa_keys(family)


def _universally_signed(did: str, method: str, suite: str = "eddsa-rdfc-2022") -> JsonObject:
    options = proof_options(suite, method)
    return badge(did) | {"proof": options | {"proofValue": encode_base58btc(_UNIVERSAL)}}


def _weak_ecdsa_keys(family: Family) -> None:
    for key_type, codec, length in ((KeyType.P256, b"\x80\x24", 32), (KeyType.P384, b"\x81\x24", 48)):
        good = private_key(key_type, "issuer").public_key.raw
        jwk = private_key(key_type, "issuer").public_key.to_jwk()
        points = {
            "the point at infinity": bytes(1),
            "no bytes": b"",
            "x is zero and off the curve": b"\x02" + b"\xff" * length,
            "an uncompressed prefix": b"\x04" + good[1:],
            "a hybrid prefix": b"\x06" + good[1:],
            "prefix 0": b"\x00" + good[1:],
            "prefix 1": b"\x01" + good[1:],
            "one byte less": good[:-1],
            "one byte more": good + b"\0",
        }
        for name, raw in points.items():
            multikey = encode_base58btc(codec + raw)
            did = f"did:key:{multikey}"
            signed = _universally_signed(did, f"{did}#{multikey}", "ecdsa-rdfc-2019")
            family.case(
                f"did:key {key_type}: {name}", signed, "invalidDid", twin="badge ecdsa-rdfc-2019-p256"
            )
        from tests.corpus.making.signing import compact

        for name, wrong in {
            "y is another": jwk | {"y": jwk["x"]},
            "no y": {each: value for each, value in jwk.items() if each != "y"},
            "the other curve's name": jwk | {"crv": "P-384" if key_type is KeyType.P256 else "P-256"},
            "secp256k1": jwk | {"crv": "secp256k1"},
            "x and y are zero": jwk
            | {"x": encode_base64url(bytes(length)), "y": encode_base64url(bytes(length))},
            "OKP": jwk | {"kty": "OKP"},
        }.items():
            did = f"did:jwk:{encode_base64url(compact(wrong))}"
            signed = _universally_signed(did, f"{did}#0", "ecdsa-rdfc-2019")
            family.case(
                f"did:jwk {key_type}: {name}", signed, "invalidDid", twin="badge ecdsa-rdfc-2019-p256"
            )


# A20


def _embedded(book: Book) -> None:
    family = book.family("A20", "The proof brings its own key along, and is signed with it.")
    stranger = signer(KeyType.ED25519, "other", f"{ISSUER}#ed25519")
    key = stranger.public_key
    method = {
        "id": f"{ISSUER}#ed25519",
        "type": "Multikey",
        "controller": ISSUER,
        "publicKeyMultibase": key.to_multikey(),
    }
    for suite, undefined in (("eddsa-rdfc-2022", "data_loss"), ("eddsa-jcs-2022", "invalid_signature")):
        twin = f"badge {suite}"
        forged = sign(badge(), suite, stranger)
        for name, value in {
            "an object with a Multikey": method,
            "an object with a JWK": {**method, "publicKeyMultibase": None, "publicKeyJwk": key.to_jwk()},
            "a list with the object": [method],
            "an object with the issuer's id alone": {"id": f"{ISSUER}#ed25519"},
            "a JWK": key.to_jwk(),
        }.items():
            embedded = forged | {"proof": forged["proof"] | {"verificationMethod": value}}
            family.case(f"{twin}: method is {name}", embedded, "proof_invalid_shape", twin=twin)
        for member, value in {
            "publicKeyMultibase": key.to_multikey(),
            "publicKeyJwk": key.to_jwk(),
            "jwk": key.to_jwk(),
            "publicKey": method,
            "controller": ISSUER,
            "verificationKey": key.to_multikey(),
            "x5c": ["MIIB"],
        }.items():
            embedded = forged | {"proof": forged["proof"] | {member: value}}
            family.case(f"{twin}: proof has {member}", embedded, undefined, twin=twin)
        for member, value in {"verificationMethod": [method], "assertionMethod": [method]}.items():
            embedded = changed(forged, lambda it, m=member, v=value: it["issuer"].update({m: v}))
            code = "data_loss" if undefined == "data_loss" else "invalid_signature"
            family.case(f"{twin}: issuer has {member}", embedded, code, twin=twin)
        by_key = did_key_signer(KeyType.ED25519, "other")
        code = "issuer_mismatch"
        family.case(f"{twin}: a did:key of the signer's", sign(badge(), suite, by_key), code, twin=twin)
        fragment = did_of(by_key).removeprefix("did:key:")
        in_fragment = sign(badge(), suite, signer(KeyType.ED25519, "other", f"{ISSUER}#{fragment}"))
        code = "verification_method_not_found"
        family.case(f"{twin}: the key is the fragment", in_fragment, code, twin=twin)
