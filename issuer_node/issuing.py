"""Issuing a credential, in the numbered steps of docs/credential-lifecycle.md and of ADRs 0006 and 0009.

1. the access token: one that we gave, whose offer still stands;
2. the request: one of the badge's configurations that the token is for, each a format;
3. the key proof; a credential that was issued already for this token, in this format, is delivered again,
   unchanged, to the same key;
4. the intent is recorded and the status index reserved: committed;
5. the credential is built;
6. looked at (lint);
7. signed;
8. verified by the verifier's own code, against our own DID document and status list;
9. the signed bytes are stored: committed; if the node's keys changed since the intent, they are not, and all
   is done again from 4 with the keys of now;
10. delivered, byte for byte.

A process that dies before 9 leaves an intent whose index is never used again; after 9, the same request is
answered by the stored bytes. A request for another format of the same award is for another credential, a
copy: it goes through the same steps, with an intent, an index and an id of its own (ADR 0021).

Source: OpenID4VCI 1.0, section 8 (Credential Endpoint).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import structlog
from sqlalchemy.exc import IntegrityError

from credentials.exchange.formats import LDP_VC
from credentials.exchange.key_proof import KeyProofError, verify_key_proof
from credentials.open_badges import BuildError, require_sound
from credentials.sd_jwt import TokenStatusList
from credentials.status import build_status_entry
from credentials.verification import VerificationContext, VerificationError, verify_credential
from issuer_node.achievements import build_credential
from issuer_node.errors import CredentialRequestError, IssuingError
from issuer_node.formats import credential_bytes, named_format, offered_formats
from issuer_node.issuance_log import (
    Kept,
    find_generation,
    find_grant,
    find_issued,
    keep_content,
    record_intent,
)
from issuer_node.metadata import PROOF_ALGORITHMS, credential_identifier, format_of, is_configuration
from issuer_node.nonces import is_fresh_nonce
from issuer_node.offers import token_digest
from issuer_node.own_documents import OwnLists
from issuer_node.status_lists import CLOCK_SLACK, list_url
from web.at_once import NothingWaits, at_once_or_in_thread

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from credentials.exchange.key_proof import HolderKey
    from did.fetcher import Fetcher
    from issuer_node.formats import CredentialFormat
    from issuer_node.identifiers import NodeIdentity
    from issuer_node.issuance_log import Grant, Intent, Issued
    from issuer_node.node import Node

log = structlog.get_logger(__name__)


class _Absent:
    """Stands for a member that is not in the request, where None would be JSON's null."""


_ABSENT: Final = _Absent()
_TRIES: Final = 5
_NAME: Final = "credential_configuration_id"


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


async def issue_credential(node: Node, *, access_token: str, request: CredentialRequest) -> bytes:
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
    grant = await _find_grant(node, access_token, request)
    # 2. The request
    credential_format = _check_request(node, grant, request)
    # 3. The key proof
    holder = _check_proof(node, request)
    node.listener("checked")
    if grant.issued is not None:
        return _deliver_again(grant.issued, holder)
    for _ in range(_TRIES):
        content = await _issue_once(node, grant, holder=holder, credential_format=credential_format)
        if content is not None:
            # 10. Deliver
            return content
    raise IssuingError("keys_change")


async def _issue_once(
    node: Node, grant: Grant, *, holder: HolderKey, credential_format: CredentialFormat
) -> bytes | None:
    """Make steps 4 to 9; None when the keys changed meanwhile: what was signed with them is not kept."""
    identity = node.identity
    # 4. Intent and index
    intent = await _record_intent(node, grant, holder, credential_format, identity=identity)
    node.listener("intended")
    # 5. to 8. Build, lint, sign, verify
    making = partial(
        _make_credential, node, grant, intent, holder=holder, credential_format=credential_format
    )
    try:
        content = await at_once_or_in_thread(
            partial(making, lists=NothingWaits()),
            partial(making, lists=OwnLists(node)),
            is_short=not node.settings.selective_suites or credential_format.name != LDP_VC,
        )
    except IssuingError:
        # what was signed by a key that was ended meanwhile does not verify
        if await _have_keys_changed(node, identity):
            return None
        raise
    # 9. Store
    stored = await _store(
        node,
        grant,
        intent,
        content,
        holder=holder,
        credential_format=credential_format,
        generation=identity.generation,
    )
    if stored is None:
        await _have_keys_changed(node, identity)
        return None
    node.listener("stored")
    return stored


async def _have_keys_changed(node: Node, identity: NodeIdentity) -> bool:
    """Look whether the keys changed since an identity was read, and take the new ones."""
    return node.live.keep_up(await node.database.look(find_generation)).generation != identity.generation


async def _find_grant(node: Node, access_token: str, request: CredentialRequest) -> Grant:
    """Read everything that a token stands for, with the copy that was issued in the format that the request
    seems to name: which of the two it is, the next step checks.

    Source: RFC 6750, section 3.1.
    """
    unverified_name = request.get("credential_identifier" if request.has("credential_identifier") else _NAME)
    seems = named_format(unverified_name if isinstance(unverified_name, str) else "")
    digest, now = token_digest(access_token), node.now()
    grant = await node.database.look(
        lambda transaction: find_grant(transaction, token_digest=digest, format_name=seems.name, now=now)
    )
    if grant is None:
        raise CredentialRequestError("invalid_token", "unknown or expired access token")
    if not grant.stands:
        raise CredentialRequestError("credential_request_denied", "the offer was withdrawn")
    node.live.keep_up(grant.generation)
    return grant


def _check_request(node: Node, grant: Grant, request: CredentialRequest) -> CredentialFormat:
    """Find out what is asked for. Unknown members are ignored, as the specification asks.

    Source: OpenID4VCI 1.0, sections 8.2 and 8.3.1.2.
    """
    if request.has("credential_response_encryption"):
        raise CredentialRequestError("invalid_encryption_parameters", "responses are not encrypted here")
    if grant.chosen_formats is not None:
        return _check_identifier(node, grant, request, grant.chosen_formats)
    if request.has("credential_identifier"):
        if request.has(_NAME):
            raise CredentialRequestError("invalid_credential_request", "both kinds of identifier")
        raise CredentialRequestError("unknown_credential_identifier", "the token came without identifiers")
    wanted = request.get(_NAME)
    if not isinstance(wanted, str):
        raise CredentialRequestError("invalid_credential_request", "credential_configuration_id is missing")
    return _check_configuration(node, grant, wanted)


def _check_identifier(
    node: Node, grant: Grant, request: CredentialRequest, chosen_formats: Collection[str]
) -> CredentialFormat:
    wanted = request.get("credential_identifier")
    if request.has(_NAME) or not isinstance(wanted, str):
        raise CredentialRequestError(
            "invalid_credential_request", "credential_identifier alone is to be used with this token"
        )
    # the token endpoint gave one for each configuration that was asked for: the award, in a format
    for each in offered_formats(node):
        if each.name in chosen_formats and wanted == credential_identifier(grant.award.id, each):
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


def _deliver_again(issued: Issued, holder: HolderKey) -> bytes:
    """Of one award, in one format, one credential: to the key that came first."""
    if issued.holder_did != holder.did:
        raise CredentialRequestError("credential_request_denied", "issued already, to another key")
    return issued.content


async def _record_intent(
    node: Node,
    grant: Grant,
    holder: HolderKey,
    credential_format: CredentialFormat,
    *,
    identity: NodeIdentity,
) -> Intent:
    """Record what is about to be signed: committed before anything is."""
    now = node.now()
    if now < max(grant.award.awarded_at, identity.since) - CLOCK_SLACK:
        raise IssuingError("clock_behind")
    # a key is not said to have signed before the history lists it
    now = max(now, identity.since)
    intent = await node.database.commit(
        lambda transaction: record_intent(
            transaction, grant, format_name=credential_format.name, holder_did=holder.did, now=now
        )
    )
    if intent is None:
        raise CredentialRequestError("credential_request_denied", "the offer was withdrawn")
    return intent


def _make_credential(
    node: Node,
    grant: Grant,
    intent: Intent,
    *,
    holder: HolderKey,
    credential_format: CredentialFormat,
    lists: Fetcher,
) -> bytes:
    """Make what was recorded; nothing is changed, so that it can be made again.

    Args:
        node: the node.
        grant: what is recognised, and of whom.
        intent: as it was recorded.
        holder: whom it is bound to.
        credential_format: in which it is made.
        lists: gives our status lists, if they were not looked at of late.
    """
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
    _verify(node, content, intent.at, lists=lists)
    node.listener("verified")
    return content


def _lint(document: dict[str, Any], now: datetime) -> None:
    """Look at it with every rule of the data model and of the linter."""
    try:
        require_sound(document, now=now, require_status=True)
    except BuildError as err:
        log.error("credential_not_fit", rules=err.rules)  # noqa: TRY400 - a traceback quotes people
        raise IssuingError("lint", ", ".join(err.rules)) from err


def _verify(node: Node, content: bytes, now: datetime, *, lists: Fetcher) -> None:
    """Verify with the verifier's code; only canonicalization is not done twice, see ADR 0009."""
    context = VerificationContext(
        contexts=node.contexts,
        resolver=node.resolver,
        fetcher=lists,
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
        if codes == ["revoked"]:
            # its place in the list is new: it is marked only if the award was taken back since
            raise CredentialRequestError("credential_request_denied", "the award was revoked") from err
        log.error("credential_does_not_verify", codes=codes)  # noqa: TRY400 - ditto
        raise IssuingError("self_check", ", ".join(codes)) from err


async def _store(
    node: Node,
    grant: Grant,
    intent: Intent,
    content: bytes,
    *,
    holder: HolderKey,
    credential_format: CredentialFormat,
    generation: int,
) -> bytes | None:
    """Keep the signed bytes, unless the award was revoked meanwhile, or another request was first; None when
    the keys changed.
    """
    now = node.now()
    try:
        kept = await node.database.commit(
            lambda transaction: keep_content(
                transaction,
                intent,
                content=content,
                offer_id=grant.offer_id,
                generation=generation,
                now=now,
            )
        )
    except IntegrityError:
        first = await node.database.look(
            lambda transaction: find_issued(
                transaction, offer_id=grant.offer_id, format_name=credential_format.name
            )
        )
        if first is None:
            raise
        return _deliver_again(first, holder)
    match kept:
        case Kept.KEPT:
            return content
        case Kept.AWARD_REVOKED:
            raise CredentialRequestError("credential_request_denied", "the award was revoked")
        case Kept.KEYS_CHANGED:
            return None
