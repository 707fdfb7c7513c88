"""An Open Badge as an SD-JWT VC: the twin of an OBv3 credential, and the way back for those who show it.

The claims keep OBv3's members and their names, so that a verifier asks for the same paths in every format,
and what people see is made of the same document. Beside them stand the claims that a reader of JWTs acts on
(`iss`, `nbf`, `exp`); both must say the same.

`vct` is the IRI of the class OpenBadgeCredential, not the badge's own URL: all open badges follow the same
rules about which claims there are and which can be hidden, and that is what a type is; a verifier that knows
no badge of this node can ask for "an open badge"; and which badge it is stands in
`credentialSubject.achievement.id`, which is always visible.

Source: Open Badges 3.0, sections 5 and 8.2; draft-ietf-oauth-sd-jwt-vc-24, section "JWT Claims Set".
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from credentials.data_model import check_context, check_credential_model
from credentials.dates import format_date_time_stamp
from credentials.errors import DateSyntaxError
from credentials.exchange.claims import ClaimError, read_moment
from credentials.sd_jwt.claims import types_of
from credentials.sd_jwt.errors import SdJwtError
from did.errors import InvalidDidError
from did.methods.web import did_web

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

JsonObject = dict[str, Any]
OPEN_BADGE_VCT: Final = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential"
# claims of the token itself; everything else is the badge
_TOKEN_CLAIMS: Final = frozenset(
    {"iss", "sub", "jti", "iat", "nbf", "exp", "aud", "cnf", "vct", "vct#integrity", "aka_vcts", "status"}
)
# what is about the other securing of the same badge
_NOT_CARRIED: Final = frozenset({"proof", "credentialStatus"})
# Always visible: what OBv3 requires, what tells the validity, and what gives the rest its sense.
_VISIBLE: Final = frozenset(
    {
        "@context",
        "id",
        "type",
        "name",
        "issuer",
        "validFrom",
        "validUntil",
        "credentialSubject",
        "credentialSchema",
        "refreshService",
        "termsOfUse",
    }
)
_VISIBLE_OF_SUBJECT: Final = frozenset({"id", "type", "achievement"})
_VISIBLE_OF_ACHIEVEMENT: Final = frozenset(
    {"id", "type", "name", "description", "criteria", "achievementType", "inLanguage"}
)
# who issued is public, and its picture is large
_VISIBLE_OF_ISSUER: Final = frozenset({"id", "type", "name", "url", "description"})
# lists whose entries are shown one by one
_LISTS: Final = frozenset(
    {
        "evidence",
        "result",
        "resultDescription",
        "alignment",
        "identifier",
        "endorsement",
        "endorsementJwt",
        "tag",
    }
)


def open_badge_claims(
    document: JsonObject, *, iss: str | None = None, status: JsonObject | None = None
) -> tuple[JsonObject, list[str]]:
    """Turn an OBv3 credential of VCDM 2.0 into the claims of its SD-JWT VC twin.

    Args:
        document: the credential, unsigned, or with its proof, which stays behind.
        iss: who signs, where that is not the issuer's id itself: the https URL of a did:web.
        status: the `status` claim of the twin, `{"status_list": {"idx": ..., "uri": ...}}`.

    Returns:
        The claims, and JSON Pointers to those that the holder may hide: see `issue_sd_jwt_vc`.

    Raises:
        SdJwtError: "badge_shape", no such credential; "badge_status_missing", the credential can be revoked
            and its twin could not.
        DataModelError: it breaks a rule of the data model.
    """
    if "credentialStatus" in document and status is None:
        raise SdJwtError("badge_status_missing", pointer="/credentialStatus")
    issuer, subject = document.get("issuer"), document.get("credentialSubject")
    if not isinstance(issuer, dict) or not isinstance(subject, dict) or _TOKEN_CLAIMS & document.keys():
        raise SdJwtError("badge_shape", "an issuer, a subject, and no claim of a token")
    badge = {name: value for name, value in document.items() if name not in _NOT_CARRIED}
    validity = check_credential_model(badge, check_context(badge))
    registered = {
        "iss": iss if iss is not None else issuer["id"],
        "vct": OPEN_BADGE_VCT,
        "nbf": _numeric_date(validity.start),
        "exp": _numeric_date(validity.end),
        "status": status,
    }
    claims = {name: value for name, value in registered.items() if value is not None} | badge
    check_badge_claims(claims)
    return claims, list(_disclosable(badge))


def _numeric_date(moment: datetime | None) -> int | float | None:
    """Write a moment as a NumericDate; whole seconds as an integer."""
    if moment is None:
        return None
    seconds = moment.timestamp()
    return int(seconds) if seconds.is_integer() else seconds


def _disclosable(badge: JsonObject) -> Iterator[str]:
    """List what may be hidden: everything but what must be seen, and the entries of lists one by one."""
    subject = badge["credentialSubject"]
    yield from _hideable(badge, _VISIBLE, "")
    yield from _hideable(badge["issuer"], _VISIBLE_OF_ISSUER, "/issuer")
    yield from _hideable(subject, _VISIBLE_OF_SUBJECT, "/credentialSubject")
    if isinstance(subject.get("achievement"), dict):
        where = "/credentialSubject/achievement"
        yield from _hideable(subject["achievement"], _VISIBLE_OF_ACHIEVEMENT, where)


def _hideable(node: JsonObject, visible: frozenset[str], where: str) -> Iterator[str]:
    for name, value in node.items():
        if name in visible:
            continue
        pointer = f"{where}/{name.replace('~', '~0').replace('/', '~1')}"
        yield pointer
        if name in _LISTS and isinstance(value, list):
            yield from (f"{pointer}/{index}" for index in range(len(value)))


def is_open_badge(claims: Mapping[str, Any]) -> bool:
    """Tell whether checked claims are those of an open badge."""
    return OPEN_BADGE_VCT in types_of(claims)


def is_said_to_be_open_badge(claims: Mapping[str, Any]) -> bool:
    """Tell whether claims that nobody checked say that they are those of an open badge."""
    return claims.get("vct") == OPEN_BADGE_VCT or OPEN_BADGE_VCT in _listed(claims.get("aka_vcts"))


def open_badge_document(claims: Mapping[str, Any]) -> JsonObject:
    """Turn the claims of a twin back into a document of OBv3's shape, as far as they were disclosed: for
    those who show it, or check its shape. No proof covers it in this form.

    Args:
        claims: processed claims.
    """
    return {name: value for name, value in claims.items() if name not in _TOKEN_CLAIMS}


def check_badge_claims(claims: Mapping[str, Any]) -> None:
    """Check that a badge is whole, and that its members say what the token's own claims say.

    Raises:
        SdJwtError: "claims_contradict"; "badge_shape".
        DataModelError, DateSyntaxError: a rule of VCDM 2.0 or OBv3 is broken.

    Source: Open Badges 3.0, section 8.2.3 (JWT claims equal the credential's members).
    """
    badge = open_badge_document(claims)
    validity = check_credential_model(badge, check_context(badge))
    if "proof" in badge or "credentialStatus" in badge:
        # nobody would check them here, and their being there looks as if somebody had
        raise SdJwtError("badge_shape", "a proof or a status of another securing")
    issuer, subject = badge["issuer"], badge["credentialSubject"]
    issuer_id = issuer.get("id") if isinstance(issuer, dict) else issuer
    if not _is_same_issuer(issuer_id, claims.get("iss")):
        raise SdJwtError("claims_contradict", f"{str(issuer_id)[:100]}, not iss", pointer="/issuer")
    _check_same(claims, "jti", badge.get("id"), "/id")
    if isinstance(subject, dict):
        _check_same(claims, "sub", subject.get("id"), "/credentialSubject/id")
    _check_same_moment(validity.start, claims, "nbf", "/validFrom")
    _check_same_moment(validity.end, claims, "exp", "/validUntil")


def _is_same_issuer(issuer_id: object, iss: object) -> bool:
    """The same identifier, or a did:web and the https URL that it stands for: one host says both."""
    if issuer_id == iss:
        return True
    try:
        return isinstance(iss, str) and issuer_id == did_web(iss)
    except InvalidDidError:
        return False


def _check_same(claims: Mapping[str, Any], claim: str, value: object, where: str) -> None:
    if claim in claims and claims[claim] != value:
        raise SdJwtError("claims_contradict", f"not {claim}", pointer=where)


def _check_same_moment(moment: datetime | None, claims: Mapping[str, Any], claim: str, where: str) -> None:
    """Both or neither: a date that only one kind of reader sees would be two validities."""
    try:
        if (moment and moment.timestamp()) != read_moment(claims, claim):
            raise SdJwtError("claims_contradict", f"not {claim}", pointer=where)
    except ClaimError as err:
        raise SdJwtError(err.code, claim, pointer=f"/{claim}") from err


def shown_document(claims: Mapping[str, Any]) -> JsonObject:
    """Give what a page can show of any SD-JWT VC, a badge or not; never fails on odd claims.

    Of another type than a badge, only who issued it and its dates are known by their meaning.
    """
    if is_said_to_be_open_badge(claims):
        return open_badge_document(claims)
    members = {
        "id": claims.get("jti"),
        "type": [claims["vct"]] if isinstance(claims.get("vct"), str) else None,
        "issuer": claims.get("iss"),
        "credentialSubject": {"id": claims["sub"]} if "sub" in claims else None,
        "validFrom": _date(claims, "nbf"),
        "validUntil": _date(claims, "exp"),
    }
    return {name: value for name, value in members.items() if value is not None}


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _date(claims: Mapping[str, Any], name: str) -> str | None:
    try:
        seconds = read_moment(claims, name)
        return None if seconds is None else format_date_time_stamp(datetime.fromtimestamp(seconds, UTC))
    except (ClaimError, DateSyntaxError):
        return None
