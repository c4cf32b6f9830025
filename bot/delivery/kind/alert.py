"""Alert: the message of one alert, and the former one of an alert that shares its group's by now."""

from typing import Final

import msgspec

from bot.cards.alert import alert as alert_card
from bot.cards.alert.alert import AlertView
from bot.delivery.kind.entry import CardMessage

ALERT: Final = CardMessage[AlertView](
    render=lambda view, ping: alert_card.render(msgspec.structs.replace(view, ping=ping)),
    mark=lambda view: alert_card.marker(view.tag, view.alert.id),
    is_quick=True,
)
