"""Strangers' pictures on our own pages: fetched by the safe fetcher, taken apart and rebuilt, kept
sealed, shown from here.

A person's browser never asks the issuer for anything, so that the issuer does not learn who looks at a
badge, or when.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from did.errors import FetchError
from wallet.models import Picture
from web.pictures import PictureError, check_picture

if TYPE_CHECKING:
    from wallet.service import WalletService

PLACEHOLDER: Final = Path(__file__).parent / "static" / "badge.svg"
PICTURE_BYTES: Final = 2_097_152
_FRESH: Final = timedelta(days=7)
_TRY_AGAIN: Final = timedelta(minutes=10)
_ACCEPT: Final = "image/png, image/jpeg, image/svg+xml;q=0.8, image/*;q=0.5"


@dataclass(frozen=True)
class ShownPicture:
    """A picture that may be served."""

    content_type: str
    content: bytes


def find_picture(service: WalletService, url: str | None) -> ShownPicture | None:
    """Give the picture at a URL (https, or a data URL), from our own copy when it is fresh; None when there
    is none to be had.
    """
    if not url:
        return None
    digest = service.digests("picture", url)
    with service.database.session() as session:
        row = session.exec(select(Picture).where(Picture.url_digest == digest)).first()
    if row is not None and row.fetched_at + (_FRESH if row.sealed_content else _TRY_AGAIN) > service.now():
        return _shown(service, row)
    fetched = _fetch(service, url)
    if fetched is None and row is not None and row.sealed_content is not None:
        return _shown(service, row)  # an old copy is better than none
    _remember(service, digest, fetched)
    return fetched


@cache
def placeholder_png() -> bytes:
    """The plain medal of a badge without a picture, as PNG."""
    return check_picture(PLACEHOLDER.read_bytes()).body


def _fetch(service: WalletService, url: str) -> ShownPicture | None:
    try:
        data = _read_data_url(url) if url.startswith("data:") else _get(service, url)
        if data is None:
            return None
        picture = check_picture(data)
    except (FetchError, PictureError):
        return None
    return ShownPicture(picture.content_type, picture.body)


def _get(service: WalletService, url: str) -> bytes | None:
    answer = service.fetcher.get(url, accept=_ACCEPT, max_bytes=PICTURE_BYTES)
    return answer.body if answer.status == 200 else None  # noqa: PLR2004 - OK


def _read_data_url(url: str) -> bytes | None:
    """Read a data URL. Source: RFC 2397."""
    header, comma, body = url[: 2 * PICTURE_BYTES].partition(",")
    if not comma:
        return None
    if not header.endswith(";base64"):
        return unquote_to_bytes(body)
    try:
        return base64.b64decode(unquote_to_bytes(body), validate=True)
    except binascii.Error:
        return None


def _shown(service: WalletService, row: Picture) -> ShownPicture | None:
    if row.sealed_content is None:
        return None
    content = service.vault.unseal(row.sealed_content, owner="pictures", record=row.url_digest.hex())
    return ShownPicture(row.content_type, content)


def _remember(service: WalletService, digest: bytes, picture: ShownPicture | None) -> None:
    sealed = service.vault.seal(picture.content, owner="pictures", record=digest.hex()) if picture else None
    row = Picture(
        url_digest=digest,
        content_type=picture.content_type if picture else "",
        sealed_content=sealed,
        fetched_at=service.now(),
    )
    try:
        with service.database.write() as session:
            session.merge(row)
    except IntegrityError:
        return  # another request remembered it at the same moment
