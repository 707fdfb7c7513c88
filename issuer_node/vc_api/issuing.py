"""Issuing and deriving: a program's credential is checked, given its status, signed, and verified before it
leaves.

Source: VC-API, "Issue Credential" and "Derive Credential"; Data Integrity 1.0, section 4.2 (Add Proof).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contexts import canonicalize
from credentials import derivation
from credentials.data_integrity import DATA_INTEGRITY_CONTEXT, add_proof, verify_proofs
from credentials.data_model import Version, check_context, check_credential_model
from credentials.proof_only import check_proof_only
from credentials.report import Outcome
from credentials.verification import VerificationError
from issuer_node.vc_api.errors import VcApiError
from issuer_node.vc_api.hashing import HashesOfOneSigning
from issuer_node.vc_api.related_resources import check_related_resources
from issuer_node.vc_api.requests import LONGEST_TEXT

if TYPE_CHECKING:
    from credentials.data_integrity.suites import CryptoSuite
    from issuer_node.vc_api.profiles import Envelop, IssuerProfile
    from issuer_node.vc_api.requests import DeriveRequest, IssueRequest
    from issuer_node.vc_api.service import VcApi

JsonObject = dict[str, Any]
_DIRECTED: Final = frozenset({"@value", "@language", "@direction"})


def check_issue_request(api: VcApi, profile: IssuerProfile, request: IssueRequest) -> JsonObject:
    """Check what a profile is asked to sign, before a status is given out for it.

    Returns:
        The credential as it is to be signed, without the status that is asked for.

    Raises:
        DataModelError, DateSyntaxError: it is no credential.
        VcApiError: "issuer_mismatch", "pointers_not_supported", "status_not_supported".
        ContextsError: a term is not defined.
    """
    document = request.credential
    version = check_context(document)
    check_credential_model(document, version)
    check_related_resources(document)
    _check_issuer(document, profile)
    if request.mandatory_pointers is not None and not profile.is_selective:
        raise VcApiError("pointers_not_supported", profile.name, pointer="/options/mandatoryPointers")
    document = _with_proof_terms(document, version, profile.suite)
    if profile.suite is None or not profile.suite.reads_contexts:
        _check_terms(api, document)
    if request.purposes:
        _check_takes_status(document)
    return document


def sign_credential(
    api: VcApi, profile: IssuerProfile, document: JsonObject, request: IssueRequest
) -> JsonObject:
    """Sign what `check_issue_request` gave, with its status in it, as a profile; verified before it leaves.

    Returns:
        The credential with its proof, or the envelope of its JWT or COSE_Sign1.

    Raises:
        CredentialsError, ContextsError: it cannot be signed as it is.
    """
    if profile.envelop is not None:
        return _enveloped(api, profile, profile.envelop, document)
    assert profile.suite is not None
    return _secured(api, profile, profile.suite, document, request)


def _secured(
    api: VcApi, profile: IssuerProfile, suite: CryptoSuite, document: JsonObject, request: IssueRequest
) -> JsonObject:
    """Add a proof, and verify it with the verifier's code before it leaves."""
    now = api.node.now()
    # what was hashed to be signed need not be hashed again to be verified, and is then forgotten
    hasher = HashesOfOneSigning()
    signed = add_proof(
        document,
        signer=profile.signer,
        created=now,
        selection=api.selection_for(document),
        suite=suite.name,
        hasher=hasher,
        mandatory_pointers=request.mandatory_pointers or (),
    )
    verify_proofs(
        signed,
        expected_proof_purpose="assertionMethod",
        expected_controller=profile.did,
        resolver=api.resolver,
        contexts=api.contexts,
        now=now,
        hasher=hasher,
        base_proofs=True,
    )
    return signed


def _enveloped(api: VcApi, profile: IssuerProfile, envelop: Envelop, document: JsonObject) -> JsonObject:
    """Sign a JWT or COSE_Sign1, and verify it with the verifier's code before it leaves."""
    now = api.node.now()
    enveloped = envelop(document, signer=profile.signer, now=now)
    report = check_proof_only(enveloped, context=api.verification, now=now)
    if report.outcome is not Outcome.VALID:
        raise VerificationError(report)
    return enveloped


def _check_terms(api: VcApi, document: JsonObject) -> None:
    """What signs every character looks at no context: that the terms are defined is checked here.

    A text's direction, which RDF has no place for, is then signed all the same.

    Source: VCDM 2.0, sections 4.3 (Contexts) and 6.1 (JSON-LD).
    """
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    canonicalize(_without_directions(unsecured), selection=api.selection_for(document))


def _without_directions(value: Any) -> Any:
    """The same document, whose depth strict JSON bounded, without `@direction` beside `@language`."""
    match value:
        case list():
            return [_without_directions(each) for each in value]
        case dict() if value.keys() == _DIRECTED and value["@direction"] in ("ltr", "rtl"):
            return {name: each for name, each in value.items() if name != "@direction"}
        case dict():
            return {name: _without_directions(each) for name, each in value.items()}
        case _:
            return value


def _check_issuer(document: JsonObject, profile: IssuerProfile) -> None:
    """A profile signs for itself alone: in another's name, a credential would not verify, and lie."""
    issuer = document["issuer"]
    named = issuer["id"] if isinstance(issuer, dict) else issuer
    if named != profile.did:
        raise VcApiError("issuer_mismatch", f"{named}, not {profile.did}", pointer="/credential/issuer")


def _with_proof_terms(document: JsonObject, version: Version, suite: CryptoSuite | None) -> JsonObject:
    """A context of VCDM 1.1 does not define `DataIntegrityProof`, and neither version's an older proof; the
    proof's own one is then added.

    Source: Data Integrity 1.0, section 2.4.1 (Context Injection).
    """
    context = DATA_INTEGRITY_CONTEXT if suite is None else suite.context
    is_defined = version is Version.V2_0 and context == DATA_INTEGRITY_CONTEXT
    if is_defined or context in document["@context"]:
        return document
    return document | {"@context": [*document["@context"], context]}


def _check_takes_status(document: JsonObject) -> None:
    if "credentialStatus" in document:
        raise VcApiError("status_not_supported", "it has one already", pointer="/credential/credentialStatus")
    credential_id = document.get("id")
    if credential_id is not None and len(credential_id) > LONGEST_TEXT:
        raise VcApiError("status_not_supported", "a shorter id is needed", pointer="/credential/id")


def with_status(document: JsonObject, entries: list[JsonObject]) -> JsonObject:
    """Write into a credential the status entries that were given out for it."""
    if not entries:
        return document
    return document | {"credentialStatus": entries if len(entries) > 1 else entries[0]}


def derive_credential(api: VcApi, request: DeriveRequest) -> JsonObject:
    """Make of a credential with a base proof one that shows what is named, and what is mandatory.

    Raises:
        ProofError: no base proof of a selective suite that holds; a pointer that leads nowhere.
        ContextsError: the document loses data, names an unknown context, or is too complex.
        DidError: the verification method cannot be had.
    """
    context = api.verification.bounded()
    return derivation.derive_credential(
        request.credential,
        request.selective_pointers,
        resolver=context.resolver,
        contexts=context.contexts,
        now=api.node.now(),
    )
