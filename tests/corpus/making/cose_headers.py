"""B1 to B5, B9, B10, B12 and B20 for COSE: what the header and its claims say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from did.keys import KeyType
from tests.corpus.making.artefacts import OTHER
from tests.corpus.making.book import NO_HISTORY
from tests.corpus.making.cose import (
    ALG,
    AUD,
    CNF,
    CRIT,
    CTY,
    CWT,
    EXP,
    IAT,
    ISS,
    KID,
    NBF,
    NONCE,
    SUB,
    TYP,
    Message,
    Raw,
    credential,
    credentials,
    envelope,
    presentation,
)
from tests.corpus.making.keys import signer
from tests.corpus.making.signing import DOMAIN, ISSUER
from tests.corpus.making.tokens import NOW_SECONDS

if TYPE_CHECKING:
    from tests.corpus.making.book import Book, Family


def make(book: Book) -> None:
    """Write the rows."""
    for write_row in (_algorithms, _own_keys, _key_names, _critical, _types, _times, _audiences, _claims):
        write_row(book)


def _write(family: Family, message: Message, cases: dict[str, tuple[Message, str]]) -> None:
    for name, (changed, code) in cases.items():
        family.case(f"{message.twin}: {name}", changed.bytes(), code, twin=message.twin, kind=message.kind)


def _algorithms(book: Book) -> None:
    family = book.family("B1-cose", "COSE: `alg` is absent, unprotected, or not what the key is for.")
    numbers = {
        "HMAC 256/64": 4,
        "HMAC 256/256": 5,
        "HMAC 512/512": 7,
        "AES-GCM": 1,
        "direct": -6,
        "ECDH-ES": -25,
        "ES256K": -47,
        "PS256": -37,
        "RS1": -65_535,
        "RS256": -257,
        "ML-DSA-44": -48,
        "Ed448": -53,
        "reserved": 0,
        "as text": "EdDSA",
        "bytes": b"\x26",
        "true": True,
        "a list": [-8],
        "a map": {},
        "a very large number": Raw(b"\x3b" + b"\xff" * 8),
    }
    same = {"EdDSA": (-8, -19), "ES256": (-7, -9), "ES384": (-35, -51), "ES512": (-36, -52)}
    for message in credentials():
        name = message.twin.removeprefix("vc+cose ")
        cases: dict[str, tuple[Message, str]] = {
            f"alg {label}": (message.header({ALG: value}), "cose_algorithm")
            for label, value in numbers.items()
        }
        for other, (polymorphic, specified) in same.items():
            code = "" if other == name else "cose_algorithm"
            cases[f"alg {polymorphic}"] = (message.header({ALG: polymorphic}), code)
            cases[f"alg {specified}"] = (message.header({ALG: specified}), code)
        without = message.header({ALG: None})
        number = message.protected[ALG]
        cases |= {
            "alg absent": (without, "cose_algorithm"),
            "alg null": (without.header({ALG: Raw(b"\xf6")}), "cose_algorithm"),
            "alg outside of the signature": (without.outside({ALG: number}), "cose_unprotected"),
            "alg in both headers": (message.outside({ALG: number}), "cose_header"),
            "another alg outside": (message.outside({ALG: 5}), "cose_header"),
            "no protected header": (
                replace(message, protected={}).outside(message.protected),
                "cose_unprotected",
            ),
        }
        _write(family, message, cases)


def _own_keys(book: Book) -> None:
    family = book.family(
        "B3-cose", "COSE: the header brings a key, or the address of one: a stranger's, who signed."
    )
    for message in credentials()[:2]:
        key_type = message.by.public_key.key_type
        stranger = replace(message, by=signer(key_type, "other", message.by.verification_method))
        brought: dict[str, dict[Any, Any]] = {
            "nothing": {},
            "x5bag": {32: [b"certificate"]},
            "x5chain": {33: b"certificate"},
            "x5t": {34: [-16, b"hash"]},
            "x5u": {35: "https://stranger.example/certificate"},
            "a COSE_Key": {-70_001: {1: 1, -1: 6, -2: stranger.by.public_key.raw}},
            "kid context": {10: b"context"},
        }
        for name, parameters in brought.items():
            inside, outside = stranger.header(parameters), stranger.outside(parameters)
            _write(
                family,
                message,
                {
                    f"{name}, protected": (inside, "cose_signature"),
                    f"{name}, unprotected": (outside, "cose_signature"),
                    f"{name}, by the issuer": (message.header(parameters), ""),
                    f"{name}, beside the issuer's signature": (message.outside(parameters), ""),
                },
            )


def _key_names(book: Book) -> None:
    family = book.family("B4-cose", "COSE: `kid` is none, another's, or a path.")
    message = credential()
    own = message.protected[KID]
    names: dict[str, tuple[Any, str]] = {
        "empty": (b"", "cose_header"),
        "text": (own.decode(), "cose_header"),
        "not UTF-8": (b"\xff\xfe", "cose_header"),
        "a number": (1, "cose_header"),
        "null": (Raw(b"\xf6"), "cose_header"),
        "a list": ([own], "cose_header"),
        "another DID": (f"{OTHER}#ed25519".encode(), "issuer_mismatch"),
        "a path": (b"../../etc/passwd", "issuer_mismatch"),
        "an address": (b"https://stranger.example/keys/1", "issuer_mismatch"),
        "a file": (b"file:///etc/passwd", "issuer_mismatch"),
        "with a NUL": (own + b"\0", "invalidDidUrl"),
        "in capitals": (own.upper(), "issuer_mismatch"),
        "the fragment alone": (b"#ed25519", ""),
        "another fragment": (b"#nothing", NO_HISTORY),
        "of another key of the issuer": (f"{ISSUER}#p256".encode(), "cose_algorithm"),
    }
    cases = {f"kid {name}": (message.header({KID: kid}), code) for name, (kid, code) in names.items()}
    without = message.header({KID: None})
    cases |= {
        "kid absent": (without, "jwt_key_unnamed"),
        "kid outside of the signature": (without.outside({KID: own}), ""),
        "another's kid outside": (without.outside({KID: f"{OTHER}#ed25519".encode()}), "issuer_mismatch"),
        "kid in both headers": (message.outside({KID: own}), "cose_header"),
    }
    _write(family, message, cases)


def _critical(book: Book) -> None:
    family = book.family("B5-cose", "COSE: `crit` names what is not understood, or not there.")
    message = credential().header({99: "what may not be ignored"})
    for name, (critical, code) in {
        "not understood": ([99], "cose_critical"),
        "one of two not understood": ([TYP, 99], "cose_critical"),
        "text": (["reserved"], "cose_critical"),
        "empty": ([], "cose_critical"),
        "not a list": (TYP, "cose_critical"),
        "a map": ({TYP: 1}, "cose_critical"),
        "null": (Raw(b"\xf6"), "cose_critical"),
        "itself": ([CRIT], "cose_critical"),
        "a list in it": ([[TYP]], "cose_critical"),
        "true": ([True], "cose_critical"),
        "what is understood": ([ALG, CTY, KID, CWT, TYP], ""),
    }.items():
        family.case(f"crit {name}", message.header({CRIT: critical}).bytes(), code, twin=message.twin)
    absent = message.header({CRIT: [CTY], CTY: None})
    family.case("crit of what is not there", absent.bytes(), "cose_critical", twin=message.twin)
    outside = message.outside({CRIT: [99]})
    family.case("crit outside of the signature", outside.bytes(), "cose_unprotected", twin=message.twin)


def _types(book: Book) -> None:
    family = book.family("B9-cose", "COSE: the wrong `typ` or content type, or outside of the signature.")
    for message in (credential(), presentation()):
        right, other = ("vc", "vp") if message.kind == "credential" else ("vp", "vc")
        typs: dict[str, tuple[Any, str]] = {
            "of the other": (f"application/{other}+cose", "cose_typ"),
            "of a JWT": (f"application/{right}+jwt", "cose_typ"),
            "short": (f"{right}+cose", "cose_typ"),
            "in capitals": (f"APPLICATION/{right}+cose", "cose_typ"),
            "with a parameter": (f"application/{right}+cose; a=b", "cose_typ"),
            "with a space": (f"application/{right}+cose ", "cose_typ"),
            "of a CWT": ("application/cwt", "cose_typ"),
            "of COSE": ('application/cose; cose-type="cose-sign1"', "cose_typ"),
            "empty": ("", "cose_typ"),
            "a number": (18, "cose_header"),
            "bytes": (f"application/{right}+cose".encode(), "cose_header"),
            "null": (Raw(b"\xf6"), "cose_header"),
        }
        contents: dict[str, tuple[Any, str]] = {
            "of the other": (f"application/{other}", "cose_content_type"),
            "JSON": ("application/json", "cose_content_type"),
            "as in a JWT": (right, "cose_content_type"),
            "a number": (50, "cose_header"),
            "absent": (None, ""),
        }
        cases = {f"typ {name}": (message.header({TYP: typ}), code) for name, (typ, code) in typs.items()}
        cases |= {f"cty {name}": (message.header({CTY: cty}), code) for name, (cty, code) in contents.items()}
        without = message.header({TYP: None})
        cases |= {
            "typ absent": (without, "cose_typ"),
            "typ outside": (without.outside({TYP: message.protected[TYP]}), "cose_unprotected"),
            "typ in both headers": (message.outside({TYP: message.protected[TYP]}), "cose_header"),
            "cty outside": (
                message.header({CTY: None}).outside({CTY: f"application/{right}"}),
                "cose_unprotected",
            ),
        }
        _write(family, message, cases)
        for name, changed, code in (
            ("typ absent", without, ""),
            ("typ of the other", message.header({TYP: f"application/{other}+cose"}), "cose_typ"),
        ):
            value = envelope(changed.bytes(), message.kind)
            family.case(f"{message.twin}: {name}, in an envelope", value, code, twin=message.twin)


def _times(book: Book) -> None:
    family = book.family("B10-cose", "COSE: times of the signature.")
    message = credential()
    now = NOW_SECONDS
    claims: dict[str, tuple[dict[Any, Any], str]] = {
        "exp now": ({EXP: now}, "proof_expired"),
        "exp later": ({EXP: now + 1}, ""),
        "exp negative": ({EXP: -1}, "jwt_claim_syntax"),
        "exp as text": ({EXP: str(now + 9)}, "jwt_claim_syntax"),
        "exp as bytes": ({EXP: b"9999999999"}, "jwt_claim_syntax"),
        "exp true": ({EXP: True}, "jwt_claim_syntax"),
        "exp null": ({EXP: Raw(b"\xf6")}, "jwt_claim_syntax"),
        "exp a float": ({EXP: Raw(b"\xfb\x41\xda\xc1\x00\x00\x00\x00\x00")}, "cose_encoding"),
        "exp infinite": ({EXP: Raw(b"\xf9\x7c\x00")}, "cose_encoding"),
        "exp not a number": ({EXP: Raw(b"\xf9\x7e\x00")}, "cose_encoding"),
        "exp a big number": ({EXP: Raw(b"\xc2\x49" + b"\xff" * 9)}, "cose_encoding"),
        "exp a date": ({EXP: Raw(b"\xc1\x1a\x70\x00\x00\x00")}, "cose_encoding"),
        "exp beyond every year": ({EXP: 1 << 62}, "jwt_claim_syntax"),
        "nbf in a minute": ({NBF: now + 60}, ""),
        "nbf later": ({NBF: now + 61}, "proof_not_yet_valid"),
        "iat later": ({IAT: now + 61}, "proof_not_yet_valid"),
        "iat a list": ({IAT: [now]}, "jwt_claim_syntax"),
    }
    _write(family, message, {name: (message.claims(each), code) for name, (each, code) in claims.items()})


def _audiences(book: Book) -> None:
    family = book.family("B12-cose", "COSE: a presentation for another, for several, or for nobody.")
    message = presentation()
    nonce = message.protected[CWT][NONCE]
    claims: dict[str, tuple[dict[Any, Any], str]] = {
        "aud absent": ({AUD: None}, "domain_mismatch"),
        "aud another": ({AUD: "https://stranger.example"}, "domain_mismatch"),
        "aud in a list": ({AUD: [DOMAIN]}, "domain_mismatch"),
        "aud with a stranger": ({AUD: [DOMAIN, "https://stranger.example"]}, "domain_mismatch"),
        "aud as bytes": ({AUD: DOMAIN.encode()}, "domain_mismatch"),
        "aud with a slash": ({AUD: DOMAIN + "/"}, "domain_mismatch"),
        "aud by its name": ({AUD: None, "aud": DOMAIN}, "domain_mismatch"),
        "nonce absent": ({NONCE: None}, "challenge_mismatch"),
        "nonce another": ({NONCE: b"another"}, "challenge_mismatch"),
        "nonce as text": ({NONCE: nonce.decode()}, ""),
        "nonce in a list": ({NONCE: [nonce]}, "challenge_mismatch"),
        "nonce empty": ({NONCE: b""}, "challenge_mismatch"),
        "nonce not UTF-8": ({NONCE: b"\xff"}, "cose_header"),
        "nonce by its name": ({NONCE: None, "nonce": nonce.decode()}, "challenge_mismatch"),
    }
    cases = {name: (message.claims(each), code) for name, (each, code) in claims.items()}
    bound = {AUD: DOMAIN, NONCE: nonce}
    without = message.claims({AUD: None, NONCE: None})
    among = message.document | {"aud": DOMAIN, "nonce": nonce.decode()}
    cases |= {
        "claims outside of the signature": (
            message.header({CWT: None}).outside({CWT: bound}),
            "cose_unprotected",
        ),
        "claims in both headers": (without.outside({CWT: bound}), "cose_header"),
        "claims among the members": (without.saying(among), "cose_reserved_member"),
    }
    _write(family, message, cases)


def _claims(book: Book) -> None:
    family = book.family(
        "B20-cose", "COSE: claims and members contradict each other, or stand in each other's place."
    )
    message = credential()
    claims: dict[str, tuple[dict[Any, Any], str]] = {
        "iss another": ({ISS: OTHER}, "jwt_iss_mismatch"),
        "iss with a slash": ({ISS: f"{ISSUER}/"}, "jwt_iss_mismatch"),
        "iss in capitals": ({ISS: ISSUER.upper()}, "jwt_iss_mismatch"),
        "iss a list": ({ISS: [ISSUER]}, "jwt_claim_syntax"),
        "iss as bytes": ({ISS: ISSUER.encode()}, "jwt_claim_syntax"),
        "iss absent": ({ISS: None}, ""),
        "sub another": ({SUB: OTHER}, "jwt_sub_mismatch"),
        "aud of a reader": ({AUD: DOMAIN}, "domain_mismatch"),
        "unknown claims": ({7: b"cti", 99: [1, {2: "x"}], "note": True}, ""),
        "a confirmation that is none": ({CNF: []}, ""),
    }
    cases = {name: (message.claims(each), code) for name, (each, code) in claims.items()}
    cases |= {
        f"the claims are {name}": (message.header({CWT: value}), "cose_header")
        for name, value in {"a list": [1], "text": "iss", "bytes": b"\xa0", "null": Raw(b"\xf6")}.items()
    }
    for name in ("iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "nonce", "vc", "vp"):
        changed = message.saying(message.document | {name: message.document.get(name, ISSUER)})
        cases[f"a member {name}"] = (changed, "cose_reserved_member")
    other = message.saying(message.document | {"issuer": OTHER})
    cases |= {
        "the issuer another": (other, "jwt_iss_mismatch"),
        "the issuer and iss another": (other.claims({ISS: OTHER}), "issuer_mismatch"),
        "a stranger under the issuer's URL": (
            replace(message, by=signer(KeyType.ED25519, "other", message.by.verification_method)),
            "cose_signature",
        ),
    }
    _write(family, message, cases)
