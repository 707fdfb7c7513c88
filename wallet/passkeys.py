"""Passkeys of passports: a challenge kept with the browser's session for a few minutes, spent by the first
answer.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlmodel import col, select, update

from wallet import passports
from wallet.models import BrowserSession
from wallet.passports import NewPasskey
from web.passkeys import (
    PasskeyError,
    authentication_options,
    credential_id_of,
    registration_options,
    relying_party_id,
    verify_authentication,
    verify_registration,
)

if TYPE_CHECKING:
    from wallet.service import WalletService
    from wallet.signing_in import Visitor

_CHALLENGE_MINUTES: Final = 5


def begin_registration(service: WalletService, visitor: Visitor) -> dict[str, Any]:
    """Make options for a new passkey: of the visitor's passport, or of one that is still to be made."""
    if visitor.passport_id is not None:
        passport = passports.get_passport(service, visitor.passport_id)
        known = [key.credential_id for key in passports.list_passkeys(service, visitor.passport_id)]
        handle, name = passport.passkey_user_handle, passport.number
    else:
        known, handle, name = [], _new_handle(service, visitor), service.settings.service_name
    options = registration_options(
        relying_party_id=relying_party_id(service.settings),
        relying_party_name=service.settings.service_name,
        user_id=handle,
        user_name=name,
        exclude_credential_ids=known,
    )
    _keep_challenge(service, visitor, options.challenge)
    return options.public


def finish_registration(service: WalletService, visitor: Visitor, unverified_answer: dict[str, Any]) -> str:
    """Keep a new passkey.

    Returns:
        The id of the passport that it opens: the visitor's, or a new one.

    Raises:
        PasskeyError: it does not hold, or was not asked for a moment ago.
        WalletError: "passkey_known".
    """
    made = verify_registration(
        unverified_answer,
        expected_challenge=_spend_challenge(service, visitor),
        expected_relying_party_id=relying_party_id(service.settings),
        expected_origin=service.settings.origin,
    )
    handle = _new_handle(service, visitor)
    passkey = NewPasskey(made.credential_id, made.public_key, made.sign_count, handle)
    if visitor.passport_id is None:
        return passports.create_passport(service, passkey=passkey).passport_id
    passports.add_passkey(service, passport_id=visitor.passport_id, passkey=passkey)
    return visitor.passport_id


def begin_authentication(service: WalletService, visitor: Visitor) -> dict[str, Any]:
    """Make options to prove a passkey: the browser offers those that it has."""
    options = authentication_options(relying_party_id=relying_party_id(service.settings))
    _keep_challenge(service, visitor, options.challenge)
    return options.public


def finish_authentication(service: WalletService, visitor: Visitor, unverified_answer: dict[str, Any]) -> str:
    """Check a proof of a passkey.

    Returns:
        The id of the passport that it opens.

    Raises:
        PasskeyError: it does not hold, is not known here, or was not asked for a moment ago: which, is
            not said.
    """
    challenge = _spend_challenge(service, visitor)
    passkey = passports.find_passkey(service, credential_id_of(unverified_answer))
    if passkey is None:
        raise PasskeyError("unknown")
    sign_count = verify_authentication(
        unverified_answer,
        expected_challenge=challenge,
        expected_relying_party_id=relying_party_id(service.settings),
        expected_origin=service.settings.origin,
        public_key=passkey.public_key,
        sign_count=passkey.sign_count,
    )
    passports.note_passkey_use(service, passkey.id, sign_count=sign_count)
    return passkey.passport_id


def _new_handle(service: WalletService, visitor: Visitor) -> bytes:
    """The handle of a passport still to be made in this session: the same at both steps, and nobody can
    guess it.
    """
    return service.digests("passkey-user", visitor.session_id)


def _keep_challenge(service: WalletService, visitor: Visitor, challenge: bytes) -> None:
    values = {
        "passkey_challenge": challenge,
        "challenge_until": service.now() + timedelta(minutes=_CHALLENGE_MINUTES),
    }
    with service.database.write() as session:
        session.exec(
            update(BrowserSession).where(col(BrowserSession.id) == visitor.session_id).values(**values)
        )


def _spend_challenge(service: WalletService, visitor: Visitor) -> bytes:
    """Take the challenge out of the session: one of many answers gets it."""
    with service.database.write() as session:
        row = session.exec(
            select(BrowserSession).where(BrowserSession.id == visitor.session_id).with_for_update()
        ).first()
        challenge = row.passkey_challenge if row is not None else None
        fresh = row is not None and row.challenge_until is not None and row.challenge_until > service.now()
        if row is not None:
            row.passkey_challenge, row.challenge_until = None, None
            session.add(row)
    if challenge is None or not fresh:
        raise PasskeyError("challenge")
    return challenge
