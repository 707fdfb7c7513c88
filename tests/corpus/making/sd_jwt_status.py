"""The status of SD-JWT VCs (E6), and their Type Metadata (B21)."""

from __future__ import annotations

import hashlib
import zlib
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from did.encodings import encode_base64url
from did.keys import KeyType
from tests.corpus.making.artefacts import OTHER
from tests.corpus.making.keys import AnySigner, signer
from tests.corpus.making.sd_jwt import NOW_SECONDS, SMALL, STATUS_LIST, Parts, small_parts
from tests.corpus.making.signing import ISSUER, compact, digest, issuer, jws

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.corpus.making.book import Book


JsonObject = dict[str, Any]


def make(book: Book) -> None:
    """Write the rows."""
    small = small_parts()
    _status(book, small)
    _type_metadata(book, small)


def _status(book: Book, small: Parts) -> None:  # noqa: C901 - mostly tables
    family = book.family(
        "E6-tokens", "The `status` of an SD-JWT VC, and the Status List Token that it names."
    )

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
            "iat": NOW_SECONDS - 60,
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

    book.documents[STATUS_LIST] = {
        "text": list_token(STATUS_LIST),
        "contentType": "application/statuslist+jwt",
    }
    unknown = {"outcome": "indeterminate"}
    family.case("not set", with_status(at(STATUS_LIST)), twin=SMALL)
    for name, value in {
        "a text": "7",
        "negative": -1,
        "a fraction": 7.5,
        "true": True,
        "null": None,
        "a list": [7],
        "2^32": 2**32,
    }.items():
        family.case(f"idx is {name}", with_status(at(STATUS_LIST, value)), "status_index_invalid", twin=SMALL)
    family.case(
        "idx beyond the list", with_status(at(STATUS_LIST, 131_072)), "status_index_out_of_range", twin=SMALL
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
            with_status(at(STATUS_LIST) | {"status_list": {"idx": 7, "uri": uri}}),
            "status_entry_invalid",
            twin=SMALL,
        )
    for name, (status, code, outcome) in {
        "empty": ({}, "status_entry_invalid", ""),
        "of a kind not known": ({"status_assertion": {}}, "unsupported_status_type", "indeterminate"),
        "a list that is a text": ({"status_list": "x"}, "status_entry_invalid", ""),
        "a text": ("x", "claim_syntax", ""),
        "a list": ([], "claim_syntax", ""),
    }.items():
        family.case(f"status is {name}", with_status(status), code, outcome=outcome, twin=SMALL)

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
        "expired": (lambda uri: list_token(uri, exp=NOW_SECONDS), "status_list_expired", "indeterminate"),
        "of tomorrow": (
            lambda uri: list_token(uri, iat=NOW_SECONDS + 86_400),
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
        family.case(f"the list is {name}", with_status(at(uri)), code, outcome=outcome, twin=SMALL)
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
            twin=SMALL,
            **unknown,
        )


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
        family.case(name, parts.presented(), code, outcome=outcome, twin=SMALL, type_metadata=documents)
