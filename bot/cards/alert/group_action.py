"""Group action: what is pressed on a shared card; each button keeps its place while an alert is open."""

from typing import Final

from bot.cards.card import Button, ButtonStyle, Row
from bot.cards.ids import Verb, build

PAGE_SIZE: Final = 25
"""Alerts on a page; where one is not enough, the pages are a menu."""


def actions(tag: str, group_id: int, *, open_alerts: int, untaken: int, total: int) -> Row:
    """The buttons; what nobody has left to do is greyed out."""
    buttons: list[Button] = []
    if open_alerts:
        buttons += (
            Button(
                label="Acknowledge all" if untaken else "All acknowledged",
                custom_id=build(Verb.GROUP_ACK, tag, group_id),
                style=ButtonStyle.SUCCESS,
                disabled=not untaken,
            ),
            Button(label="Resolve all", custom_id=build(Verb.GROUP_RESOLVE, tag, group_id)),
        )
    if total <= PAGE_SIZE:
        buttons.append(
            Button(label="Browse all", custom_id=build(Verb.GROUP_PAGE, tag, group_id, "0"), emoji="📋")
        )
    return tuple(buttons)
