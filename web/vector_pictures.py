"""SVG of strangers to pixels: an allow-list of drawing elements, then a renderer that loads nothing."""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree as ET

import resvg_py

MAXIMUM_BYTES: Final = 256 * 1024
MAXIMUM_ELEMENTS: Final = 5_000
MAXIMUM_DEPTH: Final = 40
MAXIMUM_RATIO: Final = 4.0
# What drawing may cost, in units of about a sixth of a millisecond: one opaque shape over the whole picture.
MAXIMUM_COST: Final = 4_000
_LAYER_COST: Final = 200  # a canvas of its own: opacity, a clip, an inner svg
_BLEND_COST: Final = 25  # paint that is mixed with what is below: a gradient, a translucent colour
_CLIP_SHAPE_COST: Final = 20  # drawn again for each use of its clip
_CHARACTERS_PER_UNIT: Final = 50  # of outlines and texts
_SVG: Final = "http://www.w3.org/2000/svg"
# Not here: script, style, image, foreignObject, a, animation; and those that multiply what they are given
# (use, pattern, marker, mask, filter), with which a small file costs a server hours.
_ELEMENTS: Final = frozenset(
    {
        "svg", "g", "defs", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text",
        "tspan", "linearGradient", "radialGradient", "stop", "clipPath", "title", "desc",
    }
)  # fmt: skip
_ATTRIBUTES: Final = frozenset(
    {
        "id", "d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy",
        "width", "height", "points", "viewBox", "preserveAspectRatio", "transform", "fill",
        "fill-rule", "fill-opacity", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin",
        "stroke-miterlimit", "stroke-opacity", "opacity", "clip-path", "clip-rule", "clipPathUnits",
        "gradientUnits", "gradientTransform", "spreadMethod", "offset", "stop-color",
        "stop-opacity", "font-size", "font-weight", "font-family", "text-anchor", "dx", "dy",
        "dominant-baseline", "letter-spacing", "color", "display", "visibility",
    }
)  # fmt: skip
_UNSAFE_VALUE: Final = re.compile(r"url\s*\(\s*['\"]?\s*[^#'\"\s]|[\\@]|javascript:|data:", re.IGNORECASE)
_SHAPES: Final = frozenset(
    {"path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan"}
)
_OPAQUE: Final = re.compile(
    r"\s*(?:[a-z]+|#[0-9a-f]{3}|#[0-9a-f]{6}|rgb\(\s*[0-9.]+%?(?:\s*,\s*[0-9.]+%?){2}\s*\))\s*", re.IGNORECASE
)
_NUMBER: Final = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)(?:px)?\s*")


class VectorPictureError(Exception):
    """An SVG that is refused; codes "picture_unsafe", "picture_broken", "picture_too_large"."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def looks_like_svg(data: bytes) -> bool:
    """Whether the bytes begin as XML does; the decoders of pixels know no such format."""
    return data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def rasterize_svg(data: bytes, *, side: int) -> bytes:
    """Draw an SVG as PNG, without what it may hold besides drawing.

    Args:
        data: UTF-8, at most 256 KiB and 5,000 elements, no DOCTYPE.
        side: pixels of the longer side.

    Raises:
        VectorPictureError: refused.
    """
    root = _parse(data)
    width, height = _proportions(root)
    _keep_drawing(root)
    scale = side / max(width, height)
    return _render(root, max(1, round(width * scale)), max(1, round(height * scale)))


def _parse(data: bytes) -> ET.Element:
    if len(data) > MAXIMUM_BYTES:
        raise VectorPictureError("picture_too_large")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        raise VectorPictureError("picture_broken") from err
    # entities are how XML grows (billion laughs) and reads files (XXE); no drawing needs them
    if "<!" in text.replace("<!--", "") or "\x00" in text:
        raise VectorPictureError("picture_unsafe")
    declaration = re.match(r"<\?xml[^>]*encoding\s*=\s*['\"](?!utf-8['\"])", text, re.IGNORECASE)
    if declaration:
        raise VectorPictureError("picture_unsafe")
    try:
        root = ET.fromstring(text)  # noqa: S314 - no DOCTYPE reaches the parser
    except (ET.ParseError, ValueError) as err:
        raise VectorPictureError("picture_broken") from err
    if root.tag != f"{{{_SVG}}}svg":
        raise VectorPictureError("picture_broken")
    return root


def _proportions(root: ET.Element) -> tuple[float, float]:
    """Width and height, from the view box or the size; a strip of a million pixels is refused here."""
    box = re.split(r"[\s,]+", root.get("viewBox", "").strip())
    numbers = box[2:] if len(box) == 4 else [root.get("width", ""), root.get("height", "")]  # noqa: PLR2004
    sizes = [float(match[1]) for number in numbers if (match := _NUMBER.fullmatch(number))]
    if len(sizes) != 2 or min(sizes) <= 0 or max(sizes) / min(sizes) > MAXIMUM_RATIO:  # noqa: PLR2004
        raise VectorPictureError("picture_broken")
    return sizes[0], sizes[1]


def _keep_drawing(root: ET.Element) -> None:
    """Take out everything but drawing, in place; refuse what would take long to draw."""
    count, cost = 0, -_LAYER_COST  # the root has its canvas anyway
    waiting = [(root, 1, False, False)]
    while waiting:
        element, depth, in_clip, blends = waiting.pop()
        count += 1
        _keep_attributes(element, in_clip=in_clip)
        # paint is inherited
        blends = blends or _blends(element)
        cost += _cost(element, in_clip=in_clip, blends=blends)
        if count > MAXIMUM_ELEMENTS or depth > MAXIMUM_DEPTH or cost > MAXIMUM_COST:
            raise VectorPictureError("picture_too_large")
        for child in list(element):
            if not isinstance(child.tag, str) or _name(child) not in _ELEMENTS:
                element.remove(child)
            else:
                waiting.append((child, depth + 1, in_clip or _name(child) == "clipPath", blends))


def _name(element: ET.Element) -> str:
    return element.tag.removeprefix(f"{{{_SVG}}}")


def _blends(element: ET.Element) -> bool:
    """Whether what an element paints with is mixed with what is below it."""
    opaque = all(_OPAQUE.fullmatch(element.get(name, "none")) for name in ("fill", "stroke", "color"))
    return not opaque or "fill-opacity" in element.attrib or "stroke-opacity" in element.attrib


def _cost(element: ET.Element, *, in_clip: bool, blends: bool) -> int:
    layers = (_name(element) == "svg", "clip-path" in element.attrib, element.get("opacity", "1") != "1")
    cost = _LAYER_COST * sum(layers)
    if _name(element) in _SHAPES:
        outline = element.get("d", "") + element.get("points", "") + (element.text or "")
        cost += 1 + len(outline) // _CHARACTERS_PER_UNIT
        cost += _BLEND_COST * blends + _CLIP_SHAPE_COST * in_clip
    return cost


def _keep_attributes(element: ET.Element, *, in_clip: bool) -> None:
    for name, value in list(element.attrib.items()):
        # a clip inside a clip multiplies
        unwanted = name not in _ATTRIBUTES or _UNSAFE_VALUE.search(value) or (in_clip and name == "clip-path")
        if unwanted:
            del element.attrib[name]


def _render(root: ET.Element, width: int, height: int) -> bytes:
    ET.register_namespace("", _SVG)
    root.set("width", str(width))
    root.set("height", str(height))
    has_text = root.find(f".//{{{_SVG}}}text") is not None
    try:
        drawn = resvg_py.svg_to_bytes(
            svg_string=ET.tostring(root, encoding="unicode"),
            width=width,
            height=height,
            skip_system_fonts=not has_text,
        )
    except ValueError as err:
        raise VectorPictureError("picture_broken") from err
    except BaseException as err:
        # a panic of the renderer arrives as a BaseException of its own, and must not end the worker
        if type(err).__name__ == "PanicException":
            raise VectorPictureError("picture_broken") from err
        raise
    return bytes(drawn)
