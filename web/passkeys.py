"""Passkeys: four verbs over py_webauthn; what the caller must know is named `expected_*`.

The service keeps each challenge with the browser's session, for a few minutes, and spends it once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import webauthn
from cryptography.exceptions import InvalidSignature
from webauthn.helpers import base64url_to_bytes, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from web.settings import ServiceSettings

MAXIMUM_RESPONSE_CHARACTERS = 16_384


class PasskeyError(Exception):
    """A passkey's answer that does not hold; code "passkey_invalid"."""

    code = "passkey_invalid"


@dataclass(frozen=True)
class PasskeyOptions:
    """What to send to the browser, and the challenge to keep until it answers.

    Args:
        public: the JSON object for `navigator.credentials` (base64url where the API wants bytes).
        challenge: 64 random bytes.
    """

    public: dict[str, Any]
    challenge: bytes


@dataclass(frozen=True)
class NewPasskey:
    """A passkey to store.

    Args:
        credential_id: the authenticator's name for it.
        public_key: COSE key, bytes.
        sign_count: of the authenticator; many stay at 0.
        is_synced: whether it lives on several devices of its owner.
    """

    credential_id: bytes
    public_key: bytes
    sign_count: int
    is_synced: bool


def relying_party_id(settings: ServiceSettings) -> str:
    """The host whose passkeys these are.

    Source: WebAuthn Level 3, "Relying Party Identifier"
    """
    return urlsplit(settings.base_url).hostname or ""


def registration_options(
    *,
    relying_party_id: str,
    relying_party_name: str,
    user_id: bytes,
    user_name: str,
    exclude_credential_ids: Sequence[bytes] = (),
) -> PasskeyOptions:
    """Ask a browser to make a passkey that opens with face, finger or code, and needs no user name later.

    Args:
        relying_party_id: from `relying_party_id(settings)`.
        relying_party_name: shown by the browser.
        user_id: random handle of the account, at most 64 bytes; nothing personal.
        user_name: what the person's own device shows in its list.
        exclude_credential_ids: passkeys the account has already.
    """
    options = webauthn.generate_registration_options(
        rp_id=relying_party_id,
        rp_name=relying_party_name,
        user_id=user_id,
        user_name=user_name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(exclude_credential_ids),
    )
    return PasskeyOptions(json.loads(webauthn.options_to_json(options)), options.challenge)


def verify_registration(
    response: str | dict[str, Any],
    *,
    expected_challenge: bytes,
    expected_relying_party_id: str,
    expected_origin: str,
) -> NewPasskey:
    """Check what the browser made.

    Args:
        response: the credential as JSON, from `credential.toJSON()`.
        expected_challenge: of the options sent to this very browser, unspent.
        expected_relying_party_id: ours.
        expected_origin: `settings.origin`.

    Raises:
        PasskeyError: anything does not hold.

    Source: WebAuthn Level 3 section 7.1
    """
    try:
        verified = webauthn.verify_registration_response(
            credential=_bounded(response),
            expected_challenge=expected_challenge,
            expected_rp_id=expected_relying_party_id,
            expected_origin=expected_origin,
            require_user_verification=True,
        )
    except _REFUSALS as err:
        raise PasskeyError("registration") from err
    synced = verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE
    return NewPasskey(verified.credential_id, verified.credential_public_key, verified.sign_count, synced)


def authentication_options(*, relying_party_id: str, credential_ids: Sequence[bytes] = ()) -> PasskeyOptions:
    """Ask a browser to prove a passkey.

    Args:
        relying_party_id: ours.
        credential_ids: those of one account, or none: then the browser offers what it has.
    """
    options = webauthn.generate_authentication_options(
        rp_id=relying_party_id,
        allow_credentials=_descriptors(credential_ids),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return PasskeyOptions(json.loads(webauthn.options_to_json(options)), options.challenge)


def credential_id_of(unverified_response: str | dict[str, Any]) -> bytes:
    """The id of the passkey that an answer says it comes from, to look its public key up.

    Raises:
        PasskeyError: the answer cannot be read.
    """
    try:
        return parse_authentication_credential_json(_bounded(unverified_response)).raw_id
    except _REFUSALS as err:
        raise PasskeyError("response") from err


def verify_authentication(
    response: str | dict[str, Any],
    *,
    expected_challenge: bytes,
    expected_relying_party_id: str,
    expected_origin: str,
    public_key: bytes,
    sign_count: int,
) -> int:
    """Check a proof of a stored passkey.

    Args:
        response: the credential as JSON, from `credential.toJSON()`.
        expected_challenge: of the options sent to this very browser, unspent.
        expected_relying_party_id: ours.
        expected_origin: `settings.origin`.
        public_key: stored COSE key.
        sign_count: stored count.

    Returns:
        the new count, to store.

    Raises:
        PasskeyError: anything does not hold; also a count that went back, the sign of a copy.

    Source: WebAuthn Level 3 section 7.2
    """
    try:
        return webauthn.verify_authentication_response(
            credential=_bounded(response),
            expected_challenge=expected_challenge,
            expected_rp_id=expected_relying_party_id,
            expected_origin=expected_origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        ).new_sign_count
    except _REFUSALS as err:
        raise PasskeyError("authentication") from err


def encode_bytes(value: bytes) -> str:
    """Base64url without padding, as WebAuthn's JSON writes bytes."""
    return webauthn.helpers.bytes_to_base64url(value)


def decode_bytes(text: str) -> bytes:
    """The reverse of `encode_bytes`."""
    return base64url_to_bytes(text)


# the library's own, and what malformed CBOR, ASN.1 or JSON makes its parts raise
_REFUSALS = (
    WebAuthnException,
    InvalidSignature,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    EOFError,
    RecursionError,
)


def _bounded(response: str | dict[str, Any]) -> dict[str, Any]:
    text = response if isinstance(response, str) else json.dumps(response)
    if len(text) > MAXIMUM_RESPONSE_CHARACTERS:
        raise ValueError("too long")
    parsed = json.loads(text)
    if not isinstance(parsed, dict):
        raise TypeError("not an object")
    return parsed


def _descriptors(credential_ids: Sequence[bytes]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=credential_id) for credential_id in credential_ids]
