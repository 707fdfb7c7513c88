"""B6 to B8, B13, B14: JWTs as texts, and what is around them; A2 for tokens."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from did.encodings import decode_base64url, encode_base64url
from did.errors import EncodingError
from tests.corpus.making.artefacts import (
    OTHER,
)
from tests.corpus.making.book import Pieces
from tests.corpus.making.signing import compact
from tests.corpus.making.tokens import Form, credential_forms, every_form, one_of_each_form
from tests.corpus.making.tokens import envelope as enveloped

if TYPE_CHECKING:
    from tests.corpus.making.book import Book


JsonObject = dict[str, Any]


def make(book: Book) -> None:
    """Write the rows."""
    for write_row in (_signatures,):
        write_row(book, every_form())
    for write_row in (_twice, _serializations, _encodings, _large, _encrypted):
        write_row(book, one_of_each_form())
    _envelopes(book, enveloped())


def _twice(book: Book, every: list[Form]) -> None:
    family = book.family("B6", "A member of the header or of the payload stands there twice.")
    for form in every:
        for part, members, code in (
            ("header", form.header, "jws_header"),
            ("payload", form.payload, "jws_payload"),
        ):
            raw = compact(members)
            for name in members:
                for how, again in (
                    ("again", raw[:-1] + b"," + compact({name: members[name]})[1:]),
                    ("otherwise, before", b"{" + compact({name: "x"})[1:-1] + b"," + raw[1:]),
                ):
                    token = form.token(again) if part == "header" else form.token(payload=again)
                    family.case(f"{form.twin}: {part} {name} {how}", token, code, twin=form.twin)
        for part, code in (("header", "jws_header"), ("payload", "jws_payload")):
            for name, raw in {
                "no JSON": b"x",
                "nothing": b"",
                "an array": b"[]",
                "null": b"null",
                "a text": b'"x"',
                "a number": b"1",
                "cut short": compact(form.header)[:-1],
                "with a comma more": compact(form.header)[:-1] + b",}",
                "with a mark": b"\xef\xbb\xbf" + compact(form.header),
                "in UTF-16": compact(form.header).decode().encode("utf-16"),
                "in Latin-1": compact(form.header)[:-1] + b',"x":"\xe9"}',
                "with NaN": compact(form.header)[:-1] + b',"x":NaN}',
                "with a huge integer": compact(form.header)[:-1] + b',"x":' + b"9" * 400 + b"}",
                "with a lone surrogate": compact(form.header)[:-1] + b',"x":"\\ud800"}',
                "with a NUL": compact(form.header)[:-1] + b',"x":"\\u0000"}',
                "too deep": compact(form.header)[:-1] + b',"x":' + b"[" * 70 + b"]" * 70 + b"}",
            }.items():
                token = form.token(raw) if part == "header" else form.token(payload=raw)
                # what does not begin with a letter is no token, and is read as JSON
                is_token = part == "payload" or name not in {"nothing", "with a mark"}
                family.case(
                    f"{form.twin}: {part} is {name}",
                    token,
                    code if is_token else "json_syntax",
                    twin=form.twin,
                )


def _serializations(book: Book, every: list[Form]) -> None:
    family = book.family("B7", "Another serialization than the compact one, or none.")
    for form in every:
        token = form.token()
        protected, payload, signature = token.split(".")
        for name, value in {
            "flattened": {"protected": protected, "payload": payload, "signature": signature},
            "general": {"payload": payload, "signatures": [{"protected": protected, "signature": signature}]},
            "general with two": {
                "payload": payload,
                "signatures": [
                    {"protected": protected, "signature": "AA"},
                    {"protected": protected, "signature": signature},
                ],
            },
            "general with none": {"payload": payload, "signatures": []},
            "flattened with a header of its own": {
                "protected": protected,
                "header": {"alg": "none"},
                "payload": payload,
                "signature": signature,
            },
        }.items():
            family.case(f"{form.twin}: {name}", value, "jws_serialization", kind=form.kind)
        for name, text in {
            "two parts": f"{protected}.{payload}",
            "four parts": f"{token}.{signature}",
            "five parts": f"{protected}.AA.AA.AA.AA",
            "six parts": f"{token}.{token}",
            "a dot after": token + ".",
            "two dots between": f"{protected}..{payload}.{signature}",
        }.items():
            family.case(f"{form.twin}: {name}", text, "jws_serialization", twin=form.twin)
        for name, (text, code) in {
            "an empty header": (f".{payload}.{signature}", "json_syntax"),
            "one part": (protected, "json_syntax"),
            "in quotes": (f'"{token}"', "not_an_object"),
            "in an array": (f'["{token}"]', "not_an_object"),
            "after Bearer": (f"Bearer {token}", "jws_encoding"),
            "percent-encoded": (token.replace(".", "%2E"), "json_syntax"),
            "without payload": (f"{protected}..{signature}", "jws_payload"),
            "payload and signature exchanged": (f"{protected}.{signature}.{payload}", "jws_payload"),
            "header and payload exchanged": (f"{payload}.{protected}.{signature}", "jws_algorithm"),
        }.items():
            family.case(f"{form.twin}: {name}", text, code, twin=form.twin)


def _encodings(book: Book, every: list[Form]) -> None:
    family = book.family("B8", "Base64url that is none, or one of two writings of the same bytes.")
    for form in every:
        parts = form.token().split(".")
        for at, part_name in enumerate(("header", "payload", "signature")):
            part = parts[at]
            half = len(part) // 2
            for name, written in {
                "padded": part + "=" * (-len(part) % 4 or 4),
                "one pad": part + "=",
                "a space before": " " + part,
                "a space within": part[:half] + " " + part[half:],
                "a space after": part + " ",
                "a newline within": part[:half] + "\n" + part[half:],
                "a return within": part[:half] + "\r" + part[half:],
                "a tab within": part[:half] + "\t" + part[half:],
                "a plus": part[:half] + "+" + part[half + 1 :],
                "a solidus": part[:half] + "/" + part[half + 1 :],
                "a percent": part[:half] + "%41" + part[half + 1 :],
                "a NUL": part[:half] + "\0" + part[half + 1 :],
                "a star": part[:half] + "*" + part[half + 1 :],
                "a letter that is not ASCII": part[:half] + "\u0410" + part[half + 1 :],
                "fullwidth": part[:half] + "\uff21" + part[half + 1 :],
                "a zero-width space": part[:half] + "\u200b" + part[half:],
            }.items():
                # what begins with a space may still be a token; what is no token is read as JSON
                token = ".".join([*parts[:at], written, *parts[at + 1 :]])
                family.case(f"{form.twin}: {part_name} with {name}", token, "jws_encoding", twin=form.twin)
            other = _other_writing(part)
            if other:
                token = ".".join([*parts[:at], other, *parts[at + 1 :]])
                family.case(
                    f"{form.twin}: {part_name} with other spare bits", token, "jws_encoding", twin=form.twin
                )
            impossible = part + "A" * (1 - len(part) % 4 + (4 if len(part) % 4 > 1 else 0))
            token = ".".join([*parts[:at], impossible, *parts[at + 1 :]])
            family.case(
                f"{form.twin}: {part_name} of an impossible length", token, "jws_encoding", twin=form.twin
            )
        token = form.token()
        for name, text in {
            "a newline after": token + "\n",
            "a space before": " " + token,
            "a tab before": "\t" + token,
            "a return and newline after": token + "\r\n",
        }.items():
            if name == "a space before":
                continue
            family.case(f"{form.twin}: {name} it all", text, "jws_encoding", twin=form.twin)


def _other_writing(part: str) -> str:
    """The same bytes with another last character, if there are spare bits."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    if len(part) % 4 == 0:
        return ""
    other = part[:-1] + alphabet[alphabet.index(part[-1]) ^ 1]
    try:
        decode_base64url(other)
    except EncodingError:
        return other
    return ""


def _large(book: Book, every: list[Form]) -> None:
    family = book.family("B13", "Tokens that are too large: refused before anything is decoded.")
    for form in every:
        protected, payload, signature = form.token().split(".")
        for name, text in {
            "a header of 9 kB": Pieces(("A", 9_000), f".{payload}.{signature}"),
            "a header of 1 MB": Pieces(("A", 1_000_000), f".{payload}.{signature}"),
        }.items():
            family.case(f"{form.twin}: {name}", text, "jws_too_large", kind=form.kind)
        text = Pieces(f"{protected}.", ("A", 1_410_000), f".{signature}")
        family.case(f"{form.twin}: a payload of 1.4 MB", text, "too_large", kind=form.kind)
        text = Pieces(f"{protected}.{payload}.", ("A", 1_410_000))
        family.case(f"{form.twin}: a signature of 1.4 MB", text, "too_large", kind=form.kind)
        text = Pieces(f"{protected}.{payload}.", ("A", 100_000))
        code = "jws_signature"
        family.case(f"{form.twin}: a signature of 100 kB", text, code, kind=form.kind)
        text = Pieces((".", 100_000))
        family.case(f"{form.twin}: 100,000 dots", text, "json_syntax", kind=form.kind)
        text = Pieces("a", (".", 100_000))
        family.case(f"{form.twin}: 100,000 parts", text, "jws_serialization", kind=form.kind)


def _encrypted(book: Book, every: list[Form]) -> None:
    family = book.family(
        "B14", "Tokens that are encrypted, packed or stretched: not decrypted, not unpacked."
    )
    for form in every:
        for name, header in {
            "PBES2 with 10^8 rounds": {
                "alg": "PBES2-HS256+A128KW",
                "enc": "A128GCM",
                "p2s": "AAAA",
                "p2c": 100_000_000,
            },
            "zip": {"alg": "dir", "enc": "A256GCM", "zip": "DEF"},
            "RSA1_5": {"alg": "RSA1_5", "enc": "A128CBC-HS256"},
            "ECDH with a point off the curve": {
                "alg": "ECDH-ES",
                "enc": "A128GCM",
                "epk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
            },
        }.items():
            encoded_header = encode_base64url(compact(header))
            family.case(
                f"{form.twin}: JWE, {name}",
                f"{encoded_header}.AA.AA.AA.AA",
                "jws_serialization",
                twin=form.twin,
            )
            token = form.token({**header, "typ": form.header["typ"]})
            code = "jws_algorithm"
            if "obv3" in form.twin:
                code = "jwt_header_member"
            family.case(f"{form.twin}: signed, {name}", token, code, twin=form.twin)


def _signatures(book: Book, every: list[Form]) -> None:
    family = book.family("A2-tokens", "The signature of a token is another, or is over something else.")
    for form in every:
        protected, payload, signature = form.token().split(".")
        raw = decode_base64url(signature)
        half = len(raw) // 2
        for name, value in {
            "first bit": bytes([raw[0] ^ 1]) + raw[1:],
            "last bit": raw[:-1] + bytes([raw[-1] ^ 1]),
            "bit in the middle": raw[:half] + bytes([raw[half] ^ 1]) + raw[half + 1 :],
            "cut": raw[:-1],
            "half": raw[:half],
            "longer": raw + b"\0",
            "twice": raw + raw,
            "zeros": bytes(len(raw)),
            "ones": b"\xff" * len(raw),
            "backwards": raw[::-1],
            "halves exchanged": raw[half:] + raw[:half],
            "of another form": form.by.sign(b"x"),
        }.items():
            token = f"{protected}.{payload}.{encode_base64url(value)}"
            family.case(f"{form.twin}: {name}", token, "jws_signature", twin=form.twin)
        for pointer in sorted(form.payload):
            if pointer in {
                "@context",
                "type",
                "vc",
                "vp",
                "iss",
                "aud",
                "nonce",
                "exp",
                "nbf",
                "sub",
                "jti",
                "iat",
                "issuer",
                "id",
                "holder",
                "verifiableCredential",
            } or pointer.startswith("valid"):
                continue
            edited = compact({name: value for name, value in form.payload.items() if name != pointer})
            code = {"credentialSubject": "subject_missing"}.get(pointer, "jws_signature")
            family.case(
                f"{form.twin}: {pointer} is gone",
                f"{protected}.{encode_base64url(edited)}.{signature}",
                code,
                twin=form.twin,
            )
        spaced = encode_base64url(compact(form.payload).replace(b'":', b'": ', 1))
        family.case(
            f"{form.twin}: a space in the payload",
            f"{protected}.{spaced}.{signature}",
            "jws_signature",
            twin=form.twin,
        )
        spaced = encode_base64url(compact(form.header).replace(b'":', b'": ', 1))
        family.case(
            f"{form.twin}: a space in the header",
            f"{spaced}.{payload}.{signature}",
            "jws_signature",
            twin=form.twin,
        )


def _envelopes(book: Book, envelope: JsonObject) -> None:
    family = book.family(
        "B7-envelopes", "Enveloped credentials whose envelope says more, less or something else."
    )
    twin = "enveloped vc+jwt"
    token = envelope["id"].partition(",")[2]
    bad, media = "envelope_invalid", "envelope_media_type"
    for name, (value, code) in {
        "a member more": (envelope | {"name": "Camille"}, bad),
        "a subject of its own": (envelope | {"credentialSubject": {"id": OTHER}}, bad),
        "an issuer of its own": (envelope | {"issuer": OTHER}, bad),
        "a proof": (envelope | {"proof": {}}, bad),
        "two types": (envelope | {"type": ["EnvelopedVerifiableCredential", "VerifiableCredential"]}, bad),
        "the type of a presentation": (envelope | {"type": "EnvelopedVerifiablePresentation"}, bad),
        "no id": ({k: v for k, v in envelope.items() if k != "id"}, bad),
        "an https id": (envelope | {"id": "https://issuer.example/vc"}, bad),
        "an id that is a list": (envelope | {"id": [envelope["id"]]}, bad),
        "no comma": (envelope | {"id": envelope["id"].replace(",", ";", 1)}, bad),
        "DATA in capitals": (envelope | {"id": envelope["id"].replace("data:", "DATA:")}, bad),
        "base64": (
            envelope | {"id": f"data:application/vc+jwt;base64,{b64encode(token.encode()).decode()}"},
            media,
        ),
        "a parameter": (envelope | {"id": f"data:application/vc+jwt;charset=utf-8,{token}"}, media),
        "no media type": (envelope | {"id": f"data:,{token}"}, media),
        "text": (envelope | {"id": f"data:text/plain,{token}"}, media),
        "the media type in capitals": (envelope | {"id": f"data:APPLICATION/VC+JWT,{token}"}, media),
        "a presentation's media type": (envelope | {"id": f"data:application/vp+jwt,{token}"}, media),
        "HTML": (envelope | {"id": "data:text/html,<script>"}, media),
        "percent-encoded": (envelope | {"id": envelope["id"].replace(".", "%2E")}, "jws_serialization"),
        "not ASCII": (envelope | {"id": envelope["id"] + "\u00e9"}, bad),
        "an empty token": (envelope | {"id": "data:application/vc+jwt,"}, "jws_serialization"),
        "a space after": (envelope | {"id": envelope["id"] + " "}, "jws_encoding"),
        "a comma more": (envelope | {"id": envelope["id"].replace(",", ",,")}, "jws_encoding"),
        "an envelope in the envelope": (
            envelope | {"id": f"data:application/vc+jwt,{encode_base64url(compact(envelope))}"},
            "jws_serialization",
        ),
    }.items():
        family.case(name, value, code, twin=twin)
    cose = envelope | {"id": f"data:application/vc+cose,{token}"}
    family.case("COSE", cose, "envelope_media_type", twin=twin)
    other = next(form for form in credential_forms() if form.twin.startswith("obv3"))
    family.case(
        "another form of token",
        envelope | {"id": f"data:application/vc+jwt,{other.token()}"},
        "jws_typ",
        twin=twin,
    )
