"""Changing the keys of a node that is at work: decide, make, and sign anew what is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, select

from issuer_node.identifiers.custody import ChangeKind, complete_changes, decide_change
from issuer_node.models import StatusList
from issuer_node.passeurs import require_coordinator
from issuer_node.status_list_tokens import status_list_token

if TYPE_CHECKING:
    from collections.abc import Sequence

    from issuer_node.models import Passeur
    from issuer_node.node import Node


def rotate_keys(node: Node, *, by: Passeur | None) -> None:
    """Make new keys, and have those in use sign no more: what they signed holds.

    Args:
        node: the node.
        by: a coordinator; None: whoever runs the node.

    Raises:
        NotAllowedError: somebody else.
        ConflictError: "clock_behind".
    """
    _change(node, ChangeKind.ROTATE, (), by)


def revoke_keys(node: Node, key_names: Sequence[str], *, by: Passeur | None) -> None:
    """Declare keys stolen: nothing that they signed holds any more, whenever it was signed.

    Args:
        node: the node.
        key_names: such as "key-1".
        by: a coordinator; None: whoever runs the node.

    Raises:
        NotAllowedError: somebody else.
        NotFoundError: "key_unknown".
        ConflictError: "key_revoked", "clock_behind".
    """
    _change(node, ChangeKind.REVOKE, key_names, by)


def _change(node: Node, kind: ChangeKind, key_names: Sequence[str], by: Passeur | None) -> None:
    if by is not None:
        with node.database.session() as session:
            require_coordinator(session, by)
    custody, now = node.live.custody, node.now()
    decide_change(custody, kind, key_names=key_names, by=by.id if by else None, now=now)
    node.listener("key_change_decided")
    complete_changes(custody, now=now)
    node.listener("key_change_made")
    node.live.refresh()
    sign_lists_anew(node)
    node.listener("lists_signed")


def sign_lists_anew(node: Node) -> None:
    """Sign every status list, in both forms, with the keys in use; where it is done already, nothing is."""
    with node.database.session() as session:
        list_ids = session.exec(select(StatusList.id).order_by(col(StatusList.created_at))).all()
    for list_id in list_ids:
        status_list_token(node, list_id)
