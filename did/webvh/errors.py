"""Why a DID log is refused.

InvalidDidError
└── InvalidLogError  "invalidDid", the only code that the method has for it; `problem` says which rule
"""

from __future__ import annotations

from enum import StrEnum

from did.errors import InvalidDidError


class LogProblem(StrEnum):
    """The rule of did:webvh that a log breaks."""

    TOO_LARGE = "log_too_large"
    ENTRY = "invalid_log_entry"
    PARAMETER = "invalid_parameter"
    VERSION_NUMBER = "version_number_mismatch"
    VERSION_TIME = "invalid_version_time"
    HASH_ALGORITHM = "hash_algorithm_not_permitted"
    HASH_CHAIN = "hash_chain_broken"
    SCID = "scid_verification_failed"
    PROOF = "proof_verification_failed"
    UPDATE_KEY = "update_key_not_authorized"
    PRE_ROTATION = "pre_rotation_violated"
    DOCUMENT_ID = "invalid_document_id"
    NOT_PORTABLE = "not_portable"
    LOG_ID = "log_is_of_another_did"
    WITNESS = "witness_verification_failed"
    DEACTIVATED = "updated_after_deactivation"
    FORKED = "log_forked"
    ROLLED_BACK = "log_rolled_back"


class InvalidLogError(InvalidDidError):
    """A DID log, or its witness proofs, that does not verify.

    Args:
        problem: the rule.
        detail: for logs and developers.
        version_number: of the first entry that breaks it, if it is one entry.
    """

    def __init__(self, problem: LogProblem, detail: str = "", *, version_number: int | None = None) -> None:
        where = "" if version_number is None else f"entry {version_number}: "
        super().__init__(f"{where}{problem}: {detail}".removesuffix(": "))
        self.problem = problem
        self.version_number = version_number
        self._said = detail

    def at(self, version_number: int) -> InvalidLogError:
        """The same, of an entry."""
        return InvalidLogError(self.problem, self._said, version_number=version_number)
