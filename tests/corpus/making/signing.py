"""Signing what a well-behaved issuer would never sign: any proof options, any claims."""

from __future__ import annotations

import copy
import hashlib
import json
from typing import TYPE_CHECKING, Any

from contexts import hash_canonical
from credentials.data_integrity import bbs_2023
from credentials.data_integrity.ecdsa_sd_2023 import derive as derive_ecdsa_sd
from credentials.data_integrity.ecdsa_sd_2023 import sign_base
from credentials.data_integrity.hashing import hash_json, hash_statements
from credentials.data_integrity.proof_value import encode_proof_value
from did.encodings import encode_base64url
from did.keys import KeyType
from tests.corpus.checking import contexts
from tests.corpus.making.keys import AnySigner, did_key_signer, secret, signer

if TYPE_CHECKING:
    from collections.abc import Sequence

JsonObject = dict[str, Any]
CREATED = "2026-11-24T08:30:00Z"
NOW = "2026-11-24T09:30:00Z"
DOMAIN = "https://verifier.example"
CHALLENGE = "n-0S6_WzA2Mj-corpus"
ISSUER = "did:web:issuer.example"
# suite by the name of its twin: cryptosuite, key of the issuer
SUITES = {
    "eddsa-rdfc-2022": ("eddsa-rdfc-2022", KeyType.ED25519),
    "eddsa-jcs-2022": ("eddsa-jcs-2022", KeyType.ED25519),
    "ecdsa-rdfc-2019-p256": ("ecdsa-rdfc-2019", KeyType.P256),
    "ecdsa-rdfc-2019-p384": ("ecdsa-rdfc-2019", KeyType.P384),
    "ecdsa-jcs-2019-p256": ("ecdsa-jcs-2019", KeyType.P256),
    "ecdsa-jcs-2019-p384": ("ecdsa-jcs-2019", KeyType.P384),
    "Ed25519Signature2020": ("Ed25519Signature2020", KeyType.ED25519),
}
FRAGMENTS = {
    KeyType.ED25519: "ed25519",
    KeyType.P256: "p256",
    KeyType.P384: "p384",
    KeyType.BLS12381_G2: "bls",
    KeyType.RSA: "rsa",
}


def issuer(key_type: KeyType = KeyType.ED25519) -> AnySigner:
    """The issuer's key of a type, by its Multikey."""
    return signer(key_type, "issuer", f"{ISSUER}#{FRAGMENTS[key_type]}")


def holder() -> AnySigner:
    """The holder's key."""
    return did_key_signer(KeyType.ED25519, "holder")


def without_proof(document: JsonObject) -> JsonObject:
    """A copy of a document without its proofs."""
    return copy.deepcopy({name: value for name, value in document.items() if name != "proof"})


def proof_options(suite: str, method: str, **changes: Any) -> JsonObject:
    """The options of a proof as a careful issuer writes them, with changes; None takes a member away."""
    legacy = suite == "Ed25519Signature2020"
    options = {
        "type": suite if legacy else "DataIntegrityProof",
        "cryptosuite": None if legacy else suite,
        "created": CREATED,
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    } | changes
    return {name: value for name, value in options.items() if value is not None}


def signature_value(document: JsonObject, options: JsonObject, any_signer: AnySigner, suite: str) -> str:
    """The `proofValue` of any options over any document."""
    hash_data = hash_json if "-jcs-" in suite else hash_statements
    algorithm = "sha384" if any_signer.public_key.key_type is KeyType.P384 else "sha256"
    data = hash_data(
        document,
        options,
        hasher=hash_canonical,
        selection=contexts().selections(document)[0],
        algorithm=algorithm,
    )
    return encode_proof_value(any_signer.sign(data))


def sign(
    document: JsonObject,
    suite: str = "eddsa-rdfc-2022",
    any_signer: AnySigner | None = None,
    *,
    over: JsonObject | None = None,
    **changes: Any,
) -> JsonObject:
    """Sign a document; `over` is what is signed where that is something else than what is sent."""
    chosen = any_signer or issuer()
    unsecured = without_proof(document)
    options = proof_options(suite, chosen.verification_method, **changes)
    if "-jcs-" in suite and "@context" not in changes:
        options["@context"] = copy.deepcopy(unsecured["@context"])
    value = signature_value(over or unsecured, options, chosen, suite)
    return unsecured | {"proof": options | {"proofValue": value}}


def present(
    credentials: Sequence[Any],
    *,
    any_signer: AnySigner | None = None,
    suite: str = "eddsa-rdfc-2022",
    document: JsonObject | None = None,
    **changes: Any,
) -> JsonObject:
    """A presentation by the holder."""
    chosen = any_signer or holder()
    unsigned = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": chosen.verification_method.partition("#")[0],
        "verifiableCredential": list(credentials),
    } | (document or {})
    options = {"proofPurpose": "authentication", "domain": DOMAIN, "challenge": CHALLENGE} | changes
    return sign(unsigned, suite, chosen, **options)


def ecdsa_sd_base(document: JsonObject, pointers: Sequence[str], label: str = "base") -> JsonObject:
    """A base proof of ecdsa-sd-2023, the same each time."""
    by = issuer(KeyType.P256)
    options = proof_options("ecdsa-sd-2023", by.verification_method)
    value = sign_base(
        document,
        options,
        signer=by,
        selection=contexts().selections(document)[0],
        mandatory_pointers=pointers,
        hmac_key=secret(f"hmac {label}", 32),
        statement_key=signer(KeyType.P256, f"statements {label}", ""),
    )
    return document | {"proof": options | {"proofValue": value.to_multibase()}}


def ecdsa_sd_derived(base: JsonObject, pointers: Sequence[str]) -> JsonObject:
    """What a holder shows of a base proof of ecdsa-sd-2023."""
    options = {name: value for name, value in base["proof"].items() if name != "proofValue"}
    unsecured = without_proof(base)
    shown, value = derive_ecdsa_sd(
        unsecured,
        options,
        base["proof"]["proofValue"],
        public_key=issuer(KeyType.P256).public_key,
        selection=contexts().selections(unsecured)[0],
        selective_pointers=pointers,
    )
    return shown | {"proof": options | {"proofValue": value}}


def bbs_base(document: JsonObject, pointers: Sequence[str]) -> JsonObject:
    """A base proof of bbs-2023, the same each time."""
    by = issuer(KeyType.BLS12381_G2)
    options = proof_options("bbs-2023", by.verification_method)
    value = bbs_2023.create_base_with(
        secret("hmac bbs", 32),
        document,
        options,
        signer=by,
        selection=contexts().selections(document)[0],
        mandatory_pointers=pointers,
    )
    return document | {"proof": options | {"proofValue": value}}


def bbs_derived(base: JsonObject, pointers: Sequence[str]) -> JsonObject:
    """What a holder shows of a base proof of bbs-2023: another one each time."""
    options = {name: value for name, value in base["proof"].items() if name != "proofValue"}
    unsecured = without_proof(base)
    shown, value = bbs_2023.derive(
        unsecured,
        options,
        base["proof"]["proofValue"],
        public_key=issuer(KeyType.BLS12381_G2).public_key,
        selection=contexts().selections(unsecured)[0],
        selective_pointers=pointers,
        presentation_header=b"corpus",
    )
    return shown | {"proof": options | {"proofValue": value}}


def compact(value: Any) -> bytes:
    """Compact UTF-8 JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def jws(header: Any, payload: Any, any_signer: AnySigner | None) -> str:
    """A compact JWS of any header and payload, as values or as raw bytes; without a key its signature is empty."""
    parts = [each if isinstance(each, bytes) else compact(each) for each in (header, payload)]
    signing_input = ".".join(map(encode_base64url, parts))
    signature = any_signer.sign(signing_input.encode()) if any_signer else b""
    return f"{signing_input}.{encode_base64url(signature)}"


def digest(text: str, algorithm: str = "sha256") -> str:
    """Base64url digest of a text."""
    return encode_base64url(hashlib.new(algorithm, text.encode()).digest())
