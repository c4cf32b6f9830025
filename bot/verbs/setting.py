"""The settings a verb works with, and logging to match."""

import os
import shlex
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import structlog

from bot import log
from bot.demo.settings import settings_of
from bot.demo.whereabouts import running_demo
from bot.settings.database import database_choice
from bot.settings.environment import strays
from bot.settings.tree import Settings, StorageSettings

_log: Final = structlog.stdlib.get_logger(__name__)


def load(args: Namespace, *, required: Sequence[str] = ()) -> Settings:
    """For a verb that stays: everything at the configured level goes to standard error."""
    settings = Settings.load(args.config, required=required)
    log.set_up(settings.log.level, settings.log.format)
    for stray in strays(Settings, os.environ):
        _log.warning("unknown_variable", what=str(stray))
    return settings


def load_quietly(args: Namespace) -> Settings:
    """For a verb that answers and ends: it logs only what went wrong, its answer is on standard output.

    Where nothing real is set up, it is about the demo that runs in this folder, and says so.
    """
    settings = Settings.load(args.config)
    log.set_up("warning", settings.log.format)
    demo = running_demo(Path.cwd())
    if demo is None or settings.storage.data.absolute() == Path(demo.data):
        return settings
    if is_set_up(args, settings):
        _say(
            f"this is about {database_choice(settings).shown}; for the demo that runs here put in front:"
            f" TOCSIN_DATA={shlex.quote(demo.data)} TOCSIN_PORT={demo.port}"
        )
        return settings
    _say(f"this is about the demo that runs here: {demo.page}")
    return settings_of(demo, settings)


def is_set_up(args: Namespace, settings: Settings) -> bool:
    """Whether there is a real desk for verbs to speak of, or somebody said where it should be."""
    return (
        args.config is not None
        or settings.storage != StorageSettings()
        or settings.discord.token is not None
        or bool(os.environ.get("DATABASE_URL") or os.environ.get("TOCSIN_DATA"))
        or Path(database_choice(settings).shown).exists()
    )


def _say(words: str) -> None:
    """Beside what the verb prints: programs read its standard output."""
    sys.stderr.write(f"tocsin: {words}\n")
