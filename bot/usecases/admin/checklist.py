"""Checklist: how far the set-up of this desk is."""

from bot.domain.checklist import SetupChecklist, SetupStep
from bot.usecases.desk import Desk
from storage.transaction import Transaction


async def setup_checklist(desk: Desk, *, wakes: bool, gone: bool = False) -> SetupChecklist:
    """Each step as it is now; ``wakes`` says whether a critical wakes anybody.

    ``gone`` says that the channel for alerts was deleted in Discord.
    """

    def read(tx: Transaction) -> tuple[bool, bool]:
        return bool(tx.sources.listing(desk.project.id)), tx.cards.has_shown_alert(desk.project.id)

    has_source, has_seen = await desk.storage.read(read)
    chosen, ruled = desk.project.settings, desk.rules.incidents
    has_incidents = chosen.incidents_beside or bool(chosen.incident_channel_id or ruled.channel_id)
    state = {
        SetupStep.CHANNEL: desk.default_channel_id is not None and not gone,
        SetupStep.WAKE: wakes,
        SetupStep.SOURCE: has_source,
        SetupStep.SEEN: has_seen,
        SetupStep.INCIDENTS: has_incidents,
        SetupStep.BACKUP: chosen.backup_told,
    }
    return SetupChecklist(frozenset(step for step, done in state.items() if done))
