"""What a presentation as a whole has to be, beyond its proof and the credentials in it.

Source: VCDM 2.0, section 4.13 (Verifiable Presentations); OpenID4VP 1.0, section 8.6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from credentials.data_model import check_presentation_model, presented_credentials
from credentials.errors import PresentationError
from credentials.exchange.dcql import check_credentials
from credentials.exchange.formats import presented_claims
from credentials.report import Check, Outcome
from did.errors import InvalidKeyError
from did.keys import PublicKey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from credentials.data_integrity import ProofResult
    from credentials.exchange.dcql import DcqlQuery
    from credentials.report import Report
    from credentials.secured import Secured

JsonObject = dict[str, Any]
MAXIMUM_CREDENTIALS: Final = 50


def read_presentation(secured: Secured) -> tuple[str, list[bytes | JsonObject]]:
    """Check the model of a presentation; give its holder's id, and the credentials in it.

    Raises:
        DataModelError: see `check_presentation_model` and `presented_credentials`.
        JoseError: see `Secured.check_members`.
    """
    holder = check_presentation_model(secured.document)
    secured.check_members()
    return holder, presented_credentials(secured.document, maximum=MAXIMUM_CREDENTIALS)


def fold_credentials(reports: Sequence[Report]) -> Check:
    """Fold the credentials' reports into one step: the worst of them."""
    outcomes = [report.outcome for report in reports]
    data: dict[str, Any] = {"outcomes": [str(outcome) for outcome in outcomes]}
    if Outcome.INVALID in outcomes:
        return Check.failed("credentials", "credential_invalid", **data)
    if Outcome.INDETERMINATE in outcomes:
        return Check.failed("credentials", "credential_indeterminate", **data)
    return Check.passed("credentials", **data)


def check_holder_binding(reports: Sequence[Report], holder: str, proof: ProofResult) -> list[Check]:
    """Check that each credential is bound to a key that made the presentation, else that it is about the one
    who presents it; give a warning for each that names nobody. One that may name somebody, and does not show
    whom, is bound to nobody that can be seen, and is refused.

    Raises:
        PresentationError: "holder_mismatch".

    Source: RFC 7800, section 3 (`cnf`).
    """
    warnings = []
    for number, report in enumerate(reports):
        pointer = f"/verifiableCredential/{number}"
        if report.confirmation is not None:
            _check_confirmation(report.confirmation, proof, pointer)
            continue
        if report.subject_withheld:
            raise PresentationError("holder_mismatch", "whom it is about is withheld", pointer=pointer)
        # a credential that tells no subject at all is bound to nobody either
        ids = (report.credential.subject_ids if report.credential else ()) or (None,)
        if any(subject_id not in (None, holder) for subject_id in ids):
            raise PresentationError("holder_mismatch", f"{holder} is not the subject", pointer=pointer)
        if None in ids:
            warnings.append(Check.failed("holder_binding", "not_bound_to_presenter", pointer=pointer))
    return warnings


def _check_confirmation(confirmation: Mapping[str, Any], proof: ProofResult, pointer: str) -> None:
    """Check `cnf`: the very key (`jwk`), or its name (`kid`). Another form of it is not known here, and binds
    all the same.
    """
    jwk, kid = confirmation.get("jwk"), confirmation.get("kid")
    try:
        if isinstance(jwk, dict):
            is_bound = PublicKey.from_jwk(jwk) in proof.public_keys
        else:
            is_bound = jwk is None and isinstance(kid, str) and kid in proof.verification_methods
    except InvalidKeyError as err:
        raise PresentationError("holder_mismatch", err.detail, pointer=pointer) from err
    if not is_bound:
        raise PresentationError("holder_mismatch", "bound to another key", pointer=pointer)


def check_query(query: DcqlQuery, query_id: str | None, reports: Sequence[Report]) -> None:
    """Check that the credentials of this one presentation answer the query, or the one part of it that they
    are for.

    Raises:
        DcqlError: "answer_*".
    """
    answered = [each for each in map(presented_claims, reports) if each is not None]
    check_credentials(query.credential_query(query_id or query.credentials[0].id), answered)
