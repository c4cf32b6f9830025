"""Setting: what people choose in Discord; it outlives the process and wins over the configuration file."""

from datetime import datetime
from typing import Final

import msgspec

from bot.domain import actor as actors
from bot.domain.access.project import ProjectSettings
from bot.domain.actor import Actor
from bot.domain.alert.ring import REPEAT_CHOICES
from bot.domain.alert.signal import Severity
from bot.domain.audit import Entry
from bot.domain.errors import ConflictError, InvalidInputError
from bot.usecases.desk import Desk
from bot.usecases.outbox import closure as closures
from bot.usecases.owner import demand_channel
from storage.codec import encode
from storage.transaction import Transaction

_REPEATS: Final = {Severity.CRITICAL: "critical_repeats", Severity.WARNING: "warning_repeats"}
_PINGS: Final = {Severity.CRITICAL: "critical_role_ids", Severity.WARNING: "warning_role_ids"}


async def choose_channel(desk: Desk, channel_id: int, *, actor: Actor) -> int:
    """Cards go to this channel by default; returns how many waiting cards had none and go there now.

    Raises:
        ConflictError: the channel is another project's.
    """
    now = desk.clock.now()

    def do_choose_channel(tx: Transaction) -> int:
        demand_channel(tx, desk, channel_id)
        adopted = _adopt(tx, desk, channel_id, now)
        _save(tx, desk, actor, "setting.channel", default_channel_id=channel_id)
        return adopted

    adopted = await desk.storage.write(do_choose_channel)
    await reload(desk)
    desk.bell.ring()
    return adopted


async def choose_guild(desk: Desk, guild_id: int, *, actor: Actor, anew: bool = True) -> None:
    """The desk belongs to this Discord server; whatever code led here is used up.

    Raises:
        ConflictError: it belongs to one already, and may not get another (not ``anew``).
    """

    def do_choose_guild(tx: Transaction) -> None:
        current = (tx.projects.get(desk.project.id) or desk.project).settings
        if current.guild_id is not None and not anew:
            raise ConflictError("This alert desk belongs to a Discord server already.")
        _save(tx, desk, actor, "setting.guild", guild_id=guild_id, setups=current.setups + 1)

    await desk.storage.write(do_choose_guild)
    await reload(desk)


async def choose_roles(
    desk: Desk,
    *,
    actor: Actor,
    view: tuple[int, ...] | None = None,
    respond: tuple[int, ...] | None = None,
    manage: tuple[int, ...] | None = None,
) -> None:
    """Let these roles view, respond or manage, besides the configured ones; None leaves a choice as it is."""

    def do_choose_roles(tx: Transaction) -> None:
        changes: dict[str, object] = {}
        if view is not None:
            changes["view_role_ids"] = view
        if respond is not None:
            changes["respond_role_ids"] = respond
        if manage is not None:
            changes["manage_role_ids"] = manage
        _save(tx, desk, actor, "setting.roles", **changes)

    await desk.storage.write(do_choose_roles)
    await reload(desk)


def chosen_pings(settings: ProjectSettings) -> dict[Severity, tuple[int, ...]]:
    """The roles that were chosen to be woken, by severity; where none was, the configuration says who is."""
    chosen = {
        Severity.CRITICAL: settings.critical_role_ids,
        Severity.WARNING: settings.warning_role_ids,
    }
    return {severity: role_ids for severity, role_ids in chosen.items() if role_ids}


async def choose_pings(desk: Desk, severity: Severity, role_ids: tuple[int, ...], *, actor: Actor) -> None:
    """Alerts of this severity wake these roles; none leaves it to the configuration.

    Raises:
        InvalidInputError: for this severity nothing can be chosen.
    """
    if severity not in _PINGS:
        raise InvalidInputError("severity", f"whom a {severity} wakes stands in the configuration")
    changes = {_PINGS[severity]: role_ids}
    await desk.storage.write(lambda tx: _save(tx, desk, actor, "setting.ping", **changes))
    await reload(desk)


async def choose_repeats(desk: Desk, severity: Severity, choice: str, *, actor: Actor) -> None:
    """Alerts of this severity ring again so often; ``""`` leaves it to the configuration.

    Raises:
        InvalidInputError: for this severity nothing can be chosen, or not this.
    """
    if severity not in _REPEATS or choice not in {"", *REPEAT_CHOICES}:
        raise InvalidInputError("repeats", f"{choice[:40]!r} cannot be chosen for a {severity}")
    changes = {_REPEATS[severity]: choice}
    await desk.storage.write(lambda tx: _save(tx, desk, actor, "setting.repeats", **changes))
    await reload(desk)


async def choose_incident_channel(desk: Desk, channel_id: int | None, *, actor: Actor) -> None:
    """New incidents stand in this channel; with None they stay beside their alert, and somebody said so.

    Raises:
        ConflictError: the channel is another project's.
    """

    def do_choose_incident_channel(tx: Transaction) -> None:
        demand_channel(tx, desk, channel_id)
        changes = {"incident_channel_id": channel_id, "incidents_beside": channel_id is None}
        _save(tx, desk, actor, "setting.incidents", **changes)

    await desk.storage.write(do_choose_incident_channel)
    await reload(desk)


async def note_backup(desk: Desk, *, actor: Actor) -> None:
    """Somebody said that backups of this desk are made."""
    await desk.storage.write(lambda tx: _save(tx, desk, actor, "setting.backup", backup_told=True))
    await reload(desk)


async def remember_commands(desk: Desk, digest: str) -> None:
    """The commands with this digest are registered with Discord; they need not be sent again."""
    await desk.storage.write(
        lambda tx: _save(tx, desk, actors.job("commands"), "setting.commands", command_digest=digest)
    )
    await reload(desk)


async def remember_address(desk: Desk, url: str) -> None:
    """Remember where the HTTP server listens, for those who make sources on the command line."""
    if desk.project.settings.ingress_url == url:
        return
    await desk.storage.write(
        lambda tx: _save(tx, desk, actors.job("ingress"), "setting.address", ingress_url=url)
    )
    await reload(desk)


async def assign_default_channel(desk: Desk) -> int:
    """Cards that were taken in without a channel go to the default one, if there is one now."""
    channel_id = desk.default_channel_id
    if channel_id is None:
        return 0
    now = desk.clock.now()
    return await desk.storage.write(lambda tx: _adopt(tx, desk, channel_id, now))


async def reload(desk: Desk) -> None:
    """Take over what another process may have changed."""
    desk.meet(await desk.storage.read(lambda tx: tx.projects.listing()))


def _adopt(tx: Transaction, desk: Desk, channel_id: int, now: datetime) -> int:
    """Cards without a home get this one; whoever heard that they wait hears where they are."""
    adopted = tx.channels.adopt_homeless(desk.project.id, channel_id, now=now)
    if adopted:
        closures.end_empty(tx, desk, now=now, moved_to=channel_id)
    return adopted


def _save(tx: Transaction, desk: Desk, actor: Actor, action: str, **changes: object) -> None:
    current = tx.projects.get(desk.project.id) or desk.project
    settings: ProjectSettings = msgspec.structs.replace(current.settings, **changes)
    tx.projects.save_settings(current.id, settings)
    entry = Entry(
        at=desk.clock.now(),
        actor=actor,
        action=action,
        subject=f"project:{current.name}",
        before=encode({name: getattr(current.settings, name) for name in changes}),
        after=encode(changes),
    )
    tx.audit.append(current.id, entry)
