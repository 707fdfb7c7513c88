"""The credential formats that are issued, held and asked for here, and what claims paths point into in each.

| id | the bytes | a claims path begins at |
| --- | --- | --- |
| ldp_vc | JSON with Data Integrity proofs | the credential |
| jwt_vc_json | compact JWT | the credential in it |
| dc+sd-jwt | SD-JWT VC without Key Binding | its processed claims |

Source: OpenID4VCI 1.0, appendix A; OpenID4VP 1.0, appendix B and section 7 (Claims Path Pointer).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from credentials.jose.profiles import JWT_VC_JSON as JWT_VC_JSON_PROFILE
from credentials.jose.profiles import OPEN_BADGES_JWT, VC_JWT, Role
from credentials.reading import find_sd_jwt, read_secured
from credentials.sd_jwt import TYP as SD_JWT_VC_TYP
from credentials.sd_jwt import SdJwtError, parse_sd_jwt
from credentials.sd_jwt.badges import shown_document
from credentials.sd_jwt.processing import process_payload
from credentials.secured import DATA_INTEGRITY
from credentials.view import CredentialView

if TYPE_CHECKING:
    from credentials.report import Report

JsonObject = dict[str, Any]
LDP_VC: Final = "ldp_vc"
JWT_VC_JSON: Final = "jwt_vc_json"
SD_JWT_VC: Final = SD_JWT_VC_TYP
FORMATS: Final = (LDP_VC, SD_JWT_VC, JWT_VC_JSON)
# in practice every JWT of a W3C credential travels under one id, whichever of its forms it has
_FORMAT_OF_SECURING: Final = MappingProxyType(
    {
        DATA_INTEGRITY: LDP_VC,
        JWT_VC_JSON_PROFILE.name: JWT_VC_JSON,
        OPEN_BADGES_JWT.name: JWT_VC_JSON,
        VC_JWT.name: JWT_VC_JSON,
        SD_JWT_VC_TYP: SD_JWT_VC,
    }
)
__all__ = [
    "FORMATS",
    "JWT_VC_JSON",
    "LDP_VC",
    "SD_JWT_VC",
    "FormattedClaims",
    "OpenedCredential",
    "open_credential",
    "presented_claims",
]


@dataclass(frozen=True)
class FormattedClaims:
    """What a claims path points into.

    Args:
        format: Credential Format Identifier.
        document: see the table above.
    """

    format: str
    document: JsonObject = field(repr=False)


@dataclass(frozen=True)
class OpenedCredential:
    """A credential as its holder has it. Nothing of it is verified here: that was done when it was received.

    Args:
        content: the bytes received.
        claims: its format, and what paths point into.
        view: for people.
    """

    content: bytes = field(repr=False)
    claims: FormattedClaims
    view: CredentialView = field(repr=False)


def open_credential(content: bytes) -> OpenedCredential:
    """Look into the bytes of a credential that was received and verified before.

    Raises:
        CredentialsError, ContextsError: they cannot be read.
    """
    token = find_sd_jwt(content)
    if token is not None:
        sd_jwt = parse_sd_jwt(token)
        if sd_jwt.unverified_key_binding is not None:
            raise SdJwtError("key_binding_unexpected", "a holder's own token has no Key Binding")
        claims = process_payload(sd_jwt.unverified_payload, sd_jwt.disclosures).claims
        view = CredentialView.from_document(shown_document(claims))
        return OpenedCredential(content, FormattedClaims(SD_JWT_VC, claims), view)
    secured = read_secured(content, role=Role.CREDENTIAL)
    claimed = FormattedClaims(_FORMAT_OF_SECURING.get(secured.name, ""), secured.document)
    return OpenedCredential(content, claimed, CredentialView.from_document(secured.document))


def presented_claims(report: Report) -> FormattedClaims | None:
    """What a verified credential says, with the format that it came in; None where nothing could be read."""
    if report.credential is None:
        return None
    return FormattedClaims(_FORMAT_OF_SECURING.get(report.securing, ""), report.credential.raw)
