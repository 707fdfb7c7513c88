"""COSE_Sign1 messages for the tests: good ones, and anything at all truly signed. CBOR is written by `cbor2`, so
that whatever our own encoder does is looked at from outside.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import cbor2

from contexts import strict_json
from credentials.verification import check_credential, check_presentation
from tests.unit.credentials.conftest import NOW

if TYPE_CHECKING:
    from credentials.report import Report
    from did.keys import KeySigner
    from tests.unit.credentials.conftest import World

ALG, CRIT, CONTENT_TYPE, KID, CWT_CLAIMS, TYP = 1, 2, 3, 4, 15, 16
ISS, SUB, AUD, EXP, NBF, IAT, CNF, CWT_NONCE, STATUS = 1, 2, 3, 4, 5, 6, 8, 10, 65_535
SECONDS = int(NOW.timestamp())
DOMAIN, CHALLENGE = "https://verifier.example", "n-0S6_WzA2Mj"
NUMBERS = {"EdDSA": -8, "ES256": -7, "ES384": -35, "ES512": -36}


@dataclass(frozen=True)
class Message:
    """The parts of a COSE_Sign1, each to be changed before it is signed."""

    signer: KeySigner
    protected: dict[Any, Any]
    document: Any
    unprotected: dict[Any, Any] = field(default_factory=dict)
    tag: int | None = 18

    def header(self, **changes: Any) -> Message:
        """With parameters of the protected header changed, by the names above; None takes one away."""
        labels = {"alg": ALG, "crit": CRIT, "cty": CONTENT_TYPE, "kid": KID, "cwt": CWT_CLAIMS, "typ": TYP}
        merged = self.protected | {labels[name]: value for name, value in changes.items()}
        return replace(self, protected={name: each for name, each in merged.items() if each is not None})

    def claims(self, **changes: Any) -> Message:
        """With CWT claims changed, likewise."""
        labels = {"iss": ISS, "sub": SUB, "aud": AUD, "exp": EXP, "nbf": NBF, "iat": IAT, "cnf": CNF}
        labels |= {"nonce": CWT_NONCE, "status": STATUS}
        merged = self.protected[CWT_CLAIMS] | {labels[name]: each for name, each in changes.items()}
        return self.header(cwt={name: each for name, each in merged.items() if each is not None})

    def says(self, **changes: Any) -> Message:
        """With members of the document changed, likewise."""
        merged = self.document | changes
        return replace(self, document={name: each for name, each in merged.items() if each is not None})

    @property
    def payload(self) -> bytes:
        return self.document if isinstance(self.document, bytes) else strict_json.dumps(self.document)

    def parts(self, context: str = "Signature1", external: bytes = b"") -> list[Any]:
        """The four parts, signed over a Sig_structure of these."""
        protected = cbor2.dumps(self.protected) if self.protected else b""
        signed = cbor2.dumps([context, protected, external, self.payload])
        return [protected, self.unprotected, self.payload, self.signer.sign(signed)]

    def message(self, **structure: Any) -> bytes:
        """The message."""
        return self.tagged(self.parts(**structure))

    def tagged(self, value: Any) -> bytes:
        encoded = cbor2.dumps(value)
        return encoded if self.tag is None else cbor2.dumps(cbor2.CBORTag(self.tag, None))[:-1] + encoded


def credential(world: World, signer: KeySigner | None = None, **changes: Any) -> Message:
    """A badge in COSE, as it should be."""
    by = signer or world.issuer
    document = world.badge() | changes
    issuer = by.verification_method.partition("#")[0]
    document["issuer"] = document["issuer"] | {"id": issuer}
    protected = {
        ALG: NUMBERS[by.public_key.jose_algorithm],
        CONTENT_TYPE: "application/vc",
        KID: by.verification_method.encode(),
        CWT_CLAIMS: {ISS: issuer, IAT: SECONDS - 60},
        TYP: "application/vc+cose",
    }
    return Message(by, protected, document)


def presentation(world: World, credentials: list[Any], signer: KeySigner | None = None) -> Message:
    """A presentation in COSE, as it should be."""
    by = signer or world.holder
    holder = by.verification_method.partition("#")[0]
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": holder,
        "verifiableCredential": credentials,
    }
    claims = {ISS: holder, AUD: DOMAIN, CWT_NONCE: CHALLENGE.encode(), IAT: SECONDS - 5}
    protected = {
        ALG: NUMBERS[by.public_key.jose_algorithm],
        CONTENT_TYPE: "application/vp",
        KID: by.verification_method.encode(),
        CWT_CLAIMS: claims,
        TYP: "application/vp+cose",
    }
    return Message(by, protected, document)


def check(world: World, data: Any, **context: Any) -> Report:
    return check_credential(data, context=world.context(**context), now=NOW)


def verdict(world: World, data: Any, **context: Any) -> tuple[str, tuple[str, ...]]:
    report = check(world, data, **context)
    return str(report.outcome), report.codes


def presented(world: World, data: Any, **expected: Any) -> Report:
    bound = {"expected_domain": DOMAIN, "expected_challenge": CHALLENGE} | expected
    return check_presentation(data, context=world.context(), now=NOW, **bound)
