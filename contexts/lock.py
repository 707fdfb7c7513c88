"""The lock: which context documents exist here, which bytes they have, and which package they come from."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from contexts.errors import ContextIntegrityError

DOCUMENTS: Final = Path(__file__).parent / "documents"
LOCK_NAME: Final = "lock.json"


@dataclass(frozen=True)
class Origin:
    """Where the bytes of a document come from.

    Args:
        registry: "npm", "pypi" (a wheel) or "pypi-sdist".
        package: its name there.
        version: exactly this one.
        path: of the file within the package.
        after: the document starts after this text of the file; "" for its start.
        without: this text was taken out; "" for nothing.
        append: this was added at the end; "" for nothing.
    """

    registry: str
    package: str
    version: str
    path: str
    after: str = ""
    without: str = ""
    append: str = ""

    def extract(self, content: bytes) -> bytes:
        """Take the document out of the file of the package.

        Raises:
            ContextIntegrityError: the file has not the shape it had.
        """
        text = content.decode()
        if self.after:
            text = self._cut(text, self.after)[1]
        if self.without:
            text = "".join(self._cut(text, self.without))
        return (text + self.append).encode()

    def _cut(self, text: str, part: str) -> tuple[str, str]:
        """Give what is before and behind a part that must be there once."""
        if text.count(part) != 1:
            raise ContextIntegrityError(f"{self.path} of {self.package} {self.version} has another shape")
        before, _, behind = text.partition(part)
        return before, behind


@dataclass(frozen=True)
class PinnedVersion:
    """One byte version of a context document.

    Args:
        url: what documents call it.
        label: tells the versions of one URL apart, "" if there is only one.
        file: name in the directory of the lock.
        sha256: lower-case hexadecimal.
        licence: of the document.
        origin: None for test data that comes from no package.
    """

    url: str
    label: str
    file: str
    sha256: str
    licence: str
    origin: Origin | None


def read_lock(directory: Path, *, section: str = "contexts") -> dict[str, tuple[PinnedVersion, ...]]:
    """Read the lock of a directory: URL to its versions, newest first.

    Args:
        directory: with a `lock.json`.
        section: what it pins.

    Raises:
        ContextIntegrityError: there is none, or it has another shape.
    """
    try:
        entries = json.loads((directory / LOCK_NAME).read_bytes())[section]
        return {
            url: tuple(_read_version(url, each) for each in versions) for url, versions in entries.items()
        }
    except (OSError, ValueError, KeyError, TypeError) as err:
        raise ContextIntegrityError(f"{directory / LOCK_NAME}: {err}") from err


def _read_version(url: str, entry: dict[str, Any]) -> PinnedVersion:
    origin = entry.get("origin")
    return PinnedVersion(
        url=url,
        label=entry.get("label", ""),
        file=entry["file"],
        sha256=entry["sha256"],
        licence=entry["licence"],
        origin=Origin(**origin) if origin else None,
    )


def read_document(directory: Path, version: PinnedVersion) -> Any:
    """Read a pinned document, after its bytes were compared with the lock.

    Raises:
        ContextIntegrityError: it is missing, or a byte differs.
    """
    try:
        data = (directory / version.file).read_bytes()
    except OSError as err:
        raise ContextIntegrityError(f"{version.file} cannot be read") from err
    check_bytes(data, version)
    return json.loads(data)


def check_bytes(data: bytes, version: PinnedVersion) -> None:
    """Compare with the lock.

    Raises:
        ContextIntegrityError: another digest.
    """
    found = hashlib.sha256(data).hexdigest()
    if found != version.sha256:
        raise ContextIntegrityError(f"{version.file} has SHA-256 {found}, the lock says {version.sha256}")
