"""A1 and A3: no proof, something else in its place, a member of it missing or odd, suites that nobody has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.corpus.making.artefacts import changed
from tests.corpus.making.proof_values import tampered_twins

if TYPE_CHECKING:
    from tests.corpus.making.book import Book, Family

JsonObject = dict[str, Any]
_IN_PLACE_OF_A_PROOF: Final = {
    "null": (None, "proof_missing"),
    "empty array": ([], "proof_missing"),
    "empty object": ({}, "proof_missing"),
    "empty string": ("", "proof_invalid_shape"),
    "string": ("zSignature", "proof_invalid_shape"),
    "true": (True, "proof_invalid_shape"),
    "number": (1, "proof_invalid_shape"),
    "array of null": ([None], "proof_invalid_shape"),
    "array of array": ([[]], "proof_invalid_shape"),
    "array of empty object": ([{}], "proof_invalid_shape"),
    "array of string": (["zSignature"], "proof_invalid_shape"),
    "object without members of a proof": ({"verified": True}, "proof_invalid_shape"),
}
_NO_STRINGS: Final = {
    "null": None,
    "empty": "",
    "number": 1,
    "true": True,
    "array": ["x"],
    "object": {"id": "x"},
}
UNKNOWN_SUITES: Final = (
    "eddsa-rdfc-2023",
    "eddsa-rdfc-2021",
    "EDDSA-RDFC-2022",
    "Eddsa-rdfc-2022",
    "eddsa-rdfc-2022 ",
    " eddsa-rdfc-2022",
    "eddsa-rdfc-2022\n",
    "eddsa-rdfc-2022\u200b",
    "eddsa\u2011rdfc\u20112022",
    "\u0435ddsa-rdfc-2022",
    "eddsa_rdfc_2022",
    "eddsa-rdfc",
    "none",
    "null",
    "eddsa-rdfc-2022,eddsa-jcs-2022",
    "https://w3id.org/security#eddsa-rdfc-2022",
    "ecdsa-xi-2023",
    "falcon-rdfc-2025",
    "mldsa44-jcs-2024",
    "__proto__",
    "constructor",
    "x" * 5000,
)
LEGACY: Final = (
    "BbsBlsSignature2020",
    "BbsBlsSignatureProof2020",
    "EcdsaSecp256k1RecoverySignature2020",
    "EcdsaSecp256k1Signature2019",
    "EcdsaSecp256r1Signature2019",
    "Ed25519Signature2018",
    "EthereumEip712Signature2021",
    "JcsEd25519Signature2020",
    "JsonWebSignature2020",
    "LinkedDataSignature2015",
    "RsaSignature2018",
)
_UNKNOWN_TYPES: Final = (
    "DataIntegrityProof2",
    "dataintegrityproof",
    "DataIntegrityProof ",
    "https://w3id.org/security#DataIntegrityProof",
    "Ed25519Signature2022",
    "Proof",
    "None",
)


def make(book: Book) -> None:
    """Write the rows A1 and A3."""
    _missing(book)
    _members(book)
    _suites(book)


def _missing(book: Book) -> None:
    family = book.family("A1", "The proof is not there, or something else stands in its place.")
    for twin in (*tampered_twins(book), "plain", "plain 1.1", "presentation", "presentation of three"):
        document = book.document(twin)
        family.case(
            f"{twin}: none", changed(document, lambda it: it.pop("proof")), "proof_missing", twin=twin
        )
        for name, (value, code) in _IN_PLACE_OF_A_PROOF.items():
            family.case(f"{twin}: {name}", document | {"proof": value}, code, twin=twin)
    twin = "badge eddsa-rdfc-2022"
    document = book.document(twin)
    for name in ("Proof", "proofs", "@proof", "https://w3id.org/security#proof", "proof "):
        moved = {key: value for key, value in document.items() if key != "proof"} | {name: document["proof"]}
        family.case(f"proof called {name!r}", moved, "proof_missing", twin=twin)
    inside = changed(document, lambda it: it["credentialSubject"].update(proof=it.pop("proof")))
    family.case("proof moved into the subject", inside, "proof_missing", twin=twin)
    inside = changed(document, lambda it: it["issuer"].update(proof=it.pop("proof")))
    family.case("proof moved into the issuer", inside, "proof_missing", twin=twin)
    inside = changed(document, lambda it: it["evidence"][0].update(proof=it.pop("proof")))
    family.case("proof moved into the evidence", inside, "proof_missing", twin=twin)
    for count in (6, 50):
        family.case(
            f"{count} proofs",
            document | {"proof": [document["proof"]] * count},
            "proof_invalid_shape",
            twin=twin,
        )


def _members(book: Book) -> None:
    family = book.family("A1-members", "A member of the proof is missing, or is not a string.")
    for twin in ("badge eddsa-rdfc-2022", "badge eddsa-jcs-2022", "badge Ed25519Signature2020"):
        document = book.document(twin)
        for member in document["proof"]:
            if member != "@context":
                _one_member(family, document, twin, member)


def _one_member(family: Family, document: JsonObject, twin: str, member: str) -> None:
    legacy = twin.endswith("Signature2020")
    proof = document["proof"]
    without = {name: value for name, value in proof.items() if name != member}
    # without `created` the proof says less, and was not signed so
    absent = "proof_invalid_shape" if member != "created" or legacy else "invalid_signature"
    family.case(f"{twin}: no {member}", document | {"proof": without}, absent, twin=twin)
    for name, value in _NO_STRINGS.items():
        odd = document | {"proof": proof | {member: value}}
        # in a proof from before Data Integrity, `created` is asked for before it is read
        code = "date_syntax" if member == "created" and not (legacy and value != 1 and not value) else None
        if member == "created" and legacy:
            code = "proof_invalid_shape"
        family.case(f"{twin}: {member} is {name}", odd, code or "proof_invalid_shape", twin=twin)


def _suites(book: Book) -> None:
    family = book.family("A3", "A suite or a proof type that is not known here, or is from another age.")
    unknown = {"outcome": "indeterminate"}
    for twin in ("badge eddsa-rdfc-2022", "badge eddsa-jcs-2022", "presentation"):
        document = book.document(twin)
        for name in UNKNOWN_SUITES:
            shown = f"{name[:20]}..." if len(name) > 100 else name
            renamed = document | {"proof": document["proof"] | {"cryptosuite": name}}
            family.case(f"{twin}: suite {shown!r}", renamed, "unsupported_cryptosuite", twin=twin, **unknown)
        for name in LEGACY:
            renamed = document | {"proof": document["proof"] | {"type": name}}
            family.case(f"{twin}: type {name}", renamed, "legacy_suite", twin=twin)
        for name in _UNKNOWN_TYPES:
            renamed = document | {"proof": document["proof"] | {"type": name}}
            family.case(f"{twin}: type {name!r}", renamed, "unsupported_cryptosuite", twin=twin, **unknown)
    twin = "badge eddsa-rdfc-2022"
    document = book.document(twin)
    for name in (*LEGACY, "Ed25519Signature2020"):
        renamed = document | {"proof": document["proof"] | {"cryptosuite": name}}
        family.case(f"suite {name}", renamed, "unsupported_cryptosuite", twin=twin, **unknown)
    for name in ("unknown beside good", "good beside unknown"):
        odd = document["proof"] | {"cryptosuite": "eddsa-rdfc-2099"}
        pair = [odd, document["proof"]] if name.startswith("unknown") else [document["proof"], odd]
        family.case(name, document | {"proof": pair}, "unsupported_cryptosuite", twin=twin, **unknown)
