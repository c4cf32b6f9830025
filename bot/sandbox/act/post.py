"""Posting, editing and deleting messages: what every door to the channel has in common."""

import mimetypes

from msgspec import UNSET

from bot.sandbox.limit.component import texts_of
from bot.sandbox.limit.message import AttachmentDraft, Draft, EditDraft
from bot.sandbox.model.channel import Channel, ChannelType, Thread
from bot.sandbox.model.error import ApiError, Refusal
from bot.sandbox.model.event import Event, Intent
from bot.sandbox.model.file_store import File
from bot.sandbox.model.guild import Member, User
from bot.sandbox.model.mention import Allowed, Mentions, read_mentions
from bot.sandbox.model.message import SYSTEM_TYPES, Attachment, Message, MessageFlag, MessageType, Origin
from bot.sandbox.model.permission import Permission
from bot.sandbox.model.world import World

FORUM_TYPES = (ChannelType.FORUM, ChannelType.CATEGORY)


def publish(world: World, name: str, message: Message) -> None:
    """Tell of a message; an ephemeral one is heard by its person's pages alone."""
    author = world.guild.members[message.author.id]
    data = message.wire(world.bot.user.id)
    data |= {"guild_id": str(world.guild.id), "member": author.wire(with_user=False)}
    if name == "MESSAGE_CREATE" and message.nonce is not None:
        data["nonce"] = message.nonce
    private_to = None if message.ephemeral_for is None else message.ephemeral_for.id
    world.hub.publish(
        Event(
            name=name,
            data=data,
            intent=Intent.GUILD_MESSAGES,
            channel=message.channel,
            message=message,
            private_to=private_to,
            to_bots=private_to is None,
        )
    )


def demand_send(world: World, author: Member, channel: Channel, draft: Draft) -> None:
    """Let pass who may send this draft here.

    Raises:
        ApiError: 50001, 50013, 40058 in a forum, 160005 in a locked thread, 160002 for a blind reply.
    """
    if isinstance(channel, Thread):
        world.demand(author, channel, Permission.SEND_MESSAGES_IN_THREADS)
        if channel.is_locked and not world.has(author, channel, Permission.MANAGE_THREADS):
            raise ApiError(Refusal.THREAD_LOCKED)
    else:
        world.demand(author, channel, Permission.SEND_MESSAGES)
        if channel.type in FORUM_TYPES:
            raise ApiError(Refusal.FORUM_MESSAGE)
    demand_parts(world, author, channel, draft)
    if draft.reply_to is not None and not world.has(author, channel, Permission.READ_MESSAGE_HISTORY):
        raise ApiError(Refusal.REPLY_WITHOUT_HISTORY)


def demand_parts(world: World, author: Member, channel: Channel, draft: Draft) -> None:
    """Let pass who may send embeds, files or a poll, when the draft has them."""
    if draft.embeds:
        world.demand(author, channel, Permission.EMBED_LINKS)
    if draft.files:
        world.demand(author, channel, Permission.ATTACH_FILES)
    if draft.poll is not None:
        world.demand(author, channel, Permission.SEND_POLLS)


def demand_open(message: Message) -> None:
    """Let pass what is not in an archived thread; 50083 otherwise."""
    if isinstance(message.channel, Thread) and message.channel.is_archived:
        raise ApiError(Refusal.ARCHIVED_THREAD)


def _mentions(
    world: World, author: Member, message: Message, allowed: Allowed, replied: User | None = None
) -> Mentions:
    may_mention_all = world.has(author, message.channel, Permission.MENTION_EVERYONE)
    texts = [message.content, *texts_of(message.components)]
    return read_mentions(world.guild, texts, allowed, may_mention_all=may_mention_all, replied=replied)


def _attach(
    world: World, channel: Channel, drafts: list[AttachmentDraft], files: list[File]
) -> list[Attachment]:
    """Store the uploaded files; the n-th draft with an index below the count of files means that file."""
    found: list[Attachment] = []
    for draft in drafts:
        if draft.id >= len(files):
            continue
        file = files[draft.id]
        attachment_id, name = world.ids.take(), draft.filename or file.filename
        world.files.keep(attachment_id, file)
        found.append(
            Attachment(
                attachment_id,
                name,
                len(file.data),
                f"{world.base_url}/cdn/attachments/{channel.id}/{attachment_id}/{name}",
                mimetypes.guess_type(name)[0] or file.content_type,
                draft.description,
            )
        )
    return found


def _reply_target(world: World, channel: Channel, draft: Draft) -> Message | None:
    if draft.reply_to is None:
        return None
    found = world.messages.get(draft.reply_to)
    if found is not None and found.channel is channel:
        return found
    if draft.reply_must_exist:
        sentence = {"code": "REPLIES_UNKNOWN_MESSAGE", "message": "Unknown message"}
        raise ApiError(Refusal.INVALID_FORM, {"message_reference": {"_errors": [sentence]}})
    return None


def create(
    world: World,
    channel: Channel,
    author: Member,
    draft: Draft,
    *,
    type_: MessageType = MessageType.DEFAULT,
    origin: Origin | None = None,
    ephemeral_for: User | None = None,
    message_id: int | None = None,
) -> Message:
    """Post a draft that may be posted, and tell of it."""
    referenced = _reply_target(world, channel, draft)
    message = Message(
        message_id or world.ids.take(),
        channel,
        author.user,
        world.now(),
        type=MessageType.REPLY if referenced is not None else type_,
        content=draft.content,
        embeds=draft.embeds,
        components=draft.components,
        flags=draft.flags | (MessageFlag.EPHEMERAL if ephemeral_for else 0),
        tts=draft.tts,
        poll=draft.poll,
        referenced=referenced,
        origin=origin,
        ephemeral_for=ephemeral_for,
        nonce=draft.nonce,
    )
    message.attachments = _attach(world, channel, draft.attachments, draft.files)
    if referenced is not None:
        message.reference = reference_to(world, referenced)
    replied = None if referenced is None else referenced.author
    _note_mentions(message, _mentions(world, author, message, draft.allowed, replied))
    enter(world, message)
    return message


def _note_mentions(message: Message, found: Mentions) -> None:
    message.mentions, message.mention_roles = found.users, found.roles
    message.mention_everyone, message.pings = found.everyone, found.pings
    message.pings.silent = bool(message.flags & MessageFlag.SUPPRESS_NOTIFICATIONS)


def reference_to(world: World, message: Message) -> dict[str, str | int]:
    """Discord's message reference object."""
    return {
        "type": 0,
        "message_id": str(message.id),
        "channel_id": str(message.channel.id),
        "guild_id": str(world.guild.id),
    }


def enter(world: World, message: Message) -> None:
    """Put a finished message into its channel and tell of it."""
    channel = message.channel
    world.messages[message.id] = message
    if message.ephemeral_for is not None:
        world.whispers.setdefault((channel.id, message.ephemeral_for.id), []).append(message.id)
    else:
        channel.remember(message.id)
        if isinstance(channel, Thread):
            _count(world, channel, message)
    publish(world, "MESSAGE_CREATE", message)


def _count(world: World, thread: Thread, message: Message) -> None:
    """Keep a thread's counters; writing into it wakes it up."""
    thread.active_at = message.created_at
    if message.id != thread.id and message.type not in (
        MessageType.THREAD_STARTER,
        MessageType.THREAD_CREATED,
    ):
        thread.message_count += 1
        thread.sent_count += 1
    if thread.is_archived:
        thread.is_archived, thread.archived_at = False, message.created_at
        world.publish_channel("THREAD_UPDATE", thread)


def demand_edit(world: World, editor: Member, message: Message, draft: EditDraft) -> None:
    """Let pass who may edit this message so.

    Raises:
        ApiError: 50083, 50005, 50021 or 520003.
    """
    demand_open(message)
    if message.author is not editor.user:
        only_flags = (draft.content, draft.embeds, draft.components, draft.attachments) == (UNSET,) * 4
        if not (only_flags and world.has(editor, message.channel, Permission.MANAGE_MESSAGES)):
            raise ApiError(Refusal.OTHERS_MESSAGE)
    if message.type in SYSTEM_TYPES:
        raise ApiError(Refusal.SYSTEM_MESSAGE)
    if message.poll is not None:
        raise ApiError(Refusal.POLL_EDIT)


def edit(world: World, message: Message, draft: EditDraft) -> Message:
    """Change a message and tell of it; nobody is rung by an edit.

    Raises:
        ApiError: 50006 when nothing would be left, 50035 for legacy parts in a message of components V2.
    """
    was_loading, wanted_flags = message.is_loading, _flags_after(message, draft)
    content = message.content if draft.content is UNSET else draft.content
    embeds = message.embeds if draft.embeds is UNSET else draft.embeds
    components = message.components if draft.components is UNSET else draft.components
    attachments = _attachments_after(world, message, draft)
    if wanted_flags & MessageFlag.COMPONENTS_V2 and (content or embeds):
        sentence = {
            "code": "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
            "message": "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
        }
        raise ApiError(Refusal.INVALID_FORM, {"content" if content else "embeds": {"_errors": [sentence]}})
    if not (content or embeds or components or attachments):
        raise ApiError(Refusal.EMPTY_MESSAGE)
    message.content, message.embeds, message.components = content, embeds, components
    message.attachments, message.flags = attachments, wanted_flags
    if draft.content is not UNSET or draft.components is not UNSET:
        found = _mentions(world, world.guild.members[message.author.id], message, draft.allowed)
        message.mentions, message.mention_roles = found.users, found.roles
        message.mention_everyone = found.everyone
    message.edited_at = None if was_loading else world.now()
    publish(world, "MESSAGE_UPDATE", message)
    return message


def _flags_after(message: Message, draft: EditDraft) -> int:
    """An edit ends the "is thinking" of a deferred answer."""
    if draft.flags is UNSET:
        return message.flags & ~MessageFlag.LOADING
    suppressed = draft.flags & MessageFlag.SUPPRESS_EMBEDS
    v2 = draft.flags & MessageFlag.COMPONENTS_V2
    return message.flags & ~(MessageFlag.SUPPRESS_EMBEDS | MessageFlag.LOADING) | suppressed | v2


def _attachments_after(world: World, message: Message, draft: EditDraft) -> list[Attachment]:
    if draft.attachments is UNSET:
        return message.attachments
    listed = {entry.id for entry in draft.attachments}
    kept = [attachment for attachment in message.attachments if attachment.id in listed]
    return kept + _attach(world, message.channel, draft.attachments, draft.files)


def delete(world: World, message: Message) -> None:
    """Remove a message and tell of it."""
    world.messages.pop(message.id, None)
    channel = message.channel
    channel.forget(message.id)
    if isinstance(channel, Thread) and message.id != channel.id:
        channel.message_count = max(0, channel.message_count - 1)
    private_to = None if message.ephemeral_for is None else message.ephemeral_for.id
    data = {"id": str(message.id), "channel_id": str(channel.id), "guild_id": str(world.guild.id)}
    world.hub.publish(
        Event(
            name="MESSAGE_DELETE",
            data=data,
            intent=Intent.GUILD_MESSAGES,
            channel=channel,
            private_to=private_to,
            to_bots=private_to is None,
        )
    )


def demand_delete(world: World, actor: Member, message: Message) -> None:
    """Let pass who may delete this message: its author, or MANAGE_MESSAGES."""
    if message.author is not actor.user:
        world.demand(actor, message.channel, Permission.MANAGE_MESSAGES)
