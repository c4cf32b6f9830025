"""A channel that takes no cards, or is not there, is refused with the reason; what nobody can tell passes."""

from collections.abc import AsyncIterator

import pytest

from bot.domain.errors import InvalidInputError
from bot.outgoing.channel import demand_card_channel
from bot.sandbox.server import Sandbox


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    opened = Sandbox()
    await opened.start()
    yield opened
    await opened.stop()


async def test_a_text_channel_passes(sandbox: Sandbox) -> None:
    await demand_card_channel(sandbox.bot_token, sandbox.url, sandbox.channels["alerts"])


async def test_a_forum_is_refused_with_the_reason(sandbox: Sandbox) -> None:
    with pytest.raises(InvalidInputError, match="is a forum, which takes no cards: choose a text channel"):
        await demand_card_channel(sandbox.bot_token, sandbox.url, sandbox.channels["incidents"])


async def test_what_is_not_there_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(InvalidInputError, match="Discord has no channel 4711"):
        await demand_card_channel(sandbox.bot_token, sandbox.url, 4_711)


async def test_what_cannot_be_known_passes(sandbox: Sandbox) -> None:
    await demand_card_channel("wrong", sandbox.url, 4_711)
    await demand_card_channel("x", "http://127.0.0.1:9", 4_711)
