"""Episode: all the ways in which one alert may stand, given what its sender and people were told.

A crash leaves doubt: a request without an answer happened or did not. So an episode holds a set of
possibilities; an answer narrows it, a deed without one widens it. Whatever the database says in the end has
to be among them, and an answer that none of them allows was untrue.

An act on many alerts is one transaction: where it is in doubt, that it happened is part of a possibility of
each of them, and has to be the same for all (`several`).

What people say with emoji is heard at any time after, or found on the next READY, but counts once: that it
was heard is part of a possibility.
"""

from collections.abc import Callable
from typing import NamedTuple, Self, TypeAlias

from tests.chaos.deed import ACK, SIREN, Deed, Look, set_emoji, take_emoji

Emoji: TypeAlias = tuple[str, str]  # who, which


class Mark(NamedTuple):
    """The act on many that made the alert what it is, by number, and how it stood before."""

    act: int
    before: Look


class Possibility(NamedTuple):
    """``heard`` are the emoji that were turned into action, ``acts`` those on many that were in doubt."""

    look: Look
    heard: frozenset[Emoji] = frozenset()
    acts: frozenset[int] = frozenset()
    mark: Mark | None = None

    def to(self, look: Look) -> Self:
        """The next look; who changes state or owner leaves nothing to take back."""
        stays = (look.state, look.owner) == (self.look.state, self.look.owner)
        return self._replace(look=look, mark=self.mark if stays else None)


Change: TypeAlias = Callable[[Possibility], Possibility]
"""What an act on many does to each."""


class UntrueError(AssertionError):
    """Something was promised, told or done that no possibility allows; ``kind`` as in `book.Violation`."""

    def __init__(self, text: str, kind: str = "wrong") -> None:
        super().__init__(text)
        self.kind = kind


class Episode:
    """One alert or incident by its ref."""

    def __init__(self, ref: str, looks: set[Look]) -> None:
        self.ref = ref
        self.promised = 0
        self.deleted = False
        self.standing: set[Emoji] = set()
        self._taken_back: set[Emoji] = set()
        self._set: set[Emoji] = set()
        self._sirens = 0
        self._pending: list[Deed] = []
        self._changes: dict[int, Change] = {}
        self.acts: set[int] = set()
        self._possible = {Possibility(look) for look in looks}

    @property
    def number(self) -> int:
        """Its id."""
        return int(self.ref.partition("-")[2])

    @property
    def has_siren(self) -> bool:
        """Whether somebody called for more people with an emoji."""
        return any(emoji == SIREN for _, emoji in self._set)

    @property
    def looks(self) -> set[Look]:
        """How it may stand now."""
        return {each.look for each in self._possible}

    def done(self, deed: Deed) -> None:
        """The deed was answered as done."""
        self._settle()
        self._narrow(self._after(deed), "done")

    def maybe(self, deed: Deed) -> None:
        """The deed happened or not, before this moment."""
        self._settle()
        self._possible |= self._after(deed)

    def pending(self, deed: Deed) -> None:
        """The deed happened or not, or will at any moment until the process dies."""
        self._pending.append(deed)
        self._settle()

    def refused(self, deed: Deed) -> None:
        """The deed was answered as impossible."""
        self._settle()
        self._narrow({each for each in self._possible if deed(each.look) is None}, "refused")

    def told(self, state: str) -> None:
        """An answer named the state."""
        self._settle()
        self._narrow({each for each in self._possible if each.look.state == state}, f"told {state}")

    def react(self, emoji: Emoji, *, on: bool) -> None:
        """An emoji was set on the card or taken away; nobody answers."""
        self._settle()
        if on:
            self._sirens += emoji[1] == SIREN
            self.standing.add(emoji)
            self._set.add(emoji)
        else:
            self.standing.discard(emoji)
            self._taken_back.add(emoji)
        self._settle()

    def lose_card(self) -> None:
        """Its message is deleted, and the emoji on it; what they did stays done."""
        self._settle()
        self.deleted = True
        for emoji in (self.standing, self._set, self._taken_back):
            emoji.clear()
        self._possible = {each._replace(heard=frozenset()) for each in self._possible}

    def died(self) -> None:
        """The process is gone, and what it had heard with it."""
        self._settle()
        self._pending.clear()
        self._changes.clear()

    def may_change(self, change: Change) -> set[bool]:
        """Whether an act on many would change this one, as far as that is known."""
        self._settle()
        return {change(each) != each for each in self._possible}

    def changed(self, change: Change) -> None:
        """An act on many was done, whatever it did to this one."""
        self._settle()
        self._possible = {change(each) for each in self._possible}

    def narrow_to(self, change: Change, *, changes: bool) -> None:
        """It was told whether this one was among those that an act changed."""
        self._settle()
        left = {each for each in self._possible if (change(each) != each) is changes}
        self._narrow(left, f"{'' if changes else 'not '}among those that were changed")

    def in_doubt(self, act: int, change: Change, *, over: bool) -> None:
        """An act on many happened or not, or (not ``over``) will at any moment until the process dies."""
        self.acts.add(act)
        self._changes[act] = change
        self._settle()
        if over:
            del self._changes[act]

    def settled(self, look: Look) -> None:
        """It is known how it stands."""
        left = {each._replace(acts=frozenset()) for each in self._possible if each.look == look}
        self._narrow(left, "found")
        self.acts.clear()

    def fates(self, look: Look) -> set[frozenset[int]]:
        """Which acts in doubt may have happened, as it stands so when all is quiet."""
        return {each.acts for each in self._last(look.state) if each.look == look}

    def final(self, *, state: str) -> set[Look]:
        """How it may stand when all is quiet: on open alerts, all emoji that stand have been heard."""
        return {each.look for each in self._last(state)}

    def _last(self, state: str) -> set[Possibility]:
        self._settle()
        standing = frozenset(self.standing)
        return {each for each in self._possible if state == "resolved" or each.heard == standing}

    def _after(self, deed: Deed) -> set[Possibility]:
        return {each.to(look) for each in self._possible if (look := deed(each.look)) is not None}

    def _narrow(self, left: set[Possibility], what: str) -> None:
        if not left:
            raise UntrueError(f"{self.ref} was {what}, but can only be {sorted(self.looks)}")
        self._possible = left

    def _settle(self) -> None:
        """Whatever is on its way may arrive now, in any order."""
        fresh = self._possible
        while fresh:
            found = {next_one for each in fresh for next_one in self._next(each)}
            fresh = found - self._possible
            self._possible |= fresh

    def _next(self, each: Possibility) -> set[Possibility]:
        found = {each.to(look) for deed in self._pending if (look := deed(each.look)) is not None}
        for act, change in self._changes.items():
            if act not in each.acts:
                found.add(change(each)._replace(acts=each.acts | {act}))
        for emoji in self._set - each.heard:
            looks = {set_emoji(*emoji)(each.look) or each.look}
            if emoji[1] == SIREN and self._sirens > 1:
                looks.add(each.look)  # it belongs to an incident already, which is all that a second one says
            found |= {each.to(look)._replace(heard=each.heard | {emoji}) for look in looks}
        for emoji in self._taken_back & each.heard:
            heir = min((who for who, which in each.heard - {emoji} if which == emoji[1] == ACK), default="")
            look = take_emoji(*emoji, heir)(each.look) or each.look
            found.add(each.to(look)._replace(heard=each.heard - {emoji}))
        return found
