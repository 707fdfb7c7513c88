"""What programs send to the VC-API, read strictly: one JSON object, of which only what is named is looked at.

Source: VC-API, "Issue Credential", "Derive Credential", "Verify Credential", "Verify Presentation", "Update
Status".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from contexts import strict_json
from credentials.steps import StrictObject
from issuer_node.vc_api.errors import VcApiError
from issuer_node.vc_api.statuses import PURPOSES

JsonObject = dict[str, Any]
MAXIMUM_POINTERS: Final = 500
EVERYTHING: Final = frozenset[str]()
PROOF_ALONE: Final = frozenset({"proof"})
DEFAULT_VERIFIER: Final = "default"
# verifiers by name, and what each checks when a request does not say
VERIFIERS: Final = MappingProxyType({DEFAULT_VERIFIER: EVERYTHING, "proof": PROOF_ALONE})
LONGEST_TEXT: Final = 2_048
_LONGEST_POINTER: Final = 1_024
_MOST_CHECKS: Final = 10
_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
_ENTRY_TYPE: Final = "BitstringStatusListEntry"


@dataclass(frozen=True)
class IssueRequest:
    """A credential to be signed.

    Args:
        credential: unsigned, or with proofs to which one is added.
        mandatory_pointers: for the selective suites; None if it says nothing.
        purposes: of the status entries to give it.
    """

    credential: JsonObject
    mandatory_pointers: tuple[str, ...] | None
    purposes: tuple[str, ...]


@dataclass(frozen=True)
class DeriveRequest:
    """A credential with a base proof, and what of it to show."""

    credential: JsonObject
    selective_pointers: tuple[str, ...]


@dataclass(frozen=True)
class VerifyRequest:
    """A credential or presentation to be verified.

    Args:
        document: as it was sent.
        proof_alone: nothing but the proof is to be checked.
        challenge: that the proof must have.
        domain: that the proof must have.
    """

    document: JsonObject
    proof_alone: bool
    challenge: str | None
    domain: str | None


@dataclass(frozen=True)
class StatusRequest:
    """A bit to set or clear.

    Args:
        credential_id: of the credential, or None.
        purpose: "revocation" or "suspension".
        list_url: of the list credential, or None.
        index: of the bit, or None.
        is_set: what it is to be.
    """

    credential_id: str | None
    purpose: str
    list_url: str | None
    index: int | None
    is_set: bool


def read_issue_request(body: bytes) -> IssueRequest:
    """Read `{credential, options}`.

    Raises:
        StrictJsonError: see `contexts.strict_json`.
        VcApiError: "request_invalid".
    """
    sent = _read_object(body)
    options = _options(sent)
    credential = _object(sent, "credential", "")
    return IssueRequest(
        credential,
        _pointers(options, "mandatoryPointers") if "mandatoryPointers" in options else None,
        _purposes(options),
    )


def read_derive_request(body: bytes) -> DeriveRequest:
    """Read `{verifiableCredential, options: {selectivePointers}}`; errors as `read_issue_request`."""
    sent = _read_object(body)
    options = _options(sent)
    credential = _object(sent, "verifiableCredential", "")
    return DeriveRequest(credential, _pointers(options, "selectivePointers"))


def read_verify_request(
    body: bytes, name: str, *, default_checks: frozenset[str] = EVERYTHING
) -> VerifyRequest:
    """Read `{verifiableCredential, options}` or `{verifiablePresentation, options}`; errors as
    `read_issue_request`.

    Args:
        body: of the request.
        name: of the member that holds the document.
        default_checks: what is checked when the request does not say; nothing named means everything.
    """
    sent = _read_object(body)
    options = _options(sent)
    checks = _checks(options) or default_checks
    return VerifyRequest(
        StrictObject(_object(sent, name, ""), source=body),
        checks == PROOF_ALONE,
        _text(options, "challenge"),
        _text(options, "domain"),
    )


def read_status_request(body: bytes) -> StatusRequest:
    """Read `{credentialId, credentialStatus: {type, statusPurpose, ...}, status}`; errors as
    `read_issue_request`.
    """
    sent = _read_object(body)
    entry = _object(sent, "credentialStatus", "")
    where = "/credentialStatus"
    if entry.get("type") != _ENTRY_TYPE:
        raise _invalid(f"type is {_ENTRY_TYPE}", f"{where}/type")
    is_set = sent.get("status", True)
    if not isinstance(is_set, bool):
        raise _invalid("a boolean", "/status")
    request = StatusRequest(
        credential_id=_text(sent, "credentialId", where=""),
        purpose=_purpose(entry, where),
        list_url=_text(entry, "statusListCredential", where=where),
        index=_index(entry, where),
        is_set=is_set,
    )
    if request.credential_id is None and (request.list_url is None or request.index is None):
        raise _invalid("credentialId, or statusListCredential and statusListIndex", where)
    return request


def _read_object(body: bytes) -> JsonObject:
    sent = strict_json.loads(body)
    if not isinstance(sent, dict):
        raise _invalid("an object", "")
    return sent


def _object(sent: JsonObject, name: str, where: str) -> JsonObject:
    value = sent.get(name)
    if not isinstance(value, dict):
        raise _invalid(f"{name} is an object", f"{where}/{name}")
    return value


def _options(sent: JsonObject) -> JsonObject:
    return _object(sent, "options", "") if sent.get("options") is not None else {}


def _text(sent: JsonObject, name: str, *, where: str = "/options") -> str | None:
    value = sent.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT:
        raise _invalid(f"{name} is a string", f"{where}/{name}")
    return value


def _pointers(options: JsonObject, name: str) -> tuple[str, ...]:
    pointers = options.get(name)
    if (
        not isinstance(pointers, list)
        or len(pointers) > MAXIMUM_POINTERS
        or not all(isinstance(each, str) and len(each) <= _LONGEST_POINTER for each in pointers)
    ):
        raise _invalid(f"{name} is an array of at most {MAXIMUM_POINTERS} JSON pointers", f"/options/{name}")
    return tuple(pointers)


def _checks(options: JsonObject) -> set[str]:
    """The names of the checks that are asked for; none named: all."""
    checks = options.get("checks", [])
    if (
        not isinstance(checks, list)
        or len(checks) > _MOST_CHECKS
        or not all(isinstance(each, str) for each in checks)
    ):
        raise _invalid("checks is an array of names", "/options/checks")
    return set(checks)


def _purposes(options: JsonObject) -> tuple[str, ...]:
    """The purposes of `options.credentialStatus`: entries as they are to be, without list and index."""
    entries = options.get("credentialStatus", [])
    entries = entries if isinstance(entries, list) else [entries]
    where = "/options/credentialStatus"
    if len(entries) > len(PURPOSES) or not all(isinstance(each, dict) for each in entries):
        raise _invalid(f"1 to {len(PURPOSES)} entries", where)
    if any(each.get("type") != _ENTRY_TYPE for each in entries):
        raise _invalid(f"type is {_ENTRY_TYPE}", where)
    purposes = tuple(_purpose(each, where) for each in entries)
    if len(set(purposes)) != len(purposes):
        raise _invalid("one entry per purpose", where)
    return purposes


def _purpose(entry: JsonObject, where: str) -> str:
    purpose = entry.get("statusPurpose")
    if purpose not in PURPOSES:
        raise _invalid(f"one of {', '.join(PURPOSES)}", f"{where}/statusPurpose")
    return str(purpose)


def _index(entry: JsonObject, where: str) -> int | None:
    index = entry.get("statusListIndex")
    if index is None:
        return None
    if not isinstance(index, str) or not _INDEX.fullmatch(index):
        raise _invalid("a number of ASCII digits, as a string", f"{where}/statusListIndex")
    return int(index)


def _invalid(detail: str, pointer: str) -> VcApiError:
    return VcApiError("request_invalid", detail, pointer=pointer)
