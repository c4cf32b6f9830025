"""Crowd: how many connections stand at once, and whose goes when there are too many.

Theory: whoever connects is let in, for nobody knows who it is before it has spoken; but it costs the stranger
that has waited longest its place, first of the address that holds most of them. Who has proved itself keeps
its place while strangers hold any. So a door full of silent strangers is a door that is open.
"""

import resource
from collections import Counter, OrderedDict
from typing import Final, Protocol

import structlog

from bot import metrics
from bot.clock import Clock

RESERVE: Final = 64
"""Descriptors that are kept for the database, Discord and files."""

FEWEST: Final = 32
_LOOKED_AT: Final = 64  # of those that came first
_QUIET_SECONDS: Final = 10.0
_log: Final = structlog.stdlib.get_logger(__name__)


class Guest(Protocol):
    """A connection."""

    def hang_up(self) -> None:
        """Close it, without another word."""
        ...


def most_connections(wanted: int) -> int:
    """As many as are wanted, if so many files may be open; that limit is raised as far as it goes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + RESERVE
    if soft != resource.RLIM_INFINITY and soft < needed:
        raised = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(raised, soft), hard))
        soft = max(raised, soft)
    possible = wanted if soft == resource.RLIM_INFINITY else soft - RESERVE
    if possible < wanted:
        _log.warning(
            "connections_bounded", note="fewer than configured: the limit of open files is low", most=possible
        )
    return max(min(wanted, possible), FEWEST)


class Crowd:
    """All connections, in the order in which they came."""

    def __init__(self, most: int, clock: Clock) -> None:
        self.most = most
        self._clock = clock
        self._strangers: OrderedDict[Guest, str] = OrderedDict()
        self._known: OrderedDict[Guest, str] = OrderedDict()
        self._busy: set[Guest] = set()
        self._held: Counter[str] = Counter()
        self._said_at: float | None = None
        self._left_out = 0
        metrics.CONNECTIONS.set_function(lambda: len(self))

    def __len__(self) -> int:
        return len(self._strangers) + len(self._known)

    def come(self, guest: Guest, address: str) -> None:
        """Somebody connected; when there is no place left somebody goes, it may be who has just come."""
        self._strangers[guest] = address
        self._held[address] += 1
        if len(self) > self.most:
            self._make_room(guest)

    def go(self, guest: Guest) -> None:
        """The connection has ended."""
        address = self._strangers.pop(guest, None) or self._known.pop(guest, None)
        self._busy.discard(guest)
        if address is not None:
            self._held[address] -= 1
            if not self._held[address]:
                del self._held[address]

    def prove(self, guest: object) -> None:
        """What came over this connection was of somebody we know."""
        for each in (self._strangers, self._known):
            address = each.pop(guest, None)  # type: ignore[call-overload]  # what is no guest is not there
            if address is not None:
                self._known[guest] = address  # type: ignore[index]

    def begin(self, guest: object) -> None:
        """A request came over it."""
        if guest in self._strangers or guest in self._known:
            self._busy.add(guest)  # type: ignore[arg-type]

    def end(self, guest: object) -> None:
        """Note that a guest's request is answered."""
        self._busy.discard(guest)

    def _make_room(self, newest: Guest) -> None:
        strangers = [each for each, _ in zip(self._strangers, range(_LOOKED_AT), strict=False)]
        strangers = [each for each in strangers if each is not newest]
        known = (each for each in self._known if each not in self._busy)
        victim = min(strangers, key=self._cost, default=None) or next(known, newest)
        self._say(self._strangers.get(victim) or self._known.get(victim) or "")
        metrics.CONNECTIONS_CLOSED.inc()
        self.go(victim)
        victim.hang_up()

    def _cost(self, stranger: Guest) -> tuple[bool, int]:
        """Who says nothing goes before who is being heard, who holds many places before who holds one."""
        return stranger in self._busy, -self._held[self._strangers[stranger]]

    def _say(self, address: str) -> None:
        """In the log, once in a while."""
        now = self._clock.monotonic()
        if self._said_at is not None and now - self._said_at < _QUIET_SECONDS:
            self._left_out += 1
            return
        _log.warning(
            "strangers_closed",
            note="too many connections: the longest waiting go",
            most=self.most,
            address=address,
            left_out=self._left_out,
        )
        self._said_at, self._left_out = now, 0
