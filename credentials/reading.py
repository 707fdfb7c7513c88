"""From bytes to a secured document: the table of securing mechanisms.

| what comes | mechanism | read by |
| --- | --- | --- |
| a JSON object | Data Integrity proofs in it | `credentials.secured` |
| header.payload.signature | a JWT, in one of five forms | `credentials.jose.tokens` |
| an object of type Enveloped... | what its data: URL holds | `credentials.jose.envelopes`, then as above |
| ...~...~ of `typ` vc+sd-jwt, vp+sd-jwt | SD-JWT of VC-JOSE-COSE | `credentials.sd_jwt.vc_jose_cose` |
| CBOR, a tagged COSE_Sign1 | COSE of VC-JOSE-COSE | `credentials.cose` |
| ...~...~ of any other `typ` | SD-JWT VC | `find_sd_jwt`, then `credentials.sd_jwt`: a report of its own |

Whatever it is, a verification goes on with a document and a way to find out who signed it.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from contexts import ContextsError
from credentials.cose import is_cose, read_cose
from credentials.errors import CredentialsError, DataModelError
from credentials.jose.envelopes import (
    DC_SD_JWT_TYPE,
    VC_SD_JWT_TYPE,
    VP_SD_JWT_TYPE,
    is_envelope,
    open_envelope,
)
from credentials.jose.profiles import Role
from credentials.jose.tokens import MAXIMUM_TOKEN_BYTES, read_jwt
from credentials.jws import JwsError
from credentials.sd_jwt.vc_jose_cose import VC_SD_JWT, VP_SD_JWT, is_vc_sd_jwt, is_vp_sd_jwt, read_vc_sd_jwt
from credentials.secured import SecuredByProofs
from credentials.steps import read_json_object

if TYPE_CHECKING:
    from contexts import WorkBudget
    from credentials.jose.envelopes import Opened
    from credentials.secured import Secured

JsonObject = dict[str, Any]
# No JSON text begins with a letter and goes on to a dot; what a token is, the reader of tokens says.
_TOKEN: Final = re.compile(rb"\s*+[A-Za-z_][^.{}\[\]]*\.")
_W3C_SD_JWTS: Final = MappingProxyType({VC_SD_JWT_TYPE: VC_SD_JWT, VP_SD_JWT_TYPE: VP_SD_JWT})
# members by which an object is a JWS in one of its JSON serializations, RFC 7515, section 7.2
_JWS_MEMBERS: Final = (frozenset({"payload", "signature"}), frozenset({"payload", "signatures"}))


def read_secured(data: bytes | JsonObject, *, role: Role, budget: WorkBudget | None = None) -> Secured:
    """Read what came in, strictly, and find what secures it.

    Args:
        data: the bytes received, or a parsed JSON object.
        role: whether a credential or a presentation is expected.
        budget: of the verification that it is read for; None: the text has its own limits, and no more.

    Raises:
        StrictJsonError: see `contexts.strict_json`.
        TooComplexError: the budget is spent.
        DataModelError: "not_an_object", "unsupported_securing" (an SD-JWT where none can be).
        JwsError, JoseError: see `credentials.jose`.
        CoseError: see `credentials.cose`.
        SdJwtError: see `credentials.sd_jwt`.
    """
    if isinstance(data, bytes) and is_cose(data):
        return read_cose(data, role=role, budget=budget)
    if isinstance(data, bytes) and _is_token(data):
        if b"~" in data:
            return _read_sd_jwt(data, role, budget)
        return read_jwt(data, role=role, budget=budget)
    document = read_json_object(data, budget=budget)
    if any(members <= document.keys() for members in _JWS_MEMBERS):
        raise JwsError("jws_serialization", "a JSON serialization, not the compact one")
    if not is_envelope(document):
        return SecuredByProofs(document)
    return _read_opened(open_envelope(document, role=role), budget)


def _read_opened(opened: Opened, budget: WorkBudget | None) -> Secured:
    """Read what an envelope holds as what it says that it is."""
    if opened.is_cose:
        return read_cose(opened.cose_message(), role=opened.role, enveloped=True, budget=budget)
    if opened.media_type in _W3C_SD_JWTS:
        return read_vc_sd_jwt(opened.token, profile=_W3C_SD_JWTS[opened.media_type], budget=budget)
    if opened.is_sd_jwt:
        return _read_sd_jwt(opened.token, opened.role, budget)
    return read_jwt(opened.token, role=opened.role, expected=opened.profile, budget=budget)


def _is_token(data: bytes) -> bool:
    # megabytes are not looked at to learn what they are: the reader of JSON refuses them for their size
    return len(data) <= MAXIMUM_TOKEN_BYTES and _TOKEN.match(data) is not None


def _read_sd_jwt(token: bytes, role: Role, budget: WorkBudget | None) -> Secured:
    if role is Role.CREDENTIAL and is_vc_sd_jwt(token):
        return read_vc_sd_jwt(token, budget=budget)
    if role is Role.PRESENTATION and is_vp_sd_jwt(token):
        return read_vc_sd_jwt(token, profile=VP_SD_JWT, budget=budget)
    raise DataModelError("unsupported_securing", "an SD-JWT")


def find_sd_jwt(data: bytes | JsonObject, *, budget: WorkBudget | None = None) -> bytes | None:
    """Find the SD-JWT VC that was given, bare or in an envelope; None for all else.

    A `vc+sd-jwt` is none: it holds a credential of VCDM 2.0, and is read as such.

    Args:
        data: the bytes received, or a parsed JSON object.
        budget: of the verification that it is read for.
    """
    if isinstance(data, bytes):
        if _is_token(data):
            return data if b"~" in data and not is_vc_sd_jwt(data) else None
        if b"sd-jwt," not in data:
            return None
    elif not is_envelope(data):
        return None
    try:
        document = read_json_object(data, budget=budget)
        opened = open_envelope(document, role=Role.CREDENTIAL) if is_envelope(document) else None
    except (CredentialsError, ContextsError):
        # whatever is wrong with it, the verification says it where it belongs
        return None
    if opened is None or not opened.is_sd_jwt or opened.media_type == VC_SD_JWT_TYPE:
        return None
    said_more = opened.media_type == DC_SD_JWT_TYPE
    return opened.token if said_more or not is_vc_sd_jwt(opened.token) else None
