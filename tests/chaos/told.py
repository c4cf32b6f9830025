"""Told: what a person knows after acting on something."""

from enum import StrEnum
from http import HTTPStatus
from typing import Any

from tests.chaos.deed import Deed
from tests.chaos.episode import Episode, UntrueError


class Told(StrEnum):
    """What a person knows after acting."""

    DONE = "done"
    IMPOSSIBLE = "impossible"
    NOTHING = "nothing"
    VOID = "void"


def read(status: int, found: dict[str, Any]) -> Told:  # noqa: PLR0911 -- one for each kind of answer
    """What a person makes of the answer.

    Raises:
        UntrueError: it denies what is certain: that the alert exists, or that this person may act.
    """
    if status == HTTPStatus.GATEWAY_TIMEOUT:
        return Told.NOTHING
    if status != HTTPStatus.OK:
        return Told.VOID  # the card changed under the finger
    if found["kind"] == "update":
        return Told.NOTHING if found["deferred"] else Told.DONE
    words = found["content"] or ""
    if words.startswith("✅"):
        return Told.DONE
    if words.startswith(("❔", "🕰️", "✌️")) or "nothing was done" in words:
        # It asks first, the press was older than the card, or it was the second of two taps.
        return Told.VOID
    if words.startswith("✋"):
        return Told.IMPOSSIBLE
    if not words or words.startswith("💥"):
        return Told.NOTHING
    raise UntrueError(f"a person was told: {words}", "lost" if words.startswith("❓") else "wrong")


def learn(episode: Episode, deed: Deed, told: Told, *, over: bool) -> None:
    """What is known of one alert or incident after the answer; ``over`` says that who was asked is dead.

    Raises:
        UntrueError: no possibility allows that answer.
    """
    if told is Told.DONE:
        episode.done(deed)
    elif told is Told.IMPOSSIBLE:
        episode.refused(deed)
    elif told is Told.NOTHING and over:
        episode.maybe(deed)
    elif told is Told.NOTHING:
        episode.pending(deed)


def words(found: dict[str, Any]) -> str:
    """The answer as it stands in a history."""
    return str(found.get("content") or found.get("error") or found.get("kind") or "")[:100]
