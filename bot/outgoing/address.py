"""Address: where a host name leads, and whether that may be spoken to.

A name that somebody else controls may lead into our own network, and elsewhere the next time it is asked. So
it is asked once for each attempt, all it says is looked at, and the connection goes to just that.
"""

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

Address = IPv4Address | IPv6Address

_TRANSLATED: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
"""IPv4 in the last 32 bits (RFC 6052, RFC 8215)."""


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
    return address.is_global and not address.is_multicast and not address.is_reserved


def _unwrap(address: IPv6Address) -> IPv4Address | None:
    if any(address in network for network in _TRANSLATED):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
