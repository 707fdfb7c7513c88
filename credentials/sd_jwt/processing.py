"""From a payload with digests to the claims that were disclosed: steps 3 to 5 of RFC 9901, section 7.1.

No Disclosure can hold its own digest, directly or through others: that would be a fixed point of the hash. So
there are no cycles, and since a digest counts once, each Disclosure is opened once at most.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from credentials.sd_jwt.disclosures import (
    ALGORITHM,
    DIGESTS,
    ELEMENT,
    RESERVED_NAMES,
    hash_text,
    read_algorithm,
)
from credentials.sd_jwt.errors import SdJwtError
from credentials.sd_jwt.pointers import to_pointer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from credentials.sd_jwt.disclosures import Disclosure
    from credentials.sd_jwt.pointers import Path

JsonObject = dict[str, Any]
# each Disclosure is shallow, but a chain of them could nest without end
MAXIMUM_DEPTH: Final = 64
# objects and arrays that digests are looked for in; a credential has a few dozen
MAXIMUM_NODES: Final = 50_000
# RFC 9901, section 9.7; SD-JWT VC, "Registered JWT Claims": what decides on validity is never hidden, nor
# any part of it
PERMANENT_CLAIMS: Final = frozenset(
    {"iss", "aud", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status"}
)


@dataclass(frozen=True, slots=True)
class Disclosed:
    """A Disclosure, and where its claim stands among the claims."""

    disclosure: Disclosure
    path: Path

    @property
    def pointer(self) -> str:
        """The place as a JSON Pointer."""
        return to_pointer(self.path)


@dataclass(frozen=True)
class ProcessedPayload:
    """What an SD-JWT says, as far as it was disclosed.

    Args:
        claims: the Processed SD-JWT Payload: plain JSON, without digests.
        disclosed: the Disclosures, parents before children.
        algorithm: of the digests.
        withheld: the objects and arrays in which a digest stands whose Disclosure did not come: something is
            hidden there, or nothing (a decoy).
    """

    claims: JsonObject
    disclosed: tuple[Disclosed, ...] = field(repr=False)
    algorithm: str
    withheld: frozenset[Path] = field(default=frozenset(), repr=False)

    @property
    def pointers(self) -> tuple[str, ...]:
        """JSON Pointers of the claims that came out of Disclosures."""
        return tuple(each.pointer for each in self.disclosed)


def process_payload(
    payload: JsonObject,
    disclosures: Iterable[Disclosure],
    *,
    permanent: frozenset[str] = PERMANENT_CLAIMS,
) -> ProcessedPayload:
    """Put the disclosed claims in the places of their digests, and take the other digests away.

    Args:
        payload: of the Issuer-signed JWT.
        disclosures: all that came with it.
        permanent: claims of the payload that are never hidden, nor any part of them.

    Raises:
        SdJwtError: "sd_alg_unsupported", "disclosure_duplicate", "disclosure_unreferenced",
            "disclosure_arity", "digest_duplicate", "digest_shape", "reserved_name", "claim_exists",
            "claim_not_disclosable", "too_deep", "too_many_nodes".

    Source: RFC 9901, section 7.1, steps 2.4 and 3 to 5.
    """
    # 2.4. _sd_alg
    algorithm = read_algorithm(payload)
    # 3.1. The digest of each Disclosure
    by_digest: dict[str, Disclosure] = {}
    for disclosure in disclosures:
        if by_digest.setdefault(hash_text(disclosure.text, algorithm), disclosure) is not disclosure:
            raise SdJwtError("disclosure_duplicate", disclosure.name or "")
    processing = _Processing(by_digest, permanent)
    # 3.6. The claim _sd_alg is taken away; anywhere below the top it is refused
    top = {name: value for name, value in payload.items() if name != ALGORITHM}
    claims = processing.object(top, ())
    # 5. No Disclosure may be left over
    if len(processing.disclosed) != len(by_digest):
        left = len(by_digest) - len(processing.disclosed)
        raise SdJwtError("disclosure_unreferenced", f"{left} of {len(by_digest)}")
    return ProcessedPayload(claims, tuple(processing.disclosed), algorithm, frozenset(processing.withheld))


class _Processing:
    """The walk through one payload. Its recursion is as deep as the nesting, which is bounded."""

    def __init__(self, by_digest: dict[str, Disclosure], permanent: frozenset[str]) -> None:
        self._by_digest = by_digest
        self._permanent = permanent
        self._met: set[str] = set()
        self._nodes = 0
        self.disclosed: list[Disclosed] = []
        self.withheld: set[Path] = set()

    def value(self, value: Any, path: Path) -> Any:
        if isinstance(value, dict):
            return self.object(value, path)
        return self.array(value, path) if isinstance(value, list) else value

    def object(self, node: JsonObject, path: Path) -> JsonObject:
        self._enter(path)
        if ELEMENT in node or ALGORITHM in node:
            raise SdJwtError("reserved_name", "as the name of a claim", pointer=to_pointer(path))
        # 3.5. Without the _sd key; what is left may be an empty object
        claims = {
            name: self.value(value, (*path, name)) if isinstance(value, dict | list) else value
            for name, value in node.items()
            if name != DIGESTS
        }
        if DIGESTS in node:
            for digest in self._digests(node[DIGESTS], path):
                self._insert(digest, claims, path)
        return claims

    def array(self, elements: list[Any], path: Path) -> list[Any]:
        self._enter(path)
        values: list[Any] = []
        for element in elements:
            if isinstance(element, dict) and ELEMENT in element:
                self._replace(element, values, path)
            elif isinstance(element, dict | list):
                values.append(self.value(element, (*path, len(values))))
            else:
                values.append(element)
        return values

    def _replace(self, element: JsonObject, values: list[Any], path: Path) -> None:
        """Make steps 3.3.3 and 3.4: an element whose Disclosure did not come is left out."""
        here = (*path, len(values))
        disclosure = self._take(self._element_digest(element, here))
        if disclosure is None:
            self.withheld.add(path)
            return
        if disclosure.name is not None:
            raise SdJwtError("disclosure_arity", "three for an element", pointer=to_pointer(here))
        values.append(self._open(disclosure, here))

    def _enter(self, path: Path) -> None:
        self._nodes += 1
        if len(path) > MAXIMUM_DEPTH or self._nodes > MAXIMUM_NODES:
            raise SdJwtError("too_deep" if len(path) > MAXIMUM_DEPTH else "too_many_nodes")

    def _insert(self, digest: str, claims: JsonObject, path: Path) -> None:
        """Make step 3.3.2 for one digest of an `_sd` key."""
        disclosure = self._take(digest)
        if disclosure is None:
            self.withheld.add(path)
            return
        name = disclosure.name
        if name is None:
            # 3.3.2.1
            raise SdJwtError("disclosure_arity", "two for a member", pointer=to_pointer(path))
        here = (*path, name)
        if name in RESERVED_NAMES:
            # 3.3.2.2
            raise SdJwtError("reserved_name", "as the name of a hidden claim", pointer=to_pointer(here))
        if name in claims:
            # 3.3.2.3
            raise SdJwtError("claim_exists", pointer=to_pointer(here))
        # 3.3.2.4, 3.3.2.5
        claims[name] = self._open(disclosure, here)

    def _take(self, digest: str) -> Disclosure | None:
        """Find the Disclosure of a digest, once: step 3.3.1, and step 4."""
        if digest in self._met:
            raise SdJwtError("digest_duplicate", digest[:100])
        self._met.add(digest)
        return self._by_digest.get(digest)

    def _open(self, disclosure: Disclosure, path: Path) -> Any:
        self._check_hideable(path)
        self.disclosed.append(Disclosed(disclosure, path))
        return disclosure.value if disclosure.is_plain else self.value(disclosure.value, path)

    def _check_hideable(self, path: Path) -> None:
        """Refuse digests in what is never hidden: left undisclosed, they would take a part of it away."""
        if path and path[0] in self._permanent:
            raise SdJwtError("claim_not_disclosable", pointer=to_pointer(path))

    def _digests(self, digests: Any, path: Path) -> list[str]:
        self._check_hideable(path)
        if not isinstance(digests, list) or not all(isinstance(digest, str) for digest in digests):
            # 3.2.1. RFC 9901, section 4.1, rule 7: the name has no other use
            raise SdJwtError("digest_shape", "_sd is an array of strings", pointer=to_pointer(path))
        return digests

    def _element_digest(self, element: JsonObject, path: Path) -> str:
        self._check_hideable(path)
        digest = element[ELEMENT]
        if len(element) != 1 or not isinstance(digest, str):
            # 3.2.2
            raise SdJwtError("digest_shape", "one key, and a string", pointer=to_pointer(path))
        return digest
