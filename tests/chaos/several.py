"""Several: what one act does to many alerts, of which it changes all that it can, or, unanswered, none.

The oracle for acts on many. What became of each alert is a set of possibilities of its own (`episode`); that
an act in doubt happened has to be the same for all of them, which is looked at in the end.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tests.chaos.book import Book, Story, Violation
from tests.chaos.deed import Deed, Look
from tests.chaos.episode import Change, Episode, Mark, Possibility, UntrueError
from tests.chaos.told import Told


class Act(NamedTuple):
    """One act on what stands on one card, by its number in the book."""

    number: int
    change: Change


def to_all(number: int, deed: Deed) -> Act:
    """The deed, to each that it can be done to, until it is taken back."""

    def change(each: Possibility) -> Possibility:
        look = deed(each.look)
        return each if look is None else each._replace(look=look, mark=Mark(number, each.look))

    return Act(number, change)


def to_each(number: int, deed: Deed) -> Act:
    """The deed, to each that it can be done to, for which there is no way back."""

    def change(each: Possibility) -> Possibility:
        look = deed(each.look)
        return each if look is None else each.to(look)

    return Act(number, change)


def undo(number: int, undone: int) -> Act:
    """What an act did is taken back where nobody did anything since; what was only claimed is not again."""

    def change(each: Possibility) -> Possibility:
        if each.mark is None or each.mark.act != undone:
            return each
        before = each.mark.before
        is_held = each.look.state == "resolved" and before.state == "acked"
        state, owner = ("acked", before.owner) if is_held else ("new", "")
        return each._replace(look=each.look._replace(state=state, owner=owner), mark=None)

    return Act(number, change)


def conclude(act: Act, told: Told, episodes: Sequence[Episode], *, count: int | None, over: bool) -> None:
    """What a person was told of the act; ``count`` is of how many, None when that was not said.

    Raises:
        UntrueError: no possibility allows that.
    """
    if told is Told.DONE:
        if count is not None:
            _count(act, episodes, count)
        for episode in episodes:
            episode.changed(act.change)
    elif told is Told.IMPOSSIBLE:
        for episode in episodes:
            episode.narrow_to(act.change, changes=False)
    elif told is Told.NOTHING:
        for episode in episodes:
            episode.in_doubt(act.number, act.change, over=over)


def torn(book: Book, looks: Mapping[str, Look]) -> list[Violation]:
    """The first act in doubt that happened to some and not to others; ``looks`` are by ref."""
    known: set[int] = set()
    fates: set[frozenset[int]] = {frozenset()}
    for story, episode, found in _in_doubt(book, looks):
        shared = known & episode.acts
        fates = {one | other for one in fates for other in found if one & shared == other & shared}
        known |= episode.acts
        if not fates:
            text = (
                f"acts {sorted(shared)} happened in part: to {episode.ref} and not to others or the reverse"
            )
            return [Violation("wrong", story.name, f"{text}\n{story.history()}")]
    return []


def _in_doubt(book: Book, looks: Mapping[str, Look]) -> Iterator[tuple[Story, Episode, set[frozenset[int]]]]:
    for story in book.everything:
        for episode in story.episodes.values():
            look = looks.get(episode.ref)
            if episode.acts and look is not None and not story.blamed:
                found = episode.fates(look)
                if found:  # else it is told apart that it cannot stand so
                    yield story, episode, found


def _count(act: Act, episodes: Sequence[Episode], count: int) -> None:
    """So many of them were changed."""
    answers = [(each, each.may_change(act.change)) for each in episodes]
    sure = sum(found == {True} for _, found in answers)
    unsure = [each for each, found in answers if len(found) > 1]
    if not sure <= count <= sure + len(unsure):
        refs = {each.ref: sorted(each.looks) for each in episodes}
        raise UntrueError(f"{count} were changed instead of {sure} to {sure + len(unsure)} of {refs}")
    if count in {sure, sure + len(unsure)}:
        for each in unsure:
            each.narrow_to(act.change, changes=count > sure)
