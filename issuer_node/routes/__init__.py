"""The node's routes: for programs (OpenID4VCI, what is published), and the pages."""

from issuer_node.routes import openid4vci, published, vc_api
from issuer_node.routes.pages import PAGE_ROUTERS, navigation

__all__ = ["ROUTERS", "navigation"]

# /badges/{id}.json before the page /badges/{id}
ROUTERS = (openid4vci.router, published.router, vc_api.router, *PAGE_ROUTERS)
