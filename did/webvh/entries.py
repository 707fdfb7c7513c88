"""One line of a DID log, read strictly, and what is hashed of it.

Source: did:webvh v1.0, "The DID Log File", "SCID Generation and Verification" and "Entry Hash Generation and
Verification".
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from contexts import ContextsError, jcs, strict_json
from did.webvh.errors import InvalidLogError, LogProblem
from did.webvh.hashes import multihash_of_digest

JsonObject = dict[str, Any]
PLACEHOLDER: Final = "{SCID}"
MAXIMUM_LINE_BYTES: Final = 65_536
MAXIMUM_DEPTH: Final = 16
MAXIMUM_PROOFS: Final = 4
_MEMBERS: Final = frozenset({"versionId", "versionTime", "parameters", "state", "proof"})
_VERSION_ID: Final = re.compile(r"([1-9][0-9]{0,8})-([1-9A-HJ-NP-Za-km-z]{1,128})", re.ASCII)
_VERSION_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|\+00:00)", re.ASCII
)


@dataclass(frozen=True)
class LogEntry:
    """A line whose members have the right shapes; nothing of it is verified yet.

    Args:
        version_id: "N-hash".
        version_number: N.
        entry_hash: what follows the dash.
        version_time: aware, UTC.
        parameters: as they stand.
        state: the DID document.
        proofs: one to four, not read.
    """

    version_id: str
    version_number: int
    entry_hash: str
    version_time: datetime
    parameters: JsonObject = field(repr=False)
    state: JsonObject = field(repr=False)
    proofs: tuple[Any, ...] = field(repr=False)
    _hashed: HashedContent = field(repr=False)

    def hash_after(self, predecessor: str) -> str:
        """Compute the entry hash.

        Args:
            predecessor: `versionId` of the entry before it; the SCID for the first.

        Source: "Verify The Entry Hash", steps 3 to 5.
        """
        return multihash_of_digest(self._hashed.digest(predecessor))

    def digest(self) -> bytes:
        """Hash what the proofs sign: the entry without them; SHA-256, 32 bytes."""
        return self._hashed.digest(self.version_id)

    def scid(self, claimed: str) -> str:
        """Compute the SCID of a first entry.

        Args:
            claimed: the `scid` parameter, by its form a hash.

        Raises:
            InvalidLogError: "scid_verification_failed".

        Source: "Verify SCID", steps 4 to 7.
        """
        return self._hashed.scid(self.parameters, self.state, claimed)


@dataclass(frozen=True)
class HashedContent:
    """An entry without its proofs in canonical form: only `versionId` differs from hash to hash.

    JCS sorts the four members as they are written here; so what is long is brought into its form, and hashed,
    only once.
    """

    version_time: str
    _before: bytes

    @classmethod
    def of(cls, parameters: JsonObject, state: JsonObject, version_time: str) -> HashedContent:
        """Canonicalize; `version_time` needs no escapes.

        Raises:
            StrictJsonError: too deep, or text that is no Unicode.
        """
        texts = (jcs.canonicalize(each, max_depth=MAXIMUM_DEPTH) for each in (parameters, state))
        before = b'{"parameters":%b,"state":%b,"versionId":' % tuple(texts)
        return cls(version_time, before)

    def digest(self, version_id: str) -> bytes:
        """SHA-256 of the canonical entry with this `versionId`."""
        after = f'"{version_id}","versionTime":"{self.version_time}"}}'
        return hashlib.sha256(self._before + after.encode()).digest()

    def scid(self, parameters: JsonObject, state: JsonObject, claimed: str) -> str:
        """Hash the same content with the placeholder for every occurrence of the SCID."""
        # creation replaces every placeholder: one that is left would let two entries have one SCID
        if PLACEHOLDER.encode() in self._before:
            raise InvalidLogError(LogProblem.SCID, "a placeholder is left")
        preliminary = HashedContent.of(
            text_replaced(parameters, claimed, PLACEHOLDER),
            text_replaced(state, claimed, PLACEHOLDER),
            self.version_time,
        )
        return multihash_of_digest(preliminary.digest(PLACEHOLDER))


def text_replaced(value: Any, old: str, new: str) -> Any:
    """Replace a text in every string, members' names among them; gives another value."""
    match value:
        case str():
            return value.replace(old, new)
        case list():
            return [text_replaced(each, old, new) for each in value]
        case dict():
            return {name.replace(old, new): text_replaced(each, old, new) for name, each in value.items()}
        case _:
            return value


def read_entry(line: bytes) -> LogEntry:
    """Read a line.

    Args:
        line: without its newline; white space inside is let through, an empty line is not.

    Raises:
        InvalidLogError: "log_too_large", "invalid_log_entry", "version_number_mismatch",
            "invalid_version_time".
    """
    if len(line) > MAXIMUM_LINE_BYTES:
        raise InvalidLogError(LogProblem.TOO_LARGE, f"a line of more than {MAXIMUM_LINE_BYTES} bytes")
    raw = _read_members(line)
    version_time, text = _read_time(raw["versionTime"])
    version_id, number, entry_hash = _read_version_id(raw["versionId"])
    parameters, state = raw["parameters"], raw["state"]
    if not isinstance(parameters, dict) or not isinstance(state, dict):
        raise _malformed("parameters and state are objects")
    # strict JSON of this depth always has a canonical form
    hashed = HashedContent.of(parameters, state, text)
    proofs = _read_proofs(raw["proof"])
    return LogEntry(version_id, number, entry_hash, version_time, parameters, state, proofs, hashed)


def read_state(line: bytes) -> JsonObject:
    """Read the DID document out of a line that was verified."""
    state: JsonObject = strict_json.loads(line)["state"]
    return state


def _read_members(line: bytes) -> JsonObject:
    try:
        raw = strict_json.loads(line, max_bytes=MAXIMUM_LINE_BYTES, max_depth=MAXIMUM_DEPTH + 1)
    except ContextsError as err:
        raise _malformed(err.code) from err
    if not isinstance(raw, dict) or raw.keys() != _MEMBERS:
        raise _malformed("an entry has versionId, versionTime, parameters, state and proof")
    return raw


def _read_version_id(value: object) -> tuple[str, int, str]:
    """Read "Verify the `versionId`": a number without leading zeros, one dash, a hash."""
    match = _VERSION_ID.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise InvalidLogError(LogProblem.VERSION_NUMBER, "versionId is no number, dash, hash")
    return match[0], int(match[1]), match[2]


def _read_time(value: object) -> tuple[datetime, str]:
    if not isinstance(value, str):
        raise InvalidLogError(LogProblem.VERSION_TIME, "no string")
    return parse_version_time(value), value


def parse_version_time(text: str) -> datetime:
    """Read an ISO 8601 time that says that it is UTC.

    Raises:
        InvalidLogError: "invalid_version_time".
    """
    if not _VERSION_TIME.fullmatch(text):
        raise InvalidLogError(LogProblem.VERSION_TIME, f"no UTC time: {text[:40]!r}")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError as err:
        raise InvalidLogError(LogProblem.VERSION_TIME, text) from err


def _read_proofs(value: object) -> tuple[Any, ...]:
    """The text says an array; the schema lets a single proof be an object, and peers write it."""
    proofs = value if isinstance(value, list) else [value]
    if not 0 < len(proofs) <= MAXIMUM_PROOFS:
        raise InvalidLogError(LogProblem.PROOF, f"an entry has 1 to {MAXIMUM_PROOFS} proofs")
    return tuple(proofs)


def _malformed(detail: str) -> InvalidLogError:
    return InvalidLogError(LogProblem.ENTRY, detail)
