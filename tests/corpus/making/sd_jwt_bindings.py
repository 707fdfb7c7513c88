"""B17 and B18: Key Binding."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from did.encodings import decode_base64url, encode_base64url
from did.keys import KeyType
from tests.corpus.making.artefacts import OTHER
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
from tests.corpus.making.signing import CHALLENGE, DOMAIN, digest, issuer

if TYPE_CHECKING:
    from tests.corpus.making.book import Book, Family


JsonObject = dict[str, Any]


def make(book: Book) -> None:
    """Write the rows."""
    small = small_parts()
    _bindings(book, small)


def _bindings(book: Book, small: Parts) -> None:
    family = book.family(
        "B17", "The Key Binding JWT is gone, is by another key, for another verifier, too old or too new."
    )
    text = small.sd_jwt()
    stranger = signer(KeyType.ED25519, "other", "")
    by_issuer = issuer()
    p256 = signer(KeyType.P256, "holder", "")

    def bound(**changes: Any) -> str:
        return text + key_binding(text, **changes)

    cases: dict[str, tuple[str, str]] = {
        "gone": (text, "key_binding_missing"),
        "gone, with its tilde": (text[:-1], "jws_serialization"),
        "another tilde after": (small.presented() + "~", "disclosure_encoding"),
        "by a stranger's key": (bound(by=stranger), "jws_signature"),
        "by the issuer's key": (bound(by=by_issuer), "jws_signature"),
        "by a key of another kind": (bound(by=p256, header={"alg": "ES256"}), "jws_algorithm"),
        "with its own key": (
            bound(by=stranger, header={"jwk": stranger.public_key.to_jwk()}),
            "jws_signature",
        ),
        "with another kid": (bound(by=stranger, header={"kid": f"{OTHER}#ed25519"}), "jws_signature"),
        "alg none": (bound(header={"alg": "none"}).rpartition(".")[0] + ".", "jws_algorithm"),
        "no alg": (bound(header={"alg": None}), "jws_algorithm"),
        "typ JWT": (bound(header={"typ": "JWT"}), "jws_typ"),
        "typ dc+sd-jwt": (bound(header={"typ": "dc+sd-jwt"}), "jws_typ"),
        "typ in capitals": (bound(header={"typ": "KB+JWT"}), "jws_typ"),
        "no typ": (bound(header={"typ": None}), "jws_typ"),
        "crit": (bound(header={"crit": ["x"]}), "jws_critical"),
        "b64": (bound(header={"b64": False}), "jws_unencoded_payload"),
        "padded": (small.presented() + "=", "jws_encoding"),
        "the issuer's JWT": (text + text.partition("~")[0], "jws_typ"),
        "two of them": (small.presented() + "~" + key_binding(text), "disclosure_encoding"),
        "a word": (text + "x", "jws_serialization"),
        "two parts": (text + "a.b", "jws_serialization"),
        "an object": (text + "{}", "jws_serialization"),
        "nine kilobytes": (bound(claims={"x": "y" * 9_000}), "jws_too_large"),
        "a member twice": (bound(claims=b'{"nonce":"a","nonce":"b"}'), "jws_payload"),
        "an array": (bound(claims=b"[]"), "jws_payload"),
    }
    for name, value in {
        "a stranger's nonce": "x",
        "an empty nonce": "",
        "a nonce that is a list": [CHALLENGE],
        "a nonce in capitals": CHALLENGE.upper(),
        "a nonce cut short": CHALLENGE[:-1],
        "a nonce that is a number": 1,
    }.items():
        cases[name] = (bound(claims={"nonce": value}), "nonce_mismatch")
    for name, value in {
        "another audience": "https://other.example",
        "a list of us": [DOMAIN],
        "us and another": [DOMAIN, "https://other.example"],
        "an empty audience": "",
        "us with a slash": DOMAIN + "/",
        "us in capitals": DOMAIN.upper(),
        "us as a prefix": DOMAIN[:-1],
    }.items():
        cases[name] = (bound(claims={"aud": value}), "audience_mismatch")
    for name in ("nonce", "aud", "iat", "sd_hash"):
        cases[f"no {name}"] = (bound(claims={name: None}), "claim_missing")
    for name, (value, code) in {
        "iat 10 minutes ago": (NOW_SECONDS - 600, "too_old"),
        "iat 301 s ago": (NOW_SECONDS - 301, "too_old"),
        "iat 300 s ago": (NOW_SECONDS - 300, ""),
        "iat in 300 s": (NOW_SECONDS + 300, ""),
        "iat in 301 s": (NOW_SECONDS + 301, "not_yet_valid"),
        "iat in 10 minutes": (NOW_SECONDS + 600, "not_yet_valid"),
        "iat 0": (0, "too_old"),
        "iat as text": (str(NOW_SECONDS), "claim_syntax"),
        "iat true": (True, "claim_syntax"),
        "iat negative": (-1, "claim_syntax"),
        "iat in milliseconds": (NOW_SECONDS * 1000, "claim_syntax"),
        "iat a list": ([NOW_SECONDS], "claim_syntax"),
    }.items():
        cases[name] = (bound(claims={"iat": value}), code)
    for name, (value, code) in {
        "ended": ({"exp": NOW_SECONDS}, "expired"),
        "ends later": ({"exp": NOW_SECONDS + 1}, ""),
        "not yet": ({"nbf": NOW_SECONDS + 301}, "not_yet_valid"),
        "exp as text": ({"exp": "x"}, "claim_syntax"),
    }.items():
        cases[name] = (bound(claims=value), code)
    for name, value in {
        "of nothing": digest(""),
        "of the JWT alone": digest(text.partition("~")[0]),
        "without the last tilde": digest(text[:-1]),
        "of another token": digest(small.with_payload(level=3).sd_jwt()),
        "padded": digest(text) + "=",
        "in hexadecimal": "00" * 32,
        "empty": "",
        "by sha-512": digest(text, "sha512"),
        "as a list": [digest(text)],
    }.items():
        cases[f"sd_hash {name}"] = (bound(claims={"sd_hash": value}), "sd_hash_mismatch")
    for name, (token, code) in cases.items():
        family.case(name, token, code, twin=SMALL)
    _confirmations(family, small)
    family.case(
        "there, and nobody expects one",
        small.presented(),
        "key_binding_unexpected",
        twin=UNBOUND,
        binding=False,
    )
    _taken_away(book, small)


def _confirmations(family: Family, small: Parts) -> None:
    jwk = small.payload["cnf"]["jwk"]
    other = private_key(KeyType.ED25519, "other").public_key.to_jwk()
    bad = "key_binding_key"
    for name, (cnf, code) in {
        "a stranger's key": ({"jwk": other}, "jws_signature"),
        "no key": ({}, bad),
        "a text": ("x", "claim_syntax"),
        "a list": ([{"jwk": jwk}], "claim_syntax"),
        "jwk that is a text": ({"jwk": "x"}, bad),
        "jwk that is a list": ({"jwk": [jwk]}, bad),
        "jwk and jku": ({"jwk": jwk, "jku": "https://evil.example/"}, bad),
        "jwk and jkt": ({"jwk": jwk, "jkt": "x"}, bad),
        "jwk and jwe": ({"jwk": jwk, "jwe": "x"}, bad),
        "kid alone": ({"kid": "x"}, bad),
        "a symmetric key": ({"jwk": {"kty": "oct", "k": "AAAA"}}, bad),
        "a key with its secret": ({"jwk": jwk | {"d": "AAAA"}}, bad),
        "a key of low order": ({"jwk": jwk | {"x": encode_base64url(bytes(32))}}, bad),
        "a key for agreement": ({"jwk": jwk | {"crv": "X25519"}}, bad),
        "a key off the curve": ({"jwk": {"kty": "EC", "crv": "P-256", "x": jwk["x"], "y": jwk["x"]}}, bad),
    }.items():
        family.case(f"cnf: {name}", small.with_payload(cnf=cnf).presented(), code, twin=SMALL)
    family.case("cnf: none", small.with_payload(cnf=None).presented(), bad, twin=SMALL)
    null = replace(small, payload=small.payload | {"cnf": None})
    family.case("cnf: null", null.presented(), "claim_syntax", twin=SMALL)


def _taken_away(book: Book, small: Parts) -> None:
    """One Disclosure more or less than the holder has signed over."""
    family = book.family("B18", "The Disclosures are others than those that the Key Binding JWT is over.")
    for twin, parts in ((SMALL, small), (BADGE, badge_parts())):
        every = parts.disclosures
        for at, _ in enumerate(every):
            fewer = parts.with_disclosures(*every[:at], *every[at + 1 :])
            signed_over = key_binding(fewer.sd_jwt())
            added = parts.sd_jwt() + signed_over
            family.case(f"{twin}: Disclosure {at} was added", added, "sd_hash_mismatch", twin=twin)
            # what hangs on it is left over; then that is found first
            taken = fewer.sd_jwt() + key_binding(parts.sd_jwt())
            text = every[at]
            is_parent = any(digest(each) in _text_of(text) for each in every)
            code = "disclosure_unreferenced" if is_parent else "sd_hash_mismatch"
            family.case(f"{twin}: Disclosure {at} was taken away", taken, code, twin=twin)
        swapped = parts.with_disclosures(every[1], every[0], *every[2:]).sd_jwt() + key_binding(
            parts.sd_jwt()
        )
        family.case(f"{twin}: two exchanged their places", swapped, "sd_hash_mismatch", twin=twin)
    rest = small.presented().partition("~")[2]
    other = small.with_payload(level=3).sd_jwt().partition("~")[0]
    family.case("another JWT with the same Disclosures", f"{other}~{rest}", "sd_hash_mismatch", twin=SMALL)


def _text_of(text: str) -> str:
    return decode_base64url(text).decode()
