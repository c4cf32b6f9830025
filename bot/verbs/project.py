"""``tocsin project``: teams on one desk that see nothing of each other."""

from argparse import Namespace
from typing import Any

from bot.desk import open_desk
from bot.domain.access.project import Project
from bot.usecases.admin import project as projects
from bot.usecases.admin.project import ListedProject
from bot.verbs.loop import run
from bot.verbs.operator import me, print_table
from bot.verbs.setting import load_quietly


def add(args: Namespace) -> int:
    """Make a project."""
    settings = load_quietly(args)

    async def add_project() -> Project:
        async with open_desk(settings) as desk:
            return await projects.add(desk, args.name, actor=me(), channel_id=args.channel or None)

    made = run(add_project())
    print(
        f"There is the project {made.name} now. Let a sender in: tocsin source add NAME --project {made.name}"
    )
    if made.settings.default_channel_id is None:
        print("Its cards wait until it has a channel: tocsin project set " + f"{made.name} --channel ID")
    return 0


def listing(args: Namespace) -> int:
    """One line for each project."""
    settings = load_quietly(args)

    async def listing_project() -> list[ListedProject]:
        async with open_desk(settings) as desk:
            return await projects.listing(desk)

    print_table(
        ("NAME", "CHANNEL", "INCIDENTS", "SOURCES", "TOKENS", "OPEN ALERTS", "OPEN INCIDENTS"),
        [
            (
                one.project.name,
                str(one.project.settings.default_channel_id or "none"),
                str(one.project.settings.incident_channel_id or "where its alerts are"),
                str(one.sources),
                str(one.tokens),
                str(one.open_alerts),
                str(one.open_incidents),
            )
            for one in run(listing_project())
        ],
    )
    return 0


def change(args: Namespace) -> int:
    """Change a project's channels and roles."""
    settings = load_quietly(args)
    changes: dict[str, Any] = {}
    for name, option in (("default_channel_id", args.channel), ("incident_channel_id", args.incidents)):
        if option is not None:
            changes[name] = option or None
    for name in ("view", "respond", "manage", "critical", "warning"):
        picked = getattr(args, name)
        if picked is not None:
            changes[f"{name}_role_ids"] = tuple(each for each in picked if each)

    async def change_project() -> None:
        async with open_desk(settings) as desk:
            await projects.change(desk, args.name, changes, actor=me())

    run(change_project())
    print(f"The project {args.name} is changed; a running desk knows in some seconds.")
    return 0


def rename(args: Namespace) -> int:
    """Call a project by another name."""
    settings = load_quietly(args)

    async def rename_project() -> None:
        async with open_desk(settings) as desk:
            await projects.rename(desk, args.name, args.new, actor=me())

    run(rename_project())
    print(f"The project {args.name} is called {args.new} now.")
    return 0


def remove(args: Namespace) -> int:
    """Remove a project to which nothing belongs any more."""
    settings = load_quietly(args)

    async def remove_project() -> None:
        async with open_desk(settings) as desk:
            await projects.remove(desk, args.name, actor=me())

    run(remove_project())
    print(f"The project {args.name} is gone; what is over in it ages as everything does.")
    return 0
