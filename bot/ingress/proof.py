"""Proof: whether a claim is true, at the price that a stranger may cost.

A credential that is in the cache is never kept waiting, whatever strangers do. Everybody else shows first
that their address has not failed too often (see `stranger`).
"""

from datetime import timedelta
from typing import Final

from aiohttp import web

from bot.domain.access.source import Source
from bot.ingress.body import read_body
from bot.ingress.claim import Bearer
from bot.ingress.credential_cache import CredentialCache
from bot.ingress.crowd import Crowd
from bot.ingress.options import IngressOptions
from bot.ingress.peer import peer
from bot.ingress.scheme import Signed, unauthenticated
from bot.ingress.stranger import LARGEST, PATIENCE, Strangers

_REMEDY: Final = (
    "Each opens the address of its own source's provider alone: tocsin source list names that, "
    "tocsin source rotate makes a new token."
)
"""The same for what is unknown and for what opens another address: it tells nobody which it is."""

BODY: Final = web.RequestKey("body", bytes)
"""Where a body stays that had to be read before it was known whose it is."""


class Prover:
    """Finds the source behind a claim."""

    def __init__(
        self, credentials: CredentialCache, strangers: Strangers, crowd: Crowd, options: IngressOptions
    ) -> None:
        self._credentials = credentials
        self._strangers = strangers
        self._crowd = crowd
        self._options = options

    async def prove(self, request: web.BaseRequest, provider: str, claim: Bearer | Signed) -> Source:
        """The source that sent ``request``; a body that it signed stays at hand.

        Raises:
            Refusal: it opens nothing here, or too many strangers are being looked at.
            NotDurableError: the database cannot be reached.
        """
        address = peer(request, self._options.proxies)
        if isinstance(claim, Bearer):
            if not self._credentials.has(claim.digest):
                self._strangers.demand(address)
            credential = await self._credentials.of_token(claim.digest, provider, own=claim.own)
            what = "token"
        else:
            body = await self.body_of_stranger(request)
            credential = await self._credentials.of_signature(claim, body, provider)
            what = "signature"
        if credential is None:
            self._strangers.failed(address)
            raise unauthenticated(f"This {what} does not open /v1/hooks/{provider}. {_REMEDY}", claim.header)
        self._strangers.proved(address)
        self._crowd.prove(request.protocol)
        return credential.source

    async def source_of(self, request: web.BaseRequest, token_digest: str) -> Source | None:
        """The source whose token has this SHA-256, None when that opens nothing; raises like `prove`."""
        address = peer(request, self._options.proxies)
        if not self._credentials.has(token_digest):
            self._strangers.demand(address)
        credential = await self._credentials.of_token(token_digest)
        if credential is None:
            self._strangers.failed(address)
            return None
        self._strangers.proved(address)
        self._crowd.prove(request.protocol)
        return credential.source

    async def signer_of(
        self, request: web.BaseRequest, claim: Signed, providers: tuple[str, ...]
    ) -> Source | None:
        """The source of one of ``providers`` that signed ``request``, whose body stays at hand.

        Raises like `prove`.
        """
        body = await self.body_of_stranger(request)
        for provider in providers:
            credential = await self._credentials.of_signature(claim, body, provider)
            if credential is not None:
                self._strangers.proved(peer(request, self._options.proxies))
                self._crowd.prove(request.protocol)
                return credential.source
        self._strangers.failed(peer(request, self._options.proxies))
        return None

    async def body_of_stranger(self, request: web.BaseRequest) -> bytes:
        """A body that has to be read before anybody knows whose it is; it is read once.

        Raises:
            Refusal: it is too large, too slow, or others needed its place.
        """
        known: bytes | None = request.get(BODY)
        if known is not None:
            return known
        address = peer(request, self._options.proxies)
        self._strangers.demand(address)
        body = await self._strangers.read(request, address, self._read(request))
        request[BODY] = body
        return body

    async def _read(self, request: web.BaseRequest) -> bytes:
        patience: timedelta = min(PATIENCE, self._options.patience)
        limit = min(self._options.max_body, LARGEST)
        return await read_body(request, limit=limit, patience=patience)
