"""Verifying a DID log: from bytes that anybody may have served to the versions of a DID.

The steps are those of the specification, numbered as there:

1. parameters: what the entry sets, over what held before
2. proof: by a key that was allowed to sign this entry, `eddsa-jcs-2022`
3. `versionId`: the next number, and the hash of the entry chained to its predecessor
4. `versionTime`: UTC, later than the entry before, not in the future
5. SCID: of the first entry, the hash of its own beginning
6. document: its `id` is a did:webvh with this SCID, and moves only if the DID may
7. pre-rotation: keys that were promised, all of them, each time
8. what the version comes to is kept
9. witnesses: last, over entries that hold in all else

They run in another order, the cheap before the dear. The first entry that breaks one ends the log: the
versions before it hold, and a caller that names one of them gets it; one that asks for the newest does not.

A log that only grew is verified from where it grew. One that says something else about the past than before
is a fork, one that says less is rolled back: both are refused.

Source: did:webvh v1.0, "Read (Resolve)".
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from did.errors import InvalidDidError
from did.methods.webvh import parse_did_webvh
from did.webvh.entries import read_entry
from did.webvh.errors import InvalidLogError, LogProblem
from did.webvh.hashes import check_hash_algorithm, multihash
from did.webvh.parameters import EntryParameters
from did.webvh.proofs import LogProof
from did.webvh.versions import LogVersion, marks_revoked
from did.webvh.witnesses import check_witnesses

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from did.webvh.entries import LogEntry
    from did.webvh.parameters import Parameters, WitnessRule

MAXIMUM_LOG_BYTES: Final = 1_048_576
MAXIMUM_ENTRIES: Final = 512
# JSON values of all lines, of which canonical form takes about a microsecond each; a document has about fifty
MAXIMUM_VALUES: Final = 65_536
MAXIMUM_SIGNATURES: Final = 640
MAXIMUM_DIFFERENT_WITNESSES: Final = 128
_TOLERANCE: Final = timedelta(minutes=5)


@dataclass(frozen=True)
class WebvhLog:
    """The versions of a DID that verify, at least one.

    Args:
        data: the lines of these versions, byte for byte, without the last newline.
        versions: oldest first.
        failure: why the log ends here although it goes on; None if it verifies to its end.
        witnessed: how many of the versions were found to have the approvals that they need.
    """

    data: bytes = field(repr=False)
    versions: tuple[LogVersion, ...]
    failure: InvalidLogError | None = None
    witnessed: int = 0

    @property
    def scid(self) -> str:
        """The part of the DID that never changes."""
        return self.versions[0].parameters.scid

    @property
    def latest(self) -> LogVersion:
        """The newest version that verifies."""
        return self.versions[-1]

    @property
    def did(self) -> str:
        """The DID under which it stands now."""
        return self.latest.did

    @cached_property
    def dids(self) -> frozenset[str]:
        """The DIDs under which it ever stood."""
        return frozenset(version.did for version in self.versions)

    def check_whole(self) -> None:
        """Refuse a log that does not verify to its end.

        Raises:
            InvalidLogError: as `failure` says.
        """
        if self.failure is not None:
            raise self.failure


@dataclass(frozen=True)
class LogHead:
    """The newest version that was known of a log: enough to notice that less, or something else, is said.

    Args:
        version_number: N.
        version_id: "N-hash", which is a hash over all before it.
    """

    version_number: int
    version_id: str

    @classmethod
    def of(cls, log: WebvhLog) -> LogHead:
        """Take it from a log."""
        return cls(log.latest.version_number, log.latest.version_id)

    def check(self, log: WebvhLog) -> None:
        """Check that a log goes at least as far, and this way.

        Raises:
            InvalidLogError: "log_rolled_back", "log_forked".
        """
        if len(log.versions) < self.version_number:
            raise InvalidLogError(LogProblem.ROLLED_BACK, f"known up to {self.version_id}")
        if log.versions[self.version_number - 1].version_id != self.version_id:
            raise InvalidLogError(LogProblem.FORKED, f"not what was known as {self.version_id}")


def read_log(
    data: bytes,
    *,
    did: str,
    now: datetime,
    read_witness_file: Callable[[], bytes],
    known: WebvhLog | None = None,
    allow_insecure_loopback: bool = False,
) -> WebvhLog:
    """Verify a log with all that it needs.

    Args:
        data: bytes of did.jsonl, from anywhere.
        did: the DID that is resolved; one of the entries must be of exactly this.
        now: aware.
        read_witness_file: gives the bytes of did-witness.json; called only if an entry needs witnesses.
        known: what was verified of this DID before, whole; it is not verified again, and not forgotten.
        allow_insecure_loopback: for development, see `parse_did_webvh`.

    Raises:
        InvalidLogError: not even the first entry verifies; no entry is of this DID; too large; "log_forked",
            "log_rolled_back".
    """
    log = verify_entries(data, did=did, now=now, known=known, allow_insecure_loopback=allow_insecure_loopback)
    # step 9
    needing = [version for version in log.versions[log.witnessed :] if version.witness is not None]
    if needing:
        log = _witnessed(log, read_witness_file(), first_needing=needing[0])
    if known is not None and len(log.versions) < len(known.versions):
        # what breaks earlier than it did takes nothing back: not that the DID was ended, not a revocation
        log = replace(known, failure=log.failure)
    if did not in log.dids:
        raise log.failure or InvalidLogError(LogProblem.LOG_ID, did)
    whole = len(log.versions)
    return log if log.witnessed == whole else replace(log, witnessed=whole)


def verify_entries(
    data: bytes,
    *,
    did: str,
    now: datetime,
    known: WebvhLog | None = None,
    allow_insecure_loopback: bool = False,
) -> WebvhLog:
    """Verify a log but for its witnesses: for who is about to ask them, or is one.

    Args and Raises: as `read_log`.
    """
    expected_scid = parse_did_webvh(did, allow_insecure_loopback=allow_insecure_loopback).scid
    if known is not None and _is_longer(data, known):
        begun, lines = known, _lines(data, after=known)
    else:
        begun, lines = None, _lines(data)
    reader = _LogReader(expected_scid, now, begun, allow_insecure_loopback=allow_insecure_loopback)
    log = reader.read(lines)
    if known is not None and begun is None:
        check_same_past(log, known)
    return log


def _is_longer(data: bytes, known: WebvhLog) -> bool:
    """Whether these are the known bytes, and maybe more lines."""
    return data.startswith(known.data) and data[len(known.data) : len(known.data) + 1] in {b"", b"\n"}


def _lines(data: bytes, *, after: WebvhLog | None = None) -> list[bytes]:
    """Cut into lines, once it is clear that there are not too many.

    Raises:
        InvalidLogError: "log_too_large", "invalid_log_entry": nothing there.
    """
    if len(data) > MAXIMUM_LOG_BYTES or data.count(b"\n") > MAXIMUM_ENTRIES:
        raise InvalidLogError(
            LogProblem.TOO_LARGE, f"{MAXIMUM_LOG_BYTES} bytes, {MAXIMUM_ENTRIES} entries at most"
        )
    # an upper bound: some of these may stand in strings
    if data.count(b",") + data.count(b"[") + data.count(b"{") > MAXIMUM_VALUES:
        raise InvalidLogError(LogProblem.TOO_LARGE, f"more than {MAXIMUM_VALUES} values")
    text = data.removesuffix(b"\n")
    if after is not None:
        return text[len(after.data) + 1 :].split(b"\n") if len(text) > len(after.data) else []
    if not text:
        raise InvalidLogError(LogProblem.ENTRY, "an empty log")
    return text.split(b"\n")


def check_same_past(log: WebvhLog, known: WebvhLog) -> None:
    """Compare with what was known: equal ids are equal histories, since each is a hash over all before it.

    Raises:
        InvalidLogError: "log_forked"; "log_rolled_back": it says less, and nothing else.
    """
    shared = min(len(log.versions), len(known.versions))
    if log.versions[shared - 1].version_id != known.versions[shared - 1].version_id:
        raise InvalidLogError(
            LogProblem.FORKED, f"not what was known as {known.versions[shared - 1].version_id}"
        )
    if shared < len(known.versions) and log.failure is None:
        raise InvalidLogError(LogProblem.ROLLED_BACK, f"known up to {known.latest.version_id}")


def _witnessed(log: WebvhLog, witness_file: bytes, *, first_needing: LogVersion) -> WebvhLog:
    """The log up to the first version that lacks approvals.

    Raises:
        InvalidLogError: that is the first of all.
    """
    try:
        check_witnesses(log.versions, witness_file, first=log.witnessed)
    except InvalidLogError as err:
        # a file that cannot be read approves nothing
        number = err.version_number or first_needing.version_number
        if number == 1:
            raise
        versions = log.versions[: number - 1]
        data = b"\n".join(version.line for version in versions)
        return WebvhLog(data, versions, err.at(number), witnessed=number - 1)
    return log


class _LogReader:
    """Goes through the lines of one log."""

    def __init__(
        self, expected_scid: str, now: datetime, known: WebvhLog | None, *, allow_insecure_loopback: bool
    ) -> None:
        self._expected_scid = expected_scid
        self._latest_time = now + _TOLERANCE
        self._known = known
        self._allow_insecure_loopback = allow_insecure_loopback
        self._versions = list(known.versions) if known is not None else []
        self._signatures = 0
        self._witnesses: set[str] = set()

    def read(self, lines: Sequence[bytes]) -> WebvhLog:
        """Verify line after line, up to the first that does not hold."""
        if self._known is not None and not lines:
            return self._known
        for line in lines:
            try:
                self._versions.append(self._verify(line, self._versions[-1] if self._versions else None))
            except InvalidLogError as err:
                return self._ended(err.at(len(self._versions) + 1))
        return self._ended(None)

    def _ended(self, failure: InvalidLogError | None) -> WebvhLog:
        if not self._versions:
            raise failure or InvalidLogError(LogProblem.ENTRY, "an empty log")
        data = b"\n".join(version.line for version in self._versions)
        witnessed = self._known.witnessed if self._known is not None else 0
        return WebvhLog(data, tuple(self._versions), failure, witnessed)

    def _verify(self, line: bytes, previous: LogVersion | None) -> LogVersion:
        entry = read_entry(line)
        # "no further updates to the DID are permitted"
        if previous is not None and previous.parameters.deactivated:
            raise InvalidLogError(LogProblem.DEACTIVATED)
        # step 3.1 and 3.2
        if entry.version_number != (1 if previous is None else previous.version_number + 1):
            raise InvalidLogError(LogProblem.VERSION_NUMBER, entry.version_id)
        # step 4
        self._check_time(entry, previous)
        # step 1
        changes = EntryParameters.read(entry.parameters)
        parameters = changes.begin() if previous is None else changes.after(previous.parameters)
        self._bound_witnesses(parameters)
        # step 6
        self._check_document(entry, parameters, previous)
        # step 7
        check_pre_rotation(changes, previous)
        # step 3.3
        self._check_hash(entry, parameters, previous)
        # step 5
        if previous is None and entry.scid(parameters.scid) != parameters.scid:
            raise InvalidLogError(LogProblem.SCID)
        # step 2
        self._check_proofs(entry, authorized_keys(parameters, previous))
        # step 8
        return LogVersion(
            version_id=entry.version_id,
            version_number=entry.version_number,
            version_time=entry.version_time,
            did=entry.state["id"],
            parameters=parameters,
            witness=witness_rule(parameters, previous),
            marks_revoked=marks_revoked(entry.state),
            line=line,
        )

    def _check_time(self, entry: LogEntry, previous: LogVersion | None) -> None:
        if previous is not None and entry.version_time <= previous.version_time:
            raise InvalidLogError(LogProblem.VERSION_TIME, "not later than the entry before")
        if entry.version_time > self._latest_time:
            raise InvalidLogError(LogProblem.VERSION_TIME, "in the future")

    def _bound_witnesses(self, parameters: Parameters) -> None:
        if parameters.witness is not None:
            self._witnesses.update(parameters.witness.witnesses)
            if len(self._witnesses) > MAXIMUM_DIFFERENT_WITNESSES:
                raise InvalidLogError(
                    LogProblem.TOO_LARGE, f"more than {MAXIMUM_DIFFERENT_WITNESSES} witnesses"
                )

    def _check_document(self, entry: LogEntry, parameters: Parameters, previous: LogVersion | None) -> None:
        """Step 6: the SCID of every document's `id` is the SCID that was asked for, and that of the log."""
        did: Any = entry.state.get("id")
        if not isinstance(did, str):
            raise InvalidLogError(LogProblem.DOCUMENT_ID, "no id")
        try:
            scid = parse_did_webvh(did, allow_insecure_loopback=self._allow_insecure_loopback).scid
        except InvalidDidError as err:
            raise InvalidLogError(LogProblem.DOCUMENT_ID, err.detail) from err
        if not scid == parameters.scid == self._expected_scid:
            raise InvalidLogError(LogProblem.SCID, f"{scid[:60]} is not the SCID of this log")
        if previous is not None and did != previous.did:
            check_move(entry, parameters, previous)

    def _check_hash(self, entry: LogEntry, parameters: Parameters, previous: LogVersion | None) -> None:
        """Step 3.3, "Verify The Entry Hash"."""
        check_hash_algorithm(entry.entry_hash)
        if previous is None:
            check_hash_algorithm(parameters.scid)
        predecessor = parameters.scid if previous is None else previous.version_id
        if entry.hash_after(predecessor) != entry.entry_hash:
            raise InvalidLogError(LogProblem.HASH_CHAIN)

    def _check_proofs(self, entry: LogEntry, allowed: Sequence[str]) -> None:
        """Step 2: every proof that is there must hold, and be by a key that may sign this entry."""
        self._signatures += len(entry.proofs)
        if self._signatures > MAXIMUM_SIGNATURES:
            raise InvalidLogError(LogProblem.TOO_LARGE, f"more than {MAXIMUM_SIGNATURES} signatures")
        digest = entry.digest()
        for raw in entry.proofs:
            proof = LogProof.read(raw)
            if proof.multikey not in allowed:
                raise InvalidLogError(LogProblem.UPDATE_KEY, proof.multikey[:60])
            proof.verify(digest)


def authorized_keys(parameters: Parameters, previous: LogVersion | None) -> tuple[str, ...]:
    """The Multikeys that may sign an entry.

    Args:
        parameters: what holds after it.
        previous: the version before it; None for a first entry.

    Source: "Authorized Keys": of the first entry, and under pre-rotation, its own; otherwise those before it.
    """
    if previous is None or previous.parameters.next_key_hashes:
        return parameters.update_keys
    return previous.parameters.update_keys


def check_pre_rotation(changes: EntryParameters, previous: LogVersion | None) -> None:
    """Check that an entry keeps what the one before it promised.

    Raises:
        InvalidLogError: "pre_rotation_violated".

    Source: "Pre-Rotation Key Hash Generation and Verification", last list; "DID Method Parameters",
    `nextKeyHashes`.
    """
    if previous is None or not previous.parameters.next_key_hashes:
        return
    promised = frozenset(previous.parameters.next_key_hashes)
    # nothing is inherited here: a key that was never promised would come back that way
    if not changes.sets("update_keys") or not changes.sets("next_key_hashes"):
        raise InvalidLogError(LogProblem.PRE_ROTATION, "updateKeys and nextKeyHashes are given each time")
    keys: tuple[str, ...] = changes.values["update_keys"]
    # at least one of the promised keys takes over
    if not keys or any(multihash(key.encode()) not in promised for key in keys):
        raise InvalidLogError(LogProblem.PRE_ROTATION, "a key that was not promised")


def check_move(entry: LogEntry, parameters: Parameters, previous: LogVersion) -> None:
    """Check that a DID may move, and says where it was.

    Raises:
        InvalidLogError: "not_portable".

    Source: "DID Portability".
    """
    if not (previous.parameters.portable and parameters.portable):
        raise InvalidLogError(LogProblem.NOT_PORTABLE, "it moved, and may not")
    aliases = entry.state.get("alsoKnownAs")
    if not isinstance(aliases, list) or previous.did not in aliases:
        raise InvalidLogError(LogProblem.NOT_PORTABLE, "the DID before is not in alsoKnownAs")


def witness_rule(parameters: Parameters, previous: LogVersion | None) -> WitnessRule | None:
    """Who must approve an entry: those that were active, or, where there were none, those that it names.

    Args:
        parameters: what holds after it.
        previous: the version before it; None for a first entry.

    Source: "DID Method Parameters", `witness`: a change from `{}` is active at once, any other after the
    entry.
    """
    active = None if previous is None else previous.parameters.witness
    return active or parameters.witness
