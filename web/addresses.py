"""Which IP addresses are the public Internet, and which are somebody's inside.

`ipaddress.is_global` is no guide here: it calls NAT64 (64:ff9b::/96), through which every private IPv4
address can be reached, global.
"""

from __future__ import annotations

import ipaddress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address

# Source: IANA IPv4 Special-Purpose Address Registry, and multicast
_NOT_PUBLIC_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip

# Only this block is given out for public use; everything else (::1, mapped and translated IPv4, unique local,
# link local, multicast) is outside it.
# Source: IANA IPv6 Global Unicast Address Assignments
_PUBLIC_V6 = IPv6Network("2000::/3")
# Inside it: protocol assignments (with Teredo), documentation, 6to4, which all lead elsewhere.
# Source: IANA IPv6 Special-Purpose Address Registry
_NOT_PUBLIC_V6 = tuple(
    IPv6Network(network)
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)


def is_public(address: Address) -> bool:
    """Whether an address is one of the public Internet."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_V4)
    if address.scope_id is not None or address not in _PUBLIC_V6:
        return False
    return not any(address in network for network in _NOT_PUBLIC_V6)


def is_loopback(address: Address) -> bool:
    """Whether an address is this machine itself: 127.0.0.0/8 or ::1."""
    return address.is_loopback and getattr(address, "ipv4_mapped", None) is None


def parse_literal(host: str) -> Address | None:
    """The address that a host writes literally; None for a name, or any other than the canonical spelling."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
