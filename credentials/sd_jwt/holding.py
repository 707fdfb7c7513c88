"""What a holder does with an SD-JWT: look at what can be hidden, keep some of it, and present the rest.

Source: RFC 9901, section 7.2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from credentials.sd_jwt.errors import SdJwtError
from credentials.sd_jwt.key_binding import holder_key_of, make_key_binding
from credentials.sd_jwt.parsing import SEPARATOR, UnverifiedSdJwt, parse_sd_jwt
from credentials.sd_jwt.pointers import locate
from credentials.sd_jwt.processing import process_payload

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from credentials.sd_jwt.disclosures import Disclosure
    from credentials.sd_jwt.pointers import Path
    from credentials.sd_jwt.processing import Disclosed, ProcessedPayload
    from did.keys import Signer


@dataclass(frozen=True)
class _Held:
    """A holder's own SD-JWT, opened. Its signature is not looked at: it was verified when it was received."""

    sd_jwt: UnverifiedSdJwt
    processed: ProcessedPayload = field(repr=False)


def disclosable_pointers(token: str | bytes) -> tuple[str, ...]:
    """List what a holder can hide of a token, as JSON Pointers into its claims, parents before children.

    Raises:
        SdJwtError, JwsError: as `derive_sd_jwt`.
    """
    return _open(token).processed.pointers


def select_disclosures(token: str | bytes, pointers: Iterable[str]) -> tuple[Disclosure, ...]:
    """Choose the Disclosures that show what is asked: the thing itself with all it holds, and its parents.

    Args:
        token: SD-JWT without Key Binding.
        pointers: JSON Pointers into the claims as this token discloses them; "" asks for everything. What is
            always visible may be asked for, and needs nothing.

    Returns:
        In the order of the token.

    Raises:
        SdJwtError, JwsError: as `derive_sd_jwt`.
    """
    return _select(_open(token), pointers)


def derive_sd_jwt(token: str | bytes, pointers: Iterable[str]) -> str:
    """Give the same SD-JWT with only the Disclosures that show what is asked.

    Args:
        token: SD-JWT without Key Binding, as it was issued or derived before.
        pointers: see `select_disclosures`.

    Returns:
        JWT~Disclosure~...~, to be given away as it is, or bound by `present_sd_jwt`.

    Raises:
        SdJwtError: it cannot be read; "key_binding_unexpected", "pointer_syntax", "pointer_not_found".
        JwsError: its JWT cannot be read.

    Source: RFC 9901, section 7.2, steps 1 to 3.
    """
    held = _open(token)
    return _assemble(held, _select(held, pointers))


def present_sd_jwt(
    token: str | bytes,
    pointers: Iterable[str],
    *,
    holder: Signer,
    audience: str,
    nonce: str,
    now: datetime,
) -> str:
    """Derive an SD-JWT and bind it to a verifier and a nonce.

    Args:
        token: see `derive_sd_jwt`.
        pointers: see `select_disclosures`.
        holder: the key that the issuer put into `cnf`.
        audience: whom it is for (OpenID4VP: the full client id, with its prefix).
        nonce: the verifier's.
        now: aware UTC.

    Returns:
        The SD-JWT+KB.

    Raises:
        SdJwtError: as `derive_sd_jwt`; "key_binding_key", the token is bound to no key, or to another.
        ValueError: no audience or no nonce.

    Source: RFC 9901, section 7.2, step 5.
    """
    held = _open(token)
    if holder_key_of(held.processed.claims) != holder.public_key:
        raise SdJwtError("key_binding_key", "cnf is not this holder's key", pointer="/cnf")
    text = _assemble(held, _select(held, pointers))
    algorithm = held.processed.algorithm
    return text + make_key_binding(
        text, holder=holder, audience=audience, nonce=nonce, now=now, algorithm=algorithm
    )


def _open(token: str | bytes) -> _Held:
    sd_jwt = parse_sd_jwt(token)
    if sd_jwt.unverified_key_binding is not None:
        # section 7.2: a holder receives no SD-JWT+KB
        raise SdJwtError("key_binding_unexpected", "a holder's own token has no Key Binding")
    return _Held(sd_jwt, process_payload(sd_jwt.unverified_payload, sd_jwt.disclosures))


def _select(held: _Held, pointers: Iterable[str]) -> tuple[Disclosure, ...]:
    asked = locate(held.processed.claims, pointers)
    wanted = set(asked)
    above = {path[:length] for path in asked for length in range(len(path))}
    chosen = {each.disclosure.text for each in held.processed.disclosed if _is_shown(each, wanted, above)}
    return tuple(each for each in held.sd_jwt.disclosures if each.text in chosen)


def _is_shown(disclosed: Disclosed, wanted: set[Path], above: set[Path]) -> bool:
    """Tell whether a hidden claim is asked for, holds what is asked for, or is held by it."""
    path = disclosed.path
    return path in above or any(path[:length] in wanted for length in range(len(path) + 1))


def _assemble(held: _Held, disclosures: tuple[Disclosure, ...]) -> str:
    return SEPARATOR.join((held.sd_jwt.issuer_signed, *(each.text for each in disclosures), ""))
