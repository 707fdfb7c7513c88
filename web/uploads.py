"""Files that people send: bounded, and their names only ever shown."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from web.problems import TooLarge

if TYPE_CHECKING:
    from fastapi import UploadFile

MAXIMUM_NAME_LENGTH = 80


@dataclass(frozen=True)
class Upload:
    """One file as received.

    Args:
        content: its bytes.
        shown_name: the sender's name for it, made harmless; for the page, never for the disk.
    """

    content: bytes
    shown_name: str


def read_upload(upload: UploadFile | None, *, max_bytes: int) -> Upload | None:
    """Read a file of a form; None when the person chose none.

    Args:
        upload: as FastAPI gives it.
        max_bytes: of the content.

    Raises:
        TooLarge("file_too_large"): it is longer.
    """
    if upload is None or not upload.filename:
        return None
    content = upload.file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise TooLarge("file_too_large")
    return Upload(content, shown_name(upload.filename))


def shown_name(unverified_name: str) -> str:
    """A sender's file name without folders, control and direction characters, at most 80 characters.

    Our own files are named by our own identifiers; this is only for people to recognise theirs.
    """
    last = unverified_name.replace("\\", "/").rpartition("/")[2]
    visible = "".join(character for character in last if unicodedata.category(character)[0] != "C").strip(
        " ."
    )
    return visible[:MAXIMUM_NAME_LENGTH] or "-"
