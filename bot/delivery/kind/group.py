"""Group: the message that alerts of one cause share; it may have been posted as that of the first of them."""

from typing import Final

import msgspec

from bot.cards.alert import alert as alert_card
from bot.cards.alert import group as group_card
from bot.cards.alert.group import GroupView
from bot.delivery.kind.entry import CardMessage


def _former_marks(view: GroupView) -> tuple[str, ...]:
    began_as = view.group.began_as
    return (alert_card.marker(view.tag, began_as),) if began_as else ()


GROUP: Final = CardMessage[GroupView](
    render=lambda view, ping: group_card.render(msgspec.structs.replace(view, ping=ping)),
    mark=lambda view: group_card.marker(view.tag, view.group.id),
    former_marks=_former_marks,
)
