"""Who the node is, for anybody: its DID document at both places did:web knows, its DID log, its keys as a JWK
Set. Asked for each time: a key that was stolen is seen at once.

Source: did:web Method Specification, section 3.2 (Read); did:webvh v1.0, "The DID to HTTPS Transformation".
"""

from __future__ import annotations

import hashlib

from fastapi import APIRouter, Request
from starlette.responses import Response

from contexts import strict_json
from issuer_node.dependencies import NodeHere
from issuer_node.routes.caching import conditional

router = APIRouter(tags=["identity"])
_ASK_AGAIN = "public, no-cache"


@router.get("/did.json", include_in_schema=False)
@router.get("/.well-known/did.json", summary="DID document")
def get_did_document(request: Request, node: NodeHere) -> Response:
    """The document of the did:web, which names the did:webvh."""
    return _published(request, node.live.refresh().document_bytes, "application/did+json")


@router.get("/did.jsonl", include_in_schema=False)
@router.get("/.well-known/did.jsonl", summary="DID log")
def get_did_log(request: Request, node: NodeHere) -> Response:
    """The history of the did:webvh. No entry needs witnesses, so there is no file of their proofs."""
    return _published(request, node.live.refresh().log, "text/jsonl")


@router.get("/.well-known/jwks.json", summary="Keys as a JWK Set")
def get_jwks(request: Request, node: NodeHere) -> Response:
    """The keys that tokens are verified with."""
    content = strict_json.dumps(node.live.refresh().jwks())
    return _published(request, content, "application/jwk-set+json")


def _published(request: Request, content: bytes, media_type: str) -> Response:
    etag = hashlib.sha256(content).hexdigest()[:32]
    return conditional(request, content, etag=etag, media_type=media_type, cache=_ASK_AGAIN)
