"""Marker: what a card itself says that it is about, where the database does not know its message yet."""

import discord

from bot.cards.alert import alert as alert_card
from bot.cards.alert import group as group_card
from bot.domain.sight import Subject, SubjectRef


def marked(message: discord.Message) -> tuple[str, SubjectRef] | None:
    """The tag of the database that wrote it, and the alert or the group; None for what is no such card."""
    payload = {"embeds": [each.to_dict() for each in message.embeds]}
    for subject, find in ((Subject.ALERT, alert_card.find_marker), (Subject.GROUP, group_card.find_marker)):
        found = find(payload)
        if found is not None:
            return found[0], SubjectRef(subject, found[1])
    return None
