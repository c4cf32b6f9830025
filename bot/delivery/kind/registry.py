"""Registry: every kind of card with its entry."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from bot.delivery.kind.alert import ALERT
from bot.delivery.kind.board import BOARD
from bot.delivery.kind.brief import BRIEF
from bot.delivery.kind.closure import CLOSURE
from bot.delivery.kind.entry import CardMessage
from bot.delivery.kind.group import GROUP
from bot.delivery.kind.incident import INCIDENT
from bot.delivery.kind.note import NOTE
from bot.delivery.kind.nudge import NUDGE
from bot.delivery.kind.report import REPORT
from bot.delivery.kind.ring import RING
from bot.domain.outbox.outbox import CardKind

MESSAGES: Final[Mapping[CardKind, CardMessage[Any]]] = MappingProxyType(
    {
        CardKind.ALERT: ALERT,
        CardKind.GROUP: GROUP,
        CardKind.FOLDED: ALERT,
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
