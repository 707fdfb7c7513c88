"""The wallet's pages, one module per subject."""

from __future__ import annotations

from fastapi import APIRouter

from wallet.routes import (
    accounts,
    home,
    links,
    passkeys,
    passport,
    presenting,
    public_links,
    receiving,
    scanning,
)

ROUTERS: tuple[APIRouter, ...] = (
    home.router,
    scanning.router,
    receiving.router,
    accounts.router,
    passkeys.router,
    passport.router,
    presenting.router,
    links.router,
    public_links.router,
)
