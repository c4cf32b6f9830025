"""Home: the one Discord server that a desk belongs to.

It is written down at first use and never guessed again. While none is known nobody may do anything but say
which it is, with a code that only whoever runs the desk has read. A used code is worth nothing any more.
"""

import base64
import hmac
from typing import Final

from bot.domain import actor as actors
from bot.domain.actor import Actor
from bot.domain.errors import InvalidInputError
from bot.usecases.admin import setting
from bot.usecases.desk import Desk

_LETTERS: Final = 10  # of base32: 50 bits
_BLOCK: Final = 5


def setup_code(desk: Desk) -> str:
    """What the first ``/setup`` has to bring along, ``""`` where none would be believed."""
    if not desk.signing_key or desk.project.settings.guild_id is not None:
        return ""
    message = f"setup:{desk.project.tag}:{desk.project.settings.setups}".encode()
    letters = base64.b32encode(hmac.digest(desk.signing_key, message, "sha256")).decode()[:_LETTERS]
    return f"{letters[:_BLOCK]}-{letters[_BLOCK:]}"


async def claim(desk: Desk, guild_id: int, code: str, *, actor: Actor) -> None:
    """Make a server the desk's.

    Raises:
        InvalidInputError: the code is not the one that was printed.
        ConflictError: another server was quicker.
        NotDurableError: the database cannot be written.
    """
    await setting.reload(desk)
    expected = setup_code(desk).replace("-", "")
    given = code.strip().upper().replace("-", "").replace(" ", "")
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        raise InvalidInputError("code", "is not the one that `tocsin run` and `tocsin check` print")
    await setting.choose_guild(desk, guild_id, actor=actor, anew=False)


async def remember(desk: Desk, guild_id: int) -> None:
    """The configuration, or the channel that it or a manager chose, says which server it is."""
    if desk.project.settings.guild_id != guild_id:
        await setting.choose_guild(desk, guild_id, actor=actors.job("home"))
