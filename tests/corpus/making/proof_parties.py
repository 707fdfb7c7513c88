"""A4, A6, A8, A10, A11, A20: whose key it is, and what it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from did.keys import KeyType
from did.multibase import encode_base58btc
from tests.corpus.making.artefacts import OTHER, badge, badge_for, changed
from tests.corpus.making.book import NO_HISTORY
from tests.corpus.making.keys import did_key_of, did_key_signer, did_of, private_key, signer
from tests.corpus.making.signing import (
    FRAGMENTS,
    ISSUER,
    SUITES,
    issuer,
    present,
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
    _methods(book)
    _fragments(book)
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
        code = "invalid_signature" if key_type is not KeyType.BLS12381_G2 else NO_HISTORY
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


# DID documents of their own


def hosted(path: str) -> tuple[str, str]:
    """A did:web on a host of its own, and the URL of its document."""
    return f"did:web:dids.example:{path}", f"https://dids.example/{path.replace(':', '/')}/did.json"


def simple_document(did: str) -> JsonObject:
    multikey = private_key(KeyType.ED25519, "hosted").public_key.to_multikey()
    method = {"id": f"{did}#key", "type": "Multikey", "controller": did, "publicKeyMultibase": multikey}
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": [method],
        "assertionMethod": [f"{did}#key"],
    }


def hosted_badge(did: str, fragment: str = "#key") -> JsonObject:
    return sign(badge(did), any_signer=signer(KeyType.ED25519, "hosted", did + fragment))


def hosted_case(family: Family, did: str, name: str, code: str, *, outcome: str = "") -> None:
    family.case(name, hosted_badge(did), code, outcome=outcome, twin=BADGE)


# A10


def _methods(book: Book) -> None:
    family = book.family("A10", "The verification method is no method of the issuer's.")
    by = issuer()
    for name, (method, code) in {
        "without fragment": (ISSUER, "invalidDidUrl"),
        "with an empty fragment": (f"{ISSUER}#", "invalidDidUrl"),
        "with an unknown fragment": (f"{ISSUER}#nobody", NO_HISTORY),
        "with a fragment in capitals": (f"{ISSUER}#ED25519", NO_HISTORY),
        "with a percent-encoded fragment": (f"{ISSUER}#ed2551%39", NO_HISTORY),
        "with two fragments": (f"{ISSUER}#ed25519#ed25519", "invalidDidUrl"),
        "with a doubly encoded fragment": (f"{ISSUER}#ed%2525519", NO_HISTORY),
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
    did, url = hosted("a11:foreign-id")
    foreign = simple_document(did)
    foreign["verificationMethod"][0] |= {"id": f"{ISSUER}#ed25519"}
    foreign["assertionMethod"] = [f"{ISSUER}#ed25519"]
    family.documents[url] = {"json": foreign}
    signed = sign(badge(did), any_signer=signer(KeyType.ED25519, "hosted", f"{did}#ed25519"))
    family.case("method of another DID in the document", signed, NO_HISTORY, twin=BADGE)
    signed = sign(badge(did), any_signer=signer(KeyType.ED25519, "hosted", f"{ISSUER}#ed25519"))
    family.case("method of another DID, named in full", signed, "issuer_mismatch", twin=BADGE)


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
        code = NO_HISTORY
        family.case(f"{twin}: the key is the fragment", in_fragment, code, twin=twin)
