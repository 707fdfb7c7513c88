"""A verifier's request: who asks, what would be seen, yes or no."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from wallet import copies, disclosures, matching, presenting, requests
from wallet.dependencies import (
    FORM,
    MaybeVisitor,
    Pages,
    SignedIn,
    Wallet,
    keep_session,
    limit_openings,
    see_other,
)
from wallet.errors import PresentingError
from wallet.offers import domain_of
from wallet.routes.showing import hidden_words
from wallet.service import WalletService
from wallet.signing_in import Visitor, open_session
from web.problems import NotFound

router = APIRouter()

_CHOICE = "choice-"
_SEEN = "copy-"  # which copy of each badge the page showed


async def form_of(request: Request) -> FormData:
    """The form, whose field names depend on what was asked."""
    return await request.form()


Choices = Annotated[FormData, Depends(form_of)]


@router.get("/present", dependencies=[Depends(limit_openings)])
def open_request(request: Request, service: Wallet, visitor: MaybeVisitor) -> Response:
    """Open a verifier's link; its address does not stay in the browser's bar."""
    if not request.url.query:
        return see_other(request, "/scan")
    opened = None if visitor else open_session(service)
    whose = visitor or (opened.visitor if opened else Visitor("", None))
    request_id = requests.open_request(service, whose, request.url.query)
    response = see_other(request, f"/present/{request_id}")
    return keep_session(request, response, opened) if opened else response


@router.get("/present/{request_id}")
def show_request(
    request: Request, pages: Pages, service: Wallet, visitor: MaybeVisitor, request_id: str
) -> Response:
    """Who asks and exactly what would be seen; or what came of it."""
    return _page(request, pages, service, visitor, _find(service, visitor, request_id))


@router.post("/present/{request_id}/accept", dependencies=FORM)
def accept_request(
    request: Request, *, pages: Pages, service: Wallet, owner: SignedIn, request_id: str, form: Choices
) -> Response:
    """Show the verifier what was chosen."""
    _find(service, owner.visitor, request_id)
    chosen = _fields(form, _CHOICE)
    try:
        presenting.present(service, owner.visitor, request_id, chosen, seen=_fields(form, _SEEN))
    except PresentingError as err:
        found = _find(service, owner.visitor, request_id)
        return _page(request, pages, service, owner.visitor, found, failed=err, chosen=chosen)
    return see_other(request, f"/present/{request_id}")


@router.post("/present/{request_id}/decline", dependencies=FORM)
def decline_request(
    request: Request, pages: Pages, service: Wallet, visitor: MaybeVisitor, request_id: str
) -> Response:
    """Say no; nothing is shown."""
    found = _find(service, visitor, request_id)
    try:
        presenting.decline(service, visitor or Visitor("", None), request_id)
    except PresentingError as err:
        return _page(request, pages, service, visitor, found, failed=err)
    return see_other(request, f"/present/{request_id}")


def _fields(form: FormData, prefix: str) -> dict[str, list[str]]:
    """What a form says of each question, in the fields whose names begin so."""
    return {
        name.removeprefix(prefix): [value for value in form.getlist(name) if isinstance(value, str)]
        for name in form
        if name.startswith(prefix)
    }


def _find(service: WalletService, visitor: Visitor | None, request_id: str) -> requests.Request:
    found = requests.find_request(service, visitor, request_id)
    if found is None:
        raise NotFound("request_elsewhere")
    return found


def _page(
    request: Request,
    pages: Pages,
    service: WalletService,
    visitor: Visitor | None,
    found: requests.Request,
    *,
    failed: PresentingError | None = None,
    chosen: dict[str, list[str]] | None = None,
) -> Response:
    is_over = found.ends_at <= service.now()
    if found.state not in requests.CAN_BE_ANSWERED or is_over:
        state = "expired" if is_over and found.state in requests.CAN_BE_ANSWERED else str(found.state)
        return pages.page(
            request, "presented.html", status=409 if failed else 200, asked=found, state=state,
            error=found.error, back_to=domain_of(found.redirect_uri) if found.redirect_uri else None,
        )  # fmt: skip
    passport_id = visitor.passport_id if visitor else None
    found_badges = matching.match_request(service, passport_id, found) if passport_id else None
    times = (
        disclosures.times_shown(service, passport_id, found.content.verifier.client_id) if passport_id else 0
    )
    copy_waiting = (
        passport_id is not None
        and found_badges is not None
        and not found_badges.can_answer
        and copies.are_copies_waiting(service, passport_id)
    )
    status = 200 if failed is None else (503 if failed.code == "verifier_unreachable" else 422)
    return pages.page(
        request, "present.html", status=status, asked=found, matching=found_badges, times=times,
        error=failed.code if failed else found.error, chosen=chosen or {}, words_of=hidden_words,
        copy_waiting=copy_waiting,
    )  # fmt: skip
