"""Registry: every kind of card with its entry."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from bot.domain.outbox.outbox import CardKind
from bot.usecases.outbox.kind.alert import ALERT
from bot.usecases.outbox.kind.board import BOARD
from bot.usecases.outbox.kind.brief import BRIEF
from bot.usecases.outbox.kind.closure import CLOSURE
from bot.usecases.outbox.kind.folded import FOLDED
from bot.usecases.outbox.kind.group import GROUP
from bot.usecases.outbox.kind.incident import INCIDENT
from bot.usecases.outbox.kind.note import NOTE
from bot.usecases.outbox.kind.nudge import NUDGE
from bot.usecases.outbox.kind.report import REPORT
from bot.usecases.outbox.kind.ring import RING
from bot.usecases.outbox.subject import CardSubject

SUBJECTS: Final[Mapping[CardKind, CardSubject[Any]]] = MappingProxyType(
    {
        CardKind.ALERT: ALERT,
        CardKind.GROUP: GROUP,
        CardKind.FOLDED: FOLDED,
        CardKind.RING: RING,
        CardKind.BOARD: BOARD,
        CardKind.INCIDENT: INCIDENT,
        CardKind.NUDGE: NUDGE,
        CardKind.BRIEF: BRIEF,
        CardKind.REPORT: REPORT,
        CardKind.CLOSURE: CLOSURE,
        CardKind.NOTE: NOTE,
    }
)
