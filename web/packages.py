"""Where a package's files are, without importing it."""

from __future__ import annotations

import importlib.util
from pathlib import Path


def package_folder(package: str) -> Path:
    """Folder of an importable package.

    Args:
        package: such as "wallet".

    Raises:
        ModuleNotFoundError: no such package.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"no package {package}")
    return Path(next(iter(spec.submodule_search_locations)))
