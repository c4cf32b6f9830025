"""Missed: what people did with emoji while nobody listened.

Events that the gateway never delivered are found by comparing what stands on the cards with what was
recorded; `reaction.apply` then makes each count once.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

import msgspec

from bot.domain.alert.search import OPEN_ALERTS
from bot.usecases.desk import Desk
from bot.usecases.reaction.reaction import ACK, ACTIONS, CLAIM
from storage.transaction import Transaction

_PAGE: Final = 100

# What is gone was gone before what is new could matter; and a claim may become an ack, not the reverse.
_ORDER: Final = {(False, ACK): 0, (False, CLAIM): 1, (True, CLAIM): 2, (True, ACK): 3}
_WHENEVER: Final = 4  # votes and sirens change nothing that the others could meet


class MissedReactions(msgspec.Struct, frozen=True):
    """An emoji that appeared (``present``) or vanished unheard."""

    user_id: int
    emoji: str
    present: bool


async def posted(desk: Desk, *, at_most: int) -> dict[int, list[int]]:
    """The messages that show the ``at_most`` most urgent open alerts of each project, by channel."""

    def read_posted(tx: Transaction) -> dict[int, list[int]]:
        found: defaultdict[int, list[int]] = defaultdict(list)
        for each in desk.everybody:
            add_posted(tx, each.project.id, found)
        return found

    def add_posted(tx: Transaction, project_id: int, found: defaultdict[int, list[int]]) -> None:
        for offset in range(0, at_most, _PAGE):
            limit = min(_PAGE, at_most - offset)
            alerts = tx.alerts.listing(project_id, OPEN_ALERTS, offset=offset, limit=limit)
            for place in tx.cards.of_alerts(each.id for each in alerts).values():
                if place.message_id is not None and place.message_id not in found[place.channel_id]:
                    found[place.channel_id].append(place.message_id)
            if len(alerts) < limit:
                break

    return await desk.storage.read(read_posted)


async def is_set(desk: Desk, message_id: int, user_id: int, emoji: str) -> bool:
    """Whether the emoji of this person was last known to be there."""
    return await desk.storage.read(
        lambda tx: any(
            (each.user_id, each.emoji) == (user_id, emoji) for each in tx.reactions.present_on(message_id)
        )
    )


async def missed(desk: Desk, message_id: int, standing: Iterable[tuple[int, str]]) -> list[MissedReactions]:
    """How ``standing``, pairs of user id and emoji, differs from what was recorded, in the order to apply."""
    now_there = {(user_id, emoji) for user_id, emoji in standing if emoji in ACTIONS}

    def read_known(tx: Transaction) -> set[tuple[int, str]]:
        present = tx.reactions.present_on(message_id)
        return {(known.user_id, known.emoji) for known in present if known.emoji in ACTIONS}

    known = await desk.storage.read(read_known)
    differing = [MissedReactions(*pair, present=True) for pair in sorted(now_there - known)]
    differing += [MissedReactions(*pair, present=False) for pair in sorted(known - now_there)]
    return sorted(differing, key=lambda each: _ORDER.get((each.present, each.emoji), _WHENEVER))
