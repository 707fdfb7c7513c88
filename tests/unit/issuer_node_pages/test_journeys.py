"""What a passeur does, page by page."""

from __future__ import annotations

from passeur.demo.seed import LEARNERS
from tests.unit.issuer_node_pages.conftest import play_session


def test_a_session_of_twelve_from_sign_in_to_slips(site):
    story = play_session(site.signed_in())
    assert len(story.award_ids) == len(LEARNERS)
