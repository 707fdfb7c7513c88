"""Credentials and presentations secured with COSE: `application/vc+cose` and `application/vp+cose`.

`sign1` takes a COSE_Sign1 apart and verifies it, `headers` and `claims` read what stands beside the payload,
`secured` reads what it secures, `signing` signs.
"""

from credentials.cose.errors import CoseError
from credentials.cose.secured import VC_COSE, VP_COSE, read_cose
from credentials.cose.sign1 import is_cose
from credentials.cose.signing import (
    build_presentation,
    envelop_cose,
    sign_cose_credential,
    sign_cose_presentation,
)

__all__ = [
    "VC_COSE",
    "VP_COSE",
    "CoseError",
    "build_presentation",
    "envelop_cose",
    "is_cose",
    "read_cose",
    "sign_cose_credential",
    "sign_cose_presentation",
]
