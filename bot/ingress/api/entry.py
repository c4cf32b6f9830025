"""Entry: what programs ask and tell, with a token; the way of one request from its address to its answer.

Law: an answer that is no success changed nothing. Every change is made by a use case, in the name of the
token, within the token's project.
"""

import re
from hashlib import sha256
from typing import Any, Final

import msgspec
from aiohttp import web

from bot.domain.access.token import Scope
from bot.domain.errors import ConflictError, InvalidInputError, NotDurableError, NotFoundError, StandingError
from bot.domain.incident.incident import IncidentLevel
from bot.ingress.api import action as api_action
from bot.ingress.api import alert as api_alert
from bot.ingress.api import audit as api_audit
from bot.ingress.api import claim as api_claim
from bot.ingress.api import dashboard as api_dashboard
from bot.ingress.api import event as api_event
from bot.ingress.api import event_list as api_event_list
from bot.ingress.api import gate as api_gate
from bot.ingress.api import incident as api_incident
from bot.ingress.api import ingest as api_ingest
from bot.ingress.api import recurrence as api_recurrence
from bot.ingress.api import run as api_run
from bot.ingress.api import status as api_status
from bot.ingress.api import triage as api_triage
from bot.ingress.api import work as api_work
from bot.ingress.api.route import KEY, ApiReply, Caller, Route, read_json, read_key, read_query
from bot.ingress.capacity import CapacityLimit
from bot.ingress.options import IngressOptions
from bot.ingress.principal import Gate
from bot.ingress.problem import ProblemType, Refusal
from bot.usecases.admin import idempotency
from bot.usecases.admin.idempotency import First
from bot.usecases.desk import Desk

ROUTES: Final[tuple[Route[Any], ...]] = (
    *api_alert.ROUTES,
    *api_ingest.ROUTES,
    *api_dashboard.ROUTES,
    *api_claim.ROUTES,
    *api_triage.ROUTES,
    *api_event_list.ROUTES,
    *api_event.ROUTES,
    *api_recurrence.ROUTES,
    *api_work.ROUTES,
    *api_incident.ROUTES,
    *api_action.ROUTES,
    *api_run.ROUTES,
    *api_gate.ROUTES,
    *api_audit.ROUTES,
    *api_status.ROUTES,
)
MOST_AT_ONCE: Final = 256
_HEADERS: Final = {"Content-Type": "application/json", "Server": "tocsin"}

_PLACES: Final = {
    path: (
        re.compile(re.escape(path).replace(r"\{ref\}", "(?P<ref>[^/]+)")),
        {route.method: route for route in ROUTES if route.path == path},
    )
    for path in sorted({route.path for route in ROUTES}, key=lambda path: ("{" in path, path))
}
"""By address, those without a ``{ref}`` first: what is a word of ours is not taken for a name."""


class Api:
    """Answers programs."""

    def __init__(self, desk: Desk, options: IngressOptions, gate: Gate) -> None:
        self._desk = desk
        self._patience = options.patience
        self._gate = gate
        self._known = CapacityLimit(MOST_AT_ONCE)

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Answer one request.

        Raises:
            Refusal: with all that is wrong with it.
            NotDurableError: the database cannot be reached.
        """
        route, ref = _find(request.path, request.method)
        admitted = await self._gate.admit(request, route.scope)
        with self._known:
            key = read_key(request) if route.method == "POST" else ""
            sees = any(map(admitted.token.allows, (Scope.ALERTS_READ, Scope.EVENTS_READ)))
            token = admitted.token
            caller = Caller(admitted.desk, token.actor, ref, key, sees, IncidentLevel(token.severity_cap))
            asked = await self._read(request, route)
            if not key:
                return _write(await _act(route, caller, asked))
            return await _act_once(route, caller, asked, admitted.token.id)

    async def _read(self, request: web.BaseRequest, route: Route[Any]) -> msgspec.Struct:
        if route.method == "GET":
            asked: msgspec.Struct = read_query(request, route.takes)
        else:
            asked = await read_json(request, route.takes, patience=self._patience)
        return asked


async def _act(route: Route[Any], caller: Caller, asked: msgspec.Struct) -> ApiReply:
    try:
        return await route.act(caller, asked)
    except InvalidInputError as error:
        detail = f"{error.reason[0].upper()}{error.reason[1:]}."
        raise Refusal(
            ProblemType.INVALID, detail, field=_field(caller, asked, error.field, error.reason)
        ) from None
    except NotFoundError as error:
        raise Refusal(
            ProblemType.NOT_FOUND, str(error), field=_field(caller, asked, error.kind, str(error))
        ) from None
    except ConflictError as error:
        raise _conflict(error) from None


async def _act_once(route: Route[Any], caller: Caller, asked: msgspec.Struct, token_id: int) -> web.Response:
    """Answer as the first time, or for the first time."""
    digest = idempotency.digest_of(str(token_id), caller.key)
    said = msgspec.json.encode([route.method, route.path, caller.ref, asked], order="sorted")
    try:
        first = await idempotency.begin(caller.desk, digest, sha256(said).hexdigest())
    except idempotency.KeyReusedError as error:
        raise Refusal(ProblemType.KEY_REUSED, str(error), field=KEY) from None
    except ConflictError as error:
        raise Refusal(ProblemType.CONFLICT, str(error), field=KEY) from None
    if first is None:
        try:
            reply = await _act(route, caller, asked)
        except (Refusal, NotDurableError):
            await idempotency.give_back(caller.desk, digest)
            raise
        body = b"" if reply.body is None else msgspec.json.encode(reply.body)
        first = First(reply.status, body)
        await idempotency.keep(caller.desk, digest, first)
    return web.Response(status=first.status, body=first.body or None, headers=_HEADERS)


def _find(path: str, method: str) -> tuple[Route[Any], str]:
    wanted = "GET" if method == "HEAD" else method
    allowed: set[str] = set()
    for pattern, routes in _PLACES.values():
        found = pattern.fullmatch(path)
        if found is None:
            continue
        if wanted in routes:
            return routes[wanted], found.groupdict().get("ref", "")
        allowed |= routes.keys()
    if not allowed:
        raise Refusal(ProblemType.NOT_FOUND, "GET / lists what there is.")
    names = ", ".join(sorted(allowed))
    raise Refusal(ProblemType.METHOD_NOT_ALLOWED, f"Use {names}.", headers={"Allow": names})


def _field(caller: Caller, asked: msgspec.Struct, name: str, words: str) -> str:
    """Where the request says what a use case calls ``name``: there, or in what stands for its subject.

    Of two subjects of one kind the ``words`` tell which: they quote it.
    """
    if hasattr(asked, name):
        return name
    for field in asked.__struct_fields__:
        value = getattr(asked, field)
        if isinstance(value, str) and value and value != caller.ref and _quotes(words, value):
            return field
    if caller.ref or getattr(asked, "ref", ""):
        return "ref"
    return "id" if hasattr(asked, "id") else name


def _quotes(words: str, value: str) -> bool:
    return repr(value[:40]) in words or f" {value.upper()} " in f"{words} "


def _conflict(error: ConflictError) -> Refusal:
    more = {"state": error.state, "owner": error.owner} if isinstance(error, StandingError) else {}
    return Refusal(ProblemType.CONFLICT, str(error), more={name: text for name, text in more.items() if text})


def _write(reply: ApiReply) -> web.Response:
    if reply.body is None:
        return web.Response(status=reply.status, headers={"Server": "tocsin"})
    return web.Response(status=reply.status, body=msgspec.json.encode(reply.body), headers=_HEADERS)
