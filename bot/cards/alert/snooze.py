"""The select by which an alert, or all of a group, is snoozed: how long nobody is rung."""

from types import MappingProxyType
from typing import Final

from bot.cards.card import Option, Row, Select
from bot.cards.ids import Verb, build
from bot.domain.alert.alert import Alert
from bot.domain.alert.quiet import QuietKind

SPANS: Final = MappingProxyType(
    {
        "30m": "for 30 minutes",
        "2h": "for 2 hours",
        "morning": "until 9:00, your time",
        "worse": "until it gets worse",
    }
)
OVER: Final = "over"


def snooze_menu(alert: Alert, tag: str) -> Row:
    """Behind *More* of an alert that is open; one that is snoozed can be woken there too."""
    if not alert.state.open:
        return ()
    return _select(Verb.SNOOZE, tag, alert.id, wakes=QuietKind.SNOOZE in alert.quiet_kinds)


def group_snooze_menu(tag: str, group_id: int, *, wakes: bool) -> Row:
    """On a group's card, for all that is open."""
    return _select(Verb.GROUP_SNOOZE, tag, group_id, wakes=wakes)


def _select(verb: Verb, tag: str, subject: int, *, wakes: bool) -> Row:
    options = [Option(label=f"Snooze {said}", value=value, emoji="🔕") for value, said in SPANS.items()]
    if wakes:
        options.append(Option(label="End the snooze", value=OVER, emoji="🔔"))
    return (
        Select(
            custom_id=build(verb, tag, subject),
            placeholder="Snooze: nobody is rung",
            options=tuple(options),
        ),
    )
