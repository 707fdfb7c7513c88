"""What a did:webvh document says beside its text: implicit services, and the parallel did:web.

Source: did:webvh v1.0, "Publishing a Parallel `did:web` DID" and "DID URL Resolution".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from contexts import strict_json
from did.errors import DidNotFoundError, InvalidDidError, InvalidDidUrlError

if TYPE_CHECKING:
    from did.methods.webvh import WebvhDid

JsonObject = dict[str, Any]
WHOIS_PATH: Final = "/whois"
_LINKED_VP: Final = "https://identity.foundation/linked-vp/contexts/v1"
_DOT_SEGMENTS: Final = frozenset({".", "..", "%2e", "%2e%2e", ".%2e", "%2e."})


def with_implicit_services(document: JsonObject, did: WebvhDid) -> JsonObject:
    """Add `#files` and `#whois`, unless the document defines them itself.

    Args:
        document: not changed.
        did: whose document it is.
    """
    defined = [_relative_id(service, did) for service in _services(document)]
    implicit = [service for service in _implicit_services(did) if service["id"] not in defined]
    return document | {"service": [*_services(document), *implicit]} if implicit else document


def _implicit_services(did: WebvhDid) -> tuple[JsonObject, JsonObject]:
    return (
        {"id": "#files", "type": "relativeRef", "serviceEndpoint": did.files_url},
        {
            "@context": _LINKED_VP,
            "id": "#whois",
            "type": "LinkedVerifiablePresentation",
            "serviceEndpoint": f"{did.files_url}whois.vp",
        },
    )


def parallel_did_web(document: JsonObject, did: WebvhDid) -> JsonObject:
    """Make the did:web document that is published beside the log.

    Args:
        document: the newest document, not changed.
        did: whose document it is.
    """
    # steps 1 and 2
    whole = with_implicit_services(document, did)
    # step 3: a text replacement, wherever it stands
    text = strict_json.dumps(whole).replace(f"did:webvh:{did.scid}:".encode(), b"did:web:")
    replaced: JsonObject = strict_json.loads(text)
    # steps 4 and 5
    aliases = [*aliases_of(replaced), did.did]
    replaced["alsoKnownAs"] = [alias for alias in dict.fromkeys(aliases) if alias != did.did_web]
    return replaced


def names_each_other(webvh_document: JsonObject, web_document: JsonObject) -> bool:
    """Whether a did:webvh document and a did:web document each name the other in `alsoKnownAs`."""
    return web_document.get("id") in aliases_of(webvh_document) and webvh_document.get("id") in aliases_of(
        web_document
    )


def path_url(document: JsonObject, did: WebvhDid, path: str) -> str:
    """Give the URL of what a DID URL's path names.

    Args:
        document: of the DID.
        did: whose document it is.
        path: begins with "/"; "/whois" is the presentation about the DID.

    Raises:
        InvalidDidUrlError: no path, or one that climbs.
        InvalidDidError: the service's endpoint is no https URL.
        DidNotFoundError: the service is there and says nothing.

    Source: did:webvh v1.0, "DID URL Path Resolution" and "WHOIS Resolution".
    """
    if not path.startswith("/") or _DOT_SEGMENTS & set(path.lower().split("/")):
        raise InvalidDidUrlError(f"path: {path[:100]!r}")
    name = "#whois" if path == WHOIS_PATH else "#files"
    services = _services(with_implicit_services(document, did))
    endpoint = next(service for service in services if _relative_id(service, did) == name).get(
        "serviceEndpoint"
    )
    if not isinstance(endpoint, str):
        raise DidNotFoundError(f"{name} has no single endpoint")
    # http only where the DID itself is on loopback
    if _scheme(endpoint) not in {"https", urlsplit(did.origin).scheme}:
        raise InvalidDidError(f"{name}: {endpoint[:100]!r} is no https URL")
    return endpoint if name == "#whois" else endpoint.removesuffix("/") + path


def _scheme(url: str) -> str | None:
    try:
        return urlsplit(url).scheme
    except ValueError:
        return None


def _relative_id(service: JsonObject, did: WebvhDid) -> str:
    return str(service.get("id")).removeprefix(did.did)


def _services(document: JsonObject) -> list[JsonObject]:
    value = document.get("service", [])
    services = value if isinstance(value, list) else [value]
    return [service for service in services if isinstance(service, dict)]


def aliases_of(document: JsonObject) -> list[str]:
    """Give `alsoKnownAs`; some documents write a single name without its array."""
    value = document.get("alsoKnownAs", [])
    aliases = value if isinstance(value, list) else [value]
    return [alias for alias in aliases if isinstance(alias, str)]
