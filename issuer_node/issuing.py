"""Issuing a credential, in the numbered steps of docs/credential-lifecycle.md and of ADRs 0006 and 0009.

1. the access token: one that we gave, whose offer still stands;
2. the request: one of the badge's configurations that the token is for, each a format;
3. the key proof; a credential that was issued already for this token is delivered again, unchanged, to the
   same key;
4. the intent is recorded and the status index reserved: committed;
5. the credential is built;
6. looked at (lint);
7. signed;
8. verified by the verifier's own code, against our own DID document and status list;
9. the signed bytes are stored: committed;
10. delivered, byte for byte.

A process that dies before 9 leaves an intent whose index is never used again; after 9, the same request is
answered by the stored bytes.

Source: OpenID4VCI 1.0, section 8 (Credential Endpoint).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import structlog
from sqlalchemy.exc import IntegrityError

from credentials.exchange.key_proof import KeyProofError, verify_key_proof
from credentials.open_badges import LintError, require_lint_free
from credentials.sd_jwt import TokenStatusList
from credentials.status import build_status_entry
from credentials.verification import VerificationContext, VerificationError, verify_credential
from issuer_node.achievements import build_credential
from issuer_node.errors import CredentialRequestError, IssuingError
from issuer_node.formats import credential_bytes, format_of_content, offered_formats
from issuer_node.issuance_log import find_grant, find_issued, keep_content, record_intent
from issuer_node.metadata import PROOF_ALGORITHMS, credential_identifier, format_of, is_configuration
from issuer_node.nonces import is_fresh_nonce
from issuer_node.offers import token_digest
from issuer_node.own_documents import OwnLists
from issuer_node.status_lists import CLOCK_SLACK, list_url

if TYPE_CHECKING:
    from datetime import datetime

    from credentials.exchange.key_proof import HolderKey
    from issuer_node.formats import CredentialFormat
    from issuer_node.issuance_log import Grant, Intent, Issued
    from issuer_node.node import Node

log = structlog.get_logger(__name__)


class _Absent:
    """Stands for a member that is not in the request, where None would be JSON's null."""


_ABSENT: Final = _Absent()


@dataclass(frozen=True)
class CredentialRequest:
    """A credential request as received: parsed JSON members, none of them checked.

    Source: OpenID4VCI 1.0, section 8.2.
    """

    members: dict[str, Any]

    def get(self, name: str) -> Any:
        """The member, or the absent one."""
        return self.members.get(name, _ABSENT)

    def has(self, name: str) -> bool:
        """Whether the member is there."""
        return name in self.members


def issue_credential(node: Node, *, access_token: str, request: CredentialRequest) -> bytes:
    """Answer a credential request.

    Args:
        node: the node.
        access_token: as received.
        request: as received.

    Returns:
        The credential as JSON text: the stored bytes.

    Raises:
        CredentialRequestError: "invalid_token", "invalid_credential_request",
            "unknown_credential_configuration", "unknown_credential_identifier", "invalid_proof",
            "invalid_nonce", "invalid_encryption_parameters", "credential_request_denied".
        IssuingError: the credential could not be made.
    """
    # 1. The access token
    grant = _find_grant(node, access_token)
    # 2. The request
    credential_format = _check_request(node, grant, request)
    # 3. The key proof
    holder = _check_proof(node, request)
    node.listener("checked")
    if grant.issued is not None:
        return _deliver_again(grant.issued, holder, credential_format)
    # 4. Intent and index
    intent = _record_intent(node, grant, holder)
    node.listener("intended")
    # 5. Build
    document = build_credential(
        node,
        badge=grant.badge,
        award=grant.award,
        holder_did=holder.did,
        credential_id=intent.credential_id,
        status=build_status_entry(list_url(node, intent.place.list_id), intent.place.index),
        valid_from=intent.at,
    )
    node.listener("built")
    # 6. Lint
    _lint(document, intent.at)
    node.listener("linted")
    # 7. Sign
    content = credential_format.issue(node, document, intent.at, holder=holder, place=intent.place)
    node.listener("signed")
    # 8. Verify
    _verify(node, content, intent.at)
    node.listener("verified")
    # 9. Store
    content = _store(node, grant, intent, content, holder=holder, credential_format=credential_format)
    node.listener("stored")
    # 10. Deliver
    return content


def _find_grant(node: Node, access_token: str) -> Grant:
    """Read everything that a token stands for.

    Source: RFC 6750, section 3.1.
    """
    with node.database.reading() as transaction:
        grant = find_grant(transaction, token_digest=token_digest(access_token), now=node.now())
    if grant is None:
        raise CredentialRequestError("invalid_token", "unknown or expired access token")
    if not grant.stands:
        raise CredentialRequestError("credential_request_denied", "the offer was withdrawn")
    return grant


def _check_request(node: Node, grant: Grant, request: CredentialRequest) -> CredentialFormat:
    """Find out what is asked for. Unknown members are ignored, as the specification asks.

    Source: OpenID4VCI 1.0, sections 8.2 and 8.3.1.2.
    """
    if request.has("credential_response_encryption"):
        raise CredentialRequestError("invalid_encryption_parameters", "responses are not encrypted here")
    if grant.by_identifier:
        return _check_identifier(node, grant, request)
    if request.has("credential_identifier"):
        if request.has("credential_configuration_id"):
            raise CredentialRequestError("invalid_credential_request", "both kinds of identifier")
        raise CredentialRequestError("unknown_credential_identifier", "the token came without identifiers")
    wanted = request.get("credential_configuration_id")
    if not isinstance(wanted, str):
        raise CredentialRequestError("invalid_credential_request", "credential_configuration_id is missing")
    return _check_configuration(node, grant, wanted)


def _check_identifier(node: Node, grant: Grant, request: CredentialRequest) -> CredentialFormat:
    wanted = request.get("credential_identifier")
    if request.has("credential_configuration_id") or not isinstance(wanted, str):
        raise CredentialRequestError(
            "invalid_credential_request", "credential_identifier alone is to be used with this token"
        )
    # the token endpoint gives one for each configuration that was asked for: the award, in a format
    for each in offered_formats(node):
        if wanted == credential_identifier(grant.award.id, each):
            return each
    raise CredentialRequestError("unknown_credential_identifier")


def _check_configuration(node: Node, grant: Grant, wanted: str) -> CredentialFormat:
    credential_format = format_of(node, wanted, grant.badge.id)
    if credential_format is not None:
        return credential_format
    if is_configuration(node, wanted):
        raise CredentialRequestError("credential_request_denied", "not what this token is for")
    raise CredentialRequestError("unknown_credential_configuration")


def _check_proof(node: Node, request: CredentialRequest) -> HolderKey:
    """Check `proofs`: exactly one type, `jwt`, with one proof, since there is no batch here.

    Source: OpenID4VCI 1.0, sections 8.2 and 8.2.1.1. The `proof` of its drafts is an unknown member: `proofs`
    is then missing.
    """
    proofs = request.get("proofs")
    if not isinstance(proofs, dict) or list(proofs) != ["jwt"]:
        raise CredentialRequestError("invalid_proof", "proofs with exactly one type, jwt, is needed")
    jwts = proofs["jwt"]
    if not isinstance(jwts, list) or len(jwts) != 1:
        raise CredentialRequestError("invalid_proof", "exactly one proof is needed")
    try:
        holder = verify_key_proof(
            jwts[0],
            expected_audience=node.base_url,
            check_nonce=lambda nonce: is_fresh_nonce(node, nonce),
            resolver=node.resolver,
            now=node.now(),
        )
    except KeyProofError as err:
        raise CredentialRequestError(err.code, err.reason) from err
    if holder.public_key.jose_algorithm not in PROOF_ALGORITHMS:
        raise CredentialRequestError("invalid_proof", "unsupported algorithm")
    return holder


def _deliver_again(issued: Issued, holder: HolderKey, credential_format: CredentialFormat) -> bytes:
    """Of one award, one credential: to the key and in the format that came first."""
    if issued.holder_did != holder.did:
        raise CredentialRequestError("credential_request_denied", "issued already, to another key")
    if format_of_content(issued.content) != credential_format.name:
        raise CredentialRequestError("credential_request_denied", "issued already, in another format")
    return issued.content


def _record_intent(node: Node, grant: Grant, holder: HolderKey) -> Intent:
    """Record what is about to be signed: committed before anything is."""
    now = node.now()
    if now < grant.award.awarded_at - CLOCK_SLACK:
        raise IssuingError("clock_behind")
    intent = node.database.apply(
        lambda transaction: record_intent(transaction, grant, holder_did=holder.did, now=now)
    )
    if intent is None:
        raise CredentialRequestError("credential_request_denied", "the offer was withdrawn")
    return intent


def _lint(document: dict[str, Any], now: datetime) -> None:
    try:
        require_lint_free(document, now, require_status=True)
    except LintError as err:
        rules = sorted({finding.rule for finding in err.findings})
        log.error("credential_not_fit", rules=rules)  # noqa: TRY400 - a traceback quotes people
        raise IssuingError("lint", ", ".join(rules)) from err


def _verify(node: Node, content: bytes, now: datetime) -> None:
    """Verify with the verifier's code; only canonicalization is not done twice, see ADR 0009."""
    context = VerificationContext(
        contexts=node.contexts,
        resolver=node.resolver,
        fetcher=OwnLists(node),
        hasher=node.hasher,
        status_cache=node.own_lists,
        token_status=TokenStatusList(node.own_token_lists),
        require_status=True,
        base_proofs=True,
    )
    try:
        verify_credential(credential_bytes(content), context=context, now=now)
    except VerificationError as err:
        codes = list(err.report.codes)
        log.error("credential_does_not_verify", codes=codes)  # noqa: TRY400 - ditto
        raise IssuingError("self_check", ", ".join(codes)) from err


def _store(
    node: Node,
    grant: Grant,
    intent: Intent,
    content: bytes,
    *,
    holder: HolderKey,
    credential_format: CredentialFormat,
) -> bytes:
    """Keep the signed bytes, unless the award was revoked meanwhile, or another request was first."""
    now = node.now()
    try:
        kept = node.database.apply(
            lambda transaction: keep_content(
                transaction, intent, content=content, offer_id=grant.offer_id, now=now
            )
        )
    except IntegrityError:
        with node.database.reading() as transaction:
            first = find_issued(transaction, offer_id=grant.offer_id)
        if first is None:
            raise
        return _deliver_again(first, holder, credential_format)
    if not kept:
        raise CredentialRequestError("credential_request_denied", "the award was revoked")
    return content
