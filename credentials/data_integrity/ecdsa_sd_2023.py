"""ecdsa-sd-2023: RDFC-1.0, SHA-256, P-256; each statement that may be held back has a signature of its own.

The issuer signs the mandatory statements, the proof options and a public key of this one proof; with that key
each other statement is signed by itself. The holder passes on the signatures of what is shown.

Source: Data Integrity ECDSA Cryptosuites v1.0, sections 3.5 (ecdsa-sd-2023 Functions) and 3.6
(ecdsa-sd-2023).
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Any, Final, Protocol

from contexts import InvalidDocumentError, hash_canonical
from contexts.literals import to_utf8
from credentials.costs import SIGNATURE_UNITS
from credentials.data_integrity.ecdsa_sd_proof_value import (
    HMAC_BYTES,
    MAXIMUM_SIGNATURES,
    MULTIKEY_PREFIX,
    BaseProofValue,
    DerivedProofValue,
)
from credentials.data_integrity.selective.grouping import (
    canonicalize_and_group,
    disclose,
    label_replacement_canonicalize,
)
from credentials.data_integrity.selective.labels import hmac_label_map
from credentials.data_integrity.suites import CryptoSuite, JsonObject, SelectiveDisclosure
from credentials.errors import ProofError
from did.errors import InvalidKeyError, InvalidSignatureError
from did.keys import KeyType, PrivateKey, PublicKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from contexts import CanonicalHasher, ContextSelection
    from did.keys import Signer

NAME: Final = "ecdsa-sd-2023"


class StatementKey(Protocol):
    """The key of one proof; it signs its statements and is then forgotten."""

    @property
    def public_key(self) -> PublicKey: ...

    def sign(self, data: bytes) -> bytes: ...


def sign_base(
    document: JsonObject,
    options: JsonObject,
    *,
    signer: Signer,
    selection: ContextSelection,
    mandatory_pointers: Sequence[str],
    hmac_key: bytes,
    statement_key: StatementKey,
) -> BaseProofValue:
    """Make a base proof with given secrets; everyone but a test calls `SUITE.selective.create_base`.

    Args:
        document: the unsecured document.
        options: the proof without `proofValue`.
        signer: the issuer's P-256 key.
        selection: which versions of the contexts to read with.
        mandatory_pointers: what a holder cannot hold back.
        hmac_key: 32 bytes, never used before.
        statement_key: P-256, never used before.

    Raises:
        ProofError: "pointer_...", "too_many_statements", "proof_invalid_shape".
        ContextsError: the document loses data.

    Source: sections 3.6.2 (Base Proof Transformation) to 3.6.5 (Base Proof Serialization).
    """
    _check_alone(document)
    mandatory, others = _statements(
        document, selection=selection, hmac_key=hmac_key, mandatory_pointers=mandatory_pointers
    )
    public_key = MULTIKEY_PREFIX + statement_key.public_key.raw
    data = _sign_data(
        _proof_hash(document, options, hasher=hash_canonical, selection=selection), public_key, mandatory
    )
    return BaseProofValue(
        base_signature=signer.sign(data),
        public_key=public_key,
        hmac_key=hmac_key,
        signatures=[statement_key.sign(to_utf8(line)) for line in others],
        mandatory_pointers=mandatory_pointers,
    )


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
        signer: the issuer's P-256 key.
        selection: which versions of the contexts to read with; for signing, the newest.
        mandatory_pointers: JSON pointers to what a holder cannot hold back; each must exist.

    Returns:
        The base `proofValue`, for the holder alone: with its HMAC key, what is held back could be guessed.

    Raises:
        ProofError: "too_many_statements", "proof_invalid_shape", and those of `canonicalize_and_group`.
        ContextsError: the document loses data, names an unknown context, or is too complex.

    Source: section 3.6.1 (Create Base Proof).
    """
    value = sign_base(
        document,
        options,
        signer=signer,
        selection=selection,
        mandatory_pointers=mandatory_pointers,
        hmac_key=secrets.token_bytes(HMAC_BYTES),
        statement_key=PrivateKey.generate(KeyType.P256),
    )
    return value.to_multibase()


def verify_base(
    document: JsonObject,
    options: JsonObject,
    proof_value: str,
    *,
    public_key: PublicKey,
    selection: ContextSelection,
) -> None:
    """Check a base proof with the whole document: whatever is shown of it will hold.

    Raises:
        ProofError: "invalid_signature", "signature_count_mismatch", "proof_invalid_shape",
            "derived_proof_not_base", "too_many_statements", and those of `canonicalize_and_group`.
        ContextsError: the document loses data, names an unknown context, or is too complex.
    """
    value = BaseProofValue.from_multibase(proof_value)
    _check_alone(document)
    mandatory, others = _statements(
        document,
        selection=selection,
        hmac_key=value.hmac_key,
        mandatory_pointers=value.mandatory_pointers,
    )
    proof_hash = _proof_hash(document, options, hasher=hash_canonical, selection=selection)
    _verify_signatures(value, proof_hash, mandatory, others, public_key=public_key, selection=selection)


def derive(
    document: JsonObject,
    options: JsonObject,  # noqa: ARG001 - a derived proof has the options of its base proof
    proof_value: str,
    *,
    public_key: PublicKey,  # noqa: ARG001 - for suites whose derivation needs it
    selection: ContextSelection,
    selective_pointers: Sequence[str],
) -> tuple[JsonObject, str]:
    """Keep of a document what its mandatory and the selective pointers name.

    The base proof is not verified here: of one that does not hold, the derived proof does not either.

    Args:
        document: the whole unsecured document; not changed.
        options: of the base proof; the derived proof has the same.
        proof_value: of the base proof.
        public_key: of the issuer.
        selection: which versions of the contexts to read with: those under which the base proof holds.
        selective_pointers: JSON pointers to what is shown beside the mandatory; each must exist.

    Returns:
        What is shown, unsecured, and its derived `proofValue`.

    Raises:
        ProofError: "nothing_selected", "signature_count_mismatch", "proof_invalid_shape",
            "derived_proof_not_base", and those of `disclose`.
        ContextsError: the document, or what would be shown of it, loses data.

    Source: section 3.6.6 (Add Derived Proof) with 3.5.4 (createDisclosureData).
    """
    base = BaseProofValue.from_multibase(proof_value)
    _check_alone(document)
    disclosure = disclose(
        document,
        selection=selection,
        label_map=hmac_label_map(base.hmac_key),
        mandatory_pointers=base.mandatory_pointers,
        selective_pointers=selective_pointers,
    )
    if disclosure.non_mandatory_count != len(base.signatures):
        raise ProofError("signature_count_mismatch", pointer="/proof/proofValue")
    derived = DerivedProofValue(
        base_signature=base.base_signature,
        public_key=base.public_key,
        signatures=[base.signatures[index] for index in disclosure.selective_indexes],
        label_map=disclosure.label_map,
        mandatory_indexes=disclosure.mandatory_indexes,
    )
    return disclosure.document, derived.to_multibase()


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
        ProofError: "invalid_signature", "signature_count_mismatch", "label_map_mismatch",
            "mandatory_indexes_invalid", "proof_invalid_shape", "base_proof_not_derived",
            "too_many_statements".
        ContextsError: the document loses data, names an unknown context, or is too complex.

    Source: section 3.6.7 (Verify Derived Proof) with 3.5.9 (createVerifyData).
    """
    value = DerivedProofValue.from_multibase(proof_value)
    lines = label_replacement_canonicalize(document, selection=selection, label_map=value.label_map)
    if value.mandatory_indexes and value.mandatory_indexes[-1] >= len(lines):
        raise ProofError("mandatory_indexes_invalid", "out of range", pointer="/proof/proofValue")
    indexes = frozenset(value.mandatory_indexes)
    mandatory = [line for index, line in enumerate(lines) if index in indexes]
    others = [line for index, line in enumerate(lines) if index not in indexes]
    proof_hash = _proof_hash(document, options, hasher=hasher, selection=selection)
    _verify_signatures(value, proof_hash, mandatory, others, public_key=public_key, selection=selection)


def _statements(
    document: JsonObject,
    *,
    selection: ContextSelection,
    hmac_key: bytes,
    mandatory_pointers: Sequence[str],
) -> tuple[list[str], list[str]]:
    """Give the mandatory statements of a document, and the others.

    Source: section 3.6.2 (Base Proof Transformation).
    """
    grouped = canonicalize_and_group(
        document,
        selection=selection,
        label_map=hmac_label_map(hmac_key),
        groups={"mandatory": mandatory_pointers},
    )
    others = grouped.without("mandatory")
    if len(others) > MAXIMUM_SIGNATURES:
        raise ProofError("too_many_statements", f"{len(others)}")
    mandatory = grouped.groups["mandatory"].indexes
    return [grouped.lines[index] for index in mandatory], [grouped.lines[index] for index in others]


def _check_alone(document: JsonObject) -> None:
    """Refuse a document with the proof that this one is to stand on: what is derived would not have it."""
    if "proof" in document:
        raise ProofError(
            "proof_invalid_shape", "a base proof stands on no other proof", pointer="/proof/previousProof"
        )


def _proof_hash(
    document: JsonObject, options: JsonObject, *, hasher: CanonicalHasher, selection: ContextSelection
) -> bytes:
    if "@context" not in document:
        raise InvalidDocumentError("no @context")
    # 3.6.4 step 4: the proof options are read with the document's own @context
    configuration: dict[str, Any] = options | {"@context": document["@context"]}
    return hasher(configuration, selection=selection)


def _sign_data(proof_hash: bytes, public_key: bytes, mandatory: Iterable[str]) -> bytes:
    """Source: sections 3.5.1 (serializeSignData) and 3.4.17 (hashMandatoryNQuads)."""
    return proof_hash + public_key + hashlib.sha256(to_utf8("".join(mandatory))).digest()


def _verify_signatures(
    value: BaseProofValue | DerivedProofValue,
    proof_hash: bytes,
    mandatory: Iterable[str],
    others: Sequence[str],
    *,
    public_key: PublicKey,
    selection: ContextSelection,
) -> None:
    """Check the issuer's signature first, since it vouches for the key of the others."""
    if len(value.signatures) != len(others):
        raise ProofError("signature_count_mismatch", pointer="/proof/proofValue")
    units = SIGNATURE_UNITS[KeyType.P256]
    try:
        selection.spend(units)
        public_key.verify(value.base_signature, _sign_data(proof_hash, value.public_key, mandatory))
        # no one but the issuer can make us do these
        selection.spend(units * len(others))
        statement_key = PublicKey(KeyType.P256, value.public_key.removeprefix(MULTIKEY_PREFIX))
        for signature, line in zip(value.signatures, others, strict=True):
            statement_key.verify(signature, to_utf8(line))
    except InvalidSignatureError as err:
        raise ProofError("invalid_signature") from err
    except InvalidKeyError as err:
        raise ProofError("proof_invalid_shape", f"proofValue: {err}", pointer="/proof/proofValue") from err


SUITE: Final = CryptoSuite(
    NAME,
    frozenset({KeyType.P256}),
    create=None,
    verify=verify,
    selective=SelectiveDisclosure(create_base, verify_base, derive),
)
