"""`python -m contexts.refresh`: fetch the packages that the documents come from, and compare every byte.
Another directory and the section of its lock may be named: `credentials/schemas/documents schemas`.

Nothing is written here: a difference is for a person to look at, and the lock is changed by hand.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from contexts.errors import ContextIntegrityError
from contexts.lock import DOCUMENTS, Origin, PinnedVersion, check_bytes, read_document, read_lock

if TYPE_CHECKING:
    from collections.abc import Callable

_SECONDS: Final = 180
_MAXIMUM_FILE: Final = 1_048_576


class Packages(Protocol):
    """Where published packages come from."""

    def archive(self, registry: str, package: str, version: str) -> bytes:
        """Give the published archive: a gzipped tar from "npm" and "pypi-sdist", a wheel from "pypi".

        Raises:
            ContextIntegrityError: it cannot be had.
        """
        ...


class PackageClients:
    """The registries' own clients, `npm` and `pip`, as they are configured on this machine."""

    def archive(self, registry: str, package: str, version: str) -> bytes:
        """Download one archive into a directory that does not last."""
        with tempfile.TemporaryDirectory() as directory:
            match registry:
                case "npm":
                    command = ["npm", "pack", f"{package}@{version}", "--silent"]
                case "pypi" | "pypi-sdist":
                    form = "--no-binary=:all:" if registry == "pypi-sdist" else "--only-binary=:all:"
                    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", form]
                    command += ["--disable-pip-version-check", f"{package}=={version}"]
                case _:
                    raise ContextIntegrityError(f"unknown registry {registry}")
            _run(command, directory)
            return next(Path(directory).iterdir()).read_bytes()


def _run(command: list[str], directory: str) -> None:
    try:
        # the package names come from the lock, no shell is involved
        subprocess.run(  # noqa: S603
            command, cwd=directory, check=True, capture_output=True, timeout=_SECONDS, text=True
        )
    except (OSError, subprocess.SubprocessError) as err:
        said = (getattr(err, "stderr", None) or str(err)).strip().splitlines()
        raise ContextIntegrityError(f"{' '.join(command[:3])}: {said[-1] if said else err}") from err


def read_member(archive: bytes, path: str) -> bytes:
    """Read one file of a gzipped tar or a zip, without unpacking either.

    Raises:
        ContextIntegrityError: there is no such file, or it is over 1 MiB.
    """
    try:
        if zipfile.is_zipfile(io.BytesIO(archive)):
            with zipfile.ZipFile(io.BytesIO(archive)) as wheel, wheel.open(path) as file:
                data = file.read(_MAXIMUM_FILE + 1)
        else:
            with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as packed:
                member = packed.extractfile(path)
                data = member.read(_MAXIMUM_FILE + 1) if member else b""
    except (KeyError, tarfile.TarError, zipfile.BadZipFile, OSError) as err:
        raise ContextIntegrityError(f"the package has no {path}") from err
    if not data or len(data) > _MAXIMUM_FILE:
        raise ContextIntegrityError(f"{path} is empty or larger than {_MAXIMUM_FILE} bytes")
    return data


def compare(
    packages: Packages,
    *,
    directory: Path = DOCUMENTS,
    section: str = "contexts",
    say: Callable[[str], object] = lambda _: None,
) -> list[str]:
    """Compare every document with what its package holds now.

    Args:
        packages: where they come from; each archive is asked for once.
        directory: of the lock.
        section: of the lock.
        say: hears a line per document.

    Returns:
        One line per document that differs or could not be compared; none if all are the same.
    """
    archive = cache(packages.archive)

    def published(origin: Origin) -> bytes:
        content = read_member(archive(origin.registry, origin.package, origin.version), origin.path)
        return origin.extract(content)

    locked = read_lock(directory, section=section)
    versions = [version for several in locked.values() for version in several]
    differences = []
    for version in versions:
        difference = _difference(version, directory, published)
        say(f"{'differs' if difference else 'same   '}  {version.file}  {difference or version.sha256[:8]}\n")
        if difference:
            differences.append(difference)
    return differences


def _difference(version: PinnedVersion, directory: Path, published: Callable[[Origin], bytes]) -> str | None:
    if version.origin is None:
        return f"{version.file} comes from no package"
    try:
        read_document(directory, version)
        check_bytes(published(version.origin), version)
    except ContextIntegrityError as err:
        return err.detail
    return None


def main() -> int:
    """Compare, tell each document, and give the exit code: 0 if all bytes are the same."""
    directory, section = sys.argv[1:] or (str(DOCUMENTS), "contexts")
    differences = compare(PackageClients(), directory=Path(directory), section=section, say=sys.stdout.write)
    said = f"{len(differences)} differ" if differences else "all the same"
    sys.stdout.write(f"{section}: {said}\n")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
