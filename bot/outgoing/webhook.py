"""Webhook: one attempt at asking the triage agent, signed, to a host that the configuration names.

Whatever the agent does, the attempt ends in time, takes no more memory than its limit, follows nobody
elsewhere, and comes back as a `AgentReply`. Its address and secret show in no log: only the host is named.
"""

import asyncio
import re
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Final

import httpx
import msgspec
import structlog

from bot.clock import Clock
from bot.domain.access.webhook import sign
from bot.domain.triage.agent_request import AgentReply, Fate
from bot.outgoing.address import Address, BarredError, resolve

LARGEST: Final = 65_536  # bytes of an answer
_TRIED: Final = 3  # addresses of one host
_MARKDOWN: Final = "text/markdown"
_JSON: Final = "application/json"
_PASSING: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
_SECONDS: Final = re.compile(r"\d{1,6}", re.ASCII)
_PORTS: Final = {"http": 80, "https": 443}
_log: Final = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookOptions:
    """``hosts`` are those that may be asked at all, of which ``private_hosts`` may be in a private network.

    Without TLS only the latter are asked. ``patience`` is for a whole attempt.
    """

    url: str = field(repr=False)
    key: bytes = field(repr=False)
    hosts: frozenset[str]
    private_hosts: frozenset[str] = frozenset()
    patience: timedelta = timedelta(seconds=20)


class _Answer(msgspec.Struct, frozen=True):
    """What an agent says in JSON; other fields are left alone."""

    markdown: str = ""


class Webhook:
    """One agent."""

    def __init__(self, options: WebhookOptions, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self._url = httpx.URL(options.url)
        self._host = self._url.raw_host.decode().lower()
        self._tls = httpx.create_ssl_context(trust_env=False) if self._url.scheme == "https" else False

    async def ask(self, key: str, body: bytes) -> AgentReply:
        """Ask once; ``key`` is the same for every attempt at the same question."""
        options = self._options
        private = self._host in options.private_hosts
        if self._host not in options.hosts or not (self._tls or private):
            return _refusal("Its host is not among those that may be asked.")
        try:
            async with asyncio.timeout(options.patience.total_seconds()):
                port = self._url.port or _PORTS[self._url.scheme]
                reply = await self._post(await resolve(self._host, port, private=private), key, body)
        except BarredError:
            reply = _refusal("Its host leads into a private network.")
        except (httpx.HTTPError, OSError, TimeoutError) as error:
            reply = AgentReply(fate=Fate.PASSING, text=f"It cannot be reached: {type(error).__name__}.")
        if reply.fate is not Fate.ANSWERED:
            _log.warning("agent_not_heard", host=self._host, question=key, reason=reply.text)
        return reply

    async def _post(self, addresses: list[Address], key: str, body: bytes) -> AgentReply:
        """To the first address that takes a connection."""
        *others, last = addresses[:_TRIED]
        for address in others:
            try:
                return await self._post_to(address, key, body)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._post_to(last, key, body)

    async def _post_to(self, address: Address, key: str, body: bytes) -> AgentReply:
        """The connection goes to the address that was looked at; TLS and the agent's server hear the name."""
        seconds = self._options.patience.total_seconds()
        headers = {
            "host": self._url.netloc.decode(),
            "content-type": _JSON,
            "accept": f"{_MARKDOWN}, {_JSON}",
            "accept-encoding": "identity",
            "user-agent": "Tocsin",
            **sign(self._options.key, key, self._clock.now(), body),
        }
        async with (
            httpx.AsyncClient(
                verify=self._tls, timeout=seconds, trust_env=False, follow_redirects=False
            ) as client,
            client.stream(
                "POST",
                self._url.copy_with(host=str(address)),
                content=body,
                headers=headers,
                extensions={"sni_hostname": self._host},
            ) as response,
        ):
            return await _read(response)


async def _read(response: httpx.Response) -> AgentReply:
    status = response.status_code
    if response.is_redirect:
        return _refusal(f"It answered {status}, and nobody is followed elsewhere.")
    if status in _PASSING or response.is_server_error:
        return AgentReply(fate=Fate.PASSING, text=f"It answered {status}.", wait=_wait(response))
    if not response.is_success:
        return _refusal(f"It answered {status}.")
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        return _refusal("Its answer is packed, which nobody asked for.")
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > LARGEST:
            return _refusal(f"Its answer is larger than {LARGEST} bytes.")
    return _understand(response.headers.get("content-type", ""), bytes(body))


def _understand(content_type: str, body: bytes) -> AgentReply:
    if not body.strip():
        return AgentReply(fate=Fate.ANSWERED)
    kind = content_type.partition(";")[0].strip().lower()
    if kind == _MARKDOWN:
        return AgentReply(fate=Fate.ANSWERED, text=body.decode("utf-8", "replace"))
    if kind != _JSON:
        return _refusal("Its answer is neither Markdown nor JSON.")
    try:
        return AgentReply(fate=Fate.ANSWERED, text=msgspec.json.decode(body, type=_Answer).markdown)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):  # the last: nested without end
        return _refusal('Its answer is no JSON like {"markdown": "..."}.')


def _wait(response: httpx.Response) -> timedelta:
    """How long it wants to be left alone, if it says so in seconds."""
    said = response.headers.get("retry-after", "")
    return timedelta(seconds=int(said)) if _SECONDS.fullmatch(said) else timedelta(0)


def _refusal(reason: str) -> AgentReply:
    return AgentReply(fate=Fate.REFUSED, text=reason)
