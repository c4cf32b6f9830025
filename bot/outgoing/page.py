"""Page: one small page of the public Internet, over https, from a host that somebody else has looked at.

Nobody is followed elsewhere, no private address is connected to, and size and time have limits.
"""

import asyncio
from typing import Final

import httpx

from bot.domain.errors import TocsinError
from bot.outgoing.address import BarredError, resolve

LARGEST: Final = 65_536
PATIENCE: Final = 8.0
_PORT: Final = 443


async def fetch(url: str) -> bytes:
    """The page at ``url``.

    Raises:
        TocsinError: it cannot be had.
    """
    target = httpx.URL(url)
    host = target.raw_host.decode()
    try:
        async with asyncio.timeout(PATIENCE):
            address, *_ = await resolve(host, _PORT, private=False)
            async with (
                httpx.AsyncClient(timeout=PATIENCE, trust_env=False, follow_redirects=False) as client,
                client.stream(
                    "GET",
                    target.copy_with(host=str(address)),
                    headers={"host": host, "user-agent": "Tocsin"},
                    extensions={"sni_hostname": host},
                ) as response,
            ):
                return await _read(response)
    except (BarredError, httpx.HTTPError, OSError, TimeoutError) as error:
        raise TocsinError(f"{host} cannot be asked: {type(error).__name__}.") from None


async def _read(response: httpx.Response) -> bytes:
    if not response.is_success:
        raise TocsinError(f"{response.url.host} answered {response.status_code}.")
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > LARGEST:
            raise TocsinError(f"The page is larger than {LARGEST} bytes.")
    return bytes(body)
