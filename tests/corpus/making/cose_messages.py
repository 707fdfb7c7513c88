"""A2, A12, A13, B6, B7, B8 and B13 for COSE: the bytes of a message, its signature, its payload, its envelope."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from credentials.cbor import encode_cbor
from tests.corpus.making.artefacts import CREDENTIALS_V1
from tests.corpus.making.book import Pieces
from tests.corpus.making.cose import (
    ALG,
    CWT,
    EXP,
    TAG,
    TYP,
    Message,
    Raw,
    cbor,
    credential,
    credentials,
    envelope,
    presentation,
)
from tests.corpus.making.tokens import NOW_SECONDS, credential_forms

if TYPE_CHECKING:
    from tests.corpus.making.book import Book


def make(book: Book) -> None:
    """Write the rows."""
    for write_row in (_signatures, _presented, _duplicates, _serializations, _encodings, _sizes):
        write_row(book)


def _signatures(book: Book) -> None:
    family = book.family("A2-cose", "COSE: the signature or what it is over was changed.")
    for message in credentials():
        encoded, _, payload, signature = message.parts()
        half = len(signature) // 2
        numbers = (int.from_bytes(signature[:half]), int.from_bytes(signature[half:]))
        others = {
            "none": b"",
            "one byte less": signature[:-1],
            "one byte more": signature + b"\0",
            "zeros": bytes(len(signature)),
            "ones": b"\xff" * len(signature),
            "reversed": signature[::-1],
            "its halves swapped": signature[half:] + signature[:half],
            "twice": signature * 2,
            "in DER": encode_dss_signature(*numbers),
        } | {
            f"bit {bit} flipped": _flipped(signature, bit)
            for bit in (0, 7, 8, len(signature) * 4, len(signature) * 8 - 1)
        }
        for name, value in others.items():
            family.case(
                f"{message.twin}: signature {name}",
                message.with_part(3, value),
                "cose_signature",
                twin=message.twin,
            )
        for name, data in {
            "an edited payload": message.with_part(2, payload.replace(b"Camille", b"Camilla")),
            "a space in the payload": message.with_part(2, payload + b" "),
            "an edited header": message.with_part(0, encoded.replace(b"vc+cose", b"vc+cose", 1)[:-1] + b"E"),
            "external data": message.bytes(external=b"aad"),
            "another context": message.bytes(context="Signature"),
            "the context of a countersignature": message.bytes(context="CounterSignature"),
            "the context of a MAC": message.bytes(context="MAC0"),
            "over the payload alone": _signed_over(message, payload),
            "over the document of another": message.saying(message.document | {"name": "x"}).with_part(
                2, payload
            ),
        }.items():
            code = "cose_typ" if name == "an edited header" else "cose_signature"
            family.case(f"{message.twin}: {name}", data, code, twin=message.twin)


def _signed_over(message: Message, data: bytes) -> bytes:
    return message.with_part(3, message.by.sign(data))


def _flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def _presented(book: Book) -> None:
    twin = presentation().twin
    family = book.family("A13-cose", "COSE: what a presentation holds.")
    spoilt = credential().claims({EXP: NOW_SECONDS})
    jwt = next(form for form in credential_forms() if form.twin == "vc+jwt EdDSA")
    in_jwt = credential().envelope | {"id": f"data:application/vc+jwt,{jwt.token()}"}
    inner = "credential_invalid"
    held: dict[str, tuple[list[Any], str, str]] = {
        "a COSE and a JWT": ([credential().envelope, in_jwt], "", ""),
        "one that has ended": ([credential().envelope, spoilt.envelope], inner, "proof_expired"),
        "a presentation as credential": ([envelope(presentation().bytes())], inner, "cose_typ"),
        "the presentation's own envelope": ([presentation().envelope], inner, "envelope_invalid"),
        "bare base64": ([b64encode(credential().bytes()).decode()], "credential_invalid_shape", ""),
        "an envelope that is none": ([credential().envelope | {"id": "bad"}], inner, "envelope_invalid"),
        "nothing": ([], "credentials_missing", ""),
    }
    for name, (credentials_, code, within) in held.items():
        family.case(
            name, presentation(credentials_).bytes(), code, inner=within, twin=twin, kind="presentation"
        )
    credential_alone = credential().bytes()
    family.case("a credential alone", credential_alone, "cose_typ", twin=twin, kind="presentation")
    old = presentation().saying(presentation().document | {"@context": [CREDENTIALS_V1]})
    family.case("of VCDM 1.1", old.bytes(), "jwt_vcdm_version", twin=twin, kind="presentation")


def _duplicates(book: Book) -> None:
    family = book.family("B6-cose", "COSE: a label or a member twice.")
    message = credential()
    encoded = cbor(message.protected)
    again = {
        "alg": cbor(ALG) + cbor(-8),
        "another alg": cbor(ALG) + cbor(-7),
        "typ": cbor(TYP) + cbor("application/vc+cose"),
        "an unknown label": cbor(99) + cbor(1) + cbor(99) + cbor(1),
    }
    for name, more in again.items():
        count = len(message.protected) + (2 if name == "an unknown label" else 1)
        protected = bytes([0xA0 | count]) + encoded[1:] + more
        data = TAG + cbor(message.parts(protected=protected))
        family.case(f"{name} twice in the protected header", data, "cose_encoding", twin=message.twin)
    outside = message.outside(Raw(b"\xa2\x18\x63\x01\x18\x63\x02"))
    family.case("a label twice outside", outside.bytes(), "cose_encoding", twin=message.twin)
    claims = message.header({CWT: Raw(b"\xa2\x01\x61a\x01\x61b")})
    family.case("a claim twice", claims.bytes(), "cose_encoding", twin=message.twin)
    payload = message.payload
    for name, member in {"issuer": b'"issuer":"did:web:x"', "a name": b'"@context":[]'}.items():
        changed = message.saying(b"{" + member + b"," + payload[1:])
        family.case(f"{name} twice in the payload", changed.bytes(), "cose_payload", twin=message.twin)
    for name, text in {
        "not JSON": b"{",
        "a list": b"[]",
        "text": b'"x"',
        "CBOR": cbor({"type": "x"}),
        "NaN": b'{"a":NaN}',
        "a huge number": b'{"a":1e400}',
        "nested": b"[" * 200 + b"]" * 200,
        "a lone surrogate": b'{"a":"\\ud800"}',
        "a BOM": b"\xef\xbb\xbf" + payload,
    }.items():
        family.case(f"the payload is {name}", message.saying(text).bytes(), "cose_payload", twin=message.twin)


def _serializations(book: Book) -> None:
    family = book.family("B7-cose", "COSE: another object than a tagged COSE_Sign1, or in another envelope.")
    message = credential()
    good, parts = message.bytes(), message.parts()
    structure = "cose_structure"
    for name, (data, code) in {
        "without its tag": (good[1:], structure),
        "tagged as COSE_Encrypt0": (b"\xd0" + good[1:], structure),
        "tagged as COSE_Mac0": (b"\xd1" + good[1:], structure),
        "tagged as COSE_Sign": (b"\xd8\x62" + good[1:], structure),
        "tagged as a CWT": (b"\xd8\x3d" + good, structure),
        "self-described": (b"\xd9\xd9\xf7" + good, structure),
        "tagged twice": (b"\xd2" + good, "cose_encoding"),
        "its tag in two bytes": (b"\xd8\x12" + good[1:], structure),
        "its tag in three bytes": (b"\xd9\x00\x12" + good[1:], structure),
        "three parts": (TAG + cbor(parts[:3]), structure),
        "five parts": (TAG + cbor([*parts, b""]), structure),
        "a map of parts": (TAG + cbor(dict(enumerate(parts))), structure),
        "a COSE_Sign in it": (TAG + cbor([*parts[:3], [parts]]), structure),
        "detached": (message.with_part(2, None), "cose_detached"),
        "no payload": (message.with_part(2, b""), "cose_payload"),
        "a payload of text": (message.with_part(2, message.payload.decode()), structure),
        "a payload of CBOR": (message.with_part(2, {"a": 1}), structure),
        "a signature of text": (message.with_part(3, "x"), structure),
        "no signature": (message.with_part(3, None), structure),
        "a header that is a map": (message.with_part(0, message.protected), structure),
        "a header of no bytes": (message.with_part(0, b""), "cose_algorithm"),
        "a header of an empty map": (message.with_part(0, b"\xa0"), "cose_algorithm"),
        "a header of a list": (message.with_part(0, b"\x80"), "cose_header"),
        "an unprotected list": (message.with_part(1, []), structure),
        "an unprotected null": (message.with_part(1, None), structure),
        "unprotected bytes": (message.with_part(1, b"\xa0"), structure),
        "nothing but the tag": (TAG, "cose_encoding"),
        "an array and no more": (TAG + b"\x84", "cose_encoding"),
    }.items():
        family.case(name, data, code, twin=message.twin)
    _envelopes(book)


def _envelopes(book: Book) -> None:
    family = book.family("B7-cose-envelopes", "COSE: its envelope, and the base64 in it.")
    message = credential()
    whole, text = message.envelope, b64encode(message.bytes()).decode()
    prefix = "data:application/vc+cose;base64,"
    bad, media = "envelope_invalid", "envelope_media_type"
    stripped = text.rstrip("=")
    for name, (url, code) in {
        "without padding": (prefix + stripped, ""),
        "padding too much": (prefix + stripped + "===", bad),
        "padding more": (prefix + text + "=", bad),
        "a newline after": (prefix + text + "\n", bad),
        "a space before": (prefix + " " + text, bad),
        "a newline within": (prefix + text[:76] + "\n" + text[76:], bad),
        "base64url": (prefix + urlsafe_b64encode(message.bytes() + b"\xfb\xff").decode(), bad),
        "percent-encoded": (prefix + text.replace("0", "%30", 1), bad),
        "not canonical": (prefix + _not_canonical(stripped), bad),
        "without saying base64": (f"data:application/vc+cose,{text}", media),
        "base64 said twice": (f"data:application/vc+cose;base64;base64,{text}", media),
        "a parameter": (f"data:application/vc+cose;a=b;base64,{text}", media),
        "BASE64 in capitals": (f"data:application/vc+cose;BASE64,{text}", media),
        "of a presentation": (f"data:application/vp+cose;base64,{text}", media),
        "of COSE at large": (f"data:application/cose;base64,{text}", media),
        "of a CWT": (f"data:application/cwt;base64,{text}", media),
        "of CBOR": (f"data:application/cbor;base64,{text}", media),
        "as a JWT": (f"data:application/vc+jwt,{text}", "jws_serialization"),
        "as an SD-JWT": (f"data:application/vc+sd-jwt,{text}", "sd_jwt_serialization"),
        "empty": (prefix, "cose_structure"),
        "a JWT in it": (prefix + b64encode(b"a.b.c").decode(), "cose_structure"),
        "JSON in it": (prefix + b64encode(message.payload).decode(), "cose_structure"),
        "hexadecimal": (prefix + message.bytes().hex()[:400], "cose_structure"),
        "another comma": (prefix + "," + text, bad),
    }.items():
        family.case(name, whole | {"id": url}, code, twin=message.twin)
    for member in ("proof", "issuer", "credentialSubject"):
        family.case(f"with a member {member}", whole | {member: {}}, bad, twin=message.twin)
    both = whole | {"type": ["EnvelopedVerifiableCredential", "VerifiableCredential"]}
    family.case("with another type beside", both, bad, twin=message.twin)


def _not_canonical(stripped: str) -> str:
    """The last character with a bit that no encoder sets; for whole groups, two characters more."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    if len(stripped) % 4 == 0:
        return stripped + "AB"
    return stripped[:-1] + alphabet[alphabet.index(stripped[-1]) | 1]


def _encodings(book: Book) -> None:
    family = book.family("B8-cose", "COSE: CBOR in another writing than its one, or something around it.")
    message = credential()
    good = message.bytes()
    encoded, _, payload, signature = message.parts()
    body = good[2:]
    long_payload = b"\x5a" + len(payload).to_bytes(4) + payload
    for name, data in {
        "a byte after": good + b"\0",
        "a message after": good + good,
        "a newline after": good + b"\n",
        "a byte missing": good[:-1],
        "an array of indefinite length": b"\xd2\x9f" + body + b"\xff",
        "an array counted in two bytes": b"\xd2\x98\x04" + body,
        "an array counted in nine bytes": b"\xd2\x9b" + (4).to_bytes(8) + body,
        "a payload in pieces": TAG + cbor([encoded, {}, Raw(b"\x5f" + cbor(payload) + b"\xff"), signature]),
        "a payload counted in five bytes": TAG + cbor([encoded, {}, Raw(long_payload), signature]),
        "a signature counted in three bytes": TAG
        + cbor([encoded, {}, payload, Raw(b"\x59\x00\x40" + signature)]),
        "an unprotected map of indefinite length": TAG
        + cbor([encoded, Raw(b"\xbf\xff"), payload, signature]),
        "a reserved length": b"\xd2\x9c" + body,
        "a break alone": b"\xd2\xff",
        "undefined outside": message.outside({99: Raw(b"\xf7")}).bytes(),
        "a float outside": message.outside({99: Raw(b"\xf9\x3c\x00")}).bytes(),
        "a tag outside": message.outside({99: Raw(b"\xc0\x61x")}).bytes(),
        "a tag for a regular expression": message.outside({99: Raw(b"\xd8\x23\x61.")}).bytes(),
        "a shared value": message.outside({99: Raw(b"\xd8\x1c\x80")}).bytes(),
        "a big number": message.outside({99: Raw(b"\xc2\x41\x01")}).bytes(),
        "text that is not UTF-8": message.outside({99: Raw(b"\x62\xc3\x28")}).bytes(),
        "a label that is a list": message.outside(Raw(b"\xa1\x80\x01")).bytes(),
        "a label that is true": message.outside(Raw(b"\xa1\xf5\x01")).bytes(),
        "nested deep outside": message.outside({99: Raw(b"\x81" * 30 + b"\0")}).bytes(),
    }.items():
        family.case(name, data, "cose_encoding", twin=message.twin)
    for name, protected in {
        "of indefinite length": b"\xbf" + encoded[1:] + b"\xff",
        "counted in two bytes": b"\xb8" + bytes([len(message.protected)]) + encoded[1:],
        "with a byte after": encoded + b"\0",
        "with its alg in two bytes": encoded.replace(b"\x01\x27", b"\x01\x38\x07", 1),
        "with a label in two bytes": encoded.replace(b"\x10\x73", b"\x18\x10\x73", 1),
    }.items():
        data = TAG + cbor(message.parts(protected=protected))
        family.case(f"a protected header {name}", data, "cose_encoding", twin=message.twin)
    other = dict(reversed(message.protected.items()))
    reordered = TAG + cbor(message.parts(protected=cbor(other)))
    family.case("a protected header in another order", reordered, "", twin=message.twin)


def _sizes(book: Book) -> None:
    family = book.family("B13-cose", "COSE: promises of size, and depth.")
    twin = credential().twin
    encoding = "cose_encoding"
    for name, data in {
        "an array of all there is": b"\xd2\x9b" + b"\xff" * 8,
        "a payload of all there is": b"\xd2\x84\x40\xa0\x5b" + b"\x7f" + b"\xff" * 7,
        "a map of all there is": b"\xd2\x84\x40\xbb" + b"\xff" * 8,
        "text of all there is": b"\xd2\x84\x7b" + b"\xff" * 8,
        "two thousand labels": b"\xd2\x84\x40\xb9\x07\xd0"
        + b"".join(encode_cbor(n) + b"\0" for n in range(2_000)),
    }.items():
        family.case(name, data, encoding, twin=twin)
    protected = credential().header({99: "x" * 9_000})
    family.case("a protected header of nine thousand bytes", protected.bytes(), "cose_too_large", twin=twin)
    family.case(
        "twenty labels", credential().outside(dict.fromkeys(range(100, 120), 0)).bytes(), "", twin=twin
    )
    text = b64encode(b"\xd2" + b"\x81" * 3_000).decode()
    deep = credential().envelope | {"id": f"data:application/vc+cose;base64,{text}"}
    family.case("arrays in arrays", deep, encoding, twin=twin)
    long = Pieces(
        '{"@context":["https://www.w3.org/ns/credentials/v2"],"type":"EnvelopedVerifiableCredential","id":"data:application/vc+cose;base64,0oRA',
        ("AAAA", 250_000),
        '"}',
    )
    family.case("a megabyte of nothing", long, encoding, twin=twin)
