"""B15 for `vc+sd-jwt`: a credential of VCDM 2.0 in an SD-JWT."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from credentials.sd_jwt.issuing import conceal
from did.keys import KeyType
from tests.corpus.making.artefacts import OTHER, plain
from tests.corpus.making.keys import signer
from tests.corpus.making.sd_jwt import Parts, disclosure, key_binding, salts
from tests.corpus.making.signing import ISSUER, digest, issuer, sign

if TYPE_CHECKING:
    from tests.corpus.making.book import Book

_TWIN: Final = "vc+sd-jwt"
_NOW: Final = 1_795_512_600  # 2026-11-24T09:30:00Z


def _parts() -> Parts:
    claims = plain() | {"iss": ISSUER, "iat": _NOW - 3600}
    pointers = ["/credentialSubject/name", "/credentialSubject/description"]
    concealed = conceal(claims, pointers, salts=salts(_TWIN))
    header = {"alg": "EdDSA", "typ": "vc+sd-jwt", "cty": "vc", "kid": f"{ISSUER}#ed25519"}
    return Parts(header, concealed.payload, concealed.disclosures, issuer())


def make(book: Book) -> None:
    """Write the row."""
    parts = _parts()
    book.twin(_TWIN, parts.sd_jwt())
    family = book.family(
        "B15-vc-sd-jwt", "A W3C credential in an SD-JWT: what must not be hidden, and what is not its own."
    )
    every = parts.disclosures
    subject = parts.payload["credentialSubject"]

    def hiding(name: str, value: Any, *, shown: bool) -> Parts:
        """A member of the credential in a Disclosure that its issuer signed the digest of."""
        text = disclosure(f"salt {name}", name, value)
        payload = {each: said for each, said in parts.payload.items() if each != name}
        return replace(
            parts, payload=payload | {"_sd": [digest(text)]}, disclosures=(*every, *([text] if shown else []))
        )

    status = {"type": "BitstringStatusListEntry"}
    cases: dict[str, tuple[Parts, str]] = {
        "with nothing shown": (parts.with_disclosures(), ""),
        "with one shown": (parts.with_disclosures(every[0]), ""),
        "in another order": (parts.with_disclosures(*reversed(every)), ""),
        "one twice": (parts.with_disclosures(*every, every[0]), "disclosure_duplicate"),
        "one that nothing refers to": (
            parts.with_disclosures(*every, disclosure("s", "x", 1)),
            "disclosure_unreferenced",
        ),
        "by a stranger's key under the issuer's URL": (
            replace(parts, by=signer(KeyType.ED25519, "other", f"{ISSUER}#ed25519")),
            "jws_signature",
        ),
        "kid of another DID": (parts.with_header(kid=f"{OTHER}#ed25519"), "issuer_mismatch"),
        "alg none": (parts.with_header(alg="none"), "jws_algorithm"),
        "alg HS256": (parts.with_header(alg="HS256"), "jws_algorithm"),
        "crit": (parts.with_header(crit=["x"]), "jws_critical"),
        "cty JWT": (parts.with_header(cty="JWT"), "jwt_content_type"),
        "iss is another": (parts.with_payload(iss=OTHER), "jwt_iss_mismatch"),
        "the issuer is another": (parts.with_payload(issuer=OTHER), "jwt_iss_mismatch"),
        "the issuer and iss are another": (parts.with_payload(issuer=OTHER, iss=OTHER), "issuer_mismatch"),
        "exp now": (parts.with_payload(exp=_NOW), "proof_expired"),
        "nbf later": (parts.with_payload(nbf=_NOW + 61), "proof_not_yet_valid"),
        "ended": (parts.with_payload(validUntil="2026-11-24T09:30:00Z"), "expired"),
        "not yet": (parts.with_payload(validFrom="2026-11-24T09:31:01Z"), "not_yet_valid"),
        "a proof within": (parts.with_payload(proof=sign(plain())["proof"]), "proof_unexpected"),
        "no context": (parts.with_payload(**{"@context": None}), "context_missing"),
        "a foreign context": (
            parts.with_payload(**{"@context": [*parts.payload["@context"], "https://evil.example/"]}),
            "unknown_context",
        ),
        "a claim vc": (parts.with_payload(vc={}), "jwt_reserved_claim"),
        "sub is another": (parts.with_payload(sub=OTHER), "jwt_sub_mismatch"),
        "_sd_alg of MD5": (parts.with_payload(_sd_alg="md5"), "sd_alg_unsupported"),
        "a digest that is a number": (
            parts.with_payload(credentialSubject=subject | {"_sd": [1]}).with_disclosures(),
            "digest_shape",
        ),
    }
    for name, value in {
        "validUntil": "2028-11-20T10:00:00Z",
        "validFrom": "2026-11-20T10:00:00Z",
        "issuer": ISSUER,
        "type": ["VerifiableCredential"],
        "@context": parts.payload["@context"],
        "credentialStatus": status,
        "iss": ISSUER,
        "exp": _NOW + 9,
        "cnf": {},
    }.items():
        cases[f"{name} in a Disclosure that is shown"] = (
            hiding(name, value, shown=True),
            "claim_not_disclosable",
        )
    for name, (changed, code) in cases.items():
        family.case(name, changed.sd_jwt(), code, twin=_TWIN)
    bound = parts.sd_jwt()
    family.case("with a Key Binding JWT", bound + key_binding(bound), "key_binding_unexpected", twin=_TWIN)
    as_other = parts.with_header(typ="dc+sd-jwt").sd_jwt()
    family.case("as dc+sd-jwt: no type of one", as_other, "vct_missing", twin=_TWIN)
