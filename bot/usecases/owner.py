"""Owner: the desk of the project that something belongs to, inside a transaction."""

from bot.domain.errors import ConflictError
from bot.usecases.desk import Desk
from storage.transaction import Transaction


def owner(tx: Transaction, desk: Desk, project_id: int) -> Desk:
    """The desk of a project; one that another process has just made is looked up."""
    if project_id == desk.project.id or project_id in desk.projects:
        return desk.of(project_id)
    project = tx.projects.get(project_id)
    return desk if project is None else desk.join(project)


def owner_of_channel(tx: Transaction, desk: Desk, channel_id: int) -> Desk:
    """The desk of the project that a channel belongs to; the first one's where none has claimed it."""
    return claimed_by(tx, desk, channel_id) or desk.everybody[0]


def claimed_by(tx: Transaction, desk: Desk, channel_id: int) -> Desk | None:
    """The desk of the project that a channel belongs to, None for everybody's."""
    for each in desk.everybody:
        settings = each.project.settings
        if channel_id in {each.default_channel_id, settings.incident_channel_id}:
            return each
    named = tx.projects.speaking_in(channel_id)
    return owner(tx, desk, min(named)) if named else None


def demand_channel(tx: Transaction, desk: Desk, *channel_ids: int | None) -> None:
    """Let pass what the desk's project may use: a channel belongs to one project.

    Raises:
        ConflictError: another project's default or incidents are there, its sources speak there, or its cards
            stand there.
    """
    wanted = [each for each in channel_ids if each]
    others = [each for each in tx.projects.listing() if each.id != desk.project.id] if wanted else []
    for channel_id in wanted if others else ():
        spoken = tx.projects.speaking_in(channel_id) - {desk.project.id}
        shown = tx.projects.shown_in(channel_id, beside=desk.project.id)
        for each in others:
            picked = {each.settings.default_channel_id, each.settings.incident_channel_id}
            configured = desk.of(each.id).default_channel_id if each.id in desk.projects else None
            if channel_id in {*picked, configured} or each.id in spoken or each.id == shown:
                raise ConflictError(f"The channel {channel_id} belongs to the project {each.name}.")
