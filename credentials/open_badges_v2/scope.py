"""Whose word a host's answer is: the addresses at which an issuer says that its assertions stand.

Source: Open Badges 2.0, sections "VerificationObject" and "HostedBadge Verification".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from credentials.open_badges_v2.errors import OpenBadgesV2Error
from credentials.open_badges_v2.members import single, strings

if TYPE_CHECKING:
    from urllib.parse import SplitResult

JsonObject = dict[str, Any]
_SCHEMES: Final = frozenset({"https", "http"})
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}


def is_web_address(url: str) -> bool:
    """Tell whether an id can be asked for: http(s), with a host, and no user name in front of it."""
    try:
        return _origin(urlsplit(url)) is not None
    except ValueError:
        return False


def same_origin(url: str, other: str) -> bool:
    """Tell whether two addresses have one scheme, host and port."""
    if not is_web_address(url) or not is_web_address(other):
        return False
    return _origin(urlsplit(url)) == _origin(urlsplit(other))


def check_scope(assertion_id: str, badge_class_id: str, issuer: JsonObject) -> None:
    """Check that an assertion stands where its issuer says that its assertions do.

    Without a word of the issuer's, assertion and badge class stand on its own origin. With one, both
    `allowedOrigins` and `startsWith` hold, as far as they are there.

    Args:
        assertion_id: address that the assertion was fetched from.
        badge_class_id: id of its badge class; one that is no web address came with the assertion.
        issuer: the issuer's Profile, as its own address answered.

    Raises:
        OpenBadgesV2Error: "ob2_issuer_scope", "ob2_member_invalid".
    """
    policy = single(issuer, "verification")
    if policy is not None and not isinstance(policy, dict):
        raise OpenBadgesV2Error("ob2_member_invalid", "no object", pointer="/badge/issuer/verification")
    policy = policy or {}
    if policy.get("verificationProperty", "id") != "id":
        raise OpenBadgesV2Error("ob2_issuer_scope", "verificationProperty", pointer=_WHERE)
    origins, prefixes = strings(policy, "allowedOrigins", _WHERE), strings(policy, "startsWith", _WHERE)
    if not origins and not prefixes:
        _check_same_origin(assertion_id, badge_class_id, issuer)
    if origins and _authority(assertion_id) not in {each.lower() for each in origins}:
        raise OpenBadgesV2Error("ob2_issuer_scope", f"allowedOrigins: {assertion_id}", pointer=_WHERE)
    if prefixes and not any(_starts_with(assertion_id, each) for each in prefixes):
        raise OpenBadgesV2Error("ob2_issuer_scope", f"startsWith: {assertion_id}", pointer=_WHERE)


_WHERE: Final = "/badge/issuer/verification"


def _check_same_origin(assertion_id: str, badge_class_id: str, issuer: JsonObject) -> None:
    for url in (assertion_id, badge_class_id):
        if is_web_address(url) and not same_origin(url, issuer["id"]):
            raise OpenBadgesV2Error("ob2_issuer_scope", f"{url} is not on the origin of {issuer['id']}")


def _origin(parts: SplitResult) -> tuple[str, str, int] | None:
    if parts.scheme not in _SCHEMES or not parts.hostname or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname, parts.port or _DEFAULT_PORTS[parts.scheme]


def _authority(url: str) -> str:
    """Host, with a port where it is not the scheme's own."""
    scheme, host, port = _origin(urlsplit(url)) or ("", "", 0)
    return host if port == _DEFAULT_PORTS.get(scheme) else f"{host}:{port}"


def _starts_with(url: str, prefix: str) -> bool:
    """Compare as text, but never across the end of the host: `https://a.org` is not `https://a.org.evil`."""
    if not same_origin(url, prefix) or _has_dot_segments(url):
        return False
    parts = urlsplit(prefix)
    # a prefix that ends in its host says the whole of it
    return (not parts.path and not parts.query) or url.startswith(prefix)


def _has_dot_segments(url: str) -> bool:
    """Whether a server might read the path as another one, outside the prefix."""
    return any(unquote(each) in {".", ".."} for each in urlsplit(url).path.split("/"))
