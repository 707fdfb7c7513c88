"""The verifier's routes: pages for employers, endpoints for wallets, one for programs."""

from __future__ import annotations

from fastapi import APIRouter

from verifier.routes import api, checks, emblems, openid4vp, requests, results

# what wallets ask for most
DIRECT: tuple[APIRouter, ...] = (openid4vp.verbs,)
ROUTERS: tuple[APIRouter, ...] = (
    checks.router,
    requests.router,
    results.router,
    emblems.router,
    openid4vp.router,
    api.router,
)
