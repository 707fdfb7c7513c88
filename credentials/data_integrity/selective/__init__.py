"""What the suites of base and derived proofs share: pointers, parts of documents, labels, statements, CBOR.

Source: Data Integrity ECDSA Cryptosuites v1.0, section 3.4 (Selective Disclosure Functions).
"""

from credentials.data_integrity.selective.cbor import CborValue, decode_cbor, encode_cbor
from credentials.data_integrity.selective.grouping import (
    Disclosure,
    Group,
    GroupedStatements,
    canonicalize_and_group,
    disclose,
    label_replacement_canonicalize,
    positions,
)
from credentials.data_integrity.selective.labels import (
    HMAC_KEY_BYTES,
    LabelMapFunction,
    hmac_label_map,
    shuffled_label_map,
    strip_blank_node_prefixes,
)
from credentials.data_integrity.selective.pointers import (
    MAXIMUM_POINTER_CHARACTERS,
    MAXIMUM_POINTERS,
    Selection,
    parse_pointer,
    parse_pointers,
    select_json_ld,
    write_pointer,
)

__all__ = [
    "HMAC_KEY_BYTES",
    "MAXIMUM_POINTERS",
    "MAXIMUM_POINTER_CHARACTERS",
    "CborValue",
    "Disclosure",
    "Group",
    "GroupedStatements",
    "LabelMapFunction",
    "Selection",
    "canonicalize_and_group",
    "decode_cbor",
    "disclose",
    "encode_cbor",
    "hmac_label_map",
    "label_replacement_canonicalize",
    "parse_pointer",
    "parse_pointers",
    "positions",
    "select_json_ld",
    "shuffled_label_map",
    "strip_blank_node_prefixes",
    "write_pointer",
]
