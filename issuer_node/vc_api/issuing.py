"""Issuing and deriving: a program's credential is checked, given its status, signed, and verified before it
leaves.

Source: VC-API, "Issue Credential" and "Derive Credential"; Data Integrity 1.0, section 4.2 (Add Proof).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contexts import RecentHashes, canonicalize
from credentials import derivation
from credentials.data_integrity import add_proof, verify_proofs
from credentials.data_model import Version, check_context, check_credential_model
from credentials.jose.signing import envelop_credential, sign_jwt_credential
from credentials.proof_only import check_proof_only
from credentials.report import Outcome
from credentials.verification import VerificationError
from issuer_node.vc_api.errors import VcApiError
from issuer_node.vc_api.related_resources import check_related_resources
from issuer_node.vc_api.requests import LONGEST_TEXT

if TYPE_CHECKING:
    from credentials.data_integrity.suites import CryptoSuite
    from issuer_node.vc_api.profiles import IssuerProfile
    from issuer_node.vc_api.requests import DeriveRequest, IssueRequest
    from issuer_node.vc_api.service import VcApi

JsonObject = dict[str, Any]
_HASHES: Final = 8  # of the document and its options, for each of the proofs that it can have
_DIRECTED: Final = frozenset({"@value", "@language", "@direction"})
_DATA_INTEGRITY: Final = "https://w3id.org/security/data-integrity/v2"


def issue_credential(api: VcApi, profile: IssuerProfile, request: IssueRequest) -> JsonObject:
    """Sign a credential as a profile.

    Returns:
        The credential with its proof, or the envelope of its JWT.

    Raises:
        DataModelError, DateSyntaxError: it is no credential.
        VcApiError: "issuer_mismatch", "pointers_not_supported", "status_not_supported".
        CredentialsError, ContextsError: it cannot be signed as it is.
    """
    document = request.credential
    version = check_context(document)
    check_credential_model(document, version)
    check_related_resources(document)
    _check_issuer(document, profile)
    if request.mandatory_pointers is not None and not profile.is_selective:
        raise VcApiError("pointers_not_supported", profile.name, pointer="/options/mandatoryPointers")
    document = _with_proof_terms(document, version)
    if profile.suite is None or not profile.suite.reads_contexts:
        _check_terms(api, document)
    document = _with_status(api, profile, document, request.purposes)
    if profile.suite is None:
        return _enveloped(api, profile, document)
    return _secured(api, profile, profile.suite, document, request)


def _secured(
    api: VcApi, profile: IssuerProfile, suite: CryptoSuite, document: JsonObject, request: IssueRequest
) -> JsonObject:
    """Add a proof, and verify it with the verifier's code before it leaves."""
    now = api.node.now()
    # what was hashed to be signed need not be hashed again to be verified, and is then forgotten
    hasher = RecentHashes(_HASHES)
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


def _enveloped(api: VcApi, profile: IssuerProfile, document: JsonObject) -> JsonObject:
    """Sign a JWT, and verify it with the verifier's code before it leaves."""
    now = api.node.now()
    enveloped = envelop_credential(sign_jwt_credential(document, signer=profile.signer, now=now))
    report = check_proof_only(enveloped, context=api.verification(), now=now)
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


def _with_proof_terms(document: JsonObject, version: Version) -> JsonObject:
    """A context of VCDM 1.1 does not define `DataIntegrityProof`; the proof's own one is then added.

    Source: Data Integrity 1.0, section 2.4.1 (Context Injection).
    """
    if version is not Version.V1_1 or _DATA_INTEGRITY in document["@context"]:
        return document
    return document | {"@context": [*document["@context"], _DATA_INTEGRITY]}


def _with_status(
    api: VcApi, profile: IssuerProfile, document: JsonObject, purposes: tuple[str, ...]
) -> JsonObject:
    if not purposes:
        return document
    if "credentialStatus" in document:
        raise VcApiError("status_not_supported", "it has one already", pointer="/credential/credentialStatus")
    credential_id = document.get("id")
    if credential_id is not None and len(credential_id) > LONGEST_TEXT:
        raise VcApiError("status_not_supported", "a shorter id is needed", pointer="/credential/id")
    entries = api.lists.give_out(profile, purposes, credential_id=credential_id)
    return document | {"credentialStatus": entries if len(entries) > 1 else entries[0]}


def derive_credential(api: VcApi, request: DeriveRequest) -> JsonObject:
    """Make of a credential with a base proof one that shows what is named, and what is mandatory.

    Raises:
        ProofError: no base proof of a selective suite that holds; a pointer that leads nowhere.
        ContextsError: the document loses data, names an unknown context, or is too complex.
        DidError: the verification method cannot be had.
    """
    context = api.verification().bounded()
    return derivation.derive_credential(
        request.credential,
        request.selective_pointers,
        resolver=context.resolver,
        contexts=context.contexts,
        now=api.node.now(),
    )
