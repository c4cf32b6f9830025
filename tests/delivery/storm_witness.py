"""What a witness of a storm knows: how alerts are, and for what people were rung."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.cards.alert.alert import find_marker
from bot.domain.alert.alert import Alert
from bot.domain.alert.signal import Severity
from tests.conftest import START

CAUSES: Final = ("Alpha", "Bravo", "Carol", "Delta", "Echo", "Foxtrot", "Golf", "Hotel")
MINUTE: Final = timedelta(minutes=1)
REPEATS: Final = tuple(minutes * MINUTE for minutes in (5, 15, 30, 90))


@dataclass
class Known:
    """An alert: since when people must know of it, and whether they do.

    A message may call for it while it is ``pending``, and has to while it ``must``. ``told`` is when one did,
    or called for those with which it is counted.
    """

    alert: Alert
    loud: bool = False
    state: int = 0
    since: datetime = START
    pending: bool = False
    must: bool = False
    told: datetime | None = None
    in_reply: bool = False
    repeated: timedelta = timedelta(0)

    def see(self, alert: Alert, now: datetime) -> bool:
        """It is like this now; True when it became loud, or worse while it was loud."""
        loud = alert.state.open and alert.owner is None and not alert.quiet_kinds
        worse = alert.severity.rank > self.alert.severity.rank
        begins = loud and (not self.loud or worse)
        self.alert, self.loud = alert, loud
        if begins:
            self.state, self.since, self.repeated = self.state + 1, now, timedelta(0)
        self.pending = self.pending and loud
        return begins

    @property
    def calls(self) -> bool:
        return self.loud and self.alert.severity is Severity.CRITICAL


class Witness:
    """Works out what may ring and what has to from what can be seen; ``broken`` tells what was wrong."""

    def __init__(self) -> None:
        self.known: dict[int, Known] = {}
        self.broken: list[str] = []
        self._rung: dict[str, list[datetime]] = {cause: [] for cause in CAUSES}
        self._heard: set[str] = set()
        self._storm_since: datetime | None = None

    @property
    def open_ones(self) -> list[Alert]:
        """What is not over."""
        return [each.alert for each in self.known.values() if each.alert.state.open]

    def look(self, found: list[Alert], storm_since: datetime | None, now: datetime) -> None:
        """The alerts are like this now, and a board stands since then."""
        self._storm_since = storm_since
        for alert in found:
            each = self.known.setdefault(alert.id, Known(alert))
            if each.see(alert, now):
                told = [] if each.state > 1 else self._told_with(each)
                each.must, each.pending = not told, not any(one.loud for one in told)
                each.told = max((one.told for one in told if one.told), default=None)
                each.in_reply = any(one.in_reply for one in told)
        for each in self.known.values():
            due = max((span for span in REPEATS if each.since + span <= now), default=timedelta(0))
            if each.loud and due > each.repeated:
                each.repeated, each.pending, each.must = due, True, True

    def hear(self, messages: list[dict[str, Any]], now: datetime) -> None:
        """Who was rung by what was posted since, and for what."""
        for message in messages:
            if message["id"] in self._heard:
                continue
            self._heard.add(message["id"])
            if message["sandbox"]["pinged"]["roles"]:
                self._judge(message, now)

    def missed(self, now: datetime, patience: timedelta) -> list[str]:
        """The criticals for which nobody was rung, though that was due for longer than ``patience``."""
        return [
            f"{each.alert.ref} {each.alert.name}: {each}"
            for each in self.known.values()
            if each.must and each.calls and not self._was_named(each, now, patience)
        ]

    def _was_named(self, known: Known, now: datetime, patience: timedelta) -> bool:
        """Whether its cause was named when it came, or since it came back; a repetition may still be due."""
        if known.repeated:
            return now - (known.since + known.repeated) < patience
        told = self._rung[known.alert.name]
        before = MINUTE if known.state == 1 else timedelta(0)
        return bool(told) and told[-1] >= known.since - before

    def _told_with(self, known: Known) -> list[Known]:
        """The open criticals of its cause that a ring of this storm has told, and those of its group.

        While any of them is loud it is only counted; when somebody has them all, it may ring or not.
        """
        group, since = known.alert.group_id, self._storm_since
        return [
            each
            for each in self.known.values()
            if each is not known
            and each.alert.state.open
            and each.told
            and (
                (group is not None and each.alert.group_id == group)
                or (each.alert.name == known.alert.name and since and each.in_reply and each.told >= since)
            )
        ]

    def _judge(self, message: dict[str, Any], now: datetime) -> None:
        line = message["content"].split("\n", 1)[0]
        named = [cause for cause in CAUSES if cause in line]
        if not named or "Alert storm" in line:
            self.broken.append(f"a message rang that names no alert: {line!r}")
        is_meant = False
        for cause in named:
            meant = self._meant(message, cause)
            is_meant |= any(each.pending and each.calls for each in meant)
            if not any(each.pending for each in meant):
                self.broken.append(f"rung for what is nothing new of {cause}: {line!r} {now}")
            for each in meant:
                each.pending = each.must = False
                if each.calls:
                    each.told = now
                    each.in_reply = not message["embeds"]
            self._rung[cause].append(now)
        if not is_meant:
            self.broken.append(f"rung for no critical: {line!r}")

    def _meant(self, message: dict[str, Any], cause: str) -> list[Known]:
        """The alerts that it calls for: a card's own, the one whose place is told, else all of the cause."""
        marker = find_marker(message)
        if marker is not None:
            return [self.known[marker[1]]]
        line = message["content"].split("\n", 1)[0]
        of_cause = [each for each in self.known.values() if each.alert.name == cause and each.loud]
        if message["embeds"]:
            group = int(str(message["embeds"][0]["footer"]["text"]).removeprefix("G-").split(" ")[0])
            return [each for each in of_cause if each.alert.group_id == group]
        return [each for each in of_cause if each.alert.target in line] or of_cause
