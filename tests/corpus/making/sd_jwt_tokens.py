"""What the rows of JWTs are for SD-JWT VCs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from credentials.sd_jwt import OPEN_BADGE_VCT
from did.keys import KeyType
from tests.corpus.making.artefacts import OTHER, changed
from tests.corpus.making.book import NO_HISTORY, Pieces
from tests.corpus.making.keys import private_key, signer
from tests.corpus.making.sd_jwt import (
    BADGE,
    NOW_SECONDS,
    SMALL,
    UNBOUND,
    Parts,
    badge_parts,
    key_binding,
    small_parts,
)
from tests.corpus.making.signing import DOMAIN, ISSUER

if TYPE_CHECKING:
    from tests.corpus.making.book import Book, Family


JsonObject = dict[str, Any]


def make(book: Book) -> None:
    """Write the rows."""
    small = small_parts()
    _forms(book, small)
    _headers(book, small)
    _claims(book, small)
    _contradictions(book)


def _forms(book: Book, small: Parts) -> None:
    family = book.family("B7-sd-jwt", "SD-JWTs in another serialization, or of another form.")
    token, bare = small.presented(), small.sd_jwt()
    jwt = bare.partition("~")[0]
    protected, payload, signature = jwt.split(".")
    for name, (text, code) in {
        "no tilde": (jwt, "sd_jwt_serialization"),
        "nothing": ("", "sd_jwt_serialization"),
        "only a tilde": ("~", "jws_serialization"),
        "tildes": ("~~~~", "jws_serialization"),
        "an empty JWT": ("~" + "~".join(small.disclosures) + "~", "jws_serialization"),
        "an empty Disclosure": (bare.replace("~", "~~", 1), "disclosure_json"),
        "a space before": (" " + token, "jws_encoding"),
        "a newline after": (token + "\n", "jws_encoding"),
        "not ASCII": (token + "\u00e9", "sd_jwt_encoding"),
        "a JSON serialization": (
            json.dumps(
                {
                    "payload": payload,
                    "protected": protected,
                    "signature": signature,
                    "header": {"disclosures": list(small.disclosures)},
                }
            )
            + "~",
            "sd_jwt_json_serialization",
        ),
        "a JSON object": (json.dumps({"x": "~"}), "sd_jwt_json_serialization"),
        "a JWE before": (f"{protected}.AA.AA.AA.AA~", "jws_serialization"),
        "commas for tildes": (token.replace("~", ","), "sd_jwt_serialization"),
        "percent-encoded tildes": (token.replace("~", "%7E"), "sd_jwt_serialization"),
    }.items():
        twin = UNBOUND if name == "an empty Disclosure" else SMALL
        family.case(name, text, code, twin=twin)
    for name, text in {
        "a megabyte of tildes": Pieces(jwt, ("~", 1_100_000)),
        "a Disclosure of a megabyte": Pieces(jwt + "~", ("A", 1_100_000), "~"),
    }.items():
        family.case(name, text, "sd_jwt_too_large", kind="sd-jwt")
    family.case("5,000 tildes", Pieces(jwt, ("~", 5_000)), "too_many_disclosures", kind="sd-jwt")


def _headers(book: Book, small: Parts) -> None:
    family = book.family("B1-sd-jwt", "The header of an SD-JWT VC: algorithm, kind, key.")
    stranger = signer(KeyType.ED25519, "other", f"{ISSUER}#ed25519")
    forged = replace(small, by=stranger)
    for name in ("none", "None", "NONE", "", "HS256", "HS384", "ES256", "RS256", "PS256", "EdDSA "):
        parts = small.with_header(alg=name)
        family.case(f"alg {name!r}", parts.presented(), "jws_algorithm", twin=SMALL)
    unsigned = small.with_header(alg="none").sd_jwt()
    jwt, _, rest = unsigned.partition("~")
    unsigned = jwt.rpartition(".")[0] + ".~" + rest
    family.case("alg none, no signature", unsigned + key_binding(unsigned), "jws_algorithm", twin=SMALL)
    for name, value in {"a number": 1, "a list": ["EdDSA"]}.items():
        family.case(f"alg {name}", small.with_header(alg=value).presented(), "jws_algorithm", twin=SMALL)
    family.case("no alg", small.with_header(alg=None).presented(), "jws_algorithm", twin=SMALL)
    for typ in (
        "vc+sd-jwt",
        "JWT",
        "sd+jwt",
        "DC+SD-JWT",
        "dc+sd-jwt ",
        "application/dc+sd-jwt",
        "vc+jwt",
        "kb+jwt",
        "statuslist+jwt",
        "",
    ):
        family.case(f"typ {typ!r}", small.with_header(typ=typ).presented(), "jws_typ", twin=SMALL)
    family.case("no typ", small.with_header(typ=None).presented(), "jws_typ", twin=SMALL)
    family.case("typ a list", small.with_header(typ=["dc+sd-jwt"]).presented(), "jws_typ", twin=SMALL)
    family.case("crit", small.with_header(crit=["x"]).presented(), "jws_critical", twin=SMALL)
    family.case("b64", small.with_header(b64=False).presented(), "jws_unencoded_payload", twin=SMALL)
    family.case("a stranger's key under the issuer's URL", forged.presented(), "jws_signature", twin=SMALL)
    for member, value in {
        "jwk": stranger.public_key.to_jwk(),
        "jku": "https://evil.example/jwks.json",
        "x5u": "https://evil.example/cert.pem",
        "x5c": ["MIIB"],
    }.items():
        parts = forged.with_header(**{member: value})
        family.case(
            f"{member} of a stranger's",
            parts.presented(),
            "jws_signature",
            twin=SMALL,
            fetched=["https://issuer.example/.well-known/did.json"],
        )
    for name, kid in {
        "a path": "../../etc/passwd",
        "an address": "https://evil.example/",
        "another DID's": f"{OTHER}#ed25519",
        "a longer DID's": f"{ISSUER}.com#ed25519",
        "empty": "",
        "SQL": "x' OR 1=1 --",
    }.items():
        family.case(
            f"kid {name}",
            small.with_header(kid=kid).presented(),
            "issuer_mismatch",
            twin=SMALL,
            no_fetch=True,
        )
    for name, (kid, code) in {
        "an unknown fragment": (f"{ISSUER}#nobody", NO_HISTORY),
        "a key of another kind": (f"{ISSUER}#p256", "jws_algorithm"),
        "relative": ("#ed25519", ""),
    }.items():
        family.case(f"kid {name}", small.with_header(kid=kid).presented(), code, twin=SMALL)
    family.case("kid a number", small.with_header(kid=1).presented(), "jws_header", twin=SMALL)
    family.case("no kid: the one key that fits", small.with_header(kid=None).presented(), twin=SMALL)
    protected, payload, signature = small.sd_jwt().partition("~")[0].split(".")
    for part_name, at in (("header", 0), ("payload", 1), ("signature", 2)):
        for name, change in {
            "padded": lambda part: part + "=",
            "with a space": lambda part: part[:9] + " " + part[9:],
            "with a plus": lambda part: part[:9] + "+" + part[10:],
            "with a newline": lambda part: part[:9] + "\n" + part[9:],
        }.items():
            parts = [protected, payload, signature]
            parts[at] = change(parts[at])
            text = ".".join(parts) + "~" + "~".join(small.disclosures) + "~"
            family.case(f"{part_name} {name}", text + key_binding(text), "jws_encoding", twin=SMALL)


def _claims(book: Book, small: Parts) -> None:
    family = book.family("B10-sd-jwt", "The claims of an SD-JWT VC: issuer, type, times.")
    for claim in ("exp", "nbf", "iat"):
        for name, value in {
            "a text": "1858327200",
            "negative": -1,
            "true": True,
            "a list": [1],
            "an object": {},
            "in milliseconds": NOW_SECONDS * 1_000,
        }.items():
            family.case(
                f"{claim} is {name}",
                small.with_payload(**{claim: value}).presented(),
                "claim_syntax",
                twin=SMALL,
            )
    for name, (claims, code) in {
        "exp now": ({"exp": NOW_SECONDS}, "expired"),
        "exp a second ago": ({"exp": NOW_SECONDS - 1}, "expired"),
        "exp 0": ({"exp": 0}, "expired"),
        "exp in a second": ({"exp": NOW_SECONDS + 1}, ""),
        "nbf in 61 s": ({"nbf": NOW_SECONDS + 61}, "not_yet_valid"),
        "nbf in 60 s": ({"nbf": NOW_SECONDS + 60}, ""),
        "iat in 61 s": ({"iat": NOW_SECONDS + 61}, "not_yet_valid"),
        "no iat": ({"iat": None}, ""),
        "aud is us": ({"aud": DOMAIN}, ""),
        "aud is another": ({"aud": "https://other.example"}, "audience_mismatch"),
        "aud is us and another": ({"aud": [DOMAIN, "https://other.example"]}, "audience_mismatch"),
        "no vct": ({"vct": None}, "vct_missing"),
        "vct is empty": ({"vct": ""}, "vct_missing"),
        "vct is a list": ({"vct": ["x"]}, "vct_missing"),
        "vct is a number": ({"vct": 1}, "vct_missing"),
        "aka_vcts is empty": ({"aka_vcts": []}, "claim_syntax"),
        "aka_vcts is a text": ({"aka_vcts": "x"}, "claim_syntax"),
        "aka_vcts names the type again": (
            {"aka_vcts": ["https://issuer.example/types/stand"]},
            "claim_syntax",
        ),
        "sub is a number": ({"sub": 1}, "claim_syntax"),
        "jti is a list": ({"jti": ["x"]}, "claim_syntax"),
        "sub is empty": ({"sub": ""}, "claim_syntax"),
        "no iss": ({"iss": None}, "issuer_missing"),
        "iss is a list": ({"iss": [ISSUER]}, "issuer_invalid"),
        "iss is a number": ({"iss": 1}, "issuer_invalid"),
        "iss is empty": ({"iss": ""}, "issuer_invalid"),
        "iss is another": ({"iss": OTHER}, "issuer_mismatch"),
        "iss in capitals": ({"iss": "did:web:ISSUER.example"}, "issuer_mismatch"),
        "iss longer": ({"iss": f"{ISSUER}.com"}, "issuer_mismatch"),
        "iss with a space": ({"iss": f"{ISSUER} "}, "invalidDid"),
        "iss of another DID method": ({"iss": "did:example:1"}, "issuer_not_permitted"),
        "iss over http": ({"iss": "http://issuer.example"}, "issuer_invalid"),
        "iss with user info": ({"iss": "https://x@issuer.example"}, "issuer_invalid"),
        "iss with a query": ({"iss": "https://issuer.example?x"}, "issuer_invalid"),
        "iss with a fragment": ({"iss": "https://issuer.example#x"}, "issuer_invalid"),
        "iss climbing up": ({"iss": "https://issuer.example/a/../b"}, "issuer_invalid"),
        "iss with an encoded slash": ({"iss": "https://issuer.example/a%2fb"}, "issuer_invalid"),
        "iss a file": ({"iss": "file:///etc/passwd"}, "issuer_invalid"),
        "vct#integrity is no digest": ({"vct#integrity": "x"}, "claim_syntax"),
        "vct#integrity is a number": ({"vct#integrity": 1}, "claim_syntax"),
        "vct#integrity is empty": ({"vct#integrity": ""}, "claim_syntax"),
        "vct#integrity by MD5": ({"vct#integrity": "md5-AAAA"}, "type_metadata_integrity"),
    }.items():
        family.case(name, small.with_payload(**claims).presented(), code, twin=SMALL)
    _https_issuers(family, small)


def _https_issuers(family: Family, small: Parts) -> None:
    jwk = private_key(KeyType.ED25519, "issuer").public_key.to_jwk() | {"kid": "k1"}
    other = private_key(KeyType.ED25519, "other").public_key.to_jwk() | {"kid": "k1"}
    unavailable = ("resolution_unavailable", "indeterminate")
    for number, (name, (answer, code, outcome)) in enumerate(
        {
            "publishes its key": ({"jwks": {"keys": [jwk]}}, "", ""),
            "publishes another key": ({"jwks": {"keys": [other]}}, "jws_signature", ""),
            "publishes no key": ({"jwks": {"keys": []}}, "verification_method_not_found", ""),
            "publishes two keys of a name": ({"jwks": {"keys": [jwk, other]}}, "invalid_jwks", ""),
            "says that it is another": (
                {"issuer": "https://evil.example", "jwks": {"keys": [jwk]}},
                "issuer_mismatch",
                "",
            ),
            "says that it is one with a slash": (
                {"issuer": "/", "jwks": {"keys": [jwk]}},
                "issuer_mismatch",
                "",
            ),
            "says nothing": (None, "issuer_metadata_invalid", ""),
            "has keys in two places": (
                {"jwks": {"keys": [jwk]}, "jwks_uri": "https://issuer.example/jwks"},
                "issuer_metadata_invalid",
                "",
            ),
            "has keys nowhere": ({}, "issuer_metadata_invalid", ""),
            "has keys over http": ({"jwks_uri": "http://issuer.example/jwks"}, "issuer_metadata_invalid", ""),
            "has keys in a file": ({"jwks_uri": "file:///etc/passwd"}, "issuer_metadata_invalid", ""),
            "has keys that are not there": (
                {"jwks_uri": "https://issuer.example/none"},
                "notFound",
                "indeterminate",
            ),
            "has keys that are no JWK Set": ({"jwks": []}, "invalid_jwks", ""),
            "publishes the key with its secret": (
                {"jwks": {"keys": [jwk | {"d": "AAAA"}]}},
                "verification_method_not_found",
                "",
            ),
            "publishes the key for encryption": (
                {"jwks": {"keys": [jwk | {"use": "enc"}]}},
                "verification_method_not_found",
                "",
            ),
            "publishes the key under another name": (
                {"jwks": {"keys": [jwk | {"kid": "k2"}]}},
                "verification_method_not_found",
                "",
            ),
        }.items()
    ):
        iss = f"https://issuer.example/sd/{number}"
        url = f"https://issuer.example/.well-known/jwt-vc-issuer/sd/{number}"
        family.documents[url] = {"json": answer if answer is None else {"issuer": iss} | answer}
        parts = small.with_payload(iss=iss).with_header(kid="k1")
        family.case(f"https issuer {name}", parts.presented(), code, outcome=outcome, twin=SMALL)
    for number, (name, served) in enumerate(
        {"with 500": {"status": 500}, "never": {"error": "timeout"}}.items()
    ):
        iss = f"https://issuer.example/gone/{number}"
        family.documents[f"https://issuer.example/.well-known/jwt-vc-issuer/gone/{number}"] = served
        parts = small.with_payload(iss=iss).with_header(kid="k1")
        family.case(
            f"https issuer answers {name}",
            parts.presented(),
            unavailable[0],
            outcome=unavailable[1],
            twin=SMALL,
        )
    parts = small.with_payload(iss="https://issuer.example/nowhere").with_header(kid="k1")
    family.case(
        "https issuer answers with 404", parts.presented(), "notFound", outcome="indeterminate", twin=SMALL
    )


def _contradictions(book: Book) -> None:
    family = book.family("B20-sd-jwt", "A badge whose members contradict the claims of its token.")
    parts = badge_parts()
    payload = parts.payload

    def member(**members: Any) -> Parts:
        return parts.with_disclosures().with_payload(**members)

    # with nothing disclosed: what is said of the badge stands in the payload alone
    subject = {name: value for name, value in payload["credentialSubject"].items() if name != "_sd"}
    for name, (changed_parts, code) in {
        "another issuer": (member(issuer=payload["issuer"] | {"id": OTHER}), "claims_contradict"),
        "an issuer that is a text": (member(issuer=OTHER), "claims_contradict"),
        "no issuer": (member(issuer=None), "issuer_invalid"),
        "jti is another id": (member(jti="urn:uuid:0"), "claims_contradict"),
        "sub is another subject": (member(sub=OTHER), "claims_contradict"),
        "nbf a second later": (member(nbf=payload["nbf"] + 1), "claims_contradict"),
        "nbf a second earlier": (member(nbf=payload["nbf"] - 1), "claims_contradict"),
        "no nbf": (member(nbf=None), "claims_contradict"),
        "exp a second later": (member(exp=payload["exp"] + 1), "claims_contradict"),
        "no exp": (member(exp=None), "claims_contradict"),
        "validUntil later": (member(validUntil="2029-11-20T10:00:00Z"), "claims_contradict"),
        "no validUntil": (member(validUntil=None), "claims_contradict"),
        "no validFrom": (member(validFrom=None), "start_date_missing"),
        "validFrom without zone": (member(validFrom="2026-11-20T10:00:00"), "date_syntax"),
        "a proof": (member(proof={"type": "DataIntegrityProof"}), "badge_shape"),
        "a credentialStatus": (member(credentialStatus={"type": "x"}), "badge_shape"),
        "no context": (member(**{"@context": None}), "context_missing"),
        "no type": (member(type=None), "type_missing"),
        "no subject": (member(credentialSubject=None), "subject_missing"),
        "a subject without achievement": (
            member(credentialSubject={k: v for k, v in subject.items() if k != "achievement"}),
            "achievement_missing",
        ),
        "an achievement without criteria": (
            member(credentialSubject=changed(subject, lambda it: it["achievement"].pop("criteria"))),
            "criteria_missing",
        ),
        "two subjects": (
            member(credentialSubject=[subject, {"id": OTHER, "type": ["AchievementSubject"]}]),
            "several_subjects",
        ),
    }.items():
        family.case(name, changed_parts.presented(), code, twin=BADGE)
    assert payload["vct"] == OPEN_BADGE_VCT
