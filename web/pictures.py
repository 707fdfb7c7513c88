"""Pictures of strangers, made ours: checked before they are decoded, and always drawn anew as a small PNG.

What leaves here holds pixels only: no metadata, no place where it was taken, no script, no appendix.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from web.vector_pictures import VectorPictureError, looks_like_svg, rasterize_svg

MAXIMUM_BYTES = 5 * 1024 * 1024
MAXIMUM_PIXELS = 16_000_000
MAXIMUM_SIDE = 512
_FORMATS = ("PNG", "JPEG", "WEBP")


class PictureError(Exception):
    """A picture that is refused.

    Codes: "picture_too_large" (bytes), "picture_too_many_pixels", "picture_format" (not PNG, JPEG, WebP or
    SVG), "picture_broken", "picture_unsafe" (an SVG that asks for more than drawing).
    """

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True)
class Picture:
    """A picture that is safe to keep and serve: PNG, at most 512 pixels a side."""

    content_type: str
    body: bytes
    width: int
    height: int


def check_picture(data: bytes) -> Picture:
    """Read a PNG, JPEG, WebP or SVG of a stranger and draw it anew.

    Args:
        data: the file, at most 5 MiB and 16 million pixels.

    Raises:
        PictureError: see its codes.
    """
    if len(data) > MAXIMUM_BYTES:
        raise PictureError("picture_too_large")
    if looks_like_svg(data):
        try:
            data = rasterize_svg(data, side=MAXIMUM_SIDE)
        except VectorPictureError as err:
            raise PictureError(err.code) from err
    return _encode(_decode(data))


def _decode(data: bytes) -> Image.Image:
    try:
        # open() reads the header alone; the size it announces is checked before a pixel is decoded
        image: Image.Image = Image.open(io.BytesIO(data), formats=_FORMATS)
        if image.width * image.height > MAXIMUM_PIXELS:
            raise PictureError("picture_too_many_pixels")
        if image.format == "JPEG":
            image.draft("RGB", (MAXIMUM_SIDE * 2, MAXIMUM_SIDE * 2))
        image.load()
        return ImageOps.exif_transpose(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as err:
        raise PictureError("picture_too_many_pixels") from err
    except UnidentifiedImageError as err:
        raise PictureError("picture_format") from err
    except (OSError, ValueError, SyntaxError, EOFError, TypeError, IndexError, OverflowError) as err:
        # what broken files make the decoders raise
        raise PictureError("picture_broken") from err


def _encode(image: Image.Image) -> Picture:
    mode = "RGBA" if image.has_transparency_data else "RGB"
    pixels = image.convert(mode)
    pixels.thumbnail((MAXIMUM_SIDE, MAXIMUM_SIDE), Image.Resampling.LANCZOS)
    # a new picture takes the pixels and leaves profiles, comments and EXIF behind
    clean = Image.new(mode, pixels.size)
    clean.paste(pixels)
    output = io.BytesIO()
    clean.save(output, "PNG", optimize=True)
    return Picture("image/png", output.getvalue(), clean.width, clean.height)
