"""The buttons of an alert: what stands where, and what they ask before they act.

Law: each button has its place for the life of the alert. What cannot be done now is greyed out and stays
where it is; what takes back or goes on (give back, claim, reopen) stands in another row or behind *More*. So
a second tap on one spot never means something else than the first.
"""

from typing import Final

from bot.cards.card import Button, ButtonStyle, Card, Option, Row, Select
from bot.cards.ids import Verb, build
from bot.cards.limits import fit
from bot.cards.question import cancel
from bot.cards.text import plain
from bot.domain.alert import verb as verbs
from bot.domain.alert.alert import Alert, State, stamp
from bot.domain.alert.verb import AlertVerb, menu_of

CLAIM_WORDS: Final = (
    "Acknowledge: it is yours until it is over; claim: you are looking, and it waits for somebody again "
    "when the lease runs out."
)
"""The difference in one sentence, the same behind *More*, in `/help`, the README and docs/cards.md."""


def actions(alert: Alert, tag: str, *, more: bool, escalates: bool = True) -> Row:
    """The first row, the same in every state."""
    open_, acked = alert.state.open, alert.state is State.ACKED
    return (
        _doing(
            verbs.ACK,
            alert,
            tag,
            label="Acknowledged" if acked else "",
            style=ButtonStyle.SUCCESS,
            disabled=acked or not open_,
        ),
        _doing(
            verbs.RESOLVE,
            alert,
            tag,
            label="" if open_ or alert.expired else "Resolved",
            disabled=not open_,
        ),
        _button(Verb.ESCALATE, "Escalate", alert, tag, disabled=not (open_ and escalates), stamped=False),
        _doing(verbs.NOTE, alert, tag),
        *((_button(Verb.MORE, "More", alert, tag, stamped=False),) if more else ()),
    )


def opening(alert: Alert, tag: str) -> Row:
    """All that a folded card has: the way to its alert, whatever became of that since."""
    return (_button(Verb.MORE, f"Open {alert.ref}", alert, tag, stamped=False, emoji="🔎"),)


def inverse(alert: Alert, tag: str) -> Row:
    """The second row of a card: what is over, or was given up by programs, can be taken up again.

    Of what has expired somebody can say whether it is over.
    """
    if alert.expired:
        return tuple(
            _doing(pressed, alert, tag, label=said.label, emoji=said.emoji)
            for pressed, said in menu_of(alert)
        )
    if alert.state is State.FAILED:
        return (_doing(verbs.RETRY, alert, tag, emoji=verbs.RETRY.emoji),)
    if alert.state.open:
        return ()
    return (_doing(verbs.REOPEN, alert, tag, emoji=verbs.REOPEN.emoji),)


def menu(alert: Alert, tag: str) -> Row:
    """The select behind *More*: what is asked for less often."""
    options = tuple(
        Option(label=said.label, value=pressed.name, description=plain(said.hint, 100), emoji=said.emoji)
        for pressed, said in menu_of(alert)
    )
    return (
        Select(
            custom_id=build(Verb.MENU, tag, alert.id, stamp(alert)),
            placeholder="Claim, give back, reopen",
            options=options,
        ),
    )


def ask_resolve(alert: Alert, tag: str, incident: str, *, noted: bool = False) -> Card:
    """The alert is the last open one of an incident that is open: what is meant?"""
    kept = "Your note stands on the card. " if noted else ""
    said = f"{kept}{incident} is open, and {alert.ref} is its last open alert. Resolve the incident too?"
    return fit(
        Card(
            content=f"❔ {said}",
            rows=(
                (
                    _button(Verb.RESOLVE_BOTH, "Resolve both", alert, tag, style=ButtonStyle.DANGER),
                    _button(Verb.RESOLVE_ONLY, f"Only {alert.ref}", alert, tag),
                    cancel(tag),
                ),
            ),
        )
    )


def _doing(
    verb: AlertVerb,
    alert: Alert,
    tag: str,
    *,
    label: str = "",
    style: ButtonStyle = ButtonStyle.SECONDARY,
    disabled: bool = False,
    emoji: str = "",
) -> Button:
    """The button of a verb of the table; what asks for words first is not stamped."""
    return _button(
        Verb(verb.name),
        label or verb.label,
        alert,
        tag,
        style=style,
        disabled=disabled,
        stamped=not verb.asks_words,
        emoji=emoji,
    )


def _button(
    verb: Verb,
    label: str,
    alert: Alert,
    tag: str,
    *,
    style: ButtonStyle = ButtonStyle.SECONDARY,
    disabled: bool = False,
    stamped: bool = True,
    emoji: str = "",
) -> Button:
    """``stamped`` buttons carry the state they were drawn for (see `stamp`)."""
    custom_id = build(verb, tag, alert.id, stamp(alert) if stamped else "")
    return Button(label=label, custom_id=custom_id, style=style, disabled=disabled, emoji=emoji)
