"""DID methods, one file each."""

from did.methods.jwk import did_jwk, did_jwk_method_id
from did.methods.key import did_key, did_key_method_id
from did.methods.web import did_web, did_web_url
from did.methods.webvh import WebvhDid, parse_did_webvh

__all__ = [
    "WebvhDid",
    "did_jwk",
    "did_jwk_method_id",
    "did_key",
    "did_key_method_id",
    "did_web",
    "did_web_url",
    "parse_did_webvh",
]
