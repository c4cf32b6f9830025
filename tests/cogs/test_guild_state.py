"""READY is over once every server that it named is known, and no server is forgotten on the way."""

import asyncio
from typing import Any

import discord
import pytest

from cogs.bot import INTENTS
from cogs.guild_state import GuildState

FOR_EVER = 600.0


class Client(discord.Client):
    """Notes what it is told, in order."""

    def __init__(self, lull: float) -> None:
        super().__init__(intents=INTENTS, guild_ready_timeout=lull, max_messages=None)
        self.told: list[str] = []
        self.over = asyncio.Event()

    def _get_state(self, **options: Any) -> GuildState:
        return GuildState.of(self, **options)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        self.told.append(guild.name)

    async def on_ready(self) -> None:
        self.told.append("ready")
        self.over.set()

    def hear(self, event: str, **data: Any) -> None:
        self._connection.parsers[event](data)

    def begin(self, *guild_ids: int) -> None:
        me = {"id": "1", "username": "tocsin", "discriminator": "0", "avatar": None}
        named = [{"id": str(each), "unavailable": True} for each in guild_ids]
        self.hear("READY", user=me, guilds=named, application={"id": "1", "flags": 0})

    def arrive(self, guild_id: int, name: str) -> None:
        self.hear("GUILD_CREATE", id=str(guild_id), name=name, unavailable=False, member_count=1)


@pytest.mark.timeout(10)
@pytest.mark.parametrize("names", [(), ("a",), ("a", "b", "c")])
async def test_nothing_is_waited_for_once_all_servers_are_there(names: tuple[str, ...]) -> None:
    async with Client(FOR_EVER) as client:
        client.begin(*range(10, 10 + len(names)))
        for number, name in enumerate(names, start=10):
            client.arrive(number, name)
        await client.over.wait()
        assert client.told == [*names, "ready"]


@pytest.mark.timeout(10)
async def test_the_last_of_several_is_waited_for() -> None:
    async with Client(FOR_EVER) as client:
        client.begin(10, 11)
        client.arrive(10, "a")
        await asyncio.wait([asyncio.create_task(client.over.wait())], timeout=0.05)
        assert client.told == ["a"]
        client.arrive(11, "b")
        await client.over.wait()
        assert client.told == ["a", "b", "ready"]


@pytest.mark.timeout(10)
async def test_a_server_that_is_out_of_order_is_given_up_after_the_lull() -> None:
    async with Client(0.05) as client:
        client.begin(10, 11)
        client.arrive(10, "a")
        await client.over.wait()
        assert client.told == ["a", "ready"]
        assert [guild.unavailable for guild in client.guilds] == [False, True]
