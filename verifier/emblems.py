"""The pictures of badges, shown from our own origin.

A picture inside the credential (a data URL) was signed and is shown as it is. A picture at an address was
not: it is fetched through the safe fetcher, made anew, kept for a while so that its owner cannot count who
looks, and the page says that the signature does not cover it. Only pictures of badges whose signature holds
are fetched, by a token that this
service signed: the route is no proxy for anybody.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from itsdangerous import BadSignature, URLSafeSerializer

from did.errors import FetchError
from verifier.models import Emblem
from web.pictures import PictureError, check_picture

if TYPE_CHECKING:
    from verifier.desk import Desk
    from verifier.reports import ShownBadge

MAXIMUM_BYTES: Final = 2_097_152
_LONGEST_DATA_URL: Final = 400_000
_LONGEST_ADDRESS: Final = 2_048
_KEPT: Final = timedelta(days=1)
_KEPT_FAILURE: Final = timedelta(minutes=10)
_DATA_URL: Final = re.compile(r"data:image/(png|jpeg);base64,[A-Za-z0-9+/]+={0,2}", re.ASCII)
_OK: Final = 200


class NoEmblemError(Exception):
    """There is no picture to show; a drawn one stands for it."""


@dataclass(frozen=True)
class Shown:
    """A picture's bytes and media type."""

    content: bytes
    content_type: str


def emblem_source(desk: Desk, badge: ShownBadge) -> str | None:
    """Where the page gets a badge's picture: a data URL, a path below the base path, or None."""
    image = badge.view.image if badge.view and badge.proven else None
    if image is None:
        return None
    if image.startswith("data:"):
        return image if len(image) <= _LONGEST_DATA_URL and _DATA_URL.fullmatch(image) else None
    if len(image) > _LONGEST_ADDRESS or not image.startswith(("https://", "http://")):
        return None
    return f"{desk.settings.base_path}/emblems/{_serializer(desk).dumps(image)}"


def find_emblem(desk: Desk, token: str) -> Shown:
    """Find the picture of a token, from what is kept or from its address.

    Raises:
        NoEmblemError: not our token, or nothing that can be shown.
    """
    try:
        address: str = _serializer(desk).loads(token)
    except BadSignature as err:
        raise NoEmblemError from err
    url_digest = hashlib.sha256(address.encode()).digest()
    with desk.database.session() as session:
        kept = session.get(Emblem, url_digest)
    if kept is None or kept.delete_at <= desk.clock():
        kept = _keep(desk, url_digest, _fetch(desk, address))
    if kept.content is None:
        raise NoEmblemError
    return Shown(kept.content, kept.content_type)


def _fetch(desk: Desk, address: str) -> Shown | None:
    try:
        fetched = desk.fetcher.get(
            address, accept="image/png, image/jpeg, image/svg+xml", max_bytes=MAXIMUM_BYTES
        )
        if fetched.status != _OK:
            return None
        picture = check_picture(fetched.body)
    except (FetchError, PictureError):
        return None
    return Shown(picture.body, picture.content_type)


def _keep(desk: Desk, url_digest: bytes, shown: Shown | None) -> Emblem:
    delete_at = desk.clock() + (_KEPT if shown else _KEPT_FAILURE)
    emblem = Emblem(
        url_digest=url_digest,
        content=shown.content if shown else None,
        content_type=shown.content_type if shown else "",
        delete_at=delete_at,
    )
    with desk.database.write() as session:
        session.merge(emblem)
    return emblem


def _serializer(desk: Desk) -> URLSafeSerializer:
    return URLSafeSerializer(desk.settings.secret.get_secret_value(), salt="verifier.emblems")
