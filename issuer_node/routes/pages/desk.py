"""The desk: the next deed, and where things stand."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from issuer_node.awards import AwardFilter, list_awards
from issuer_node.badges import list_badges
from issuer_node.dependencies import NodeHere, Pages, SignedInPasseur
from issuer_node.offers import list_second_scans
from issuer_node.passkeys import list_passkeys
from issuer_node.sessions import SessionLine, list_sessions
from issuer_node.situations import list_situations

router = APIRouter(include_in_schema=False)

_LATEST = 5
_MOST_TO_CONTINUE = 3


@dataclass(frozen=True)
class Figures:
    """What there is, in numbers."""

    badges: int
    sessions: int
    awards: int
    waiting: int


@router.get("/")
def show_desk(request: Request, node: NodeHere, pages: Pages, passeur: SignedInPasseur) -> Response:
    """What to do now, what else one can do, and the latest sessions."""
    sessions = list_sessions(node)
    figures = Figures(
        badges=len(list_badges(node)),
        sessions=len(sessions),
        awards=list_awards(node, page_size=1).total,
        waiting=list_awards(node, wanted=AwardFilter(state="waiting"), page_size=1).total,
    )
    return pages.page(
        request,
        "desk.html",
        figures=figures,
        situations=list_situations(node),
        sessions=sessions[:_LATEST],
        to_continue=[line for line in sessions if is_open(line)][:_MOST_TO_CONTINUE],
        second_scans=list_second_scans(node),
        suggest_passkey=not list_passkeys(node, by=passeur),
    )


def is_open(line: SessionLine) -> bool:
    """Whether nothing was awarded in a session yet."""
    return line.session.closed_at is None
