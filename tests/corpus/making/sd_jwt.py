"""B15 to B18, B21, and what the rows of tokens are for SD-JWT VCs."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from credentials.sd_jwt import OPEN_BADGE_VCT, open_badge_claims
from credentials.sd_jwt.issuing import conceal
from did.encodings import encode_base64url
from did.keys import KeyType
from tests.corpus.making.artefacts import OTHER, badge, changed
from tests.corpus.making.book import Pieces
from tests.corpus.making.keys import AnySigner, private_key, secret, signer
from tests.corpus.making.signing import CHALLENGE, DOMAIN, ISSUER, compact, digest, issuer, jws

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.corpus.making.book import Book, Family

JsonObject = dict[str, Any]
_NOW: Final = 1_795_512_600  # 2026-11-24T09:30:00Z
_BADGE: Final = "sd-jwt badge"
_SMALL: Final = "sd-jwt small"
_UNBOUND: Final = "sd-jwt unbound"
_LIST: Final = "https://issuer.example/token-status/1"


@dataclass(frozen=True)
class Parts:
    """An SD-JWT, taken apart, to be put together another way."""

    header: JsonObject
    payload: Any
    disclosures: tuple[str, ...]
    by: AnySigner
    hash_name: str = "sha256"

    def sd_jwt(self) -> str:
        """JWT~Disclosure~...~"""
        return "~".join((jws(self.header, self.payload, self.by), *self.disclosures, ""))

    def presented(self, **changes: Any) -> str:
        """With a Key Binding JWT as a careful holder makes it, or one that is changed."""
        text = self.sd_jwt()
        return text + key_binding(text, hash_name=self.hash_name, **changes)

    def with_payload(self, **members: Any) -> Parts:
        """With claims changed; None takes one away."""
        merged = {name: value for name, value in (self.payload | members).items() if value is not None}
        return replace(self, payload=merged)

    def with_header(self, **members: Any) -> Parts:
        """With header members changed; None takes one away."""
        merged = {name: value for name, value in (self.header | members).items() if value is not None}
        return replace(self, header=merged)

    def with_disclosures(self, *disclosures: str) -> Parts:
        """With other Disclosures, whose digests stay as they were."""
        return replace(self, disclosures=disclosures)

    def digests(self, *disclosures: str) -> list[str]:
        """Digests of Disclosures."""
        return [digest(each, self.hash_name) for each in disclosures]


def holder_signer() -> AnySigner:
    """The holder's key, by no name."""
    return signer(KeyType.ED25519, "holder", "")


def key_binding(
    text: str,
    *,
    by: AnySigner | None = None,
    header: Any = None,
    claims: Any = None,
    hash_name: str = "sha256",
) -> str:
    """A Key Binding JWT; None takes a member away."""
    made_header = {"alg": "EdDSA", "typ": "kb+jwt"} | (header or {})
    if isinstance(claims, bytes):
        return jws(made_header, claims, by or holder_signer())
    made_claims = {
        "iat": _NOW - 10,
        "aud": DOMAIN,
        "nonce": CHALLENGE,
        "sd_hash": digest(text, hash_name),
    } | (claims or {})
    parts = (
        {name: value for name, value in each.items() if value is not None}
        for each in (made_header, made_claims)
    )
    return jws(*parts, by or holder_signer())


def disclosure(*parts: Any) -> str:
    """A Disclosure of any content."""
    return encode_base64url(compact(list(parts)))


def salts(label: str) -> Callable[[], str]:
    def each() -> Iterator[str]:
        number = 0
        while True:
            number += 1
            yield encode_base64url(secret(f"salt {label} {number}", 16))

    made = each()
    return lambda: next(made)


def badge_parts() -> Parts:
    """The badge as an SD-JWT VC, with everything disclosed."""
    claims, pointers = open_badge_claims(badge())
    claims["cnf"] = {"jwk": private_key(KeyType.ED25519, "holder").public_key.to_jwk()}
    concealed = conceal(claims, pointers, salts=salts("badge"))
    header = {"alg": "EdDSA", "typ": "dc+sd-jwt", "kid": f"{ISSUER}#ed25519"}
    return Parts(header, concealed.payload, concealed.disclosures, issuer())


def small_parts(hash_name: str = "sha256", **claims: Any) -> Parts:
    """A small SD-JWT VC of a type that is no badge: a name, a nested place, a list of two."""
    said = {
        "iss": ISSUER,
        "vct": "https://issuer.example/types/stand",
        "iat": _NOW - 3600,
        "cnf": {"jwk": private_key(KeyType.ED25519, "holder").public_key.to_jwk()},
        "given_name": "Camille",
        "place": {"town": "Vallon", "country": "FR"},
        "tasks": ["caisse", "accueil"],
        "level": 2,
    } | claims
    pointers = ["/given_name", "/place", "/place/town", "/tasks/0", "/tasks/1"]
    algorithm = {"sha256": "sha-256", "sha384": "sha-384", "sha512": "sha-512"}[hash_name]
    concealed = conceal(said, pointers, salts=salts("small"), algorithm=algorithm)
    header = {"alg": "EdDSA", "typ": "dc+sd-jwt", "kid": f"{ISSUER}#ed25519"}
    return Parts(header, concealed.payload, concealed.disclosures, issuer(), hash_name)


def make(book: Book) -> None:
    """Write the rows."""
    small = small_parts()
    book.twin(_BADGE, badge_parts().presented(), "sd-jwt")
    book.twin(_SMALL, small.presented(), "sd-jwt")
    book.twin(_UNBOUND, small.sd_jwt(), "sd-jwt", binding=False)
    _disclosures(book, small)
    _hash_algorithms(book, small)
    _bindings(book, small)
    _selections(book)
    _forms(book, small)
    _headers(book, small)
    _claims(book, small)
    _contradictions(book)
    _status(book, small)
    _type_metadata(book, small)


# B15


def _disclosures(book: Book, small: Parts) -> None:
    family = book.family(
        "B15", "Disclosures that nothing refers to, that come twice, or hide what must not be hidden."
    )
    more = disclosure("salt-1", "admin", True)
    element = disclosure("salt-2", "extra")
    every = small.disclosures

    def hidden(*texts: str, digests: list[Any] | None = None) -> Parts:
        """With further Disclosures that the issuer signed the digests of."""
        known = small.payload["_sd"]
        added = small.digests(*texts) if digests is None else digests
        return small.with_payload(_sd=[*known, *added]).with_disclosures(*every, *texts)

    cases: dict[str, tuple[Parts, str]] = {
        "one that nothing refers to": (small.with_disclosures(*every, more), "disclosure_unreferenced"),
        "an element that nothing refers to": (
            small.with_disclosures(*every, element),
            "disclosure_unreferenced",
        ),
        "only one that nothing refers to": (small.with_disclosures(more), "disclosure_unreferenced"),
        "one twice": (small.with_disclosures(*every, every[0]), "disclosure_duplicate"),
        "all twice": (small.with_disclosures(*every, *every), "disclosure_duplicate"),
        "one whose parent is hidden": (
            small.with_disclosures(_named(every, "town")),
            "disclosure_unreferenced",
        ),
        "a digest twice in one place": (hidden(more, digests=small.digests(more) * 2), "digest_duplicate"),
        "a digest twice in two places": (
            small.with_payload(
                _sd=[*small.payload["_sd"], *small.digests(more)], other={"_sd": small.digests(more)}
            ),
            "digest_duplicate",
        ),
        "a digest of an element twice": (
            small.with_payload(tasks=[*small.payload["tasks"], small.payload["tasks"][0]]),
            "digest_duplicate",
        ),
        "a member where an element belongs": (
            small.with_payload(more=[{"...": small.digests(more)[0]}]).with_disclosures(*every, more),
            "disclosure_arity",
        ),
        "an element where a member belongs": (hidden(element), "disclosure_arity"),
        "a claim that is there already": (hidden(disclosure("salt-3", "level", 99)), "claim_exists"),
        "a claim that is hidden already": (hidden(disclosure("salt-4", "given_name", "Noa")), "claim_exists"),
        "_sd that is a text": (small.with_payload(_sd="x"), "digest_shape"),
        "_sd that is an object": (small.with_payload(_sd={}), "digest_shape"),
        "_sd with a number": (small.with_payload(_sd=[1]), "digest_shape"),
        "_sd with a list": (small.with_payload(_sd=[[small.digests(more)[0]]]), "digest_shape"),
        "_sd that is true": (small.with_payload(_sd=True), "digest_shape"),
        "an element with a number": (small.with_payload(more=[{"...": 1}]), "digest_shape"),
        "an element with a member more": (small.with_payload(more=[{"...": "x", "y": 1}]), "digest_shape"),
        "an element outside a list": (
            small.with_payload(more={"...": small.digests(element)[0]}),
            "reserved_name",
        ),
        "... as the name of a claim": (small.with_payload(**{"...": "x"}), "reserved_name"),
        "_sd_alg below the top": (small.with_payload(more={"_sd_alg": "sha-256"}), "reserved_name"),
        "1,001 Disclosures": (
            small.with_disclosures(*(disclosure(str(n), "x", n) for n in range(1_001))),
            "too_many_disclosures",
        ),
        "1,000 that nothing refers to": (
            small.with_disclosures(*(disclosure(str(n), "x", n) for n in range(1_000))),
            "disclosure_unreferenced",
        ),
    }
    for name in ("_sd", "...", "_sd_alg"):
        cases[f"one named {name}"] = (hidden(disclosure("salt-5", name, ["x"])), "reserved_name")
    for name in ("iss", "aud", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status"):
        target = small.with_payload(**{name: None})
        text = disclosure("salt-6", name, "x")
        concealed = replace(
            target,
            payload=target.payload | {"_sd": [*target.payload["_sd"], digest(text)]},
            disclosures=(*every, text),
        )
        # without a visible issuer or type no key is looked for
        code = {"iss": "issuer_missing"}.get(name, "claim_not_disclosable")
        cases[f"one named {name}"] = (concealed, code)
        if name not in {"iss", "vct"}:
            inner = disclosure("salt-7", "x", "y")
            nested = small.with_payload(**{name: {"_sd": [digest(inner)]}}).with_disclosures(*every, inner)
            cases[f"one within {name}"] = (nested, "claim_not_disclosable")
    _odd_disclosures(cases, hidden)
    _deep(cases, small)
    for name, (parts, code) in cases.items():
        family.case(name, parts.presented(), code, twin=_SMALL)
        family.case(f"{name}, unbound", parts.sd_jwt(), code, twin=_UNBOUND)
    for name, kept in {
        "none is shown": (),
        "one is shown": (_named(every, "given_name"),),
        "an element is shown": (every[-1],),
        "a parent without what it hides": (_named(every, "place"),),
        "in another order": tuple(reversed(every)),
    }.items():
        family.case(name, small.with_disclosures(*kept).presented(), twin=_SMALL)


def _named(disclosures: tuple[str, ...], name: str) -> str:
    from did.encodings import decode_base64url

    return next(each for each in disclosures if f'"{name}"'.encode() in decode_base64url(each))


def _odd_disclosures(cases: dict[str, tuple[Parts, str]], hidden: Callable[..., Parts]) -> None:
    for name, (text, code) in {
        "empty array": (encode_base64url(b"[]"), "disclosure_arity"),
        "one part": (disclosure("salt"), "disclosure_arity"),
        "four parts": (disclosure("salt", "a", 1, 2), "disclosure_arity"),
        "an object": (encode_base64url(b'{"salt":"x"}'), "disclosure_arity"),
        "a text": (encode_base64url(b'"x"'), "disclosure_arity"),
        "null": (encode_base64url(b"null"), "disclosure_arity"),
        "a salt that is a number": (disclosure(1, "a", 1), "disclosure_salt"),
        "a salt that is null": (disclosure(None, "a", 1), "disclosure_salt"),
        "a salt that is a list": (disclosure([], "a", 1), "disclosure_salt"),
        "a name that is a number": (disclosure("salt", 1, 1), "disclosure_name"),
        "a name that is null": (disclosure("salt", None, 1), "disclosure_name"),
        "a name that is a list": (disclosure("salt", ["a"], 1), "disclosure_name"),
        "no JSON": (encode_base64url(b"x"), "disclosure_json"),
        "JSON cut short": (encode_base64url(b'["salt","a"'), "disclosure_json"),
        "a member twice": (encode_base64url(b'["salt","a",{"b":1,"b":2}]'), "disclosure_json"),
        "NaN": (encode_base64url(b'["salt","a",NaN]'), "disclosure_json"),
        "a huge number": (encode_base64url(b'["salt","a",1e400]'), "disclosure_json"),
        "a lone surrogate": (encode_base64url(b'["salt","a","\\ud800"]'), "disclosure_json"),
        "a NUL": (encode_base64url(b'["salt","a","\\u0000"]'), "disclosure_json"),
        "Latin-1": (encode_base64url(b'["salt","a","\xe9"]'), "disclosure_json"),
        "too deep": (encode_base64url(b'["salt","a",' + b"[" * 40 + b"]" * 40 + b"]"), "disclosure_json"),
        "padded": (disclosure("salt", "a", 1) + "=", "disclosure_encoding"),
        "with a space": (disclosure("salt", "a", 1) + " ", "disclosure_encoding"),
        "with a newline": (
            disclosure("salt", "a", 1)[:8] + "\n" + disclosure("salt", "a", 1)[8:],
            "disclosure_encoding",
        ),
        "in base64": (disclosure("salt", "a", "?>?>")[:-1] + "+", "disclosure_encoding"),
        "with other spare bits": ("WyJzIiwgImEiLCAxXR", "disclosure_encoding"),
        "of nothing": ("", "disclosure_json"),
    }.items():
        cases[f"a Disclosure that is {name}"] = (hidden(text), code)


def _deep(cases: dict[str, tuple[Parts, str]], small: Parts) -> None:
    """A chain of Disclosures, each within the one before."""
    for length, code in ((10, ""), (64, ""), (65, "too_deep"), (300, "too_deep")):
        texts: list[str] = []
        value: Any = "x"
        for number in range(length):
            text = disclosure(f"salt-{number}", "n", value)
            texts.append(text)
            value = {"_sd": [digest(text)]}
        parts = small.with_payload(chain=value).with_disclosures(*texts)
        cases[f"a chain of {length}"] = (parts, code)
    text = disclosure("salt", "self", {"_sd": ["x" * 43]})
    cycle = small.with_payload(_sd=[digest(text)]).with_disclosures(text)
    cases["one that holds a digest of nothing"] = (cycle, "")


# B16


def _hash_algorithms(book: Book, small: Parts) -> None:
    family = book.family("B16", "`_sd_alg` is not known, is weak, or stands where it must not.")
    for name, value in {
        "md5": "md5",
        "sha-1": "sha-1",
        "sha-224": "sha-224",
        "sha-256-128": "sha-256-128",
        "sha-256-32": "sha-256-32",
        "SHA-256": "SHA-256",
        "sha256": "sha256",
        "sha3-256": "sha3-256",
        "none": "none",
        "empty": "",
        "a space": "sha-256 ",
        "a number": 256,
        "a list": ["sha-256"],
        "an object": {},
        "true": True,
    }.items():
        parts = small.with_payload(_sd_alg=value)
        family.case(f"{name}", parts.presented(), "sd_alg_unsupported", twin=_SMALL)
        family.case(f"{name}, unbound", parts.sd_jwt(), "sd_alg_unsupported", twin=_UNBOUND)
    null = replace(small, payload=small.payload | {"_sd_alg": None})
    family.case("null", null.presented(), "sd_alg_unsupported", twin=_SMALL)
    for hash_name in ("sha384", "sha512"):
        parts = small_parts(hash_name)
        family.case(f"{hash_name}", parts.presented(), twin=_SMALL)
        claimed = parts.with_payload(_sd_alg="sha-256")
        family.case(
            f"{hash_name} digests under sha-256", claimed.presented(), "disclosure_unreferenced", twin=_SMALL
        )
        other = small.with_payload(_sd_alg=f"sha-{hash_name[3:]}")
        family.case(
            f"sha-256 digests under {hash_name}", other.presented(), "disclosure_unreferenced", twin=_SMALL
        )
        wrong = replace(parts, hash_name="sha256").presented()
        family.case(f"{hash_name}, sd_hash by sha-256", wrong, "sd_hash_mismatch", twin=_SMALL)
    for place in ({"more": {"_sd_alg": "sha-256"}}, {"more": [{"_sd_alg": "sha-256"}]}):
        parts = small.with_payload(**place)
        family.case(f"within {json.dumps(place)}", parts.presented(), "reserved_name", twin=_SMALL)
    nested = disclosure("salt", "more", {"_sd_alg": "sha-512"})
    parts = small.with_payload(_sd=[*small.payload["_sd"], digest(nested)]).with_disclosures(nested)
    family.case("within a Disclosure", parts.presented(), "reserved_name", twin=_SMALL)
    absent = small.with_payload(_sd_alg=None)
    family.case("absent: it is sha-256 then", absent.presented(), twin=_SMALL)


# B17, B18


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
        "iat 10 minutes ago": (_NOW - 600, "too_old"),
        "iat 301 s ago": (_NOW - 301, "too_old"),
        "iat 300 s ago": (_NOW - 300, ""),
        "iat in 300 s": (_NOW + 300, ""),
        "iat in 301 s": (_NOW + 301, "not_yet_valid"),
        "iat in 10 minutes": (_NOW + 600, "not_yet_valid"),
        "iat 0": (0, "too_old"),
        "iat as text": (str(_NOW), "claim_syntax"),
        "iat true": (True, "claim_syntax"),
        "iat negative": (-1, "claim_syntax"),
        "iat in milliseconds": (_NOW * 1000, "claim_syntax"),
        "iat a list": ([_NOW], "claim_syntax"),
    }.items():
        cases[name] = (bound(claims={"iat": value}), code)
    for name, (value, code) in {
        "ended": ({"exp": _NOW}, "expired"),
        "ends later": ({"exp": _NOW + 1}, ""),
        "not yet": ({"nbf": _NOW + 301}, "not_yet_valid"),
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
        family.case(name, token, code, twin=_SMALL)
    _confirmations(family, small)
    family.case(
        "there, and nobody expects one",
        small.presented(),
        "key_binding_unexpected",
        twin=_UNBOUND,
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
        family.case(f"cnf: {name}", small.with_payload(cnf=cnf).presented(), code, twin=_SMALL)
    family.case("cnf: none", small.with_payload(cnf=None).presented(), bad, twin=_SMALL)
    null = replace(small, payload=small.payload | {"cnf": None})
    family.case("cnf: null", null.presented(), "claim_syntax", twin=_SMALL)


def _taken_away(book: Book, small: Parts) -> None:
    """One Disclosure more or less than the holder has signed over."""
    family = book.family("B18", "The Disclosures are others than those that the Key Binding JWT is over.")
    for twin, parts in ((_SMALL, small), (_BADGE, badge_parts())):
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
    family.case("another JWT with the same Disclosures", f"{other}~{rest}", "sd_hash_mismatch", twin=_SMALL)


def _text_of(text: str) -> str:
    from did.encodings import decode_base64url

    return decode_base64url(text).decode()


def _selections(book: Book) -> None:
    """Disclosures of another badge, or of another person's."""
    family = book.family("B15-others", "Disclosures of another token of the same issuer.")
    mine, theirs = badge_parts(), _other_badge()
    for at, text in enumerate(theirs.disclosures):
        mixed = mine.with_disclosures(*mine.disclosures, text)
        code = "disclosure_duplicate" if text in mine.disclosures else "disclosure_unreferenced"
        family.case(f"Disclosure {at} of another badge, added", mixed.presented(), code, twin=_BADGE)
        if at < len(mine.disclosures):
            replaced = mine.with_disclosures(*mine.disclosures[:at], text, *mine.disclosures[at + 1 :])
            family.case(
                f"Disclosure {at} of another badge, in place of ours",
                replaced.presented(),
                "disclosure_unreferenced",
                twin=_BADGE,
            )


def _other_badge() -> Parts:
    claims, pointers = open_badge_claims(badge() | {"name": "Soudure"})
    claims["cnf"] = {"jwk": private_key(KeyType.ED25519, "holder").public_key.to_jwk()}
    concealed = conceal(claims, pointers, salts=salts("other badge"))
    return replace(badge_parts(), payload=concealed.payload, disclosures=concealed.disclosures)


# Rows of tokens


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
        twin = _UNBOUND if name == "an empty Disclosure" else _SMALL
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
        family.case(f"alg {name!r}", parts.presented(), "jws_algorithm", twin=_SMALL)
    unsigned = small.with_header(alg="none").sd_jwt()
    jwt, _, rest = unsigned.partition("~")
    unsigned = jwt.rpartition(".")[0] + ".~" + rest
    family.case("alg none, no signature", unsigned + key_binding(unsigned), "jws_algorithm", twin=_SMALL)
    for name, value in {"a number": 1, "a list": ["EdDSA"]}.items():
        family.case(f"alg {name}", small.with_header(alg=value).presented(), "jws_algorithm", twin=_SMALL)
    family.case("no alg", small.with_header(alg=None).presented(), "jws_algorithm", twin=_SMALL)
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
        family.case(f"typ {typ!r}", small.with_header(typ=typ).presented(), "jws_typ", twin=_SMALL)
    family.case("no typ", small.with_header(typ=None).presented(), "jws_typ", twin=_SMALL)
    family.case("typ a list", small.with_header(typ=["dc+sd-jwt"]).presented(), "jws_typ", twin=_SMALL)
    family.case("crit", small.with_header(crit=["x"]).presented(), "jws_critical", twin=_SMALL)
    family.case("b64", small.with_header(b64=False).presented(), "jws_unencoded_payload", twin=_SMALL)
    family.case("a stranger's key under the issuer's URL", forged.presented(), "jws_signature", twin=_SMALL)
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
            twin=_SMALL,
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
            twin=_SMALL,
            no_fetch=True,
        )
    for name, (kid, code) in {
        "an unknown fragment": (f"{ISSUER}#nobody", "verification_method_not_found"),
        "a key of another kind": (f"{ISSUER}#p256", "jws_algorithm"),
        "relative": ("#ed25519", ""),
    }.items():
        family.case(f"kid {name}", small.with_header(kid=kid).presented(), code, twin=_SMALL)
    family.case("kid a number", small.with_header(kid=1).presented(), "jws_header", twin=_SMALL)
    family.case("no kid: the one key that fits", small.with_header(kid=None).presented(), twin=_SMALL)
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
            family.case(f"{part_name} {name}", text + key_binding(text), "jws_encoding", twin=_SMALL)


def _claims(book: Book, small: Parts) -> None:
    family = book.family("B10-sd-jwt", "The claims of an SD-JWT VC: issuer, type, times.")
    for claim in ("exp", "nbf", "iat"):
        for name, value in {
            "a text": "1858327200",
            "negative": -1,
            "true": True,
            "a list": [1],
            "an object": {},
            "in milliseconds": _NOW * 1_000,
        }.items():
            family.case(
                f"{claim} is {name}",
                small.with_payload(**{claim: value}).presented(),
                "claim_syntax",
                twin=_SMALL,
            )
    for name, (claims, code) in {
        "exp now": ({"exp": _NOW}, "expired"),
        "exp a second ago": ({"exp": _NOW - 1}, "expired"),
        "exp 0": ({"exp": 0}, "expired"),
        "exp in a second": ({"exp": _NOW + 1}, ""),
        "nbf in 61 s": ({"nbf": _NOW + 61}, "not_yet_valid"),
        "nbf in 60 s": ({"nbf": _NOW + 60}, ""),
        "iat in 61 s": ({"iat": _NOW + 61}, "not_yet_valid"),
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
        family.case(name, small.with_payload(**claims).presented(), code, twin=_SMALL)
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
        family.case(f"https issuer {name}", parts.presented(), code, outcome=outcome, twin=_SMALL)
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
            twin=_SMALL,
        )
    parts = small.with_payload(iss="https://issuer.example/nowhere").with_header(kid="k1")
    family.case(
        "https issuer answers with 404", parts.presented(), "notFound", outcome="indeterminate", twin=_SMALL
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
        family.case(name, changed_parts.presented(), code, twin=_BADGE)
    assert payload["vct"] == OPEN_BADGE_VCT


def _status(book: Book, small: Parts) -> None:  # noqa: C901 - mostly tables
    family = book.family(
        "E6-tokens", "The `status` of an SD-JWT VC, and the Status List Token that it names."
    )
    import zlib

    def packed(values: bytes) -> str:
        return encode_base64url(zlib.compress(values, 9))

    def list_token(
        uri: str,
        *,
        by: AnySigner | None = None,
        header: Any = None,
        values: bytes = bytes(16_384),
        bits: Any = 1,
        **claims: Any,
    ) -> str:
        made_header = {"alg": "EdDSA", "typ": "statuslist+jwt", "kid": f"{ISSUER}#ed25519"} | (header or {})
        payload = {
            "sub": uri,
            "iat": _NOW - 60,
            "status_list": {"bits": bits, "lst": packed(values)},
        } | claims
        parts = (
            {name: value for name, value in each.items() if value is not None}
            for each in (made_header, payload)
        )
        return jws(*parts, by or issuer())

    def with_status(status: Any) -> str:
        return small.with_payload(status=status).presented()

    def at(uri: str, index: Any = 7) -> JsonObject:
        return {"status_list": {"idx": index, "uri": uri}}

    book.documents[_LIST] = {"text": list_token(_LIST), "contentType": "application/statuslist+jwt"}
    unknown = {"outcome": "indeterminate"}
    family.case("not set", with_status(at(_LIST)), twin=_SMALL)
    for name, value in {
        "a text": "7",
        "negative": -1,
        "a fraction": 7.5,
        "true": True,
        "null": None,
        "a list": [7],
        "2^32": 2**32,
    }.items():
        family.case(f"idx is {name}", with_status(at(_LIST, value)), "status_index_invalid", twin=_SMALL)
    family.case(
        "idx beyond the list", with_status(at(_LIST, 131_072)), "status_index_out_of_range", twin=_SMALL
    )
    for name, uri in {
        "null": None,
        "a number": 1,
        "relative": "/status",
        "a file": "file:///etc/passwd",
        "with user info": "https://x@issuer.example/",
        "empty": "",
    }.items():
        family.case(
            f"uri is {name}",
            with_status(at(_LIST) | {"status_list": {"idx": 7, "uri": uri}}),
            "status_entry_invalid",
            twin=_SMALL,
        )
    for name, (status, code, outcome) in {
        "empty": ({}, "status_entry_invalid", ""),
        "of a kind not known": ({"status_assertion": {}}, "unsupported_status_type", "indeterminate"),
        "a list that is a text": ({"status_list": "x"}, "status_entry_invalid", ""),
        "a text": ("x", "claim_syntax", ""),
        "a list": ([], "claim_syntax", ""),
    }.items():
        family.case(f"status is {name}", with_status(status), code, outcome=outcome, twin=_SMALL)

    def bit(value: int, index: int = 7, bits: int = 1) -> bytes:
        row = bytearray(16_384 * bits)
        row[index * bits // 8] |= value << index * bits % 8
        return bytes(row)

    stranger = signer(KeyType.ED25519, "other", f"{OTHER}#ed25519")
    forged = signer(KeyType.ED25519, "other", f"{ISSUER}#ed25519")
    lists: dict[str, tuple[Callable[[str], Any], str, str]] = {
        "revoked": (lambda uri: list_token(uri, values=bit(1)), "revoked", ""),
        "the mirrored bit set": (lambda uri: list_token(uri, values=bit(1, 0)), "", ""),
        "suspended": (lambda uri: list_token(uri, values=bit(2, bits=2), bits=2), "suspended", ""),
        "of an own meaning": (
            lambda uri: list_token(uri, values=bit(3, bits=2), bits=2),
            "unsupported_status_value",
            "indeterminate",
        ),
        "of a reserved meaning": (
            lambda uri: list_token(uri, values=bit(9, bits=8), bits=8),
            "unsupported_status_value",
            "indeterminate",
        ),
        "a stranger's": (
            lambda uri: list_token(uri, by=stranger, header={"kid": f"{OTHER}#ed25519"}),
            "status_list_invalid",
            "",
        ),
        "a stranger's under the issuer's URL": (
            lambda uri: list_token(uri, by=forged),
            "status_list_invalid",
            "",
        ),
        "unsigned": (lambda uri: list_token(uri, header={"alg": "none"}), "status_list_invalid", ""),
        "of typ JWT": (lambda uri: list_token(uri, header={"typ": "JWT"}), "status_list_invalid", ""),
        "of another address": (lambda uri: list_token(uri + "x"), "status_list_id_mismatch", ""),
        "without sub": (lambda uri: list_token(uri, sub=None), "status_list_id_mismatch", ""),
        "expired": (lambda uri: list_token(uri, exp=_NOW), "status_list_expired", "indeterminate"),
        "of tomorrow": (
            lambda uri: list_token(uri, iat=_NOW + 86_400),
            "status_list_not_yet_valid",
            "indeterminate",
        ),
        "without iat": (lambda uri: list_token(uri, iat=None), "status_list_invalid", ""),
        "with 3 bits": (lambda uri: list_token(uri, bits=3), "status_list_invalid", ""),
        "with bits as text": (lambda uri: list_token(uri, bits="1"), "status_list_invalid", ""),
        "with bits true": (lambda uri: list_token(uri, bits=True), "status_list_invalid", ""),
        "a bomb": (lambda uri: list_token(uri, values=bytes(8 << 20)), "status_list_too_large", ""),
        "not packed": (
            lambda uri: list_token(uri, status_list={"bits": 1, "lst": encode_base64url(bytes(64))}),
            "status_list_invalid",
            "",
        ),
        "without lst": (lambda uri: list_token(uri, status_list={"bits": 1}), "status_list_invalid", ""),
        "that is a text": (lambda uri: list_token(uri, status_list="x"), "status_list_invalid", ""),
    }
    for number, (name, (made, code, outcome)) in enumerate(lists.items()):
        uri = f"https://issuer.example/token-status/x{number}"
        family.documents[uri] = {"text": made(uri), "contentType": "application/statuslist+jwt"}
        family.case(f"the list is {name}", with_status(at(uri)), code, outcome=outcome, twin=_SMALL)
    for name, answer in {
        "404": {"status": 404},
        "500": {"status": 500},
        "a timeout": {"error": "timeout"},
        "a page": {"text": "<html>"},
        "nothing": {"text": ""},
    }.items():
        uri = f"https://issuer.example/token-status/{name.replace(' ', '-')}"
        family.documents[uri] = answer
        family.case(
            f"the list's host answers {name}",
            with_status(at(uri)),
            "status_unavailable",
            twin=_SMALL,
            **unknown,
        )


# B21


def _type_metadata(book: Book, small: Parts) -> None:
    family = book.family(
        "B21", "The Type Metadata is of other bytes than the credential says, of another type, or none."
    )
    vct = small.payload["vct"]
    text = compact({"vct": vct, "name": "Stand"}).decode()
    other = compact({"vct": vct, "name": "Stande"}).decode()

    def sri(content: str, algorithm: str = "sha256") -> str:
        return f"{algorithm}-{b64encode(hashlib.new(algorithm, content.encode()).digest()).decode()}"

    integrity, mismatch, invalid = (
        "type_metadata_integrity",
        "type_metadata_mismatch",
        "type_metadata_invalid",
    )
    for name, (claimed, served, code, outcome) in {
        "as it is said": (sri(text), text, "", ""),
        "by sha-384": (sri(text, "sha384"), text, "", ""),
        "by sha-512": (sri(text, "sha512"), text, "", ""),
        "one of two digests": (f"{sri(other)} {sri(text)}", text, "", ""),
        "without a digest": (None, text, "", ""),
        "other bytes": (sri(text), other, integrity, ""),
        "a space more": (sri(text), text + " ", integrity, ""),
        "the weaker digest right, the stronger wrong": (
            f"{sri(text)} {sri(other, 'sha512')}",
            text,
            integrity,
            "",
        ),
        "a digest cut short": (sri(text)[:-6] + "=", text, "claim_syntax", ""),
        "the digest of nothing": (sri(""), text, integrity, ""),
        "a digest in base64url": ("sha256-" + digest(text) + "_", text, "claim_syntax", ""),
        "a digest in hexadecimal": (
            "sha256-" + hashlib.sha256(text.encode()).hexdigest(),
            text,
            integrity,
            "",
        ),
        "a digest by MD5": ("md5-1B2M2Y8AsgTpgAmY7PhCfg==", text, integrity, ""),
        "another type": (None, compact({"vct": vct + "x"}).decode(), mismatch, ""),
        "the type in capitals": (None, compact({"vct": vct.upper()}).decode(), mismatch, ""),
        "no type": (None, "{}", mismatch, ""),
        "a type that is a list": (None, compact({"vct": [vct]}).decode(), mismatch, ""),
        "no JSON": (None, "x", invalid, ""),
        "an array": (None, "[]", invalid, ""),
        "a member twice": (None, f'{{"vct":"{vct}","vct":"{vct}"}}', invalid, ""),
        "too deep": (None, f'{{"vct":"{vct}","x":' + "[" * 100 + "]" * 100 + "}", invalid, ""),
        "not there": (sri(text), None, "type_metadata_unavailable", "indeterminate"),
    }.items():
        parts = small.with_payload(**{"vct#integrity": claimed})
        documents = {} if served is None else {vct: served}
        family.case(name, parts.presented(), code, outcome=outcome, twin=_SMALL, type_metadata=documents)
