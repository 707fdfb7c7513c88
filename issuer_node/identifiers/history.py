"""The node's own DID log: its entries in the database, and the key that the next one is promised to.

Source: did:webvh v1.0, "Create (Register)", "Update (Rotate)", "Pre-Rotation Key Hash Generation and
Verification".
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlmodel import select

from did.keys import KeySigner, KeyType, PrivateKey
from did.methods import did_key_method_id
from did.webvh import create_log, key_hashes, multikeys, update_log, verify_entries
from did.webvh.entries import PLACEHOLDER, read_entry
from issuer_node.errors import ConflictError
from issuer_node.identifiers.documents import history_document
from issuer_node.models import LogLine, UpdateKey
from web.identity import open_key, seal_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

    from did.webvh import WebvhLog
    from did.webvh.entries import LogEntry
    from issuer_node.identifiers.custody import Custody
    from issuer_node.identifiers.keys import KeptKey

JsonObject = dict[str, Any]
# seconds for which a reader may take the log for the newest: a revocation is seen everywhere after that
TTL: Final = 300
CLOCK_SLACK: Final = timedelta(seconds=60)
_SECOND: Final = timedelta(seconds=1)
_NAME: Final = "update-{}"


def read_lines(session: Session) -> list[bytes]:
    """The entries, oldest first, without their newlines."""
    return [row.line for row in session.exec(select(LogLine).order_by("number"))]


def newest_entry(lines: Sequence[bytes]) -> LogEntry:
    """Read the last entry of our own log."""
    return read_entry(lines[-1])


def check_clock(lines: Sequence[bytes], now: datetime) -> None:
    """Check that the clock does not stand before what the log says already.

    Raises:
        ConflictError: "clock_behind".
    """
    if lines and now < newest_entry(lines).version_time - CLOCK_SLACK:
        raise ConflictError("clock_behind")


def begin_history(session: Session, custody: Custody, keys: Sequence[KeptKey], *, now: datetime) -> None:
    """Write the first entry. Its moment is that of the first key: a node that published its keys before it
    kept a history had them since then.

    Args:
        session: which holds the identifier's state.
        custody: whose log it is.
        keys: all that there are.
        now: aware UTC.
    """
    signing = PrivateKey.generate(KeyType.ED25519)
    promised = _promise(session, custody, 2, now)
    began = min(now, *(key.created_at for key in keys))
    written = create_log(
        history_document(f"did:webvh:{PLACEHOLDER}:{custody.address}", keys, did_web=custody.did),
        signer=_signer(signing),
        parameters=_parameters(signing, promised) | {"portable": True, "ttl": TTL},
        now=began,
        allow_insecure_loopback=custody.allow_insecure_loopback,
    )
    session.add(LogLine(number=1, line=written.lines.removesuffix(b"\n")))
    session.flush()


def continue_history(
    session: Session, custody: Custody, keys: Sequence[KeptKey], *, after: datetime, now: datetime
) -> None:
    """Write the next entry.

    Args:
        session: which holds the identifier's state.
        custody: whose log it is.
        keys: all that there are.
        after: aware; nothing that was signed until then is to fall into the new version.
        now: aware UTC.

    Raises:
        ConflictError: "clock_behind": the clock stands before the last entry.
    """
    lines = read_lines(session)
    check_clock(lines, now)
    newest = newest_entry(lines)
    time = max(after, newest.version_time).astimezone(UTC).replace(microsecond=0) + _SECOND
    log = read_own_log(lines, custody, now=time)
    # under pre-rotation an entry is signed by the key that the entry before promised, and promises another
    number = len(lines) + 1
    signing = _take_promised(session, custody, number)
    promised = _promise(session, custody, number + 1, now)
    written = update_log(
        log,
        signer=_signer(signing),
        now=time,
        document=history_document(log.did, keys, did_web=custody.did),
        parameters=_parameters(signing, promised),
        allow_insecure_loopback=custody.allow_insecure_loopback,
    )
    session.add(LogLine(number=number, line=written.lines.removesuffix(b"\n")))
    session.flush()


def read_own_log(lines: Sequence[bytes], custody: Custody, *, now: datetime) -> WebvhLog:
    """Verify our own log, before it is added to: what would not verify is not made longer."""
    log = verify_entries(
        b"\n".join(lines),
        did=newest_entry(lines).state["id"],
        now=now,
        allow_insecure_loopback=custody.allow_insecure_loopback,
    )
    log.check_whole()
    return log


def _parameters(signing: PrivateKey, promised: PrivateKey) -> JsonObject:
    return {
        "updateKeys": multikeys([signing.public_key]),
        "nextKeyHashes": key_hashes([promised.public_key]),
    }


def _signer(key: PrivateKey) -> KeySigner:
    return KeySigner(key, did_key_method_id(key.public_key))


def _promise(session: Session, custody: Custody, number: int, now: datetime) -> PrivateKey:
    """Make the key of the entry after the next, and keep it sealed until then."""
    name, key = _NAME.format(number), PrivateKey.generate(KeyType.ED25519)
    sealed = seal_key(key, name=name, secret=custody.secret)
    session.add(UpdateKey(name=name, key_type=str(key.key_type), sealed_key=sealed, created_at=now))
    return key


def _take_promised(session: Session, custody: Custody, number: int) -> PrivateKey:
    """Take the key that was promised: it signs once, and is not kept."""
    row = session.exec(select(UpdateKey).where(UpdateKey.name == _NAME.format(number))).one()
    key = open_key(row, secret=custody.secret)
    session.delete(row)
    return key
