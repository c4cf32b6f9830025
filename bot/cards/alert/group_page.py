"""Group page: a part of a group's alerts, for one person's eyes."""

import msgspec

from bot.cards.alert.group import SUBJECT, member_line, named_title, some_alerts
from bot.cards.alert.group_action import PAGE_SIZE
from bot.cards.card import Button, Card, Embed, Row
from bot.cards.ids import Verb, build
from bot.cards.limits import fit
from bot.cards.outbox.board import picker
from bot.cards.style import SEPARATOR
from bot.domain.alert.group import Group
from bot.domain.outbox.board import BoardAlert


class GroupPage(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a group's alerts, open ones first; ``number`` is counted from 0."""

    group: Group
    tag: str
    number: int
    total: int
    held: tuple[BoardAlert, ...]

    @property
    def pages(self) -> int:
        """How many pages there are; nothing is one page."""
        return max(1, -(-self.total // PAGE_SIZE))


def render_page(page: GroupPage) -> Card:
    """One page of the alerts, with a menu to open them."""
    names = len({each.name for each in page.held})
    embed = Embed(
        title=f"{page.group.ref}{SEPARATOR}{named_title(page.group.name)}",
        description="\n".join(member_line(each, "", named=names > 1) for each in page.held),
        footer=f"{some_alerts(page.total)}{SEPARATOR}page {page.number + 1:,} of {page.pages:,}",
    )
    menu = (picker(page.held, page.tag, SUBJECT, "Open an alert"),) if page.held else ()
    return fit(Card(embeds=(embed,), rows=tuple(filter(None, (menu, _turns(page))))))


def _turns(page: GroupPage) -> Row:
    """Back and forth; a button that leads nowhere is missing."""
    return tuple(
        Button(label=label, custom_id=build(Verb.GROUP_PAGE, page.tag, page.group.id, str(number)))
        for label, number in (("◀ Previous page", page.number - 1), ("Next page ▶", page.number + 1))
        if 0 <= number < page.pages
    )
