"""The proofs of witnesses: whether enough of them approved each entry that needs it.

A valid proof for a published version approves all versions before it. So one proof of each witness, its
newest that holds, decides; a proof for a version that is not in this log decides nothing.

Source: did:webvh v1.0, "DID Witnesses", in particular "Verifying Witness Proofs During Resolution".
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from contexts import ContextsError, jcs, strict_json
from did.webvh.errors import InvalidLogError, LogProblem
from did.webvh.proofs import LogProof

if TYPE_CHECKING:
    from collections.abc import Sequence

    from did.webvh.versions import LogVersion

JsonObject = dict[str, Any]
MAXIMUM_WITNESS_BYTES: Final = 524_288
MAXIMUM_WITNESS_PROOFS: Final = 512
_MAX_DEPTH: Final = 8
# signatures that are looked at; a file that was pruned has one for each witness
_MAXIMUM_VERIFIED: Final = 256


def version_digest(version_id: str) -> bytes:
    """Hash what a witness signs, `{"versionId": ...}`; SHA-256, 32 bytes.

    Source: "The Witness Proofs File".
    """
    return hashlib.sha256(jcs.canonicalize({"versionId": version_id})).digest()


@dataclass(frozen=True)
class Approval:
    """A witness's proof for a version.

    Args:
        version_id: of the version.
        proof: as it stands in did-witness.json.
    """

    version_id: str
    proof: JsonObject = field(repr=False)


def check_witnesses(versions: Sequence[LogVersion], witness_file: bytes, *, first: int) -> None:
    """Check that every version that needs it was approved.

    Args:
        versions: all of the log, verified in all else.
        witness_file: bytes of did-witness.json.
        first: index of the first version that was not approved before.

    Raises:
        InvalidLogError: "witness_verification_failed", with the number of the first version that lacks
            approvals.
    """
    witnesses = _Witnesses(read_witness_file(witness_file), versions)
    for version in versions[first:]:
        if version.witness is None:
            continue
        enough = version.witness.threshold
        for did in version.witness.witnesses:
            # threshold algorithm, step 3: each witness counts once, however many proofs it gave
            enough -= witnesses.reach(did) >= version.version_number
            if enough == 0:
                break
        else:
            detail = f"{enough} more of {len(version.witness.witnesses)} witnesses are needed"
            raise InvalidLogError(LogProblem.WITNESS, detail, version_number=version.version_number)


def read_witness_file(data: bytes) -> list[Approval]:
    """Read the approvals, not verified yet; what is none by its shape is left out.

    Raises:
        InvalidLogError: "witness_verification_failed": no JSON of the file's shape, or too much of it.
    """
    try:
        raw = strict_json.loads(data, max_bytes=MAXIMUM_WITNESS_BYTES, max_depth=_MAX_DEPTH)
    except ContextsError as err:
        raise InvalidLogError(LogProblem.WITNESS, f"did-witness.json: {err.code}") from err
    if not isinstance(raw, list) or not all(isinstance(entry, dict) for entry in raw):
        raise InvalidLogError(LogProblem.WITNESS, "did-witness.json is no list of objects")
    proofs = [(entry.get("versionId"), proof) for entry in raw for proof in _listed(entry.get("proof"))]
    if len(proofs) > MAXIMUM_WITNESS_PROOFS:
        raise InvalidLogError(LogProblem.WITNESS, f"more than {MAXIMUM_WITNESS_PROOFS} proofs")
    return [
        Approval(version_id, proof)
        for version_id, proof in proofs
        if isinstance(version_id, str) and isinstance(proof, dict)
    ]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


class _Witnesses:
    """How far each witness's approval reaches, found out when it is asked for."""

    def __init__(self, approvals: list[Approval], versions: Sequence[LogVersion]) -> None:
        numbers = {version.version_id: version.version_number for version in versions}
        self._by_witness: dict[str, list[tuple[int, str, LogProof]]] = {}
        for approval in approvals:
            # step 3: a proof for a version that is not in this log is no evidence for any other
            if approval.version_id in numbers:
                self._keep(numbers[approval.version_id], approval)
        self._reach: dict[str, int] = {}
        self._left = _MAXIMUM_VERIFIED

    def _keep(self, number: int, approval: Approval) -> None:
        try:
            proof = LogProof.read(approval.proof)
        except InvalidLogError:
            return
        self._by_witness.setdefault(f"did:key:{proof.multikey}", []).append(
            (number, approval.version_id, proof)
        )

    def reach(self, did: str) -> int:
        """The number of the newest version that a witness approved, 0 if none."""
        if did not in self._reach:
            self._reach[did] = self._newest_valid(did)
        return self._reach[did]

    def _newest_valid(self, did: str) -> int:
        newest_first = sorted(self._by_witness.get(did, ()), key=lambda each: -each[0])
        for number, version_id, proof in newest_first:
            if self._left == 0:
                raise InvalidLogError(
                    LogProblem.WITNESS, f"more than {_MAXIMUM_VERIFIED} signatures to check"
                )
            self._left -= 1
            try:
                proof.verify(version_digest(version_id))
            except InvalidLogError:
                # what does not hold is left out, as the specification allows: it counts for nothing
                continue
            return number
        return 0
