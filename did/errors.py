"""What can go wrong with identifiers and keys.

DidError
├── InvalidDidError              "invalidDid"
│   └── InvalidLogError          "invalidDid": a did:webvh log that does not verify (did/webvh/errors.py)
├── InvalidDidUrlError           "invalidDidUrl"
├── DidNotFoundError             "notFound"
├── MethodNotSupportedError      "methodNotSupported"
├── InvalidDidDocumentError      "invalidDidDocument"
├── DeactivatedError             "deactivated"
├── ResolutionUnavailableError   "resolution_unavailable": nothing was learnt, so the outcome is indeterminate
├── UnknownMethodError           "verification_method_not_found"
├── RelationshipError            "invalid_verification_relationship"
├── ControllerMismatchError      "controller_mismatch"
├── MethodEndedError             "verification_method_ended"
│   ├── MethodRevokedError       "verification_method_revoked": nothing that it signed holds
│   └── MethodNotInForceError    "verification_method_not_in_force": not when this was signed
├── NoKeyHistoryError            "key_history_unavailable": nobody knows, so the outcome is indeterminate
├── InvalidKeyError              "invalid_key"
├── InvalidSignatureError        "invalid_signature"
├── EncodingError                "invalid_encoding"
├── InvalidJwksError             "invalid_jwks"
├── SealError                    "seal_broken"
└── FetchError                   "fetch_failed": network, time, size
    ├── FetchRefusedError        "fetch_refused": address, scheme, port or redirect not allowed
    └── TooManyFetchesError      "too_many_fetches": one verification asked for more than it may

Codes in camelCase are those of the DID resolution registry; the others are ours.
Source: DID Core 1.0, section 7.1.2 (DID Resolution Metadata); DID Resolution, section 10 (Errors).
"""

from __future__ import annotations

from typing import ClassVar


class DidError(Exception):
    """Base of this package's errors.

    Args:
        detail: for logs and developers, never shown as it is; holds no secret.
        code: stable machine code; each class has its own.
    """

    default_code: ClassVar[str] = "did_error"

    def __init__(self, detail: str = "", *, code: str | None = None) -> None:
        self.code = code or self.default_code
        self.detail = detail
        super().__init__(f"{self.code}: {detail}" if detail else self.code)


class InvalidDidError(DidError):
    """A DID breaks the syntax of DIDs or of its method."""

    default_code = "invalidDid"


class InvalidDidUrlError(DidError):
    """A DID URL is none, or is of a form that names no verification method."""

    default_code = "invalidDidUrl"


class DidNotFoundError(DidError):
    """Who should know says that there is no such DID."""

    default_code = "notFound"


class MethodNotSupportedError(DidError):
    """No resolver here for this DID method."""

    default_code = "methodNotSupported"


class InvalidDidDocumentError(DidError):
    """A DID document breaks the data model, or is another DID's."""

    default_code = "invalidDidDocument"


class DeactivatedError(DidError):
    """The DID was ended by its controller."""

    default_code = "deactivated"


class ResolutionUnavailableError(DidError):
    """The network failed: nothing was learnt about the DID."""

    default_code = "resolution_unavailable"


class UnknownMethodError(DidError):
    """The DID document has no such verification method."""

    default_code = "verification_method_not_found"


class RelationshipError(DidError):
    """The key is in the DID document, but not for this purpose."""

    default_code = "invalid_verification_relationship"


class ControllerMismatchError(DidError):
    """The key in the DID document is controlled by someone else."""

    default_code = "controller_mismatch"


class MethodEndedError(DidError):
    """The verification method expired or was revoked."""

    default_code = "verification_method_ended"


class MethodRevokedError(MethodEndedError):
    """The key was declared stolen by its controller: whoever has it writes any date."""

    default_code = "verification_method_revoked"


class MethodNotInForceError(MethodEndedError):
    """The DID's history does not list the key at the moment when it is said to have signed."""

    default_code = "verification_method_not_in_force"


class NoKeyHistoryError(DidError):
    """The key is not in today's document, and what was there before cannot be had."""

    default_code = "key_history_unavailable"


class InvalidKeyError(DidError):
    """A key that breaks its encoding, is not on its curve, or is known to be weak."""

    default_code = "invalid_key"


class InvalidSignatureError(DidError):
    """The signature is not by this key over this data."""

    default_code = "invalid_signature"


class EncodingError(DidError):
    """Text that is not the canonical encoding of any bytes."""

    default_code = "invalid_encoding"


class SealError(DidError):
    """Sealed bytes that were changed, moved, or sealed under another secret."""

    default_code = "seal_broken"


class FetchError(DidError):
    """The network failed, took too long, or sent too much: nothing was learnt."""

    default_code = "fetch_failed"


class FetchRefusedError(FetchError):
    """An address, scheme, port or redirect that is not allowed; nothing was sent there."""

    default_code = "fetch_refused"


class TooManyFetchesError(FetchError):
    """One document would make us ask more of the network than it may; nothing more was sent."""

    default_code = "too_many_fetches"
