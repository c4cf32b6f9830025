"""Entry: what delivery knows of a kind of card."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic

from bot.cards.card import Card, Ping
from bot.usecases.desk import Desk
from bot.usecases.outbox.subject import V, View


def _no_marks(_: View) -> tuple[str, ...]:
    return ()


def _answers_nothing(_: View) -> int | None:
    return None


def _never(_: View) -> bool:
    return False


async def _nothing_follows(_: Desk, __: View) -> None:
    return


@dataclass(frozen=True, kw_only=True)
class CardMessage(Generic[V]):
    """How a kind's cards look, and what is done when they were sent.

    ``render`` makes the message that wakes whom it is given. ``mark`` is what the message bears for ever, and
    by which it is found again; ``former_marks`` are others that it may bear. ``reply_to`` is the message that
    it answers. ``is_misplaced`` says that it stands where nobody looks any more, and is to be deleted;
    ``deleted`` and ``shown`` are done once that, or a post or an edit, has been written down. ``is_quick``
    says that drawing it holds up nobody.
    """

    render: Callable[[V, Ping], Card]
    mark: Callable[[V], str]
    former_marks: Callable[[V], tuple[str, ...]] = _no_marks
    reply_to: Callable[[V], int | None] = _answers_nothing
    is_misplaced: Callable[[V], bool] = _never
    deleted: Callable[[Desk, V], Awaitable[None]] = _nothing_follows
    shown: Callable[[Desk, V], Awaitable[None]] = _nothing_follows
    is_quick: bool = False
