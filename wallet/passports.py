"""Passports: made without a name, opened with a passphrase or a passkey, recovered with a code, closed for
good.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, select, update

from wallet import attempts
from wallet.errors import PassphraseError, RecoveryError, SignInError, WalletError
from wallet.models import Passkey, Passport
from wallet.passphrases import check_passphrase, hash_passphrase, is_passphrase
from wallet.signing_in import sign_out_everywhere
from wallet.words import make_passport_number, make_recovery_code, read_passport_number, read_recovery_code

if TYPE_CHECKING:
    from wallet.service import WalletService
    from wallet.signing_in import Visitor

_NUMBER_TRIES: Final = 8
_USER_HANDLE_BYTES: Final = 32


@dataclass(frozen=True)
class NewCode:
    """A passport and its recovery code, which is shown now and never again; empty when it is made later."""

    passport_id: str
    number: str
    recovery_code: str


@dataclass(frozen=True)
class NewPasskey:
    """A passkey as its registration was verified."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    user_handle: bytes


def create_passport(
    service: WalletService, *, passphrase: str | None = None, passkey: NewPasskey | None = None
) -> NewCode:
    """Make a passport and its holder key; with a passphrase, its recovery code too.

    Args:
        service: the wallet's tools.
        passphrase: as typed; or
        passkey: one that was just registered.

    Raises:
        PassphraseError: the passphrase is soon guessed.
    """
    if (passphrase is None) == (passkey is None):
        raise ValueError("a passport is protected by a passphrase or by a passkey")
    passphrase_hash = hash_passphrase(check_passphrase(passphrase)) if passphrase is not None else None
    for _ in range(_NUMBER_TRIES):
        try:
            return _insert_passport(service, passphrase_hash, passkey)
        except IntegrityError:
            continue  # the number is taken: one in a billion, or a passkey registered twice
    raise WalletError("passport_not_made")


def _insert_passport(
    service: WalletService, passphrase_hash: str | None, passkey: NewPasskey | None
) -> NewCode:
    now = service.now()
    # with a passkey, the code is made on the page after, which can show it
    code = make_recovery_code() if passkey is None else ""
    passport = Passport(
        number=make_passport_number(),
        passphrase_hash=passphrase_hash,
        recovery_digest=_recovery_digest(service, code) if code else None,
        recovery_made_at=now if code else None,
        passkey_user_handle=passkey.user_handle if passkey else os.urandom(_USER_HANDLE_BYTES),
        created_at=now,
    )
    with service.database.write() as session:
        session.add(passport)
        session.flush()
        service.keystore.make_key(session, passport_id=passport.id, now=now)
        if passkey is not None:
            session.add(_passkey_row(service, passport.id, passkey))
    return NewCode(passport.id, passport.number, code)


def sign_in_with_passphrase(service: WalletService, *, number: str, passphrase: str, network: str) -> str:
    """Find the passport that this number and passphrase open.

    An unknown number, a passport without a passphrase and a wrong passphrase take the same time and give the
    same answer (H11), and count alike.

    Returns:
        The passport's id.

    Raises:
        SignInError: they open nothing.
        TooManyAttemptsError: wait first.
    """
    number = read_passport_number(number)
    attempts.count_attempt(service, attempts.SIGN_IN_PER_NETWORK, network)
    attempts.count_attempt(service, attempts.SIGN_IN_PER_PASSPORT, number)
    with service.database.session() as session:
        passport = session.exec(select(Passport).where(Passport.number == number)).first()
    if (
        not is_passphrase(passphrase, expected_hash=passport.passphrase_hash if passport else None)
        or passport is None
    ):
        raise SignInError("sign_in_failed")
    attempts.forget_attempts(service, attempts.SIGN_IN_PER_PASSPORT, number)
    return passport.id


def recover(service: WalletService, *, code: str, new_passphrase: str, network: str) -> NewCode:
    """Set a new passphrase with the recovery code, which is then burnt and replaced.

    Raises:
        RecoveryError: the code opens nothing.
        PassphraseError: the new passphrase is soon guessed; the code was not touched.
        TooManyAttemptsError: wait first.
    """
    attempts.count_attempt(service, attempts.RECOVER_PER_NETWORK, network)
    passphrase = check_passphrase(new_passphrase)
    old = read_recovery_code(code)
    if old is None:
        raise RecoveryError("recovery_code_wrong")
    digest = service.digests("recovery", old)
    with service.database.session() as session:
        passport = session.exec(select(Passport).where(Passport.recovery_digest == digest)).first()
    if passport is None:
        raise RecoveryError("recovery_code_wrong")
    new_code = make_recovery_code()
    values = {
        "passphrase_hash": hash_passphrase(passphrase),
        "recovery_digest": _recovery_digest(service, new_code),
        "recovery_made_at": service.now(),
    }
    with service.database.write() as session:
        # only one of two that use one code at once
        statement = update(Passport).where(col(Passport.recovery_digest) == digest).values(**values)
        if not session.exec(statement).rowcount:
            raise RecoveryError("recovery_code_wrong")
        sign_out_everywhere(session, passport_id=passport.id)
    return NewCode(passport.id, passport.number, new_code)


def set_passphrase(
    service: WalletService, visitor: Visitor, *, passport_id: str, current: str, new: str, network: str
) -> None:
    """Change the passphrase, or set the first one of a passport that has only passkeys; other browsers
    are signed out.

    Raises:
        SignInError: the current passphrase is wrong.
        PassphraseError: the new one is soon guessed.
        TooManyAttemptsError: wait first.
    """
    passport = confirm_owner(service, passport_id=passport_id, passphrase=current, network=network)
    new_hash = hash_passphrase(check_passphrase(new, forbidden=(passport.number,)))
    with service.database.write() as session:
        session.exec(update(Passport).where(col(Passport.id) == passport_id).values(passphrase_hash=new_hash))
        sign_out_everywhere(session, passport_id=passport_id, except_session=visitor.session_id)


def renew_recovery_code(
    service: WalletService, *, passport_id: str, passphrase: str, network: str
) -> NewCode:
    """Make a new recovery code; the old one is dead.

    Raises:
        SignInError: the passphrase is wrong.
        TooManyAttemptsError: wait first.
    """
    passport = confirm_owner(service, passport_id=passport_id, passphrase=passphrase, network=network)
    code = make_recovery_code()
    values = {"recovery_digest": _recovery_digest(service, code), "recovery_made_at": service.now()}
    with service.database.write() as session:
        session.exec(update(Passport).where(col(Passport.id) == passport_id).values(**values))
    return NewCode(passport_id, passport.number, code)


def confirm_owner(service: WalletService, *, passport_id: str, passphrase: str, network: str) -> Passport:
    """Ask for the passphrase again before what cannot be undone, when the passport has one.

    Raises:
        SignInError: it is wrong.
        TooManyAttemptsError: wait first.
    """
    passport = get_passport(service, passport_id)
    if passport.passphrase_hash is not None:
        attempts.count_attempt(service, attempts.SIGN_IN_PER_NETWORK, network)
        attempts.count_attempt(service, attempts.SIGN_IN_PER_PASSPORT, passport.number)
        if not is_passphrase(passphrase, expected_hash=passport.passphrase_hash):
            raise SignInError("passphrase_wrong")
        attempts.forget_attempts(service, attempts.SIGN_IN_PER_PASSPORT, passport.number)
    return passport


def get_passport(service: WalletService, passport_id: str) -> Passport:
    """The passport of somebody who is signed in."""
    with service.database.session() as session:
        return session.exec(select(Passport).where(Passport.id == passport_id)).one()


def delete_passport(service: WalletService, *, passport_id: str, passphrase: str, network: str) -> None:
    """Delete a passport and everything in it, keys included. Nothing brings it back.

    Raises:
        SignInError: the passphrase is wrong.
        TooManyAttemptsError: wait first.
    """
    confirm_owner(service, passport_id=passport_id, passphrase=passphrase, network=network)
    with service.database.write() as session:
        session.exec(delete(Passport).where(col(Passport.id) == passport_id))


def list_passkeys(service: WalletService, passport_id: str) -> list[Passkey]:
    """The passkeys of a passport, oldest first."""
    with service.database.session() as session:
        statement = (
            select(Passkey).where(Passkey.passport_id == passport_id).order_by(col(Passkey.created_at))
        )
        return list(session.exec(statement))


def add_passkey(service: WalletService, *, passport_id: str, passkey: NewPasskey) -> None:
    """Add a passkey to a passport.

    Raises:
        WalletError: "passkey_known" when it opens a passport already.
    """
    try:
        with service.database.write() as session:
            session.add(_passkey_row(service, passport_id, passkey))
    except IntegrityError as err:
        raise WalletError("passkey_known") from err


def remove_passkey(service: WalletService, *, passport_id: str, passkey_id: str) -> bool:
    """Remove a passkey; False when this passport has no such one.

    Raises:
        PassphraseError: "last_way_in": it is the only passkey, and there is no passphrase.
    """
    with service.database.write() as session:
        passport = session.exec(select(Passport).where(Passport.id == passport_id).with_for_update()).one()
        keys = session.exec(select(Passkey).where(Passkey.passport_id == passport_id)).all()
        key = next((each for each in keys if each.id == passkey_id), None)
        if key is None:
            return False
        if len(keys) == 1 and passport.passphrase_hash is None:
            raise PassphraseError("last_way_in")
        session.delete(key)
    return True


def find_passkey(service: WalletService, credential_id: bytes) -> Passkey | None:
    """Find a passkey by what its authenticator calls it."""
    with service.database.session() as session:
        return session.exec(select(Passkey).where(Passkey.credential_id == credential_id)).first()


def note_passkey_use(service: WalletService, passkey_id: str, *, sign_count: int) -> None:
    """Keep the authenticator's counter and the time of use."""
    values = {"sign_count": sign_count, "last_used_at": service.now()}
    with service.database.write() as session:
        session.exec(update(Passkey).where(col(Passkey.id) == passkey_id).values(**values))


def _passkey_row(service: WalletService, passport_id: str, passkey: NewPasskey) -> Passkey:
    return Passkey(
        passport_id=passport_id,
        credential_id=passkey.credential_id,
        public_key=passkey.public_key,
        sign_count=passkey.sign_count,
        created_at=service.now(),
    )


def _recovery_digest(service: WalletService, code: str) -> bytes:
    characters = read_recovery_code(code)
    if characters is None:
        raise RecoveryError("recovery_code_wrong")
    return service.digests("recovery", characters)
