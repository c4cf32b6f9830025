"""Whose device rings, and when a nonce gives back the old message."""

from typing import Any

import discord
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import SystemClock
from bot.sandbox.model.mention import Allowed, read_mentions
from bot.sandbox.model.settings import SandboxSettings
from bot.sandbox.model.world import World
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import Rest
from tests.sandbox.desk import Bot, Desk, redirected

NOBODY: dict[str, Any] = {"users": [], "roles": [], "everyone": False, "silent": False}


def role(sandbox: Sandbox, name: str) -> int:
    return next(entry.id for entry in sandbox.world.guild.roles.values() if entry.name == name)


def pinged(sandbox: Sandbox, at: int = -1) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.messages(sandbox.channels["alerts"])[at]["sandbox"]["pinged"]
    return found


async def post(rest: Rest, sandbox: Sandbox, **body: Any) -> Any:
    status, message = await rest("POST", f"/channels/{sandbox.channels['alerts']}/messages", body)
    assert status == 200
    return message


async def test_a_mentionable_role_rings_and_another_does_not(rest: Rest, sandbox: Sandbox) -> None:
    on_call, responder = role(sandbox, "on-call"), role(sandbox, "responder")
    message = await post(rest, sandbox, content=f"<@&{on_call}> <@&{responder}>")
    assert message["mention_roles"] == [str(on_call), str(responder)]
    assert pinged(sandbox) == NOBODY | {"roles": [str(on_call)]}


async def test_with_mention_everyone_all_roles_and_everyone_ring(rest: Rest, sandbox: Sandbox) -> None:
    responder = role(sandbox, "responder")
    await post(rest, sandbox, content=f"@everyone <@&{responder}>")
    assert pinged(sandbox) == NOBODY
    sandbox.world.guild.roles[sandbox.world.bot.role_ids[0]].permissions |= 1 << 17
    message = await post(rest, sandbox, content=f"@here <@&{responder}>")
    assert message["mention_everyone"]
    assert pinged(sandbox) == NOBODY | {"roles": [str(responder)], "everyone": True}


async def test_allowed_mentions_narrow_what_the_text_says(rest: Rest, sandbox: Sandbox) -> None:
    on_call, visitor = role(sandbox, "on-call"), sandbox.person("visitor").member.user.id
    content = f"<@&{on_call}> <@{visitor}>"
    for allowed, rung in (
        ({"parse": []}, {}),
        ({"parse": ["users"]}, {"users": [str(visitor)]}),
        ({"roles": [str(on_call)]}, {"roles": [str(on_call)]}),
        ({"parse": ["roles"], "users": [str(visitor)]}, {"users": [str(visitor)], "roles": [str(on_call)]}),
    ):
        await post(rest, sandbox, content=content, allowed_mentions=allowed)
        assert pinged(sandbox) == NOBODY | rung


async def test_embeds_never_ring_but_v2_texts_do(rest: Rest, sandbox: Sandbox) -> None:
    on_call = role(sandbox, "on-call")
    await post(rest, sandbox, embeds=[{"description": f"<@&{on_call}>"}])
    assert pinged(sandbox) == NOBODY
    await post(rest, sandbox, flags=1 << 15, components=[{"type": 10, "content": f"<@&{on_call}>"}])
    assert pinged(sandbox) == NOBODY | {"roles": [str(on_call)]}


async def test_an_edit_mentions_but_never_rings(rest: Rest, sandbox: Sandbox) -> None:
    on_call = role(sandbox, "on-call")
    message = await post(rest, sandbox, content="x")
    path = f"/channels/{message['channel_id']}/messages/{message['id']}"
    _, edited = await rest("PATCH", path, {"content": f"<@&{on_call}>"})
    assert edited["mention_roles"] == [str(on_call)]
    assert pinged(sandbox) == NOBODY


async def test_a_silent_message_is_marked_and_a_reply_rings_its_author(rest: Rest, sandbox: Sandbox) -> None:
    visitor = sandbox.person("visitor")
    said = visitor.say("x")
    reply = await post(
        rest, sandbox, content="y", flags=1 << 12, message_reference={"message_id": said["id"]}
    )
    assert (reply["type"], reply["referenced_message"]["id"]) == (19, said["id"])
    assert pinged(sandbox) == NOBODY | {"users": [str(visitor.member.user.id)], "silent": True}


async def test_an_interaction_rings_users_only_unless_told(desk: Desk, sandbox: Sandbox) -> None:
    on_call, visitor = role(sandbox, "on-call"), sandbox.person("visitor").member.user.id

    async def wire(bot: Bot) -> None:
        @bot.tree.command(description="x")
        async def ring(interaction: discord.Interaction[Any]) -> None:
            allowed = discord.AllowedMentions(users=True)
            await interaction.response.send_message(f"<@&{on_call}> <@{visitor}>", allowed_mentions=allowed)

        await bot.tree.sync()

    await desk.bot(sandbox, wire)
    await sandbox.person("operator").command("ring")
    assert pinged(sandbox) == NOBODY | {"users": [str(visitor)]}


IDS = st.frozensets(st.integers(1, 50))


@given(st.text(), st.frozensets(st.sampled_from(["users", "roles", "everyone"])), IDS, IDS, st.booleans())
def test_nobody_rings_who_is_not_in_the_text(
    text: str, parse: frozenset[str], users: frozenset[int], roles: frozenset[int], may_all: bool
) -> None:
    world = World(SystemClock(), SandboxSettings())
    found = read_mentions(world.guild, [text], Allowed(parse, users, roles), may_mention_all=may_all)
    assert set(found.pings.users) == {user.id for user in found.users}
    assert set(found.pings.roles) <= set(found.roles)
    assert all(f"<@&{role_id}>" in text for role_id in found.roles)
    assert not found.everyone or (may_all and "@" in text)


async def test_a_nonce_gives_back_the_message_it_made(rest: Rest, sandbox: Sandbox) -> None:
    first = await post(rest, sandbox, content="one", nonce="n", enforce_nonce=True)
    again = await post(rest, sandbox, content="two", nonce="n", enforce_nonce=True)
    assert (again["id"], again["content"], again["nonce"]) == (first["id"], "one", "n")
    ops = f"/channels/{sandbox.channels['ops']}/messages"
    assert (await rest("POST", ops, {"content": "x", "nonce": "n", "enforce_nonce": True}))[0] == 200
    unforced = await post(rest, sandbox, content="three", nonce="n")
    assert unforced["id"] != first["id"]
    assert "nonce" not in (await rest("GET", f"/channels/{first['channel_id']}/messages/{first['id']}"))[1]


async def test_the_nonce_of_a_deleted_message_is_an_unknown_message(rest: Rest, sandbox: Sandbox) -> None:
    body = {"content": "x", "nonce": 5, "enforce_nonce": True}
    message = await post(rest, sandbox, **body)
    sandbox.person("operator").delete(message["id"])
    path = f"/channels/{sandbox.channels['alerts']}/messages"
    status, refused = await rest("POST", path, body)
    assert (status, refused["code"]) == (404, 10008)


async def test_a_nonce_is_forgotten_after_its_window(desk: Desk) -> None:
    sandbox = await desk.sandbox(nonce_window=0.0)
    with redirected(sandbox):
        bot = await desk.bot(sandbox)
        room = bot.room(sandbox)
        assert (await room.send("x", nonce="n")).id != (await room.send("x", nonce="n")).id
        await desk.stop_bots()
