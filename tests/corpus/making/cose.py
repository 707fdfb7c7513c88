"""Credentials and presentations in COSE: as they should be, and any message at all truly signed."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from credentials.cbor import encode_cbor
from did.keys import KeyType
from tests.corpus.making.artefacts import CREDENTIALS_V2, plain
from tests.corpus.making.keys import AnySigner, did_key_signer, did_of
from tests.corpus.making.signing import CHALLENGE, DOMAIN, ISSUER, holder, issuer
from tests.corpus.making.tokens import NOW_SECONDS

if TYPE_CHECKING:
    from tests.corpus.making.book import Book

JsonObject = dict[str, Any]
ALG, CRIT, CTY, KID, CWT, TYP = 1, 2, 3, 4, 15, 16
ISS, SUB, AUD, EXP, NBF, IAT, CNF, NONCE = 1, 2, 3, 4, 5, 6, 8, 10
TAG: Final = b"\xd2"
_NUMBERS: Final = {"EdDSA": -8, "ES256": -7, "ES384": -35, "ES512": -36}


def head(major: int, argument: int) -> bytes:
    """A head in its shortest form, as far as one byte of argument."""
    return bytes([major << 5 | argument]) if argument < 24 else bytes([major << 5 | 24, argument])


def cbor(value: Any) -> bytes:
    """CBOR with what a strict encoder does not write: `false`, `true`, `null`, and bytes of `Raw` as they are."""
    match value:
        case Raw():
            return value.encoded
        case None | bool():
            return {False: b"\xf4", True: b"\xf5", None: b"\xf6"}[value]
        case dict():
            return head(5, len(value)) + b"".join(cbor(key) + cbor(each) for key, each in value.items())
        case list():
            return head(4, len(value)) + b"".join(map(cbor, value))
        case _:
            return encode_cbor(value)


@dataclass(frozen=True)
class Raw:
    """Bytes that stand for a value, well-formed or not."""

    encoded: bytes


@dataclass(frozen=True)
class Message:
    """A COSE_Sign1, each part to be changed before it is signed."""

    twin: str
    kind: str
    protected: dict[Any, Any]
    document: Any
    by: AnySigner
    unprotected: Any = None

    def header(self, changes: dict[Any, Any]) -> Message:
        """With parameters of the protected header changed; None takes one away."""
        return replace(self, protected=_merged(self.protected, changes))

    def claims(self, changes: dict[Any, Any]) -> Message:
        """With CWT claims changed."""
        return self.header({CWT: _merged(self.protected[CWT], changes)})

    def outside(self, parameters: Any) -> Message:
        """With an unprotected header."""
        return replace(self, unprotected=parameters)

    def saying(self, document: Any) -> Message:
        """With another payload."""
        return replace(self, document=document)

    @property
    def payload(self) -> bytes:
        if isinstance(self.document, bytes):
            return self.document
        return json.dumps(self.document, ensure_ascii=False, separators=(",", ":")).encode()

    def parts(
        self, *, context: str = "Signature1", external: bytes = b"", protected: Any = None
    ) -> list[Any]:
        """The four parts, signed."""
        encoded = cbor(self.protected) if protected is None else protected
        signature = self.by.sign(encode_cbor([context, encoded, external, self.payload]))
        return [encoded, self.unprotected or {}, self.payload, signature]

    def bytes(self, **structure: Any) -> bytes:
        """The message."""
        return TAG + cbor(self.parts(**structure))

    def with_part(self, place: int, value: Any) -> bytes:
        """The message with another part after it was signed."""
        parts = self.parts()
        parts[place] = value
        return TAG + cbor(parts)

    @property
    def envelope(self) -> JsonObject:
        return envelope(self.bytes(), self.kind)


def _merged(members: dict[Any, Any], changes: dict[Any, Any]) -> dict[Any, Any]:
    return {label: value for label, value in (members | changes).items() if value is not None}


def envelope(message: bytes, kind: str = "credential") -> JsonObject:
    """The object that stands for a message."""
    short, name = ("vc", "Credential") if kind == "credential" else ("vp", "Presentation")
    return {
        "@context": [CREDENTIALS_V2],
        "id": f"data:application/{short}+cose;base64,{b64encode(message).decode()}",
        "type": f"EnvelopedVerifiable{name}",
    }


def credential(by: AnySigner | None = None, issuer_id: str = ISSUER) -> Message:
    """A credential as it should be."""
    by = by or issuer()
    name = by.public_key.jose_algorithm
    protected = {
        ALG: _NUMBERS[name],
        CTY: "application/vc",
        KID: by.verification_method.encode(),
        CWT: {ISS: issuer_id, IAT: NOW_SECONDS - 3600},
        TYP: "application/vc+cose",
    }
    return Message(f"vc+cose {name}", "credential", protected, plain(issuer_id), by)


def credentials() -> list[Message]:
    """One for each algorithm."""
    by = did_key_signer(KeyType.P521, "issuer")
    return [
        credential(),
        credential(issuer(KeyType.P256)),
        credential(issuer(KeyType.P384)),
        credential(by, did_of(by)),
    ]


def presentation(held: list[Any] | None = None) -> Message:
    """A presentation as it should be."""
    by = holder()
    document = {
        "@context": [CREDENTIALS_V2],
        "type": ["VerifiablePresentation"],
        "holder": did_of(by),
        "verifiableCredential": [credential().envelope] if held is None else held,
    }
    protected = {
        ALG: _NUMBERS["EdDSA"],
        CTY: "application/vp",
        KID: by.verification_method.encode(),
        CWT: {ISS: did_of(by), AUD: DOMAIN, IAT: NOW_SECONDS - 10, NONCE: CHALLENGE.encode()},
        TYP: "application/vp+cose",
    }
    return Message("vp+cose EdDSA", "presentation", protected, document, by)


def make(book: Book) -> None:
    """Keep the messages as they should be, in their envelopes; the rows are in the modules beside this one."""
    for message in (*credentials(), presentation()):
        book.twin(message.twin, message.envelope, message.kind)
