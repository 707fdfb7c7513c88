"""The credential formats that the node issues: one row each: what the metadata says, how it is signed.

Of one award, one credential in each format: a token is for a badge in every one of them, each once; see
ADR 0021.

A further format is one more module and one more row here, whose configuration ids get a suffix of their own;
and the places outside this table that know the formats: CONTRIBUTING lists them all.

Source: OpenID4VCI 1.0, appendix A (Credential Format Profiles).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol

from issuer_node import jwt_vc_json, ldp_vc, sd_jwt_vc

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from credentials.exchange.key_proof import HolderKey
    from issuer_node.node import Node
    from issuer_node.status_lists import StatusIndex


class IssueFunction(Protocol):
    """Signs a built document; gives the `credential` of the response as JSON text in UTF-8, which is kept and
    delivered as it stands.
    """

    def __call__(
        self,
        node: Node,
        document: dict[str, Any],
        created: datetime,
        *,
        holder: HolderKey,
        place: StatusIndex,
    ) -> bytes: ...


@dataclass(frozen=True)
class CredentialFormat:
    """One credential format.

    Args:
        name: Credential Format Identifier.
        suffix: of its configuration ids, after the badge's id; "" for the first.
        configuration: the members of a configuration that are this format's own.
        issue: signs.
    """

    name: str
    suffix: str
    configuration: Callable[[Node], dict[str, Any]]
    issue: IssueFunction


FORMATS: Final = MappingProxyType(
    {
        each.name: each
        for each in (
            CredentialFormat(ldp_vc.FORMAT, "", ldp_vc.configuration, ldp_vc.issue),
            CredentialFormat(sd_jwt_vc.FORMAT, ".sd-jwt", sd_jwt_vc.configuration, sd_jwt_vc.issue),
            CredentialFormat(jwt_vc_json.FORMAT, ".jwt", jwt_vc_json.configuration, jwt_vc_json.issue),
        )
    }
)


def offered_formats(node: Node) -> list[CredentialFormat]:
    """The formats that this node offers, in the order of the table."""
    return [each for each in FORMATS.values() if each.name in node.settings.credential_formats]


def named_format(unverified_name: str) -> CredentialFormat:
    """The format that a configuration id or a credential identifier names by its end, if it is one at all."""
    first, *others = FORMATS.values()
    return next((each for each in others if unverified_name.endswith(each.suffix)), first)


def credential_bytes(content: bytes) -> bytes:
    """The credential itself out of the JSON text that is delivered: an object stays what it is, a token comes
    out of its quotes (it has no character that JSON writes in another way).
    """
    return content.strip(b'"')
