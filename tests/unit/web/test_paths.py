"""Where a browser may be sent on to: pages of this service, and no other site."""

from __future__ import annotations

import pytest

from web.paths import safe_path


@pytest.mark.parametrize(
    "path", ["/", "/links?x=1", "/receive/abc#form", "/a//b", "/à-propos", "/" + "a" * 499]
)
def test_a_page_of_this_service_is_taken_as_it_is(path):
    assert safe_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None, "", "links", "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example",
        "/a\\b", "javascript:alert(1)", " /links", "/links\r\nSet-Cookie: a=b", "/\t/evil.example",
        "/" + "a" * 500,
    ],
)  # fmt: skip
def test_anything_that_could_lead_to_another_site_is_not(path):
    assert safe_path(path) is None
