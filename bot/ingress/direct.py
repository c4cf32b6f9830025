"""Direct: the usual request, answered without a task of its own.

Nearly all requests look alike: a POST to a sender's address with the token of a source that is known, whose
whole body is there at once. Such a one is read and queued where its bytes arrive, and answered where its
commit is reported; that saves a third of what a request of one alert costs. All else goes the long way (see
`hook`): until a request is read nothing has happened that could not happen again there.
"""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Final, Protocol

from aiohttp import EMPTY_PAYLOAD, StreamReader
from aiohttp.helpers import rfc822_formatted_time
from aiohttp.http import HttpVersion11, RawRequestMessage
from multidict import istr

from bot import metrics
from bot.domain.access.source import Source
from bot.domain.alert.signal import Reading
from bot.ingress.admission import Admission
from bot.ingress.claim import read_bearer
from bot.ingress.credential_cache import CredentialCache
from bot.ingress.crowd import Crowd, Guest
from bot.ingress.head import Head, Heads
from bot.ingress.hook import answer_of, count_answer, observe
from bot.ingress.large import LARGE
from bot.ingress.options import IngressOptions
from bot.ingress.peer import peer_of, site
from bot.ingress.scheme import TEST
from bot.ingress.stranger import Strangers
from bot.ingress.submission import submission_of
from bot.providers.delivery import read_delivery
from bot.providers.registry import PROVIDERS
from bot.providers.sender import HOOKS, Provider, Request
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import Intake
from bot.usecases.intake.submission import Receipt, Submission

_STATUS: Final = 202
_HEAD: Final = (
    b"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nServer: tocsin\r\n"
    b"Content-Length: %d\r\nDate: %b\r\n\r\n%b"
)
_AUTHORIZATION: Final = istr("Authorization")
_CONTENT_LENGTH: Final = istr("Content-Length")
_DIGITS: Final = 9
_EXPECT: Final = istr("Expect")
_CONTENT_TYPE: Final = istr("Content-Type")
_UNUSUAL: Final = tuple(
    istr(name) for name in ("Content-Encoding", "Expect", "Idempotency-Key", "Origin", "Sec-Fetch-Site", TEST)
)
"""Headers that mean something which only the long way does."""


class Conversation(Guest, Protocol):
    """A connection on which requests come one after the other."""

    remote: str

    def answered(self, answer: bytes) -> None:
        """Send the answer."""
        ...

    def failed(self, error: BaseException) -> None:
        """Answer at the boundary of the server."""
        ...


class Direct:
    """One for all connections of an ingress."""

    def __init__(
        self,
        desk: Desk,
        intake: Intake,
        admission: Admission,
        credentials: CredentialCache,
        strangers: Strangers,
        crowd: Crowd,
        options: IngressOptions,
    ) -> None:
        self._desk = desk
        self._intake = intake
        self._admission = admission
        self._credentials = credentials
        self._strangers = strangers
        self._crowd = crowd
        self._options = options
        self._most = min(LARGE, options.max_body)
        self._providers = {HOOKS + each.name: each for each in PROVIDERS.values() if _says_all_in_body(each)}
        self._heads = Heads()

    def is_coming(self, message: RawRequestMessage, payload: StreamReader) -> bool:
        """Whether the body of what looks usual is small and on its way: mostly the rest is there next."""
        if payload.is_eof() or message.path not in self._providers or _EXPECT in message.headers:
            return False
        length = message.headers.get(_CONTENT_LENGTH, "")
        return length.isdecimal() and len(length) <= _DIGITS and int(length) <= self._most

    def take(self, guest: Conversation, message: RawRequestMessage, payload: StreamReader) -> bool:
        """Queue a request, if it is one of the usual; `Conversation.answered` or ``failed`` follows."""
        provider = self._providers.get(message.path)
        if provider is None or not _is_usual(message, payload):
            return False
        head = _head_of(message, provider)
        peer = peer_of(guest.remote, message.headers, self._options.proxies)
        return head is not None and self._take(guest, head, peer, _body(payload))

    def take_again(self, guest: Conversation, data: bytes) -> bool:
        """`take`, of a whole request that begins with words that were taken before."""
        found = self._heads.find(data)
        return found is not None and self._take(guest, found.head, site(guest.remote), found.body)

    def remember(self, message: RawRequestMessage, data: bytes) -> None:
        """Keep the words before the body of what was taken, if ``data`` is all of it.

        Behind a proxy they tell of many senders, and are read each time.
        """
        head = _head_of(message, self._providers[message.path])
        if head is not None and not self._options.proxies:
            self._heads.keep(data, head)

    def _take(self, guest: Conversation, head: Head, peer: str, body: bytes) -> bool:
        provider = head.provider
        credential = self._credentials.at_hand(head.digest, provider.name)
        if credential is None or not 0 < len(body) <= self._most:
            return False
        places, source = self._admission.known, credential.source
        if places.taken >= self._options.max_in_flight or not self._admission.reading.has_room(len(body)):
            return False
        began = self._desk.clock.monotonic()
        try:
            request = Request(content_type=head.content_type)
            read = read_delivery(provider, request, body, default_severity=source.default_severity)
            submission = submission_of(
                self._desk, source, read.original, read.redacted, read.reading, read.plain
            )
        except Exception:  # noqa: BLE001 -- it happens again on the long way, where it is answered
            return False
        self._crowd.begin(guest)
        self._strangers.proved(peer)
        self._crowd.prove(guest)
        places.enter()
        receipt = self._queue(source, submission, read.reading)
        receipt.add_done_callback(partial(self._answer, guest, provider.name, began))
        return True

    def _queue(self, source: Source, submission: Submission, reading: Reading) -> asyncio.Future[Receipt]:
        try:
            self._admission.charge(source, submission, reading, 0)
            return self._intake.put(submission)
        except Exception as error:  # noqa: BLE001 -- the boundary of the server answers it
            refused: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
            refused.set_exception(error)
            return refused

    def _answer(
        self, guest: Conversation, provider: str, began: float, future: asyncio.Future[Receipt]
    ) -> None:
        self._admission.known.leave()
        self._crowd.end(guest)
        error = future.exception()
        if error is not None:
            guest.failed(error)
            return
        receipt = future.result()
        observe(provider, receipt)
        answer = answer_of(receipt)
        guest.answered(_HEAD % (len(answer), rfc822_formatted_time().encode(), answer))
        metrics.ACCEPT_SECONDS.observe(self._desk.clock.monotonic() - began)
        count_answer(provider, _STATUS)


def _head_of(message: RawRequestMessage, provider: Provider) -> Head | None:
    """What is said before the body, where that is a token of the usual form."""
    headers = message.headers
    given = headers.getall(_AUTHORIZATION, ())
    digest = read_bearer(given[0]) if len(given) == 1 else ""
    return Head(provider, digest, headers.get(_CONTENT_TYPE, "")) if digest else None


def _says_all_in_body(provider: Provider) -> bool:
    """Whether neither headers nor address mean anything to it, and 202 is what its senders want."""
    plain = type(provider).gather is Provider.gather and not provider.may_be_empty
    return plain and provider.success == _STATUS and "POST" in provider.methods


def _is_usual(message: RawRequestMessage, payload: StreamReader) -> bool:
    if message.method != "POST" or message.version != HttpVersion11 or not payload.is_eof():
        return False
    headers: Mapping[str, str] = message.headers
    if message.should_close or message.upgrade:
        return False
    return not any(map(headers.__contains__, _UNUSUAL))


def _body(payload: StreamReader) -> bytes:
    """The body, which stays where it is for the long way."""
    if payload is EMPTY_PAYLOAD:
        return b""
    pieces = payload._buffer  # noqa: SLF001 -- what is read through the library is gone afterwards
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)
