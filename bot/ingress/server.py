"""Server: the HTTP server, and all it says besides taking alerts.

``/metrics``, and in ``/readyz`` the words about what is wrong, are for whoever runs this: callers on the
loopback interface that come through no proxy (unless `local_metrics` is off, for a proxy may hide that it
is one), and those that show the token of a source of the first project: they tell of all projects.
"""

import traceback
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Final

import msgspec
import structlog
from aiohttp import web

from bot import metrics
from bot.domain.desk_name import desk_name
from bot.domain.errors import DatabaseUnavailableError, NotDurableError, SourceClosedError
from bot.ingress.amazon import Amazon, Fetch
from bot.ingress.api.document import index
from bot.ingress.api.entry import Api
from bot.ingress.claim import Bearer, read_claim
from bot.ingress.connection import ConnectionListener, raise_failure
from bot.ingress.credential_cache import CredentialCache
from bot.ingress.crowd import Crowd, most_connections
from bot.ingress.direct import Direct
from bot.ingress.face.entry import SPOKEN, Faces
from bot.ingress.face.reception import Reception
from bot.ingress.handshake import shake_hands
from bot.ingress.hook import Hook, count_answer
from bot.ingress.openapi import document
from bot.ingress.options import IngressOptions
from bot.ingress.origin import is_named, is_welcome
from bot.ingress.principal import Gate
from bot.ingress.problem import ProblemType, Refusal
from bot.ingress.proof import Prover
from bot.ingress.readiness import Probes, Readiness
from bot.ingress.reference import page
from bot.ingress.refusal_log import RefusalLog
from bot.ingress.scheme import unauthenticated
from bot.ingress.stranger import Strangers
from bot.providers.registry import PROVIDERS
from bot.providers.sender import HOOKS
from bot.usecases.desk import Desk
from bot.usecases.intake.queue import Intake

_METHODS: Final = ("POST", "PUT", "GET", "OPTIONS")
STOP_SECONDS: Final = 20.0
_BACKLOG: Final = 1_024
_PROXY_HEADERS: Final = ("Forwarded", "Via", "X-Forwarded-For", "X-Real-IP")
_log: Final = structlog.stdlib.get_logger(__name__)

Page = Callable[[web.BaseRequest], Awaitable[web.Response]]


class Ingress:
    """Listens from `start` to `stop`; needs a running event loop to be made."""

    def __init__(
        self,
        desk: Desk,
        intake: Intake,
        *,
        options: IngressOptions | None = None,
        probes: Probes = (),
        fetch: Fetch | None = None,
    ) -> None:
        self._options = options or IngressOptions()
        self._intake = intake
        self._clock = desk.clock
        self._project_id = desk.project.id
        self._credentials = CredentialCache(desk, self._options)
        self._refusals = RefusalLog(desk.clock, intake.losses)
        self._crowd = Crowd(most_connections(self._options.max_connections), desk.clock)
        strangers = Strangers(desk.clock)
        prover = Prover(self._credentials, strangers, self._crowd, self._options)
        amazon = None if fetch is None else Amazon(fetch, self._options.sns_topics, desk.clock)
        self._hook = Hook(desk, intake, prover, self._options, amazon)
        self._direct = Direct(
            desk, intake, self._hook.admission, self._credentials, strangers, self._crowd, self._options
        )
        self._faces = Faces(Reception(desk, intake, prover, self._options, self._hook), self._refusals)
        self._api = Api(desk, self._options, Gate(desk, strangers, self._crowd, self._options))
        self._readiness = Readiness(probes)
        self._name = desk_name(desk.signing_key)
        self._runner: web.ServerRunner | None = None
        self._pages: dict[str, Page] = {
            "/": _index,
            "/healthz": self._health,
            "/readyz": self._ready,
            "/metrics": self._metrics,
            "/openapi.json": _openapi,
            "/docs": _reference,
        }

    async def start(self) -> str:
        """Listen, and return the address without a slash at its end.

        Raises:
            OSError: the port is taken or the host is not this machine's.
        """
        runner = web.ServerRunner(
            ConnectionListener(self._answer, self._crowd, self._direct), shutdown_timeout=STOP_SECONDS
        )
        await runner.setup()
        try:
            await web.TCPSite(
                runner,
                self._options.host,
                self._options.port,
                backlog=_BACKLOG,
                reuse_port=self._options.shared or None,
            ).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        host, port = runner.addresses[0][:2]
        url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        _log.info("listening", url=url)
        return url

    async def stop(self) -> None:
        """Accept nothing more, answer what is under way, and return when all of it is committed."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()
            await self._intake.drain()

    def invalidate(self) -> None:
        """Sources or their keys have changed."""
        self._credentials.invalidate()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """The boundary: whatever happens inside becomes an answer here, and is counted."""
        path = request.path
        self._crowd.begin(request.protocol)
        try:
            raise_failure(request)
            response = await self._route(request, path)
        except Refusal as refusal:
            if path.startswith(HOOKS):
                self._refusals.refused(_label(path), refusal.reason)
                if refusal.reason is ProblemType.OVERLOADED:
                    metrics.TURNED_AWAY.labels("requests").inc()
            response = refusal.answer()
        except SourceClosedError as error:
            self.invalidate()
            response = unauthenticated(str(error), "Authorization").answer()
        except NotDurableError as error:
            if not isinstance(error, DatabaseUnavailableError):
                self._refusals.not_durable(_label(path), str(error))
            response = _not_durable(error.retry_after).answer()
        except Exception as error:  # noqa: BLE001 -- the boundary: a bug costs its own request only
            _log.error("request_failed", error=type(error).__name__, at=_place(error))
            response = Refusal(ProblemType.BROKEN, "It is in the log.").answer()
        finally:
            self._crowd.end(request.protocol)
        if path.startswith(HOOKS):
            count_answer(_label(path), response.status)
        return response

    async def _route(self, request: web.BaseRequest, path: str) -> web.Response:
        if not is_welcome(request.headers, self._options.public_url):
            raise Refusal(ProblemType.FORBIDDEN, "Pages of other sites may not ask here.", field="Origin")
        if path.startswith(HOOKS):
            name, _, tail = path.removeprefix(HOOKS).partition("/")
            provider = PROVIDERS.get(name)
            if provider is None:
                raise Refusal(ProblemType.NOT_FOUND, f"There is {', '.join(PROVIDERS)}.", field="provider")
            _require_method(request, *sorted(provider.methods, key=_METHODS.index))
            if request.method == "OPTIONS":
                return shake_hands(request)
            return await self._hook.accept(request, provider, tail.rstrip("/"))
        face = self._faces.of(path)
        if face is not None:
            return await self._faces.answer(request, face)
        page = self._pages.get(path)
        if page is None:
            return await self._api.answer(request)
        _require_method(request, "GET", "HEAD")
        return await page(request)

    async def _health(self, _: web.BaseRequest) -> web.Response:
        return _json({"alive": True, "desk": self._name})

    async def _ready(self, request: web.BaseRequest) -> web.Response:
        report = await self._readiness.report()
        if not report.ready and not await self._is_ours(request):
            report = report.without_words()
        return _json(report, status=200 if report.ready else 503)

    async def _metrics(self, request: web.BaseRequest) -> web.Response:
        if not await self._is_ours(request):
            raise unauthenticated("From another machine this needs the token of a source.", "Authorization")
        return web.Response(body=metrics.render(), headers={"Content-Type": metrics.CONTENT_TYPE})

    async def _is_ours(self, request: web.BaseRequest) -> bool:
        """Whether the caller runs this Tocsin, see above."""
        if self._options.local_metrics and _is_local(request):
            return True
        try:
            claim = read_claim(request.headers, self._clock.now())
        except Refusal:
            return False
        if not isinstance(claim, Bearer):
            return False
        key = await self._credentials.of_token(claim.digest)
        return key is not None and key.source.project_id == self._project_id


def _label(path: str) -> str:
    """The provider that ``path`` is about, from a bounded set of words."""
    name = path.removeprefix(HOOKS).partition("/")[0]
    return name if name in PROVIDERS else "unknown"


def _is_local(request: web.BaseRequest) -> bool:
    if any(name in request.headers for name in _PROXY_HEADERS) or not is_named(request.headers):
        return False
    address = ip_address((request.remote or "0.0.0.0").partition("%")[0])  # noqa: S104 -- nobody listens there
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def _require_method(request: web.BaseRequest, *methods: str) -> None:
    if request.method not in methods:
        allowed = ", ".join(methods)
        raise Refusal(ProblemType.METHOD_NOT_ALLOWED, f"Use {methods[0]}.", headers={"Allow": allowed})


def _not_durable(retry_after: int) -> Refusal:
    return Refusal(ProblemType.NOT_DURABLE, "The database does not take them.", retry_after=retry_after)


def _place(error: Exception) -> list[str]:
    """Where it happened; not what was said there, for that may be a sender's words."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def _json(value: object, *, status: int = 200) -> web.Response:
    headers = {"Content-Type": "application/json", "Server": "tocsin"}
    return web.Response(status=status, body=msgspec.json.encode(value), headers=headers)


async def _index(_: web.BaseRequest) -> web.Response:
    hooks = {provider.name: HOOKS + provider.name for provider in PROVIDERS.values()}
    links = {name: f"/{name}" for name in ("healthz", "readyz", "metrics", "openapi.json", "docs")}
    return _json({"name": "tocsin", "hooks": hooks, "faces": SPOKEN, "api": index(), "links": links})


async def _reference(_: web.BaseRequest) -> web.Response:
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}
    return web.Response(body=page(), headers={**headers, "Server": "tocsin"})


async def _openapi(_: web.BaseRequest) -> web.Response:
    return web.Response(body=document(), headers={"Content-Type": "application/json", "Server": "tocsin"})
