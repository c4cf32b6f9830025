"""Work items: their plan, the checks before it, and what was handed over."""

from typing import Final

import msgspec

from bot.cards.card import Card, Embed, Field
from bot.cards.limits import DESCRIPTION, fit
from bot.cards.style import CALM, GOOD, SEPARATOR
from bot.cards.text import block, inline, who
from bot.domain.recurrence.work import Check, Handoff, HandoffKind, Item, NextStep

_NAME: Final = 120
_REASON: Final = 200
_SIGNS: Final = {
    NextStep.VERIFIED_REPAIR: "✅",
    NextStep.OPEN: "🔎",
    NextStep.MANUAL_GATE: "✋",
    NextStep.AUTOMATION_GAP: "🤖",
    NextStep.FAILED_REPAIR: "⚠️",
}


_STEPS: Final = {
    NextStep.VERIFIED_REPAIR: "a program mends it",
    NextStep.OPEN: "nothing to do yet",
    NextStep.MANUAL_GATE: "a person has to decide",
    NextStep.AUTOMATION_GAP: "a program could do it",
    NextStep.FAILED_REPAIR: "the program's repair failed",
}


class PlanView(msgspec.Struct, frozen=True, kw_only=True):
    """A work item's plan; ``recorded`` is the number of the dry run, 0 for a mere preview."""

    item: Item
    name: str
    steps: tuple[str, ...]
    checks: tuple[Check, ...]
    recorded: int = 0


def describe(item: Item) -> str:
    """``🤖 W-12: a program could do it · people did it by hand 7 times, no program ever tried``."""
    step = f"{_SIGNS[item.next_step]} {item.ref}: {_STEPS[item.next_step]}"
    return f"{step}{SEPARATOR}{inline(item.reason, _REASON)}"


def render_plan(view: PlanView) -> Card:
    """Preview and dry run: the plan and the checks before it."""
    checks = "\n".join(f"{'✅' if each.passed else '❌'} {each.name}: {each.detail}" for each in view.checks)
    steps = "\n".join(f"{place}. {step}" for place, step in enumerate(view.steps, 1))
    is_ready = all(each.passed for each in view.checks)
    told = f"Written down as dry run {view.recorded}." if view.recorded else "A preview: nothing was written."
    name = inline(view.name, _NAME, addresses=False) or "unnamed"
    embed = Embed(
        title=f"{view.item.ref} {name}",
        description=describe(view.item),
        color=GOOD if is_ready else CALM,
        fields=(Field("Plan", steps), Field("Before it", checks)),
        footer=told,
    )
    return fit(Card(embeds=(embed,)))


def render_handoff(handoff: Handoff) -> Card:
    """What was handed over, to whom and by whom; it wakes nobody."""
    is_proposal = handoff.kind is HandoffKind.TICKET_PROPOSAL
    head = (
        "🎫 Ticket proposal" if is_proposal or handoff.assignee is None else f"✋ For {who(handoff.assignee)}"
    )
    embed = Embed(
        title=inline(handoff.title, _NAME, addresses=False),
        description=f"{head}, by {who(handoff.by)}\n\n{block(handoff.body, DESCRIPTION // 2)}",
        color=CALM,
    )
    return fit(Card(embeds=(embed,)))
