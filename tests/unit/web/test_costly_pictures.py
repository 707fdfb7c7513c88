"""Small drawings that would take long to draw: refused before they are; their modest twins are drawn (H2, H14)."""

from __future__ import annotations

import pytest

from tests.timing import costs_at_most
from web.pictures import PictureError, check_picture

RECT = "<rect width='10' height='10'{}/>"
GRADIENT = "<linearGradient id='g'><stop offset='0' stop-color='red'/><stop offset='1' stop-color='blue'/></linearGradient>"
CLIP = "<clipPath id='c'>{}</clipPath>"


def svg(inside: str) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">{inside}</svg>'.encode()


# 4,900 half-transparent squares over each other, in 150 kB, took 72 seconds
SHAPES = {
    "opacity": (RECT.format(" opacity='.5'"), 10),
    "fill-opacity": (RECT.format(" fill-opacity='.5'"), 100),
    "translucent colour": (RECT.format(" fill='rgba(1,2,3,.5)'"), 100),
    "gradient": (RECT.format(" fill='url(#g)'"), 100),
    "inner svg": ("<svg width='10' height='10'><rect width='10' height='10'/></svg>", 8),
    "clip": ("<g clip-path='url(#c)'><rect width='10' height='10'/></g>", 10),
    "outline": ("<path stroke='red' stroke-width='9' d='M0 0" + "L9 9 0 1" * 100 + "'/>", 100),
    "text": ("<text y='9'>" + "é" * 500 + "</text>", 100),
}


@pytest.mark.attack("H2")
@pytest.mark.parametrize("name", SHAPES)
def test_what_would_take_long_to_draw_is_refused_and_its_twin_is_drawn(name: str) -> None:
    shape, modest = SHAPES[name]
    head = GRADIENT + CLIP.format(RECT.format(""))
    with costs_at_most(0.25), pytest.raises(PictureError) as caught:
        check_picture(svg(head + shape * min(1_500, 240_000 // len(shape))))
    assert caught.value.code == "picture_too_large"
    assert check_picture(svg(head + shape * modest)).width == 512


@pytest.mark.attack("H2")
def test_inherited_paint_and_shapes_in_a_clip_count_too() -> None:
    for costly in (
        f"{GRADIENT}<g fill='url(#g)'>{RECT.format('') * 1_000}</g>",
        CLIP.format(RECT.format("") * 1_000) + "<g clip-path='url(#c)'><rect width='9' height='9'/></g>" * 10,
    ):
        with pytest.raises(PictureError) as caught:
            check_picture(svg(costly))
        assert caught.value.code == "picture_too_large"
    assert check_picture(svg(RECT.format(" fill='#0b4f5a' opacity='1'") * 1_000)).height == 512
