"""A person's browser, as far as the story needs one: links, cookies, and forms as they were served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from urllib.parse import urljoin, urlsplit

import httpx

from passeur.demo.pages import Form, Page, PageError, read_page

if TYPE_CHECKING:
    from collections.abc import Mapping


class Browser:
    """Cookies kept, redirects followed, forms submitted with the fields they came with.

    Args:
        language: of the pages.
        transport: how requests travel; over the network by default.
    """

    def __init__(self, *, language: str = "fr", transport: httpx.BaseTransport | None = None) -> None:
        self.client = httpx.Client(
            follow_redirects=True,
            timeout=60,
            transport=transport,
            trust_env=False,
            headers={"Accept": "text/html,*/*;q=0.5", "Accept-Language": language},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def open(self, url: str, *, accept: str | None = None, expect: int | None = None) -> Page:
        """GET a page.

        Raises:
            PageError: another status than expected, or without expectation any of 400 or more.
        """
        headers = {"Accept": accept} if accept else None
        return _checked(self.client.get(url, headers=headers), expect=expect)

    def submit(
        self,
        page: Page,
        form: Form,
        *,
        values: Mapping[str, str | list[str]] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        expect: int | None = None,
    ) -> Page:
        """Send a form as a browser would: what it held, with these values put in their fields' place.

        Raises:
            PageError: a field that the form does not have; a status as for `open`.
        """
        given = values or {}
        unknown = set(given) - form.names
        if unknown:
            raise PageError(f"the form {form.action!r} of {page.url} has no field {sorted(unknown)}")
        data: dict[str, list[str]] = {}
        for name, value in form.fields:
            if name not in given:
                data.setdefault(name, []).append(value)
        for name, chosen in given.items():
            data[name] = chosen if isinstance(chosen, list) else [chosen]
        target = urljoin(page.url, form.action) if form.action else page.url
        if form.method == "get":
            return _checked(self.client.get(target, params=data), expect=expect)
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
        response = self.client.post(target, data=data, files=files, headers={"Origin": origin})
        return _checked(response, expect=expect)


def _checked(response: httpx.Response, *, expect: int | None) -> Page:
    page = read_page(response)
    failed = response.status_code != expect if expect else response.is_error
    if failed:
        request = response.request
        raise PageError(f"{request.method} {request.url} answered {response.status_code}: {page.text[:300]}")
    return page
