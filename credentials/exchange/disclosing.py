"""What a holder would show of a credential: worked out before anything is signed, then made.

    shown = plan_disclosure(held, asked, suites=None)      # the consent page: this goes, that stays
    credential = disclose(held, shown, ...)                # the very same, as a presentation carries it

A credential that its issuer signed for selective disclosure shows what is asked and what its issuer made
mandatory. Any other shows everything; of a proof set the base proofs stay behind in any case: with the secret
in them a reader could show parts of the badge as the holder does.

Source: OpenID4VP 1.0, section 6.4.1 (Selecting Claims); Data Integrity ECDSA Cryptosuites v1.0, section
3.6.6; RFC 9901, section 7.2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol

from credentials.data_integrity import bbs_2023_proof_value, ecdsa_sd_proof_value
from credentials.data_integrity.options import read_proofs
from credentials.data_integrity.selective import select_json_ld, write_pointer
from credentials.derivation import derive_credential
from credentials.errors import ProofError
from credentials.exchange.formats import LDP_VC, SD_JWT_VC, open_credential
from credentials.jose import envelop_credential
from credentials.sd_jwt import derive_sd_jwt
from credentials.view import CredentialView

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from contexts import ContextStore
    from credentials.exchange.dcql import ClaimsQuery
    from credentials.exchange.formats import OpenedCredential
    from did.resolver import Resolver

JsonObject = dict[str, Any]


class _BaseProof(Protocol):
    """What is read of any base proof value."""

    @property
    def mandatory_pointers(self) -> Sequence[str]: ...


_BASE_PROOFS: Final[Mapping[str, Callable[[str], _BaseProof]]] = MappingProxyType(
    {
        "ecdsa-sd-2023": ecdsa_sd_proof_value.BaseProofValue.from_multibase,
        "bbs-2023": bbs_2023_proof_value.BaseProofValue.from_multibase,
    }
)
_EVERYTHING: Final = ""


@dataclass(frozen=True)
class Disclosure:
    """What would be shown of a credential.

    Args:
        document: what a reader gets to read, without proofs.
        view: the same, for people.
        hidden: JSON Pointers into the credential to what stays hidden, the outermost of each.
        pointers: what the derivation is to be told.
        suite: of the base proof to derive from; None: an SD-JWT, or a credential shown as it is.
        can_hide: whether something can be held back from this verifier.
        is_refused: something could be, and the verifier does not read the proof that is then shown.
    """

    document: JsonObject = field(repr=False)
    view: CredentialView = field(repr=False)
    hidden: tuple[str, ...]
    pointers: tuple[str, ...]
    suite: str | None
    can_hide: bool
    is_refused: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether everything is shown."""
        return not self.hidden


def plan_disclosure(
    held: OpenedCredential, asked: Sequence[ClaimsQuery], *, suites: Collection[str] | None = None
) -> Disclosure:
    """Work out what would be shown of a credential: what is asked, what cannot be held back, and no more.

    Args:
        held: the credential.
        asked: claims that it has.
        suites: cryptosuites that the verifier names as those it reads; None: it names none.

    Raises:
        CredentialsError: a base proof that cannot be read, or too much that is pointed to.
    """
    pointers = tuple(
        dict.fromkeys(place for claim in asked for place in claim.pointers(held.claims.document))
    )
    if held.claims.format == SD_JWT_VC:
        return _plan_sd_jwt(held, pointers)
    if held.claims.format == LDP_VC:
        base = _base_proof(held.claims.document, suites)
        if base is not None:
            return _plan_derivation(held, base, pointers)
        return _whole(held, is_refused=_base_proof(held.claims.document, None) is not None)
    return _whole(held, is_refused=False)


def _plan_sd_jwt(held: OpenedCredential, pointers: tuple[str, ...]) -> Disclosure:
    derived = open_credential(derive_sd_jwt(held.content, pointers).encode())
    return Disclosure(
        document=derived.claims.document,
        view=derived.view,
        hidden=tuple(_left_out(held.claims.document, derived.claims.document, "")),
        pointers=pointers,
        suite=None,
        can_hide=True,
    )


def _plan_derivation(held: OpenedCredential, base: JsonObject, pointers: tuple[str, ...]) -> Disclosure:
    document = _unsecured(held.claims.document)
    suite: str = base["cryptosuite"]
    mandatory = _BASE_PROOFS[suite](base["proofValue"]).mandatory_pointers
    wanted = (*mandatory, *pointers)
    shown = document if _EVERYTHING in wanted else select_json_ld(document, wanted)
    return Disclosure(
        document=shown,
        view=CredentialView.from_document(shown),
        hidden=tuple(_left_out(document, shown, "")),
        pointers=pointers,
        suite=suite,
        can_hide=True,
    )


def _whole(held: OpenedCredential, *, is_refused: bool) -> Disclosure:
    return Disclosure(
        document=_unsecured(held.claims.document),
        view=held.view,
        hidden=(),
        pointers=(),
        suite=None,
        can_hide=False,
        is_refused=is_refused,
    )


def _unsecured(document: JsonObject) -> JsonObject:
    return {name: value for name, value in document.items() if name != "proof"}


def _base_proof(document: JsonObject, suites: Collection[str] | None) -> JsonObject | None:
    """The first base proof that can be derived from, for a verifier that reads its suite."""
    for proof in read_proofs(document):
        name = proof.get("cryptosuite")
        if _is_base_proof(proof) and "previousProof" not in proof and (suites is None or name in suites):
            return proof
    return None


def _is_base_proof(proof: JsonObject) -> bool:
    name, value = proof.get("cryptosuite"), proof.get("proofValue")
    if not isinstance(name, str) or name not in _BASE_PROOFS or not isinstance(value, str):
        return False
    try:
        _BASE_PROOFS[name](value)
    except ProofError as err:
        if err.code == "derived_proof_not_base":
            return False
        raise
    return True


def _left_out(whole: Any, shown: Any, place: str) -> Iterator[str]:
    """What is in the whole and not in what is shown. As deep as a document may be nested."""
    if isinstance(whole, dict) and isinstance(shown, dict):
        for name, value in whole.items():
            below = place + write_pointer([name])
            if name not in shown:
                yield below
            else:
                yield from _left_out(value, shown[name], below)
    elif isinstance(whole, list) and isinstance(shown, list) and len(whole) == len(shown):
        for number, value in enumerate(whole):
            yield from _left_out(value, shown[number], f"{place}/{number}")
    elif whole != shown:
        # some of several: which, the rest tells
        yield place


def disclose(
    held: OpenedCredential,
    shown: Disclosure,
    *,
    resolver: Resolver,
    contexts: ContextStore,
    now: datetime,
) -> JsonObject | str:
    """Make what was planned: the credential as a presentation carries it; an SD-JWT still without its Key
    Binding.

    Args:
        held: the credential.
        shown: of `plan_disclosure`.
        resolver: dereferences the verification method of the base proof.
        contexts: the closed world.
        now: aware UTC.

    Raises:
        CredentialsError, DidError, ContextsError: see `derive_credential` and `derive_sd_jwt`.
    """
    if held.claims.format == SD_JWT_VC:
        return derive_sd_jwt(held.content, shown.pointers)
    if shown.suite is not None:
        return derive_credential(
            held.content, shown.pointers, resolver=resolver, contexts=contexts, now=now, suite=shown.suite
        )
    if held.claims.format == LDP_VC:
        return _without_base_proofs(held, resolver=resolver, contexts=contexts, now=now)
    return held.content.decode("ascii").strip()


def enclose_whole(
    held: OpenedCredential, *, resolver: Resolver, contexts: ContextStore, now: datetime
) -> JsonObject:
    """Give the whole credential as it stands in a presentation of VCDM 2.0, whatever its format.

    Raises:
        CredentialsError, DidError, ContextsError: see `disclose`.

    Source: VCDM 2.0, section 4.13.1 (Enveloped Verifiable Credentials).
    """
    if held.claims.format == LDP_VC:
        return _without_base_proofs(held, resolver=resolver, contexts=contexts, now=now)
    media_type = "application/dc+sd-jwt" if held.claims.format == SD_JWT_VC else "application/jwt"
    return envelop_credential(held.content.decode("ascii").strip(), media_type=media_type)


def _without_base_proofs(
    held: OpenedCredential, *, resolver: Resolver, contexts: ContextStore, now: datetime
) -> JsonObject:
    """The whole credential, with those of its proofs that are for everybody."""
    document = held.claims.document
    proofs = read_proofs(document)
    others = [proof for proof in proofs if not _is_base_proof(proof)]
    if len(others) == len(proofs):
        return document
    if others:
        return document | {"proof": others if len(others) > 1 else others[0]}
    everything = [write_pointer([name]) for name in _unsecured(document) if name != "@context"]
    return derive_credential(
        held.content,
        everything,
        resolver=resolver,
        contexts=contexts,
        now=now,
        suite=proofs[0]["cryptosuite"],
    )
