"""Answers from a verified log: which version was asked for, and what is known about it.

Source: did:webvh v1.0, "Read (Resolve)" and "Reading did:webvh DID URLs"; DID Core 1.0, section 7.1.3 (DID
Document Metadata).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from did.errors import DidNotFoundError, InvalidDidUrlError
from did.webvh.entries import parse_version_time
from did.webvh.errors import InvalidLogError
from did.webvh.versions import date_time

if TYPE_CHECKING:
    from datetime import datetime

    from did.webvh.log import WebvhLog
    from did.webvh.versions import LogVersion

JsonObject = dict[str, Any]
VERSION_PARAMETERS: Final = frozenset({"versionId", "versionTime", "versionNumber"})
_MAXIMUM_PARAMETERS: Final = 8
_NUMBER: Final = re.compile(r"[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True)
class VersionQuery:
    """Which version is wanted; at most one of the three, none for the newest.

    Args:
        version_id: whole `versionId`.
        version_time: aware; the version that was in force then.
        version_number: from 1.
    """

    version_id: str | None = None
    version_time: datetime | None = None
    version_number: int | None = None

    @classmethod
    def read(cls, query: str) -> VersionQuery:
        """Read the query of a DID URL; parameters that choose no version are left alone.

        Args:
            query: without "?"; percent-encoded.

        Raises:
            InvalidDidUrlError: two versions are asked for, or one in a form that there is not.
        """
        try:
            # "+" is itself in a DID URL, as in "+00:00", and no space
            pairs = parse_qsl(
                query.replace("+", "%2B"),
                keep_blank_values=True,
                max_num_fields=_MAXIMUM_PARAMETERS,
                errors="strict",
            )
        except ValueError as err:
            raise InvalidDidUrlError(f"query: {query[:100]!r}") from err
        wanted = [pair for pair in pairs if pair[0] in VERSION_PARAMETERS]
        if len(wanted) > 1:
            raise InvalidDidUrlError("more than one version is asked for")
        return cls._of(*wanted[0]) if wanted else cls()

    @classmethod
    def _of(cls, name: str, value: str) -> VersionQuery:
        if name == "versionId":
            return cls(version_id=value)
        if name == "versionTime":
            return cls(version_time=_time(value))
        if not _NUMBER.fullmatch(value):
            raise InvalidDidUrlError(f"versionNumber: {value[:20]!r}")
        return cls(version_number=int(value))

    @property
    def is_for_newest(self) -> bool:
        """Whether it names no version."""
        return self == VersionQuery()


def _time(value: str) -> datetime:
    try:
        return parse_version_time(value)
    except InvalidLogError as err:
        raise InvalidDidUrlError(f"versionTime: {value[:40]!r}") from err


@dataclass(frozen=True)
class WebvhResolution:
    """What a resolver answers.

    Args:
        did: that was asked for.
        version: the version that was asked for.
        document: its document; None: the DID was ended.
        metadata: didDocumentMetadata; all its numbers are strings.
        problem: the source was refused for this, and what was known before is the answer; None: it was not.
    """

    did: str
    version: LogVersion
    document: JsonObject | None = field(repr=False)
    metadata: JsonObject = field(repr=False)
    problem: str | None = None


def resolve_log(
    log: WebvhLog, *, did: str, query: VersionQuery | None = None, problem: str | None = None
) -> WebvhResolution:
    """Answer from a log.

    Args:
        log: verified for this DID.
        did: that was asked for; the document may stand under a newer one, if it moved.
        query: None for the newest version.
        problem: see `WebvhResolution`.

    Raises:
        DidNotFoundError: no such version.
        InvalidLogError: the newest is asked for, and the log does not verify to its end.
    """
    query = query or VersionQuery()
    version = select_version(log, query)
    ended = version.parameters.deactivated
    return WebvhResolution(
        did=did,
        version=version,
        document=None if ended else version.read_document(),
        metadata=document_metadata(log, version),
        problem=problem,
    )


def select_version(log: WebvhLog, query: VersionQuery) -> LogVersion:
    """Find the version that a query names.

    Raises:
        DidNotFoundError: no such version.
        InvalidLogError: what was in force then lies beyond where the log stops to verify.
    """
    if query.version_time is not None:
        return version_at(log, query.version_time)
    if query.is_for_newest:
        log.check_whole()
        return log.latest
    for version in log.versions:
        if query.version_id == version.version_id or query.version_number == version.version_number:
            return version
    # it may be among those that do not verify
    log.check_whole()
    raise DidNotFoundError("no such version")


def version_at(log: WebvhLog, moment: datetime) -> LogVersion:
    """Find the version that was in force at a moment.

    Args:
        log: verified.
        moment: aware.

    Raises:
        DidNotFoundError: the DID did not exist yet.
        InvalidLogError: when the last version that verifies ended is not known.
    """
    index = bisect_right(log.versions, moment, key=lambda version: version.version_time)
    if index == 0:
        raise DidNotFoundError(f"no version before {log.versions[0].time_text}")
    if index == len(log.versions):
        log.check_whole()
    return log.versions[index - 1]


def document_metadata(log: WebvhLog, version: LogVersion) -> JsonObject:
    """Write didDocumentMetadata.

    Args:
        log: verified.
        version: one of its versions; the rest is of the last one that verifies.
    """
    latest = log.latest.parameters
    metadata: JsonObject = {
        "versionId": version.version_id,
        "versionTime": version.time_text,
        "created": log.versions[0].time_text,
        "updated": date_time(log.latest.version_time),
        "scid": log.scid,
        "portable": latest.portable,
        "deactivated": latest.deactivated,
        "ttl": str(latest.ttl),
    }
    if latest.witness is not None:
        rule = latest.witness.to_json()
        metadata["witness"] = rule | {"threshold": str(rule["threshold"])}
    if latest.watchers:
        metadata["watchers"] = list(latest.watchers)
    return metadata
