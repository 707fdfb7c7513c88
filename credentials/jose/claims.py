"""Registered claims and the members of the document that they stand for: one must not contradict the other.

Source: Open Badges 3.0, section "Verify a Credential VC-JWT Signature"; VCDM 1.1, section 6.3.1, "JWT
Decoding"; VC-JOSE-COSE, sections 3.1.3 and 4.1.2 (`iss`).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from credentials.dates import format_date_time_stamp, parse_date_time_stamp
from credentials.errors import DateSyntaxError, ProofError
from credentials.exchange.claims import ClaimError, read_moment
from credentials.jose.errors import JoseError
from credentials.jose.keys import OF_TODAY
from credentials.jose.profiles import JWT_VP_JSON, Profile, Role

if TYPE_CHECKING:
    from credentials.data_model import Version
    from credentials.jose.keys import Moment

JsonObject = dict[str, Any]
_TEXTS: Final = ("iss", "sub", "jti")
_MOMENTS: Final = ("nbf", "exp")


def complete_document(document: JsonObject, claims: JsonObject, profile: Profile) -> JsonObject:
    """Set the members that the claims alone say: VCDM 1.1 lets them stand there instead, Open Badges `exp`.

    A member that is there is left as it is; `check_claims` compares it.

    Source: VCDM 1.1, section 6.3.1, "JWT Decoding"; Open Badges 3.0: `exp` "MUST be used to set" the end.
    """
    stated = _read_claims(claims)
    if profile.role is Role.PRESENTATION:
        # an absent holder is who signed: said by `iss` in VCDM 1.1
        members = {"holder": stated.get("iss"), "id": stated.get("jti")} if profile is JWT_VP_JSON else {}
        return _with_absent(document, members)
    if not profile.says_again:
        return document
    end = {profile.version.end: _written(stated.get("exp"))}
    if profile.claim is None:
        return _with_absent(document, end)
    start = {profile.version.start: _written(stated.get("nbf"))}
    completed = _with_absent(document, {"id": stated.get("jti")} | start | end)
    completed = _with_absent(completed, {"issuer": stated.get("iss")})
    return _with_ids(completed, issuer=stated.get("iss"), subject=stated.get("sub"))


def _with_absent(document: JsonObject, members: JsonObject) -> JsonObject:
    return {name: value for name, value in members.items() if value is not None} | document


def _with_ids(document: JsonObject, *, issuer: str | None, subject: str | None) -> JsonObject:
    """Set the ids of an issuer object and of the one subject, where they are left out."""
    result = dict(document)
    for name, identifier in (("issuer", issuer), ("credentialSubject", subject)):
        value = result.get(name)
        if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
            result[name] = [_with_absent(value[0], {"id": identifier})]
        elif isinstance(value, dict):
            result[name] = _with_absent(value, {"id": identifier})
    return result


def _written(moment: float | None) -> str | None:
    return None if moment is None else format_date_time_stamp(datetime.fromtimestamp(moment, UTC))


def state_claims(document: JsonObject, profile: Profile) -> JsonObject:
    """Give the claims that say what the document says: all where the form has it so, else `iss` alone.

    Args:
        document: as it will be signed.
        profile: the form.
    """
    if profile.role is Role.PRESENTATION:
        members = _presentation_members(document)
    elif profile.says_again:
        members = _members(document) | _validity(document, profile.version)
    else:
        members = {"iss": _members(document)["iss"]}
    return {name: _stated(member) for name, member in members.items() if member is not None}


def _stated(member: str | datetime) -> str | int:
    return int(member.timestamp() // 1) if isinstance(member, datetime) else member


def check_claims(document: JsonObject, claims: JsonObject, profile: Profile) -> None:
    """Compare each claim with the member that it stands for.

    Args:
        document: completed.
        claims: the whole payload.
        profile: tells which claims must be there.

    Raises:
        JoseError: "jwt_vcdm_version", "jwt_claim_missing", "jwt_claim_syntax", "jwt_iss_mismatch",
            "jwt_sub_mismatch", "jwt_jti_mismatch", "jwt_nbf_mismatch", "jwt_exp_mismatch".
        ProofError: "domain_mismatch": a credential for a certain reader.
    """
    if document["@context"][0] != profile.version.context:
        raise JoseError("jwt_vcdm_version", f"{profile.name} is for VCDM {profile.version.name}")
    stated = _read_claims(claims)
    if profile.role is Role.PRESENTATION:
        members = _presentation_members(document)
    else:
        members = _members(document)
        _check_no_reader_named(claims, members["sub"])
    if profile.says_again:
        members |= _validity(document, profile.version)
    for name, member in members.items():
        if name in stated:
            if not _agree(stated[name], member):
                raise JoseError(f"jwt_{name}_mismatch", f"{str(stated[name])[:100]!r}", pointer=f"/{name}")
        elif profile.says_again and member is not None:
            raise JoseError("jwt_claim_missing", name, pointer=f"/{name}")


def _check_no_reader_named(claims: JsonObject, subject_id: str | None) -> None:
    """Check that a credential is for every reader: what names one (an ID token, an access token) is to be
    refused by all others. Some issuers name the subject, who is to have it.

    Source: RFC 7519, section 4.1.3 (`aud`).
    """
    if "aud" in claims and (subject_id is None or claims["aud"] != subject_id):
        raise ProofError("domain_mismatch", str(claims["aud"])[:100], pointer="/aud")


def _read_claims(claims: JsonObject) -> JsonObject:
    """Read the claims that stand for members, strictly: identifiers are one string, times are numbers."""
    for name in _TEXTS:
        if name in claims and not isinstance(claims[name], str):
            raise JoseError("jwt_claim_syntax", name, pointer=f"/{name}")
    if not isinstance(claims.get("cnf", {}), dict):
        raise JoseError("jwt_claim_syntax", "cnf", pointer="/cnf")
    stated: JsonObject = {name: claims[name] for name in _TEXTS if name in claims}
    try:
        stated |= {name: read_moment(claims, name) for name in _MOMENTS if name in claims}
    except ClaimError as err:
        raise JoseError("jwt_claim_syntax", err.claim, pointer=f"/{err.claim}") from err
    return stated


def _agree(stated: str | float, member: str | datetime | None) -> bool:
    """Identifiers agree character by character; a time in whole seconds with the second it falls in."""
    if not isinstance(member, datetime) or isinstance(stated, str):
        return stated == member
    moment = member.timestamp()
    return stated == moment or (stated == int(stated) and stated == moment // 1)


def _members(document: JsonObject) -> dict[str, Any]:
    issuer = document.get("issuer")
    subjects = document.get("credentialSubject")
    subject = subjects[0] if isinstance(subjects, list) and len(subjects) == 1 else subjects
    return {
        "iss": issuer.get("id") if isinstance(issuer, dict) else issuer,
        # of several subjects none is "the" one: a `sub` beside them contradicts some
        "sub": subject.get("id") if isinstance(subject, dict) else None,
        "jti": document.get("id"),
    }


def _presentation_members(document: JsonObject) -> dict[str, Any]:
    holder = document.get("holder")
    return {
        "iss": holder.get("id") if isinstance(holder, dict) else holder,
        "jti": document.get("id"),
    }


def _validity(document: JsonObject, version: Version) -> dict[str, Any]:
    moments = {"nbf": version.start, "exp": version.end}
    return {
        claim: parse_date_time_stamp(document[name], pointer=f"/{name}") if name in document else None
        for claim, name in moments.items()
    }


def check_signature_period(claims: JsonObject, profile: Profile, *, now: datetime, skew_seconds: int) -> None:
    """Check the times of the signature; `nbf` and `exp` that say the credential's validity again are left to
    the step that is about it.

    Raises:
        ProofError: "proof_expired", "proof_not_yet_valid".
        JoseError: "jwt_claim_syntax".

    Source: VC-JOSE-COSE, section 3.1.3: `iat` and `exp` are the signature's; RFC 7519, section 4.1.
    """
    limit = (now + timedelta(seconds=skew_seconds)).timestamp()
    issued = read_issued_at(claims, profile)
    if issued is not None and issued.timestamp() > limit:
        raise ProofError("proof_not_yet_valid", pointer="/iat")
    if profile.says_again:
        return
    stated = _read_claims(claims)
    if stated.get("nbf", 0) > limit:
        raise ProofError("proof_not_yet_valid", pointer="/nbf")
    if "exp" in stated and stated["exp"] <= now.timestamp():
        raise ProofError("proof_expired", pointer="/exp")


def signing_moment(claims: JsonObject, profile: Profile, *, of_then: bool) -> Moment:
    """When a token says that it was signed, for who may count its key as it stood then.

    Without `iat` nothing says so: `nbf` is when the credential begins to hold, which may be long before.

    Args:
        claims: of the token.
        profile: its form.
        of_then: whether its key counts as it stood then; otherwise a key of today alone does.

    Raises:
        JoseError: "jwt_claim_syntax".
    """
    return read_issued_at(claims, profile) if of_then else OF_TODAY


def read_issued_at(claims: JsonObject, profile: Profile) -> datetime | None:
    """Read `iat`; None if it is absent.

    VC-JOSE-COSE leaves it a NumericDate, and its own test suite writes a dateTimeStamp: each has one reading,
    so both are taken where the claim says nothing of the credential.

    Raises:
        JoseError: "jwt_claim_syntax".
    """
    try:
        if isinstance(claims.get("iat"), str) and not profile.says_again:
            return parse_date_time_stamp(claims["iat"], pointer="/iat")
        moment = read_moment(claims, "iat")
    except (ClaimError, DateSyntaxError) as err:
        raise JoseError("jwt_claim_syntax", "iat", pointer="/iat") from err
    return None if moment is None else datetime.fromtimestamp(moment, UTC)


def check_audience_and_nonce(claims: JsonObject, *, domain: str | None, challenge: str | None) -> None:
    """Check whom a presentation is for, and the verifier's nonce: each exactly one string.

    What is for several readers could be shown by one of them to another, so a list of audiences is refused.

    Raises:
        ProofError: "domain_mismatch", "challenge_mismatch".

    Source: OpenID4VP 1.0, appendix B.1.3.1 (`aud`, `nonce`).
    """
    if domain is not None and claims.get("aud") != domain:
        raise ProofError("domain_mismatch", str(claims.get("aud"))[:100], pointer="/aud")
    if challenge is not None and claims.get("nonce") != challenge:
        raise ProofError("challenge_mismatch", pointer="/nonce")
