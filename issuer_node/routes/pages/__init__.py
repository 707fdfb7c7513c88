"""The pages for people: passeurs who are signed in, and whoever reads a badge's public page."""

from __future__ import annotations

from issuer_node.routes.pages import (
    account,
    awards,
    badges,
    desk,
    keys,
    one_award,
    passeurs,
    sessions,
    sheets,
    signin,
    situations,
    slips,
)
from issuer_node.routes.pages.navigation import navigation

__all__ = ["PAGE_ROUTERS", "navigation"]

# in this order: /awards/new and /awards.csv before /awards/{award_id}, and so on
PAGE_ROUTERS = (
    signin.router,
    desk.router,
    badges.router,
    situations.router,
    sessions.router,
    sheets.router,
    slips.router,
    awards.router,
    one_award.router,
    passeurs.router,
    keys.router,
    account.router,
)
