"""Reconciliation: after the gateway was away, make true what was said meanwhile.

Events between two sessions are lost for ever (events/gateway), and READY begins a new session. So the cards
of open alerts are read again: emoji that appeared or vanished are applied, each once; a card that was
deleted is posted anew. One call reads up to 100 messages of a channel; cards far apart cost a call each.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final

import discord
import structlog
from discord.ext import commands

from bot.domain.errors import TocsinError
from bot.usecases import absence, card
from bot.usecases.absence import Missed
from bot.usecases.reaction import ACTIONS
from cogs.door import Door
from cogs.errand import UNREACHABLE
from cogs.reaction import Reactions

MOST: Final = 500
_PAGE: Final = 100
_PAUSE: Final = 0.25  # between calls: a reconnect must not use up what the cards need

_log = structlog.stdlib.get_logger(__name__)
