"""Slips on paper: several a page, each with its QR code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from issuer_node.awards import AwardLine, get_award, list_lines
from issuer_node.dependencies import NodeHere, Pages, SignedInPasseur
from issuer_node.models import Award, Badge
from issuer_node.offers import OfferLinks, offer_links
from issuer_node.sessions import get_sheet
from web.i18n import translator

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Slip:
    """What one slip says, and to whom.

    Args:
        award: the recognition that it hands over.
        badge: which badge.
        links: what its QR code and its text hold.
        number: which of this person's slips, from 1.
        of: how many slips this person has on the page.
    """

    award: Award
    badge: Badge
    links: OfferLinks
    number: int
    of: int


@router.get("/sessions/{session_id}/slips")
def show_session_slips(
    request: Request, node: NodeHere, pages: Pages, _passeur: SignedInPasseur, session_id: str
) -> Response:
    """The slips of a session that can still be used."""
    sheet = get_sheet(node, session_id)
    lines = list_lines(node, [award.id for award in sheet.awards.values()])
    back = f"/sessions/{session_id}/done"
    return _page(request, node, pages, lines, back=back, back_label=translator(request)("slips.back"))


@router.get("/awards/{award_id}/slip")
def show_award_slip(
    request: Request, node: NodeHere, pages: Pages, _passeur: SignedInPasseur, award_id: str
) -> Response:
    """One award's slip."""
    line = get_award(node, award_id).line
    return _page(
        request, node, pages, [line], back=f"/awards/{award_id}", back_label=line.award.recipient_name
    )


def _page(
    request: Request, node: NodeHere, pages: Pages, lines: Sequence[AwardLine], *, back: str, back_label: str
) -> Response:
    waiting = [line for line in lines if line.state == "waiting"]
    all_of, so_far = Counter(_person(line) for line in waiting), Counter[str]()
    slips = []
    for line in waiting:
        if line.offer is None:
            continue
        person = _person(line)
        so_far[person] += 1
        links = offer_links(node, line.offer, badge_id=line.badge.id)
        slips.append(Slip(line.award, line.badge, links, number=so_far[person], of=all_of[person]))
    collected = sum(line.state in {"redeemed", "received"} for line in lines)
    back = node.settings.base_path + back
    return pages.page(
        request, "slips.html", slips=slips, collected=collected, back=back, back_label=back_label
    )


def _person(line: AwardLine) -> str:
    """Who the slip is for: two people of one name are two."""
    return line.award.participant_id or line.award.id
