"""An assertion of Open Badges 2.0 in the shape that the view of a credential reads. For showing alone: nobody
signed it in this shape, and it is never kept, sent or verified.

Source: Open Badges 3.0 Implementation Guide, section "Migrating"; Open Badges 2.0, "Open Badges Vocabulary".
"""

from __future__ import annotations

from typing import Any, Final

JsonObject = dict[str, Any]
_CONTEXT: Final = "https://w3id.org/openbadges/v2"
_TEXTS: Final = ("id", "name", "description", "alignment")


def is_open_badges_2(document: JsonObject) -> bool:
    """Tell whether a document is an assertion of Open Badges 2.0, by its context and type."""
    contexts, types = _listed(document.get("@context")), _listed(document.get("type"))
    return contexts[:1] == [_CONTEXT] and "Assertion" in types


def to_view_shape(document: JsonObject) -> JsonObject:
    """Give an assertion's members the names that a credential has for them; what is odd is left out.

    Args:
        document: an assertion, with its badge class and issuer embedded as far as they are known.
    """
    badge_class = _object(document.get("badge"))
    issuer = badge_class.get("issuer")
    issuer = _object(issuer) if not isinstance(issuer, str) else {"id": issuer}
    achievement = {name: badge_class[name] for name in _TEXTS if name in badge_class} | {
        "criteria": _linked(badge_class.get("criteria")),
        "image": badge_class.get("image"),
        "inLanguage": badge_class.get("@language"),
    }
    if isinstance(document.get("badge"), str):
        achievement["id"] = document["badge"]
    return {
        "id": document.get("id"),
        "type": document.get("type"),
        "name": badge_class.get("name"),
        "issuer": {name: issuer.get(name) for name in ("id", "name", "url", "image")},
        "credentialSubject": {"narrative": document.get("narrative"), "achievement": achievement},
        "evidence": [_linked(each) for each in _listed(document.get("evidence"))],
        "issuanceDate": document.get("issuedOn"),
        "expirationDate": document.get("expires"),
    }


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _object(value: Any) -> JsonObject:
    return next((each for each in _listed(value) if isinstance(each, dict)), {})


def _linked(value: Any) -> JsonObject:
    """An IRI, or the object that it stands for."""
    first = next(iter(_listed(value)), None)
    return {"id": first} if isinstance(first, str) else _object(first)
