"""Arguments of ``tocsin project``."""

from argparse import ArgumentTypeError
from typing import Any

from bot.verbs.arguments.option import add_group, add_verb, channel


def add_arguments(verbs: Any) -> None:
    """Add ``project`` with its own verbs."""
    inner = add_group(
        verbs, "project", "teams that see nothing of each other: add, list, set, rename, remove"
    )
    add = add_verb(
        inner,
        "add",
        "project.add",
        "make a project; its sources, channels, tokens and incidents are its own",
        "example:\n  tocsin project add shop --channel 123456789012345678",
    )
    add.add_argument("name", metavar="NAME")
    add.add_argument("--channel", type=channel, metavar="ID", help="where its cards go by default")
    add_verb(inner, "list", "project.listing", "every project, with what belongs to it")
    change = add_verb(
        inner,
        "set",
        "project.change",
        "change a project's channels and roles; 0 takes a choice back",
        "examples:\n  tocsin project set shop --incidents 123456789012345678\n"
        "  tocsin project set shop --respond 123456789012345678 --manage 123456789012345678",
    )
    change.add_argument("name", metavar="NAME")
    change.add_argument("--channel", type=channel, metavar="ID", help="where its cards go by default")
    change.add_argument("--incidents", type=channel, metavar="ID", help="where its incidents are opened")
    for name, said in (
        ("view", "role that may look (whoever sees its channels)"),
        ("respond", "role that may acknowledge and resolve"),
        ("manage", "role that may change sources and roles"),
        ("critical", "role that criticals wake ([ping])"),
        ("warning", "role that warnings wake ([ping])"),
    ):
        change.add_argument(f"--{name}", type=role, action="append", metavar="ID", help=f"{said}; repeatable")
    rename = add_verb(inner, "rename", "project.rename", "call a project by another name; nothing moves")
    rename.add_argument("name", metavar="NAME")
    rename.add_argument("new", metavar="NEW")
    remove = add_verb(
        inner,
        "remove",
        "project.remove",
        "remove a project that has no source, token, open alert or incident",
    )
    remove.add_argument("name", metavar="NAME")


def role(text: str) -> int:
    """The id of a role, or 0 for none."""
    try:
        return channel(text)
    except ArgumentTypeError:
        raise ArgumentTypeError(
            "must be the id of a role, a number of 15 digits or more: in Discord's server settings, Roles,"
            " right-click the role, Copy Role ID"
        ) from None
