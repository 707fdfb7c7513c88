"""QR codes as inline SVG, drawn here: no address leaves the page to become a picture."""

from __future__ import annotations

import io
from functools import lru_cache

import segno
from markupsafe import Markup

MAXIMUM_CHARACTERS = 1_200


@lru_cache(maxsize=128)
def qr_svg(text: str) -> Markup:
    """An inline `<svg class="qr">` of a text, black on white with its quiet zone, scaling with its box.

    Args:
        text: usually a URL; at most 1,200 characters, beyond which phones do not read it.
    """
    if len(text) > MAXIMUM_CHARACTERS:
        raise ValueError("too long for a QR code that a phone can read")
    buffer = io.BytesIO()
    segno.make(text, error="m", micro=False, boost_error=False).save(
        buffer, kind="svg", xmldecl=False, svgns=True, omitsize=True, svgclass="qr", lineclass="qr-modules",
        border=4, light="#fff", dark="#000", nl=False,
    )  # fmt: skip
    svg = buffer.getvalue().decode()
    # segno's own drawing; the label beside it says where it leads, so it is silent for screen readers
    return Markup(svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))  # noqa: S704
