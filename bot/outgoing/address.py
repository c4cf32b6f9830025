"""Address: where a host name leads, and whether that may be spoken to.

A name that somebody else controls may lead into our own network, and elsewhere the next time it is asked. So
it is asked once for each attempt, all it says is looked at, and the connection goes to just that.
"""

import asyncio
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

Address = IPv4Address | IPv6Address

_TRANSLATED: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
"""IPv4 in the last 32 bits (RFC 6052, RFC 8215)."""

_SPECIAL: Final = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments (RFC 6890)
    IPv4Network("192.88.99.0/24"),  # what was once relays to IPv6 (RFC 7526)
    IPv6Network("3fff::/20"),  # documentation (RFC 9637)
)
"""What the standard library takes for public in some of its versions."""


class BarredError(Exception):
    """The name leads into a private network."""


async def resolve(host: str, port: int, *, private: bool) -> list[Address]:
    """The addresses of a host, in the order to be tried; ``private`` ones only if that is allowed.

    Raises:
        BarredError: one of them is private, and that is not allowed.
        OSError: the name leads nowhere.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    addresses = list(dict.fromkeys(ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))
    if not private and not all(map(is_public, addresses)):
        raise BarredError
    return addresses


def is_public(address: Address) -> bool:
    """Whether anybody on the Internet reaches the same machine under it; wrapped ones are unwrapped."""
    if isinstance(address, IPv6Address):
        inner = _unwrap(address)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    if any(address.version == each.version and address in each for each in _SPECIAL):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _unwrap(address: IPv6Address) -> IPv4Address | None:
    if any(address in network for network in _TRANSLATED):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
