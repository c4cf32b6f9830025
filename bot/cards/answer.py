"""Short ephemeral answers to one person, always with the same signs.

✅ done · 🔒 not yours to do · ✋ somebody was first · ❓ cannot be used · 🕰️ out of date · 💥 our fault.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from bot.cards.card import Card, Embed
from bot.cards.cut import cut
from bot.cards.limits import DESCRIPTION, fit
from bot.cards.text import inline, sentence
from bot.domain.access.people import HINT
from bot.domain.errors import ConflictError, InvalidInputError, NotDurableError, NotFoundError, TocsinError

_ROLES_NAMED: Final = 5


def done(text: str) -> Card:
    """Say what was done, e.g. ``A-1042 acknowledged``."""
    return _say("✅", text)


def with_hint(card: Card) -> Card:
    """The answer, with the hint that a secret was taken out of what the person wrote."""
    content = f"{card.content}\n🔑 {HINT}" if card.content else f"🔑 {HINT}"
    return fit(msgspec.structs.replace(card, content=content))


def nothing() -> Card:
    """An answer without words, to which a hint may be added."""
    return Card()


def refused(task: str, roles: Sequence[int]) -> Card:
    """Name the task, e.g. ``resolve alerts``, and the roles, by id, that may do it."""
    task = inline(task, 100, addresses=False)
    if not roles:
        text = f"Nobody may {task} here yet: an administrator has to name a role for it."
        return fit(Card(content=f"🔒 {text}"))
    named = " or ".join(f"<@&{role}>" for role in roles[:_ROLES_NAMED])
    return fit(Card(content=f"🔒 To {task} you need the role {named}."))


def refused_emoji(user_id: int, emoji: str, task: str, roles: Sequence[int]) -> Card:
    """The refusal to whoever set an emoji that does nothing; everybody in the channel reads it."""
    said = refused(task, roles).content
    return fit(Card(content=f"<@{user_id}> {said} Your {inline(emoji, 20)} does nothing."))


def idle_emoji(user_id: int, emoji: str, why: str) -> Card:
    """What whoever set an emoji reads where it means nothing; ``why`` says where it does."""
    return fit(Card(content=f"<@{user_id}> Your {inline(emoji, 20)} does nothing here: {why}"))


def called_off() -> Card:
    """The way out of a question was taken."""
    return _say("👍", "Nothing was changed.")


def pressed_twice(standing: str) -> Card:
    """A second tap on one spot, right after the first changed something; ``standing`` is a sentence."""
    return _say("✌️", f"Two taps on one spot count as one, so the second did nothing. {standing}")


def stale() -> Card:
    """A press on something this version does not know."""
    return fit(Card(content="🕰️ This button is out of date. `/alert list` shows what is open now."))


def foreign() -> Card:
    """A press on a card that another database wrote."""
    text = "This card belongs to another Tocsin database, so it cannot be changed here."
    return fit(Card(content=f"🕰️ {text} `/alert list` shows what this desk knows."))


def explain(error: TocsinError) -> Card:
    """An expected refusal in the error's own words; a conflict names who was first."""
    match error:
        case ConflictError():
            return _say("✋", str(error))
        case NotFoundError() | InvalidInputError():
            return _say("❓", str(error))
        case NotDurableError():
            return _say("💥", f"Nothing was changed: {error} Please try again in {error.retry_after} s.")
        case _:
            return _say("💥", str(error))


def several(outcomes: Sequence[str | TocsinError], done: str) -> Card:
    """What became of each of several: a sentence where it was ``done``, else what forbids it."""
    well = sum(isinstance(each, str) for each in outcomes)
    cards = (_say("✅", each) if isinstance(each, str) else explain(each) for each in outcomes)
    room = DESCRIPTION // max(len(outcomes), 1) - 1
    lines = "\n".join(cut(card.content, room) for card in cards)
    sign = "✅" if well == len(outcomes) else "✋"
    summary = f"{sign} {well} of {len(outcomes)} {done}."
    return fit(Card(content=summary, embeds=(Embed(description=lines),)))


def failed(reference: str) -> Card:
    """Something unforeseen; ``reference`` finds it in the log."""
    text = f"That went wrong and was written to the log as {reference}. Nothing more is known yet."
    return _say("💥", text)


def _say(mark: str, text: str) -> Card:
    return fit(Card(content=f"{mark} {sentence(text)}"))
