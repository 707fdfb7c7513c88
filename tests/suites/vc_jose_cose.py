"""The command that the W3C's vc-jose-cose-test-suite runs for each of its tests, on this library's public calls.

    python -m tests.suites.vc_jose_cose issue|verify --input FILE --key FILE --feature NAME [--sd PATHS] --output FILE

It writes `{"result": "success" | "failure", "data": ...}`: what was signed, or the code of what is wrong. How
the suite is run with it stands in docs/conformance.md.

What the suite gives is a key, and no world around it. So the key's set is served at the one place where the
issuer of its tokens publishes keys, and time is when a presentation says that it was signed: those of the
suite ended in 2024. Presentations name no verifier and no nonce, so none is expected; the credentials in
them are by keys that the suite does not give, so of those it is checked that they are enveloped ones. A
verification asks for all of that, and refuses them.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from contexts import ContextsError, ContextStore, DataLossError, canonicalize, strict_json
from credentials.cose import read_cose, sign_cose_credential, sign_cose_presentation
from credentials.data_model import (
    check_context,
    check_credential_model,
    check_presentation_model,
    presented_credentials,
)
from credentials.errors import CredentialsError, DataModelError
from credentials.jose import Role, sign_jwt_credential, sign_presentation_document
from credentials.jose.envelopes import open_envelope
from credentials.jose.tokens import read_jwt
from credentials.sd_jwt.vc_jose_cose import (
    VC_SD_JWT,
    VP_SD_JWT,
    issue_vc_sd_jwt,
    read_vc_sd_jwt,
    sign_sd_jwt_presentation,
)
from credentials.secured import ExpectedSigner, Secured
from credentials.verification import VerificationContext
from did.encodings import decode_base64, decode_base64url, encode_base64
from did.errors import DidError
from did.jwks import jwks_url
from did.keys import KeySigner, KeyType, PrivateKey
from did.resolver import Resolver
from tests.simulators.served_documents import ServedDocuments

JsonObject = dict[str, Any]
EXAMPLES: Final = Path(__file__).parents[1] / "vectors" / "contexts"
AUDIENCE: Final = "https://w3c.github.io/vc-jose-cose-test-suite/"
NONCE: Final = "1"
_ROLES: Final = {"credential": Role.CREDENTIAL, "presentation": Role.PRESENTATION}
_PATH_PART: Final = re.compile(r"([^.\[\]]+)|\[([0-9]+)\]")


def main(arguments: list[str] | None = None) -> int:
    """Make one test; 0 whatever came of it, which stands in the output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("function", choices=("issue", "verify"))
    for name in ("--input", "--key", "--output"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--feature", required=True)
    parser.add_argument("--sd", type=json.loads, default=[])
    asked = parser.parse_args(arguments)
    asked.output.write_text(json.dumps(run(asked)), encoding="utf-8")
    return 0


def run(asked: argparse.Namespace) -> JsonObject:
    """Give the result of one test."""
    key = json.loads(asked.key.read_bytes())
    role, securing = asked.feature.split("_")
    try:
        if asked.function == "issue":
            document = strict_json.loads(asked.input.read_bytes())
            pointers = [to_pointer(path) for path in asked.sd]
            data = issue(document, key, role=_ROLES[role], securing=securing, disclosable=pointers)
        else:
            data = verify(asked.input.read_bytes().strip(), key, role=_ROLES[role], securing=securing)
    except (CredentialsError, ContextsError, DidError) as err:
        sys.stdout.write(f"{err.code}: {err}\n")
        return {"result": "failure", "data": err.code}
    return {"result": "success", "data": data}


def issue(document: JsonObject, key: JsonObject, *, role: Role, securing: str, disclosable: list[str]) -> str:
    """Secure a document with the key."""
    by, now = signer(key), datetime.now(UTC)
    if role is Role.CREDENTIAL:
        check_members_known(document)
        match securing:
            case "jose":
                return sign_jwt_credential(document, signer=by, now=now)
            case "sdjwt":
                return issue_vc_sd_jwt(document, disclosable=disclosable, signer=by)
            case _:
                return encode_base64(sign_cose_credential(document, signer=by, now=now))
    check_presented(document)
    bound: dict[str, Any] = {"signer": by, "audience": AUDIENCE, "nonce": NONCE, "now": now}
    match securing:
        case "jose":
            return sign_presentation_document(document, **bound)
        case "sdjwt":
            return sign_sd_jwt_presentation(document, disclosable=disclosable, **bound)
        case _:
            return encode_base64(sign_cose_presentation(document, **bound))


def verify(data: bytes, key: JsonObject, *, role: Role, securing: str) -> str:
    """Verify what is secured, under the key, as of its controller; gives the securing mechanism."""
    secured = read(data, role=role, securing=securing)
    version = check_context(secured.document)
    if role is Role.CREDENTIAL:
        check_credential_model(secured.document, version)
        purpose = "assertionMethod"
    else:
        check_presentation_model(secured.document)
        check_presented(secured.document)
        purpose = "authentication"
    secured.check_members()
    expected = ExpectedSigner(purpose, key["controller"])
    secured.verify(expected, context=world_of(key), now=moment_of(secured))
    return secured.name


def read(data: bytes, *, role: Role, securing: str) -> Secured:
    """Read what is secured as the test says it is, and as nothing else."""
    match securing:
        case "jose":
            return read_jwt(data, role=role)
        case "sdjwt":
            return read_vc_sd_jwt(data, profile=VC_SD_JWT if role is Role.CREDENTIAL else VP_SD_JWT)
        case _:
            return read_cose(decode_base64(data.decode()), role=role)


def signer(key: JsonObject) -> KeySigner:
    """The secret half of a verification method, named as its JWK Set, or its DID, names it."""
    secret = key["secretKeyJwk"]
    private_key = PrivateKey.from_raw(KeyType(secret["crv"]), decode_base64url(secret["d"]))
    return KeySigner(private_key, key["id"] if key["id"].startswith("did:") else secret["kid"])


def world_of(key: JsonObject) -> VerificationContext:
    """A world in which nothing is served but the public half of the key, where its controller publishes it."""
    served = ServedDocuments()
    served.serve(jwks_url(key["controller"]), {"keys": [key["publicKeyJwk"]]})
    return VerificationContext(
        contexts=ContextStore.load(also=[EXAMPLES]), resolver=Resolver(fetcher=served), fetcher=served
    )


def moment_of(secured: Secured) -> datetime:
    """When a presentation with an end says that it was signed; now for everything else."""
    claims = secured.claims
    return datetime.fromtimestamp(claims["iat"], UTC) if "exp" in claims else datetime.now(UTC)


def check_presented(presentation: JsonObject) -> None:
    """Check that everything in a presentation is an enveloped credential of a kind that is known."""
    for each in presented_credentials(presentation, maximum=10):
        if isinstance(each, bytes):
            raise DataModelError("credential_invalid_shape", "not enveloped")
        open_envelope(each, role=Role.CREDENTIAL)


def check_members_known(credential: JsonObject) -> None:
    """Check that each member of the credential itself is one that its base context defines.

    The examples' context takes every word for a term of the examples (`@vocab`); what the suite calls an
    unknown extension is a member of the credential that nothing but this knows.

    Raises:
        DataLossError: an unknown extension.

    Source: VCDM 2.0, section 5.2 (Extensibility).
    """
    base = check_context(credential).context
    selection = ContextStore.load().newest()
    for name in credential.keys() - {"@context", "id", "type"}:
        try:
            # with a value that any of these terms may have
            member = {"@context": [base], "type": ["VerifiableCredential"], name: "urn:example:any"}
            canonicalize(member, selection=selection)
        except DataLossError as err:
            raise DataLossError(f"{name}: {err.detail}", pointer=f"/{name}") from err


def to_pointer(path: str) -> str:
    """Turn "a.b[0]" into "/a/b/0"."""
    return "".join(f"/{name or index}" for name, index in _PATH_PART.findall(path))


if __name__ == "__main__":
    sys.exit(main())
