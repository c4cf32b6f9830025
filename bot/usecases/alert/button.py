"""Button: what a button on a card asks for, with what the card must show right after.

The card's new look is read in the transaction that changed the alert, so that the answer to the press can
redraw the card. No bell rings here: who pressed is answered first, and `card.answered` rings when delivery
has nothing left to do (or whoever could not answer rings, so that delivery does it).

Law: a press means what its button meant when it was drawn. If the alert has moved on since, nothing is done.
"""

from datetime import datetime

import msgspec

from bot.cards.alert.alert import AlertView
from bot.cards.ids import Verb
from bot.cards.style import words
from bot.domain.actor import Actor
from bot.domain.alert.alert import Alert, format_ref, stamp
from bot.domain.errors import ConflictError, NotFoundError
from bot.domain.outbox.outbox import CardKind
from bot.domain.outbox.placement import Placement
from bot.usecases.alert.move import Move, bounded, carry_out
from bot.usecases.alert.verb import MOVES
from bot.usecases.desk import Desk
from bot.usecases.view import alert_view
from storage.transaction import Transaction


class PressedAlert(msgspec.Struct, frozen=True):
    """The alert as it is now; ``place.wanted`` is the revision that ``view`` shows."""

    view: AlertView
    place: Placement | None


async def press(
    desk: Desk, verb: Verb, alert_id: int, *, actor: Actor, note: str = "", seen: str = ""
) -> PressedAlert:
    """Do what ``verb`` says to an alert; ``seen`` is the stamp of what was pressed, ``""`` where none is.

    Raises:
        NotFoundError: this desk does not have the alert.
        ConflictError: its state, or its owner, forbids it, or it is not as it was seen; nothing has changed.
        InvalidInputError: the note is too long, or empty where it is all there is.
        NotDurableError: the database cannot be written.
    """
    text = bounded(note)
    now = desk.clock.now()

    def press_alert(tx: Transaction) -> PressedAlert:
        move = as_seen(MOVES[verb.value](tx, desk, alert_id, actor, text), seen)
        changed = carry_out(tx, desk, move, now)
        places = tx.cards.of(CardKind.ALERT, [alert_id])
        return PressedAlert(alert_view(tx, desk, changed), places[0] if places else None)

    return await desk.storage.write(press_alert)


async def glance(desk: Desk, alert_id: int) -> Alert:
    """The alert alone, before a form about it opens.

    Raises:
        NotFoundError: this desk does not have it.
    """

    def read_alert(tx: Transaction) -> Alert:
        alert = tx.alerts.get(desk.project.id, alert_id)
        if alert is None:
            raise NotFoundError("alert", format_ref(alert_id))
        return alert

    return await desk.storage.read(read_alert)


def how_it_stands(alert: Alert) -> str:
    """``A-1042 is ACKED · CRITICAL, with @Ann``."""
    holder = f", with {alert.owner.mention}" if alert.owner and alert.state.open else ""
    return f"{alert.ref} is {words(alert)}{holder}"


def as_seen(move: Move, seen: str) -> Move:
    """The move, but only on an alert that still is as it was seen; what is illegal says so itself."""

    def make(alert: Alert, now: datetime) -> Alert:
        changed = move.make(alert, now)
        if seen and seen != stamp(alert):
            raise ConflictError(f"{how_it_stands(alert)} meanwhile, so nothing was done. Look again.")
        return changed

    return msgspec.structs.replace(move, make=make)
