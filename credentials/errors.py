"""What can go wrong in the credentials library.

CredentialsError
├── DateSyntaxError          "date_syntax"
├── DataModelError           a rule of VCDM 2.0 / 1.1 or OBv3 is broken; the code names the rule
├── ProofError               "proof_missing", "legacy_suite", "invalid_signature", ...
├── StatusError              "revoked", "status_unavailable", "status_index_out_of_range", ...
├── PresentationError        "vp_token_shape", "holder_mismatch", ...
├── BakingError              "baking_*"
├── LintError                "lint"
├── JwsError                 "jws_*"
├── JoseError                "jwt_*", "envelope_*": a JWT that is no credential of its form
├── CoseError                "cose_*": a COSE_Sign1 that cannot be read or believed
├── CborError                "cbor": bytes are no CBOR of the kind that is read here
├── SdJwtError              "sd_jwt_*", "disclosure_*", "key_binding_*", ...: see `credentials.sd_jwt.errors`
├── OpenBadgesV2Error        "ob2_*": a badge of Open Badges 2.0
├── LegacyVerifierError      "legacy_verifier_failed": another program gave no answer
├── KeyProofError            "invalid_proof", "invalid_nonce"; `reason` says what exactly
├── OfferError               "offer_*"
├── DcqlError                "dcql_*" of a query, "answer_*" of an answer to it
├── RequestObjectError       "request_*"; `reason` says what exactly
└── MissingCheckError        "missing_check": a verdict was asked for without the checks that it rests on

Every error has a stable machine `code`; sentences for people live in the services' catalogues. An error that
only one module raises stands in that module.
"""

from __future__ import annotations

from typing import ClassVar


class CredentialsError(Exception):
    """Base of this package's errors.

    Args:
        code: stable machine code, snake_case or as in a specification's registry.
        detail: for logs and developers, never shown as it is.
        pointer: JSON Pointer (RFC 6901) to the place in the document.
    """

    default_code: ClassVar[str] = "credentials_error"

    def __init__(self, code: str | None = None, detail: str = "", *, pointer: str | None = None) -> None:
        self.code = code or self.default_code
        self.detail = detail
        self.pointer = pointer
        super().__init__(": ".join(part for part in (self.code, pointer, detail) if part))


class DateSyntaxError(CredentialsError):
    """A date is no dateTimeStamp."""

    default_code = "date_syntax"


class DataModelError(CredentialsError):
    """The document breaks a rule of the data model that its code names."""

    default_code = "data_model"


class ProofError(CredentialsError):
    """A proof does not hold, or cannot be made."""

    default_code = "proof_invalid_shape"


class StatusError(CredentialsError):
    """The credential's status is bad, or cannot be known."""

    default_code = "status_unavailable"


class PresentationError(CredentialsError):
    """A presentation, or an answer that should hold some, is not what was asked for."""

    default_code = "presentation_invalid"


class BakingError(CredentialsError):
    """A picture cannot take, or does not properly hold, a credential."""

    default_code = "baking_invalid"


class MissingCheckError(CredentialsError):
    """A verdict was asked for although a required check was never made. A defect of the caller, never a
    pass.
    """

    default_code = "missing_check"
