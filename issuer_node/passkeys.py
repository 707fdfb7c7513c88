"""Passkeys of passeurs: added when signed in, used to sign in. A challenge waits in the browser's session."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, select, update

from issuer_node.auditing import record
from issuer_node.errors import ConflictError, SigninError
from issuer_node.models import Passeur, PasseurSession, PasseurState, Passkey
from issuer_node.passeurs import require_passeur
from issuer_node.signing_in import OpenedSession, cookie_digest, open_session
from web import passkeys as webauthn
from web.passkeys import PasskeyError

if TYPE_CHECKING:
    from issuer_node.node import Node

_CHALLENGE_LIFE: Final = timedelta(minutes=5)


def start_registration(node: Node, *, cookie: str, by: Passeur) -> dict[str, Any]:
    """Options for `navigator.credentials.create`; the challenge is kept with the browser's session.

    Raises:
        SigninError: "passkey_invalid": the session has ended.
    """
    options = webauthn.registration_options(
        relying_party_id=webauthn.relying_party_id(node.settings),
        relying_party_name=node.settings.structure_name,
        user_id=by.passkey_user_handle,
        user_name=by.email,
        exclude_credential_ids=[each.credential_id for each in list_passkeys(node, by=by)],
    )
    _keep_challenge(node, cookie, options.challenge)
    return options.public


def finish_registration(node: Node, *, cookie: str, by: Passeur, response: dict[str, Any]) -> str:
    """Keep a new passkey; gives its id.

    Args:
        node: the node.
        cookie: the session cookie's value.
        by: who is signed in.
        response: `credential.toJSON()`, untrusted.

    Raises:
        SigninError: "passkey_invalid".
        ConflictError: "passkey_known".
    """
    try:
        made = webauthn.verify_registration(
            response,
            expected_challenge=_spend_challenge(node, cookie),
            expected_relying_party_id=webauthn.relying_party_id(node.settings),
            expected_origin=node.settings.origin,
        )
    except PasskeyError as err:
        raise SigninError("passkey_invalid") from err
    row = Passkey(
        passeur_id=by.id,
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        created_at=node.now(),
    )
    try:
        with node.database.write() as session:
            require_passeur(session, by)
            session.add(row)
            record(session, at=node.now(), by=by.id, deed="passkey_added", subject=by.id)
    except IntegrityError as err:
        raise ConflictError("passkey_known") from err
    return row.id


def start_authentication(node: Node, *, cookie: str) -> dict[str, Any]:
    """Options for `navigator.credentials.get`. `cookie` is of any session, see `open_anonymous_session`.

    Raises:
        SigninError: "passkey_invalid": the session has ended.
    """
    options = webauthn.authentication_options(relying_party_id=webauthn.relying_party_id(node.settings))
    _keep_challenge(node, cookie, options.challenge)
    return options.public


def finish_authentication(node: Node, *, cookie: str, response: dict[str, Any]) -> OpenedSession:
    """Sign in with a passkey, under a fresh cookie; the session of `cookie` ends.

    Raises:
        SigninError: "passkey_invalid".
    """
    challenge = _spend_challenge(node, cookie)
    try:
        credential_id = webauthn.credential_id_of(response)
        with node.database.session() as session:
            found = session.exec(select(Passkey).where(Passkey.credential_id == credential_id)).first()
        if found is None:
            raise SigninError("passkey_invalid", "unknown passkey")
        count = webauthn.verify_authentication(
            response,
            expected_challenge=challenge,
            expected_relying_party_id=webauthn.relying_party_id(node.settings),
            expected_origin=node.settings.origin,
            public_key=found.public_key,
            sign_count=found.sign_count,
        )
    except PasskeyError as err:
        raise SigninError("passkey_invalid") from err
    return _sign_in(node, cookie, found, count)


def _sign_in(node: Node, cookie: str, passkey: Passkey, count: int) -> OpenedSession:
    with node.database.write() as session:
        passeur = session.get(Passeur, passkey.passeur_id)
        if passeur is None or passeur.state != PasseurState.ACTIVE:
            raise SigninError("passkey_invalid", "suspended")
        values = {"sign_count": count, "last_used_at": node.now()}
        session.exec(update(Passkey).where(col(Passkey.id) == passkey.id).values(**values))
        session.exec(delete(PasseurSession).where(col(PasseurSession.digest) == cookie_digest(cookie)))
        return open_session(session, node, passeur=passeur)


def list_passkeys(node: Node, *, by: Passeur) -> list[Passkey]:
    """A passeur's own passkeys, oldest first."""
    with node.database.session() as session:
        statement = select(Passkey).where(Passkey.passeur_id == by.id).order_by(col(Passkey.created_at))
        return list(session.exec(statement))


def remove_passkey(node: Node, *, by: Passeur, passkey_id: str) -> bool:
    """Remove one of one's own passkeys; False when there is no such one. The mailed link stays a way in."""
    mine = col(Passkey.id) == passkey_id, col(Passkey.passeur_id) == by.id
    with node.database.write() as session:
        require_passeur(session, by)
        return bool(session.exec(delete(Passkey).where(*mine)).rowcount)


def _keep_challenge(node: Node, cookie: str, challenge: bytes) -> None:
    now = node.now()
    statement = (
        update(PasseurSession)
        .where(col(PasseurSession.digest) == cookie_digest(cookie), col(PasseurSession.ends_at) > now)
        .values(passkey_challenge=challenge, challenge_until=now + _CHALLENGE_LIFE)
    )
    with node.database.write() as session:
        if not session.exec(statement).rowcount:
            raise SigninError("passkey_invalid", "the session has ended")


def _spend_challenge(node: Node, cookie: str) -> bytes:
    """Take the challenge out of the session, so that one answer alone can be to it."""
    now = node.now()
    with node.database.write() as session:
        row = session.exec(
            select(PasseurSession)
            .where(PasseurSession.digest == cookie_digest(cookie), PasseurSession.ends_at > now)
            .with_for_update()
        ).first()
        challenge = row.passkey_challenge if row is not None else None
        until = row.challenge_until if row is not None else None
        if row is not None:
            row.passkey_challenge = row.challenge_until = None
            session.add(row)
    if challenge is None or until is None or until <= now:
        raise SigninError("passkey_invalid", "no open challenge")
    return challenge
