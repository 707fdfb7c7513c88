"""Whom an SD-JWT is about, where its holder may withhold that.

`sub`, and the `id` of a credential's subject, may be hidden behind a digest like any other claim. Nobody can
tell such a digest from that of something else, or from a decoy. What is presented by its holder must then not
pass for a badge that names nobody: where a digest stands in the very place of the subject's id, somebody may
be named there, and it may be somebody else.

Source: RFC 9901, section 4.2.6 (Decoy Digests); draft-ietf-oauth-sd-jwt-vc-24, section "Registered JWT
Claims" (`sub` may be selectively disclosed); VC-JOSE-COSE, section 3.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from credentials.sd_jwt.processing import ProcessedPayload

_SUBJECT: Final = "credentialSubject"


def may_withhold_subject(processed: ProcessedPayload, *, is_credential: bool) -> bool:
    """Tell whether whom a token is about may be among what was not disclosed.

    Args:
        processed: what it says, as far as it was disclosed.
        is_credential: it holds a `credentialSubject`, as a W3C credential and an open badge do; else its
            subject is its `sub`.
    """
    claims, withheld = processed.claims, processed.withheld
    if not is_credential or _SUBJECT not in claims:
        return "sub" not in claims and () in withheld
    subjects = claims[_SUBJECT]
    if not isinstance(subjects, list):
        return _withholds_id(subjects) and (_SUBJECT,) in withheld
    return (_SUBJECT,) in withheld or any(
        _withholds_id(each) and (_SUBJECT, number) in withheld for number, each in enumerate(subjects)
    )


def _withholds_id(subject: object) -> bool:
    return isinstance(subject, dict) and "id" not in subject
