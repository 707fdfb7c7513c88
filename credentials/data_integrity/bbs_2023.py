"""bbs-2023: RDFC-1.0, SHA-256, BBS on BLS12-381. The issuer signs each statement; the holder shows some, and
two showings cannot be linked by what is in them of the signature.

The baseline alone: no pseudonyms, no anonymous holder binding, which are optional and drafts still. A proof
that uses them is refused by name ("bbs_feature_unsupported").

Source: Data Integrity BBS Cryptosuites v1.0, sections 3.3 and 3.4.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from contexts import InvalidDocumentError, hash_canonical
from contexts.literals import to_utf8
from credentials import bbs
from credentials.costs import bbs_units
from credentials.data_integrity.bbs_2023_proof_value import BaseProofValue, DerivedProofValue
from credentials.data_integrity.selective import (
    HMAC_KEY_BYTES,
    canonicalize_and_group,
    disclose,
    label_replacement_canonicalize,
    shuffled_label_map,
)
from credentials.data_integrity.suites import CryptoSuite, JsonObject, SelectiveDisclosure
from credentials.errors import ProofError
from did.keys import KeyType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from contexts import CanonicalHasher, ContextSelection
    from did.keys import PublicKey, Signer

_MANDATORY: Final = "mandatory"
# what a BBS error comes to in a proof; the others keep their code
_CODES: Final = {
    "bbs_invalid_signature": "invalid_signature",
    "bbs_invalid_proof": "invalid_signature",
    "bbs_encoding": "proof_invalid_shape",
    "bbs_indexes": "selective_indexes_invalid",
    "bbs_key": "suite_key_mismatch",
}


def create_base(
    document: JsonObject,
    options: JsonObject,
    *,
    signer: Signer,
    selection: ContextSelection,
    mandatory_pointers: Sequence[str],
) -> str:
    """Sign a document for selective disclosure.

    Args:
        document: the unsecured document.
        options: the proof without `proofValue`.
        signer: a BLS12-381 key.
        selection: which versions of the contexts to read with; for signing, the newest.
        mandatory_pointers: JSON pointers to what is to be shown always; each must exist.

    Returns:
        The base `proofValue`, for the holder alone: it gives everything away, and links.

    Raises:
        ProofError: "suite_key_mismatch", "bbs_too_many_messages", "proof_value_too_long", and those of
            pointers.
        ContextsError: the document loses data, names an unknown context, or is too complex.

    Source: section 3.4.1 (Create Base Proof).
    """
    return create_base_with(
        secrets.token_bytes(HMAC_KEY_BYTES),
        document,
        options,
        signer=signer,
        selection=selection,
        mandatory_pointers=mandatory_pointers,
    )


def create_base_with(
    hmac_key: bytes,
    document: JsonObject,
    options: JsonObject,
    *,
    signer: Signer,
    selection: ContextSelection,
    mandatory_pointers: Sequence[str],
) -> str:
    """Sign a document with labels from this key: for test vectors alone, since a second use would link."""
    header, messages = _signed(
        document,
        options,
        hmac_key=hmac_key,
        selection=selection,
        mandatory_pointers=mandatory_pointers,
    )
    with _as_proof_error():
        signature = bbs.messages_signer(signer).sign_messages(header=header, messages=messages)
    return BaseProofValue(
        signature, header, signer.public_key.raw, hmac_key, mandatory_pointers
    ).to_multibase()


def verify_base(
    document: JsonObject,
    options: JsonObject,
    proof_value: str,
    *,
    public_key: PublicKey,
    selection: ContextSelection,
) -> None:
    """Check a base proof with the whole document, as its issuer and its holder do.

    Raises:
        ProofError: "invalid_signature", "proof_invalid_shape", "derived_proof_not_base",
            "bbs_feature_unsupported", "bbs_too_many_messages", and those of pointers.
        ContextsError: the document loses data, names an unknown context, or is too complex.
    """
    base = BaseProofValue.from_multibase(proof_value)
    _check_public_key(base, public_key)
    header, messages = _signed(
        document,
        options,
        hmac_key=base.hmac_key,
        selection=selection,
        mandatory_pointers=base.mandatory_pointers,
    )
    if header != base.header:
        raise ProofError("invalid_signature", "another header than that of the document")
    selection.spend(bbs_units(len(messages)))
    with _as_proof_error():
        bbs.verify(public_key.raw, base.signature, header=header, messages=messages)


def derive(
    document: JsonObject,
    options: JsonObject,  # noqa: ARG001 - a derived proof has the options of its base proof
    proof_value: str,
    *,
    public_key: PublicKey,
    selection: ContextSelection,
    selective_pointers: Sequence[str],
    presentation_header: bytes = b"",
) -> tuple[JsonObject, str]:
    """Keep of a document what its mandatory and the selective pointers name.

    The base proof is not verified here: of one that does not hold, the derived proof does not either.

    Args:
        document: the whole unsecured document; not changed.
        options: the base proof without `proofValue`.
        proof_value: the base `proofValue`.
        public_key: the issuer's.
        selection: which versions of the contexts to read with.
        selective_pointers: JSON pointers to what is shown beside the mandatory; each must exist.
        presentation_header: what the proof is bound to, such as a verifier's nonce.

    Returns:
        The reveal document, unsecured, and the derived `proofValue`.

    Raises:
        ProofError: as for `verify_base`, and "nothing_selected".
        ContextsError: the document, or what would be shown of it, loses data.

    Source: section 3.4.6 (Add Derived Proof), 3.3.3 (createDisclosureData).
    """
    return derive_with(
        bbs.proof_gen,
        document,
        proof_value,
        public_key=public_key,
        selection=selection,
        selective_pointers=selective_pointers,
        presentation_header=presentation_header,
    )


def derive_with(
    proof_gen: Callable[..., bytes],
    document: JsonObject,
    proof_value: str,
    *,
    public_key: PublicKey,
    selection: ContextSelection,
    selective_pointers: Sequence[str],
    presentation_header: bytes,
) -> tuple[JsonObject, str]:
    """Derive with this ProofGen: another than the real one is for test vectors alone."""
    base = BaseProofValue.from_multibase(proof_value)
    _check_public_key(base, public_key)
    label_map = shuffled_label_map(base.hmac_key)
    grouped = canonicalize_and_group(
        document, selection=selection, label_map=label_map, groups={_MANDATORY: base.mandatory_pointers}
    )
    shown = disclose(
        document,
        selection=selection,
        label_map=label_map,
        mandatory_pointers=base.mandatory_pointers,
        selective_pointers=selective_pointers,
    )
    messages = [to_utf8(grouped.lines[index]) for index in grouped.without(_MANDATORY)]
    # its maker has one multiplication more than its verifier
    selection.spend(2 * bbs_units(len(messages)))
    with _as_proof_error():
        proof = proof_gen(
            base.public_key,
            base.signature,
            header=base.header,
            presentation_header=presentation_header,
            messages=messages,
            disclosed_indexes=shown.selective_indexes,
        )
    derived = DerivedProofValue(
        proof, shown.label_map, shown.mandatory_indexes, shown.selective_indexes, presentation_header
    )
    return shown.document, derived.to_multibase()


def verify(
    document: JsonObject,
    options: JsonObject,
    proof_value: str,
    *,
    public_key: PublicKey,
    hasher: CanonicalHasher,
    selection: ContextSelection,
) -> None:
    """Check a derived proof.

    Raises:
        ProofError: "invalid_signature", "proof_invalid_shape", "base_proof_not_derived",
            "bbs_feature_unsupported", "label_map_mismatch", "mandatory_indexes_invalid",
            "selective_indexes_invalid", "bbs_too_many_messages".
        ContextsError: the document loses data, names an unknown context, or is too complex.

    Source: section 3.4.7 (Verify Derived Proof), 3.3.8 (createVerifyData).
    """
    derived = DerivedProofValue.from_multibase(proof_value)
    lines = label_replacement_canonicalize(document, selection=selection, label_map=derived.label_map)
    mandatory, others = _divide(lines, derived.mandatory_indexes)
    header = _hash_options(document, options, hasher=hasher, selection=selection) + _hash_lines(mandatory)
    selection.spend(bbs_units(bbs.undisclosed_count(derived.proof) + len(others)))
    with _as_proof_error():
        bbs.proof_verify(
            public_key.raw,
            derived.proof,
            header=header,
            presentation_header=derived.presentation_header,
            disclosed_messages=[to_utf8(line) for line in others],
            disclosed_indexes=derived.selective_indexes,
        )


def _signed(
    document: JsonObject,
    options: JsonObject,
    *,
    hmac_key: bytes,
    selection: ContextSelection,
    mandatory_pointers: Sequence[str],
) -> tuple[bytes, list[bytes]]:
    """Make what is signed: the header, and a message for each statement that is not mandatory.

    Source: section 3.4.2 (Base Proof Transformation), 3.4.3 (Hashing), 3.4.5 (Serialization, steps 2 and 3).
    """
    grouped = canonicalize_and_group(
        document,
        selection=selection,
        label_map=shuffled_label_map(hmac_key),
        groups={_MANDATORY: mandatory_pointers},
    )
    mandatory = [grouped.lines[index] for index in grouped.groups[_MANDATORY].indexes]
    header = _hash_options(document, options, hasher=hash_canonical, selection=selection)
    messages = [to_utf8(grouped.lines[index]) for index in grouped.without(_MANDATORY)]
    return header + _hash_lines(mandatory), messages


def _hash_options(
    document: JsonObject, options: JsonObject, *, hasher: CanonicalHasher, selection: ContextSelection
) -> bytes:
    """Hash the proof's options, read with the document's own @context; section 3.4.4, step 4."""
    if "@context" not in document:
        raise InvalidDocumentError("no @context")
    return hasher(options | {"@context": document["@context"]}, selection=selection)


def _hash_lines(lines: Sequence[str]) -> bytes:
    return sha256(to_utf8("".join(lines))).digest()


def _divide(lines: Sequence[str], mandatory_indexes: Sequence[int]) -> tuple[list[str], list[str]]:
    if mandatory_indexes and mandatory_indexes[-1] >= len(lines):
        raise ProofError("mandatory_indexes_invalid", "out of range", pointer="/proof/proofValue")
    chosen = frozenset(mandatory_indexes)
    others = [line for index, line in enumerate(lines) if index not in chosen]
    return [lines[index] for index in mandatory_indexes], others


def _check_public_key(base: BaseProofValue, public_key: PublicKey) -> None:
    """See that the key inside is the issuer's: a key that a proof brings along proves nothing."""
    if base.public_key != public_key.raw:
        raise ProofError("invalid_signature", "another key than that of the verification method")


@contextmanager
def _as_proof_error() -> Iterator[None]:
    try:
        yield
    except bbs.BbsError as err:
        code = _CODES.get(err.code, err.code)
        raise ProofError(code, err.detail, pointer="/proof/proofValue") from err


SUITE: Final = CryptoSuite(
    "bbs-2023",
    frozenset({KeyType.BLS12381_G2}),
    create=None,
    verify=verify,
    selective=SelectiveDisclosure(create_base=create_base, verify_base=verify_base, derive=derive),
)
