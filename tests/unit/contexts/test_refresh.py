"""Comparing the pinned documents with the packages that they come from."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from contexts import ContextIntegrityError
from contexts.lock import DOCUMENTS, Origin, read_lock
from contexts.refresh import compare, read_member

if TYPE_CHECKING:
    from pathlib import Path


class PackedPackages:
    """The registries, as the lock describes them: each package holds the files that were taken from it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.files: dict[tuple[str, str, str], dict[str, bytes]] = {}
        for versions in read_lock(DOCUMENTS).values():
            for version in versions:
                assert version.origin
                self._put(version.origin, (DOCUMENTS / version.file).read_bytes())

    def _put(self, origin: Origin, data: bytes) -> None:
        if origin.append:
            data = data.removesuffix(origin.append.encode())
        if origin.after:
            data = b"'use strict';\n" + origin.after.encode() + data + origin.without.encode()
        files = self.files.setdefault((origin.registry, origin.package, origin.version), {})
        if not origin.without or origin.after:
            files[origin.path] = data

    def archive(self, registry: str, package: str, version: str) -> bytes:
        self.asked.append((registry, package, version))
        files = self.files[registry, package, version]
        return wheel(files) if registry == "pypi" else tarball(files)


def wheel(files: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return data.getvalue()


def tarball(files: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for path, content in files.items():
            member = tarfile.TarInfo(path)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return data.getvalue()


def test_the_same_bytes_are_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    packages, lines = PackedPackages(), list[str]()
    assert compare(packages, say=lines.append) == []
    assert len(lines) == sum(map(len, read_lock(DOCUMENTS).values()))
    assert len(packages.asked) == len(set(packages.asked)) == len(packages.files)


def test_a_package_that_changed_is_told() -> None:
    packages = PackedPackages()
    [name] = [each for each in packages.files if each[1] == "did-context"]
    packages.files[name]["package/contexts/did-v1.jsonld"] += b" "
    [difference] = compare(packages)
    assert "did-v1.jsonld" in difference


def test_a_file_that_is_gone_is_told() -> None:
    packages = PackedPackages()
    [name] = [each for each in packages.files if each[1] == "did-context"]
    packages.files[name] = {"package/README.md": b"moved"}
    assert len(compare(packages)) == 1


def test_a_document_that_was_changed_here_is_told(tmp_path: Path) -> None:
    directory = shutil.copytree(DOCUMENTS, tmp_path / "documents")
    (directory / "did-v1.jsonld").write_bytes(b"{}")
    [difference] = compare(PackedPackages(), directory=directory)
    assert "did-v1.jsonld" in difference


def test_a_document_without_package_is_told(tmp_path: Path) -> None:
    (tmp_path / "lock.json").write_text(
        json.dumps({"contexts": {"urn:a": [{"file": "a.json", "sha256": "", "licence": "none"}]}})
    )
    assert compare(PackedPackages(), directory=tmp_path) == ["a.json comes from no package"]


@pytest.mark.parametrize("pack", [wheel, tarball])
@pytest.mark.parametrize("content", [b"", b"x" * 1_048_577])
def test_an_empty_or_huge_file_is_refused(pack: object, content: bytes) -> None:
    assert callable(pack)
    assert read_member(pack({"a": b"1"}), "a") == b"1"
    with pytest.raises(ContextIntegrityError):
        read_member(pack({"a": content}), "a")
    with pytest.raises(ContextIntegrityError):
        read_member(pack({"a": b"1"}), "b")


def test_what_is_cut_out_must_be_there_once() -> None:
    origin = Origin("npm", "p", "1", "a.js", after="= ", without=",x", append="\n")
    assert origin.extract(b"module = [1,x]") == b"[1]\n"
    for changed in (b"module [1,x]", b"a = b = [1,x]", b"module = [1]", b"module = [,x,x]"):
        with pytest.raises(ContextIntegrityError):
            origin.extract(changed)
