"""Pages that check what a person hands in: the home page, the report of a badge, the report of a link."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from credentials.errors import BakingError
from verifier.checking import MAXIMUM_BYTES, AddressError, check_address, check_badge
from verifier.dependencies import DeskHere, Pages
from verifier.opening import open_link
from verifier.showing import report_page
from web.csrf import csrf_protected
from web.i18n import chosen_language
from web.problems import BadRequest, Gone, NotFound, Problem, Unprocessable

router = APIRouter(include_in_schema=False)

_PROBLEMS: dict[str, type[Problem]] = {
    "address_not_allowed": BadRequest,
    "address_unreachable": Unprocessable,
    "link_ended": Gone,
    "link_unknown": NotFound,
}


@router.get("/")
def home(request: Request, pages: Pages) -> Response:
    """The three ways to check a badge."""
    return pages.page(request, "home.html", error=None, pasted="")


@router.get("/verify")
def verify_again(request: Request, desk: DeskHere) -> Response:
    """A report of something handed in has no address of its own: reloading it starts anew."""
    language = chosen_language(request)
    return RedirectResponse(f"{desk.settings.base_path}/{f'?lang={language}' if language else ''}", 303)


@router.post("/verify", dependencies=[Depends(csrf_protected)])
def verify(
    request: Request,
    desk: DeskHere,
    pages: Pages,
    *,
    credential: Annotated[str, Form()] = "",
    url: Annotated[str, Form()] = "",
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Check what was pasted (a badge, or the address of one) or uploaded. Nothing is kept."""
    pasted = credential.strip()
    address = url.strip() or (pasted if _is_address(pasted) else "")
    try:
        if file is not None and file.filename:
            findings = check_badge(desk, file.file.read(MAXIMUM_BYTES + 1))
        elif address:
            findings = check_address(desk, address)
        elif pasted:
            findings = check_badge(desk, pasted.encode("utf-8", "surrogatepass"))
        else:
            return pages.page(request, "home.html", status=422, error="nothing_given", pasted="")
    except (BakingError, AddressError) as err:
        return pages.page(request, "home.html", status=422, error=err.code, pasted=pasted[:2_000])
    return report_page(request, pages, desk, findings)


@router.get("/open")
def open_prepared_link(
    request: Request, desk: DeskHere, pages: Pages, presentation_uri: str = ""
) -> Response:
    """Check what a learner prepared for an employer behind a link."""
    if not presentation_uri:
        raise BadRequest("link_missing")
    try:
        findings = open_link(desk, presentation_uri)
    except AddressError as err:
        raise _PROBLEMS[err.code](err.code) from err
    return report_page(request, pages, desk, findings)


def _is_address(pasted: str) -> bool:
    return pasted.startswith(("https://", "http://")) and not any(map(str.isspace, pasted))
