"""Messages, reactions, pins and threads with the real discord.py."""

import io
from datetime import timedelta

import discord
import pytest

from bot.sandbox.model.snowflake import moment_of
from bot.sandbox.server import Sandbox
from tests.sandbox.desk import Desk, redirected


async def test_the_bot_logs_in_and_sees_the_guild_whole(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox)
    guild = bot.get_guild(sandbox.guild_id)
    assert guild is not None
    assert guild.name == "Tocsin sandbox"
    assert {channel.name: channel.id for channel in guild.channels} == sandbox.channels
    assert {role.name for role in guild.roles} >= {"@everyone", "operator", "responder", "on-call", "Tocsin"}
    assert guild.me.top_role.permissions.value == 2252109051448384
    assert guild.member_count == 4
    assert (await bot.application_info()).name == "tocsin"


async def test_a_wrong_token_is_a_login_failure(sandbox: Sandbox) -> None:
    bot = discord.Client(intents=discord.Intents(1537))
    with pytest.raises(discord.LoginFailure):
        await bot.login(sandbox.bot_token + "x")
    await bot.close()


async def test_a_message_is_posted_edited_read_and_deleted(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox)
    room = bot.room(sandbox)
    embed = discord.Embed(title="Disk full", description="92 %", color=0xE74C3C).add_field(
        name="host", value="db1"
    )
    message = await room.send("look", embed=embed)
    assert message.embeds == [embed]
    assert moment_of(message.id).timestamp() == pytest.approx(message.created_at.timestamp(), abs=0.002)
    await room.get_partial_message(message.id).edit(content="looked", embed=None)
    edited = await room.fetch_message(message.id)
    assert (edited.content, edited.embeds) == ("looked", [])
    assert edited.edited_at is not None
    heard = (await bot.hear("raw_message_edit")).message
    assert heard.content == "looked"
    await message.delete()
    assert (await bot.hear("raw_message_delete")).message_id == message.id
    with pytest.raises(discord.NotFound) as refused:
        await room.fetch_message(message.id)
    assert refused.value.code == 10008


async def test_a_bot_hears_of_its_own_message_with_the_nonce(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox)
    message = await bot.room(sandbox).send("hello", nonce="n-1")
    heard = await bot.hear("message")
    assert (heard.id, heard.nonce, heard.content) == (message.id, "n-1", "hello")


async def test_history_pages_in_every_direction(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox)
    room = bot.room(sandbox)
    sent = [(await room.send(str(number))).id for number in range(7)]
    assert [message.id async for message in room.history(limit=3)] == sent[:-4:-1]
    before = room.history(limit=2, before=discord.Object(sent[4]))
    assert [message.id async for message in before] == [sent[3], sent[2]]
    after = room.history(limit=2, after=discord.Object(sent[4]))
    assert [message.id async for message in after] == [sent[5], sent[6]]
    around = room.history(limit=3, around=discord.Object(sent[3]))
    assert sorted([message.id async for message in around]) == sent[2:5]
    just_before = moment_of(sent[0]) - timedelta(milliseconds=1)
    assert [message.id async for message in room.history(after=just_before, limit=None)] == sent


async def test_reactions_come_with_their_people(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox)
    message = await bot.room(sandbox).send("x")
    await message.add_reaction("✅")
    sandbox.person("responder").react(message.id, "✅")
    added = await bot.hear("raw_reaction_add", count=2)
    assert (added.member.name, str(added.emoji)) == ("responder", "✅")
    fetched = await message.channel.fetch_message(message.id)
    assert [(str(entry.emoji), entry.count, entry.me) for entry in fetched.reactions] == [("✅", 2, True)]
    assert {user.name async for user in fetched.reactions[0].users()} == {"tocsin", "responder"}
    sandbox.person("responder").react(message.id, "✅", on=False)
    removed = await bot.hear("raw_reaction_remove")
    assert (removed.user_id, removed.member) == (sandbox.person("responder").member.user.id, None)
    await message.remove_reaction("✅", discord.Object(sandbox.world.bot.user.id))
    assert (await message.channel.fetch_message(message.id)).reactions == []


async def test_clearing_reactions_takes_manage_messages(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox)
    message = await bot.room(sandbox).send("x")
    sandbox.person("visitor").react(message.id, "👀")
    with pytest.raises(discord.Forbidden):
        await message.clear_reactions()
    sandbox.world.guild.roles[sandbox.world.bot.role_ids[0]].permissions |= 1 << 13
    await message.clear_reaction("👀")
    await bot.hear("raw_reaction_clear_emoji")
    sandbox.person("visitor").react(message.id, "👀")
    await message.clear_reactions()
    await bot.hear("raw_reaction_clear")


async def test_pins_are_listed_newest_first(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox)
    room = bot.room(sandbox)
    first, second = await room.send("1"), await room.send("2")
    await first.pin()
    await second.pin()
    assert [message.id async for message in room.pins()] == [second.id, first.id]
    await bot.hear("guild_channel_pins_update")
    assert [message.type async for message in room.history(limit=1)] == [discord.MessageType.pins_add]
    await second.unpin()
    assert [message.id async for message in room.pins()] == [first.id]


async def test_the_thread_of_a_message_has_its_id(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox)
    message = await bot.room(sandbox).send("incident")
    thread = await message.create_thread(name="INC-1")
    assert thread.id == message.id
    await thread.send("hello")
    assert (await bot.hear("thread_create")).id == thread.id
    with pytest.raises(discord.HTTPException) as refused:
        await message.create_thread(name="again")
    assert refused.value.code == 160004
    assert (await message.channel.fetch_message(message.id)).flags.has_thread
    guild = bot.get_guild(sandbox.guild_id)
    assert guild is not None
    assert [entry.id for entry in await guild.active_threads()] == [thread.id]


async def test_a_forum_post_and_its_first_message_share_an_id(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox)
    forum = bot.forum(sandbox)
    post = await forum.create_thread(name="INC-2", content="it burns", applied_tags=[forum.available_tags[0]])
    assert post.thread.id == post.message.id
    assert [tag.name for tag in post.thread.applied_tags] == ["open"]
    await post.message.edit(content="it burned")
    assert (await post.thread.fetch_message(post.thread.id)).content == "it burned"


async def test_an_archived_thread_wakes_by_a_message_alone(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox)
    message = await bot.room(sandbox).send("x")
    thread = await message.create_thread(name="t")
    inside = await thread.send("inside")
    await thread.edit(archived=True)
    await bot.hear("raw_thread_update")
    for refused in (inside.edit(content="y"), inside.add_reaction("✅"), thread.edit(name="z")):
        with pytest.raises(discord.HTTPException) as caught:
            await refused
        assert caught.value.code == 50083
    await inside.delete()
    await thread.send("awake")
    fetched = await bot.fetch_channel(thread.id)
    assert isinstance(fetched, discord.Thread)
    assert not fetched.archived


async def test_locking_takes_manage_threads_and_keeps_the_bot_out(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox)
    thread = await (await bot.room(sandbox).send("x")).create_thread(name="t")
    with pytest.raises(discord.Forbidden):
        await thread.edit(locked=True)
    sandbox.world.channels[thread.id].is_locked = True  # type: ignore[attr-defined]  # it is a thread
    with pytest.raises(discord.HTTPException) as caught:
        await thread.send("y")
    assert caught.value.code == 160005


async def test_files_are_served_and_kept_by_edits_that_list_them(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox)
    room = bot.room(sandbox)
    files = [discord.File(io.BytesIO(text), f"{number}.txt") for number, text in enumerate((b"null", b"one"))]
    embed = discord.Embed(title="t")
    message = await room.send("files", files=files, embed=embed)
    assert [attachment.filename for attachment in message.attachments] == ["0.txt", "1.txt"]
    assert await message.attachments[1].read() == b"one"
    more = discord.File(io.BytesIO(b"two"), "2.txt")
    edited = await room.get_partial_message(message.id).edit(attachments=[message.attachments[0], more])
    assert [attachment.filename for attachment in edited.attachments] == ["0.txt", "2.txt"]


async def test_typing_and_bulk_deletion(desk: Desk, sandbox: Sandbox) -> None:
    bot = await desk.bot(sandbox)
    room = bot.room(sandbox)
    async with room.typing():
        sent = [await room.send(str(number)) for number in range(3)]
    with pytest.raises(discord.Forbidden):
        await room.delete_messages(sent)
    sandbox.world.guild.roles[sandbox.world.bot.role_ids[0]].permissions |= 1 << 13
    await room.delete_messages(sent)
    assert (await bot.hear("raw_bulk_message_delete")).message_ids == {message.id for message in sent}


async def test_a_person_without_message_content_is_read_blank_unless_the_bot_is_meant(
    desk: Desk, sandbox: Sandbox
) -> None:
    bot = await desk.bot(sandbox)
    visitor = sandbox.person("visitor")
    visitor.say("secret words")
    visitor.say(f"hey <@{sandbox.world.bot.user.id}>")
    heard = await bot.hear("message", count=2)
    assert bot.events("message")[0].content == ""
    assert heard.content.startswith("hey")
    found = [message.content async for message in bot.room(sandbox).history(limit=2)]
    assert found == [heard.content, ""]


@pytest.mark.parametrize("order", ["before", "after"])
async def test_the_echo_comes_before_or_after_the_answer(desk: Desk, order: str) -> None:
    sandbox = await desk.sandbox(event_order=order)
    with redirected(sandbox):
        bot = await desk.bot(sandbox)
        message = await bot.room(sandbox).send("x")
        assert (await bot.hear("message")).id == message.id
        await desk.stop_bots()
