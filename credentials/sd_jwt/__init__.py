"""SD-JWT (RFC 9901) and SD-JWT VC (`dc+sd-jwt`): issuing, holding, presenting, verifying."""

from credentials.sd_jwt.badges import OPEN_BADGE_VCT, is_open_badge, open_badge_claims, open_badge_document
from credentials.sd_jwt.checking import (
    SD_JWT_VC_STEPS,
    InvalidSdJwtVcError,
    VerifiedSdJwtVc,
    check_sd_jwt_vc,
    verify_sd_jwt_vc,
)
from credentials.sd_jwt.claims import MEDIA_TYPE, TYP, types_of
from credentials.sd_jwt.errors import SdJwtError
from credentials.sd_jwt.holding import (
    derive_sd_jwt,
    disclosable_pointers,
    present_sd_jwt,
    select_disclosures,
)
from credentials.sd_jwt.issuer_keys import (
    WEB_AND_DID_ISSUERS,
    WEB_ISSUERS,
    IssuerKeyPolicy,
)
from credentials.sd_jwt.issuer_metadata import IssuerKeyMemory, build_issuer_metadata, issuer_metadata_url
from credentials.sd_jwt.issuing import issue_sd_jwt, issue_sd_jwt_vc
from credentials.sd_jwt.parsing import parse_sd_jwt
from credentials.sd_jwt.token_status import TokenStatusList, TokenStatusPolicy
from credentials.sd_jwt.type_metadata import TypeMetadataSource, read_type_metadata
from credentials.sd_jwt.verifying import VerifiedSdJwt, verify_sd_jwt

__all__ = [
    "MEDIA_TYPE",
    "OPEN_BADGE_VCT",
    "SD_JWT_VC_STEPS",
    "TYP",
    "WEB_AND_DID_ISSUERS",
    "WEB_ISSUERS",
    "InvalidSdJwtVcError",
    "IssuerKeyMemory",
    "IssuerKeyPolicy",
    "SdJwtError",
    "TokenStatusList",
    "TokenStatusPolicy",
    "TypeMetadataSource",
    "VerifiedSdJwt",
    "VerifiedSdJwtVc",
    "build_issuer_metadata",
    "check_sd_jwt_vc",
    "derive_sd_jwt",
    "disclosable_pointers",
    "is_open_badge",
    "issue_sd_jwt",
    "issue_sd_jwt_vc",
    "issuer_metadata_url",
    "open_badge_claims",
    "open_badge_document",
    "parse_sd_jwt",
    "present_sd_jwt",
    "read_type_metadata",
    "select_disclosures",
    "types_of",
    "verify_sd_jwt",
    "verify_sd_jwt_vc",
]
