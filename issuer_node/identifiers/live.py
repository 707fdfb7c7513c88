"""The structure's identity as it is now, in a process that goes on while keys change elsewhere.

What is read of the database is a frozen value. Whoever works with the database anyway looks at the count of
changes there, and has the identity read anew when it moved: a command on the same machine, or another worker,
changed keys. No process needs to be started again, and none signs for long with what was ended.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

from contexts import strict_json
from did.keys import KeySigner, KeyType
from issuer_node.identifiers.custody import read_generation
from issuer_node.identifiers.documents import face_document, key_set
from issuer_node.identifiers.history import newest_entry, read_lines
from issuer_node.identifiers.keys import KeyState, read_keys
from web.identity import NamedKey

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from issuer_node.identifiers.custody import Custody
    from issuer_node.identifiers.keys import KeptKey

JsonObject = dict[str, Any]


@dataclass(frozen=True)
class NodeIdentity:
    """Who a structure is, between two changes of its keys.

    Args:
        did: its did:web, under which it issues.
        did_webvh: its history.
        all_keys: in the order in which they were made, those too that sign no more.
        log: did.jsonl.
        since: aware; when the newest version began: nothing is signed before that.
        generation: how often keys changed.
    """

    did: str
    did_webvh: str
    all_keys: tuple[KeptKey, ...]
    log: bytes = field(repr=False)
    since: datetime
    generation: int

    @cached_property
    def keys(self) -> tuple[NamedKey, ...]:
        """The keys in use."""
        return tuple(
            NamedKey(key.name, key.private_key)
            for key in self.all_keys
            if key.state is KeyState.IN_USE and key.private_key is not None
        )

    def signer(self, key_type: KeyType = KeyType.ED25519) -> KeySigner:
        """The signer of a type of key.

        Raises:
            LookupError: there is no key of that type in use.
        """
        for key in self.keys:
            if key.private_key.key_type is key_type:
                return KeySigner(key.private_key, f"{self.did}#{key.name}")
        raise LookupError(f"no {key_type} key")

    def document(self) -> JsonObject:
        """The did:web document."""
        return face_document(self.did, self.all_keys, did_webvh=self.did_webvh)

    def jwks(self) -> JsonObject:
        """The keys of tokens as a JWK Set."""
        return key_set(self.did, self.all_keys)

    @cached_property
    def document_bytes(self) -> bytes:
        """The did:web document as it is published."""
        return strict_json.dumps(self.document())


class LiveIdentity:
    """Safe to share between threads.

    Args:
        custody: where the keys are kept; the identifier was opened.

    Raises:
        SealError: the secret of the settings is not the one that sealed the keys.
    """

    def __init__(self, custody: Custody) -> None:
        self.custody = custody
        self._lock = Lock()
        self._told: list[Callable[[str], None]] = []
        self._current = self._read()

    @property
    def current(self) -> NodeIdentity:
        """The identity as it was last read; asks nobody."""
        return self._current

    def tell(self, of_change: Callable[[str], None]) -> None:
        """Have somebody told whenever it was read anew, by its did:web: who remembers its document."""
        self._told.append(of_change)

    def refresh(self) -> NodeIdentity:
        """Look at the count, and read anew if it moved."""
        with self.custody.database.session() as session:
            generation = read_generation(session)
        return self.keep_up(generation)

    def keep_up(self, generation: int) -> NodeIdentity:
        """Read anew if the identity is older than the count that was seen."""
        if generation > self._current.generation:
            with self._lock:
                if generation > self._current.generation:
                    self._current = self._read()
                    for of_change in self._told:
                        of_change(self._current.did)
        return self._current

    def _read(self) -> NodeIdentity:
        custody = self.custody
        with custody.database.session() as session:
            lines = read_lines(session)
            newest = newest_entry(lines)
            return NodeIdentity(
                did=custody.did,
                did_webvh=newest.state["id"],
                all_keys=read_keys(session, secret=custody.secret),
                log=b"".join(line + b"\n" for line in lines),
                since=newest.version_time,
                generation=read_generation(session),
            )
