"""The log of what was shown: a line before anything leaves, and what came of it; its owner alone reads it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlmodel import col, select, update

from wallet.models import Disclosure, RequestState
from wallet.vault import seal_json, unseal_json
from wallet.verifiers import Verifier

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlmodel import Session

    from wallet.service import WalletService

_NAME_CHARACTERS: Final = 200


@dataclass(frozen=True)
class ShownBadge:
    """A badge that was shown.

    Args:
        name: as it was then.
        in_part: something of it stayed hidden.
    """

    name: str
    in_part: bool


@dataclass(frozen=True)
class Shown:
    """A line of the log.

    Args:
        badges: what was shown.
    """

    id: str
    state: RequestState
    verifier: Verifier
    badges: tuple[ShownBadge, ...]
    made_at: datetime


def write_line(
    service: WalletService,
    passport_id: str,
    *,
    request_id: str,
    verifier: Verifier,
    state: RequestState,
    badges: Sequence[ShownBadge],
) -> Disclosure:
    """Write a line, to be merged into a transaction. It has the request's id: there is one per request.

    Args:
        service: the wallet's tools.
        passport_id: whose log.
        request_id: which request.
        verifier: who asked.
        state: what came of it, so far.
        badges: what is shown.
    """
    content = {
        "verifier": asdict(verifier),
        "badges": [each.name[:_NAME_CHARACTERS] for each in badges],
        "in_part": [each.in_part for each in badges],
    }
    sealed = seal_json(service.vault, content, owner=passport_id, record=f"disclosure:{request_id}")
    return Disclosure(
        id=request_id, passport_id=passport_id, state=state, sealed_content=sealed, made_at=service.now()
    )


def note_outcome(session: Session, request_id: str, state: RequestState) -> None:
    """Note what came of a request, in that transaction."""
    session.exec(update(Disclosure).where(col(Disclosure.id) == request_id).values(state=state))


def list_disclosures(service: WalletService, passport_id: str) -> list[Shown]:
    """The log of a passport, newest first."""
    with service.database.session() as session:
        rows = session.exec(
            select(Disclosure)
            .where(Disclosure.passport_id == passport_id)
            .order_by(col(Disclosure.made_at).desc())
        ).all()
    return [_shown(service, row) for row in rows]


def times_shown(service: WalletService, passport_id: str, client_id: str) -> int:
    """How often something was shown to this verifier before."""
    lines = list_disclosures(service, passport_id)
    return sum(line.state is RequestState.SHARED and line.verifier.client_id == client_id for line in lines)


def _shown(service: WalletService, row: Disclosure) -> Shown:
    content = unseal_json(
        service.vault, row.sealed_content, owner=row.passport_id, record=f"disclosure:{row.id}"
    )
    return Shown(
        id=row.id,
        state=RequestState(row.state),
        verifier=Verifier(**content["verifier"]),
        badges=_badges(content),
        made_at=row.made_at,
    )


def _badges(content: dict[str, Any]) -> tuple[ShownBadge, ...]:
    """Read the badges of a line; older lines are of badges that could only be shown whole."""
    names = content["badges"]
    return tuple(map(ShownBadge, names, content.get("in_part", [False] * len(names))))
