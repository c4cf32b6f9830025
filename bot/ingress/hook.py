"""Hook: ``POST /v1/hooks/{provider}``, from the sender's bytes to the receipt.

Law: 202 is said after the commit and never before; every other answer means that nothing was stored, but for
a 503 because the line to PostgreSQL broke during the very commit: then nobody can know.

The order of the steps is the price list: a stranger costs a look into the headers (with a signature also
the reading of one bounded body, see `stranger`; known senders are never crowded out by it),
and only what a known sender sent is inflated, decoded, redacted and parsed. An unknown provider is
answered before anybody is asked for a token, for the providers are no secret: ``/openapi.json`` lists them.

A request in which no alert could be used is stored and answered with 202 and the reasons: the sender
cannot mend it by sending it again. Only a body that cannot be read as a whole gets a 400.
"""

from datetime import datetime
from functools import cache, partial
from typing import Final

import msgspec
from aiohttp import web
from prometheus_client import Counter

from bot import metrics
from bot.domain.actor import Method
from bot.domain.alert.signal import Rejected
from bot.domain.alert.verdict import Verdict
from bot.domain.errors import InvalidInputError
from bot.ingress.address import Address, read_address
from bot.ingress.admission import Admission
from bot.ingress.amazon import Amazon
from bot.ingress.body import inflate
from bot.ingress.claim import Bearer, read_claim
from bot.ingress.options import IngressOptions
from bot.ingress.problem import ProblemType, Refusal
from bot.ingress.proof import Prover
from bot.ingress.reading import SourceRequest, read_request
from bot.ingress.repetition import Repetitions
from bot.ingress.scheme import TEST, Signed
from bot.ingress.submission import digest_of, submission_of
from bot.providers.body import UnsupportedMediaError
from bot.providers.delivery import Delivery
from bot.providers.sender import Provider
from bot.providers.sns import CONFIRMED
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import Intake
from bot.usecases.intake.replay import was_taken
from bot.usecases.intake.submission import Receipt, ReceiptLine

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
        self.admission = Admission(options, desk.clock)
        self.repetitions = Repetitions(desk, _NOTHING)
        metrics.IN_FLIGHT.set_function(lambda: self.admission.known.taken)

    async def accept(self, request: web.BaseRequest, provider: Provider, tail: str = "") -> web.Response:
        """Take one request in; ``tail`` is what follows the provider's name in the address.

        Raises:
            Refusal: with all that is wrong with it.
            NotDurableError: it cannot be stored now.
        """
        began = self._desk.clock.monotonic()
        address = read_address(request, provider, tail)
        claim = read_claim(request.headers, self._desk.clock.now(), provider.name, in_url=address.token)
        source = await self._prover.prove(request, provider.name, claim)
        with self.admission.known:
            body = await self.admission.body(request)
            if provider.name == "sns" and isinstance(claim, Bearer) and self._amazon is not None:
                address = await self._of_amazon(self._amazon, request, address, claim, body)
            method = Method.HMAC if isinstance(claim, Signed) else Method.BEARER
            work = partial(self._take, SourceRequest(request, provider, address, source, method), body)
            answer = await self.repetitions.take(source, claim, request.headers, body, work)
        metrics.ACCEPT_SECONDS.observe(self._desk.clock.monotonic() - began)
        return web.Response(status=provider.success, body=answer, headers=_HEADERS)

    async def _take(self, asked: SourceRequest, body: bytes, since: datetime | None) -> bytes:
        """The receipt, once all of it is on disk; what was stored ``since`` then is answered with nothing."""
        read, seconds = await self._understand(asked, body)
        if since is not None:
            digest = digest_of(self._desk, asked.source, read.original)
            if await was_taken(self._desk, digest, since=since):
                metrics.REPLAYED.labels(asked.provider.name).inc()
                return _NOTHING
        submission = submission_of(
            self._desk,
            asked.source,
            read.original,
            read.redacted,
            read.reading,
            read.plain,
            method=asked.method,
            is_test=TEST in asked.request.headers,
        )
        weight = self.admission.weight(len(read.original), seconds)
        self.admission.charge(asked.source, submission, read.reading, weight)
        del read  # what waits for a commit waits in one shape
        receipt = await self._intake.take(submission)
        observe(asked.provider.name, receipt)
        return answer_of(receipt)

    async def _of_amazon(
        self, amazon: Amazon, request: web.BaseRequest, address: Address, claim: Bearer, body: bytes
    ) -> Address:
        """Let a message of Amazon's pass; the address tells `gather` of a subscription confirmed by now."""
        encodings = request.headers.getall("Content-Encoding", [])
        plain = inflate(body, encodings, limit=self._options.max_body)
        confirmed = await amazon.admit(plain, by_header=claim.header == "Authorization")
        return msgspec.structs.replace(address, tail=CONFIRMED) if confirmed else address

    async def _understand(self, asked: SourceRequest, body: bytes) -> tuple[Delivery, float]:
        """What the request says, and the seconds of the processor it took to find out."""
        encodings = asked.request.headers.getall("Content-Encoding", [])
        plain = inflate(body, encodings, limit=self._options.max_body)
        try:
            return await self.admission.work_on(
                asked.source, len(plain), lambda: read_request(asked, plain, self._options.mappings)
            )
        except UnsupportedMediaError as error:
            raise Refusal(ProblemType.UNSUPPORTED_MEDIA, error.reason, field=error.field) from None
        except InvalidInputError as error:
            raise Refusal(ProblemType.UNREADABLE, f"{error}.", field=error.field) from None


def answer_of(receipt: Receipt) -> bytes:
    """The body of the 202."""
    return _encoder.encode(Accepted(receipt.accepted, receipt.deduped, receipt.rejected, receipt.alerts))


def observe(provider: str, receipt: Receipt) -> None:
    """Count what was decided."""
    counts: dict[Verdict, int] = {}
    for verdict in receipt.verdicts:
        counts[verdict] = counts.get(verdict, 0) + 1
    for verdict, count in counts.items():
        _counted(provider, verdict).inc(count)
    if receipt.rejected:
        metrics.REJECTED.labels(provider).inc(len(receipt.rejected))


def count_answer(provider: str, status: int) -> None:
    """Count an answer; ``provider`` is of a bounded set of words."""
    _answers(provider, status).inc()


@cache
def _answers(provider: str, status: int) -> Counter:
    return metrics.REQUESTS.labels(provider, str(status))


@cache
def _counted(provider: str, verdict: Verdict) -> Counter:
    """Looking a series up costs more than counting in it."""
    return metrics.SIGNALS.labels(provider, verdict.value)
