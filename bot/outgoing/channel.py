"""Channel: whether Discord has a channel that takes cards, asked once, before a source is sent there."""

from http import HTTPStatus
from typing import Final

import httpx

from bot.domain.errors import InvalidInputError
from bot.domain.outbox.channel_kind import why_not

_REAL: Final = "https://discord.com"
_PATIENCE: Final = 5.0  # seconds


async def demand_card_channel(token: str, base_url: str | None, channel_id: int) -> None:
    """Refuse a channel that Discord does not have, or that takes no cards.

    What cannot be known now passes: Discord may be away, or the bot not let in yet; `check` tells of it.

    Raises:
        InvalidInputError: it is known that no card can stand there.
    """
    url = f"{(base_url or _REAL).rstrip('/')}/api/v10/channels/{channel_id}"
    try:
        async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=base_url is None) as client:
            answer = await client.get(url, headers={"Authorization": f"Bot {token}"})
            found = answer.json()
    except (httpx.HTTPError, ValueError):
        return
    if answer.status_code == HTTPStatus.NOT_FOUND:
        raise InvalidInputError("channel", f"Discord has no channel {channel_id}")
    kind = found.get("type") if isinstance(found, dict) and answer.is_success else None
    if isinstance(kind, int) and (reason := why_not(kind)):
        raise InvalidInputError("channel", f"{channel_id} {reason}")
