"""Threads of text channels and posts of forums: opening, changing, archiving, joining."""

from datetime import timedelta

from msgspec import UNSET

from bot.sandbox.act import post
from bot.sandbox.limit.message import Draft
from bot.sandbox.limit.thread import TagDraft, ThreadDraft, ThreadEdit
from bot.sandbox.model.channel import Channel, ChannelType, ForumTag, Thread
from bot.sandbox.model.error import ApiError, Refusal
from bot.sandbox.model.event import Event, Intent
from bot.sandbox.model.guild import Member, User
from bot.sandbox.model.message import Message, MessageFlag, MessageType
from bot.sandbox.model.permission import Permission
from bot.sandbox.model.world import World

REQUIRE_TAG = 1 << 4


def _found(world: World, parent: Channel, owner: Member, draft: ThreadDraft, thread_id: int) -> Thread:
    active = sum(1 for thread in world.threads() if not thread.is_archived)
    if active >= world.settings.max_active_threads:
        raise ApiError(Refusal.MAX_ACTIVE_THREADS)
    now = world.now()
    thread = Thread(
        thread_id,
        ChannelType.PUBLIC_THREAD,
        draft.name,
        world.guild.id,
        parent_id=parent.id,
        slowmode=draft.slowmode,
        parent=parent,
        owner_id=owner.user.id,
        created_at=now,
        archived_at=now,
        active_at=now,
        archive_minutes=draft.archive_minutes,
        applied_tags=draft.tags,
    )
    thread.joined_at[owner.user.id] = now
    world.channels[thread.id] = thread
    world.publish_channel("THREAD_CREATE", thread, newly_created=True)
    return thread


def open_from(world: World, owner: Member, message: Message, draft: ThreadDraft) -> Thread:
    """Open the thread of a message; its id is the message's.

    Raises:
        ApiError: 160004 when it has one, 160006, 50001, 50013, 50024 or 50083.
    """
    parent = message.channel
    world.demand(owner, parent, Permission.CREATE_PUBLIC_THREADS, Permission.READ_MESSAGE_HISTORY)
    if parent.type is not ChannelType.TEXT:
        raise ApiError(Refusal.WRONG_CHANNEL_TYPE)
    if message.id in world.channels:
        raise ApiError(Refusal.THREAD_EXISTS)
    thread = _found(world, parent, owner, draft, message.id)
    message.thread = thread
    message.flags |= MessageFlag.HAS_THREAD
    post.publish(world, "MESSAGE_UPDATE", message)
    starter = Message(world.ids.take(), thread, message.author, world.now(), type=MessageType.THREAD_STARTER)
    starter.reference, starter.referenced = post.reference_to(world, message), message
    post.enter(world, starter)
    return thread


def open_bare(world: World, owner: Member, parent: Channel, draft: ThreadDraft) -> Thread:
    """Open a public thread without a message of its own; the channel says so.

    Raises:
        ApiError: 160006, 50001, 50013 or 50024.
    """
    world.demand(owner, parent, Permission.CREATE_PUBLIC_THREADS)
    if parent.type is not ChannelType.TEXT:
        raise ApiError(Refusal.WRONG_CHANNEL_TYPE)
    thread = _found(world, parent, owner, draft, world.ids.take())
    note = Message(world.ids.take(), parent, owner.user, world.now(), type=MessageType.THREAD_CREATED)
    note.content = thread.name
    note.reference = {"channel_id": str(thread.id), "guild_id": str(world.guild.id)}
    post.enter(world, note)
    return thread


def open_post(
    world: World, owner: Member, forum: Channel, draft: ThreadDraft, first: Draft
) -> tuple[Thread, Message]:
    """Open a post of a forum with its first message, which has the thread's id.

    Raises:
        ApiError: 40067 without a required tag, 50035 for an unknown one, 160006, 50001 or 50013.
    """
    world.demand(owner, forum, Permission.SEND_MESSAGES)
    post.demand_parts(world, owner, forum, first)
    _demand_tags(forum, draft.tags)
    if forum.flags & REQUIRE_TAG and not draft.tags:
        raise ApiError(Refusal.TAG_REQUIRED)
    thread = _found(world, forum, owner, draft, world.ids.take())
    forum.last_message_id = thread.id
    return thread, post.create(world, thread, owner, first, message_id=thread.id)


def _demand_tags(parent: Channel, tags: list[int]) -> None:
    if any(tag not in parent.tags for tag in tags):
        sentence = {"code": "INVALID_FORUM_TAG", "message": "Unknown forum tag"}
        raise ApiError(Refusal.INVALID_FORM, {"applied_tags": {"_errors": [sentence]}})


def change(world: World, actor: Member, thread: Thread, edit: ThreadEdit) -> Thread:
    """Change a thread: its creator may most things, locking takes MANAGE_THREADS.

    Raises:
        ApiError: 50083 for a change that leaves it archived, 50001, 50013 or 50035.
    """
    is_manager = world.has(actor, thread, Permission.MANAGE_THREADS)
    world.demand(actor, thread)
    wakes = edit.is_archived is False
    if thread.is_archived and not wakes:
        raise ApiError(Refusal.ARCHIVED_THREAD)
    may_wake = (
        wakes and not thread.is_locked and world.has(actor, thread, Permission.SEND_MESSAGES_IN_THREADS)
    )
    only_wakes = edit == ThreadEdit(is_archived=False)
    is_creator = thread.owner_id == actor.user.id and not (thread.is_locked and thread.is_archived)
    if not (is_manager or is_creator or (only_wakes and may_wake)):
        raise ApiError(Refusal.MISSING_PERMISSIONS)
    if not is_manager and (edit.is_locked is not UNSET or edit.slowmode is not UNSET):
        raise ApiError(Refusal.MISSING_PERMISSIONS)
    apply(world, thread, edit)
    return thread


def apply(world: World, thread: Thread, edit: ThreadEdit) -> None:
    """Carry out a change and tell of it.

    Raises:
        ApiError: 50035 for an unknown tag.
    """
    if edit.tags is not UNSET:
        _demand_tags(thread.parent, edit.tags)
        thread.applied_tags = edit.tags
    if edit.name is not UNSET:
        thread.name = edit.name
    if edit.is_locked is not UNSET:
        thread.is_locked = edit.is_locked
    if edit.archive_minutes is not UNSET:
        thread.archive_minutes = edit.archive_minutes
    if edit.slowmode is not UNSET:
        thread.slowmode = edit.slowmode
    if edit.is_archived is not UNSET and edit.is_archived != thread.is_archived:
        thread.is_archived, thread.archived_at = edit.is_archived, world.now()
        thread.active_at = world.now()
    world.publish_channel("THREAD_UPDATE", thread)


def set_tags(world: World, forum: Channel, drafts: list[TagDraft]) -> None:
    """Give a forum these tags and no others; posts lose those that are gone."""
    tags = [
        ForumTag(draft.id if draft.id in forum.tags else world.ids.take(), draft.name, draft.is_moderated)
        for draft in drafts
    ]
    forum.tags = {tag.id: tag for tag in tags}
    for thread in world.threads(forum):
        thread.applied_tags = [tag for tag in thread.applied_tags if tag in forum.tags]


def archive_idle(world: World) -> None:
    """Archive every thread that was silent for its archive duration."""
    now = world.now()
    for thread in world.threads():
        if not thread.is_archived and now - thread.active_at >= timedelta(minutes=thread.archive_minutes):
            apply(world, thread, ThreadEdit(is_archived=True))


def _publish_members(world: World, thread: Thread, **change: object) -> None:
    data = {
        "id": str(thread.id),
        "guild_id": str(world.guild.id),
        "member_count": min(len(thread.joined_at), 50),
    }
    world.hub.publish(
        Event(name="THREAD_MEMBERS_UPDATE", data=data | change, intent=Intent.GUILDS, channel=thread)
    )


def join(world: World, thread: Thread, user: User) -> None:
    """Add a user to an open thread.

    Raises:
        ApiError: 50083.
    """
    if thread.is_archived:
        raise ApiError(Refusal.ARCHIVED_THREAD)
    if user.id not in thread.joined_at:
        thread.joined_at[user.id] = world.now()
        _publish_members(world, thread, added_members=[thread.member_wire(user.id)])


def leave(world: World, thread: Thread, user: User) -> None:
    """Take a user out of an open thread.

    Raises:
        ApiError: 50083.
    """
    if thread.is_archived:
        raise ApiError(Refusal.ARCHIVED_THREAD)
    if thread.joined_at.pop(user.id, None) is not None:
        _publish_members(world, thread, removed_member_ids=[str(user.id)])


def delete(world: World, channel: Channel) -> None:
    """Delete a channel or thread with all that is in it, and tell of it."""
    for thread in world.threads(channel):
        delete(world, thread)
    for message_id in channel.message_ids:
        world.messages.pop(message_id, None)
    del world.channels[channel.id]
    if isinstance(channel, Thread):
        starter = world.messages.get(channel.id)
        if starter is not None:
            starter.thread, starter.flags = None, starter.flags & ~MessageFlag.HAS_THREAD
        data = {
            "id": str(channel.id),
            "type": int(channel.type),
            "guild_id": str(channel.guild_id),
            "parent_id": str(channel.parent.id),
        }
        world.hub.publish(Event(name="THREAD_DELETE", data=data, intent=Intent.GUILDS, channel=channel))
    else:
        world.publish_channel("CHANNEL_DELETE", channel)
