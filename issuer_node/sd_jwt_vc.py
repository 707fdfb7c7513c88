"""Format `dc+sd-jwt`: the badge as an SD-JWT VC, whose issuer is the node's https address, bound to its
holder's key.

Source: OpenID4VCI 1.0, appendix A.3; draft-ietf-oauth-sd-jwt-vc-24; HAIP 1.0, section 6 (`cnf` with `jwk`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contexts import strict_json
from credentials.exchange.formats import SD_JWT_VC
from credentials.sd_jwt import OPEN_BADGE_VCT, build_issuer_metadata, issue_sd_jwt_vc, open_badge_claims
from credentials.status.token_status_list import build_token_status
from issuer_node.jose_keys import ALGORITHM, jose_signer
from issuer_node.status_list_tokens import token_list_url

if TYPE_CHECKING:
    from datetime import datetime

    from credentials.exchange.key_proof import HolderKey
    from issuer_node.node import Node
    from issuer_node.status_lists import StatusIndex

FORMAT: Final = SD_JWT_VC


def configuration(node: Node) -> dict[str, Any]:  # noqa: ARG001 - as every format's
    """What the metadata says of this format: bound to a key that the proof brings as `jwk`, since wallets
    refuse a `cnf` that names another key than their proof did.
    """
    return {
        "vct": OPEN_BADGE_VCT,
        "cryptographic_binding_methods_supported": ["jwk"],
        "credential_signing_alg_values_supported": [ALGORITHM],
    }


def issue(
    node: Node, document: dict[str, Any], created: datetime, *, holder: HolderKey, place: StatusIndex
) -> bytes:
    """Sign a credential; gives its token as a JSON string."""
    status = build_token_status(token_list_url(node, place.list_id), place.index)
    claims, disclosable = open_badge_claims(document, iss=node.base_url, status=status)
    token = issue_sd_jwt_vc(
        claims | {"iat": int(created.timestamp())},
        disclosable=disclosable,
        signer=jose_signer(node),
        holder_key=holder.public_key,
    )
    return strict_json.dumps(token)


def issuer_metadata(node: Node) -> dict[str, Any]:
    """The JWT VC Issuer Metadata, where the verifiers of these tokens find the key."""
    return build_issuer_metadata(node.base_url, node.identity.jwks())
