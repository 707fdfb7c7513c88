"""The learner's service: a passport that receives, keeps and presents badges. Speaks OpenID4VCI and
OpenID4VP, nothing else.
"""
