"""Resolution: ``/alert resolve``, which asks like the button where an incident is left with nothing open."""

from bot.cards.alert.action import ask_resolve
from bot.domain.alert.alert import parse_refs
from bot.domain.errors import ConflictError
from bot.usecases.alert import button as press
from bot.usecases.alert import lifecycle as alerts
from bot.usecases.incident import end
from cogs.alert.several import act_on_each, said
from cogs.interaction import InteractionContext


async def resolve_all(context: InteractionContext, text: str, note: str) -> None:
    """Resolve the alerts of ``text``; of several the one that has to be asked about is left as it is."""
    desk = context.bot_context.desk
    named = parse_refs(text)
    if len(named) == 1 and not context.unseen and await _asks(context, named[0], note):
        return

    async def do(alert_id: int) -> str:
        incident = await end.last_of(desk, alert_id) if len(named) > 1 else ""
        if incident:
            raise ConflictError(
                f"A-{alert_id} is the last open alert of {incident}; resolve it alone, and you are asked."
            )
        return said(await alerts.resolve(desk, alert_id, actor=context.actor, note=note), "resolved")

    await act_on_each(context, text, do, "resolved")


async def _asks(context: InteractionContext, alert_id: int, note: str) -> bool:
    """Whether it has to be said what is meant; the note, which no button carries, is kept at once."""
    desk = context.bot_context.desk
    incident = await context.defer_if_slow(end.last_of(desk, alert_id), thinking=True)
    if not incident:
        return False
    if note:
        work = alerts.annotate(desk, alert_id, actor=context.actor, note=note)
        alert = await context.defer_if_slow(work, thinking=True)
    else:
        alert = await context.defer_if_slow(press.glance(desk, alert_id), thinking=True)
    await context.question(ask_resolve(alert, context.bot_context.tag, incident, noted=bool(note)))
    return True
