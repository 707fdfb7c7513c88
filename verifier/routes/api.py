"""For other programs: one badge in, one report out."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from starlette.responses import Response

from credentials.errors import BakingError
from verifier.checking import MAXIMUM_BYTES, check_badge
from verifier.dependencies import Body, DeskHere
from verifier.schemas import ReportJson
from web.problems import OAuthError

router = APIRouter(prefix="/api", tags=["verification"])
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/vc": {"schema": {"type": "object"}},
            "application/json": {"schema": {"type": "object"}},
            "application/jwt": {"schema": {"type": "string"}},
            "application/dc+sd-jwt": {"schema": {"type": "string"}},
            "image/png": {"schema": {"type": "string", "format": "binary"}},
            "image/svg+xml": {"schema": {"type": "string"}},
        },
    }
}


@router.post("/verify", response_model=ReportJson, openapi_extra=_BODY, summary="Verify a badge")
def verify(body: Body, desk: DeskHere) -> Response:
    """Check a badge: the credential's JSON, a token, or a picture with one baked in.

    Answers 200 with the report whatever the outcome ("valid", "invalid", "indeterminate"), and 400 when the
    body holds no credential at all. Nothing is kept.
    """
    if len(body) > MAXIMUM_BYTES:
        raise OAuthError("invalid_request", "the body is too large", status=413, extra={"code": "too_large"})
    try:
        findings = check_badge(desk, body)
    except BakingError as err:
        raise OAuthError(
            "invalid_request", "no credential was found in the body", extra={"code": err.code}
        ) from err
    return JSONResponse(findings.report, headers={"Cache-Control": "no-store"})
