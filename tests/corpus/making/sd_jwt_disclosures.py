"""B15 and B16: Disclosures, their digests, and the hash."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from credentials.sd_jwt import open_badge_claims
from credentials.sd_jwt.issuing import conceal
from did.encodings import decode_base64url, encode_base64url
from did.keys import KeyType
from tests.corpus.making.artefacts import badge
from tests.corpus.making.keys import private_key
from tests.corpus.making.sd_jwt import (
    BADGE,
    SMALL,
    UNBOUND,
    Parts,
    badge_parts,
    disclosure,
    salts,
    small_parts,
)
from tests.corpus.making.signing import digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.corpus.making.book import Book


JsonObject = dict[str, Any]


def make(book: Book) -> None:
    """Write the rows."""
    small = small_parts()
    _disclosures(book, small)
    _hash_algorithms(book, small)
    _selections(book)


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
        family.case(name, parts.presented(), code, twin=SMALL)
        family.case(f"{name}, unbound", parts.sd_jwt(), code, twin=UNBOUND)
    for name, kept in {
        "none is shown": (),
        "one is shown": (_named(every, "given_name"),),
        "an element is shown": (every[-1],),
        "a parent without what it hides": (_named(every, "place"),),
        "in another order": tuple(reversed(every)),
    }.items():
        family.case(name, small.with_disclosures(*kept).presented(), twin=SMALL)


def _named(disclosures: tuple[str, ...], name: str) -> str:
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
        family.case(f"{name}", parts.presented(), "sd_alg_unsupported", twin=SMALL)
        family.case(f"{name}, unbound", parts.sd_jwt(), "sd_alg_unsupported", twin=UNBOUND)
    null = replace(small, payload=small.payload | {"_sd_alg": None})
    family.case("null", null.presented(), "sd_alg_unsupported", twin=SMALL)
    for hash_name in ("sha384", "sha512"):
        parts = small_parts(hash_name)
        family.case(f"{hash_name}", parts.presented(), twin=SMALL)
        claimed = parts.with_payload(_sd_alg="sha-256")
        family.case(
            f"{hash_name} digests under sha-256", claimed.presented(), "disclosure_unreferenced", twin=SMALL
        )
        other = small.with_payload(_sd_alg=f"sha-{hash_name[3:]}")
        family.case(
            f"sha-256 digests under {hash_name}", other.presented(), "disclosure_unreferenced", twin=SMALL
        )
        wrong = replace(parts, hash_name="sha256").presented()
        family.case(f"{hash_name}, sd_hash by sha-256", wrong, "sd_hash_mismatch", twin=SMALL)
    for place in ({"more": {"_sd_alg": "sha-256"}}, {"more": [{"_sd_alg": "sha-256"}]}):
        parts = small.with_payload(**place)
        family.case(f"within {json.dumps(place)}", parts.presented(), "reserved_name", twin=SMALL)
    nested = disclosure("salt", "more", {"_sd_alg": "sha-512"})
    parts = small.with_payload(_sd=[*small.payload["_sd"], digest(nested)]).with_disclosures(nested)
    family.case("within a Disclosure", parts.presented(), "reserved_name", twin=SMALL)
    absent = small.with_payload(_sd_alg=None)
    family.case("absent: it is sha-256 then", absent.presented(), twin=SMALL)


def _selections(book: Book) -> None:
    """Disclosures of another badge, or of another person's."""
    family = book.family("B15-others", "Disclosures of another token of the same issuer.")
    mine, theirs = badge_parts(), _other_badge()
    for at, text in enumerate(theirs.disclosures):
        mixed = mine.with_disclosures(*mine.disclosures, text)
        code = "disclosure_duplicate" if text in mine.disclosures else "disclosure_unreferenced"
        family.case(f"Disclosure {at} of another badge, added", mixed.presented(), code, twin=BADGE)
        if at < len(mine.disclosures):
            replaced = mine.with_disclosures(*mine.disclosures[:at], text, *mine.disclosures[at + 1 :])
            family.case(
                f"Disclosure {at} of another badge, in place of ours",
                replaced.presented(),
                "disclosure_unreferenced",
                twin=BADGE,
            )


def _other_badge() -> Parts:
    claims, pointers = open_badge_claims(badge() | {"name": "Soudure"})
    claims["cnf"] = {"jwk": private_key(KeyType.ED25519, "holder").public_key.to_jwk()}
    concealed = conceal(claims, pointers, salts=salts("other badge"))
    return replace(badge_parts(), payload=concealed.payload, disclosures=concealed.disclosures)
