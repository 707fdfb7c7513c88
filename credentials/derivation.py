"""Selective disclosure as one verb: from what the issuer gave the holder, to what the holder shows.

A credential with a Data Integrity base proof is a JSON object, and so is what is derived from it: that stands
here. A credential that is a string is an SD-JWT, whose own module derives it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, overload

from contexts import ContextsError, TooComplexError, WorkBudget
from credentials.costs import signature_units
from credentials.data_integrity.located_proofs import (
    Expectation,
    KeyFinding,
    LocatedProof,
    locate_proof,
    read_proof,
)
from credentials.data_integrity.options import input_document, read_proofs
from credentials.data_integrity.registry import SUITES
from credentials.data_integrity.selective import parse_pointers
from credentials.errors import ProofError
from credentials.sd_jwt import derive_sd_jwt
from credentials.steps import read_json_object

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from contexts import ContextSelection, ContextStore
    from credentials.data_integrity.suites import SelectiveDisclosure
    from did.resolver import Resolver

JsonObject = dict[str, Any]
_PURPOSE = "assertionMethod"


@overload
def derive_credential(
    credential: bytes | JsonObject,
    pointers: Sequence[str],
    *,
    resolver: Resolver,
    contexts: ContextStore,
    now: datetime,
    suite: str | None = None,
    skew_seconds: int = 60,
) -> JsonObject: ...


@overload
def derive_credential(
    credential: str,
    pointers: Sequence[str],
    *,
    resolver: Resolver,
    contexts: ContextStore,
    now: datetime,
    suite: str | None = None,
    skew_seconds: int = 60,
) -> str: ...


def derive_credential(
    credential: bytes | JsonObject | str,
    pointers: Sequence[str],
    *,
    resolver: Resolver,
    contexts: ContextStore,
    now: datetime,
    suite: str | None = None,
    skew_seconds: int = 60,
) -> JsonObject | str:
    """Derive a credential that shows what its issuer made mandatory and what the pointers name, and no more.

    The base proof is verified on the way, under each selection of context versions, newest first; whether its
    key is the issuer's was seen when the credential was received. Other proofs of the set stay behind: they
    are over the whole document. All of it together may cost what one verification may.

    Args:
        credential: with a base proof, alone or in a set; not changed. Text: an SD-JWT, of which the further
            arguments say nothing.
        pointers: JSON Pointers (RFC 6901) into the credential.
        resolver: dereferences the base proof's verification method.
        contexts: the closed world.
        now: aware UTC.
        suite: name of the cryptosuite to derive with; None: of the only base proof that there is.
        skew_seconds: how far `created` may lie ahead of our clock.

    Returns:
        The credential with one derived proof; an SD-JWT with the disclosures that are left.

    Raises:
        ProofError: "no_base_proof", "several_base_proofs", "pointer_syntax", "pointer_not_found",
            "too_many_pointers", and as `verify_proofs` says.
        DidError: the verification method cannot be had, or is not for assertions.
        ContextsError: no strict JSON, or as `contexts.canonicalize` says.
        DataModelError: "not_an_object".
        SdJwtError: as `derive_sd_jwt` says.

    Source: Data Integrity ECDSA Cryptosuites v1.0, section 3.6.6 (Add Derived Proof (ecdsa-sd-2023)); Data
    Integrity BBS Cryptosuites v1.0, section 3.4.3 (Add Derived Proof (bbs-2023)).
    """
    if isinstance(credential, str):
        return derive_sd_jwt(credential, pointers)
    parse_pointers(pointers)
    budget = WorkBudget()
    document = read_json_object(credential, budget=budget)
    proof = _base_proof(read_proofs(document), suite)
    options = read_proof(
        document, proof, Expectation(_PURPOSE, None, None, now, timedelta(seconds=skew_seconds))
    )
    located = locate_proof(options, KeyFinding(resolver, now))
    if located.suite.selective is None:
        raise ProofError("no_base_proof", located.suite.name, pointer="/proof")
    secured = input_document(document, [])
    selections = [each.within(budget) for each in contexts.selections(secured)]
    selection = _selection_that_holds(located, located.suite.selective, secured, selections)
    selection.spend(signature_units(located.suite, located.method.public_key.key_type, options.proof_value))
    shown, proof_value = located.suite.selective.derive(
        secured,
        options.signed_members,
        options.proof_value,
        public_key=located.method.public_key,
        selection=selection,
        selective_pointers=pointers,
    )
    return shown | {"proof": options.signed_members | {"proofValue": proof_value}}


def _base_proof(proofs: list[JsonObject], suite: str | None) -> JsonObject:
    """Find the proof to derive from, by its suite, or as the only one whose suite can."""
    found = [
        each
        for each in proofs
        if _can_derive(each.get("cryptosuite")) and suite in (None, each["cryptosuite"])
    ]
    if not found:
        raise ProofError("no_base_proof", suite or "", pointer="/proof")
    if len(found) > 1:
        names = ", ".join(each["cryptosuite"] for each in found)
        raise ProofError("several_base_proofs", names, pointer="/proof")
    if "previousProof" in found[0]:
        # what it stands on would have to be shown whole
        raise ProofError("no_base_proof", "the base proof stands on others", pointer="/proof/previousProof")
    return found[0]


def _can_derive(name: object) -> bool:
    suite = SUITES.get(name) if isinstance(name, str) else None
    return suite is not None and suite.selective is not None


def _selection_that_holds(
    located: LocatedProof,
    selective: SelectiveDisclosure,
    secured: JsonObject,
    selections: Sequence[ContextSelection],
) -> ContextSelection:
    """Find the context versions under which the base proof holds, newest first."""
    first_error: ProofError | ContextsError | None = None
    options, public_key = located.options, located.method.public_key
    for selection in selections:
        try:
            selection.spend(signature_units(located.suite, public_key.key_type, options.proof_value))
            selective.verify_base(
                secured,
                options.signed_members,
                options.proof_value,
                public_key=public_key,
                selection=selection,
            )
        except (ProofError, ContextsError) as err:
            first_error = first_error or err
            if isinstance(err, TooComplexError):
                break
        else:
            return selection
    raise first_error or ProofError("no_base_proof", "no context selection")
