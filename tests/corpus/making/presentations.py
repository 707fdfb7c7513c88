"""A12 and A13: presentations whose own proof is bad, and presentations of good and bad credentials."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

from did.keys import KeyType
from did.multibase import decode_base58btc, encode_base58btc
from tests.corpus.making.artefacts import badge, changed, plain
from tests.corpus.making.keys import did_key_signer, did_of, signer
from tests.corpus.making.proof_sets import flipped
from tests.corpus.making.proof_values import leaves, other_value, place_of
from tests.corpus.making.signing import CHALLENGE, DOMAIN, holder, issuer, present, sign, without_proof

if TYPE_CHECKING:
    from tests.corpus.making.book import Book

JsonObject = dict[str, Any]
TWIN: Final = "presentation"


def make(book: Book) -> None:
    """Write the rows."""
    _own_proof(book)
    _bound_to(book)
    _model(book)
    _holders(book)
    _mixed(book)


def _own_proof(book: Book) -> None:
    family = book.family("A12", "The credential within is good; the presentation's own proof is not.")
    document = book.document(TWIN)
    proof = document["proof"]
    raw = decode_base58btc(proof["proofValue"])
    credential = document["verifiableCredential"][0]
    other = did_key_signer(KeyType.ED25519, "other")
    for at in range(0, 64, 7):
        value = bytearray(raw)
        value[at] ^= 0x10
        forged = document | {"proof": proof | {"proofValue": encode_base58btc(bytes(value))}}
        family.case(f"bit of byte {at}", forged, "invalid_signature", twin=TWIN)
    by_stranger = signer(KeyType.ED25519, "other", holder().verification_method)
    cases: dict[str, tuple[JsonObject, str]] = {
        "the credential's proof": (document | {"proof": credential["proof"]}, "proof_purpose_mismatch"),
        "the credential's proof for authentication": (
            document | {"proof": credential["proof"] | {"proofPurpose": "authentication"}},
            "domain_mismatch",
        ),
        "the credential's signature": (
            document | {"proof": proof | {"proofValue": credential["proof"]["proofValue"]}},
            "invalid_signature",
        ),
        "the proof of an empty presentation": (
            document | {"proof": present([], suite="eddsa-jcs-2022")["proof"]},
            "invalid_signature",
        ),
        "the proof over the credential alone": (
            document
            | {
                "proof": sign(
                    without_proof(credential),
                    any_signer=holder(),
                    proofPurpose="authentication",
                    domain=DOMAIN,
                    challenge=CHALLENGE,
                )["proof"]
            },
            "invalid_signature",
        ),
        "a stranger's key under the holder's URL": (
            present([credential], any_signer=by_stranger),
            "invalid_signature",
        ),
        "by a stranger": (
            document | {"proof": present([credential], any_signer=other)["proof"]},
            "issuer_mismatch",
        ),
        "by the issuer": (
            present([credential], any_signer=issuer(), document={"holder": document["holder"]}),
            "issuer_mismatch",
        ),
        "expired": (present([credential], expires="2026-11-24T09:30:00Z"), "proof_expired"),
        "of tomorrow": (present([credential], created="2026-11-25T00:00:00Z"), "proof_not_yet_valid"),
        "a good and a bad proof": (document | {"proof": [proof, flipped(proof)]}, "invalid_signature"),
        "a bad and a good proof": (document | {"proof": [flipped(proof), proof]}, "invalid_signature"),
    }
    for name, (forged, code) in cases.items():
        family.case(name, forged, code, twin=TWIN)
    for suite, key_type in (
        ("eddsa-jcs-2022", KeyType.ED25519),
        ("ecdsa-rdfc-2019", KeyType.P256),
        ("ecdsa-jcs-2019", KeyType.P384),
    ):
        # the holder is the subject, so a credential about nobody is shown with another kind of key
        nobody = changed(plain(), lambda it: it["credentialSubject"].pop("id"))
        good = present([sign(nobody)], suite=suite, any_signer=did_key_signer(key_type, "holder"))
        family.case(f"{suite}: good", good, twin=TWIN)
        bad = good | {"proof": flipped(good["proof"])}
        family.case(f"{suite}: a flipped bit", bad, "invalid_signature", twin=TWIN)
    for pointer, value in leaves(
        {name: each for name, each in document.items() if name not in {"proof", "verifiableCredential"}}
    ):
        edited = copy.deepcopy(document)
        parent, last = place_of(edited, pointer)
        parent[last] = other_value(value)
        code = {"/@context/0": "context_order", "/type/0": "type_missing", "/holder": "issuer_mismatch"}[
            pointer
        ]
        family.case(f"{pointer} is another", edited, code, twin=TWIN)
    for pointer, value in leaves(credential, "/verifiableCredential/0"):
        if "/credentialSubject/" in pointer or "/issuer/" in pointer or "/proof/" in pointer:
            edited = copy.deepcopy(document)
            parent, last = place_of(edited, pointer)
            parent[last] = other_value(value)
            # types and purposes are terms: another one means nothing
            is_term = "/type" in pointer or pointer.endswith("/proofPurpose")
            code = "data_loss" if is_term else "invalid_signature"
            family.case(f"within: {pointer} is another", edited, code, twin=TWIN)


def _bound_to(book: Book) -> None:
    family = book.family(
        "A12-bound", "A good presentation that is for somebody else, or for another question."
    )
    credential = book.document(TWIN)["verifiableCredential"][0]
    for name, domain in {
        "missing": None,
        "of another verifier": "https://other.example",
        "with a slash": f"{DOMAIN}/",
        "in capitals": "https://VERIFIER.example",
        "without scheme": "verifier.example",
        "over http": "http://verifier.example",
        "with a port": f"{DOMAIN}:443",
        "as a prefix": DOMAIN[:-1],
        "longer": f"{DOMAIN}.evil.example",
        "with a space": f"{DOMAIN} ",
        "with a homoglyph": DOMAIN.replace("e", "\u0435", 1),
        "ours and another's": [DOMAIN, "https://other.example"],
        "another's and ours": ["https://other.example", DOMAIN],
    }.items():
        for suite in ("eddsa-rdfc-2022", "eddsa-jcs-2022"):
            presented = present([credential], suite=suite, domain=domain)
            family.case(f"{suite}: domain {name}", presented, "domain_mismatch", twin=TWIN)
    for name, challenge in {
        "missing": None,
        "another": "other-nonce",
        "in capitals": CHALLENGE.upper(),
        "with a space": f"{CHALLENGE} ",
        "cut short": CHALLENGE[:-1],
        "longer": f"{CHALLENGE}0",
    }.items():
        for suite in ("eddsa-rdfc-2022", "eddsa-jcs-2022"):
            presented = present([credential], suite=suite, challenge=challenge)
            family.case(f"{suite}: challenge {name}", presented, "challenge_mismatch", twin=TWIN)
    document = book.document(TWIN)
    for member in ("domain", "challenge"):
        for name, value in {
            "empty": "",
            "a number": 1,
            "null": None,
            "an object": {},
            "a list in a list": [[DOMAIN]],
        }.items():
            odd = document | {"proof": document["proof"] | {member: value}}
            family.case(f"{member} is {name}", odd, "proof_invalid_shape", twin=TWIN)
        gone = changed(document, lambda it, m=member: it["proof"].pop(m))
        family.case(f"{member} was taken away", gone, f"{member}_mismatch", twin=TWIN)
    for name, value in {"an empty list": [], "a list with one twice": [DOMAIN, DOMAIN]}.items():
        odd = document | {"proof": document["proof"] | {"domain": value}}
        family.case(f"domain is {name}", odd, "proof_invalid_shape", twin=TWIN)
    for moved_to in ("verifier.example", "https://other.example"):
        moved = changed(document, lambda it, to=moved_to: it["proof"].update(domain=to))
        family.case(f"domain was rewritten to {moved_to}", moved, "domain_mismatch", twin=TWIN)
    other = present([credential], domain="https://other.example")
    rewritten = changed(other, lambda it: it["proof"].update(domain=DOMAIN))
    family.case("another's presentation, rewritten for us", rewritten, "invalid_signature", twin=TWIN)
    other = present([credential], challenge="old-nonce")
    rewritten = changed(other, lambda it: it["proof"].update(challenge=CHALLENGE))
    family.case("an old presentation, rewritten for us", rewritten, "invalid_signature", twin=TWIN)


def _model(book: Book) -> None:
    family = book.family("A13-model", "What is presented is no presentation, or no credential is in it.")
    document = book.document(TWIN)
    credential = document["verifiableCredential"][0]
    for name, (value, code) in {
        "null": (None, "credential_invalid_shape"),
        "an empty list": ([], "credentials_missing"),
        "a string": ("urn:uuid:x", "credential_invalid_shape"),
        "a number": (1, "credential_invalid_shape"),
        "a list of null": ([None], "credential_invalid_shape"),
        "a list of a string": (["urn:uuid:x"], "credential_invalid_shape"),
        "a list of a token": (["eyJhbGciOiJFZERTQSJ9.e30.AAAA"], "credential_invalid_shape"),
        "a list of lists": ([[credential]], "credential_invalid_shape"),
        "good and a string": ([credential, "x"], "credential_invalid_shape"),
        "51 credentials": ([credential] * 51, "too_many_credentials"),
    }.items():
        odd = document | {"verifiableCredential": value}
        family.case(f"verifiableCredential is {name}", odd, code, twin=TWIN)
    gone = changed(document, lambda it: it.pop("verifiableCredential"))
    family.case("no verifiableCredential", gone, "credentials_missing", twin=TWIN)
    family.case(
        "nothing was presented, and signed",
        present([], suite="eddsa-jcs-2022"),
        "credentials_missing",
        twin=TWIN,
    )
    for name, (value, code) in {
        "null": (None, "type_missing"),
        "empty": ([], "type_missing"),
        "a number": (1, "type_missing"),
        "VerifiableCredential": (["VerifiableCredential"], "type_missing"),
        "in small letters": (["verifiablepresentation"], "type_missing"),
        "nested": ([["VerifiablePresentation"]], "type_missing"),
    }.items():
        family.case(f"type is {name}", document | {"type": value}, code, twin=TWIN)
    for name, (value, code) in {
        "null": (None, "context_missing"),
        "a string": ("https://www.w3.org/ns/credentials/v2", "context_missing"),
        "empty": ([], "context_missing"),
        "another": (["https://w3id.org/security/data-integrity/v2"], "context_order"),
        "an object": ({}, "context_missing"),
    }.items():
        family.case(f"@context is {name}", document | {"@context": value}, code, twin=TWIN)
    family.case("a credential in place of a presentation", credential, "type_missing", twin=TWIN)
    family.case(
        "a presentation in place of a credential",
        document,
        "type_missing",
        twin="badge eddsa-rdfc-2022",
        kind="credential",
    )
    nested = present([document])
    family.case(
        "a presentation of a presentation", nested, "credential_invalid", twin=TWIN, inner="type_missing"
    )


def _holders(book: Book) -> None:
    family = book.family("A13-holder", "Who presents is not who the credential is about, or is nobody.")
    document = book.document(TWIN)
    credential = document["verifiableCredential"][0]
    for name, value in {
        "null": None,
        "empty": "",
        "a number": 1,
        "a list": [document["holder"]],
        "no URL": "camille",
        "an object without id": {"name": "Camille"},
        "an object with two ids": {"id": [document["holder"], "did:example:x"]},
    }.items():
        family.case(f"holder is {name}", document | {"holder": value}, "holder_missing", twin=TWIN)
    gone = changed(document, lambda it: it.pop("holder"))
    family.case("no holder", gone, "holder_missing", twin=TWIN)
    other = did_key_signer(KeyType.ED25519, "other")
    family.case(
        "a stolen badge, presented by a stranger",
        present([credential], any_signer=other),
        "holder_mismatch",
        twin=TWIN,
    )
    own = changed(badge(), lambda it: it["credentialSubject"].update(id=did_of(other)))
    signed = sign(own)
    both = present([credential, signed])
    family.case("own and another's", both, "holder_mismatch", twin=TWIN)
    family.case("another's and own", present([signed, credential]), "holder_mismatch", twin=TWIN)
    two = plain() | {
        "credentialSubject": [
            {"id": did_of(holder()), "name": "Camille"},
            {"id": did_of(other), "name": "Noa"},
        ]
    }
    family.case(
        "about two people, one of them the holder", present([sign(two)]), "holder_mismatch", twin=TWIN
    )
    for name, spelled in {
        "in capitals": did_of(holder()).upper(),
        "with a fragment": holder().verification_method,
        "with a query": did_of(holder()) + "?x",
        "as a prefix": did_of(holder())[:-1],
        "as an https URL": "https://holder.example/camille",
        "as a mail address": "mailto:camille@example.org",
    }.items():
        about = sign(plain() | {"credentialSubject": {"id": spelled, "name": "Camille"}})
        family.case(f"about the holder's DID {name}", present([about]), "holder_mismatch", twin=TWIN)
    bearer = sign(plain() | {"credentialSubject": {"name": "Camille"}})
    family.case("about nobody: shown, with a warning", present([bearer]), twin=TWIN)


def _mixed(book: Book) -> None:
    family = book.family("A13", "Several credentials are presented, and one of them is bad.")
    twin = "presentation of three"
    good = book.document(twin)["verifiableCredential"]
    for name, (bad, code, outcome) in bad_credentials(book).items():
        for at in range(3):
            mixed = [*good[:at], bad, *good[at + 1 :]]
            whole = "credential_invalid" if outcome == "invalid" else "credential_indeterminate"
            family.case(f"{name}, at {at}", present(mixed), whole, outcome=outcome, twin=twin, inner=code)
    everything = [bad for bad, _, _ in list(bad_credentials(book).values())[:8]]
    first = next(iter(bad_credentials(book).values()))[1]
    family.case("eight bad ones", present(everything), "credential_invalid", twin=twin, inner=first)


def bad_credentials(book: Book) -> dict[str, tuple[JsonObject, str, str]]:
    """Credentials that a holder's own signature can be put over, and that are bad all the same."""
    signed = book.document("badge eddsa-rdfc-2022")
    invalid = {
        "a flipped bit": (signed | {"proof": flipped(signed["proof"])}, "invalid_signature"),
        "another name": (signed | {"name": "Autre"}, "invalid_signature"),
        "expired": (sign(badge() | {"validUntil": "2026-11-24T09:30:00Z"}), "expired"),
        "not yet valid": (sign(badge() | {"validFrom": "2026-11-24T09:31:01Z"}), "not_yet_valid"),
        "by a stranger": (
            signed | {"proof": sign(badge(), any_signer=did_key_signer(KeyType.ED25519, "other"))["proof"]},
            "issuer_mismatch",
        ),
        "for authentication": (
            signed | {"proof": signed["proof"] | {"proofPurpose": "authentication"}},
            "proof_purpose_mismatch",
        ),
        "without proof": (without_proof(signed), "proof_missing"),
        "with a suite and a key that differ": (
            signed | {"proof": signed["proof"] | {"cryptosuite": "ecdsa-rdfc-2019"}},
            "suite_key_mismatch",
        ),
        "dated without zone": (sign(badge() | {"validUntil": "2028-11-20T10:00:00"}), "date_syntax"),
        "without criteria": (
            sign(changed(badge(), lambda it: it["credentialSubject"]["achievement"].pop("criteria"))),
            "criteria_missing",
        ),
        "a base proof": (book.document("badge ecdsa-sd-2023 base"), "base_proof_not_derived"),
    }
    unknown = {
        "of an unknown suite": (
            signed | {"proof": signed["proof"] | {"cryptosuite": "future-2030"}},
            "unsupported_cryptosuite",
        ),
        "of a DID method that is not known": (
            sign(plain("did:example:1"), any_signer=signer(KeyType.ED25519, "issuer", "did:example:1#k")),
            "methodNotSupported",
        ),
        "of a DID that cannot be had": (
            sign(
                plain("did:web:silent.example"),
                any_signer=signer(KeyType.ED25519, "issuer", "did:web:silent.example#k"),
            ),
            "resolution_unavailable",
        ),
    }
    book.documents["https://silent.example/.well-known/did.json"] = {"error": "timeout"}
    return {name: (*each, "invalid") for name, each in invalid.items()} | {
        name: (*each, "indeterminate") for name, each in unknown.items()
    }
