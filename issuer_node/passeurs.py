"""Passeurs: who may recognise learners here. A coordinator says who; a suspension holds at once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, func, select, update

from issuer_node.auditing import record
from issuer_node.drafts import read_line
from issuer_node.errors import ConflictError, DraftError, NotAllowedError, NotFoundError
from issuer_node.models import Passeur, PasseurSession, PasseurState, Role, SigninLink
from web.mail import MailError, check_address

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from issuer_node.node import Node
    from issuer_node.settings import NodeSettings
    from web.database import Database

LONGEST_NAME: Final = 120


def list_passeurs(node: Node) -> list[Passeur]:
    """Everybody, by name."""
    with node.database.session() as session:
        return list(session.exec(select(Passeur).order_by(Passeur.name, Passeur.email)))


def invite_passeur(node: Node, *, by: Passeur, email: str, name: str, role: str = Role.PASSEUR) -> str:
    """Add a passeur, who can then ask for a sign-in link.

    Returns:
        The new passeur's id.

    Raises:
        NotAllowedError: `by` is no active coordinator.
        DraftError: "bad_address" (field email), "missing" (name), "bad_role" (role).
        ConflictError: "email_known".
    """
    passeur = _new_passeur(email=email, name=name, role=role, now=node.now())
    try:
        with node.database.write() as session:
            require_coordinator(session, by)
            session.add(passeur)
            session.flush()
            record(session, at=node.now(), by=by.id, deed="passeur_invited", subject=passeur.id)
    except IntegrityError as err:
        raise ConflictError("email_known") from err
    return passeur.id


def suspend_passeur(node: Node, *, by: Passeur, passeur_id: str) -> None:
    """Take a passeur's right to do anything, and sign them out everywhere, at once.

    Raises:
        NotAllowedError: `by` is no active coordinator.
        NotFoundError: no such passeur.
        ConflictError: "last_coordinator": nobody would be left to manage.
    """
    with node.database.write() as session:
        require_coordinator(session, by)
        # every coordinator's row is locked, so that two of them cannot suspend each other at once
        coordinators = session.exec(
            select(Passeur.id)
            .where(Passeur.role == Role.COORDINATOR, Passeur.state == PasseurState.ACTIVE)
            .with_for_update()
        ).all()
        if list(coordinators) == [passeur_id]:
            raise ConflictError("last_coordinator")
        _set_state(session, passeur_id, PasseurState.SUSPENDED)
        session.exec(delete(PasseurSession).where(col(PasseurSession.passeur_id) == passeur_id))
        session.exec(delete(SigninLink).where(col(SigninLink.passeur_id) == passeur_id))
        record(session, at=node.now(), by=by.id, deed="passeur_suspended", subject=passeur_id)


def reactivate_passeur(node: Node, *, by: Passeur, passeur_id: str) -> None:
    """Give a suspended passeur their right back.

    Raises:
        NotAllowedError: `by` is no active coordinator.
        NotFoundError: no such passeur.
    """
    with node.database.write() as session:
        require_coordinator(session, by)
        _set_state(session, passeur_id, PasseurState.ACTIVE)
        record(session, at=node.now(), by=by.id, deed="passeur_reactivated", subject=passeur_id)


def rename_passeur(node: Node, *, by: Passeur, name: str) -> None:
    """Say one's own name, as colleagues read it.

    Raises:
        NotAllowedError: "passeur_suspended".
        DraftError: "missing", "too_long", "control_characters" (field name).
    """
    read = read_line(name, field="name", longest=LONGEST_NAME)
    with node.database.write() as session:
        passeur = require_passeur(session, by)
        session.exec(update(Passeur).where(col(Passeur.id) == passeur.id).values(name=read))
        record(session, at=node.now(), by=by.id, deed="passeur_renamed", subject=passeur.id)


def known_as(passeur: Passeur) -> str:
    """What colleagues read: the name, or the address of somebody who has not said it yet."""
    return passeur.name or passeur.email


def make_first_passeur(database: Database, settings: NodeSettings, *, now: datetime) -> None:
    """At the first start: the coordinator whose address the settings name; their name, they say later.

    Later starts change nothing.
    """
    with database.session() as session:
        if session.exec(select(func.count()).select_from(Passeur)).one():
            return
    passeur = _new_passeur(email=settings.admin_email, name=None, role=Role.COORDINATOR, now=now)
    try:
        with database.write() as session:
            session.add(passeur)
    except IntegrityError:
        return  # another process of this node was first


def require_passeur(session: Session, by: Passeur) -> Passeur:
    """The passeur as the database knows them now.

    Raises:
        NotAllowedError: "passeur_suspended", also when they are gone.
    """
    found = session.exec(select(Passeur).where(Passeur.id == by.id)).first()
    if found is None or found.state != PasseurState.ACTIVE:
        raise NotAllowedError("passeur_suspended")
    return found


def require_coordinator(session: Session, by: Passeur) -> Passeur:
    """The passeur, who coordinates.

    Raises:
        NotAllowedError: "passeur_suspended", "not_allowed".
    """
    found = require_passeur(session, by)
    if found.role != Role.COORDINATOR:
        raise NotAllowedError("not_allowed")
    return found


def _new_passeur(*, email: str, name: str | None, role: str, now: datetime) -> Passeur:
    try:
        address = check_address(email.strip().lower())
    except MailError as err:
        raise DraftError("bad_address", "email") from err
    if role not in set(Role):
        raise DraftError("bad_role", "role")
    return Passeur(
        email=address,
        name=read_line(name or "", field="name", longest=LONGEST_NAME, required=name is not None),
        role=role,
        passkey_user_handle=os.urandom(32),
        created_at=now,
    )


def _set_state(session: Session, passeur_id: str, state: PasseurState) -> None:
    statement = update(Passeur).where(col(Passeur.id) == passeur_id).values(state=state)
    if not session.exec(statement).rowcount:
        raise NotFoundError
