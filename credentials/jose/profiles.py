"""The forms of a JWT that secures a credential or a presentation, as a table.

| form | `typ` | the document is | `iss`, `sub`, `jti`, `nbf`, `exp` |
| --- | --- | --- | --- |
| vc+jwt, vp+jwt | vc+jwt, vp+jwt | the payload, VCDM 2.0 | may be there; times are the signature's |
| obv3_jwt | JWT or none | the payload, VCDM 2.0 | say again what the credential says |
| jwt_vc_json, jwt_vp_json | JWT or none | the claim `vc`, `vp`, VCDM 1.1 | say it, again or instead |

Source: Securing Verifiable Credentials using JOSE and COSE, section 3.1; Open Badges 3.0, section "JSON Web
Token Proof Format"; VCDM 1.1, section 6.3.1 (JSON Web Token); OpenID4VCI 1.0, appendix A.1.1; OpenID4VP 1.0,
appendix B.1.3.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from credentials.data_model import Version
from credentials.jose.errors import JoseError
from credentials.jws import JwsError

if TYPE_CHECKING:
    from credentials.jws import UnverifiedJws

JsonObject = dict[str, Any]
# of RFC 7519, RFC 7800 and OpenID: beside the members of a document, never among them
REGISTERED_CLAIMS: Final = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "nonce"})
# beside `vc` or `vp`, another document: a reader that looks there would see another credential
_DOCUMENT_MEMBERS: Final = frozenset(
    {"@context", "credentialSubject", "credentialStatus", "verifiableCredential", "vc", "vp"}
)
_OPEN_BADGES_HEADER: Final = frozenset({"alg", "kid", "jwk", "typ"})
_OPEN_BADGE_TYPES: Final = frozenset(
    {"OpenBadgeCredential", "AchievementCredential", "EndorsementCredential"}
)


class Role(StrEnum):
    """What a reader expects a token to hold."""

    CREDENTIAL = "vc"
    PRESENTATION = "vp"


@dataclass(frozen=True)
class Profile:
    """A form.

    Args:
        name: as reports say it.
        role: what it holds.
        typ: header parameter, as it is written.
        claim: the claim that is the document; None: the payload is.
        version: the data model of the document.
        says_again: the registered claims are the credential's own members, and `exp` and `nbf` its validity;
            otherwise they are the signature's.
        content_type: the only `cty` it may have; None leaves it alone.
        needs_key_name: `kid` or `jwk` must be there.
        signing_algorithms: what interoperates; None: whatever is verified.
    """

    name: str
    role: Role
    typ: str
    claim: str | None
    version: Version
    says_again: bool
    content_type: str | None = None
    needs_key_name: bool = True
    signing_algorithms: frozenset[str] | None = None

    def read_document(self, claims: JsonObject) -> JsonObject:
        """Take the document out of the claims, as it stands there.

        Raises:
            JoseError: "jwt_payload", "jwt_reserved_claim" (a second document beside the first).

        Source: VC-JOSE-COSE, section 1.1.2.1: `vc` and `vp` are not in a payload that is the document.
        """
        if self.claim is not None:
            document = claims.get(self.claim)
            beside = (_DOCUMENT_MEMBERS - {self.claim}) & claims.keys()
            if beside:
                raise JoseError("jwt_reserved_claim", ", ".join(sorted(beside)))
            if not isinstance(document, dict):
                raise JoseError("jwt_payload", f"{self.claim} is not an object", pointer=f"/{self.claim}")
            return document
        reserved = {"vc", "vp"} & claims.keys()
        if reserved:
            raise JoseError("jwt_reserved_claim", ", ".join(sorted(reserved)))
        return {name: value for name, value in claims.items() if name not in REGISTERED_CLAIMS}

    def check_header(self, jws: UnverifiedJws, document: JsonObject) -> None:
        """Check the header members that the form has a rule for.

        Raises:
            JoseError: "jwt_header_member", "jwt_content_type".

        Source: Open Badges 3.0, section "Create the JOSE Header": additional headers are not allowed;
        VC-JOSE-COSE, section 3.1: other members are ignored.
        """
        header = jws.unverified_header
        others = header.keys() - _OPEN_BADGES_HEADER
        if self.says_again and others and _is_open_badge(document):
            raise JoseError("jwt_header_member", ", ".join(sorted(others))[:100])
        content_type = header.get("cty", self.content_type)
        if self.content_type is not None and content_type != self.content_type:
            raise JoseError("jwt_content_type", f"{str(content_type)[:60]!r}, not {self.content_type!r}")


def _is_open_badge(document: JsonObject) -> bool:
    types = document.get("type")
    named = types if isinstance(types, list) else [types]
    return any(isinstance(each, str) and each in _OPEN_BADGE_TYPES for each in named)


VC_JWT: Final = Profile(
    "vc+jwt", Role.CREDENTIAL, "vc+jwt", None, Version.V2_0, says_again=False, content_type="vc"
)
VP_JWT: Final = Profile(
    "vp+jwt", Role.PRESENTATION, "vp+jwt", None, Version.V2_0, says_again=False, content_type="vp"
)
OPEN_BADGES_JWT: Final = Profile(
    "obv3_jwt",
    Role.CREDENTIAL,
    "JWT",
    None,
    Version.V2_0,
    says_again=True,
    # 1EdTech's public validator takes no other
    signing_algorithms=frozenset({"RS256", "ES256"}),
)
JWT_VC_JSON: Final = Profile(
    "jwt_vc_json", Role.CREDENTIAL, "JWT", "vc", Version.V1_1, says_again=True, needs_key_name=False
)
JWT_VP_JSON: Final = Profile(
    "jwt_vp_json", Role.PRESENTATION, "JWT", "vp", Version.V1_1, says_again=False, needs_key_name=False
)


def find_profile(jws: UnverifiedJws, claims: JsonObject, *, role: Role, expected: Profile | None) -> Profile:
    """Tell which form a token has.

    Args:
        jws: the token.
        claims: its payload.
        role: what the reader expects.
        expected: the form that the token's envelope says, if there was one; the token may then leave its
            `typ` out, as VC-JOSE-COSE's own examples do.

    Raises:
        JwsError: "jws_typ": a token for something else.

    Source: RFC 8725, section 3.11 (explicit typing).
    """
    typ = jws.unverified_header.get("typ")
    secured = VC_JWT if role is Role.CREDENTIAL else VP_JWT
    if typ == secured.typ or (typ is None and expected is secured):
        found = secured
    elif typ not in (None, "JWT"):
        raise JwsError("jws_typ", f"{str(typ)[:60]!r}")
    elif role is Role.PRESENTATION:
        if "vp" not in claims:
            # a credential, an ID token, an access token: whatever it is, it is no presentation
            raise JwsError("jws_typ", f"{str(typ)[:60]!r} without vp")
        found = JWT_VP_JSON
    else:
        found = JWT_VC_JSON if "vc" in claims else OPEN_BADGES_JWT
    if expected is not None and found is not expected:
        raise JwsError("jws_typ", f"{found.name} in an envelope for {expected.name}")
    return found
