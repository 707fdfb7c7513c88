"""B1 to B5: what the header of a JWT says."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from did.encodings import encode_base64url
from did.keys import KeyType
from tests.corpus.making.artefacts import (
    ISSUER_DOCUMENT,
    OTHER,
)
from tests.corpus.making.book import NO_HISTORY
from tests.corpus.making.keys import RSA_PEM, AnySigner, did_key_signer, signer
from tests.corpus.making.signing import ISSUER, compact
from tests.corpus.making.tokens import NOW_SECONDS, Form, every_form, one_of_each_form

if TYPE_CHECKING:
    from tests.corpus.making.book import Book


JsonObject = dict[str, Any]


def make(book: Book) -> None:
    """Write the rows."""
    for write_row in (_algorithms, _symmetric, _own_keys):
        write_row(book, every_form())
    for write_row in (_key_names, _critical):
        write_row(book, one_of_each_form())


def _algorithms(book: Book, every: list[Form]) -> None:
    family = book.family("B1", "`alg` says that there is no signature, or is not what the key is for.")
    for form in every:
        for name in (
            "none",
            "None",
            "NONE",
            "nOnE",
            " none",
            "none ",
            "",
            "null",
            "HS256",
            "ES256K",
            "PS256",
            "RS1",
            "EdDSA\n",
            "eddsa",
            "Ed448",
        ):
            if name == form.header["alg"]:
                continue
            unsigned = form.token({"alg": name}).rpartition(".")[0] + "."
            family.case(f"{form.twin}: {name!r}, no signature", unsigned, "jws_algorithm", twin=form.twin)
            signed = form.token({"alg": name})
            family.case(f"{form.twin}: {name!r}, signed", signed, "jws_algorithm", twin=form.twin)
        for name in sorted({"EdDSA", "ES256", "ES384", "RS256"} - {form.header["alg"]}):
            family.case(
                f"{form.twin}: {name} for another key",
                form.token({"alg": name}),
                "jws_algorithm",
                twin=form.twin,
            )
        for name, value in {
            "absent": None,
            "a number": 1,
            "a list": [form.header["alg"]],
            "an object": {},
            "true": True,
        }.items():
            family.case(
                f"{form.twin}: alg {name}", form.token({"alg": value}), "jws_algorithm", twin=form.twin
            )
        null = form.token(compact(form.header | {"alg": None}))
        family.case(f"{form.twin}: alg null", null, "jws_algorithm", twin=form.twin)
        empty = form.token().rpartition(".")[0] + "."
        family.case(f"{form.twin}: good alg, no signature", empty, "jws_signature", twin=form.twin)


def _symmetric(book: Book, every: list[Form]) -> None:
    family = book.family("B2", "A MAC under the public key, which everybody has.")
    for form in every:
        for name, key in _forms_of_public_key(form.by).items():
            for algorithm, hash_name in (("HS256", "sha256"), ("HS384", "sha384"), ("HS512", "sha512")):
                signing_input = form.token({"alg": algorithm}).rpartition(".")[0]
                mac = hmac.new(key, signing_input.encode(), hash_name).digest()
                token = f"{signing_input}.{encode_base64url(mac)}"
                family.case(f"{form.twin}: {algorithm} under {name}", token, "jws_algorithm", twin=form.twin)


def _forms_of_public_key(by: AnySigner) -> dict[str, bytes]:
    key = by.public_key
    named = {
        "the raw key": key.raw,
        "its JWK": compact(key.to_jwk()),
        "its Multikey": key.to_multikey().encode(),
        "its thumbprint": key.thumbprint().encode(),
        "nothing": b"",
    }
    if key.key_type is KeyType.RSA:
        public = load_pem_private_key(RSA_PEM.read_bytes(), password=None).public_key()
        named["its PEM"] = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        named["its DER"] = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return named


def _own_keys(book: Book, every: list[Form]) -> None:
    family = book.family("B3", "The header brings a key, or the address of one: a stranger's, who signed.")
    for form in every:
        key_type = form.by.public_key.key_type
        if key_type is KeyType.RSA:
            key_type, algorithm = KeyType.P256, "ES256"
        else:
            algorithm = form.header["alg"]
        stranger = signer(key_type, "other", form.by.verification_method)
        jwk = stranger.public_key.to_jwk()
        strict = form.twin.startswith(("obv3", "jwt_vc")) and "obv3" in form.twin
        fetched = {} if form.kind == "presentation" else {"fetched": [ISSUER_DOCUMENT]}
        signed_by = "jws_algorithm" if algorithm != form.header["alg"] else "jws_signature"
        for name, (members, code) in {
            "jwk beside kid": ({"jwk": jwk}, "jwt_key_mismatch"),
            "jwk without kid": ({"jwk": jwk, "kid": None}, "verification_method_not_found"),
            "jwk of the signer's with its secret": (
                {"jwk": jwk | {"d": "AAAA"}},
                "invalid_key",
            ),
            "jwk that is a text": ({"jwk": "x"}, "jwt_key_mismatch"),
            "jwk that is symmetric": ({"jwk": {"kty": "oct", "k": "AAAA"}}, "invalid_key"),
            "jku": ({"jku": "https://evil.example/jwks.json"}, signed_by),
            "x5u": ({"x5u": "https://evil.example/cert.pem"}, signed_by),
            "x5c": ({"x5c": ["MIIB"]}, signed_by),
            "x5t": ({"x5t#S256": "AAAA"}, signed_by),
            "trust_chain": ({"trust_chain": ["eyJ"]}, signed_by),
        }.items():
            others = set(members) - {"jwk", "kid"}
            expected = "jwt_header_member" if strict and others else code
            token = form.token(members | {"alg": algorithm}, by=stranger)
            options = fetched if others and not strict else {}
            family.case(f"{form.twin}: {name}", token, expected, twin=form.twin, **options)
        own = form.token({"jwk": form.by.public_key.to_jwk()})
        family.case(f"{form.twin}: jwk of the issuer's own key", own, twin=form.twin)


def _key_names(book: Book, every: list[Form]) -> None:
    family = book.family("B4", "`kid` names a file, an address, a query, or somebody else's key.")
    names = {
        "a path": "../../../../etc/passwd",
        "an absolute path": "/dev/null",
        "an address": "https://evil.example/key.pem",
        "SQL": "x' UNION SELECT 'secret' --",
        "a command": "x|/usr/bin/id",
        "a template": "{{7*7}}",
        "a NUL's name": "%00",
        "empty": "",
        "another DID's": f"{OTHER}#ed25519",
        "a longer DID's": f"{ISSUER}.com#ed25519",
        "a did:key": did_key_signer(KeyType.ED25519, "other").verification_method,
        "a bare fragment without #": "ed25519",
        "the DID in capitals": "did:web:ISSUER.example#ed25519",
        "with a space before": f" {ISSUER}#ed25519",
    }
    for form in every:
        for name, kid in names.items():
            family.case(
                f"{form.twin}: {name}",
                form.token({"kid": kid}),
                "issuer_mismatch",
                twin=form.twin,
                no_fetch=True,
            )
        did = form.by.verification_method.partition("#")[0]
        # who presents needs a key of now, and what a did:key says never changes
        unknown = NO_HISTORY if did == ISSUER else "verification_method_not_found"
        for name, (kid, code) in {
            "the DID alone": (did, "invalidDidUrl"),
            "an unknown fragment": (f"{did}#nobody", unknown),
            "an unknown fragment, relative": ("#nobody", unknown),
            "two fragments": (f"{did}#a#b", "invalidDidUrl"),
            "a fragment with a space": (f"{did}#a b", "invalidDidUrl"),
        }.items():
            family.case(f"{form.twin}: {name}", form.token({"kid": kid}), code, twin=form.twin)
        for name, kid in {
            "a number": 1,
            "a list": [form.by.verification_method],
            "an object": {},
            "true": True,
        }.items():
            family.case(f"{form.twin}: kid is {name}", form.token({"kid": kid}), "jws_header", twin=form.twin)
        family.case(
            f"{form.twin}: 5,000 characters",
            form.token({"kid": f"{did}#" + "k" * 5_000}),
            "jwt_key_unnamed",
            twin=form.twin,
        )
        absent = form.token({"kid": None})
        family.case(f"{form.twin}: no kid", absent, form.code_of_no_key_name, twin=form.twin)
        relative = "#" + form.by.verification_method.partition("#")[2]
        family.case(f"{form.twin}: its own, relative", form.token({"kid": relative}), twin=form.twin)
        if did == ISSUER:
            for fragment in ("ed25519", "p256", "p384", "bls"):
                kid = f"{ISSUER}#{fragment}"
                if kid != form.by.verification_method:
                    family.case(
                        f"{form.twin}: the issuer's {fragment} key",
                        form.token({"kid": kid}),
                        "jws_algorithm",
                        twin=form.twin,
                    )


def _critical(book: Book, every: list[Form]) -> None:
    family = book.family(
        "B5", "Header members that must be understood, and are not; a payload that is not encoded."
    )
    for form in every:
        for name, members in {
            "unknown": {"crit": ["http://example.com/x"], "http://example.com/x": True},
            "of a registered name": {"crit": ["alg"]},
            "of exp": {"crit": ["exp"], "exp": NOW_SECONDS},
            "empty": {"crit": []},
            "absent member": {"crit": ["x"]},
            "a text": {"crit": "exp"},
            "an object": {"crit": {}},
            "a number": {"crit": 1},
            "false": {"crit": False},
        }.items():
            family.case(f"{form.twin}: crit {name}", form.token(members), "jws_critical", twin=form.twin)
        null = form.token(compact(form.header | {"crit": None}))
        family.case(f"{form.twin}: crit null", null, "jws_critical", twin=form.twin)
        for name, members in {
            "false and critical": {"b64": False, "crit": ["b64"]},
            "false": {"b64": False},
            "true": {"b64": True},
            "a text": {"b64": "false"},
        }.items():
            family.case(
                f"{form.twin}: b64 {name}", form.token(members), "jws_unencoded_payload", twin=form.twin
            )
