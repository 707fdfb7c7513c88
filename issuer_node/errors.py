"""What can go wrong in a node. Codes and values here; sentences stand in the catalogues.

NodeError
├── NotFoundError           nothing of that id
├── NotAllowedError         "not_allowed", "passeur_suspended"
├── DraftError              a form's content; `field` names where
├── ConflictError           the state of the thing does not allow it
├── SigninError             a link or passkey that opens nothing
├── GrantError              token endpoint: an OAuth error code
├── CredentialRequestError  credential endpoint: an OpenID4VCI error code
└── IssuingError            a credential that must not leave as it is, or not now
"""

from __future__ import annotations

from typing import Any


class NodeError(Exception):
    """Base of the node's errors.

    Args:
        code: machine code; the catalogue has a sentence for it under `error.CODE`.
        detail: for developers, in ASCII; never holds a secret or a person's words.
        params: values for the sentence.
    """

    def __init__(self, code: str, detail: str = "", **params: Any) -> None:
        self.code = code
        self.detail = detail
        self.params = params
        super().__init__(f"{code}: {detail}" if detail else code)


class NotFoundError(NodeError):
    """There is no such thing here, or not for this person."""

    def __init__(self, code: str = "not_found", detail: str = "") -> None:
        super().__init__(code, detail)


class NotAllowedError(NodeError):
    """This passeur may not do that: "not_allowed", "passeur_suspended"."""


class DraftError(NodeError):
    """What was filled in cannot be taken.

    Args:
        code: "missing", "too_long", "too_many", "control_characters", "bad_url", "bad_address", "bad_role",
            "bad_kind", "bad_language", "bad_date", "unknown_badge", "email_in_text", or a
            code of `web.pictures.PictureError`.
        field: name of the form field.
    """

    def __init__(self, code: str, field: str, detail: str = "", **params: Any) -> None:
        self.field = field
        super().__init__(code, detail or field, **params)


class ConflictError(NodeError):
    """The state does not allow it.

    Codes: "badge_awarded", "badge_archived", "situation_archived", "participant_awarded",
    "participant_absent", "session_in_future", "award_not_fit", "award_revoked", "email_known",
    "last_coordinator", "passkey_known", "key_revoked", "clock_behind", "offer_ended",
    "offer_redeemed", "offer_burnt", "offer_withdrawn".
    """


class SigninError(NodeError):
    """Nothing is opened by this: "signin_link_invalid", "passkey_invalid", "passeur_unknown"."""


class GrantError(NodeError):
    """The token endpoint refuses; `code` is the OAuth error code ("invalid_grant", "invalid_request", ...).

    Source: RFC 6749, section 5.2; OpenID4VCI 1.0, section 6.3.
    """


class CredentialRequestError(NodeError):
    """The credential endpoint refuses; `code` is OpenID4VCI's ("invalid_proof", ...) or RFC 6750's.

    Source: OpenID4VCI 1.0, section 8.3.1; RFC 6750, section 3.1.
    """


class IssuingError(NodeError):
    """A credential is not issued: "lint", "self_check", "clock_behind", "status_list_busy", "keys_change"."""
