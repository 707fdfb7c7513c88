"""Credentials and presentations in JWTs: each form as it should be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from did.keys import KeyType
from tests.corpus.making.artefacts import (
    CREDENTIALS_V1,
    CREDENTIALS_V2,
    badge,
    plain,
    plain_1_1,
)
from tests.corpus.making.keys import AnySigner, did_of
from tests.corpus.making.signing import CHALLENGE, DOMAIN, ISSUER, holder, issuer, jws

if TYPE_CHECKING:
    from tests.corpus.making.book import Book

JsonObject = dict[str, Any]
NOW_SECONDS: Final = 1_795_512_600  # 2026-11-24T09:30:00Z
FROM_SECONDS: Final = 1_795_168_800  # 2026-11-20T10:00:00Z
UNTIL_SECONDS: Final = 1_858_327_200  # 2028-11-20T10:00:00Z


@dataclass(frozen=True)
class Form:
    """A form of token: its header and payload as a careful signer writes them, and who signs."""

    twin: str
    kind: str
    header: JsonObject
    payload: JsonObject
    by: AnySigner

    def token(self, header: Any = None, payload: Any = None, by: AnySigner | None = None) -> str:
        """The token, with members changed (None takes one away), or with raw bytes in their place."""
        return jws(_merged(self.header, header), _merged(self.payload, payload), by or self.by)

    @property
    def code_of_no_key_name(self) -> str:
        """What is found where neither kid nor jwk is there."""
        return "" if self.twin.startswith("jwt_v") else "jwt_key_unnamed"


def _merged(members: JsonObject, changes: Any) -> Any:
    if isinstance(changes, bytes):
        return changes
    return {name: value for name, value in (members | (changes or {})).items() if value is not None}


def forms() -> list[Form]:
    """Every form."""
    return [*credential_forms(), *presentation_forms()]


def credential_forms() -> list[Form]:
    """The forms of credentials."""
    made = []
    for key_type, algorithm in ((KeyType.ED25519, "EdDSA"), (KeyType.P256, "ES256"), (KeyType.P384, "ES384")):
        by = issuer(key_type)
        header = {"alg": algorithm, "typ": "vc+jwt", "cty": "vc", "kid": by.verification_method}
        payload = plain() | {"iss": ISSUER, "iat": NOW_SECONDS - 3600}
        made.append(Form(f"vc+jwt {algorithm}", "credential", header, payload, by))
    says_again = {
        "iss": ISSUER,
        "sub": did_of(holder()),
        "jti": badge()["id"],
        "nbf": FROM_SECONDS,
        "exp": UNTIL_SECONDS,
    }
    for key_type, algorithm in ((KeyType.RSA, "RS256"), (KeyType.P256, "ES256")):
        by = issuer(key_type)
        header = {"alg": algorithm, "typ": "JWT", "kid": by.verification_method}
        made.append(Form(f"obv3_jwt {algorithm}", "credential", header, badge() | says_again, by))
    by = issuer()
    claims = says_again | {"jti": plain_1_1()["id"], "vc": plain_1_1()}
    header = {"alg": "EdDSA", "typ": "JWT", "kid": by.verification_method}
    made.append(Form("jwt_vc_json EdDSA", "credential", header, claims, by))
    return made


def presentation_forms() -> list[Form]:
    """The forms of presentations."""
    by = holder()
    inner = {form.twin: form.token() for form in credential_forms()}
    envelope = {
        "@context": [CREDENTIALS_V2],
        "id": f"data:application/vc+jwt,{inner['vc+jwt EdDSA']}",
        "type": "EnvelopedVerifiableCredential",
    }
    bound = {"aud": DOMAIN, "nonce": CHALLENGE, "iss": did_of(by), "iat": NOW_SECONDS - 10}
    document = {"@context": [CREDENTIALS_V2], "type": ["VerifiablePresentation"], "holder": did_of(by)}
    header = {"alg": "EdDSA", "typ": "vp+jwt", "cty": "vp", "kid": by.verification_method}
    old = {
        "@context": [CREDENTIALS_V1],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": [inner["jwt_vc_json EdDSA"]],
    }
    return [
        Form(
            "vp+jwt EdDSA",
            "presentation",
            header,
            document | {"verifiableCredential": [envelope]} | bound,
            by,
        ),
        Form(
            "jwt_vp_json EdDSA", "presentation", header | {"typ": "JWT", "cty": None}, bound | {"vp": old}, by
        ),
    ]


def make(book: Book) -> None:
    """Keep the tokens as they should be; the rows are in the modules beside this one."""
    for form in every_form():
        book.twin(form.twin, form.token(), form.kind)
    book.twin(ENVELOPED, envelope())


def every_form() -> list[Form]:
    """The forms by each algorithm: for what is about signatures."""
    return [
        Form(f.twin, f.kind, {k: v for k, v in f.header.items() if v is not None}, f.payload, f.by)
        for f in forms()
    ]


def one_of_each_form() -> list[Form]:
    """Each form once: for what is around the signature."""
    return [form for form in every_form() if form.twin not in _SAME_FORM]


def envelope() -> JsonObject:
    """The credential of VCDM 2.0 in its envelope."""
    return every_form()[-2].payload["verifiableCredential"][0]


ENVELOPED: Final = "enveloped vc+jwt"
_SAME_FORM: Final = frozenset({"vc+jwt ES256", "vc+jwt ES384", "obv3_jwt ES256"})
