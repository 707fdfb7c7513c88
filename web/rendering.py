"""Pages: Jinja2 with autoescape and strict names, and what every template may call."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request  # noqa: TC002 - FastAPI reads renderer_of's annotation at run time
from starlette.responses import HTMLResponse

from web import csrf
from web.i18n import LANGUAGE_COOKIE, LANGUAGES, Catalogue, chosen_language, language_of
from web.markdown import render_markdown
from web.packages import package_folder
from web.qr import qr_svg

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2.bccache import Bucket

    from web.settings import ServiceSettings
    from web.static_files import StaticFiles

LANGUAGE_SECONDS = 365 * 24 * 3600

# The page being rendered. Macros are imported without the page's variables; the functions below find
# the request here instead, so `{% import "components.html" as ui %}` needs no "with context".
_request: ContextVar[Request] = ContextVar("request")


class _Compiled(BytecodeCache):
    """Templates that this process compiled, by the hash of their source: each is compiled once."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        code = self._code.get((bucket.key, bucket.checksum))
        if code is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


@dataclass(frozen=True)
class Renderer:
    """Renders the templates of a service, over those of web.

    Template globals: `t(key, **params)`, `has_message(key)`, `link(path)`, `absolute(path)`,
    `asset(name)`, `csrf_field()`, `csrf_token()`, `format_date(instant)`, `format_datetime(instant)`,
    `markdown(text)`, `qr_svg(text)`, `language_links()`.
    Page variables: `lang`, `request`, `nav`, `service`, and what the route gives.
    """

    environment: Environment
    settings: ServiceSettings

    @classmethod
    def load(
        cls, package: str, *, settings: ServiceSettings, catalogue: Catalogue, static: StaticFiles
    ) -> Renderer:
        """The renderer of a package's `templates`, with its messages and static files."""
        folders = dict.fromkeys((package_folder(package) / "templates", package_folder("web") / "templates"))
        environment = Environment(
            loader=FileSystemLoader(list(folders)),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            bytecode_cache=_COMPILED,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals.update(_Globals(settings, catalogue, static).functions())
        return cls(environment, settings)

    def page(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **context: Any,
    ) -> HTMLResponse:
        """Answer with a page. Caches never store it: it holds tokens and what only this person may see.

        Args:
            request: being answered.
            template: file name below a `templates` folder.
            status: HTTP status code.
            headers: extra or overriding response headers, such as `Cache-Control`.
            context: the template's variables.
        """
        html = self.render(request, template, **context)
        response = HTMLResponse(html, status, headers={"Cache-Control": "no-store", **(headers or {})})
        csrf.keep_browser(request, response)
        self._keep_language(request, response)
        return response

    def render(self, request: Request, template: str, **context: Any) -> str:
        """The text of a template for a request: for fragments, mails and files."""
        variables = {**_page_variables(request), **context}
        token = _request.set(request)
        try:
            return self.environment.get_template(template).render(variables)
        finally:
            _request.reset(token)

    def _keep_language(self, request: Request, response: HTMLResponse) -> None:
        language = chosen_language(request)
        if language is not None:
            response.set_cookie(
                LANGUAGE_COOKIE,
                language,
                max_age=LANGUAGE_SECONDS,
                path=self.settings.base_path or "/",
                secure=self.settings.is_https,
                httponly=True,
                samesite="lax",
            )


def renderer_of(request: Request) -> Renderer:
    """The renderer of the application that answers a request."""
    renderer: Renderer = request.app.state.templates
    return renderer


def _page_variables(request: Request) -> dict[str, Any]:
    state = request.app.state
    nav = getattr(state, "nav", ())
    return {
        "request": request,
        "lang": language_of(request),
        "nav": nav(request) if callable(nav) else nav,
        "service": getattr(state, "service", request.app.title),
    }


@dataclass(frozen=True)
class _Globals:
    """The functions that templates call; they know the request from the page being rendered."""

    settings: ServiceSettings
    catalogue: Catalogue
    static: StaticFiles

    def functions(self) -> dict[str, Any]:
        return {
            "t": self.t,
            "has_message": self.has_message,
            "link": self.link,
            "absolute": self.absolute,
            "asset": self.asset,
            "csrf_field": lambda: csrf.csrf_field(_request.get()),
            "csrf_token": lambda: csrf.csrf_token(_request.get()),
            "format_date": self.format_date,
            "format_datetime": self.format_datetime,
            "markdown": render_markdown,
            "qr_svg": qr_svg,
            "language_links": self.language_links,
        }

    def t(self, key: str, **params: Any) -> str:
        return self.catalogue.text(language_of(_request.get()), key, **params)

    def has_message(self, key: str) -> bool:
        return self.catalogue.has(language_of(_request.get()), key)

    def link(self, path: str) -> str:
        return f"{self.settings.base_path}{path}"

    def absolute(self, path: str) -> str:
        return f"{self.settings.base_url}{path}"

    def asset(self, name: str) -> str:
        return self.static.url(name, base_path=self.settings.base_path)

    def format_date(self, instant: date | datetime | None) -> str:
        return format_date(self.catalogue, language_of(_request.get()), instant, zone=self.settings.time_zone)

    def format_datetime(self, instant: datetime | None) -> str:
        return format_datetime(
            self.catalogue, language_of(_request.get()), instant, zone=self.settings.time_zone
        )

    def language_links(self) -> list[dict[str, str]]:
        """The other languages, each as {"code", "name", "url"} of this same page."""
        request = _request.get()
        return [
            {
                "code": code,
                "name": self.catalogue.text(code, "language.name"),
                "url": _with_language(request, code),
            }
            for code in LANGUAGES
            if code != language_of(request)
        ]


def _with_language(request: Request, language: str) -> str:
    """This page's address in another language; what answers a POST has none, so the start is given."""
    if request.method not in {"GET", "HEAD"}:
        return f"{request.app.state.settings.base_path}/?lang={language}"
    return "?" + request.url.include_query_params(lang=language).query


def format_date(catalogue: Catalogue, language: str, instant: date | datetime | None, *, zone: str) -> str:
    """A day in words, "24 novembre 2026"; empty for None.

    Args:
        catalogue: holds the months' names.
        language: "fr" or "en".
        instant: a date, or an aware datetime that is read in `zone`.
        zone: IANA name, such as "Europe/Paris".
    """
    if instant is None:
        return ""
    day = _local(instant, zone) if isinstance(instant, datetime) else instant
    month = catalogue.text(language, f"date.month.{day.month}")
    number = catalogue.text(language, "date.first") if day.day == 1 else str(day.day)
    return catalogue.text(language, "date.day", day=number, month=month, year=day.year)


def format_datetime(catalogue: Catalogue, language: str, instant: datetime | None, *, zone: str) -> str:
    """A day and time in words, "24 novembre 2026 à 14 h 05"; empty for None. Arguments as `format_date`."""
    if instant is None:
        return ""
    local = _local(instant, zone)
    day = format_date(catalogue, language, local.date(), zone=zone)
    return catalogue.text(language, "date.time", day=day, hour=local.hour, minute=f"{local.minute:02d}")


def _local(instant: datetime, zone: str) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("a naive datetime names no instant")
    try:
        return instant.astimezone(UTC if zone == "UTC" else ZoneInfo(zone))
    except OverflowError:
        # "never ends" is often written as the last second of 9999, which has no local time further east
        return instant
