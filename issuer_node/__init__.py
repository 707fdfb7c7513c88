"""A structure's node: badges, passeurs, situations, sessions, awards, and issuing by OpenID4VCI."""
