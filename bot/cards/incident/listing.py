"""The list of incidents: one page of lines, and ways to turn the page or open an incident.

All state of the list travels in its custom_ids, so that it survives any restart.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import msgspec

from bot.cards.card import Button, Card, Embed, Option, Row, Select
from bot.cards.ids import Verb, build
from bot.cards.incident.style import colour, sign, words
from bot.cards.limits import OPTION_TEXT, OPTIONS, fit
from bot.cards.style import CALM, SEPARATOR
from bot.cards.text import inline, moment, plain, who
from bot.domain.errors import InvalidInputError
from bot.domain.incident.action import Action
from bot.domain.incident.incident import Incident, IncidentState, Role, format_ref

PAGE_SIZE: Final = 10
_ACTIONS: Final = 25
SUBJECT: Final = "incidents"
_TITLE: Final = 90
_TEXT: Final = 110


class IncidentScope(StrEnum):
    """Which states the list shows."""

    OPEN = "open"
    RESOLVED = "resolved"
    CLOSED = "closed"
    ALL = "all"

    @property
    def states(self) -> tuple[IncidentState, ...] | None:
        """The states it stands for; None for all."""
        if self is IncidentScope.ALL:
            return None
        return (
            (IncidentState.OPEN, IncidentState.MITIGATING)
            if self is IncidentScope.OPEN
            else (IncidentState(self.value),)
        )


class IncidentListing(msgspec.Struct, frozen=True, kw_only=True):
    """One page: at most `PAGE_SIZE` incidents, ``page`` counted from 0, ``total`` over all pages."""

    incidents: tuple[Incident, ...]
    total: int
    page: int
    scope: IncidentScope
    tag: str

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // PAGE_SIZE))


def encode(scope: IncidentScope, page: int) -> str:
    """The list's state as the ``extra`` of a custom_id."""
    return f"{scope}.{page:x}"


def decode(extra: str) -> tuple[IncidentScope, int]:
    """Read what `encode` wrote.

    Raises:
        InvalidInputError: it is nothing of the kind.
    """
    scope, _, page = extra.partition(".")
    try:
        return IncidentScope(scope), abs(int(page, 16))
    except ValueError as error:
        raise InvalidInputError("custom_id", "is not the state of a list") from error


def render(listing: IncidentListing) -> Card:
    """The page as one message."""
    title = f"{listing.scope.capitalize()} incidents"
    if not listing.incidents:
        nothing = "No incident is open. 🌙" if listing.scope is IncidentScope.OPEN else "There is none."
        return fit(Card(embeds=(Embed(title=title, description=nothing, color=CALM),)))
    count = f"{listing.total} incident{'s' if listing.total != 1 else ''}"
    footer = f"{count}{SEPARATOR}page {listing.page + 1} of {listing.pages}" if listing.pages > 1 else count
    embed = Embed(
        title=title,
        description="\n".join(map(_line, listing.incidents)),
        color=colour(listing.incidents[0]),
        footer=footer,
    )
    return fit(Card(embeds=(embed,), rows=tuple(filter(None, (_picker(listing), _turns(listing))))))


def render_actions(actions: Sequence[Action], *, title: str) -> Card:
    """Action items, at most 25 of them, a line each."""
    lines = [_action_line(action) for action in actions[:_ACTIONS]]
    embed = Embed(title=title, description="\n".join(lines) or "There is none.", color=CALM)
    return fit(Card(embeds=(embed,)))


def _action_line(action: Action) -> str:
    """``☐ T-3 **alert on the queue** · @ann · due in 3 days · I-7``."""
    mark = "☑️" if action.done_at is not None else "☐"
    due = f"due {moment(action.due_at)}" if action.due_at is not None and action.done_at is None else ""
    parts = (
        f"{mark} {action.ref} **{inline(action.text, _TEXT, addresses=False)}**",
        who(action.owner) if action.owner else "nobody yet",
        due,
        format_ref(action.incident_id),
    )
    return SEPARATOR.join(filter(None, parts))


def _line(incident: Incident) -> str:
    """``🔴 I-7 **Checkout is down** · P1 · open · 12 minutes ago · @ann · #thread``."""
    commander = incident.roles.get(Role.COMMANDER)
    title = inline(incident.title, _TITLE, addresses=False) or "untitled"
    parts = (
        f"{sign(incident)} {incident.ref} **{title}**",
        words(incident).lower(),
        moment(incident.opened_at),
        who(commander) if commander else "",
        f"<#{incident.thread_id}>" if incident.thread_id else "",
    )
    return SEPARATOR.join(filter(None, parts))


def _picker(listing: IncidentListing) -> Row:
    """Opens one incident of this page with its buttons; its value is the incident's number."""
    options = tuple(map(_option, listing.incidents[:OPTIONS]))
    custom_id = build(Verb.INCIDENT_SHOW, listing.tag, SUBJECT)
    return (Select(custom_id=custom_id, placeholder="Open an incident", options=options),)


def _option(incident: Incident) -> Option:
    return Option(
        label=plain(f"{incident.ref} {incident.title}", OPTION_TEXT),
        value=str(incident.id),
        description=words(incident),
        emoji=sign(incident),
    )


def _turns(listing: IncidentListing) -> Row:
    """Back and forth; a button that leads nowhere is missing."""
    return tuple(
        Button(
            label=label,
            custom_id=build(Verb.INCIDENT_PAGE, listing.tag, SUBJECT, encode(listing.scope, page)),
        )
        for label, page in (("◀ Newer", listing.page - 1), ("Older ▶", listing.page + 1))
        if 0 <= page < listing.pages
    )
