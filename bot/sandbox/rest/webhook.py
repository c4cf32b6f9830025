"""What follows a first answer: edits of the original and follow-ups, by the interaction's token."""

from bot.sandbox.act import post
from bot.sandbox.limit.message import EditDraft, read_draft, read_edit
from bot.sandbox.model.error import ApiError, Refusal
from bot.sandbox.model.interaction import Callback, Interaction
from bot.sandbox.model.mention import USERS_ALLOWED
from bot.sandbox.model.message import Message, MessageFlag, MessageType
from bot.sandbox.rest.route import DONE, Call, Reply, Route


def _interaction(call: Call) -> Interaction:
    if call.id("webhook") != call.bot.user.id:
        raise ApiError(Refusal.UNKNOWN_WEBHOOK)
    found = call.world.interactions.to_follow(call.params["token"])
    if found.callback is Callback.CHOICES:
        raise ApiError(Refusal.UNKNOWN_WEBHOOK)
    return found


def _message(call: Call, interaction: Interaction) -> Message:
    """The message of the path, when it belongs to the interaction and still exists."""
    if call.params["message"] == "@original":
        found = interaction.original
    else:
        wanted = call.id("message")
        own = [*interaction.followups, *([interaction.original] if interaction.original else [])]
        found = next((message for message in own if message.id == wanted), None)
    if found is None or found.id not in call.world.messages:
        raise ApiError(Refusal.UNKNOWN_MESSAGE)
    return found


def follow_up(call: Call) -> Reply:
    """Say more; the first follow-up of a deferred answer becomes that answer."""
    interaction = _interaction(call)
    draft = read_draft(call.field(), call.files, USERS_ALLOWED, extra_flags=MessageFlag.EPHEMERAL)
    original = interaction.original
    if original is not None and original.is_loading and original.id in call.world.messages:
        change = EditDraft(
            draft.allowed,
            draft.content,
            draft.embeds,
            draft.components,
            draft.flags,
            draft.files,
            draft.attachments,
        )
        message = post.edit(call.world, original, change)
        interaction.was_edited = True
    else:
        is_ephemeral = bool(draft.flags & MessageFlag.EPHEMERAL)
        message = post.create(
            call.world,
            interaction.channel,
            call.bot,
            draft,
            type_=MessageType.DEFAULT,
            origin=interaction.origin(),
            ephemeral_for=interaction.user if is_ephemeral else None,
        )
        interaction.followups.append(message)
    interaction.touch()
    return Reply(200, call.view(message))


def read(call: Call) -> Reply:
    """One of the interaction's messages."""
    return Reply(200, call.view(_message(call, _interaction(call))))


def edit(call: Call) -> Reply:
    """Change one of the interaction's messages."""
    interaction = _interaction(call)
    message = _message(call, interaction)
    draft = read_edit(call.field(), call.files, USERS_ALLOWED, message)
    post.demand_open(message)
    post.edit(call.world, message, draft)
    interaction.was_edited = interaction.was_edited or message is interaction.original
    interaction.touch()
    return Reply(200, call.view(message))


def delete(call: Call) -> Reply:
    """Delete one of the interaction's messages."""
    interaction = _interaction(call)
    post.delete(call.world, _message(call, interaction))
    interaction.was_edited = True
    interaction.touch()
    return DONE


BASE = "/webhooks/{webhook}/{token}"
ROUTES = (
    Route("POST", BASE, follow_up, "webhook", needs_token=False),
    Route("GET", f"{BASE}/messages/{{message}}", read, "webhook", needs_token=False),
    Route("PATCH", f"{BASE}/messages/{{message}}", edit, "webhook", needs_token=False),
    Route("DELETE", f"{BASE}/messages/{{message}}", delete, "webhook", needs_token=False),
)
