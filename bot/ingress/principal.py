"""Principal: which program is asking, and whether it may.

It shows an API token as bearer (or as the password of HTTP Basic). The token is looked up for each request,
so that one that is revoked opens nothing from that moment on.
"""

from typing import Final

from bot.domain.access.token import Scope
from bot.ingress.capacity import CapacityLimit
from bot.ingress.claim import Bearer, Headers, read_claim, unauthenticated
from bot.ingress.problem import Reason, Refusal
from bot.usecases.admin import token as tokens
from bot.usecases.admin.token import Admitted
from bot.usecases.desk import Desk

MOST_UNPROVEN: Final = 64
"""Tokens that are looked up at once."""


class Gate:
    """Lets programs in."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._unproven = CapacityLimit(MOST_UNPROVEN)

    async def admit(self, headers: Headers, scope: Scope) -> Admitted:
        """The program that sent ``headers``, if it may do what ``scope`` says.

        Raises:
            Refusal: it showed no token or one that is none, or its token lacks the scope.
            NotDurableError: the database cannot be reached.
        """
        admitted = await self._identify(headers)
        if not admitted.token.allows(scope):
            raise _forbidden(admitted.token.name, scope)
        return admitted

    async def _identify(self, headers: Headers) -> Admitted:
        shown = "Authorization" in headers
        claim = read_claim(headers, self._desk.clock.now()) if shown else None
        if not isinstance(claim, Bearer):
            detail = "Send an API token as Authorization: Bearer <token>; tocsin token add makes one."
            raise unauthenticated(detail, "Authorization")
        with self._unproven:
            admitted = await tokens.admit(self._desk, claim.digest)
        if admitted is None:
            raise unauthenticated("This is no API token, or it was revoked.", "Authorization")
        return admitted


def _forbidden(name: str, scope: Scope) -> Refusal:
    challenge = f'Bearer realm="tocsin", error="insufficient_scope", scope="{scope}"'
    return Refusal(
        Reason.FORBIDDEN,
        f"The token {name} lacks the scope {scope}.",
        field="Authorization",
        headers={"WWW-Authenticate": challenge},
        more={"scope": scope.value},
    )
