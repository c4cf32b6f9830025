"""The timeline of an incident, a page at a time, for who asked."""

from typing import Final

import msgspec

from bot.cards.card import Button, Card, Embed, Row
from bot.cards.ids import Verb, build
from bot.cards.incident.incident import headline
from bot.cards.incident.style import colour
from bot.cards.limits import fit
from bot.cards.style import SEPARATOR
from bot.cards.text import inline, link, moment, who
from bot.domain.incident.incident import Incident
from bot.domain.incident.timeline import LABELS, Kind, TimelineLine
from bot.domain.jump_link import jump_url

PAGE_SIZE: Final = 12
_TEXT: Final = 200
_UNREAD: Final = "*Discord does not show the bot its words; “Add to timeline” in its menu does*"
_NOTED: Final = frozenset({Kind.NOTE, Kind.MESSAGE, Kind.UPDATE})


class TimelinePage(msgspec.Struct, frozen=True, kw_only=True):
    """At most `PAGE_SIZE` lines, oldest first; ``page`` counts from 0, ``total`` lines over all pages.

    ``guild_id`` makes jump links of messages (0: none).
    """

    incident: Incident
    lines: tuple[TimelineLine, ...]
    page: int
    total: int
    tag: str
    guild_id: int = 0

    @property
    def pages(self) -> int:
        """How many pages there are; an empty timeline has one."""
        return max(1, -(-self.total // PAGE_SIZE))


def render(shown: TimelinePage) -> Card:
    """The page as one message."""
    lines = [_line(shown, line) for line in shown.lines]
    count = f"{shown.total} entr{'y' if shown.total == 1 else 'ies'}"
    footer = f"{count}{SEPARATOR}page {shown.page + 1} of {shown.pages}" if shown.pages > 1 else count
    embed = Embed(
        title=headline(shown.incident),
        description="\n".join(lines) or "Nothing has happened yet.",
        color=colour(shown.incident),
        footer=footer,
    )
    return fit(Card(embeds=(embed,), rows=tuple(filter(None, (_turns(shown),)))))


def _line(shown: TimelinePage, line: TimelineLine) -> str:
    """``02:14 @ann noted: restarted it · corrected by @ben · E12``; what people wrote bears its number."""
    told = f"{moment(line.at, 'd')} {moment(line.at, 'T')} {who(line.actor)} {_words(line)}"
    jump = _jump(shown, line)
    fixed = f"corrected by {who(line.corrected_by)}" if line.corrected_by else ""
    number = f"`E{line.id}`" if line.kind in _NOTED else ""
    return SEPARATOR.join(filter(None, (told, jump, fixed, number)))


def _words(line: TimelineLine) -> str:
    label = LABELS[line.kind]
    if line.deleted:
        return f"{label}: *deleted*"
    if line.unread:
        return f"{label}: {_UNREAD}"
    text = inline(line.text, _TEXT)
    return f"{label}: {text}" if text else label


def _jump(shown: TimelinePage, line: TimelineLine) -> str:
    draft = line.first.draft
    if not shown.guild_id or draft.message_id is None or draft.channel_id is None or line.deleted:
        return ""
    return link("message", jump_url(shown.guild_id, draft.channel_id, draft.message_id))


def _turns(shown: TimelinePage) -> Row:
    """Back and forth; the page turned to is the ``extra``."""
    return tuple(
        Button(
            label=label,
            custom_id=build(Verb.INCIDENT_TIMELINE, shown.tag, shown.incident.id, str(page)),
        )
        for label, page in (("◀ Earlier", shown.page - 1), ("Later ▶", shown.page + 1))
        if 0 <= page < shown.pages
    )
