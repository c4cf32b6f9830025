"""Project: which tenants there are, and what each has of its own.

All raise `NotFoundError` for a project that does not exist and `NotDurableError` when the database cannot be
written.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from bot.domain.access.project import DEFAULT, MOST, Project, ProjectSettings
from bot.domain.access.token import parse_name
from bot.domain.actor import Actor
from bot.domain.alert.search import OPEN_ALERTS
from bot.domain.audit import Entry
from bot.domain.errors import ConflictError, InvalidInputError, NotFoundError
from bot.domain.incident.search import OPEN_INCIDENTS
from bot.usecases.admin import setting
from bot.usecases.desk import Desk
from bot.usecases.owner import demand_channel
from storage.codec import encode
from storage.transaction import Transaction

SETTABLE: Final = frozenset(
    {
        "default_channel_id",
        "incident_channel_id",
        "view_role_ids",
        "respond_role_ids",
        "manage_role_ids",
        "critical_role_ids",
        "warning_role_ids",
    }
)
"""What a project has of its own; the rest of its settings is the desk's business."""


class ListedProject(msgspec.Struct, frozen=True):
    """A project with what belongs to it."""

    project: Project
    sources: int
    tokens: int
    open_alerts: int
    open_incidents: int

    @property
    def belongings(self) -> str:
        """``2 sources, 1 open alert``, "" when nothing is left."""
        counts = (
            (self.sources, "source"),
            (self.tokens, "token"),
            (self.open_alerts, "open alert"),
            (self.open_incidents, "open incident"),
        )
        return ", ".join(f"{count} {name}{'s' if count > 1 else ''}" for count, name in counts if count)


async def add(desk: Desk, name: str, *, actor: Actor, channel_id: int | None = None) -> Project:
    """Make a project; ``channel_id`` is where its cards go whose sources name no channel.

    Raises:
        InvalidInputError: the name is not lower-case letters, digits, ``.``, ``_``, ``-``.
        ConflictError: there is one of that name, the channel is another's, or there are `MOST` projects.
    """
    parse_name(name, "project")
    now = desk.clock.now()

    def add_project(tx: Transaction) -> Project:
        if tx.projects.named(name) is not None:
            raise ConflictError(f"There is already a project called {name}.")
        if len(tx.projects.listing()) >= MOST:
            raise ConflictError(f"There are {MOST} projects already, and no more fit one desk.")
        made = tx.projects.create(name, now=now)
        demand_channel(tx, desk.join(made), channel_id)
        settings = msgspec.structs.replace(made.settings, default_channel_id=channel_id)
        tx.projects.save_settings(made.id, settings)
        _record(tx, desk, made, actor, "project.add", {"default_channel_id": channel_id})
        return msgspec.structs.replace(made, settings=settings)

    try:
        return await desk.storage.write(add_project)
    finally:
        await setting.reload(desk)


async def of(desk: Desk, name: str) -> Desk:
    """The desk of the project called ``name``.

    Raises:
        InvalidInputError: that is no name.
    """
    parse_name(name, "project")
    project = await desk.storage.read(lambda tx: tx.projects.named(name))
    if project is None:
        raise NotFoundError("project", name)
    return desk.join(project)


async def listing(desk: Desk) -> list[ListedProject]:
    """All projects, in the order in which they were made."""
    return await desk.storage.read(lambda tx: [_listed(tx, each) for each in tx.projects.listing()])


async def with_removed(desk: Desk) -> list[Desk]:
    """The desks of all projects that ever were: what they left behind ages as well."""
    found = await desk.storage.read(lambda tx: tx.projects.listing(removed=True))
    own = desk.projects
    return [own[each.id] if each.id in own else _apart(desk, each) for each in found]


async def rename(desk: Desk, name: str, new: str, *, actor: Actor) -> None:
    """Call it ``new``; everything stays where it is.

    Raises:
        InvalidInputError: the name is not lower-case letters, digits, ``.``, ``_``, ``-``.
        ConflictError: it is the default project, or there is one of that name.
    """
    parse_name(new, "project")
    theirs = await of(desk, name)
    _demand_other(theirs.project, "renamed")

    def rename_project(tx: Transaction) -> None:
        if tx.projects.named(new) is not None:
            raise ConflictError(f"There is already a project called {new}.")
        tx.projects.rename(theirs.project.id, new)
        _record(tx, desk, theirs.project, actor, "project.rename", {"name": new})

    await desk.storage.write(rename_project)
    await setting.reload(desk)


async def change(desk: Desk, name: str, changes: Mapping[str, object], *, actor: Actor) -> Project:
    """Change its channels and roles, each one of `SETTABLE`; cards without a channel go to a new default.

    Raises:
        InvalidInputError: there is nothing of that name to set.
        ConflictError: the channel is another project's.
    """
    if not changes or not changes.keys() <= SETTABLE:
        raise InvalidInputError("setting", f"there is {', '.join(sorted(SETTABLE))}")
    theirs = await of(desk, name)

    def change_project(tx: Transaction) -> None:
        channels = (changes.get("default_channel_id"), changes.get("incident_channel_id"))
        demand_channel(tx, theirs, *(each for each in channels if isinstance(each, int)))
        settings: ProjectSettings = msgspec.structs.replace(theirs.project.settings, **changes)
        tx.projects.save_settings(theirs.project.id, settings)
        _record(tx, desk, theirs.project, actor, "project.set", changes)

    await desk.storage.write(change_project)
    await setting.reload(desk)
    await setting.assign_default_channel(theirs)
    desk.bell.ring()
    return theirs.project


async def remove(desk: Desk, name: str, *, actor: Actor) -> None:
    """Remove a project; what is over in it ages as everything does, and nobody sees it any more.

    Raises:
        ConflictError: something belongs to it still, or it is the default project.
    """
    theirs = await of(desk, name)
    _demand_other(theirs.project, "removed")
    now = desk.clock.now()

    def remove_project(tx: Transaction) -> None:
        left = _listed(tx, theirs.project).belongings
        if left:
            raise ConflictError(f"The project {name} still has {left}. Remove or resolve them first.")
        tx.projects.remove(theirs.project.id, now=now, was=name)
        _record(tx, desk, theirs.project, actor, "project.remove", {})

    await desk.storage.write(remove_project)
    await setting.reload(desk)


def _apart(desk: Desk, project: Project) -> Desk:
    """A desk that no other finds."""
    return Desk(
        desk.storage,
        desk.clock,
        project,
        desk.rules,
        desk.bell,
        desk.signing_key,
        followers=desk.followers,
    )


def _demand_other(project: Project, done: str) -> None:
    if project.name == DEFAULT:
        raise ConflictError(f"The project {DEFAULT} cannot be {done}.")


def _listed(tx: Transaction, project: Project) -> ListedProject:
    return ListedProject(
        project,
        sources=len(tx.sources.listing(project.id)),
        tokens=sum(each.project_id == project.id for each in tx.tokens.listing()),
        open_alerts=tx.alerts.count(project.id, OPEN_ALERTS),
        open_incidents=tx.incidents.count(project.id, OPEN_INCIDENTS),
    )


def _record(
    tx: Transaction, desk: Desk, project: Project, actor: Actor, action: str, changes: Mapping[str, object]
) -> None:
    """In the project's own chain."""
    before = {name: getattr(project.settings, name) for name in changes if name in SETTABLE}
    entry = Entry(
        at=desk.clock.now(),
        actor=actor,
        action=action,
        subject=f"project:{project.name}",
        before=encode(before),
        after=encode(dict(changes)),
    )
    tx.audit.append(project.id, entry)
