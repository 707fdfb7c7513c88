"""The keys of a did:webvh over time, from its log.

Source: did:webvh v1.0, "Reading did:webvh DID URLs" (`versionTime`); Controlled Identifiers v1.0, section
2.2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from contexts import strict_json
from did.errors import (
    DeactivatedError,
    DidNotFoundError,
    InvalidDidDocumentError,
    RelationshipError,
    UnknownMethodError,
)
from did.key_history import KeyStanding, KeyStatus, Revocations, is_revoked, judge
from did.webvh.errors import InvalidLogError, LogProblem
from did.webvh.resolution import version_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from did.document import DidDocument, Relationship, VerificationMethod
    from did.webvh.log import WebvhLog
    from did.webvh.versions import LogVersion

# different ones: each has a key that may have to be found on its curve, which takes up to a tenth of a
# millisecond
MAXIMUM_REVOCATIONS: Final = 1024


@dataclass(frozen=True)
class LogKeyHistory:
    """Implements `KeyHistory` with a verified log. Comes from `of`.

    Args:
        log: verified to its end.
    """

    log: WebvhLog
    _revocations: Revocations = field(repr=False)

    @classmethod
    def of(cls, log: WebvhLog) -> LogKeyHistory:
        """Read what a log says of its keys.

        Raises:
            InvalidLogError: it does not verify to its end: what was revoked since is not known;
                "log_too_large": it revokes too many keys.
        """
        log.check_whole()
        return cls(log, Revocations.of(*_revocation_documents(log)))

    @property
    def newest(self) -> DidDocument | None:
        """The newest document, parsed anew each time: a hostile one takes 25 times the space of its text.

        None: it is malformed, or the DID was ended.
        """
        latest = self.log.latest
        return None if latest.parameters.deactivated else latest.parse_document()

    def current_document(self, did: str) -> DidDocument:
        """Give the newest document, if it is this DID's.

        Raises:
            DeactivatedError: the DID was ended.
            InvalidDidDocumentError: malformed, or the DID moved: the document is another DID's now.
        """
        latest = self.log.latest
        if latest.parameters.deactivated:
            raise DeactivatedError(did)
        if latest.did != did:
            raise InvalidDidDocumentError(f"{did} moved to {latest.did}")
        newest = self.newest
        if newest is None:
            raise InvalidDidDocumentError(f"{did}: {latest.version_id}")
        return newest

    def revoked_since(self, method: VerificationMethod) -> datetime | None:
        """When a key was revoked; see `KeyHistory`."""
        return self._revocations.of_method(method.id, method.public_key)

    def standing(
        self,
        did_url: str,
        *,
        relationship: Relationship,
        signed_at: datetime,
        now: datetime,
        moment_is_attested: bool = False,
    ) -> KeyStanding:
        """Tell what a key was worth; see `KeyHistory`."""
        version, method = self._listed(did_url, relationship, signed_at)
        version_id = version.version_id if version is not None else None
        revoked = self._revocations.of_method(did_url, method.public_key if method is not None else None)
        if method is None:
            undone = is_revoked(revoked, signed_at=signed_at, now=now, moment_is_attested=moment_is_attested)
            return KeyStanding(
                KeyStatus.REVOKED if undone else KeyStatus.NOT_LISTED,
                None,
                version_id,
                revoked if undone else None,
            )
        return judge(
            method,
            revoked,
            signed_at=signed_at,
            now=now,
            moment_is_attested=moment_is_attested,
            is_listed_now=self._is_listed_now(method, relationship),
            version_id=version_id,
        )

    def _listed(
        self, did_url: str, relationship: Relationship, moment: datetime
    ) -> tuple[LogVersion | None, VerificationMethod | None]:
        """Find the version that was in force, and the key in it."""
        try:
            version = version_at(self.log, moment)
        except DidNotFoundError:
            return None, None
        document = None if version.parameters.deactivated else version.parse_document()
        if document is None:
            return version, None
        try:
            return version, document.verification_method(did_url, relationship=relationship)
        except (UnknownMethodError, RelationshipError):
            return version, None

    def _is_listed_now(self, method: VerificationMethod, relationship: Relationship) -> bool:
        """Whether the newest document lists the key; after a move it stands under another DID."""
        newest = self.newest
        listed = [] if newest is None else newest.keys(relationship)
        return any(each.public_key == method.public_key for each in listed)


def _revocation_documents(log: WebvhLog) -> Iterator[DidDocument]:
    """What is repeated from version to version is read once: keys are dear to read.

    Raises:
        InvalidLogError: "log_too_large".
    """
    marked = {
        (version.did, strict_json.dumps(method)): (version, method)
        for version in log.versions
        for method in version.revoked_methods()
    }
    if len(marked) > MAXIMUM_REVOCATIONS:
        raise InvalidLogError(LogProblem.TOO_LARGE, f"more than {MAXIMUM_REVOCATIONS} revocations")
    documents = (version.revocation_document(method) for version, method in marked.values())
    return (document for document in documents if document is not None)
