"""Poll: asks an Alertmanager for its alerts, at an address that whoever runs this Tocsin has chosen.

It ends in time, takes no more memory than its limit, follows nobody elsewhere, and whatever goes wrong is no
answer: nothing is concluded from it. It may well stand in a private network.
"""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import httpx
import structlog

from bot.domain.access.poll import PollCredential
from bot.domain.errors import InvalidInputError
from bot.providers.alertmanager_poll import PATH
from bot.providers.body import decode

LARGEST: Final = 16 * 1024 * 1024  # bytes of an answer
SECONDS: Final = 10.0
_log: Final = structlog.stdlib.get_logger(__name__)


class PollClient:
    """One for all; ``fetch`` is handed to the job. ``credentials`` are by the names of sources."""

    def __init__(self, credentials: Mapping[str, PollCredential] | None = None) -> None:
        self._credentials = credentials or {}
        self._failing: set[str] = set()

    async def fetch(self, source: str, url: str) -> object:
        """The decoded answer, None when none can be used; the first failure in a row is logged."""
        address = httpx.URL(url)
        path = address.path.rstrip("/")
        asked = address.copy_with(path=path if path.endswith(PATH) else path + PATH)
        try:
            found = await _get(asked, _authorization(self._credentials.get(source)))
        except (httpx.HTTPError, InvalidInputError, OSError, TimeoutError) as error:
            if url not in self._failing:
                self._failing.add(url)
                _log.warning("poll_failed", host=address.host, reason=_reason(error))
            return None
        if url in self._failing:
            self._failing.discard(url)
            _log.info("poll_works_again", host=address.host)
        return found


def _authorization(credential: PollCredential | None) -> dict[str, str]:
    """The header; the file is read each time, so that a changed secret needs no new start.

    Raises:
        OSError: the file cannot be read.
        InvalidInputError: it holds nothing that fits into a header.
    """
    if credential is None:
        return {}
    secret = credential.secret if credential.file is None else _read_secret(credential.file)
    if not credential.username:
        return {"authorization": f"Bearer {secret}"}
    plain = f"{credential.username}:{secret}".encode()
    return {"authorization": f"Basic {base64.b64encode(plain).decode()}"}


def _read_secret(file: Path) -> str:
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        secret = ""
    if not secret or not secret.isprintable() or not secret.isascii():
        raise InvalidInputError("secret_file", f"{file} must hold one line of ASCII")
    return secret


def _reason(error: Exception) -> str:
    """Without what was shown or answered."""
    return str(error) if isinstance(error, InvalidInputError | OSError) else type(error).__name__


async def _get(url: httpx.URL, authorization: Mapping[str, str]) -> object:
    headers = {"accept": "application/json", "accept-encoding": "identity", "user-agent": "Tocsin"} | dict(
        authorization
    )
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
