"""READY is over once every server that it named is known; an interaction is heard once."""

import asyncio
from typing import Any

import discord
import pytest

from cogs.bot import INTENTS
from cogs.gateway_state import HEARD, GatewayState
from tests.waiting import until

FOR_EVER = 600.0


class Client(discord.Client):
    """Notes what it is told, in order."""

    def __init__(self, lull: float) -> None:
        super().__init__(intents=INTENTS, guild_ready_timeout=lull, max_messages=None)
        self.told: list[str] = []
        self.over = asyncio.Event()

    def _get_state(self, **options: Any) -> GatewayState:
        return GatewayState.of(self, **options)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        self.told.append(guild.name)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        self.told.append(str(interaction.id))

    async def on_ready(self) -> None:
        self.told.append("ready")
        self.over.set()

    def hear(self, event: str, **data: Any) -> None:
        self._connection.parsers[event](data)

    def begin(self, *guild_ids: int) -> None:
        me = {"id": "1", "username": "tocsin", "discriminator": "0", "avatar": None}
        named = [{"id": str(each), "unavailable": True} for each in guild_ids]
        self.hear("READY", user=me, guilds=named, application={"id": "1", "flags": 0})

    def press(self, interaction_id: int) -> None:
        user = {"id": "2", "username": "anna", "discriminator": "0", "avatar": None, "global_name": None}
        pressed = {"custom_id": "x", "component_type": 2}
        more = {
            "application_id": "1",
            "token": "t",
            "version": 1,
            "entitlements": [],
            "user": user,
            "attachment_size_limit": 1,
        }
        self.hear("INTERACTION_CREATE", id=str(interaction_id), type=3, data=pressed, **more)

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


async def test_an_interaction_is_heard_once_however_often_it_comes() -> None:
    async with Client(FOR_EVER) as client:
        for number in (1, 1, 2, 1, *range(3, HEARD), 2, HEARD - 1, HEARD):
            client.press(number)
        await until(lambda: str(HEARD) in client.told)
        assert client.told == [str(number) for number in range(1, HEARD + 1)]


async def test_only_the_newest_interactions_are_remembered() -> None:
    async with Client(FOR_EVER) as client:
        for number in (*range(HEARD + 1), HEARD, 1, 0):
            client.press(number)
        await until(lambda: client.told[-1:] == ["0"])
        assert client.told == [str(number) for number in (*range(HEARD + 1), 0)]
