"""Format `ldp_vc`: an OBv3 credential on VCDM 2.0, secured by Data Integrity `eddsa-rdfc-2022`.

Source: OpenID4VCI 1.0, appendix A.1.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contexts import strict_json
from credentials.data_integrity import add_proof
from credentials.open_badges import CREDENTIALS_V2, OPEN_BADGES_CONTEXT

if TYPE_CHECKING:
    from datetime import datetime

    from issuer_node.node import Node

FORMAT: Final = "ldp_vc"
SUITE: Final = "eddsa-rdfc-2022"


def configuration() -> dict[str, Any]:
    """What the metadata says of this format."""
    return {
        "credential_signing_alg_values_supported": [SUITE],
        "credential_definition": {
            "@context": [CREDENTIALS_V2, OPEN_BADGES_CONTEXT],
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
        },
    }


def issue(node: Node, document: dict[str, Any], created: datetime) -> bytes:
    """Sign a credential; gives its bytes."""
    signed = add_proof(
        document,
        signer=node.identity.signer(),
        created=created,
        selection=node.contexts.newest(),
        suite=SUITE,
        hasher=node.hasher,
    )
    return strict_json.dumps(signed)
