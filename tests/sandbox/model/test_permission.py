"""Who may do what where: roles, overwrites, and what each denial answers."""

from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import SystemClock
from bot.sandbox.model.channel import Overwrite
from bot.sandbox.model.error import ApiError, ControlError
from bot.sandbox.model.permission import EVERYTHING, Permission, permissions_in
from bot.sandbox.model.settings import SandboxSettings
from bot.sandbox.model.world import World
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import Rest
from tests.sandbox.desk import Desk


async def deny(
    rest: Rest, sandbox: Sandbox, *names: str, channel: str = "alerts", target: str = "bot"
) -> None:
    wish = [{"target": target, "deny": list(names)}]
    status, _ = await rest.control("PUT", f"/channels/{sandbox.channels[channel]}/overwrites", wish)
    assert status == 200


@pytest.mark.parametrize(
    ("denied", "method", "path", "body", "code"),
    [
        ("VIEW_CHANNEL", "GET", "", None, 50001),
        ("VIEW_CHANNEL", "POST", "/messages", {"content": "x"}, 50001),
        ("SEND_MESSAGES", "POST", "/messages", {"content": "x"}, 50013),
        ("EMBED_LINKS", "POST", "/messages", {"embeds": [{"title": "x"}]}, 50013),
        ("READ_MESSAGE_HISTORY", "GET", "/messages/{message}", None, 50013),
        ("READ_MESSAGE_HISTORY", "PUT", "/messages/{message}/reactions/✅/@me", None, 50013),
        (
            "READ_MESSAGE_HISTORY",
            "POST",
            "/messages",
            {"content": "x", "message_reference": {"message_id": "{message}"}},
            160002,
        ),
        ("ADD_REACTIONS", "PUT", "/messages/{message}/reactions/✅/@me", None, 50013),
        ("PIN_MESSAGES", "PUT", "/messages/pins/{message}", None, 50013),
        ("CREATE_PUBLIC_THREADS", "POST", "/messages/{message}/threads", {"name": "t"}, 50013),
        (
            "SEND_POLLS",
            "POST",
            "/messages",
            {"poll": {"question": {"text": "?"}, "answers": [{"poll_media": {"text": "a"}}]}},
            50013,
        ),
        ("CONNECT", "DELETE", "/messages/{theirs}", None, 50013),
        ("CONNECT", "PATCH", "/messages/{theirs}", {"content": "x"}, 50005),
        ("CONNECT", "PATCH", "", {"name": "x"}, 50013),
        ("CONNECT", "DELETE", "", None, 50013),
    ],
)
async def test_a_denial_answers_with_its_code(
    rest: Rest, sandbox: Sandbox, denied: str, method: str, path: str, body: Any, code: int
) -> None:
    base = f"/channels/{sandbox.channels['alerts']}"
    _, own = await rest("POST", f"{base}/messages", {"content": "own"})
    theirs = sandbox.person("visitor").say("theirs")["id"]
    if denied != "CONNECT":
        await deny(rest, sandbox, denied)
    if isinstance(body, dict) and "message_reference" in body:
        body = body | {"message_reference": {"message_id": own["id"]}}
    status, answer = await rest(method, base + path.format(message=own["id"], theirs=theirs), body)
    assert (status, answer["code"]) == (403, code)


async def test_reacting_with_an_emoji_that_is_there_needs_no_add_reactions(
    rest: Rest, sandbox: Sandbox
) -> None:
    message = sandbox.person("visitor").say("x")
    sandbox.person("visitor").react(message["id"], "✅")
    await deny(rest, sandbox, "ADD_REACTIONS")
    base = f"/channels/{sandbox.channels['alerts']}/messages/{message['id']}/reactions"
    assert (await rest("PUT", f"{base}/✅/@me"))[0] == 204
    assert (await rest("PUT", f"{base}/👀/@me"))[0] == 403


async def test_without_history_the_history_is_empty(rest: Rest, sandbox: Sandbox) -> None:
    sandbox.person("visitor").say("x")
    await deny(rest, sandbox, "READ_MESSAGE_HISTORY")
    assert await rest("GET", f"/channels/{sandbox.channels['alerts']}/messages") == (200, [])


async def test_a_thread_asks_its_parent_and_speaks_by_its_own_bit(rest: Rest, sandbox: Sandbox) -> None:
    alerts = sandbox.channels["alerts"]
    _, thread = await rest("POST", f"/channels/{alerts}/threads", {"name": "t"})
    await deny(rest, sandbox, "SEND_MESSAGES")
    inside = f"/channels/{thread['id']}/messages"
    assert (await rest("POST", inside, {"embeds": [{"title": "x"}]}))[0] == 200
    await deny(rest, sandbox, "SEND_MESSAGES_IN_THREADS")
    assert (await rest("POST", inside, {"content": "x"}))[1]["code"] == 50013
    await deny(rest, sandbox, "VIEW_CHANNEL")
    assert (await rest("POST", inside, {"content": "x"}))[1]["code"] == 50001


async def test_a_forum_post_needs_only_send_messages(rest: Rest, sandbox: Sandbox) -> None:
    await deny(rest, sandbox, "CREATE_PUBLIC_THREADS", "SEND_MESSAGES_IN_THREADS", channel="incidents")
    path = f"/channels/{sandbox.channels['incidents']}/threads"
    assert (await rest("POST", path, {"name": "p", "message": {"content": "x"}}))[0] == 201
    await deny(rest, sandbox, "SEND_MESSAGES", channel="incidents")
    assert (await rest("POST", path, {"name": "p", "message": {"content": "x"}}))[1]["code"] == 50013


async def test_the_tags_of_a_forum_take_manage_channels(rest: Rest, sandbox: Sandbox) -> None:
    forum = sandbox.world.channels[sandbox.channels["incidents"]]
    path = f"/channels/{forum.id}"
    kept, gone = forum.tags
    post = {"name": "p", "message": {"content": "x"}, "applied_tags": [str(kept), str(gone)]}
    _, opened = await rest("POST", f"{path}/threads", post)
    tags = [{"id": str(kept), "name": "open"}, {"name": "P0", "moderated": True}]
    assert (await rest("PATCH", path, {"available_tags": tags}))[1]["code"] == 50013
    sandbox.world.guild.roles[sandbox.world.bot.role_ids[0]].permissions |= Permission.MANAGE_CHANNELS
    status, changed = await rest("PATCH", path, {"available_tags": tags})
    assert (status, [tag["name"] for tag in changed["available_tags"]]) == (200, ["open", "P0"])
    assert (await rest("GET", f"/channels/{opened['id']}"))[1]["applied_tags"] == [str(kept)]
    refused: list[list[dict[str, str]]] = [
        [{"name": "x" * 21}],
        [{"name": str(at)} for at in range(21)],
        [{}],
    ]
    for wrong in refused:
        assert (await rest("PATCH", path, {"available_tags": wrong}))[1]["code"] == 50035
    assert len(forum.tags) == 2


async def test_people_have_permissions_too(rest: Rest, sandbox: Sandbox) -> None:
    visitor, operator = sandbox.person("visitor"), sandbox.person("operator")
    message = operator.say("mine")
    with pytest.raises(ApiError):
        visitor.delete(message["id"])
    await deny(rest, sandbox, "VIEW_CHANNEL", target="@everyone")
    with pytest.raises(ControlError):
        visitor.react(message["id"], "✅")
    with pytest.raises(ApiError):
        visitor.say("hello")
    operator.delete(message["id"])


async def test_discord_py_computes_the_same(desk: Desk, sandbox: Sandbox, rest: Rest) -> None:
    bot = await desk.bot(sandbox)
    await deny(rest, sandbox, "EMBED_LINKS")
    await bot.hear("guild_channel_update")
    room = bot.room(sandbox)
    computed = room.permissions_for(room.guild.me)
    channel = sandbox.world.channels[room.id]
    assert computed.value == permissions_in(sandbox.world.guild, sandbox.world.bot, channel)
    assert not computed.embed_links
    await rest.control("PATCH", "/roles/Tocsin", {"permissions": ["ADMINISTRATOR"]})
    await bot.hear("guild_role_update")
    assert room.permissions_for(room.guild.me).embed_links


async def test_roles_of_the_bot_can_be_taken(desk: Desk, sandbox: Sandbox, rest: Rest) -> None:
    bot = await desk.bot(sandbox)
    await rest.control("PUT", "/people/bot/roles", [])
    await bot.hear("member_update")
    room = bot.room(sandbox)
    assert not room.permissions_for(room.guild.me).pin_messages
    with pytest.raises(discord.Forbidden):
        await (await room.send("x")).pin()


BITS = st.integers(0, EVERYTHING)


@given(everyone=BITS, role=BITS, allow=BITS, deny=BITS)
def test_what_is_computed_obeys_the_laws(everyone: int, role: int, allow: int, deny: int) -> None:
    world = World(SystemClock(), SandboxSettings())
    guild, bot = world.guild, world.bot
    channel = world.channels[next(iter(world.channels))]
    guild.roles[guild.id].permissions = everyone & ~Permission.ADMINISTRATOR
    guild.roles[bot.role_ids[0]].permissions = role & ~Permission.ADMINISTRATOR
    channel.overwrites[bot.user.id] = Overwrite(bot.user.id, 1, allow, deny)
    granted = permissions_in(guild, bot, channel)
    assert granted & ~(everyone | role | allow) == 0
    assert granted & deny & ~allow == 0
    assert granted == 0 or granted & Permission.VIEW_CHANNEL
    if not granted & Permission.SEND_MESSAGES:
        assert not granted & Permission.EMBED_LINKS
    guild.roles[bot.role_ids[0]].permissions |= Permission.ADMINISTRATOR
    assert permissions_in(guild, bot, channel) == EVERYTHING
