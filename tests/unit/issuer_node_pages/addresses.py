"""Every page there is, by who may open it, for tests that go through them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.unit.issuer_node_pages.conftest import Story


def public_pages(story: Story) -> list[str]:
    return ["/signin", "/signin/unknown-token", f"/badges/{story.badge_ids[0]}", "/c/unknown"]


def coordinator_pages() -> list[str]:
    return ["/passeurs", "/keys", "/keys/rotate", "/keys/key-1/revoke"]


def passeur_pages(story: Story) -> list[str]:
    badge, situation, session = story.badge_ids[0], story.situation_id, story.session_id
    award = story.award_ids[0]
    return [
        "/",
        "/badges",
        "/badges?archived=1",
        "/badges/new",
        f"/badges/{story.badge_ids[2]}/edit",
        "/situations",
        "/situations?archived=1",
        "/situations/new",
        f"/situations/{situation}",
        f"/situations/{situation}/edit",
        "/sessions",
        "/sessions/new",
        f"/sessions/new?situation={situation}",
        f"/sessions/{session}",
        f"/sessions/{session}/award",
        f"/sessions/{session}/done",
        f"/sessions/{session}/slips",
        "/awards",
        f"/awards?badge={badge}&state=waiting&text=am",
        "/awards/new",
        f"/awards/{award}",
        f"/awards/{award}/slip",
        f"/awards/{award}/revoke",
        "/account",
    ]
