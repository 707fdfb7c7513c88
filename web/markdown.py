"""Markdown of strangers as harmless HTML: CommonMark without raw HTML, then an allow-list."""

from __future__ import annotations

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

MAXIMUM_CHARACTERS = 20_000
_TAGS = {
    "p", "br", "hr", "em", "strong", "a", "ul", "ol", "li", "blockquote", "code", "pre",
    "h3", "h4", "h5", "h6",
}  # fmt: skip
_HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6", "h6": "h6"}


def render_markdown(text: str) -> Markup:
    """HTML of a Markdown text, safe to put into a page.

    Pictures are left out (they would tell their server who reads), headings begin at h3 (they stand inside
    a page), links open http(s) and mailto only, with rel "nofollow noopener noreferrer".

    Args:
        text: CommonMark; beyond 20,000 characters it is cut.

    Source: CommonMark 0.31
    """
    return _render(text[:MAXIMUM_CHARACTERS])


@lru_cache(maxsize=256)
def _render(text: str) -> Markup:
    clean = nh3.clean(
        _parser().render(text),
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel="nofollow noopener noreferrer",
    )
    return Markup(clean)  # noqa: S704 - cleaned on the line above


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": 20})
    parser.disable(["image", "html_block", "html_inline"])
    parser.core.ruler.push("demote_headings", _demote_headings)
    return parser


def _demote_headings(state: object) -> None:
    for token in state.tokens:  # type: ignore[attr-defined]
        if token.type in {"heading_open", "heading_close"}:
            token.tag = _HEADINGS[token.tag]
