"""Record: the second of three truths, what the database holds, in plain SQL."""

from typing import Any, Final

import msgspec

from bot.domain.audit import first_broken
from storage.engine import Storage
from storage.transaction import Transaction
from tests.chaos.deed import LONG, Look

_BY_EMOJI: Final = 31 * 60 * 1_000_000  # microseconds; no emoji snoozes for that long
_STATEMENTS: Final = {
    "alerts": "SELECT alert.id, name, state, severity, owner, quiet_kinds,"
    ' reason."by", reason.until - reason.since, occurrences, recurrence_id, group_id'
    " FROM alert LEFT JOIN quiet_reason AS reason ON reason.alert_id = alert.id AND reason.kind = 'snooze'"
    " ORDER BY alert.id",
    "cards": "SELECT subject_id, message_id, wanted, shown, parked_reason, claimed_by, failures, not_before"
    " FROM card WHERE kind = 'alert' ORDER BY id",
    "groups": "SELECT subject_id, message_id FROM card WHERE kind = 'group'",
    "recurrences": "SELECT id, occurrences, episodes FROM recurrence",
    "hours": "SELECT recurrence_id, SUM(occurrences), SUM(episodes) FROM recurrence_hour"
    " GROUP BY recurrence_id",
    "heard": "SELECT message_id, user_id, emoji FROM reaction WHERE present",
    "fired": "SELECT alert_id, COUNT(*) FROM event WHERE status = 'firing' AND verdict <> 'rejected'"
    " GROUP BY alert_id",
    "dirty": "SELECT id, kind, subject_id, message_id, lane, wanted, shown, claimed_by, parked_reason"
    " FROM card WHERE wanted > shown OR claimed_by IS NOT NULL",
    "board": "SELECT card.message_id FROM board JOIN card ON card.kind = 'board'"
    " AND card.subject_id = board.channel_id WHERE left_at IS NULL AND card.message_id IS NOT NULL",
    "held": "SELECT card.id, alert.id FROM card JOIN alert"
    " ON alert.id = card.subject_id AND card.kind = 'alert' AND alert.group_id IS NULL"
    " OR alert.group_id = card.subject_id AND card.kind = 'group'"
    " WHERE state <> 'resolved' AND message_id IS NULL AND wanted > shown"
    " AND claimed_by IS NULL AND lane <> 1",
    "shared": "SELECT id, group_id FROM alert WHERE group_id IS NOT NULL",
    "tag": "SELECT id, tag FROM project",
    "incidents": "SELECT incident.id, state, severity, thread_id, message_id, threadless FROM incident"
    " JOIN card ON card.kind = 'incident' AND subject_id = incident.id ORDER BY incident.id",
    "members": "SELECT alert_id, incident_id, active FROM incident_alert",
    "acts": "SELECT id, alert_ids FROM bulk_act",
    "homes": "SELECT alert_id, incident_id FROM incident_alert WHERE active",
    "words": "SELECT kind, subject_id, channel_id, message_id FROM card WHERE kind IN ('nudge', 'brief')",
}


class AlertRow(msgspec.Struct, frozen=True):
    """An alert as it is stored."""

    id: int
    name: str
    state: str
    severity: str
    owner: str
    snooze: str
    occurrences: int
    recurrence_id: int
    group_id: int | None

    @property
    def look(self) -> Look:
        """The part that deeds change."""
        return Look(self.state, self.severity, self.owner, self.snooze)


class CardRow(msgspec.Struct, frozen=True):
    """Where an alert is shown."""

    alert_id: int
    message_id: int | None
    wanted: int
    shown: int
    parked_reason: str | None
    claimed_by: str | None
    failures: int
    not_before: int | None


class IncidentRow(msgspec.Struct, frozen=True):
    """An incident, and where its head and its thread stand; ``threadless`` says that it got none."""

    id: int
    state: str
    severity: str
    thread_id: int | None
    message_id: int | None
    threadless: bool

    @property
    def lacks_thread(self) -> bool:
        """Whether it has to get one: without a right to that an incident gets one later, if it lasts."""
        is_over = self.state not in {"open", "mitigating"}
        return self.thread_id is None and not (self.threadless and is_over)


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One consistent look; ``heard`` are (message id, user id, emoji).

    ``board`` is the message of a storm's board that stands, and ``held`` are the open alerts that it stands
    for; ``dirty`` are the other cards that wait, as rows. ``groups`` are message ids by group, ``members``
    are (alert, incident, whether it still is), ``words`` what was said in threads: (channel id, message id).
    """

    tag: str
    alerts: dict[int, AlertRow]
    cards: list[CardRow]
    groups: dict[int, int | None]
    recurrences: dict[int, tuple[int, int]]
    hours: dict[int, tuple[int, int]]
    fired: dict[int, int]
    heard: set[tuple[int, int, str]]
    dirty: list[Any]
    board: int | None
    held: set[int]
    incidents: list[IncidentRow]
    members: set[tuple[int, int, bool]]
    words: list[tuple[int, int | None]]
    broken_entry: int | None = None

    @property
    def looks(self) -> dict[str, Look]:
        """How alerts and incidents stand, by ref."""
        alerts = {f"A-{each.id}": each.look for each in self.alerts.values()}
        return alerts | {f"I-{each.id}": Look(each.state, "", "") for each in self.incidents}


class Reader:
    """An open database; `close` it."""

    def __init__(self, database_url: str) -> None:
        self._storage = Storage.open(database_url)

    async def read(self) -> Record:
        """Everything but the chain."""
        return await self._storage.read(_read)

    async def read_chain(self) -> Record:
        """Everything and the chain."""

        def work(tx: Transaction) -> Record:
            (project,) = _rows(tx, "tag")
            broken = first_broken(tx.audit.chain(project[0]))
            return msgspec.structs.replace(_read(tx), broken_entry=broken)

        return await self._storage.read(work)

    async def groups(self) -> dict[int, int]:
        """The group of each alert that shares a card, by alert id: which that is, is the desk's to say."""
        return await self._storage.read(lambda tx: {row[0]: row[1] for row in _rows(tx, "shared")})

    async def acts(self) -> dict[int, list[int]]:
        """The alerts of each act on many that can be taken back still, by its id."""
        rows = await self._storage.read(lambda tx: _rows(tx, "acts"))
        return {row[0]: msgspec.json.decode(row[1], type=list[int]) for row in rows}

    async def homes(self) -> dict[int, int]:
        """The incident that each alert belongs to, by alert id."""
        return await self._storage.read(lambda tx: {row[0]: row[1] for row in _rows(tx, "homes")})

    async def close(self) -> None:
        """Let go of it."""
        await self._storage.close()


def _read(tx: Transaction) -> Record:
    (project,) = _rows(tx, "tag")
    board = next((row[0] for row in _rows(tx, "board")), None)
    held = _rows(tx, "held") if board is not None else []
    alerts = [_alert(row) for row in _rows(tx, "alerts")]
    return Record(
        tag=project[1],
        alerts={each.id: each for each in alerts},
        cards=[CardRow(*row) for row in _rows(tx, "cards")],
        groups={row[0]: row[1] for row in _rows(tx, "groups")},
        recurrences={row[0]: (int(row[1]), int(row[2])) for row in _rows(tx, "recurrences")},
        hours={row[0]: (int(row[1]), int(row[2])) for row in _rows(tx, "hours")},
        fired={row[0]: row[1] for row in _rows(tx, "fired")},
        heard={(row[0], row[1], row[2]) for row in _rows(tx, "heard")},
        dirty=[row for row in _rows(tx, "dirty") if row[0] not in {card_id for card_id, _ in held}],
        board=board,
        held={alert_id for _, alert_id in held},
        incidents=[
            IncidentRow(row[0], row[1], row[2], row[3], row[4], bool(row[5]))
            for row in _rows(tx, "incidents")
        ],
        members={(row[0], row[1], bool(row[2])) for row in _rows(tx, "members")},
        words=[(row[2], row[3]) for row in _rows(tx, "words")],
    )


def _alert(row: Any) -> AlertRow:
    number, name, state, severity, owner, quiet, by, span, *counts = row
    is_snoozed = "snooze" in (quiet or "").split()
    snooze = f"{by}{LONG if (span or 0) > _BY_EMOJI else ''}" if is_snoozed else ""
    return AlertRow(number, name, state, severity, owner or "", snooze, *counts)


def _rows(tx: Transaction, what: str) -> list[Any]:
    return [tuple(row) for row in tx.run_raw(_STATEMENTS[what])]
