"""Pages as a browser reads them: forms with what they hold, elements, the visible text."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

if TYPE_CHECKING:
    import httpx


class PageError(Exception):
    """A page was not what the story needs; the text says which page and what it lacked."""


@dataclass
class Form:
    """One form as served: where it goes, what it holds, the names of all its fields."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    offered: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """An answer, read as a browser reads it."""

    response: httpx.Response
    forms: tuple[Form, ...]
    elements: tuple[dict[str, str], ...]
    text: str

    @property
    def url(self) -> str:
        """Where the browser stands now, after redirects."""
        return str(self.response.url)

    def form(self, *, having: str | None = None, action: str | None = None) -> Form:
        """The first form with that field name, or whose action path ends so.

        Raises:
            PageError: there is none.
        """
        for form in self.forms:
            path = urlsplit(form.action).path
            if (having is None or having in form.names) and (action is None or path.endswith(action)):
                return form
        status = self.response.status_code
        raise PageError(f"{self.url} (status {status}) has no form with {having or action!r}")

    def data(self, attribute: str) -> list[str]:
        """Every value of that attribute on the page, in order, each once."""
        return list(dict.fromkeys(e[attribute] for e in self.elements if attribute in e))

    def one(self, attribute: str) -> str:
        """The first value of that attribute.

        Raises:
            PageError: no element has it.
        """
        values = self.data(attribute)
        if not values:
            raise PageError(f"{self.url} (status {self.response.status_code}) has no {attribute}")
        return values[0]

    def links(self, containing: str) -> list[str]:
        """Absolute addresses of the links whose href contains that text."""
        hrefs = (e["href"] for e in self.elements if e.get("#tag") == "a" and containing in e.get("href", ""))
        return [urljoin(self.url, href) for href in dict.fromkeys(hrefs)]


def read_page(response: httpx.Response) -> Page:
    """Read an answer; one that is no HTML has no forms, elements or text."""
    reader = _Reader()
    if "html" in response.headers.get("content-type", ""):
        reader.feed(response.text)
    return Page(response, tuple(reader.forms), tuple(reader.elements), " ".join(reader.words))


class _Reader(HTMLParser):
    """Collects forms, attributes and the visible text."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.elements: list[dict[str, str]] = []
        self.words: list[str] = []
        self._hidden = 0
        self._open: Form | None = None
        self._textarea: tuple[Form, str, list[str]] | None = None
        self._select: tuple[Form, str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element; a form opens, a field is added to the open form."""
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append({"#tag": tag, **attributes})
        if tag in {"script", "style", "svg"}:
            self._hidden += 1
        if tag == "form":
            self._open = Form(attributes.get("action", ""), attributes.get("method", "get").lower())
            self.forms.append(self._open)
        elif tag == "option":
            self._option(attributes)
        elif self._open is not None and attributes.get("name"):
            self._control(tag, attributes, self._open)

    def _control(self, tag: str, attributes: dict[str, str], form: Form) -> None:
        name = attributes["name"]
        form.names.add(name)
        if tag == "textarea":
            self._textarea = (form, name, [])
        elif tag == "select":
            self._select = (form, name, [])
        elif tag == "input":
            self._input(name, attributes, form)

    @staticmethod
    def _input(name: str, attributes: dict[str, str], form: Form) -> None:
        kind = attributes.get("type", "text")
        value = attributes.get("value", "on" if kind == "checkbox" else "")
        if kind in {"submit", "button", "file", "image"} or "disabled" in attributes:
            return
        form.offered.setdefault(name, []).append(value)
        if kind not in {"checkbox", "radio"} or "checked" in attributes:
            form.fields.append((name, value))

    def _option(self, attributes: dict[str, str]) -> None:
        if self._select is None:
            return
        form, name, chosen = self._select
        value = attributes.get("value", "")
        form.offered.setdefault(name, []).append(value)
        if "selected" in attributes:
            chosen.append(value)

    def handle_endtag(self, tag: str) -> None:
        """A form or field closes; what it holds by itself is noted."""
        if tag in {"script", "style", "svg"}:
            self._hidden = max(0, self._hidden - 1)
        elif tag == "form":
            self._open = None
        elif tag == "textarea" and self._textarea:
            form, name, text = self._textarea
            # the first line break after the tag is not part of the text
            form.fields.append((name, "".join(text).removeprefix("\n")))
            self._textarea = None
        elif tag == "select" and self._select:
            form, name, chosen = self._select
            # browsers send the first option when none was marked
            form.fields += [(name, value) for value in chosen or form.offered.get(name, [])[:1]]
            self._select = None

    def handle_data(self, data: str) -> None:
        """Note visible text."""
        if self._textarea:
            self._textarea[2].append(data)
        elif not self._hidden and data.strip():
            self.words.append(" ".join(data.split()))
