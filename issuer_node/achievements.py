"""A badge as OBv3 Achievement, an award as OBv3 credential: from our rows to the library's builder.

The picture stands as an address of ours rather than as a data URL: a credential stays at 3 to 4 KB, which
every wallet takes, and the address never changes its content. The name that the passeur wrote on the sheet is
not in the credential: it is bound to the person by their key.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from credentials.open_badges import (
    CREDENTIALS_V2,
    OPEN_BADGES_CONTEXT,
    Achievement,
    Alignment,
    BuildError,
    Criteria,
    Evidence,
    Image,
    Kind,
    Profile,
    build_achievement,
    build_open_badge_credential,
    require_sound,
)
from credentials.status import build_status_entry
from issuer_node.badges import picture_url
from issuer_node.errors import ConflictError

if TYPE_CHECKING:
    from datetime import datetime

    from issuer_node.models import Award, Badge
    from issuer_node.node import Node


@dataclass(frozen=True)
class BadgeFacts:
    """What of a badge goes into credentials: columns of `Badge`."""

    id: str
    name: str
    description: str
    criteria: str
    kind: str
    language: str
    skills: list[dict[str, str]]
    picture_id: str
    picture_text: str


@dataclass(frozen=True)
class AwardFacts:
    """What of an award goes into its credential, and when it was awarded: columns of `Award`."""

    id: str
    earned_from: datetime
    earned_until: datetime
    situation: dict[str, str] | None
    seen: list[str]
    words: str
    awarded_at: datetime


def badge_url(node: Node, badge_id: str) -> str:
    """The address of a badge: its public page, and its id in credentials."""
    return f"{node.base_url}/badges/{badge_id}"


def achievement_document(node: Node, badge: Badge) -> dict[str, Any]:
    """The badge as a JSON-LD Achievement, as programs get it from its address."""
    return {"@context": [CREDENTIALS_V2, OPEN_BADGES_CONTEXT], **build_achievement(_achievement(node, badge))}


def build_credential(
    node: Node,
    *,
    badge: BadgeFacts,
    award: AwardFacts,
    holder_did: str,
    credential_id: str,
    status: dict[str, Any],
    valid_from: datetime,
) -> dict[str, Any]:
    """Build the credential of an award, unsigned.

    Args:
        node: the node.
        badge: what is recognised.
        award: of whom, and what was seen.
        holder_did: the person's DID.
        credential_id: "urn:uuid:...".
        status: `credentialStatus`.
        valid_from: aware; when it is issued.
    """
    settings = node.settings
    return build_open_badge_credential(
        credential_id=credential_id,
        issuer=Profile(
            id=node.identity.did,
            name=settings.structure_name,
            url=settings.structure_url or node.base_url,
            email=settings.structure_email,
        ),
        achievement=_achievement(node, badge),
        subject_id=holder_did,
        valid_from=valid_from,
        earned_from=award.earned_from,
        earned_until=award.earned_until,
        status=status,
        evidence=_evidence(award),
        narrative=award.words or None,
    )


def require_fit(node: Node, *, badge: Badge, award: Award) -> None:
    """Refuse an award whose credential could not be signed: told to the passeur now, not to the learner then.

    Raises:
        ConflictError: "award_not_fit", with the rules of the model and of the linter.
    """
    document = build_credential(
        node,
        badge=BadgeFacts(**_columns(BadgeFacts, badge)),
        award=AwardFacts(**_columns(AwardFacts, award)),
        holder_did=node.identity.did,  # stands for the learner's, not known yet
        credential_id=f"urn:uuid:{uuid.uuid4()}",
        status=build_status_entry(f"{node.base_url}/status/1", 0),
        valid_from=node.now(),
    )
    try:
        require_sound(document, now=node.now(), require_status=True)
    except BuildError as err:
        raise ConflictError("award_not_fit", ", ".join(err.rules)) from err


def _columns(facts: type[BadgeFacts | AwardFacts], row: Badge | Award) -> dict[str, Any]:
    return {each.name: getattr(row, each.name) for each in fields(facts)}


def _achievement(node: Node, badge: Badge | BadgeFacts) -> Achievement:
    return Achievement(
        id=badge_url(node, badge.id),
        name=badge.name,
        description=badge.description,
        criteria=Criteria(narrative=badge.criteria),
        achievement_type=Kind(badge.kind).achievement_type,
        image=Image(id=picture_url(node, badge.picture_id), caption=badge.picture_text or None),
        alignment=tuple(
            Alignment(
                target_name=skill["name"],
                target_url=skill["url"],
                target_framework=skill.get("framework"),
                target_code=skill.get("code"),
            )
            for skill in badge.skills
        ),
        in_language=badge.language,
    )


def _evidence(award: AwardFacts) -> tuple[Evidence, ...]:
    """The session as it stood when the badge was awarded: what it was, what was seen, as a Markdown list.

    A session of which nothing is told but its name is no evidence.
    """
    if not award.situation:
        return ()
    places = [award.situation[name] for name in ("host", "place") if name in award.situation]
    about = [award.situation.get("description", ""), ", ".join(dict.fromkeys(places))]
    seen = "\n".join(f"- {text}" for text in award.seen)
    told = "\n\n".join(text for text in about if text)
    if not seen and not told:
        return ()
    title = award.situation["title"]
    # evidence has a narrative: what was seen, else what the session was
    return (Evidence(name=title, narrative=seen or told, description=(told or None) if seen else None),)
