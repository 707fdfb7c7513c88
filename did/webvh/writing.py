"""Writing a DID log: create, update, move, deactivate. What is written is verified as a stranger would,
first.

Parameters are given in the specification's own terms (`updateKeys`, `nextKeyHashes`, `witness`, `portable`,
`watchers`, `ttl`); `multikeys` and `key_hashes` write lists of keys. Whoever holds two signers of one log
must see to it that only one writes at a time: two entries after the same one are a fork, and no reader takes
both.

With witnesses, the order is: write the entry, ask them (`approve_version`), publish `write_witness_file`, and
only then the log.

Source: did:webvh v1.0, "Create (Register)", "Update (Rotate)", "Deactivate (Revoke)" and "DID Portability".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from contexts import strict_json
from did.methods.webvh import METHOD_PREFIX, parse_did_webvh
from did.webvh.documents import aliases_of
from did.webvh.entries import PLACEHOLDER, HashedContent, text_replaced
from did.webvh.hashes import multihash, multihash_of_digest
from did.webvh.log import WebvhLog, verify_entries
from did.webvh.parameters import METHOD
from did.webvh.proofs import sign_proof
from did.webvh.versions import date_time

if TYPE_CHECKING:
    from collections.abc import Iterable

    from did.keys import PublicKey, Signer

JsonObject = dict[str, Any]
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True)
class WrittenLog:
    """What was written.

    Args:
        lines: to be appended to did.jsonl, each with its newline.
        log: the whole log with them, verified but for its witnesses.
    """

    lines: bytes = field(repr=False)
    log: WebvhLog


def multikeys(keys: Iterable[PublicKey]) -> list[str]:
    """Write keys as `updateKeys` has them."""
    return [key.to_multikey() for key in keys]


def key_hashes(keys: Iterable[PublicKey]) -> list[str]:
    """Write keys that are not shown yet as `nextKeyHashes` has them.

    Source: "Pre-Rotation Key Hash Generation and Verification", step 3.
    """
    return [multihash(key.to_multikey().encode()) for key in keys]


def create_log(
    document: JsonObject,
    *,
    signer: Signer,
    parameters: JsonObject,
    now: datetime,
    allow_insecure_loopback: bool = False,
) -> WrittenLog:
    """Begin a DID.

    Args:
        document: with "{SCID}" wherever the SCID will stand: its `id` is "did:webvh:{SCID}:a.example".
        signer: of one of the `updateKeys`.
        parameters: `updateKeys` and what else holds from the start.
        now: aware.
        allow_insecure_loopback: for development, see `parse_did_webvh`.

    Raises:
        InvalidDidError: the DID would not be one; InvalidLogError: a reader would refuse it.

    Source: "Create (Register)", steps 3 to 6; "Generate SCID".
    """
    time = now.astimezone(UTC).replace(microsecond=0)
    # step 4
    first = {"method": METHOD, "scid": PLACEHOLDER} | parameters
    preliminary = HashedContent.of(first, document, date_time(time))
    # steps 5.1 and 5.2
    scid = multihash_of_digest(preliminary.digest(PLACEHOLDER))
    replaced = [text_replaced(each, PLACEHOLDER, scid) for each in (first, document)]
    # steps 5.3 to 6
    content = _Content(time, *replaced)
    line = content.signed_line(1, after=scid, signer=signer)
    return _verified(None, [line], now, allow_insecure_loopback=allow_insecure_loopback)


def update_log(
    log: WebvhLog,
    *,
    signer: Signer,
    now: datetime,
    document: JsonObject | None = None,
    parameters: JsonObject | None = None,
    allow_insecure_loopback: bool = False,
) -> WrittenLog:
    """Add a version.

    Args:
        log: as it is published.
        signer: of a key that may sign: one of the `updateKeys` before, or under pre-rotation one of those
            now.
        now: aware.
        document: None: unchanged.
        parameters: that change; under pre-rotation, `updateKeys` and `nextKeyHashes` are among them.
        allow_insecure_loopback: for development.

    Raises:
        InvalidLogError: a reader would refuse it.

    Source: "Update (Rotate)", steps 1 to 9.
    """
    state = log.latest.read_document() if document is None else document
    line = _next_line(log, signer, now, parameters or {}, state)
    return _verified(log, [line], now, allow_insecure_loopback=allow_insecure_loopback)


def move_log(
    log: WebvhLog,
    *,
    address: str,
    signer: Signer,
    now: datetime,
    parameters: JsonObject | None = None,
    allow_insecure_loopback: bool = False,
) -> WrittenLog:
    """Move a portable DID: the document names itself by its new DID, and the old one in `alsoKnownAs`.

    Args:
        log: as it is published.
        address: what follows the SCID, "b.example" or "b.example%3A8443:people".
        signer: as for `update_log`.
        now: aware.
        parameters: that change.
        allow_insecure_loopback: for development.

    Raises:
        InvalidDidError: no such address; InvalidLogError: it may not move, or as `update_log`.

    Source: "DID Portability".
    """
    old = parse_did_webvh(log.did, allow_insecure_loopback=allow_insecure_loopback)
    new = parse_did_webvh(
        f"{METHOD_PREFIX}{old.scid}:{address}", allow_insecure_loopback=allow_insecure_loopback
    )
    document = _renamed(log.latest.read_document(), {old.did: new.did, old.did_web: new.did_web})
    # the other names stay; of those, the new DID itself is none
    aliases = dict.fromkeys([*aliases_of(document), old.did])
    document["alsoKnownAs"] = [alias for alias in aliases if alias != new.did]
    return update_log(
        log,
        signer=signer,
        now=now,
        document=document,
        parameters=parameters,
        allow_insecure_loopback=allow_insecure_loopback,
    )


def deactivate_log(
    log: WebvhLog,
    *,
    signer: Signer,
    now: datetime,
    document: JsonObject | None = None,
    allow_insecure_loopback: bool = False,
) -> WrittenLog:
    """End a DID for good: no key may sign any more. Under pre-rotation this takes two versions.

    Args:
        log: as it is published.
        signer: as for `update_log`; under pre-rotation, of a promised key.
        now: aware.
        document: the last one; None: unchanged.
        allow_insecure_loopback: for development.

    Raises:
        InvalidLogError: a reader would refuse it.

    Source: "Deactivate (Revoke)".
    """
    last = log.latest.read_document() if document is None else document
    begun, lines = log, []
    if log.latest.parameters.next_key_hashes:
        stop = {"updateKeys": multikeys([signer.public_key]), "nextKeyHashes": []}
        lines.append(_next_line(log, signer, now, stop, last))
        begun = _verified(log, lines, now, allow_insecure_loopback=allow_insecure_loopback).log
    lines.append(_next_line(begun, signer, now, {"deactivated": True, "updateKeys": []}, last))
    return _verified(log, lines, now, allow_insecure_loopback=allow_insecure_loopback)


def _next_line(
    log: WebvhLog, signer: Signer, now: datetime, parameters: JsonObject, document: JsonObject
) -> bytes:
    """Update, steps 2 to 9; a clock that stands still must not make two versions of one moment."""
    latest = log.latest
    after = (latest.version_time + _SECOND).replace(microsecond=0)
    time = max(now.astimezone(UTC).replace(microsecond=0), after)
    content = _Content(time, parameters, document)
    return content.signed_line(latest.version_number + 1, after=latest.version_id, signer=signer)


@dataclass(frozen=True)
class _Content:
    """What an entry says, before it is hashed, chained and signed."""

    time: datetime
    parameters: JsonObject
    state: JsonObject

    def signed_line(self, number: int, *, after: str, signer: Signer) -> bytes:
        """Give the line without its newline."""
        version_time = date_time(self.time)
        hashed = HashedContent.of(self.parameters, self.state, version_time)
        version_id = f"{number}-{multihash_of_digest(hashed.digest(after))}"
        entry = {
            "versionId": version_id,
            "versionTime": version_time,
            "parameters": self.parameters,
            "state": self.state,
            "proof": [sign_proof(hashed.digest(version_id), signer=signer, created=self.time)],
        }
        return strict_json.dumps(entry)


def _verified(
    log: WebvhLog | None, lines: list[bytes], now: datetime, *, allow_insecure_loopback: bool
) -> WrittenLog:
    """Read what was written with the reader's code, before anybody else can."""
    data = b"\n".join([log.data, *lines] if log is not None else lines)
    did = str(strict_json.loads(lines[-1])["state"].get("id"))
    written = verify_entries(
        data, did=did, now=now, known=log, allow_insecure_loopback=allow_insecure_loopback
    )
    written.check_whole()
    return WrittenLog(b"".join(line + b"\n" for line in lines), written)


def _renamed(value: Any, names: dict[str, str]) -> Any:
    """Replace DIDs, alone or at the head of a DID URL, in every string."""
    match value:
        case str():
            head = value.partition("#")[0].partition("?")[0].partition("/")[0]
            return names[head] + value[len(head) :] if head in names else value
        case list():
            return [_renamed(each, names) for each in value]
        case dict():
            return {_renamed(name, names): _renamed(each, names) for name, each in value.items()}
        case _:
            return value
