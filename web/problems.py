"""Errors as people and programs read them; the only place where HTTP status codes meet errors.

Problem(Exception)          a page for browsers, application/problem+json (RFC 9457) for programs
├── BadRequest              400
├── NotSignedIn             401
├── Forbidden               403
├── NotFound                404
├── Conflict                409
├── Gone                    410
├── TooLarge                413
├── Unprocessable           422
├── TooManyRequests         429
└── Unavailable             503
OAuthError(Exception)       {"error", "error_description"}, never cached (RFC 6749 section 5.2)
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import structlog
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

_SQLITE_FULL = 13
_SQLITE_AWAY = frozenset({5, 6, 10, 14})  # busy, locked, I/O error, cannot open
_POSTGRESQL_FULL = "53100"
_POSTGRESQL_AWAY = frozenset({"08", "53", "55", "57"})  # connection, resources, locks, shutdown

log = structlog.get_logger(__name__)


class Problem(Exception):  # noqa: N818 - the RFC's noun
    """A request that cannot be answered, with a code for programs and a sentence for people.

    Args:
        code: stable machine code, snake_case. The page's sentences are the messages
            `problem.<code>.title` and `problem.<code>.text` when the catalogues have them,
            else those of the status.
        status: HTTP status code; by default the class's.
        detail: English words for programmers, without secrets or personal data; JSON answers only.
        headers: extra response headers.
        redirect_to: path below the base path to which a *browser* is sent instead of the page (303).
        params: named values for the page's sentences.

    Source: RFC 9457 section 3
    """

    default_status = 500
    default_code = "unexpected"

    def __init__(
        self,
        code: str | None = None,
        *,
        status: int | None = None,
        detail: str = "",
        headers: Mapping[str, str] | None = None,
        redirect_to: str | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> None:
        self.code = code or self.default_code
        self.status = status or self.default_status
        self.detail = detail
        self.headers = dict(headers or {})
        self.redirect_to = redirect_to
        self.params = dict(params or {})
        super().__init__(f"{self.status} {self.code} {detail}".strip())


class BadRequest(Problem):
    """The request cannot be read."""

    default_status, default_code = 400, "bad_request"


class NotSignedIn(Problem):
    """Somebody must sign in first; give `redirect_to` the sign-in page."""

    default_status, default_code = 401, "not_signed_in"


class Forbidden(Problem):
    """Known, and not allowed."""

    default_status, default_code = 403, "forbidden"


class NotFound(Problem):
    """Nothing here, or nothing that this person may know of."""

    default_status, default_code = 404, "not_found"


class Conflict(Problem):
    """The state does not allow it, or no longer."""

    default_status, default_code = 409, "conflict"


class Gone(Problem):
    """It was here and has ended: an expired link, a withdrawn share."""

    default_status, default_code = 410, "gone"


class TooLarge(Problem):
    """More bytes than are read."""

    default_status, default_code = 413, "too_large"


class Unprocessable(Problem):
    """Readable, but its content is refused."""

    default_status, default_code = 422, "unprocessable"


class TooManyRequests(Problem):
    """Too often; the `Retry-After` header says when, in seconds."""

    default_status, default_code = 429, "too_many_requests"


class Unavailable(Problem):
    """Not now: the database or something else that the answer needs does not answer."""

    default_status, default_code = 503, "unavailable"


class OAuthError(Exception):
    """An error of a protocol endpoint, in the body that OAuth and OpenID4VC define.

    Args:
        error: registered error code, such as "invalid_grant".
        description: ASCII English words for the programmer at the other end.
        status: HTTP status code.
        headers: extra response headers, such as `WWW-Authenticate`.
        extra: further members of the body.

    Source: RFC 6749 section 5.2
    """

    def __init__(
        self,
        error: str,
        description: str = "",
        *,
        status: int = 400,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self.error = error
        self.description = description
        self.status = status
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})
        super().__init__(f"{error}: {description}" if description else error)


def install_problem_handlers(app: FastAPI) -> None:
    """Answer every exception of the application as a problem; none leaks its text."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(OAuthError, _on_oauth_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    for unreachable in (OperationalError, InterfaceError, PoolTimeoutError):
        app.add_exception_handler(unreachable, _on_database_trouble)
    app.add_exception_handler(DataError, _on_data_error)


def problem_response(
    request: Request, problem: Problem, *, errors: list[dict[str, Any]] | None = None
) -> Response:
    """The answer for a problem: a redirect or a page for browsers, problem+json for programs."""
    if wants_html(request):
        if problem.redirect_to is not None:
            base = request.app.state.settings.base_path
            return RedirectResponse(f"{base}{problem.redirect_to}", 303, headers=problem.headers)
        return _page(request, problem)
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "code": problem.code,
    }
    if problem.detail:
        body["detail"] = problem.detail
    if errors:
        body["errors"] = errors
    headers = {"Cache-Control": "no-store", **problem.headers}
    return JSONResponse(body, problem.status, headers=headers, media_type="application/problem+json")


def wants_html(request: Request) -> bool:
    """Whether the client is a browser that asks for a page."""
    return "text/html" in request.headers.get("accept", "")


def _page(request: Request, problem: Problem) -> Response:
    from web.rendering import renderer_of  # noqa: PLC0415 - rendering stands on problems

    page = renderer_of(request).page(
        request,
        "problem.html",
        status=problem.status,
        problem=problem,
        code=problem.code,
        params=problem.params,
    )
    page.headers.update({"Cache-Control": "no-store", **problem.headers})
    return page


def oauth_error_response(error: OAuthError) -> Response:
    """The OAuth error body, never cached."""
    body = {"error": error.error, **error.extra}
    if error.description:
        body["error_description"] = error.description
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache", **error.headers}
    return JSONResponse(body, error.status, headers=headers)


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problem_response(request, error)


async def _on_oauth_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, OAuthError)
    return oauth_error_response(error)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_").replace("-", "_")
    return answer_problem(request, Problem(code, status=error.status_code, headers=error.headers))


async def _on_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    # `input` and `ctx` repeat what was sent, which may be a secret: they are left out
    errors = [
        {"pointer": "/" + "/".join(str(part) for part in found["loc"]), "code": found["type"]}
        for found in error.errors()[:20]
    ]
    return answer_problem(request, Unprocessable("invalid_fields"), errors=errors)


async def _on_database_trouble(request: Request, error: Exception) -> Response:
    trouble = database_trouble(error)
    if trouble is None:
        raise error  # a mistake of ours, such as a missing table: the guard answers 500
    log.error("database_unavailable", error=type(error).__name__, code=trouble.code)
    return answer_problem(request, trouble)


async def _on_data_error(request: Request, error: Exception) -> Response:
    """A value that no column can hold: a NUL character for PostgreSQL, a number past its range.

    Statements are fixed and values are what was sent, so it is the request that cannot be answered.
    """
    log.warning("database_refused_a_value", error=type(error).__name__)
    return answer_problem(request, BadRequest())


def database_trouble(error: Exception) -> Problem | None:
    """The problem that a database's failure is to the person who asks; None when it is a programming error.

    Source: SQLite, "Result and Error Codes"; PostgreSQL, "Error Codes"
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    primary = getattr(cause, "sqlite_errorcode", None)
    state = getattr(cause, "sqlstate", None)
    if primary is not None:
        # extended codes carry the primary one in their low byte
        full, away = primary & 0xFF == _SQLITE_FULL, primary & 0xFF in _SQLITE_AWAY
    elif state is not None:
        full, away = state == _POSTGRESQL_FULL, state[:2] in _POSTGRESQL_AWAY
    else:
        full, away = (
            False,
            isinstance(cause, (TimeoutError, PoolTimeoutError)) or "psycopg" in type(cause).__module__,
        )
    if full:
        return Problem("storage_full", status=507)
    return Unavailable(headers={"Retry-After": "5"}) if away else None


def unexpected_error_response(request: Request) -> Response:
    """What is said of an exception that nobody foresaw: nothing but that it happened."""
    return answer_problem(request, Problem())


def answer_problem(
    request: Request, problem: Problem, *, errors: list[dict[str, Any]] | None = None
) -> Response:
    """Answer in the manner of the route: OAuth endpoints answer OAuth bodies, whatever went wrong."""
    if getattr(request.state, "is_protocol", False):
        error = "server_error" if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request"
        return oauth_error_response(
            OAuthError(error, problem.code, status=_oauth_status(problem.status), headers=problem.headers)
        )
    return problem_response(request, problem, errors=errors)


def _oauth_status(status: int) -> int:
    """A body that fails validation is a plain 400 to OAuth clients.

    Source: RFC 6749 section 5.2
    """
    return 400 if status == HTTPStatus.UNPROCESSABLE_ENTITY else status
