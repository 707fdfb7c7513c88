"""DID resolution over HTTP: one resolver, answered in the dialect that the Accept header names.

The older dialect has an error as a word in `didResolutionMetadata` and an empty document beside it; it is
what JSON clients get. The newer one, asked for by its media types, has the error as an object whose type is a
URL, null in place of the document, and a status code for each error.

Source: DID Core 1.0, section 7; The did:key Method v0.9, section 3.1; DID Resolution v0.3, sections 4 (DID
Resolution), 5 (DID URL Dereferencing), 10 (Errors) and 11.1 (HTTP(S) Binding).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from did.errors import DeactivatedError, DidError, EncodingError, InvalidDidError, InvalidDidUrlError
from did.keys import KeyType
from did.keys.registry import SCHEMES
from did.methods.webvh import METHOD_PREFIX
from did.multibase import decode_base58btc
from did.syntax import parse_did, split_method_url

if TYPE_CHECKING:
    from did.resolver import Resolver

JsonObject = dict[str, Any]
_RESOLUTION_CONTEXT: Final = "https://w3id.org/did-resolution/v1"
_RESOLUTION: Final = "application/did-resolution"
_DEREFERENCING: Final = "application/did-url-dereferencing"
_DOCUMENT_TYPES: Final = ("application/did+json", "application/did+ld+json", "application/did")
_JSON_TYPES: Final = ("application/ld+json", "application/json", "application/*", "*/*", "")
_KEY_LENGTHS: Final = MappingProxyType(
    {KeyType.ED25519: 32, KeyType.P256: 33, KeyType.P384: 49, KeyType.P521: 67, KeyType.BLS12381_G2: 96}
)
_LONGEST_ACCEPT: Final = 1_000
_ERRORS: Final = "https://www.w3.org/ns/did#"
_OK: Final = 200
# DID Resolution v0.3, section 11.1: each error's status; what is not named here is internal
_NEW: Final = MappingProxyType(
    {
        "invalidDid": ("INVALID_DID", 400),
        "invalidDidUrl": ("INVALID_DID_URL", 400),
        "invalidPublicKey": ("INVALID_PUBLIC_KEY", 400),
        "invalidPublicKeyLength": ("INVALID_PUBLIC_KEY_LENGTH", 400),
        "invalidPublicKeyType": ("INVALID_PUBLIC_KEY_TYPE", 400),
        "unsupportedPublicKeyType": ("UNSUPPORTED_PUBLIC_KEY_TYPE", 400),
        "notFound": ("NOT_FOUND", 404),
        "verification_method_not_found": ("NOT_FOUND", 404),
        "representationNotSupported": ("REPRESENTATION_NOT_SUPPORTED", 406),
        "deactivated": ("DEACTIVATED", 410),
        "invalidDidDocument": ("INVALID_DID_DOCUMENT", 500),
        "methodNotSupported": ("METHOD_NOT_SUPPORTED", 501),
    }
)
# in the older dialect nothing that was asked is an error of ours
_OLD_STATUS: Final = MappingProxyType(
    {
        "notFound": 404,
        "verification_method_not_found": 404,
        "representationNotSupported": 406,
        "deactivated": 410,
    }
)
# formats of did:key's `publicKeyFormat` that are no experiment; of them we write the first
_FORMATS: Final = ("Multikey", "JsonWebKey2020", "Ed25519VerificationKey2020", "X25519KeyAgreementKey2020")
_EXPERIMENTAL_FORMATS: Final = frozenset({"Ed25519VerificationKey2018", "X25519KeyAgreementKey2019"})


class Dialect(Enum):
    """How an answer is written."""

    OLD = "application/ld+json"
    NEW = _RESOLUTION
    DOCUMENT = "application/did+json"
    NONE = "application/json"


@dataclass(frozen=True)
class Answer:
    """An answer to a resolution or dereferencing."""

    status: int
    media_type: str
    body: JsonObject


def read_dialect(accept: str) -> tuple[Dialect, str]:
    """Choose the first dialect that an Accept header names, and its media type.

    Args:
        accept: the header, "" without one.
    """
    for each in accept[:_LONGEST_ACCEPT].split(","):
        media_type = each.partition(";")[0].strip().lower()
        if media_type in {_RESOLUTION, _DEREFERENCING}:
            return Dialect.NEW, media_type
        if media_type in _DOCUMENT_TYPES:
            return Dialect.DOCUMENT, media_type
        if media_type in _JSON_TYPES:
            return Dialect.OLD, Dialect.OLD.value
    return Dialect.NONE, Dialect.NONE.value


def answer_identifier(
    resolver: Resolver, identifier: str, *, accept: str = "", public_key_format: str | None = None
) -> Answer:
    """Resolve a DID, or dereference the URL of a verification method; never raises for what it finds.

    Args:
        resolver: with the way out.
        identifier: a DID or DID URL, decoded.
        accept: the Accept header.
        public_key_format: did:key's option.
    """
    dialect, media_type = read_dialect(accept)
    # a version of a DID is resolved, like the DID itself
    is_history = identifier.startswith(METHOD_PREFIX)
    names_part = any(each in identifier for each in ("#/" if is_history else "#?/"))
    is_url = names_part or media_type == _DEREFERENCING
    try:
        _check_representation(dialect, accept)
        _check_format(public_key_format)
        found, metadata = _find(resolver, identifier, names_part=names_part)
    except DidError as err:
        code = _refined_code(err, identifier)
        return _error(dialect, code, err.detail, is_url=is_url)
    if dialect is Dialect.DOCUMENT:
        return Answer(_OK, media_type, found)
    return _found(dialect, found, is_url=is_url, metadata=metadata)


def _find(resolver: Resolver, identifier: str, *, names_part: bool) -> tuple[JsonObject, JsonObject]:
    """Find what an identifier names, and what is known of it beside: of a did:webvh, which version it is.

    Source: did:webvh v1.0, "Reading did:webvh DID URLs"; DID Core 1.0, section 7.1.3.
    """
    if "#" in identifier or not identifier.startswith(METHOD_PREFIX):
        found = _dereference(resolver, identifier) if names_part else resolver.resolve(identifier).raw
        return found, {}
    resolution = resolver.webvh().resolve_url(identifier)
    if resolution.document is None:
        raise DeactivatedError(identifier)
    return resolution.document, resolution.metadata


def _check_representation(dialect: Dialect, accept: str) -> None:
    if dialect is Dialect.NONE:
        raise DidError(accept[:100], code="representationNotSupported")


def _check_format(name: str | None) -> None:
    """Source: The did:key Method v0.9, section 3.1.2 and 3.1.3 (`publicKeyFormat`)."""
    if name is None or name == _FORMATS[0]:
        return
    code = "invalidPublicKeyType" if name in _EXPERIMENTAL_FORMATS else "unsupportedPublicKeyType"
    raise DidError(name[:100], code=code)


def _dereference(resolver: Resolver, url: str) -> JsonObject:
    """Find what a DID URL with a fragment names in its document: a verification method or a service."""
    did, _ = split_method_url(url)
    document = resolver.resolve(did).raw
    for entry in _entries(document):
        name = entry.get("id")
        if isinstance(name, str) and (did + name if name.startswith("#") else name) == url:
            return entry
    raise DidError(url[:200], code="notFound")


def _entries(document: JsonObject) -> list[JsonObject]:
    """Every object of the document's arrays that can have an id."""
    arrays = (value for value in document.values() if isinstance(value, list))
    return [each for array in arrays for each in array if isinstance(each, dict)]


def _refined_code(error: DidError, identifier: str) -> str:
    """Say more than the resolver: the did:key method has a word for a key of a wrong length."""
    if isinstance(error, InvalidDidUrlError) and not identifier.startswith("did:"):
        return InvalidDidError.default_code
    if error.code == InvalidDidError.default_code and _has_wrong_length(identifier):
        return "invalidPublicKeyLength"
    return error.code


def _has_wrong_length(did: str) -> bool:
    """Source: The did:key Method v0.9, section 3.1.2 (Signature Method Creation Algorithm), step 4."""
    try:
        parsed = parse_did(did)
        data = decode_base58btc(parsed.identifier)
    except (InvalidDidError, EncodingError):
        return False
    if parsed.method != "key":
        return False
    return any(
        data.startswith(prefix := SCHEMES[key_type].multicodec) and len(data) - len(prefix) != length
        for key_type, length in _KEY_LENGTHS.items()
    )


def _found(dialect: Dialect, found: JsonObject, *, is_url: bool, metadata: JsonObject) -> Answer:
    if dialect is Dialect.OLD:
        body = _old(found, {"contentType": _DOCUMENT_TYPES[1]}, is_url=is_url)
        return Answer(_OK, dialect.value, body | {"didDocumentMetadata": metadata})
    media_type = _DEREFERENCING if is_url else _RESOLUTION
    if is_url:
        body = {
            "dereferencingMetadata": {"contentType": media_type},
            "contentStream": found,
            "contentMetadata": metadata,
        }
    else:
        body = {
            "didResolutionMetadata": {"contentType": media_type},
            "didDocument": found,
            "didDocumentMetadata": metadata,
        }
    return Answer(_OK, media_type, body)


def _error(dialect: Dialect, code: str, detail: str, *, is_url: bool) -> Answer:
    if dialect is Dialect.OLD:
        word = "notFound" if code == "verification_method_not_found" else code
        # DID Core 1.0, section 7.1: when there is an error, the document is empty
        return Answer(_OLD_STATUS.get(code, 400), dialect.value, _old({}, {"error": word}, is_url=is_url))
    name, status = _NEW.get(code, ("INTERNAL_ERROR", 500))
    error = {"type": f"{_ERRORS}{name}", "title": name, "detail": detail}
    document_metadata = {"deactivated": True} if code == "deactivated" else {}
    if is_url:
        body = {
            "dereferencingMetadata": {"error": error},
            "contentStream": None,
            "contentMetadata": document_metadata,
        }
    else:
        body = {
            "didResolutionMetadata": {"error": error},
            "didDocument": None,
            "didDocumentMetadata": document_metadata,
        }
    media_type = (_DEREFERENCING if is_url else _RESOLUTION) if dialect is Dialect.NEW else "application/json"
    return Answer(status, media_type, body)


def _old(document: JsonObject, metadata: JsonObject, *, is_url: bool) -> JsonObject:
    name = "didDereferencingMetadata" if is_url else "didResolutionMetadata"
    return {
        "@context": _RESOLUTION_CONTEXT,
        "didDocument": document,
        "didDocumentMetadata": {},
        name: metadata,
    }
