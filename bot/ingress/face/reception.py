"""Reception: what all faces do with a request: who sent it, its body, and the way into intake.

The laws of `hook` hold here too: success is said after the commit and never before, a stranger costs a look
into the headers, and memory is bounded by the same rooms.
"""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from hashlib import blake2b
from typing import Final, TypeVar
from urllib.parse import unquote

import msgspec
from aiohttp import web

from bot import metrics
from bot.domain import actor as actors
from bot.domain.access.redaction import Redacted, redact_body
from bot.domain.access.source import Source
from bot.domain.actor import Actor
from bot.domain.alert import signature as signatures
from bot.domain.alert.signal import Reading, Signal
from bot.domain.errors import InvalidInputError
from bot.ingress.body import inflate
from bot.ingress.claim import Bearer, read_claim
from bot.ingress.hook import Hook, observe
from bot.ingress.options import IngressOptions
from bot.ingress.problem import ProblemType, Refusal
from bot.ingress.proof import Prover
from bot.ingress.scheme import SIGNATURE, TEST, read_signature, unauthenticated
from bot.ingress.submission import submission_of
from bot.providers.body import UnsupportedMediaError, decode
from bot.usecases.admin.source import digest
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import Intake
from bot.usecases.intake.submission import Receipt

T = TypeVar("T")

LONGEST_TOKEN: Final = 256
_SCHEMES: Final = ("bearer ", "basic ", "geniekey ")


_signed: ContextVar[bool] = ContextVar("signed", default=False)
"""Whether the request that is being answered was signed; each says so before anything is done for it."""

_is_test: ContextVar[bool] = ContextVar("is_test", default=False)
"""Whether that request says that it is a test."""


def sender_of(source: Source) -> Actor:
    """The source as who acts in this request."""
    return actors.source(source.name, signed=_signed.get())


class ReceivedBody(msgspec.Struct, frozen=True):
    """A body: the bytes, what they say, and that without secrets.

    ``seconds`` of the processor were needed to read it.
    """

    original: bytes
    value: object
    redacted: Redacted
    seconds: float = 0.0


class Reception:
    """One for all faces of an ingress."""

    def __init__(
        self, desk: Desk, intake: Intake, prover: Prover, options: IngressOptions, hook: Hook
    ) -> None:
        self.desk = desk
        self._intake = intake
        self._prover = prover
        self._options = options
        self._hook = hook

    def desk_of(self, source: Source) -> Desk:
        """The desk of the project of a source that showed its token."""
        return self.desk.of(source.project_id)

    async def source_of(
        self, request: web.BaseRequest, providers: tuple[str, ...], shown: object = ""
    ) -> Source:
        """The source of a request to the face of ``providers``: by its header, else by the token ``shown``.

        Raises:
            Refusal: no token of such a source was shown, and it is not signed, or was taken before.
            NotDurableError: the database cannot be reached.
        """
        _signed.set(SIGNATURE in request.headers)
        _is_test.set(TEST in request.headers)
        if SIGNATURE in request.headers:
            return await self._signer_of(request, providers)
        given = request.headers.getall("Authorization", [])
        if len(given) == 1 and given[0].lower().startswith(_SCHEMES):
            claim = read_claim(request.headers, self.desk.clock.now())
            source = None
            if isinstance(claim, Bearer):
                source = await self._opened_by(request, claim.digest, providers)
            if source is not None:
                return source
        if isinstance(shown, str) and 0 < len(shown) <= LONGEST_TOKEN and shown.isascii():
            source = await self._opened_by(request, digest(shown), providers)
            if source is not None:
                return source
        raise unauthenticated("Show the token of a source of this kind.", "Authorization")

    async def _signer_of(self, request: web.BaseRequest, providers: tuple[str, ...]) -> Source:
        """By Tocsin's own signature, which opens a face once."""
        claim = read_signature(request.headers, "", self.desk.clock.now())
        assert claim is not None  # noqa: S101 -- its header is there
        source = await self._prover.signer_of(request, claim, providers)
        if source is None or not await self._hook.repetitions.is_first(source, claim):
            raise unauthenticated("This signature opens nothing here.", SIGNATURE)
        return source

    async def _opened_by(
        self, request: web.BaseRequest, token_digest: str, providers: tuple[str, ...]
    ) -> Source | None:
        source = await self._prover.source_of(request, token_digest)
        return source if source is not None and source.provider in providers else None

    async def body(self, request: web.BaseRequest) -> bytes:
        """The body of a known sender, inflated."""
        return self._inflate(request, await self._hook.admission.body(request))

    async def body_of_stranger(self, request: web.BaseRequest) -> bytes:
        """Read the body of a sender whose token stands in it."""
        return self._inflate(request, await self._prover.body_of_stranger(request))

    def _inflate(self, request: web.BaseRequest, body: bytes) -> bytes:
        encodings = request.headers.getall("Content-Encoding", [])
        return inflate(body, encodings, limit=self._options.max_body)

    async def among_known(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do what a known sender asks for, unless too many are being served."""
        with self._hook.admission.known:
            return await work()

    async def read(
        self, source: Source | None, body: bytes, *, without: tuple[str, ...] = ()
    ) -> ReceivedBody:
        """`read_content` where a large body keeps nobody waiting.

        Raises:
            Refusal: it is no JSON that can be used, or the source has sent too much already.
        """
        content, seconds = await self._hook.admission.work_on(
            source, len(body), lambda: read_content(body, without=without)
        )
        return msgspec.structs.replace(content, seconds=seconds)

    async def take(
        self,
        source: Source,
        content: ReceivedBody,
        reading: Reading,
        *,
        signature: str = "",
        plain: Reading | None = None,
    ) -> Receipt:
        """Store what was read and say what was decided, after it is durable.

        ``signature`` is who it is about, where that is known better than the signals themselves say;
        ``plain`` is the reading before redaction, where that took anything out.

        Raises:
            Refusal: the source sends too much.
            NotDurableError: it cannot be stored now.
        """
        began = self.desk.clock.monotonic()
        submission = submission_of(
            self.desk,
            source,
            content.original,
            content.redacted,
            reading,
            plain,
            method=sender_of(source).method,
            is_test=_is_test.get(),
        )
        if signature:
            known = tuple(msgspec.structs.replace(each, signature=signature) for each in submission.signals)
            submission = msgspec.structs.replace(submission, signals=known)
        admission = self._hook.admission
        weight = admission.weight(len(content.original), content.seconds)
        admission.charge(source, submission, reading, weight)
        receipt = await self._intake.take(submission)
        observe(source.provider, receipt)
        metrics.ACCEPT_SECONDS.observe(self.desk.clock.monotonic() - began)
        return receipt


def read_content(body: bytes, *, without: tuple[str, ...] = ()) -> ReceivedBody:
    """Decode JSON, whatever its Content-Type says; fields ``without`` are credentials and go no further.

    Raises:
        Refusal: it is no JSON that can be used.
    """
    try:
        value = decode(body, "")
    except UnsupportedMediaError as error:
        raise Refusal(ProblemType.UNSUPPORTED_MEDIA, error.reason, field=error.field) from None
    except InvalidInputError as error:
        raise Refusal(ProblemType.UNREADABLE, f"{error}.", field=error.field) from None
    if without and isinstance(value, dict):
        kept = {name: inner for name, inner in value.items() if name not in without}
        return ReceivedBody(body, value, redact_body(body, kept))
    return ReceivedBody(body, value, redact_body(body, value))


def with_key(content: ReceivedBody, name: str) -> object:
    """The redacted body with a stable identity: where redaction touched the key, its digest stands for it."""
    raw, plain = content.value, content.redacted.value
    if not isinstance(raw, dict) or not isinstance(plain, dict) or raw.get(name) == plain.get(name):
        return plain
    return {**plain, name: "blake2b:" + blake2b(str(raw.get(name)).encode(), digest_size=16).hexdigest()}


def signature_of(source: Source, signal: Signal) -> str:
    """The identity under which intake knows this signal."""
    return signatures.signature(source.provider, source.name, signal, source.ignored_labels)


def invalid(error: InvalidInputError) -> Refusal:
    """A part of the request that cannot be used."""
    return Refusal(ProblemType.INVALID, f"{error}", field=error.field)


def json_answer(value: object, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """An answer in JSON."""
    said = {"Content-Type": "application/json", "Server": "tocsin", **(headers or {})}
    return web.Response(status=status, body=msgspec.json.encode(value), headers=said)


def segments(request: web.BaseRequest) -> list[str]:
    """The parts of the path, each decoded by itself: an encoded slash separates nothing."""
    return [unquote(part, errors="replace") for part in request.rel_url.raw_path.strip("/").split("/")]
