"""The page of what a request brought, for the browser that asked and no other (see `verifier.results`)."""

from __future__ import annotations

from typing import NoReturn

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.responses import Response

from verifier.dependencies import Browser, DeskHere, Pages
from verifier.results import ResultError, open_result
from verifier.showing import report_page
from web.problems import Forbidden, NotFound

router = APIRouter(include_in_schema=False)


@router.get("/results/{request_id}")
def show_result(
    request: Request,
    request_id: str,
    desk: DeskHere,
    pages: Pages,
    browser: Browser,
    *,
    response_code: str | None = None,
) -> Response:
    """Show a result; a response code is spent and leaves the address."""
    try:
        result = open_result(desk, request_id, browser=browser, response_code=response_code)
    except ResultError as err:
        if err.code == "not_answered":
            return RedirectResponse(f"{desk.settings.base_path}/requests/{request_id}", 303)
        _refuse(err, brought_code=response_code is not None)
    if response_code is not None:
        return RedirectResponse(f"{desk.settings.base_path}/results/{request_id}", 303)
    return report_page(request, pages, desk, result.findings, asked=result.request)


@router.get("/results/{request_id}/report.json")
def download_report(request_id: str, desk: DeskHere, browser: Browser) -> Response:
    """The report as JSON, for the same browser."""
    try:
        result = open_result(desk, request_id, browser=browser, response_code=None)
    except ResultError as err:
        _refuse(err, brought_code=False)
    return JSONResponse(
        result.findings.report,
        headers={"Content-Disposition": 'attachment; filename="report.json"', "Cache-Control": "no-store"},
    )


@router.get("/declined")
def declined(request: Request, pages: Pages) -> Response:
    """Where a wallet takes its person after they said no."""
    return pages.page(request, "declined.html")


def _refuse(err: ResultError, *, brought_code: bool) -> NoReturn:
    match err.code:
        case "other_browser" if brought_code:
            # most often the learner's own browser, brought here by the wallet
            raise Forbidden("result_sent") from err
        case "code_needed" | "code_wrong":
            raise Forbidden(f"result_{err.code}") from err
        case _:
            raise NotFound("result_unknown") from err
