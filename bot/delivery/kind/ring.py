"""Ring: a reply that calls; it is deleted when a later one stands below it."""

from typing import Final

from bot.cards.alert import ring as ring_card
from bot.cards.alert.ring import RingView
from bot.delivery.kind.entry import CardMessage
from bot.usecases.desk import Desk
from bot.usecases.outbox import ring as rings


async def _deleted(desk: Desk, view: RingView) -> None:
    await rings.drop(desk, view.id)


RING: Final = CardMessage[RingView](
    render=ring_card.render,
    mark=lambda view: ring_card.marker(view.tag, view.id),
    former_marks=lambda view: (ring_card.former_marker(view.tag, view.id),),
    reply_to=lambda view: view.reply_to,
    is_misplaced=lambda view: view.is_stale,
    deleted=_deleted,
)
