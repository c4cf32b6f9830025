"""Credential cache: every credential, in memory, so that no request waits for the database.

It is read anew when somebody shows a key it does not know (but at most once a second, so that strangers
cannot keep the database busy), when it is used and older than five seconds, and when it is told to.
"""

import asyncio
import hmac
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final

import structlog

from bot.domain.access.source import Credential
from bot.domain.errors import NotDurableError
from bot.ingress.capacity import CapacityLimit
from bot.ingress.options import IngressOptions
from bot.ingress.scheme import Signed
from bot.usecases.admin import source as sources
from bot.usecases.admin.seal import unseal
from bot.usecases.desk import Desk

_log: Final = structlog.stdlib.get_logger(__name__)
MAX_AGE: Final = timedelta(seconds=5)
ASIDE: Final = 65_536
"""Bytes of a body from which on its signature is made beside the loop."""

MOST_TRIED: Final = 16
"""Secrets tried for a signature that names no source: each costs a pass over the body."""


class CredentialCache:
    """The credentials of a desk, by the digest of their token."""

    def __init__(self, desk: Desk, options: IngressOptions) -> None:
        self._desk = desk
        self._pause = options.reading_pause.total_seconds()
        self._keys: dict[str, Credential] = {}
        self._secrets: dict[str, str] = {}  # by the digest of the token beside them
        self._read_at: float | None = None
        self._readings = 0
        self._failure: NotDurableError | None = None
        self._lock = asyncio.Lock()
        self._told = asyncio.Event()
        self._waiting = CapacityLimit(options.most_waiting)

    def invalidate(self) -> None:
        """A source was added, rotated or removed: read before the next use."""
        self._read_at = None
        self._told.set()

    def has(self, digest: str) -> bool:
        """Whether this is the token of somebody, as far as is known without asking the database."""
        return digest in self._keys

    def at_hand(self, digest: str, provider: str) -> Credential | None:
        """What `of_token` finds, where that needs no waiting; None where only that can tell."""
        key = self._keys.get(digest)
        if key is None or self._is_stale() or key.source.provider != provider:
            return None
        return key if hmac.compare_digest(key.digest, digest) and self._opens(key) else None

    async def of_token(
        self, digest: str, provider: str | None = None, *, own: bool = False
    ) -> Credential | None:
        """The credential whose token has ``digest``, if it may speak as ``provider`` (None: as any).

        ``own``: what was shown may also be the secret of a sender that sends it as it is.

        Raises:
            NotDurableError: the database cannot be reached.
            Refusal: too many strangers wait already.
        """

        def search() -> Credential | None:
            key = self._keys.get(digest)
            if key is None and own:
                return self._of_secret(digest, provider)
            if key is None or not hmac.compare_digest(key.digest, digest):
                return None
            return key if provider in (None, key.source.provider) and self._opens(key) else None

        return await self._find(search)

    async def of_signature(self, signed: Signed, body: bytes, provider: str) -> Credential | None:
        """The credential whose signing secret made ``signed`` of ``body``; raises like `of_token`."""
        tried: set[str] = set()

        def search() -> Credential | None:
            found = None
            for key in self._keys.values():
                source = key.source
                if source.provider != provider or signed.source not in ("", source.name):
                    continue
                if len(tried) < MOST_TRIED and key.digest not in tried and self._opens(key):
                    tried.add(key.digest)
                    if any(signed.fits(secret, body) for secret in self._secrets_of(key, signed)):
                        found = key
            return found

        if not self._desk.signing_key:  # secrets made without a key are no secrets
            return None
        return await self._find(search, aside=len(body) > ASIDE)

    def _secrets_of(self, key: Credential, signed: Signed) -> list[str]:
        own = self._secrets.get(key.digest)
        secrets = [] if own is None else [own]
        if not signed.own:
            source = key.source
            desk = self._desk.of(source.project_id)
            secrets.append(sources.signing_secret(desk, source.id, key.generation, source.provider))
        return secrets

    def _of_secret(self, digest: str, provider: str | None) -> Credential | None:
        found = None
        for key in self._keys.values():
            if key.source.provider == provider and self._opens(key):
                secret = self._secrets.get(key.digest)
                if secret is not None and hmac.compare_digest(sources.digest(secret), digest):
                    found = key
        return found

    def _opens(self, key: Credential) -> bool:
        return key.expires_at is None or key.expires_at > self._desk.clock.now()

    async def _find(
        self, search: Callable[[], Credential | None], *, aside: bool = False
    ) -> Credential | None:
        """What ``search`` finds, in the newest keys; ``aside`` lets the loop go on meanwhile."""
        before = self._readings
        if self._is_stale():
            await self._renew(unless_fresh=True)
        found = await asyncio.to_thread(search) if aside else search()
        if found is None and self._readings == before:
            with self._waiting:
                await self._renew(unless_fresh=False)
            found = await asyncio.to_thread(search) if aside else search()
        return found

    def _is_stale(self) -> bool:
        if self._read_at is None:
            return True
        return self._desk.clock.monotonic() - self._read_at > MAX_AGE.total_seconds()

    async def _renew(self, *, unless_fresh: bool) -> None:
        """Have a reading that began after this call, together with everybody else who wants one."""
        before = self._readings
        async with self._lock:
            if unless_fresh and not self._is_stale():
                return
            if self._readings == before:
                await self._read()
            if self._failure is not None:
                raise self._failure

    async def _read(self) -> None:
        clock = self._desk.clock
        if self._read_at is not None:
            await self._rest(self._pause - (clock.monotonic() - self._read_at))
        self._told.clear()
        self._readings += 1
        try:
            keys = await sources.credentials(self._desk)
        except NotDurableError as error:
            self._failure = error
            return
        self._failure = None
        self._keys = {key.digest: key for key in keys}
        self._secrets = {key.digest: secret for key in keys if (secret := self._unsealed(key)) is not None}
        self._read_at = None if self._told.is_set() else clock.monotonic()

    def _unsealed(self, key: Credential) -> str | None:
        if key.secret is None:
            return None
        secret = unseal(self._desk.of(key.source.project_id), key.source.id, key.secret)
        if secret is None:
            _log.warning("secret_unreadable", note="the desk's key has changed", source=key.source.name)
        return secret

    async def _rest(self, seconds: float) -> None:
        """Wait, or go on at once when told that something changed."""
        if seconds > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._told.wait()
