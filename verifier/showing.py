"""Report pages: the same template for what was pasted, opened by link, or answered to a request."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, Final

from verifier.emblems import emblem_source
from verifier.lettering import plain
from verifier.reports import issuer_domain, show

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from verifier.desk import Desk
    from verifier.models import PresentationRequest
    from verifier.reports import Findings
    from web.rendering import Renderer


_LONGEST_ADDRESS: Final = 2_048


def report_page(
    request: Request,
    pages: Renderer,
    desk: Desk,
    findings: Findings,
    *,
    asked: PresentationRequest | None = None,
) -> Response:
    """Answer with the page of a report.

    Args:
        request: being answered.
        pages: the renderer.
        desk: the verifier.
        findings: what was found.
        asked: the request that it answers, if any.
    """
    report = show(findings)
    return pages.page(
        request,
        "report.html",
        report=report,
        checked_at=findings.checked_at,
        asked=asked,
        emblem_of=lambda badge: emblem_source(desk, badge),
        tools={"plain": plain, "web_link": web_link, "pretty": pretty_json, "domain": issuer_domain},
        download=download_link,
        report_json=findings.report,
    )


def web_link(address: str | None) -> str | None:
    """An address of the web that a page may link to; None for anything else, such as `javascript:`."""
    if address is None or len(address) > _LONGEST_ADDRESS or not address.startswith(("https://", "http://")):
        return None
    return address


def pretty_json(value: Any) -> str:
    """JSON for a person's eyes."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def download_link(value: Any) -> str:
    """A link that saves a JSON document without asking the server again, which keeps nothing of it."""
    return "data:application/json;base64," + base64.b64encode(pretty_json(value).encode()).decode()
