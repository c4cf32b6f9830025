"""Closure: what the fallback channel is told of a channel that cannot be written to."""

from typing import Final

from bot.cards.outbox.closure import ClosureView
from bot.domain.alert.signal import Severity
from bot.usecases.outbox import closure as closures
from bot.usecases.outbox.subject import CardCall, CardSubject

CLOSURE: Final = CardSubject[ClosureView](
    look_up=lambda tx, desk, card, _: closures.view(tx, desk, card),
    call=lambda view: CardCall(severity=Severity.CRITICAL if view.criticals else None),
)
