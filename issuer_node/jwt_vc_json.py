"""Format `jwt_vc_json`: the badge as a JWT with the claim `vc`, on VCDM 1.1, as the wallets that know no
JSON-LD read it. It is shown whole.

Source: OpenID4VCI 1.0, appendix A.1.1; VCDM 1.1, section 6.3.1 (JSON Web Token).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contexts import strict_json
from credentials.data_model import Version
from credentials.exchange.formats import JWT_VC_JSON
from credentials.jose import JWT_VC_JSON as PROFILE
from credentials.jose import sign_jwt_credential
from credentials.open_badges import CREDENTIALS_V2
from issuer_node.jose_keys import ALGORITHM, jose_signer

if TYPE_CHECKING:
    from datetime import datetime

    from credentials.exchange.key_proof import HolderKey
    from issuer_node.node import Node
    from issuer_node.status_lists import StatusIndex

FORMAT: Final = JWT_VC_JSON
_NAMES_OF_1_1: Final = {
    Version.V2_0.start: Version.V1_1.start,
    Version.V2_0.end: Version.V1_1.end,
}


def configuration(node: Node) -> dict[str, Any]:  # noqa: ARG001 - as every format's
    """What the metadata says of this format."""
    return {
        "credential_signing_alg_values_supported": [ALGORITHM],
        "credential_definition": {"type": ["VerifiableCredential", "OpenBadgeCredential"]},
    }


def issue(
    node: Node,
    document: dict[str, Any],
    created: datetime,
    *,
    holder: HolderKey,  # noqa: ARG001 - its DID is the subject of the document
    place: StatusIndex,  # noqa: ARG001 - stands in the document
) -> bytes:
    """Sign a credential; gives its token as a JSON string."""
    token = sign_jwt_credential(to_vcdm_1_1(document), signer=jose_signer(node), now=created, profile=PROFILE)
    return strict_json.dumps(token)


def to_vcdm_1_1(document: dict[str, Any]) -> dict[str, Any]:
    """Say the same in VCDM 1.1: another base context, and other names for the dates.

    Source: VCDM 2.0, appendix D (Revision History), differences from 1.1.
    """
    contexts = [Version.V1_1.context if each == CREDENTIALS_V2 else each for each in document["@context"]]
    renamed = {_NAMES_OF_1_1.get(name, name): value for name, value in document.items()}
    return renamed | {"@context": contexts}
