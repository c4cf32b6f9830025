"""Hook: ``POST /v1/hooks/{provider}``, from the sender's bytes to the receipt.

Law: 202 is said after the commit and never before; every other answer means that nothing was stored, but for
a 503 because the line to PostgreSQL broke during the very commit: then nobody can know.

The order of the steps is the price list: a stranger costs a look into the headers (with a signature also
the reading of one bounded body, see `stranger`; known senders are never crowded out by it),
and only what a known sender sent is inflated, decoded, redacted and parsed. An unknown provider is
answered before anybody is asked for a token, for the providers are no secret: ``/openapi.json`` lists them.

Memory is bounded at each step, whatever the database does: the bytes that are being read, the requests that
are being answered, and the signals and bytes that wait for a commit (`usecases.backlog`). A fifth of the
places is kept for requests in which all is over.

A request in which no alert could be used is stored and answered with 202 and the reasons: the sender
cannot mend it by sending it again. Only a body that cannot be read as a whole gets a 400.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, partial
from hashlib import blake2b, sha256
from typing import Final, TypeVar

import msgspec
from aiohttp import web
from prometheus_client import Counter

from bot import metrics
from bot.domain.access.redaction import RULES_VERSION, Redacted
from bot.domain.access.source import Source
from bot.domain.actor import Method
from bot.domain.alert.signal import Reading, Rejected, Signal, Status
from bot.domain.alert.signature import keyed_signature, signature
from bot.domain.alert.verdict import Verdict
from bot.domain.errors import InvalidInputError
from bot.ingress.address import Address, read_address
from bot.ingress.amazon import Amazon
from bot.ingress.body import inflate, read_body
from bot.ingress.capacity import CapacityLimit
from bot.ingress.claim import REPLAY_WINDOW, Bearer, Signed, read_claim
from bot.ingress.large import LARGE, BodyReader, weigh
from bot.ingress.once import HEADER, take_once
from bot.ingress.options import IngressOptions
from bot.ingress.problem import ProblemType, Refusal
from bot.ingress.proof import Prover
from bot.ingress.rate_limit import SourceRateLimit
from bot.ingress.reading import SourceRequest, read_request
from bot.ingress.replay import Replays, key_of
from bot.providers.body import UnsupportedMediaError
from bot.providers.delivery import Delivery
from bot.providers.registry import PROVIDERS, Provider
from bot.providers.sns import CONFIRMED
from bot.usecases.desk import Desk
from bot.usecases.intake.backlog import only_resolves
from bot.usecases.intake.queue import Intake
from bot.usecases.intake.replay import was_taken
from bot.usecases.intake.submission import Envelope, Identified, Receipt, ReceiptLine, Submission

MOST_READING: Final = 64 * 1024 * 1024
"""Bytes of known senders' bodies that are on their way in; one without a length takes room as it comes."""

_FOR_RESOLVES: Final = 4  # one place more than the configured ones for so many of them
ORDINARY: Final = 4
"""As many alerts' worth of work each alert may be before its body counts as more."""

ROUNDED_TO: Final = 256
"""The length of the original is stored as a multiple of so many bytes: the exact one tells of secrets."""

_DIGEST_BYTES: Final = 18
_DAY_SECONDS: Final = 86_400
_LONGEST_WAIT: Final = 3_600
_HEADERS: Final = {"Content-Type": "application/json", "Server": "tocsin"}
_encoder: Final = msgspec.json.Encoder()


class Accepted(msgspec.Struct, frozen=True):
    """The body of a 202: everything in it is on disk.

    ``alerts`` holds what became of each alert that could be read, in the sender's order; ``rejected`` the
    others, by their place in the sender's list.
    """

    accepted: int
    deduped: int
    rejected: tuple[Rejected, ...]
    alerts: tuple[ReceiptLine, ...]


T = TypeVar("T")

_NOTHING: Final = _encoder.encode(Accepted(0, 0, (), ()))


class Hook:
    """The way of one request; ``intake`` makes it durable."""

    def __init__(
        self,
        desk: Desk,
        intake: Intake,
        prover: Prover,
        options: IngressOptions,
        amazon: Amazon | None = None,
    ) -> None:
        self._desk = desk
        self._amazon = amazon
        self._intake = intake
        self._prover = prover
        self._options = options
        self._allowance = SourceRateLimit(options.source_rate, options.source_burst, desk.clock)
        self.known = CapacityLimit(options.max_in_flight + max(options.max_in_flight // _FOR_RESOLVES, 1))
        self.reading = CapacityLimit(max(MOST_READING, options.max_body))
        daily = options.source_daily_bytes
        self._volume = SourceRateLimit(daily / _DAY_SECONDS, daily, desk.clock)
        self._reader = BodyReader()
        self._replays = Replays(desk.clock.now())
        metrics.IN_FLIGHT.set_function(lambda: self.known.taken)

    async def accept(self, request: web.BaseRequest, provider: Provider, tail: str = "") -> web.Response:
        """Take one request in; ``tail`` is what follows the provider's name in the address.

        Raises:
            Refusal: with all that is wrong with it.
            NotDurableError: it cannot be stored now.
        """
        began = self._desk.clock.monotonic()
        address = read_address(request, provider, tail)
        claim = read_claim(request.headers, self._desk.clock.now(), provider.name, in_url=address.token)
        source, body = await self._prover.prove(request, provider.name, claim)
        with self.known:
            if body is None:
                with self.reading.reserve(announced(request, self._options.max_body)) as ensure:
                    body = await self._read(request, ensure)
            if provider.name == "sns" and isinstance(claim, Bearer) and self._amazon is not None:
                address = await self._of_amazon(self._amazon, request, address, claim, body)
            method = Method.HMAC if isinstance(claim, Signed) else Method.BEARER
            asked = SourceRequest(request, provider, address, source, method)
            if isinstance(claim, Signed) and claim.at:
                answer = await self._take_once(asked, body, claim)
            elif key := request.headers.get(HEADER, "").strip():
                answer = await take_once(self._desk, source.id, key, body, partial(self._take, asked, body))
            else:
                answer = await self._take(asked, body)
        metrics.ACCEPT_SECONDS.observe(self._desk.clock.monotonic() - began)
        return web.Response(status=provider.success, body=answer, headers=_HEADERS)

    async def _take(self, asked: SourceRequest, body: bytes) -> bytes:
        """The receipt, once all of it is on disk."""
        submission = await self._admit(asked, body)
        del body  # what waits for a commit waits in one shape
        receipt = await self._intake.take(submission)
        observe(asked.provider.name, receipt)
        return _encoder.encode(Accepted(receipt.accepted, receipt.deduped, receipt.rejected, receipt.alerts))

    async def _take_once(self, asked: SourceRequest, body: bytes, signed: Signed) -> bytes:
        """The same for what is signed: who sends it again is answered alike, and nothing happens."""
        key, answer = key_of(asked.source.id, signed), None
        known = await self._replays.begin(key, self._desk.clock.now())
        if known is not None:
            metrics.REPLAYED.labels(asked.provider.name).inc()
            return known or _NOTHING
        try:
            if self._replays.is_older_than_us(signed) and await self._was_taken(asked, body, signed):
                metrics.REPLAYED.labels(asked.provider.name).inc()
                answer = _NOTHING
            else:
                answer = await self._take(asked, body)
        finally:
            self._replays.end(key, signed, answer)
        return answer

    async def is_first(self, source: Source, signed: Signed) -> bool:
        """Whether this signature is new and not older than this process; from now on it is not."""
        if self._replays.is_older_than_us(signed):
            return False
        key = key_of(source.id, signed)
        if await self._replays.begin(key, self._desk.clock.now()) is not None:
            metrics.REPLAYED.labels(source.provider).inc()
            return False
        self._replays.end(key, signed, _NOTHING)
        return True

    async def _was_taken(self, asked: SourceRequest, body: bytes, signed: Signed) -> bool:
        """Whether a process before this one took it in."""
        read, _ = await self._understand(asked, body)
        digest = _digest(self._desk.signing_key, asked.source.id, sha256(read.original).digest())
        since = datetime.fromtimestamp(signed.at, UTC) - REPLAY_WINDOW
        return await was_taken(self._desk, digest, since=since)

    async def _read(self, request: web.BaseRequest, ensure: Callable[[int], None]) -> bytes:
        limit, patience = self._options.max_body, self._options.patience
        return await read_body(request, limit=limit, patience=patience, ensure=ensure)

    async def _of_amazon(
        self, amazon: Amazon, request: web.BaseRequest, address: Address, claim: Bearer, body: bytes
    ) -> Address:
        """Let a message of Amazon's pass; the address tells `gather` of a subscription confirmed by now."""
        encodings = request.headers.getall("Content-Encoding", [])
        plain = inflate(body, encodings, limit=self._options.max_body)
        confirmed = await amazon.admit(plain, by_header=claim.header == "Authorization")
        return msgspec.structs.replace(address, tail=CONFIRMED) if confirmed else address

    async def _admit(self, asked: SourceRequest, body: bytes) -> Submission:
        """What intake is to take, if this sender may send it now."""
        read, seconds = await self._understand(asked, body)
        submission = submission_of(
            self._desk, asked.source, read.original, read.redacted, read.reading, read.plain
        )
        submission = msgspec.structs.replace(submission, method=asked.method)
        surplus = self.surplus(len(read.original), seconds, submission)
        self.charge(asked.source, submission, max(cost_of(read.reading), surplus))
        return submission

    async def _understand(self, asked: SourceRequest, body: bytes) -> tuple[Delivery, float]:
        """What the request says, and the seconds of the processor it took to find out."""
        encodings = asked.request.headers.getall("Content-Encoding", [])
        plain = inflate(body, encodings, limit=self._options.max_body)
        try:
            return await self.read_body(
                asked.source, len(plain), lambda: read_request(asked, plain, self._options.mappings)
            )
        except UnsupportedMediaError as error:
            raise Refusal(ProblemType.UNSUPPORTED_MEDIA, error.reason, field=error.field) from None
        except InvalidInputError as error:
            raise Refusal(ProblemType.UNREADABLE, f"{error}.", field=error.field) from None

    async def read_body(self, source: Source | None, size: int, work: Callable[[], T]) -> tuple[T, float]:
        """What ``work`` makes of a body, and the seconds of the processor it took.

        ``source`` is None where it is not known yet.

        Raises:
            Refusal: it is large, and the source has sent too much already.
        """
        wait = self._allowance.owed(source.id) if source is not None and size > LARGE else 0
        if wait and source is not None:
            raise self._too_much(source, wait)
        return await self._reader.read(size, work)

    def charge(self, source: Source, submission: Submission, cost: int) -> None:
        """Let pass what this sender may send now; ``cost`` is in alerts.

        Raises:
            Refusal: it sends too much, or everybody together does.
        """
        if self.known.taken > self._options.max_in_flight and not only_resolves(submission):
            raise Refusal(ProblemType.OVERLOADED, "Too many requests at once.", retry_after=1)
        wait = self._allowance.charge(source.id, cost)
        if wait:
            raise self._too_much(source, wait)
        stored = len(submission.envelope.body) if cost else 0
        wait = min(self._volume.charge(source.id, stored), _LONGEST_WAIT)
        if wait:
            detail = f"The source {source.name} may store {self._options.source_daily_bytes:,} bytes a day."
            raise _limited(source, detail, wait)

    def surplus(self, size: int, seconds: float, submission: Submission) -> int:
        """How many alerts a body counts as, where it was more work than the alerts in it explain."""
        weight = weigh(size, seconds, self._options.source_rate)
        return weight if weight > ORDINARY * max(len(submission.signals), 1) else 0

    def _too_much(self, source: Source, wait: int) -> Refusal:
        detail = f"The source {source.name} may send {self._options.source_rate} alerts a second."
        return _limited(source, detail, wait)


def _limited(source: Source, detail: str, wait: int) -> Refusal:
    """In the status after which this kind of sender comes back."""
    provider = PROVIDERS.get(source.provider)
    reason = (
        ProblemType.TOO_MANY_NOW if provider and not provider.retries_429 else ProblemType.TOO_MANY_ALERTS
    )
    return Refusal(reason, detail, retry_after=wait)


def announced(request: web.BaseRequest, limit: int) -> int:
    """How many bytes are going to come; more than ``limit`` are refused before they are read."""
    return min(request.content_length or 0, limit)


def submission_of(
    desk: Desk,
    source: Source,
    body: bytes,
    redacted: Redacted,
    reading: Reading,
    plain: Reading | None = None,
) -> Submission:
    """What intake takes of a request whose ``body`` was redacted and read.

    ``plain`` is the reading before redaction, where that took anything out.
    """
    original = sha256(body).digest()
    envelope = Envelope(
        digest=_digest(desk.signing_key, source.id, original),
        source_id=source.id,
        body=_encoder.encode(redacted.value).decode(),
        original_sha256=hmac.digest(desk.signing_key, b"original\n" + body, "sha256").hex(),
        original_length=-(-len(body) // ROUNDED_TO) * ROUNDED_TO,
        rules_version=RULES_VERSION,
        redactions=redacted.hits,
        received_at=desk.clock.now(),
    )
    before = dict(plain.signals) if plain is not None else {}
    signals = tuple(
        [
            Identified(index, _identify(desk.signing_key, source, signal, before.get(index)), signal)
            for index, signal in reading.signals
        ]
    )
    return Submission(
        source=source, envelope=envelope, signals=signals, rejected=reading.rejected, note=reading.note
    )


def _identify(key: bytes, source: Source, signal: Signal, before: Signal | None) -> str:
    """Who it is about: by what was said before secrets were taken out."""
    ignored = source.ignored_labels
    shown = signature(source.provider, source.name, signal, ignored)
    if before is None or before is signal:
        return shown
    plain = signature(source.provider, source.name, before, ignored)
    return shown if plain == shown else keyed_signature(key, plain)


def _digest(key: bytes, source_id: int, original: bytes) -> str:
    """The key under which identical bodies of a source are stored once; new rules make a new one.

    It is made with the desk's own ``key``: nobody can try secrets out on what is stored.
    """
    framed = b"%d:%d:%b" % (source_id, RULES_VERSION, original)
    return urlsafe_b64encode(blake2b(framed, digest_size=_DIGEST_BYTES, key=key[:64]).digest()).decode()


def cost_of(reading: Reading) -> int:
    """Resolves are free, whatever else there is in a request is not, and an empty one counts as one."""
    firing = sum(signal.status is Status.FIRING for _, signal in reading.signals)
    return firing + len(reading.rejected) or int(not reading.signals)


def observe(provider: str, receipt: Receipt) -> None:
    """Count what was decided."""
    counts: dict[Verdict, int] = {}
    for verdict in receipt.verdicts:
        counts[verdict] = counts.get(verdict, 0) + 1
    for verdict, count in counts.items():
        _counted(provider, verdict).inc(count)
    if receipt.rejected:
        metrics.REJECTED.labels(provider).inc(len(receipt.rejected))


@cache
def _counted(provider: str, verdict: Verdict) -> Counter:
    """Looking a series up costs more than counting in it."""
    return metrics.SIGNALS.labels(provider, verdict.value)
