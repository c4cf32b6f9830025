"""The buttons of an alert: what stands where, and what they ask before they act.

Law: each button has its place for the life of the alert. What cannot be done now is greyed out and stays
where it is; what takes back or goes on (give back, claim, reopen) stands in another row or behind *More*. So
a second tap on one spot never means something else than the first.
"""

from collections.abc import Iterator
from typing import Final

from bot.cards.card import Button, ButtonStyle, Card, Option, Row, Select
from bot.cards.ids import Verb, build
from bot.cards.limits import fit
from bot.cards.question import cancel
from bot.cards.text import plain
from bot.domain.alert.alert import Alert, State, stamp

CLAIM_WORDS: Final = (
    "Acknowledge: it is yours until it is over; claim: you are looking, and it waits for somebody again "
    "when the lease runs out."
)
"""The difference in one sentence, the same behind *More*, in `/help`, the README and docs/cards.md."""


_CONFIRMING: Final = (
    (Verb.CONFIRM, "It is over", "You have looked: it is resolved", "☑️"),
    (Verb.REOPEN, "Still broken", "It is open again, and calls people", "↩️"),
)


def actions(alert: Alert, tag: str, *, more: bool, escalates: bool = True) -> Row:
    """The first row, the same in every state."""
    open_, acked = alert.state.open, alert.state is State.ACKED
    return (
        _button(
            Verb.ACK,
            "Acknowledged" if acked else "Acknowledge",
            alert,
            tag,
            style=ButtonStyle.SUCCESS,
            disabled=acked or not open_,
        ),
        _button(
            Verb.RESOLVE,
            "Resolve" if open_ or alert.expired else "Resolved",
            alert,
            tag,
            disabled=not open_,
        ),
        _button(Verb.ESCALATE, "Escalate", alert, tag, disabled=not (open_ and escalates), stamped=False),
        _button(Verb.NOTE, "Note", alert, tag, stamped=False),
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
        return (
            _button(Verb.CONFIRM, "It is over", alert, tag, emoji="☑️"),
            _button(Verb.REOPEN, "Still broken", alert, tag, emoji="↩️"),
        )
    if alert.state is State.FAILED:
        return (_button(Verb.RETRY, "Retry", alert, tag, emoji="🔁"),)
    return () if alert.state.open else (_button(Verb.REOPEN, "Reopen", alert, tag, emoji="↩️"),)


def menu(alert: Alert, tag: str) -> Row:
    """The select behind *More*: what is asked for less often."""
    options = tuple(
        Option(label=label, value=verb.value, description=plain(said, 100), emoji=emoji)
        for verb, label, said, emoji in (_CONFIRMING if alert.expired else _choices(alert.state))
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


def _choices(state: State) -> Iterator[tuple[Verb, str, str, str]]:
    if state is State.RESOLVED:
        yield Verb.REOPEN, "Reopen", "It was not over; within 10 min whoever had it has it again", "↩️"
        return
    if state is State.NEW:
        yield (
            Verb.CLAIM,
            "Claim",
            "You are looking; it waits for somebody again when the lease runs out",
            "👀",
        )
    if state is State.FAILED:
        yield Verb.RETRY, "Retry", "Let programs try again, from the first attempt on", "🔁"
    if state is State.PROCESSING:
        yield Verb.RELEASE, "Release the claim", "Somebody else has to look; only its owner may", "👐"
    if state is State.ACKED:
        yield Verb.UNACK, "Un-acknowledge", "Give it back: it waits for somebody again", "👐"
    if state is not State.ACKED:
        yield Verb.ACK, "Acknowledge", "It is yours until it is over", "🙋"


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
