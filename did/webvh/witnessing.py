"""Being a witness, and gathering what witnesses gave.

Source: did:webvh v1.0, "Witnessing a DID Version Update" and "The Witness Proofs File".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contexts import strict_json
from did.webvh.errors import InvalidLogError, LogProblem
from did.webvh.log import verify_entries
from did.webvh.proofs import LogProof, sign_proof
from did.webvh.witnesses import Approval, version_digest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from did.keys import Signer
    from did.webvh.log import WebvhLog

JsonObject = dict[str, Any]


def approve_version(
    data: bytes,
    *,
    did: str,
    signer: Signer,
    now: datetime,
    held: WebvhLog | None,
    allow_insecure_loopback: bool = False,
) -> tuple[Approval, WebvhLog]:
    """Approve the next version of a DID, as one of its witnesses.

    Args:
        data: the log with the version that is to be published.
        did: of the document in that version.
        signer: of the witness's did:key.
        now: aware.
        held: the witness's own copy of what it approved last; None if it knows nothing of this DID yet.
        allow_insecure_loopback: for development.

    Returns:
        The approval, and the copy to hold from now on: a witness that forgets it could approve two versions
        after the same one.

    Raises:
        InvalidLogError: the log does not verify, is not one version more than the copy, or the signer is
            not one of those who are asked.
    """
    log = verify_entries(data, did=did, now=now, known=held, allow_insecure_loopback=allow_insecure_loopback)
    log.check_whole()
    version = log.latest
    if held is not None and version.version_number - held.latest.version_number not in {0, 1}:
        raise InvalidLogError(LogProblem.WITNESS, "more than one version at once")
    witness = f"did:key:{signer.public_key.to_multikey()}"
    if version.witness is None or witness not in version.witness.witnesses:
        raise InvalidLogError(LogProblem.WITNESS, f"{witness} is not asked")
    proof = sign_proof(version_digest(version.version_id), signer=signer, created=now)
    return Approval(version.version_id, proof), log


def write_witness_file(approvals: Iterable[Approval], *, published: WebvhLog | None) -> bytes:
    """Write did-witness.json: of each witness its newest proof for a published version, and those to come.

    Args:
        approvals: all that are known, those of the file as it is among them (`read_witness_file`).
        published: the log as it is published now; None before the first.

    Raises:
        InvalidLogError: an approval is no proof, or "log_forked": two versions of one number were approved.

    Source: "The Witness Proofs File"; "Security Considerations" (conflicting parallel updates).
    """
    versions = () if published is None else published.versions
    published_numbers = {version.version_id: version.version_number for version in versions}
    known = [(approval, LogProof.read(approval.proof).multikey) for approval in approvals]
    _check_one_branch([*published_numbers, *(approval.version_id for approval, _ in known)])
    newest: dict[str, int] = {}
    for approval, witness in known:
        newest[witness] = max(newest.get(witness, 0), published_numbers.get(approval.version_id, 0))
    kept: dict[str, dict[str, JsonObject]] = {}
    for approval, witness in known:
        if published_numbers.get(approval.version_id, newest[witness]) == newest[witness]:
            kept.setdefault(approval.version_id, {})[witness] = approval.proof
    return strict_json.dumps(
        [{"versionId": version_id, "proof": list(proofs.values())} for version_id, proofs in kept.items()]
    )


def _check_one_branch(version_ids: Iterable[str]) -> None:
    """No number has two versions: whoever approved both, or published one of them, has two histories."""
    by_number: dict[str, str] = {}
    for version_id in version_ids:
        other = by_number.setdefault(version_id.partition("-")[0], version_id)
        if other != version_id:
            raise InvalidLogError(LogProblem.FORKED, f"{version_id} beside {other}")
