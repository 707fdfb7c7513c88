"""The parameters that a log sets for itself, entry by entry.

Source: did:webvh v1.0, "DID Method Parameters" and "The `witness` Parameter".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from did.errors import InvalidDidError
from did.webvh.errors import InvalidLogError, LogProblem
from did.webvh.proofs import ed25519_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

JsonObject = dict[str, Any]
METHOD: Final = "did:webvh:1.0"
DEFAULT_TTL: Final = 3600
_LARGEST_TTL: Final = 2**31
MAXIMUM_KEYS: Final = 32
MAXIMUM_HASHES: Final = 64
MAXIMUM_WITNESSES: Final = 32
MAXIMUM_WATCHERS: Final = 32
_LONGEST_TEXT: Final = 2048
# An Ed25519 key as Multikey always begins so and has this length. Whether it is on the curve is looked at
# when it signs: a log may name thousands of keys that never do.
_ED25519_MULTIKEY: Final = re.compile(r"z6Mk[1-9A-HJ-NP-Za-km-z]{44}", re.ASCII)


@dataclass(frozen=True)
class WitnessRule:
    """Who must approve entries, and how many of them.

    Args:
        threshold: approvals needed, 1 to the number of witnesses.
        witnesses: did:key DIDs, each once.
    """

    threshold: int
    witnesses: tuple[str, ...]

    def to_json(self) -> JsonObject:
        """Write the rule as it stands in `parameters`."""
        return {"threshold": self.threshold, "witnesses": [{"id": did} for did in self.witnesses]}


@dataclass(frozen=True)
class Parameters:
    """What holds after an entry.

    Args:
        scid: self-certifying identifier.
        update_keys: Multikeys that may sign.
        next_key_hashes: pre-rotation: hashes of the keys that may sign next; empty: not active.
        witness: who must approve; None: nobody.
        watchers: URLs.
        portable: whether the DID may move.
        deactivated: whether it ended.
        ttl: seconds that a resolver may remember it.
    """

    scid: str
    update_keys: tuple[str, ...] = ()
    next_key_hashes: tuple[str, ...] = ()
    witness: WitnessRule | None = None
    watchers: tuple[str, ...] = ()
    portable: bool = False
    deactivated: bool = False
    ttl: int = DEFAULT_TTL


@dataclass(frozen=True)
class EntryParameters:
    """What one entry sets; a name that is missing keeps the value that it had.

    Args:
        values: read values by their name in `Parameters`.
        method: whether the entry names its method version.
    """

    values: Mapping[str, Any] = field(repr=False)
    method: bool

    @classmethod
    def read(cls, raw: JsonObject) -> EntryParameters:
        """Read an entry's `parameters`.

        Args:
            raw: parsed JSON.

        Raises:
            InvalidLogError: "invalid_parameter": a name that version 1.0 does not define, or a value that
                it does not allow; nothing is taken for "as if it were not there".
        """
        values = {}
        for name, value in raw.items():
            if name not in _READERS:
                raise _invalid(f"{name[:60]!r} is not defined")
            field_name, reads = _READERS[name]
            values[field_name] = reads(value)
        method = values.pop("method", None) is not None
        return cls(MappingProxyType(values), method)

    def sets(self, name: str) -> bool:
        """Whether the entry gives this one explicitly, by its name in `Parameters`."""
        return name in self.values

    def begin(self) -> Parameters:
        """What holds after a first entry.

        Raises:
            InvalidLogError: "invalid_parameter": `method`, `scid` or `updateKeys` is missing.
        """
        if not self.method or not self.sets("scid") or not self.sets("update_keys"):
            raise _invalid("a first entry has method, scid and updateKeys")
        return Parameters(**self.values)

    def after(self, previous: Parameters) -> Parameters:
        """What holds after a later entry.

        Raises:
            InvalidLogError: "invalid_parameter": `scid` again, or `portable` turned on.
        """
        if self.sets("scid"):
            raise _invalid("scid in a later entry")
        if self.values.get("portable"):
            raise _invalid("portable: true in a later entry")
        return replace(previous, **self.values)


def _invalid(detail: str) -> InvalidLogError:
    return InvalidLogError(LogProblem.PARAMETER, detail)


def _method(value: object) -> str:
    if value != METHOD:
        raise _invalid(f"method is not {METHOD}")
    return METHOD


def _scid(value: object) -> str:
    if not isinstance(value, str):
        raise _invalid("scid")
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise _invalid("portable and deactivated are true or false")
    return value


# early implementations wrote null for "no longer": it is read as the default, as the specification asks
def _ttl(value: object) -> int:
    if value is None:
        return DEFAULT_TTL
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST_TTL:
        raise _invalid("ttl")
    return value


def _texts(name: str, most: int) -> Callable[[object], tuple[str, ...]]:
    def read(value: object) -> tuple[str, ...]:
        texts = [] if value is None else value
        if not isinstance(texts, list) or len(texts) > most:
            raise _invalid(f"{name} is no list of at most {most}")
        if not all(isinstance(text, str) and len(text) <= _LONGEST_TEXT for text in texts):
            raise _invalid(f"{name} holds something else than strings")
        return tuple(texts)

    return read


def _update_keys(value: object) -> tuple[str, ...]:
    keys = _texts("updateKeys", MAXIMUM_KEYS)(value)
    for key in keys:
        if not _ED25519_MULTIKEY.fullmatch(key):
            raise _invalid(f"updateKeys: no Ed25519 Multikey: {key[:60]!r}")
    return keys


def _witness(value: object) -> WitnessRule | None:
    if value is None or value == {}:
        return None
    if not isinstance(value, dict) or value.keys() != {"threshold", "witnesses"}:
        raise _invalid("witness has threshold and witnesses, or nothing")
    witnesses = _witness_ids(value["witnesses"])
    threshold = value["threshold"]
    if not isinstance(threshold, int) or isinstance(threshold, bool) or not 1 <= threshold <= len(witnesses):
        raise _invalid("threshold is not between 1 and the number of witnesses")
    return WitnessRule(threshold, witnesses)


def _witness_ids(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= MAXIMUM_WITNESSES:
        raise _invalid(f"witnesses are 1 to {MAXIMUM_WITNESSES}")
    if not all(isinstance(entry, dict) and entry.keys() == {"id"} for entry in value):
        raise _invalid("a witness has an id and nothing else")
    ids = [entry["id"] for entry in value]
    for did in ids:
        _check_witness(did)
    if len(set(ids)) != len(ids):
        raise _invalid("a witness is named twice")
    return tuple(ids)


def _check_witness(did: object) -> None:
    """A witness that could never approve is refused here, not when its signature is missed."""
    if not isinstance(did, str):
        raise _invalid("a witness is a did:key")
    try:
        ed25519_key(did)
    except InvalidDidError as err:
        raise _invalid(f"witness: {err.detail}") from err


_READERS: Final[Mapping[str, tuple[str, Callable[[object], Any]]]] = MappingProxyType(
    {
        "method": ("method", _method),
        "scid": ("scid", _scid),
        "updateKeys": ("update_keys", _update_keys),
        "nextKeyHashes": ("next_key_hashes", _texts("nextKeyHashes", MAXIMUM_HASHES)),
        "witness": ("witness", _witness),
        "watchers": ("watchers", _texts("watchers", MAXIMUM_WATCHERS)),
        "portable": ("portable", _truth),
        "deactivated": ("deactivated", _truth),
        "ttl": ("ttl", _ttl),
    }
)
