"""Labels of blank nodes that say nothing about the statements that are held back.

A canonical label (`c14n0`, `c14n1`, ...) depends on everything in the document. What is signed has labels
made with a secret instead, which the holder has and a verifier does not.

Source: Data Integrity ECDSA Cryptosuites v1.0, section 3.4.3 and 3.4.4; Data Integrity BBS Cryptosuites v1.0,
section 3.2.1.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import Final

from did.encodings import encode_base64url

# blank node to its canonical label, and then to the label that replaces it; "_:" before each
LabelMap = Mapping[str, str]
LabelMapFunction = Callable[[LabelMap], dict[str, str]]

HMAC_KEY_BYTES: Final = 32
_PREFIX: Final = "_:"


def hmac_label_map(key: bytes) -> LabelMapFunction:
    """Make the function that replaces each canonical label by "u" and the base64url of its HMAC-SHA-256.

    Args:
        key: HMAC key, 32 bytes.

    Source: Data Integrity ECDSA Cryptosuites v1.0, section 3.4.4 (createHmacIdLabelMapFunction).
    """

    def replace(canonical: LabelMap) -> dict[str, str]:
        return {node: f"{_PREFIX}{_hmac_label(key, label)}" for node, label in canonical.items()}

    return replace


def shuffled_label_map(key: bytes) -> LabelMapFunction:
    """Make the function that replaces canonical labels by `b0`, `b1`, ... in the order of their HMACs.

    Args:
        key: HMAC key, 32 bytes.

    Source: Data Integrity BBS Cryptosuites v1.0, section 3.2.1 (createShuffledIdLabelMapFunction).
    """

    def replace(canonical: LabelMap) -> dict[str, str]:
        labels = {node: _hmac_label(key, label) for node, label in canonical.items()}
        # as texts, not as bytes: base64url has an order of its own
        order = {label: number for number, label in enumerate(sorted(labels.values()))}
        return {node: f"{_PREFIX}b{order[label]}" for node, label in labels.items()}

    return replace


def strip_blank_node_prefixes(labels: LabelMap) -> dict[str, str]:
    """Take "_:" from both sides of a label map, as proof values write it."""
    return {key.removeprefix(_PREFIX): value.removeprefix(_PREFIX) for key, value in labels.items()}


def _hmac_label(key: bytes, label: str) -> str:
    digest = hmac.digest(key, label.removeprefix(_PREFIX).encode(), "sha256")
    return "u" + encode_base64url(digest)
