"""Peer: whose address a request comes from, as far as that can be believed."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, TypeAlias

from aiohttp import web
from multidict import CIMultiDictProxy

Network: TypeAlias = IPv4Network | IPv6Network
Headers: TypeAlias = CIMultiDictProxy[str]

_SITE: Final = 64  # bits: who has one IPv6 address has all that begin like it
_UNKNOWN: Final = "unknown"


def peer(request: web.BaseRequest, proxies: Sequence[Network] = ()) -> str:
    """The address, of IPv6 its first half; of a request through one of our ``proxies`` what it says."""
    return peer_of(request.remote or "", request.headers, proxies)


def peer_of(remote: str, headers: Headers, proxies: Sequence[Network]) -> str:
    """`peer`, of a request with ``headers`` from ``remote``."""
    known = site(remote)
    if not proxies or not _is_within(remote, proxies):
        return known
    said = [part.strip() for line in headers.getall("X-Forwarded-For", ()) for part in line.split(",")]
    for address in reversed(said):
        if not _is_within(address, proxies):
            return site(address)
    return known


def read_networks(words: Sequence[str]) -> tuple[Network, ...]:
    """``10.0.0.0/8``, or one address.

    Raises:
        ValueError: it is neither.
    """
    return tuple(ip_network(word, strict=False) for word in words)


@lru_cache(maxsize=4_096)
def site(text: str) -> str:
    """An address as it is counted."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return _UNKNOWN
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address) >> _SITE << _SITE, _SITE)))


def _is_within(text: str, networks: Sequence[Network]) -> bool:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return any((inner or address) in network for network in networks)
