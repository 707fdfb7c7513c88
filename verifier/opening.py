"""Opening a link that a learner prepared for an employer.

The link is the audience and its last part the nonce: the presentation holds for this link, until the end that
its proof names, and nowhere else. Each opening is fetched anew, so that the learner sees it and can withdraw
the link.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from verifier.checking import check_link, fetch

if TYPE_CHECKING:
    from verifier.desk import Desk
    from verifier.reports import Findings

_PRESENTATION: Final = "application/vp"


def open_link(desk: Desk, presentation_uri: str) -> Findings:
    """Fetch and check the presentation behind a link.

    Raises:
        AddressError: nothing came that could be looked at; "link_ended" when it was withdrawn or has ended.
    """
    return check_link(desk, presentation_uri, fetch(desk, presentation_uri, accept=_PRESENTATION).body)
