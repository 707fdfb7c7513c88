"""The closed world of JSON schemas: published documents, pinned by SHA-256; none is ever fetched.

A stranger's schema is a stranger's program: a few kilobytes of `allOf` or of `pattern` can keep a machine
busy for years, and asking for it tells its host who is being checked. See ADR 0020.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import jsonschema_rs

from contexts import strict_json
from contexts.errors import ContextIntegrityError
from contexts.lock import check_bytes, read_lock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from contexts.lock import PinnedVersion

JsonObject = dict[str, Any]
DOCUMENTS: Final = Path(__file__).parent / "documents"
SECTION: Final = "schemas"
_MAXIMUM_BYTES: Final = 1_048_576
_DIALECTS: Final[dict[str, type[jsonschema_rs.Validator]]] = {
    "http://json-schema.org/draft-07/schema": jsonschema_rs.Draft7Validator,
    "https://json-schema.org/draft/2019-09/schema": jsonschema_rs.Draft201909Validator,
    "https://json-schema.org/draft/2020-12/schema": jsonschema_rs.Draft202012Validator,
}
_DIGESTS: Final = {"sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}


@dataclass(frozen=True)
class PinnedSchema:
    """A published schema.

    Args:
        url: its address, as `credentialSchema` names it.
        content: its bytes, as published.
    """

    url: str
    content: bytes = field(repr=False)
    validator: jsonschema_rs.Validator = field(repr=False, compare=False)

    def is_met_by(self, document: JsonObject) -> bool:
        """Tell whether a document meets the schema. Formats are annotations, as the dialects have it.

        Only this is ever asked of the validator: collecting what is wrong costs far more on nested input.
        """
        return self.validator.is_valid(document)

    def has_digest(self, digest: object) -> bool:
        """Tell whether a `digestSRI` is of these bytes; of several, the strongest counts.

        Source: VCDM 2.0, section 5.3; Subresource Integrity, section 3.1.
        """
        named = [each.partition("-") for each in str(digest).split()]
        for algorithm in reversed(_DIGESTS):
            values = [value.partition("?")[0] for name, _, value in named if name == algorithm]
            if values:
                found = _digest(self.content, algorithm)
                return any(hmac.compare_digest(_base64(value), found) for value in values)
        return False


# whoever names a schema twenty times over, with its digest, must not have it hashed as often
@lru_cache(maxsize=256)
def _digest(content: bytes, algorithm: str) -> bytes:
    return _DIGESTS[algorithm](content).digest()


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text.translate(str.maketrans("-_", "+/")) + "==")
    except (binascii.Error, ValueError):
        return b""


class SchemaStore:
    """The schemas that are known, by URL. Made by `load` or `published`; safe to share between threads."""

    def __init__(self, schemas: Mapping[str, PinnedSchema]) -> None:
        self._schemas = dict(schemas)

    @classmethod
    def load(cls, directory: Path = DOCUMENTS, *, also: Iterable[Path] = ()) -> SchemaStore:
        """Read the schemas of a lock, and compare every byte with it.

        Args:
            directory: with a `lock.json` of the form that contexts have, its section named "schemas".
            also: further directories with a lock of their own: schemas that a service decides to know.

        Raises:
            ContextIntegrityError: a schema or the lock is missing or altered; a schema cannot be compiled:
                an unknown dialect, a reference to elsewhere, a pattern that needs backtracking.
        """
        return cls(
            {
                url: _read_schema(place, version)
                for place in (directory, *also)
                for url, (version, *_) in read_lock(place, section=SECTION).items()
            }
        )

    @staticmethod
    @cache
    def published() -> SchemaStore:
        """Give the schemas that come with this library; read when they are first asked for."""
        return SchemaStore.load()

    @property
    def urls(self) -> frozenset[str]:
        """Every URL that is known."""
        return frozenset(self._schemas)

    def find(self, url: object) -> PinnedSchema | None:
        """Find a schema by its exact URL."""
        return self._schemas.get(url) if isinstance(url, str) else None


def _read_schema(directory: Path, version: PinnedVersion) -> PinnedSchema:
    try:
        content = (directory / version.file).read_bytes()
    except OSError as err:
        raise ContextIntegrityError(f"{version.file} cannot be read") from err
    check_bytes(content, version)
    return PinnedSchema(version.url, content, _compile(content, version.file))


def _compile(content: bytes, name: str) -> jsonschema_rs.Validator:
    """Compile a schema: nothing is fetched, and patterns are matched in linear time."""
    schema = strict_json.loads(content, max_bytes=_MAXIMUM_BYTES)
    dialect = str(schema.get("$schema")).removesuffix("#") if isinstance(schema, dict) else ""
    if dialect not in _DIALECTS:
        raise ContextIntegrityError(f"{name}: no dialect that is known here: {dialect[:80]!r}")
    try:
        return _DIALECTS[dialect](
            schema, offline=True, validate_formats=False, pattern_options=jsonschema_rs.RegexOptions()
        )
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError) as err:
        raise ContextIntegrityError(f"{name}: {str(err).splitlines()[0]}") from err
