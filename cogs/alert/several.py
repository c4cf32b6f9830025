"""Several: one act on each of the alerts that a command names, with one answer that says each outcome."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

from bot.cards import answer
from bot.cards.card import Card
from bot.domain.alert.alert import Alert, parse_ref
from bot.domain.errors import TocsinError
from bot.domain.jump_link import split
from bot.usecases.admin import audience
from cogs.interaction import InteractionContext

Tell: TypeAlias = Callable[[str], Card]
Do: TypeAlias = Callable[[int], Coroutine[Any, Any, str]]


async def act_on_each(
    context: InteractionContext, text: str, do: Do, done: str, tell: Tell = answer.done
) -> None:
    """``do`` it to each alert of ``text``; it returns in words what became of it.

    One alone is answered by ``tell``, and refused like anything else. Of several each is an act of its own:
    what forbids one does not keep the others, and is said beside it.
    """
    named = [parse_ref(each) for each in split(text)]
    if len(named) == 1 and not context.unseen:
        await context.reply_ephemeral(tell(await context.defer_if_slow(do(named[0]), thinking=True)))
        return
    outcomes: list[str | TocsinError] = []

    async def do_act_on_each() -> None:
        for alert_id in named:
            try:
                outcomes.append(await do(alert_id))
            except TocsinError as error:
                outcomes.append(error)

    await context.defer_if_slow(do_act_on_each(), thinking=True)
    outcomes += [audience.missing(each) for each in context.unseen]
    await context.reply_ephemeral(answer.several(outcomes, done))


def said(alert: Alert, what: str) -> str:
    """``A-12 acknowledged: HighErrorRate``."""
    return f"{alert.ref} {what}: {alert.name}"
