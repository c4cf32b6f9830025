"""The settings a verb works with, and logging to match."""

from argparse import Namespace
from collections.abc import Sequence

from bot import log
from bot.config import Settings


def load(args: Namespace, *, required: Sequence[str] = ()) -> Settings:
    """For a verb that stays: everything at the configured level goes to standard error."""
    settings = Settings.load(args.config, required=required)
    log.set_up(settings.log.level, settings.log.format)
    return settings


def load_quietly(args: Namespace) -> Settings:
    """For a verb that answers and ends: it logs only what went wrong, its answer is on standard output."""
    settings = Settings.load(args.config)
    log.set_up("warning", settings.log.format)
    return settings
