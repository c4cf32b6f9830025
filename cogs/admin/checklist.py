"""What is left of the set-up: the list at the end of ``/setup``."""

from bot.cards.admin import checklist as checklist_card
from bot.cards.admin.checklist import BACKUP, BESIDE, INCIDENTS
from bot.cards.admin.setup import SetupDraft
from bot.cards.card import Card
from bot.cards.ids import CustomId
from bot.domain.alert.signal import Severity
from bot.domain.checklist import SetupChecklist
from bot.domain.snowflake import is_snowflake
from bot.usecases.admin import checklist, setting
from cogs.admin import default_channel, wake
from cogs.interaction import InteractionContext
from cogs.message import read_values


async def press(context: InteractionContext, which: CustomId) -> None:
    """A button or select of the list, or the one that leads to it."""
    draft, desk = SetupDraft.decode(which.extra), context.bot_context.desk
    picked = next((each for each in read_values(context.interaction) if is_snowflake(each)), None)
    if which.subject == BACKUP:
        await context.defer_if_slow(setting.note_backup(desk, actor=context.actor), thinking=False)
    elif which.subject == BESIDE or (which.subject == INCIDENTS and picked is not None):
        channel_id = int(picked) if which.subject == INCIDENTS and picked else None
        work = setting.choose_incident_channel(desk, channel_id, actor=context.actor)
        await context.defer_if_slow(work, thinking=False)
    shown = await context.defer_if_slow(page(context, draft), thinking=False)
    await context.update_message(shown)


async def page(context: InteractionContext, draft: SetupDraft, *, before: str = "") -> Card:
    """The list as it is now."""
    return checklist_card.page(await steps(context), draft, context.bot_context.tag, before=before)


async def steps(context: InteractionContext) -> SetupChecklist:
    """How far the set-up is."""
    wakes = bool(wake.view_of(context).wakes(Severity.CRITICAL))
    gone = default_channel.is_gone(context)
    return await checklist.setup_checklist(context.bot_context.desk, wakes=wakes, gone=gone)
