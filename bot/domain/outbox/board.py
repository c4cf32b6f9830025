"""Board: the open alerts of a channel that have no card of their own, seen as groups.

Alerts of one name are one group. What all its members share is said once, what differs is said for each.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from bot.domain.alert.alert import State, format_ref
from bot.domain.alert.place import SEPARATOR
from bot.domain.alert.signal import Severity


class BoardAlert(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An open alert without a card; ``summary`` may be only its beginning, ``owner`` is a name.

    One that is ``quiet`` is snoozed, silenced or flaps, and rings nobody.
    """

    id: int
    state: State
    severity: Severity
    name: str
    service: str = ""
    namespace: str = ""
    target: str = ""
    summary: str = ""
    owner: str = ""
    occurrences: int = 1
    opened_at: datetime
    expired: bool = False
    quiet: bool = False

    @property
    def ref(self) -> str:
        """``A-1042``."""
        return format_ref(self.id)

    @property
    def places(self) -> tuple[str, str, str]:
        """From the widest to the narrowest, nothing twice; each may be empty."""
        service = "" if self.service in self.target.split(SEPARATOR) else self.service
        return (self.namespace, service, self.target)


class Seen(msgspec.Struct, frozen=True):
    """What somebody could see of a board: no alert newer than this, and none that called for people later."""

    newest_id: int
    at: datetime


class Passed(msgspec.Struct, frozen=True, gc=False):
    """What a storm was, once it is over: how many alerts came, and how many of them are still open.

    Of those Discord ``refused`` some cards.
    """

    alerts: int
    still_open: int
    ended_at: datetime
    refused: int = 0


class BoardGroup(msgspec.Struct, frozen=True):
    """Alerts of one name; ``severity`` is the worst among them, ``shared`` the places that all have."""

    name: str
    severity: Severity
    members: tuple[BoardAlert, ...]
    shared: tuple[str, ...]
    differing: tuple[int, ...]
    """Which of `BoardAlert.places` are not the same for all."""

    def tell_apart(self, member: BoardAlert) -> str:
        """What distinguishes a member: its own places, or its ref where they say nothing."""
        places = member.places
        return "/".join(filter(None, (places[index] for index in self.differing))) or member.ref


def count(held: Iterable[BoardAlert]) -> Counter[Severity]:
    """How many there are of each severity."""
    return Counter(each.severity for each in held)


def group(held: Iterable[BoardAlert]) -> list[BoardGroup]:
    """The groups, worst first, then largest, then by name; their members stay in the order of ``held``."""
    named: defaultdict[str, list[BoardAlert]] = defaultdict(list)
    for each in held:
        named[each.name].append(each)
    groups = [_group(name, members) for name, members in named.items()]
    return sorted(groups, key=lambda each: (-each.severity.rank, -len(each.members), each.name))


def _group(name: str, members: Sequence[BoardAlert]) -> BoardGroup:
    kinds = [{place} for place in members[0].places]
    if len(members) > 1:
        kinds = [set(places) for places in zip(*(each.places for each in members), strict=True)]
    shared = dict.fromkeys(place for kind in kinds if len(kind) == 1 for place in kind if place)
    return BoardGroup(
        name=name,
        severity=max({each.severity for each in members}, key=lambda severity: severity.rank),
        members=tuple(members),
        shared=tuple(shared),
        differing=tuple(index for index, kind in enumerate(kinds) if len(kind) > 1),
    )
