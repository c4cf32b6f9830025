"""Principal: which program is asking, and whether it may.

It shows an API token as bearer (or as the password of HTTP Basic). The token is looked up for each request,
so that one that is revoked opens nothing from that moment on.
"""

import asyncio
from datetime import timedelta
from typing import Final

from aiohttp import web

from bot.domain.access.token import Scope
from bot.ingress.capacity import CapacityLimit
from bot.ingress.claim import Bearer, read_claim
from bot.ingress.crowd import Crowd
from bot.ingress.options import IngressOptions
from bot.ingress.peer import peer
from bot.ingress.problem import ProblemType, Refusal
from bot.ingress.scheme import unauthenticated
from bot.ingress.stranger import Strangers
from bot.usecases.admin import token as tokens
from bot.usecases.admin.token import Admitted
from bot.usecases.desk import Desk

MAX_AGE: Final = timedelta(seconds=5)
"""How old the list of tokens may be by which strangers are told from programs."""


class Gate:
    """Lets programs in."""

    def __init__(self, desk: Desk, strangers: Strangers, crowd: Crowd, options: IngressOptions) -> None:
        self._desk = desk
        self._strangers = strangers
        self._crowd = crowd
        self._proxies = options.proxies
        self._unproven = CapacityLimit(options.most_unproven)
        self._listed: frozenset[str] = frozenset()
        self._read_at: float | None = None
        self._lock = asyncio.Lock()

    async def admit(self, request: web.BaseRequest, scope: Scope) -> Admitted:
        """The program that sent ``request``, if it may do what ``scope`` says.

        Raises:
            Refusal: it showed no token or one that is none, or its token lacks the scope.
            NotDurableError: the database cannot be reached.
        """
        admitted = await self._identify(request)
        if not admitted.token.allows(scope):
            raise _forbidden(admitted.token.name, scope)
        return admitted

    async def _identify(self, request: web.BaseRequest) -> Admitted:
        shown = "Authorization" in request.headers
        claim = read_claim(request.headers, self._desk.clock.now()) if shown else None
        if not isinstance(claim, Bearer):
            detail = "Send an API token as Authorization: Bearer <token>; tocsin token add makes one."
            raise unauthenticated(detail, "Authorization")
        address = peer(request, self._proxies)
        if await self._is_listed(claim.digest):
            admitted = await tokens.admit(self._desk, claim.digest)
        else:
            self._strangers.demand(address)
            with self._unproven:
                admitted = await tokens.admit(self._desk, claim.digest)
        if admitted is None:
            self._strangers.failed(address)
            raise unauthenticated("This is no API token, or it was revoked.", "Authorization")
        self._strangers.proved(address)
        self._crowd.prove(request.protocol)
        return admitted

    async def _is_listed(self, digest: str) -> bool:
        """Whether this was a token a moment ago: whoever had one is never kept waiting by strangers."""
        if digest not in self._listed and self._is_old():
            async with self._lock:
                if self._is_old():
                    self._listed = await tokens.digests(self._desk)
                    self._read_at = self._desk.clock.monotonic()
        return digest in self._listed

    def _is_old(self) -> bool:
        now = self._desk.clock.monotonic()
        return self._read_at is None or now - self._read_at > MAX_AGE.total_seconds()


def _forbidden(name: str, scope: Scope) -> Refusal:
    challenge = f'Bearer realm="tocsin", error="insufficient_scope", scope="{scope}"'
    return Refusal(
        ProblemType.FORBIDDEN,
        f"The token {name} lacks the scope {scope}.",
        field="Authorization",
        headers={"WWW-Authenticate": challenge},
        more={"scope": scope.value},
    )
