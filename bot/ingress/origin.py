"""Origin: which pages a browser may have open while it talks to us, and under which names we are known to it.

A sender is no browser and says no ``Origin``; one that does is somebody's page, and pages of others have no
business here. A page that had its own name lead to this machine is told by the ``Host`` it asks for.
"""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

_LOCAL: Final = "localhost"


def is_welcome(headers: Mapping[str, str], public_url: str = "") -> bool:
    """Whether no foreign page sent this."""
    origin = headers.get("Origin")
    if origin is not None:
        return _is_ours(origin, public_url)
    return headers.get("Sec-Fetch-Site", "none") in {"none", "same-origin"}


def is_named(headers: Mapping[str, str], public_url: str = "") -> bool:
    """Whether it was asked for under a name of this machine, or under the public one."""
    return _is_ours(f"http://{headers.get('Host', '')}", public_url, any_scheme=True)


def _is_ours(url: str, public_url: str, *, any_scheme: bool = False) -> bool:
    try:
        asked, public = urlsplit(url), urlsplit(public_url)
        same = (asked.hostname, asked.port) == (public.hostname, public.port)
    except ValueError:
        return False
    if public.hostname and same and (any_scheme or asked.scheme == public.scheme):
        return True
    return is_local(asked.hostname or "")


def is_local(host: str) -> bool:
    """Whether this name can only be this machine's."""
    if host == _LOCAL or host.endswith(f".{_LOCAL}"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
