"""One recognition: where it stands, its slip, a new slip, taking it back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from issuer_node.awards import AwardStory, get_award, revoke_award
from issuer_node.dependencies import FORM, NodeHere, Pages, SignedInPasseur, see_other
from issuer_node.errors import DraftError
from issuer_node.models import OfferState
from issuer_node.offers import offer_links, renew_offer
from issuer_node.passeurs import known_as
from issuer_node.routes.pages.forms import LIMITS, Typed, said
from web.i18n import translator
from web.rendering import format_datetime

router = APIRouter(prefix="/awards/{award_id}", include_in_schema=False)

_DONE = {"made": "award.made", "renewed": "award.renewed", "revoked": "award.revoked_now"}


@router.get("")
def show_award(
    request: Request, node: NodeHere, pages: Pages, _passeur: SignedInPasseur, award_id: str
) -> Response:
    """Where the recognition stands, in words; the slip while it waits."""
    story = get_award(node, award_id)
    line = story.line
    scanned = line.offer.second_scan_at if line.offer and line.offer.state == OfferState.REDEEMED else None
    return pages.page(
        request,
        "award.html",
        award=line.award,
        badge=line.badge,
        state=line.state,
        links=offer_links(node, line.offer, badge_id=line.badge.id) if line.offer else None,
        second_scan_at=scanned,
        session_title=story.situation.title if story.situation else "",
        events=_events(request, story),
        said=said(request, _DONE, name=line.award.recipient_name),
    )


@router.post("/renew", dependencies=FORM)
def renew(request: Request, node: NodeHere, passeur: SignedInPasseur, award_id: str) -> Response:
    """Make a new slip; the old one is dead."""
    renew_offer(node, by=passeur, award_id=award_id)
    return see_other(request, f"/awards/{award_id}?done=renewed")


@router.get("/revoke")
def ask_revoke(
    request: Request, node: NodeHere, pages: Pages, _passeur: SignedInPasseur, award_id: str
) -> Response:
    """The question, and the reason."""
    return _revoke_page(request, pages, get_award(node, award_id))


@router.post("/revoke", dependencies=FORM)
def revoke(
    request: Request,
    node: NodeHere,
    pages: Pages,
    passeur: SignedInPasseur,
    award_id: str,
    *,
    reason: Typed = "",
) -> Response:
    """Take the recognition back, for a reason."""
    try:
        revoke_award(node, by=passeur, award_id=award_id, reason=reason)
    except DraftError as err:
        story = get_award(node, award_id)
        return _revoke_page(request, pages, story, typed=reason, errors={err.field: err.code})
    return see_other(request, f"/awards/{award_id}?done=revoked")


def _revoke_page(
    request: Request,
    pages: Pages,
    story: AwardStory,
    *,
    typed: str = "",
    errors: dict[str, str] | None = None,
) -> Response:
    line = story.line
    if line.state == "revoked":
        return see_other(request, f"/awards/{line.award.id}")
    return pages.page(
        request,
        "revoke.html",
        status=422 if errors else 200,
        award=line.award,
        badge=line.badge,
        state=line.state,
        typed=typed,
        errors=errors or {},
        limits=LIMITS,
    )


def _events(request: Request, story: AwardStory) -> list[dict[str, Any]]:
    """What happened, newest first, for `ui.timeline`."""
    t = translator(request)
    award = story.line.award
    found = [(award.awarded_at, 0, t("award.awarded", name=known_as(story.awarded_by)), "medal")]
    found += [(offer.created_at, 1, t("award.offer_made"), "slip") for offer in story.offers]
    found += [(at, 2, t("award.received_at"), "passport") for at in _received_at(story)]
    if award.revoked_at is not None:
        by = known_as(story.revoked_by) if story.revoked_by else ""
        found.append((award.revoked_at, 3, t("award.revoked_at", name=by), "undo"))
    found.sort(key=lambda event: event[:2], reverse=True)
    return [
        {"title": title, "when": _moment(request, at), "text": None, "icon": icon, "href": None}
        for at, _, title, icon in found
    ]


def _received_at(story: AwardStory) -> Iterable[datetime]:
    """When the badge was received by each of its slips, in however many copies. The first copy comes last."""
    issued = {each.offer_id: each.issued_at for each in story.issuances if each.issued_at is not None}
    return issued.values()


def _moment(request: Request, at: datetime) -> str:
    state = request.app.state
    return format_datetime(state.catalogue, request.state.language, at, zone=state.settings.time_zone)
