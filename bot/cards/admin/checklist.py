"""What is left of the set-up: a list that is green in the end, and what the missing steps need."""

from collections.abc import Mapping
from typing import Final

import msgspec

from bot.cards.admin.setup import SetupDraft
from bot.cards.card import Button, ButtonStyle, Card, Embed, Field, Row, Select, SelectKind
from bot.cards.ids import Verb, build
from bot.cards.limits import fit
from bot.cards.style import CALM, GOOD
from bot.domain.checklist import SetupChecklist, SetupStep

OPEN: Final = "steps"
INCIDENTS: Final = "steps-incidents"
BESIDE: Final = "steps-beside"
BACKUP: Final = "steps-backup"
SUBJECTS: Final = frozenset({OPEN, INCIDENTS, BESIDE, BACKUP})
_TEXT_CHANNEL: Final = 0
_FORUM: Final = 15

_NAMES: Final[Mapping[SetupStep, str]] = {
    SetupStep.CHANNEL: "A channel for alerts",
    SetupStep.WAKE: "Whom criticals wake",
    SetupStep.SOURCE: "A first source",
    SetupStep.SEEN: "A test alert seen",
    SetupStep.INCIDENTS: "A place for incidents",
    SetupStep.BACKUP: "Backups",
}
_HOW: Final[Mapping[SetupStep, str]] = {
    SetupStep.CHANNEL: "pick one in `/setup`: it takes effect at once",
    SetupStep.WAKE: "*Whom to wake* in `/setup` takes a role and rings it as proof",
    SetupStep.SOURCE: "*Create the source* in `/setup`",
    SetupStep.SEEN: "*Send a test alert* under a new source; its card has to stand in the channel",
    SetupStep.INCIDENTS: "pick a forum or a channel below, or let them stay beside their alert",
    SetupStep.BACKUP: "`tocsin backup FILE` by cron, not a copy of the database file, which loses what was"
    " written last; press *Backups are made* when it runs",
}


def add_steps(page: Card, steps: SetupChecklist, draft: SetupDraft, tag: str) -> Card:
    """The first page of `/setup`, which says how much is done and leads to the list."""
    button = Button(
        label="What is left" if steps.missing else "All is done",
        custom_id=build(Verb.SETUP, tag, OPEN, draft.encode()),
        style=ButtonStyle.SECONDARY,
        emoji="📋",
    )
    (embed,) = page.embeds
    shown = msgspec.structs.replace(embed, fields=(*embed.fields, Field("Set-up", summary(steps))))
    *others, last = page.rows
    return fit(msgspec.structs.replace(page, embeds=(shown,), rows=(*others, (*last, button))))


def summary(steps: SetupChecklist) -> str:
    """One line: how far it is, and what is missing."""
    if not steps.missing:
        return "✅ Every step is done"
    names = ", ".join(_NAMES[step].lower() for step in steps.missing)
    return f"{len(steps.done)} of {len(SetupStep)} steps are done; missing: {names}"


def page(steps: SetupChecklist, draft: SetupDraft, tag: str, *, before: str = "") -> Card:
    """The list; ``before`` is what has just been done."""
    lines = [
        f"✅ {_NAMES[step]}" if step in steps.done else f"⬜ **{_NAMES[step]}**: {_HOW[step]}"
        for step in SetupStep
    ]
    embed = Embed(
        title="What is left of the set-up" if steps.missing else "✅ The desk is set up",
        description="\n".join(filter(None, (before, *lines))),
        color=CALM if steps.missing else GOOD,
        footer="/doctor says whether it all works." if not steps.missing else "",
    )
    return fit(Card(embeds=(embed,), rows=tuple(_rows(steps, draft, tag))))


def _rows(steps: SetupChecklist, draft: SetupDraft, tag: str) -> list[Row]:
    state = draft.encode()
    rows: list[Row] = []
    buttons: list[Button] = []
    if SetupStep.INCIDENTS in steps.missing:
        rows.append(
            (
                Select(
                    custom_id=build(Verb.SETUP, tag, INCIDENTS, state),
                    placeholder="Where should incidents go?",
                    kind=SelectKind.CHANNEL,
                    channel_types=(_TEXT_CHANNEL, _FORUM),
                ),
            )
        )
        buttons.append(_button("Incidents stay beside their alert", BESIDE, state, tag))
    if SetupStep.BACKUP in steps.missing:
        buttons.append(_button("Backups are made", BACKUP, state, tag))
    if steps.missing:
        buttons.append(_button("Look again", OPEN, state, tag))
        rows.append(tuple(buttons))
    return rows


def _button(label: str, subject: str, state: str, tag: str) -> Button:
    return Button(label=label, custom_id=build(Verb.SETUP, tag, subject, state), style=ButtonStyle.SECONDARY)
