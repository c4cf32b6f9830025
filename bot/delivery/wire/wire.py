"""Wire: the one file that sends cards. A method is a call is one HTTP request, and its answer is a value.

Why not through discord.py's own client: it keeps the answer to the call that takes a bucket's last token
until the bucket is full again (seconds in which a crash would lose the message's id), hides the limits,
repeats failed calls with a text that is no longer true, holds a channel for up to 25 s behind one 502, and
never gives up before 300 s. Here every call is made once, answers as soon as Discord does, and what happens
next is decided by who knows the card. The limits it meets go to `Limits`; nobody else posts or edits cards,
so no second limiter has to know. Addresses come from discord.py, where `redirect` sets them.

Nothing is mentioned but what a card's ping says: `allowed_mentions` is explicit in every call.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final, TypeVar

import aiohttp
import discord
import msgspec
import structlog
from discord.http import Route

from bot import metrics
from bot.cards.card import Archive, Card, File, Image
from bot.clock import Clock
from bot.delivery.wire.limits import UNTOLD, Heard, Limits, RestCall, read_headers
from bot.delivery.wire.message import Channel, ChannelCache, Message, is_old
from bot.delivery.wire.outcome import Answer, Fault, SendOutcome, classify

T = TypeVar("T")

PAGE: Final = 100  # Discord's largest page of a history
_TIMEOUT: Final = 10.0  # seconds for a whole call; the nonce makes a repetition harmless
_KEPT_ALIVE: Final = 60.0  # seconds; a new line costs the first alert after a quiet time a handshake
_WORDS: Final = 200
_LONGEST_WORDS: Final = 1_024  # what Discord takes as an attachment's description
_OPEN: Final = 10_080  # minutes of silence before a thread is archived, Discord's longest
_AGENT: Final = f"DiscordBot (https://github.com/Rapptz/discord.py {discord.__version__}) Tocsin"

_log: Final = structlog.stdlib.get_logger(__name__)


class FailureLog:
    """What fails in passing is told once until a call passes, and not while ``is_away`` was told already."""

    def __init__(self) -> None:
        self.is_away: Callable[[], bool] = lambda: False
        self._told = False

    def failed(self, channel_id: int, words: str) -> None:
        """A call failed, and will be tried again."""
        if not self._told and not self.is_away():
            self._told = True
            _log.warning("discord_fails", channel=channel_id, words=words)

    def passed(self) -> None:
        """A call passed."""
        self._told = False


class Wire:
    """Open from its first call until `close`."""

    def __init__(self, token: str, limits: Limits, clock: Clock, *, timeout: float = _TIMEOUT) -> None:
        self._token = token
        self._clock = clock
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._session: aiohttp.ClientSession | None = None
        self._closed = False
        self._ahead = timedelta()
        self.limits = limits
        self.failures = FailureLog()

    async def post(
        self, channel_id: int, card: Card, *, nonce: str, reply_to: int | None = None
    ) -> Answer[Message]:
        """A new message, or, for a nonce of the past few minutes, the message that has it (as it is now)."""
        payload = _payload(card) | {"nonce": nonce, "enforce_nonce": True}
        if reply_to is not None:
            payload["message_reference"] = {"message_id": str(reply_to), "fail_if_not_exists": False}
        route = _messages("POST", channel_id)
        return await self._call(RestCall.POST, route, Message, payload=payload, file=card.file)

    async def edit(self, channel_id: int, message_id: int, card: Card) -> Answer[Message]:
        """Make a message show ``card`` and nothing else."""
        call = edit_call(message_id, self._clock)
        route = _message("PATCH", channel_id, message_id)
        return await self._call(call, route, Message, payload=_payload(card), file=card.file)

    async def delete(self, channel_id: int, message_id: int) -> Answer[None]:
        """Take one of our own messages away."""
        return await self._call(RestCall.DELETE, _message("DELETE", channel_id, message_id), type(None))

    async def read(self, channel_id: int, message_id: int) -> Answer[Message]:
        """One message."""
        return await self._call(RestCall.READ, _message("GET", channel_id, message_id), Message)

    async def history(self, channel_id: int, *, after: int) -> Answer[list[Message]]:
        """The first messages younger than the snowflake ``after``, at most `PAGE`, in no certain order.

        Without the permission to read history Discord answers with an empty list.
        """
        query = {"after": str(after), "limit": str(PAGE)}
        return await self._call(RestCall.HISTORY, _messages("GET", channel_id), list[Message], query=query)

    async def wake(self, thread_id: int) -> Answer[Channel]:
        """Bring a thread back from its archive, where messages cannot be edited."""
        return await self.change(thread_id, archived=False)

    async def change(self, channel_id: int, **changes: object) -> Answer[Channel]:
        """Change a thread or forum in ``changes``, named as Discord does."""
        route = Route("PATCH", "/channels/{channel_id}", channel_id=channel_id)
        return await self._call(RestCall.WAKE, route, Channel, payload=changes)

    async def start_thread(self, channel_id: int, message_id: int, name: str) -> Answer[Channel]:
        """Start the thread of a message; it gets the message's id."""
        path = "/channels/{channel_id}/messages/{message_id}/threads"
        route = Route("POST", path, channel_id=channel_id, message_id=message_id)
        return await self._call(RestCall.THREAD, route, Channel, payload=_thread(name))

    async def start_post(
        self, forum_id: int, name: str, card: Card, *, tags: Sequence[int]
    ) -> Answer[Channel]:
        """Start a post with its first message, which gets the post's id. A repetition makes another one."""
        route = Route("POST", "/channels/{channel_id}/threads", channel_id=forum_id)
        more = {"applied_tags": [str(tag) for tag in tags], "message": _payload(card)}
        return await self._call(RestCall.THREAD, route, Channel, payload=_thread(name) | more)

    async def add_member(self, thread_id: int, user_id: int) -> Answer[None]:
        """Put somebody into a thread; who is in it already stays."""
        path = "/channels/{channel_id}/thread-members/{user_id}"
        route = Route("PUT", path, channel_id=thread_id, user_id=user_id)
        return await self._call(RestCall.LOOK, route, type(None))

    async def channel(self, channel_id: int) -> Answer[Channel]:
        """A channel or thread as it stands."""
        route = Route("GET", "/channels/{channel_id}", channel_id=channel_id)
        return await self._call(RestCall.LOOK, route, Channel)

    async def active_threads(self, guild_id: int) -> Answer[ChannelCache]:
        """All threads of a server that are not archived."""
        route = Route("GET", "/guilds/{guild_id}/threads/active", guild_id=guild_id)
        return await self._call(RestCall.LOOK, route, ChannelCache)

    async def archived_threads(self, channel_id: int) -> Answer[ChannelCache]:
        """The threads of a channel that were archived last."""
        route = Route("GET", "/channels/{channel_id}/threads/archived/public", channel_id=channel_id)
        return await self._call(RestCall.LOOK, route, ChannelCache, query={"limit": str(PAGE)})

    def theirs(self, moment: datetime) -> datetime:
        """What Discord's clock shows at a ``moment`` of ours, which may be off: ids are of its time."""
        return moment + self._ahead

    async def close(self) -> None:
        """Let go of the connections; whoever calls from now on gets no answer."""
        self._closed = True
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _call(
        self,
        call: RestCall,
        route: Route,
        shape: type[T],
        *,
        payload: dict[str, Any] | None = None,
        query: dict[str, str] | None = None,
        file: File | Archive | Image | None = None,
    ) -> Answer[T]:
        data, headers = _body(payload, file)
        try:
            async with self._open_session().request(
                route.method, route.url, params=query, data=data, headers=headers
            ) as response:
                body = await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            metrics.CALLS.labels(call.value, "unanswered").inc()
            unsent = isinstance(error, aiohttp.ClientConnectorError)
            return Answer(outcome=SendOutcome.PASSING, words=type(error).__name__, unsent=unsent)
        metrics.CALLS.labels(call.value, str(response.status)).inc()
        self._compare_clocks(response.headers.get("Date", ""))
        answer, heard = read_answer(response.status, read_headers(response.headers), body, shape)
        if heard.is_refusal:
            scope = "global" if heard.is_global else "shared" if heard.is_shared else "user"
            metrics.LIMITED.labels(scope).inc()
        self.limits.hear(call, int(route.channel_id or 0), heard, now=self._clock.monotonic())
        return answer

    @property
    def ahead(self) -> timedelta:
        """How far Discord's clock is ahead of ours, as its last answer said."""
        return self._ahead

    def _compare_clocks(self, date: str) -> None:
        try:
            theirs = parsedate_to_datetime(date)
        except ValueError:
            return
        self._ahead = theirs.replace(tzinfo=theirs.tzinfo or UTC) - self._clock.now()

    def _open_session(self) -> aiohttp.ClientSession:
        if self._closed:
            raise aiohttp.ClientConnectionError
        if self._session is None:
            headers = {
                "Authorization": f"Bot {self._token}",
                "User-Agent": _AGENT,
            }
            connector = aiohttp.TCPConnector(keepalive_timeout=_KEPT_ALIVE)
            self._session = aiohttp.ClientSession(headers=headers, timeout=self._timeout, connector=connector)
        return self._session


def edit_call(message_id: int, clock: Clock) -> RestCall:
    """Which limit an edit of the message counts against."""
    return RestCall.OLD_EDIT if is_old(message_id, now=clock.now()) else RestCall.EDIT


def read_answer(status: int, heard: Heard, body: bytes, shape: type[T]) -> tuple[Answer[T], Heard]:
    """An HTTP answer as an outcome, and what it says of limits (a refusal's body knows more than headers)."""
    if status == HTTPStatus.NO_CONTENT and shape is type(None):
        return Answer(outcome=SendOutcome.DONE), heard
    if status < HTTPStatus.BAD_REQUEST:
        try:
            found = msgspec.json.decode(body, type=shape, strict=False)
        except (msgspec.DecodeError, msgspec.ValidationError, RecursionError):
            return Answer(outcome=SendOutcome.PASSING, words=f"{status} without the expected body"), heard
        return Answer(outcome=SendOutcome.DONE, body=found), heard
    try:
        fault, is_json = msgspec.json.decode(body, type=Fault), True
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError):
        fault, is_json = Fault(), False
    outcome = classify(status, fault.code, is_json=is_json)
    words = f"{status} {fault.code} {fault.message}"[:_WORDS]
    if outcome is SendOutcome.LIMITED:
        wait = fault.retry_after if fault.retry_after is not None else heard.retry_after
        everywhere = heard.is_global or fault.is_global or not is_json  # not JSON: from before Discord
        heard = msgspec.structs.replace(heard, is_refusal=True, retry_after=wait, is_global=everywhere)
        return Answer(outcome=outcome, retry_after=UNTOLD if wait is None else wait, words=words), heard
    return Answer(outcome=outcome, words=words), heard


def _payload(card: Card) -> dict[str, Any]:
    """``attachments`` is the list of what is to stay: with a new file only that, otherwise nothing."""
    attachments = [] if card.file is None else [{"id": "0", "filename": card.file.name}]
    if isinstance(card.file, Image):
        attachments[0]["description"] = card.file.words[:_LONGEST_WORDS]
    return card.to_payload() | {
        "allowed_mentions": card.ping.to_allowed_mentions(),
        "attachments": attachments,
    }


def _thread(name: str) -> dict[str, Any]:
    """A thread that stays out of the archive as long as it may: buttons are dead in there."""
    return {"name": name, "auto_archive_duration": _OPEN}


def _body(
    payload: dict[str, Any] | None, file: File | Archive | Image | None
) -> tuple[bytes | aiohttp.FormData | None, dict[str, str]]:
    """A request's body with its headers: JSON, or a form with the JSON and the file as its parts."""
    if payload is None:
        return None, {}
    encoded = msgspec.json.encode(payload)
    if file is None:
        return encoded, {"Content-Type": "application/json"}
    form = aiohttp.FormData()
    form.add_field("payload_json", encoded.decode(), content_type="application/json")
    data, media = file.content
    form.add_field("files[0]", data, filename=file.name, content_type=media)
    return form, {}


def _messages(method: str, channel_id: int) -> Route:
    return Route(method, "/channels/{channel_id}/messages", channel_id=channel_id)


def _message(method: str, channel_id: int, message_id: int) -> Route:
    path = "/channels/{channel_id}/messages/{message_id}"
    return Route(method, path, channel_id=channel_id, message_id=message_id)
