"""Watch: Tocsin looks at itself and says what is wrong, as an alert of its own on the normal path.

While the database takes no writes no alert can be opened: then `/status` and the ping out tell of it, and
afterwards an alert says for how long it was.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from bot.domain.errors import NotDurableError
from bot.domain.process_health import ProcessHealth
from bot.domain.watch import HealthSnapshot, Sign, WatchRules, signs
from bot.usecases.admin import own, status
from bot.usecases.admin.own import Trouble
from bot.usecases.admin.status import BY_ITSELF, REASONS
from bot.usecases.desk import Desk
from storage.transaction import Transaction
from storage.writer import Turn

WRITES: Final = "writes"
PARKED: Final = "parked"
_SETTLED: Final = timedelta(minutes=1)
"""How long after its end a failure of writes is told."""


class Watch:
    """Remembers since when something is wrong; who asks later asks `troubles`."""

    def __init__(
        self,
        desk: Desk,
        rules: WatchRules,
        *,
        process_health: Callable[[], ProcessHealth],
        disk: Callable[[], int | None],
    ) -> None:
        self._desk = desk
        self._rules = rules
        self._vitals = process_health
        self._disk = disk
        self._since: dict[str, datetime] = {}
        self._failing_since: datetime | None = None
        self._failed: tuple[datetime, str] | None = None
        self.troubles: tuple[str, ...] = ()

    @property
    def writes_failing(self) -> bool:
        """Whether the database has taken no writes for longer than it may."""
        since, patience = self._failing_since, self._rules.writes_failing
        return bool(patience) and since is not None and self._desk.clock.now() - since >= patience

    async def look(self) -> int:
        """Look at everything once; returns how many alerts opened or ended."""
        now = self._desk.clock.now()
        try:
            await status.writable(self._desk)
            look = await self._see()
        except NotDurableError as error:
            self._lose(now, str(error))
            return 0
        self._recover(now)
        found = [self._weigh(sign, now) for sign in signs(look, self._rules, now)]
        found.append(self._writes(now))
        self.troubles = tuple(each.words for each in found if each.words)
        changed = await self._desk.storage.write(
            lambda tx: own.tell(tx, self._desk, found, now), turn=Turn.BULK
        )
        for each in self._desk.everybody:
            if each is not self._desk:
                changed += await self._look_into(each, now)
        if changed:
            self._desk.bell.ring()
        return changed

    async def _look_into(self, desk: Desk, now: datetime) -> int:
        """Another project is told of its own channels that cannot be written to, and of nothing else."""
        parked = await desk.storage.read(lambda tx: _parked(tx, desk))
        seen = signs(HealthSnapshot(parked=parked), self._rules, now)
        place = f"project/{desk.project.id}/"
        found = [self._weigh(sign, now, place) for sign in seen if sign.key == PARKED]
        return await desk.storage.write(lambda tx: own.tell(tx, desk, found, now), turn=Turn.BULK)

    async def _see(self) -> HealthSnapshot:
        desk = self._desk

        def read_state(tx: Transaction) -> HealthSnapshot:
            return HealthSnapshot(
                process_health=self._vitals(),
                oldest_due=tx.channels.oldest_due(now=desk.clock.now()),
                parked=_parked(tx, desk),
                disk_free=self._disk(),
                findings=tuple(tx.integrity.findings()),
            )

        return await desk.storage.read(read_state)

    def _weigh(self, sign: Sign, now: datetime, place: str = "") -> Trouble:
        """Only what has lasted is trouble; ``place`` is "" in the first project."""
        key = place + sign.key
        if not sign.words:
            self._since.pop(key, None)
        since = self._since.setdefault(key, now) if sign.words else now
        lasts = bool(sign.words) and now - since >= sign.patience
        return Trouble(
            key=f"watch/{sign.key}", name=sign.name, words=sign.words if lasts else "", severity=sign.severity
        )

    def _lose(self, now: datetime, words: str) -> None:
        if self._failing_since is None:
            self._failing_since = now
        if self.writes_failing:
            told = f"nothing can be written since {self._failing_since:%H:%M:%S} UTC: {words}"
            self.troubles = (told,)

    def _recover(self, now: datetime) -> None:
        if self.writes_failing and self._failing_since is not None:
            words = f"the database took no writes from {self._failing_since:%H:%M:%S} to {now:%H:%M:%S} UTC"
            self._failed = (now, words)
        self._failing_since = None

    def _writes(self, now: datetime) -> Trouble:
        words = ""
        if self._failed is not None and now - self._failed[0] < _SETTLED:
            words = self._failed[1]
        return Trouble(key=f"watch/{WRITES}", name="WritesFailing", words=words)


def _parked(tx: Transaction, desk: Desk) -> tuple[tuple[str, str], ...]:
    """Channels of a project whose cards wait for somebody, and why."""
    return tuple(
        (f"channel {channel}", f"{cards} cards wait, {REASONS[reason]}")
        for channel, reason, cards in tx.channels.parked(desk.project.id)
        if reason not in BY_ITSELF
    )
