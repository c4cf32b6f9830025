"""Agent request: asking an agent about a brief, once or a few times; a run tells what became of it.

Law: a call is over when its run is. Whatever happens to the process in between, the same call is made again
under the same key, at most so many times as the rules say.
"""

import secrets
import uuid
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

LEASE: Final = timedelta(minutes=3)
"""How long one attempt may take before another process makes the next; longer than any patience."""
_FIRST: Final = timedelta(seconds=10)
_LONGEST: Final = timedelta(minutes=10)


class Fate(StrEnum):
    """What became of one attempt."""

    ANSWERED = "answered"
    PASSING = "passing"
    REFUSED = "refused"


class AgentReply(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an attempt. ``text`` is the agent's Markdown, or why there is none.

    ``wait`` is how long the agent wants to be left alone.
    """

    fate: Fate
    text: str = ""
    wait: timedelta = timedelta(0)


class AgentCall(msgspec.Struct, frozen=True, kw_only=True):
    """One claimed call: attempt number ``attempts`` at asking about the brief ``request_id``."""

    run_id: int
    request_id: int
    attempts: int


def fresh_key() -> str:
    """The key of a run that an agent is asked for; nobody can guess it."""
    return f"brief_{uuid.UUID(bytes=secrets.token_bytes(16))}"


def next_attempt(attempts: int, reply: AgentReply, now: datetime) -> datetime:
    """When to ask again after ``attempts`` attempts: 10, 20, 40 s ... 10 min later, or as the agent says."""
    pause = min(_FIRST * (1 << min(max(attempts - 1, 0), 16)), _LONGEST)
    return now + max(pause, min(reply.wait, _LONGEST))
