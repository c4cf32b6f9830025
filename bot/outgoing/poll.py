"""Poll: asks an Alertmanager for its alerts, at an address that whoever runs this Tocsin has chosen.

It ends in time, takes no more memory than its limit, follows nobody elsewhere, and whatever goes wrong is no
answer: nothing is concluded from it. It may well stand in a private network.
"""

from typing import Final

import httpx
import structlog

from bot.domain.errors import InvalidInputError
from bot.providers.alertmanager_poll import PATH
from bot.providers.body import decode

LARGEST: Final = 16 * 1024 * 1024  # bytes of an answer
SECONDS: Final = 10.0
_log: Final = structlog.stdlib.get_logger(__name__)


class PollClient:
    """One for all; ``fetch`` is handed to the job."""

    def __init__(self) -> None:
        self._failing: set[str] = set()

    async def fetch(self, url: str) -> object:
        """The decoded answer, None when none can be used; the first failure in a row is logged."""
        address = httpx.URL(url)
        path = address.path.rstrip("/")
        asked = address.copy_with(path=path if path.endswith(PATH) else path + PATH)
        try:
            found = await _get(asked)
        except (httpx.HTTPError, InvalidInputError, OSError, TimeoutError) as error:
            if url not in self._failing:
                self._failing.add(url)
                _log.warning("poll_failed", host=address.host, reason=type(error).__name__)
            return None
        if url in self._failing:
            self._failing.discard(url)
            _log.info("poll_works_again", host=address.host)
        return found


async def _get(url: httpx.URL) -> object:
    headers = {"accept": "application/json", "accept-encoding": "identity", "user-agent": "Tocsin"}
    async with (
        httpx.AsyncClient(timeout=SECONDS, trust_env=False, follow_redirects=False) as client,
        client.stream("GET", url, headers=headers) as response,
    ):
        if response.status_code != httpx.codes.OK:
            raise InvalidInputError("status", str(response.status_code))
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > LARGEST:
                raise InvalidInputError("body", f"is larger than {LARGEST} bytes")
    return decode(bytes(body), "")
