"""The structure's identifiers, which live: did:web, the face that everybody reads, and did:webvh, the history
of the same keys.

`open_identifier` at the start, `LiveIdentity` for who signs and publishes; `rotate_keys` and `revoke_keys`
stand in `changing`, since they sign the status lists anew.
"""

from issuer_node.identifiers.custody import (
    ChangeKind,
    Custody,
    complete_changes,
    decide_change,
    open_identifier,
)
from issuer_node.identifiers.keys import KeptKey, KeyState
from issuer_node.identifiers.live import LiveIdentity, NodeIdentity

__all__ = [
    "ChangeKind",
    "Custody",
    "KeptKey",
    "KeyState",
    "LiveIdentity",
    "NodeIdentity",
    "complete_changes",
    "decide_change",
    "open_identifier",
]
