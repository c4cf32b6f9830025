"""Reaction: an emoji on a card is an action, and counts once however often it is heard of.

A check mark acknowledges, eyes claim, a thumb down votes the recurrence noise; taking the emoji away takes
the action back as long as it still stands and was this person's.
"""

from enum import StrEnum
from typing import Final

from bot.domain.actor import Actor, ActorKind
from bot.domain.errors import ConflictError
from bot.domain.outbox import CardKind
from bot.usecases import alert as alerts
from bot.usecases import noise
from bot.usecases.desk import Desk
from storage.card import Place
from storage.reaction import Reaction
from storage.transaction import Transaction

ACK: Final = "✅"
CLAIM: Final = "👀"
NOISE: Final = "👎"
ACTIONS: Final = frozenset({ACK, CLAIM, NOISE})


class Effect(StrEnum):
    """What became of a reaction."""

    APPLIED = "applied"
    KNOWN = "known"
    NOT_A_CARD = "not_a_card"
    IMPOSSIBLE = "impossible"


async def card_of(desk: Desk, message_id: int) -> Place | None:
    """The alert card that this message is."""
    place = await desk.storage.read(lambda tx: tx.cards.showing(message_id))
    return place if place is not None and place.kind is CardKind.ALERT else None


async def apply(
    desk: Desk, message_id: int, emoji: str, *, actor: Actor, present: bool
) -> tuple[Effect, str]:
    """Turn a reaction that appeared or vanished into action; the text says why it was impossible.

    What was heard of it and what came of it are one transaction.
    """
    if emoji not in ACTIONS or actor.kind is not ActorKind.PERSON:
        return Effect.NOT_A_CARD, ""
    now = desk.clock.now()

    def work(tx: Transaction) -> tuple[Effect, str]:
        place = tx.cards.showing(message_id)
        if place is None or place.kind is not CardKind.ALERT:
            return Effect.NOT_A_CARD, ""
        which = Reaction(message_id, int(actor.ident), emoji)
        if not tx.reactions.turn(which, present=present, now=now):
            return Effect.KNOWN, ""
        if emoji == NOISE:
            noise.vote(tx, desk.project.id, place.subject_id, actor, now, present=present)
            return Effect.APPLIED, ""
        try:
            alerts.apply(tx, desk.project.id, _move(desk, place.subject_id, emoji, actor, present), now)
        except ConflictError as conflict:
            return Effect.IMPOSSIBLE, str(conflict)
        return Effect.APPLIED, ""

    result = await desk.storage.write(work)
    desk.bell.ring()
    return result


def _move(desk: Desk, alert_id: int, emoji: str, actor: Actor, present: bool) -> alerts.Move:
    if emoji == ACK:
        return (
            alerts.acknowledging(alert_id, actor) if present else alerts.unacknowledging_own(alert_id, actor)
        )
    return (
        alerts.claiming(alert_id, actor, desk.rules.lease) if present else alerts.releasing(alert_id, actor)
    )
