"""What the bot must be allowed in a channel, by the names that Discord's own pages use."""

from typing import Final

import discord

MINIMAL: Final = discord.Permissions(2252109051448384)
"""Cards, reactions, threads, attachments, pins: what the invite link asks for, and no more."""

ESSENTIAL: Final = discord.Permissions(
    view_channel=True, send_messages=True, embed_links=True, read_message_history=True
)
"""Without one of these no card can be kept in the channel."""

_SHOWN: Final = {
    "read_messages": "View Channel",
    "send_messages": "Send Messages",
    "embed_links": "Embed Links",
    "read_message_history": "Read Message History",
    "send_messages_in_threads": "Send Messages in Threads",
    "create_public_threads": "Create Public Threads",
    "attach_files": "Attach Files",
    "add_reactions": "Add Reactions",
    "pin_messages": "Pin Messages",
    "manage_threads": "Manage Threads",
}


def lacking(have: discord.Permissions, need: discord.Permissions = MINIMAL) -> list[str]:
    """The names of what ``need`` has and ``have`` has not."""
    return [_SHOWN[name] for name, wanted in need if wanted and not getattr(have, name)]


def invite_url(application_id: int) -> str:
    """Where an administrator invites the bot with exactly `MINIMAL`."""
    scopes = ("bot", "applications.commands")
    return discord.utils.oauth_url(application_id, permissions=MINIMAL, scopes=scopes)
