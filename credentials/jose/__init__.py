"""Credentials and presentations secured as JWTs: Open Badges' own form, VC-JOSE-COSE, and VCDM 1.1's.

`profiles` is the table of forms; `tokens` reads and verifies, `signing` signs, `keys` finds whose key it is.
"""

from credentials.jose.errors import JoseError
from credentials.jose.profiles import JWT_VC_JSON, JWT_VP_JSON, OPEN_BADGES_JWT, VC_JWT, VP_JWT, Profile, Role
from credentials.jose.signing import (
    envelop_credential,
    sign_jwt_credential,
    sign_jwt_presentation,
    sign_presentation_document,
)
from credentials.jose.vcdm_1_1 import to_vcdm_1_1

__all__ = [
    "JWT_VC_JSON",
    "JWT_VP_JSON",
    "OPEN_BADGES_JWT",
    "VC_JWT",
    "VP_JWT",
    "JoseError",
    "Profile",
    "Role",
    "envelop_credential",
    "sign_jwt_credential",
    "sign_jwt_presentation",
    "sign_presentation_document",
    "to_vcdm_1_1",
]
