"""Sample alert: a test alert that comes by HTTP like any other, signed as its source would sign."""

import hashlib
import hmac
import json
from typing import Final

import httpx

from bot.domain.errors import NotFoundError, TocsinError
from bot.providers.registry import SENDERS
from bot.providers.sender import HOOKS, Provider
from bot.usecases.admin import source as sources
from bot.usecases.alert.sender import recent_alerts
from bot.usecases.desk import Desk

_PATIENCE: Final = 10  # seconds
_UNSHOWN: Final = "signed"  # where a token would stand in an address


class SampleAlert:
    """``url`` is the address of our HTTP server on this machine, known once it listens."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.url = ""

    async def send(self, source_name: str, project_id: int | None = None) -> str:
        """Send the example of the source's provider and return the ref of its alert.

        The source is the first project's, or that of ``project_id``.

        Raises:
            NotFoundError: there is no such source.
            TocsinError: the door did not take it.
        """
        desk = self._desk if project_id is None else self._desk.of(project_id)
        found = [each for each in await sources.listing(desk) if each.name == source_name]
        if not found:
            raise NotFoundError("source", source_name)
        (source,) = found
        sender, now = SENDERS[source.provider], self._desk.clock.now()
        body = json.dumps(sender.example(now)).encode()
        stamp = str(int(now.timestamp()))
        secret = sources.signing_secret(desk, source.id, source.generation, source.provider)
        signature = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-Tocsin-Test": "1",
            "X-Tocsin-Source": source.name,
            "X-Tocsin-Timestamp": stamp,
            "X-Tocsin-Signature": f"sha256={signature}",
        }
        if isinstance(sender, Provider):
            url = f"{self.url}{HOOKS}{source.provider}"
        else:
            url = sender.endpoint(sender.address(self.url, source.id, _UNSHOWN))
        receipt = await self._post(url, body, headers)
        return receipt or (await recent_alerts(desk, source, offset=0, limit=1))[0].ref

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> str:
        """The ref that the receipt names, "" where a face answers in another product's words."""
        try:
            async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=False) as client:
                answer = await client.post(url, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise TocsinError(
                f"The test alert did not get through: {error or type(error).__name__}."
            ) from error
        if not answer.is_success:
            raise TocsinError(f"The test alert was answered {answer.status_code}: {answer.text[:300]}")
        try:
            ref: str = answer.json()["alerts"][0]["ref"]
        except (ValueError, TypeError, LookupError):
            return ""
        return ref
