"""The node's routes: for programs (OpenID4VCI, what is published), and the pages."""

from issuer_node.routes import identifiers, openid4vci, published, vc_api
from issuer_node.routes.pages import PAGE_ROUTERS, navigation

__all__ = ["DIRECT", "ROUTERS", "navigation"]

# what programs ask all the time
DIRECT = (vc_api.verbs, openid4vci.verbs)

# /badges/{id}.json before the page /badges/{id}
ROUTERS = (identifiers.router, openid4vci.router, published.router, vc_api.router, *PAGE_ROUTERS)
