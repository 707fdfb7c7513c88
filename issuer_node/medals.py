"""The picture of a badge that was given none: a medal with the badge's initials, drawn here."""

from __future__ import annotations

import hashlib
import math
from functools import lru_cache
from typing import Final
from xml.sax.saxutils import escape

from web.vector_pictures import rasterize_svg

# one hue a kind, so that a passport shows at a glance what is what; dark enough for white letters
_COLOURS: Final = {
    "participation": ("#1f6f8b", "#8fd3e8"),
    "experience": ("#8a4b08", "#f2c38b"),
    "skill": ("#2f6b2f", "#a9dca3"),
    "trait": ("#7a2f6e", "#e3a9d8"),
    "engagement": ("#a3262a", "#f3b0b0"),
    "role": ("#2c4390", "#b0bdf0"),
}
_SIDE: Final = 512
_MOST_LETTERS: Final = 2
_SHORTEST_WORD: Final = 3


@lru_cache(maxsize=64)
def draw_medal(name: str, *, kind: str) -> bytes:
    """A PNG of 512 x 512 pixels.

    Args:
        name: of the badge; gives the letters, and the number of the medal's rays.
        kind: of the badge; gives the colour.
    """
    dark, light = _COLOURS[kind]
    rays = 12 + hashlib.sha256(name.encode()).digest()[0] % 4 * 4
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIDE} {_SIDE}">'
        f'<path d="{_star(rays)}" fill="{dark}"/>'
        f'<circle cx="256" cy="256" r="188" fill="{light}"/>'
        f'<circle cx="256" cy="256" r="168" fill="{dark}"/>'
        f'<text x="256" y="312" font-size="168" font-weight="bold" font-family="DejaVu Sans, sans-serif"'
        f' text-anchor="middle" fill="#ffffff">{escape(_initials(name))}</text></svg>'
    )
    return rasterize_svg(svg.encode(), side=_SIDE)


def _initials(name: str) -> str:
    """The first letters of the first words that say something; a number stays one."""
    words = [word.strip("'’.,:;!?()«»") for word in name.replace("'", " ").replace("’", " ").split()]
    words = [word for word in words if word]
    telling = [word for word in words if len(word) >= _SHORTEST_WORD] or words or ["?"]
    return "".join(word[0] for word in telling[:_MOST_LETTERS]).upper()


def _star(rays: int) -> str:
    """The scalloped edge of the medal, as an SVG path."""
    points = []
    for step in range(rays * 2):
        radius = 244 if step % 2 == 0 else 218
        angle = math.pi * step / rays
        points.append(f"{256 + radius * math.sin(angle):.1f} {256 - radius * math.cos(angle):.1f}")
    return "M" + " L".join(points) + "Z"
