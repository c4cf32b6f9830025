"""The settings a verb works with, and logging to match."""

import os
from argparse import Namespace
from collections.abc import Sequence
from typing import Final

import structlog

from bot import log
from bot.settings.environment import strays
from bot.settings.tree import Settings

_log: Final = structlog.get_logger(__name__)


def load(args: Namespace, *, required: Sequence[str] = ()) -> Settings:
    """For a verb that stays: everything at the configured level goes to standard error."""
    settings = Settings.load(args.config, required=required)
    log.set_up(settings.log.level, settings.log.format)
    for stray in strays(Settings, os.environ):
        _log.warning("a variable of the environment means nothing", what=str(stray))
    return settings


def load_quietly(args: Namespace) -> Settings:
    """For a verb that answers and ends: it logs only what went wrong, its answer is on standard output."""
    settings = Settings.load(args.config)
    log.set_up("warning", settings.log.format)
    return settings
