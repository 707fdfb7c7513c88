"""DID logs as stories: written by hand, entry by entry, so that each can break a rule and still be signed."""

from __future__ import annotations

import hashlib
import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from contexts import jcs
from did.document import DocumentKey, build_did_document
from did.encodings import encode_base58btc
from did.keys import KeySigner, KeyType, PrivateKey
from did.methods import did_key_method_id
from did.webvh.errors import InvalidLogError
from did.webvh.log import WebvhLog, read_log

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]
BEGAN = datetime(2026, 1, 1, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ADDRESS = "a.example"
PLACEHOLDER = "{SCID}"


def signer(seed: int, key_type: KeyType = KeyType.ED25519) -> KeySigner:
    key = PrivateKey.from_raw(key_type, bytes([seed]) * 32)
    return KeySigner(key, did_key_method_id(key.public_key))


def multikey(seed: int) -> str:
    return signer(seed).public_key.to_multikey()


def key_hash(seed: int) -> str:
    return multihash(multikey(seed).encode())


def witness_did(seed: int) -> str:
    return f"did:key:{multikey(seed)}"


def rule(threshold: int, *seeds: int) -> Json:
    return {"threshold": threshold, "witnesses": [{"id": witness_did(seed)} for seed in seeds]}


def multihash(data: bytes) -> str:
    return encode_base58btc(b"\x12\x20" + hashlib.sha256(data).digest())[1:]


def document(did: str, *seeds: int, **members: Any) -> Json:
    keys = [DocumentKey(f"key-{seed}", signer(seed).public_key) for seed in seeds or (1,)]
    return build_did_document(did, keys) | members


def moment(hours: int) -> str:
    return (BEGAN + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def proof_of(document: Json, by: int, **members: Any) -> Json:
    """Sign as `eddsa-jcs-2022` does; `members` go into what is signed."""
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": did_key_method_id(signer(by).public_key),
        "created": moment(0),
        "proofPurpose": "assertionMethod",
    } | members
    parts = (jcs.canonicalize(each) for each in (options, document))
    signature = signer(by).sign(b"".join(hashlib.sha256(part).digest() for part in parts))
    return options | {"proofValue": encode_base58btc(signature)}


def approval(version_id: str, *by: int) -> Json:
    return {"versionId": version_id, "proof": [proof_of({"versionId": version_id}, seed) for seed in by]}


class Story:
    """A log that is being written. Key n of the story is made of the seed n."""

    def __init__(
        self, parameters: Json | None = None, *, state: Json | None = None, by: int = 1, **more: Any
    ):
        preliminary = {
            "versionId": PLACEHOLDER,
            "versionTime": moment(0),
            "parameters": {
                "method": "did:webvh:1.0",
                "scid": PLACEHOLDER,
                "updateKeys": [multikey(1)],
                **(parameters or {}),
            },
            "state": state or document(f"did:webvh:{PLACEHOLDER}:{ADDRESS}"),
        } | more
        self.scid = multihash(jcs.canonicalize(preliminary))
        first = json.loads(json.dumps(preliminary).replace(PLACEHOLDER, self.scid))
        self.entries: list[Json] = []
        self._add(first, after=self.scid, number=1, by=(by,))

    @property
    def did(self) -> str:
        return str(self.entries[-1]["state"]["id"])

    @property
    def ids(self) -> list[str]:
        return [entry["versionId"] for entry in self.entries]

    def then(
        self,
        parameters: Json | None = None,
        *,
        state: Json | None = None,
        by: int | tuple[int, ...] = 1,
        at: str | None = None,
        number: int | None = None,
        after: str | None = None,
        edit: Callable[[Json], None] | None = None,
    ) -> Story:
        """Add an entry; `edit` changes it before it is hashed and signed."""
        entry = {
            "versionTime": at or moment(len(self.entries)),
            "parameters": parameters or {},
            "state": deepcopy(state or self.entries[-1]["state"]),
        }
        if edit is not None:
            edit(entry)
        signers = by if isinstance(by, tuple) else (by,)
        self._add(
            entry,
            after=after or self.ids[-1],
            number=len(self.entries) + 1 if number is None else number,
            by=signers,
        )
        return self

    def branch(self) -> Story:
        """The same past, to go on otherwise."""
        return deepcopy(self)

    def first(self, count: int) -> bytes:
        return b"".join(
            json.dumps(entry, ensure_ascii=False).encode() + b"\n" for entry in self.entries[:count]
        )

    @property
    def data(self) -> bytes:
        return self.first(len(self.entries))

    def _add(self, entry: Json, *, after: str, number: int, by: tuple[int, ...]) -> None:
        digest = multihash(jcs.canonicalize(entry | {"versionId": after}))
        entry = {"versionId": f"{number}-{digest}"} | {
            name: entry[name] for name in entry if name != "versionId"
        }
        self.entries.append(entry | {"proof": [proof_of(entry, seed) for seed in by]})


def read(
    data: Story | bytes,
    *,
    did: str | None = None,
    witness_file: Any = None,
    known: WebvhLog | None = None,
    now: datetime = NOW,
    **more: Any,
) -> WebvhLog:
    """Verify; without a witness file there must be no need of one."""

    def witnesses() -> bytes:
        assert witness_file is not None, "nobody asked for witnesses"
        return witness_file if isinstance(witness_file, bytes) else json.dumps(witness_file).encode()

    text = data.data if isinstance(data, Story) else data
    asked = did or (data.did if isinstance(data, Story) else json.loads(text.split(b"\n")[0])["state"]["id"])
    return read_log(text, did=asked, now=now, read_witness_file=witnesses, known=known, **more)


def problem(data: Story | bytes, **more: Any) -> str | None:
    """Which rule a log breaks, None if it verifies to its end."""
    try:
        failure = read(data, **more).failure
    except InvalidLogError as err:
        failure = err
    return None if failure is None else str(failure.problem)


def problem_at(data: Story | bytes, **more: Any) -> tuple[str, int | None]:
    """The same, with the number of the entry, of a log that verifies up to there."""
    failure = read(data, **more).failure
    assert failure is not None
    return str(failure.problem), failure.version_number
