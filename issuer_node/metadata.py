"""What wallets read first: the Credential Issuer Metadata, one configuration per badge and format, and the
server's.

Source: OpenID4VCI 1.0, section 12.2; RFC 8414.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlmodel import col, exists, func, or_, select

from contexts import strict_json
from credentials.exchange.key_proof import BINDING_METHODS
from credentials.exchange.offers import PRE_AUTHORIZED_CODE
from did.keys import KeyType
from did.keys.registry import SCHEMES
from issuer_node.badges import picture_url
from issuer_node.formats import FORMATS, offered_formats
from issuer_node.ldp_vc import FORMAT as FIRST_FORMAT
from issuer_node.models import Award, Badge

if TYPE_CHECKING:
    from sqlmodel import Session

    from issuer_node.formats import CredentialFormat
    from issuer_node.node import Node

_PREFIX: Final = "badge-"
_PROOF_KEYS: Final = (KeyType.ED25519, KeyType.P256)
PROOF_ALGORITHMS: Final = tuple(SCHEMES[key_type].jose_algorithm for key_type in _PROOF_KEYS)


@dataclass(frozen=True)
class Published:
    """A document as served; `etag` changes when it does."""

    content: bytes
    etag: str


class MetadataCache:
    """The issuer metadata as it was last written, until a badge changes. One per application."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state: tuple[Any, ...] | None = None
        self._published: Published | None = None

    def read(self, node: Node) -> Published:
        """The metadata now: one small query, and the document only when it says that something changed."""
        with node.database.session() as session:
            state = tuple(
                session.exec(select(func.count(), func.sum(Badge.revision)).select_from(Badge)).one()
            )
            with self._lock:
                if self._published is not None and self._state == state:
                    return self._published
            document = _issuer_metadata(session, node)
        content = strict_json.dumps(document)
        published = Published(content, hashlib.sha256(content).hexdigest()[:32])
        with self._lock:
            self._state, self._published = state, published
        return published


def configuration_id(badge_id: str, format_name: str = FIRST_FORMAT) -> str:
    """The id of a badge's credential configuration."""
    return f"{_PREFIX}{badge_id}{FORMATS[format_name].suffix}"


def configuration_ids(node: Node, badge_id: str) -> tuple[str, ...]:
    """The ids of a badge's credential configurations, one for each format that is offered."""
    return tuple(configuration_id(badge_id, each.name) for each in offered_formats(node))


def credential_identifier(award_id: str, credential_format: CredentialFormat) -> str:
    """The credential identifier of an award in a format."""
    return f"award-{award_id}{credential_format.suffix}"


def format_of(node: Node, unverified_configuration_id: str, badge_id: str) -> CredentialFormat | None:
    """The format in which a configuration offers a badge; None when it is no configuration of this badge."""
    for each in offered_formats(node):
        if configuration_id(badge_id, each.name) == unverified_configuration_id:
            return each
    return None


def is_configuration(node: Node, unverified_configuration_id: str) -> bool:
    """Whether there is such a configuration at all."""
    named = unverified_configuration_id.removeprefix(_PREFIX)
    badge_ids = {named.removesuffix(each.suffix) for each in offered_formats(node)}
    with node.database.session() as session:
        found = session.exec(select(Badge.id).where(col(Badge.id).in_(badge_ids))).all()
    return any(format_of(node, unverified_configuration_id, each) is not None for each in found)


def authorization_server_metadata(node: Node) -> dict[str, Any]:
    """The metadata of the authorization server, which the issuer itself is.

    Source: RFC 8414, section 2; OpenID4VCI 1.0, section 12.3.
    """
    return {
        "issuer": node.base_url,
        "token_endpoint": f"{node.base_url}/openid4vci/token",
        # required by RFC 8414; there is no authorization endpoint that would answer it
        "response_types_supported": ["code"],
        "grant_types_supported": [PRE_AUTHORIZED_CODE],
        "token_endpoint_auth_methods_supported": ["none"],
        "authorization_details_types_supported": ["openid_credential"],
        "pre-authorized_grant_anonymous_access_supported": True,
    }


def _issuer_metadata(session: Session, node: Node) -> dict[str, Any]:
    # an archived badge stays as long as somebody was awarded it: slips that are out can still be used
    listed = or_(col(Badge.archived_at).is_(None), exists().where(col(Award.badge_id) == Badge.id))
    badges = session.exec(select(Badge).where(listed).order_by(col(Badge.created_at), col(Badge.id))).all()
    return {
        "credential_issuer": node.base_url,
        "credential_endpoint": f"{node.base_url}/openid4vci/credential",
        "nonce_endpoint": f"{node.base_url}/openid4vci/nonce",
        "display": [_structure_display(node, language) for language in ("fr", "en")],
        "credential_configurations_supported": {
            configuration_id(badge.id, each.name): _configuration(node, badge, each)
            for badge in badges
            for each in offered_formats(node)
        },
    }


def _structure_display(node: Node, language: str) -> dict[str, Any]:
    name = node.settings.structure_name
    return {
        "name": name,
        "locale": language,
        "logo": {"uri": f"{node.base_url}/logo.png", "alt_text": name},
    }


def _configuration(node: Node, badge: Badge, credential_format: CredentialFormat) -> dict[str, Any]:
    picture = {"uri": picture_url(node, badge.picture_id), "alt_text": badge.picture_text}
    display = {
        "name": badge.name,
        "locale": badge.language,
        "description": badge.description,
        "logo": picture,
    }
    return {
        "format": credential_format.name,
        "cryptographic_binding_methods_supported": list(BINDING_METHODS),
        "proof_types_supported": {
            "jwt": {"proof_signing_alg_values_supported": list(PROOF_ALGORITHMS)},
        },
        **credential_format.configuration(node),
        "credential_metadata": {"display": [display]},
    }
