"""Whether what came from an issuer is what was asked for: valid, in its format, for the key that was proved,
and by whom it was offered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from credentials.exchange.formats import SD_JWT_VC, presented_claims
from credentials.report import Outcome
from credentials.sd_jwt import SdJwtError
from credentials.sd_jwt.key_binding import holder_key_of
from did.errors import DidError
from did.methods.jwk import did_jwk
from did.methods.web import did_web_url
from wallet.errors import ReceivingError

if TYPE_CHECKING:
    from credentials.exchange.formats import FormattedClaims
    from credentials.report import Report
    from credentials.view import CredentialView
    from did.keys import PublicKey


def examine(
    report: Report, *, expected_format: str, expected_issuer: str, holder: str, public_key: PublicKey
) -> tuple[str, ...]:
    """Refuse what is invalid, of another format, or about somebody else; name what is doubtful.

    Args:
        report: what verifying it said.
        expected_format: Credential Format Identifier of the configuration.
        expected_issuer: URL of the credential issuer that offered it.
        holder: the did:key that was proved.
        public_key: its key.

    Returns:
        "not_checked", "other_issuer", or neither.

    Raises:
        ReceivingError: "credential_invalid", "credential_not_mine".
    """
    if report.outcome is Outcome.INVALID or report.credential is None:
        raise ReceivingError("credential_invalid", " ".join(report.codes))
    claims = presented_claims(report)
    if claims is None or claims.format != expected_format:
        raise ReceivingError("credential_invalid", f"{report.securing}, not {expected_format}")
    if not _is_of_key(report.credential, claims, holder=holder, public_key=public_key):
        raise ReceivingError("credential_not_mine", "the subject is not the key that was proved")
    doubts = []
    if report.outcome is not Outcome.VALID:
        doubts.append("not_checked")
    if not _is_of_host(report.credential.issuer_id or "", expected_issuer):
        doubts.append("other_issuer")
    return tuple(doubts)


def _is_of_key(view: CredentialView, claims: FormattedClaims, *, holder: str, public_key: PublicKey) -> bool:
    """Whether a credential is bound to the key that was proved: an SD-JWT VC names the key itself.

    Raises:
        ReceivingError: "credential_not_mine": it names something that is no key here.
    """
    if claims.format != SD_JWT_VC:
        return view.subject_id == holder
    try:
        bound = holder_key_of(claims.document)
    except SdJwtError as err:
        raise ReceivingError("credential_not_mine", err.code) from err
    return bound == public_key and view.subject_id in {None, holder, did_jwk(public_key)}


def _is_of_host(issuer_id: str, issuer_url: str) -> bool:
    """Whether an issuer lives where the offer came from; a DID of another method says nothing about that."""
    if issuer_id.startswith(("https://", "http://")):
        return urlsplit(issuer_id).netloc == urlsplit(issuer_url).netloc
    if not issuer_id.startswith("did:web:"):
        return True
    try:
        document_url = did_web_url(issuer_id, allow_insecure_loopback=True)
    except DidError:
        return False
    return urlsplit(document_url).netloc == urlsplit(issuer_url).netloc
