"""Group: the card that alerts of one cause share."""

from typing import Final

from bot.cards.alert.group import GroupView
from bot.domain.outbox.outbox import Outgoing
from bot.usecases.alert import group as groups
from bot.usecases.desk import Desk
from bot.usecases.outbox.subject import CardCall, CardSubject


async def _read(desk: Desk, card: Outgoing) -> GroupView | None:
    return await groups.look(desk, card.subject_id)


GROUP: Final = CardSubject[GroupView](
    read=_read,
    call=lambda view: CardCall(severity=view.wakes, words=(view.own_wakes,)),
    over_at=lambda view: view.ended_at,
)
