"""A newer copy of a credential, from the refresh service that its issuer named in it.

Asking tells the service that this credential is held, by whom it was asked, and when: it is for its holder
to do, when they want it. A copy counts for nothing until it was verified like any other, and it must be about
the same thing: one issuer, one id, one subject. Whatever goes wrong, the original stays what it is.

Source: 1EdTech Verifiable Credential Refresh Service 1.0; Open Badges 3.0, section 8 (Verification and
Validation), step 3; VCDM 2.0, section 5.4 (Refreshing).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from credentials.cose import is_cose
from credentials.report import Outcome
from credentials.verification import VerificationError, check_credential, verify_credential
from did.errors import FetchError

if TYPE_CHECKING:
    from datetime import datetime

    from credentials.report import Report
    from credentials.verification import VerificationContext, VerifiedCredential
    from credentials.view import CredentialView

CREDENTIAL_REFRESH: Final = "1EdTechCredentialRefresh"
REFRESHED: Final = "refreshed"
REASONS: Final = (
    "refresh_original_unproven",
    "refresh_absent",
    "refresh_unsupported",
    "refresh_unavailable",
    "refresh_not_valid",
    "refresh_other_issuer",
    "refresh_other_credential",
    "refresh_other_subject",
    "refresh_older",
    "refresh_unchanged",
)
_ACCEPT: Final = "application/vc, application/vc+ld+json, application/json;q=0.9, text/plain;q=0.8"
_MAXIMUM_BYTES: Final = 1_048_576
_SUCCESS: Final = range(200, 300)
# an ended credential is just what is refreshed; who said it must be known all the same
_MAY_FAIL: Final = frozenset({"validity", "status", "schema"})


@dataclass(frozen=True)
class Refreshment:
    """What asking for a newer copy came to.

    Args:
        code: "refreshed", or one of `REASONS`.
        credential: the newer copy, verified; None unless the code is "refreshed".
        detail: for developers, never shown as it is.
        report: of the copy that came and is not valid.
    """

    code: str
    credential: VerifiedCredential | None = None
    detail: str = ""
    report: Report | None = None


def refresh_credential(content: bytes, *, context: VerificationContext, now: datetime) -> Refreshment:
    """Ask a credential's refresh service for a newer copy, once: that of the copy is not asked.

    Args:
        content: the credential as it was received, JSON or token; ended or not.
        context: what verifications need of the world; both share what they may fetch.
        now: aware UTC.
    """
    context = context.bounded()
    # 1. The original: its proof first, or anybody could have written the address
    original = check_credential(content, context=context, now=now)
    if original.credential is None or not _is_proven(original):
        return Refreshment("refresh_original_unproven", detail=", ".join(original.codes))
    # 2. The service
    code, url = _find_service(original.credential)
    if not url:
        return Refreshment(code)
    # 3. The copy
    try:
        fetched = context.fetcher.get(url, accept=_ACCEPT, max_bytes=_MAXIMUM_BYTES)
    except FetchError as err:
        return Refreshment("refresh_unavailable", detail=f"{err.code}: {err.detail}")
    if fetched.status not in _SUCCESS or not fetched.body:
        return Refreshment("refresh_unavailable", detail=f"HTTP {fetched.status}, {len(fetched.body)} bytes")
    # 4. Verified like any other
    try:
        copy = verify_credential(_without_space(fetched.body), context=context, now=now)
    except VerificationError as err:
        return Refreshment("refresh_not_valid", detail=err.detail, report=err.report)
    # 5. About the same, and newer
    reason = _refuse(original.credential, copy.view, is_same=copy.content == _without_space(content))
    return Refreshment(reason) if reason else Refreshment(REFRESHED, copy)


def _without_space(content: bytes) -> bytes:
    """As it was sent, without the newline after a token; a COSE_Sign1 may end in any byte."""
    return content if is_cose(content) else content.strip()


def _is_proven(report: Report) -> bool:
    needed = [check for check in report.checks if check.name not in _MAY_FAIL]
    return bool(needed) and all(check.outcome is Outcome.VALID for check in needed)


def _find_service(view: CredentialView) -> tuple[str, str]:
    """Find the address of the refresh service, or say why there is none."""
    services = _as_list(view.raw.get("refreshService", []))
    if not services:
        return "refresh_absent", ""
    for service in services:
        url = service.get("id") if isinstance(service, dict) else None
        is_known = isinstance(service, dict) and CREDENTIAL_REFRESH in _as_list(service.get("type"))
        if is_known and isinstance(url, str) and url.startswith(("https://", "http://")):
            return "", url
    return "refresh_unsupported", ""


def _refuse(original: CredentialView, copy: CredentialView, *, is_same: bool) -> str:
    """Say why a copy may not take the place of the original; "" if it may.

    Source: Open Badges 3.0, section "Equality and Comparison": issuer and id are the same, and of two the one
    with the later `validFrom` counts.
    """
    if copy.issuer_id != original.issuer_id:
        return "refresh_other_issuer"
    if original.id is None or copy.id != original.id:
        return "refresh_other_credential"
    if _subjects(copy) != _subjects(original):
        return "refresh_other_subject"
    if original.valid_from and (copy.valid_from is None or copy.valid_from < original.valid_from):
        return "refresh_older"
    return "refresh_unchanged" if is_same else ""


def _subjects(view: CredentialView) -> list[Any]:
    """Who it is about: by an id, or by what else names them."""
    subjects = _as_list(view.raw.get("credentialSubject", []))
    return [(each.get("id"), _as_list(each.get("identifier"))) for each in subjects if isinstance(each, dict)]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
