"""Every way to talk a reader of JWTs into a credential that its issuer never signed, by row of the attack catalogue.

Each case is made from a token that verifies (the twin, checked first) and names the code that must come out.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contexts import ContextStore
from credentials.dates import format_date_time_stamp
from credentials.jose import JWT_VC_JSON, OPEN_BADGES_JWT, VC_JWT, Profile, envelop_credential
from credentials.jws import JwsError, parse_compact, read_unverified_claims, verify_signature
from credentials.report import Outcome
from credentials.verification import check_credential
from credentials.verification_context import JWS_ALGORITHMS
from did.errors import InvalidKeyError
from did.keys import KeySigner, PublicKey
from tests.unit.credentials.conftest import NOW, World, did_of
from tests.unit.credentials.jose_tokens import (
    CREDENTIAL_PROFILES,
    badge_token,
    encode,
    forge,
    signer_of,
)

WYCHEPROOF = Path(__file__).parents[2] / "vectors" / "wycheproof" / "json_web_signature_test.json"
SECONDS = int(NOW.timestamp())


@dataclass(frozen=True)
class Forgery:
    """What an attacker starts from: a good token, its parts, its signer (to sign anything), and a stranger."""

    token: str
    header: dict[str, Any]
    claims: dict[str, Any]
    profile: Profile
    signer: KeySigner
    stranger: KeySigner

    @classmethod
    def start(cls, world: World, profile: Profile) -> Forgery:
        signer, stranger = signer_of(), signer_of(number=2)
        token = badge_token(world, signer, profile)
        jws = parse_compact(token)
        return cls(token, jws.unverified_header, read_unverified_claims(jws), profile, signer, stranger)

    def signed(self, *, by: KeySigner | None = None, without: tuple[str, ...] = (), **header: Any) -> bytes:
        """Another header, truly signed."""
        kept = {name: value for name, value in (self.header | header).items() if name not in without}
        return forge(kept, self.claims, by or self.signer)

    def saying(self, *, without: tuple[str, ...] = (), **claims: Any) -> bytes:
        """Other claims, truly signed."""
        kept = {name: value for name, value in (self.claims | claims).items() if name not in without}
        return forge(self.header, kept, self.signer)

    def with_member(self, name: str, value: Any) -> bytes:
        """Another member of the credential, truly signed; what claims say of it stays."""
        if self.profile.claim is None:
            return self.saying(**{name: value})
        return self.saying(vc=self.claims["vc"] | {name: value})

    def with_text(self, *, header: bytes | None = None, payload: bytes | None = None) -> bytes:
        """Header and payload as bytes, truly signed."""
        return forge(header or self.header, payload or self.claims, self.signer)

    @property
    def document(self) -> dict[str, Any]:
        """The credential as it stands in the token."""
        document: dict[str, Any] = self.claims if self.profile.claim is None else self.claims["vc"]
        return document

    @property
    def parts(self) -> list[str]:
        return self.token.split(".")


def mac(forgery: Forgery, secret: bytes) -> bytes:
    signing_input = f"{encode(forgery.header | {'alg': 'HS256'})}.{forgery.parts[1]}"
    return f"{signing_input}.{encode(hmac.digest(secret, signing_input.encode(), hashlib.sha256))}".encode()


def der(forgery: Forgery) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), forgery.signer.public_key.raw)
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def duplicate(forgery: Forgery, name: str, value: Any) -> bytes:
    """A payload that says a member twice, the last time as before."""
    before = json.dumps({name: value})[:-1].encode()
    return before + b"," + json.dumps(forgery.claims).encode()[1:]


THIEF = {"jku": "https://thief.example/jwks.json", "x5u": "https://thief.example/a.pem", "x5c": ["MIIB"]}
# dates under the names of the other data model
OTHER_END = dict.fromkeys((VC_JWT, OPEN_BADGES_JWT), "expirationDate") | {JWT_VC_JSON: "validUntil"}
OTHER_START = dict.fromkeys((VC_JWT, OPEN_BADGES_JWT), "issuanceDate") | {JWT_VC_JSON: "validFrom"}
PAST, FUTURE = "2020-01-01T00:00:00Z", "2036-01-01T00:00:00Z"
TODAY = format_date_time_stamp(NOW)
Case = tuple[str, str, Callable[[Forgery], bytes], str | dict[Profile, str]]

CASES: list[Case] = [
    ("B1", "alg none, unsigned", lambda f: f"{encode(f.header | {'alg': 'none'})}.{f.parts[1]}.".encode(), "jws_algorithm"),
    ("B1", "alg none, signed", lambda f: f.signed(alg="none"), "jws_algorithm"),
    ("B1", "alg None", lambda f: f.signed(alg="None"), "jws_algorithm"),
    ("B1", "alg nOnE", lambda f: f.signed(alg="nOnE"), "jws_algorithm"),
    ("B1", "alg empty", lambda f: f.signed(alg=""), "jws_algorithm"),
    ("B1", "alg null", lambda f: f.signed(alg=None), "jws_algorithm"),
    ("B1", "alg a list", lambda f: f.signed(alg=["ES256"]), "jws_algorithm"),
    ("B1", "alg absent", lambda f: f.signed(without=("alg",)), "jws_algorithm"),
    ("B1", "signature taken away", lambda f: ".".join([*f.parts[:2], ""]).encode(), "jws_signature"),
    ("B2", "HS256 with the raw key", lambda f: mac(f, f.signer.public_key.raw), "jws_algorithm"),
    ("B2", "HS256 with the JWK", lambda f: mac(f, json.dumps(f.signer.public_key.to_jwk()).encode()), "jws_algorithm"),
    ("B2", "HS256 with the DER", lambda f: mac(f, der(f)), "jws_algorithm"),
    ("B2", "HS256 with an empty secret", lambda f: mac(f, b""), "jws_algorithm"),
    ("B2", "another algorithm of the same curve", lambda f: f.signed(alg="ES256K"), "jws_algorithm"),
    ("B2", "ES384 with a key of P-256", lambda f: f.signed(alg="ES384"), "jws_algorithm"),
    ("B2", "RS256 with a key of P-256", lambda f: f.signed(alg="RS256"), "jws_algorithm"),
    ("B3", "own jwk beside the issuer's kid", lambda f: f.signed(by=f.stranger, jwk=f.stranger.public_key.to_jwk()), "jwt_key_mismatch"),
    ("B3", "own jwk alone", lambda f: f.signed(by=f.stranger, without=("kid",), jwk=f.stranger.public_key.to_jwk()), "verification_method_not_found"),
    ("B3", "jwk with a secret", lambda f: f.signed(jwk=f.signer.public_key.to_jwk() | {"d": "AA"}), "invalid_key"),
    ("B3", "jwk that is no object", lambda f: f.signed(jwk="x"), "jwt_key_mismatch"),
    *[
        ("B3", f"{name} by a stranger", lambda f, name=name, value=value: f.signed(by=f.stranger, **{name: value}),
         {VC_JWT: "jws_signature", OPEN_BADGES_JWT: "jwt_header_member", JWT_VC_JSON: "jwt_header_member"})
        for name, value in THIEF.items()
    ],
    ("B4", "kid of a stranger", lambda f: f.signed(by=f.stranger, kid=f.stranger.verification_method), "issuer_mismatch"),
    ("B4", "kid of a stranger, fragment of the issuer", lambda f: f.signed(by=f.stranger, kid=did_of(f.stranger) + "#" + f.signer.verification_method.partition("#")[2]), "issuer_mismatch"),
    ("B4", "kid a path", lambda f: f.signed(kid="../../../../dev/null"), "issuer_mismatch"),
    ("B4", "kid SQL", lambda f: f.signed(kid="x' UNION SELECT 'key';--"), "issuer_mismatch"),
    ("B4", "kid a URL", lambda f: f.signed(kid="https://thief.example/keys#1"), "issuer_mismatch"),
    ("B4", "kid a file", lambda f: f.signed(kid="file:///etc/passwd"), "issuer_mismatch"),
    ("B4", "kid with a query", lambda f: f.signed(kid=f"{did_of(f.signer)}?x=1#a"), "issuer_mismatch"),
    ("B4", "kid a DID without a fragment", lambda f: f.signed(kid=did_of(f.signer)), "invalidDidUrl"),
    ("B4", "kid of no key", lambda f: f.signed(kid=f"{did_of(f.signer)}#other"), "verification_method_not_found"),
    ("B4", "kid of no key, fragment alone", lambda f: f.signed(kid="#other"), "verification_method_not_found"),
    ("B4", "kid empty", lambda f: f.signed(kid=""), "issuer_mismatch"),
    ("B4", "kid a number", lambda f: f.signed(kid=7), "jws_header"),
    ("B4", "kid of 5,000 characters", lambda f: f.signed(kid="#" + "a" * 5_000), "jwt_key_unnamed"),
    ("B4", "the issuer's kid under a stranger's signature", lambda f: f.signed(by=f.stranger), "jws_signature"),
    ("B5", "crit unknown", lambda f: f.signed(crit=["exp"], exp=1), "jws_critical"),
    ("B5", "crit empty", lambda f: f.signed(crit=[]), "jws_critical"),
    ("B5", "b64 false, critical", lambda f: f.signed(crit=["b64"], b64=False), "jws_unencoded_payload"),
    ("B5", "b64 false", lambda f: f.signed(b64=False), "jws_unencoded_payload"),
    ("B5", "b64 true", lambda f: f.signed(b64=True), "jws_unencoded_payload"),
    ("B6", "alg twice", lambda f: f.with_text(header=b'{"alg":"none",' + json.dumps(f.header).encode()[1:]), "jws_header"),
    ("B6", "kid twice", lambda f: f.with_text(header=b'{"kid":"x",' + json.dumps(f.header).encode()[1:]), "jws_header"),
    ("B6", "iss twice", lambda f: f.with_text(payload=duplicate(f, "iss", "did:example:1")), "jws_payload"),
    ("B6", "document twice", lambda f: f.with_text(payload=duplicate(f, "vc" if f.profile.claim else "credentialSubject", {})), "jws_payload"),
    ("B7", "flattened JSON", lambda f: json.dumps(dict(zip(("protected", "payload", "signature"), f.parts, strict=True))).encode(), "jws_serialization"),
    ("B7", "general JSON", lambda f: json.dumps({"payload": f.parts[1], "signatures": [{"protected": f.parts[0], "signature": f.parts[2]}]}).encode(), "jws_serialization"),
    ("B7", "flattened JSON with a credential beside it", lambda f: json.dumps(f.claims | dict(zip(("protected", "payload", "signature"), f.parts, strict=True))).encode(), "jws_serialization"),
    ("B7", "a JWE", lambda f: f"{f.token}.AA.AA".encode(), "jws_serialization"),
    ("B7", "two parts", lambda f: ".".join(f.parts[:2]).encode(), "jws_serialization"),
    ("B8", "padding", lambda f: f"{f.parts[0]}.{f.parts[1]}=.{f.parts[2]}".encode(), "jws_encoding"),
    ("B8", "a space before", lambda f: f" {f.token}".encode(), "jws_encoding"),
    ("B8", "a newline after", lambda f: f"{f.token}\n".encode(), "jws_encoding"),
    ("B8", "a newline inside", lambda f: f"{f.token[:90]}\n{f.token[90:]}".encode(), "jws_encoding"),
    ("B8", "another alphabet", lambda f: f"{f.parts[0]}.{f.parts[1]}.{f.parts[2][:-1]}+".encode(), "jws_encoding"),
    ("B8", "a letter of another script", lambda f: f"{f.parts[0]}.{f.parts[1]}.{f.parts[2][:-1]}а".encode(), "jws_encoding"),
    ("B8", "bits that no encoder writes", lambda f: f.token[:-1].encode() + next(iter({b"B", b"C"} - {f.token[-1:].encode()})), "jws_encoding"),
    ("B8", "bytes after the signature", lambda f: f"{f.token}AAAA".encode(), "jws_signature"),
    ("B9", "a key binding", lambda f: f.signed(typ="kb+jwt"), "jws_typ"),
    ("B9", "an SD-JWT VC", lambda f: f.signed(typ="dc+sd-jwt"), "jws_typ"),
    ("B9", "a presentation", lambda f: f.signed(typ="vp+jwt"), "jws_typ"),
    ("B9", "a key proof", lambda f: f.signed(typ="openid4vci-proof+jwt"), "jws_typ"),
    ("B9", "a status list", lambda f: f.signed(typ="statuslist+jwt"), "jws_typ"),
    ("B9", "an access token", lambda f: f.signed(typ="at+jwt"), "jws_typ"),
    ("B9", "another case", lambda f: f.signed(typ=f.header["typ"].swapcase()), "jws_typ"),
    ("B9", "the media type", lambda f: f.signed(typ=f"application/{f.header['typ']}"), "jws_typ"),
    ("B9", "a list", lambda f: f.signed(typ=[f.header["typ"]]), "jws_typ"),
    *[
        ("B10", f"{name} {label}", lambda f, name=name, value=value: f.saying(**{name: value}), "jwt_claim_syntax")
        for name in ("exp", "nbf", "iat")
        for label, value in (("text", str(SECONDS)), ("a date that is none", "2026-11-24"), ("negative", -1), ("true", True), ("null", None), ("a list", [SECONDS]), ("beyond the year 9999", 253_402_300_800))
    ],
    *[
        ("B10", f"{name} {text.decode()[:9]}", lambda f, name=name, text=text: f.with_text(payload=b'{"%s":%s,' % (name.encode(), text) + json.dumps({each: value for each, value in f.claims.items() if each != name}).encode()[1:]), "jws_payload")
        for name in ("exp", "nbf")
        for text in (b"1e400", b"NaN", b"Infinity", b"1" * 5_000, b"9007199254740993")
    ],
    ("B11", "iss a list", lambda f: f.saying(iss=[did_of(f.signer)]), "jwt_claim_syntax"),
    ("B11", "iss a prefix", lambda f: f.saying(iss=did_of(f.signer)[:-1]), "jwt_iss_mismatch"),
    ("B11", "iss longer", lambda f: f.saying(iss=did_of(f.signer) + "/"), "jwt_iss_mismatch"),
    ("B11", "iss in another case", lambda f: f.saying(iss=did_of(f.signer).upper()), "jwt_iss_mismatch"),
    ("B11", "iss a stranger", lambda f: f.saying(iss=did_of(f.stranger)), "jwt_iss_mismatch"),
    ("B11", "iss empty", lambda f: f.saying(iss=""), "jwt_iss_mismatch"),
    ("B11", "iss null", lambda f: f.saying(iss=None), "jwt_claim_syntax"),
    ("B13", "a header of a megabyte", lambda f: f.signed(x="a" * 1_000_000), "jws_too_large"),
    ("B13", "a header of nine kilobytes", lambda f: f.signed(x="a" * 9_000), "jws_too_large"),
    ("B20", "another end that is shown", lambda f: f.with_member(OTHER_END[f.profile], PAST), "validity_reversed"),
    ("D5", "the other version's end has come", lambda f: f.with_member(OTHER_END[f.profile], TODAY), "expired"),
    ("D4", "the other version's start has not come", lambda f: f.with_member(OTHER_START[f.profile], FUTURE), "not_yet_valid"),
    ("B12", "an audience", lambda f: f.saying(aud="https://client.example"), "domain_mismatch"),
    ("B12", "an audience that is the issuer", lambda f: f.saying(aud=[did_of(f.signer)]), "domain_mismatch"),
    ("B20", "cnf is no object", lambda f: f.saying(cnf="key"), "jwt_claim_syntax"),
    ("C2", "an unknown context", lambda f: f.with_member("@context", [*f.document["@context"], "https://a.example/c"]), "unknown_context"),
    ("C5", "a context that renames", lambda f: f.with_member("@context", [*f.document["@context"], {"name": "https://schema.org/legalName"}]), "inline_context"),
    ("C3", "a context that is null", lambda f: f.with_member("@context", [*f.document["@context"], None]), "inline_context"),
    ("B13", "a payload of two megabytes", lambda f: f.saying(x="a" * 2_000_000), "too_large"),
    ("B13", "a payload nested a thousand deep", lambda f: f.with_text(payload=b"[" * 1_000 + b"]" * 1_000), "jws_payload"),
    ("B14", "a compressed JWE", lambda _: f"{encode({'alg': 'dir', 'enc': 'A128GCM', 'zip': 'DEF'})}..AA.{'A' * 1_000}.AA".encode(), "jws_serialization"),
    ("B14", "PBES2 with a hundred million rounds", lambda _: f"{encode({'alg': 'PBES2-HS256+A128KW', 'p2c': 100_000_000, 'enc': 'A128GCM'})}.AA.AA.AA.AA".encode(), "jws_serialization"),
    ("B14", "zip in a JWS", lambda f: f.signed(zip="DEF", alg="PBES2-HS256+A128KW"), {VC_JWT: "jws_algorithm", OPEN_BADGES_JWT: "jwt_header_member", JWT_VC_JSON: "jwt_header_member"}),
    ("B20", "sub a stranger", lambda f: f.saying(sub="did:example:1"), "jwt_sub_mismatch"),
    ("B20", "jti another", lambda f: f.saying(jti="urn:uuid:1"), "jwt_jti_mismatch"),
    ("B20", "issuer a stranger", lambda f: f.with_member("issuer", did_of(f.stranger)), "jwt_iss_mismatch"),
    ("B20", "issuer and iss a stranger", lambda f: f.with_member("issuer", did_of(f.stranger)) if f.profile is VC_JWT else f.saying(iss=did_of(f.stranger)), "jwt_iss_mismatch"),
]  # fmt: skip

SAYS_AGAIN: list[Case] = [
    ("B10", "nbf absent", lambda f: f.saying(without=("nbf",)), {OPEN_BADGES_JWT: "jwt_claim_missing", JWT_VC_JSON: "jwt_claim_missing"}),
    ("B20", "iss absent", lambda f: f.saying(without=("iss",)), "jwt_claim_missing"),
    ("B20", "sub absent", lambda f: f.saying(without=("sub",)), "jwt_claim_missing"),
    ("B20", "jti absent", lambda f: f.saying(without=("jti",)), "jwt_claim_missing"),
    ("B20", "exp absent", lambda f: f.with_member(f.profile.version.end, "2030-01-01T00:00:00Z"), "jwt_claim_missing"),
    ("B20", "nbf another", lambda f: f.saying(nbf=SECONDS), "jwt_nbf_mismatch"),
    ("B20", "exp later than the credential's end", lambda f: forge(f.header, f.claims | ({f.profile.version.end: "2026-11-25T00:00:00Z"} if f.profile.claim is None else {"vc": f.claims["vc"] | {f.profile.version.end: "2026-11-25T00:00:00Z"}}) | {"exp": 4_000_000_000}, f.signer), "jwt_exp_mismatch"),
    ("B20", "start another", lambda f: f.with_member(f.profile.version.start, "2026-11-01T00:00:00Z"), "jwt_nbf_mismatch"),
    ("B20", "id another", lambda f: f.with_member("id", "urn:uuid:1"), "jwt_jti_mismatch"),
    ("B20", "iss a prefix of the issuer", lambda f: f.saying(iss="did:key:z"), "jwt_iss_mismatch"),
]  # fmt: skip

BY_CASE = [
    pytest.param(profile, forgery, code, id=f"{profile.name}-{row} {name}", marks=pytest.mark.attack(row))
    for row, name, forgery, codes in CASES
    for profile in CREDENTIAL_PROFILES
    for code in [codes if isinstance(codes, str) else codes[profile]]
] + [
    pytest.param(profile, forgery, code, id=f"{profile.name}-{row} {name}", marks=pytest.mark.attack(row))
    for row, name, forgery, codes in SAYS_AGAIN
    for profile in (OPEN_BADGES_JWT, JWT_VC_JSON)
    for code in [codes if isinstance(codes, str) else codes[profile]]
]


@pytest.mark.covers("vc-jose-cose", "3.1.3", "4.1.1", "4.1.2", "5.1")
@pytest.mark.covers("open-badges-3.0", "Verify a Credential (JSON Web Token)")
@pytest.mark.parametrize(("profile", "forgery", "code"), BY_CASE)
def test_a_forged_credential_is_invalid_for_the_right_reason(
    world: World, profile: Profile, forgery: Callable[[Forgery], bytes], code: str
) -> None:
    start = Forgery.start(world, profile)
    twin = check_credential(start.token.encode(), context=world.context(), now=NOW)
    assert (twin.outcome, twin.codes) == (Outcome.VALID, ())
    forged = forgery(start)
    report = check_credential(forged, context=world.context(), now=NOW)
    assert (report.outcome, report.codes) == (Outcome.INVALID, (code,))
    # a stranger's token makes us ask nobody
    assert world.served.requests == []


@pytest.mark.attack("B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B9", "B10", "B11", "B13", "B14", "B20")
def test_each_row_has_its_cases() -> None:
    rows = {row for row, *_ in CASES + SAYS_AGAIN}
    assert rows >= {"B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B9", "B10", "B11", "B13", "B14", "B20"}
    assert len(BY_CASE) > 250


@pytest.mark.attack("B3")
@pytest.mark.parametrize("name", THIEF)
def test_a_header_that_is_not_understood_is_ignored_where_it_may_stand(world: World, name: str) -> None:
    start = Forgery.start(world, VC_JWT)
    report = check_credential(start.signed(**{name: THIEF[name]}), context=world.context(), now=NOW)
    assert report.outcome is Outcome.VALID
    assert world.served.requests == []


@pytest.mark.covers("vc-jose-cose", "1.1.2")
@pytest.mark.attack("B20")
@pytest.mark.parametrize("name", ["vc", "vp"])
def test_a_second_document_beside_the_payload_is_refused(world: World, name: str) -> None:
    start = Forgery.start(world, VC_JWT)
    report = check_credential(start.saying(**{name: start.claims}), context=world.context(), now=NOW)
    assert report.codes == ("jwt_reserved_claim",)


@pytest.mark.covers("vc-jose-cose", "3.1.3")
@pytest.mark.attack("B9")
@pytest.mark.parametrize(
    ("profile", "content_type", "codes"),
    [
        (VC_JWT, "vc", ()),
        (VC_JWT, "vp", ("jwt_content_type",)),
        (VC_JWT, "application/vc", ("jwt_content_type",)),
        (VC_JWT, "JWT", ("jwt_content_type",)),
        (VC_JWT, 7, ("jwt_content_type",)),
        (OPEN_BADGES_JWT, "vc", ("jwt_header_member",)),
    ],
)
def test_the_content_type_is_that_of_the_form(
    world: World, profile: Profile, content_type: Any, codes: tuple[str, ...]
) -> None:
    start = Forgery.start(world, profile)
    report = check_credential(start.signed(cty=content_type), context=world.context(), now=NOW)
    assert report.codes == codes
    without = start.signed(without=("cty",))
    assert check_credential(without, context=world.context(), now=NOW).outcome is Outcome.VALID


@pytest.mark.attack("B9")
def test_an_id_token_is_no_credential(world: World) -> None:
    signer = signer_of()
    claims = {
        "iss": did_of(signer),
        "sub": "x",
        "aud": "y",
        "exp": SECONDS + 60,
        "iat": SECONDS,
        "nonce": "n",
    }
    token = forge({"alg": "ES256", "kid": signer.verification_method, "typ": "JWT"}, claims, signer)
    report = check_credential(token, context=world.context(), now=NOW)
    assert (report.outcome, report.codes) == (Outcome.INVALID, ("context_missing",))


@pytest.mark.covers("vc-jose-cose", "5.4")
@pytest.mark.covers("vcdm-2.0", "5.11")
@pytest.mark.attack("B20")
def test_a_data_model_in_the_form_of_the_other_is_refused(world: World) -> None:
    start = Forgery.start(world, OPEN_BADGES_JWT)
    badge = {name: value for name, value in start.claims.items() if name not in ("iss", "sub", "jti", "nbf")}
    registered = {name: value for name, value in start.claims.items() if name not in badge}
    wrapped = forge(start.header, registered | {"vc": badge}, start.signer)
    assert check_credential(wrapped, context=world.context(), now=NOW).codes == ("jwt_vcdm_version",)
    old = Forgery.start(world, JWT_VC_JSON)
    bare = forge(
        old.header, {k: v for k, v in old.claims.items() if k != "vc"} | old.claims["vc"], old.signer
    )
    assert check_credential(bare, context=world.context(), now=NOW).codes == ("jwt_vcdm_version",)
    many = old.saying(
        vc=old.claims["vc"]
        | {"type": ["VerifiableCredential"], "credentialSubject": [{"id": "a:b"}, {"id": "c:d"}]}
    )
    assert check_credential(many, context=world.context(), now=NOW).codes == ("jwt_sub_mismatch",)
    for vc in (None, [], "x", 7):
        assert check_credential(old.saying(vc=vc), context=world.context(), now=NOW).codes == ("jwt_payload",)


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["alg", "kid", "jwk", "typ", "cty", "iss", "sub", "jti", "nbf", "exp", "iat", "aud", "vc", "vp", "@context", "type", "issuer", "id", "credentialSubject", "validFrom", "proof", "_sd"]
)  # fmt: skip
hostile = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@cache
def fixed_world() -> World:
    return World(ContextStore.load())


@hostile
@given(st.sampled_from(CREDENTIAL_PROFILES), st.booleans(), NAMES, JSON)
def test_whatever_an_issuer_signs_gets_a_report(
    profile: Profile, in_header: bool, name: str, value: Any
) -> None:
    start = Forgery.start(fixed_world(), profile)
    token = start.signed(**{name: value}) if in_header else start.saying(**{name: value})
    for data in (token, envelop_credential(token.decode())):
        report = check_credential(data, context=fixed_world().context(), now=NOW)
        if report.outcome is Outcome.VALID:
            assert report.credential is not None
            assert report.credential.issuer_id == did_of(start.signer)


@hostile
@given(st.sampled_from(CREDENTIAL_PROFILES), st.data())
def test_no_changed_character_leaves_a_token_valid(profile: Profile, data: st.DataObject) -> None:
    token = Forgery.start(fixed_world(), profile).token
    place = data.draw(st.integers(0, len(token) - 1))
    character = data.draw(st.characters(codec="ascii").filter(lambda each: each != token[place]))
    changed = (token[:place] + character + token[place + 1 :]).encode()
    report = check_credential(changed, context=fixed_world().context(), now=NOW)
    assert report.outcome is not Outcome.VALID


def wycheproof() -> list[Any]:
    groups = json.loads(WYCHEPROOF.read_text())["testGroups"]
    return [
        pytest.param(group.get("public") or group.get("private"), test, id=str(test["tcId"]))
        for group in groups
        for test in group["tests"]
    ]


@pytest.mark.attack("B1", "B2", "B8")
@pytest.mark.parametrize(("jwk", "test"), wycheproof())
def test_wycheproof_jws(jwk: dict[str, Any], test: dict[str, Any]) -> None:
    """What is valid under a key and algorithm of ours verifies; everything else is refused by its own error."""
    holds = False
    try:
        key = PublicKey.from_jwk(jwk)
        verify_signature(parse_compact(test["jws"]), public_key=key, algorithms=JWS_ALGORITHMS)
        holds = True
    except (InvalidKeyError, JwsError):
        pass
    ours = jwk.get("alg") in ("RS256", "ES256") and jwk.get("use", "sig") == "sig"
    if test["result"] == "valid":
        assert holds == ours
    elif holds:
        # the key's own `use` and `key_ops` are looked at where sets of keys are read: did.jwks
        assert test["comment"] in ("rejectWrongUse", "rejectWrongKeyOps")


@pytest.mark.attack("B20")
@pytest.mark.parametrize("name", ["@context", "credentialSubject", "credentialStatus", "vp"])
def test_a_second_document_beside_the_first_is_refused(world: World, name: str) -> None:
    start = Forgery.start(world, JWT_VC_JSON)
    verdicts = [
        check_credential(each, context=world.context(), now=NOW)
        for each in (start.saying(), start.saying(**{name: {}}))
    ]
    assert [each.codes for each in verdicts] == [(), ("jwt_reserved_claim",)]


@pytest.mark.attack("B9", "B12")
@pytest.mark.parametrize("profile", CREDENTIAL_PROFILES, ids=lambda profile: profile.name)
def test_a_credential_may_name_its_subject_as_its_audience_and_nobody_else(
    world: World, profile: Profile
) -> None:
    start = Forgery.start(world, profile)
    subject = start.document["credentialSubject"]["id"]
    for audience, codes in ((subject, ()), ([subject], ("domain_mismatch",)), (None, ("domain_mismatch",))):
        report = check_credential(start.saying(aud=audience), context=world.context(), now=NOW)
        assert report.codes == codes
