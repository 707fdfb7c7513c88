"""The credential formats that the node issues: one row each: what the metadata says, how it is signed.

A further format is one more module and one more row here, whose configuration ids get a suffix of their own;
and the places outside this table that know one format: step 8 of issuing, the configuration that an offer
names, and what wallet and verifier read and ask for. CONTRIBUTING lists them all.

Source: OpenID4VCI 1.0, appendix A (Credential Format Profiles).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from issuer_node import ldp_vc

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from issuer_node.node import Node


@dataclass(frozen=True)
class CredentialFormat:
    """One credential format.

    Args:
        name: Credential Format Identifier.
        suffix: of its configuration ids, after the badge's id; "" for the first.
        configuration: the members of a configuration that are this format's own.
        issue: signs a built document; gives the `credential` of the response as JSON text in UTF-8, which is
            kept and delivered as it stands.
    """

    name: str
    suffix: str
    configuration: Callable[[], dict[str, Any]]
    issue: Callable[[Node, dict[str, Any], datetime], bytes]


FORMATS: Final = MappingProxyType(
    {each.name: each for each in (CredentialFormat(ldp_vc.FORMAT, "", ldp_vc.configuration, ldp_vc.issue),)}
)
