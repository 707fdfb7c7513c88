"""Format `ldp_vc`: an OBv3 credential on VCDM 2.0 with a proof set: a proof that anybody verifies over the
whole badge, and base proofs from which its holder derives what shows a part of it.

Source: OpenID4VCI 1.0, appendix A.1.2; Data Integrity 1.0, section 2.1.1 (Proof Sets).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contexts import strict_json
from credentials.data_integrity import DEFAULT_SUITE, SUITES, add_proof
from credentials.exchange.formats import LDP_VC
from credentials.open_badges import CREDENTIALS_V2, OPEN_BADGES_CONTEXT
from credentials.open_badges.mandatory_pointers import open_badge_mandatory_pointers
from did.keys import KeyType

if TYPE_CHECKING:
    from datetime import datetime

    from credentials.exchange.key_proof import HolderKey
    from issuer_node.node import Node
    from issuer_node.settings import NodeSettings
    from issuer_node.status_lists import StatusIndex

FORMAT: Final = LDP_VC
_FIRST_KEYS: Final = (KeyType.ED25519, KeyType.P256)


def key_types(settings: NodeSettings) -> tuple[KeyType, ...]:
    """The types of key that the node signs with, in the order of their names: one is only ever added at the
    end.
    """
    needed = [key_type_of(suite) for suite in settings.selective_suites]
    return (*_FIRST_KEYS, *dict.fromkeys(each for each in needed if each not in _FIRST_KEYS))


def key_type_of(suite: str) -> KeyType:
    """The type of key that a suite of selective disclosure signs with."""
    return next(iter(SUITES[suite].key_types))


def configuration(node: Node) -> dict[str, Any]:
    """What the metadata says of this format."""
    return {
        "credential_signing_alg_values_supported": [DEFAULT_SUITE, *node.settings.selective_suites],
        "credential_definition": {
            "@context": [CREDENTIALS_V2, OPEN_BADGES_CONTEXT],
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
        },
    }


def issue(
    node: Node,
    document: dict[str, Any],
    created: datetime,
    *,
    holder: HolderKey,  # noqa: ARG001 - its DID is the subject of the document
    place: StatusIndex,  # noqa: ARG001 - stands in the document
) -> bytes:
    """Sign a credential; gives its bytes."""
    selection = node.contexts.newest()
    signed = add_proof(
        document,
        signer=node.identity.signer(),
        created=created,
        selection=selection,
        suite=DEFAULT_SUITE,
        hasher=node.hasher,
    )
    for suite in node.settings.selective_suites:
        signed = add_proof(
            signed,
            signer=node.identity.signer(key_type_of(suite)),
            created=created,
            selection=selection,
            suite=suite,
            hasher=node.hasher,
            mandatory_pointers=open_badge_mandatory_pointers(document),
        )
    return strict_json.dumps(signed)
