"""Adding Data Integrity proofs to a document, and verifying all that it has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from contexts import ContextsError, RecentHashes, hash_canonical
from credentials.data_integrity.options import ProofOptions, previous_proofs, read_proofs
from credentials.data_integrity.registry import check_key_fits, find_suite
from credentials.dates import format_date_time_stamp
from credentials.errors import CredentialsError, ProofError
from credentials.report import Outcome, outcome_of_code
from did.document import Relationship
from did.errors import DidError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contexts import CanonicalHasher, ContextSelection, ContextStore
    from did.document import VerificationMethod
    from did.keys import Signer
    from did.resolver import Resolver

JsonObject = dict[str, Any]
_Made = TypeVar("_Made")
DEFAULT_SUITE: Final = "eddsa-rdfc-2022"
_RELATIONSHIPS: Final = {each.value: each for each in Relationship}


@dataclass(frozen=True)
class ProofResult:
    """What verified proofs say.

    Args:
        selection_label: which context version held, "" if there was no choice.
        verification_methods: absolute DID URL per proof, in order.
        controllers: DID per proof, in order.
        created: when the expected controller's (else the first) proof was made, if it says so.
    """

    selection_label: str
    verification_methods: tuple[str, ...]
    controllers: tuple[str, ...]
    created: datetime | None


@dataclass(frozen=True)
class _Located:
    """A proof whose shape, purpose and time are right, with the key that its verification method stands
    for.
    """

    options: ProofOptions
    method: VerificationMethod


def add_proof(
    document: JsonObject,
    *,
    signer: Signer,
    created: datetime | None,
    selection: ContextSelection,
    suite: str = DEFAULT_SUITE,
    proof_purpose: str = "assertionMethod",
    hasher: CanonicalHasher = hash_canonical,
    domain: str | None = None,
    challenge: str | None = None,
    expires: datetime | None = None,
    proof_id: str | None = None,
    previous_proof: str | list[str] | None = None,
) -> JsonObject:
    """Sign a document; gives a new one with the proof added, alone or to the set that is there.

    Args:
        document: any JSON-LD document with an `@context`; not changed.
        signer: the key, with its absolute DID URL.
        created: aware; None leaves the member out.
        selection: context versions to read with; for signing, the newest.
        suite: name of a cryptosuite.
        proof_purpose: "assertionMethod" for a credential, "authentication" for a presentation.
        hasher: SHA-256 of canonical N-Quads.
        domain: whom a presentation is for.
        challenge: the verifier's nonce.
        expires: aware; when the proof ends.
        proof_id: URL of the proof, for chains.
        previous_proof: ids of the proofs this one is to stand on.

    Raises:
        ProofError: "unsupported_cryptosuite", "suite_key_mismatch", "proof_invalid_shape".
        ContextsError: the document loses data, names an unknown context, or is too complex.

    Source: Data Integrity 1.0, section 4.1 (Add Proof) and 4.2 (Add Proof Set/Chain).
    """
    chosen = find_suite(suite)
    check_key_fits(suite, signer.public_key.key_type)
    options = {
        "type": "DataIntegrityProof",
        "id": proof_id,
        "cryptosuite": suite,
        "created": created and format_date_time_stamp(created),
        "expires": expires and format_date_time_stamp(expires),
        "verificationMethod": signer.verification_method,
        "proofPurpose": proof_purpose,
        "domain": domain,
        "challenge": challenge,
        "previousProof": previous_proof,
    }
    options = {name: value for name, value in options.items() if value is not None}
    present = _proofs_of(document)
    secured = _input_document(document, previous_proofs(options, present))
    if chosen.create is None:
        raise ProofError("unsupported_cryptosuite", f"{suite} makes base proofs alone")
    value = chosen.create(secured, options, signer=signer, hasher=hasher, selection=selection)
    proofs = [*present, options | {"proofValue": value}]
    return document | {"proof": proofs if len(proofs) > 1 else proofs[0]}


def _proofs_of(document: JsonObject) -> list[JsonObject]:
    return read_proofs(document) if "proof" in document else []


def _input_document(document: JsonObject, standing_on: list[JsonObject]) -> JsonObject:
    """Give what a proof secures: the document, without proofs save those it stands on.

    Source: Data Integrity 1.0, section 4.5 (Verify Proof Sets and Chains), step 3.3.
    """
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    return unsecured | {"proof": standing_on} if standing_on else unsecured


def verify_proofs(
    document: JsonObject,
    *,
    expected_proof_purpose: str,
    expected_controller: str | None,
    resolver: Resolver,
    contexts: ContextStore,
    now: datetime,
    hasher: CanonicalHasher = hash_canonical,
    expected_domain: str | None = None,
    expected_challenge: str | None = None,
    skew_seconds: int = 60,
) -> ProofResult:
    """Verify every proof of a document. All must hold, and one must be by the expected controller.

    Args:
        document: the secured document.
        expected_proof_purpose: "assertionMethod" or "authentication".
        expected_controller: DID that must have made at least one of the proofs. None checks the proofs alone
            and says nothing about who made them: only for a caller that decides that itself.
        resolver: dereferences verification methods; a key is never taken from anywhere else.
        contexts: the closed world.
        now: aware UTC.
        hasher: SHA-256 of canonical N-Quads.
        expected_domain: exact `domain` that each proof must have.
        expected_challenge: exact `challenge` that each proof must have.
        skew_seconds: how far `created` may lie ahead of our clock.

    Raises:
        ProofError: "proof_missing", "proof_invalid_shape", "unsupported_cryptosuite", "legacy_suite",
            "suite_key_mismatch", "proof_purpose_mismatch", "issuer_mismatch", "controller_mismatch",
            "invalid_signature", "proof_expired", "proof_not_yet_valid", "domain_mismatch",
            "challenge_mismatch", "previous_proof_missing", "previous_proof_cycle".
        DidError: the verification method cannot be had, or is not for this purpose.
        ContextsError: the document loses data, names an unknown context, or is too complex.

    Source: Data Integrity 1.0, section 4.4 (Verify Proof) and 4.5 (Verify Proof Sets and Chains).
    """
    proofs = read_proofs(document)
    expect = _Expectation(
        expected_proof_purpose, expected_domain, expected_challenge, now, timedelta(seconds=skew_seconds)
    )
    read = _all_or_worst([partial(_read, proof, expect) for proof in proofs])
    _check_maker(read, expected_controller)
    located = _all_or_worst([partial(_locate, options, resolver) for options in read])
    controllers = tuple(each.method.controller for each in located)
    selection = _verify_signatures(document, proofs, located, contexts=contexts, hasher=hasher)
    by_expected = [each for each in located if each.method.controller == expected_controller] or located
    return ProofResult(
        selection_label=selection.label,
        verification_methods=tuple(each.options.verification_method for each in located),
        controllers=controllers,
        created=by_expected[0].options.created,
    )


@dataclass(frozen=True)
class _Expectation:
    proof_purpose: str
    domain: str | None
    challenge: str | None
    now: datetime
    skew: timedelta


def _read(proof: JsonObject, expect: _Expectation) -> ProofOptions:
    """Do all that can be done with one proof before anything is fetched."""
    options = ProofOptions.read(proof)
    _check_expectations(options, expect)
    return options


def _check_maker(read: list[ProofOptions], expected_controller: str | None) -> None:
    """Check that one of the proofs names a key of the expected controller.

    Before any key is looked up: a stranger's DID must not be fetched to learn that it is a stranger's, nor
    turn a certain mismatch into "could not be checked". A key comes only from the document of the DID in its
    own URL, and only under that DID's control, so that nothing else needs to be compared afterwards.
    """
    makers = [options.verification_method.partition("#")[0] for options in read]
    if expected_controller is not None and expected_controller not in makers:
        named = ", ".join(makers)[:200]
        raise ProofError("issuer_mismatch", f"{expected_controller} made none of {named}")


def _locate(options: ProofOptions, resolver: Resolver) -> _Located:
    """Find the key of a proof, and see that the suite takes it."""
    relationship = _RELATIONSHIPS.get(options.proof_purpose)
    if relationship is None:
        raise ProofError("proof_purpose_mismatch", options.proof_purpose[:80], pointer="/proof/proofPurpose")
    # a method listed here but controlled by another never comes out of this ("controller_mismatch")
    method = resolver.dereference(options.verification_method, relationship=relationship)
    check_key_fits(options.cryptosuite, method.public_key.key_type)
    find_suite(options.cryptosuite)
    return _Located(options, method)


def _check_expectations(options: ProofOptions, expect: _Expectation) -> None:
    if options.proof_purpose != expect.proof_purpose:
        raise ProofError("proof_purpose_mismatch", options.proof_purpose[:80], pointer="/proof/proofPurpose")
    if options.created is not None and options.created > expect.now + expect.skew:
        raise ProofError("proof_not_yet_valid", pointer="/proof/created")
    if options.expires is not None and options.expires <= expect.now:
        raise ProofError("proof_expired", pointer="/proof/expires")
    if expect.domain is not None and options.domain != expect.domain:
        raise ProofError("domain_mismatch", pointer="/proof/domain")
    if expect.challenge is not None and options.challenge != expect.challenge:
        raise ProofError("challenge_mismatch", pointer="/proof/challenge")


def _all_or_worst(steps: Sequence[Callable[[], _Made]]) -> list[_Made]:
    """Run every step; if some fail, raise a proven failure rather than one that could not be checked."""
    made: list[_Made] = []
    errors: list[CredentialsError | DidError] = []
    for step in steps:
        try:
            made.append(step())
        except (CredentialsError, DidError) as err:
            errors.append(err)
    if errors:
        raise min(errors, key=lambda err: outcome_of_code(err.code) is Outcome.INDETERMINATE)
    return made


def _verify_signatures(
    document: JsonObject,
    proofs: list[JsonObject],
    located: list[_Located],
    *,
    contexts: ContextStore,
    hasher: CanonicalHasher,
) -> ContextSelection:
    """Check all signatures under one selection of context versions, newest first; tell which one held.

    All proofs must hold under the same selection, or two readers of one document could see two documents.
    """
    inputs = [_input_document(document, previous_proofs(proof, proofs)) for proof in proofs]
    if len(inputs) > 1:
        # the proofs of a set are over one document: it is canonicalized once, not once per proof
        hasher = RecentHashes(2 * len(inputs), hasher=hasher)
    first_error: CredentialsError | ContextsError | None = None
    for selection in contexts.selections(document):
        held = 0
        try:
            for each, secured in zip(located, inputs, strict=True):
                _verify_signature(each, secured, hasher=hasher, selection=selection)
                held += 1
        except (ProofError, ContextsError) as err:
            # what the newest version says is what is told; an older one only gets a try
            first_error = first_error or err
            if held:
                # a signature fixes the statements: no other selection says the same and holds for the rest
                break
        else:
            return selection
    raise first_error or ProofError("proof_invalid_shape", "no context selection")


def _verify_signature(
    located: _Located,
    secured: JsonObject,
    *,
    hasher: CanonicalHasher,
    selection: ContextSelection,
) -> None:
    find_suite(located.options.cryptosuite).verify(
        secured,
        located.options.signed_members,
        located.options.proof_value,
        public_key=located.method.public_key,
        hasher=hasher,
        selection=selection,
    )
