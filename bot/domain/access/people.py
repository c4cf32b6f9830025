"""People: what they write passes the rules of what senders say, before it is kept or shown."""

from typing import Final

from bot.domain.access.secret_pattern import scrub

HINT: Final = (
    "What looked like a secret was taken out of your words. "
    "If others could see it, change it where it opens something."
)


def without_secrets(text: str) -> str:
    """``text`` without its secrets."""
    return scrub(text)[0]


def holds_secret(text: str) -> bool:
    """Whether something would be taken out of ``text``."""
    return scrub(text)[1] > 0
