"""Adding Data Integrity proofs to a document, and verifying all that it has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from contexts import ContextsError, RecentHashes, TooComplexError, hash_canonical
from credentials.costs import signature_units
from credentials.data_integrity.located_proofs import (
    Expectation,
    KeyFinding,
    LocatedProof,
    locate_proof,
    read_proof,
    try_each,
)
from credentials.data_integrity.options import (
    MAXIMUM_PROOFS,
    ProofOptions,
    check_selective_count,
    input_document,
    previous_proofs,
    read_proofs,
)
from credentials.data_integrity.registry import check_key_fits, find_suite
from credentials.dates import format_date_time_stamp
from credentials.errors import CredentialsError, ProofError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contexts import CanonicalHasher, ContextSelection, ContextStore, WorkBudget
    from credentials.data_integrity.suites import CryptoSuite
    from did.errors import DidError
    from did.keys import PublicKey, Signer
    from did.resolver import Resolver

JsonObject = dict[str, Any]
DEFAULT_SUITE: Final = "eddsa-rdfc-2022"


@dataclass(frozen=True)
class ProofResult:
    """What verified proofs say.

    Args:
        selection_label: which context version held, "" if there was no choice.
        verification_methods: absolute DID URL per proof, in order.
        controllers: DID per proof, in order.
        created: when the expected controller's (else the first) proof was made, if it says so.
        public_keys: the key per proof, in order.
        subject_withheld: whether whom the document is about may be hidden in it; of an SD-JWT.
    """

    selection_label: str
    verification_methods: tuple[str, ...]
    controllers: tuple[str, ...]
    created: datetime | None
    public_keys: tuple[PublicKey, ...] = ()
    subject_withheld: bool = False


def add_proof(
    document: JsonObject,
    *,
    signer: Signer,
    created: datetime | None,
    selection: ContextSelection,
    suite: str = DEFAULT_SUITE,
    proof_purpose: str = "assertionMethod",
    hasher: CanonicalHasher = hash_canonical,
    domain: str | list[str] | None = None,
    challenge: str | None = None,
    nonce: str | None = None,
    expires: datetime | None = None,
    proof_id: str | None = None,
    previous_proof: str | list[str] | None = None,
    mandatory_pointers: Sequence[str] = (),
) -> JsonObject:
    """Sign a document; gives a new one with the proof added, alone or to the set that is there. A suite of
    selective disclosure adds a base proof, which is for the holder alone.

    Args:
        document: any JSON-LD document with an `@context`; not changed.
        signer: the key, with its absolute DID URL.
        created: aware; None leaves the member out.
        selection: context versions to read with; for signing, the newest.
        suite: name of a cryptosuite.
        proof_purpose: "assertionMethod" for a credential, "authentication" for a presentation.
        hasher: hash of canonical N-Quads.
        domain: whom a presentation is for.
        challenge: the verifier's nonce.
        nonce: the maker's own, so that two proofs of one document differ.
        expires: aware; when the proof ends.
        proof_id: URL of the proof, for chains.
        previous_proof: ids of the proofs this one is to stand on.
        mandatory_pointers: JSON Pointers to what the holder cannot leave out; for a suite of selective
            disclosure only.

    Raises:
        ProofError: "unsupported_cryptosuite", "suite_key_mismatch", "proof_invalid_shape",
            "previous_proof_missing", "previous_proof_cycle".
        ContextsError: the document loses data, names an unknown context, or is too complex.

    Source: Data Integrity 1.0, section 4.2 (Add Proof) and 4.3 (Add Proof Set/Chain).
    """
    chosen = find_suite(suite)
    check_key_fits(suite, signer.public_key.key_type)
    options = chosen.type_members | {
        "id": proof_id,
        "created": created and format_date_time_stamp(created),
        "expires": expires and format_date_time_stamp(expires),
        "verificationMethod": signer.verification_method,
        "proofPurpose": proof_purpose,
        "domain": domain,
        "challenge": challenge,
        "nonce": nonce,
        "previousProof": previous_proof,
        # DI-EDDSA, section 3.3.1 step 2: which contexts a proof over JSON secures, should others be added
        "@context": None if chosen.reads_contexts else document.get("@context"),
    }
    options = {name: value for name, value in options.items() if value is not None}
    # what would not be read again is not signed
    ProofOptions.read(options | {"proofValue": "z"})
    present = read_proofs(document) if "proof" in document else []
    if len(present) >= MAXIMUM_PROOFS:
        raise ProofError("proof_invalid_shape", f"more than {MAXIMUM_PROOFS} proofs", pointer="/proof")
    check_selective_count([suite, *(each.get("cryptosuite") for each in present)])
    secured = input_document(document, previous_proofs(options, present))
    value = _proof_value(
        chosen,
        secured,
        options,
        signer=signer,
        hasher=hasher,
        selection=selection,
        mandatory_pointers=mandatory_pointers,
    )
    proofs = [*present, options | {"proofValue": value}]
    return document | {"proof": proofs if len(proofs) > 1 else proofs[0]}


def _proof_value(
    suite: CryptoSuite,
    secured: JsonObject,
    options: JsonObject,
    *,
    signer: Signer,
    hasher: CanonicalHasher,
    selection: ContextSelection,
    mandatory_pointers: Sequence[str],
) -> str:
    if suite.selective is not None:
        return suite.selective.create_base(
            secured, options, signer=signer, selection=selection, mandatory_pointers=mandatory_pointers
        )
    if suite.create is None:
        raise ProofError("unsupported_cryptosuite", f"{suite.name} is verified only")
    if mandatory_pointers:
        raise ProofError("proof_invalid_shape", f"{suite.name} has no selective disclosure")
    return suite.create(secured, options, signer=signer, hasher=hasher, selection=selection)


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
    base_proofs: bool = False,
    assume_utc: bool = False,
    budget: WorkBudget | None = None,
    keys_of_then: bool = False,
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
        hasher: hash of canonical N-Quads.
        expected_domain: exact `domain` that each proof must have, and no other beside it.
        expected_challenge: exact `challenge` that each proof must have.
        skew_seconds: how far `created` may lie ahead of our clock.
        base_proofs: whether base proofs of selective disclosure hold too: for their issuer and their holder,
            who alone are to see them.
        assume_utc: take `created` and `expires` without a zone for UTC, as Data Integrity 1.0 lets a verifier
            do; otherwise they are refused, since two readers could disagree on when a proof ends.
        budget: what this verification may cost with all that belongs to it; None: each document and proof has
            its own limits, and no more.
        keys_of_then: take a key that is not in today's document as it stood when it signed, if the DID's
            history can be had: see `did.past_keys`.

    Raises:
        ProofError: "proof_missing", "proof_invalid_shape", "unsupported_cryptosuite", "legacy_suite",
            "suite_key_mismatch", "proof_purpose_mismatch", "issuer_mismatch", "invalid_signature",
            "proof_expired", "proof_not_yet_valid", "domain_mismatch", "challenge_mismatch",
            "previous_proof_missing", "previous_proof_cycle", "proof_context_mismatch", and what a suite of
            selective disclosure names.
        DidError: the verification method cannot be had, or is not for this purpose.
        ContextsError: the document loses data, names an unknown context, or is too complex.

    Source: Data Integrity 1.0, section 4.4 (Verify Proof) and 4.5 (Verify Proof Sets and Chains).
    """
    proofs = read_proofs(document)
    skew = timedelta(seconds=skew_seconds)
    expect = Expectation(
        expected_proof_purpose, expected_domain, expected_challenge, now, skew, assume_utc=assume_utc
    )
    found, unread = try_each([partial(read_proof, document, proof, expect) for proof in proofs])
    read = [each for each in found if each is not None]
    _check_maker(read, expected_controller, unread)
    finding = KeyFinding(resolver, now, of_then=keys_of_then)
    places, unlocated = try_each([partial(locate_proof, options, finding) for options in read])
    located = [each for each in places if each is not None]
    label = _verify_signatures(
        document,
        proofs,
        located,
        contexts=contexts,
        hasher=hasher,
        base_proofs=base_proofs,
        budget=budget,
    )
    unknown = unread or unlocated
    if unknown is not None:
        # those that can be checked hold: what is not known of the others decides
        raise unknown
    by_expected = [each for each in located if each.method.controller == expected_controller] or located
    return ProofResult(
        selection_label=label,
        verification_methods=tuple(each.options.verification_method for each in located),
        controllers=tuple(each.method.controller for each in located),
        created=by_expected[0].options.created,
        public_keys=tuple(each.method.public_key for each in located),
    )


def _check_maker(
    read: list[ProofOptions], expected_controller: str | None, unread: CredentialsError | DidError | None
) -> None:
    """Check that one of the proofs names a key of the expected controller.

    Before any key is looked up: a stranger's DID must not be fetched to learn that it is a stranger's, nor
    turn a certain mismatch into "could not be checked". A key comes only from the document of the DID in its
    own URL, and only under that DID's control, so that nothing else needs to be compared afterwards.
    """
    makers = [options.verification_method.partition("#")[0] for options in read]
    if expected_controller is not None and expected_controller not in makers:
        if unread is not None:
            # that one may be by whom it should be
            raise unread
        named = ", ".join(makers)[:200]
        raise ProofError("issuer_mismatch", f"{expected_controller} made none of {named}")


@dataclass(frozen=True)
class _Signature:
    """One proof with what it secures."""

    proof: LocatedProof
    secured: JsonObject
    may_be_base: bool

    def verify(self, *, hasher: CanonicalHasher, selection: ContextSelection) -> None:
        suite, options = self.proof.suite, self.proof.options
        signed = (self.secured, options.signed_members, options.proof_value)
        public_key = self.proof.method.public_key
        selection.spend(signature_units(suite, public_key.key_type, options.proof_value))
        if self.may_be_base and suite.selective is not None:
            try:
                return suite.selective.verify_base(*signed, public_key=public_key, selection=selection)
            except ProofError as err:
                if err.code != "derived_proof_not_base":
                    raise
        return suite.verify(*signed, public_key=public_key, hasher=hasher, selection=selection)


def _verify_signatures(
    document: JsonObject,
    proofs: list[JsonObject],
    located: list[LocatedProof],
    *,
    contexts: ContextStore,
    hasher: CanonicalHasher,
    base_proofs: bool,
    budget: WorkBudget | None,
) -> str:
    """Check all signatures of the proofs whose keys are there, and how all proofs stand on each other; tell
    which context versions held, "" if there was no choice.
    """
    if len(located) < len(proofs):
        for proof in proofs:
            previous_proofs(proof, proofs)
    if not located:
        return ""
    signatures = [
        _Signature(
            each, input_document(document, previous_proofs(each.options.signed_members, proofs)), base_proofs
        )
        for each in located
    ]
    if len(signatures) > 1:
        # the proofs of a set are over one document: it is canonicalized once, not once per proof
        hasher = RecentHashes(2 * len(signatures), hasher=hasher)
    # every context is known, also to a suite that reads none: its readers take the terms by their names
    selections = [each.within(budget) for each in contexts.selections(document)]
    over_json = [each for each in signatures if not each.proof.suite.reads_contexts]
    over_statements = [each for each in signatures if each.proof.suite.reads_contexts]
    for each in over_json:
        each.verify(hasher=hasher, selection=selections[0])
    return _verify_statements(over_statements, selections, hasher) if over_statements else ""


def _verify_statements(
    signatures: list[_Signature], selections: Sequence[ContextSelection], hasher: CanonicalHasher
) -> str:
    """Check signatures under one selection of context versions, newest first; tell which one held.

    All must hold under the same selection, or two readers of one document could see two documents.
    """
    first_error: CredentialsError | ContextsError | None = None
    for selection in selections:
        held = 0
        try:
            for each in signatures:
                each.verify(hasher=hasher, selection=selection)
                held += 1
        except (ProofError, ContextsError) as err:
            # what the newest version says is what is told; an older one only gets a try
            first_error = first_error or err
            if held or isinstance(err, TooComplexError):
                # a signature fixes the statements: no other selection says the same and holds for the rest;
                # and what is too complex is not looked at again
                break
        else:
            return selection.label
    raise first_error or ProofError("proof_invalid_shape", "no context selection")
