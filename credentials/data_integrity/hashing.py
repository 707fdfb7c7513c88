"""What `eddsa-rdfc-2022`, `eddsa-jcs-2022`, `ecdsa-rdfc-2019` and `ecdsa-jcs-2019` share: they sign the hash
of the proof's options, then the hash of the document. How either becomes bytes, and the key, is what differs.

Source: Data Integrity EdDSA Cryptosuites v1.0 (DI-EDDSA), section 3; Data Integrity ECDSA Cryptosuites v1.0
(DI-ECDSA), sections 3.2 and 3.3.
"""

from __future__ import annotations

import hashlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol

from contexts import InvalidDocumentError, jcs
from contexts.limits import CANONICAL_JSON_OF_A_UNIT
from credentials.data_integrity.proof_value import decode_proof_value, encode_proof_value
from credentials.data_integrity.suites import DATA_INTEGRITY_CONTEXT, CryptoSuite, JsonObject
from credentials.errors import ProofError
from did.errors import InvalidSignatureError
from did.keys import KeyType

if TYPE_CHECKING:
    from contexts import CanonicalHasher, ContextSelection, HashAlgorithm
    from did.keys import PublicKey, Signer

# DI-ECDSA, sections 3.2.4 and 3.3.4: as strong as the curve, in the canonicalization too
_HASH_ALGORITHMS: Final = MappingProxyType[KeyType, "HashAlgorithm"](
    {KeyType.ED25519: "sha256", KeyType.P256: "sha256", KeyType.P384: "sha384"}
)
_SIGNATURE_BYTES: Final = MappingProxyType({KeyType.ED25519: 64, KeyType.P256: 64, KeyType.P384: 96})


class HashData(Protocol):
    """Make the bytes that are signed: the hash of the proof's options, then the hash of the document."""

    def __call__(
        self,
        document: JsonObject,
        options: JsonObject,
        *,
        hasher: CanonicalHasher,
        selection: ContextSelection,
        algorithm: HashAlgorithm = "sha256",
    ) -> bytes: ...


def hash_statements(
    document: JsonObject,
    options: JsonObject,
    *,
    hasher: CanonicalHasher,
    selection: ContextSelection,
    algorithm: HashAlgorithm = "sha256",
) -> bytes:
    """Hash what the document and the options state (the `rdfc` suites).

    Args:
        document: the unsecured document (for a proof chain, with the proofs it stands on).
        options: the proof without `proofValue`.
        hasher: hash of canonical N-Quads.
        selection: which versions of the contexts to read with.
        algorithm: of the hashes, and of the canonicalization.

    Raises:
        ContextsError: the document loses data, names an unknown context, or is too complex.

    Source: DI-EDDSA, section 3.2.4 (Hashing), with 3.2.3 (Transformation) and 3.2.5 (Proof Configuration)
    inside `hasher`; DI-ECDSA, 3.2.3 to 3.2.5.
    """
    if "@context" not in document:
        raise InvalidDocumentError("no @context")
    # 3.2.5 step 4: the proof options are read with the document's own @context
    configuration = options | {"@context": document["@context"]}
    return hasher(configuration, selection=selection, algorithm=algorithm) + hasher(
        document, selection=selection, algorithm=algorithm
    )


def hash_json(
    document: JsonObject,
    options: JsonObject,
    *,
    hasher: CanonicalHasher,  # noqa: ARG001 - nothing is read with a context here
    selection: ContextSelection,
    algorithm: HashAlgorithm = "sha256",
) -> bytes:
    """Hash the document and the options as JSON (the `jcs` suites).

    Every member, name and order of an array is signed as it stands, whether or not a context defines it. So
    nothing can be lost or said in other words, and what `hash_statements` refuses for that (an undefined
    term, a null, a value that stands there twice) is here a part of what was signed, and shown.

    Args:
        document: as for `hash_statements`.
        options: the proof without `proofValue`; its `@context`, if it has one, begins the document's (see
            `options.check_proof_context`).
        hasher: not used.
        selection: of it, the budget alone.
        algorithm: of the hashes.

    Raises:
        StrictJsonError: no JSON that every reader understands alike.

    Source: DI-EDDSA, sections 3.3.2 (Verify Proof, step 4.2) to 3.3.5; DI-ECDSA, 3.3.2 to 3.3.5.
    """
    # 3.3.2 step 4.2: contexts that were added after this proof was made are not a part of what it secures
    if "@context" in options:
        document = document | {"@context": options["@context"]}
    parts = [jcs.canonicalize(each) for each in (options, document)]
    selection.spend(sum(map(len, parts)) // CANONICAL_JSON_OF_A_UNIT)
    return b"".join(hashlib.new(algorithm, each).digest() for each in parts)


def hashing_suite(
    name: str, key_types: frozenset[KeyType], hash_data: HashData, *, context: str = DATA_INTEGRITY_CONTEXT
) -> CryptoSuite:
    """Make a suite that signs what `hash_data` gives.

    Args:
        name: the `cryptosuite` value, or the type of an older proof.
        key_types: the only key types it may be used with; they decide the hash.
        hash_data: makes the bytes that are signed.
        context: the one that defines its proofs.
    """

    def create(
        document: JsonObject,
        options: JsonObject,
        *,
        signer: Signer,
        hasher: CanonicalHasher,
        selection: ContextSelection,
    ) -> str:
        algorithm = _HASH_ALGORITHMS[signer.public_key.key_type]
        data = hash_data(document, options, hasher=hasher, selection=selection, algorithm=algorithm)
        return encode_proof_value(signer.sign(data))

    def verify(
        document: JsonObject,
        options: JsonObject,
        proof_value: str,
        *,
        public_key: PublicKey,
        hasher: CanonicalHasher,
        selection: ContextSelection,
    ) -> None:
        signature = decode_proof_value(proof_value, length=_SIGNATURE_BYTES[public_key.key_type])
        algorithm = _HASH_ALGORITHMS[public_key.key_type]
        data = hash_data(document, options, hasher=hasher, selection=selection, algorithm=algorithm)
        try:
            public_key.verify(signature, data)
        except InvalidSignatureError as err:
            raise ProofError("invalid_signature") from err

    return CryptoSuite(
        name,
        key_types,
        create=create,
        verify=verify,
        reads_contexts=hash_data is not hash_json,
        context=context,
    )
