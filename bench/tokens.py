"""JWT and SD-JWT beside jwcrypto and the `sd-jwt` package, on the same claims and keys; those check less."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS
from sd_jwt.common import SDObj
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from bench.material import make_credential
from bench.timing import microseconds
from credentials.jose import VC_JWT, Role, sign_jwt_credential
from credentials.jose.tokens import read_jwt
from credentials.sd_jwt import issue_sd_jwt_vc, verify_sd_jwt
from credentials.secured import ExpectedSigner
from credentials.verification import VerificationContext
from did.encodings import encode_base64url
from did.keys import KeySigner, KeyType, PrivateKey
from did.methods.key import did_key

if TYPE_CHECKING:
    from bench.material import Material

HIDDEN: Final = 12
_ALGORITHM: Final = "ES256"


def measure(material: Material) -> dict[str, tuple[float, float]]:
    """Microseconds of ours and of the other, by what is done."""
    key = PrivateKey.generate(KeyType.P256)
    did = did_key(key.public_key)
    signer = KeySigner(key, f"{did}#{did.removeprefix('did:key:')}")
    jwk = JWK(**key.public_key.to_jwk(), d=encode_base64url(key.to_raw()))
    return _jwt(material, signer, jwk) | _sd_jwt(signer, jwk)


def _jwt(material: Material, signer: KeySigner, jwk: JWK) -> dict[str, tuple[float, float]]:
    now = datetime.now(UTC)
    issuer = signer.verification_method.partition("#")[0]
    document = make_credential(material, 0, issuer=issuer)
    context = VerificationContext(
        contexts=material.contexts, resolver=material.resolver, fetcher=material.fetcher
    )
    expected = ExpectedSigner(proof_purpose="assertionMethod", controller=issuer)
    token = sign_jwt_credential(document, signer=signer, now=now, profile=VC_JWT)
    public = JWK(**jwk.export_public(as_dict=True))

    def their_issue() -> str:
        jws = JWS(json.dumps(document).encode())
        header = {"alg": _ALGORITHM, "typ": "vc+jwt", "kid": signer.verification_method}
        jws.add_signature(jwk, protected=json.dumps(header))
        compact: str = jws.serialize(compact=True)
        return compact

    def their_verify() -> Any:
        jws = JWS()
        jws.deserialize(token, public)
        return json.loads(jws.payload)

    def our_verify() -> None:
        secured = read_jwt(token.encode(), role=Role.CREDENTIAL)
        secured.check_members()
        secured.verify(expected, context=context, now=now)

    return {
        "vc+jwt issue": (
            microseconds(lambda: sign_jwt_credential(document, signer=signer, now=now, profile=VC_JWT)),
            microseconds(their_issue),
        ),
        "vc+jwt verify": (microseconds(our_verify), microseconds(their_verify)),
    }


class _TheirVerifier(SDJWTVerifier):  # type: ignore[misc]
    """With the algorithm named: the package's default is RS256."""

    def _verify_sd_jwt(self, cb_get_issuer_key: Any, sign_alg: str | None = None) -> Any:
        return super()._verify_sd_jwt(cb_get_issuer_key, sign_alg or _ALGORITHM)


def _sd_jwt(signer: KeySigner, jwk: JWK) -> dict[str, tuple[float, float]]:
    now = datetime.now(UTC)
    seconds = int(now.timestamp())
    plain = {"iss": "https://issuer.example", "vct": "https://issuer.example/type", "exp": seconds + 9_999}
    hidden = {f"claim_{number}": f"value {number} of some length" for number in range(HIDDEN)}
    theirs = plain | {SDObj(name): value for name, value in hidden.items()}
    pointers = [f"/{name}" for name in hidden]
    public = JWK(**jwk.export_public(as_dict=True))

    def their_issue() -> str:
        issued: str = SDJWTIssuer(
            dict(theirs), jwk, sign_alg=_ALGORITHM, extra_header_parameters={"typ": "dc+sd-jwt"}
        ).sd_jwt_issuance
        return issued

    def our_verify() -> None:
        verify_sd_jwt(token, issuer_key=signer.public_key, expected_typ="dc+sd-jwt", now=now)

    token = their_issue()
    return {
        f"SD-JWT issue ({HIDDEN} disclosures)": (
            microseconds(lambda: issue_sd_jwt_vc(plain | hidden, disclosable=pointers, signer=signer)),
            microseconds(their_issue),
        ),
        f"SD-JWT verify ({HIDDEN} disclosures)": (
            microseconds(our_verify),
            microseconds(lambda: _TheirVerifier(token, lambda *_: public).get_verified_payload()),
        ),
    }
